//! Operators, their tokens and their sessions. A token or a session's secret is shown once; only a
//! hash of it is kept.
//!
//! Both are 32 random bytes, so a single SHA-256 is enough: there is nothing to guess. Passwords are
//! hashed where they are checked. What an operator may do is `rules::operator`'s to decide.

use std::{fmt, str::FromStr};

use onecard_rules::{
    Time,
    credential::bytes_of_hex,
    ids::OperatorId,
    operator::{Authority, Rights},
};
use rand::{TryRngCore as _, rngs::OsRng};
use sha2::{Digest, Sha256};

/// The label of the token that comes with an operator.
pub const MAIN_TOKEN: &str = "main";

/// Somebody with a name and a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    pub id: OperatorId,
    /// What screens call them.
    pub name: String,
    pub rights: Rights,
    /// A password's hash, in the PHC form; absent: nobody signs in with a password.
    pub password: Option<String>,
    pub created: Time,
    /// From this moment on they may do nothing.
    pub revoked: Option<Time>,
}

/// A token of an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub operator: OperatorId,
    pub label: String,
    pub hash: TokenHash,
    /// What it may at most; absent: whatever its operator may.
    pub rights: Option<Rights>,
    pub created: Time,
    /// From either of these moments on it is worth nothing.
    pub expires: Option<Time>,
    pub revoked: Option<Time>,
}

/// Somebody who has signed in with a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The hash of its secret, in hexadecimal.
    pub hash: String,
    pub operator: OperatorId,
    /// The address it was begun from.
    pub origin: String,
    pub created: Time,
    pub expires: Time,
    /// When it was last used, to the minute.
    pub seen: Time,
}

/// What is kept of a token: `salt:hash`, both in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenHash {
    salt: Vec<u8>,
    hash: [u8; 32],
}

/// A stored hash that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the hash of a token; revoke the operator and add it again")]
pub struct TokenHashMistake(String);

/// The system has no randomness to give.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random numbers: {0}")]
pub struct NoRandomness(pub(crate) rand::rand_core::OsError);

/// A new token for `operator`, to be shown once: the operator's name, a stop, 64 hexadecimal digits.
///
/// # Errors
/// When the system gives no random numbers.
pub fn new_token(operator: &OperatorId) -> Result<(String, TokenHash), NoRandomness> {
    let (mut secret, mut salt) = ([0; 32], [0; 16]);
    OsRng.try_fill_bytes(&mut secret).map_err(NoRandomness)?;
    OsRng.try_fill_bytes(&mut salt).map_err(NoRandomness)?;
    let token = format!("{operator}.{}", hex(&secret));
    let hash = TokenHash::of(&token, &salt);
    Ok((token, hash))
}

/// The operator that a token claims to be of; whether it is, [`TokenHash::matches`] tells.
#[must_use]
pub fn claimed(token: &str) -> Option<OperatorId> {
    OperatorId::new(token.rsplit_once('.')?.0).ok()
}

impl TokenHash {
    /// The hash of `token` with this salt.
    #[must_use]
    pub fn of(token: &str, salt: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(salt);
        hasher.update(token);
        Self { salt: salt.to_vec(), hash: hasher.finalize().into() }
    }

    /// Whether this is the hash of `token`; takes the same time whatever the answer.
    #[must_use]
    pub fn matches(&self, token: &str) -> bool {
        let other = Self::of(token, &self.salt);
        self.hash.iter().zip(other.hash).fold(0, |unlike, (a, b)| unlike | (a ^ b)) == 0
    }
}

impl Operator {
    /// Whether the operator counts at `now`.
    #[must_use]
    pub fn counts(&self, now: Time) -> bool {
        self.revoked.is_none_or(|revoked| now < revoked)
    }

    /// What the operator may, narrowed by the rights of a token.
    #[must_use]
    pub fn authority(&self, narrowed: Option<Rights>) -> Authority {
        Authority { operator: self.id.clone(), rights: self.rights.clone(), narrowed }
    }
}

impl Token {
    /// Whether `text` is this token, and it is still good at `now`.
    #[must_use]
    pub fn accepts(&self, text: &str, now: Time) -> bool {
        let past = |moment: Option<Time>| moment.is_some_and(|moment| moment <= now);
        !past(self.expires) && !past(self.revoked) && self.hash.matches(text)
    }
}

/// A new secret of 32 random bytes in hexadecimal, such as a session's.
///
/// # Errors
/// When the system gives no random numbers.
pub fn new_secret() -> Result<String, NoRandomness> {
    let mut secret = [0; 32];
    OsRng.try_fill_bytes(&mut secret).map_err(NoRandomness)?;
    Ok(hex(&secret))
}

/// What is kept of a secret, and what follows from one for a purpose of its own.
#[must_use]
pub fn derived(purpose: &str, secret: &str) -> String {
    let digest = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(secret);
    hex(&digest.finalize())
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", hex(&self.salt), hex(&self.hash))
    }
}

impl FromStr for TokenHash {
    type Err = TokenHashMistake;

    fn from_str(text: &str) -> Result<Self, TokenHashMistake> {
        let parts = text.split_once(':').and_then(|(salt, hash)| {
            let hash = bytes_of_hex(hash)?.try_into().ok()?;
            Some(Self { salt: bytes_of_hex(salt)?, hash })
        });
        parts.ok_or_else(|| TokenHashMistake(text.to_owned()))
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_accepted_until_it_is_revoked() {
        let id = OperatorId::new("wang.wei").unwrap();
        let (token, hash) = new_token(&id).unwrap();
        assert_eq!(claimed(&token), Some(id.clone()));
        let kept: TokenHash = hash.to_string().parse().unwrap();
        let at = |second| Time::from_timestamp(second, 0).unwrap();
        let (operator, label) = (id, MAIN_TOKEN.to_owned());
        let (created, expires, revoked) = (at(0), None, None);
        let mut kept =
            Token { operator, label, hash: kept, rights: None, created, expires, revoked };
        assert!(kept.accepts(&token, at(5)));
        assert!(!kept.accepts(&format!("{token}0"), at(5)));
        kept.revoked = Some(at(5));
        assert!(kept.accepts(&token, at(4)));
        assert!(!kept.accepts(&token, at(5)));
        kept.expires = Some(at(3));
        assert!(kept.accepts(&token, at(2)));
        assert!(!kept.accepts(&token, at(3)));
    }

    #[test]
    fn what_follows_from_a_secret_depends_on_the_purpose_and_does_not_show_it() {
        let secret = new_secret().unwrap();
        assert_ne!(derived("csrf", &secret), derived("session", &secret));
        assert_ne!(derived("csrf", &secret), derived("csrf", &new_secret().unwrap()));
        assert!(!derived("csrf", &secret).contains(&secret));
    }

    #[test]
    fn two_tokens_of_one_operator_differ() {
        let id = OperatorId::new("wang").unwrap();
        assert_ne!(new_token(&id).unwrap().0, new_token(&id).unwrap().0);
    }
}
