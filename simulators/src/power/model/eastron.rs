//! Eastron SDM120-Modbus, from its protocol document V2.4.
//!
//! Big-endian floats at even addresses; an odd start or an odd count is refused; functions 3, 4, 8
//! and 16; one float a write. The document leaves open how many registers one read may have:
//! 40 here (unverified).

#![expect(clippy::wildcard_enum_match_arm, reason = "what a unit does not know it refuses")]

use std::time::Duration;

use super::{block, float, halves, kwh, of_pairs, unit_id};
use crate::power::{
    pdu::{Answer, Exception, Request},
    unit::Unit,
};

const MOST_REGISTERS: u16 = 40;
const PARITY: u16 = 0x0012;
const UNIT: u16 = 0x0014;
const BAUD: u16 = 0x001C;
/// What the total counts: 1 import, 2 import + export, 3 import − export (the numbers and the
/// default of 2 are unverified).
const MODE: u16 = 0xF920;
const SERIAL: u16 = 0xFC00;

pub(super) fn answer(
    request: &Request,
    unit: &mut Unit,
    now: Duration,
) -> Result<Answer, Exception> {
    match request {
        Request::ReadWords { function: 3, start: MODE, count: 1 } => {
            Ok(Answer::Words(vec![mode(unit)]))
        }
        Request::ReadWords { function, start, count } => {
            if start % 2 != 0 || count % 2 != 0 {
                return Err(Exception::Address);
            }
            if *count > MOST_REGISTERS {
                return Err(Exception::Value);
            }
            if *function == 4 {
                inputs(*start, *count, unit, now)
            } else {
                settings(*start, *count, unit)
            }
        }
        Request::WriteWords { start: MODE, values } => match values.as_slice() {
            [value @ 1..=3] => {
                unit.settings.insert(MODE, *value);
                Ok(Answer::Done)
            }
            _ => Err(Exception::Value),
        },
        Request::WriteWords { start, values } => set(*start, values, unit),
        Request::Echo => Ok(Answer::Done),
        _ => Err(Exception::Function),
    }
}

fn inputs(start: u16, count: u16, unit: &mut Unit, now: Duration) -> Result<Answer, Exception> {
    let reading = unit.reading(now);
    let total = match mode(unit) {
        1 => kwh(reading.import_wh),
        3 => kwh(reading.import_wh) - kwh(reading.export_wh),
        _ => kwh(reading.import_wh) + kwh(reading.export_wh),
    };
    let pairs = [
        (0x0000, reading.voltage_v),
        (0x0006, reading.current_a),
        (0x000C, reading.power.active_w),
        (0x0012, reading.power.apparent_va()),
        (0x0018, reading.power.reactive_var),
        (0x001E, reading.power.factor()),
        (0x0046, reading.frequency_hz),
        (0x0048, kwh(reading.import_wh)),
        (0x004A, kwh(reading.export_wh)),
        (0x004C, kwh(reading.import_varh)),
        (0x004E, kwh(reading.export_varh)),
        (0x0156, total),
        (0x0158, kwh(reading.import_varh) + kwh(reading.export_varh)),
    ]
    .map(|(address, value)| (address, float(value)));
    block(start, count, 0x0000..=0x0159, |address| of_pairs(&pairs, address))
}

fn settings(start: u16, count: u16, unit: &Unit) -> Result<Answer, Exception> {
    if start == SERIAL {
        let serial = halves(12_000_000 + u32::from(unit.id()));
        return block(start, count, SERIAL..=SERIAL + 1, |address| {
            of_pairs(&[(SERIAL, serial)], address)
        });
    }
    let stored = |address| f64::from(unit.settings.get(&address).copied().unwrap_or_default());
    let pairs = [
        (PARITY, float(stored(PARITY))),
        (UNIT, float(f64::from(unit.id()))),
        (BAUD, float(stored(BAUD))),
    ];
    block(start, count, PARITY..=BAUD + 1, |address| of_pairs(&pairs, address))
}

fn set(start: u16, values: &[u16], unit: &mut Unit) -> Result<Answer, Exception> {
    let [high, low] = values else { return Err(Exception::Value) };
    let value = f32::from_bits(u32::from(*high) << 16 | u32::from(*low));
    let code = whole(value).ok_or(Exception::Value)?;
    match start {
        UNIT => unit.id = unit_id(code)?,
        PARITY if code <= 3 => {
            unit.settings.insert(PARITY, code);
        }
        BAUD if matches!(code, 0 | 1 | 2 | 5) => {
            unit.settings.insert(BAUD, code);
        }
        PARITY | BAUD => return Err(Exception::Value),
        _ => return Err(Exception::Address),
    }
    Ok(Answer::Done)
}

/// A code that is written as a float.
fn whole(value: f32) -> Option<u16> {
    (0..=247).find(|code| (f32::from(*code) - value).abs() < f32::EPSILON)
}

fn mode(unit: &Unit) -> u16 {
    unit.settings.get(&MODE).copied().unwrap_or(2)
}
