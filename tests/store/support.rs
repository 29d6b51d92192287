//! Facts and journals to test with.

use std::{path::Path, time::Duration};

use onecard::store::{
    OnDurable, WriteFailure,
    journal::{Journal, JournalReader, Opened, Recorded, Row, Settings},
};
use onecard_rules::{
    Time,
    event::{Entry, Event, Inputs, SwipeKey},
    ids::{AreaId, DecisionId, GateId, PersonId, ReaderId},
    reason::Reason,
    site::Direction,
};
use tokio::sync::oneshot;

pub const PATIENCE: Duration = Duration::from_secs(20);

pub fn at(second: i64) -> Time {
    Time::from_timestamp(1_795_000_000 + second, 0).unwrap()
}

pub fn key(reader: &str, boot: u64, seq: u64) -> SwipeKey {
    SwipeKey { reader: ReaderId::new(reader).unwrap(), boot, seq }
}

pub fn entry(second: i64, gate: &str, person: Option<&str>, swipe: Option<SwipeKey>) -> Entry {
    Entry {
        decision: DecisionId::new(&format!("d{second}")).unwrap(),
        at: at(second),
        presented_at: None,
        area: AreaId::new("campus").unwrap(),
        gate: GateId::new(gate).unwrap(),
        direction: Direction::In,
        reader: swipe.as_ref().map(|key| key.reader.clone()),
        swipe,
        granted: true,
        reason: Reason::Grant,
        rules: Vec::new(),
        flags: Vec::new(),
        rules_version: "1".to_owned(),
        person: person.map(|person| PersonId::new(person).unwrap()),
        name: Some("张伟".to_owned()),
        kind: None,
        card: None,
        raw: Some("04A1B2C3D4E580".to_owned()),
        by: None,
        why: None,
        replay_of: None,
        inputs: Inputs::default(),
    }
}

pub fn decided(entry: Entry) -> Event {
    Event::EntryDecided(Box::new(entry))
}

pub fn open(folder: &Path) -> (Journal, Opened) {
    open_with(folder, Settings::default())
}

pub fn open_with(folder: &Path, settings: Settings) -> (Journal, Opened) {
    Journal::open(&folder.join("journal.db"), settings).unwrap()
}

pub fn reader(journal: &Journal) -> JournalReader {
    JournalReader::open(journal.path()).unwrap()
}

/// Queues a fact; the receiver is its answer.
pub fn append(
    journal: &Journal,
    event: Event,
) -> oneshot::Receiver<Result<Recorded, WriteFailure>> {
    let (then, receipt) = OnDurable::receipt();
    journal.append(event, then).unwrap();
    receipt
}

/// Waits for an answer.
pub fn answer<T>(receipt: oneshot::Receiver<T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let waited = runtime.block_on(async { tokio::time::timeout(PATIENCE, receipt).await });
    waited.expect("no answer in time").expect("the answer was dropped")
}

/// Records a fact and waits until it is on disk.
pub fn record(journal: &Journal, event: Event) -> Recorded {
    answer(append(journal, event)).unwrap()
}

pub fn rows(journal: &Journal) -> Vec<Row> {
    let mut rows = Vec::new();
    reader(journal)
        .replay(0, |row| {
            rows.push(row);
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    rows
}
