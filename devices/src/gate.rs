//! A gate: what it was told, how it stands, who went through, and what is wrong with it.
//!
//! It does not decide who may pass: it takes permits, and modes that the orders' winner sets. Its
//! messages are in `wire`, its actor in `actor`, the people let pass and awaited in `awaited`.
//!
//! ```text
//!            permit                  leaf opens
//!  Closed ───────────> Closed+awaited ─────────> Open{lawful} ── held_open over ──> Held
//!    │  <─────────────────────────────────────────── leaf closes (clears every leaf alarm)
//!    └── leaf opens, nobody awaited and mode Secure ──> Forced
//!  Unknown: nothing heard since the start.   Fault: the gate says so itself.
//! ```

use std::time::Duration;

use chrono::TimeDelta;
use onecard_rules::{
    Time,
    access::Permit,
    ids::{DecisionId, PersonId},
    mode::{Mode, Owner},
    reason::Reason,
    site::{self, Direction},
};

pub mod actor;
mod awaited;
pub mod wire;

use awaited::{Awaited, Due};
use wire::{Leaf, PassageReport, StateReport};

/// How long before an unconfirmed mode command is sent again, at first; doubled up to
/// [`RESEND_MAX`].
const RESEND: Duration = Duration::from_secs(2);
const RESEND_MAX: Duration = Duration::from_mins(1);

/// How the leaf stands, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Nothing was heard since the start, or the gate is offline.
    Unknown,
    Closed {
        since: Time,
    },
    /// Open with a cause: a permit, or a mode that stands open.
    Open {
        since: Time,
    },
    /// Open with a cause, but for too long.
    Held {
        since: Time,
    },
    /// Opened without a cause.
    Forced {
        since: Time,
    },
    /// The gate reports a fault.
    Fault {
        since: Time,
    },
}

/// A mode that the gate was told, and whether it has confirmed it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    mode: Mode,
    owner: Owner,
    /// Identifies the command; changes with each mode.
    command: String,
    confirmed: bool,
    /// When the gate counts as not confirming.
    alarm_at: Option<Time>,
    resend_at: Option<Time>,
    resend_after: Duration,
}

/// Something that happens to the gate.
#[derive(Debug, Clone)]
pub enum Input {
    Open(Permit),
    SetMode {
        mode: Mode,
        owner: Owner,
    },
    /// `retained`: the last known state, not news.
    Reported {
        report: StateReport,
        retained: bool,
    },
    Passed(PassageReport),
    Availability {
        online: bool,
    },
}

/// What must be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send an open command; worthless after the deadline.
    SendOpen { permit: Permit, open: Duration, deadline: Time },
    /// Send the mode; worthless after the deadline, by which it is sent again.
    SendMode { mode: Mode, command: String, deadline: Time },
    /// A passage ended: somebody passed, or nobody did in time.
    EndPassage(PassageEnd),
    /// An alarm came (`Some`, what exactly) or went.
    Alarm { reason: Reason, standing: Option<String> },
}

/// How a passage ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageEnd {
    pub decision: Option<DecisionId>,
    pub person: Option<PersonId>,
    pub direction: Direction,
    pub passed: bool,
}

/// How a gate stands, for lists and screens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub stand: Stand,
    /// The mode it was told last, and by whom; `None` before the first.
    pub told: Option<(Mode, Owner)>,
    /// Whether it has confirmed that mode.
    pub confirmed: bool,
    /// `None`: it has not said.
    pub online: Option<bool>,
    pub heard_at: Option<Time>,
    pub awaited: usize,
}

/// A gate.
#[derive(Debug)]
pub struct Gate {
    site: site::Gate,
    stand: Stand,
    told: Option<Told>,
    online: Option<bool>,
    heard_at: Option<Time>,
    awaited: Awaited,
    tampered: bool,
    commands: u64,
    /// Sets the commands of this run apart from those of an earlier one.
    run: String,
    /// An alarm of the run before about a mode that was not confirmed still stands.
    unconfirmed_before: bool,
    /// Later than others by so much, so that a thousand gates that are away are not told all at once.
    spread: TimeDelta,
}

impl Gate {
    /// A gate of which nothing is known. `run` names this run of the controller: a gate that still
    /// remembers a command of the run before has not confirmed one of this.
    #[must_use]
    pub fn new(site: site::Gate, run: &str) -> Self {
        let spread = spread_of(site.id.as_str());
        Self {
            site,
            stand: Stand::Unknown,
            told: None,
            online: None,
            heard_at: None,
            awaited: Awaited::default(),
            tampered: false,
            commands: 0,
            run: run.to_owned(),
            unconfirmed_before: false,
            spread,
        }
    }

