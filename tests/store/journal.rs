//! Recording, once and in order, and finding again.

use std::sync::{Arc, mpsc::sync_channel};

use onecard::store::{
    AppendRefusal, OnDurable, StoreFailure, WriteFailure,
    journal::{
        Answers, Facts, Journal, JournalReader, Order, Query, RecentSwipes, Recorded, Settings,
        verify,
    },
};
use onecard_devices::link::{Ack, Answer};
use onecard_rules::{
    event::Event,
    ids::{AreaId, DecisionId, GateId, PersonId},
    reason::Reason,
};
use proptest::prelude::*;
use tempfile::tempdir;

use crate::support::{
    PATIENCE, answer, append, at, decided, entry, key, open, open_with, reader, record, rows,
};

fn stopped(second: i64) -> Event {
    Event::Stopped { at: at(second) }
}

#[test]
fn a_fact_is_on_disk_before_its_swipe_is_acknowledged() {
    let folder = tempdir().unwrap();
    let (journal, _) = open(folder.path());
    let (ack, answered) = Ack::new();
    let event = decided(entry(1, "main-1", None, Some(key("r1", 1, 1))));
    journal.append(event, OnDurable::Ack(ack)).unwrap();
    assert_eq!(answer(answered), Answer::Accepted);
    assert_eq!(reader(&journal).last().unwrap().seq, 1);
}

#[test]
fn numbers_have_no_gap_over_boots_and_each_boot_counts() {
    let folder = tempdir().unwrap();
    for boot in 1..=3 {
        let (journal, opened) = open(folder.path());
        assert_eq!((opened.boot, opened.last_seq), (boot, (boot - 1) * 10));
        assert_eq!(opened.damage, None);
        for second in 0..10 {
            record(&journal, stopped(second));
        }
        assert_eq!(opened.last_alive, (boot > 1).then(|| at(9)));
    }
    let (journal, _) = open(folder.path());
    let seqs: Vec<u64> = rows(&journal).iter().map(|row| row.seq).collect();
    assert_eq!(seqs, (1..=30).collect::<Vec<_>>());
    assert_eq!(verify(journal.path(), None).unwrap().broken, None);
}

#[test]
fn the_same_swipe_is_recorded_once_and_the_batch_around_it_is_whole() {
    let folder = tempdir().unwrap();
    let (journal, _) = open(folder.path());
    let swipe = || decided(entry(1, "main-1", Some("p1"), Some(key("r1", 7, 41))));
    let receipts = [
        append(&journal, stopped(0)),
        append(&journal, swipe()),
        append(&journal, swipe()),
        append(&journal, stopped(2)),
    ];
    let answers: Vec<Recorded> = receipts.into_iter().map(|r| answer(r).unwrap()).collect();
    let expected = [
        Recorded::New { seq: 1 },
        Recorded::New { seq: 2 },
        Recorded::AlreadyRecorded { seq: 2 },
        Recorded::New { seq: 3 },
    ];
    assert_eq!(answers, expected);
    drop(journal);
    let (journal, _) = open(folder.path());
    assert_eq!(record(&journal, swipe()), Recorded::AlreadyRecorded { seq: 2 });
    assert_eq!(rows(&journal).len(), 3);
}

#[test]
fn a_row_that_says_it_is_a_replay_stands_beside_the_first() {
    let folder = tempdir().unwrap();
    let (journal, _) = open(folder.path());
    let first = entry(1, "main-1", None, Some(key("r1", 1, 1)));
    let mut replay = entry(2, "main-1", None, Some(key("r1", 1, 1)));
    replay.replay_of = Some(first.decision.clone());
    record(&journal, decided(first));
    assert_eq!(record(&journal, decided(replay)), Recorded::New { seq: 2 });
    let found = reader(&journal).swipe(&key("r1", 1, 1)).unwrap();
    assert_eq!(found, Some((1, DecisionId::new("d1").unwrap())));
}

#[test]
fn swipe_numbers_use_their_whole_range() {
    let folder = tempdir().unwrap();
    let (journal, _) = open(folder.path());
    let big = key("r1", u64::MAX, u64::MAX - 1);
    record(&journal, decided(entry(1, "main-1", None, Some(big.clone()))));
    assert!(reader(&journal).swipe(&big).unwrap().is_some());
}

/// Holds the writer inside the answer to a first fact until the returned end is dropped.
fn hold_writer(journal: &Journal) -> std::sync::mpsc::SyncSender<()> {
    let (entered, inside) = sync_channel(1);
    let (release, held) = sync_channel::<()>(1);
    let call = Box::new(move |_| {
        entered.send(()).unwrap();
        let _ = held.recv();
    });
    journal.append(stopped(0), OnDurable::Call(call)).unwrap();
    inside.recv_timeout(PATIENCE).unwrap();
    release
}

