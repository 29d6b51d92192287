//! R421A08: eight relays as holding registers 1 to 8, switched by codes through function 6.
//!
//! An "off" is ignored while a timer runs; a timer of 0 s ends it. How it refuses is unverified.

#![expect(clippy::wildcard_enum_match_arm, reason = "what a unit does not know it refuses")]

use std::time::Duration;

use super::block;
use crate::power::{
    pdu::{Answer, Exception, Request},
    unit::Unit,
};

const CHANNELS: u16 = 8;
const ON: u8 = 0x01;
const OFF: u8 = 0x02;
const TOGGLE: u8 = 0x03;
const INTERLOCK: u8 = 0x04;
const PULSE: u8 = 0x05;
const TIMED: u8 = 0x06;
const ALL_ON: u8 = 0x07;
const ALL_OFF: u8 = 0x08;

pub(super) fn answer(
    request: &Request,
    unit: &mut Unit,
    now: Duration,
) -> Result<Answer, Exception> {
    match request {
        Request::ReadWords { function: 3, start, count } => {
            let mut states = Vec::new();
            for channel in 0..CHANNELS {
                states.push(unit.relay(channel, now, |relay| relay.commanded())?);
            }
            let state = |address: u16| states.get(usize::from(address.saturating_sub(1)));
            block(*start, *count, 1..=CHANNELS, |address| {
                u16::from(state(address).copied().unwrap_or_default())
            })
        }
        Request::WriteWord { address, value } => write(*address, *value, unit, now),
        _ => Err(Exception::Function),
    }
}

fn write(address: u16, value: u16, unit: &mut Unit, now: Duration) -> Result<Answer, Exception> {
    let [code, seconds] = value.to_be_bytes();
    match (address, code) {
        (0, ALL_ON) => each(0..CHANNELS, ON, seconds, unit, now)?,
        (0, ALL_OFF) => each(0..CHANNELS, OFF, seconds, unit, now)?,
        (1..=CHANNELS, INTERLOCK) => {
            each(0..CHANNELS, OFF, seconds, unit, now)?;
            each(address - 1..address, ON, seconds, unit, now)?;
        }
        (1..=CHANNELS, ON | OFF | TOGGLE | PULSE | TIMED) => {
            each(address - 1..address, code, seconds, unit, now)?;
        }
        (0..=CHANNELS, _) => return Err(Exception::Value),
        _ => return Err(Exception::Address),
    }
    Ok(Answer::Done)
}

fn each(
    channels: std::ops::Range<u16>,
    code: u8,
    seconds: u8,
    unit: &mut Unit,
    now: Duration,
) -> Result<(), Exception> {
    for channel in channels {
        unit.relay(channel, now, |relay| match code {
            ON => relay.command(true, now),
            OFF if !relay.is_timed() => relay.command(false, now),
            TOGGLE => relay.command(!relay.commanded(), now),
            PULSE => relay.command_for(true, Duration::from_secs(1), now),
            TIMED if seconds == 0 => relay.command(false, now),
            TIMED => relay.command_for(true, Duration::from_secs(u64::from(seconds)), now),
            _ => {}
        })?;
    }
    Ok(())
}
