//! The journal's one writer: takes all that waits, commits once, then answers.
//!
//! A failed commit is answered with failure as a whole and leaves nothing behind; the next batch is
//! tried afresh. It runs on a thread of its own.

use std::{
    fs::File,
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Duration,
};

use onecard_devices::give_way::GiveWay;
use onecard_rules::{Time, event::Event};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{
    Answers, Recorded, Row, Settings, Shared,
    row::Columns,
    schema::{self, Found},
    spans::{self, Spans},
};
use crate::store::{
    Anchor, Call, OnDurable, WriteFailure,
    checkpoint::Checkpoints,
    queue::{Inbox, Line, Pace},
    sqlite::{self, Stamp},
};

/// How old what is on disk about our being alive may get.
pub(super) const ALIVE_EVERY_MS: u64 = 1000;
/// How many published rows may be unmarked on disk while commits go on.
const PUBLISHED_SLACK: u64 = 64;
/// How long after the first fact of a batch its commit begins: what the same swipe causes goes along,
/// and this thread does not take the processor from the arbiter before the gate has its command.
const GATHER: Duration = Duration::from_micros(500);
/// How far apart commits begin at least: a commit costs about as much for many facts as for one, on two
/// cores a quarter of all the controller's work, and no gate waits for it; screens and readers do not
/// see it.
const PACE: Duration = Duration::from_millis(10);
/// Rows deleted at a time; a commit waits for so many at most.
const PRUNE_CHUNK: i64 = 256;

/// What the writer is asked to do.
pub(super) enum Command {
    Append {
        event: Arc<Event>,
        then: OnDurable<Recorded>,
    },
    /// Notes what is published and that we are alive.
    Nudge,
    Prune {
        before: Time,
        then: Call<u64>,
    },
}

type Append = (Arc<Event>, OnDurable<Recorded>);

/// What became of one fact of a batch that was committed.
enum Outcome {
    New(Arc<Row>),
    Already(u64),
    Unwritable(Arc<str>),
}

struct Pruning {
    before: Time,
    deleted: u64,
    then: Call<u64>,
}

/// What of `state` is on disk.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Marks {
    published: u64,
    alive: i64,
}

pub(super) struct Writer {
    connection: Connection,
    shared: Arc<Shared>,
    settings: Settings,
    boot: u64,
    head: Anchor,
    spans: Spans,
    /// Set after a failed commit: what is on disk must be looked up again.
    unsure: bool,
    marks: Marks,
    nudged: bool,
    pruning: Option<Pruning>,
    lock: File,
    checkpoints: Checkpoints,
    courtesy: GiveWay,
}

