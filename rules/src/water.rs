//! A tap or shower by card: reserve, open, meter, close, settle.
//!
//! ```text
//! Idle ──swipe──> Reserving ──reserved──> Open ──stop──> Closing ──meter read──> Settling ──> Idle
//!                     └──────refused──────> Idle
//! ```
//!
//! The valve is opened under a *lease*: its own timer closes it when the lease is not renewed, so
//! that a dead controller closes the water. What has run is what the meter says, from the register
//! before the valve opened to the one after it closed. A session found after a restart is closed and
//! settled in the same way.
//!
//! Prices are `tariff`'s, money is `ledger`'s; here a session knows how much its reservation is good
//! for, and says how much has run.

mod happening;
mod leak;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{
    Time,
    ledger::{AccountName, RowNo},
    usage::Point,
};
pub use happening::{Customer, Happening};
pub use leak::Leak;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Millilitres, by the meter.
    Volume,
    /// Seconds between opening and closing.
    Time,
    /// Each session is one.
    Use,
}

/// How a tap works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub measure: Measure,
    /// The valve closes by itself so long after it was told last.
    pub lease: TimeDelta,
    /// How often it is told, well within the lease.
    pub renew_every: TimeDelta,
    /// Closed after so long without flow.
    pub no_flow: TimeDelta,
    /// Closed after so long in any case.
    pub longest: TimeDelta,
    /// How long the valve may take to close, and the meter to be read.
    pub patience: TimeDelta,
    /// More than so many ml a second is a burst.
    pub most_per_second: u64,
    /// So many ml while it is closed are a leak.
    pub leak: u64,
}

/// Why the water stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    SecondSwipe,
    CardRemoved,
    NoFlow,
    /// What was reserved is used up.
    Spent,
    TimeUp,
    /// The valve or the meter failed, or a pipe did.
    Fault,
    /// The valve closed by itself, or somebody closed it at the tap.
    ClosedAtTap,
    /// An operator took the tap out of use.
    Operator,
    /// The controller was away.
    Restart,
}

impl Stop {
    pub const ALL: [Self; 9] = [
        Self::SecondSwipe,
        Self::CardRemoved,
        Self::NoFlow,
        Self::Spent,
        Self::TimeUp,
        Self::Fault,
        Self::ClosedAtTap,
        Self::Operator,
        Self::Restart,
    ];
}

/// Who pays for a session, and out of which reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub number: u64,
    pub payer: AccountName,
}

/// Water that runs, or has run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub session: Session,
    pub reservation: RowNo,
    /// How much the reservation is good for.
    pub affordable: u64,
    /// The meter before the valve was opened.
    pub start: Point,
    pub opened: Time,
}

/// How a tap stands. To be stored with the money it is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    #[default]
    Idle,
    Reserving {
        session: Session,
        /// Nobody waits for the water any more: let go of the money when it is reserved.
        abandoned: bool,
    },
    Open {
        run: Run,
        /// The last register that was higher than the one before.
        flow: Point,
        renewed: Time,
    },
    Closing {
        run: Run,
        why: Stop,
        since: Time,
        /// The valve is known to be closed since.
        closed: Option<Time>,
        /// When it was told last, and when its lease ends at the latest.
        told: Time,
        lease_end: Time,
    },
    Settling {
        run: Run,
        why: Stop,
        quantity: u64,
    },
}

/// What happens to a tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Swiped(Session),
    CardRemoved,
    /// An operator wants it shut.
    Shut,
    Reserved {
        reservation: RowNo,
        affordable: u64,
    },
    Refused,
    /// The meter was read.
    Register(u64),
    ValveClosed,
    ValveFault,
    /// The money is settled.
    Settled,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Reserve(Session),
    /// Let go of the money: no water has run.
    Release {
        session: Session,
        reservation: RowNo,
    },
    /// Open the valve, or keep it open, for so long.
    Open {
        lease: TimeDelta,
    },
    Close,
    ReadMeter,
    /// Charge what has run, at most what was reserved.
    Settle {
        run: Run,
        quantity: u64,
        why: Stop,
    },
    Alarm(Leak),
    /// The tap is busy with somebody else's session.
    Busy,
}

/// One tap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tap {
    state: State,
    /// The meter as read last.
    meter: Option<Point>,
    /// What the register was when the valve was last known to be closed, with nobody's water to come.
    shut_at: Option<u64>,
}

