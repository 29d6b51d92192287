//! The floor of the ledger's benchmark: the same rows and the same accounts written to `SQLite`
//! directly, without rules, chain, queue or answers.

use std::path::Path;

use onecard_rules::ledger::{AccountNo, RowNo};
use rusqlite::{Connection, TransactionBehavior, params};

use super::row::Columns;
use crate::store::{StoreFailure, database::STEPS, sqlite};

/// What one posting writes.
#[derive(Debug, Clone)]
pub struct Posting {
    pub debit: u32,
    pub credit: u32,
    pub amount: i64,
    pub cause: Vec<u8>,
}

/// A file with the ledger's tables.
#[derive(Debug)]
pub struct Floor {
    connection: Connection,
    next: RowNo,
    credits: Vec<i64>,
}

impl Floor {
    /// Makes the file and its accounts.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(path: &Path, accounts: u32) -> Result<Self, StoreFailure> {
        let mut connection = sqlite::open_writer(path, sqlite::Page::Short, sqlite::BUSY)?;
        sqlite::migrate(&mut connection, path, STEPS)?;
        // What keeps a cause from being there twice where nothing else does.
        connection.execute_batch(
            "DROP INDEX ledger_rows_cause;
             CREATE UNIQUE INDEX ledger_rows_cause ON ledger_rows (cause) WHERE cause IS NOT NULL",
        )?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for number in 0..accounts {
            let sql = "INSERT INTO ledger_accounts VALUES
                           (?1, 'purse:p' || ?1, '{\"state\":\"open\",\"limits\":{},\"rank\":0}')";
            transaction.prepare_cached(sql)?.execute([number])?;
            let sql = "INSERT INTO ledger_balances VALUES (?1, 0, 0, 0, 0, 0, 0, NULL)";
            transaction.prepare_cached(sql)?.execute([number])?;
        }
        transaction.commit()?;
        let credits = vec![0; usize::try_from(accounts).unwrap_or_default()];
        Ok(Self { connection, next: RowNo(1), credits })
    }

    /// Writes a batch, and each account that it touches once.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, postings: &[Posting], at_ms: i64) -> Result<(), StoreFailure> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut touched = Vec::with_capacity(postings.len() * 2);
        for Posting { debit, credit, amount, cause } in postings {
            let columns = Columns {
                number: self.next,
                entry: self.next,
                at_ms,
                day: 20_000,
                phase: "transfer",
                purpose: "purchase",
                debit: AccountNo(*debit),
                credit: AccountNo(*credit),
                amount: *amount,
                about: None,
                debit_before: Some(1_000_000),
                credit_before: Some(1_000_000),
                until_ms: None,
                cause: Some(cause),
                operator: None,
                why: None,
            };
            columns.insert_blindly(&transaction, &[7; 32])?;
            for account in [*debit, *credit] {
                if let Some(sum) =
                    usize::try_from(account).ok().and_then(|a| self.credits.get_mut(a))
                {
                    *sum += amount;
                }
                touched.push(account);
            }
            self.next = self.next.later(1);
        }
        touched.sort_unstable();
        touched.dedup();
        let sql = "UPDATE ledger_balances SET debits = ?2, credits = ?3, debits_reserved = ?4,
                       credits_reserved = ?5, spent_on = ?6, spent = ?7, last_row = ?8
                   WHERE number = ?1";
        {
            let mut statement = transaction.prepare_cached(sql)?;
            for account in touched {
                let sum = usize::try_from(account).ok().and_then(|a| self.credits.get(a));
                let sum = sum.copied().unwrap_or_default();
                let last = sqlite::number(self.next.0);
                statement.execute(params![account, sum, sum, 0, 0, 20_000, sum, last])?;
            }
        }
        Ok(transaction.commit()?)
    }
}
