//! Operators and their tokens. A token is shown once; only a salted hash of it is kept.
//!
//! A token is 32 random bytes, so a single SHA-256 is enough: there is nothing to guess. What an
//! operator may do is not decided here.

use std::{fmt, str::FromStr};

use onecard_rules::{Time, credential::bytes_of_hex, ids::OperatorId};
use rand::{TryRngCore as _, rngs::OsRng};
use sha2::{Digest, Sha256};

/// Somebody who may give orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    pub id: OperatorId,
    pub token: TokenHash,
    pub created: Time,
    /// From this moment on the token is worth nothing.
    pub revoked: Option<Time>,
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
pub struct NoRandomness(rand::rand_core::OsError);

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
    /// Whether `token` is this operator's, and still good at `now`.
    #[must_use]
    pub fn accepts(&self, token: &str, now: Time) -> bool {
        self.revoked.is_none_or(|revoked| now < revoked) && self.token.matches(token)
    }
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
        let mut operator = Operator { id, token: kept, created: at(0), revoked: None };
        assert!(operator.accepts(&token, at(5)));
        assert!(!operator.accepts(&format!("{token}0"), at(5)));
        operator.revoked = Some(at(5));
        assert!(operator.accepts(&token, at(4)));
        assert!(!operator.accepts(&token, at(5)));
    }

    #[test]
    fn two_tokens_of_one_operator_differ() {
        let id = OperatorId::new("wang").unwrap();
        assert_ne!(new_token(&id).unwrap().0, new_token(&id).unwrap().0);
    }
}
