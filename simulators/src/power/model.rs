//! The models of units: what each holds at which address, and what each refuses.
//!
//! Each family has a file, written by hand from its maker's documents. What a document leaves open
//! is marked `unverified` there.

use std::{ops::RangeInclusive, time::Duration};

use crate::power::{
    pdu::{Answer, Exception, Request},
    unit::Unit,
};

mod acrel;
mod breaker;
mod chint;
mod eastron;
mod hiking;
mod pzem;
mod r421;
mod waveshare;
mod xintai;

/// A model of unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Model {
    /// Eastron SDM120-Modbus, a meter.
    Sdm120,
    /// Hiking DDS238-2 ZN/SR, a meter with a relay.
    Dds238,
    /// Acrel ADL200, a meter.
    Adl200,
    /// LX47LE-125, a breaker with a motor that measures.
    Lx47le,
    /// Waveshare Modbus RTU Relay 8CH.
    Waveshare8,
    /// Peacefair PZEM-016, a meter.
    Pzem016,
    /// CHINT DDSU666, a meter.
    Ddsu666,
    /// R421A08, a board of eight relays.
    R421a08,
    /// A water meter with a valve of Xintai.
    Xintai,
}

/// What a model moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actuator {
    /// Contacts that need so long from the command.
    Contact(Duration),
    Valve,
}

impl Model {
    pub const ALL: &[Self] = &[
        Self::Sdm120,
        Self::Dds238,
        Self::Adl200,
        Self::Lx47le,
        Self::Waveshare8,
        Self::Pzem016,
        Self::Ddsu666,
        Self::R421a08,
        Self::Xintai,
    ];

    /// What it moves, if anything. A latching relay of a meter takes some 20 ms and a board's relay
    /// with the contactor behind it some 30 ms (data sheets: 10–25 ms each); the breaker's motor
    /// takes up to 3 s.
    #[must_use]
    pub fn actuator(self) -> Option<Actuator> {
        match self {
            Self::Dds238 => Some(Actuator::Contact(Duration::from_millis(20))),
            Self::Lx47le => Some(Actuator::Contact(Duration::from_secs(3))),
            Self::Waveshare8 | Self::R421a08 => Some(Actuator::Contact(Duration::from_millis(30))),
            Self::Xintai => Some(Actuator::Valve),
            Self::Sdm120 | Self::Adl200 | Self::Pzem016 | Self::Ddsu666 => None,
        }
    }

    /// How many contacts it has.
    #[must_use]
    pub fn channels(self) -> u16 {
        match self {
            Self::Dds238 | Self::Lx47le => 1,
            Self::Waveshare8 | Self::R421a08 => 8,
            Self::Sdm120 | Self::Adl200 | Self::Pzem016 | Self::Ddsu666 | Self::Xintai => 0,
        }
    }

    /// How many rooms can hang on it: one for a meter, one for each channel of a board.
    #[must_use]
    pub fn most_rooms(self) -> usize {
        usize::from(self.channels().max(1))
    }

    /// Whether it obeys a write to unit 0. Documents forbid it for the SDM120 and say nothing of
    /// the others but boards (unverified).
    #[must_use]
    pub fn obeys_broadcast(self) -> bool {
        matches!(self, Self::Waveshare8 | Self::R421a08)
    }

    pub(crate) fn answer(
        self,
        request: &Request,
        unit: &mut Unit,
        now: Duration,
    ) -> Result<Answer, Exception> {
        match self {
            Self::Sdm120 => eastron::answer(request, unit, now),
            Self::Dds238 => hiking::answer(request, unit, now),
            Self::Adl200 => acrel::answer(request, unit, now),
            Self::Lx47le => breaker::answer(request, unit, now),
            Self::Waveshare8 => waveshare::answer(request, unit, now),
            Self::Pzem016 => pzem::answer(request, unit, now),
            Self::Ddsu666 => chint::answer(request, unit, now),
            Self::R421a08 => r421::answer(request, unit, now),
            Self::Xintai => xintai::answer(request, unit, now),
        }
    }
}

/// Reads a block that must lie within a range of addresses.
fn block(
    start: u16,
    count: u16,
    range: RangeInclusive<u16>,
    register: impl Fn(u16) -> u16,
) -> Result<Answer, Exception> {
    let last = start.checked_add(count.saturating_sub(1)).ok_or(Exception::Address)?;
    if !range.contains(&start) || !range.contains(&last) {
        return Err(Exception::Address);
    }
    Ok(Answer::Words((start..=last).map(register).collect()))
}

/// A write of one register, whichever of the two functions carries it.
fn one(values: &[u16]) -> Result<u16, Exception> {
    if let [value] = values { Ok(*value) } else { Err(Exception::Address) }
}

/// A unit id as it may be set.
fn unit_id(value: u16) -> Result<u8, Exception> {
    u8::try_from(value).ok().filter(|id| (1..=247).contains(id)).ok_or(Exception::Value)
}

/// The two words of a single float, the high one first.
fn float(value: f64) -> [u16; 2] {
    #[expect(clippy::cast_possible_truncation, reason = "the register holds a single float")]
    halves((value as f32).to_bits())
}

/// The two words of a long, the high one first.
fn halves(long: u32) -> [u16; 2] {
    let [a, b, c, d] = long.to_be_bytes();
    [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])]
}

/// The register at an address out of pairs that begin at addresses; 0 between them.
fn of_pairs(pairs: &[(u16, [u16; 2])], address: u16) -> u16 {
    let find = |(first, words): &(u16, [u16; 2])| {
        words.get(usize::from(address.checked_sub(*first)?)).copied()
    };
    pairs.iter().find_map(find).unwrap_or_default()
}

/// A value in steps, as unsigned as the register: what is below or above sticks at its end.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, as the meters do"
)]
fn steps(value: f64, per_unit: f64) -> u16 {
    (value * per_unit).round() as u16
}

/// The same with a sign, in two's complement.
#[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, as the meters do")]
fn signed_steps(value: f64, per_unit: f64) -> u16 {
    ((value * per_unit).round() as i16).cast_unsigned()
}

/// The same over two registers, the high one first.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, as the meters do"
)]
fn long_steps(value: f64, per_unit: f64) -> [u16; 2] {
    halves((value * per_unit).round() as u32)
}

/// Watt-hours in steps of so many, which wrap at the width of the counter.
fn counted(wh: u64, step_wh: u64) -> [u16; 2] {
    halves(u32::try_from(wh / step_wh % (1 << 32)).unwrap_or_default())
}

/// Whole watt-hours in kilowatt-hours.
#[expect(clippy::cast_precision_loss, reason = "the register holds a single float anyway")]
fn kwh(wh: u64) -> f64 {
    wh as f64 / 1_000.0
}

#[cfg(test)]
mod tests;
