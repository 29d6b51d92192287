//! Peacefair PZEM-016: function 4, ten registers, longs with the low word first.
//!
//! Public sources disagree by ten on the energy; here a step is 1 Wh. It measures magnitudes: a
//! reversed transformer does not show.

use std::time::Duration;

use super::{block, counted, long_steps, of_pairs, steps};
use crate::power::{
    pdu::{Answer, Exception, Request},
    unit::Unit,
};

pub(super) fn answer(
    request: &Request,
    unit: &mut Unit,
    now: Duration,
) -> Result<Answer, Exception> {
    let Request::ReadWords { function: 4, start, count } = request else {
        return Err(Exception::Function);
    };
    let reading = unit.reading(now);
    let low_first = |[high, low]: [u16; 2]| [low, high];
    let pairs = [
        (0x0001, low_first(long_steps(reading.current_a, 1_000.0))),
        (0x0003, low_first(long_steps(reading.power.active_w.abs(), 10.0))),
        (0x0005, low_first(counted(reading.import_wh + reading.export_wh, 1))),
    ];
    block(*start, *count, 0x0000..=0x0009, |address| match address {
        0x0000 => steps(reading.voltage_v, 10.0),
        0x0007 => steps(reading.frequency_hz, 10.0),
        0x0008 => steps(reading.power.factor().abs(), 100.0),
        _ => of_pairs(&pairs, address),
    })
}
