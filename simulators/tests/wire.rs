//! Simulated devices and the load generator against a broker on a real socket.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "helpers of tests fail as tests do"
)]

mod support;

use std::{collections::HashMap, sync::Arc, sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use onecard_devices::topic::{Channel, Topics};
use onecard_rules::{
    event::DeviceKind,
    ids::{AreaId, GateId, ReaderId, SiteId},
    site::Direction,
};
use onecard_simulators::{
    campus::{self, Credentials, Settings},
    clock,
    faults::Faults,
    line::{self, DeviceAt, Notice, Order},
    load::{self, Load, OfferedSwipe, Responder},
    map::{Map, MapGate, MapReader},
    people::{Places, generate},
    reader::ReaderSim,
    wire::Dial,
};
use rumqttc::Publish;
use serde_json::{Value, json};
use support::Broker;
use tokio::{
    sync::{broadcast, mpsc, watch},
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(20);

fn topics() -> Topics {
    Topics::new("onecard", &SiteId::new("main").unwrap())
}

async fn next_on(seen: &mut broadcast::Receiver<Publish>, channel: &str) -> Publish {
    let found = async {
        loop {
            let publish = seen.recv().await.unwrap();
            if publish.topic.ends_with(channel) {
                return publish;
            }
        }
    };
    timeout(PATIENCE, found).await.expect("a publish in time")
}

fn key(publish: &Publish) -> (Value, Value) {
    let body: Value = serde_json::from_slice(&publish.payload).unwrap();
    (body["boot"].clone(), body["seq"].clone())
}

#[tokio::test]
async fn a_swipe_that_was_not_acknowledged_returns_with_its_key_on_the_next_connection() {
    let broker = Broker::start().await;
    let mut seen = broker.seen.subscribe();
    let mut reader = ReaderSim::new(&topics(), "north", ReaderId::new("r-1").unwrap(), 7);
    let device = DeviceAt::Reader(0);
    let (orders, ordered) = mpsc::channel(8);
    let (told, mut notices) = mpsc::channel(8);
    let dial = Dial::anonymous(broker.address, "r-1");
    let line = tokio::spawn(line::keep(0, dial, ordered, told));
    let mut notice = async || timeout(PATIENCE, notices.recv()).await.unwrap().unwrap();

    assert!(matches!(notice().await, Notice::Up { .. }));
    broker.withholds.store(true, Ordering::SeqCst);
    let publication = reader.present("04A1B2C3D4E580", clock::now());
    orders.send(Order::Publish { device, publication }).await.unwrap();
    let first = next_on(&mut seen, "/swipe").await;
    assert!(!first.dup);

    broker.withholds.store(false, Ordering::SeqCst);
    broker.cut();
    assert!(matches!(notice().await, Notice::Lost { .. }));
    assert!(matches!(notice().await, Notice::Up { .. }));
    for publication in reader.connected() {
        orders.send(Order::Publish { device, publication }).await.unwrap();
    }
    let second = next_on(&mut seen, "/swipe").await;
    assert_eq!((key(&second), &second.payload), (key(&first), &first.payload));
    assert!(second.dup);
    let Notice::Acknowledged { token, .. } = notice().await else { panic!("no acknowledgement") };
    reader.acknowledged(token);
    assert_eq!(reader.unacknowledged(), 0);

    drop(orders);
    timeout(PATIENCE, line).await.expect("the line ends in order").unwrap();
}

/// Outside and a campus with one gate, readers both ways.
fn small_map() -> Map {
    let area = |id: &str| AreaId::new(id).unwrap();
    let gate = GateId::new("main-1").unwrap();
    let gates = vec![MapGate {
        id: gate.clone(),
        area: area("campus"),
        from: area("outside"),
        to: area("campus"),
        sensor: true,
    }];
    let reader = |id: &str, direction| MapReader {
        id: ReaderId::new(id).unwrap(),
        gate: gate.clone(),
        direction,
    };
    let readers = vec![reader("main-1-in", Direction::In), reader("main-1-out", Direction::Out)];
    Map::build(
        &[(area("outside"), None), (area("campus"), None), (area("yard"), Some(area("campus")))],
        gates,
        readers,
    )
}

fn settings(broker: &Broker) -> Settings {
    let population = generate(&Places::default(), 50, 1, clock::now());
    Settings {
        broker: broker.address,
        credentials: None,
        topics: topics(),
        map: Arc::new(small_map()),
        people: population.people,
        cards: population.cards,
        seed: 1,
        speed: 1.0,
        start_minute: None,
        quiet: None,
        faults: Faults::default(),
        encode: None,
    }
}

#[tokio::test]
async fn with_credentials_each_device_has_a_connection_and_none_may_be_missing() {
    let broker = Broker::start().await;
    let mut seen = broker.seen.subscribe();
    let devices = [
        (DeviceKind::Reader, "main-1-in"),
        (DeviceKind::Reader, "main-1-out"),
        (DeviceKind::Gate, "main-1"),
    ];
    let sign_in = |(kind, device): &(DeviceKind, &str)| {
        ((*kind, (*device).to_owned()), (format!("{}.{device}", kind.as_str()), "pw".to_owned()))
    };
    let mut credentials = Credentials { devices: devices.iter().map(sign_in).collect() };
    let (stop, stopped) = watch::channel(false);
    let all = Settings { credentials: Some(credentials.clone()), ..settings(&broker) };
    let running = tokio::spawn(campus::run(all, stopped.clone()));
    next_on(&mut seen, "/swipe").await;
    assert_eq!(broker.connections.load(Ordering::SeqCst), 3);
    stop.send(true).unwrap();
    timeout(PATIENCE, running).await.unwrap().unwrap().unwrap();

    credentials.devices.remove(&(DeviceKind::Gate, "main-1".to_owned()));
    let some = Settings { credentials: Some(credentials), ..settings(&broker) };
    let refusal = campus::run(some, stopped).await.unwrap_err();
    assert!(refusal.to_string().contains("gate `main-1`"), "{refusal}");
}

#[tokio::test]
async fn a_cut_campus_comes_back_and_goes_on() {
    let broker = Broker::start().await;
    let mut seen = broker.seen.subscribe();
    let (stop, stopped) = watch::channel(false);
    let quiet = Some(Duration::from_millis(50));
    let running = tokio::spawn(campus::run(Settings { quiet, ..settings(&broker) }, stopped));
    next_on(&mut seen, "/swipe").await;
    broker.cut();
    while broker.connections.load(Ordering::SeqCst) < 5 {
        timeout(PATIENCE, seen.recv()).await.expect("news in time").unwrap();
    }
    next_on(&mut seen, "/swipe").await;
    stop.send(true).unwrap();
    let summary = timeout(PATIENCE, running).await.unwrap().unwrap().unwrap();
    assert!(summary.lost_connections >= 1, "{summary:?}");
}

#[tokio::test]
async fn a_campus_swipes_at_once_walks_when_granted_and_leaves_in_order() {
    let broker = Broker::start().await;
    let mut seen = broker.seen.subscribe();
    let settings = settings(&broker);
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(campus::run(settings, stopped));

    let swipe = next_on(&mut seen, "/swipe").await;
    assert_eq!(swipe.topic, "onecard/main/campus/reader/main-1-in/swipe");
    let deadline = clock::stamp(clock::now() + Duration::from_secs(30));
    let command = json!({
        "command": "open", "direction": "in", "open_ms": 20_000, "decision": "D1",
        "deadline": deadline,
    });
    let topic = topics().build("campus", DeviceKind::Gate, "main-1", Channel::Command);
    broker.publish(&topic, command.to_string().into_bytes());
    let passage = next_on(&mut seen, "/passage").await;
    let body: Value = serde_json::from_slice(&passage.payload).unwrap();
    assert_eq!((&body["decision"], &body["passed"]), (&json!("D1"), &json!(true)));

    stop.send(true).unwrap();
    let farewell = next_on(&mut seen, "/availability").await;
    assert!(farewell.retain);
    let summary = timeout(PATIENCE, running).await.unwrap().unwrap().unwrap();
    assert!(summary.swipes >= 1 && summary.passed >= 1, "{summary:?}");
}

#[tokio::test]
async fn every_offered_swipe_is_acknowledged_and_matched_to_its_command() {
    let broker = Broker::start().await;
    let gates = 8;
    let of = |kind, at: usize, channel| topics().build("a", kind, &format!("d-{at}"), channel);
    let command = Bytes::from_static(br#"{"command":"open"}"#);
    let answers: HashMap<_, _> = (0..gates)
        .map(|at| {
            let to = of(DeviceKind::Gate, at, Channel::Command);
            (of(DeviceKind::Reader, at, Channel::Swipe), (to, command.clone()))
        })
        .collect();
    let mut load =
        Load::anonymous(broker.address, 2, topics().all(DeviceKind::Gate, Channel::Command));
    load.command_topics = (0..gates).map(|at| of(DeviceKind::Gate, at, Channel::Command)).collect();
    load.swipes = (0..300)
        .map(|at| OfferedSwipe {
            topic: Arc::from(of(DeviceKind::Reader, at % gates, Channel::Swipe)),
            payload: Bytes::from(format!(r#"{{"card":"04A1B2C3D4E580","boot":1,"seq":{at}}}"#)),
            gate: at % gates,
        })
        .collect();
    load.rate = 1_000;
    load.warm_up = 50;
    load.settle = PATIENCE;
    let dial = Dial::anonymous(broker.address, "responder");
    let report = tokio::task::spawn_blocking(move || {
        let filter = topics().all(DeviceKind::Reader, Channel::Swipe);
        let responder = Responder::start(&dial, &filter, answers).unwrap();
        let report = load::run(&load).unwrap().report();
        assert_eq!((responder.answered(), responder.dropped()), (300, 0));
        report
    });
    let report = timeout(PATIENCE, report).await.unwrap().unwrap();
    assert_eq!((report.offered, report.sent, report.acked), (300, 300, 300), "{report:?}");
    assert_eq!((report.commands, report.lost, report.duplicates), (300, 0, 0), "{report:?}");
    assert_eq!((report.latency.count, report.ack.count), (250, 250), "{report:?}");
    assert!(report.latency.p50_us >= report.latency_from_send.p50_us, "{report:?}");
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
}
