//! How a value lies in registers or bits: type, word and byte order, packed fields.
//!
//! Not here: which point it is, and what the number means.

use super::decimal::Decimal;

/// What the registers of a value hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One coil or discrete input.
    Bit,
    Unsigned,
    /// Two's complement.
    Signed,
    /// IEEE 754 of 32 or 64 bits.
    Float,
    /// Two decimal digits a byte.
    Bcd,
    /// ASCII, padded with NUL or blanks.
    Text,
}

/// How the bytes of a value are ordered, against high word first and high byte first (`ABCD`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order {
    /// The low word comes first (`CDAB`).
    pub words_reversed: bool,
    /// The low byte comes first within a word (`BADC`).
    pub bytes_swapped: bool,
}

impl Order {
    /// All orders there are.
    pub const ALL: [Self; 4] = [
        Self { words_reversed: false, bytes_swapped: false },
        Self { words_reversed: true, bytes_swapped: false },
        Self { words_reversed: false, bytes_swapped: true },
        Self { words_reversed: true, bytes_swapped: true },
    ];

    /// Its letters for a value of some registers: `CDAB` for the low word first of two.
    pub fn letters(self, registers: u16) -> String {
        let mut words: Vec<[u8; 2]> = (0..registers)
            .map(|word| {
                let high = b'A'.saturating_add(u8::try_from(word * 2).unwrap_or(u8::MAX));
                [high, high.saturating_add(1)]
            })
            .collect();
        if self.words_reversed {
            words.reverse();
        }
        let mut letters = String::new();
        for [high, low] in words {
            let pair = if self.bytes_swapped { [low, high] } else { [high, low] };
            letters.extend(pair.map(char::from));
        }
        letters
    }
}

/// How one value lies in registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    pub kind: Kind,
    /// How many registers, 1 for a bit.
    pub registers: u16,
    pub order: Order,
    /// Which bits of the whole are the value's, where others share its register.
    pub mask: Option<u64>,
}

/// What was read, before it means anything.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// With the number of decimal digits for BCD, 0 otherwise.
    Integer(Decimal, usize),
    Float(f64),
    Text(String),
}

/// Why registers are no value of their encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Garbled {
    /// A digit above 9.
    NotBcd,
    /// A letter outside printable ASCII.
    NotText,
    /// NaN or infinite.
    NotFinite,
    /// More or fewer registers than the value has.
    Length,
}

impl Encoding {
    /// How wide an integer of it is, in bits.
    pub fn bits(self) -> u32 {
        u32::from(self.registers) * 16
    }

    /// The value in registers as they came.
    ///
    /// # Errors
    /// When they hold no value of this encoding.
    pub fn read(self, registers: &[u16]) -> Result<Raw, Garbled> {
        if registers.len() != usize::from(self.registers) {
            return Err(Garbled::Length);
        }
        let mut words = registers.to_vec();
        if self.order.words_reversed {
            words.reverse();
        }
        if self.order.bytes_swapped {
            words = words.into_iter().map(u16::swap_bytes).collect();
        }
        match self.kind {
            Kind::Text => text(&words),
            Kind::Bcd => bcd(&words),
            Kind::Float => float(&words),
            Kind::Bit | Kind::Unsigned => Ok(integer(i128::from(self.field(joined(&words))))),
            Kind::Signed => {
                let unused = u64::BITS.saturating_sub(self.bits());
                let raw = joined(&words).wrapping_shl(unused).cast_signed();
                Ok(integer(i128::from(raw.wrapping_shr(unused))))
            }
        }
    }

    /// The registers that hold an integer, in the order of the wire; `None` when it does not fit or is not
    /// an integer's encoding.
    pub fn write(self, value: i64) -> Option<Vec<u16>> {
        let bits = self.bits();
        let fits = match self.kind {
            Kind::Unsigned => value >= 0 && (bits >= 63 || value < 1 << bits),
            Kind::Signed => bits >= 64 || (value >= -(1 << (bits - 1)) && value < 1 << (bits - 1)),
            Kind::Bit => matches!(value, 0 | 1),
            Kind::Float | Kind::Bcd | Kind::Text => false,
        };
        if !fits || self.mask.is_some() {
            return None;
        }
        let whole = value.cast_unsigned();
        let word = |place: u16| {
            let shifted = whole.checked_shr(u32::from(place) * 16).unwrap_or(0);
            u16::try_from(shifted & 0xFFFF).ok()
        };
        let mut words: Vec<u16> =
            (0..self.registers).rev().map(word).collect::<Option<Vec<u16>>>()?;
        if self.order.words_reversed {
            words.reverse();
        }
        if self.order.bytes_swapped {
            words = words.into_iter().map(u16::swap_bytes).collect();
        }
        Some(words)
    }

    fn field(self, whole: u64) -> u64 {
        match self.mask {
            Some(mask) if mask != 0 => (whole & mask) >> mask.trailing_zeros(),
            Some(_) | None => whole,
        }
    }
}

fn integer(value: i128) -> Raw {
    Raw::Integer(Decimal::new(value, 0), 0)
}

fn joined(words: &[u16]) -> u64 {
    words.iter().fold(0, |sum, word| (sum << 16) | u64::from(*word))
}

fn float(words: &[u16]) -> Result<Raw, Garbled> {
    let bits = joined(words);
    let number = match u32::try_from(bits) {
        Ok(bits) if words.len() == 2 => f64::from(f32::from_bits(bits)),
        Ok(_) | Err(_) => f64::from_bits(bits),
    };
    if number.is_finite() { Ok(Raw::Float(number)) } else { Err(Garbled::NotFinite) }
}

