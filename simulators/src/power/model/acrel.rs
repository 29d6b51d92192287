//! Acrel ADL200: function 3, energy at 0x0000 and seven measurements from 0x000B.
//!
//! Unverified: the place and the scale of the energy, and the scale of the power factor.

use std::time::Duration;

use super::{block, counted, of_pairs, signed_steps, steps};
use crate::power::{
    pdu::{Answer, Exception, Request},
    unit::Unit,
};

pub(super) fn answer(
    request: &Request,
    unit: &mut Unit,
    now: Duration,
) -> Result<Answer, Exception> {
    let Request::ReadWords { function: 3, start, count } = request else {
        return Err(Exception::Function);
    };
    let reading = unit.reading(now);
    let energy = [(0x0000, counted(reading.import_wh, 10))];
    block(*start, *count, 0x0000..=0x0011, |address| match address {
        0x000B => steps(reading.voltage_v, 10.0),
        0x000C => steps(reading.current_a, 100.0),
        0x000D => signed_steps(reading.power.active_w, 1.0),
        0x000E => signed_steps(reading.power.reactive_var, 1.0),
        0x000F => steps(reading.power.apparent_va(), 1.0),
        0x0010 => signed_steps(reading.power.factor(), 1_000.0),
        0x0011 => steps(reading.frequency_hz, 100.0),
        _ => of_pairs(&energy, address),
    })
}
