//! One room's relay: from what the board wants to what is seen.
//!
//! It reads before it writes, issues one command at a time, follows each to its outcome, and tries
//! nothing again blindly: between two attempts stands a read-back that shows the need, or, for a
//! trip, a silence. Who wants what is `demand`; the wire is the device's.

use std::collections::{BTreeSet, VecDeque};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::span;
use crate::Time;

mod command;
mod outcome;
pub use command::{Action, Command, Input, Outcome, Position, Record, RelayAlarm, Want};

/// Most ended commands kept with the relay.
pub const HISTORY_MAX: usize = 8;

/// How one relay is to be treated; all spans in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelaySettings {
    /// From issuing a command to having seen its effect.
    pub command_within_s: f64,
    /// From asking for a read-back to having it.
    pub read_within_s: f64,
    /// Least time between two operations; a trip disregards it.
    pub interval_min_s: f64,
    /// From a failure to the next attempt.
    pub retry_after_s: f64,
    /// Attempts that may be disobeyed before a person has to look, 1 or more.
    pub attempts_max: u8,
    /// Current up to this, in amperes, is none.
    pub idle_current_a: f64,
    /// How long current may go on after the relay says that it is open.
    pub current_gone_within_s: f64,
}

impl Default for RelaySettings {
    fn default() -> Self {
        Self {
            command_within_s: 2.0,
            read_within_s: 2.0,
            interval_min_s: 10.0,
            retry_after_s: 10.0,
            attempts_max: 3,
            idle_current_a: 0.1,
            current_gone_within_s: 3.0,
        }
    }
}

impl RelaySettings {
    /// For a contact that needs so many seconds to move: it has them on top of the usual time.
    #[must_use]
    pub fn of_settle(settle_s: f64) -> Self {
        let usual = Self::default();
        Self {
            command_within_s: usual.command_within_s + settle_s,
            read_within_s: usual.read_within_s + settle_s,
            current_gone_within_s: usual.current_gone_within_s + settle_s,
            ..usual
        }
    }
}

/// What is remembered of a relay; it is stored, and restored after a restart.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Snapshot {
    wanted: Option<Want>,
    /// The last read-back that still holds, and when.
    seen: Option<(Position, Time)>,
    /// The last read-back of all; it outlives a restart, to notice what happened meanwhile.
    before: Option<Position>,
    current: Option<(f64, Time)>,
    /// Since when current has been measured through the open contact.
    drawing_since: Option<Time>,
    pending: Option<Record>,
    /// When the contact was last told to move.
    operated: Option<Time>,
    alarms: BTreeSet<RelayAlarm>,
    /// Attempts disobeyed or refused in a row.
    failures: u8,
    retry_at: Option<Time>,
    /// Nothing is done until the board changes its mind or a person says so.
    held: bool,
    /// Since when a read-back is awaited.
    asked: Option<Time>,
    /// A command may have been carried out, or a read-back was asked for in vain.
    in_the_dark: bool,
    next_id: u64,
    history: VecDeque<Record>,
}

/// The control of one relay.
#[derive(Debug, Clone, PartialEq)]
pub struct RelayControl {
    settings: RelaySettings,
    state: Snapshot,
}

impl RelayControl {
    /// A relay about which nothing is known.
    #[must_use]
    pub fn new(settings: RelaySettings) -> Self {
        Self { settings, state: Snapshot::default() }
    }

    /// The relay as stored. What it does now is unknown: nothing is sent before it is read.
    /// Call [`Self::start`] next.
    #[must_use]
    pub fn restore(settings: RelaySettings, state: Snapshot) -> Self {
        let state = Snapshot {
            seen: None,
            current: None,
            drawing_since: None,
            asked: None,
            in_the_dark: false,
            retry_at: None,
            ..state
        };
        Self { settings, state }
    }

    /// Begins after a start: ends what was interrupted and reads the contact.
    pub fn start(&mut self, now: Time) -> Vec<Action> {
        let mut actions = Vec::new();
        self.finish(Outcome::Interrupted, now, &mut actions);
        self.read(now, &mut actions);
        actions
    }

