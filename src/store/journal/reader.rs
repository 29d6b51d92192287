//! Reading the journal from disk. Every call blocks: one reader a thread, never on the arbiter.

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
    path::Path,
    sync::Arc,
};

use onecard_rules::{
    Time,
    credential::Credential,
    event::{Event, SwipeKey},
    ids::{DecisionId, ReaderId},
};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Deserialize;

use super::{
    Row,
    schema::{anchor_of, last},
};
use crate::store::{
    Anchor, StoreFailure,
    sqlite::{self, Stamp},
};

/// Which swipes to bring back into memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecentSwipes {
    /// Decided at this moment or later.
    pub since: Time,
    /// Most swipes of one reader, the newest.
    pub per_reader: usize,
    /// Most swipes in all, the newest; twice as many rows are looked at.
    pub most: usize,
}

/// A swipe that was decided, as far as recognising its copies needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentSwipe {
    pub seq: u64,
    pub decision: DecisionId,
    pub at: Time,
    pub reader: ReaderId,
    /// Absent when the reader does not count its swipes.
    pub swipe: Option<SwipeKey>,
    pub card: Option<Credential>,
    /// The text as read.
    pub raw: Option<String>,
    /// When it was presented, as the reader tells it.
    pub presented_at: Option<Time>,
}

/// The part of an entry's body that recognising copies needs; cheaper to read than all of it.
#[derive(Deserialize)]
struct Swiped {
    decision: DecisionId,
    at: Time,
    reader: Option<ReaderId>,
    swipe: Option<SwipeKey>,
    card: Option<Credential>,
    raw: Option<String>,
    presented_at: Option<Time>,
    replay_of: Option<DecisionId>,
}

/// A connection that reads the journal.
#[derive(Debug)]
pub struct JournalReader {
    pub(super) connection: Connection,
}

impl JournalReader {
    /// Opens the journal at `path`, which a [`super::Journal`] must have created.
    ///
    /// # Errors
    /// When the file is not there or cannot be opened.
    pub fn open(path: &Path) -> Result<Self, StoreFailure> {
        Ok(Self { connection: sqlite::open_reader(path)? })
    }

    /// The rows after `seq`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn after(&self, seq: u64, limit: usize) -> Result<Vec<Arc<Row>>, StoreFailure> {
        let mut found = Vec::new();
        self.walk(seq, limit, |row| {
            found.push(Arc::new(row));
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    /// Hands every row after `seq` to `each`, oldest first, until it breaks off.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn replay(
        &self,
        seq: u64,
        each: impl FnMut(Row) -> ControlFlow<()>,
    ) -> Result<(), StoreFailure> {
        self.walk(seq, usize::MAX, each)
    }

    fn walk(
        &self,
        seq: u64,
        limit: usize,
        mut each: impl FnMut(Row) -> ControlFlow<()>,
    ) -> Result<(), StoreFailure> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, boot, at_ms, body FROM journal WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        )?;
        let mut rows = statement.query([sqlite::number(seq), clamp(limit)])?;
        while let Some(row) = rows.next()? {
            if each(fact_of(row)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The last row.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn last(&self) -> Result<Anchor, StoreFailure> {
        Ok(last(&self.connection)?)
    }

    /// The place of row `seq` in the chain, to be kept elsewhere; `None` when it is not there.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn anchor(&self, seq: u64) -> Result<Option<Anchor>, StoreFailure> {
        let mut statement =
            self.connection.prepare_cached("SELECT seq, hash FROM journal WHERE seq = ?1")?;
        Ok(statement.query_row([sqlite::number(seq)], anchor_of).optional()?)
    }

    /// The row and decision of a swipe, if it was ever decided.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn swipe(&self, key: &SwipeKey) -> Result<Option<(u64, DecisionId)>, StoreFailure> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, body FROM journal
             WHERE reader = ?1 AND swipe_boot = ?2 AND swipe_seq = ?3",
        )?;
        let key = params![key.reader.as_str(), sqlite::number(key.boot), sqlite::number(key.seq)];
        let mut rows = statement.query(key)?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let seq = sqlite::unsigned(row, 0)?;
        let swiped: Swiped = body_of(seq, row, 1)?;
        Ok(Some((seq, swiped.decision)))
    }

    /// The newest swipes decided, newest first, replays left out.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn recent_swipes(&self, wanted: RecentSwipes) -> Result<Vec<RecentSwipe>, StoreFailure> {
        let first: Option<i64> = self.connection.query_row(
            "SELECT min(seq) FROM journal WHERE at_ms >= ?1",
            [Stamp(wanted.since)],
            |row| row.get(0),
        )?;
        let Some(first) = first else { return Ok(Vec::new()) };
        let mut statement = self.connection.prepare(
            "SELECT seq, body, reader FROM journal
             WHERE seq >= ?1 AND at_ms >= ?2 AND fact = 'entry_decided' ORDER BY seq DESC LIMIT ?3",
        )?;
        let mut rows =
            statement.query(params![first, Stamp(wanted.since), clamp(2 * wanted.most)])?;
        let mut counts: HashMap<ReaderId, usize> = HashMap::new();
        let mut full: HashSet<String> = HashSet::new();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            if found.len() >= wanted.most {
                break;
            }
            // Reading a body costs far more than passing a row over.
            if row.get_ref(2)?.as_str_or_null().ok().flatten().is_some_and(|r| full.contains(r)) {
                continue;
            }
            let seq = sqlite::unsigned(row, 0)?;
            let swiped: Swiped = body_of(seq, row, 1)?;
            let Some(reader) = swiped.reader.filter(|_| swiped.replay_of.is_none()) else {
                continue;
            };
            let count = counts.entry(reader.clone()).or_default();
            if *count < wanted.per_reader {
                *count += 1;
                if *count == wanted.per_reader {
                    full.insert(reader.to_string());
                }
                let Swiped { decision, at, swipe, card, raw, presented_at, .. } = swiped;
                found.push(RecentSwipe {
                    seq,
                    decision,
                    at,
                    reader,
                    swipe,
                    card,
                    raw,
                    presented_at,
                });
            }
        }
        Ok(found)
    }
}

pub(super) fn fact_of(row: &rusqlite::Row<'_>) -> Result<Row, StoreFailure> {
    let seq = sqlite::unsigned(row, 0)?;
    let Stamp(at) = row.get(2)?;
    let body: Arc<str> = row.get(3)?;
    let event: Event =
        serde_json::from_str(&body).map_err(|source| StoreFailure::Body { seq, source })?;
    Ok(Row { seq, boot: sqlite::unsigned(row, 1)?, at, event: Arc::new(event), body })
}

pub(super) fn body_of<'a, T: Deserialize<'a>>(
    seq: u64,
    row: &'a rusqlite::Row<'_>,
    column: usize,
) -> Result<T, StoreFailure> {
    let body = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    serde_json::from_str(body).map_err(|source| StoreFailure::Body { seq, source })
}

pub(super) fn clamp(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
