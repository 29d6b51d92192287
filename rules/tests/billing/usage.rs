//! The pitfalls of meter data, each with the rule that answers it.

use chrono::TimeDelta;
use onecard_rules::{
    Time,
    usage::{
        Decision, Meter, Nothing, NothingParked, Outcome, Point, Reading, Spec, Used, Why,
        from_float_bits,
    },
};

/// A meter of a room with a 10 A circuit: 2,200 Wh an hour, in steps of 10 Wh, to 999,999.99 kWh.
const SPEC: Spec = Spec {
    modulus: Some(1_000_000_000),
    resolution: 10,
    most_per_hour: 2_200,
    stale_after: TimeDelta::minutes(5),
};

fn at(minute: i64) -> Time {
    "2026-11-26T04:00:00Z".parse::<Time>().unwrap() + TimeDelta::minutes(minute)
}

fn point(minute: i64, register: u64) -> Point {
    Point { at: at(minute), register }
}

fn reading(minute: i64, register: u64) -> Reading {
    Reading {
        at: at(minute),
        age: TimeDelta::zero(),
        register,
        serial: Some("A1".to_owned()),
        settings: Some(1),
        reversed: false,
    }
}

/// A meter that has shown `register` at minute 0.
fn meter(register: u64) -> Meter {
    let mut meter = Meter::default();
    let start = meter.handle(&reading(0, register), &SPEC);
    let point = point(0, register);
    assert_eq!(start, Outcome::NewEpoch { epoch: 1, start: point, closed: None });
    meter
}

fn quantity(outcome: &Outcome) -> u64 {
    match outcome {
        Outcome::Used(Used { quantity, .. }) => *quantity,
        Outcome::Nothing(Nothing::Unchanged) => 0,
        other => panic!("{other:?}"),
    }
}

fn by() -> onecard_rules::ids::OperatorId {
    "li".parse().unwrap()
}

#[test]
fn what_is_used_is_the_difference_of_two_registers() {
    let mut meter = meter(1_000);
    let used = Used { epoch: 1, from: point(0, 1_000), to: point(60, 3_000), quantity: 2_000 };
    assert_eq!(meter.handle(&reading(60, 3_000), &SPEC), Outcome::Used(used));
    let unchanged = meter.handle(&reading(61, 3_000), &SPEC);
    assert_eq!(unchanged, Outcome::Nothing(Nothing::Unchanged));
}

#[test]
fn rollover_is_taken_only_if_what_flowed_is_plausible() {
    let mut wraps = meter(999_999_000);
    assert_eq!(quantity(&wraps.handle(&reading(60, 500), &SPEC)), 1_500);

    let mut does_not = meter(500_000_000);
    let outcome = does_not.handle(&reading(60, 500), &SPEC);
    assert_eq!(outcome, Outcome::ReadAgain(Why::Dropped), "half the register cannot have flowed");

    // Pulse counters of 16 bits, and registers of which only the low word is read.
    let pulses = Spec { modulus: Some(65_536), resolution: 1, ..SPEC };
    let mut counter = Meter::default();
    counter.handle(&reading(0, 65_000), &pulses);
    assert_eq!(quantity(&counter.handle(&reading(60, 464), &pulses)), 1_000);

    let endless = Spec { modulus: None, ..SPEC };
    let mut never = meter(999_999_000);
    assert_eq!(never.handle(&reading(60, 500), &endless), Outcome::ReadAgain(Why::Dropped));
}

#[test]
fn a_swap_opens_an_epoch_and_bills_nothing_across_it() {
    let mut meter = meter(700_000);
    meter.handle(&reading(60, 701_000), &SPEC);
    let other = Reading { serial: Some("B2".to_owned()), ..reading(120, 40) };
    let closed = Some(point(60, 701_000));
    let expected = Outcome::NewEpoch { epoch: 2, start: point(120, 40), closed };
    assert_eq!(meter.handle(&other, &SPEC), expected);
    let next = Reading { serial: Some("B2".to_owned()), ..reading(180, 1_040) };
    assert_eq!(quantity(&meter.handle(&next, &SPEC)), 1_000);
    // Even a swap for one that shows more.
    let third = Reading { serial: Some("C3".to_owned()), ..reading(240, 2_000) };
    assert!(matches!(meter.handle(&third, &SPEC), Outcome::NewEpoch { epoch: 3, .. }));
    // A device that does not tell its serial this time is the same one.
    let silent = Reading { serial: None, ..reading(300, 2_100) };
    assert_eq!(quantity(&meter.handle(&silent, &SPEC)), 100);
}

