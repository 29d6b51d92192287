//! Which loads make a step that is seen, and which harmless ones do not.

use onecard_rules::power::{
    sample::Sample,
    step::{Band, Finding, StepDetector, StepMistake, StepMode, StepSettings},
};

use crate::room::{NOMINAL_VOLTAGE_V, sample, sample_at};

pub fn settings() -> StepSettings {
    StepSettings {
        mode: StepMode::Trip,
        bands: vec![Band { from_w: 800.0, to_w: 3000.0 }],
        power_factor_min: 0.98,
        hold_samples: 3,
        hold_s: 2.0,
        gap_max_s: 10.0,
        nominal_voltage_v: NOMINAL_VOLTAGE_V,
        white_list: Vec::new(),
    }
}

/// One load that runs: watts at nominal voltage and power that does no work, in var.
#[derive(Clone, Copy)]
struct Load {
    watts: f64,
    var: f64,
    /// Whether it follows the square of the voltage, or keeps its power.
    resistive: bool,
}

const KETTLE: Load = Load { watts: 1800.0, var: 0.0, resistive: true };
const HEATER: Load = Load { watts: 900.0, var: 0.0, resistive: true };
const HAIR_DRYER: Load = Load { watts: 1200.0, var: 90.0, resistive: true };
/// A diode in series halves the heat and leaves as much distortion as power (PF 0.707).
const HAIR_DRYER_LOW: Load = Load { watts: 600.0, var: 600.0, resistive: true };
const FUSER: Load = Load { watts: 850.0, var: 60.0, resistive: true };
const PC: Load = Load { watts: 300.0, var: 140.0, resistive: false };
/// A charger without correction: power factor 0.55.
const CHARGER: Load = Load { watts: 65.0, var: 98.7, resistive: false };
const EBIKE_CHARGER: Load = Load { watts: 900.0, var: 1100.0, resistive: false };
const DISPENSER: Load = Load { watts: 500.0, var: 0.0, resistive: true };
const AIRCON_START: Load = Load { watts: 2200.0, var: 3000.0, resistive: false };
const AIRCON_SPIN: Load = Load { watts: 1400.0, var: 900.0, resistive: false };
const AIRCON_RUN: Load = Load { watts: 1000.0, var: 360.0, resistive: false };

fn room_at(seconds: f64, volts: f64, loads: &[Load]) -> Sample {
    let scale = (volts / NOMINAL_VOLTAGE_V).powi(2);
    let (mut watts, mut var) = (0.0, 0.0);
    for load in loads {
        let factor = if load.resistive { scale } else { 1.0 };
        watts += load.watts * factor;
        var += load.var * factor;
    }
    Sample { current_a: f64::hypot(watts, var) / volts, ..sample_at(seconds, volts, watts, 1.0) }
}

/// Feeds the loads of each second and returns the second of the first finding.
fn seen(settings: &StepSettings, seconds: &[(f64, &[Load])]) -> Option<(usize, Finding)> {
    let mut detector = StepDetector::default();
    let mut second = 0.0;
    for (index, (volts, loads)) in seconds.iter().enumerate() {
        if let Some(finding) = detector.handle(settings, room_at(second, *volts, loads)) {
            return Some((index, finding));
        }
        second += 1.0;
    }
    None
}

const V: f64 = NOMINAL_VOLTAGE_V;

