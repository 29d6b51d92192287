//! What is believed of a meter, how long, and of which meter.

use chrono::TimeDelta;
use onecard_rules::power::{
    freshness::{Freshness, Identity, Latest, identify},
    plausibility::{Implausible, Limits, Screen, ValidOnlyIf},
    sample::{Absence, Quantity, Sample},
};

use crate::room::{NOMINAL_VOLTAGE_V, RATED_CURRENT_A, after, sample, sample_at};

fn limits() -> Limits {
    Limits::of_circuit(RATED_CURRENT_A, NOMINAL_VOLTAGE_V)
}

#[test]
fn each_bound_that_fails_is_named() {
    use Quantity::{ActivePower, Current, ReactivePower, Voltage};
    let good = sample(0.0, 1100.0);
    let range =
        |quantity, value, least, most| Some(Implausible::Range { quantity, value, least, most });
    // 16 A · 8 = 128 A; 220 V · (1 ± 0.4) = 132 to 308 V; 128 A · 308 V = 39 424 W.
    let rows = [
        ("an ordinary sample", good, None),
        ("noise about zero", Sample { active_power_w: -20.0, current_a: 0.1, ..good }, None),
        (
            "no number",
            Sample { voltage_v: f64::NAN, ..good },
            Some(Implausible::NotANumber { quantity: Voltage }),
        ),
        (
            "infinite reactive power",
            Sample { reactive_power_var: Some(f64::INFINITY), ..good },
            Some(Implausible::NotANumber { quantity: ReactivePower }),
        ),
        ("a dead converter", Sample { voltage_v: 0.0, ..good }, range(Voltage, 0.0, 132.0, 308.0)),
        (
            "the voltage of three phases",
            Sample { voltage_v: 380.0, ..good },
            range(Voltage, 380.0, 132.0, 308.0),
        ),
        ("a wrong scale", Sample { current_a: 500.0, ..good }, range(Current, 500.0, 0.0, 128.0)),
        ("a signed current", Sample { current_a: -5.0, ..good }, range(Current, -5.0, 0.0, 128.0)),
        (
            "a swapped word order",
            Sample { active_power_w: 65_536.0, ..good },
            range(ActivePower, 65_536.0, -20.0, 39_424.0),
        ),
        (
            "reactive power beyond all",
            Sample { reactive_power_var: Some(-40_000.0), ..good },
            range(ReactivePower, -40_000.0, -39_424.0, 39_424.0),
        ),
        (
            "a converter the wrong way round",
            Sample { active_power_w: -1100.0, ..good },
            Some(Implausible::Sign { watts: -1100.0 }),
        ),
        // 5 A · 220 V = 1100 VA; with a fifth and 20 W of noise at most 1340 W.
        ("the edge of the apparent power", Sample { active_power_w: 1339.0, ..good }, None),
        (
            "power without current",
            Sample { active_power_w: 1341.0, ..good },
            Some(Implausible::MoreThanApparent { watts: 1341.0, volt_amperes: 1100.0 }),
        ),
    ];
    for (name, given, expected) in rows {
        let judged = Screen::default().judge(&limits(), given).err();
        // Ranges are products of floats: compare to a thousandth, in words.
        assert_eq!(judged.map(words), expected.map(words), "{name}");
    }
}

fn words(mistake: Implausible) -> String {
    if let Implausible::Range { quantity, value, least, most } = mistake {
        return format!("{quantity:?} {value:.3} {least:.3} {most:.3}");
    }
    mistake.to_string()
}

#[test]
fn a_value_counts_only_while_its_condition_holds() {
    let only_if = ValidOnlyIf {
        of: Quantity::ReactivePower,
        only_if: Quantity::Current,
        at_least: 0.05,
        at_most: 100.0,
    };
    let limits = Limits { valid_only_if: vec![only_if], ..limits() };
    let idle = Sample { current_a: 0.01, active_power_w: 2.0, ..sample(0.0, 0.0) };
    let with = |reactive_power_var| Sample { reactive_power_var, ..idle };
    assert!(Screen::default().judge(&limits, with(None)).is_ok(), "there is none to doubt");
    let expected = Implausible::OnlyIf {
        quantity: Quantity::ReactivePower,
        only_if: Quantity::Current,
        value: Some(0.01),
    };
    assert_eq!(Screen::default().judge(&limits, with(Some(40.0))), Err(expected));
}

