//! A task that keeps one connection up and carries the messages of the devices behind it.
//!
//! It forgets everything when the connection breaks: what must not be lost, the devices keep and
//! send again when they hear that the line is up.

use std::collections::HashMap;

use bytes::Bytes;
use rumqttc::Packet;
use tokio::{
    sync::mpsc,
    time::{Duration, Instant, sleep, sleep_until, timeout},
};

use crate::{
    outbox::{Publication, Token},
    wire::{self, Backoff, Dial, KEEP_ALIVE_S, Receiver, Sender, WireError},
};

/// Messages that may wait for a line; beyond that they stay with their device.
pub const ORDERS: usize = 4_096;

/// Messages on one connection that may wait for their PUBACK.
const IN_FLIGHT: usize = 1_024;

/// How long an orderly end waits for PUBACKs.
const GOODBYE: Duration = Duration::from_secs(1);

/// A device of the simulated campus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeviceAt {
    Reader(usize),
    Gate(usize),
}

/// What a line is told to do. When all who could tell it are gone, it ends in order.
#[derive(Debug)]
pub enum Order {
    Publish {
        device: DeviceAt,
        publication: Publication,
    },
    /// Cut the connection without farewell.
    Cut,
}

/// What a line tells.
#[derive(Debug)]
pub enum Notice {
    Up { line: usize },
    Lost { line: usize, error: WireError },
    Acknowledged { device: DeviceAt, token: Token },
    Message { topic: String, payload: Bytes },
}

/// Whether the line goes on.
enum End {
    Broken(WireError),
    Farewell,
}

/// Keeps the line up until its orders end.
pub async fn keep(
    line: usize,
    dial: Dial,
    mut orders: mpsc::Receiver<Order>,
    notices: mpsc::Sender<Notice>,
) {
    let mut backoff = Backoff::new();
    loop {
        let error = match wire::open(&dial).await {
            Ok((sender, receiver)) => {
                backoff.reset();
                // What was ordered meanwhile is with the devices, which send it again now.
                while orders.try_recv().is_ok() {}
                if notices.send(Notice::Up { line }).await.is_err() {
                    return;
                }
                let mut carrier = Carrier { sender, in_flight: HashMap::new(), last: 0 };
                match carrier.carry(receiver, &mut orders, &notices).await {
                    End::Broken(error) => error,
                    End::Farewell => return,
                }
            }
            Err(error) => error,
        };
        if orders.is_closed() || notices.send(Notice::Lost { line, error }).await.is_err() {
            return;
        }
        sleep(backoff.pause()).await;
    }
}

struct Carrier {
    sender: Sender,
    in_flight: HashMap<u16, Option<(DeviceAt, Token)>>,
    last: u16,
}

impl Carrier {
    async fn carry(
        &mut self,
        mut receiver: Receiver,
        orders: &mut mpsc::Receiver<Order>,
        notices: &mpsc::Sender<Notice>,
    ) -> End {
        let keep_alive = Duration::from_secs(u64::from(KEEP_ALIVE_S) / 2);
        let mut ping_at = Instant::now() + keep_alive;
        loop {
            let step = tokio::select! {
                packet = receiver.receive() => match packet {
                    Ok(packet) => self.received(packet, notices).await,
                    Err(error) => Err(error),
                },
                order = orders.recv(), if self.in_flight.len() < IN_FLIGHT => match order {
                    Some(Order::Publish { device, publication }) => {
                        self.publish(device, &publication)
                    }
                    Some(Order::Cut) => Err(WireError::Closed),
                    None => {
                        self.farewell(&mut receiver, notices).await;
                        return End::Farewell;
                    }
                },
                () = sleep_until(ping_at) => {
                    ping_at = Instant::now() + keep_alive;
                    self.sender.ping()
                }
            };
            let sent = match step {
                Ok(()) => self.sender.flush().await,
                Err(error) => Err(error),
            };
            if let Err(error) = sent {
                return End::Broken(error);
            }
        }
    }

    fn publish(&mut self, device: DeviceAt, publication: &Publication) -> Result<(), WireError> {
        // Fewer than IN_FLIGHT are taken, so a free identifier comes soon.
        loop {
            self.last = self.last.checked_add(1).unwrap_or(1);
            if !self.in_flight.contains_key(&self.last) {
                break;
            }
        }
        self.in_flight.insert(self.last, publication.token.map(|token| (device, token)));
        self.sender.publish(publication, self.last)
    }

    async fn received(
        &mut self,
        packet: Packet,
        notices: &mpsc::Sender<Notice>,
    ) -> Result<(), WireError> {
        let notice = if let Packet::PubAck(ack) = packet {
            let Some(Some((device, token))) = self.in_flight.remove(&ack.pkid) else {
                return Ok(());
            };
            Notice::Acknowledged { device, token }
        } else if let Packet::Publish(message) = packet {
            if message.pkid != 0 {
                self.sender.acknowledge(message.pkid)?;
            }
            Notice::Message { topic: message.topic, payload: message.payload }
        } else {
            return Ok(());
        };
        // Nobody listens any more only at the very end.
        notices.send(notice).await.map_err(|_| WireError::Closed)
    }

    /// Waits a little for PUBACKs, then says goodbye; whatever fails here fails for nobody.
    async fn farewell(&mut self, receiver: &mut Receiver, notices: &mpsc::Sender<Notice>) {
        let last_acks = async {
            while !self.in_flight.is_empty() {
                let packet = receiver.receive().await?;
                self.received(packet, notices).await?;
            }
            Ok::<(), WireError>(())
        };
        let _ = timeout(GOODBYE, last_acks).await;
        if self.sender.disconnect().is_ok() {
            let _ = self.sender.flush().await;
        }
    }
}
