//! Reading the text of one read: digits, separators, lengths, parity. What order the bytes are in
//! and what the bits mean is decided above.

use super::{Carries, Layout, Normaliser, Radix, mask};

/// Longest text looked at, in bytes; the longest sensible one is a UID of ten bytes with separators.
pub const TEXT_LENGTH_MAX: usize = 64;

/// Most decimal digits of a Wiegand text: 37 bits.
const WIEGAND_DECIMALS: usize = 12;

/// What is wrong with the text of a read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NormaliseMistake {
    #[error("the card text is empty; let the reader send the card's number")]
    Empty,
    #[error(
        "the card text has {0} bytes, more than {TEXT_LENGTH_MAX}; let the reader send the card's number only"
    )]
    TooLong(usize),
    #[error(
        "`{text}` contains `{character}`, which is no hexadecimal digit; set the reader's radix and format to what it sends"
    )]
    NotHex { text: String, character: char },
    #[error(
        "`{text}` contains `{character}`, which is no decimal digit; set the reader's radix to `hex` if it sends hexadecimal"
    )]
    NotDecimal { text: String, character: char },
    #[error(
        "`{0}` has separators that do not stand between bytes; write two digits, one separator, two digits"
    )]
    Separators(String),
    #[error(
        "`{text}` has {digits} digits where {expected} are expected; set the reader's format to what it sends"
    )]
    Length { text: String, digits: usize, expected: &'static str },
    #[error("`{text}` does not fit into {bits} bits; set the reader's format to what it sends")]
    TooLarge { text: String, bits: u8 },
    #[error(
        "`{text}` fails the {end} parity bit; check the wiring, or try `inverted` or another format"
    )]
    Parity { text: String, end: &'static str },
    #[error("`{0}` has a facility, which a 37-bit number has not; let the reader send one number")]
    NoFacility(String),
    #[error(
        "the 35 bits of a 37-bit frame are no whole bytes to reverse; set the byte order to `as_read`"
    )]
    NotBytes,
}

/// The bits of a read as a number.
pub(super) struct Read {
    pub value: u128,
    pub bits: u8,
}

/// Reads `text` as the normaliser announces it.
pub(super) fn read(normaliser: Normaliser, text: &str) -> Result<Read, NormaliseMistake> {
    if text.is_empty() {
        return Err(NormaliseMistake::Empty);
    }
    if text.len() > TEXT_LENGTH_MAX {
        return Err(NormaliseMistake::TooLong(text.len()));
    }
    match (Layout::of(normaliser.format), normaliser.radix) {
        (None, Radix::Hex) => uid_hex(text),
        (None, Radix::Decimal) => uid_decimal(text),
        (Some(layout), radix) => {
            let bits = match normaliser.carries {
                Carries::Number => layout.bits,
                Carries::Frame => layout.bits.saturating_add(2),
            };
            let value = match radix {
                Radix::Hex => wiegand_hex(text, bits)?,
                Radix::Decimal => wiegand_decimal(text, bits, layout, normaliser.carries)?,
            };
            if value > mask(bits) {
                return Err(NormaliseMistake::TooLarge { text: text.to_owned(), bits });
            }
            Ok(Read { value, bits })
        }
    }
}

/// The data of a frame whose parity bits are right: even over the first half, odd over the last.
pub(super) fn without_parity(
    text: &str,
    frame: u128,
    layout: Layout,
) -> Result<u128, NormaliseMistake> {
    let mistake = |end| NormaliseMistake::Parity { text: text.to_owned(), end };
    let data = (frame >> 1) & mask(layout.bits);
    let leading = (frame >> layout.bits.saturating_add(1)) & 1;
    let head = data >> layout.bits.saturating_sub(layout.covered);
    let tail = data & mask(layout.covered);
    if !(u128::from(head.count_ones()) + leading).is_multiple_of(2) {
        return Err(mistake("first"));
    }
    if (u128::from(tail.count_ones()) + (frame & 1)).is_multiple_of(2) {
        return Err(mistake("last"));
    }
    Ok(data)
}

