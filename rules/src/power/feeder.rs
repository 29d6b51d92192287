//! The limit of a building or feeder: which rooms are shed, and in which order they come back.
//!
//! Sheds the rooms that were shed least recently, the least number of them that is enough, and
//! restores those first that have been dark longest, in steps that bound the inrush. All choices
//! follow from the state alone. An absent total neither sheds nor restores anybody.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::span;
use crate::{Time, ids::RoomId};

/// The limit of one feeder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeederSettings {
    /// In watts; above it rooms are shed.
    pub limit_w: f64,
    /// In watts, below `limit_w`: shedding aims here, and rooms come back only up to here.
    pub target_w: f64,
    /// Totals in a row above the limit before rooms are shed, 1 or more.
    pub confirmation_samples: u32,
    /// Seconds from one step of restoring to the next.
    pub step_delay_s: f64,
    /// The most that the rooms of one step drew when they were shed, in watts together; one room
    /// is restored even if it alone drew more.
    pub inrush_cap_w: f64,
    /// A room that has been dark for so many seconds and still does not fit has others shed for it.
    pub rotate_after_s: f64,
    /// Rooms that are never shed: water, medical rooms.
    #[serde(default)]
    pub exempt: BTreeSet<RoomId>,
}

/// Why feeder settings are refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FeederMistake {
    #[error("`{field} = {value}` is out of range; give a number from {least} up")]
    Range { field: &'static str, value: f64, least: f64 },
    #[error("`target_w = {target_w}` is not below `limit_w = {limit_w}`; lower it")]
    TargetAboveLimit { target_w: f64, limit_w: f64 },
    #[error("`limit_w = {limit_w}` is more than the feeder's rating of {rating_w} W; lower it")]
    AboveRating { limit_w: f64, rating_w: f64 },
}

impl FeederSettings {
    /// Checks the settings against what the feeder is rated for, in watts.
    ///
    /// # Errors
    /// The first mistake.
    pub fn check(&self, rating_w: f64) -> Result<(), FeederMistake> {
        let rows = [
            ("limit_w", self.limit_w, 1.0),
            ("target_w", self.target_w, 0.0),
            ("confirmation_samples", self.confirmation_samples.into(), 1.0),
            ("step_delay_s", self.step_delay_s, 0.1),
            ("inrush_cap_w", self.inrush_cap_w, 0.0),
            ("rotate_after_s", self.rotate_after_s, 60.0),
        ];
        for (field, value, least) in rows {
            if !(value.is_finite() && value >= least) {
                return Err(FeederMistake::Range { field, value, least });
            }
        }
        let (limit_w, target_w) = (self.limit_w, self.target_w);
        if limit_w > rating_w {
            return Err(FeederMistake::AboveRating { limit_w, rating_w });
        }
        if target_w >= limit_w {
            return Err(FeederMistake::TargetAboveLimit { target_w, limit_w });
        }
        Ok(())
    }
}

/// What the feeder carries.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// The feeder's own meter, in watts; `None`: not fresh, or not to be believed.
    pub total_w: Option<f64>,
    /// The fresh draw of each room that has power, in watts. Rooms without one are not shed: what
    /// that would bring is unknown.
    pub rooms: BTreeMap<RoomId, f64>,
}

/// What is known of the draw of one room.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Draw {
    /// In watts.
    Fresh(f64),
    /// Its relay was seen open: nothing.
    Dark,
    /// Not known; what it may draw at most, in watts.
    Unknown { at_most_w: f64 },
}

impl Load {
    /// What a feeder without a meter carries: its rooms together, those unknown as high as they may
    /// be. When more of that would be guessed than read, there is no total.
    #[must_use]
    pub fn of_rooms(draws: impl IntoIterator<Item = (RoomId, Draw)>) -> Self {
        let mut rooms = BTreeMap::new();
        let (mut read_w, mut guessed_w) = (0.0, 0.0);
        for (room, draw) in draws {
            match draw {
                Draw::Fresh(watts) => {
                    read_w += watts.max(0.0);
                    rooms.insert(room, watts);
                }
                Draw::Dark => {}
                Draw::Unknown { at_most_w } => guessed_w += at_most_w,
            }
        }
        let total_w = (guessed_w <= read_w).then_some(read_w + guessed_w);
        Self { total_w, rooms }
    }
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Post the feeder's demand for these rooms.
    Shed(Vec<RoomId>),
    /// Take the feeder's demand for these rooms back.
    Restore(Vec<RoomId>),
    /// Every room that may be shed is, and the feeder is still above its limit.
    Exhausted,
}

/// A room that is dark for its feeder's sake.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Shed {
    since: Time,
    /// What it drew then, in watts: the best guess at what it will draw.
    was_w: f64,
}

/// One feeder and whom it has shed; it is stored, and restored after a restart.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Feeder {
    shed: BTreeMap<RoomId, Shed>,
    /// When each room was last shed; those never shed are not in it.
    last_shed: BTreeMap<RoomId, Time>,
    /// Totals in a row above the limit.
    over: u32,
    /// Before this moment nobody is restored.
    next_step: Option<Time>,
}

impl Feeder {
    /// The rooms that are shed, and since when.
    pub fn shed(&self) -> impl Iterator<Item = (&RoomId, Time)> {
        self.shed.iter().map(|(room, shed)| (room, shed.since))
    }

