//! One MQTT 3.1.1 connection of a device, over the codec of rumqttc.
//!
//! A device must know which PUBACK answers which message, when it was cut off, and when it may
//! try again; rumqttc's own event loop hides the first, drops unacknowledged messages with a lost
//! session and reconnects without a pause. So its codec is used and the loop is ours.

use std::{io, net::SocketAddr, time::Duration};

use bytes::{Bytes, BytesMut};
use rumqttc::{
    ConnAck, Connect, ConnectReturnCode, LastWill, Packet, PingReq, PubAck, Publish, QoS, SubAck,
    Subscribe, SubscribeFilter, SubscribeReasonCode,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use crate::outbox::Publication;

/// Longest packet taken from the broker, in bytes.
const PACKET_MAX: usize = 1 << 20;

/// How long a connection may take until it is subscribed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The keep-alive that devices ask for, in seconds.
pub(crate) const KEEP_ALIVE_S: u16 = 30;

/// Why a connection failed or ended.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    #[error("the connection to the broker failed: {0}")]
    Io(#[from] io::Error),
    #[error("the broker closed the connection")]
    Closed,
    #[error("the broker did not answer in time")]
    Silent,
    #[error("the broker refused `{client}`: {code:?}; check its user name and password")]
    Refused { client: String, code: ConnectReturnCode },
    #[error("the broker refused `{client}` the topic `{filter}`; check what it may read")]
    SubscriptionRefused { client: String, filter: String },
    #[error("the broker sent what is not MQTT 3.1.1: {0}")]
    Codec(#[from] rumqttc::Error),
}

/// How a device signs in and what it listens to.
#[derive(Debug, Clone)]
pub struct Dial {
    pub broker: SocketAddr,
    /// The client identifier, and the user name where there is a password.
    pub client: String,
    pub password: Option<String>,
    /// Published by the broker when the device goes without farewell.
    pub will: Option<Publication>,
    pub filters: Vec<(String, QoS)>,
}

impl Dial {
    /// Signs in without a password, as on a demonstration's broker.
    #[must_use]
    pub fn anonymous(broker: SocketAddr, client: &str) -> Self {
        let client = client.to_owned();
        Self { broker, client, password: None, will: None, filters: Vec::new() }
    }

    /// The bytes that open the connection.
    pub(crate) fn hello(&self, keep_alive_s: u16) -> Result<BytesMut, WireError> {
        let mut connect = Connect::new(self.client.as_str());
        connect.keep_alive = keep_alive_s;
        connect.clean_session = true;
        if let Some(password) = &self.password {
            connect.set_login(self.client.as_str(), password.as_str());
        }
        connect.last_will = self.will.as_ref().map(|will| {
            let payload = will.payload.to_vec();
            LastWill::new(&*will.topic, payload, QoS::AtLeastOnce, will.retain)
        });
        let mut bytes = BytesMut::new();
        connect.write(&mut bytes)?;
        Ok(bytes)
    }

    /// The bytes that subscribe; `None` when there is nothing to listen to.
    pub(crate) fn subscription(&self) -> Result<Option<BytesMut>, WireError> {
        if self.filters.is_empty() {
            return Ok(None);
        }
        let filters =
            self.filters.iter().map(|(path, qos)| SubscribeFilter::new(path.clone(), *qos));
        let mut subscribe = Subscribe::new_many(filters);
        subscribe.pkid = u16::MAX;
        let mut bytes = BytesMut::new();
        subscribe.write(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// Whether the broker let the device in.
    pub(crate) fn check_hello(&self, answer: &ConnAck) -> Result<(), WireError> {
        if answer.code == ConnectReturnCode::Success {
            return Ok(());
        }
        Err(WireError::Refused { client: self.client.clone(), code: answer.code })
    }

    /// Whether the broker took every subscription.
    pub(crate) fn check_subscription(&self, answer: &SubAck) -> Result<(), WireError> {
        let mut codes = answer.return_codes.iter();
        match codes.position(|code| matches!(code, SubscribeReasonCode::Failure)) {
            None => Ok(()),
            Some(at) => {
                let filter =
                    self.filters.get(at).map_or_else(String::new, |(path, _)| path.clone());
                Err(WireError::SubscriptionRefused { client: self.client.clone(), filter })
            }
        }
    }
}

/// Takes one packet off the front of `buffer`; `None` until a whole one is there.
pub(crate) fn decode(buffer: &mut BytesMut) -> Result<Option<Packet>, WireError> {
    if buffer.is_empty() {
        return Ok(None);
    }
    match Packet::read(buffer, PACKET_MAX) {
        Ok(packet) => Ok(Some(packet)),
        Err(rumqttc::Error::InsufficientBytes(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The sending half; what is written goes out with [`Sender::flush`].
#[derive(Debug)]
pub struct Sender {
    half: OwnedWriteHalf,
    buffer: BytesMut,
}

/// The receiving half.
#[derive(Debug)]
pub struct Receiver {
    half: OwnedReadHalf,
    buffer: BytesMut,
}

/// Connects, signs in and subscribes.
///
/// # Errors
/// When the broker is not there, refuses, or is silent for ten seconds.
pub async fn open(dial: &Dial) -> Result<(Sender, Receiver), WireError> {
    tokio::time::timeout(PATIENCE, open_patiently(dial)).await.map_err(|_| WireError::Silent)?
}

async fn open_patiently(dial: &Dial) -> Result<(Sender, Receiver), WireError> {
    let stream = TcpStream::connect(dial.broker).await?;
    stream.set_nodelay(true)?;
    let (read, write) = stream.into_split();
    let mut sender = Sender { half: write, buffer: dial.hello(KEEP_ALIVE_S)? };
    let mut receiver = Receiver { half: read, buffer: BytesMut::with_capacity(4096) };
    sender.flush().await?;
    let Packet::ConnAck(answer) = receiver.receive().await? else {
        return Err(WireError::Closed);
    };
    dial.check_hello(&answer)?;
    if let Some(bytes) = dial.subscription()? {
        sender.buffer = bytes;
        sender.flush().await?;
        loop {
            // What is retained may overtake the answer; devices listen to nothing retained.
            if let Packet::SubAck(answer) = receiver.receive().await? {
                dial.check_subscription(&answer)?;
                break;
            }
        }
    }
    Ok((sender, receiver))
}

impl Sender {
    /// Writes a message to be acknowledged under `pkid`, which is not 0.
    ///
    /// # Errors
    /// When the codec refuses it.
    pub fn publish(&mut self, publication: &Publication, pkid: u16) -> Result<(), WireError> {
        encode_publish(&mut self.buffer, publication, pkid)
    }

    /// Writes the acknowledgement of a received message.
    ///
    /// # Errors
    /// When the codec refuses it.
    pub fn acknowledge(&mut self, pkid: u16) -> Result<(), WireError> {
        PubAck::new(pkid).write(&mut self.buffer)?;
        Ok(())
    }

    /// Writes a sign of life.
    ///
    /// # Errors
    /// When the codec refuses it.
    pub fn ping(&mut self) -> Result<(), WireError> {
        PingReq.write(&mut self.buffer)?;
        Ok(())
    }

    /// Writes the orderly end, after which the broker keeps the last will to itself.
    ///
    /// # Errors
    /// When the codec refuses it.
    pub fn disconnect(&mut self) -> Result<(), WireError> {
        rumqttc::Disconnect.write(&mut self.buffer)?;
        Ok(())
    }

    /// Sends what was written.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn flush(&mut self) -> Result<(), WireError> {
        self.half.write_all(&self.buffer).await?;
        self.buffer.clear();
        Ok(())
    }
}

impl Receiver {
    /// The next packet. Nothing is lost when the future is dropped before it is ready.
    ///
    /// # Errors
    /// When the connection is gone or carries something else than MQTT.
    pub async fn receive(&mut self) -> Result<Packet, WireError> {
        loop {
            if let Some(packet) = decode(&mut self.buffer)? {
                return Ok(packet);
            }
            if self.half.read_buf(&mut self.buffer).await? == 0 {
                return Err(WireError::Closed);
            }
        }
    }
}

/// The bytes of a message at the end of `buffer`.
pub(crate) fn encode_publish(
    buffer: &mut BytesMut,
    publication: &Publication,
    pkid: u16,
) -> Result<(), WireError> {
    let topic = &*publication.topic;
    let payload = Bytes::clone(&publication.payload);
    let mut publish = Publish::from_bytes(topic, QoS::AtLeastOnce, payload);
    publish.pkid = pkid;
    publish.retain = publication.retain;
    publish.dup = publication.dup;
    publish.write(buffer)?;
    Ok(())
}

/// The pause before the next try: 20 ms at first, doubled up to 500 ms, from the beginning after a
/// connection that held.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(20);
    const LONGEST: Duration = Duration::from_millis(500);

    #[must_use]
    pub fn new() -> Self {
        Self { next: Self::FIRST }
    }

    /// How long to wait now.
    pub fn pause(&mut self) -> Duration {
        let now = self.next;
        self.next = (now * 2).min(Self::LONGEST);
        now
    }

    /// It worked: the next trouble is a new one.
    pub fn reset(&mut self) {
        self.next = Self::FIRST;
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_half_a_second_and_begin_anew_after_success() {
        let mut backoff = Backoff::new();
        let pauses: Vec<_> = (0..7).map(|_| backoff.pause().as_millis()).collect();
        assert_eq!(pauses, [20, 40, 80, 160, 320, 500, 500]);
        backoff.reset();
        assert_eq!(backoff.pause().as_millis(), 20);
    }
}
