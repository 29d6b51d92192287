//! What goes out next on a line, as a pure state machine.
//!
//! By class: trip, restore, suspect, power, energy, probe. Nothing is preempted on the wire, so that
//! a trip waits for one frame at most; between the frames of a longer read it goes first. A unit that
//! stays silent is dead after [`SILENCES_MAX`] in a row: its reads end, what probing it costs stays
//! below a twentieth of the line's time, and commands to it still go out. Times are counted from the
//! line's start; sockets, frames and clocks are `driver`'s.

mod unit;
mod work;

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use unit::UnitState;
pub use unit::{Manners, UnitReport};
pub use work::{Class, Poll, Refused, Report, Work};

use crate::modbus::{Answer, Failure, Request, Unit, frame::Discarded};

/// Silences in a row after which a unit is dead.
pub const SILENCES_MAX: u32 = 3;
/// Works of one class that may wait; one more is refused.
pub const QUEUE: usize = 512;
/// At least one of so many reads is of energy, while any is due.
const POWER_READS_MOST: u32 = 16;
/// What share of the line's time the dead may cost.
const PROBE_SHARE: u32 = 20;

/// What to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Put this on the wire and wait so long for its answer to begin.
    Send { unit: Unit, request: Request, patience: Duration },
    /// Nothing before this moment.
    WaitUntil(Duration),
    /// Nothing until something is asked for.
    Idle,
}

/// The schedule of one line; `T` is what the owner knows a work by.
#[derive(Debug)]
pub struct Schedule<T> {
    units: BTreeMap<Unit, UnitState>,
    polls: Vec<Due<T>>,
    urgent: BTreeMap<Class, VecDeque<Work<T>>>,
    /// A read of a poll of which parts are still to come.
    begun: Option<Work<T>>,
    /// What is on the wire.
    sent: Option<(Work<T>, Duration)>,
    /// Where the round stands, and when it began.
    turn: usize,
    round: Duration,
    cycle: Duration,
    power_reads: u32,
    last: Option<(Unit, Duration)>,
    /// How long a silent unit is left alone, so that its late answer is not taken for the next one;
    /// where frames are numbered, not at all.
    hold: Duration,
    probing: Duration,
    busy: Duration,
    /// How many units are dead.
    dead: usize,
}

#[derive(Debug)]
struct Due<T> {
    poll: Poll<T>,
    at: Duration,
}

impl<T: Clone> Schedule<T> {
    /// An empty line.
    #[must_use]
    pub fn new(hold: Duration) -> Self {
        Self {
            units: BTreeMap::new(),
            polls: Vec::new(),
            urgent: BTreeMap::new(),
            begun: None,
            sent: None,
            turn: 0,
            round: Duration::ZERO,
            cycle: Duration::ZERO,
            power_reads: 0,
            last: None,
            hold,
            probing: Duration::ZERO,
            busy: Duration::ZERO,
            dead: 0,
        }
    }

    /// Makes a unit known, with the gaps that it wants and what is known of its turnaround.
    pub fn add_unit(&mut self, unit: Unit, manners: Manners) {
        self.units.insert(unit, UnitState::new(manners));
    }

    /// A read to be repeated. One of an unknown unit is never due.
    pub fn add_poll(&mut self, poll: Poll<T>) {
        self.polls.push(Due { poll, at: Duration::ZERO });
    }

    /// Takes a work of its own; `Trip`, `Restore` or `Suspect`.
    ///
    /// # Errors
    /// When its queue is full, its unit unknown, or a request of it malformed: the work comes back.
    pub fn ask(&mut self, work: Work<T>) -> Result<(), Refused<T>> {
        let known = self.units.contains_key(&work.unit);
        let good = !work.requests.is_empty() && work.requests.iter().all(Request::well_formed);
        let queue = self.urgent.entry(work.class).or_default();
        if !known || !good || queue.len() >= QUEUE {
            return Err(Refused(work));
        }
        queue.push_back(work);
        Ok(())
    }

    /// Takes back every waiting work of which `which` is true; what is on the wire stays there.
    pub fn withdraw(&mut self, which: impl Fn(&T) -> bool) {
        for queue in self.urgent.values_mut() {
            queue.retain(|work| !work.done.is_empty() || !which(&work.tag));
        }
    }

