//! An ordinary room: 16 A at 220 V, and samples of what is plugged in there.

use chrono::TimeDelta;
use onecard_rules::{
    Time,
    ids::{FeederId, OperatorId, WindowId},
    power::{
        curve::Characteristic,
        plausibility::Limits,
        protection::{Draft, Moment, Settings},
        sample::Sample,
    },
};

pub const RATED_CURRENT_A: f64 = 16.0;
pub const NOMINAL_VOLTAGE_V: f64 = 220.0;

/// Noon of a Monday in Beijing.
pub fn noon() -> Time {
    "2026-11-23T12:00:00+08:00".parse().expect("a time")
}

/// `seconds` after noon.
pub fn after(seconds: f64) -> Time {
    #[expect(clippy::cast_possible_truncation, reason = "tests last minutes")]
    let milliseconds = (seconds * 1000.0).round() as i64;
    noon() + TimeDelta::milliseconds(milliseconds)
}

/// `watts` at a power factor, at `volts`.
pub fn sample_at(seconds: f64, volts: f64, watts: f64, power_factor: f64) -> Sample {
    Sample {
        at: after(seconds),
        voltage_v: volts,
        current_a: watts / power_factor / volts,
        active_power_w: watts,
        reactive_power_var: None,
    }
}

/// `watts` of resistance at nominal voltage.
pub fn sample(seconds: f64, watts: f64) -> Sample {
    sample_at(seconds, NOMINAL_VOLTAGE_V, watts, 1.0)
}

pub fn operator(code: &str) -> OperatorId {
    OperatorId::new(code).expect("a code")
}

pub fn feeder(code: &str) -> FeederId {
    FeederId::new(code).expect("a code")
}

pub fn window(code: &str) -> WindowId {
    WindowId::new(code).expect("a code")
}

/// A room of 1000 W, 600 W at night, on 16 A: two samples confirm, and an overload may last 10 s.
pub fn draft() -> Draft {
    Draft {
        limit_w: 1000.0,
        night_limit_w: Some(600.0),
        confirmation_samples: 2,
        curve: Characteristic::Definite { delay_s: 10.0 },
        warn_seconds_min: 3.0,
        step: None,
        reclose_after_s: 60.0,
        tries_per_day: 3,
        stale_after_s: 5.0,
    }
}

pub fn settings(draft: Draft) -> Settings {
    let limits = Limits::of_circuit(RATED_CURRENT_A, NOMINAL_VOLTAGE_V);
    Settings::new(limits, draft).expect("settings within the rating")
}

/// `seconds` after noon, by day, on the day that this is in Beijing.
pub fn moment(seconds: f64) -> Moment {
    let now = after(seconds);
    let date = now.with_timezone(&chrono_tz::Asia::Shanghai).date_naive();
    Moment { now, date, night: false }
}