    /// Takes over an alarm that stood when the controller was last in charge, so that it clears when
    /// it is over.
    pub fn recover(&mut self, reason: Reason, since: Time) {
        self.tampered |= reason == Reason::Tamper;
        self.unconfirmed_before |= reason == Reason::GateUnconfirmed;
        if reason == Reason::Offline {
            self.online = Some(false);
        }
        let stands = [Stand::Held { since }, Stand::Forced { since }, Stand::Fault { since }];
        if let Some(stand) = stands.into_iter().find(|stand| leaf_alarm(*stand) == Some(reason)) {
            self.stand = stand;
        }
    }

    #[must_use]
    pub fn site(&self) -> &site::Gate {
        &self.site
    }

    /// Takes an input; returns what must be done.
    pub fn handle(&mut self, input: Input, now: Time) -> Vec<Action> {
        match input {
            Input::Open(permit) => self.open(permit, now),
            Input::SetMode { mode, owner } => self.set_mode(mode, owner, now),
            Input::Reported { report, retained } => self.reported(&report, retained, now),
            Input::Passed(report) => self.passed(report, now),
            Input::Availability { online } => self.availability(online, now),
        }
    }

    fn open(&mut self, permit: Permit, now: Time) -> Vec<Action> {
        let mut actions = Vec::with_capacity(2);
        if self.site.passage_sensor {
            let due = now + delta(self.site.times.passage);
            let crowded_out = self.awaited.push(&permit, due);
            actions.extend(crowded_out.map(|due| self.end(due, false)));
        } else {
            let (decision, person) = (Some(permit.decision().clone()), permit.person().cloned());
            let direction = permit.direction();
            let end = PassageEnd { decision, person, direction, passed: true };
            self.awaited.expect_opening(now + delta(self.site.times.passage));
            actions.push(Action::EndPassage(end));
        }
        let open = self.site.times.pulse;
        actions.insert(0, Action::SendOpen { permit, open, deadline: now + delta(open) });
        actions
    }

    fn set_mode(&mut self, mode: Mode, owner: Owner, now: Time) -> Vec<Action> {
        if let Some(told) = &mut self.told
            && told.mode == mode
        {
            // The gate itself does the same thing whoever ordered it.
            told.owner = owner;
            return Vec::new();
        }
        let mut actions = Vec::new();
        if self.told.as_ref().is_some_and(|told| !told.confirmed && told.alarm_at.is_none()) {
            actions.push(Action::Alarm { reason: Reason::GateUnconfirmed, standing: None });
        }
        self.commands += 1;
        let command = format!("{}-{}", self.run, self.commands);
        self.told = Some(Told {
            mode,
            owner,
            command,
            confirmed: false,
            alarm_at: (!std::mem::take(&mut self.unconfirmed_before))
                .then(|| now + delta(self.site.times.confirm)),
            resend_at: None,
            resend_after: RESEND,
        });
        actions.extend(self.send_mode(now));
        if mode == Mode::Secure {
            // From here on an opening without a permit is forced; one that stands is not.
            return actions;
        }
        if let Stand::Forced { since } | Stand::Held { since } = self.stand
            && stands_open(mode)
        {
            let reason = leaf_alarm(self.stand);
            actions.extend(reason.map(|reason| Action::Alarm { reason, standing: None }));
            self.stand = Stand::Open { since };
        }
        actions
    }

    /// Sends the mode that the gate was told, and makes the next try due.
    fn send_mode(&mut self, now: Time) -> Option<Action> {
        let told = self.told.as_mut()?;
        let deadline = now + delta(told.resend_after) + self.spread;
        told.resend_at = Some(deadline);
        told.resend_after = (told.resend_after * 2).min(RESEND_MAX);
        Some(Action::SendMode { mode: told.mode, command: told.command.clone(), deadline })
    }

