//! Bringing a protection up to what is on record since its state was stored.

use super::{RoomProtection, Snapshot};
use crate::power::{
    evidence::{Evidence, Then},
    sample::Sample,
};

impl RoomProtection {
    /// The last sample that was believed.
    #[must_use]
    pub fn last(&self) -> Option<&Sample> {
        self.state.last.as_ref()
    }

    /// A trip is on record that the stored state does not know of.
    pub fn resume(&mut self, evidence: Evidence) {
        self.state.overload.break_off();
        self.state.step.reset();
        self.trips(&evidence);
        self.state.tripped = Some(evidence);
    }

    /// The end of the trip is on record: `by_itself`, on that day, or by a person.
    pub fn resume_released(&mut self, by_itself: Option<chrono::NaiveDate>) {
        let Snapshot { tripped, tries, .. } = &mut self.state;
        let used_up = tripped.take().is_some_and(|evidence| evidence.then == Then::LockedOut);
        *tries = match by_itself {
            Some(date) if !used_up => {
                let used = tries.filter(|(day, _)| *day == date).map_or(0, |(_, used)| used);
                Some((date, used.saturating_add(1)))
            }
            Some(_) | None => None,
        };
    }
}
