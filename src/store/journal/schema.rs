//! The layout of `journal.db`, and taking it up again at the start.

use std::{fs::File, path::Path};

use onecard_rules::Time;
use rusqlite::{Connection, OptionalExtension as _};

use super::{
    BrokenRow, Opened, Settings,
    row::GENESIS,
    spans::Spans,
    verify::{check_anchor, check_from},
};
use crate::store::{Anchor, StoreFailure, checkpoint::Checkpoints, sqlite};

/// Rows of the tail that are proved at each start.
const TAIL: u64 = 256;

const STEPS: &[&str] = &[
    "
    CREATE TABLE journal (
        seq        INTEGER PRIMARY KEY,
        boot       INTEGER NOT NULL,
        at_ms      INTEGER NOT NULL,
        fact       TEXT NOT NULL,
        gate       TEXT,
        person     TEXT,
        reader     TEXT,
        swipe_boot INTEGER,
        swipe_seq  INTEGER,
        body       TEXT NOT NULL,
        hash       BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX journal_swipe ON journal (reader, swipe_boot, swipe_seq)
        WHERE reader IS NOT NULL;
    CREATE INDEX journal_gate ON journal (gate, seq) WHERE gate IS NOT NULL;
    CREATE INDEX journal_person ON journal (person, seq) WHERE person IS NOT NULL;
    CREATE INDEX journal_at ON journal (at_ms);
    CREATE TABLE state (
        id            INTEGER PRIMARY KEY CHECK (id = 1),
        boot          INTEGER NOT NULL,
        published_seq INTEGER NOT NULL,
        last_alive_ms INTEGER,
        pruned_seq    INTEGER NOT NULL,
        pruned_hash   BLOB NOT NULL
    ) STRICT;
    INSERT INTO state VALUES (1, 0, 0, NULL, 0, zeroblob(32));
",
    super::spans::SCHEMA,
    // What people did is rare among what gates did, and looked for by auditors.
    "CREATE INDEX journal_deeds ON journal (seq) WHERE fact IN ('audited', 'operator_acted',
        'measure_begun', 'measure_ended', 'rules_loaded', 'rules_refused', 'booted', 'stopped',
        'people_imported')",
];

/// A journal ready to be written.
pub(super) struct Found {
    pub(super) connection: Connection,
    /// Held as long as the writer lives, so that no second controller numbers the same rows.
    pub(super) lock: File,
    /// What the next row follows.
    pub(super) head: Anchor,
    pub(super) spans: Spans,
    pub(super) checkpoints: Checkpoints,
    pub(super) opened: Opened,
}

pub(super) fn open(path: &Path, settings: &Settings) -> Result<Found, StoreFailure> {
    let lock = sqlite::lock(path)?;
    let mut connection = sqlite::open_writer(path, sqlite::Page::Long, settings.busy)?;
    sqlite::migrate(&mut connection, path, STEPS)?;
    if let Some(bytes) = settings.bytes_max {
        let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let pages = i64::try_from(bytes).unwrap_or(i64::MAX) / page.max(1);
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }

    connection.execute("UPDATE state SET boot = boot + 1", [])?;
    let (boot, published_seq, alive) = connection.query_row(
        "SELECT boot, published_seq, last_alive_ms FROM state",
        [],
        |row| Ok((sqlite::unsigned(row, 0)?, sqlite::unsigned(row, 1)?, sqlite::time(row, 2)?)),
    )?;
    let last = last(&connection)?;
    let recorded: Option<Time> = connection
        .query_row("SELECT at_ms FROM journal ORDER BY seq DESC LIMIT 1", [], |row| {
            sqlite::time(row, 0)
        })
        .optional()?
        .flatten();
    let damage = damage(&connection, last, published_seq, settings.anchor)?;
    // Numbers that others have seen are never given out again; the gap stays as evidence.
    let seen = settings.anchor.map_or(0, |anchor| anchor.seq).max(published_seq);
    let head = Anchor { seq: last.seq.max(seen), hash: last.hash };
    let opened =
        Opened { boot, last_seq: head.seq, published_seq, last_alive: alive.max(recorded), damage };
    let spans = Spans::take_up(&mut connection, head.seq)?;
    let checkpoints = Checkpoints::start(path, &connection)?;
    Ok(Found { connection, lock, head, spans, checkpoints, opened })
}

/// The last row; the last one pruned when there is none.
pub(super) fn last(connection: &Connection) -> rusqlite::Result<Anchor> {
    let row = connection
        .prepare_cached("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")?
        .query_row([], anchor_of)
        .optional()?;
    row.map_or_else(|| pruned(connection), Ok)
}

/// The last row deleted for its age; row 0 when none was.
pub(super) fn pruned(connection: &Connection) -> rusqlite::Result<Anchor> {
    connection.query_row("SELECT pruned_seq, pruned_hash FROM state", [], anchor_of)
}

/// A number and a hash out of the first two columns. A hash of the wrong length becomes one that
/// nothing hashes to, so that the chain shows it.
pub(super) fn anchor_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Anchor> {
    let hash = row.get_ref(1)?.as_blob()?.try_into().unwrap_or([0xFF; 32]);
    Ok(Anchor { seq: sqlite::unsigned(row, 0)?, hash })
}

fn damage(
    connection: &Connection,
    last: Anchor,
    published: u64,
    anchor: Option<Anchor>,
) -> Result<Option<BrokenRow>, StoreFailure> {
    let pruned = pruned(connection)?;
    let start = last.seq.saturating_sub(TAIL).max(pruned.seq);
    let before = connection
        .query_row(
            "SELECT seq, hash FROM journal WHERE seq = ?1",
            [sqlite::number(start)],
            anchor_of,
        )
        .optional()?;
    let before = match before {
        Some(before) => before,
        None if start == 0 => Anchor { seq: 0, hash: GENESIS },
        None => pruned,
    };
    let walk = check_from(connection, before)?;
    let promised = Anchor { seq: published, hash: GENESIS };
    Ok(match walk.broken {
        Some(broken) => Some(broken),
        None if last.seq < promised.seq => Some(BrokenRow::truncated(last.seq, promised.seq)),
        None => anchor.map(|anchor| check_anchor(connection, anchor)).transpose()?.flatten(),
    })
}