    /// What to do now. Works whose deadline has passed end in `reports` and are never sent.
    pub fn next(&mut self, now: Duration, reports: &mut Vec<Report<T>>) -> Choice {
        self.expire(now, reports);
        let mut wake = self.urgent_wake();
        if let Some(work) = self.take(now, &mut wake) {
            let quiet_from = self.quiet_from(work.unit);
            if quiet_from > now {
                self.put_back(work);
                return Choice::WaitUntil(quiet_from);
            }
            return self.send(work, now);
        }
        wake.filter(|at| *at > now).map_or(Choice::Idle, Choice::WaitUntil)
    }

    /// What became of the frame that was sent: `began` is when its answer began, if it did.
    pub fn ended(
        &mut self,
        result: Result<Answer, Failure>,
        discarded: Discarded,
        turnaround: Option<Duration>,
        now: Duration,
        reports: &mut Vec<Report<T>>,
    ) {
        let Some((mut work, since)) = self.sent.take() else { return };
        let took = now.saturating_sub(since);
        self.busy += took;
        self.last = Some((work.unit, now));
        if let Some(unit) = self.units.get_mut(&work.unit) {
            let before = unit.is_dead();
            unit.ended(&result, discarded, turnaround, now, self.hold);
            self.dead = self.dead + usize::from(unit.is_dead()) - usize::from(before);
        }
        if work.class == Class::Probe {
            self.probing += took;
        }
        match result {
            Ok(answer) => {
                let request = work.requests.get(work.done.len()).cloned();
                work.done.extend(request.map(|request| (request, answer)));
                if work.done.len() < work.requests.len() {
                    return self.put_back(work);
                }
                reports.push(work.report(Ok(()), since, now));
            }
            Err(failure) => reports.push(work.report(Err(failure), since, now)),
        }
    }

    /// The line went down with a frame on it, or could not be reached: what waits, waits on.
    pub fn broke(&mut self, now: Duration, reports: &mut Vec<Report<T>>) {
        if let Some((work, since)) = self.sent.take() {
            reports.push(work.report(Err(Failure::LineDown), since, now));
        }
        reports.extend(self.begun.take().map(|work| work.report(Err(Failure::LineDown), now, now)));
        self.last = None;
    }

    /// Ends what can wait no longer, without sending it: works past their deadline, and second looks at
    /// a dead unit, whose time on the line is that of its probes.
    pub fn expire(&mut self, now: Duration, reports: &mut Vec<Report<T>>) {
        if let Some(queue) = self.urgent.get_mut(&Class::Suspect) {
            let units = &self.units;
            let is_dead = |work: &Work<T>| units.get(&work.unit).is_some_and(UnitState::is_dead);
            while let Some(at) = queue.iter().position(is_dead) {
                let dead = queue.remove(at);
                reports.extend(dead.map(|work| work.report(Err(Failure::Silent), now, now)));
            }
        }
        for queue in self.urgent.values_mut() {
            if queue.iter().any(|work| work.is_expired(now)) {
                for work in std::mem::take(queue) {
                    if work.is_expired(now) {
                        reports.push(work.report(Err(Failure::Expired), now, now));
                    } else {
                        queue.push_back(work);
                    }
                }
            }
        }
    }

    /// When the first deadline of what waits is.
    #[must_use]
    pub fn urgent_wake(&self) -> Option<Duration> {
        self.urgent.values().flatten().filter_map(|work| work.deadline).min()
    }

    /// What was counted of each unit.
    pub fn units(&self) -> impl Iterator<Item = UnitReport> {
        self.units.iter().map(|(unit, state)| state.report(*unit))
    }

    /// How long the last whole round of power reads took; zero before the first.
    #[must_use]
    pub fn cycle(&self) -> Duration {
        self.cycle
    }

    /// How long frames have been on the wire or waited for, since the start.
    #[must_use]
    pub fn busy(&self) -> Duration {
        self.busy
    }

    /// How much of that went to the dead.
    #[must_use]
    pub fn probing(&self) -> Duration {
        self.probing
    }

    fn quiet_from(&self, unit: Unit) -> Duration {
        let gap = |after| self.units.get(&unit).map_or(Duration::ZERO, |state| state.gap(after));
        self.last.map_or(Duration::ZERO, |(last, at)| at + gap(last == unit))
    }

