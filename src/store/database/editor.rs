//! Changing device accounts, people and cards (operators: `operators`): from the command line, also while the
//! controller runs, or from one of its own blocking threads. Every call blocks until it is on disk.

use std::path::Path;

use onecard_rules::{
    Time,
    person::{Card, Person},
};
use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};

use super::{put_card, put_person, schema};
use crate::store::{
    StoreFailure,
    sqlite::{self, Stamp, damaged, time},
};

/// What a device signs in to the broker with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub username: String,
    /// The area, kind and device in the topics that it may use.
    pub area: String,
    pub kind: String,
    pub device: String,
    /// What it may do, as JSON; the broker's accounts know its form.
    pub rights: String,
    /// The salted hash of its secret; the broker's accounts know its form.
    pub hash: String,
    pub created: Time,
    /// From this moment on it cannot sign in.
    pub revoked: Option<Time>,
}

pub(super) const ACCOUNTS: &str =
    "SELECT username, area, kind, device, rights, hash, created_ms, revoked_ms FROM accounts";

/// A connection that changes the database at once.
#[derive(Debug)]
pub struct Editor {
    connection: Connection,
}

impl Editor {
    /// Opens or creates the database at `path`.
    ///
    /// # Errors
    /// When the file cannot be opened or is of a newer version.
    pub fn open(path: &Path) -> Result<Self, StoreFailure> {
        let mut connection = sqlite::open_writer(path, sqlite::Page::Short, sqlite::BUSY)?;
        sqlite::migrate(&mut connection, path, schema::STEPS)?;
        Ok(Self { connection })
    }

    /// Adds a device's account, in place of one with the same name.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn put_account(&mut self, account: &Account) -> Result<(), StoreFailure> {
        let Account { username, area, kind, device, rights, hash, created, revoked } = account;
        let (created, revoked) = (Stamp(*created), sqlite::stamp(*revoked));
        let transaction = self.begin()?;
        transaction.execute(
            "INSERT OR REPLACE INTO accounts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![username, area, kind, device, rights, hash, created, revoked],
        )?;
        bump(&transaction, "accounts_revision")?;
        Ok(transaction.commit()?)
    }

    /// Keeps a device from signing in from `now` on; false when there is no such account, or it was
    /// revoked before.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn revoke_account(&mut self, username: &str, now: Time) -> Result<bool, StoreFailure> {
        let transaction = self.begin()?;
        let sql = "UPDATE accounts SET revoked_ms = ?2 WHERE username = ?1 AND revoked_ms IS NULL";
        let revoked = transaction.execute(sql, params![username, Stamp(now)])? > 0;
        bump(&transaction, "accounts_revision")?;
        transaction.commit()?;
        Ok(revoked)
    }

    /// Adds people and cards, each in place of the one with the same number or credential; all or
    /// nothing.
    ///
    /// # Errors
    /// When the file cannot be written, or a card's person is in neither.
    pub fn put_people_and_cards<'a>(
        &mut self,
        people: impl IntoIterator<Item = &'a Person>,
        cards: impl IntoIterator<Item = &'a Card>,
    ) -> Result<(), StoreFailure> {
        let transaction = self.begin()?;
        for person in people {
            put_person(&transaction, person)?;
        }
        for card in cards {
            put_card(&transaction, card)?;
        }
        bump_people(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// Begins a transaction that no other writer can come between.
    pub(crate) fn begin(&mut self) -> rusqlite::Result<Transaction<'_>> {
        self.connection.transaction_with_behavior(TransactionBehavior::Immediate)
    }
}

/// Lets a running controller notice that people or cards have changed.
pub(crate) fn bump_people(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    bump(transaction, "people_revision")
}

pub(super) fn bump(transaction: &Transaction<'_>, revision: &str) -> rusqlite::Result<()> {
    transaction.execute(&format!("UPDATE meta SET {revision} = {revision} + 1"), [])?;
    Ok(())
}

pub(super) fn read_account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        username: row.get(0)?,
        area: row.get(1)?,
        kind: row.get(2)?,
        device: row.get(3)?,
        rights: row.get(4)?,
        hash: row.get(5)?,
        created: created(row, 6)?,
        revoked: time(row, 7)?,
    })
}

pub(super) fn created(row: &Row<'_>, column: usize) -> rusqlite::Result<Time> {
    time(row, column)?.ok_or_else(|| damaged(column, "no time"))
}
