//! Stories of the link to an outside broker that misbehaves, one for each way it was seen to.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking, and names the packets that it expects"
)]

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use chrono::TimeDelta;
use onecard_devices::link::{
    Incoming, Outgoing, Publish, PublishRefusal, Qos, Receipt,
    outside::{Availability, Handle, Settings, SettingsError, Timings, connect},
};
use onecard_rules::Time;
use rumqttc::{ConnAck, ConnectReturnCode, Packet, QoS};
use support::broker::{Broker, PATIENCE, PROBE, Peer};
use tokio::{sync::mpsc, time::timeout};

const SWIPE: &str = "onecard/main/north/reader/r1/swipe";
const COMMAND: &str = "onecard/main/north/gate/g1/command";
const FILTER: &str = "onecard/main/+/reader/+/swipe";
const AVAILABILITY: &str = "onecard/main/_/controller/c1/availability";

/// A clock that moves when told, in milliseconds from the epoch.
#[derive(Clone)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn set(&self, millis: i64) {
        self.0.store(millis, Ordering::SeqCst);
    }
}

fn at(millis: i64) -> Time {
    Time::UNIX_EPOCH + TimeDelta::milliseconds(millis)
}

/// A link to a broker, running.
struct Link {
    out: Arc<dyn Publish>,
    handle: Handle,
    incoming: mpsc::Receiver<Incoming>,
    clock: Clock,
}

impl Link {
    fn start(broker: &Broker, change: impl FnOnce(&mut Settings)) -> Self {
        let clock = Clock(Arc::new(AtomicI64::new(100_000)));
        let mut settings = settings(broker, &clock);
        change(&mut settings);
        let (sender, incoming) = mpsc::channel(10_000);
        let receive = Arc::new(move |message| drop(sender.try_send(message)));
        let (out, handle, driver) = connect(settings, receive).expect("settings");
        tokio::spawn(driver.run());
        Self { out, handle, incoming, clock }
    }

    async fn incoming(&mut self) -> Incoming {
        timeout(PATIENCE, self.incoming.recv()).await.expect("a message comes").expect("a link")
    }

    async fn connected(&mut self, wanted: bool) {
        let wait = self.handle.connected.wait_for(|connected| *connected == wanted);
        timeout(PATIENCE, wait).await.expect("it turns so").expect("a driver");
    }

    fn publish(&self, topic: &str, payload: &str) -> Receipt {
        self.out.publish(message(topic, payload)).expect("room")
    }
}

fn settings(broker: &Broker, clock: &Clock) -> Settings {
    let clock = clock.clone();
    Settings {
        host: broker.address.ip().to_string(),
        port: broker.address.port(),
        tls: None,
        credentials: None,
        client_id: "controller-c1".to_owned(),
        subscriptions: vec![(FILTER.to_owned(), Qos::AtLeastOnce)],
        probe_topic: PROBE.to_owned(),
        availability: None,
        capacity: 10_000,
        max_packet: 256 * 1024,
        now: Arc::new(move || at(clock.0.load(Ordering::SeqCst))),
        last_alive: Some(at(90_000)),
        timings: Timings { probe: Duration::from_millis(10), ..Timings::default() },
        seed: 7,
    }
}

fn message(topic: &str, payload: &str) -> Outgoing {
    Outgoing {
        topic: topic.to_owned(),
        payload: Bytes::copy_from_slice(payload.as_bytes()),
        qos: Qos::AtLeastOnce,
        retain: false,
        expiry: None,
        correlation: None,
    }
}

fn state(topic: &str, payload: &str) -> Outgoing {
    Outgoing { retain: true, ..message(topic, payload) }
}

async fn taken_over(receipt: Receipt) -> bool {
    timeout(PATIENCE, receipt).await.expect("the receipt resolves").is_ok()
}

/// Reads and acknowledges publishes until one has this payload; answers all payloads read.
async fn publishes_until(peer: &mut Peer, last: &str) -> Vec<String> {
    let mut payloads = vec![];
    while payloads.last().map(String::as_str) != Some(last) {
        let publish = peer.publish().await;
        peer.acknowledge(publish.pkid).await;
        payloads.push(String::from_utf8(publish.payload.to_vec()).expect("text"));
    }
    payloads
}

