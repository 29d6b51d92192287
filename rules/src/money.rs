//! Money: whole fen, and nothing else.
//!
//! Every sum is checked: what does not fit is `None`, never a wrong number. Prices finer than a fen
//! are `tariff`'s business, who has how much is `ledger`'s.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An amount in fen; a hundredth of a yuan.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Fen(i64);

/// Why a text is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountMistake {
    #[error("`{0}` is not an amount in yuan; write `12`, `12.5` or `12.50`")]
    NotANumber(String),
    #[error("`{0}` is finer than a fen; write two digits after the point at most")]
    TooFine(String),
    #[error("`{0}` is too much")]
    TooMuch(String),
}

impl Fen {
    pub const ZERO: Self = Self(0);
    pub const MAX: Self = Self(i64::MAX);

    #[must_use]
    pub const fn new(fen: i64) -> Self {
        Self(fen)
    }

    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    #[must_use]
    pub fn times(self, count: i64) -> Option<Self> {
        self.0.checked_mul(count).map(Self)
    }
}

/// In yuan, as on a receipt: `12.50`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

/// Reads yuan: `12`, `12.5`, `-0.05`.
impl FromStr for Fen {
    type Err = AmountMistake;

    fn from_str(text: &str) -> Result<Self, AmountMistake> {
        let not_a_number = || AmountMistake::NotANumber(text.to_owned());
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (yuan, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(yuan) || !all_digits(part) {
            return Err(not_a_number());
        }
        if part.len() > 2 {
            return Err(AmountMistake::TooFine(text.to_owned()));
        }
        let too_much = || AmountMistake::TooMuch(text.to_owned());
        let yuan: i64 = yuan.parse().map_err(|_| too_much())?;
        let scale = if part.len() == 1 { 10 } else { 1 };
        let fen = part.parse::<i64>().map_err(|_| not_a_number())? * scale;
        let whole = yuan.checked_mul(100).and_then(|whole| whole.checked_add(fen));
        let fen = whole.ok_or_else(too_much)?;
        Ok(Self(if negative { -fen } else { fen }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_read_and_written_to_the_fen() {
        let rows: &[(&str, i64, &str)] = &[
            ("0", 0, "0.00"),
            ("12", 1200, "12.00"),
            ("12.5", 1250, "12.50"),
            ("12.05", 1205, "12.05"),
            ("-0.05", -5, "-0.05"),
            ("92233720368547758.07", i64::MAX, "92233720368547758.07"),
        ];
        for (text, fen, shown) in rows {
            assert_eq!(text.parse(), Ok(Fen::new(*fen)), "`{text}`");
            assert_eq!(Fen::new(*fen).to_string(), *shown);
        }
    }

    #[test]
    fn what_is_no_amount_is_refused_by_name() {
        let not = |text: &str| Err(AmountMistake::NotANumber(text.to_owned()));
        for text in ["", "-", "1.", ".5", "1,5", "1e3", "NaN", "--1", "+1", "一"] {
            assert_eq!(text.parse::<Fen>(), not(text), "`{text}`");
        }
        let fine = "0.005".parse::<Fen>();
        assert_eq!(fine, Err(AmountMistake::TooFine("0.005".to_owned())));
        for text in ["92233720368547758.08", "99999999999999999999"] {
            let found = text.parse::<Fen>();
            assert_eq!(found, Err(AmountMistake::TooMuch(text.to_owned())), "`{text}`");
        }
    }

    #[test]
    fn sums_that_do_not_fit_are_none() {
        assert_eq!(Fen::MAX.plus(Fen::new(1)), None);
        assert_eq!(Fen::new(i64::MIN).minus(Fen::new(1)), None);
        assert_eq!(Fen::MAX.times(2), None);
    }
}
