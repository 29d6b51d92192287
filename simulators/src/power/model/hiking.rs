//! Hiking DDS238-2 ZN/SR: a meter with a relay, functions 3 and 16 only.
//!
//! One read of the registers 0x0000 to 0x001A gives everything; those without a meaning read 0.
//! Writing 0 to the total clears every counter.

#![expect(clippy::wildcard_enum_match_arm, reason = "what a unit does not know it refuses")]

use std::time::Duration;

use super::{block, counted, of_pairs, one, signed_steps, steps, unit_id};
use crate::power::{
    pdu::{Answer, Exception, Request},
    unit::Unit,
};

const TOTAL: u16 = 0x0000;
const BUS: u16 = 0x0015;
const RELAY: u16 = 0x001A;

/// Steps of 0.01 kWh.
const STEP_WH: u64 = 10;

pub(super) fn answer(
    request: &Request,
    unit: &mut Unit,
    now: Duration,
) -> Result<Answer, Exception> {
    match request {
        Request::ReadWords { function: 3, start, count } => {
            let reading = unit.reading(now);
            let closed = unit.relay(0, now, |relay| relay.commanded())?;
            let bus = u16::from(unit.id()) << 8 | unit.settings.get(&BUS).copied().unwrap_or(1);
            let energy = [
                (TOTAL, counted(reading.import_wh + reading.export_wh, STEP_WH)),
                (0x0008, counted(reading.export_wh, STEP_WH)),
                (0x000A, counted(reading.import_wh, STEP_WH)),
            ];
            block(*start, *count, TOTAL..=RELAY, |address| match address {
                0x000C => steps(reading.voltage_v, 10.0),
                0x000D => steps(reading.current_a, 100.0),
                0x000E => signed_steps(reading.power.active_w, 1.0),
                0x000F => signed_steps(reading.power.reactive_var, 1.0),
                0x0010 => steps(reading.power.factor().abs(), 1_000.0),
                0x0011 => steps(reading.frequency_hz, 100.0),
                BUS => bus,
                RELAY => u16::from(closed),
                _ => of_pairs(&energy, address),
            })
        }
        Request::WriteWords { start: RELAY, values } => {
            let closed = match one(values)? {
                0 => false,
                1 => true,
                _ => return Err(Exception::Value),
            };
            unit.relay(0, now, |relay| relay.command(closed, now))?;
            Ok(Answer::Done)
        }
        Request::WriteWords { start: TOTAL, values } => {
            if values.len() > 2 || values.iter().any(|value| *value != 0) {
                return Err(Exception::Value);
            }
            unit.reset_counters(now);
            Ok(Answer::Done)
        }
        Request::WriteWords { start: BUS, values } => {
            let [id, baud] = one(values)?.to_be_bytes();
            if !(1..=4).contains(&baud) {
                return Err(Exception::Value);
            }
            unit.id = unit_id(u16::from(id))?;
            unit.settings.insert(BUS, u16::from(baud));
            Ok(Answer::Done)
        }
        Request::WriteWords { .. } => Err(Exception::Address),
        _ => Err(Exception::Function),
    }
}
