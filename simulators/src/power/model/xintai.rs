//! A water meter with a valve of Xintai: functions 3 and 6, 28 registers from 0x0001, floats with
//! their bytes fully reversed, totals that anybody may write.
//!
//! Unverified: that both bits of the valve are clear while it turns, and that a stuck valve sets
//! the fault bit.

#![expect(clippy::wildcard_enum_match_arm, reason = "what a unit does not know it refuses")]

use std::time::Duration;

use super::{block, float, of_pairs, unit_id};
use crate::power::{
    pdu::{Answer, Exception, Request},
    unit::Unit,
};

const FORWARD: u16 = 0x0001;
const UNIT: u16 = 0x000E;
const CLOCK: u16 = 0x0016;
const VALVE: u16 = 0x001C;

const PIPE_FULL: u16 = 0x00AA;
const VALVE_OPEN: u16 = 1;
const VALVE_CLOSED: u16 = 2;
const VALVE_FAULT: u16 = 4;

/// A fresh lithium cell.
const BATTERY_V: f64 = 3.6;

pub(super) fn answer(
    request: &Request,
    unit: &mut Unit,
    now: Duration,
) -> Result<Answer, Exception> {
    match request {
        Request::ReadWords { function: 3, start, count } => {
            let reading = unit.reading(now);
            let pairs = [
                (FORWARD, reversed(reading.water_m3)),
                (0x0003, reversed(0.0)),
                (0x0005, reversed(reading.water_m3_h)),
                (0x0008, reversed(0.0)),
                (0x001A, reversed(BATTERY_V)),
            ];
            let valve = unit.valve(now, |valve| {
                let stuck = valve.commanded() != valve.is_closed();
                match (valve.is_moving(), valve.is_closed()) {
                    (true, _) => 0,
                    (false, flows) => {
                        let position = if flows { VALVE_OPEN } else { VALVE_CLOSED };
                        position | if stuck { VALVE_FAULT } else { 0 }
                    }
                }
            });
            block(*start, *count, FORWARD..=VALVE, |address| match address {
                0x0007 => PIPE_FULL,
                UNIT => u16::from(unit.id()),
                CLOCK => unit.settings.get(&CLOCK).copied().unwrap_or_default(),
                VALVE => valve.unwrap_or(VALVE_FAULT),
                _ => of_pairs(&pairs, address),
            })
        }
        Request::WriteWord { address, value } => {
            match (*address, *value) {
                (VALVE, 1 | 2) => {
                    unit.valve(now, |valve| valve.command(*value == 1, now));
                }
                (VALVE, _) => return Err(Exception::Value),
                (UNIT, id) => unit.id = unit_id(id)?,
                (CLOCK, value) => {
                    unit.settings.insert(CLOCK, value);
                }
                (0x0001 | 0x0002, word) => set_forward(*address, word, unit, now)?,
                _ => return Err(Exception::Address),
            }
            Ok(Answer::Done)
        }
        _ => Err(Exception::Function),
    }
}

/// Writes one half of the total.
fn set_forward(address: u16, word: u16, unit: &mut Unit, now: Duration) -> Result<(), Exception> {
    let [first, second] = reversed(unit.reading(now).water_m3);
    let words = if address == FORWARD { [word, second] } else { [first, word] };
    let [[d, c], [b, a]] = words.map(u16::to_be_bytes);
    let total = f32::from_be_bytes([a, b, c, d]);
    if !total.is_finite() {
        return Err(Exception::Value);
    }
    unit.set_water(f64::from(total), now);
    Ok(())
}

/// The words of a float with its bytes fully reversed.
fn reversed(value: f64) -> [u16; 2] {
    let [high, low] = float(value);
    [low.swap_bytes(), high.swap_bytes()]
}
