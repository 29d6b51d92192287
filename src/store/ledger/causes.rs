//! Which entry a cause was carried out as.
//!
//! Most causes are cards at terminals. An index over all of them that grows with every posting would
//! cost a commit a page for each terminal in it. A terminal counts upwards, so a count above its
//! highest is new, which needs no looking up; the others are found in an index by spans of rows, each
//! written once, by the commit that begins the next. Rows of the span that is being written are in
//! memory. Of all other causes, which are few, there is an index of `SQLite`'s.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use onecard_rules::ledger::{Cause, RowNo};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{load, row};
use crate::store::sqlite;

/// Rows of a span.
const SPAN: u64 = 4_096;

/// The step of the layout that makes the index. The first byte of a cause says what it is.
pub(in crate::store) const SCHEMA: &str = "
    DROP INDEX ledger_rows_cause;
    CREATE UNIQUE INDEX ledger_rows_cause ON ledger_rows (cause)
        WHERE cause IS NOT NULL AND substr(cause, 1, 1) <> x'01';
    -- Cards at terminals, by spans of rows; an empty cause for each span itself.
    CREATE TABLE ledger_causes (
        span  INTEGER NOT NULL,
        cause BLOB NOT NULL,
        entry INTEGER NOT NULL,
        PRIMARY KEY (span, cause)
    ) STRICT, WITHOUT ROWID;
    -- The highest count of each terminal in the spans that are indexed.
    CREATE TABLE ledger_terminals (
        terminal BLOB PRIMARY KEY,
        highest  INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// The causes of terminals, for the writer.
#[derive(Debug, Default)]
pub(super) struct Causes {
    span: u64,
    /// Of the span that is being written.
    fresh: BTreeMap<Vec<u8>, RowNo>,
    highest: HashMap<Vec<u8>, u64>,
    /// Terminals whose highest count has risen within the span.
    risen: BTreeSet<Vec<u8>>,
}

fn span_of(number: RowNo) -> u64 {
    number.0.saturating_sub(1) / SPAN
}

/// The row before the first of a span.
fn before(span: u64) -> RowNo {
    RowNo(span.saturating_mul(SPAN))
}

impl Causes {
    /// Indexes the complete spans that are not yet, and takes up the one that is being written.
    /// `last` is the last row.
    pub(super) fn take_up(connection: &mut Connection, last: RowNo) -> rusqlite::Result<Self> {
        let mut causes = Self { span: spans(connection)?, ..Self::default() };
        causes.load_highest(connection)?;
        let current = span_of(last.later(1));
        while causes.span < current {
            let next = causes.span + 1;
            causes.load(connection)?;
            let transaction = connection.transaction()?;
            causes.turn_to(&transaction, next)?;
            transaction.commit()?;
        }
        causes.load(connection)?;
        Ok(causes)
    }

    fn load_highest(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut statement = connection.prepare("SELECT terminal, highest FROM ledger_terminals")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            self.highest.insert(row.get(0)?, sqlite::unsigned(row, 1)?);
        }
        Ok(())
    }

    fn load(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let sql = "SELECT entry, cause FROM ledger_rows
                   WHERE number > ?1 AND number <= ?2 AND cause IS NOT NULL";
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows =
            statement.query([before(self.span), before(self.span + 1)].map(row::number))?;
        while let Some(row) = rows.next()? {
            self.note(RowNo(sqlite::unsigned(row, 0)?), row.get_ref(1)?.as_blob()?);
        }
        Ok(())
    }

    /// The entry that a cause was carried out as, if it was.
    pub(super) fn find(&self, from: &Connection, cause: &[u8]) -> rusqlite::Result<Option<RowNo>> {
        let Some((terminal, count)) = Cause::of_terminal(cause) else {
            return load::indexed(from, cause);
        };
        if self.highest.get(terminal).is_none_or(|highest| count > *highest) {
            return Ok(None);
        }
        match self.fresh.get(cause) {
            Some(entry) => Ok(Some(*entry)),
            None => in_spans(from, self.span, cause),
        }
    }

    /// Whether a cause that nothing else keeps from being there twice is there already.
    pub(super) fn is_known(&self, from: &Connection, cause: &[u8]) -> rusqlite::Result<bool> {
        Ok(Cause::of_terminal(cause).is_some() && self.find(from, cause)?.is_some())
    }

    /// The entry is about to be written, after those before it.
    pub(super) fn add(
        &mut self,
        to: &Connection,
        entry: RowNo,
        cause: &[u8],
    ) -> rusqlite::Result<()> {
        let span = span_of(entry);
        if span != self.span {
            self.turn_to(to, span)?;
        }
        self.note(entry, cause);
        Ok(())
    }

    fn note(&mut self, entry: RowNo, cause: &[u8]) {
        let Some((terminal, count)) = Cause::of_terminal(cause) else { return };
        self.fresh.insert(cause.to_vec(), entry);
        let is_risen = match self.highest.get_mut(terminal) {
            Some(highest) if *highest >= count => false,
            Some(highest) => {
                *highest = count;
                true
            }
            None => {
                self.highest.insert(terminal.to_vec(), count);
                true
            }
        };
        if is_risen && !self.risen.contains(terminal) {
            self.risen.insert(terminal.to_vec());
        }
    }

    /// Writes the span down, and begins another.
    fn turn_to(&mut self, to: &Connection, span: u64) -> rusqlite::Result<()> {
        let written = sqlite::number(self.span);
        let mut statement =
            to.prepare_cached("INSERT OR REPLACE INTO ledger_causes VALUES (?1, ?2, ?3)")?;
        statement.execute(params![written, [0_u8; 0], 0])?;
        for (cause, entry) in std::mem::take(&mut self.fresh) {
            statement.execute(params![written, cause, row::number(entry)])?;
        }
        let mut statement =
            to.prepare_cached("INSERT OR REPLACE INTO ledger_terminals VALUES (?1, ?2)")?;
        for terminal in std::mem::take(&mut self.risen) {
            let highest = self.highest.get(&terminal).copied().unwrap_or(u64::MAX);
            statement.execute(params![terminal, sqlite::number(highest)])?;
        }
        self.span = span;
        Ok(())
    }
}

