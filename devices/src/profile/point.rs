//! A point: one value of a device, where it lies and what it means.
//!
//! Not here: reading it from a file, planning, decoding.

use std::collections::BTreeMap;

use super::{decimal::Decimal, encoding::Encoding};

/// How sure we are of something that a profile says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    /// The named source says so, and no other source says otherwise.
    Verified,
    /// Commonly stated, inferred, or contested between sources: to be held against a real device.
    Unverified,
}

/// Where a statement comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub source: String,
    pub sure: Sure,
}

/// Which of a unit's four areas, and with which function it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Function 01.
    Coils,
    /// Function 02.
    DiscreteInputs,
    /// Function 03.
    HoldingRegisters,
    /// Function 04.
    InputRegisters,
}

impl Area {
    /// Whether it is made of bits, not registers.
    pub const fn is_bits(self) -> bool {
        matches!(self, Self::Coils | Self::DiscreteInputs)
    }
}

/// Which function writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WriteFunction {
    /// Function 05.
    Coil,
    /// Function 06.
    Register,
    /// Function 15.
    Coils,
    /// Function 16.
    Registers,
}

/// What a point's number means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A measured number: `number × scale + offset` standard units.
    Measured { scale: Decimal, offset: Decimal },
    /// A whole number of Wh, varh or mL: `number × scale + offset`.
    Counted { scale: Decimal, offset: Decimal, counter: Option<Counter> },
    /// One of some states.
    States(BTreeMap<i64, String>),
    /// Flags by the number of their bit, 0 the lowest.
    Flags(BTreeMap<u8, String>),
    /// A number or letters that name something.
    Text,
}

/// How a counter counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// After how many bits it starts again from zero; `None` for a float, which does not.
    pub bits: Option<u8>,
    /// The smallest step, in the point's standard unit (Wh, varh, mL).
    pub resolution: u64,
    /// Whether anybody can set it back over the wire or at the device.
    pub resettable: bool,
}

impl Counter {
    /// At how many Wh, varh or mL it starts again from zero; `None`: never.
    pub fn wraps_at(&self) -> Option<u128> {
        let bits = self.bits?;
        1_u128.checked_shl(bits.into())?.checked_mul(self.resolution.into())
    }
}

/// When a point's value can be believed, by the value of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validity {
    pub point: String,
    pub test: Test,
}

/// What the other point must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    Is(String),
    IsNot(String),
    Has(String),
    HasNot(String),
    AtLeast(Decimal),
    AtMost(Decimal),
}

/// What a point is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// What the device is there for: measurements, counters, states.
    Reading,
    /// Who the device is: a new number means another device.
    Identity,
    /// A setting that changes what readings mean: a change is an alarm.
    Setting,
}

/// One value of a device, or one value per channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub name: String,
    pub area: Area,
    /// On the wire, counted from zero; of channel 0.
    pub address: u16,
    /// How many alike there are.
    pub channels: u16,
    /// From one channel's address to the next.
    pub stride: u16,
    pub encoding: Encoding,
    pub meaning: Meaning,
    pub role: Role,
    /// Points whose values this one is multiplied by, such as transformer ratios.
    pub times: Vec<String>,
    pub valid_only_if: Option<Validity>,
    /// The raw number by which the device says that it has no value.
    pub not_available: Option<i64>,
    /// How it is set, if it can be; only settings and limits can.
    pub write: Option<WriteFunction>,
    /// What may be set, both ends included, in the standard unit.
    pub limits: Option<(Decimal, Decimal)>,
    pub evidence: Evidence,
}

impl Point {
    /// Where a channel lies; `None` when there is no such channel.
    pub fn address_of(&self, channel: u16) -> Option<u16> {
        if channel >= self.channels {
            return None;
        }
        self.address.checked_add(self.stride.checked_mul(channel)?)
    }

    /// How its counter counts, if it is one.
    pub fn counter(&self) -> Option<Counter> {
        if let Meaning::Counted { counter, .. } = self.meaning { counter } else { None }
    }

    /// The points that must be read with it.
    pub fn depends_on(&self) -> impl Iterator<Item = &str> {
        let validity = self.valid_only_if.iter().map(|validity| validity.point.as_str());
        self.times.iter().map(String::as_str).chain(validity)
    }
}
