//! Opening `SQLite` files the one way that keeps our promises, and moving our types in and out.

use std::{
    fs::{File, TryLockError},
    path::Path,
    str::FromStr,
    time::Duration,
};

use onecard_rules::Time;
use rusqlite::{
    Connection, OpenFlags, Row, ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, Type, ValueRef},
};

use super::StoreFailure;

/// How long a connection waits for another process's transaction.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// The size of a file's pages, in bytes, heeded when it is made: a commit writes whole pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// Rows are added at the end.
    Long = 4_096,
    /// Rows here and there are changed: postings a second are a third more than with long ones.
    Short = 1_024,
}

/// How long the log may get before a commit brings it over, in bytes: at `SQLite`'s own 1,000 pages
/// that shows in the tail of the latency.
const LOG_BYTES: i64 = 40 * 1024 * 1024;

/// A connection that writes: WAL, and every commit is on disk before it returns.
pub(super) fn open_writer(
    path: &Path,
    page: Page,
    busy: Duration,
) -> Result<Connection, StoreFailure> {
    let failed = |source| StoreFailure::Open { path: path.to_owned(), source };
    let connection = Connection::open(path).map_err(failed)?;
    let prepare = |connection: &Connection| -> rusqlite::Result<()> {
        connection.busy_timeout(busy)?;
        connection.pragma_update(None, "page_size", page as i64)?;
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let bytes: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let pages = LOG_BYTES / bytes.max(1);
        connection.pragma_update_and_check(None, "wal_autocheckpoint", pages, |_| Ok(()))?;
        connection.pragma_update(None, "cache_size", -16_384)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(())
    };
    prepare(&connection).map_err(failed)?;
    Ok(connection)
}

/// A connection that only reads; it never holds a writer up.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreFailure> {
    let failed = |source| StoreFailure::Open { path: path.to_owned(), source };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    Ok(connection)
}

/// Takes the lock beside a file that only one process may number rows in.
pub(super) fn lock(path: &Path) -> Result<File, StoreFailure> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let failed = |source| StoreFailure::Lock { path: path.to_owned(), source };
    let file =
        File::options().create(true).truncate(false).write(true).open(&name).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreFailure::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Brings a file to the newest layout. `steps[n]` leads from layout n to n + 1; each step is one
/// transaction, so that a kill in between leaves a whole layout.
pub(super) fn migrate(
    connection: &mut Connection,
    path: &Path,
    steps: &[&str],
) -> Result<(), StoreFailure> {
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(StoreFailure::Newer { path: path.to_owned(), found, known });
    }
    for step in steps.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    if found < known {
        transaction.pragma_update(None, "user_version", known)?;
    }
    transaction.commit()?;
    Ok(())
}

/// A moment as a column: milliseconds since 1970 in UTC.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp(pub(super) Time);

impl ToSql for Stamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.timestamp_millis().into())
    }
}

impl FromSql for Stamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let millis = value.as_i64()?;
        Time::from_timestamp_millis(millis).map(Self).ok_or(FromSqlError::OutOfRange(millis))
    }
}

/// An optional moment as a column.
pub(super) fn stamp(time: Option<Time>) -> Option<Stamp> {
    time.map(Stamp)
}

/// An optional moment out of a column.
pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Time>> {
    Ok(row.get::<_, Option<Stamp>>(column)?.map(|stamp| stamp.0))
}

/// A number that never is negative as a column. `SQLite`'s integers have a sign: the upper half of
/// the range is kept as negative numbers and comes back whole.
pub(super) fn number(value: u64) -> i64 {
    value.cast_signed()
}

/// A number out of a column of [`number`].
pub(super) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.cast_unsigned())
}

/// A column that does not hold what it should.
pub(super) fn damaged(
    column: usize,
    why: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, why.into())
}

/// A code, or anything else that has a text form, out of a column.
pub(super) fn parsed<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text = row.get_ref(column)?.as_str()?;
    text.parse().map_err(|error| damaged(column, Box::new(error)))
}

/// The like of [`parsed`] where the column may be empty.
pub(super) fn parsed_if<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => {
            parsed(row, column).map(Some)
        }
    }
}