    fn reported(&mut self, report: &StateReport, retained: bool, now: Time) -> Vec<Action> {
        let mut actions = Vec::new();
        self.heard_at = Some(now);
        actions.extend(self.confirm(report.command.as_deref()));
        let tamper_changed = self.tampered != report.tamper;
        self.tampered = report.tamper;
        if tamper_changed {
            let detail = report.detail.clone().unwrap_or_else(|| "the case is open".to_owned());
            let standing = report.tamper.then_some(detail);
            actions.push(Action::Alarm { reason: Reason::Tamper, standing });
        }
        let stand = self.next_stand(report.leaf, retained, now);
        actions.extend(self.move_to(stand, report.detail.as_deref()));
        actions
    }

    fn confirm(&mut self, command: Option<&str>) -> Option<Action> {
        let told = self.told.as_mut()?;
        if told.confirmed || command != Some(told.command.as_str()) {
            return None;
        }
        let alarmed = told.alarm_at.is_none();
        told.confirmed = true;
        told.alarm_at = None;
        told.resend_at = None;
        alarmed.then_some(Action::Alarm { reason: Reason::GateUnconfirmed, standing: None })
    }

    /// How the gate stands by a report.
    fn next_stand(&mut self, leaf: Leaf, retained: bool, now: Time) -> Stand {
        let since = match self.stand {
            Stand::Open { since } | Stand::Held { since } | Stand::Forced { since } => since,
            Stand::Unknown | Stand::Closed { .. } | Stand::Fault { .. } => now,
        };
        match leaf {
            Leaf::Closed => Stand::Closed { since: now },
            Leaf::Fault => Stand::Fault { since: now },
            // The gate does not know every cause: a permit, or an order to stand open.
            Leaf::Held if self.may_stand_open() => Stand::Open { since },
            Leaf::Forced if self.may_stand_open() || self.awaited.explains_opening(now) => {
                Stand::Open { since }
            }
            Leaf::Held => Stand::Held { since },
            Leaf::Forced => Stand::Forced { since },
            Leaf::Open => match self.stand {
                // It was open before; that it still is, is no new opening.
                Stand::Open { .. } | Stand::Held { .. } | Stand::Forced { .. } => self.stand,
                // What was not seen to open cannot be called forced.
                Stand::Unknown => Stand::Open { since },
                Stand::Closed { .. } | Stand::Fault { .. } => {
                    let lawful = retained
                        || self.awaited.explains_opening(now)
                        || self.told.as_ref().is_some_and(|told| stands_open(told.mode));
                    if lawful { Stand::Open { since } } else { Stand::Forced { since } }
                }
            },
        }
    }

    /// Moves to `stand`: alarms of the old one clear, those of the new one are raised.
    fn move_to(&mut self, stand: Stand, detail: Option<&str>) -> Vec<Action> {
        let (before, after) = (leaf_alarm(self.stand), leaf_alarm(stand));
        self.stand = stand;
        if before == after {
            return Vec::new();
        }
        let cleared = before.map(|reason| Action::Alarm { reason, standing: None });
        let raised = after.map(|reason| {
            let standing = Some(detail.map_or_else(|| describe(stand), ToOwned::to_owned));
            Action::Alarm { reason, standing }
        });
        cleared.into_iter().chain(raised).collect()
    }

    fn passed(&mut self, report: PassageReport, now: Time) -> Vec<Action> {
        self.heard_at = Some(now);
        let PassageReport { decision, direction, passed } = report;
        if let Some(ended) = decision.as_ref().and_then(|id| self.awaited.how_ended(id)) {
            // Told again, it changes nothing; late but passed, it corrects `no_entry`.
            let correction = passed && !ended.1;
            ended.1 |= passed;
            let due = ended.0.clone();
            return if correction { vec![end_of(due, true)] } else { Vec::new() };
        }
        match self.awaited.take(decision.as_ref(), direction) {
            Some(due) => vec![self.end(due, passed)],
            // Somebody went through a gate that stands open, or later than awaited.
            None if passed => {
                vec![Action::EndPassage(PassageEnd { decision, person: None, direction, passed })]
            }
            None => Vec::new(),
        }
    }

    fn availability(&mut self, online: bool, now: Time) -> Vec<Action> {
        let before = self.online.replace(online);
        if before == Some(online) {
            // A gate that says that it is back without having been missed has started anew.
            return if online { self.tell_again(now) } else { Vec::new() };
        }
        let mut actions = Vec::new();
        if online {
            actions
                .extend(before.map(|_| Action::Alarm { reason: Reason::Offline, standing: None }));
            actions.extend(self.tell_again(now));
        } else {
            let standing = Some("the gate's connection is gone; its state is unknown".to_owned());
            actions.extend(self.move_to(Stand::Unknown, None));
            actions.push(Action::Alarm { reason: Reason::Offline, standing });
        }
        actions
    }