#[test]
fn a_full_queue_refuses_and_the_swipe_stays_with_its_sender() {
    let folder = tempdir().unwrap();
    let (journal, _) = open_with(folder.path(), Settings { queue: 2, ..Settings::default() });
    let held = hold_writer(&journal);
    let waiting = [append(&journal, stopped(1)), append(&journal, stopped(2))];
    let (ack, answered) = Ack::new();
    assert_eq!(journal.append(stopped(3), OnDurable::Ack(ack)), Err(AppendRefusal::Full));
    assert_eq!(answer(answered), Answer::Refused);
    assert_eq!(journal.health().refused, 1);
    drop(held);
    for receipt in waiting {
        answer(receipt).unwrap();
    }
}

#[test]
fn what_waits_is_committed_together() {
    let folder = tempdir().unwrap();
    let (told, sizes) = sync_channel(100);
    let on_commit = Some(Arc::new(move |size: usize| told.send(size).unwrap()) as Arc<_>);
    let settings = Settings { batch: 8, on_commit, ..Settings::default() };
    let (journal, _) = open_with(folder.path(), settings);
    let held = hold_writer(&journal);
    let receipts: Vec<_> = (1..=20).map(|second| append(&journal, stopped(second))).collect();
    drop(held);
    for receipt in receipts {
        answer(receipt).unwrap();
    }
    journal.close();
    assert_eq!(sizes.try_iter().collect::<Vec<_>>(), [1, 8, 8, 4]);
}

#[test]
fn a_receipt_comes_even_while_nobody_gives_the_answers() {
    let folder = tempdir().unwrap();
    let (handed, held) = sync_channel::<Answers>(10);
    let hand_over = Some(Arc::new(move |answers| handed.send(answers).unwrap()) as Arc<_>);
    let (journal, _) = open_with(folder.path(), Settings { hand_over, ..Settings::default() });
    let (ack, mut answered) = Ack::new();
    journal.append(stopped(1), OnDurable::Ack(ack)).unwrap();
    // A thread that waits for it may be the one that gives the others.
    answer(append(&journal, stopped(2))).unwrap();
    assert!(answered.try_recv().is_err(), "it was not answered yet");
    assert!(!held.recv().unwrap().give(9), "there was one");
    assert_eq!(answer(answered), Answer::Accepted);
}

#[test]
fn answers_are_given_in_order_and_those_that_never_are_count_as_refused() {
    let folder = tempdir().unwrap();
    // The writer waits until somebody takes the answers; what comes meanwhile is one commit.
    let (handed, given) = sync_channel::<Answers>(0);
    let hand_over = Some(Arc::new(move |answers| handed.send(answers).unwrap()) as Arc<_>);
    let (told, sizes) = sync_channel(100);
    let on_commit = Some(Arc::new(move |size: usize| told.send(size).unwrap()) as Arc<_>);
    let settings = Settings { hand_over, on_commit, ..Settings::default() };
    let (journal, _) = open_with(folder.path(), settings);
    let append = |second| {
        let (ack, answered) = Ack::new();
        journal.append(stopped(second), OnDurable::Ack(ack)).unwrap();
        answered
    };
    let alone = append(0);
    assert_eq!(sizes.recv(), Ok(1));
    let waiting = [1, 2, 3].map(append);
    assert!(!given.recv().unwrap().give(9));
    assert_eq!(answer(alone), Answer::Accepted);
    let mut answers = given.recv().unwrap();
    assert!(answers.give(2), "one is left");
    let [first, second, mut third] = waiting;
    assert_eq!([answer(first), answer(second)], [Answer::Accepted; 2]);
    assert!(third.try_recv().is_err(), "it was not answered yet");
    drop(answers);
    assert_eq!(answer(third), Answer::Refused);
}

#[test]
fn closing_writes_what_waits_and_refuses_what_comes_after() {
    let folder = tempdir().unwrap();
    let (journal, _) = open(folder.path());
    let receipts: Vec<_> = (0..100).map(|second| append(&journal, stopped(second))).collect();
    journal.close();
    for receipt in receipts {
        answer(receipt).unwrap();
    }
    assert_eq!(journal.append(stopped(1), OnDurable::Nothing), Err(AppendRefusal::Closed));
    assert_eq!(rows(&journal).len(), 100);
}

