//! A broker of a hundred lines for these tests: no sessions, no retained messages, no permissions,
//! but it can withhold acknowledgements and cut connections.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::BytesMut;
use rumqttc::{
    ConnAck, ConnectReturnCode, Packet, PubAck, Publish, QoS, SubAck, SubscribeReasonCode,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::broadcast,
};

/// What the broker saw and does.
pub struct Broker {
    pub address: SocketAddr,
    /// All that was published to it.
    pub seen: broadcast::Sender<Publish>,
    /// Publishes are taken but not acknowledged.
    pub withholds: Arc<AtomicBool>,
    pub connections: Arc<AtomicU64>,
    cut: broadcast::Sender<()>,
}

impl Broker {
    /// Starts on a free port within the caller's runtime.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let broker = Self {
            address: listener.local_addr().unwrap(),
            seen: broadcast::channel(1 << 16).0,
            withholds: Arc::default(),
            connections: Arc::default(),
            cut: broadcast::channel(4).0,
        };
        let (seen, cut) = (broker.seen.clone(), broker.cut.clone());
        let (withholds, connections) =
            (Arc::clone(&broker.withholds), Arc::clone(&broker.connections));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                connections.fetch_add(1, Ordering::SeqCst);
                let (news, seen, cut) = (seen.subscribe(), seen.clone(), cut.subscribe());
                tokio::spawn(serve(stream, news, seen, cut, Arc::clone(&withholds)));
            }
        });
        broker
    }

    /// Cuts every connection.
    pub fn cut(&self) {
        let _ = self.cut.send(());
    }

    /// Publishes as somebody else would.
    pub fn publish(&self, topic: &str, payload: Vec<u8>) {
        let _ = self.seen.send(Publish::new(topic, QoS::AtLeastOnce, payload));
    }
}

async fn serve(
    mut stream: TcpStream,
    mut news: broadcast::Receiver<Publish>,
    seen: broadcast::Sender<Publish>,
    mut cut: broadcast::Receiver<()>,
    withholds: Arc<AtomicBool>,
) {
    let (mut buffer, mut filters, mut pkid) = (BytesMut::new(), Vec::<String>::new(), 0_u16);
    let mut out = BytesMut::new();
    loop {
        tokio::select! {
            _ = cut.recv() => return,
            message = news.recv() => {
                let mut message = message.expect("the test's broker keeps up");
                if filters.iter().any(|filter| matches(filter, &message.topic)) {
                    pkid = pkid.checked_add(1).unwrap_or(1);
                    message.pkid = pkid;
                    message.write(&mut out).unwrap();
                }
            }
            read = stream.read_buf(&mut buffer) => {
                if !matches!(read, Ok(1..)) {
                    return;
                }
                while let Ok(packet) = Packet::read(&mut buffer, 1 << 20) {
                    match packet {
                        Packet::Connect(_) => {
                            let answer = ConnAck::new(ConnectReturnCode::Success, false);
                            answer.write(&mut out).unwrap();
                        }
                        Packet::Subscribe(subscribe) => {
                            let ok = SubscribeReasonCode::Success(QoS::AtLeastOnce);
                            let codes = vec![ok; subscribe.filters.len()];
                            filters.extend(subscribe.filters.into_iter().map(|f| f.path));
                            SubAck::new(subscribe.pkid, codes).write(&mut out).unwrap();
                        }
                        Packet::Publish(publish) => {
                            if publish.pkid != 0 && !withholds.load(Ordering::SeqCst) {
                                PubAck::new(publish.pkid).write(&mut out).unwrap();
                            }
                            let _ = seen.send(publish);
                        }
                        Packet::Disconnect => return,
                        _ => {}
                    }
                }
            }
        }
        if !out.is_empty() && stream.write_all(&out).await.is_err() {
            return;
        }
        out.clear();
    }
}

fn matches(filter: &str, topic: &str) -> bool {
    let (mut filter, mut topic) = (filter.split('/'), topic.split('/'));
    loop {
        match (filter.next(), topic.next()) {
            (None, None) | (Some("#"), _) => return true,
            (Some(f), Some(t)) if f == "+" || f == t => {}
            _ => return false,
        }
    }
}
