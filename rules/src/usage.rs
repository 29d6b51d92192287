//! From what a meter's register shows to what was used; what is billed follows from here.
//!
//! **Words.** A *register* counts on and on, in Wh or ml. An *epoch* is the time in which one device
//! counted at a place, from its *start*; a device that is exchanged or begins anew opens the next.
//! Registers that cannot be believed are read again, and *parked* if they stay so: nothing is billed
//! until a person has decided with a reason.
//!
//! **Invariants.** What is used is the difference of two whole registers, each rounded down to the
//! meter's resolution, so that any number of readings comes to the same as the first and the last.
//! It is never negative. A reading that comes twice, late or out of order changes nothing.
//!
//! Reading meters is the devices' business; a day's or month's counter of theirs is never asked for.

mod float;
mod parked;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Time;
pub use float::from_float_bits;
pub use parked::{Decision, NothingParked, Parked};

/// How often a register that cannot be believed is read again before it is parked.
pub const READ_AGAIN: u8 = 2;

/// What is known of a meter by its profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// The register is back at zero when it has counted so far; `None`: it never is.
    pub modulus: Option<u64>,
    /// The least step of the register, at least 1.
    pub resolution: u64,
    /// The most that can flow in an hour, by the circuit's or pipe's rating.
    pub most_per_hour: u64,
    /// An older reading is none.
    pub stale_after: TimeDelta,
}

/// One reading. Its time is ours, never the meter's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// When it was asked for.
    pub at: Time,
    /// How old what the meter gave was then.
    pub age: TimeDelta,
    pub register: u64,
    /// The device's serial number, if it tells one.
    pub serial: Option<String>,
    /// A mark of the settings that give the register its meaning, if they were read.
    pub settings: Option<u64>,
    /// Power flows the wrong way: the current transformer is turned around.
    pub reversed: bool,
}

/// A register at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    pub at: Time,
    pub register: u64,
}

/// A meter's place, as far as billing must know. To be stored with what was billed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    /// Counts the devices, from 1; 0: none was ever read.
    pub epoch: u64,
    pub serial: Option<String>,
    pub settings: Option<u64>,
    /// Up to here everything is billed.
    pub billed: Option<Point>,
    /// What is not believed yet, and how often it was read again.
    pub suspect: Option<(Point, Why, u8)>,
    pub parked: Option<Parked>,
}

/// Why a register is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Lower than before: reset, or tampered with.
    Dropped,
    /// Higher than can have flowed.
    Jumped,
    /// A setting that gives it its meaning was changed.
    SettingsChanged,
    /// Power flows the wrong way.
    Reversed,
}

/// Why a reading changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nothing {
    Stale,
    Duplicate,
    /// Older than one that was taken.
    Reordered,
    /// Nothing was used.
    Unchanged,
    /// A parked register waits for a decision.
    Waiting,
}

/// What was used, between two moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    pub epoch: u64,
    pub from: Point,
    pub to: Point,
    pub quantity: u64,
}

/// What comes of a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Used(Used),
    Nothing(Nothing),
    /// Not believed: read it again at once.
    ReadAgain(Why),
    /// Not believed for good: nothing is billed until somebody decides.
    Parked(Parked),
    /// Another device counts from here on. What the one before counted after its last reading is
    /// not known and not billed.
    NewEpoch {
        epoch: u64,
        start: Point,
        closed: Option<Point>,
    },
}

impl Spec {
    /// The most that can flow in this time: a fifth more than the rating, and a step of the register.
    #[must_use]
    pub fn plausible(&self, time: TimeDelta) -> u64 {
        let millis = u128::try_from(time.num_milliseconds()).unwrap_or(0);
        let most = u128::from(self.most_per_hour) * millis * 12 / 36_000_000;
        u64::try_from(most).unwrap_or(u64::MAX).saturating_add(self.resolution)
    }

    fn rounded(&self, register: u64) -> u64 {
        register - register.checked_rem(self.resolution).unwrap_or(0)
    }

    /// What flowed from one register to another, if that can be.
    fn between(&self, from: Point, to: Point) -> Result<u64, Why> {
        let plausible = self.plausible(to.at - from.at);
        if let Some(used) = to.register.checked_sub(from.register) {
            return if used <= plausible { Ok(used) } else { Err(Why::Jumped) };
        }
        // Only a wrap that fits what can have flowed is one.
        let wrapped = self
            .modulus
            .and_then(|modulus| modulus.checked_sub(from.register)?.checked_add(to.register));
        wrapped.filter(|used| *used <= plausible).ok_or(Why::Dropped)
    }
}

impl Meter {
    /// Takes a reading.
    pub fn handle(&mut self, reading: &Reading, spec: &Spec) -> Outcome {
        if reading.age > spec.stale_after {
            return Outcome::Nothing(Nothing::Stale);
        }
        let point = Point { at: reading.at, register: spec.rounded(reading.register) };
        if self.parked.is_some() && !self.is_exchanged(reading) {
            return self.see_parked(point);
        }
        let Some(billed) = self.billed else { return self.begin(reading, point) };
        if point.at <= billed.at {
            let same = point == billed;
            return Outcome::Nothing(if same { Nothing::Duplicate } else { Nothing::Reordered });
        }
        if self.is_exchanged(reading) {
            return self.begin(reading, point);
        }
        let changed = |known, told| matches!((known, told), (Some(a), Some(b)) if a != b);
        if changed(self.settings, reading.settings) {
            return self.park(point, Why::SettingsChanged);
        }
        self.settings = self.settings.or(reading.settings);
        self.serial = self.serial.take().or_else(|| reading.serial.clone());
        if reading.reversed {
            return self.park(point, Why::Reversed);
        }
        match spec.between(billed, point) {
            Ok(quantity) => self.bill(billed, point, quantity),
            Err(why) => self.doubt(point, why, spec),
        }
    }

    fn is_exchanged(&self, reading: &Reading) -> bool {
        matches!((&self.serial, &reading.serial), (Some(known), Some(told)) if known != told)
    }

    fn begin(&mut self, reading: &Reading, start: Point) -> Outcome {
        let closed = self.billed;
        *self = Self {
            epoch: self.epoch.saturating_add(1),
            serial: reading.serial.clone(),
            settings: reading.settings,
            billed: Some(start),
            suspect: None,
            parked: None,
        };
        Outcome::NewEpoch { epoch: self.epoch, start, closed }
    }

    fn bill(&mut self, from: Point, to: Point, quantity: u64) -> Outcome {
        (self.billed, self.suspect) = (Some(to), None);
        match quantity {
            0 => Outcome::Nothing(Nothing::Unchanged),
            _ => Outcome::Used(Used { epoch: self.epoch, from, to, quantity }),
        }
    }

    fn doubt(&mut self, point: Point, why: Why, spec: &Spec) -> Outcome {
        // Told again and again, it is what the register shows; told once, it may be half a reading.
        let again = match self.suspect {
            Some((before, _, again)) if spec.between(before, point).is_ok() => again + 1,
            Some(_) | None => 0,
        };
        if again >= READ_AGAIN {
            return self.park(point, why);
        }
        self.suspect = Some((point, why, again));
        Outcome::ReadAgain(why)
    }
}
