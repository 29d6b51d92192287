//! People at four showers, and what the journal says of their sessions.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
};

use onecard::store::{
    journal::{self, JournalReader},
    ledger::LedgerReader,
};
use onecard_devices::topic::Topics;
use onecard_rules::{event::Event, water::Happening};
use onecard_simulators::showers::{self, Place, Summary};
use serde_json::Value;
use tokio::sync::watch;

use crate::{
    campus::Folder,
    process::{get, until},
};

/// Keys of every tap: little patience, so that much happens between two kills.
pub const KEYS: &str =
    "lease_ms = 1000\nrenew_ms = 250\npatience_ms = 300\nno_flow_s = 2\nleak_ml = 1000";
const CARDS: [&str; 3] = ["04A1B2C3D4E501", "04A1B2C3D4E502", "04A1B2C3D4E505"];

/// People who shower, one after the other, until all have.
pub struct Showers {
    present: Arc<AtomicU64>,
    stop: watch::Sender<bool>,
    thread: JoinHandle<Summary>,
}

impl Showers {
    pub fn start(broker: SocketAddr, people: u64, seed: u64) -> Self {
        let present = Arc::new(AtomicU64::new(u64::MAX));
        let place = |n: usize| Place {
            tap: format!("shower-{n}").parse().expect("a code"),
            reader: format!("shower-{n}").parse().expect("a code"),
            area: "dorm-1".to_owned(),
        };
        let settings = showers::Settings {
            broker,
            topics: Topics::new("onecard", &"west".parse().expect("a code")),
            places: (1..=4).map(place).collect(),
            cards: CARDS.map(str::to_owned).into(),
            seed,
            free_s: 0.05..0.4,
            use_s: 0.2..1.5,
            people,
            present: Arc::clone(&present),
            faults: Vec::new(),
        };
        let (stop, stopped) = watch::channel(false);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("a runtime");
            runtime.block_on(showers::run(settings, stopped)).expect("it runs")
        });
        Self { present, stop, thread }
    }

    /// Waits until everybody has gone home, and every tap has come to rest.
    pub fn end(self, http: SocketAddr) -> Summary {
        until("all water is settled", || {
            let taps = get(http, "/api/taps").and_then(|body| serde_json::from_str(&body).ok());
            let idle = |taps: Value| {
                let mut all = taps.as_array().expect("a list").iter();
                all.all(|tap| tap["state"] == "idle")
            };
            self.present.load(Ordering::Relaxed) == 0 && taps.is_some_and(idle)
        });
        self.stop.send(true).expect("the showers run");
        self.thread.join().expect("the showers end")
    }
}

/// What the journal says of every session: how often it began, and what it was charged, in fen.
#[derive(Debug, Default)]
pub struct Sessions {
    opened: BTreeMap<(String, u64), usize>,
    closed: BTreeMap<(String, u64), Vec<i64>>,
}

impl Sessions {
    pub fn of(folder: &Folder) -> Self {
        let mut found = Self::default();
        let reader =
            JournalReader::open(&folder.data().join(journal::FILE_NAME)).expect("readable");
        reader
            .replay(0, |row| {
                if let Event::TapHappened { tap, happening, .. } = &*row.event {
                    found.note(tap.to_string(), happening);
                }
                ControlFlow::Continue(())
            })
            .expect("readable");
        found
    }

    fn note(&mut self, tap: String, happening: &Happening) {
        match happening {
            Happening::Opened { session, .. } => {
                *self.opened.entry((tap, *session)).or_default() += 1;
            }
            Happening::Closed { session, charged_fen, .. } => {
                self.closed.entry((tap, *session)).or_default().push(charged_fen.get());
            }
            Happening::Refused { .. }
            | Happening::Released { .. }
            | Happening::Shut { .. }
            | Happening::Freed { .. } => {}
        }
    }

    pub fn count(&self) -> usize {
        self.opened.len()
    }

    /// Every session that began was settled, and once; what they were charged in all, in fen.
    pub fn assert_settled_once(&self) -> i64 {
        // Facts arrive at least once; the same fact twice says the same.
        for (session, charged) in &self.closed {
            assert!(self.opened.contains_key(session), "{session:?} was never opened");
            assert!(charged.iter().all(|fen| *fen == charged[0]), "{session:?}: {charged:?}");
        }
        let open = self.opened.keys().filter(|session| !self.closed.contains_key(*session));
        let forgotten: Vec<_> = open.collect();
        assert!(forgotten.is_empty(), "never settled: {forgotten:?}");
        self.closed.values().map(|charged| charged[0]).sum()
    }
}

/// What is kept of every tap says that nobody is there.
pub fn assert_all_idle(reader: &LedgerReader) {
    for (_, body) in reader.states("tap").expect("readable") {
        let kept: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(kept["state"]["state"], "idle", "{body}");
    }
}