fn uid_hex(text: &str) -> Result<Read, NormaliseMistake> {
    let (value, digits) = hex(text)?;
    let bits = match digits {
        8 => 32,
        14 => 56,
        20 => 80,
        _ => {
            let (text, expected) = (text.to_owned(), "8, 14 or 20");
            return Err(NormaliseMistake::Length { text, digits, expected });
        }
    };
    Ok(Read { value, bits })
}

/// A decimal text does not tell how many bytes it stands for, so the count of digits does: up to 10
/// digits 4 bytes, up to 17 digits 7 bytes, up to 25 digits 10 bytes.
fn uid_decimal(text: &str) -> Result<Read, NormaliseMistake> {
    let value = decimal(text, text)?;
    let bits = match text.len() {
        ..=10 => 32,
        11..=17 => 56,
        18..=25 => 80,
        digits => {
            let (text, expected) = (text.to_owned(), "at most 25");
            return Err(NormaliseMistake::Length { text, digits, expected });
        }
    };
    if value > mask(bits) {
        return Err(NormaliseMistake::TooLarge { text: text.to_owned(), bits });
    }
    Ok(Read { value, bits })
}

fn wiegand_hex(text: &str, bits: u8) -> Result<u128, NormaliseMistake> {
    let (value, digits) = hex(text)?;
    let (shortest, longest, expected) = match bits {
        ..=24 => (6, 6, "6"),
        25..=28 => (7, 8, "7 or 8"),
        29..=32 => (8, 8, "8"),
        33..=36 => (9, 10, "9 or 10"),
        37.. => (10, 10, "10"),
    };
    if (shortest..=longest).contains(&digits) {
        Ok(value)
    } else {
        Err(NormaliseMistake::Length { text: text.to_owned(), digits, expected })
    }
}

fn wiegand_decimal(
    text: &str,
    bits: u8,
    layout: Layout,
    carries: Carries,
) -> Result<u128, NormaliseMistake> {
    let part = |digits: &str, bits: u8| {
        let value = decimal(text, digits)?;
        if digits.len() > WIEGAND_DECIMALS {
            let (text, digits) = (text.to_owned(), digits.len());
            return Err(NormaliseMistake::Length { text, digits, expected: "at most 12" });
        }
        if value > mask(bits) {
            return Err(NormaliseMistake::TooLarge { text: text.to_owned(), bits });
        }
        Ok(value)
    };
    match text.split_once([',', ':', '-', ' ']) {
        Some((facility, number)) if carries == Carries::Number => {
            if layout.number_bits == layout.bits {
                return Err(NormaliseMistake::NoFacility(text.to_owned()));
            }
            let facility = part(facility, layout.bits - layout.number_bits)?;
            Ok((facility << layout.number_bits) | part(number, layout.number_bits)?)
        }
        Some(_) | None => part(text, bits),
    }
}

/// The value of hexadecimal digits, with or without one kind of separator between bytes, and how
/// many digits there were.
fn hex(text: &str) -> Result<(u128, usize), NormaliseMistake> {
    let separator = text.chars().find(|c| matches!(c, ':' | '-' | ' '));
    if let Some(separator) = separator
        && text.split(separator).any(|byte| byte.len() != 2)
    {
        return Err(NormaliseMistake::Separators(text.to_owned()));
    }
    let (mut value, mut digits) = (0_u128, 0);
    for character in text.chars().filter(|c| Some(*c) != separator) {
        let digit = character
            .to_digit(16)
            .ok_or_else(|| NormaliseMistake::NotHex { text: text.to_owned(), character })?;
        // Texts with more digits than fit are refused by their length, by everyone who asks.
        value = (value << 4) | u128::from(digit);
        digits += 1;
    }
    Ok((value, digits))
}

/// The value of decimal digits, a part of `text`.
fn decimal(text: &str, digits: &str) -> Result<u128, NormaliseMistake> {
    if let Some(character) = digits.chars().find(|c| !c.is_ascii_digit()) {
        return Err(NormaliseMistake::NotDecimal { text: text.to_owned(), character });
    }
    if digits.is_empty() {
        return Err(NormaliseMistake::Separators(text.to_owned()));
    }
    digits.parse().map_err(|_| NormaliseMistake::TooLarge { text: text.to_owned(), bits: 80 })
}
