//! The canonical credential: what a reader read, in one form whatever reader read it.
//!
//! A credential is an identifier, not a secret. How a reader's text becomes one is the business of
//! `normaliser`; whose it is and whether it is good, of `person` and `access`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How the bits of a credential are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialFormat {
    /// The unique identifier of an ISO 14443 card: 4, 7 or 10 bytes.
    Uid,
    /// Wiegand, 26 bits: 8 of facility, 16 of number, two of parity (not kept).
    Wiegand26,
    /// Wiegand, 34 bits: 16 of facility, 16 of number, two of parity (not kept).
    Wiegand34,
    /// Wiegand, 37 bits: 35 of number, two of parity (not kept).
    Wiegand37,
}

/// Most bytes a credential can have.
pub const CREDENTIAL_BYTES_MAX: usize = 10;

/// A credential: format, bit length, raw bytes. Two reads of one card are equal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Credential {
    format: CredentialFormat,
    bits: u8,
    bytes: [u8; CREDENTIAL_BYTES_MAX],
}

impl Credential {
    /// A credential of `bits` bits, most significant first, right-aligned in `bytes`; `None` when
    /// the bytes do not hold just that many bits, or more than [`CREDENTIAL_BYTES_MAX`] bytes.
    #[must_use]
    pub fn new(format: CredentialFormat, bits: u8, bytes: &[u8]) -> Option<Self> {
        if bytes.len() != usize::from(bits).div_ceil(8) || bytes.is_empty() {
            return None;
        }
        let mut kept = [0; CREDENTIAL_BYTES_MAX];
        kept.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(Self { format, bits, bytes: kept })
    }

    /// The UID of a contactless card: 4, 7 or 10 bytes.
    #[must_use]
    pub fn uid(bytes: &[u8]) -> Option<Self> {
        match bytes.len() {
            4 => Self::new(CredentialFormat::Uid, 32, bytes),
            7 => Self::new(CredentialFormat::Uid, 56, bytes),
            10 => Self::new(CredentialFormat::Uid, 80, bytes),
            _ => None,
        }
    }

    #[must_use]
    pub fn format(&self) -> CredentialFormat {
        self.format
    }

    /// How many bits were read, parity not counted.
    #[must_use]
    pub fn bits(&self) -> u8 {
        self.bits
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.bits).div_ceil(8)).unwrap_or(&self.bytes)
    }

    /// The bytes in upper-case hexadecimal, as tables and topics show them.
    #[must_use]
    pub fn hex(&self) -> String {
        use fmt::Write as _;
        self.bytes().iter().fold(String::with_capacity(20), |mut text, byte| {
            let _ = write!(text, "{byte:02X}");
            text
        })
    }

    /// The bytes with their middle hidden, for logs and screens of others: `04A1…80`.
    #[must_use]
    pub fn masked(&self) -> String {
        let hex = self.hex();
        match (hex.get(..4), hex.get(hex.len().saturating_sub(2)..)) {
            (Some(head), Some(tail)) if hex.len() > 6 => format!("{head}…{tail}"),
            _ => hex,
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}/{}:{}", self.format, self.bits, self.hex())
    }
}

/// What is wrong with the text of a stored credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a credential; write a UID of 4, 7 or 10 bytes in hexadecimal, or `w26:`, `w34:`, `w37:` and the number's bytes in hexadecimal"
)]
pub struct CredentialMistake(pub String);

impl fmt::Display for Credential {
    /// The stored form: bare hexadecimal for a UID, a prefix otherwise.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.format {
            CredentialFormat::Uid => "",
            CredentialFormat::Wiegand26 => "w26:",
            CredentialFormat::Wiegand34 => "w34:",
            CredentialFormat::Wiegand37 => "w37:",
        };
        write!(f, "{prefix}{}", self.hex())
    }
}

impl std::str::FromStr for Credential {
    type Err = CredentialMistake;

    fn from_str(text: &str) -> Result<Self, CredentialMistake> {
        let mistake = || CredentialMistake(text.to_owned());
        let (format, digits) = match text.split_once(':') {
            None => (CredentialFormat::Uid, text),
            Some(("w26", digits)) => (CredentialFormat::Wiegand26, digits),
            Some(("w34", digits)) => (CredentialFormat::Wiegand34, digits),
            Some(("w37", digits)) => (CredentialFormat::Wiegand37, digits),
            Some(_) => return Err(mistake()),
        };
        let bytes = bytes_of_hex(digits).ok_or_else(mistake)?;
        let credential = match format {
            CredentialFormat::Uid => Self::uid(&bytes),
            CredentialFormat::Wiegand26 => Self::new(format, 24, &bytes),
            CredentialFormat::Wiegand34 => Self::new(format, 32, &bytes),
            CredentialFormat::Wiegand37 => Self::new(format, 35, &bytes),
        };
        credential.ok_or_else(mistake)
    }
}

impl Serialize for Credential {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Credential {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The bytes of an even number of hexadecimal digits; `None` for anything else.
#[must_use]
pub fn bytes_of_hex(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_form_reads_back_as_the_same_credential() {
        for text in ["04A1B2C3D4E580", "7186A61E", "w26:7B0A01", "w34:00010203", "w37:0102030405"] {
            let credential: Credential = text.parse().expect(text);
            assert_eq!(credential.to_string(), text);
        }
    }

    #[test]
    fn a_text_of_the_wrong_length_is_no_credential() {
        for text in
            ["", "04", "04A1B2C3D4", "w26:0102", "w99:010203", "04A1B2C3D4E58G", "04A1B2C3D4E5801"]
        {
            assert!(text.parse::<Credential>().is_err(), "`{text}`");
        }
    }

    #[test]
    fn the_middle_of_a_masked_card_is_hidden() {
        let card: Credential = "04A1B2C3D4E580".parse().expect("a card");
        assert_eq!(card.masked(), "04A1…80");
    }
}
