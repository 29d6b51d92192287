//! Registers that are not believed, and what a person decides of them.

use serde::{Deserialize, Serialize};

use super::{Meter, Nothing, Outcome, Point, Used, Why};
use crate::ids::OperatorId;

/// A register that is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    pub why: Why,
    /// Up to here everything is billed.
    pub billed: Option<Point>,
    /// What the meter showed when it was parked.
    pub first: Point,
    /// What it has shown last.
    pub latest: Point,
}

/// What a person decides of a parked register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// The meter is right from here on; so much was used until then, none at all included. A new
    /// epoch begins.
    GoOnFrom { quantity: u64, by: OperatorId, reason: String },
    /// What the meter showed was wrong and is right again: go on from what is billed.
    Discard { by: OperatorId, reason: String },
}

/// There is nothing to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no register of this meter waits for a decision")]
pub struct NothingParked;

impl Meter {
    pub(super) fn park(&mut self, point: Point, why: Why) -> Outcome {
        let parked = Parked { why, billed: self.billed, first: point, latest: point };
        (self.suspect, self.parked) = (None, Some(parked));
        Outcome::Parked(parked)
    }

    /// Notes what a meter shows while it waits for a decision.
    pub(super) fn see_parked(&mut self, point: Point) -> Outcome {
        if let Some(parked) = &mut self.parked
            && point.at > parked.latest.at
        {
            parked.latest = point;
        }
        Outcome::Nothing(Nothing::Waiting)
    }

    /// Carries a decision out; what it says was used, if anything was.
    ///
    /// # Errors
    /// When nothing is parked.
    pub fn decide(&mut self, decision: &Decision) -> Result<Option<Used>, NothingParked> {
        let parked = self.parked.take().ok_or(NothingParked)?;
        match decision {
            Decision::GoOnFrom { quantity, .. } => {
                let (from, to) = (parked.billed.unwrap_or(parked.first), parked.latest);
                let used = Used { epoch: self.epoch, from, to, quantity: *quantity };
                self.epoch = self.epoch.saturating_add(1);
                self.billed = Some(to);
                if parked.why == Why::SettingsChanged {
                    // Whatever the settings are, they are the right ones from here on.
                    self.settings = None;
                }
                Ok((*quantity > 0).then_some(used))
            }
            Decision::Discard { .. } => Ok(None),
        }
    }
}
