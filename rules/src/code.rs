//! Codes of phones (二维码): what a phone shows at a reader in place of the card that it is bound to.
//!
//! A code is signed by a key that never leaves the phone; here is only the public half, so neither
//! this database nor a backup of it can make a code. It is good for one slice of time and once a
//! direction: a picture of it is worth nothing half a minute later, and nothing behind its owner.
//! What card it stands for decides all else: a phone bound to a lost card opens nothing.
//!
//! The text is `OC1.{person}.{slice}.{signature}`: the person's number, the count of slices since 1970
//! in decimal, and the Ed25519 signature (RFC 8032) of everything before the last stop, in upper-case
//! hexadecimal, which QR codes carry as tightly as base64. How a phone gets its key bound, and what
//! is remembered over a restart, is the caller's.

use std::collections::HashMap;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::{
    Time,
    credential::{Credential, bytes_of_hex},
    ids::PersonId,
    site::Direction,
};

/// What codes of this form begin with.
const FORM: &str = "OC1";
/// How long a phone shows the same code, in seconds.
pub const SLICE_S: i64 = 15;
/// How many slices a code may be from that of the controller's clock, either way: a code is read just
/// before it changes, and the clocks of phones are a few seconds off.
pub const SLICES_OFF: i64 = 1;

/// A phone that is bound to a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    pub person: PersonId,
    pub card: Credential,
    pub key: PhoneKey,
    /// When it was bound.
    pub since: Time,
}

/// The public half of a phone's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneKey(VerifyingKey);

/// A text that is not a phone's public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a public key; give the 64 hexadecimal digits of an Ed25519 public key")]
pub struct PhoneKeyMistake(String);

impl std::str::FromStr for PhoneKey {
    type Err = PhoneKeyMistake;

    fn from_str(text: &str) -> Result<Self, PhoneKeyMistake> {
        let bytes = bytes_of_hex(text).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let key = bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        // A weak key verifies what nobody has signed.
        let key = key.filter(|key| !key.is_weak());
        key.map(Self).ok_or_else(|| PhoneKeyMistake(text.to_owned()))
    }
}

impl std::fmt::Display for PhoneKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_hex(self.0.as_bytes(), f)
    }
}

/// What a phone keeps to itself.
#[derive(Clone)]
pub struct PhoneSecret(SigningKey);

impl std::fmt::Debug for PhoneSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PhoneSecret").finish_non_exhaustive()
    }
}

impl PhoneSecret {
    /// The secret made of 32 random bytes.
    #[must_use]
    pub fn of(random: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(random))
    }

    /// The public half, to be bound.
    #[must_use]
    pub fn key(&self) -> PhoneKey {
        PhoneKey(self.0.verifying_key())
    }

    /// What the phone of `person` shows at `now`.
    #[must_use]
    pub fn code(&self, person: &PersonId, now: Time) -> String {
        let signed = format!("{FORM}.{person}.{}", slice(now));
        let signature = self.0.sign(signed.as_bytes()).to_bytes();
        format!("{signed}.{}", Hex(&signature))
    }
}

/// Why a code counts for nothing. All are `deny_code` to the person; the guard and the record are told
/// which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeFault {
    /// Not a code of this form.
    Form,
    /// No phone of that person is bound, or its card is not known any more.
    Unbound,
    /// Of a time that is over.
    Late,
    /// Of a time to come: the phone's clock is wrong.
    Early,
    /// Not signed by the bound phone.
    Forged,
}

impl CodeFault {
    /// The flag that stands for it in the record.
    #[must_use]
    pub fn flag(self) -> &'static str {
        match self {
            Self::Form => "code_form",
            Self::Unbound => "code_unbound",
            Self::Late => "code_late",
            Self::Early => "code_early",
            Self::Forged => "code_forged",
        }
    }
}

/// A code as it claims to be; [`Code::check`] tells whether it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    pub person: PersonId,
    slice: i64,
    signed: String,
    signature: Signature,
}

impl Code {
    /// Reads the text of a code.
    ///
    /// # Errors
    /// `CodeFault::Form` when it is none.
    pub fn parse(text: &str) -> Result<Self, CodeFault> {
        let parts = || {
            let (signed, signature) = text.trim().rsplit_once('.')?;
            // A person's number may have stops in it.
            let (person, slice) = signed.strip_prefix(FORM)?.strip_prefix('.')?.rsplit_once('.')?;
            let signature = <[u8; 64]>::try_from(bytes_of_hex(signature)?).ok()?;
            Some(Self {
                person: person.parse().ok()?,
                slice: slice.parse().ok()?,
                signed: signed.to_owned(),
                signature: Signature::from_bytes(&signature),
            })
        };
        parts().ok_or(CodeFault::Form)
    }

    /// Whether the phone with that key made it, about `now`.
    ///
    /// # Errors
    /// Says what is wrong with it; a wrong time is told before a wrong signature, which costs more to
    /// find.
    pub fn check(&self, key: &PhoneKey, now: Time) -> Result<(), CodeFault> {
        let current = slice(now);
        if self.slice < current.saturating_sub(SLICES_OFF) {
            return Err(CodeFault::Late);
        }
        if self.slice > current.saturating_add(SLICES_OFF) {
            return Err(CodeFault::Early);
        }
        let verified = key.0.verify_strict(self.signed.as_bytes(), &self.signature);
        verified.map_err(|_| CodeFault::Forged)
    }
}

/// Which codes have opened a gate: each opens once a direction. It remembers one a person and
/// direction, the latest; earlier ones are as good as used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsedCodes(HashMap<(PersonId, Direction), i64>);

impl UsedCodes {
    /// Whether this code, or a later one, has opened in that direction.
    #[must_use]
    pub fn knows(&self, code: &Code, direction: Direction) -> bool {
        let used = self.0.get(&(code.person.clone(), direction));
        used.is_some_and(|slice| code.slice <= *slice)
    }

    /// The code has opened a gate.
    pub fn used(&mut self, code: &Code, direction: Direction) {
        let slice = self.0.entry((code.person.clone(), direction)).or_insert(code.slice);
        *slice = code.slice.max(*slice);
    }
}

fn slice(now: Time) -> i64 {
    now.timestamp().div_euclid(SLICE_S)
}

struct Hex<'a>(&'a [u8]);

impl std::fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_hex(self.0, f)
    }
}

fn write_hex(bytes: &[u8], f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
}
