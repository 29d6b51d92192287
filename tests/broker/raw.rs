//! Packets written by hand: what well-behaved clients never send, and MQTT inside WebSocket.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{password_of, within};

fn text(text: &str) -> Vec<u8> {
    let mut bytes = u16::try_from(text.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    assert!(body.len() < 16_384, "two bytes of length are enough for the tests");
    let mut bytes = vec![first];
    if body.len() < 128 {
        bytes.push(u8::try_from(body.len()).unwrap());
    } else {
        bytes.push(u8::try_from(body.len() % 128).unwrap() | 0x80);
        bytes.push(u8::try_from(body.len() / 128).unwrap());
    }
    bytes.extend(body);
    bytes
}

/// An MQTT 3.1.1 CONNECT under that name, with a clean session.
pub fn connect(name: &str) -> Vec<u8> {
    let mut body = text("MQTT");
    body.extend([4, 0b1100_0010, 0, 60]);
    body.extend(text(name));
    body.extend(text(name));
    body.extend(text(&password_of(name)));
    packet(0x10, &body)
}

/// A PUBLISH at `QoS` 1.
pub fn publish(topic: &str, payload: &str, duplicate: bool) -> Vec<u8> {
    let mut body = text(topic);
    body.extend([0, 7]);
    body.extend(payload.as_bytes());
    packet(if duplicate { 0x3A } else { 0x32 }, &body)
}

/// A connection over which anything can be sent.
pub struct Raw(TcpStream);

impl Raw {
    pub async fn open(address: SocketAddr) -> Self {
        let stream = within("a connection", TcpStream::connect(address)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    pub async fn connect(address: SocketAddr, name: &str) -> Self {
        let mut raw = Self::open(address).await;
        raw.send(&connect(name)).await;
        assert_eq!(raw.read().await, Some(vec![0x20, 2, 0, 0]));
        raw
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// The next short packet; `None` when the connection is closed.
    pub async fn read(&mut self) -> Option<Vec<u8>> {
        within("a packet", async {
            let mut bytes = vec![0; 2];
            self.0.read_exact(&mut bytes).await.ok()?;
            assert!(bytes[1] < 128);
            let mut body = vec![0; usize::from(bytes[1])];
            self.0.read_exact(&mut body).await.ok()?;
            bytes.extend(body);
            Some(bytes)
        })
        .await
    }

    /// Asks for WebSocket and gives the answer's status line.
    pub async fn upgrade(&mut self) -> String {
        let request = "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\
                       Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
        self.send(request.as_bytes()).await;
        within("an answer to the upgrade", async {
            let mut answer = Vec::new();
            while !answer.ends_with(b"\r\n\r\n") {
                answer.push(self.0.read_u8().await.unwrap());
            }
            String::from_utf8(answer).unwrap().lines().next().unwrap().to_owned()
        })
        .await
    }

    /// Sends a packet as one binary frame, masked with zeros as a client must.
    pub async fn send_frame(&mut self, packet: &[u8]) {
        assert!(packet.len() < 126);
        let mut frame = vec![0x82, 0x80 | u8::try_from(packet.len()).unwrap(), 0, 0, 0, 0];
        frame.extend(packet);
        self.send(&frame).await;
    }
}
