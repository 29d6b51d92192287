//! An MQTT 3.1.1 broker that misbehaves as the test says: it does by itself only what never
//! matters to a story, and answers nothing else until told.

use std::{net::SocketAddr, time::Duration};

use bytes::{Bytes, BytesMut};
use rumqttc::{
    ConnAck, Connect, ConnectReturnCode, Packet, PubAck, Publish, QoS, SubAck, SubscribeReasonCode,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

/// Far longer than anything takes; only a failing test gets there.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// The topic that a broker here sends back to its client.
pub const PROBE: &str = "onecard/main/_/controller/c1/probe";
/// From here up, packets carry probes and their acknowledgements are no news.
const PROBE_PACKETS: u16 = 60_000;
const LONGEST: usize = 10_000_000;

/// A listening broker without a policy.
pub struct Broker {
    listener: TcpListener,
    pub address: SocketAddr,
    /// With it, clients are taken over TLS only.
    pub tls: Option<TlsAcceptor>,
}

/// TCP, or TLS over it.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// One connection of a client.
pub struct Peer {
    stream: Box<dyn Stream>,
    buffer: BytesMut,
    pub connect: Connect,
    /// The filters it has subscribed to.
    pub subscribed: Vec<String>,
    /// Whether probes are acknowledged and come back.
    pub probes: bool,
    /// Whether subscriptions are granted.
    pub grants: bool,
    next_probe: u16,
}

impl Broker {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        Self { listener, address, tls: None }
    }

    /// The next client, connected.
    pub async fn accept(&self, session_present: bool) -> Peer {
        let mut peer = self.knock().await;
        let answer = ConnAck::new(ConnectReturnCode::Success, session_present);
        peer.write(Packet::ConnAck(answer)).await;
        peer
    }

    /// The next client's request to connect, not answered.
    pub async fn knock(&self) -> Peer {
        let stream = self.stream().await.expect("a client that trusts this broker");
        let mut peer = Peer {
            stream,
            buffer: BytesMut::new(),
            connect: Connect::new(""),
            subscribed: vec![],
            probes: true,
            grants: true,
            next_probe: PROBE_PACKETS,
        };
        match peer.read().await {
            Some(Packet::Connect(connect)) => peer.connect = connect,
            other => panic!("instead of a request to connect: {other:?}"),
        }
        peer
    }

    /// The next client, before it says anything; an error is its distrust.
    pub async fn stream(&self) -> std::io::Result<Box<dyn Stream>> {
        let (stream, _) =
            timeout(PATIENCE, self.listener.accept()).await.expect("a client comes").expect("tcp");
        Ok(match &self.tls {
            Some(tls) => {
                Box::new(timeout(PATIENCE, tls.accept(stream)).await.expect("a handshake")?)
            }
            None => Box::new(stream),
        })
    }
}

impl Peer {
    /// The next packet that matters, or `None` when the client has hung up.
    pub async fn next(&mut self) -> Option<Packet> {
        loop {
            match self.read().await? {
                Packet::PingReq => self.write(Packet::PingResp).await,
                Packet::Subscribe(subscribe) => {
                    let answer = if self.grants {
                        SubscribeReasonCode::Success(QoS::AtLeastOnce)
                    } else {
                        SubscribeReasonCode::Failure
                    };
                    let codes = vec![answer; subscribe.filters.len()];
                    self.subscribed.extend(subscribe.filters.into_iter().map(|filter| filter.path));
                    self.write(Packet::SubAck(SubAck::new(subscribe.pkid, codes))).await;
                }
                Packet::Publish(publish) if publish.topic == PROBE => {
                    if self.probes {
                        self.write(Packet::PubAck(PubAck::new(publish.pkid))).await;
                        let back = Publish { pkid: self.next_probe, dup: false, ..publish };
                        self.next_probe = (self.next_probe + 1).max(PROBE_PACKETS);
                        self.write(Packet::Publish(back)).await;
                    }
                }
                Packet::PubAck(ack) if ack.pkid >= PROBE_PACKETS => {}
                packet => return Some(packet),
            }
        }
    }

    /// The next publish that is no probe.
    pub async fn publish(&mut self) -> Publish {
        match self.next().await {
            Some(Packet::Publish(publish)) => publish,
            other => panic!("instead of a publish: {other:?}"),
        }
    }

    /// The identifier of the next acknowledgement.
    pub async fn acknowledgement(&mut self) -> u16 {
        match self.next().await {
            Some(Packet::PubAck(ack)) => ack.pkid,
            other => panic!("instead of an acknowledgement: {other:?}"),
        }
    }

    /// Reads until the client has hung up; whether it disconnected in order.
    pub async fn hang_up(&mut self) -> bool {
        let mut in_order = false;
        while let Some(packet) = self.next().await {
            in_order |= packet == Packet::Disconnect;
        }
        in_order
    }

    pub async fn acknowledge(&mut self, packet: u16) {
        self.write(Packet::PubAck(PubAck::new(packet))).await;
    }

    pub async fn deliver(&mut self, topic: &str, payload: &str, packet: u16, dup: bool) {
        let qos = if packet == 0 { QoS::AtMostOnce } else { QoS::AtLeastOnce };
        let payload = Bytes::copy_from_slice(payload.as_bytes());
        let topic = topic.to_owned();
        self.write(Packet::Publish(Publish {
            dup,
            qos,
            retain: false,
            topic,
            pkid: packet,
            payload,
        }))
        .await;
    }

    pub async fn write(&mut self, packet: Packet) {
        let mut bytes = BytesMut::new();
        packet.write(&mut bytes, LONGEST).expect("a packet");
        // A client that has hung up shows at the next read.
        let _ = timeout(PATIENCE, self.stream.write_all(&bytes)).await.expect("the client reads");
    }

    async fn read(&mut self) -> Option<Packet> {
        loop {
            if !self.buffer.is_empty()
                && let Ok(packet) = Packet::read(&mut self.buffer, LONGEST)
            {
                return Some(packet);
            }
            let read = self.stream.read_buf(&mut self.buffer);
            match timeout(PATIENCE, read).await.expect("the client says something") {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}