    /// What is to be stored.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.state
    }

    /// How the contact stands, if that is known.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.state.seen.map(|(position, _)| position)
    }

    #[must_use]
    pub fn wanted(&self) -> Option<&Want> {
        self.state.wanted.as_ref()
    }

    /// The command under way.
    #[must_use]
    pub fn pending(&self) -> Option<&Record> {
        self.state.pending.as_ref()
    }

    /// The last commands that have ended, the latest last.
    pub fn history(&self) -> impl Iterator<Item = &Record> {
        self.state.history.iter()
    }

    #[must_use]
    pub fn alarms(&self) -> &BTreeSet<RelayAlarm> {
        &self.state.alarms
    }

    /// When to call [`Self::handle_deadline`].
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        let pending = self.state.pending.as_ref().map(|record| record.command.deadline);
        let read = self.state.asked.map(|asked| asked + span(self.settings.read_within_s));
        let rest = self.rest_until().filter(|_| self.is_resting());
        [pending, read, self.state.retry_at, rest].into_iter().flatten().min()
    }

    /// Lets a deadline pass: a command fails, a read-back fails, an attempt or an operation is due.
    pub fn handle_deadline(&mut self, now: Time) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.state.retry_at.is_some_and(|at| at <= now) {
            self.state.retry_at = None;
        }
        if self.state.pending.as_ref().is_some_and(|record| record.command.is_expired(now)) {
            self.fail(now, &mut actions);
        }
        if self.state.asked.is_some_and(|asked| asked + span(self.settings.read_within_s) <= now) {
            self.state.asked = None;
            // No answer to a read does not prove that a trip cannot be heard: it goes out once
            // after the first silence, and again after each pause.
            if self.state.in_the_dark || !self.is_urgent() {
                self.retry_later(now);
            }
            self.state.in_the_dark = true;
            self.raise(RelayAlarm::Silent, &mut actions);
        }
        self.settle(now, &mut actions);
        actions
    }

    /// Takes what happened.
    pub fn handle(&mut self, input: Input, now: Time) -> Vec<Action> {
        let mut actions = Vec::new();
        match input {
            Input::Want(want) => self.want(want, &mut actions),
            Input::Sent { id } => {
                if let Some(record) = self.pending_of(id) {
                    record.sent = Some(now);
                    self.state.operated = Some(now);
                }
            }
            Input::Answered { id } => {
                if let Some(record) = self.pending_of(id) {
                    record.answered = Some(now);
                    record.sent.get_or_insert(now);
                    self.state.operated.get_or_insert(now);
                    self.read(now, &mut actions);
                }
            }
            Input::Refused { id } => {
                if self.pending_of(id).is_some() {
                    self.disobeyed(Outcome::Refused, now, &mut actions);
                }
            }
            Input::Position(position) => self.found(position, now, &mut actions),
            Input::Current(amperes) => {
                self.state.current = Some((amperes, now));
                self.compare_current(now, &mut actions);
                self.conclude(now, &mut actions);
            }
            Input::LocallyLocked(true) => self.raise(RelayAlarm::LocallyLocked, &mut actions),
            Input::LocallyLocked(false) => {
                if self.clear(RelayAlarm::LocallyLocked, &mut actions) {
                    self.state.seen = None;
                }
            }
            Input::Retry { .. } => {
                self.begin_anew(&mut actions);
                self.state.seen = None;
            }
        }
        self.settle(now, &mut actions);
        actions
    }

    fn pending_of(&mut self, id: u64) -> Option<&mut Record> {
        self.state.pending.as_mut().filter(|record| record.command.id == id)
    }

    fn is_urgent(&self) -> bool {
        self.state.wanted.as_ref().is_some_and(Want::is_urgent)
    }

    fn want(&mut self, want: Want, actions: &mut Vec<Action>) {
        let other = self.state.wanted.as_ref().is_none_or(|known| known.to != want.to);
        let raised = want.is_urgent() && !self.is_urgent();
        self.state.wanted = Some(want);
        if other || raised {
            self.begin_anew(actions);
        }
    }

    fn begin_anew(&mut self, actions: &mut Vec<Action>) {
        (self.state.failures, self.state.retry_at, self.state.held) = (0, None, false);
        for alarm in [RelayAlarm::Disobeys, RelayAlarm::OpenedByItself, RelayAlarm::ClosedByItself]
        {
            self.clear(alarm, actions);
        }
    }

    /// Takes a read-back.
    fn found(&mut self, position: Position, now: Time, actions: &mut Vec<Action>) {
        let before = self.state.before.replace(position);
        self.state.seen = Some((position, now));
        (self.state.asked, self.state.in_the_dark) = (None, false);
        self.clear(RelayAlarm::Silent, actions);
        let wanted = self.state.wanted.as_ref().map(|want| want.to);
        let moved = before.is_some_and(|before| before != position);
        // A command that ended without a trace may have moved it after all: then nobody else has.
        let untold = !self.may_have_been_told(position);
        if wanted.is_some_and(|wanted| wanted != position) && moved && untold {
            match position {
                Position::Open => {
                    // Its own protection or a hand opened it: closing it again is a person's word.
                    self.state.held = true;
                    self.raise(RelayAlarm::OpenedByItself, actions);
                }
                Position::Closed => self.raise(RelayAlarm::ClosedByItself, actions),
            }
        }
        if wanted == Some(position) {
            self.state.failures = 0;
            self.state.held = false;
            for alarm in
                [RelayAlarm::Disobeys, RelayAlarm::OpenedByItself, RelayAlarm::ClosedByItself]
            {
                self.clear(alarm, actions);
            }
        }
        if position == Position::Closed {
            self.compare_current(now, actions);
        }
        self.conclude(now, actions);
    }

    fn retry_later(&mut self, now: Time) {
        self.state.retry_at = Some(now + span(self.settings.retry_after_s));
    }

    /// Until when the contact has to rest; a trip needs no rest.
    fn rest_until(&self) -> Option<Time> {
        let operated = self.state.operated.filter(|_| !self.is_urgent())?;
        Some(operated + span(self.settings.interval_min_s))
    }

    /// Whether only the rest of the contact keeps a command back.
    fn is_resting(&self) -> bool {
        let wanted = self.state.wanted.as_ref().map(|want| want.to);
        self.state.pending.is_none()
            && self.state.retry_at.is_none()
            && !self.is_barred()
            && self.position().is_some_and(|seen| Some(seen) != wanted)
    }

    /// Whether a person or the breaker itself stands in the way; a trip tries a locked breaker.
    fn is_barred(&self) -> bool {
        let locked = self.state.alarms.contains(&RelayAlarm::LocallyLocked);
        self.state.held || (locked && !self.is_urgent())
    }

    /// Brings what is seen closer to what is wanted.
    fn settle(&mut self, now: Time, actions: &mut Vec<Action>) {
        let Some(want) = self.state.wanted.clone() else { return };
        if let Some(record) = &self.state.pending {
            let overtaken = want.is_urgent() && !record.command.urgent && record.sent.is_none();
            if record.command.to == want.to && !overtaken {
                return;
            }
            self.supersede(now, actions);
        }
        if self.is_barred() {
            return;
        }
        let waiting = self.state.retry_at.is_some();
        match self.position() {
            Some(seen) if seen == want.to => self.state.retry_at = None,
            Some(_) if waiting || self.rest_until().is_some_and(|rest| rest > now) => {}
            Some(_) => self.issue(&want, now, actions),
            None if want.is_urgent() && self.state.in_the_dark && !waiting => {
                self.issue(&want, now, actions);
            }
            None if !waiting => self.read(now, actions),
            None => {}
        }
    }

    fn issue(&mut self, want: &Want, now: Time, actions: &mut Vec<Action>) {
        let id = self.state.next_id;
        self.state.next_id = id.saturating_add(1);
        let command = Command {
            id,
            to: want.to,
            urgent: want.is_urgent(),
            why: want.why.clone(),
            issued: now,
            deadline: now + self.command_within(),
        };
        let record = Record { command: command.clone(), sent: None, answered: None, outcome: None };
        self.state.pending = Some(record);
        actions.push(Action::Send(command));
    }

    fn command_within(&self) -> TimeDelta {
        span(self.settings.command_within_s)
    }

    fn read(&mut self, now: Time, actions: &mut Vec<Action>) {
        if self.state.asked.is_none() {
            self.state.asked = Some(now);
            actions.push(Action::Read);
        }
    }

    fn raise(&mut self, alarm: RelayAlarm, actions: &mut Vec<Action>) {
        if self.state.alarms.insert(alarm) {
            actions.push(Action::Raise(alarm));
        }
    }

    fn clear(&mut self, alarm: RelayAlarm, actions: &mut Vec<Action>) -> bool {
        let stood = self.state.alarms.remove(&alarm);
        if stood {
            actions.push(Action::Clear(alarm));
        }
        stood
    }
}
