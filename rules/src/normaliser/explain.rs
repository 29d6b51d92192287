//! Explaining a read: every credential that one text could mean, for the installer to choose from.

use std::collections::BTreeSet;

use super::{ByteOrder, Carries, Layout, Normaliser, Radix};
use crate::credential::{Credential, CredentialFormat};

/// One way to understand a read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpretation {
    pub normaliser: Normaliser,
    pub credential: Credential,
    /// In English, for the installer.
    pub description: String,
}

/// Every plausible interpretation of one read, the plainest first, each credential once.
#[must_use]
pub fn interpretations(text: &str) -> Vec<Interpretation> {
    let mut seen = BTreeSet::new();
    every_normaliser()
        .filter_map(|normaliser| {
            let credential = normaliser.normalise(text).ok()?;
            let description = describe(normaliser, &credential);
            seen.insert(credential).then_some(Interpretation {
                normaliser,
                credential,
                description,
            })
        })
        .collect()
}

/// The facility and number of a Wiegand credential; a 37-bit number has no facility. `None` for a UID.
#[must_use]
pub fn facility_and_number(card: &Credential) -> Option<(Option<u64>, u64)> {
    let layout = Layout::of(card.format())?;
    let value = card.bytes().iter().fold(0, |value, byte| (value << 8) | u64::from(*byte));
    if layout.number_bits == layout.bits {
        return Some((None, value));
    }
    let number = value & ((1 << layout.number_bits) - 1);
    Some((Some(value >> layout.number_bits), number))
}

/// Every sensible setting, the plain ones before the odd ones.
fn every_normaliser() -> impl Iterator<Item = Normaliser> {
    const FORMATS: [(CredentialFormat, Carries); 7] = [
        (CredentialFormat::Uid, Carries::Number),
        (CredentialFormat::Wiegand26, Carries::Frame),
        (CredentialFormat::Wiegand34, Carries::Frame),
        (CredentialFormat::Wiegand37, Carries::Frame),
        (CredentialFormat::Wiegand26, Carries::Number),
        (CredentialFormat::Wiegand34, Carries::Number),
        (CredentialFormat::Wiegand37, Carries::Number),
    ];
    let ways = [
        (false, ByteOrder::AsRead),
        (false, ByteOrder::Reversed),
        (true, ByteOrder::AsRead),
        (true, ByteOrder::Reversed),
    ];
    ways.into_iter().flat_map(|(inverted, order)| {
        FORMATS.into_iter().flat_map(move |(format, carries)| {
            [Radix::Hex, Radix::Decimal].into_iter().map(move |radix| Normaliser {
                format,
                radix,
                order,
                inverted,
                carries,
                ..Normaliser::default()
            })
        })
    })
}

fn describe(normaliser: Normaliser, credential: &Credential) -> String {
    let what = match (credential.format(), facility_and_number(credential)) {
        (CredentialFormat::Wiegand26, Some((Some(facility), number))) => {
            format!("Wiegand 26, facility {facility}, number {number}")
        }
        (CredentialFormat::Wiegand34, Some((Some(facility), number))) => {
            format!("Wiegand 34, facility {facility}, number {number}")
        }
        (CredentialFormat::Wiegand37, Some((_, number))) => format!("Wiegand 37, number {number}"),
        (
            CredentialFormat::Uid
            | CredentialFormat::Wiegand26
            | CredentialFormat::Wiegand34
            | CredentialFormat::Wiegand37,
            _,
        ) => format!("UID of {} bytes", credential.bytes().len()),
    };
    let mut text = format!("{what}: ");
    text.push_str(match normaliser.radix {
        Radix::Hex => "hexadecimal",
        Radix::Decimal => "decimal",
    });
    if normaliser.format != CredentialFormat::Uid {
        text.push_str(match normaliser.carries {
            Carries::Frame => ", whole frame, parity right",
            Carries::Number => ", without parity",
        });
    }
    if normaliser.order == ByteOrder::Reversed {
        text.push_str(", bytes reversed");
    }
    if normaliser.inverted {
        text.push_str(", bits inverted");
    }
    // ISO 14443-3: a 4-byte UID that begins with 08 is drawn anew at every read, as phones do.
    if credential.bits() == 32
        && credential.format() == CredentialFormat::Uid
        && credential.bytes().first() == Some(&0x08)
    {
        text.push_str("; a random UID, which cannot name a card");
    }
    text
}
