//! The flood of garbage through mosquitto, where all devices share one connection to the controller.
//! mosquitto takes whatever comes and hands it on in order, so the flood comes no faster than the
//! controller, in a debug build too, reads it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use onecard::store::journal::{self, JournalReader};
use onecard_rules::{
    Time,
    event::{Entry, Event},
    person::{CardState, PersonKind},
};

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
#[path = "support/mosquitto.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod mosquitto;
#[path = "support/pace.rs"]
mod pace;
#[path = "support/process.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod process;

use campus::{Folder, holder};
use flood::{BESIDE, GOOD, SEED, Sent, alarmed, enter_meanwhile, flood, sum, tell_took, wanted};
use garbage::As;
use mosquitto::Mosquitto;
use process::{Process, free, get, link_is_up, more_gates, outside_broker, until};

const CLIENTS: usize = 6;
/// Between bursts of a client: some 4,000 messages a second, of all together.
const PAUSE: Duration = Duration::from_millis(50);

/// The entries at a reader so far, by their swipe's `seq`.
fn entries(folder: &Folder, reader: &str) -> BTreeMap<u64, Entry> {
    let journal = JournalReader::open(&folder.data().join(journal::FILE_NAME)).expect("readable");
    let mut found = BTreeMap::new();
    let collect = |row: journal::Row| {
        if let Event::EntryDecided(entry) = &*row.event
            && let Some(key) = entry.swipe.as_ref().filter(|key| key.reader.as_str() == reader)
        {
            let again = found.insert(key.seq, (**entry).clone());
            assert!(again.is_none(), "on record twice: {key:?}");
        }
        ControlFlow::Continue(())
    };
    journal.replay(0, collect).expect("readable");
    found
}

#[tokio::test]
async fn garbage_of_some_devices_through_a_shared_broker_is_counted_and_others_enter_meanwhile() {
    let count = wanted();
    let broker = Mosquitto::start_with("max_queued_messages 0\n").await;
    let mqtt = SocketAddr::from(([127, 0, 0, 1], broker.port));
    let http = free();
    let folder = Folder::new(mqtt, http);
    outside_broker(&folder, mqtt);
    more_gates(&folder);
    folder.people(&[holder("S1", PersonKind::Student, GOOD, CardState::Active)]);
    let mut controller = Process::start(&folder);
    until("the controller has subscribed", || link_is_up(http));
    println!("seed {SEED}");

    let over = AtomicBool::new(false);
    let (sent, presented) = std::thread::scope(|scope| {
        let beside = scope.spawn(|| enter_meanwhile(mqtt, &over));
        let clients = (1..=CLIENTS)
            .map(|number| scope.spawn(move || flood(mqtt, number, count / CLIENTS as u64, PAUSE)));
        let mut sent = Sent::new();
        for client in clients.collect::<Vec<_>>() {
            for (taken_as, count) in client.join().expect("a client") {
                *sent.entry(taken_as).or_default() += count;
            }
        }
        over.store(true, Ordering::Relaxed);
        (sent, beside.join().expect("a reader"))
    });
    let presented: Vec<Time> = presented.into_iter().map(|(at, _)| at).collect();
    until("everybody is on record", || entries(&folder, BESIDE).len() == presented.len());
    controller.assert_running();
    let took = entries(&folder, BESIDE).into_values().zip(&presented).map(|(entry, at)| {
        assert!(entry.granted, "wrongly refused: {entry:?}");
        entry.at - *at
    });
    tell_took(took.collect(), "decided");

    // At QoS 0 the broker may leave out what comes too fast.
    let metrics = get(http, "/metrics").expect("metrics");
    let refused = sum(&metrics, "onecard_messages_refused_total");
    println!("{sent:?}; {refused} refused");
    for (taken_as, expected) in &sent {
        // The controller does not ask an outside broker for what rooms say.
        let As::Refused(what) = taken_as else { continue };
        if *what == "unexpected_kind" {
            continue;
        }
        let series = format!("onecard_messages_refused_total{{what=\"{what}\"}}");
        let found = process::metric(&metrics, &series);
        assert!(found > expected / 3, "{what}: {found} counted of {expected}");
    }
    let alarmed = alarmed(http);
    for number in 1..=CLIENTS {
        for device in [format!("load-{number}-in"), format!("load-{number}")] {
            assert!(alarmed.contains(&device), "no alarm about `{device}`: {alarmed:?}");
        }
    }
    assert_eq!(controller.terminate().code(), Some(0));
    let found = journal::verify(&folder.data().join(journal::FILE_NAME), None).expect("readable");
    assert_eq!(found.broken, None, "the chain holds");
}
