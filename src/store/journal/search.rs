//! Searching the journal for what somebody asks. Every call blocks, as the reader's.

use std::collections::{BTreeSet, HashMap};

use onecard_rules::{
    Time,
    ids::{AreaId, GateId, PersonId},
    reason::Reason,
};
use rusqlite::{Connection, params_from_iter, types::Value};
use serde::Deserialize;

use super::{
    JournalReader, Row,
    reader::{body_of, clamp, fact_of},
    spans::{self, Whose},
};
use crate::store::{
    StoreFailure,
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

/// The part of a body that queries without an index of their own look at.
#[derive(Deserialize)]
struct Looks {
    area: Option<AreaId>,
    granted: Option<bool>,
    reason: Option<Reason>,
}

/// Most rows that one search looks at for what is not indexed.
pub const LOOKS_MAX: usize = 100_000;

/// Rows that are looked at for the last decision of each gate: some hundredth of a second's work.
const LATELY: u64 = 20_000;

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

/// A search on its way.
struct Search<'a> {
    query: &'a Query,
    found: Found,
    looks: usize,
}

impl Search<'_> {
    fn is_full(&self) -> bool {
        self.found.rows.len() >= self.query.limit || self.looks >= LOOKS_MAX
    }

    /// Takes the rows of a statement that are looked for, until there are enough of them.
    fn take(
        &mut self,
        connection: &Connection,
        sql: &str,
        values: Vec<Value>,
    ) -> Result<(), StoreFailure> {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while !self.is_full()
            && let Some(row) = rows.next()?
        {
            let seq = sqlite::unsigned(row, 0)?;
            let query = self.query;
            if query.looks() {
                self.looks += 1;
                self.found.stopped_at = (self.looks == LOOKS_MAX).then_some(seq);
                if !query.wants_gate(row)?
                    || (query.looks_at_bodies() && !query.wants(&body_of(seq, row, 3)?))
                {
                    continue;
                }
            }
            self.found.rows.push(fact_of(row)?);
        }
        Ok(())
    }
}

/// What rows must be like, as SQL.
struct Conditions {
    all: Vec<(&'static str, Value)>,
    /// After this row, and before that one.
    after: u64,
    until: u64,
}

impl Conditions {
    fn statement(&self, query: &Query, more: &[(&'static str, u64)]) -> (String, Vec<Value>) {
        let more = more.iter().map(|(sql, seq)| (*sql, Value::from(sqlite::number(*seq))));
        let (conditions, mut values): (Vec<&str>, Vec<Value>) =
            self.all.iter().cloned().chain(more).unzip();
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
        (sql, values)
    }
}

impl JournalReader {
    /// The rows that `query` looks for. Several gates, area, reason and being granted are not
    /// indexed: for them, a search looks at [`LOOKS_MAX`] rows at most.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn find(&self, query: &Query) -> Result<Found, StoreFailure> {
        let mut search = Search { query, found: Found::default(), looks: 0 };
        let Some(conditions) = self.conditions(query)? else { return Ok(search.found) };
        let person = query.person.as_ref().map(Whose::Person);
        if let Some(whose) = person.or_else(|| query.gate.as_ref().map(Whose::Gate)) {
            self.find_whose(&mut search, &conditions, whose)?;
        } else {
            let (sql, values) = conditions.statement(query, &[]);
            search.take(&self.connection, &sql, values)?;
        }
        if search.found.rows.len() == query.limit {
            search.found.stopped_at = None;
        }
        Ok(search.found)
    }

    /// By the index, and row by row where it does not reach yet.
    fn find_whose(
        &self,
        search: &mut Search<'_>,
        conditions: &Conditions,
        whose: Whose<'_>,
    ) -> Result<(), StoreFailure> {
        // One state of the file: a span that is completed meanwhile is not passed over.
        let snapshot = self.connection.unchecked_transaction()?;
        let indexed = spans::indexed_through(&snapshot)?;
        let spans = spans::spans_between(&snapshot, conditions.after, conditions.until)?;
        let tail = |search: &mut Search<'_>| {
            let (sql, values) = conditions.statement(search.query, &[("seq > ?", indexed)]);
            search.take(&snapshot, &sql, values)
        };
        let one = |search: &mut Search<'_>, seq: u64| {
            let (sql, values) = conditions.statement(search.query, &[("seq = ?", seq)]);
            search.take(&snapshot, &sql, values)
        };
        match search.query.order {
            Order::NewestFirst => {
                tail(search)?;
                for span in spans.rev() {
                    for seq in spans::rows_in(&snapshot, span, whose)?.into_iter().rev() {
                        if search.is_full() {
                            return Ok(());
                        }
                        one(search, seq)?;
                    }
                }
            }
            Order::OldestFirst => {
                for span in spans {
                    for seq in spans::rows_in(&snapshot, span, whose)? {
                        if search.is_full() {
                            return Ok(());
                        }
                        one(search, seq)?;
                    }
                }
                tail(search)?;
            }
        }
        Ok(())
    }

