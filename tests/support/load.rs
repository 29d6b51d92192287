//! Readers under load, and what they were told of their swipes.
//!
//! The load is an open loop: each swipe has its moment, whatever became of the one before. A reader
//! keeps a swipe until the broker has acknowledged it and delivers it again over every interruption.
//! A subscriber hears what gates are told meanwhile. What is right is judged in `record`.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use chrono::TimeDelta;
use onecard_rules::{
    Time,
    person::{CardState, PersonKind},
};
use serde_json::{Value, json};

use super::{
    campus::{Folder, holder, now},
    line::Line,
    pace::pause,
    process::until,
};

/// Readers, each with a swipe in flight at most.
pub const READERS: usize = 16;
/// Swipes a second, of all readers together.
pub const RATE: u32 = 500;
/// People at each reader; 17,600 in all, a college.
const PEOPLE: u64 = 1_100;
/// Nobody stands longer at a reader that does not answer.
const WALKS_ON: TimeDelta = TimeDelta::seconds(2);
/// Between attempts of a reader to connect.
const AGAIN: Duration = Duration::from_millis(20);
/// A swipe as its reader remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// When the card was presented; in the message, if the reader has a clock.
    pub at: Time,
    pub has_time: bool,
    /// Every delivery.
    pub sent: Vec<Time>,
    pub acked: Option<Time>,
}

/// Everything that the readers have done, by reader and `seq`.
pub type Swipes = BTreeMap<(String, u64), Told>;

/// Puts the people of all readers into the database.
pub fn people(folder: &Folder) {
    let all = (0..READERS).flat_map(|number| (0..PEOPLE).map(move |seq| (number, seq)));
    let holders = all.map(|(number, seq)| {
        let (id, card) = (format!("S{number}-{seq}"), card(number, seq));
        holder(&id, PersonKind::Student, &card, CardState::Active)
    });
    folder.people(&holders.collect::<Vec<_>>());
}

fn card(number: usize, seq: u64) -> String {
    format!("04{number:02X}00{:08X}", seq % PEOPLE)
}

fn reader_of(number: usize) -> String {
    format!("load-{}-in", number + 1)
}

/// The topic that a reader swipes on.
fn topic_of(reader: &str) -> String {
    format!("onecard/west/campus/reader/{reader}/swipe")
}

/// The running load.
pub struct Load {
    acked: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    /// Ends the watcher.
    hush: Arc<AtomicBool>,
    since: Time,
    threads: Vec<JoinHandle<BTreeMap<u64, Told>>>,
    so_far: Arc<Mutex<Swipes>>,
    opened: Arc<Mutex<Vec<String>>>,
    watcher: Option<JoinHandle<()>>,
}

/// What came of a load that is over.
pub struct Offered {
    pub swipes: Swipes,
    /// The decisions that gates were told to open for.
    pub opened: Vec<String>,
    pub lasted: TimeDelta,
}

impl Load {
    /// Starts it; a subscriber that hears what gates are told goes with it. Every fourth reader has no
    /// clock if `clockless`; such a one is only right with a broker that keeps swipes for it.
    pub fn start(broker: SocketAddr, clockless: bool) -> Self {
        let (acked, stop) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let (so_far, opened) = (Arc::default(), Arc::default());
        let since = now();
        let threads = (0..READERS).map(|number| {
            let reader = Reader {
                broker,
                number,
                has_time: !clockless || number % 4 != 3,
                acked: Arc::clone(&acked),
                so_far: Arc::clone(&so_far),
                stop: Arc::clone(&stop),
            };
            std::thread::spawn(move || reader.run(since))
        });
        let threads = threads.collect();
        let hush = Arc::new(AtomicBool::new(false));
        let (heard, over) = (Arc::clone(&opened), Arc::clone(&hush));
        let watcher = Some(std::thread::spawn(move || watch(broker, &heard, &over)));
        Self { acked, stop, hush, since, threads, so_far, opened, watcher }
    }

    /// Swipes acknowledged so far.
    pub fn acked(&self) -> u64 {
        self.acked.load(Ordering::Relaxed)
    }

    /// What was acknowledged so far.
    pub fn so_far(&self) -> Swipes {
        self.so_far.lock().expect("no reader panics").clone()
    }

    /// Waits until so many more are acknowledged.
    pub fn go_on(&self, more: u64, mut meanwhile: impl FnMut()) {
        let enough = self.acked() + more;
        until("more swipes are acknowledged", || {
            meanwhile();
            self.acked() >= enough
        });
    }

