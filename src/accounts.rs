//! Accounts of the broker between the database and the broker: what is stored as text becomes
//! rights and hashes, and back.

use onecard_rules::event::DeviceKind;
use serde::{Deserialize, Serialize};

use crate::{
    broker::accounts::{Account, Rights, SecretHash},
    store::database::secrets::AccountRow,
};

/// A stored account that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("account `{username}` cannot be used: {what}; add it anew with `onecard device add`")]
pub struct AccountMistake {
    pub username: String,
    pub what: String,
}

/// Rights as stored.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Stored {
    Device { area: String, kind: DeviceKind, device: String },
    Dashboard { areas: Option<Vec<String>> },
    System,
}

/// The accounts as the broker takes them.
///
/// # Errors
/// At the first that makes no sense.
pub fn read(rows: &[AccountRow]) -> Result<Vec<(String, Account)>, AccountMistake> {
    rows.iter().map(|row| Ok((row.username.clone(), account(row)?))).collect()
}

fn account(row: &AccountRow) -> Result<Account, AccountMistake> {
    let wrong = |what: String| AccountMistake { username: row.username.clone(), what };
    let stored = serde_json::from_str(&row.rights).map_err(|error| wrong(error.to_string()))?;
    let secret: SecretHash =
        row.secret.parse().map_err(|_| wrong("its secret's hash is damaged".to_owned()))?;
    let rights = match stored {
        Stored::Device { area, kind, device } => Rights::Device { area, kind, device },
        Stored::Dashboard { areas } => Rights::Dashboard { areas },
        Stored::System => Rights::System,
    };
    Ok(Account { rights, secret })
}

/// An account as it is stored.
///
/// # Errors
/// Never for rights that the broker knows.
pub fn row(username: &str, account: &Account) -> Result<AccountRow, serde_json::Error> {
    let stored = match account.rights.clone() {
        Rights::Device { area, kind, device } => Stored::Device { area, kind, device },
        Rights::Dashboard { areas } => Stored::Dashboard { areas },
        Rights::System => Stored::System,
    };
    Ok(AccountRow {
        username: username.to_owned(),
        rights: serde_json::to_string(&stored)?,
        secret: account.secret.to_string(),
    })
}