    /// After a restart: `dark` are the rooms on whose boards this feeder's demand stands, since when,
    /// and what each may draw at most. What the boards say is true.
    pub fn reconcile(&mut self, dark: impl IntoIterator<Item = (RoomId, Time, f64)>) {
        let mut known = std::mem::take(&mut self.shed);
        for (room, since, at_most_w) in dark {
            let was_w = known.remove(&room).map_or(at_most_w, |shed| shed.was_w);
            self.last_shed.entry(room.clone()).or_insert(since);
            self.shed.insert(room, Shed { since, was_w });
        }
    }

    /// The moment from which a further step may restore somebody: a load should be handed in then.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        self.next_step.filter(|_| !self.shed.is_empty())
    }

    /// Takes what the feeder carries now.
    pub fn handle(&mut self, settings: &FeederSettings, load: &Load, now: Time) -> Vec<Action> {
        let Some(total_w) = load.total_w.filter(|total| total.is_finite()) else {
            return Vec::new();
        };
        if total_w <= settings.limit_w {
            self.over = 0;
            return self.restore(settings, load, total_w, now).into_iter().collect();
        }
        self.over = self.over.saturating_add(1);
        if self.over < settings.confirmation_samples {
            return Vec::new();
        }
        self.over = 0;
        let need_w = total_w - settings.target_w;
        let (rooms, got_w) = self.choose(settings, load, need_w);
        let mut actions = Vec::new();
        if total_w - got_w > settings.limit_w {
            actions.push(Action::Exhausted);
        }
        actions.extend(self.shed_rooms(settings, rooms, now));
        actions
    }

    /// The rooms to be shed for `need_w`, in the order of their turns, and what that brings.
    fn choose(
        &self,
        settings: &FeederSettings,
        load: &Load,
        need_w: f64,
    ) -> (Vec<(RoomId, f64)>, f64) {
        let mut turns: Vec<(&RoomId, f64)> = load
            .rooms
            .iter()
            .filter(|(room, watts)| {
                **watts > 0.0 && !settings.exempt.contains(*room) && !self.shed.contains_key(*room)
            })
            .map(|(room, watts)| (room, *watts))
            .collect();
        // Never shed comes before shed long ago (`None` is least); codes decide between equals.
        turns.sort_by_key(|(room, _)| (self.last_shed.get(*room), *room));
        let mut chosen: Vec<(&RoomId, f64)> = Vec::new();
        let mut got_w = 0.0;
        for (room, watts) in turns {
            if got_w >= need_w {
                break;
            }
            got_w += watts;
            chosen.push((room, watts));
        }
        // Whoever was taken before a bigger one came and is not needed any more is let be, those
        // shed most recently first.
        let mut kept: Vec<(RoomId, f64)> = Vec::new();
        for (room, watts) in chosen.into_iter().rev() {
            if got_w - watts >= need_w {
                got_w -= watts;
            } else {
                kept.push((room.clone(), watts));
            }
        }
        kept.reverse();
        (kept, got_w)
    }

    fn shed_rooms(
        &mut self,
        settings: &FeederSettings,
        rooms: Vec<(RoomId, f64)>,
        now: Time,
    ) -> Option<Action> {
        for (room, was_w) in &rooms {
            self.shed.insert(room.clone(), Shed { since: now, was_w: *was_w });
            self.last_shed.insert(room.clone(), now);
        }
        // What is shed has to show in the total before anybody comes back.
        self.next_step = Some(now + span(settings.step_delay_s));
        let rooms: Vec<RoomId> = rooms.into_iter().map(|(room, _)| room).collect();
        (!rooms.is_empty()).then_some(Action::Shed(rooms))
    }

    fn restore(
        &mut self,
        settings: &FeederSettings,
        load: &Load,
        total_w: f64,
        now: Time,
    ) -> Option<Action> {
        if self.shed.is_empty() || self.next_step.is_some_and(|next| next > now) {
            return None;
        }
        let room_w = settings.target_w - total_w;
        let mut waiting: Vec<(RoomId, Shed)> =
            self.shed.iter().map(|(room, shed)| (room.clone(), *shed)).collect();
        waiting.sort_by(|(a, x), (b, y)| (x.since, a).cmp(&(y.since, b)));
        let mut taken_w = 0.0;
        let mut rooms = Vec::new();
        for (room, shed) in &waiting {
            let with_w = taken_w + shed.was_w;
            let inrush = rooms.is_empty() || with_w <= settings.inrush_cap_w;
            if with_w <= room_w && inrush {
                taken_w = with_w;
                rooms.push(room.clone());
            }
        }
        if rooms.is_empty() {
            let (_, oldest) = waiting.first()?;
            let patient = now - oldest.since < span(settings.rotate_after_s);
            if patient {
                return None;
            }
            let (others, got_w) = self.choose(settings, load, oldest.was_w - room_w);
            // Nobody is made dark for one who would not fit even then.
            return (room_w + got_w >= oldest.was_w)
                .then(|| self.shed_rooms(settings, others, now))
                .flatten();
        }
        for room in &rooms {
            self.shed.remove(room);
        }
        self.next_step = Some(now + span(settings.step_delay_s));
        Some(Action::Restore(rooms))
    }
}
