//! Reading the ledger: the books at the start, and what is on record for whoever asks.

use std::path::Path;

use chrono::NaiveDate;
use onecard_rules::{
    Time,
    ids::PersonId,
    ledger::{
        Account, AccountName, AccountNo, Archive, Books, Cause, Earlier, Phase, Reservation,
        Restore, Row, RowNo,
    },
    money::Fen,
};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::row::{self, Columns, GENESIS};
use crate::store::{
    StoreFailure,
    sqlite::{self, damaged, parsed, parsed_if},
};

const ACCOUNTS: &str = "SELECT name, terms, debits, credits, debits_reserved, credits_reserved, \
     spent_on, spent, last_row, number FROM ledger_accounts";

/// A day as a column.
pub(super) fn day_number(day: NaiveDate) -> i64 {
    day.to_epoch_days().into()
}

/// A day out of a column.
pub(super) fn day(number: i64) -> rusqlite::Result<NaiveDate> {
    let day = i32::try_from(number).ok().and_then(NaiveDate::from_epoch_days);
    day.ok_or_else(|| damaged(0, "no such day"))
}

fn read_account(row: &rusqlite::Row<'_>) -> rusqlite::Result<Account> {
    let terms = serde_json::from_str(row.get_ref(1)?.as_str()?);
    Ok(Account {
        name: parsed(row, 0)?,
        terms: terms.map_err(|error| damaged(1, Box::new(error)))?,
        debits: Fen::new(row.get(2)?),
        credits: Fen::new(row.get(3)?),
        debits_reserved: Fen::new(row.get(4)?),
        credits_reserved: Fen::new(row.get(5)?),
        spent_on: day(row.get(6)?)?,
        spent: Fen::new(row.get(7)?),
        last: row.get::<_, Option<i64>>(8)?.map(|row| RowNo(row.cast_unsigned())),
    })
}

/// The books as they are on disk, and the hash of the last row.
pub(super) fn books(from: &Connection) -> rusqlite::Result<(Books, [u8; 32])> {
    let mut accounts = Vec::new();
    {
        let mut statement = from.prepare(&format!("{ACCOUNTS} ORDER BY number"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            // A number is a place: one missing would give every later account another's money.
            if row.get::<_, usize>(9)? != accounts.len() {
                return Err(damaged(9, "an account is missing"));
            }
            accounts.push(read_account(row)?);
        }
    }
    let closed =
        from.query_row("SELECT max(day) FROM ledger_days", [], |row| row.get::<_, Option<i64>>(0))?;
    let (last, head) = last(from)?;
    let restore = Restore {
        accounts,
        reservations: reservations(from)?,
        closed_through: closed.map(day).transpose()?,
        last: Some(last),
    };
    Ok((Books::restore(restore), head))
}

/// The number and the hash of the last row.
pub(super) fn last(from: &Connection) -> rusqlite::Result<(RowNo, [u8; 32])> {
    let sql = format!("{} ORDER BY number DESC LIMIT 1", row::SELECT);
    let found = from
        .query_row(&sql, [], |row| Ok((RowNo(sqlite::unsigned(row, 0)?), row::hash_of(row)?)))
        .optional()?;
    Ok(found.unwrap_or((RowNo(0), GENESIS)))
}

pub(super) fn reservations(from: &Connection) -> rusqlite::Result<Vec<(RowNo, Reservation)>> {
    let mut found = Vec::new();
    let mut statement = from.prepare("SELECT entry FROM ledger_reservations ORDER BY entry")?;
    let mut entries = statement.query([])?;
    while let Some(entry) = entries.next()? {
        let first = RowNo(sqlite::unsigned(entry, 0)?);
        let (mut rows, mut on, mut until) = (Vec::new(), NaiveDate::MIN, None);
        entry_rows(from, first, |columns| {
            rows.push(columns.row()?);
            (on, until) = (day(columns.day)?, columns.until());
            Ok(())
        })?;
        found.push((first, Reservation { rows, day: on, until }));
    }
    Ok(found)
}

/// The rows of an entry, which stand next to each other.
fn entry_rows(
    from: &Connection,
    entry: RowNo,
    mut each: impl FnMut(&Columns<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let sql = format!("{} WHERE number >= ?1 ORDER BY number", row::SELECT);
    let mut statement = from.prepare_cached(&sql)?;
    let mut rows = statement.query([row::number(entry)])?;
    while let Some(row) = rows.next()? {
        let columns = Columns::read(row)?;
        if columns.entry != entry {
            break;
        }
        each(&columns)?;
    }
    Ok(())
}

/// The entry that a cause was carried out as.
pub(super) fn by_cause(
    from: &Connection,
    cause: &[u8],
) -> rusqlite::Result<Option<(RowNo, Vec<Row>)>> {
    let sql = "SELECT entry FROM ledger_rows WHERE cause = ?1";
    let entry = from
        .prepare_cached(sql)?
        .query_row([cause], |row| sqlite::unsigned(row, 0))
        .optional()?
        .map(RowNo);
    let Some(entry) = entry else { return Ok(None) };
    let mut rows = Vec::new();
    entry_rows(from, entry, |columns| {
        rows.push(columns.row()?);
        Ok(())
    })?;
    Ok(Some((entry, rows)))
}

/// The rows on record, for the rules.
pub(super) struct OnRecord<'a>(pub(super) &'a Connection);

impl Archive for OnRecord<'_> {
    type Failure = rusqlite::Error;

    fn earlier(&self, about: RowNo) -> rusqlite::Result<Option<Earlier>> {
        let sql = format!("{} WHERE number = ?1", row::SELECT);
        let found = self
            .0
            .prepare_cached(&sql)?
            .query_row([row::number(about)], |row| Columns::read(row)?.row())
            .optional()?;
        let Some(found) = found else { return Ok(None) };
        let mut earlier = Earlier { row: found, corrected: Fen::ZERO, ended: None };
        let sql = "SELECT phase, amount FROM ledger_rows WHERE about = ?1";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query([row::number(about)])?;
        while let Some(row) = rows.next()? {
            let phase = row::phase(row.get_ref(0)?.as_str()?)?;
            if phase == Phase::Correct {
                let sum = earlier.corrected.plus(Fen::new(row.get(1)?));
                earlier.corrected = sum.unwrap_or(Fen::MAX);
            } else {
                earlier.ended = Some(phase);
            }
        }
        Ok(Some(earlier))
    }
}

