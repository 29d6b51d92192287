//! The tables of the journal, and the few facts about the journal itself.

use onecard_rules::Time;
use rusqlite::{Connection, OptionalExtension as _};

use super::chain::{GENESIS, Hash};

pub const VERSION: u32 = 1;

/// `seq` is the row's key and so in order of time. The swipe's own key is unique, so that the same
/// swipe cannot be recorded twice. Indexes hold only rows that have what they find by.
pub const SCHEMA: &str = "
    CREATE TABLE facts (
        seq INTEGER PRIMARY KEY,
        boot INTEGER NOT NULL,
        at_ms INTEGER NOT NULL,
        fact TEXT NOT NULL,
        gate TEXT,
        person TEXT,
        reader TEXT,
        swipe_boot INTEGER,
        swipe_seq INTEGER,
        body TEXT NOT NULL,
        hash BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX facts_by_swipe ON facts (reader, swipe_boot, swipe_seq)
        WHERE swipe_seq IS NOT NULL;
    CREATE INDEX facts_by_gate ON facts (gate, seq) WHERE gate IS NOT NULL;
    CREATE INDEX facts_by_person ON facts (person, seq) WHERE person IS NOT NULL;
    CREATE TABLE about (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
    CREATE TABLE anchor (seq INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
";

pub fn number(connection: &Connection, key: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT value FROM about WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()
}

pub fn set_number(connection: &Connection, key: &str, value: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO about (key, value) VALUES (?1, ?2)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute((key, value)).map(drop)
}

/// Counts one more boot; durable before the first fact of it.
pub fn count_boot(connection: &Connection) -> rusqlite::Result<u64> {
    let boot = number(connection, "boot")?.unwrap_or(0) + 1;
    set_number(connection, "boot", boot)?;
    Ok(boot.unsigned_abs())
}

pub fn last_alive(connection: &Connection) -> rusqlite::Result<Option<Time>> {
    Ok(number(connection, "alive_ms")?.and_then(Time::from_timestamp_millis))
}

/// Where the chain begins: after what was pruned, if anything was.
pub fn anchor(connection: &Connection) -> rusqlite::Result<(u64, Hash)> {
    let pruned = connection
        .prepare_cached("SELECT seq, hash FROM anchor")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(pruned.unwrap_or((0, GENESIS)))
}

/// The last row's `seq` and hash.
pub fn tail(connection: &Connection) -> rusqlite::Result<(u64, Hash)> {
    let last = connection
        .prepare_cached("SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    last.map_or_else(|| anchor(connection), Ok)
}