fn bcd(words: &[u16]) -> Result<Raw, Garbled> {
    let mut number: i128 = 0;
    let mut digits = 0;
    for word in words {
        for place in [12, 8, 4, 0] {
            let digit = (word >> place) & 0xF;
            if digit > 9 {
                return Err(Garbled::NotBcd);
            }
            number = number * 10 + i128::from(digit);
            digits += 1;
        }
    }
    Ok(Raw::Integer(Decimal::new(number, 0), digits))
}

fn text(words: &[u16]) -> Result<Raw, Garbled> {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let text: String = bytes.into_iter().take(end).map(char::from).collect();
    if text.chars().all(|letter| matches!(letter, ' '..='~')) {
        Ok(Raw::Text(text.trim().to_owned()))
    } else {
        Err(Garbled::NotText)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(kind: Kind, registers: u16, order: usize) -> Encoding {
        Encoding { kind, registers, order: Order::ALL[order], mask: None }
    }

    #[test]
    fn orders_have_the_letters_that_the_trade_uses() {
        for (registers, expected) in [
            (1, ["AB", "AB", "BA", "BA"]),
            (2, ["ABCD", "CDAB", "BADC", "DCBA"]),
            (4, ["ABCDEFGH", "GHEFCDAB", "BADCFEHG", "HGFEDCBA"]),
        ] {
            assert_eq!(Order::ALL.map(|order| order.letters(registers)), expected);
        }
    }

    #[test]
    fn words_and_bytes_are_put_in_order() {
        // 0x0001_86A0 = 100 000.
        for (order, words) in [
            (0, [0x0001, 0x86A0]),
            (1, [0x86A0, 0x0001]),
            (2, [0x0100, 0xA086]),
            (3, [0xA086, 0x0100]),
        ] {
            let encoding = encoding(Kind::Unsigned, 2, order);
            assert_eq!(encoding.read(&words), Ok(integer(100_000)), "{order}");
            assert_eq!(encoding.write(100_000), Some(words.to_vec()), "{order}");
        }
    }

    #[test]
    fn signs_reach_over_every_width() {
        for (words, expected) in [
            (vec![0xFFFF], -1),
            (vec![0x8000], -32_768),
            (vec![0xFFFF, 0xFFFE], -2),
            (vec![0x7FFF, 0xFFFF], 2_147_483_647),
            (vec![0xFFFF, 0xFFFF, 0xFFFF, 0xFFFD], -3),
        ] {
            let registers = u16::try_from(words.len()).expect("few");
            let encoding = encoding(Kind::Signed, registers, 0);
            assert_eq!(encoding.read(&words), Ok(integer(expected.into())), "{words:?}");
            assert_eq!(encoding.write(expected), Some(words));
        }
    }

    #[test]
    fn packed_fields_digits_and_letters_are_read() {
        let high = Encoding { mask: Some(0xFF00), ..encoding(Kind::Unsigned, 1, 0) };
        assert_eq!(high.read(&[0x01F0]), Ok(integer(1)));
        let number = encoding(Kind::Bcd, 3, 0).read(&[0x0012, 0x3456, 0x7890]);
        assert_eq!(number, Ok(Raw::Integer(Decimal::new(1_234_567_890, 0), 12)));
        assert_eq!(encoding(Kind::Bcd, 1, 0).read(&[0x12A4]), Err(Garbled::NotBcd));
        let name = encoding(Kind::Text, 3, 0).read(&[0x4142, 0x4300, 0x5A5A]);
        assert_eq!(name, Ok(Raw::Text("ABC".to_owned())));
        assert_eq!(encoding(Kind::Text, 1, 0).read(&[0x07FF]), Err(Garbled::NotText));
    }

    #[test]
    fn floats_are_numbers_or_refused() {
        // IEEE 754: 230.5 = 0x4366_8000; 0x7FC0_0000 is NaN, 0x7F80_0000 infinity.
        assert_eq!(encoding(Kind::Float, 2, 0).read(&[0x4366, 0x8000]), Ok(Raw::Float(230.5)));
        assert_eq!(encoding(Kind::Float, 2, 3).read(&[0x0080, 0x6643]), Ok(Raw::Float(230.5)));
        assert_eq!(encoding(Kind::Float, 2, 0).read(&[0x7FC0, 0]), Err(Garbled::NotFinite));
        assert_eq!(encoding(Kind::Float, 2, 0).read(&[0x7F80, 0]), Err(Garbled::NotFinite));
        // 1.5 in 64 bits is 0x3FF8_0000_0000_0000.
        assert_eq!(encoding(Kind::Float, 4, 0).read(&[0x3FF8, 0, 0, 0]), Ok(Raw::Float(1.5)));
        assert_eq!(encoding(Kind::Float, 2, 0).read(&[0x4366]), Err(Garbled::Length));
    }

    #[test]
    fn a_value_that_does_not_fit_is_not_written() {
        assert_eq!(encoding(Kind::Unsigned, 1, 0).write(65_536), None);
        assert_eq!(encoding(Kind::Unsigned, 1, 0).write(-1), None);
        assert_eq!(encoding(Kind::Signed, 1, 0).write(32_768), None);
        assert_eq!(encoding(Kind::Float, 2, 0).write(1), None);
    }
}
