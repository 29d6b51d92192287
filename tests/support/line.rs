//! One MQTT connection that does one thing at a time, and hides nothing: no client library that sends
//! again by itself, so that a story knows what was sent and what was acknowledged.

use std::{
    io::{Error, ErrorKind, Read, Result, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use bytes::BytesMut;
use rumqttc::{
    QoS,
    mqttbytes::v4::{self, Connect, Packet, PubAck, Publish, Subscribe},
};

/// The longest packet that is read.
const PACKET_BYTES_MAX: usize = 1 << 20;

/// A connection.
pub struct Line {
    stream: TcpStream,
    buffer: BytesMut,
}

impl Line {
    /// Connects with a clean session.
    pub fn open(broker: SocketAddr, client: &str) -> Result<Self> {
        let stream = TcpStream::connect(broker)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut line = Self { stream, buffer: BytesMut::new() };
        let mut hello = BytesMut::new();
        let mut connect = Connect::new(client);
        connect.keep_alive = 0;
        connect.write(&mut hello).map_err(Error::other)?;
        line.stream.write_all(&hello)?;
        let answer = line.packet()?;
        if matches!(answer, Packet::ConnAck(_)) { Ok(line) } else { Err(unexpected(&answer)) }
    }

    /// How long to wait for a packet before giving up with `WouldBlock` or `TimedOut`.
    pub fn patience(&self, patience: Duration) -> Result<()> {
        self.stream.set_read_timeout(Some(patience))
    }

    /// Subscribes and waits until the broker says so.
    pub fn subscribe(&mut self, filter: &str) -> Result<()> {
        let mut subscribe = Subscribe::new(filter, QoS::AtLeastOnce);
        subscribe.pkid = 1;
        let mut out = BytesMut::new();
        subscribe.write(&mut out).map_err(Error::other)?;
        self.stream.write_all(&out)?;
        let answer = self.packet()?;
        if matches!(answer, Packet::SubAck(_)) { Ok(()) } else { Err(unexpected(&answer)) }
    }

    /// Sends a message; at `QoS` 1 its acknowledgement is still to be read. `id` 0: `QoS` 0.
    pub fn send(&mut self, topic: &str, payload: Vec<u8>, id: u16, dup: bool) -> Result<()> {
        let qos = if id == 0 { QoS::AtMostOnce } else { QoS::AtLeastOnce };
        let mut publish = Publish::new(topic, qos, payload);
        (publish.pkid, publish.dup) = (id, dup);
        let mut out = BytesMut::new();
        publish.write(&mut out).map_err(Error::other)?;
        self.stream.write_all(&out)
    }

    /// Sends a message at `QoS` 1 and waits for its acknowledgement.
    pub fn publish(&mut self, topic: &str, payload: Vec<u8>, dup: bool) -> Result<()> {
        self.send(topic, payload, 1, dup)?;
        let answer = self.packet()?;
        if matches!(answer, Packet::PubAck(_)) { Ok(()) } else { Err(unexpected(&answer)) }
    }

    /// The next message for a subscriber, acknowledged.
    pub fn message(&mut self) -> Result<Publish> {
        loop {
            let Packet::Publish(publish) = self.packet()? else { continue };
            if publish.qos != QoS::AtMostOnce {
                let mut out = BytesMut::new();
                PubAck::new(publish.pkid).write(&mut out).map_err(Error::other)?;
                self.stream.write_all(&out)?;
            }
            return Ok(publish);
        }
    }

    /// The next packet.
    pub fn packet(&mut self) -> Result<Packet> {
        loop {
            match v4::Packet::read(&mut self.buffer, PACKET_BYTES_MAX) {
                Ok(packet) => return Ok(packet),
                Err(rumqttc::mqttbytes::Error::InsufficientBytes(_)) => {}
                Err(mistake) => return Err(Error::other(mistake)),
            }
            let mut chunk = [0; 16 * 1024];
            let count = self.stream.read(&mut chunk)?;
            if count == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            self.buffer.extend_from_slice(&chunk[..count]);
        }
    }
}

fn unexpected(packet: &Packet) -> Error {
    Error::other(format!("unexpected: {packet:?}"))
}