impl Tap {
    /// A tap as it was stored. What was unfinished is closed and settled.
    #[must_use]
    pub fn restore(state: State, now: Time, settings: &Settings) -> (Self, Vec<Action>) {
        let mut tap = Self { state: State::Idle, meter: None, shut_at: None };
        let actions = match state {
            State::Idle => Vec::new(),
            State::Reserving { session, .. } => {
                tap.state = State::Reserving { session: session.clone(), abandoned: true };
                vec![Action::Reserve(session)]
            }
            State::Open { run, .. } => tap.close(run, Stop::Restart, now, settings),
            State::Closing { run, why, .. } => tap.close(run, why, now, settings),
            State::Settling { run, why, quantity } => {
                let settle = Action::Settle { run: run.clone(), quantity, why };
                tap.state = State::Settling { run, why, quantity };
                vec![settle]
            }
        };
        (tap, actions)
    }

    #[must_use]
    pub fn snapshot(&self) -> &State {
        &self.state
    }

    /// The meter as read last.
    #[must_use]
    pub fn meter(&self) -> Option<Point> {
        self.meter
    }

    pub fn handle(&mut self, input: Input, now: Time, settings: &Settings) -> Vec<Action> {
        match input {
            Input::Swiped(session) => self.swiped(session, now, settings),
            Input::CardRemoved => self.stop(Stop::CardRemoved, now, settings),
            Input::Shut => self.stop(Stop::Operator, now, settings),
            Input::Reserved { reservation, affordable } => {
                self.reserved(reservation, affordable, now, settings)
            }
            Input::Refused => {
                if matches!(self.state, State::Reserving { .. }) {
                    self.state = State::Idle;
                }
                Vec::new()
            }
            Input::Register(register) => self.read(Point { at: now, register }, settings),
            Input::ValveClosed => self.valve_closed(now, settings),
            Input::ValveFault => {
                let mut actions = self.stop(Stop::Fault, now, settings);
                actions.push(Action::Alarm(Leak::ValveFault));
                actions
            }
            Input::Settled => {
                if matches!(self.state, State::Settling { .. }) {
                    self.state = State::Idle;
                }
                Vec::new()
            }
        }
    }

    /// When something is due by itself.
    #[must_use]
    pub fn next_deadline(&self, settings: &Settings) -> Option<Time> {
        match &self.state {
            State::Idle | State::Reserving { .. } | State::Settling { .. } => None,
            State::Open { run, flow, renewed } => {
                let ends = [run.opened + settings.longest, flow.at + settings.no_flow];
                let spent = match settings.measure {
                    Measure::Time => i64::try_from(run.affordable).ok(),
                    Measure::Volume | Measure::Use => None,
                };
                let spent = spent.and_then(TimeDelta::try_seconds).map(|time| run.opened + time);
                let all = ends.into_iter().chain([*renewed + settings.renew_every]).chain(spent);
                all.min()
            }
            State::Closing { told, .. } => Some(*told + settings.patience),
        }
    }

    pub fn handle_deadline(&mut self, now: Time, settings: &Settings) -> Vec<Action> {
        match &mut self.state {
            State::Idle | State::Reserving { .. } | State::Settling { .. } => Vec::new(),
            State::Open { run, flow, renewed } => {
                let dry = flow.at + settings.no_flow <= now;
                let seconds = (now - run.opened).num_seconds().unsigned_abs();
                let over = if run.opened + settings.longest <= now {
                    Some(Stop::TimeUp)
                } else if settings.measure == Measure::Time && seconds >= run.affordable {
                    Some(Stop::Spent)
                } else if dry {
                    Some(Stop::NoFlow)
                } else {
                    None
                };
                if let Some(why) = over {
                    let never = *flow == run.start;
                    let mut actions = self.stop(why, now, settings);
                    if why == Stop::NoFlow && never {
                        actions.push(Action::Alarm(Leak::OpenWithoutFlow));
                    }
                    return actions;
                }
                if *renewed + settings.renew_every <= now {
                    *renewed = now;
                    return vec![Action::Open { lease: settings.lease }];
                }
                Vec::new()
            }
            State::Closing { closed, told, lease_end, .. } => {
                if *told + settings.patience > now {
                    return Vec::new();
                }
                *told = now;
                if closed.is_some() {
                    return vec![Action::ReadMeter];
                }
                if *lease_end <= now {
                    // By now its own timer has closed it, whatever it says or does not say.
                    *closed = Some(now);
                    return vec![Action::Alarm(Leak::DoesNotConfirm), Action::ReadMeter];
                }
                vec![Action::Close]
            }
        }
    }

