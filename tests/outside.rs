//! Kills, stops and restarts under load, with mosquitto as outside broker: what it acknowledged and
//! did not itself forget is on record exactly once, nobody is refused because something was not
//! loaded yet, no gate opens for a stale swipe.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_wrap,
    reason = "tests may fail loudly"
)]

use std::net::SocketAddr;

use chrono::TimeDelta;
use onecard_rules::Time;
use rand::{Rng, SeedableRng};

#[path = "support/campus.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod campus;
#[path = "support/line.rs"]
mod line;
#[path = "support/load.rs"]
mod load;
#[path = "support/mosquitto.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod mosquitto;
#[path = "support/pace.rs"]
mod pace;
#[path = "support/process.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod process;
#[path = "support/record.rs"]
mod record;

use campus::{Folder, now};
use load::{Load, Offered, Swipes};
use mosquitto::Mosquitto;
use process::{Process, free, link_is_up, more_gates, outside_broker, until};
use record::{Record, SWIPE_AGE, assert_chain, tell_back};

const KILLS: usize = 20;
const RESTARTS: usize = 5;
/// The restart after which the broker has forgotten every session.
const FORGETFUL: usize = 3;
const SEED: u64 = 20_261_123;

/// A campus with mosquitto, and the controller in charge of it.
struct Campus {
    broker: Mosquitto,
    mqtt: SocketAddr,
    http: SocketAddr,
    folder: Folder,
    controller: Process,
}

impl Campus {
    async fn start() -> Self {
        // As the README asks for it.
        let broker = Mosquitto::start_with("max_queued_messages 0\n").await;
        let mqtt = SocketAddr::from(([127, 0, 0, 1], broker.port));
        let http = free();
        let folder = Folder::new(mqtt, http);
        outside_broker(&folder, mqtt);
        more_gates(&folder);
        load::people(&folder);
        let controller = Process::start(&folder);
        // From here on the broker keeps for the controller what it acknowledges.
        until("the controller has subscribed", || link_is_up(http));
        Self { broker, mqtt, http, folder, controller }
    }

    fn start_again(&mut self) {
        self.controller = Process::start(&self.folder);
    }

    /// The broker acknowledges in any case; what comes next is to meet a controller that works.
    fn wait_until_in_charge(&mut self) {
        let mut record = Record::default();
        until("the controller is in charge", || {
            self.controller.assert_running();
            record.read_on(&self.folder);
            record.has_decided_since(self.controller.since)
        });
    }

    /// Ends the load and waits until all that was promised is on record; then ends the controller.
    fn end(&mut self, load: Load, promised: impl Fn(&Swipes) -> Swipes) -> (Offered, Record) {
        let mut record = Record::default();
        let offered = load.end(|swipes| record.wait_for(&self.folder, &promised(swipes)));
        offered.tell();
        self.controller.kill();
        record.read_on(&self.folder);
        record.check(&offered);
        assert_chain(&self.folder);
        (offered, record)
    }
}

#[tokio::test]
async fn what_the_broker_acknowledged_over_kills_of_the_controller_is_on_record_exactly_once() {
    let mut campus = Campus::start().await;
    println!("seed {SEED}");
    let mut random = rand::rngs::StdRng::seed_from_u64(SEED);
    let load = Load::start(campus.mqtt, true);
    let mut kills = Vec::new();
    for _ in 0..KILLS {
        campus.wait_until_in_charge();
        load.go_on(random.random_range(100..1_200), || campus.controller.assert_running());
        kills.push(campus.controller.kill());
        campus.start_again();
    }
    campus.wait_until_in_charge();
    load.go_on(500, || campus.controller.assert_running());
    let (_, record) = campus.end(load, Swipes::clone);
    let back = (2..).zip(&kills).map(|(boot, killed)| record.back_in_run(boot, *killed));
    tell_back("killed", back.collect());
}

