//! The settings of a room's protection: a draft as written, checked against the circuit's rating.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::power::{
    curve::{Characteristic, CurveMistake},
    plausibility::Limits,
    span,
    step::{StepMistake, StepSettings},
};

/// Most samples that may be asked for before an overload counts as one.
pub const CONFIRMATION_SAMPLES_MAX: u32 = 16;

/// The settings of one room as somebody wrote them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// In watts.
    pub limit_w: f64,
    /// The lower limit at night, in watts.
    #[serde(default)]
    pub night_limit_w: Option<f64>,
    /// Samples in a row above the limit before it counts, from 1 to [`CONFIRMATION_SAMPLES_MAX`].
    pub confirmation_samples: u32,
    pub curve: Characteristic,
    /// A warning goes out only if at least so many seconds are left to act on it.
    pub warn_seconds_min: f64,
    #[serde(default)]
    pub step: Option<StepSettings>,
    /// Seconds from a trip to the automatic reclose.
    pub reclose_after_s: f64,
    /// Automatic recloses a day; after so many the next trip locks out. 3 to 5 are usual, 0 locks
    /// out at once.
    pub tries_per_day: u8,
    /// A sample older than this, in seconds, decides nothing, and time between two samples further
    /// apart is not counted.
    pub stale_after_s: f64,
}

/// Why settings are refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SettingsMistake {
    #[error(
        "`{field}` lets {watts} W flow, more than the circuit's rating of {rating_w} W; \
         lower it: no setting may exceed the rating"
    )]
    AboveRating { field: &'static str, watts: f64, rating_w: f64 },
    #[error(
        "`night_limit_w = {night_w}` is not below `limit_w = {day_w}`; lower it or leave it out"
    )]
    NightAboveDay { night_w: f64, day_w: f64 },
    #[error("`{field} = {value}` is out of range; give a number from {least} to {most}")]
    Range { field: &'static str, value: f64, least: f64, most: f64 },
    #[error("`curve`: {0}")]
    Curve(#[from] CurveMistake),
    #[error("`step`: {0}")]
    Step(#[from] StepMistake),
}

/// Settings that respect the circuit's rating; only [`Settings::new`] makes them.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    draft: Draft,
    limits: Limits,
}

impl Settings {
    /// Checks `draft` against the circuit behind `limits`.
    ///
    /// # Errors
    /// The first mistake: a limit above the rating, a number out of its range, a night limit that
    /// is no lower.
    pub fn new(limits: Limits, draft: Draft) -> Result<Self, SettingsMistake> {
        let rows = [
            ("rated_current_a", limits.rated_current_a, 0.5, 1000.0),
            ("nominal_voltage_v", limits.nominal_voltage_v, 100.0, 400.0),
            ("limit_w", draft.limit_w, 10.0, f64::MAX),
            ("night_limit_w", draft.night_limit_w.unwrap_or(draft.limit_w), 10.0, f64::MAX),
            (
                "confirmation_samples",
                draft.confirmation_samples.into(),
                1.0,
                CONFIRMATION_SAMPLES_MAX.into(),
            ),
            ("warn_seconds_min", draft.warn_seconds_min, 0.0, 86_400.0),
            ("reclose_after_s", draft.reclose_after_s, 1.0, 86_400.0),
            ("stale_after_s", draft.stale_after_s, 0.5, 600.0),
        ];
        for (field, value, least, most) in rows {
            if !(least..=most).contains(&value) {
                return Err(SettingsMistake::Range { field, value, least, most });
            }
        }
        draft.curve.check()?;
        if let Some(step) = &draft.step {
            step.check()?;
        }
        let rating_w = limits.rated_current_a * limits.nominal_voltage_v;
        // What the characteristic bears for ever counts: a limit of 1000 W with k = 1.1 is 1100 W.
        let watts = draft.limit_w * draft.curve.pickup();
        if watts > rating_w {
            return Err(SettingsMistake::AboveRating { field: "limit_w", watts, rating_w });
        }
        match draft.night_limit_w {
            Some(night_w) if night_w >= draft.limit_w => {
                Err(SettingsMistake::NightAboveDay { night_w, day_w: draft.limit_w })
            }
            _ => Ok(Self { draft, limits }),
        }
    }

    #[must_use]
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How old a sample may be and still decide something.
    #[must_use]
    pub fn stale_after(&self) -> TimeDelta {
        span(self.draft.stale_after_s)
    }

    pub(super) fn reclose_after(&self) -> TimeDelta {
        span(self.draft.reclose_after_s)
    }
}