/// Plays a broker without a story of its own while something is awaited.
async fn meanwhile<T>(peer: &mut Peer, wanted: impl Future<Output = T>) -> T {
    tokio::select! {
        value = wanted => value,
        packet = peer.next() => panic!("nobody expects {packet:?}"),
    }
}

/// The link's next connection, subscribed; nothing may be queued yet.
async fn in_charge(broker: &Broker, link: &mut Link) -> Peer {
    let mut peer = broker.accept(true).await;
    meanwhile(&mut peer, link.connected(true)).await;
    peer
}

/// Delivers messages one by one until one is proved fresh, and accepts them all.
async fn caught_up(peer: &mut Peer, link: &mut Link) {
    loop {
        peer.deliver(SWIPE, "are you there", 59_999, false).await;
        let seen = meanwhile(peer, link.incoming()).await;
        seen.ack.accept();
        assert_eq!(peer.acknowledgement().await, 59_999);
        if seen.sent_after.is_none() {
            return;
        }
    }
}

#[tokio::test]
async fn nothing_is_connected_before_the_driver_runs() {
    let broker = Broker::start().await;
    let clock = Clock(Arc::new(AtomicI64::new(0)));
    let (out, _handle, driver) =
        connect(settings(&broker, &clock), Arc::new(drop)).expect("settings");
    let receipt = out.publish(message(COMMAND, "early")).expect("room");
    tokio::select! {
        biased;
        peer = broker.knock() => panic!("connected as {:?}", peer.connect),
        () = tokio::task::yield_now() => {}
    }
    tokio::spawn(driver.run());
    let mut peer = broker.accept(false).await;
    assert!(!peer.connect.clean_session);
    assert_eq!(publishes_until(&mut peer, "early").await, ["early"]);
    assert!(taken_over(receipt).await);
}

#[tokio::test]
async fn settings_that_no_broker_understands_are_refused() {
    let broker = Broker::start().await;
    let clock = Clock(Arc::new(AtomicI64::new(0)));
    let refused = |change: fn(&mut Settings)| {
        let mut settings = settings(&broker, &clock);
        change(&mut settings);
        connect(settings, Arc::new(drop)).err().expect("a refusal")
    };
    assert_eq!(refused(|it| it.client_id.clear()), SettingsError::NoClientId);
    assert_eq!(refused(|it| it.capacity = 0), SettingsError::NoCapacity);
    assert_eq!(
        refused(|it| it.subscriptions.push(("a/#/b".to_owned(), Qos::AtMostOnce))),
        SettingsError::Filter("a/#/b".to_owned())
    );
    assert_eq!(
        refused(|it| "a/+".clone_into(&mut it.probe_topic)),
        SettingsError::Topic("a/+".to_owned())
    );
    assert_eq!(
        refused(|it| it.timings.keep_alive = Duration::from_millis(999)),
        SettingsError::KeepAlive(Duration::from_millis(999))
    );
}

#[tokio::test]
async fn a_message_is_acknowledged_once_accepted_in_any_order() {
    let broker = Broker::start().await;
    let mut link = Link::start(&broker, |_| {});
    let mut peer = broker.accept(true).await;
    for packet in 1..=3 {
        peer.deliver(SWIPE, &packet.to_string(), packet, false).await;
    }
    let mut acks = vec![];
    for expected in ["1", "2", "3"] {
        let incoming = meanwhile(&mut peer, link.incoming()).await;
        assert_eq!((incoming.topic.as_str(), &incoming.payload[..]), (SWIPE, expected.as_bytes()));
        acks.push(incoming.ack);
    }
    for packet in [3_u16, 1, 2] {
        let ack = acks.remove(match packet {
            3 => 2,
            _ => 0,
        });
        ack.accept();
        assert_eq!(peer.acknowledgement().await, packet);
    }
}

