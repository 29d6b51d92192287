//! Times of the characteristics, against the published tables, and what accumulates.

use onecard_rules::power::curve::{
    Accumulator,
    Characteristic::{self, Definite, InverseTime, Thermal},
    InverseKind::{ExtremelyInverse, LongTimeInverse, StandardInverse, VeryInverse},
};
use proptest::prelude::*;

fn inverse(kind: onecard_rules::power::curve::InverseKind) -> Characteristic {
    InverseTime { kind, tms: 1.0, reset_s: 60.0 }
}

const THERMAL: Characteristic = Thermal { tau_s: 120.0, k: 1.0 };

#[track_caller]
fn near(found: Option<f64>, expected: f64, tolerance: f64) {
    let found = found.expect("an overload");
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

#[test]
fn the_inverse_curves_give_the_published_times() {
    let ratios = [1.1, 1.5, 2.0, 3.0, 5.0];
    // Seconds at 1.1, 1.5, 2, 3 and 5 times the limit; the tolerance is half of the last digit.
    let rows = [
        (StandardInverse, [(73.4, 0.1), (17.2, 0.1), (10.0, 0.1), (6.3, 0.1), (4.3, 0.1)]),
        (VeryInverse, [(135.0, 0.5), (27.0, 0.05), (13.5, 0.05), (6.75, 0.05), (3.375, 0.05)]),
        (ExtremelyInverse, [(381.0, 0.5), (64.0, 0.05), (26.7, 0.05), (10.0, 0.05), (3.3, 0.05)]),
        (
            LongTimeInverse,
            [(1200.0, 0.5), (240.0, 0.05), (120.0, 0.05), (60.0, 0.05), (30.0, 0.05)],
        ),
    ];
    for (kind, times) in rows {
        for (ratio, (expected, tolerance)) in ratios.into_iter().zip(times) {
            near(inverse(kind).time_to_trip(ratio), expected, tolerance);
        }
    }
}

#[test]
fn the_time_multiplier_stretches_the_curve() {
    let half = InverseTime { kind: VeryInverse, tms: 0.5, reset_s: 60.0 };
    near(half.time_to_trip(2.0), 6.75, 1e-9);
}

#[test]
fn the_thermal_times_are_those_of_the_standard() {
    // At 90 % of the limit the model settles at 0.9² = 0.81.
    let hot = 0.81;
    near(THERMAL.time_to_trip(1.2), 142.0, 0.5);
    near(THERMAL.time_left(1.2, hot), 43.0, 0.5);
    near(THERMAL.time_to_trip(2.0), 34.5, 0.05);
    near(THERMAL.time_left(2.0, hot), 7.4, 0.05);
    // With k = 1.1 the same heat is reached at 1.1 times the ratio.
    near(Thermal { tau_s: 120.0, k: 1.1 }.time_to_trip(2.2), 34.5, 0.05);
}

#[test]
fn what_does_not_exceed_the_limit_is_borne_for_ever() {
    for curve in [Definite { delay_s: 5.0 }, inverse(VeryInverse), THERMAL] {
        for ratio in [0.0, 0.5, 1.0, -3.0, f64::NAN] {
            assert_eq!(curve.time_to_trip(ratio), None, "{curve:?} at {ratio}");
        }
    }
}

#[test]
fn parts_of_different_overloads_add_up_to_one_trip() {
    // Very inverse: 27 s at 1.5×, 13.5 s at 2×. 13.5 s at 1.5× are one half, 6.75 s at 2× the other.
    let curve = inverse(VeryInverse);
    let mut at = Accumulator::default();
    at.advance(&curve, 1.5, 13.5);
    assert!((at.position() - 0.5).abs() < 1e-9 && !at.is_full());
    near(curve.time_left(2.0, at.position()), 6.75, 1e-9);
    at.advance(&curve, 2.0, 6.7);
    assert!(!at.is_full());
    at.advance(&curve, 2.0, 0.05);
    assert!(at.is_full());
}

#[test]
fn a_load_below_the_limit_takes_back_in_the_way_of_its_characteristic() {
    // Half full; how far it stands after ten seconds at half the limit.
    let rows = [
        // Any moment below restarts a definite delay.
        (Definite { delay_s: 20.0 }, 10.0, 2.0, 0.0),
        // (1 − 0.5²) / 60 s · 10 s = 0.125 is taken back.
        (inverse(VeryInverse), 6.75, 2.0, 0.375),
        // Without a reset time an inverse curve forgets at once.
        (InverseTime { kind: VeryInverse, tms: 1.0, reset_s: 0.0 }, 6.75, 2.0, 0.0),
        // 120·ln(4/3.5) s reach 0.5 at 2×; then 0.25 + 0.25·e^(−10/120) = 0.4800.
        (THERMAL, 120.0 * (4.0_f64 / 3.5).ln(), 2.0, 0.4800),
    ];
    for (curve, seconds, ratio, expected) in rows {
        let mut at = Accumulator::default();
        at.advance(&curve, ratio, seconds);
        assert!((at.position() - 0.5).abs() < 1e-9, "{curve:?}: {}", at.position());
        at.advance(&curve, 0.5, 10.0);
        assert!((at.position() - expected).abs() < 1e-4, "{curve:?}: {}", at.position());
    }
}

#[test]
fn a_definite_delay_of_nothing_is_full_at_once() {
    let mut at = Accumulator::default();
    at.advance(&Definite { delay_s: 0.0 }, 1.01, 0.001);
    assert!(at.is_full());
}

#[test]
fn senseless_numbers_are_refused_by_name() {
    let rows = [
        (Definite { delay_s: -1.0 }, "delay_s"),
        (InverseTime { kind: VeryInverse, tms: 0.0, reset_s: 1.0 }, "tms"),
        (InverseTime { kind: VeryInverse, tms: 1.0, reset_s: f64::NAN }, "reset_s"),
        (Thermal { tau_s: 0.0, k: 1.0 }, "tau_s"),
        (Thermal { tau_s: 60.0, k: f64::INFINITY }, "k"),
    ];
    for (curve, field) in rows {
        let mistake = curve.check().expect_err("a mistake");
        assert_eq!(mistake.field, field);
        assert!(mistake.to_string().contains(field));
    }
    assert_eq!(THERMAL.check(), Ok(()));
}

proptest! {
    #[test]
    fn however_time_is_cut_a_constant_load_trips_at_the_same_moment(
        ratio in 1.05_f64..6.0,
        cuts in prop::collection::vec(0.01_f64..1.0, 1..40),
    ) {
        for curve in [Definite { delay_s: 30.0 }, inverse(StandardInverse), inverse(VeryInverse), THERMAL] {
            let whole = curve.time_to_trip(ratio).expect("an overload");
            let sum: f64 = cuts.iter().sum();
            let mut at = Accumulator::default();
            for cut in &cuts {
                prop_assert!(!at.is_full());
                at.advance(&curve, ratio, cut / sum * whole * 0.999);
            }
            prop_assert!(!at.is_full(), "{curve:?}: too early at {}", at.position());
            at.advance(&curve, ratio, whole * 0.002);
            prop_assert!(at.is_full(), "{curve:?}: too late at {}", at.position());
        }
    }
}
