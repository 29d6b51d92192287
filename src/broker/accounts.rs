//! Who may connect to the broker: names, secrets and rights. What a right allows on which topic is
//! in `permission`; where accounts are stored is not known here.

use std::{
    collections::HashMap,
    fmt::{self, Write as _},
    str::FromStr,
    sync::{Arc, PoisonError, RwLock},
};

use onecard_rules::{Time, event::DeviceKind};
use sha2::{Digest, Sha256};

/// The length of a secret and of a salt, in bytes.
pub const SECRET_BYTES: usize = 16;
const DIGEST_BYTES: usize = 32;

/// What an account is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rights {
    /// One device: reports on its own topics, hears its own commands. Its client id is its name.
    Device {
        /// As in topics; `_` for the whole site.
        area: String,
        kind: DeviceKind,
        device: String,
    },
    /// A screen: reads entry, state, event, alarm and availability topics.
    Dashboard {
        /// The areas it may see; `None`: all of the site.
        areas: Option<Vec<String>>,
    },
    /// An operator's system: reads what a whole-site dashboard reads, and makes requests.
    System,
    /// The page of an operator who has signed in: hears what these filters cover, until then. Its
    /// client id is its name.
    Screen { filters: Arc<[String]>, until: Time },
}

/// A machine-made secret of 128 random bits, which serves a client as its password.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; SECRET_BYTES]);

impl Secret {
    /// A new secret of the caller's random bytes, which must come from a secure generator.
    #[must_use]
    pub fn generate(random: [u8; SECRET_BYTES]) -> Self {
        Self(random)
    }

    /// The password to put into the client: 32 hexadecimal digits. Shown once, never stored.
    #[must_use]
    pub fn password(&self) -> String {
        hexadecimal(&self.0)
    }

    /// What is stored in its place; `salt` is random too.
    #[must_use]
    pub fn hash(&self, salt: [u8; SECRET_BYTES]) -> SecretHash {
        SecretHash::of(self.password().as_bytes(), salt)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A salted SHA-256 of a password, as stored: `{salt}:{digest}` in hexadecimal.
///
/// A slow hash such as Argon2 guards passwords that people choose. These are 128 random bits, which
/// no speed of guessing finds, and after a power cut thousands of devices connect at once: a slow
/// hash would keep gates dead for minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretHash {
    salt: [u8; SECRET_BYTES],
    digest: [u8; DIGEST_BYTES],
}

impl SecretHash {
    /// Hashes a password.
    #[must_use]
    pub fn of(password: &[u8], salt: [u8; SECRET_BYTES]) -> Self {
        let digest = Sha256::new().chain_update(salt).chain_update(password).finalize();
        Self { salt, digest: digest.into() }
    }

    /// Whether this is the password, in a time that does not depend on where it differs.
    #[must_use]
    pub fn verify(&self, password: &[u8]) -> bool {
        let other = Self::of(password, self.salt);
        let differing = self.digest.iter().zip(other.digest).fold(0, |sum, (a, b)| sum | (a ^ b));
        std::hint::black_box(differing) == 0
    }
}

impl fmt::Display for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", hexadecimal(&self.salt), hexadecimal(&self.digest))
    }
}

/// A stored hash that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored secret must read `SALT:DIGEST`, 32 and 64 hexadecimal digits; make a new secret")]
pub struct SecretMistake;

impl FromStr for SecretHash {
    type Err = SecretMistake;

    fn from_str(text: &str) -> Result<Self, SecretMistake> {
        let (salt, digest) = text.split_once(':').ok_or(SecretMistake)?;
        Ok(Self { salt: bytes_of(salt)?, digest: bytes_of(digest)? })
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes_of<const N: usize>(text: &str) -> Result<[u8; N], SecretMistake> {
    if text.len() != N * 2 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(SecretMistake);
    }
    let mut bytes = [0; N];
    for (byte, start) in bytes.iter_mut().zip((0..).step_by(2)) {
        let digits = text.get(start..start + 2).ok_or(SecretMistake)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| SecretMistake)?;
    }
    Ok(bytes)
}

/// A client that may connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub rights: Rights,
    pub secret: SecretHash,
}

type Table = HashMap<String, Arc<Account>>;