    fn send(&mut self, work: Work<T>, now: Duration) -> Choice {
        let Some(request) = work.requests.get(work.done.len()).cloned() else {
            return Choice::Idle;
        };
        let patience = match work.class {
            Class::Probe => UnitState::probe_patience,
            Class::Trip | Class::Restore | Class::Suspect | Class::Power | Class::Energy => {
                UnitState::patience
            }
        };
        let patience = self.units.get(&work.unit).map_or(Duration::ZERO, patience);
        let unit = work.unit;
        self.sent = Some((work, now));
        Choice::Send { unit, request, patience }
    }

    fn put_back(&mut self, work: Work<T>) {
        match work.class {
            Class::Trip | Class::Restore | Class::Suspect => {
                self.urgent.entry(work.class).or_default().push_front(work);
            }
            Class::Power | Class::Energy | Class::Probe => self.begun = Some(work),
        }
    }

    /// The work whose turn it is; `wake` becomes the moment at which another may be due.
    fn take(&mut self, now: Duration, wake: &mut Option<Duration>) -> Option<Work<T>> {
        let units = &self.units;
        let mut earlier = |at: Duration| *wake = Some(wake.map_or(at, |known| known.min(at)));
        for (class, queue) in &mut self.urgent {
            let ready = |work: &Work<T>| {
                let held = units.get(&work.unit).map_or(Duration::ZERO, UnitState::held_until);
                (*class == Class::Trip || held <= now).then_some(()).ok_or(held)
            };
            if let Some(at) = queue.iter().position(|work| ready(work).is_ok()) {
                return queue.remove(at);
            }
            queue.iter().filter_map(|work| ready(work).err()).for_each(&mut earlier);
        }
        if let Some(work) = self.begun.take() {
            return Some(work);
        }
        // It waits for its own budget, not for a pause in the round, which never comes.
        if let Some(work) = self.take_probe(now, wake) {
            return Some(work);
        }
        let energy_first = self.power_reads >= POWER_READS_MOST;
        let order = if energy_first {
            [Class::Energy, Class::Power]
        } else {
            [Class::Power, Class::Energy]
        };
        for class in order {
            if let Some(work) = self.take_poll(class, now, wake) {
                self.power_reads =
                    if class == Class::Power { self.power_reads.saturating_add(1) } else { 0 };
                return Some(work);
            }
        }
        None
    }

    /// The next poll in turn that is due and whose unit is alive and not left alone.
    fn take_poll(
        &mut self,
        class: Class,
        now: Duration,
        wake: &mut Option<Duration>,
    ) -> Option<Work<T>> {
        let count = self.polls.len();
        for step in 0..count {
            let at = (self.turn + step) % count;
            let Some(due) = self.polls.get_mut(at).filter(|due| due.poll.class == class) else {
                continue;
            };
            let Some(unit) = self.units.get(&due.poll.unit) else { continue };
            if unit.is_dead() {
                continue;
            }
            let from = due.at.max(unit.held_until());
            if from > now {
                *wake = Some(wake.map_or(from, |known| known.min(from)));
                continue;
            }
            due.at = now + due.poll.every;
            let work = due.poll.work();
            if class == Class::Power {
                if at < self.turn || (step == 0 && at == 0) || self.turn + step >= count {
                    self.cycle = now.saturating_sub(self.round);
                    self.round = now;
                }
                self.turn = at + 1;
            }
            return Some(work);
        }
        None
    }

    /// The dead unit that was left alone longest, if the dead have cost little enough.
    fn take_probe(&mut self, now: Duration, wake: &mut Option<Duration>) -> Option<Work<T>> {
        if self.dead == 0 {
            return None;
        }
        let dead = |due: &&Due<T>| {
            due.poll.class == Class::Power
                && self.units.get(&due.poll.unit).is_some_and(UnitState::is_dead)
        };
        let probe_at = |due: &&Due<T>| {
            self.units.get(&due.poll.unit).map_or(Duration::MAX, UnitState::probe_at)
        };
        let due = self.polls.iter().filter(dead).min_by_key(probe_at)?;
        let patience =
            self.units.get(&due.poll.unit).map_or(Duration::ZERO, UnitState::probe_patience);
        let affordable = (self.probing + patience) * PROBE_SHARE;
        let at = probe_at(&due).max(affordable);
        if at > now {
            *wake = Some(wake.map_or(at, |known| known.min(at)));
            return None;
        }
        let work = due.poll.work();
        let requests = work.requests.into_iter().take(1).collect();
        Some(Work { class: Class::Probe, requests, ..work })
    }
}
