//! What is asked of a line, and what it reports of it.

use std::time::Duration;

use crate::modbus::{Answer, Failure, Request, Unit};

/// The classes of work, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Opening a relay for safety.
    Trip,
    /// Closing it, and valves.
    Restore,
    /// A second look at a room that may be overloaded; reading a relay back.
    Suspect,
    /// The regular reading of power.
    Power,
    /// Counters and identities.
    Energy,
    /// Whether a dead unit lives again.
    Probe,
}

/// Something to be asked of one unit, in one or more requests, all or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work<T> {
    pub unit: Unit,
    pub requests: Vec<Request>,
    pub class: Class,
    /// After this it must not be sent any more.
    pub deadline: Option<Duration>,
    /// What its owner knows it by.
    pub tag: T,
    pub(super) done: Vec<(Request, Answer)>,
}

impl<T> Work<T> {
    /// A work of one's own.
    pub fn new(unit: Unit, requests: Vec<Request>, class: Class, tag: T) -> Self {
        Self { unit, requests, class, deadline: None, tag, done: Vec::new() }
    }

    /// The same with a deadline.
    #[must_use]
    pub fn by(self, deadline: Duration) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// A work that has begun is finished: half a command is worse than a late one.
    pub(super) fn is_expired(&self, now: Duration) -> bool {
        self.done.is_empty() && self.deadline.is_some_and(|deadline| deadline <= now)
    }

    pub(super) fn report(
        self,
        result: Result<(), Failure>,
        sent: Duration,
        ended: Duration,
    ) -> Report<T> {
        let Self { unit, class, tag, done, .. } = self;
        Report { unit, class, tag, result: result.map(|()| done), sent, ended }
    }
}

/// A read that is repeated for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll<T> {
    pub unit: Unit,
    pub requests: Vec<Request>,
    /// `Power` or `Energy`.
    pub class: Class,
    /// From one to the next; zero: as often as its turn comes.
    pub every: Duration,
    pub tag: T,
}

impl<T: Clone> Poll<T> {
    pub(super) fn work(&self) -> Work<T> {
        Work::new(self.unit, self.requests.clone(), self.class, self.tag.clone())
    }
}

/// A work that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused<T>(pub Work<T>);

/// What became of a work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report<T> {
    pub unit: Unit,
    pub class: Class,
    pub tag: T,
    /// Every request with its answer, in their order; or why there is none.
    pub result: Result<Vec<(Request, Answer)>, Failure>,
    /// When its last frame went out, and when that was answered or given up.
    pub sent: Duration,
    pub ended: Duration,
}
