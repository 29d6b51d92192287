//! Device profiles: a model of meter, relay board, breaker or valve is data, one TOML file.
//!
//! A profile says where a model keeps its values and how it is switched; it turns wishes into Modbus
//! [`Request`](crate::modbus::Request)s and answers into values in standard units. `docs/profiles.md` tells
//! an installer how to write one. Not here: frames, time on the wire, and whether a value is fresh or
//! plausible.

use std::{sync::Arc, time::Duration};

mod check;
mod command;
mod decimal;
mod decode;
mod encoding;
mod library;
mod lint;
mod mistake;
pub mod names;
mod plan;
mod point;
mod quantity;
mod read;
mod table;

pub use command::{Action, Command, Orders, Refusal, Timer, Verify};
pub use decimal::{Decimal, NotDecimal};
pub use decode::{Count, Missing, Outcome, Readings, Value};
pub use encoding::{Encoding, Garbled, Kind, Order};
pub use library::{Library, shipped};
pub use lint::{Advice, lint};
pub use mistake::Mistake;
pub use plan::{NoPlan, ReadPlan, Wanted};
pub use point::{
    Area, Counter, Evidence, Meaning, Point, Role, Sure, Test, Validity, WriteFunction,
};
pub use quantity::{Dimension, dimension_of, standard_unit};

/// What a model is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceKind {
    /// Measures electricity; may also switch.
    Meter,
    /// Switches, and measures nothing.
    Relay,
    /// Switches under load and protects by itself.
    Breaker,
    /// Measures water; may also shut it off.
    WaterMeter,
    /// Shuts water off, and measures nothing.
    Valve,
}

/// Who made it and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub maker: String,
    pub model: String,
    /// Other names of models with the same map.
    pub also: Vec<String>,
    pub kind: DeviceKind,
    pub firmware: FirmwareRange,
    /// What an installer should know.
    pub note: Option<String>,
}

/// Which firmware a profile is for, by dotted numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FirmwareRange {
    /// The first that it is for; `None`: from the beginning.
    pub from: Option<Version>,
    /// The first that it is no longer for; `None`: to this day.
    pub below: Option<Version>,
}

impl FirmwareRange {
    pub fn contains(&self, version: &Version) -> bool {
        self.from.as_ref().is_none_or(|from| version >= from)
            && self.below.as_ref().is_none_or(|below| version < below)
    }
}

/// A version of dotted numbers; missing numbers at the end are zero.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Vec<u32>);

impl Version {
    /// `None` when it is not made of numbers and dots.
    pub fn new(text: &str) -> Option<Self> {
        let mut numbers: Vec<u32> =
            text.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        Some(Self(numbers))
    }
}

/// Parity of a serial port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Parity {
    None,
    Even,
    Odd,
}

/// How a new device is set when it leaves the factory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serial {
    /// In bits per second.
    pub baud: u32,
    pub parity: Parity,
    pub stop_bits: u8,
    pub unit: crate::modbus::Unit,
    pub evidence: Evidence,
}

/// How a model wants to be talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bus {
    /// Most registers of one read.
    pub max_registers: u16,
    /// Over how many registers or bits that are not wanted a read may reach; 0: none.
    pub largest_hole: u16,
    /// Start and count of a read of registers must be even.
    pub even_only: bool,
    /// Silence before this unit is asked again.
    pub gap_after_self: Duration,
    /// Silence before it is asked after another unit.
    pub gap_after_other: Duration,
    /// By when 99 of 100 answers begin; `None`: not known, to be learnt.
    pub turnaround_p99: Option<Duration>,
}

/// What the device can bear, where it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rating {
    /// In amperes.
    pub current_a: Option<u32>,
    /// In watts.
    pub power_w: Option<u32>,
    pub evidence: Option<Evidence>,
}

/// A model of device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub identity: Identity,
    pub serial: Serial,
    pub bus: Bus,
    pub rating: Rating,
    /// In the order of area and address.
    points: Vec<Arc<Point>>,
    commands: Vec<Command>,
}

impl Profile {
    /// Reads a profile; `name` is what its mistakes call it, such as its file.
    ///
    /// # Errors
    /// All mistakes in it, in the order of its lines.
    pub fn parse(name: &str, text: &str) -> Result<Self, Vec<Mistake>> {
        read::profile(name, text)
    }

    /// All points, in the order of area and address.
    pub fn points(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().map(AsRef::as_ref)
    }

    pub fn point(&self, name: &str) -> Option<&Point> {
        self.shared_point(name).map(AsRef::as_ref)
    }

    fn shared_point(&self, name: &str) -> Option<&Arc<Point>> {
        self.points.iter().find(|point| point.name == name)
    }

    /// All commands, by name.
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }

    pub fn command(&self, name: &str) -> Option<&Command> {
        self.commands.iter().find(|command| command.name == name)
    }
}
