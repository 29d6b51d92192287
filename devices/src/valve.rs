//! A valve with a meter, before which people pay by card: what it was told, what it says, what is wrong
//! with it.
//!
//! It does not know who pays, nor when the water is to stop. Each command has an id that the valve
//! says again, so that what it tells of an earlier one is not taken for an answer to the last. An
//! opening is a *lease*: the valve's own timer closes it unless it is told again. Messages are in
//! `wire`, the actor in `actor`.

pub mod actor;
pub mod wire;
pub mod wired;

use std::time::Duration;

use chrono::TimeDelta;
use onecard_rules::{Time, ids::TapId, reason::Reason};

use wire::{Leaf, StateReport};

/// How late a command to open, or to tell the register, may still be obeyed. Whoever presented the
/// card waits in front of it.
pub const OPEN_WITHIN: Duration = Duration::from_secs(2);
/// How late a command to close may still be obeyed.
pub const CLOSE_WITHIN: Duration = Duration::from_secs(10);

/// What a valve is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Open, or stay open, and close by itself after so long.
    Open {
        lease: TimeDelta,
    },
    Close,
    /// Say how it stands, and its register.
    Report,
}

/// What happens to a valve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Ordered(Order),
    Reported {
        report: StateReport,
        /// From before: the last known state rather than news.
        retained: bool,
    },
    Availability {
        online: bool,
    },
}

/// What a valve says, to whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// It has closed as it was told.
    Closed,
    /// It has closed by itself after it was opened, or somebody closed it there.
    ClosedItself,
    Fault(String),
    /// Its register now, and how it stands.
    Register {
        ml: u64,
        leaf: Leaf,
    },
    /// Whether it is connected has changed.
    Online(bool),
}

/// What must be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Send {
        id: String,
        order: Order,
        deadline: Time,
    },
    Tell(News),
    Alarm {
        reason: Reason,
        /// What exactly; `None`: it is over.
        standing: Option<String>,
    },
}

/// How a valve is known to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// `None`: it has not said.
    pub leaf: Option<Leaf>,
    /// In millilitres.
    pub register: Option<u64>,
    pub online: Option<bool>,
    pub heard_at: Option<Time>,
}

/// A valve.
#[derive(Debug)]
pub struct Valve {
    id: TapId,
    /// Sets the commands of this run apart from those of an earlier one.
    run: String,
    commands: u64,
    /// The last command to open or close, and which of them it was.
    told: Option<(String, bool)>,
    snapshot: Snapshot,
}

impl Valve {
    /// A valve of which nothing is known. `run` names this run of the controller.
    #[must_use]
    pub fn new(id: TapId, run: &str) -> Self {
        let snapshot = Snapshot { leaf: None, register: None, online: None, heard_at: None };
        Self { id, run: run.to_owned(), commands: 0, told: None, snapshot }
    }

    #[must_use]
    pub fn id(&self) -> &TapId {
        &self.id
    }

    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Takes over an alarm that stood when the controller was last in charge, so that it clears when
    /// it is over.
    pub fn recover(&mut self, reason: Reason) {
        if reason == Reason::Offline {
            self.snapshot.online = Some(false);
        } else if reason == Reason::ValveFault {
            self.snapshot.leaf = Some(Leaf::Fault);
        }
    }

    /// Takes an input; returns what must be done.
    pub fn handle(&mut self, input: Input, now: Time) -> Vec<Action> {
        match input {
            Input::Ordered(order) => vec![self.send(order, now)],
            Input::Reported { report, retained } => self.reported(report, retained, now),
            Input::Availability { online } => self.availability(online),
        }
    }

    fn send(&mut self, order: Order, now: Time) -> Action {
        self.commands += 1;
        let id = format!("{}-{}", self.run, self.commands);
        let within = match order {
            Order::Open { .. } | Order::Report => OPEN_WITHIN,
            Order::Close => CLOSE_WITHIN,
        };
        match order {
            Order::Open { .. } => self.told = Some((id.clone(), true)),
            Order::Close => self.told = Some((id.clone(), false)),
            Order::Report => {}
        }
        let deadline = now + TimeDelta::from_std(within).unwrap_or(TimeDelta::MAX);
        Action::Send { id, order, deadline }
    }

    fn reported(&mut self, report: StateReport, retained: bool, now: Time) -> Vec<Action> {
        let mut actions = Vec::new();
        let StateReport { leaf, register, command, detail } = report;
        let before = self.snapshot.leaf.replace(leaf);
        self.snapshot.register = Some(register);
        self.snapshot.heard_at = Some(now);
        let fault = leaf == Leaf::Fault;
        if fault != (before == Some(Leaf::Fault)) {
            let detail = detail.clone().unwrap_or_else(|| "the valve reports a fault".to_owned());
            let standing = fault.then_some(detail);
            actions.push(Action::Alarm { reason: Reason::ValveFault, standing });
        }
        let obeyed = self.told.as_ref().filter(|(id, _)| command.as_deref() == Some(id));
        match (leaf, obeyed) {
            (Leaf::Closed, Some((_, true))) => actions.push(Action::Tell(News::ClosedItself)),
            (Leaf::Closed, Some((_, false))) => actions.push(Action::Tell(News::Closed)),
            (Leaf::Fault, _) if before != Some(Leaf::Fault) => {
                actions.push(Action::Tell(News::Fault(detail.unwrap_or_default())));
            }
            (Leaf::Open | Leaf::Closed | Leaf::Fault, _) => {}
        }
        // What the broker kept is how it stood once, and so not how much has run by now.
        if !retained {
            actions.push(Action::Tell(News::Register { ml: register, leaf }));
        }
        actions
    }

    fn availability(&mut self, online: bool) -> Vec<Action> {
        let before = self.snapshot.online.replace(online);
        if before == Some(online) {
            return Vec::new();
        }
        let mut actions = vec![Action::Tell(News::Online(online))];
        if !online || before.is_some() {
            let gone = "the valve's connection is gone; its own timer closes it".to_owned();
            let standing = (!online).then_some(gone);
            actions.push(Action::Alarm { reason: Reason::Offline, standing });
        }
        actions
    }
}