    /// Tells the gate its mode again, because it may have forgotten.
    fn tell_again(&mut self, now: Time) -> Vec<Action> {
        let confirm = delta(self.site.times.confirm);
        let Some(told) = &mut self.told else { return Vec::new() };
        if told.confirmed {
            told.alarm_at = Some(now + confirm);
        }
        told.confirmed = false;
        told.resend_after = RESEND;
        self.send_mode(now).into_iter().collect()
    }

    /// The next moment at which something is due.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        let told = self.told.iter().flat_map(|told| [told.alarm_at, told.resend_at]).flatten();
        let held = match self.stand {
            Stand::Open { since } if !self.may_stand_open() => Some(since + self.held_after()),
            Stand::Unknown
            | Stand::Closed { .. }
            | Stand::Open { .. }
            | Stand::Held { .. }
            | Stand::Forced { .. }
            | Stand::Fault { .. } => None,
        };
        told.chain(held).chain(self.awaited.next_deadline()).min()
    }

    /// Does what is due.
    pub fn handle_deadline(&mut self, now: Time) -> Vec<Action> {
        let mut actions: Vec<Action> =
            self.awaited.overdue(now).into_iter().map(|due| self.end(due, false)).collect();
        if let Stand::Open { since } = self.stand
            && !self.may_stand_open()
            && since + self.held_after() <= now
        {
            actions.extend(self.move_to(Stand::Held { since }, None));
        }
        let alarm_due = |told: &mut Told| told.alarm_at.take_if(|at| *at <= now).is_some();
        if let Some(told) = &mut self.told
            && alarm_due(told)
        {
            let standing = Some(format!("{:?} ordered, not confirmed", told.mode));
            actions.push(Action::Alarm { reason: Reason::GateUnconfirmed, standing });
        }
        if self.told.as_ref().is_some_and(|told| told.resend_at.is_some_and(|at| at <= now)) {
            actions.extend(self.send_mode(now));
        }
        actions
    }

    fn end(&mut self, due: Due, passed: bool) -> Action {
        self.awaited.ended(due.clone(), passed);
        end_of(due, passed)
    }

    fn may_stand_open(&self) -> bool {
        self.told.as_ref().is_some_and(|told| stands_open(told.mode))
    }

    fn held_after(&self) -> TimeDelta {
        delta(self.site.times.held_open)
    }

    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            stand: self.stand,
            told: self.told.as_ref().map(|told| (told.mode, told.owner.clone())),
            confirmed: self.told.as_ref().is_some_and(|told| told.confirmed),
            online: self.online,
            heard_at: self.heard_at,
            awaited: self.awaited.len(),
        }
    }
}

/// Between 0 and [`RESEND`], the same for a gate at all times.
fn spread_of(id: &str) -> TimeDelta {
    let mixed =
        id.bytes().fold(0_u64, |mixed, byte| mixed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let within = u64::try_from(RESEND.as_millis()).unwrap_or(1);
    TimeDelta::milliseconds(i64::try_from(mixed % within).unwrap_or(0))
}

/// Whether a gate in this mode stands open by right.
fn stands_open(mode: Mode) -> bool {
    match mode {
        Mode::Free | Mode::Released => true,
        Mode::Secure | Mode::Blocked | Mode::LockedDown => false,
    }
}

fn leaf_alarm(stand: Stand) -> Option<Reason> {
    match stand {
        Stand::Held { .. } => Some(Reason::Held),
        Stand::Forced { .. } => Some(Reason::Forced),
        Stand::Fault { .. } => Some(Reason::GateFault),
        Stand::Unknown | Stand::Closed { .. } | Stand::Open { .. } => None,
    }
}

fn describe(stand: Stand) -> String {
    match stand {
        Stand::Held { since } => format!("open since {since}"),
        Stand::Forced { since } => format!("opened at {since} without a permit"),
        Stand::Fault { .. } => "the gate reports a fault".to_owned(),
        Stand::Unknown | Stand::Closed { .. } | Stand::Open { .. } => String::new(),
    }
}

fn end_of(due: Due, passed: bool) -> Action {
    let Due { decision, person, direction, .. } = due;
    Action::EndPassage(PassageEnd { decision: Some(decision), person, direction, passed })
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