#[test]
fn a_jump_is_parked_until_a_second_sample_confirms_it() {
    // 20 % of 220 V are 44 V. Volts at each second, and whether they are believed.
    let rows: [(&str, &[(f64, bool)]); 5] = [
        ("a sag within bounds", &[(220.0, true), (180.0, true), (220.0, true)]),
        ("a jump that stays", &[(220.0, true), (150.0, false), (151.0, true), (152.0, true)]),
        ("a torn read", &[(220.0, true), (150.0, false), (221.0, true), (150.0, false)]),
        ("two torn reads that disagree", &[(220.0, true), (150.0, false), (300.0, false)]),
        ("the first of all", &[(150.0, true), (160.0, true)]),
    ];
    for (name, volts) in rows {
        let mut screen = Screen::default();
        for (second, (volts, believed)) in (0_u32..).zip(volts) {
            let given = sample_at(f64::from(second), *volts, 500.0, 1.0);
            let judged = screen.judge(&limits(), given);
            assert_eq!(judged.is_ok(), *believed, "{name}, second {second}: {judged:?}");
        }
    }
}

#[test]
fn a_step_of_power_is_no_jump() {
    let mut screen = Screen::default();
    assert!(screen.judge(&limits(), sample(0.0, 50.0)).is_ok());
    assert!(screen.judge(&limits(), sample(1.0, 3000.0)).is_ok());
}

#[test]
fn a_sample_delivered_twice_or_out_of_order_is_passed_over() {
    let mut screen = Screen::default();
    assert!(screen.judge(&limits(), sample(5.0, 50.0)).is_ok());
    for seconds in [5.0, 4.0] {
        let judged = screen.judge(&limits(), sample(seconds, 50.0));
        assert_eq!(judged, Err(Implausible::NotLater), "second {seconds}");
    }
}

#[test]
fn a_counter_cannot_grow_faster_than_the_circuit_can_carry() {
    // 16 A · 220 V · 0.5 h · 1.2 = 2112 Wh.
    let most = limits().energy_growth_max_wh(TimeDelta::minutes(30));
    assert!((most - 2112.0).abs() < 1e-9, "{most}");
    assert!(limits().energy_growth_max_wh(TimeDelta::minutes(-30)).abs() < 1e-9);
}

#[test]
fn a_value_is_fresh_then_stale_and_never_zero() {
    let age_max = TimeDelta::seconds(5);
    let mut latest = Latest::default();
    assert_eq!(latest.at(after(0.0), age_max), Freshness::Missing(Absence::NotReadYet));
    latest.miss(Absence::NoAnswer);
    assert_eq!(latest.at(after(0.0), age_max), Freshness::Missing(Absence::NoAnswer));
    latest.keep(7, after(10.0));
    latest.keep(6, after(9.0));
    assert_eq!(latest.stale_from(age_max), Some(after(15.0)));
    // Now, and what the value is worth.
    let rows = [
        (9.9, Freshness::Stale(7)),
        (10.0, Freshness::Fresh(7)),
        (15.0, Freshness::Fresh(7)),
        (15.001, Freshness::Stale(7)),
    ];
    for (now, expected) in rows {
        assert_eq!(latest.at(after(now), age_max), expected, "second {now}");
        assert_eq!(latest.at(after(now), age_max).fresh().is_some(), (10.0..=15.0).contains(&now));
    }
    latest.forget(Absence::AnotherMeter);
    assert_eq!(latest.at(after(10.0), age_max), Freshness::Missing(Absence::AnotherMeter));
}

#[test]
fn another_meter_in_the_place_of_a_known_one_is_noticed() {
    let (known, other) = ("000012345678", "000087654321");
    let another = |serial: &str| Identity::Another { known: known.into(), serial: serial.into() };
    let rows = [
        (None, None, Identity::Unnamed),
        (None, Some(known), Identity::New { serial: known.into() }),
        (Some(known), Some(known), Identity::Same),
        (Some(known), Some(other), another(other)),
        (Some(known), None, another("")),
    ];
    for (before, read, expected) in rows {
        assert_eq!(identify(before, read), expected, "{before:?} {read:?}");
    }
}