/// What runs in each second.
type Story<'a> = &'a [&'a [Load]];

fn with_white_list() -> StepSettings {
    let white_list =
        vec![Band { from_w: 450.0, to_w: 550.0 }, Band { from_w: 1150.0, to_w: 1250.0 }];
    StepSettings { white_list, ..settings() }
}

/// Whether what runs in `after`, and stays for 3 s, is seen as a step from `before`.
fn is_seen(settings: &StepSettings, volts: f64, before: &[Load], after: &[Load]) -> bool {
    seen(settings, &[(volts, before), (volts, after), (volts, after), (volts, after)]).is_some()
}

#[test]
fn heaters_are_seen_whatever_runs_beside_them() {
    let rows: &[(&str, f64, &[Load], &[Load])] = &[
        ("a kettle in an empty room", V, &[], &[KETTLE]),
        ("a kettle with a computer running", V, &[PC], &[PC, KETTLE]),
        ("a kettle after an air conditioner", V, &[AIRCON_RUN], &[AIRCON_RUN, KETTLE]),
        ("a hair dryer at full heat", V, &[], &[HAIR_DRYER]),
        ("two students, a computer and a kettle at once", V, &[], &[PC, KETTLE]),
        ("a heater of 900 W in a sag, where it draws 630 W", 184.0, &[PC], &[PC, HEATER]),
    ];
    for (name, volts, before, after) in rows {
        assert!(is_seen(&settings(), *volts, before, after), "{name}");
    }
}

#[test]
fn harmless_loads_are_not_taken_for_heaters() {
    let (plain, white) = (settings(), with_white_list());
    let rows: &[(&str, &StepSettings, &[Load], &[Load])] = &[
        ("a hair dryer on the white list", &white, &[], &[HAIR_DRYER]),
        ("a hair dryer at half heat, through its diode", &plain, &[], &[HAIR_DRYER_LOW]),
        ("two students plug in computers at once", &plain, &[], &[PC, PC, PC]),
        ("two listed dispensers at once", &white, &[], &[DISPENSER, DISPENSER]),
        ("a charger", &plain, &[], &[CHARGER]),
        ("a big charger whose power lies in the band", &plain, &[], &[EBIKE_CHARGER]),
        ("a heater that was on from the first sample", &plain, &[KETTLE], &[KETTLE]),
        ("an air conditioner at full speed", &plain, &[], &[AIRCON_RUN]),
    ];
    for (name, settings, before, after) in rows {
        assert!(!is_seen(settings, V, before, after), "{name}");
    }
}

#[test]
fn a_step_has_to_hold_for_its_samples_and_seconds() {
    let kettle: &[Load] = &[KETTLE];
    let fuser: &[Load] = &[PC, FUSER];
    // What runs in each second, and the second of the finding.
    let rows: &[(&str, Story<'_>, Option<usize>)] = &[
        ("a kettle", &[&[], kettle, kettle, kettle], Some(3)),
        ("a kettle lifted off in time", &[&[], kettle, kettle, &[], &[]], None),
        ("a computer goes off meanwhile", &[&[PC], &[PC, KETTLE], &[PC, KETTLE], kettle], Some(3)),
        (
            "the fuser of a laser printer, cycling",
            &[&[PC], fuser, fuser, &[PC], fuser, fuser, &[PC], fuser, &[PC]],
            None,
        ),
        (
            "an air conditioner that starts and then runs ever better",
            &[&[], &[AIRCON_START], &[AIRCON_SPIN], &[AIRCON_RUN], &[AIRCON_RUN], &[AIRCON_RUN]],
            None,
        ),
    ];
    for (name, story, expected) in rows {
        let story: Vec<(f64, &[Load])> = story.iter().map(|loads| (V, *loads)).collect();
        assert_eq!(seen(&settings(), &story).map(|(second, _)| second), *expected, "{name}");
    }
}

#[test]
fn two_loads_in_a_row_are_two_steps_unless_nothing_tells_them_from_one() {
    let (one, two): (&[Load], &[Load]) = (&[DISPENSER], &[DISPENSER, DISPENSER]);
    // Dispensers of 500 W each; the band begins at 800 W.
    let rows: &[(&str, StepSettings, Story<'_>, Option<usize>)] = &[
        (
            "listed, the second right after",
            with_white_list(),
            &[&[], one, two, two, two, two],
            None,
        ),
        ("unknown, a sample between them", settings(), &[&[], one, one, two, two, two, two], None),
        ("unknown, within one sample", settings(), &[&[], one, two, two, two], Some(4)),
    ];
    for (name, settings, story, expected) in rows {
        let story: Vec<(f64, &[Load])> = story.iter().map(|loads| (V, *loads)).collect();
        assert_eq!(seen(settings, &story).map(|(second, _)| second), *expected, "{name}");
    }
}

#[test]
fn a_voltage_that_sags_and_comes_back_switches_nothing_on() {
    // Volts in each second. The kettle follows their square, computers keep their power.
    for loads in [&[KETTLE] as &[Load], &[PC; 6], &[KETTLE, PC, PC]] {
        let volts = [V, 150.0, 150.0, 150.0, 150.0, V, V, V, V, 180.0, V, V, V];
        let story: Vec<(f64, &[Load])> = volts.into_iter().map(|volts| (volts, loads)).collect();
        assert!(seen(&settings(), &story).is_none(), "{} loads", loads.len());
    }
}

#[test]
fn a_sample_taken_in_the_middle_of_the_rise_does_not_hide_the_step() {
    // Watts at each second; 250 W are a part of a step to 1100 W, whose band begins at 1000 W.
    let bands = vec![Band { from_w: 1000.0, to_w: 1300.0 }];
    let settings = StepSettings { bands, ..settings() };
    let mut detector = StepDetector::default();
    let mut found = None;
    for (second, watts) in [(0.0, 0.0), (1.0, 250.0), (2.0, 1100.0), (3.0, 1100.0), (4.0, 1100.0)] {
        let finding = detector.handle(&settings, sample(second, watts));
        found = found.or(finding.map(|finding| (second, finding.increment.active_power_w)));
    }
    let (second, watts) = found.expect("a finding");
    assert!((second - 4.0_f64).abs() < 1e-9 && (watts - 1100.0).abs() < 1e-6, "{second} {watts}");
}

#[test]
fn samples_that_come_fast_do_not_shorten_the_hold() {
    let mut detector = StepDetector::default();
    assert!(detector.handle(&settings(), sample(0.0, 0.0)).is_none());
    for tenth in 0..20_u32 {
        let second = 1.0 + f64::from(tenth) / 10.0;
        assert!(detector.handle(&settings(), sample(second, 1800.0)).is_none(), "at {second}");
        assert_eq!(detector.has_just_begun(), tenth == 0, "at {second}");
    }
    let finding = detector.handle(&settings(), sample(3.0, 1800.0)).expect("held for 2 s");
    assert_eq!(finding.held.len(), 8, "evidence is bounded");
    assert!(detector.handle(&settings(), sample(4.0, 1800.0)).is_none(), "it is told once");
}

#[test]
fn a_step_across_a_gap_is_no_step() {
    let mut detector = StepDetector::default();
    for (second, watts) in
        [(0.0, 0.0), (10.1, 1800.0), (11.0, 1800.0), (12.0, 1800.0), (13.0, 1800.0)]
    {
        assert!(detector.handle(&settings(), sample(second, watts)).is_none(), "at {second}");
    }
}

#[test]
fn the_finding_tells_the_step() {
    let story: &[(f64, &[Load])] =
        &[(V, &[PC]), (V, &[PC, KETTLE]), (V, &[PC, KETTLE]), (V, &[PC, KETTLE])];
    let (_, finding) = seen(&settings(), story).expect("a finding");
    assert!((finding.increment.active_power_w - 1800.0).abs() < 1e-6);
    assert!((finding.increment.power_factor - 1.0).abs() < 1e-6, "the computer has no part in it");
    assert!((finding.before.active_power_w - 300.0).abs() < 1e-6);
    assert_eq!(finding.held.len(), 3);
    let text = serde_json::to_string(&finding).expect("facts are written down");
    assert_eq!(serde_json::from_str::<Finding>(&text).expect("and read back"), finding);
}

#[test]
fn a_detector_that_is_off_sees_nothing() {
    let off = StepSettings { mode: StepMode::Off, ..settings() };
    let story: &[(f64, &[Load])] = &[(V, &[]), (V, &[KETTLE]), (V, &[KETTLE]), (V, &[KETTLE])];
    assert!(seen(&off, story).is_none());
    assert!(seen(&settings(), story).is_some());
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let band = Band { from_w: 500.0, to_w: 600.0 };
    let backwards = Band { from_w: 600.0, to_w: 500.0 };
    let base = settings();
    let rows = [
        (StepSettings { bands: vec![], ..base.clone() }, StepMistake::NoBands),
        (
            StepSettings { bands: vec![band; 7], ..base.clone() },
            StepMistake::TooManyBands { list: "bands", count: 7, most: 6 },
        ),
        (
            StepSettings { white_list: vec![backwards], ..base.clone() },
            StepMistake::Band { list: "white_list", from_w: 600.0, to_w: 500.0 },
        ),
        (StepSettings { hold_samples: 0, ..base.clone() }, StepMistake::HoldSamples(0)),
        (StepSettings { hold_samples: 9, ..base.clone() }, StepMistake::HoldSamples(9)),
        (
            StepSettings { power_factor_min: 1.0, ..base.clone() },
            StepMistake::Range { field: "power_factor_min", value: 1.0, least: 0.9, most: 0.999 },
        ),
    ];
    for (settings, expected) in rows {
        assert_eq!(settings.check(), Err(expected));
    }
    assert_eq!(StepSettings { bands: vec![band; 6], ..base }.check(), Ok(()));
    let off = StepSettings { mode: StepMode::Off, bands: vec![], ..settings() };
    assert_eq!(off.check(), Ok(()));
}