#[test]
fn a_failed_commit_refuses_every_swipe_of_it_and_the_next_one_succeeds() {
    let folder = tempdir().unwrap();
    let settings = Settings { busy: std::time::Duration::ZERO, ..Settings::default() };
    let (journal, _) = open_with(folder.path(), settings);
    record(&journal, stopped(1));
    let mut other = rusqlite::Connection::open(journal.path()).unwrap();
    let lock = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let held = append(&journal, stopped(2));
    let (ack, answered) = Ack::new();
    journal.append(stopped(3), OnDurable::Ack(ack)).unwrap();
    assert!(matches!(answer(held), Err(WriteFailure::Disk(_))));
    assert_eq!(answer(answered), Answer::Refused);
    assert!(!journal.health().healthy);
    assert!(journal.health().failed_commits >= 1);
    drop(lock);
    assert_eq!(record(&journal, stopped(4)), Recorded::New { seq: 2 });
    assert!(journal.health().healthy);
    assert_eq!(verify(journal.path(), None).unwrap().broken, None);
}

#[test]
fn a_full_disk_refuses_what_does_not_fit_and_takes_what_does() {
    let folder = tempdir().unwrap();
    let settings = Settings { bytes_max: Some(200_000), ..Settings::default() };
    let (journal, _) = open_with(folder.path(), settings);
    record(&journal, stopped(1));
    let long = Event::RulesRefused { at: at(2), mistakes: vec!["x".repeat(1_000_000)] };
    assert!(matches!(answer(append(&journal, long)), Err(WriteFailure::Disk(_))));
    assert_eq!(record(&journal, stopped(3)), Recorded::New { seq: 2 });
    assert_eq!(journal.after(0, 10).unwrap().len(), 2);
    assert_eq!(verify(journal.path(), None).unwrap().rows, 2);
}

#[test]
fn a_second_controller_cannot_open_the_same_journal() {
    let folder = tempdir().unwrap();
    let (journal, _) = open(folder.path());
    let second = Journal::open(journal.path(), Settings::default());
    assert!(matches!(second, Err(StoreFailure::InUse { .. })));
}

#[test]
fn committed_rows_are_in_memory_as_on_disk_and_the_oldest_leave() {
    let folder = tempdir().unwrap();
    let (journal, _) = open_with(folder.path(), Settings { recent: 10, ..Settings::default() });
    let mut committed = journal.committed();
    for second in 1..=25 {
        record(&journal, decided(entry(second, "main-1", Some("p1"), None)));
    }
    assert_eq!(*committed.borrow_and_update(), 25);
    assert_eq!(journal.after(14, 10), None);
    let kept = journal.after(15, 100).unwrap();
    assert_eq!(kept, reader(&journal).after(15, 100).unwrap());
    assert_eq!(journal.after(15, 3).unwrap(), kept[..3]);
    assert_eq!(journal.after(25, 3).unwrap(), []);
}

#[test]
fn what_was_published_and_when_we_were_alive_is_known_after_a_start() {
    let folder = tempdir().unwrap();
    let (journal, opened) = open(folder.path());
    assert_eq!((opened.published_seq, opened.last_alive), (0, None));
    for second in 0..5 {
        record(&journal, stopped(second));
    }
    journal.mark_published(3);
    journal.touch_alive(at(60));
    journal.close();
    let (_, opened) = open(folder.path());
    assert_eq!((opened.published_seq, opened.last_alive), (3, Some(at(60))));
}

#[test]
fn entries_are_found_by_person_gate_time_and_number() {
    let folder = tempdir().unwrap();
    let (journal, _) = open(folder.path());
    for second in 0..40 {
        let gate = ["main-1", "main-2"][usize::try_from(second % 2).unwrap()];
        let person = ["p1", "p2", "p3", "p4"][usize::try_from(second % 4).unwrap()];
        let mut entry = entry(second, gate, Some(person), None);
        entry.granted = second % 10 != 0;
        if second == 20 {
            entry.reason = Reason::DenyLost;
            entry.area = AreaId::new("library").unwrap();
        }
        record(&journal, decided(entry));
    }
    record(&journal, stopped(40));
    let p1 = || Some(PersonId::new("p1").unwrap());
    let main_1 = || Some(GateId::new("main-1").unwrap());
    let query = || Query { limit: 3, ..Query::default() };
    let oldest = Order::OldestFirst;
    let table: Vec<(&str, Query, Vec<u64>)> = vec![
        ("newest first", query(), vec![40, 39, 38]),
        ("all facts", Query { facts: Facts::All, ..query() }, vec![41, 40, 39]),
        ("person", Query { person: p1(), ..query() }, vec![37, 33, 29]),
        ("gate", Query { gate: main_1(), order: oldest, ..query() }, vec![1, 3, 5]),
        ("after", Query { after: Some(10), order: oldest, ..query() }, vec![11, 12, 13]),
        ("before", Query { before: Some(10), ..query() }, vec![9, 8, 7]),
        ("time", Query { from: Some(at(4)), until: Some(at(6)), ..query() }, vec![6, 5]),
        ("no such time", Query { from: Some(at(400)), ..query() }, vec![]),
        ("refused", Query { granted: Some(false), ..query() }, vec![31, 21, 11]),
        ("reason", Query { reason: Some(Reason::DenyLost), ..query() }, vec![21]),
        ("area", Query { area: AreaId::new("library").ok(), ..query() }, vec![21]),
        ("limit", Query { limit: 1, granted: Some(false), ..query() }, vec![31]),
        (
            "person at a gate, from a time on",
            Query { person: p1(), gate: main_1(), from: Some(at(4)), order: oldest, ..query() },
            vec![5, 9, 13],
        ),
    ];
    let reader = reader(&journal);
    for (name, query, expected) in table {
        let found = reader.find(&query).unwrap();
        let seqs: Vec<u64> = found.rows.iter().map(|row| row.seq).collect();
        assert_eq!((seqs, found.stopped_at), (expected, None), "{name}");
    }
    let gate = GateId::new("main-1").unwrap();
    assert_eq!(reader.last_entry_at(&gate, 39).unwrap(), Some(37));
    assert_eq!(reader.last_entry_at(&gate, 1).unwrap(), None);
}