#[test]
fn a_reset_to_zero_is_parked_and_bills_nothing_until_somebody_decides() {
    let mut meter = meter(5_000_000);
    assert_eq!(meter.handle(&reading(10, 0), &SPEC), Outcome::ReadAgain(Why::Dropped));
    assert_eq!(meter.handle(&reading(11, 10), &SPEC), Outcome::ReadAgain(Why::Dropped));
    let Outcome::Parked(parked) = meter.handle(&reading(12, 20), &SPEC) else { panic!() };
    assert_eq!((parked.why, parked.billed), (Why::Dropped, Some(point(0, 5_000_000))));
    assert_eq!(meter.handle(&reading(60, 500), &SPEC), Outcome::Nothing(Nothing::Waiting));

    let reason = "reset by the electrician".to_owned();
    let decision = Decision::GoOnFrom { quantity: 300, by: by(), reason };
    let used = Used { epoch: 1, from: point(0, 5_000_000), to: point(60, 500), quantity: 300 };
    assert_eq!(meter.decide(&decision), Ok(Some(used)));
    assert_eq!(meter.decide(&decision), Err(NothingParked));
    assert_eq!(quantity(&meter.handle(&reading(120, 1_500), &SPEC)), 1_000);
    assert_eq!(meter.epoch, 2, "the same register may come again: it is another epoch's");
}

#[test]
fn an_absurd_jump_is_read_again_twice_and_then_parked() {
    let mut meter = meter(1_000);
    // 2,200 Wh an hour and a fifth more, and a step of the register.
    assert_eq!(SPEC.plausible(TimeDelta::hours(1)), 2_640 + 10);
    assert_eq!(meter.handle(&reading(60, 3_660), &SPEC), Outcome::ReadAgain(Why::Jumped));
    assert_eq!(meter.handle(&reading(61, 8_000_000), &SPEC), Outcome::ReadAgain(Why::Jumped));
    assert_eq!(meter.handle(&reading(62, 8_000_000), &SPEC), Outcome::ReadAgain(Why::Jumped));
    let Outcome::Parked(parked) = meter.handle(&reading(63, 8_000_010), &SPEC) else { panic!() };
    assert_eq!(parked.why, Why::Jumped);
    let discard = Decision::Discard { by: by(), reason: "the gateway was faulty".to_owned() };
    assert_eq!(meter.decide(&discard), Ok(None));
    assert_eq!(quantity(&meter.handle(&reading(64, 1_500), &SPEC)), 500);
}

#[test]
fn after_a_long_silence_more_is_plausible() {
    let mut meter = meter(1_000);
    let month = 30 * 24 * 60;
    assert_eq!(quantity(&meter.handle(&reading(month, 801_000), &SPEC)), 800_000);
}

#[test]
fn a_stale_reading_is_none() {
    let mut meter = meter(1_000);
    let old = Reading { age: TimeDelta::minutes(6), ..reading(60, 1_500) };
    assert_eq!(meter.handle(&old, &SPEC), Outcome::Nothing(Nothing::Stale));
    // A meter that lost its signal and shows zero with an old time opens no quarantine.
    let zero = Reading { age: TimeDelta::hours(1), ..reading(61, 0) };
    assert_eq!(meter.handle(&zero, &SPEC), Outcome::Nothing(Nothing::Stale));
    assert_eq!(quantity(&meter.handle(&reading(62, 1_500), &SPEC)), 500);
}

#[test]
fn duplicates_and_reordering_change_nothing() {
    let mut meter = meter(1_000);
    assert_eq!(quantity(&meter.handle(&reading(60, 2_000), &SPEC)), 1_000);
    let before = meter.clone();
    let duplicate = meter.handle(&reading(60, 2_000), &SPEC);
    assert_eq!(duplicate, Outcome::Nothing(Nothing::Duplicate));
    for late in [reading(30, 1_500), reading(60, 2_010), reading(0, 1_000)] {
        let outcome = meter.handle(&late, &SPEC);
        assert_eq!(outcome, Outcome::Nothing(Nothing::Reordered), "{late:?}");
    }
    assert_eq!(meter, before);
}

#[test]
fn any_number_of_readings_of_a_float_register_comes_to_the_first_and_the_last() {
    // Above 65,536 kWh a single holds steps of 7.8 Wh.
    let bits = |kwh: f32| kwh.to_bits();
    let mut every = Meter::default();
    let spec = Spec { modulus: None, ..SPEC };
    let register = |minute: u16| {
        let kwh = 70_000.0_f32 + f32::from(minute) * 0.013;
        from_float_bits(bits(kwh), 1_000).unwrap()
    };
    let mut sum = 0;
    every.handle(&reading(0, register(0)), &spec);
    for minute in 1..=1_000 {
        sum += quantity(&every.handle(&reading(minute.into(), register(minute)), &spec));
    }
    let mut twice = Meter::default();
    twice.handle(&reading(0, register(0)), &spec);
    assert_eq!(sum, quantity(&twice.handle(&reading(1_000, register(1_000)), &spec)));
    assert!(sum.abs_diff(13_000) <= 20, "{sum}");
}

