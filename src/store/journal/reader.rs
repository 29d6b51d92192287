//! Reading the journal from disk. Every call blocks: one reader a thread, never on the arbiter.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::ControlFlow,
    path::Path,
    sync::Arc,
};

use onecard_rules::{
    Time,
    credential::Credential,
    event::{Event, SwipeKey},
    ids::{AreaId, DecisionId, GateId, PersonId, ReaderId},
    reason::Reason,
};
use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter, types::Value};
use serde::Deserialize;

use super::{
    Row,
    schema::{anchor_of, last},
};
use crate::store::{
    Anchor, StoreFailure,
    sqlite::{self, Stamp},
};

/// Which facts to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Facts {
    /// Decisions at gates only: the entry log.
    #[default]
    Entries,
    All,
}

/// In which order rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    #[default]
    NewestFirst,
    OldestFirst,
}

/// What to look for; what is `None` does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    pub facts: Facts,
    pub person: Option<PersonId>,
    pub gate: Option<GateId>,
    /// At one of these gates.
    pub gates: Option<BTreeSet<GateId>>,
    pub area: Option<AreaId>,
    pub granted: Option<bool>,
    pub reason: Option<Reason>,
    /// At this moment or later.
    pub from: Option<Time>,
    /// Before this moment.
    pub until: Option<Time>,
    /// After this row.
    pub after: Option<u64>,
    /// Before this row.
    pub before: Option<u64>,
    pub order: Order,
    /// Most rows to return.
    pub limit: usize,
}

/// What a query found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    pub rows: Vec<Row>,
    /// The last row looked at, when the search ended there for having looked long enough; ask
    /// again from it on. `None`: the search came to its end or its limit.
    pub stopped_at: Option<u64>,
}

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

/// The part of a body that queries without an index of their own look at.
#[derive(Deserialize)]
struct Looks {
    area: Option<AreaId>,
    granted: Option<bool>,
    reason: Option<Reason>,
}

/// A connection that reads the journal.
#[derive(Debug)]
pub struct JournalReader {
    pub(super) connection: Connection,
}

/// Most rows that one search looks at for what is not indexed.
pub const LOOKS_MAX: usize = 100_000;

const COLUMNS: &str = "seq, boot, at_ms, body, gate";

impl Query {
    /// Whether rows must be looked at one by one.
    fn looks(&self) -> bool {
        self.gates.is_some() || self.looks_at_bodies()
    }

    fn looks_at_bodies(&self) -> bool {
        self.area.is_some() || self.granted.is_some() || self.reason.is_some()
    }

    /// Whether the gate of a row is one of those asked for.
    fn wants_gate(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<bool> {
        let Some(gates) = &self.gates else { return Ok(true) };
        let gate = row.get_ref(4)?.as_str_or_null()?;
        Ok(gate.is_some_and(|gate| gates.contains(gate)))
    }

    fn wants(&self, body: &Looks) -> bool {
        let Self { area, granted, reason, .. } = self;
        (area.is_none() || *area == body.area)
            && (granted.is_none() || *granted == body.granted)
            && (reason.is_none() || *reason == body.reason)
    }
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

    /// The rows that `query` looks for. Several gates, area, reason and being granted are not indexed: for them,
    /// a search looks at [`LOOKS_MAX`] rows at most.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn find(&self, query: &Query) -> Result<Found, StoreFailure> {
        let mut found = Found::default();
        let Some((sql, values)) = self.statement(query)? else { return Ok(found) };
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut looks = 0;
        while found.rows.len() < query.limit
            && let Some(row) = rows.next()?
        {
            let seq = sqlite::unsigned(row, 0)?;
            if query.looks() {
                looks += 1;
                found.stopped_at = (looks == LOOKS_MAX).then_some(seq);
                if !query.wants_gate(row)?
                    || (query.looks_at_bodies() && !query.wants(&body_of(seq, row, 3)?))
                {
                    continue;
                }
            }
            found.rows.push(fact_of(row)?);
        }
        if found.rows.len() == query.limit {
            found.stopped_at = None;
        }
        Ok(found)
    }

    /// The statement for `query`; `None` when its times hold no row at all.
    fn statement(&self, query: &Query) -> rusqlite::Result<Option<(String, Vec<Value>)>> {
        let mut conditions: Vec<(&str, Value)> = Vec::new();
        if let Some(person) = &query.person {
            conditions.push(("person = ?", person.as_str().to_owned().into()));
        }
        if let Some(gate) = &query.gate {
            // With a person given, that index serves; the sign keeps SQLite from taking the other.
            let condition = if query.person.is_some() { "+gate = ?" } else { "gate = ?" };
            conditions.push((condition, gate.as_str().to_owned().into()));
        }
        let (from, until) =
            (query.from.unwrap_or(Time::MIN_UTC), query.until.unwrap_or(Time::MAX_UTC));
        if query.from.is_some() || query.until.is_some() {
            // First the span of rows, by the index on time; the clock may have been set back
            // meanwhile, so within the span the time is still looked at.
            let (first, last): (Option<i64>, Option<i64>) = self
                .connection
                .prepare_cached(
                    "SELECT min(seq), max(seq) FROM journal WHERE at_ms >= ?1 AND at_ms < ?2",
                )?
                .query_row([Stamp(from), Stamp(until)], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
            conditions.push(("seq >= ?", first.into()));
            conditions.push(("seq <= ?", last.into()));
            conditions.push(("+at_ms >= ?", from.timestamp_millis().into()));
            conditions.push(("+at_ms < ?", until.timestamp_millis().into()));
        }
        if let Some(after) = query.after {
            conditions.push(("seq > ?", sqlite::number(after).into()));
        }
        if let Some(before) = query.before {
            conditions.push(("seq < ?", sqlite::number(before).into()));
        }
        match query.facts {
            Facts::Entries => conditions.push(("fact = ?", "entry_decided".to_owned().into())),
            Facts::All => conditions.push(("seq > ?", 0.into())),
        }
        let (conditions, mut values): (Vec<&str>, Vec<Value>) = conditions.into_iter().unzip();
        let order = match query.order {
            Order::NewestFirst => "DESC",
            Order::OldestFirst => "ASC",
        };
        // What is looked at cannot be counted beforehand.
        values.push(clamp(if query.looks() { LOOKS_MAX } else { query.limit }).into());
        let conditions = conditions.join(" AND ");
        let sql = format!(
            "SELECT {COLUMNS} FROM journal WHERE {conditions} ORDER BY seq {order} LIMIT ?"
        );
        Ok(Some((sql, values)))
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

    /// The last decision at `gate` before row `before`: what a subscriber of that gate's entry log
    /// should have seen last.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn last_entry_at(&self, gate: &GateId, before: u64) -> Result<Option<u64>, StoreFailure> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq FROM journal WHERE gate = ?1 AND seq < ?2 AND fact = 'entry_decided'
             ORDER BY seq DESC LIMIT 1",
        )?;
        let found = statement
            .query_row(params![gate.as_str(), sqlite::number(before)], |row| {
                sqlite::unsigned(row, 0)
            })
            .optional()?;
        Ok(found)
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

fn body_of<'a, T: Deserialize<'a>>(
    seq: u64,
    row: &'a rusqlite::Row<'_>,
    column: usize,
) -> Result<T, StoreFailure> {
    let body = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    serde_json::from_str(body).map_err(|source| StoreFailure::Body { seq, source })
}

fn clamp(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