impl Writer {
    pub(super) fn new(found: Found, shared: Arc<Shared>, settings: Settings) -> Self {
        let marks = Marks {
            published: shared.published.load(Ordering::Relaxed),
            alive: shared.alive.load(Ordering::Relaxed),
        };
        Self {
            connection: found.connection,
            shared,
            settings,
            boot: found.opened.boot,
            head: found.head,
            spans: found.spans,
            unsure: false,
            marks,
            nudged: false,
            pruning: None,
            lock: found.lock,
            checkpoints: found.checkpoints,
            courtesy: GiveWay::default(),
        }
    }

    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self, inbox: &Inbox<Command>) {
        let mut commands = Vec::with_capacity(self.settings.batch);
        let mut pace = Pace::new(GATHER, PACE);
        loop {
            let line = match self.pruning {
                Some(_) => inbox.take_waiting(&mut commands, self.settings.batch),
                None => inbox.take_in_turn(&mut commands, self.settings.batch, &mut pace),
            };
            self.handle(commands.drain(..));
            if line == Line::Closed {
                break;
            }
            self.prune_some();
        }
        if let Some(pruning) = self.pruning.take() {
            (pruning.then)(Err(WriteFailure::Closed));
        }
        self.nudged = true;
        self.commit(Vec::new());
        drop((self.connection, self.checkpoints));
        // Closing the file is not enough while a child process is being started: it holds a copy
        // for a moment. If this fails, closing it is what is left.
        let _ = self.lock.unlock();
    }

    fn handle(&mut self, commands: impl Iterator<Item = Command>) {
        let mut batch: Vec<Append> = Vec::new();
        for command in commands {
            match command {
                Command::Append { event, then } => batch.push((event, then)),
                Command::Nudge => self.nudged = true,
                Command::Prune { before, then } => match self.pruning {
                    Some(_) => then(Err(WriteFailure::Busy)),
                    None => self.pruning = Some(Pruning { before, deleted: 0, then }),
                },
            }
        }
        self.commit(batch);
    }

    /// Brings a batch to disk and answers it.
    fn commit(&mut self, batch: Vec<Append>) {
        let marks = self.due_marks();
        if batch.is_empty() && marks.is_none() {
            return;
        }
        match self.write(&batch, marks) {
            Ok((outcomes, head)) => {
                self.head = head;
                self.marks = marks.unwrap_or(self.marks);
                self.nudged = false;
                self.committed(batch, outcomes);
            }
            Err(error) => {
                self.unsure = true;
                self.shared.healthy.store(false, Ordering::Relaxed);
                self.shared.failed_commits.fetch_add(1, Ordering::Relaxed);
                tracing::error!(%error, facts = batch.len(), "the journal could not be written");
                let failure = WriteFailure::from(&error);
                for (_, then) in batch {
                    then.answer(Err(failure.clone()));
                }
            }
        }
    }

    /// What of `state` must go along with the next commit.
    fn due_marks(&self) -> Option<Marks> {
        let due = Marks {
            published: self.shared.published.load(Ordering::Relaxed),
            alive: self.shared.alive.load(Ordering::Relaxed),
        };
        let is_due = self.nudged
            || due.published.abs_diff(self.marks.published) >= PUBLISHED_SLACK
            || due.alive.abs_diff(self.marks.alive) >= ALIVE_EVERY_MS;
        (is_due && due != self.marks).then_some(due)
    }

    fn write(
        &mut self,
        batch: &[Append],
        marks: Option<Marks>,
    ) -> rusqlite::Result<(Vec<Outcome>, Anchor)> {
        if self.unsure {
            let last = schema::last(&self.connection)?;
            self.head = Anchor { seq: self.head.seq.max(last.seq), hash: last.hash };
            self.spans = Spans::take_up(&mut self.connection, self.head.seq)?;
            self.unsure = false;
        }
        let mut head = self.head;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut outcomes = Vec::with_capacity(batch.len());
        for (event, _) in batch {
            // Whoever is woken on this processor for a swipe would wait until the commit is on its way.
            self.courtesy.give_way();
            let place = (&mut head, &mut self.spans);
            outcomes.push(insert(&transaction, place, self.boot, event)?);
        }
        if let Some(Marks { published, alive }) = marks {
            let alive = (alive != i64::MIN).then_some(alive);
            transaction
                .prepare_cached("UPDATE state SET published_seq = ?1, last_alive_ms = ?2")?
                .execute(params![sqlite::number(published), alive])?;
        }
        transaction.commit()?;
        Ok((outcomes, head))
    }

    /// Tells everybody what is on disk now: readers first, so that whoever is answered finds it.
    fn committed(&mut self, batch: Vec<Append>, outcomes: Vec<Outcome>) {
        let shared = &self.shared;
        shared.healthy.store(true, Ordering::Relaxed);
        shared.commits.fetch_add(1, Ordering::Relaxed);
        let rows = outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::New(row) => Some(Arc::clone(row)),
            Outcome::Already(_) | Outcome::Unwritable(_) => None,
        });
        shared.recent.push(rows);
        if let Some(on_commit) = &self.settings.on_commit
            && !batch.is_empty()
        {
            on_commit(batch.len());
        }
        let before = shared.committed.send_replace(self.head.seq);
        let new = self.head.seq.saturating_sub(before);
        if new > 0 {
            shared.rows.fetch_add(new, Ordering::Relaxed);
            *shared.head.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.head);
        }
        self.answer(batch, outcomes);
        self.checkpoints.committed(&self.connection, new);
    }

    fn answer(&self, batch: Vec<Append>, outcomes: Vec<Outcome>) {
        let mut others = Vec::with_capacity(batch.len());
        for ((_, then), outcome) in batch.into_iter().zip(outcomes) {
            let answer = match outcome {
                Outcome::New(row) => Ok(Recorded::New { seq: row.seq }),
                Outcome::Already(seq) => Ok(Recorded::AlreadyRecorded { seq }),
                Outcome::Unwritable(why) => Err(WriteFailure::Unwritable(why)),
            };
            match then {
                OnDurable::Nothing => {}
                OnDurable::Receipt(_) => then.answer(answer),
                OnDurable::Ack(_) | OnDurable::Call(_) => others.push((then, answer)),
            }
        }
        if others.is_empty() {
            return;
        }
        let mut answers = Answers(others.into_iter());
        match &self.settings.hand_over {
            Some(hand_over) => hand_over(answers),
            None => drop(answers.give(usize::MAX)),
        }
    }

    /// Deletes one chunk of what is to be pruned; answers when nothing is left to delete.
    fn prune_some(&mut self) {
        let Some(pruning) = &mut self.pruning else { return };
        // By what is on disk: rows marked in memory only are published again after a kill.
        let result = prune_chunk(&mut self.connection, pruning.before, self.marks.published);
        if let Ok(deleted) = result
            && deleted > 0
        {
            pruning.deleted += deleted;
            return;
        }
        if let Some(pruning) = self.pruning.take() {
            let deleted = pruning.deleted;
            (pruning.then)(result.map(|_| deleted).map_err(|error| WriteFailure::from(&error)));
        }
    }
}