#[test]
fn float_registers_are_read_exactly_without_floating_point() {
    let rows: &[(u32, u32, Option<u64>)] = &[
        (0x0000_0000, 1_000, Some(0)),
        (0x8000_0000, 1_000, Some(0)),
        (1.0_f32.to_bits(), 1_000, Some(1_000)),
        (0.5_f32.to_bits(), 1, Some(1)),
        (0.49_f32.to_bits(), 1, Some(0)),
        (1234.567_f32.to_bits(), 1_000, Some(1_234_567)),
        (65_536.01_f32.to_bits(), 1_000, Some(65_536_008)),
        (16_777_216.0_f32.to_bits(), 1_000, Some(16_777_216_000)),
        (1.0e10_f32.to_bits(), 1_000, Some(10_000_000_000_000)),
        (1, 1_000, Some(0)),
        ((-1.0_f32).to_bits(), 1_000, None),
        (f32::NAN.to_bits(), 1_000, None),
        (f32::INFINITY.to_bits(), 1_000, None),
        (f32::MAX.to_bits(), 1_000, None),
    ];
    for (bits, factor, expected) in rows {
        assert_eq!(from_float_bits(*bits, *factor), *expected, "{:?}", f32::from_bits(*bits));
    }
}

#[test]
fn a_setting_that_changes_the_meaning_parks_the_register() {
    let mut meter = meter(1_000);
    let changed = Reading { settings: Some(2), ..reading(60, 1_500) };
    let Outcome::Parked(parked) = meter.handle(&changed, &SPEC) else { panic!() };
    assert_eq!(parked.why, Why::SettingsChanged);
    let reason = "pulses a litre were set right".to_owned();
    let decision = Decision::GoOnFrom { quantity: 0, by: by(), reason };
    assert_eq!(meter.decide(&decision), Ok(None));
    let next = Reading { settings: Some(2), ..reading(120, 2_000) };
    assert_eq!(quantity(&meter.handle(&next, &SPEC)), 500);
    // Settings that were not read this time are not changed ones.
    let unread = Reading { settings: None, ..reading(180, 2_500) };
    assert_eq!(quantity(&meter.handle(&unread, &SPEC)), 500);
}

#[test]
fn power_that_flows_backwards_is_a_wiring_fault_and_no_credit() {
    let mut meter = meter(1_000);
    let backwards = Reading { reversed: true, ..reading(60, 1_500) };
    let Outcome::Parked(parked) = meter.handle(&backwards, &SPEC) else { panic!() };
    assert_eq!(parked.why, Why::Reversed);
}

#[test]
fn a_torn_reading_is_read_again_and_forgotten() {
    // The low word was read before it wrapped, the high word after.
    let torn = (1 << 16) + 65_530;
    let mut meter = meter(65_530);
    assert_eq!(meter.handle(&reading(1, torn), &SPEC), Outcome::ReadAgain(Why::Jumped));
    assert_eq!(quantity(&meter.handle(&reading(2, 65_540), &SPEC)), 10);
    assert_eq!(meter.suspect, None);
    // Two that contradict each other confirm nothing.
    for minute in 3..20 {
        let register = if minute % 2 == 0 { 9_000_000 } else { 4_000_000 };
        let outcome = meter.handle(&reading(minute, register), &SPEC);
        assert_eq!(outcome, Outcome::ReadAgain(Why::Jumped));
    }
}

#[test]
fn midnight_is_a_moment_like_any_other() {
    // 16:00 UTC is midnight on campus; no counter of the meter's own day is asked for.
    let mut meter = meter(1_000);
    let across: u64 = (1..=24)
        .map(|hour| {
            quantity(&meter.handle(&reading(hour * 60, 1_000 + 500 * hour.unsigned_abs()), &SPEC))
        })
        .sum();
    assert_eq!(across, 12_000);
}

#[test]
fn a_bill_is_never_negative_whatever_the_registers_show() {
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut meter = meter(500_000_000);
    let mut billed = 0_u64;
    for minute in 1..20_000 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let register = match random % 8 {
            0 => random >> 40,
            1 => 0,
            _ => meter.billed.unwrap().register + random % 40,
        };
        match meter.handle(&reading(minute, register), &SPEC) {
            Outcome::Used(used) => {
                assert!(used.quantity <= SPEC.plausible(used.to.at - used.from.at));
                billed += used.quantity;
            }
            Outcome::Parked(_) => {
                let quantity = random % 100;
                let reason = "looked at".to_owned();
                let decision = Decision::GoOnFrom { quantity, by: by(), reason };
                billed += meter.decide(&decision).unwrap().map_or(0, |used| used.quantity);
            }
            Outcome::Nothing(_) | Outcome::ReadAgain(_) | Outcome::NewEpoch { .. } => {}
        }
    }
    assert!(billed > 0);
}
