//! `kill -9` again and again while people shower: every session that began is settled once, the water
//! stops by itself meanwhile, and the books balance.

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use onecard::store::{
    database::FILE_NAME,
    journal::{self, JournalReader},
    ledger::LedgerReader,
};
use onecard_devices::topic::Topics;
use onecard_rules::{event::Event, water::Happening};
use onecard_simulators::showers::{self, Place, Summary};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::Value;
use tokio::sync::watch;

use crate::{
    campus::Folder,
    pace::pause,
    process::{Process, free, get, until},
    world::{PEOPLE, assert_books, folder, money},
};

const KILLS: usize = 50;
const SEED: u64 = 20_261_126;
const CARDS: [&str; 3] = ["04A1B2C3D4E501", "04A1B2C3D4E502", "04A1B2C3D4E505"];

/// What the journal says of every session: how often it began, and what it was charged.
#[derive(Debug, Default)]
struct Sessions {
    opened: BTreeMap<(String, u64), usize>,
    closed: BTreeMap<(String, u64), Vec<i64>>,
    refused: usize,
}

fn sessions(folder: &Folder) -> Sessions {
    let mut found = Sessions::default();
    let reader = JournalReader::open(&folder.data().join(journal::FILE_NAME)).expect("readable");
    reader
        .replay(0, |row| {
            if let Event::TapHappened { tap, happening, .. } = &*row.event {
                match &**happening {
                    Happening::Opened { session, .. } => {
                        *found.opened.entry((tap.to_string(), *session)).or_default() += 1;
                    }
                    Happening::Closed { session, charged_fen, .. } => {
                        let key = (tap.to_string(), *session);
                        found.closed.entry(key).or_default().push(charged_fen.get());
                    }
                    Happening::Refused { .. } => found.refused += 1,
                    Happening::Released { .. }
                    | Happening::Shut { .. }
                    | Happening::Freed { .. } => {}
                }
            }
            ControlFlow::Continue(())
        })
        .expect("readable");
    found
}

#[test]
fn no_session_is_forgotten_and_none_is_billed_twice() {
    let (mqtt, http) = (free(), free());
    let keys = "lease_ms = 1000\nrenew_ms = 250\npatience_ms = 300\nno_flow_s = 2\nleak_ml = 1000";
    let folder = folder(mqtt, http, keys);
    println!("seed {SEED}");
    let mut random = StdRng::seed_from_u64(SEED);
    let present = Arc::new(AtomicU64::new(u64::MAX));
    let place = |n: usize| Place {
        tap: format!("shower-{n}").parse().expect("a code"),
        reader: format!("shower-{n}").parse().expect("a code"),
        area: "dorm-1".to_owned(),
    };
    let settings = showers::Settings {
        broker: mqtt,
        topics: Topics::new("onecard", &"west".parse().expect("a code")),
        places: (1..=4).map(place).collect(),
        cards: CARDS.map(str::to_owned).into(),
        seed: SEED,
        free_s: 0.05..0.4,
        use_s: 0.2..1.5,
        people: 120,
        present: Arc::clone(&present),
        faults: Vec::new(),
    };
    let mut controller = Process::start(&folder);
    until("it is there", || get(http, "/health").is_some());
    let (stop, stopped) = watch::channel(false);
    let water = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(showers::run(settings, stopped)).expect("it runs")
    });
    for _ in 0..KILLS {
        pause(Duration::from_millis(random.random_range(300..1_200)));
        controller.assert_running();
        controller.kill();
        controller = Process::start(&folder);
        until("it is back", || get(http, "/health").is_some());
    }
    // Everybody goes home, and every tap comes to rest.
    until("all water is settled", || {
        let taps = get(http, "/api/taps").and_then(|body| serde_json::from_str(&body).ok());
        let idle = |taps: Value| {
            let mut all = taps.as_array().expect("a list").iter();
            all.all(|tap| tap["state"] == "idle")
        };
        present.load(Ordering::Relaxed) == 0 && taps.is_some_and(idle)
    });
    assert_eq!(controller.terminate().code(), Some(0));
    stop.send(true).expect("the showers run");
    let summary: Summary = water.join().expect("the showers end");

    assert_books(&folder.data());
    let found = sessions(&folder);
    println!(
        "{KILLS} kills; {} sessions, {} refused; {summary:?}",
        found.opened.len(),
        found.refused
    );
    assert!(found.opened.len() > 10, "people showered");
    // Facts arrive at least once; the same fact twice says the same.
    for (session, charged) in &found.closed {
        assert!(found.opened.contains_key(session), "{session:?} was never opened");
        assert!(charged.iter().all(|fen| *fen == charged[0]), "{session:?}: {charged:?}");
    }
    let forgotten: Vec<_> =
        found.opened.keys().filter(|session| !found.closed.contains_key(*session)).collect();
    assert!(forgotten.is_empty(), "never settled: {forgotten:?}");
    // What the sessions were charged is what the water has earned, and what people have paid.
    let charged: i64 = found.closed.values().map(|charged| charged[0]).sum();
    assert_eq!(money(&folder.data(), "income:water"), (charged, 0));
    let paid_in: i64 = PEOPLE.iter().filter_map(|person| person.4).sum();
    let left: i64 = PEOPLE
        .iter()
        .filter(|person| person.4.is_some())
        .map(|person| {
            let (balance, held) = money(&folder.data(), &format!("purse:{}", person.0));
            assert_eq!(held, 0, "something of {} is still held back", person.0);
            balance
        })
        .sum();
    assert_eq!(paid_in - left, charged);
    let reader = LedgerReader::open(&folder.data().join(FILE_NAME)).expect("readable");
    for (_, body) in reader.states("tap").expect("readable") {
        let kept: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(kept["state"]["state"], "idle", "{body}");
    }
}