    /// What the rows of `query` must be like; `None` when its times hold no row at all.
    fn conditions(&self, query: &Query) -> rusqlite::Result<Option<Conditions>> {
        let mut all: Vec<(&str, Value)> = Vec::new();
        if let Some(person) = &query.person {
            all.push(("person = ?", person.as_str().to_owned().into()));
        }
        if let Some(gate) = &query.gate {
            all.push(("gate = ?", gate.as_str().to_owned().into()));
        }
        let mut after = query.after.unwrap_or(0);
        let mut until = query.before.unwrap_or(u64::MAX);
        let (from, end) =
            (query.from.unwrap_or(Time::MIN_UTC), query.until.unwrap_or(Time::MAX_UTC));
        if query.from.is_some() || query.until.is_some() {
            // First the span of rows, by the index on time; the clock may have been set back
            // meanwhile, so within the span the time is still looked at.
            let (first, last): (Option<i64>, Option<i64>) = self
                .connection
                .prepare_cached(
                    "SELECT min(seq), max(seq) FROM journal WHERE at_ms >= ?1 AND at_ms < ?2",
                )?
                .query_row([Stamp(from), Stamp(end)], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
            after = after.max(first.cast_unsigned().saturating_sub(1));
            until = until.min(last.cast_unsigned().saturating_add(1));
            all.push(("+at_ms >= ?", from.timestamp_millis().into()));
            all.push(("+at_ms < ?", end.timestamp_millis().into()));
        }
        all.push(("seq > ?", sqlite::number(after).into()));
        if until < u64::MAX {
            all.push(("seq < ?", sqlite::number(until).into()));
        }
        if query.facts == Facts::Entries {
            all.push(("fact = ?", "entry_decided".to_owned().into()));
        }
        Ok(Some(Conditions { all, after, until }))
    }

    /// The last decision at `gate` before row `before`: what a subscriber of that gate's entry log
    /// should have seen last.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn last_entry_at(&self, gate: &GateId, before: u64) -> Result<Option<u64>, StoreFailure> {
        let gate = Some(gate.clone());
        let query = Query { gate, before: Some(before), limit: 1, ..Query::default() };
        Ok(self.find(&query)?.rows.first().map(|row| row.seq))
    }

    /// The last decision at each gate up to row `through`, of those that had one in the last
    /// 20,000 rows: what [`Self::last_entry_at`] says, at once.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn last_entries(&self, through: u64) -> Result<HashMap<GateId, u64>, StoreFailure> {
        let sql = "SELECT gate, max(seq) FROM journal
                   WHERE seq > ?1 AND seq <= ?2 AND fact = 'entry_decided' AND gate IS NOT NULL
                   GROUP BY gate";
        let mut statement = self.connection.prepare_cached(sql)?;
        let ends = [through.saturating_sub(LATELY), through].map(sqlite::number);
        let found = statement
            .query_map(ends, |row| Ok((sqlite::parsed(row, 0)?, sqlite::unsigned(row, 1)?)))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}
