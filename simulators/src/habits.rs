//! What people do all day: a plan for each person and day, walked gate by gate over the map.
//!
//! A person asks at a gate and stands there until told what became of it: passed, or turned away.
//! Times are milliseconds of simulated time since midnight of day 0, a Monday. It knows no clock,
//! no cards and no wire; the stream of steps depends on the seed and on the answers alone.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    sync::Arc,
};

use onecard_rules::person::Person;
use rand::{
    Rng, SeedableRng,
    rngs::StdRng,
    seq::{IndexedRandom, IteratorRandom},
};

use crate::map::{AreaAt, Map};

mod plan;
use plan::{Goals, Routine};

/// Milliseconds since midnight of day 0.
pub type SimTime = u64;

/// Milliseconds in a minute.
pub const MINUTE: SimTime = 60_000;
/// Milliseconds in a day.
pub const DAY: SimTime = 24 * 60 * MINUTE;

/// A person stands at a gate and presents the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub at: SimTime,
    /// The person's place in the list given to [`Habits::new`].
    pub person: usize,
    /// The way's place in [`Map::ways`]; it always has a reader.
    pub way: usize,
}

#[derive(Debug)]
struct Walker {
    routine: Routine,
    at: AreaAt,
    goal: Option<AreaAt>,
    plan: VecDeque<(SimTime, AreaAt)>,
    /// The next day to plan.
    day: SimTime,
    /// When they move next; `None`: they stand at a gate. Other entries in the queue are void.
    due: Option<SimTime>,
    /// How often the present goal was refused.
    refused: u32,
}

/// What a person does on waking.
enum Move {
    Stand { way: usize },
    Wait { until: SimTime },
}

/// Everybody and what they are up to.
#[derive(Debug)]
pub struct Habits {
    map: Arc<Map>,
    goals: Goals,
    walkers: Vec<Walker>,
    queue: BinaryHeap<Reverse<(SimTime, usize)>>,
    rng: StdRng,
}

impl Habits {
    /// People as they are at `start`: each where their day has brought them by then.
    #[must_use]
    pub fn new(map: Arc<Map>, people: &[Person], seed: u64, start: SimTime) -> Self {
        let goals = Goals::of(&map);
        let rng = StdRng::seed_from_u64(seed);
        let mut habits = Self { map, goals, walkers: Vec::new(), queue: BinaryHeap::new(), rng };
        for person in people {
            habits.settle(person, start);
        }
        habits
    }

    /// Makes `count` people set out from `start` on, one every `pace` milliseconds, so that
    /// something is seen to happen at any hour.
    pub fn stir(&mut self, count: usize, start: SimTime, pace: SimTime) {
        // Whoever stands at a gate waits for its answer.
        let free = self.walkers.iter().enumerate().filter(|(_, walker)| walker.due.is_some());
        let chosen = free.map(|(person, _)| person).choose_multiple(&mut self.rng, count);
        let turns = (0..).map(|turn: SimTime| start + turn * pace);
        for (person, at) in chosen.into_iter().zip(turns) {
            let somewhere = self.goals.somewhere(&mut self.rng);
            let Some(walker) = self.walkers.get_mut(person) else { continue };
            let home = walker.routine.home;
            let Some(goal) = (if walker.at == home { somewhere } else { Some(home) }) else {
                continue;
            };
            walker.goal = Some(goal);
            self.wait(person, at);
        }
    }

    /// When the next person does something; nobody need be asked before.
    #[must_use]
    pub fn next_at(&self) -> Option<SimTime> {
        self.queue.peek().map(|Reverse((at, _))| *at)
    }

    /// The next person at a gate by `now`, if any.
    pub fn step(&mut self, now: SimTime) -> Option<Step> {
        while let Some(Reverse((at, person))) = self.queue.peek().copied() {
            if at > now {
                return None;
            }
            self.queue.pop();
            let Some(walker) = self.walkers.get_mut(person) else { continue };
            if walker.due != Some(at) {
                continue;
            }
            match carry_on(walker, &self.map, &self.goals, &mut self.rng, at) {
                Move::Stand { way } => {
                    walker.due = None;
                    return Some(Step { at, person, way });
                }
                Move::Wait { until } => self.wait(person, until),
            }
        }
        None
    }

