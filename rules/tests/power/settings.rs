//! No setting of a room exceeds what its circuit is rated for, and mistakes are named.

use onecard_rules::power::{
    curve::Characteristic,
    plausibility::Limits,
    protection::{Draft, Settings, SettingsMistake},
    step::Band,
};
use proptest::prelude::*;

use crate::room::{NOMINAL_VOLTAGE_V, RATED_CURRENT_A, draft};

fn mistake(draft: Draft) -> Option<String> {
    let limits = Limits::of_circuit(RATED_CURRENT_A, NOMINAL_VOLTAGE_V);
    Settings::new(limits, draft).err().map(|mistake| mistake.to_string())
}

#[test]
fn a_limit_above_the_rating_of_the_circuit_is_refused() {
    // 16 A · 220 V = 3520 W; a thermal characteristic with k = 1.1 lets 3200 W · 1.1 = 3520 W flow.
    let thermal = Characteristic::Thermal { tau_s: 120.0, k: 1.1 };
    let definite = draft().curve;
    let rows = [
        (definite, 3520.0, true),
        (definite, 3520.1, false),
        (definite, 1e9, false),
        (thermal, 3199.0, true),
        (thermal, 3201.0, false),
    ];
    for (curve, limit_w, good) in rows {
        let found = mistake(Draft { limit_w, curve, ..draft() });
        assert_eq!(found.is_none(), good, "{limit_w}: {found:?}");
        if let Some(words) = found {
            assert!(words.contains("limit_w") && words.contains("3520"), "{words}");
        }
    }
}

#[test]
fn every_other_mistake_names_its_field() {
    let step = |change: fn(&mut onecard_rules::power::step::StepSettings)| {
        let mut step = crate::step::settings();
        change(&mut step);
        Some(step)
    };
    let rows = [
        ("limit_w", Draft { limit_w: f64::NAN, ..draft() }),
        ("limit_w", Draft { limit_w: 0.0, ..draft() }),
        ("night_limit_w", Draft { night_limit_w: Some(1000.0), ..draft() }),
        ("night_limit_w", Draft { night_limit_w: Some(-1.0), ..draft() }),
        ("confirmation_samples", Draft { confirmation_samples: 0, ..draft() }),
        ("confirmation_samples", Draft { confirmation_samples: 17, ..draft() }),
        ("warn_seconds_min", Draft { warn_seconds_min: -1.0, ..draft() }),
        ("reclose_after_s", Draft { reclose_after_s: 0.0, ..draft() }),
        ("stale_after_s", Draft { stale_after_s: f64::INFINITY, ..draft() }),
        ("delay_s", Draft { curve: Characteristic::Definite { delay_s: -1.0 }, ..draft() }),
        ("bands", Draft { step: step(|step| step.bands.clear()), ..draft() }),
        (
            "white_list",
            Draft {
                step: step(|s| s.white_list = vec![Band { from_w: 0.0, to_w: 9.0 }]),
                ..draft()
            },
        ),
    ];
    for (field, draft) in rows {
        let words = mistake(draft).expect("a mistake");
        assert!(words.contains(&format!("`{field}")), "{words} does not name {field}");
    }
    assert_eq!(mistake(draft()), None);
}

#[test]
fn a_draft_reads_as_it_is_written_and_refuses_unknown_keys() {
    let text = serde_json::to_string(&draft()).expect("settings are stored");
    assert_eq!(serde_json::from_str::<Draft>(&text).expect("and read back"), draft());
    let typo = text.replace("tries_per_day", "trys_per_day");
    assert!(serde_json::from_str::<Draft>(&typo).is_err());
}

proptest! {
    #[test]
    fn no_draft_whatever_lets_more_flow_than_the_rating(
        limit_w in prop::num::f64::ANY,
        night in prop::option::of(prop::num::f64::ANY),
        k in prop::num::f64::ANY,
        rated_current_a in 1.0_f64..100.0,
    ) {
        let curve = Characteristic::Thermal { tau_s: 60.0, k };
        let draft = Draft { limit_w, night_limit_w: night, curve, ..draft() };
        let limits = Limits::of_circuit(rated_current_a, NOMINAL_VOLTAGE_V);
        match Settings::new(limits, draft) {
            Ok(settings) => {
                let draft = settings.draft();
                let most = rated_current_a * NOMINAL_VOLTAGE_V;
                prop_assert!(draft.limit_w * draft.curve.pickup() <= most);
                prop_assert!(draft.night_limit_w.is_none_or(|night| night < draft.limit_w));
            }
            Err(SettingsMistake::AboveRating { watts, rating_w, .. }) => {
                prop_assert!(watts > rating_w);
            }
            Err(_) => {}
        }
    }
}
