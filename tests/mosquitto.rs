//! Stories of the link to an outside broker against a real mosquitto that is restarted and killed.

#![expect(clippy::expect_used, clippy::panic, reason = "the helpers of tests may fail as tests do")]

#[path = "support/mosquitto.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod mosquitto;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use chrono::Utc;
use mosquitto::Mosquitto;
use onecard_devices::link::{
    Incoming, Outgoing, Publish, Qos, Receipt,
    outside::{Handle, Settings, Timings, connect},
};
use tokio::{sync::mpsc, time::timeout};

const PATIENCE: Duration = Duration::from_mins(1);
const SWIPE: &str = "onecard/main/north/reader/r1/swipe";
const COMMAND: &str = "onecard/main/north/gate/g1/command";

struct Client {
    out: Arc<dyn Publish>,
    handle: Handle,
    incoming: mpsc::Receiver<Incoming>,
}

impl Client {
    /// A link that has caught up with what waited for it.
    async fn start(port: u16, name: &str, filter: &str) -> Self {
        let settings = Settings {
            host: "127.0.0.1".to_owned(),
            port,
            tls: None,
            credentials: None,
            client_id: name.to_owned(),
            subscriptions: vec![(filter.to_owned(), Qos::AtLeastOnce)],
            probe_topic: format!("onecard/main/_/controller/{name}/probe"),
            availability: None,
            capacity: 10_000,
            max_packet: 256 * 1024,
            now: Arc::new(now),
            last_alive: None,
            timings: Timings { probe: Duration::from_millis(50), ..Timings::default() },
            seed: 7,
        };
        let (sender, incoming) = mpsc::channel(10_000);
        // A full channel drops the message and so refuses it.
        let receive = Arc::new(move |message| drop(sender.try_send(message)));
        let (out, handle, driver) = connect(settings, receive).expect("settings");
        tokio::spawn(driver.run());
        let mut client = Self { out, handle, incoming };
        client.connected(true).await;
        client
    }

    async fn connected(&mut self, wanted: bool) {
        let wait = self.handle.connected.wait_for(|connected| *connected == wanted);
        timeout(PATIENCE, wait).await.expect("it turns so").expect("a driver");
    }

    async fn incoming(&mut self) -> Incoming {
        timeout(PATIENCE, self.incoming.recv()).await.expect("a message comes").expect("a link")
    }

    fn publish(&self, topic: &str, payload: String) -> Receipt {
        let message = Outgoing {
            topic: topic.to_owned(),
            payload: Bytes::from(payload),
            qos: Qos::AtLeastOnce,
            retain: false,
            expiry: None,
            correlation: None,
        };
        self.out.publish(message).expect("room")
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program of its own, with the clock of the machine"
)]
fn now() -> onecard_rules::Time {
    Utc::now()
}

async fn taken_over(receipt: Receipt) {
    timeout(PATIENCE, receipt).await.expect("the receipt resolves").expect("it is taken over");
}

/// Accepts messages until each number below `until` has come.
async fn accept_all(client: &mut Client, seen: &mut BTreeMap<u32, u32>, until: u32) {
    while (0..until).any(|number| !seen.contains_key(&number)) {
        accept_one(client, seen).await;
    }
}

#[tokio::test]
async fn five_restarts_under_load_lose_nothing_that_the_broker_took_over() {
    let mut broker = Mosquitto::start().await;
    let mut controller = Client::start(broker.port, "c1", SWIPE).await;
    let reader = Client::start(broker.port, "r1", COMMAND).await;
    let mut receipts = vec![];
    let mut seen = BTreeMap::new();
    let mut number = 0;
    for _ in 0..5 {
        // Some before, some while the broker is away, some after.
        for away in [false, true, false] {
            if away {
                broker.end();
                controller.connected(false).await;
            } else if number % 300 != 0 {
                broker.start_again().await;
                controller.connected(true).await;
            }
            for _ in 0..100 {
                receipts.push(reader.publish(SWIPE, number.to_string()));
                number += 1;
            }
        }
        accept_all(&mut controller, &mut seen, number).await;
    }
    for receipt in receipts {
        taken_over(receipt).await;
    }
    let all: BTreeSet<u32> = (0..number).collect();
    assert_eq!(seen.keys().copied().collect::<BTreeSet<_>>(), all);
    assert_eq!(controller.handle.counts().reconnects, 5);
}

