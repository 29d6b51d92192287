//! Steps and darkness: when power comes back, everything in the room starts at once, and that is no
//! appliance being switched on. What is judged then is the rise over what ran before it went dark.

use serde::{Deserialize, Serialize};

use super::{Finding, RoomProtection};
use crate::{
    Time,
    power::{evidence::Evidence, sample::Sample, seconds_between},
};

/// Below this, in watts, nothing is on: the contact has not closed yet, or nobody is home.
const NOTHING_W: f64 = 5.0;

/// A room that is dark, or has just been.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Dark {
    /// The last sample of the room as it was before, if there is one.
    before: Option<Sample>,
    /// Since when it may have power again.
    back: Option<Time>,
}

impl RoomProtection {
    /// Somebody wants the room dark: it is not watched for steps until it has power again.
    pub fn goes_dark(&mut self) {
        let before = self.state.last;
        let dark = self.state.dark.get_or_insert(Dark { before, back: None });
        dark.back = None;
    }

    /// Nobody wants the room dark any more.
    pub fn comes_back(&mut self, now: Time) {
        if let Some(dark) = &mut self.state.dark {
            dark.back.get_or_insert(now);
        }
    }

    /// A trip makes the room dark, and what tripped it is not what ran before.
    pub(super) fn trips(&mut self, evidence: &Evidence) {
        let of_step = evidence.step.as_ref().map(|step| step.before);
        let earlier = evidence.samples.iter().rfind(|sample| sample.at < evidence.since);
        let before = of_step.or(earlier.copied());
        self.state.dark = Some(Dark { before, back: None });
    }

    /// Looks for a step, unless the room is dark.
    pub(super) fn look_for_step(&mut self, sample: Sample) -> Option<Finding> {
        let settings = self.settings.draft().step.as_ref()?;
        if let Some(dark) = &self.state.dark {
            let back = dark.back?;
            let is_dark = sample.active_power_w < NOTHING_W;
            if is_dark && seconds_between(back, sample.at) <= settings.gap_max_s {
                return None;
            }
            // Who was away for so long begins anew.
            let before = dark.before.filter(|_| !is_dark);
            self.state.step.resume(before.map(|before| Sample { at: sample.at, ..before }));
            self.state.dark = None;
        }
        self.state.step.handle(settings, sample)
    }
}
