//! The journal's writer thread: takes all that waits, commits it, answers.

use std::{
    collections::VecDeque,
    sync::{
        Arc, PoisonError,
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::Duration,
};

use onecard_rules::{Time, event::Event};
use rusqlite::{Connection, params};
use tracing::error;

use super::{
    OnDurable, RECENT, Row, Shared, WriteFailure, Written,
    chain::{Hash, link},
    schema,
};

/// Most facts in one commit: what a commit costs is spread over them, and an answer is not held up
/// for longer than some milliseconds.
const BATCH: usize = 512;
/// How often, when nothing happens, it is noted that the controller is in charge.
const IDLE: Duration = Duration::from_secs(1);
/// Rows deleted in one go, so that facts do not wait for long.
const PRUNE_ROWS: u64 = 2_000;

/// What the writer is asked for.
#[derive(Debug)]
pub enum Order {
    Append(Box<Event>, OnDurable),
    Prune { before: Time },
    Close,
}

/// The writer.
#[derive(Debug)]
pub struct Writer {
    connection: Connection,
    shared: Arc<Shared>,
    last_seq: u64,
    last_hash: Hash,
    alive_ms: i64,
    prune_before: Option<Time>,
}

/// A fact of the batch under way, and whom to tell.
struct Pending {
    outcome: Written,
    row: Option<Row>,
    then: OnDurable,
}

impl Writer {
    pub fn new(connection: Connection, shared: Arc<Shared>, last_seq: u64, hash: Hash) -> Self {
        Self { connection, shared, last_seq, last_hash: hash, alive_ms: 0, prune_before: None }
    }

    /// Runs until it is told to close, or nobody is left to tell it anything.
    pub fn run(mut self, queue: &Receiver<Order>) {
        loop {
            let patience = if self.prune_before.is_some() { Duration::ZERO } else { IDLE };
            let first = match queue.recv_timeout(patience) {
                Ok(order) => Some(order),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return self.note_alive(),
            };
            let Some(first) = first else {
                self.prune();
                self.note_alive();
                continue;
            };
            let mut closing = false;
            let mut batch = Vec::with_capacity(16);
            let waiting = std::iter::once(first).chain(std::iter::from_fn(|| queue.try_recv().ok()));
            for order in waiting.take(BATCH) {
                self.shared.queued.fetch_sub(1, Ordering::Relaxed);
                match order {
                    Order::Append(event, then) => batch.push((event, then)),
                    Order::Prune { before } => self.prune_before = Some(before),
                    Order::Close => {
                        closing = true;
                        break;
                    }
                }
            }
            if !batch.is_empty() {
                self.write(batch);
            }
            if closing {
                return self.note_alive();
            }
        }
    }

    /// Commits a batch and answers it: all of it is on disk, or nothing.
    fn write(&mut self, batch: Vec<(Box<Event>, OnDurable)>) {
        let before = (self.last_seq, self.last_hash);
        let mut pending = Vec::with_capacity(batch.len());
        let mut refused = Vec::new();
        let mut written = self.connection.execute_batch("BEGIN IMMEDIATE");
        for (event, then) in batch {
            if written.is_err() {
                refused.push(then);
                continue;
            }
            match self.insert(*event) {
                Ok((outcome, row)) => pending.push(Pending { outcome, row, then }),
                Err(failure) => {
                    written = Err(failure);
                    refused.push(then);
                }
            }
        }
        let written = written
            .and_then(|()| self.set_alive())
            .and_then(|()| self.connection.execute_batch("COMMIT"));
        match written {
            Ok(()) => self.tell(pending),
            Err(failure) => {
                // Nothing of it is on disk; whoever sent it keeps it and sends it again.
                if !self.connection.is_autocommit()
                    && let Err(error) = self.connection.execute_batch("ROLLBACK")
                {
                    error!(%error, "the journal could not be rolled back");
                }
                (self.last_seq, self.last_hash) = before;
                self.fail(&failure, pending, refused);
            }
        }
    }

    fn insert(&mut self, event: Event) -> rusqlite::Result<(Written, Option<Row>)> {
        let swipe =
            if let Event::EntryDecided(entry) = &event { entry.swipe.as_ref() } else { None };
        let body = serde_json::to_string(&event)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let (seq, boot, at) = (self.last_seq + 1, self.shared.boot, event.at());
        let at_ms = at.timestamp_millis();
        let hash = link(&self.last_hash, seq, boot, at_ms, &body);
        let sql = "INSERT INTO facts
                   (seq, boot, at_ms, fact, gate, person, reader, swipe_boot, swipe_seq, body, hash)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                   ON CONFLICT (reader, swipe_boot, swipe_seq) WHERE swipe_seq IS NOT NULL
                   DO NOTHING";
        let added = self.connection.prepare_cached(sql)?.execute(params![
            seq,
            boot,
            at_ms,
            event.name(),
            event.gate().map(onecard_rules::ids::GateId::as_str),
            event.person().map(onecard_rules::ids::PersonId::as_str),
            swipe.map(|key| key.reader.as_str()),
            swipe.map(|key| key.boot),
            swipe.map(|key| key.seq),
            body,
            hash,
        ])?;
        if added == 0 {
            return Ok((Written::AlreadyRecorded, None));
        }
        (self.last_seq, self.last_hash) = (seq, hash);
        let row = Row { seq, boot, at, event: Arc::new(event) };
        Ok((Written::Recorded { seq }, Some(row)))
    }

    fn tell(&self, pending: Vec<Pending>) {
        let shared = &self.shared;
        let size = pending.len() as u64;
        shared.commits.fetch_add(1, Ordering::Relaxed);
        shared.rows.fetch_add(size, Ordering::Relaxed);
        shared.largest_batch.fetch_max(size, Ordering::Relaxed);
        shared.healthy.store(true, Ordering::Relaxed);
        {
            let mut recent = shared.recent.lock().unwrap_or_else(PoisonError::into_inner);
            for Pending { outcome, row, then } in pending {
                keep(&mut recent, row);
                then.tell(Ok(outcome));
            }
        }
        shared.committed.send_replace(self.last_seq);
    }

    fn fail(&self, failure: &rusqlite::Error, pending: Vec<Pending>, refused: Vec<OnDurable>) {
        error!(%failure, facts = pending.len() + refused.len(), "the journal could not be written");
        self.shared.failures.fetch_add(1, Ordering::Relaxed);
        self.shared.healthy.store(false, Ordering::Relaxed);
        let failure = WriteFailure(failure.to_string());
        for then in pending.into_iter().map(|pending| pending.then).chain(refused) {
            then.tell(Err(failure.clone()));
        }
    }

    fn set_alive(&mut self) -> rusqlite::Result<()> {
        let alive_ms = self.shared.alive_ms.load(Ordering::Relaxed);
        if alive_ms != self.alive_ms {
            schema::set_number(&self.connection, "alive_ms", alive_ms)?;
            self.alive_ms = alive_ms;
        }
        Ok(())
    }

    fn note_alive(&mut self) {
        if let Err(failure) = self.set_alive() {
            error!(%failure, "the journal could not be written");
            self.shared.failures.fetch_add(1, Ordering::Relaxed);
            self.shared.healthy.store(false, Ordering::Relaxed);
        }
    }

    /// Deletes some of what is older than asked for; the rest waits for the next quiet moment.
    fn prune(&mut self) {
        let Some(before) = self.prune_before else { return };
        match self.prune_some(before) {
            Ok(true) => {}
            Ok(false) => self.prune_before = None,
            Err(failure) => {
                error!(%failure, "old facts could not be deleted");
                self.prune_before = None;
            }
        }
    }

    /// Returns whether more is left. The last row always stays: the chain goes on from it.
    fn prune_some(&mut self, before: Time) -> rusqlite::Result<bool> {
        let transaction = self.connection.transaction()?;
        // Rows are old up to the first that is not: a clock that stepped must not make a hole.
        let keep: Option<u64> = transaction
            .prepare_cached("SELECT min(seq) FROM facts WHERE at_ms >= ?1")?
            .query_row([before.timestamp_millis()], |row| row.get(0))?;
        let first: Option<u64> =
            transaction.query_row("SELECT min(seq) FROM facts", [], |row| row.get(0))?;
        let Some(first) = first else { return Ok(false) };
        let end = keep.unwrap_or(self.last_seq).min(self.last_seq);
        if end <= first {
            return Ok(false);
        }
        let last = (end - 1).min(first + PRUNE_ROWS - 1);
        let hash: Hash =
            transaction.query_row("SELECT hash FROM facts WHERE seq = ?1", [last], |row| row.get(0))?;
        transaction.execute("DELETE FROM anchor", [])?;
        transaction.execute("INSERT INTO anchor (seq, hash) VALUES (?1, ?2)", (last, hash))?;
        transaction.execute("DELETE FROM facts WHERE seq <= ?1", [last])?;
        transaction.commit()?;
        Ok(last + 1 < end)
    }
}

fn keep(recent: &mut VecDeque<Arc<Row>>, row: Option<Row>) {
    let Some(row) = row else { return };
    if recent.len() >= RECENT {
        recent.pop_front();
    }
    recent.push_back(Arc::new(row));
}