#[tokio::test]
async fn swipes_that_waited_for_a_controller_too_long_are_on_record_and_open_nothing() {
    let mut campus = Campus::start().await;
    let load = Load::start(campus.mqtt, true);
    load.go_on(500, || campus.controller.assert_running());
    let killed = campus.controller.kill();
    until("swipes of this absence are stale", || now() - killed > SWIPE_AGE * 2);
    campus.start_again();
    load.go_on(500, || campus.controller.assert_running());
    let (_, record) = campus.end(load, Swipes::clone);
    assert!(record.stale() > 500, "only {} were stale", record.stale());
    let back = record.back_after(killed) - SWIPE_AGE * 2;
    tell_back("killed and left", vec![back]);
}

/// Swipes that the broker forgot: acknowledged after the last moment at which it had handed on
/// everything, and before the controller had subscribed again.
struct Forgotten {
    before: Swipes,
    subscribed: Time,
}

impl Forgotten {
    fn excuses(&self, key: &(String, u64), told: &load::Told) -> bool {
        // Acknowledged is the last delivery.
        !self.before.contains_key(key) && told.sent.last().is_some_and(|at| *at < self.subscribed)
    }
}

#[tokio::test]
async fn what_the_broker_acknowledged_over_its_restarts_and_did_not_forget_is_on_record_once() {
    let mut campus = Campus::start().await;
    let load = Load::start(campus.mqtt, true);
    let (mut returns, mut forgotten) = (Vec::new(), None);
    let mut record = Record::default();
    for restart in 1..=RESTARTS {
        load.go_on(1_000, || campus.controller.assert_running());
        let before = load.so_far();
        record.wait_for(&campus.folder, &promised(&before, forgotten.as_ref()));
        let ended = now();
        campus.broker.end();
        until("the controller misses the broker", || !link_is_up(campus.http));
        // The longer it is away, the longer the pauses between attempts to connect.
        let away = TimeDelta::milliseconds(600) * i32::try_from(restart - 1).expect("a few");
        until("the broker was away for long enough", || now() - ended >= away);
        if restart == FORGETFUL {
            campus.broker.forget();
        }
        campus.broker.start_again().await;
        returns.push(now());
        until("the controller has subscribed", || link_is_up(campus.http));
        if restart == FORGETFUL {
            forgotten = Some(Forgotten { before, subscribed: now() });
        }
        campus.controller.assert_running();
    }
    load.go_on(1_000, || campus.controller.assert_running());
    let (offered, record) = campus.end(load, |all| promised(all, forgotten.as_ref()));
    let lost = record.missing(&offered.swipes).len();
    println!("{lost} acknowledged swipes forgotten by the broker whose store was taken away");
    let back = returns.iter().map(|returned| record.back_after(*returned));
    tell_back("the broker returned", back.collect());
}

fn promised(all: &Swipes, forgotten: Option<&Forgotten>) -> Swipes {
    let kept = all
        .iter()
        .filter(|(key, told)| forgotten.is_none_or(|forgotten| !forgotten.excuses(key, told)));
    kept.map(|(key, told)| (key.clone(), told.clone())).collect()
}

#[tokio::test]
async fn a_stop_in_order_under_load_leaves_the_rest_with_the_broker_for_the_next_start() {
    let mut campus = Campus::start().await;
    let load = Load::start(campus.mqtt, true);
    let mut starts = Vec::new();
    for stops in 1..=3 {
        campus.wait_until_in_charge();
        load.go_on(500, || campus.controller.assert_running());
        let status = campus.controller.terminate();
        assert_eq!(status.code(), Some(0), "it ends in order: {status}");
        assert_chain(&campus.folder);
        let mut record = Record::default();
        record.read_on(&campus.folder);
        assert_eq!(record.stops, stops, "the stop is on record");
        campus.start_again();
        starts.push(campus.controller.since);
    }
    campus.wait_until_in_charge();
    load.go_on(500, || campus.controller.assert_running());
    let (_, record) = campus.end(load, Swipes::clone);
    let back = (2..).zip(&starts).map(|(boot, started)| record.back_in_run(boot, *started));
    tell_back("started again", back.collect());
}
