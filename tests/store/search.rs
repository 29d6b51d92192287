//! Finding who was where, over spans that are indexed and rows that are not yet.

use std::{path::Path, sync::mpsc::sync_channel};

use onecard::store::journal::{Facts, Journal, Order, Query, Row};
use onecard_rules::ids::{GateId, PersonId};
use rand::{Rng as _, SeedableRng as _, rngs::SmallRng};
use rusqlite::Connection;
use tempfile::tempdir;

use crate::support::{answer, append, at, decided, entry, open, reader, rows};

/// Rows of more than two spans.
const ROWS: i64 = 9_000;

fn gate(number: u32) -> String {
    format!("gate-{number}")
}

fn person(number: u32) -> String {
    format!("p{number}")
}

/// Records `count` entries from second `from` on, of a few gates and many people.
fn write(journal: &Journal, random: &mut SmallRng, from: i64, count: i64) {
    let mut last = None;
    for second in from..from + count {
        let gate = gate(random.random_range(0..40));
        let person = person(random.random_range(0..2_000));
        let person = random.random_ratio(9, 10).then_some(person.as_str());
        let mut entry = entry(second, &gate, person, None);
        entry.granted = random.random_ratio(3, 4);
        last = Some(append(journal, decided(entry)));
        if second % 500 == 0 {
            // The queue is bounded.
            last.take().map(answer).unwrap().unwrap();
        }
    }
    last.map(answer).unwrap().unwrap();
}

fn question(random: &mut SmallRng) -> Query {
    let some = |random: &mut SmallRng, share| random.random_ratio(share, 10);
    let moment = |random: &mut SmallRng| Some(at(random.random_range(0..ROWS)));
    let row = |random: &mut SmallRng| Some(random.random_range(0..ROWS.unsigned_abs()));
    let is_gate = some(random, 5);
    let is_person = !is_gate || some(random, 3);
    Query {
        facts: Facts::Entries,
        gate: is_gate.then(|| GateId::new(&gate(random.random_range(0..41))).unwrap()),
        person: is_person.then(|| PersonId::new(&person(random.random_range(0..2_000))).unwrap()),
        granted: some(random, 2).then_some(false),
        from: some(random, 3).then(|| moment(random)).flatten(),
        until: some(random, 3).then(|| moment(random)).flatten(),
        after: some(random, 3).then(|| row(random)).flatten(),
        before: some(random, 3).then(|| row(random)).flatten(),
        order: if some(random, 5) { Order::NewestFirst } else { Order::OldestFirst },
        limit: if some(random, 5) { 5 } else { 1_000 },
        ..Query::default()
    }
}

/// The same without any index.
fn looked_at(rows: &[Row], query: &Query) -> Vec<u64> {
    let is_wanted = |row: &&Row| {
        let onecard_rules::event::Event::EntryDecided(entry) = &*row.event else { return false };
        query.gate.as_ref().is_none_or(|gate| *gate == entry.gate)
            && query.person.as_ref().is_none_or(|person| Some(person) == entry.person.as_ref())
            && query.granted.is_none_or(|granted| granted == entry.granted)
            && query.from.is_none_or(|from| row.at >= from)
            && query.until.is_none_or(|until| row.at < until)
            && query.after.is_none_or(|after| row.seq > after)
            && query.before.is_none_or(|before| row.seq < before)
    };
    let mut found: Vec<u64> = rows.iter().filter(is_wanted).map(|row| row.seq).collect();
    if query.order == Order::NewestFirst {
        found.reverse();
    }
    found.truncate(query.limit);
    found
}

fn compare(journal: &Journal, random: &mut SmallRng, when: &str) {
    let (reader, rows) = (reader(journal), rows(journal));
    for _ in 0..150 {
        let query = question(random);
        let found = reader.find(&query).unwrap();
        let seqs: Vec<u64> = found.rows.iter().map(|row| row.seq).collect();
        assert_eq!(seqs, looked_at(&rows, &query), "{when}: {query:?}");
    }
    let last = rows.last().unwrap().seq;
    for (gate, seq) in reader.last_entries(last).unwrap() {
        assert_eq!(reader.last_entry_at(&gate, last + 1).unwrap(), Some(seq), "{when}: {gate}");
    }
}

/// The layout of a journal before its spans were indexed.
fn make_old(folder: &Path) {
    let file = Connection::open(folder.join("journal.db")).unwrap();
    file.execute_batch(
        "DROP TABLE journal_spans;
         DROP INDEX journal_deeds;
         CREATE INDEX journal_gate ON journal (gate, seq) WHERE gate IS NOT NULL;
         CREATE INDEX journal_person ON journal (person, seq) WHERE person IS NOT NULL;
         PRAGMA user_version = 1;",
    )
    .unwrap();
}

#[test]
fn people_and_gates_are_found_over_spans_restarts_an_old_layout_and_pruning() {
    let seed = rand::rng().random();
    println!("seed {seed}");
    let mut random = SmallRng::seed_from_u64(seed);
    let folder = tempdir().unwrap();
    let (journal, _) = open(folder.path());
    write(&journal, &mut random, 0, ROWS - 500);
    compare(&journal, &mut random, "written in one run");
    journal.close();
    let (journal, _) = open(folder.path());
    write(&journal, &mut random, ROWS - 500, 500);
    compare(&journal, &mut random, "over a restart");
    journal.close();
    make_old(folder.path());
    let (journal, _) = open(folder.path());
    compare(&journal, &mut random, "taken over from the old layout");
    journal.mark_published(ROWS.unsigned_abs());
    journal.touch_alive(at(ROWS));
    answer(append(&journal, decided(entry(ROWS, "gate-1", None, None)))).unwrap();
    let (sender, pruned) = sync_channel(1);
    journal.prune(at(5_000), Box::new(move |result| sender.send(result).unwrap())).unwrap();
    assert_eq!(pruned.recv().unwrap().unwrap(), 5_000);
    compare(&journal, &mut random, "the oldest pruned");
}