    /// Ends the load: no new swipes, and one that is not acknowledged yet stays so. What gates are
    /// told is heard until everything has `settled`.
    pub fn end(mut self, settled: impl FnOnce(&Swipes)) -> Offered {
        let lasted = now() - self.since;
        self.stop.store(true, Ordering::Relaxed);
        let mut swipes = Swipes::new();
        for (number, thread) in self.threads.drain(..).enumerate() {
            let told = thread.join().expect("a reader");
            swipes.extend(told.into_iter().map(|(seq, told)| ((reader_of(number), seq), told)));
        }
        settled(&swipes);
        self.hush.store(true, Ordering::Relaxed);
        self.watcher.take().expect("a watcher").join().expect("a watcher");
        let opened = std::mem::take(&mut *self.opened.lock().expect("no watcher panics"));
        Offered { swipes, opened, lasted }
    }
}

/// A reader's thread.
struct Reader {
    broker: SocketAddr,
    number: usize,
    has_time: bool,
    acked: Arc<AtomicU64>,
    so_far: Arc<Mutex<Swipes>>,
    stop: Arc<AtomicBool>,
}

impl Reader {
    fn run(&self, began: Time) -> BTreeMap<u64, Told> {
        let between = TimeDelta::microseconds(1_000_000 * READERS as i64 / i64::from(RATE));
        let first = TimeDelta::microseconds(1_000_000 * self.number as i64 / i64::from(RATE));
        let (mut due, mut seq) = (began + first, 1);
        let (mut line, mut done) = (None, BTreeMap::new());
        while !self.stop.load(Ordering::Relaxed) {
            let now = now();
            if now < due {
                let left = (due - now).to_std().expect("it is still to come");
                pause(left.min(AGAIN));
                continue;
            }
            if now - due < WALKS_ON {
                let told = self.deliver(seq, due, &mut line);
                if told.acked.is_some() {
                    let key = (reader_of(self.number), seq);
                    self.so_far.lock().expect("no reader panics").insert(key, told.clone());
                    self.acked.fetch_add(1, Ordering::Relaxed);
                }
                done.insert(seq, told);
                seq += 1;
            }
            due += between;
        }
        done
    }

    /// Delivers a swipe until it is acknowledged, or the load is over.
    fn deliver(&self, seq: u64, at: Time, line: &mut Option<Line>) -> Told {
        let reader = reader_of(self.number);
        let mut swipe = json!({"card": card(self.number, seq), "boot": 1, "seq": seq});
        if self.has_time {
            swipe["at"] = json!(at.to_rfc3339());
        }
        let (topic, payload) = (topic_of(&reader), swipe.to_string());
        let mut told = Told { at, has_time: self.has_time, sent: vec![], acked: None };
        while told.acked.is_none() && !self.stop.load(Ordering::Relaxed) {
            let Some(open) = line else {
                *line = Line::open(self.broker, &format!("reader-{reader}")).ok();
                if line.is_none() {
                    pause(AGAIN);
                }
                continue;
            };
            // Some readers mark a second delivery, as MQTT asks; some make a new message of it.
            let dup = !told.sent.is_empty() && self.number % 2 == 1;
            told.sent.push(now());
            match open.publish(&topic, payload.clone().into_bytes(), dup) {
                Ok(()) => told.acked = Some(now()),
                Err(_) => *line = None,
            }
        }
        told
    }
}

/// Collects the decisions that gates are told to open for.
fn watch(broker: SocketAddr, heard: &Mutex<Vec<String>>, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        let listen = || -> std::io::Result<()> {
            let mut line = Line::open(broker, "watcher")?;
            line.subscribe("onecard/west/+/gate/+/command")?;
            line.patience(Duration::from_millis(200))?;
            while !stop.load(Ordering::Relaxed) {
                let message = match line.message() {
                    Ok(message) => message,
                    Err(error) if is_quiet(&error) => continue,
                    Err(error) => return Err(error),
                };
                let command: Value = serde_json::from_slice(&message.payload)?;
                if command["command"] == "open" {
                    let decision = command["decision"].as_str().expect("a decision").to_owned();
                    heard.lock().expect("no watcher panics").push(decision);
                }
            }
            Ok(())
        };
        if listen().is_err() {
            pause(AGAIN);
        }
    }
}

fn is_quiet(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}

impl Offered {
    /// Prints the rate that was reached.
    pub fn tell(&self) {
        let (lasted, all) = (self.lasted.num_milliseconds().max(1), self.swipes.len() as i64);
        let acked = self.swipes.values().filter(|told| told.acked.is_some()).count() as i64;
        println!(
            "{RATE} swipes/s offered for {:.1} s by {READERS} readers: {all} sent ({}/s), \
             {acked} acknowledged",
            self.lasted.as_seconds_f64(),
            all * 1000 / lasted,
        );
    }
}