#[tokio::test]
async fn a_refused_message_is_asked_for_again_with_an_orderly_reconnection() {
    let broker = Broker::start().await;
    let mut link = Link::start(&broker, |_| {});
    let mut peer = broker.accept(true).await;
    for refuse in [true, false] {
        peer.deliver(SWIPE, "1", 1, false).await;
        peer.deliver(SWIPE, "2", 2, false).await;
        let (first, second) =
            meanwhile(&mut peer, async { (link.incoming().await, link.incoming().await) }).await;
        // A dropped answer is a refusal too.
        if refuse {
            first.ack.refuse();
        } else {
            drop(first.ack);
        }
        second.ack.accept();
        assert_eq!(peer.acknowledgement().await, 2);
        // Without an order the broker would publish the last will.
        assert!(peer.hang_up().await);
        peer = broker.accept(true).await;
        peer.deliver(SWIPE, "1", 1, true).await;
        let again = meanwhile(&mut peer, link.incoming()).await;
        assert!(again.redelivered);
        assert!(again.sent_after.is_some());
        again.ack.accept();
        assert_eq!(peer.acknowledgement().await, 1);
    }
    let counts = link.handle.counts();
    assert_eq!((counts.refused, counts.redelivered, counts.reconnects), (2, 2, 2));
}

#[tokio::test]
async fn a_late_answer_does_not_acknowledge_another_message_of_the_next_connection() {
    let broker = Broker::start().await;
    let mut link = Link::start(&broker, |_| {});
    let mut peer = broker.accept(true).await;
    peer.deliver(SWIPE, "old", 1, false).await;
    let old = meanwhile(&mut peer, link.incoming()).await;
    drop(peer);
    let mut peer = broker.accept(false).await;
    peer.deliver(SWIPE, "new", 1, false).await;
    peer.deliver(SWIPE, "newer", 2, false).await;
    let (_new, newer) =
        meanwhile(&mut peer, async { (link.incoming().await, link.incoming().await) }).await;
    old.ack.accept();
    newer.ack.accept();
    assert_eq!(peer.acknowledgement().await, 2);
}

#[tokio::test]
async fn it_subscribes_at_every_connection_whether_the_broker_kept_a_session_or_not() {
    let broker = Broker::start().await;
    let link = Link::start(&broker, |_| {});
    for session_present in [true, true, false] {
        let mut peer = broker.accept(session_present).await;
        let receipt = link.publish(COMMAND, "marker");
        publishes_until(&mut peer, "marker").await;
        meanwhile(&mut peer, taken_over(receipt)).await;
        assert_eq!(peer.subscribed, [FILTER, PROBE], "session present: {session_present}");
    }
    assert_eq!(link.handle.counts().reconnects, 2);
}

#[tokio::test]
async fn what_a_lost_session_swallowed_is_published_again() {
    for session_present in [false, true] {
        let broker = Broker::start().await;
        let mut link = Link::start(&broker, |_| {});
        let mut peer = in_charge(&broker, &mut link).await;
        let receipts = ["1", "2", "3"].map(|payload| link.publish(COMMAND, payload));
        for expected in ["1", "2", "3"] {
            let publish = peer.publish().await;
            assert_eq!(&publish.payload[..], expected.as_bytes());
            if expected == "2" {
                peer.acknowledge(publish.pkid).await;
            }
        }
        let [first, second, third] = receipts;
        assert!(meanwhile(&mut peer, taken_over(second)).await);
        drop(peer);
        link.connected(false).await;
        let queued = link.publish(COMMAND, "4");
        let mut peer = broker.accept(session_present).await;
        assert_eq!(publishes_until(&mut peer, "4").await, ["1", "3", "4"]);
        for receipt in [first, third, queued] {
            assert!(meanwhile(&mut peer, taken_over(receipt)).await);
        }
        assert_eq!(link.handle.counts().republished, 2);
    }
}

#[tokio::test]
async fn a_command_past_its_expiry_is_never_sent() {
    let broker = Broker::start().await;
    let mut link = Link::start(&broker, |_| {});
    let mut peer = in_charge(&broker, &mut link).await;
    let expiry = Some(Duration::from_secs(3));
    let command = |payload| Outgoing { expiry, ..message(COMMAND, payload) };
    let on_the_wire = link.out.publish(command("on the wire")).expect("room");
    peer.publish().await;
    drop(peer);
    link.connected(false).await;
    let queued = link.out.publish(command("queued")).expect("room");
    link.clock.set(103_000);
    let fresh = link.out.publish(command("fresh")).expect("room");
    let mut peer = broker.accept(true).await;
    assert_eq!(publishes_until(&mut peer, "fresh").await, ["fresh"]);
    assert!(meanwhile(&mut peer, taken_over(fresh)).await);
    assert!(!taken_over(on_the_wire).await && !taken_over(queued).await);
    assert_eq!(link.handle.counts().dropped_expired, 2);
}

