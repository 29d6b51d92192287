//! CHINT DDSU666: big-endian floats, power in kW, by function 3 or 4.

use std::time::Duration;

use super::{block, float, kwh, of_pairs};
use crate::power::{
    pdu::{Answer, Exception, Request},
    unit::Unit,
};

pub(super) fn answer(
    request: &Request,
    unit: &mut Unit,
    now: Duration,
) -> Result<Answer, Exception> {
    let Request::ReadWords { function, start, count } = request else {
        return Err(Exception::Function);
    };
    let reading = unit.reading(now);
    let pairs = [
        (0x2000, reading.voltage_v),
        (0x2002, reading.current_a),
        (0x2004, reading.power.active_w / 1_000.0),
        (0x2006, reading.power.reactive_var / 1_000.0),
        (0x200A, reading.power.factor()),
        (0x200E, reading.frequency_hz),
        (0x4000, kwh(reading.import_wh)),
        (0x400A, kwh(reading.export_wh)),
    ]
    .map(|(address, value)| (address, float(value)));
    let range = match (function, start) {
        (3, 0x0006) => return block(*start, *count, 6..=6, |_| u16::from(unit.id())),
        (_, ..0x4000) => 0x2000..=0x200F,
        _ => 0x4000..=0x400B,
    };
    block(*start, *count, range, |address| of_pairs(&pairs, address))
}