    fn swiped(&mut self, session: Session, now: Time, settings: &Settings) -> Vec<Action> {
        match &self.state {
            State::Idle => {
                self.state = State::Reserving { session: session.clone(), abandoned: false };
                vec![Action::Reserve(session)]
            }
            State::Open { run, .. } if run.session.payer == session.payer => {
                self.stop(Stop::SecondSwipe, now, settings)
            }
            State::Reserving { .. }
            | State::Open { .. }
            | State::Closing { .. }
            | State::Settling { .. } => vec![Action::Busy],
        }
    }

    fn reserved(
        &mut self,
        reservation: RowNo,
        affordable: u64,
        now: Time,
        settings: &Settings,
    ) -> Vec<Action> {
        let State::Reserving { session, abandoned } = &self.state else { return Vec::new() };
        let (session, abandoned) = (session.clone(), *abandoned);
        // Without knowing where the meter stands nobody could say what has run.
        let Some(start) = self.meter.filter(|_| !abandoned && affordable > 0) else {
            self.state = State::Idle;
            return vec![Action::Release { session, reservation }];
        };
        let run = Run { session, reservation, affordable, start, opened: now };
        let flow = Point { at: now, ..start };
        let run = Run { start: flow, ..run };
        self.state = State::Open { run, flow, renewed: now };
        self.shut_at = None;
        vec![Action::Open { lease: settings.lease }]
    }

    fn read(&mut self, point: Point, settings: &Settings) -> Vec<Action> {
        let before = self.meter.replace(point);
        let rose = before.map_or(0, |before| point.register.saturating_sub(before.register));
        match &mut self.state {
            State::Idle => {
                // However often it is read: a little at a time is a leak, too.
                let first = before.map_or(point.register, |before| before.register);
                let since = self.shut_at.unwrap_or(first).min(point.register);
                let leaks = point.register - since >= settings.leak.max(1);
                self.shut_at = Some(if leaks { point.register } else { since });
                if leaks { vec![Action::Alarm(Leak::FlowWhileClosed)] } else { Vec::new() }
            }
            State::Reserving { .. } | State::Settling { .. } => Vec::new(),
            State::Open { run, flow, .. } => {
                if point.register > flow.register {
                    *flow = point;
                }
                let millis = before.map_or(0, |before| (point.at - before.at).num_milliseconds());
                let most = settings.most_per_second.saturating_mul(millis.unsigned_abs()) / 1_000;
                let ran = point.register.saturating_sub(run.start.register);
                if rose > most.saturating_add(settings.most_per_second) {
                    let mut actions = self.stop(Stop::Fault, point.at, settings);
                    actions.push(Action::Alarm(Leak::Burst));
                    return actions;
                }
                if settings.measure == Measure::Volume && ran >= run.affordable {
                    return self.stop(Stop::Spent, point.at, settings);
                }
                Vec::new()
            }
            State::Closing { run, why, closed, .. } => {
                let Some(closed) = *closed else { return Vec::new() };
                if point.at < closed {
                    return Vec::new();
                }
                let (run, why) = (run.clone(), *why);
                let quantity = match settings.measure {
                    Measure::Volume => point.register.saturating_sub(run.start.register),
                    Measure::Time => (closed - run.opened).num_seconds().unsigned_abs(),
                    Measure::Use => 1,
                };
                self.settle(run, why, quantity)
            }
        }
    }

    fn settle(&mut self, run: Run, why: Stop, quantity: u64) -> Vec<Action> {
        let settle = Action::Settle { run: run.clone(), quantity, why };
        self.state = State::Settling { run, why, quantity };
        vec![settle]
    }

    fn stop(&mut self, why: Stop, now: Time, settings: &Settings) -> Vec<Action> {
        match &mut self.state {
            State::Open { run, .. } => {
                let run = run.clone();
                self.close(run, why, now, settings)
            }
            State::Reserving { abandoned, .. } => {
                *abandoned = true;
                Vec::new()
            }
            State::Idle | State::Closing { .. } | State::Settling { .. } => Vec::new(),
        }
    }

    fn close(&mut self, run: Run, why: Stop, now: Time, settings: &Settings) -> Vec<Action> {
        let lease_end = now + settings.lease;
        self.state = State::Closing { run, why, since: now, closed: None, told: now, lease_end };
        vec![Action::Close]
    }

    fn valve_closed(&mut self, now: Time, settings: &Settings) -> Vec<Action> {
        match &mut self.state {
            State::Closing { closed: closed @ None, .. } => {
                *closed = Some(now);
                vec![Action::ReadMeter]
            }
            // Told so all the same: what was sent to open it may still be under way.
            State::Open { .. } => self.stop(Stop::ClosedAtTap, now, settings),
            State::Idle
            | State::Reserving { .. }
            | State::Closing { .. }
            | State::Settling { .. } => Vec::new(),
        }
    }
}
