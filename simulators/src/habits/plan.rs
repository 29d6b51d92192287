//! One person's plan for one day: when they set out, and for where.
//!
//! A college's hours: classes at 08:00, 10:00, 14:00, 16:00 and 19:00, meals between, the library
//! in the evening, the dormitories shut at 23:00 and a few come late.

use onecard_rules::person::PersonKind;
use rand::{Rng, seq::IndexedRandom};

use super::{DAY, MINUTE, SimTime};
use crate::map::{AreaAt, Map, Purpose};

/// Minute of the day at which each class begins; it lasts [`CLASS_MINUTES`].
const CLASSES: [SimTime; 5] = [8 * 60, 10 * 60, 14 * 60, 16 * 60, 19 * 60];
const CLASS_MINUTES: SimTime = 95;

/// Where people go, by purpose.
#[derive(Debug)]
pub struct Goals {
    outside: Vec<AreaAt>,
    canteens: Vec<AreaAt>,
    libraries: Vec<AreaAt>,
    laboratories: Vec<AreaAt>,
    teaching: Vec<AreaAt>,
    ground: Vec<AreaAt>,
}

impl Goals {
    pub fn of(map: &Map) -> Self {
        Self {
            outside: map.for_purpose(Purpose::Outside),
            canteens: map.for_purpose(Purpose::Canteen),
            libraries: map.for_purpose(Purpose::Library),
            laboratories: map.for_purpose(Purpose::Laboratory),
            teaching: map.for_purpose(Purpose::Teaching),
            ground: map.for_purpose(Purpose::Ground),
        }
    }

    pub fn outside(&self, rng: &mut impl Rng) -> Option<AreaAt> {
        self.outside.choose(rng).copied()
    }

    /// Somewhere that most people may go.
    pub fn somewhere(&self, rng: &mut impl Rng) -> Option<AreaAt> {
        let common = [&self.teaching, &self.canteens, &self.libraries, &self.ground];
        let common: Vec<_> = common.into_iter().filter(|areas| !areas.is_empty()).collect();
        common.choose(rng)?.choose(rng).copied()
    }

    fn class(&self, rng: &mut impl Rng) -> Option<AreaAt> {
        let labs = !self.laboratories.is_empty() && rng.random_bool(0.05);
        if labs {
            self.laboratories.choose(rng).copied()
        } else {
            self.teaching.choose(rng).copied()
        }
    }

    fn meal(&self, rng: &mut impl Rng) -> Option<AreaAt> {
        self.canteens.choose(rng).copied()
    }

    fn library(&self, rng: &mut impl Rng) -> Option<AreaAt> {
        self.libraries.choose(rng).copied()
    }
}

/// What does not change from day to day.
#[derive(Debug, Clone, Copy)]
pub struct Routine {
    pub kind: PersonKind,
    /// Lives on campus.
    pub boards: bool,
    pub home: AreaAt,
}

impl Routine {
    /// Departures of a day, in order of time.
    pub fn day(self, day: SimTime, goals: &Goals, rng: &mut impl Rng) -> Vec<(SimTime, AreaAt)> {
        let weekend = day % 7 >= 5;
        let mut plan = Plan { begins: day * DAY, entries: Vec::new() };
        match self.kind {
            PersonKind::Student => self.student(&mut plan, weekend, goals, rng),
            PersonKind::Teacher => self.teacher(&mut plan, weekend, goals, rng),
            PersonKind::Merchant => {
                plan.go(goals.meal(rng).or_else(|| goals.somewhere(rng)), 6 * 60, 30, rng);
                plan.go(Some(self.home), 20 * 60, 60, rng);
            }
            PersonKind::Family | PersonKind::Temporary | PersonKind::Visitor => {
                if rng.random_bool(0.6) {
                    plan.go(goals.somewhere(rng), 8 * 60, 240, rng);
                    plan.go(goals.meal(rng), 12 * 60, 40, rng);
                    plan.go(Some(self.home), 14 * 60, 240, rng);
                }
            }
        }
        plan.entries.sort_by_key(|(at, _)| *at);
        plan.entries
    }

    fn student(self, plan: &mut Plan, weekend: bool, goals: &Goals, rng: &mut impl Rng) {
        let busy = if weekend { 0.08 } else { 0.6 };
        let mut away = false;
        for begins in CLASSES {
            if rng.random_bool(busy) {
                plan.go(goals.class(rng), begins - 20, 15, rng);
                away = true;
                // After class: those with nothing next go home, the others straight on.
                if rng.random_bool(0.5) {
                    plan.go(Some(self.home), begins + CLASS_MINUTES, 8, rng);
                }
            }
        }
        for meal in [11 * 60 + 40, 17 * 60 + 45] {
            if rng.random_bool(0.75) {
                plan.go(goals.meal(rng), meal, 30, rng);
                plan.go(Some(self.home), meal + 45, 30, rng);
            }
        }
        if rng.random_bool(0.3) {
            plan.go(goals.library(rng), 18 * 60 + 30, 60, rng);
            away = true;
        }
        if self.boards && rng.random_bool(if weekend { 0.3 } else { 0.05 }) {
            plan.go(goals.outside(rng), 17 * 60, 180, rng);
            away = true;
        }
        if away {
            let (from, within) = if rng.random_bool(0.04) { (23 * 60, 55) } else { (21 * 60, 110) };
            plan.go(Some(self.home), from, within, rng);
        }
    }

    fn teacher(self, plan: &mut Plan, weekend: bool, goals: &Goals, rng: &mut impl Rng) {
        if weekend && rng.random_bool(0.85) {
            return;
        }
        plan.go(goals.class(rng), 7 * 60 + 20, 35, rng);
        plan.go(goals.meal(rng), 11 * 60 + 45, 40, rng);
        plan.go(goals.class(rng), 13 * 60 + 30, 40, rng);
        plan.go(Some(self.home), 17 * 60 + 10, 90, rng);
    }
}

struct Plan {
    begins: SimTime,
    entries: Vec<(SimTime, AreaAt)>,
}

impl Plan {
    /// Sets out within so many minutes from `minute` on; nothing when there is no such place.
    fn go(&mut self, goal: Option<AreaAt>, minute: SimTime, within: SimTime, rng: &mut impl Rng) {
        if let Some(goal) = goal {
            let at = self.begins + minute * MINUTE + rng.random_range(0..within.max(1) * MINUTE);
            self.entries.push((at, goal));
        }
    }
}