/// All accounts by name: a table that is replaced whole, while the broker reads it; and beside it
/// guests, who come and go one by one.
///
/// Rights are looked up at every publish and subscription, so a change counts at once. What a
/// session has subscribed to before stays: see `Handle::disconnect`.
#[derive(Debug, Default)]
pub struct Accounts {
    table: RwLock<Arc<Table>>,
    guests: RwLock<Table>,
}

impl Accounts {
    /// A table of these accounts; of two with one name the later counts.
    #[must_use]
    pub fn new(accounts: impl IntoIterator<Item = (String, Account)>) -> Self {
        Self { table: RwLock::new(Arc::new(table(accounts))), guests: RwLock::default() }
    }

    /// Puts these accounts in place of all.
    pub fn replace(&self, accounts: impl IntoIterator<Item = (String, Account)>) {
        let new = Arc::new(table(accounts));
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = new;
    }

    /// The account of that name, if the password is its secret.
    #[must_use]
    pub fn check(&self, username: &str, password: &[u8]) -> Option<Arc<Account>> {
        self.find(username).filter(|account| account.secret.verify(password))
    }

    /// The account of that name.
    #[must_use]
    pub fn find(&self, username: &str) -> Option<Arc<Account>> {
        let known =
            self.table.read().unwrap_or_else(PoisonError::into_inner).get(username).cloned();
        known.or_else(|| {
            self.guests.read().unwrap_or_else(PoisonError::into_inner).get(username).cloned()
        })
    }

    /// Lets a guest in; of two with one name the later counts, and a lasting account before both.
    pub fn admit(&self, username: &str, guest: Account) {
        let mut guests = self.guests.write().unwrap_or_else(PoisonError::into_inner);
        guests.insert(username.to_owned(), Arc::new(guest));
    }

    /// Sends a guest away; its sessions are ended by `Handle::disconnect`.
    pub fn dismiss(&self, username: &str) {
        self.guests.write().unwrap_or_else(PoisonError::into_inner).remove(username);
    }

    /// The names of all lasting accounts.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.table.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// How many lasting accounts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether there are none, so that nobody may connect.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn table(accounts: impl IntoIterator<Item = (String, Account)>) -> Table {
    accounts.into_iter().map(|(name, account)| (name, Arc::new(account))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_itself_is_accepted() {
        let secret = Secret::generate([7; SECRET_BYTES]);
        let hash = secret.hash([1; SECRET_BYTES]);
        assert!(hash.verify(secret.password().as_bytes()));
        let password = secret.password();
        for wrong in ["", "0", &password[1..], &password.to_uppercase().replace('0', "1")] {
            assert!(!hash.verify(wrong.as_bytes()), "{wrong}");
        }
        assert_ne!(hash, secret.hash([2; SECRET_BYTES]), "the salt tells equal secrets apart");
        assert!(!format!("{secret:?}").contains(&password));
    }

    #[test]
    fn a_hash_is_read_back_as_it_was_stored_and_anything_else_is_refused() {
        let hash = Secret::generate([0xA5; SECRET_BYTES]).hash([9; SECRET_BYTES]);
        let text = hash.to_string();
        assert_eq!(text.parse(), Ok(hash));
        for wrong in ["", ":", &text[1..], &text.replace(':', ""), &text.replace("a5", "é")] {
            if wrong != text {
                assert_eq!(wrong.parse::<SecretHash>(), Err(SecretMistake), "{wrong}");
            }
        }
    }

    #[test]
    fn replacing_the_table_takes_away_what_is_not_in_it() {
        let secret = Secret::generate([3; SECRET_BYTES]);
        let account = Account { rights: Rights::System, secret: secret.hash([4; SECRET_BYTES]) };
        let accounts = Accounts::new([("a".to_owned(), account.clone())]);
        assert!(accounts.check("a", secret.password().as_bytes()).is_some());
        assert!(accounts.check("a", b"guess").is_none());
        assert!(accounts.check("b", secret.password().as_bytes()).is_none());
        accounts.replace([("b".to_owned(), account)]);
        assert!(accounts.check("a", secret.password().as_bytes()).is_none());
        assert!(accounts.check("b", secret.password().as_bytes()).is_some());
        assert_eq!(accounts.len(), 1);
    }
}