#[test]
fn the_newest_swipes_of_each_reader_come_back() {
    let folder = tempdir().unwrap();
    let (journal, _) = open(folder.path());
    for second in 0..10_u32 {
        let reader = if second == 9 { "quiet" } else { "busy" };
        let swipe = Some(key(reader, 1, u64::from(second)));
        record(&journal, decided(entry(second.into(), "main-1", None, swipe)));
    }
    let wanted = RecentSwipes { since: at(2), per_reader: 3, most: 100 };
    let found = reader(&journal).recent_swipes(wanted).unwrap();
    let seqs: Vec<u64> = found.iter().map(|swipe| swipe.seq).collect();
    assert_eq!(seqs, [10, 9, 8, 7]);
    let wanted = RecentSwipes { since: at(8), per_reader: 3, most: 100 };
    assert_eq!(reader(&journal).recent_swipes(wanted).unwrap().len(), 2);
    assert_eq!(found[0].swipe, Some(key("quiet", 1, 9)));
}

#[test]
fn a_copy_of_the_files_of_a_running_journal_holds_all_that_was_acknowledged() {
    let (folder, copy) = (tempdir().unwrap(), tempdir().unwrap());
    let (journal, _) = open(folder.path());
    (0..300).for_each(|second| drop(append(&journal, stopped(second))));
    record(&journal, stopped(300));
    for name in ["journal.db", "journal.db-wal"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let (copied, opened) = open(copy.path());
    assert_eq!((opened.last_seq, opened.damage), (301, None));
    assert_eq!(verify(copied.path(), None).unwrap().rows, 301);
}

#[test]
fn a_reader_of_a_journal_that_is_not_there_says_so() {
    let folder = tempdir().unwrap();
    let missing = JournalReader::open(&folder.path().join("journal.db"));
    assert!(matches!(missing, Err(StoreFailure::Open { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_recorded_is_read_back_after_any_reopening(
        runs in prop::collection::vec(
            prop::collection::vec((0_u64..4, 0_u64..6, any::<bool>()), 0..12), 1..4),
        batch in 1_usize..5,
    ) {
        let folder = tempdir().unwrap();
        let mut model: Vec<Event> = Vec::new();
        let mut keys = std::collections::HashMap::new();
        for run in runs {
            let settings = Settings { batch, recent: 3, ..Settings::default() };
            let (journal, opened) = open_with(folder.path(), settings);
            prop_assert_eq!(opened.last_seq, u64::try_from(model.len()).unwrap());
            prop_assert_eq!(opened.damage, None);
            let mut receipts = Vec::new();
            for (boot, seq, has_key) in run {
                let swipe = has_key.then(|| key("r1", boot, seq));
                let event = decided(entry(i64::try_from(seq).unwrap(), "main-1", None, swipe));
                let next = u64::try_from(model.len()).unwrap() + 1;
                let expected = match has_key.then(|| *keys.entry((boot, seq)).or_insert(next)) {
                    Some(first) if first != next => Recorded::AlreadyRecorded { seq: first },
                    _ => {
                        model.push(event.clone());
                        Recorded::New { seq: next }
                    }
                };
                receipts.push((append(&journal, event), expected));
            }
            for (receipt, expected) in receipts {
                prop_assert_eq!(answer(receipt).unwrap(), expected);
            }
        }
        let (journal, _) = open(folder.path());
        let rows = rows(&journal);
        let events: Vec<Event> = rows.iter().map(|row| row.event.as_ref().clone()).collect();
        prop_assert_eq!(events, model);
        prop_assert!(rows.iter().zip(1..).all(|(row, seq)| row.seq == seq));
        prop_assert_eq!(verify(journal.path(), None).unwrap().broken, None);
    }
}