    /// The person went through by this way.
    pub fn passed(&mut self, person: usize, way: usize, now: SimTime) {
        let walk = self.rng.random_range(15_000..90_000);
        let (Some(way), Some(walker)) = (self.map.ways.get(way), self.walkers.get_mut(person))
        else {
            return;
        };
        walker.at = way.to;
        walker.refused = 0;
        self.wait(person, now + walk);
    }

    /// The gate stayed shut. Whoever wants to go home tries again, others give up.
    pub fn turned_away(&mut self, person: usize, now: SimTime) {
        let pause = self.rng.random_range(60_000..180_000);
        let Some(walker) = self.walkers.get_mut(person) else { return };
        walker.refused += 1;
        if walker.goal != Some(walker.routine.home) || walker.refused > 3 {
            walker.goal = None;
            walker.refused = 0;
        }
        self.wait(person, now + pause);
    }

    /// Where a person is.
    #[must_use]
    pub fn whereabouts(&self, person: usize) -> Option<AreaAt> {
        self.walkers.get(person).map(|walker| walker.at)
    }

    fn wait(&mut self, person: usize, until: SimTime) {
        if let Some(walker) = self.walkers.get_mut(person) {
            walker.due = Some(until);
            self.queue.push(Reverse((until, person)));
        }
    }

    /// Adds a person, where their day has brought them by `start`.
    fn settle(&mut self, person: &Person, start: SimTime) {
        let dormitory = person.dormitory.as_ref().and_then(|area| self.map.place(area));
        let routine = Routine {
            kind: person.kind,
            boards: dormitory.is_some(),
            home: dormitory.or_else(|| self.goals.outside(&mut self.rng)).unwrap_or(0),
        };
        let day = start / DAY;
        let mut plan = VecDeque::from(routine.day(day, &self.goals, &mut self.rng));
        let mut at = routine.home;
        while plan.front().is_some_and(|(leaves, _)| *leaves <= start) {
            at = plan.pop_front().map_or(at, |(_, goal)| goal);
        }
        let due = plan.front().map_or((day + 1) * DAY, |(leaves, _)| *leaves);
        let walker = Walker { routine, at, goal: None, plan, day: day + 1, due: None, refused: 0 };
        self.walkers.push(walker);
        self.wait(self.walkers.len() - 1, due);
    }
}

/// What a person who is free to move does at `now`.
fn carry_on(
    walker: &mut Walker,
    map: &Map,
    goals: &Goals,
    rng: &mut impl Rng,
    now: SimTime,
) -> Move {
    loop {
        if walker.goal == Some(walker.at) {
            walker.goal = None;
        }
        let Some(goal) = walker.goal else {
            match walker.plan.front() {
                Some((leaves, _)) if *leaves > now => return Move::Wait { until: *leaves },
                Some((_, goal)) => {
                    walker.goal = Some(*goal);
                    walker.plan.pop_front();
                }
                None => {
                    let day = walker.day.max(now / DAY);
                    walker.plan = walker.routine.day(day, goals, rng).into();
                    walker.day = day + 1;
                    if walker.plan.is_empty() {
                        return Move::Wait { until: (day + 1) * DAY };
                    }
                }
            }
            continue;
        };
        let ways: Vec<_> = map.towards(walker.at, goal).collect();
        match ways.choose(rng).and_then(|at| Some((*at, map.ways.get(*at)?))) {
            Some((at, way)) if way.reader.is_some() => return Move::Stand { way: at },
            // A button, not a card: nobody hears of it.
            Some((_, way)) => {
                walker.at = way.to;
                return Move::Wait { until: now + rng.random_range(5_000..20_000) };
            }
            None => walker.goal = None,
        }
    }
}

#[cfg(test)]
mod tests;
