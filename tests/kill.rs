//! Kills and stops under load, with the embedded broker: what it acknowledged is on record exactly
//! once, nobody is refused because something was not loaded yet, no gate opens for a stale swipe.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_wrap,
    reason = "tests may fail loudly"
)]

use rand::{Rng, SeedableRng};

#[path = "support/campus.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod campus;
#[path = "support/line.rs"]
mod line;
#[path = "support/load.rs"]
mod load;
#[path = "support/pace.rs"]
mod pace;
#[path = "support/process.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod process;
#[path = "support/record.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod record;

use campus::Folder;
use load::Load;
use onecard::store::journal::{FILE_NAME, Journal, Settings};
use process::{Process, free, more_gates, outside_broker, until};
use record::{Record, assert_chain, tell_back};

const KILLS: u64 = 20;
const SEED: u64 = 20_261_123;

#[test]
fn what_was_acknowledged_before_a_kill_is_on_record_exactly_once() {
    let (mqtt, http) = (free(), free());
    let folder = Folder::new(mqtt, http);
    more_gates(&folder);
    load::people(&folder);
    println!("seed {SEED}");
    let mut random = rand::rngs::StdRng::seed_from_u64(SEED);

    let mut controller = Process::start(&folder);
    let load = Load::start(mqtt, false);
    let mut kills = Vec::new();
    for _ in 0..KILLS {
        load.go_on(random.random_range(100..1_200), || controller.assert_running());
        kills.push(controller.kill());
        controller = Process::start(&folder);
    }
    load.go_on(500, || controller.assert_running());
    let offered = load.end(|_| ());
    controller.kill();

    offered.tell();
    let mut record = Record::default();
    record.read_on(&folder);
    // The first run is the first boot.
    let back = (2..).zip(&kills).map(|(boot, killed)| record.back_in_run(boot, *killed));
    tell_back("killed", back.collect());
    assert_eq!(record.missing(&offered.swipes), [], "acknowledged, but not on record");
    record.check(&offered);
    assert_chain(&folder);
}

#[test]
fn a_stop_in_order_leaves_facts_that_no_broker_took_to_the_next_start() {
    let (broker, http) = (free(), free());
    let folder = Folder::new(broker, http);
    outside_broker(&folder, broker);
    let mut controller = Process::start(&folder);
    until("the controller is there", || process::get(http, "/health").is_some());
    assert_eq!(controller.terminate().code(), Some(0));
    let file = folder.data().join(FILE_NAME);
    let (journal, found) = Journal::open(&file, Settings::default()).expect("a journal");
    journal.close();
    assert!(found.last_seq > 0, "its start and its stop are on record");
    assert_eq!(found.published_seq, 0, "and wait for a broker");
}

#[test]
fn a_stop_in_order_under_load_loses_nothing_and_leaves_nothing_to_mend() {
    let (mqtt, http) = (free(), free());
    let folder = Folder::new(mqtt, http);
    more_gates(&folder);
    load::people(&folder);
    let mut controller = Process::start(&folder);
    let load = Load::start(mqtt, false);
    let mut stops = Vec::new();
    for _ in 0..3 {
        load.go_on(500, || controller.assert_running());
        let status = controller.terminate();
        assert_eq!(status.code(), Some(0), "it ends in order: {status}");
        let acked = load.so_far();
        assert_chain(&folder);
        let mut record = Record::default();
        record.read_on(&folder);
        assert_eq!(record.missing(&acked), [], "acknowledged, but not durable");
        controller = Process::start(&folder);
        stops.push(controller.since);
        assert_eq!(record.stops, stops.len(), "the stop is on record");
    }
    load.go_on(500, || controller.assert_running());
    until("the controller is well", || {
        process::get(http, "/health").is_some_and(|health| health.contains(r#""status":"ok""#))
    });
    let offered = load.end(|_| ());
    assert_eq!(controller.terminate().code(), Some(0));

    offered.tell();
    let mut record = Record::default();
    record.read_on(&folder);
    let back = (2..).zip(&stops).map(|(boot, started)| record.back_in_run(boot, *started));
    tell_back("stopped", back.collect());
    assert_eq!(record.missing(&offered.swipes), [], "acknowledged, but not on record");
    record.check(&offered);
    assert_chain(&folder);
}
