//! Guests of the broker: the short-lived accounts of operators' screens. A guest may hear what its
//! operator may, publishes nothing, and is gone with its session.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::TimeDelta;
use onecard_rules::{Time, operator::Authority};

use crate::{
    broker::accounts::{Account, Accounts, Rights, SecretHash},
    store::operator::{NoRandomness, new_secret},
};

/// How long a guest may stay without being renewed.
pub const STAY: TimeDelta = TimeDelta::minutes(10);
/// Guests of one session: a window each.
const OF_ONE_SESSION: usize = 16;
/// Guests of all sessions.
const ALL: usize = 2048;
/// What begins the name of every guest; no device's account is called so.
const PREFIX: &str = "screen~";

/// What a screen signs in to the broker with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its client id and its user name.
    pub name: String,
    pub password: String,
    pub until: Time,
    pub filters: Arc<[String]>,
    /// Guests that had to make room; their connections are to be closed.
    pub displaced: Vec<String>,
}

#[derive(Debug)]
struct Guest {
    session: String,
    authority: Authority,
    until: Time,
}

/// All guests.
#[derive(Debug)]
pub struct Guests {
    accounts: Arc<Accounts>,
    table: Mutex<HashMap<String, Guest>>,
}

impl Guests {
    #[must_use]
    pub fn new(accounts: Arc<Accounts>) -> Self {
        Self { accounts, table: Mutex::default() }
    }

    /// Lets a screen of a session in, or lets the one called `again` stay on with a new password.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn admit(
        &self,
        session: &str,
        authority: &Authority,
        filters: Vec<String>,
        again: Option<&str>,
        until: Time,
    ) -> Result<Ticket, NoRandomness> {
        let (secret, salt, fresh) = (new_secret()?, new_secret()?, new_secret()?);
        let mut table = self.table();
        let known = |name: &&str| table.get(*name).is_some_and(|guest| guest.session == session);
        let fresh = fresh.get(..24).unwrap_or(&fresh);
        let name = again.filter(known).map_or_else(|| format!("{PREFIX}{fresh}"), str::to_owned);
        let filters: Arc<[String]> = filters.into();
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(salt.bytes()).for_each(|(byte, random)| *byte = random);
        let account = Account {
            rights: Rights::Screen { filters: Arc::clone(&filters), until },
            secret: SecretHash::of(secret.as_bytes(), bytes),
        };
        self.accounts.admit(&name, account);
        let guest = Guest { session: session.to_owned(), authority: authority.clone(), until };
        table.insert(name.clone(), guest);
        let mut displaced = Vec::new();
        let mut of_session = table.iter().filter(|(_, guest)| guest.session == session);
        if of_session.by_ref().count() > OF_ONE_SESSION {
            let others =
                table.iter().filter(|(other, guest)| guest.session == session && **other != name);
            displaced.extend(others.min_by_key(|(_, guest)| guest.until).map(|(n, _)| n.clone()));
        } else if table.len() > ALL {
            let others = table.iter().filter(|(other, _)| **other != name);
            displaced.extend(others.min_by_key(|(_, guest)| guest.until).map(|(n, _)| n.clone()));
        }
        for gone in &displaced {
            table.remove(gone);
            self.accounts.dismiss(gone);
        }
        Ok(Ticket { name, password: secret, until, filters, displaced })
    }

    /// Sends away all who may not stay; their connections are to be closed. `may_stay` is asked for
    /// session and authority.
    pub fn dismiss(&self, now: Time, may_stay: impl Fn(&str, &Authority) -> bool) -> Vec<String> {
        let mut table = self.table();
        let gone: Vec<String> = table
            .iter()
            .filter(|(_, guest)| guest.until <= now || !may_stay(&guest.session, &guest.authority))
            .map(|(name, _)| name.clone())
            .collect();
        for name in &gone {
            table.remove(name);
            self.accounts.dismiss(name);
        }
        gone
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table().is_empty()
    }

    fn table(&self) -> MutexGuard<'_, HashMap<String, Guest>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
