//! The normaliser: how one reader's text becomes the canonical credential.
//!
//! The same card reads differently on different readers: bytes reversed, bits inverted, decimal or
//! hexadecimal, cut down to a Wiegand frame. The installer chooses a reader's normaliser once, with
//! the help of [`interpretations`]; from then on two reads of one card are equal. Whose card it is,
//! is the business of `directory`.
//!
//! **Which bytes a Wiegand reader sends.** A Wiegand frame has no room for a whole UID. What a
//! reader keeps is the *first* bytes of the UID ([`Kept::First`]: 3 for 26 bits, 4 for 34 and 37)
//! or the *last* ([`Kept::Last`]), counted in the order of the UID as printed on the card, whatever
//! order the reader sends them in; normalising undoes a reversed order. So a 26-bit reader yields
//! `w26:7186A6` for the card `7186A61E`, and the same when it sends `A68671` and is declared
//! reversed. In 37 bits the four bytes stand right-aligned below three zero bits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::credential::{Credential, CredentialFormat};

mod explain;
mod text;

pub use explain::{Interpretation, facility_and_number, interpretations};
pub use text::{NormaliseMistake, TEXT_LENGTH_MAX};

/// How a reader writes numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Radix {
    #[default]
    Hex,
    Decimal,
}

/// In what order a reader sends the bytes of a card.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ByteOrder {
    #[default]
    AsRead,
    Reversed,
}

/// What of a Wiegand frame stands in the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carries {
    /// The number without parity; in decimal also as facility and number, such as `113,34470`.
    #[default]
    Number,
    /// The whole frame with both parity bits, which are checked.
    Frame,
}

/// Which bytes of a UID a Wiegand reader keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    #[default]
    First,
    Last,
}

/// How one reader's texts become credentials. The default takes a UID in hexadecimal as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Normaliser {
    pub format: CredentialFormat,
    pub radix: Radix,
    pub order: ByteOrder,
    /// Every bit is sent inverted, parity included.
    pub inverted: bool,
    /// Only for Wiegand.
    pub carries: Carries,
    /// Only for Wiegand readers of contactless cards.
    pub kept: Kept,
}

impl Default for Normaliser {
    fn default() -> Self {
        Self {
            format: CredentialFormat::Uid,
            radix: Radix::default(),
            order: ByteOrder::default(),
            inverted: false,
            carries: Carries::default(),
            kept: Kept::default(),
        }
    }
}

/// How the data bits of a format are divided; parity not counted.
#[derive(Debug, Clone, Copy)]
struct Layout {
    bits: u8,
    /// Bits of the number, below those of the facility; all of them if there is no facility.
    number_bits: u8,
    /// Bits that each of the two parity bits covers, from its own end.
    covered: u8,
}

impl Layout {
    /// `None` for a UID, which has no frame.
    fn of(format: CredentialFormat) -> Option<Self> {
        match format {
            CredentialFormat::Uid => None,
            CredentialFormat::Wiegand26 => Some(Self { bits: 24, number_bits: 16, covered: 12 }),
            CredentialFormat::Wiegand34 => Some(Self { bits: 32, number_bits: 16, covered: 16 }),
            // The middle bit is covered from both ends.
            CredentialFormat::Wiegand37 => Some(Self { bits: 35, number_bits: 35, covered: 18 }),
        }
    }
}

impl Normaliser {
    /// Whether the settings go together.
    ///
    /// # Errors
    /// When bytes should be reversed that are not whole.
    pub fn check(&self) -> Result<(), NormaliseMistake> {
        match (self.format, self.order) {
            (CredentialFormat::Wiegand37, ByteOrder::Reversed) => Err(NormaliseMistake::NotBytes),
            (CredentialFormat::Wiegand37, ByteOrder::AsRead)
            | (
                CredentialFormat::Uid | CredentialFormat::Wiegand26 | CredentialFormat::Wiegand34,
                ByteOrder::AsRead | ByteOrder::Reversed,
            ) => Ok(()),
        }
    }

    /// The credential that the reader means by `text`.
    ///
    /// # Errors
    /// When the text is not what the settings announce; the message names the mend.
    pub fn normalise(&self, text: &str) -> Result<Credential, NormaliseMistake> {
        self.check()?;
        let read = text::read(*self, text)?;
        let flip = |value: u128, bits: u8| if self.inverted { value ^ mask(bits) } else { value };
        let (value, bits) = match Layout::of(self.format) {
            Some(layout) if self.carries == Carries::Frame => {
                let frame = flip(read.value, read.bits);
                (text::without_parity(text, frame, layout)?, layout.bits)
            }
            Some(_) | None => (flip(read.value, read.bits), read.bits),
        };
        let mut bytes = [0; 16];
        let bytes = low_bytes(&mut bytes, value, bits);
        if self.order == ByteOrder::Reversed {
            bytes.reverse();
        }
        Credential::new(self.format, bits, bytes).ok_or(NormaliseMistake::NotBytes)
    }

    /// What a reader with these settings yields for a stored `card`; `None` when it can never yield
    /// that card. See the module's head for which bytes of a UID a Wiegand reader keeps.
    #[must_use]
    pub fn as_seen_by(&self, card: &Credential) -> Option<Credential> {
        if card.format() == self.format {
            return Some(*card);
        }
        let layout = Layout::of(self.format)?;
        if card.format() != CredentialFormat::Uid {
            return None;
        }
        let kept = usize::from(layout.bits / 8);
        let uid = card.bytes();
        let part = match self.kept {
            Kept::First => uid.get(..kept)?,
            Kept::Last => uid.get(uid.len().checked_sub(kept)?..)?,
        };
        let value = part.iter().fold(0, |value, byte| (value << 8) | u128::from(*byte));
        let mut bytes = [0; 16];
        Credential::new(self.format, layout.bits, low_bytes(&mut bytes, value, layout.bits))
    }
}

/// Pairs of different stored cards that a reader with this normaliser cannot tell apart, in order of
/// the cards. Each card beyond the first of a group stands once, beside the first.
pub fn collisions<'a>(
    cards: impl Iterator<Item = &'a Credential>,
    normaliser: Normaliser,
) -> Vec<(Credential, Credential)> {
    let mut cards: Vec<Credential> = cards.copied().collect();
    cards.sort_unstable();
    cards.dedup();
    let mut seen: BTreeMap<Credential, Credential> = BTreeMap::new();
    let mut pairs = Vec::new();
    for card in cards {
        let Some(yields) = normaliser.as_seen_by(&card) else { continue };
        match seen.get(&yields) {
            Some(first) => pairs.push((*first, card)),
            None => {
                seen.insert(yields, card);
            }
        }
    }
    pairs
}

/// The lowest `bits` bits set.
fn mask(bits: u8) -> u128 {
    1_u128.checked_shl(bits.into()).map_or(u128::MAX, |above| above - 1)
}

/// The bytes that hold the lowest `bits` bits of `value`, most significant first.
fn low_bytes(room: &mut [u8; 16], value: u128, bits: u8) -> &mut [u8] {
    *room = value.to_be_bytes();
    let from = room.len().saturating_sub(usize::from(bits).div_ceil(8));
    room.get_mut(from..).unwrap_or_default()
}
