//! What a trip of a room rests on, complete enough to be judged years later.
//!
//! Nothing implausible becomes evidence, so every number here is finite; therefore `Eq`.

use serde::{Deserialize, Serialize};

use super::{
    curve::Characteristic,
    sample::Sample,
    step::{Band, Finding},
};
use crate::Time;

/// Most samples kept with a trip.
pub const SAMPLES_MAX: usize = 16;

/// The rule that tripped or warned, with its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Rule {
    /// The room's limit, in watts.
    RoomLimit { limit_w: f64 },
    /// The lower limit at night, in watts.
    NightLimit { limit_w: f64 },
    /// What the circuit is rated for, in amperes: below the limit in watts the current may still
    /// exceed it, when it is mostly reactive.
    CircuitRating { rated_current_a: f64 },
    /// A resistive step in a controlled band.
    MaliciousLoad { band: Band, increment_w: f64, power_factor: f64 },
}

impl Eq for Rule {}

/// What follows a trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "then", rename_all = "snake_case")]
pub enum Then {
    /// Switched on again by itself.
    Reclose {
        at: Time,
        /// Automatic tries left today after this one.
        tries_left: u8,
    },
    /// Stays off until a person releases it.
    LockedOut,
}

/// What a trip rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// When the decision fell.
    pub at: Time,
    pub rule: Rule,
    /// The characteristic in force.
    pub characteristic: Characteristic,
    /// Where its accumulator stood, from 0 to 1; a step trips wherever it stands.
    pub position: f64,
    /// The load over its limit at the last sample.
    pub ratio: f64,
    /// When the overload began, as far as it was seen.
    pub since: Time,
    /// The last samples before the decision, at most [`SAMPLES_MAX`], the latest last.
    pub samples: Vec<Sample>,
    /// The step, when that was the rule.
    pub step: Option<Finding>,
    pub then: Then,
}

impl Eq for Evidence {}
