//! Anti-passback and presence: where each person is, and whether an entry contradicts it.
//!
//! The record is kept per person, not per card, and moves when somebody passes, not when somebody
//! is let pass: a grant that nobody used must not refuse the next. Whether a violation refuses or
//! only warns is the area's `PassbackMode`; combining it with everything else is `access`.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    ids::{AreaId, PersonId},
    reason::Reason,
    site::Site,
};

/// What an area does about an entry of somebody who is recorded inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassbackMode {
    Off,
    /// Let in, with a warning on the record.
    Soft,
    /// Refuse until the person is recorded outside, or forgiven.
    Hard,
    /// Refuse for so many minutes after the last entry; needs no readers on the way out.
    Timed {
        minutes: u32,
    },
}

/// Where a person was last seen to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    /// The innermost area that the person went into.
    pub area: AreaId,
    pub since: Time,
    /// The last entry into an area under timed anti-passback, and when; forgiven with the rest.
    pub timed_entry: Option<(AreaId, Time)>,
}

/// The presence record of everybody, with a count by area.
#[derive(Debug, Clone, Default)]
pub struct Presence {
    /// `None`: a place that is kept for somebody whose whereabouts are not known.
    people: HashMap<PersonId, Option<Whereabouts>>,
    inside: HashMap<AreaId, u32>,
}

impl Presence {
    /// The record as stored.
    pub fn restore(site: &Site, rows: impl IntoIterator<Item = (PersonId, Whereabouts)>) -> Self {
        let mut presence = Self::default();
        for (person, whereabouts) in rows {
            presence.place(site, person, whereabouts);
        }
        presence
    }

    /// Keeps a place for each of `people`, so that nothing has to grow, and no memory is touched for
    /// the first time, while they are let in.
    pub fn keep_places<'people>(&mut self, people: impl IntoIterator<Item = &'people PersonId>) {
        for person in people {
            if !self.people.contains_key(person) {
                self.people.insert(person.clone(), None);
            }
        }
    }

    /// Where `person` is; `None`: not known, which never refuses anybody.
    #[must_use]
    pub fn of(&self, person: &PersonId) -> Option<&Whereabouts> {
        self.people.get(person)?.as_ref()
    }

    /// How many people are in `area` or anything inside it.
    #[must_use]
    pub fn inside(&self, area: &AreaId) -> u32 {
        self.inside.get(area).copied().unwrap_or(0)
    }

    /// Everybody whose whereabouts are known.
    pub fn everybody(&self) -> impl Iterator<Item = (&PersonId, &Whereabouts)> {
        self.people.iter().filter_map(|(person, known)| Some((person, known.as_ref()?)))
    }

    /// Records that `person` went from area `from` into area `to`, at `at`.
    /// Returns the new record, to be stored.
    pub fn passed(
        &mut self,
        site: &Site,
        person: &PersonId,
        from: &AreaId,
        to: &AreaId,
        at: Time,
    ) -> Whereabouts {
        // Walking about inside a timed area, or out of a room of it, is no new entry into it.
        let timed = site
            .around(to)
            .take_while(|area| !site.is_within(from, &area.id))
            .find(|area| matches!(area.passback, PassbackMode::Timed { .. }))
            .map(|area| (area.id.clone(), at));
        let earlier = self.of(person).and_then(|known| known.timed_entry.clone());
        let whereabouts =
            Whereabouts { area: to.clone(), since: at, timed_entry: timed.or(earlier) };
        self.place(site, person.clone(), whereabouts.clone());
        whereabouts
    }

    /// Forgets where one person is. Returns whether anything was known.
    pub fn forgive(&mut self, site: &Site, person: &PersonId) -> bool {
        let known = self.people.get_mut(person).and_then(Option::take);
        if let Some(whereabouts) = &known {
            self.count(site, &whereabouts.area, -1);
        }
        known.is_some()
    }

    /// Forgets where everybody is whose record lies within `area`; returns whom.
    pub fn forgive_within(&mut self, site: &Site, area: &AreaId) -> Vec<PersonId> {
        let mut people: Vec<PersonId> = self
            .everybody()
            .filter(|(_, whereabouts)| site.is_within(&whereabouts.area, area))
            .map(|(person, _)| person.clone())
            .collect();
        people.sort();
        for person in &people {
            self.forgive(site, person);
        }
        people
    }

    /// What anti-passback says of `person` going into `to`: nothing, a warning or a refusal.
    ///
    /// The strictest area entered decides. Only areas newly entered count: walking from the campus
    /// into a building does not enter the campus again.
    #[must_use]
    pub fn objection(
        &self,
        site: &Site,
        person: &PersonId,
        from: &AreaId,
        to: &AreaId,
        now: Time,
    ) -> Option<Reason> {
        let known = self.of(person)?;
        site.around(to)
            .take_while(|area| !site.is_within(from, &area.id))
            .filter_map(|area| objection_of(site, area.passback, &area.id, known, now))
            .min_by_key(|reason| u8::from(*reason != Reason::DenyPassback))
    }

    fn place(&mut self, site: &Site, person: PersonId, whereabouts: Whereabouts) {
        self.count(site, &whereabouts.area, 1);
        if let Some(earlier) = self.people.insert(person, Some(whereabouts)).flatten() {
            self.count(site, &earlier.area, -1);
        }
    }

    fn count(&mut self, site: &Site, area: &AreaId, change: i32) {
        for around in site.around(area) {
            let inside = self.inside.entry(around.id.clone()).or_insert(0);
            *inside = inside.saturating_add_signed(change);
        }
    }
}

fn objection_of(
    site: &Site,
    mode: PassbackMode,
    area: &AreaId,
    known: &Whereabouts,
    now: Time,
) -> Option<Reason> {
    let is_inside = site.is_within(&known.area, area);
    match mode {
        PassbackMode::Off => None,
        PassbackMode::Soft => is_inside.then_some(Reason::WarnPassback),
        PassbackMode::Hard => is_inside.then_some(Reason::DenyPassback),
        PassbackMode::Timed { minutes } => {
            let (entered, at) = known.timed_entry.as_ref()?;
            let again = entered == area && now < *at + chrono::TimeDelta::minutes(minutes.into());
            again.then_some(Reason::DenyPassback)
        }
    }
}
