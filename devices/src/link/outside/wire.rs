//! One connection to a broker as packets: they are read off it as they come, and what is to be sent
//! goes out together.
//!
//! The codec is rumqttc's; its event loop is not used. That writes each packet by itself, a system
//! call and a turn of the broker each; drops with a lost session what it has not sent; and keeps to
//! itself which answer belongs to which message. What the packets mean is `driver`'s business.

use std::{
    future::poll_fn,
    io,
    pin::{Pin, pin},
    task::Poll,
};

use bytes::BytesMut;
use rumqttc::{ConnAck, Connect, ConnectReturnCode, LastWill, Packet, QoS};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, timeout},
};

use super::Settings;
use crate::give_way::GiveWay;

/// The longest packet that MQTT knows. A limit of our own here would end the connection at one
/// message too long, and the broker would deliver it again, for ever.
const LONGEST: usize = 268_435_455;
/// Bytes made room for ahead of reading.
const ROOM: usize = 16 * 1024;
/// With less room than this left, more is made.
const ROOM_LEAST: usize = 2 * 1024;
/// Bytes that may wait to be sent before no more are added.
const FULL: usize = 64 * 1024;

/// TCP, or TLS over it.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection that the broker has accepted.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    /// What was written may still be in the hands of TLS.
    unflushed: bool,
    incoming: BytesMut,
    outgoing: BytesMut,
    /// More may wait elsewhere since there was no room for it.
    was_full: bool,
    last_sent: Instant,
    courtesy: GiveWay,
}

/// Why there is no connection, or none any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireFailure {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("the broker closed the connection")]
    Closed,
    #[error("the broker does not answer")]
    Silent,
    #[error("the broker refuses `{client}`: {code:?}; look at its user name and password there")]
    Refused { client: String, code: ConnectReturnCode },
    #[error("the broker sends what is not MQTT 3.1.1: {0}")]
    Codec(#[from] rumqttc::mqttbytes::Error),
}

impl Wire {
    /// Connects and signs in, within the time for it.
    pub async fn open(settings: &Settings) -> Result<(Self, ConnAck), WireFailure> {
        let opening = Self::open_patiently(settings);
        timeout(settings.timings.connect, opening).await.map_err(|_| WireFailure::Silent)?
    }

    async fn open_patiently(settings: &Settings) -> Result<(Self, ConnAck), WireFailure> {
        let stream = TcpStream::connect((settings.host.as_str(), settings.port)).await?;
        // Without it each message waits for the acknowledgement of the one before: 88 ms an echo.
        stream.set_nodelay(true)?;
        let mut wire = Self {
            stream: match &settings.tls {
                Some(tls) => Box::new(tls.wrap(stream).await?),
                None => Box::new(stream),
            },
            unflushed: false,
            incoming: BytesMut::with_capacity(ROOM),
            outgoing: BytesMut::new(),
            was_full: false,
            last_sent: Instant::now(),
            courtesy: GiveWay::default(),
        };
        hello(settings).write(&mut wire.outgoing)?;
        loop {
            match wire.next()? {
                Some(Packet::ConnAck(answer)) if answer.code == ConnectReturnCode::Success => {
                    return Ok((wire, answer));
                }
                Some(Packet::ConnAck(ConnAck { code, .. })) => {
                    let client = settings.client_id.clone();
                    return Err(WireFailure::Refused { client, code });
                }
                Some(_) => return Err(WireFailure::Closed),
                None => wire.turn().await?,
            }
        }
    }

    /// Takes the next packet that is there as a whole.
    pub fn next(&mut self) -> Result<Option<Packet>, WireFailure> {
        if self.incoming.is_empty() {
            return Ok(None);
        }
        match Packet::read(&mut self.incoming, LONGEST) {
            Ok(packet) => Ok(Some(packet)),
            Err(rumqttc::mqttbytes::Error::InsufficientBytes(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Where what is to be sent is written to, with the next turn.
    pub fn outgoing(&mut self) -> &mut BytesMut {
        &mut self.outgoing
    }

    /// Whether enough waits to be sent.
    pub fn is_full(&self) -> bool {
        self.outgoing.len() >= FULL
    }

    /// When something was sent last.
    pub fn last_sent(&self) -> Instant {
        self.last_sent
    }

    /// Sends, and resolves when something has come, or when there is room again after there was none.
    /// Nothing is lost when the future is dropped before.
    pub async fn turn(&mut self) -> Result<(), WireFailure> {
        if self.incoming.capacity() - self.incoming.len() < ROOM_LEAST {
            self.incoming.reserve(ROOM);
        }
        poll_fn(|context| {
            // It may drain over several polls.
            self.was_full |= self.is_full();
            let had_something = !self.outgoing.is_empty();
            while !self.outgoing.is_empty() {
                match pin!(self.stream.write_buf(&mut self.outgoing)).poll(context)? {
                    Poll::Ready(0) => return Poll::Ready(Err(WireFailure::Closed)),
                    Poll::Ready(_) => {
                        self.last_sent = Instant::now();
                        self.unflushed = true;
                    }
                    Poll::Pending => break,
                }
            }
            if had_something {
                // The kernel takes it that who writes is about to sleep, and may wake the broker for
                // this processor though another is free: it would wait until we do.
                self.courtesy.give_way();
            }
            if self.unflushed {
                self.unflushed = Pin::new(&mut self.stream).poll_flush(context)?.is_pending();
            }
            if self.was_full && self.outgoing.is_empty() {
                self.was_full = false;
                return Poll::Ready(Ok(()));
            }
            match pin!(self.stream.read_buf(&mut self.incoming)).poll(context)? {
                Poll::Ready(0) => Poll::Ready(Err(WireFailure::Closed)),
                Poll::Ready(_) => Poll::Ready(Ok(())),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }

    /// Sends all that waits, and ends the connection.
    pub async fn close(mut self) -> Result<(), WireFailure> {
        self.stream.write_all(&self.outgoing).await?;
        self.stream.flush().await?;
        Ok(self.stream.shutdown().await?)
    }
}

fn hello(settings: &Settings) -> Connect {
    let mut connect = Connect::new(settings.client_id.as_str());
    let keep_alive = settings.timings.keep_alive.as_secs();
    connect.keep_alive = u16::try_from(keep_alive).unwrap_or(u16::MAX);
    connect.clean_session = false;
    if let Some(credentials) = &settings.credentials {
        connect.set_login(credentials.user.as_str(), credentials.password.as_str());
    }
    connect.last_will = settings.availability.as_ref().map(|said| {
        let (topic, offline) = (said.topic.as_str(), said.offline.to_vec());
        LastWill::new(topic, offline, QoS::AtLeastOnce, true)
    });
    connect
}
