//! The tables of the database, and loading them.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _};
use serde::de::DeserializeOwned;

use super::Loaded;
use crate::store::StoreFailure;

pub const VERSION: u32 = 1;

/// What is found by a key and read whole is kept whole, as JSON.
pub const SCHEMA: &str = "
    CREATE TABLE people (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
    CREATE TABLE cards (credential TEXT PRIMARY KEY, person TEXT NOT NULL, body TEXT NOT NULL) STRICT;
    CREATE INDEX cards_by_person ON cards (person);
    CREATE TABLE presence (person TEXT PRIMARY KEY, as_of_seq INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
    CREATE TABLE measures (kind TEXT NOT NULL, area TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (kind, area)) STRICT;
    CREATE TABLE overrides (gate TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
    CREATE TABLE alarms (subject TEXT NOT NULL, reason TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (subject, reason)) STRICT;
    CREATE TABLE operators (name TEXT PRIMARY KEY, token TEXT NOT NULL, created TEXT NOT NULL) STRICT;
    CREATE TABLE accounts (username TEXT PRIMARY KEY, rights TEXT NOT NULL, secret TEXT NOT NULL) STRICT;
    CREATE TABLE about (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
";

pub fn number(connection: &Connection, key: &str) -> rusqlite::Result<u64> {
    let found = connection
        .prepare_cached("SELECT value FROM about WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(0))
}

pub fn set_number(connection: &Connection, key: &str, value: u64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO about (key, value) VALUES (?1, ?2)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute((key, value)).map(drop)
}

pub fn revision(connection: &Connection) -> rusqlite::Result<u64> {
    number(connection, "revision")
}

/// Tells a running controller that something of its tables was changed by another process.
pub fn next_revision(connection: &Connection) -> rusqlite::Result<()> {
    let revision = revision(connection)?;
    set_number(connection, "revision", revision + 1)
}

/// Reads everything.
pub fn load(connection: &Connection, file: &Path) -> Result<Loaded, StoreFailure> {
    let failed = |source| StoreFailure::Sqlite { file: file.to_owned(), source };
    let keyed = bodies::<onecard_rules::passback::Whereabouts>;
    let presence = keyed(connection, file, "SELECT person, body FROM presence")?;
    let overrides = bodies(connection, file, "SELECT gate, body FROM overrides")?;
    Ok(Loaded {
        people: values(bodies(connection, file, "SELECT id, body FROM people")?),
        cards: values(bodies(connection, file, "SELECT credential, body FROM cards")?),
        presence: coded(presence, file)?,
        measures: values(bodies(connection, file, "SELECT area, body FROM measures")?),
        overrides: coded(overrides, file)?,
        alarms: values(bodies(connection, file, "SELECT subject, body FROM alarms")?),
        projected_seq: number(connection, "projected_seq").map_err(failed)?,
        revision: revision(connection).map_err(failed)?,
    })
}

fn values<T>(rows: Vec<(String, T)>) -> Vec<T> {
    rows.into_iter().map(|(_, value)| value).collect()
}

fn coded<C, T>(rows: Vec<(String, T)>, file: &Path) -> Result<Vec<(C, T)>, StoreFailure>
where
    C: std::str::FromStr<Err: ToString>,
{
    let parse = |(key, value): (String, T)| match key.parse() {
        Ok(code) => Ok((code, value)),
        Err(mistake) => Err(StoreFailure::Row {
            file: file.to_owned(),
            row: key,
            what: C::Err::to_string(&mistake),
        }),
    };
    rows.into_iter().map(parse).collect()
}

/// Rows of a key and a body in JSON.
pub fn bodies<T: DeserializeOwned>(
    connection: &Connection,
    file: &Path,
    sql: &str,
) -> Result<Vec<(String, T)>, StoreFailure> {
    let failed = |source| StoreFailure::Sqlite { file: file.to_owned(), source };
    let mut statement = connection.prepare(sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let key: String = row.get(0).map_err(failed)?;
        let body = row.get_ref(1).map_err(failed)?;
        let body = body.as_str().map_err(|error| failed(error.into()))?;
        match serde_json::from_str(body) {
            Ok(value) => found.push((key, value)),
            Err(error) => {
                let what = error.to_string();
                return Err(StoreFailure::Row { file: file.to_owned(), row: key, what });
            }
        }
    }
    Ok(found)
}
