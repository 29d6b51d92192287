//! The run of an overload: how often it was seen in a row, and how far it has come.

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    power::curve::{Accumulator, Characteristic},
};

/// What is remembered of the overload under way, if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Overload {
    heat: Accumulator,
    /// Samples in a row above the limit.
    samples: u32,
    /// When the first of them was taken.
    pub since: Option<Time>,
    /// The room was told of it.
    pub warned: bool,
    /// It was due to trip, and the sample to trip by was asked for.
    pub asked: bool,
}

impl Overload {
    pub fn position(&self) -> f64 {
        self.heat.position()
    }

    /// Lets the time between two samples act.
    ///
    /// Heat follows the mean of the squares; a time above the limit counts only from a sample that
    /// shows it to one that still does, at the lower of both.
    pub fn advance(&mut self, curve: &Characteristic, before: f64, after: f64, seconds: f64) {
        let ratio = match curve {
            Characteristic::Thermal { .. } => f64::midpoint(before.powi(2), after.powi(2)).sqrt(),
            Characteristic::Definite { .. } | Characteristic::InverseTime { .. } => {
                before.min(after)
            }
        };
        self.heat.advance(curve, ratio, seconds);
    }

    /// Counts a sample; returns how many in a row were above the limit.
    pub fn count(&mut self, exceeds: bool, at: Time) -> u32 {
        if exceeds {
            self.samples = self.samples.saturating_add(1);
            self.since.get_or_insert(at);
        } else {
            self.break_off();
        }
        self.samples
    }

    /// Ends the run: what was seen so far takes no part in what follows. The heat stays.
    pub fn break_off(&mut self) {
        (self.samples, self.since) = (0, None);
    }
}
