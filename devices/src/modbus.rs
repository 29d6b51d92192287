//! What one Modbus transaction asks and answers, whatever the wire: the words between a profile, which
//! knows registers, and a line, which knows frames and time.
//!
//! Not here: bytes on the wire, scheduling, what a register means.

pub mod frame;
pub mod pdu;

use std::fmt;

/// Most registers that one read may ask for (Modbus Application Protocol V1.1b3, 6.3).
pub const MOST_REGISTERS_READ: u16 = 125;
/// Most coils that one read may ask for (Modbus Application Protocol V1.1b3, 6.1).
pub const MOST_COILS_READ: u16 = 2000;
/// Most registers that one write may carry (Modbus Application Protocol V1.1b3, 6.12).
pub const MOST_REGISTERS_WRITTEN: usize = 123;
/// Most coils that one write may carry (Modbus Application Protocol V1.1b3, 6.11).
pub const MOST_COILS_WRITTEN: usize = 1968;

/// A unit's address on its line, 1–247 (Modbus over Serial Line V1.02, 2.2).
///
/// Broadcast (0) is left out: nobody answers it, so nobody could say whether it was obeyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit(u8);

impl Unit {
    /// `None` outside 1–247.
    pub const fn new(address: u8) -> Option<Self> {
        if matches!(address, 1..=247) { Some(Self(address)) } else { None }
    }

    /// The address as it stands on the wire.
    pub const fn address(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is asked of one unit. Addresses are those of the wire, counted from zero.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Request {
    /// Function 01.
    ReadCoils { start: u16, count: u16 },
    /// Function 02.
    ReadDiscreteInputs { start: u16, count: u16 },
    /// Function 03.
    ReadHoldingRegisters { start: u16, count: u16 },
    /// Function 04.
    ReadInputRegisters { start: u16, count: u16 },
    /// Function 05. The value is raw: boards give meanings of their own to others than `0xFF00` and `0`.
    WriteCoil { address: u16, value: u16 },
    /// Function 06.
    WriteRegister { address: u16, value: u16 },
    /// Function 15.
    WriteCoils { start: u16, values: Vec<bool> },
    /// Function 16.
    WriteRegisters { start: u16, values: Vec<u16> },
}

/// What a unit answered to a [`Request`], already held against it: as many registers as were asked for,
/// the echo of what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To a read of coils or discrete inputs.
    Bits(Vec<bool>),
    /// To a read of registers.
    Registers(Vec<u16>),
    /// To a write.
    Written,
}

/// Why there is no answer. Never a value of another unit's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Failure {
    /// Nothing came within the unit's time limit.
    #[error("the unit is silent")]
    Silent,
    /// The unit refused, with a code of Modbus Application Protocol V1.1b3, 7.
    #[error("the unit refuses with exception {0}")]
    Exception(u8),
    /// Something came that is no answer to the request: a wrong length, echo, or checksum.
    #[error("the unit's answer is spoilt")]
    Spoilt,
    /// The connection or the port is closed, so nothing could be sent.
    #[error("the line is down")]
    LineDown,
    /// It waited until its deadline and was never sent.
    #[error("the deadline passed before the line was free")]
    Expired,
}

impl Request {
    /// The function code.
    pub const fn function(&self) -> u8 {
        match self {
            Self::ReadCoils { .. } => 0x01,
            Self::ReadDiscreteInputs { .. } => 0x02,
            Self::ReadHoldingRegisters { .. } => 0x03,
            Self::ReadInputRegisters { .. } => 0x04,
            Self::WriteCoil { .. } => 0x05,
            Self::WriteRegister { .. } => 0x06,
            Self::WriteCoils { .. } => 0x0F,
            Self::WriteRegisters { .. } => 0x10,
        }
    }

    /// Whether it changes anything at the unit, and so must not be repeated blindly.
    pub const fn writes(&self) -> bool {
        self.function() >= 0x05
    }

    /// Whether its length is one that the protocol allows.
    pub fn well_formed(&self) -> bool {
        match self {
            Self::ReadCoils { count, .. } | Self::ReadDiscreteInputs { count, .. } => {
                (1..=MOST_COILS_READ).contains(count)
            }
            Self::ReadHoldingRegisters { count, .. } | Self::ReadInputRegisters { count, .. } => {
                (1..=MOST_REGISTERS_READ).contains(count)
            }
            Self::WriteCoil { .. } | Self::WriteRegister { .. } => true,
            Self::WriteCoils { values, .. } => (1..=MOST_COILS_WRITTEN).contains(&values.len()),
            Self::WriteRegisters { values, .. } => {
                (1..=MOST_REGISTERS_WRITTEN).contains(&values.len())
            }
        }
    }
}
