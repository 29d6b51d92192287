//! Lights-out, and power coming back to many rooms in turn.

use std::{collections::BTreeMap, sync::Arc};

use actix::{Context, Handler};
use chrono::Datelike as _;
use onecard_rules::{
    Time,
    ids::{AreaId, FeederId, RoomId},
    power::{
        demand::{Demander, Off, Why},
        room::Input,
    },
};

use super::{Power, minute};
use crate::reload::PricesEdited;

/// Rooms of one supply, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Group {
    Feeder(FeederId),
    Area(AreaId),
}

impl Power {
    /// Looks at the clock: a new minute may open or close a window; and at the feeders.
    pub(super) fn look(&mut self, context: &mut Context<Self>) {
        let now = self.now();
        self.look_at_feeders(now, context);
        if self.moment.0 != minute(now) {
            self.moment = (minute(now), self.parts.calendar.moment(now, self.parts.site.zone));
            self.lights(context);
        }
    }

    /// Brings the rooms' lights in line with the window for lights-out. They go out together, and
    /// come back in turn.
    pub(super) fn lights(&mut self, context: &mut Context<Self>) {
        let Some(window) = self.parts.power.lights_out.clone() else { return };
        let (out, now) = (self.is_open(Some(&window)), self.now());
        let mut back = Vec::new();
        for at in 0..self.posts.len() {
            let Some(post) = self.posts.get(at).filter(|post| post.site.lights_out) else {
                continue;
            };
            // One that ends by itself is on its way back already.
            let lasting = post.room.demand_of(Demander::Schedule).map(|off| off.until.is_none());
            match (out, lasting) {
                (true, None | Some(false)) => {
                    let why = Why::Schedule { window: window.clone() };
                    let off = Off { why, since: now, until: None };
                    let events = self.give(at, Input::Post(off), context);
                    self.record(events);
                }
                (false, Some(true)) => back.push(at),
                (true, Some(true)) | (false, None | Some(false)) => {}
            }
        }
        for (at, turn) in self.turns(back, now) {
            let demander = Demander::Schedule;
            let input = Input::ReleaseAt { demander, at: turn, by: None, words: None };
            let events = self.give(at, input, context);
            self.record(events);
        }
    }

    /// When each of these rooms gets power back: so many of one supply together, one group after the
    /// other, and another group first every day.
    pub(super) fn turns(&mut self, rooms: Vec<usize>, now: Time) -> Vec<(usize, Time)> {
        let mut groups: BTreeMap<Group, Vec<RoomId>> = BTreeMap::new();
        for post in rooms.into_iter().filter_map(|at| self.posts.get(at)) {
            let site = &post.site;
            let by_area = || Group::Area(site.area.clone());
            let group = site.feeder.clone().map_or_else(by_area, Group::Feeder);
            groups.entry(group).or_default().push(site.id.clone());
        }
        let turn = usize::try_from(self.moment.1.date.num_days_from_ce()).unwrap_or(0);
        let settings = self.parts.power.stagger;
        let mut turns = Vec::new();
        for (group, rooms) in groups {
            let stagger = self.staggers.entry(group).or_default();
            let planned = stagger.plan(&settings, rooms, turn, now).into_iter();
            turns.extend(planned.filter_map(|(room, at)| Some((*self.places.get(&room)?, at))));
        }
        turns
    }
}

impl Handler<PricesEdited> for Power {
    type Result = ();

    fn handle(&mut self, edited: PricesEdited, _: &mut Self::Context) {
        self.parts.calendar = Arc::unwrap_or_clone(edited.calendar);
        // Of no minute that there is: the next look goes by the new calendar.
        self.moment.0 = i64::MIN;
    }
}
