//! Waveshare Modbus RTU Relay 8CH: coils 0 to 7, and timers that switch a coil for so many times
//! 100 ms.
//!
//! A coil reads as it was commanded; the contactor behind it is out of the board's sight.

#![expect(clippy::wildcard_enum_match_arm, reason = "what a unit does not know it refuses")]

use std::time::Duration;

use super::{block, one, unit_id};
use crate::power::{
    pdu::{Answer, Exception, Request},
    unit::Unit,
};

const CHANNELS: u16 = 8;
const ALL: u16 = 0x00FF;
const ON: u16 = 0xFF00;
const OFF: u16 = 0x0000;
const TOGGLE: u16 = 0x5500;
const FLASH_ON: u16 = 0x0200;
const FLASH_OFF: u16 = 0x0400;
const CONTROL_MODE: u16 = 0x1000;
const BAUD: u16 = 0x2000;
const UNIT: u16 = 0x4000;
const VERSION: u16 = 0x8000;

/// The unit of the timers.
const TICK: Duration = Duration::from_millis(100);

pub(super) fn answer(
    request: &Request,
    unit: &mut Unit,
    now: Duration,
) -> Result<Answer, Exception> {
    match request {
        Request::ReadBits { function, start, count } => {
            let end = start.checked_add(*count).filter(|end| *end <= CHANNELS);
            let channels = *start..end.ok_or(Exception::Address)?;
            // Nothing hangs on the inputs (function 2).
            let mut bit =
                |channel| Ok(*function == 1 && unit.relay(channel, now, |r| r.commanded())?);
            channels.map(&mut bit).collect::<Result<_, _>>().map(Answer::Bits)
        }
        Request::WriteBit { address, value } => coil(*address, *value, unit, now),
        Request::WriteBits { start, values } => {
            let channels = (*start..CHANNELS).take(values.len());
            if channels.len() != values.len() {
                return Err(Exception::Address);
            }
            for (channel, closed) in channels.zip(values) {
                unit.relay(channel, now, |relay| relay.command(*closed, now))?;
            }
            Ok(Answer::Done)
        }
        Request::ReadWords { function: 3, start, count } => {
            let mode = CONTROL_MODE..=CONTROL_MODE + CHANNELS - 1;
            let range = if mode.contains(start) { mode } else { *start..=*start };
            let value = |address| unit.settings.get(&address).copied().unwrap_or_default();
            match *start {
                UNIT => block(*start, *count, range, |_| u16::from(unit.id())),
                VERSION => block(*start, *count, range, |_| 200),
                BAUD | 0x1000..=0x1007 => block(*start, *count, range, value),
                _ => Err(Exception::Address),
            }
        }
        Request::WriteWord { address, value } => setting(*address, *value, unit),
        Request::WriteWords { start, values } => setting(*start, one(values)?, unit),
        _ => Err(Exception::Function),
    }
}

fn coil(address: u16, value: u16, unit: &mut Unit, now: Duration) -> Result<Answer, Exception> {
    let (channels, flash) = match address {
        0..CHANNELS => (address..=address, None),
        ALL => (0..=CHANNELS - 1, None),
        FLASH_ON..=0x0207 => (address - FLASH_ON..=address - FLASH_ON, Some(true)),
        FLASH_OFF..=0x0407 => (address - FLASH_OFF..=address - FLASH_OFF, Some(false)),
        _ => return Err(Exception::Address),
    };
    for channel in channels {
        unit.relay(channel, now, |relay| {
            match (flash, value) {
                (Some(closed), 1..) => relay.command_for(closed, TICK * u32::from(value), now),
                (None, ON) => relay.command(true, now),
                (None, OFF) => relay.command(false, now),
                (None, TOGGLE) => relay.command(!relay.commanded(), now),
                _ => return Err(Exception::Value),
            }
            Ok(())
        })??;
    }
    Ok(Answer::Done)
}

fn setting(address: u16, value: u16, unit: &mut Unit) -> Result<Answer, Exception> {
    match address {
        UNIT => unit.id = unit_id(value)?,
        BAUD | 0x1000..=0x1007 => {
            unit.settings.insert(address, value);
        }
        _ => return Err(Exception::Address),
    }
    Ok(Answer::Done)
}