/// Writes one fact after `head`, and moves `head` on to it.
fn insert(
    transaction: &Transaction<'_>,
    (head, spans): (&mut Anchor, &mut Spans),
    boot: u64,
    event: &Arc<Event>,
) -> rusqlite::Result<Outcome> {
    let body: Arc<str> = match serde_json::to_string(event.as_ref()) {
        Ok(body) => body.into(),
        Err(error) => return Ok(Outcome::Unwritable(error.to_string().into())),
    };
    let columns = Columns::of(event, boot, &body);
    let seq = head.seq + 1;
    let hash = columns.hash(&head.hash, seq);
    let inserted = transaction
        .prepare_cached(
            "INSERT INTO journal (seq, boot, at_ms, fact, gate, person, reader, swipe_boot,
                                  swipe_seq, body, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (reader, swipe_boot, swipe_seq) WHERE reader IS NOT NULL DO NOTHING",
        )?
        .execute(params![
            sqlite::number(seq),
            columns.boot,
            columns.at_ms,
            columns.fact,
            columns.gate,
            columns.person,
            columns.reader,
            columns.swipe_boot,
            columns.swipe_seq,
            columns.body,
            hash,
        ])?;
    if inserted == 0 {
        let first = transaction
            .prepare_cached(
                "SELECT seq FROM journal WHERE reader = ?1 AND swipe_boot = ?2 AND swipe_seq = ?3",
            )?
            .query_row(params![columns.reader, columns.swipe_boot, columns.swipe_seq], |row| {
                sqlite::unsigned(row, 0)
            })?;
        return Ok(Outcome::Already(first));
    }
    spans.add(transaction, seq, columns.gate, columns.person)?;
    *head = Anchor { seq, hash };
    let at = Time::from_timestamp_millis(columns.at_ms).unwrap_or_else(|| event.at());
    Ok(Outcome::New(Arc::new(Row { seq, boot, at, event: Arc::clone(event), body })))
}

/// Deletes the oldest rows that are older than `before`, a chunk at most, and keeps the hash of the
/// last one. Never deletes the newest row, nor one that is not published. Returns how many.
fn prune_chunk(connection: &mut Connection, before: Time, published: u64) -> rusqlite::Result<u64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let last = schema::last(&transaction)?;
    let mut cut: Option<Anchor> = None;
    {
        let mut statement = transaction
            .prepare_cached("SELECT seq, hash, at_ms FROM journal ORDER BY seq LIMIT ?1")?;
        let mut rows = statement.query([PRUNE_CHUNK])?;
        while let Some(row) = rows.next()? {
            let (found, Stamp(at)) = (schema::anchor_of(row)?, row.get(2)?);
            if at >= before || found.seq > published || found.seq >= last.seq {
                break;
            }
            cut = Some(found);
        }
    }
    let Some(cut) = cut else { return Ok(0) };
    let seq = sqlite::number(cut.seq);
    let deleted = transaction.execute("DELETE FROM journal WHERE seq <= ?1", [seq])?;
    spans::prune(&transaction, cut.seq)?;
    transaction
        .execute("UPDATE state SET pruned_seq = ?1, pruned_hash = ?2", params![seq, cut.hash])?;
    transaction.commit()?;
    Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
}