#[tokio::test]
async fn of_a_state_only_the_last_is_kept_while_there_is_no_connection() {
    let broker = Broker::start().await;
    let mut link = Link::start(&broker, |settings| settings.capacity = 3);
    let mut peer = in_charge(&broker, &mut link).await;
    drop(link.out.publish(state("a", "a0")).expect("room"));
    assert!(peer.publish().await.retain);
    drop(peer);
    link.connected(false).await;
    let superseded = link.out.publish(state("a", "a1")).expect("room");
    for (topic, payload) in [("b", "b1"), ("b", "b2"), ("a", "a2")] {
        link.out.publish(state(topic, payload)).expect("a state replaces the one before");
    }
    assert!(!taken_over(superseded).await);
    link.publish("event", "last");
    let mut peer = broker.accept(true).await;
    assert_eq!(publishes_until(&mut peer, "last").await, ["b2", "a2", "last"]);
}

#[tokio::test]
async fn a_full_queue_refuses_and_takes_again_once_something_left_it() {
    let broker = Broker::start().await;
    let mut link = Link::start(&broker, |settings| settings.capacity = 2);
    let expiry = Some(Duration::from_secs(1));
    let first = link.out.publish(Outgoing { expiry, ..message(COMMAND, "1") }).expect("room");
    let second = link.publish(COMMAND, "2");
    assert_eq!(link.out.publish(message(COMMAND, "3")).err(), Some(PublishRefusal::Full));
    link.clock.set(101_000);
    let third = link.publish(COMMAND, "3");
    assert!(!taken_over(first).await);
    let mut peer = broker.accept(true).await;
    assert_eq!(publishes_until(&mut peer, "3").await, ["2", "3"]);
    assert!(meanwhile(&mut peer, taken_over(second)).await);
    assert!(meanwhile(&mut peer, taken_over(third)).await);
    meanwhile(&mut peer, link.connected(true)).await;
}

#[tokio::test]
async fn a_message_up_to_the_limit_passes_and_a_longer_one_harms_nothing() {
    let broker = Broker::start().await;
    let mut link = Link::start(&broker, |_| {});
    let mut peer = broker.accept(true).await;
    let long = "x".repeat(250_000);
    let too_long = "x".repeat(256 * 1024);
    let refused = link.out.publish(message(COMMAND, &too_long)).err();
    assert_eq!(refused, Some(PublishRefusal::TooLong));
    link.publish(COMMAND, &long);
    assert_eq!(publishes_until(&mut peer, &long).await.len(), 1);
    peer.deliver(SWIPE, &too_long, 1, false).await;
    peer.deliver(SWIPE, &long, 2, false).await;
    assert_eq!(peer.acknowledgement().await, 1);
    let incoming = meanwhile(&mut peer, link.incoming()).await;
    assert_eq!(incoming.payload.len(), long.len());
    assert_eq!(link.handle.counts().oversized, 1);
}

#[tokio::test]
async fn a_topic_that_a_broker_hangs_up_on_is_never_sent() {
    let broker = Broker::start().await;
    let link = Link::start(&broker, |_| {});
    for topic in ["", "a/+", "#", "a\0b"] {
        assert!(!taken_over(link.publish(topic, "never")).await, "`{topic}`");
    }
    link.publish(COMMAND, "good");
    let mut peer = broker.accept(true).await;
    assert_eq!(publishes_until(&mut peer, "good").await, ["good"]);
}

#[tokio::test]
async fn acknowledgements_out_of_order_and_a_lost_session_hang_nothing() {
    let broker = Broker::start().await;
    let mut link = Link::start(&broker, |settings| {
        settings.timings.stuck = Duration::from_millis(100);
    });
    let receipts: Vec<_> =
        (0..6_000).map(|number| link.publish(COMMAND, &number.to_string())).collect();
    let mut peer = broker.accept(true).await;
    // All but the first are acknowledged, for ever: the numbers of packets must not go round.
    let first = peer.publish().await;
    let mut read = 1;
    loop {
        match peer.next().await {
            Some(Packet::Publish(publish)) => {
                assert_ne!(publish.pkid, first.pkid);
                peer.acknowledge(publish.pkid).await;
                read += 1;
            }
            Some(other) => panic!("nobody expects {other:?}"),
            None => break,
        }
    }
    assert!(read < 4_096, "{read}");
    let mut peer = broker.accept(false).await;
    let payloads = publishes_until(&mut peer, "5999").await;
    assert_eq!(payloads[0], "0");
    for receipt in receipts {
        assert!(meanwhile(&mut peer, taken_over(receipt)).await);
    }
    link.connected(true).await;
    assert_eq!(link.handle.counts().stalls, 1);
}

