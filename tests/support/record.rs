//! What the journal says of a load, held against what really happened: everything acknowledged is on
//! record once, nobody was wrongly refused, no gate opened for a refusal or a stale swipe.

use std::{
    collections::{BTreeMap, HashMap},
    ops::ControlFlow,
    path::PathBuf,
};

use chrono::TimeDelta;
use onecard::store::journal::{self, JournalReader};
use onecard_rules::{
    Time,
    event::{Entry, Event},
    reason::Reason,
};

use super::{
    campus::Folder,
    load::{Offered, Swipes, Told},
    process::until,
};

/// The limit of the starter campus.
pub const SWIPE_AGE: TimeDelta = TimeDelta::seconds(5);

/// The age is judged when a swipe reaches its reader's desk, the decision follows: at once, but for
/// what else is decided in between.
const JUDGED_BEFORE: TimeDelta = TimeDelta::milliseconds(500);

/// What the journal says, read on as it grows.
#[derive(Default)]
pub struct Record {
    read_up_to: u64,
    swipes: HashMap<(String, u64), Entry>,
    replays: Vec<Entry>,
    /// Whether each decision let somebody in.
    granted: HashMap<String, bool>,
    /// When decisions were made, by run of the controller.
    decided: BTreeMap<u64, Vec<Time>>,
    /// How often a controller has stopped in order.
    pub stops: usize,
}

impl Record {
    /// Reads what is new. A swipe that is on record twice fails the story.
    pub fn read_on(&mut self, folder: &Folder) {
        let reader = JournalReader::open(&file(folder)).expect("readable");
        let mut events = Vec::new();
        reader
            .replay(self.read_up_to, |row| {
                events.push((row.seq, row.boot, row.event));
                ControlFlow::Continue(())
            })
            .expect("readable");
        for (seq, boot, event) in events {
            self.read_up_to = seq;
            if let Event::EntryDecided(entry) = &*event {
                self.entry(boot, entry);
            }
            self.stops += usize::from(matches!(&*event, Event::Stopped { .. }));
        }
    }

    fn entry(&mut self, boot: u64, entry: &Entry) {
        self.decided.entry(boot).or_default().push(entry.at);
        self.granted.insert(entry.decision.to_string(), entry.granted);
        if entry.reason == Reason::DenyReplay {
            self.replays.push(entry.clone());
            return;
        }
        let key = entry.swipe.as_ref().expect("these readers count their swipes");
        let key = (key.reader.to_string(), key.seq);
        let again = self.swipes.insert(key.clone(), entry.clone());
        assert!(again.is_none(), "on record twice: {key:?}");
    }

    /// The swipes that are acknowledged, but not on record.
    pub fn missing<'a>(&self, swipes: &'a Swipes) -> Vec<(&'a (String, u64), &'a Told)> {
        let acked = swipes.iter().filter(|(_, told)| told.acked.is_some());
        acked.filter(|(key, _)| !self.swipes.contains_key(*key)).collect()
    }

    /// Waits until everything acknowledged is on record; for a broker that delivers later.
    pub fn wait_for(&mut self, folder: &Folder, swipes: &Swipes) {
        until("everything acknowledged is on record", || {
            self.read_on(folder);
            self.missing(swipes).is_empty()
        });
    }

    /// From `then` to the first decision after it.
    pub fn back_after(&self, then: Time) -> TimeDelta {
        let first = self.decided.values().flatten().filter(|at| **at >= then).min();
        *first.expect("a decision after that") - then
    }

    /// Whether anything was decided since then.
    pub fn has_decided_since(&self, then: Time) -> bool {
        self.decided.values().flatten().any(|at| *at >= then)
    }

    /// Swipes refused for their age.
    pub fn stale(&self) -> usize {
        self.swipes.values().filter(|entry| entry.reason == Reason::DenyStale).count()
    }

    /// From `then` to the first decision of the run after the `boot`th.
    pub fn back_in_run(&self, boot: u64, then: Time) -> TimeDelta {
        let first = self.decided.get(&boot).and_then(|times| times.iter().min());
        *first.expect("this run has decided") - then
    }

    /// Holds every decision against what really happened, and every opened gate against the
    /// decisions.
    pub fn check(&self, offered: &Offered) {
        for (key, entry) in &self.swipes {
            let told = offered.swipes.get(key).expect("a swipe that a reader has sent");
            let age = age(told, entry.at);
            if entry.reason == Reason::DenyStale {
                let unproven = entry.flags.iter().any(|flag| flag == "age_unknown");
                assert!(age > SWIPE_AGE || unproven, "wrongly refused: {entry:?} {told:?}");
            } else {
                let let_in = [Reason::Grant, Reason::WarnPassback].contains(&entry.reason);
                assert!(let_in && entry.granted, "wrongly refused: {entry:?}");
                let limit = SWIPE_AGE + JUDGED_BEFORE;
                assert!(age <= limit, "a stale swipe opened a gate: {entry:?} {told:?}");
            }
        }
        assert!(self.replays.iter().all(|entry| !entry.granted), "a replay opens nothing");
        let mut unknown = 0;
        for decision in &offered.opened {
            match self.granted.get(decision) {
                Some(granted) => assert!(granted, "opened for a refusal: {decision}"),
                // Told before the record was on disk, and killed; the swipe came again.
                None => unknown += 1,
            }
        }
        println!(
            "{} decided ({} stale), {} replays; gates opened {} times ({unknown} before a kill)",
            self.swipes.len(),
            self.stale(),
            self.replays.len(),
            offered.opened.len(),
        );
    }
}

/// How old a swipe truly was.
fn age(told: &Told, decided: Time) -> TimeDelta {
    // Without a clock, a reader answers for what it keeps; the age is that of the message.
    let sent = told.sent.iter().copied().filter(|sent| *sent <= decided).max();
    decided - if told.has_time { told.at } else { sent.unwrap_or(told.at) }
}

/// Prints how long it took to be back in charge.
pub fn tell_back(what: &str, mut times: Vec<TimeDelta>) {
    times.sort_unstable();
    let ms = |time: Option<&TimeDelta>| time.map_or(-1, TimeDelta::num_milliseconds);
    let median = times.get(times.len() / 2);
    println!(
        "back in charge after {} times {what}: min {} ms, median {} ms, max {} ms",
        times.len(),
        ms(times.first()),
        ms(median),
        ms(times.last()),
    );
    // Far more than is promised: a debug build on a busy machine must not fail for its speed.
    let generous = TimeDelta::seconds(20);
    assert!(times.iter().all(|time| *time < generous), "not back in charge: {times:?}");
}

/// The chain of the journal holds.
pub fn assert_chain(folder: &Folder) {
    let found = journal::verify(&file(folder), None).expect("readable");
    assert_eq!(found.broken, None, "the chain holds");
}

fn file(folder: &Folder) -> PathBuf {
    folder.data().join(journal::FILE_NAME)
}
