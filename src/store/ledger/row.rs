//! One row of the ledger as stored, and its place in the chain.

use onecard_rules::{
    Time,
    ledger::{AccountNo, Phase, Purpose, Row, RowNo},
    money::Fen,
};
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::store::sqlite::{self, damaged};

/// The hash before the first row.
pub(super) const GENESIS: [u8; 32] = [0; 32];

/// The columns of a row but its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns<'a> {
    pub(super) number: RowNo,
    pub(super) entry: RowNo,
    pub(super) at_ms: i64,
    pub(super) day: i64,
    pub(super) phase: &'a str,
    pub(super) purpose: &'a str,
    pub(super) debit: AccountNo,
    pub(super) credit: AccountNo,
    pub(super) amount: i64,
    pub(super) about: Option<i64>,
    pub(super) debit_before: Option<i64>,
    pub(super) credit_before: Option<i64>,
    pub(super) until_ms: Option<i64>,
    pub(super) cause: Option<&'a [u8]>,
    pub(super) operator: Option<&'a str>,
    pub(super) why: Option<&'a str>,
}

pub(super) const SELECT: &str = "SELECT number, entry, at_ms, day, phase, purpose, debit, credit, \
     amount, about, debit_before, credit_before, until_ms, cause, operator, why, hash \
     FROM ledger_rows";

/// A row as it is written.
macro_rules! insert {
    ($more:literal) => {
        concat!(
            "INSERT INTO ledger_rows VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ",
            "?14, ?15, ?16, ?17)",
            $more
        )
    };
}
const INSERT: &str = insert!(
    " ON CONFLICT (cause) WHERE cause IS NOT NULL AND substr(cause, 1, 1) <> x'01' DO NOTHING"
);
const INSERT_BLINDLY: &str = insert!("");

/// A row's number as a column.
pub(super) fn number(row: RowNo) -> i64 {
    sqlite::number(row.0)
}

impl<'a> Columns<'a> {
    pub(super) fn read(row: &'a rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: RowNo(sqlite::unsigned(row, 0)?),
            entry: RowNo(sqlite::unsigned(row, 1)?),
            at_ms: row.get(2)?,
            day: row.get(3)?,
            phase: row.get_ref(4)?.as_str()?,
            purpose: row.get_ref(5)?.as_str()?,
            debit: AccountNo(row.get(6)?),
            credit: AccountNo(row.get(7)?),
            amount: row.get(8)?,
            about: row.get(9)?,
            debit_before: row.get(10)?,
            credit_before: row.get(11)?,
            until_ms: row.get(12)?,
            cause: row.get_ref(13)?.as_blob_or_null()?,
            operator: row.get_ref(14)?.as_str_or_null()?,
            why: row.get_ref(15)?.as_str_or_null()?,
        })
    }

    /// What the rules know of it.
    pub(super) fn row(&self) -> rusqlite::Result<Row> {
        Ok(Row {
            phase: self.phase()?,
            purpose: Purpose::parse(self.purpose).ok_or_else(|| damaged(5, "no such purpose"))?,
            debit: self.debit,
            credit: self.credit,
            amount: Fen::new(self.amount),
            about: self.about.map(|row| RowNo(row.cast_unsigned())),
        })
    }

    pub(super) fn phase(&self) -> rusqlite::Result<Phase> {
        phase(self.phase)
    }

    pub(super) fn until(&self) -> Option<Time> {
        self.until_ms.and_then(Time::from_timestamp_millis)
    }

    /// The hash of the row after one with hash `previous`: SHA-256 of that hash, the numbers as 8
    /// bytes with the most significant first, and texts with their length as such a number; what is
    /// absent is a byte of 0, what is present follows a byte of 1.
    pub(super) fn hash(&self, previous: &[u8; 32]) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(previous);
        let numbers = [
            number(self.number),
            number(self.entry),
            self.at_ms,
            self.day,
            self.debit.0.into(),
            self.credit.0.into(),
            self.amount,
        ];
        for number in numbers {
            hasher.update(number.to_be_bytes());
        }
        for number in [self.about, self.debit_before, self.credit_before, self.until_ms] {
            match number {
                None => hasher.update([0]),
                Some(number) => {
                    hasher.update([1]);
                    hasher.update(number.to_be_bytes());
                }
            }
        }
        let texts = [
            Some(self.phase.as_bytes()),
            Some(self.purpose.as_bytes()),
            self.cause,
            self.operator.map(str::as_bytes),
            self.why.map(str::as_bytes),
        ];
        for text in texts {
            match text {
                None => hasher.update([0]),
                Some(text) => {
                    hasher.update([1]);
                    hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
                    hasher.update(text);
                }
            }
        }
        hasher.finalize().into()
    }

    /// Adds the row; false when its cause is on record already.
    pub(super) fn insert(&self, to: &Connection, hash: &[u8; 32]) -> rusqlite::Result<bool> {
        Ok(self.execute(to, INSERT, hash)? == 1)
    }

    /// Adds the row; one whose cause is on record fails.
    pub(super) fn insert_blindly(&self, to: &Connection, hash: &[u8; 32]) -> rusqlite::Result<()> {
        self.execute(to, INSERT_BLINDLY, hash).map(drop)
    }

    fn execute(&self, to: &Connection, sql: &str, hash: &[u8; 32]) -> rusqlite::Result<usize> {
        to.prepare_cached(sql)?.execute(rusqlite::params![
            number(self.number),
            number(self.entry),
            self.at_ms,
            self.day,
            self.phase,
            self.purpose,
            self.debit.0,
            self.credit.0,
            self.amount,
            self.about,
            self.debit_before,
            self.credit_before,
            self.until_ms,
            self.cause,
            self.operator,
            self.why,
            hash,
        ])
    }
}

pub(super) fn phase(word: &str) -> rusqlite::Result<Phase> {
    let found = Phase::ALL.into_iter().find(|phase| phase.as_str() == word);
    found.ok_or_else(|| damaged(4, "no such phase"))
}

/// The hash out of column 16; one of the wrong length becomes one that nothing hashes to.
pub(super) fn hash_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<[u8; 32]> {
    Ok(row.get_ref(16)?.as_blob()?.try_into().unwrap_or([0xFF; 32]))
}