#[tokio::test]
async fn a_broker_that_answers_nothing_is_given_up() {
    let broker = Broker::start().await;
    let mut link = Link::start(&broker, |settings| {
        settings.timings.stuck = Duration::from_millis(50);
    });
    let mut peer = broker.accept(true).await;
    peer.probes = false;
    assert!(!peer.hang_up().await);
    let mut peer = broker.accept(true).await;
    link.publish(COMMAND, "again");
    assert_eq!(publishes_until(&mut peer, "again").await, ["again"]);
    caught_up(&mut peer, &mut link).await;
}

#[tokio::test]
async fn a_broker_that_refuses_or_dies_while_connecting_is_tried_until_it_accepts() {
    let broker = Broker::start().await;
    let link = Link::start(&broker, |settings| {
        settings.timings.retry_cap = Duration::from_millis(20);
    });
    for attempt in 0..10 {
        let mut peer = broker.knock().await;
        if attempt % 2 == 0 {
            let refusal = ConnAck::new(ConnectReturnCode::ServiceUnavailable, false);
            peer.write(Packet::ConnAck(refusal)).await;
        }
    }
    link.publish(COMMAND, "at last");
    let mut peer = broker.accept(true).await;
    assert_eq!(publishes_until(&mut peer, "at last").await, ["at last"]);
    assert_eq!(link.handle.counts().reconnects, 0);
}

#[tokio::test]
async fn what_waited_at_the_broker_is_told_from_what_was_sent_just_now() {
    let broker = Broker::start().await;
    let mut link = Link::start(&broker, |_| {});
    let mut peer = broker.accept(true).await;
    peer.deliver(SWIPE, "waited", 1, false).await;
    let waited = meanwhile(&mut peer, link.incoming()).await;
    assert_eq!((waited.sent_after, waited.redelivered), (Some(at(90_000)), false));
    waited.ack.accept();
    assert_eq!(peer.acknowledgement().await, 1);
    caught_up(&mut peer, &mut link).await;
    drop(peer);
    link.connected(false).await;
    link.clock.set(200_000);

    let mut peer = broker.accept(true).await;
    peer.deliver(SWIPE, "again", 1, true).await;
    peer.deliver(SWIPE, "waited", 2, false).await;
    let (again, waited) =
        meanwhile(&mut peer, async { (link.incoming().await, link.incoming().await) }).await;
    for (incoming, redelivered) in [(&again, true), (&waited, false)] {
        let since = incoming.sent_after.expect("it waited");
        assert!(since <= at(100_000) && since >= at(90_000), "{since}");
        assert_eq!(incoming.redelivered, redelivered);
    }
    again.ack.accept();
    waited.ack.accept();
    assert_eq!([peer.acknowledgement().await, peer.acknowledgement().await], [1, 2]);
    caught_up(&mut peer, &mut link).await;
}

#[tokio::test]
async fn without_a_memory_of_the_last_run_and_for_retained_messages_nothing_is_fresh() {
    let broker = Broker::start().await;
    let mut link = Link::start(&broker, |settings| settings.last_alive = None);
    let mut peer = broker.accept(true).await;
    peer.deliver(SWIPE, "waited", 1, false).await;
    let waited = meanwhile(&mut peer, link.incoming()).await;
    assert_eq!(waited.sent_after, Some(Time::UNIX_EPOCH));
    waited.ack.accept();
    assert_eq!(peer.acknowledgement().await, 1);
    caught_up(&mut peer, &mut link).await;
    let mut retained = rumqttc::Publish::new(SWIPE, QoS::AtMostOnce, "retained");
    retained.retain = true;
    peer.write(Packet::Publish(retained)).await;
    let retained = meanwhile(&mut peer, link.incoming()).await;
    assert!(retained.retained);
    assert_eq!(retained.sent_after, Some(Time::UNIX_EPOCH));
}