#[tokio::test]
async fn a_killed_broker_that_forgot_the_session_swallows_no_command() {
    let mut broker = Mosquitto::start().await;
    let mut controller = Client::start(broker.port, "c1", SWIPE).await;
    let mut gate = Client::start(broker.port, "g1", COMMAND).await;
    let mut seen = BTreeMap::new();
    for round in 0..5 {
        broker.kill();
        controller.connected(false).await;
        gate.connected(false).await;
        let receipts: Vec<_> = (round * 100..(round + 1) * 100)
            .map(|number| controller.publish(COMMAND, number.to_string()))
            .collect();
        broker.start_again().await;
        controller.connected(true).await;
        for receipt in receipts {
            taken_over(receipt).await;
        }
        gate.connected(true).await;
    }
    // Those that the broker took over before it knew the gate again are its own to lose; the last
    // of all comes, since the gate is there.
    let last = controller.publish(COMMAND, "500".to_owned());
    taken_over(last).await;
    while !seen.contains_key(&500) {
        accept_one(&mut gate, &mut seen).await;
    }
    assert_eq!(controller.handle.counts().reconnects, 5);
}

async fn accept_one(client: &mut Client, seen: &mut BTreeMap<u32, u32>) {
    let incoming = client.incoming().await;
    let number = std::str::from_utf8(&incoming.payload).expect("text").parse();
    *seen.entry(number.expect("a number")).or_default() += 1;
    incoming.ack.accept();
}

#[tokio::test]
async fn what_waited_while_the_controller_was_away_comes_to_its_next_start_marked_as_such() {
    let broker = Mosquitto::start().await;
    let controller = Client::start(broker.port, "c1", SWIPE).await;
    let reader = Client::start(broker.port, "r1", COMMAND).await;
    timeout(PATIENCE, controller.handle.stop()).await.expect("it stops");
    for number in 0..500 {
        taken_over(reader.publish(SWIPE, number.to_string())).await;
    }
    let mut controller = Client::start(broker.port, "c1", SWIPE).await;
    for number in 0..500 {
        let incoming = controller.incoming().await;
        assert_eq!(&incoming.payload[..], number.to_string().as_bytes());
        // This start knows nothing of the one before: whatever waited may be of any age.
        assert_eq!(incoming.sent_after, Some(onecard_rules::Time::UNIX_EPOCH));
        incoming.ack.accept();
    }
    let fresh = async {
        loop {
            taken_over(reader.publish(SWIPE, "fresh".to_owned())).await;
            let incoming = controller.incoming().await;
            incoming.ack.accept();
            if incoming.sent_after.is_none() {
                return;
            }
        }
    };
    timeout(PATIENCE, fresh).await.expect("a fresh message is told from one that waited");
}

#[tokio::test]
async fn refused_messages_come_again_until_they_are_accepted() {
    let broker = Mosquitto::start().await;
    let mut controller = Client::start(broker.port, "c1", SWIPE).await;
    let reader = Client::start(broker.port, "r1", COMMAND).await;
    for number in 0..50 {
        taken_over(reader.publish(SWIPE, number.to_string())).await;
    }
    let (mut deliveries, mut accepted) = (BTreeMap::<Bytes, u32>::new(), 0);
    while accepted < 50 {
        let incoming = controller.incoming().await;
        let times = deliveries.entry(incoming.payload.clone()).or_default();
        *times += 1;
        if *times < 3 {
            incoming.ack.refuse();
        } else {
            // A second copy of an accepted message is only acknowledged again.
            accepted += u32::from(*times == 3);
            incoming.ack.accept();
        }
    }
    let counts = controller.handle.counts();
    assert!(counts.reconnects >= 2 && counts.redelivered >= 100, "{counts:?}");
}
