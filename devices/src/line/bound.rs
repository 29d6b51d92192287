//! What can be said of a line before it runs: its cycle, its load, and the longest time from an
//! overload to the relay having been written and read back.
//!
//! With M rooms, T a power read, W the write, V its read-back, k the samples that confirm:
//! round robin takes `k·C + W + V` for a cycle `C = M·T`; asking a suspect again at once takes
//! `C + (k−1)·T + W + V`. A frame that is on the wire already is part of the cycle.

use std::time::Duration;

use super::timing::Serial;
use crate::modbus::Request;

/// One unit of a line, as far as time goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// The reads of its power, every cycle.
    pub power: Vec<Request>,
    /// Its other reads, and how often they are due.
    pub energy: Vec<(Request, Duration)>,
    /// The command that opens its relay, and the read-back; `None`: it has none on this line.
    pub trip: Option<(Request, Request)>,
    /// From the last byte of a request to the first of its answer.
    pub turnaround: Duration,
    /// Silence before it is asked after another unit.
    pub gap: Duration,
}

/// What follows for the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// One round over all units, with the share of the reads that are due now and then.
    pub cycle: Duration,
    /// The longest time from an overload to its relay seen open, asking suspects again at once.
    pub trip: Duration,
    /// The same in plain round robin, for comparison.
    pub trip_round_robin: Duration,
    /// The share of the line's time that reads other than of power take, in thousandths.
    pub energy_permille: u32,
}

/// Computes the bound for `confirmation` samples.
#[must_use]
pub fn bound(serial: &Serial, units: &[Load], confirmation: u32) -> Bound {
    let one =
        |unit: &Load, request: &Request| serial.transaction(request) + unit.turnaround + unit.gap;
    let power_of =
        |unit: &Load| unit.power.iter().map(|request| one(unit, request)).sum::<Duration>();
    let power: Duration = units.iter().map(power_of).sum();
    let energy: f64 = units
        .iter()
        .flat_map(|unit| unit.energy.iter().map(move |(request, every)| (unit, request, every)))
        .map(|(unit, request, every)| {
            one(unit, request).as_secs_f64() / every.as_secs_f64().max(0.001)
        })
        .sum();
    // What the other reads take is missing for those of power.
    let share = energy.min(0.9);
    let cycle = power.div_f64(1.0 - share);
    let suspect = units.iter().map(power_of).max().unwrap_or_default();
    let write = |unit: &Load| {
        unit.trip
            .as_ref()
            .map_or(Duration::ZERO, |(write, read)| one(unit, write) + one(unit, read))
    };
    let write = units.iter().map(write).max().unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 900")]
    let energy_permille = (share * 1_000.0).round() as u32;
    Bound {
        cycle,
        trip: cycle + suspect * confirmation.saturating_sub(1) + write,
        trip_round_robin: cycle * confirmation + write,
        energy_permille,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_of_a_line_is_what_the_arithmetic_of_the_bus_says() {
        // 20 ms of turnaround, a power read of two registers, k = 2; W and V worked by hand:
        // at 9,600 baud T = 45 ms, W = V = 44 ms; cycles of 16, 32, 64, 128 rooms.
        let rows = [
            (9_600, 16, 0.72, 0.85, 1.53),
            (9_600, 32, 1.44, 1.57, 2.97),
            (9_600, 64, 2.88, 3.01, 5.85),
            (9_600, 128, 5.76, 5.89, 11.61),
            (19_200, 32, 1.04, 1.14, 2.14),
            (2_400, 32, 3.84, 4.19, 7.91),
        ];
        let unit = Load {
            power: vec![Request::ReadInputRegisters { start: 12, count: 2 }],
            energy: Vec::new(),
            trip: Some((
                Request::WriteCoil { address: 0, value: 0 },
                Request::ReadCoils { start: 0, count: 1 },
            )),
            turnaround: Duration::from_millis(20),
            gap: Duration::ZERO,
        };
        for (baud, rooms, cycle, trip, round_robin) in rows {
            let serial = Serial { baud, bits_per_character: 10 };
            let found = bound(&serial, &vec![unit.clone(); rooms], 2);
            let near = |found: Duration, expected: f64| {
                assert!(
                    (found.as_secs_f64() - expected).abs() < 0.02,
                    "{baud} baud, {rooms} rooms: {found:?} is not {expected} s"
                );
            };
            near(found.cycle, cycle);
            near(found.trip, trip);
            near(found.trip_round_robin, round_robin);
        }
    }

    #[test]
    fn reads_of_energy_take_their_share_of_the_cycle() {
        let serial = Serial { baud: 9_600, bits_per_character: 10 };
        let unit = Load {
            power: vec![Request::ReadInputRegisters { start: 12, count: 2 }],
            energy: vec![(
                Request::ReadInputRegisters { start: 0x48, count: 2 },
                Duration::from_secs(45),
            )],
            trip: None,
            turnaround: Duration::from_millis(20),
            gap: Duration::ZERO,
        };
        let found = bound(&serial, &vec![unit; 32], 1);
        // 32 · 45 ms every 45 s.
        assert_eq!(found.energy_permille, 32);
    }
}
