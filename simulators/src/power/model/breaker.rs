//! LX47LE-125: a breaker with a motor, which measures, reports where it stands and can be locked
//! by hand.
//!
//! A command is answered at once and the motor needs up to 3 s. Unverified: that a close is
//! answered and not refused while it is locked, and what the trip reasons number (0: none).

#![expect(clippy::wildcard_enum_match_arm, reason = "what a unit does not know it refuses")]

use std::time::Duration;

use super::{block, signed_steps, steps};
use crate::power::{
    pdu::{Answer, Exception, Request},
    unit::Unit,
};

const CLOSED: u16 = 0x00F0;
const OPEN: u16 = 0x000F;
const LOCKED: u16 = 0x0100;
const REMOTE: u16 = 0x000D;

/// Over-voltage, under-voltage and over-current limits as delivered: 275 V, 160 V, 63 A.
const LIMITS: [u16; 3] = [275, 160, 6_300];

pub(super) fn answer(
    request: &Request,
    unit: &mut Unit,
    now: Duration,
) -> Result<Answer, Exception> {
    match request {
        Request::ReadWords { function: 4, start, count } => inputs(*start, *count, unit, now),
        Request::ReadWords { start, count, .. } => {
            block(*start, *count, 0x0002..=0x0004, |address| {
                let delivered = LIMITS.get(usize::from(address.saturating_sub(2)));
                let written = unit.settings.get(&address);
                written.or(delivered).copied().unwrap_or_default()
            })
        }
        Request::WriteWord { address: REMOTE, value } => {
            let closed = match value {
                0xFF00 => true,
                0x0000 => false,
                _ => return Err(Exception::Value),
            };
            unit.relay(0, now, |relay| relay.command(closed, now))?;
            Ok(Answer::Done)
        }
        Request::WriteWord { address: address @ 0x0002..=0x0004, value } => {
            unit.settings.insert(*address, *value);
            Ok(Answer::Done)
        }
        Request::WriteWord { .. } => Err(Exception::Address),
        _ => Err(Exception::Function),
    }
}

fn inputs(start: u16, count: u16, unit: &mut Unit, now: Duration) -> Result<Answer, Exception> {
    let reading = unit.reading(now);
    let state = unit.relay(0, now, |relay| {
        let position = if relay.is_closed() { CLOSED } else { OPEN };
        position | if relay.is_locked() { LOCKED } else { 0 }
    })?;
    // 30 °C in the cabinet, and 1 K more for every 2 A.
    let warm = 30.0 + reading.current_a / 2.0;
    block(start, count, 0x0000..=0x0017, |address| match address {
        0x0000 => state,
        0x0004 => steps(reading.frequency_hz, 100.0),
        0x0005 => 3,
        0x0006 | 0x0007 => steps(warm, 1.0),
        0x0008 => steps(reading.voltage_v, 1.0),
        0x0009 => steps(reading.current_a, 100.0),
        0x000A => steps(reading.power.factor().abs(), 100.0),
        0x000B => signed_steps(reading.power.active_w, 1.0),
        0x000C => signed_steps(reading.power.reactive_var, 1.0),
        0x000D => steps(reading.power.apparent_va(), 1.0),
        _ => 0,
    })
}
