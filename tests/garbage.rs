//! A flood of garbage: malformed, huge, doubled and random messages from several clients at once. It
//! neither stops nor slows the controller; each kind is counted, the devices are alarmed about, and
//! whoever swipes next is decided as usual.
//!
//! `ONECARD_GARBAGE` says how many messages; a million takes minutes.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

use std::{
    io::Write,
    net::{SocketAddr, TcpStream},
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use onecard::store::journal::{self, JournalReader};
use onecard_rules::{
    event::Event,
    person::{CardState, PersonKind},
    reason::Reason,
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

#[path = "support/campus.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod campus;
#[path = "support/flood.rs"]
mod flood;
#[path = "support/garbage.rs"]
mod garbage;
#[path = "support/line.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod line;
#[path = "support/pace.rs"]
mod pace;
#[path = "support/process.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod process;

use campus::{Folder, holder, now};
use flood::{
    BESIDE, GOOD, SEED, Sent, alarmed, enter_meanwhile, flood, sum, swipe_topic, tell_took, wanted,
};
use garbage::As;
use line::Line;
use process::{Process, free, get, metric, more_gates, until};

const CLIENTS: usize = 6;
/// One message in so many goes beyond what the broker lets in; each costs a connection.
const BEYOND: u64 = 200;
/// How much more memory the flood may leave behind: the journal keeps its latest rows in memory, and
/// each reader its latest swipes, up to a bound.
const MEMORY_KIB: u64 = 128 * 1024;

/// Sends what the broker does not let in; answers how many of these were publishes that it read.
fn go_beyond(broker: SocketAddr, count: u64) -> u64 {
    let mut random = StdRng::seed_from_u64(SEED);
    let good = json!({ "card": GOOD }).to_string().into_bytes();
    let mut refused = 0;
    for _ in 0..count {
        let noise = |random: &mut StdRng, length| (0..length).map(|_| random.random()).collect();
        let (topic, payload): (&str, Vec<u8>) = match random.random_range(0..7) {
            0 => ("onecard/west/campus/gate/main-1/command", good.clone()),
            1 => ("onecard/west/campus/gate/main-1/entry", good.clone()),
            2 => ("onecard/east/campus/reader/main-1-in/swipe", good.clone()),
            3 => ("a topic of nobody", good.clone()),
            4 => ("onecard/west/campus/reader/main-1-in/swipe", vec![b'['; 64 * 1024 + 1]),
            5 => {
                // A packet longer than the broker reads.
                let mut line = Line::open(broker, "beyond").expect("a connection");
                let huge = vec![b'['; random.random_range(80 * 1024..400 * 1024)];
                // The broker may hang up in the middle of it.
                let sent = line.send("onecard/west/campus/reader/main-1-in/swipe", huge, 1, false);
                assert!(sent.is_err() || line.packet().is_err(), "a huge packet is not taken");
                continue;
            }
            _ => {
                // No MQTT at all.
                let length = random.random_range(1..2000);
                let bytes: Vec<u8> = noise(&mut random, length);
                let mut stream = TcpStream::connect(broker).expect("a connection");
                // The broker may hang up in the middle of it.
                drop(stream.write_all(&bytes));
                continue;
            }
        };
        let mut line = Line::open(broker, "beyond").expect("a connection");
        let answer = line.publish(topic, payload, false);
        assert!(answer.is_err(), "`{topic}` is not taken");
        refused += 1;
    }
    refused
}

/// How often devices were alarmed about for what they send, by the journal.
fn alarms_raised(folder: &Folder) -> usize {
    let journal = JournalReader::open(&folder.data().join(journal::FILE_NAME)).expect("readable");
    let mut raised = 0;
    let count = |row: journal::Row| {
        if let Event::AlarmRaised { alarm, .. } = &*row.event {
            raised += usize::from(alarm.reason == Reason::MalformedMessage);
        }
        ControlFlow::Continue(())
    };
    journal.replay(0, count).expect("readable");
    raised
}

#[test]
fn a_flood_of_garbage_is_counted_and_alarmed_and_neither_stops_nor_slows_the_controller() {
    let count = wanted();
    let (mqtt, http) = (free(), free());
    let folder = Folder::new(mqtt, http);
    more_gates(&folder);
    folder.people(&[holder("S1", PersonKind::Student, GOOD, CardState::Active)]);
    let mut controller = Process::start(&folder);
    until("the controller is there", || get(http, "/health").is_some());
    let before = controller.memory_kib();
    println!("seed {SEED}");

    let over = AtomicBool::new(false);
    let began = now();
    let (sent, beyond, took) = std::thread::scope(|scope| {
        let beside = scope.spawn(|| enter_meanwhile(mqtt, &over));
        let clients = (1..=CLIENTS).map(|number| {
            scope.spawn(move || flood(mqtt, number, count / CLIENTS as u64, Duration::ZERO))
        });
        let clients: Vec<_> = clients.collect();
        let beyond = go_beyond(mqtt, count / BEYOND);
        let mut sent = Sent::new();
        for client in clients {
            for (taken_as, count) in client.join().expect("a client") {
                *sent.entry(taken_as).or_default() += count;
            }
        }
        over.store(true, Ordering::Relaxed);
        (sent, beyond, beside.join().expect("a reader"))
    });
    let lasted = now() - began;
    controller.assert_running();

    let metrics = get(http, "/metrics").expect("metrics");
    println!("{count} in {:.1} s; {sent:?}, {beyond} beyond", lasted.as_seconds_f64());
    let anything = sent[&As::Anything];
    let mut more = 0;
    for (taken_as, expected) in &sent {
        let As::Refused(what) = taken_as else { continue };
        let series = format!("onecard_messages_refused_total{{what=\"{what}\"}}");
        let found = metric(&metrics, &series);
        assert!(found >= *expected, "{what}: {found} counted of {expected}");
        more += found - expected;
    }
    let decided = sum(&metrics, "onecard_decisions_total") - took.len() as u64;
    let (swipes, copies) = (sent[&As::Swipe], sent[&As::Copy]);
    assert!((swipes..=swipes + copies + anything).contains(&decided), "{decided} of {swipes}");
    // What was changed at random is either readable or not; nothing else was refused.
    assert!(more <= anything, "{more} more refused than were unreadable: {metrics}");
    let refused = sum(&metrics, "onecard_messages_refused_total");
    let known: u64 =
        sent.iter().filter(|(as_what, _)| matches!(as_what, As::Refused(_))).map(|(_, n)| n).sum();
    assert_eq!(refused, known + more, "{metrics}");
    assert_eq!(metric(&metrics, "onecard_link_refused_publishes"), beyond);

    let alarmed = alarmed(http);
    for number in 1..=CLIENTS {
        for device in [format!("load-{number}-in"), format!("load-{number}")] {
            assert!(alarmed.contains(&device), "no alarm about `{device}`: {alarmed:?}");
        }
    }
    assert_eq!(alarms_raised(&folder), 2 * CLIENTS, "one alarm for each device, and no more");
    assert!(!alarmed.contains(&BESIDE.to_owned()), "{alarmed:?}");

    let after = controller.memory_kib();
    println!("memory: {before} KiB before, {after} KiB after");
    assert!(after < before + MEMORY_KIB, "{before} KiB before, {after} KiB after");

    tell_took(took.iter().map(|(at, acked)| *acked - *at).collect(), "on record");
    let granted: u64 = ["grant", "warn_passback"]
        .iter()
        .map(|reason| format!("onecard_decisions_total{{reason=\"{reason}\",granted=\"true\"}}"))
        .map(|series| metric(&metrics, &series))
        .sum();
    assert_eq!(granted, took.len() as u64, "all of them, and nobody else");

    // Whoever comes next is let in, also where the garbage came from.
    let mut gates = Line::open(mqtt, "gates").expect("a connection");
    gates.subscribe("onecard/west/+/gate/+/entry").expect("subscribed");
    let mut line = Line::open(mqtt, "next").expect("a connection");
    for reader in [BESIDE, "main-2-in", "load-1-in"] {
        let swipe = json!({"card": GOOD, "boot": 2, "seq": 1, "at": now().to_rfc3339()});
        line.publish(&swipe_topic(reader), swipe.to_string().into_bytes(), false).expect("taken");
        let entry: Value = loop {
            let message = gates.message().expect("an entry");
            let entry: Value = serde_json::from_slice(&message.payload).expect("JSON");
            // The rows of the flood may still be on their way.
            if entry["reader"] == reader && entry["name"].is_string() && entry["granted"] == true {
                break entry;
            }
        };
        assert_eq!(entry["person"], "S1", "{entry}");
    }
    assert_eq!(controller.terminate().code(), Some(0));
    let found = journal::verify(&folder.data().join(journal::FILE_NAME), None).expect("readable");
    assert_eq!(found.broken, None, "the chain holds");
}