#[tokio::test]
async fn news_of_the_moment_is_sent_once_or_not_at_all() {
    let broker = Broker::start().await;
    let mut link = Link::start(&broker, |_| {});
    let news = |payload| Outgoing { qos: Qos::AtMostOnce, ..message("display", payload) };
    assert!(!taken_over(link.out.publish(news("nobody there")).expect("room")).await);
    let mut peer = in_charge(&broker, &mut link).await;
    let receipt = link.out.publish(news("hello")).expect("room");
    let publish = peer.publish().await;
    assert_eq!((&publish.payload[..], publish.qos), (&b"hello"[..], QoS::AtMostOnce));
    // The receipt needs no answer of the broker.
    assert!(meanwhile(&mut peer, taken_over(receipt)).await);
    peer.deliver(SWIPE, "unacknowledged", 0, false).await;
    meanwhile(&mut peer, link.incoming()).await.ack.accept();
    link.publish(COMMAND, "next");
    assert_eq!(publishes_until(&mut peer, "next").await, ["next"]);
    assert_eq!(link.handle.counts().dropped_offline, 1);
}

#[tokio::test]
async fn it_says_hello_and_goodbye_in_order() {
    let broker = Broker::start().await;
    let availability = Availability {
        topic: AVAILABILITY.to_owned(),
        online: Bytes::from_static(b"online"),
        offline: Bytes::from_static(b"offline"),
    };
    let mut link = Link::start(&broker, |settings| settings.availability = Some(availability));
    let mut peer = broker.accept(true).await;
    let will = peer.connect.last_will.clone().expect("a will");
    assert_eq!((will.topic.as_str(), &will.message[..]), (AVAILABILITY, &b"offline"[..]));
    assert!(will.retain);
    let hello = peer.publish().await;
    assert_eq!((hello.topic.as_str(), &hello.payload[..]), (AVAILABILITY, &b"online"[..]));
    assert!(hello.retain);
    peer.acknowledge(hello.pkid).await;

    peer.deliver(SWIPE, "taken", 1, false).await;
    let taken = meanwhile(&mut peer, link.incoming()).await;
    let last = link.publish(COMMAND, "last word");
    let handle = link.handle.clone();
    let stopped = tokio::spawn(async move { handle.stop().await });
    assert_eq!(&peer.publish().await.payload[..], b"last word");
    let goodbye = peer.publish().await;
    assert_eq!((goodbye.topic.as_str(), &goodbye.payload[..]), (AVAILABILITY, &b"offline"[..]));
    assert_eq!(link.out.publish(message(COMMAND, "late")).err(), Some(PublishRefusal::Closed));
    peer.deliver(SWIPE, "too late", 2, false).await;
    peer.acknowledge(goodbye.pkid - 1).await;
    peer.acknowledge(goodbye.pkid).await;
    taken.ack.accept();
    assert_eq!(peer.acknowledgement().await, 1);
    assert!(peer.hang_up().await);
    assert!(taken_over(last).await);
    timeout(PATIENCE, stopped).await.expect("the link ends").expect("no panic");
    assert!(link.incoming.recv().await.is_none());
}

#[tokio::test]
async fn a_stop_ends_even_when_the_broker_answers_nothing_or_is_not_there() {
    for connects in [true, false] {
        let broker = Broker::start().await;
        let link = Link::start(&broker, |settings| {
            settings.timings.stop = Duration::from_millis(50);
        });
        let peer = if connects { Some(broker.accept(true).await) } else { None };
        let receipt = link.publish(COMMAND, "never taken over");
        timeout(PATIENCE, link.handle.stop()).await.expect("the link ends");
        assert!(!taken_over(receipt).await);
        drop(peer);
    }
}

#[tokio::test]
async fn a_link_whose_subscription_is_refused_is_not_in_charge() {
    let broker = Broker::start().await;
    let mut link = Link::start(&broker, |_| {});
    let mut peer = broker.accept(false).await;
    peer.grants = false;
    let receipt = link.publish(COMMAND, "out all the same");
    assert_eq!(publishes_until(&mut peer, "out all the same").await.len(), 1);
    assert!(meanwhile(&mut peer, taken_over(receipt)).await);
    assert!(!*link.handle.connected.borrow());
    drop(peer);
    let mut peer = broker.accept(false).await;
    meanwhile(&mut peer, link.connected(true)).await;
}
