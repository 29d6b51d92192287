//! Accounts of the broker between the database and the broker: what is stored as text becomes
//! rights and hashes, and back.

use onecard_rules::{Time, event::DeviceKind};
use rand::{TryRngCore as _, rngs::OsRng};
use serde::{Deserialize, Serialize};

use crate::{
    broker::accounts::{Account, Rights, SECRET_BYTES, Secret, SecretHash},
    store::{database::Account as StoredAccount, operator::NoRandomness},
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
pub fn read(rows: &[StoredAccount], now: Time) -> Result<Vec<(String, Account)>, AccountMistake> {
    let good = rows.iter().filter(|row| row.revoked.is_none_or(|revoked| now < revoked));
    good.map(|row| Ok((row.username.clone(), account(row)?))).collect()
}

fn account(row: &StoredAccount) -> Result<Account, AccountMistake> {
    let wrong = |what: String| AccountMistake { username: row.username.clone(), what };
    let secret: SecretHash =
        row.hash.parse().map_err(|_| wrong("its secret's hash is damaged".to_owned()))?;
    Ok(Account { rights: rights(row)?, secret })
}

/// What a stored account may do.
///
/// # Errors
/// When it makes no sense.
pub fn rights(row: &StoredAccount) -> Result<Rights, AccountMistake> {
    let wrong = |what: String| AccountMistake { username: row.username.clone(), what };
    let stored = serde_json::from_str(&row.rights).map_err(|error| wrong(error.to_string()))?;
    Ok(match stored {
        Stored::Device { area, kind, device } => Rights::Device { area, kind, device },
        Stored::Dashboard { areas } => Rights::Dashboard { areas },
        Stored::System => Rights::System,
    })
}

/// A new password, and what is stored of it.
///
/// # Errors
/// When the system gives no random numbers.
pub fn new_secret() -> Result<(Secret, SecretHash), NoRandomness> {
    let random = || {
        let mut bytes = [0; SECRET_BYTES];
        OsRng.try_fill_bytes(&mut bytes).map(|()| bytes).map_err(NoRandomness)
    };
    let secret = Secret::generate(random()?);
    let hash = secret.hash(random()?);
    Ok((secret, hash))
}

/// An account as it is stored.
///
/// # Errors
/// For the page of an operator: its time is over before a restart is.
pub fn row(
    username: &str,
    account: &Account,
    created: Time,
) -> Result<StoredAccount, AccountMistake> {
    let wrong = |what: String| AccountMistake { username: username.to_owned(), what };
    let (stored, area, kind, device) = match account.rights.clone() {
        Rights::Device { area, kind, device } => {
            let words = (area.clone(), kind.as_str(), device.clone());
            (Stored::Device { area, kind, device }, words.0, words.1, words.2)
        }
        Rights::Dashboard { areas } => {
            let seen = areas.as_ref().map_or_else(|| "_".to_owned(), |areas| areas.join(" "));
            (Stored::Dashboard { areas }, seen, "dashboard", username.to_owned())
        }
        Rights::System => (Stored::System, "_".to_owned(), "system", username.to_owned()),
        Rights::Screen { .. } => return Err(wrong("it is not kept".to_owned())),
    };
    Ok(StoredAccount {
        username: username.to_owned(),
        area,
        kind: kind.to_owned(),
        device,
        rights: serde_json::to_string(&stored).map_err(|error| wrong(error.to_string()))?,
        hash: account.secret.to_string(),
        created,
        revoked: None,
    })
}
