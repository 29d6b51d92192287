//! The database's writer thread: keeps the projections of the journal.

use std::{
    sync::mpsc::Receiver,
    time::Duration,
};

use rusqlite::Connection;
use tracing::error;

use super::{Change, Order, schema};

/// Most changes in one commit.
const BATCH: usize = 1024;
/// How long to wait before a batch that the disk refused is tried again.
const PAUSE: Duration = Duration::from_millis(200);
/// How often a refused batch is tried again. What is given up is not lost: the journal has it, and
/// the mark that says how far the projections reflect it stays behind.
const TRIES: u32 = 25;

/// Runs until it is told to close, or nobody is left to tell it anything.
pub fn run(mut connection: Connection, queue: &Receiver<Order>) {
    // After a change was given up the mark must not pass it, until the next start replays it.
    let mut sound = true;
    while let Ok(first) = queue.recv() {
        let mut closing = false;
        let mut batch = Vec::new();
        let waiting = std::iter::once(first).chain(std::iter::from_fn(|| queue.try_recv().ok()));
        for order in waiting.take(BATCH) {
            match order {
                Order::Apply(change) => batch.push(*change),
                Order::Close => {
                    closing = true;
                    break;
                }
            }
        }
        batch.retain(|change| sound || !matches!(change, Change::Projected { .. }));
        sound &= write(&mut connection, &batch);
        if closing {
            return;
        }
    }
}

fn write(connection: &mut Connection, batch: &[Change]) -> bool {
    for _ in 0..TRIES {
        match commit(connection, batch) {
            Ok(()) => return true,
            Err(failure) => {
                error!(%failure, "the database could not be written; trying again");
                std::thread::sleep(PAUSE);
            }
        }
    }
    error!(changes = batch.len(), "changes were given up; they are replayed at the next start");
    false
}

fn commit(connection: &mut Connection, batch: &[Change]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for change in batch {
        apply(&transaction, change)?;
    }
    transaction.commit()
}

fn apply(connection: &Connection, change: &Change) -> rusqlite::Result<()> {
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| -> rusqlite::Result<()> {
        connection.prepare_cached(sql)?.execute(values).map(drop)
    };
    match change {
        Change::PutPresence { person, whereabouts, as_of_seq } => run(
            "INSERT INTO presence (person, as_of_seq, body) VALUES (?1, ?2, ?3)
             ON CONFLICT (person) DO UPDATE SET as_of_seq = excluded.as_of_seq, body = excluded.body
             WHERE as_of_seq < excluded.as_of_seq",
            &[&person.as_str(), as_of_seq, &json(whereabouts)?],
        ),
        Change::ForgetPresence { people, as_of_seq } => {
            for person in people {
                run(
                    "DELETE FROM presence WHERE person = ?1 AND as_of_seq < ?2",
                    &[&person.as_str(), as_of_seq],
                )?;
            }
            Ok(())
        }
        Change::PutMeasure(measure) => run(
            "INSERT OR REPLACE INTO measures (kind, area, body) VALUES (?1, ?2, ?3)",
            &[&json(&measure.kind)?, &measure.area.as_str(), &json(measure)?],
        ),
        Change::EndMeasure { kind, area } => run(
            "DELETE FROM measures WHERE kind = ?1 AND area = ?2",
            &[&json(kind)?, &area.as_str()],
        ),
        Change::PutOverride { gate, order } => run(
            "INSERT OR REPLACE INTO overrides (gate, body) VALUES (?1, ?2)",
            &[&gate.as_str(), &json(order)?],
        ),
        Change::ClearOverride { gate } => {
            run("DELETE FROM overrides WHERE gate = ?1", &[&gate.as_str()])
        }
        Change::PutAlarms(alarms) => {
            run("DELETE FROM alarms", &[])?;
            for standing in alarms {
                let (subject, reason) = (&standing.alarm.subject, standing.alarm.reason);
                run(
                    "INSERT OR REPLACE INTO alarms (subject, reason, body) VALUES (?1, ?2, ?3)",
                    &[&json(subject)?, &reason.code(), &json(standing)?],
                )?;
            }
            Ok(())
        }
        Change::Projected { seq } => schema::set_number(connection, "projected_seq", *seq),
    }
}

fn json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}
