//! Accounts of the broker and operators' tokens in the database. Only hashes are kept; what is
//! written here, a running controller takes over within a second.

use std::path::Path;

use onecard_rules::ids::OperatorId;
use rusqlite::Connection;

use super::schema;
use crate::store::{
    StoreFailure,
    thread::{open_reader, open_writer},
};

/// An account as stored: what it may do and its secret's hash, as the broker writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    pub username: String,
    pub rights: String,
    pub secret: String,
}

/// An operator as stored: the name and the token's hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorRow {
    pub name: String,
    pub token: String,
    /// When the token was made, RFC 3339.
    pub created: String,
}

/// Adds an account, in place of the one of that name.
///
/// # Errors
/// When the file cannot be written.
pub fn put_account(file: &Path, account: &AccountRow) -> Result<(), StoreFailure> {
    change(file, |connection| {
        let sql = "INSERT OR REPLACE INTO accounts (username, rights, secret) VALUES (?1, ?2, ?3)";
        connection.execute(sql, (&account.username, &account.rights, &account.secret))
    })
    .map(drop)
}

/// Adds many accounts in one transaction.
///
/// # Errors
/// When the file cannot be written; none is added then.
pub fn put_accounts(file: &Path, accounts: &[AccountRow]) -> Result<(), StoreFailure> {
    change(file, |connection| {
        let sql = "INSERT OR REPLACE INTO accounts (username, rights, secret) VALUES (?1, ?2, ?3)";
        let mut statement = connection.prepare(sql)?;
        for account in accounts {
            statement.execute((&account.username, &account.rights, &account.secret))?;
        }
        Ok(())
    })
}

/// Removes an account; returns whether there was one.
///
/// # Errors
/// When the file cannot be written.
pub fn remove_account(file: &Path, username: &str) -> Result<bool, StoreFailure> {
    change(file, |connection| {
        connection.execute("DELETE FROM accounts WHERE username = ?1", [username])
    })
    .map(|removed| removed > 0)
}

/// All accounts.
///
/// # Errors
/// When the file cannot be read.
pub fn accounts(file: &Path) -> Result<Vec<AccountRow>, StoreFailure> {
    rows(file, "SELECT username, rights, secret FROM accounts ORDER BY username").map(|rows| {
        let account = |[username, rights, secret]: [String; 3]| AccountRow { username, rights, secret };
        rows.into_iter().map(account).collect()
    })
}

/// Adds an operator, in place of the one of that name, whose token is good no more.
///
/// # Errors
/// When the file cannot be written.
pub fn put_operator(file: &Path, operator: &OperatorRow) -> Result<(), StoreFailure> {
    change(file, |connection| {
        let sql = "INSERT OR REPLACE INTO operators (name, token, created) VALUES (?1, ?2, ?3)";
        connection.execute(sql, (&operator.name, &operator.token, &operator.created))
    })
    .map(drop)
}

/// Removes an operator; returns whether there was one.
///
/// # Errors
/// When the file cannot be written.
pub fn remove_operator(file: &Path, name: &OperatorId) -> Result<bool, StoreFailure> {
    change(file, |connection| {
        connection.execute("DELETE FROM operators WHERE name = ?1", [name.as_str()])
    })
    .map(|removed| removed > 0)
}

/// All operators.
///
/// # Errors
/// When the file cannot be read.
pub fn operators(file: &Path) -> Result<Vec<OperatorRow>, StoreFailure> {
    rows(file, "SELECT name, token, created FROM operators ORDER BY name").map(|rows| {
        let operator = |[name, token, created]: [String; 3]| OperatorRow { name, token, created };
        rows.into_iter().map(operator).collect()
    })
}

fn change<T>(
    file: &Path,
    make: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<T, StoreFailure> {
    let mut connection = open_writer(file, schema::VERSION, schema::SCHEMA)?;
    let write = || {
        let transaction = connection.transaction()?;
        let made = make(&transaction)?;
        schema::next_revision(&transaction)?;
        transaction.commit()?;
        Ok(made)
    };
    write().map_err(|source| StoreFailure::Sqlite { file: file.to_owned(), source })
}

fn rows(file: &Path, sql: &str) -> Result<Vec<[String; 3]>, StoreFailure> {
    let connection = open_reader(file)?;
    let read = || -> rusqlite::Result<Vec<[String; 3]>> {
        let mut statement = connection.prepare(sql)?;
        let found = statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
        found.collect()
    };
    read().map_err(|source| StoreFailure::Sqlite { file: file.to_owned(), source })
}
