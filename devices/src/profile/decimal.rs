//! Decimal numbers without rounding: scales, offsets, and the counters that they turn into Wh and mL.
//!
//! Not here: which number means what.

use std::str::FromStr;

/// Largest power of ten that a number of ours carries; beyond it a profile is wrong.
const EXPONENT_MAX: i32 = 30;

/// `mantissa` × 10^`exponent`, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    mantissa: i128,
    exponent: i32,
}

impl Decimal {
    pub const ZERO: Self = Self::new(0, 0);
    pub const ONE: Self = Self::new(1, 0);

    pub const fn new(mantissa: i128, exponent: i32) -> Self {
        Self { mantissa, exponent }
    }

    pub const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// The product; `None` when it is beyond what a device can mean.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Self> {
        let mantissa = self.mantissa.checked_mul(other.mantissa)?;
        Some(Self { mantissa, exponent: self.exponent.checked_add(other.exponent)? })
    }

    /// The sum; `None` when it is beyond what a device can mean.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let exponent = self.exponent.min(other.exponent);
        let mantissa = self.at(exponent)?.checked_add(other.at(exponent)?)?;
        Some(Self { mantissa, exponent })
    }

    #[must_use]
    pub const fn negated(self) -> Self {
        Self { mantissa: self.mantissa.wrapping_neg(), exponent: self.exponent }
    }

    /// The quotient where it has finitely many digits, as division by a scale has; `None` otherwise.
    #[must_use]
    pub fn divided_by(self, divisor: Self) -> Option<Self> {
        // Room for the factors 2 and 5 of the divisor.
        let roomy = Self { mantissa: self.at(self.exponent.checked_sub(12)?)?, exponent: 0 };
        let mantissa = roomy.mantissa.checked_div(divisor.mantissa)?;
        let exact = mantissa.checked_mul(divisor.mantissa)? == roomy.mantissa;
        let exponent = self.exponent.checked_sub(12)?.checked_sub(divisor.exponent)?;
        exact.then_some(Self { mantissa, exponent })
    }

    /// The mantissa at an exponent no larger than its own.
    fn at(self, exponent: i32) -> Option<i128> {
        let digits = u32::try_from(self.exponent.checked_sub(exponent)?).ok()?;
        self.mantissa.checked_mul(10_i128.checked_pow(digits)?)
    }

    /// The largest whole number that is not above it: a counter never claims more than it counted.
    pub fn floor(self) -> Option<i64> {
        let whole = if self.exponent >= 0 {
            self.at(0)?
        } else {
            let divisor = 10_i128.checked_pow(self.exponent.unsigned_abs())?;
            self.mantissa.div_euclid(divisor)
        };
        i64::try_from(whole).ok()
    }

    /// The whole number that it is; `None` when it has a fraction.
    pub fn whole(self) -> Option<i64> {
        let floor = self.floor()?;
        (Self::new(floor.into(), 0) == self.reduced() || self.is_zero()).then_some(floor)
    }

    /// The same number with the exponent 0 when it is whole.
    fn reduced(self) -> Self {
        let mut reduced = self;
        while reduced.exponent < 0 && reduced.mantissa % 10 == 0 {
            reduced.mantissa /= 10;
            reduced.exponent += 1;
        }
        match reduced.at(0) {
            Some(mantissa) if reduced.exponent > 0 => Self::new(mantissa, 0),
            Some(_) | None => reduced,
        }
    }

    /// The nearest float: divided by a power of ten, not multiplied by its inverse, so that 2301 × 0.1
    /// is 230.1.
    #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
    pub fn to_f64(self) -> f64 {
        if self.exponent >= 0 {
            self.mantissa as f64 * 10_f64.powi(self.exponent)
        } else {
            self.mantissa as f64 / 10_f64.powi(-self.exponent)
        }
    }

    /// A float times it.
    #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
    pub fn times_float(self, number: f64) -> f64 {
        let scaled = number * self.mantissa as f64;
        if self.exponent >= 0 {
            scaled * 10_f64.powi(self.exponent)
        } else {
            scaled / 10_f64.powi(-self.exponent)
        }
    }
}

/// Why a text is no [`Decimal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no decimal number")]
pub struct NotDecimal;

impl FromStr for Decimal {
    type Err = NotDecimal;

    fn from_str(text: &str) -> Result<Self, NotDecimal> {
        let (number, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let power: i32 = power.parse().map_err(|_| NotDecimal)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{fraction}");
        let mantissa = digits.parse().map_err(|_| NotDecimal)?;
        let places = i32::try_from(fraction.len()).map_err(|_| NotDecimal)?;
        let exponent = power.checked_sub(places).ok_or(NotDecimal)?;
        if exponent.abs() > EXPONENT_MAX {
            return Err(NotDecimal);
        }
        Ok(Self { mantissa, exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    #[test]
    fn numbers_are_read_as_written() {
        for (text, mantissa, exponent) in [
            ("0.01", 1, -2),
            ("1e-3", 1, -3),
            ("-2.5e1", -25, 0),
            ("1000", 1000, 0),
            ("+0.1", 1, -1),
        ] {
            assert_eq!(decimal(text), Decimal::new(mantissa, exponent), "{text}");
        }
        for text in ["", "nan", "inf", "1e99", "0x10", "1.2.3"] {
            assert_eq!(text.parse::<Decimal>(), Err(NotDecimal), "{text}");
        }
    }

    #[test]
    fn arithmetic_is_exact() {
        let hundredths = decimal("0.01");
        let kilo = decimal("1e3");
        let wh = hundredths.times(kilo).expect("in range");
        let reading = Decimal::new(4_294_967_295, 0).times(wh).expect("in range");
        assert_eq!(reading.whole(), Some(42_949_672_950));
        assert_eq!(decimal("0.19").floor(), Some(0));
        assert_eq!(decimal("-0.1").floor(), Some(-1));
        assert_eq!(decimal("0.1").whole(), None);
        assert_eq!(decimal("20.0").whole(), Some(20));
        let sum = decimal("0.1").plus(decimal("20")).expect("in range");
        assert_eq!(sum, Decimal::new(201, -1));
        assert_eq!(Decimal::new(2301, -1).to_f64().to_bits(), 230.1_f64.to_bits());
        let amperes = Decimal::new(16, 0).divided_by(hundredths);
        assert_eq!(amperes.and_then(Decimal::whole), Some(1600));
        assert_eq!(Decimal::ONE.divided_by(Decimal::new(3, 0)), None);
        assert_eq!(Decimal::ONE.divided_by(Decimal::ZERO), None);
        assert_eq!(Decimal::new(i128::MAX, 0).times(Decimal::new(2, 0)), None);
    }
}
