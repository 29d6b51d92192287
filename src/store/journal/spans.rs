//! In which rows a gate or a person is: an index of the journal by spans of rows.
//!
//! An index that grows with every row costs each commit a page for every gate and person in it, and
//! more the longer the journal is. Here a span of rows is indexed once, by the commit that begins the
//! next one, and always at the end of the index. Rows of the span that is not complete are few enough
//! to be looked at one by one.

use std::collections::BTreeMap;

use onecard_rules::ids::{GateId, PersonId};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::schema;
use crate::store::sqlite;

/// Rows of a span: with so many the commit that indexes them takes some milliseconds longer, and ten
/// million rows are some 2,400 spans to ask for somebody.
pub(super) const SPAN: u64 = 4_096;

pub(super) const SCHEMA: &str = "
    DROP INDEX journal_gate;
    DROP INDEX journal_person;
    CREATE TABLE journal_spans (
        span   INTEGER NOT NULL,
        -- `gate` or `person`; empty, with an empty code, for the span itself.
        kind   TEXT NOT NULL,
        code   TEXT NOT NULL,
        -- Places in the span, ascending, two bytes each with the most significant first.
        places BLOB NOT NULL,
        PRIMARY KEY (span, kind, code)
    ) STRICT, WITHOUT ROWID;
";

/// Whose rows are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose<'a> {
    Gate(&'a GateId),
    Person(&'a PersonId),
}

impl<'a> Whose<'a> {
    fn key(self) -> (&'static str, &'a str) {
        match self {
            Self::Gate(gate) => ("gate", gate.as_str()),
            Self::Person(person) => ("person", person.as_str()),
        }
    }
}

/// The span that is being written, for the writer.
#[derive(Debug, Default)]
pub(super) struct Spans {
    span: u64,
    places: BTreeMap<(&'static str, String), Vec<u8>>,
}

fn span_of(seq: u64) -> u64 {
    seq.saturating_sub(1) / SPAN
}

/// The row before the first of a span.
fn before(span: u64) -> u64 {
    span.saturating_mul(SPAN)
}

impl Spans {
    /// Indexes the complete spans that are not yet, and takes up the one that is being written.
    /// `head` is the last row.
    pub(super) fn take_up(connection: &mut Connection, head: u64) -> rusqlite::Result<Self> {
        let through = indexed_through(connection)?.max(schema::pruned(connection)?.seq);
        let mut spans = Self { span: span_of(through + 1), places: BTreeMap::new() };
        let last = span_of(head + 1);
        while spans.span < last {
            let span = spans.span;
            spans.load(connection)?;
            let transaction = connection.transaction()?;
            spans.turn_to(&transaction, span + 1)?;
            transaction.commit()?;
        }
        spans.load(connection)?;
        Ok(spans)
    }

    fn load(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let sql = "SELECT seq, gate, person FROM journal WHERE seq > ?1 AND seq <= ?2";
        let mut statement = connection.prepare_cached(sql)?;
        let ends = [before(self.span), before(self.span + 1)];
        let mut rows = statement.query(ends.map(sqlite::number))?;
        while let Some(row) = rows.next()? {
            let (gate, person) =
                (row.get_ref(1)?.as_str_or_null()?, row.get_ref(2)?.as_str_or_null()?);
            self.note(sqlite::unsigned(row, 0)?, gate, person);
        }
        Ok(())
    }

    /// Row `seq` is about to be written, after those before it.
    pub(super) fn add(
        &mut self,
        to: &Connection,
        seq: u64,
        gate: Option<&str>,
        person: Option<&str>,
    ) -> rusqlite::Result<()> {
        let span = span_of(seq);
        if span != self.span {
            self.turn_to(to, span)?;
        }
        self.note(seq, gate, person);
        Ok(())
    }

    fn note(&mut self, seq: u64, gate: Option<&str>, person: Option<&str>) {
        let place = u16::try_from(seq.saturating_sub(1) % SPAN).unwrap_or(u16::MAX).to_be_bytes();
        for (kind, code) in [("gate", gate), ("person", person)] {
            if let Some(code) = code {
                let places = self.places.entry((kind, code.to_owned())).or_default();
                places.extend_from_slice(&place);
            }
        }
    }

    /// Writes the span down, and begins another.
    fn turn_to(&mut self, to: &Connection, span: u64) -> rusqlite::Result<()> {
        let sql = "INSERT OR REPLACE INTO journal_spans VALUES (?1, ?2, ?3, ?4)";
        let mut statement = to.prepare_cached(sql)?;
        let written = sqlite::number(self.span);
        statement.execute(params![written, "", "", [0_u8; 0]])?;
        for ((kind, code), places) in std::mem::take(&mut self.places) {
            statement.execute(params![written, kind, code, places])?;
        }
        self.span = span;
        Ok(())
    }
}

/// The last row of the last span that is indexed.
pub(super) fn indexed_through(connection: &Connection) -> rusqlite::Result<u64> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT max(span) FROM journal_spans")?
        .query_row([], |row| row.get(0))?;
    Ok(last.map_or(0, |span| before(span.cast_unsigned() + 1)))
}

/// Forgets the spans of which no row is left after `seq`.
pub(super) fn prune(connection: &Connection, seq: u64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM journal_spans WHERE span < ?1")?
        .execute([sqlite::number(seq / SPAN)])?;
    Ok(())
}

/// The rows of one span that `whose` is in, ascending.
pub(super) fn rows_in(
    connection: &Connection,
    span: u64,
    whose: Whose<'_>,
) -> rusqlite::Result<Vec<u64>> {
    let sql = "SELECT places FROM journal_spans WHERE span = ?1 AND kind = ?2 AND code = ?3";
    let (kind, code) = whose.key();
    let places: Option<Vec<u8>> = connection
        .prepare_cached(sql)?
        .query_row(params![sqlite::number(span), kind, code], |row| row.get(0))
        .optional()?;
    Ok(rows_at(span, &places.unwrap_or_default()).collect())
}

fn rows_at(span: u64, places: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let (pairs, _) = places.as_chunks::<2>();
    pairs.iter().map(move |place| before(span) + 1 + u64::from(u16::from_be_bytes(*place)))
}

/// The spans that may hold rows after `after` and before `until`, as numbers from the first on; empty
/// where there are none.
pub(super) fn spans_between(
    connection: &Connection,
    after: u64,
    until: u64,
) -> rusqlite::Result<std::ops::Range<u64>> {
    let from = after.max(schema::pruned(connection)?.seq);
    let through = indexed_through(connection)?.min(until.saturating_sub(1));
    if through <= from {
        return Ok(0..0);
    }
    Ok(span_of(from + 1)..span_of(through) + 1)
}