/// A line of a statement: a row as the owner of one account sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub row: RowNo,
    pub at: Time,
    pub day: NaiveDate,
    pub what: Row,
    /// The other account.
    pub other: AccountName,
    /// Whether the money came in.
    pub incoming: bool,
    /// What caused it; absent on the further rows of an entry.
    pub cause: Option<Cause>,
    pub operator: Option<String>,
    pub why: Option<String>,
}

/// A connection that reads the ledger; it never holds the writer up. Every call blocks.
#[derive(Debug)]
pub struct LedgerReader {
    connection: Connection,
}

impl LedgerReader {
    /// # Errors
    /// When the file is not there or cannot be opened.
    pub fn open(path: &Path) -> Result<Self, StoreFailure> {
        Ok(Self { connection: sqlite::open_reader(path)? })
    }

    /// An account as it is on disk.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn account(
        &self,
        name: &AccountName,
    ) -> Result<Option<(AccountNo, Account)>, StoreFailure> {
        let sql = format!("{ACCOUNTS} WHERE name = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let found = statement
            .query_row([name.to_string()], |row| Ok((AccountNo(row.get(9)?), read_account(row)?)));
        Ok(found.optional()?)
    }

    /// All accounts whose names begin so, such as `subsidy:2024001:`, by name.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn accounts(&self, prefix: &str) -> Result<Vec<Account>, StoreFailure> {
        let sql = format!("{ACCOUNTS} WHERE name >= ?1 AND name < ?1 || x'7F' ORDER BY name");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let found = statement.query_map([prefix], read_account)?.collect::<Result<_, _>>()?;
        Ok(found)
    }

    /// The newest lines of an account, the newest first, at most `limit`; `before` goes on where an
    /// earlier answer ended.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn statement(
        &self,
        name: &AccountName,
        before: Option<RowNo>,
        limit: usize,
    ) -> Result<Vec<Line>, StoreFailure> {
        let snapshot = self.connection.unchecked_transaction()?;
        let mut lines = Vec::new();
        let Some((number, account)) = self.account(name)? else { return Ok(lines) };
        let sql = format!("{} WHERE number = ?1", row::SELECT);
        let mut next = match before {
            None => account.last,
            Some(shown) => self.line(&sql, shown, number)?.and_then(|(_, link)| link),
        };
        while let Some(at) = next
            && lines.len() < limit
        {
            let Some((shown, before)) = self.line(&sql, at, number)? else { break };
            lines.push(shown);
            next = before;
        }
        snapshot.finish()?;
        Ok(lines)
    }

    fn line(
        &self,
        sql: &str,
        at: RowNo,
        account: AccountNo,
    ) -> Result<Option<(Line, Option<RowNo>)>, StoreFailure> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement
            .query_row([row::number(at)], |row| {
                let columns = Columns::read(row)?;
                let what = columns.row()?;
                let incoming = what.credit == account;
                let (other, before) = if incoming {
                    (what.debit, columns.credit_before)
                } else {
                    (what.credit, columns.debit_before)
                };
                let at = Time::from_timestamp_millis(columns.at_ms);
                let line = Line {
                    row: columns.number,
                    at: at.ok_or_else(|| damaged(2, "no time"))?,
                    day: day(columns.day)?,
                    other: self.name(other)?,
                    incoming,
                    cause: columns.cause.and_then(|cause| Cause::read(cause).ok()),
                    operator: columns.operator.map(str::to_owned),
                    why: columns.why.map(str::to_owned),
                    what,
                };
                Ok((line, before.map(|row| RowNo(row.cast_unsigned()))))
            })
            .optional()?;
        Ok(found)
    }

    fn name(&self, number: AccountNo) -> rusqlite::Result<AccountName> {
        let sql = "SELECT name FROM ledger_accounts WHERE number = ?1";
        self.connection.prepare_cached(sql)?.query_row([number.0], |row| parsed(row, 0))
    }

    /// What is kept beside money under this kind, by key.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn states(&self, kind: &str) -> Result<Vec<(String, String)>, StoreFailure> {
        let sql = "SELECT key, body FROM ledger_states WHERE kind = ?1 ORDER BY key";
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement.query_map([kind], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// What is kept beside money under this kind and key.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn state(&self, kind: &str, key: &str) -> Result<Option<String>, StoreFailure> {
        let sql = "SELECT body FROM ledger_states WHERE kind = ?1 AND key = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([kind, key], |row| row.get(0)).optional()?)
    }

    /// What a cause ([`Cause::bytes`]) was carried out as, and what it moved.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn entry(&self, cause: &[u8]) -> Result<Option<(RowNo, Fen)>, StoreFailure> {
        let found = by_cause(&self.connection, cause)?;
        let sum = |rows: Vec<Row>| {
            rows.iter().fold(Fen::ZERO, |sum, row| sum.plus(row.amount).unwrap_or(Fen::MAX))
        };
        Ok(found.map(|(entry, rows)| (entry, sum(rows))))
    }

    /// What each account and purpose came to on a day that is closed: name, purpose, out, in.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn totals(
        &self,
        day: NaiveDate,
    ) -> Result<Vec<(AccountName, String, Fen, Fen)>, StoreFailure> {
        let sql = "SELECT name, purpose, t.debits, t.credits FROM ledger_totals t
                   JOIN ledger_accounts ON number = account WHERE day = ?1 ORDER BY name, purpose";
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement.query_map(params![day_number(day)], |row| {
            Ok((parsed(row, 0)?, row.get(1)?, Fen::new(row.get(2)?), Fen::new(row.get(3)?)))
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The facts that the journal has not got yet, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn outbox(&self, limit: u32) -> Result<Vec<(u64, String)>, StoreFailure> {
        let sql = "SELECT id, body FROM ledger_outbox ORDER BY id LIMIT ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let found =
            statement.query_map([limit], |row| Ok((sqlite::unsigned(row, 0)?, row.get(1)?)))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Whether somebody of this number is registered.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn knows(&self, person: &PersonId) -> Result<bool, StoreFailure> {
        let mut statement = self.connection.prepare_cached("SELECT 1 FROM people WHERE id = ?1")?;
        Ok(statement.exists([person.as_str()])?)
    }

    /// The last day that is closed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn closed_through(&self) -> Result<Option<NaiveDate>, StoreFailure> {
        let sql = "SELECT max(day) FROM ledger_days";
        let found = self.connection.query_row(sql, [], |row| row.get::<_, Option<i64>>(0))?;
        Ok(found.map(day).transpose()?)
    }

    /// The operator who closed a day, if it is closed and one did.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn closed_by(&self, day: NaiveDate) -> Result<Option<String>, StoreFailure> {
        let sql = "SELECT operator FROM ledger_days WHERE day = ?1";
        let found = self
            .connection
            .query_row(sql, [day_number(day)], |row| parsed_if::<String>(row, 0))
            .optional()?;
        Ok(found.flatten())
    }
}
