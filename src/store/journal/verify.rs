//! Proving the chain: walks the rows in order and names the first that is not as it was written.

use std::{fmt, path::Path};

use rusqlite::{Connection, OptionalExtension as _};

use super::{
    row::Columns,
    schema::{anchor_of, last, pruned},
};
use crate::store::{Anchor, StoreFailure, sqlite};

/// What walking the whole journal came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Rows that are as they were written.
    pub rows: u64,
    /// The oldest row there is; `None`: the journal is empty.
    pub first: Option<u64>,
    /// The last row; write it down elsewhere to prove the journal against it later.
    pub last: Anchor,
    /// Rows up to this one were deleted for their age; 0: none.
    pub pruned: u64,
    /// The first row that is not as it was written; `None`: all are.
    pub broken: Option<BrokenRow>,
}

/// A row that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenRow {
    pub seq: u64,
    pub what: Break,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// It is not there, but a later one is.
    Missing,
    /// Its number comes before the first row there can be.
    Inserted,
    /// It, or its place in the order, was changed: its hash is not that of its contents after the
    /// row before it.
    Changed,
    /// An earlier row is of a later run of the controller.
    BootDecreased,
    /// It is not there, nor is any up to this one, which was there once.
    Truncated { known: u64 },
    /// The chain holds, but this row had another hash once: the rows up to it were written anew.
    Rewritten,
}

impl BrokenRow {
    pub(super) fn truncated(last: u64, known: u64) -> Self {
        Self { seq: last + 1, what: Break::Truncated { known } }
    }
}

impl fmt::Display for BrokenRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seq = self.seq;
        match self.what {
            Break::Missing => write!(f, "row {seq} is missing"),
            Break::Inserted => write!(f, "row {seq} was inserted before the first row"),
            Break::Changed => write!(f, "row {seq} was changed or moved"),
            Break::BootDecreased => write!(f, "row {seq} is of an earlier run than the one before"),
            Break::Truncated { known } => write!(f, "rows {seq} to {known} were cut off the end"),
            Break::Rewritten => write!(f, "row {seq} or one before it was written anew"),
        }
    }
}

/// Proves the whole journal at `path`, also while a controller writes to it. `anchor` is a row
/// known from elsewhere; without one, rows cut off the end after the last published one, and a
/// chain computed anew, cannot be told.
///
/// # Errors
/// When the file cannot be opened or read.
pub fn verify(path: &Path, anchor: Option<Anchor>) -> Result<Verification, StoreFailure> {
    let mut connection = sqlite::open_reader(path)?;
    // One snapshot, so that the walk and what it is compared with belong together.
    let snapshot = connection.transaction()?;
    let pruned = pruned(&snapshot)?;
    let walk = check_from(&snapshot, pruned)?;
    let last = last(&snapshot)?;
    let published = snapshot
        .query_row("SELECT published_seq FROM state", [], |row| sqlite::unsigned(row, 0))?;
    let mut broken = walk.broken;
    if broken.is_none()
        && let Some(anchor) = anchor
    {
        broken = check_anchor(&snapshot, anchor)?;
    }
    if broken.is_none() && last.seq < published {
        broken = Some(BrokenRow::truncated(last.seq, published));
    }
    Ok(Verification { rows: walk.rows, first: walk.first, last, pruned: pruned.seq, broken })
}

/// Whether the row of `anchor` is still there, as it was.
pub(super) fn check_anchor(
    connection: &Connection,
    anchor: Anchor,
) -> rusqlite::Result<Option<BrokenRow>> {
    let (last, pruned) = (last(connection)?, pruned(connection)?);
    if anchor.seq > last.seq {
        return Ok(Some(BrokenRow::truncated(last.seq, anchor.seq)));
    }
    let found = if anchor.seq == pruned.seq {
        Some(pruned)
    } else {
        connection
            .query_row(
                "SELECT seq, hash FROM journal WHERE seq = ?1",
                [sqlite::number(anchor.seq)],
                anchor_of,
            )
            .optional()?
    };
    // A row deleted for its age since then proves nothing either way.
    Ok(found
        .filter(|found| found.hash != anchor.hash)
        .map(|found| BrokenRow { seq: found.seq, what: Break::Rewritten }))
}

/// How far a walk came.
pub(super) struct Walk {
    pub(super) rows: u64,
    pub(super) first: Option<u64>,
    pub(super) broken: Option<BrokenRow>,
}

/// Walks the rows that follow `before`, in order, up to the first that is broken.
pub(super) fn check_from(connection: &Connection, before: Anchor) -> rusqlite::Result<Walk> {
    let first: Option<i64> =
        connection.query_row("SELECT min(seq) FROM journal", [], |row| row.get(0))?;
    let pruned = sqlite::number(pruned(connection)?.seq);
    let mut walk = Walk { rows: 0, first: first.map(i64::cast_unsigned), broken: None };
    if let Some(first) = first.filter(|first| *first <= pruned) {
        let seq = first.cast_unsigned();
        walk.broken = Some(BrokenRow { seq, what: Break::Inserted });
        return Ok(walk);
    }
    let mut statement = connection.prepare(
        "SELECT seq, hash, boot, at_ms, fact, gate, person, reader, swipe_boot, swipe_seq, body
         FROM journal WHERE seq > ?1 ORDER BY seq",
    )?;
    let mut rows = statement.query([sqlite::number(before.seq)])?;
    let (mut previous, mut boot) = (before, i64::MIN);
    while let Some(row) = rows.next()? {
        let found = anchor_of(row)?;
        let expected = previous.seq + 1;
        let broken = match Columns::read(row, 2) {
            _ if found.seq != expected => Some((expected, Break::Missing)),
            Ok(columns) if columns.hash(&previous.hash, found.seq) != found.hash => {
                Some((found.seq, Break::Changed))
            }
            Ok(columns) if columns.boot < boot => Some((found.seq, Break::BootDecreased)),
            Ok(columns) => {
                boot = columns.boot;
                None
            }
            // Only a changed row holds another type than was written.
            Err(_) => Some((found.seq, Break::Changed)),
        };
        if let Some((seq, what)) = broken {
            walk.broken = Some(BrokenRow { seq, what });
            break;
        }
        walk.rows += 1;
        previous = found;
    }
    Ok(walk)
}
