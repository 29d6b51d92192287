//! Facts a second into the journal, by facts in flight, beside the same rows written to `SQLite`
//! directly, in the same run: the floor.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{hint::black_box, path::Path};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use onecard::store::{
    OnDurable,
    journal::{Journal, Settings},
};
use onecard_rules::{
    Time,
    event::{Entry, Event, Inputs, SwipeKey},
    reason::Reason,
    site::Direction,
};
use rusqlite::{Connection, TransactionBehavior, params};
use tempfile::TempDir;

const IN_FLIGHT: [u64; 4] = [1, 8, 64, 512];

fn fact(seq: u64) -> Event {
    let reader: onecard_rules::ids::ReaderId = "main-1-in".parse().unwrap();
    Event::EntryDecided(Box::new(Entry {
        decision: format!("01J{seq:023}").parse().unwrap(),
        at: Time::from_timestamp_millis(1_795_000_000_000 + seq.cast_signed()).unwrap(),
        presented_at: None,
        area: "campus".parse().unwrap(),
        gate: format!("main-{}", seq % 200).parse().unwrap(),
        direction: Direction::In,
        reader: Some(reader.clone()),
        swipe: Some(SwipeKey { reader, boot: 1, seq }),
        granted: true,
        reason: Reason::Grant,
        rules: vec!["students-main-gates".parse().unwrap()],
        flags: Vec::new(),
        rules_version: "9f1c".to_owned(),
        person: Some(format!("2024{:05}", seq % 17_600).parse().unwrap()),
        name: Some("张伟".to_owned()),
        kind: None,
        card: None,
        raw: Some("04A1B2C3D4E580".to_owned()),
        by: None,
        why: None,
        replay_of: None,
        inputs: Inputs::default(),
    }))
}

/// Rows as the journal's, without a chain, an index of people and gates, or a thread.
fn floor(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 10_000, |_| Ok(())).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE journal (seq INTEGER PRIMARY KEY, boot INTEGER, at_ms INTEGER, fact TEXT,
                gate TEXT, person TEXT, reader TEXT, swipe_boot INTEGER, swipe_seq INTEGER,
                body TEXT, hash BLOB) STRICT;
             CREATE UNIQUE INDEX swipe ON journal (reader, swipe_boot, swipe_seq);
             CREATE INDEX at ON journal (at_ms);",
        )
        .unwrap();
    connection
}

fn write(connection: &mut Connection, facts: &[(u64, String)]) {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    for (seq, body) in facts {
        let seq = seq.cast_signed();
        let (gate, person) = (format!("main-{}", seq % 200), format!("2024{:05}", seq % 17_600));
        transaction
            .prepare_cached(
                "INSERT INTO journal VALUES (NULL, 1, ?1, 'entry_decided', ?2, ?3, 'main-1-in', 1,
                    ?1, ?4, zeroblob(32))",
            )
            .unwrap()
            .execute(params![seq, gate, person, body])
            .unwrap();
    }
    transaction.commit().unwrap();
}

fn append(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("append");
    for in_flight in IN_FLIGHT {
        group.throughput(Throughput::Elements(in_flight));

        let folder = TempDir::new().unwrap();
        let mut connection = floor(&folder.path().join("floor.db"));
        let mut next = 0;
        group.bench_function(BenchmarkId::new("floor", in_flight), |bencher| {
            bencher.iter_batched(
                || {
                    let facts = next..next + in_flight;
                    next = facts.end;
                    facts
                        .map(|seq| (seq, serde_json::to_string(&fact(seq)).unwrap()))
                        .collect::<Vec<_>>()
                },
                |facts| write(&mut connection, &facts),
                BatchSize::PerIteration,
            );
        });

        let folder = TempDir::new().unwrap();
        let path = folder.path().join("journal.db");
        let (journal, _) = Journal::open(&path, Settings::default()).unwrap();
        let mut next = 0;
        group.bench_function(BenchmarkId::new("journal", in_flight), |bencher| {
            bencher.iter_batched(
                || {
                    let facts = next..next + in_flight;
                    next = facts.end;
                    facts.map(fact).collect::<Vec<_>>()
                },
                |facts| record(&journal, facts),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// Appends all and waits for every answer, as the gates of a busy minute do.
fn record(journal: &Journal, facts: Vec<Event>) {
    let receipts: Vec<_> = facts
        .into_iter()
        .map(|event| {
            let (then, receipt) = OnDurable::receipt();
            journal.append(event, then).unwrap();
            receipt
        })
        .collect();
    for receipt in receipts {
        black_box(receipt.blocking_recv().unwrap().unwrap());
    }
}

criterion_group!(benches, append);
criterion_main!(benches);
