//! One feeder as the service keeps it: whom it has shed, what it carries, and what it last told.
//!
//! Whom to shed and whom to restore is decided in `rules::power::feeder`.

use chrono::TimeDelta;
use onecard_devices::{
    line::schedule::{Class, Manners, Poll},
    modbus::{Answer, Request, Unit},
    profile::{ReadPlan, names},
};
use onecard_rules::{
    Time,
    ids::RoomId,
    power::{
        demand::{Demander, Why},
        feeder::{Action, Draw, Feeder, Load},
        freshness::{Freshness, Latest},
        relay::Position,
        room::Room,
        sample::Absence,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::desk::{Tag, decode, manners};
use crate::campus::power as campus;

/// A reading of a feeder's own meter is worth something for so long.
const STALE_AFTER: TimeDelta = TimeDelta::seconds(10);
/// How often its state goes out while nothing happens.
const SHOW_EVERY: TimeDelta = TimeDelta::seconds(10);

/// A feeder with all that belongs to it.
pub(super) struct Supply {
    site: campus::Feeder,
    feeder: Feeder,
    /// Where its rooms stand in the service.
    places: Vec<usize>,
    plan: Option<ReadPlan>,
    /// What its own meter told.
    latest: Latest<f64>,
    /// What it carried when it was last looked at.
    total_w: Option<f64>,
    /// The newest reading that was looked at.
    seen: Option<Time>,
    /// Whether its own meter is silent; `None`: not known since the start.
    silent: Option<bool>,
    exhausted: bool,
    shown: Option<Time>,
}

/// What is news about a feeder.
#[derive(Debug, Default)]
pub(super) struct News {
    pub shed: Vec<RoomId>,
    pub restored: Vec<RoomId>,
    /// Whether nothing is left to shed, when that has changed.
    pub exhausted: Option<bool>,
    /// Whether its own meter is silent, when that has changed.
    pub silent: Option<bool>,
}

impl Supply {
    /// A feeder as it was stored, with the rooms as their boards say.
    pub(super) fn new<'a>(
        site: &campus::Feeder,
        stored: Feeder,
        rooms: impl Iterator<Item = (usize, &'a campus::Room, &'a Room)>,
    ) -> Self {
        let (mut feeder, mut site) = (stored, site.clone());
        let (mut places, mut dark) = (Vec::new(), Vec::new());
        for (at, room, state) in rooms.filter(|(_, room, _)| site.rooms.contains(&room.id)) {
            places.push(at);
            let off = state.demand_of(Demander::Feeder);
            let ours = |why: &Why| matches!(why, Why::Feeder { feeder } if *feeder == site.id);
            if let Some(off) = off.filter(|off| ours(&off.why)) {
                dark.push((room.id.clone(), off.since, at_most(state)));
            }
            // What cannot be switched cannot be shed.
            if room.relay.is_none() {
                site.settings.exempt.insert(room.id.clone());
            }
        }
        feeder.reconcile(dark);
        let plan = site.meter.as_ref().and_then(|meter| meter.profile.power_plan());
        Self {
            site,
            feeder,
            places,
            plan,
            latest: Latest::default(),
            total_w: None,
            seen: None,
            silent: None,
            exhausted: false,
            shown: None,
        }
    }

    pub(super) fn site(&self) -> &campus::Feeder {
        &self.site
    }

    pub(super) fn state(&self) -> &Feeder {
        &self.feeder
    }

    /// How its own meter wants to be talked to, if it hangs on that line, and its regular reading.
    pub(super) fn poll(&self, line: &str, at: usize) -> Option<(Unit, Manners, Poll<Tag>)> {
        let meter = self.site.meter.as_ref().filter(|meter| meter.line == line)?;
        let poll = Poll {
            unit: meter.unit,
            requests: self.plan.as_ref()?.requests().to_vec(),
            class: Class::Power,
            every: std::time::Duration::ZERO,
            tag: Tag::Feeder(at),
        };
        Some((meter.unit, manners(&meter.profile), poll))
    }

    /// Takes what its own meter answered.
    pub(super) fn read(&mut self, answers: Option<&[(Request, Answer)]>, now: Time) {
        let watts = answers
            .zip(self.plan.as_ref())
            .and_then(|(answers, plan)| decode(plan, answers).measured(names::ACTIVE_POWER));
        match watts {
            Some(watts) => self.latest.keep(watts, now),
            None => self.latest.miss(Absence::NoAnswer),
        }
    }

    /// Looks at what it carries; the same readings are looked at once.
    pub(super) fn look<'a>(
        &mut self,
        room: impl Fn(usize) -> Option<(&'a campus::Room, &'a Room)>,
        now: Time,
    ) -> News {
        let rooms = self.places.iter().filter_map(|at| room(*at));
        let (load, newest) = self.load(rooms, now);
        let mut news = News::default();
        if self.plan.is_some() {
            let silent = load.total_w.is_none();
            let changed = self.silent.replace(silent) != Some(silent);
            news.silent = changed.then_some(silent);
        }
        self.total_w = load.total_w;
        if newest.is_none() || newest <= self.seen {
            return news;
        }
        self.seen = newest;
        let mut exhausted =
            self.exhausted && load.total_w.is_none_or(|w| w > self.site.settings.limit_w);
        for action in self.feeder.handle(&self.site.settings, &load, now) {
            match action {
                Action::Shed(rooms) => news.shed = rooms,
                Action::Restore(rooms) => news.restored = rooms,
                Action::Exhausted => exhausted = true,
            }
        }
        if exhausted != self.exhausted {
            self.exhausted = exhausted;
            news.exhausted = Some(exhausted);
        }
        news
    }

    /// What it carries, and when the newest reading of that is from.
    fn load<'a>(
        &self,
        rooms: impl Iterator<Item = (&'a campus::Room, &'a Room)>,
        now: Time,
    ) -> (Load, Option<Time>) {
        let mut newest = None;
        let draws = rooms.map(|(site, room)| {
            let draw = match room.sample(now) {
                Freshness::Fresh(sample) => {
                    newest = newest.max(Some(sample.at));
                    Draw::Fresh(sample.active_power_w)
                }
                Freshness::Stale(_) | Freshness::Missing(_) => match room.relay().position() {
                    Some(Position::Open) => Draw::Dark,
                    Some(Position::Closed) | None => Draw::Unknown { at_most_w: at_most(room) },
                },
            };
            (site.id.clone(), draw)
        });
        let load = Load::of_rooms(draws);
        if self.plan.is_none() {
            return (load, newest);
        }
        let total_w = self.latest.at(now, STALE_AFTER).fresh();
        let newest = self.latest.stale_from(TimeDelta::zero());
        (Load { total_w, ..load }, newest)
    }

    /// Whether its state is to be shown again.
    pub(super) fn is_due(&mut self, now: Time) -> bool {
        let due = self.shown.is_none_or(|shown| now - shown >= SHOW_EVERY);
        if due {
            self.shown = Some(now);
        }
        due
    }

    pub(super) fn view(&self, zone: chrono_tz::Tz, now: Time) -> FeederView {
        let local = |at| onecard_devices::gate::wire::local(at, zone);
        let shed = self
            .feeder
            .shed()
            .map(|(room, since)| ShedView { room: room.to_string(), since: local(since) });
        FeederView {
            feeder: self.site.id.to_string(),
            name: self.site.name.clone(),
            area: self.site.area.to_string(),
            at: local(now),
            power_w: self.total_w,
            measured: self.plan.is_some(),
            limit_w: self.site.settings.limit_w,
            rooms: self.site.rooms.len(),
            shed: shed.collect(),
            exhausted: self.exhausted,
        }
    }
}

/// What a room of which nothing is read may draw: what its protection bears for ever.
fn at_most(room: &Room) -> f64 {
    let draft = room.protection().settings().draft();
    draft.limit_w * draft.curve.pickup()
}

/// A feeder at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeederView {
    pub feeder: String,
    pub name: String,
    pub area: String,
    pub at: String,
    /// What it carries; absent while that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power_w: Option<f64>,
    /// By its own meter; if not, its rooms are added up.
    pub measured: bool,
    pub limit_w: f64,
    pub rooms: usize,
    /// The rooms that are dark for its sake.
    pub shed: Vec<ShedView>,
    /// Nothing is left to shed, and it is above its limit.
    pub exhausted: bool,
}

/// A room that is dark for a feeder's sake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShedView {
    pub room: String,
    pub since: String,
}