/// How many spans are indexed.
fn spans(connection: &Connection) -> rusqlite::Result<u64> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT max(span) FROM ledger_causes")?
        .query_row([], |row| row.get(0))?;
    Ok(last.map_or(0, |span| span.cast_unsigned() + 1))
}

/// Looks the spans before this one through, the newest first: what arrives again mostly does so soon.
fn in_spans(from: &Connection, before: u64, cause: &[u8]) -> rusqlite::Result<Option<RowNo>> {
    let sql = "SELECT entry FROM ledger_causes WHERE span = ?1 AND cause = ?2";
    let mut statement = from.prepare_cached(sql)?;
    for span in (0..before).rev() {
        let found = statement
            .query_row(params![sqlite::number(span), cause], |row| sqlite::unsigned(row, 0))
            .optional()?;
        if let Some(entry) = found {
            return Ok(Some(RowNo(entry)));
        }
    }
    Ok(None)
}

/// The entry that a cause was carried out as, for whoever reads.
pub(super) fn entry_of(from: &Connection, cause: &[u8]) -> rusqlite::Result<Option<RowNo>> {
    if Cause::of_terminal(cause).is_none() {
        return load::indexed(from, cause);
    }
    // One state of the file: a span that is completed meanwhile is not passed over.
    let snapshot = from.unchecked_transaction()?;
    let spans = spans(&snapshot)?;
    let tail = snapshot
        .prepare_cached("SELECT entry FROM ledger_rows WHERE number > ?1 AND cause = ?2")?
        .query_row(params![row::number(before(spans)), cause], |row| sqlite::unsigned(row, 0))
        .optional()?;
    match tail {
        Some(entry) => Ok(Some(RowNo(entry))),
        None => in_spans(&snapshot, spans, cause),
    }
}
