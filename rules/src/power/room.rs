//! One room: its protection, its demand board and its relay, brought together.
//!
//! Whatever a part says reaches the others here, in one order: protection posts its demand, the
//! board decides, the relay follows. What the meter and the relay are spoken to with, and what is
//! recorded and shown, is the caller's.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    demand::{DemandBoard, Demander, Off, Verdict, Why},
    evidence::{Evidence, Rule},
    freshness::{Freshness, Latest},
    protection::{self, Doubt, Moment, RoomProtection, Settings},
    relay::{self, Command, Position, Record, RelayAlarm, RelayControl, RelaySettings, Want},
    sample::{Absence, Sample},
};
use crate::{
    Time,
    billing::Bill,
    credit::Level,
    ids::OperatorId,
    ledger::Purpose,
    money::Fen,
    usage::{Decision, Parked},
};

/// What happened to a room, as it goes on record. Complete: it can be understood, and taken in again
/// after a restart, without anything else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happening {
    /// Protection has decided that it goes dark.
    Tripped { evidence: Box<Evidence> },
    /// It gets power again by itself.
    Reclosed { tries_left: u8 },
    /// The trip stays until a person releases it.
    LockedOut,
    /// A person has released it.
    Released { by: OperatorId },
    /// It was told that it is about to trip; `None`: this rule only warns.
    Warned { rule: Rule, remaining_s: Option<i64> },
    /// The warning has lost its cause.
    WarningCleared,
    /// Somebody other than protection wants it dark.
    DemandPosted { off: Off },
    /// That demand was taken back, by a person or because its cause or time is over.
    DemandReleased { off: Off, by: Option<OperatorId>, words: Option<String> },
    /// That demand ends by itself at this moment: power comes back to many rooms one after the other.
    ReleaseSet { demander: Demander, until: Time, by: Option<OperatorId>, words: Option<String> },
    /// What became of a command to its relay.
    CommandEnded { record: Record },
    /// A sample was passed over; told once in a row.
    Doubted { doubt: Doubt },
    /// An operator gave it other limits.
    LimitsSet { limit_w: f64, night_limit_w: Option<f64>, by: OperatorId, words: String },
    /// Its meter told its serial number for the first time.
    MeterFound { serial: String },
    /// Another meter than the one on record answers in its place.
    MeterChanged { known: String, serial: String },
    /// An operator says that the meter is this room's.
    MeterAccepted { serial: String, by: OperatorId, words: String },
    /// What its meter has counted was charged to its account.
    Billed { bill: Box<Bill> },
    /// A register of its meter is not believed: nothing is billed until a person has decided.
    ReadingParked { parked: Parked },
    /// A person has decided what the register is worth.
    ReadingDecided { decision: Decision },
    /// Money came into its account.
    Credited {
        purpose: Purpose,
        #[serde(rename = "amount_fen")]
        amount: Fen,
        by: Option<OperatorId>,
    },
    /// Its balance has come to another level.
    CreditLevel {
        level: Level,
        #[serde(rename = "balance_fen")]
        balance: Fen,
    },
    /// It would be dark for want of money, but for the time.
    CutDeferred {
        #[serde(rename = "balance_fen")]
        balance: Fen,
    },
}

/// Nothing that is not finite goes on record.
impl Eq for Happening {}

/// What reaches a room.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Its meter answered.
    Sample(Sample),
    /// Its meter did not.
    Absent(Absence),
    /// The line or the relay said something.
    Relay(relay::Input),
    /// An operator wants it dark.
    Cut { by: OperatorId, words: String, until: Option<Time> },
    /// An operator takes the cut back, releases a trip, and lets a stubborn relay be tried again. No
    /// demand of anybody else ends by it.
    Restore { by: OperatorId, words: String },
    /// The feeder, the schedule, the credit or an emergency wants it dark.
    Post(Off),
    /// One of these does so no longer.
    Release(Demander),
    /// A demand ends at this moment, or at once if that is not in the future. Nothing else does: no
    /// trip is released by it.
    ReleaseAt { demander: Demander, at: Time, by: Option<OperatorId>, words: Option<String> },
    /// An operator gives it other limits; they were checked against the circuit.
    Limits { settings: Box<Settings>, by: OperatorId, words: String },
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Ask the line for another sample at once.
    Suspect,
    /// Read the relay back.
    Read,
    /// Put a command on the line, unless it is expired by then.
    Send(Command),
    /// Take a command off the line that has not been sent.
    Withdraw {
        id: u64,
    },
    /// Record and tell.
    Happened(Happening),
    Raise(RelayAlarm),
    Clear(RelayAlarm),
}

/// What is stored of a room.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Snapshot {
    protection: protection::Snapshot,
    board: DemandBoard,
    relay: relay::Snapshot,
    /// Limits that an operator set, in watts, by day and by night.
    limits: Option<(f64, Option<f64>)>,
}

/// A room.
#[derive(Debug, Clone, PartialEq)]
pub struct Room {
    protection: RoomProtection,
    board: DemandBoard,
    relay: RelayControl,
    latest: Latest<Sample>,
    limits: Option<(f64, Option<f64>)>,
}

impl Room {
    /// A room as it was stored, or one about which nothing is known: `Snapshot::default()`. Limits
    /// that an operator had set take the place of those in `settings`, if the circuit still bears
    /// them.
    #[must_use]
    pub fn restore(settings: Settings, relay: RelaySettings, state: Snapshot) -> Self {
        let mut room = Self {
            protection: RoomProtection::restore(settings, state.protection),
            board: state.board,
            relay: RelayControl::restore(relay, state.relay),
            latest: Latest::default(),
            limits: None,
        };
        if let Some((limit_w, night_limit_w)) = state.limits {
            room.limit(limit_w, night_limit_w);
        }
        room
    }

    /// Takes in what happened, on that local date, after the snapshot was stored.
    pub fn recover(&mut self, happening: &Happening, date: NaiveDate) {
        match happening {
            Happening::Tripped { evidence } => self.protection.resume((**evidence).clone()),
            Happening::Reclosed { .. } => self.protection.resume_released(Some(date)),
            Happening::Released { .. } => self.protection.resume_released(None),
            Happening::DemandPosted { off } => drop(self.board.post(off.clone())),
            Happening::DemandReleased { off, .. } => {
                self.board.release(off.why.demander());
            }
            Happening::ReleaseSet { demander, until, .. } => {
                self.board.end_at(*demander, *until);
            }
            Happening::LimitsSet { limit_w, night_limit_w, .. } => {
                self.limit(*limit_w, *night_limit_w);
            }
            Happening::LockedOut
            | Happening::Warned { .. }
            | Happening::WarningCleared
            | Happening::CommandEnded { .. }
            | Happening::Doubted { .. }
            // Whose the meter is, the caller remembers.
            | Happening::MeterFound { .. }
            | Happening::MeterChanged { .. }
            | Happening::MeterAccepted { .. }
            // Money is the ledger's, the meter's count billing's.
            | Happening::Billed { .. }
            | Happening::ReadingParked { .. }
            | Happening::ReadingDecided { .. }
            | Happening::Credited { .. }
            | Happening::CreditLevel { .. }
            | Happening::CutDeferred { .. } => {}
        }
    }

    /// Begins after a start: looks how the relay stands before anything is switched.
    pub fn start(&mut self, now: Time) -> Vec<Action> {
        let started = self.relay.start(now);
        let mut actions = relayed(started);
        self.follow(now, &mut actions);
        actions
    }

    /// What is to be stored.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            protection: self.protection.snapshot().clone(),
            board: self.board.clone(),
            relay: self.relay.snapshot().clone(),
            limits: self.limits,
        }
    }

    #[must_use]
    pub fn protection(&self) -> &RoomProtection {
        &self.protection
    }

    #[must_use]
    pub fn relay(&self) -> &RelayControl {
        &self.relay
    }

    #[must_use]
    pub fn verdict(&self) -> Verdict<'_> {
        self.board.verdict()
    }

    /// What that one wants, if it wants it dark.
    #[must_use]
    pub fn demand_of(&self, demander: Demander) -> Option<&Off> {
        self.board.of(demander)
    }

    /// The last sample and what it is worth now.
    #[must_use]
    pub fn sample(&self, now: Time) -> Freshness<Sample> {
        self.latest.at(now, self.protection.settings().stale_after())
    }

    /// When to call [`Self::handle_deadline`].
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        let parts = [
            self.protection.next_deadline(),
            self.board.next_deadline(),
            self.relay.next_deadline(),
        ];
        parts.into_iter().flatten().min()
    }

    /// Does what is due.
    pub fn handle_deadline(&mut self, moment: Moment) -> Vec<Action> {
        let protected = self.protection.handle_deadline(moment);
        let mut actions = told(protected);
        for off in self.board.handle_deadline(moment.now) {
            let over = Happening::DemandReleased { off, by: None, words: None };
            actions.push(Action::Happened(over));
        }
        self.follow(moment.now, &mut actions);
        let relay = self.relay.handle_deadline(moment.now);
        actions.extend(relayed(relay));
        actions
    }

    /// Takes what happened.
    pub fn handle(&mut self, input: Input, moment: Moment) -> Vec<Action> {
        let now = moment.now;
        let mut actions = Vec::new();
        match input {
            Input::Sample(sample) => return self.sampled(sample, moment),
            Input::Absent(why) => self.latest.miss(why),
            Input::Relay(input) => return relayed(self.relay.handle(input, now)),
            Input::Cut { by, words, until } => {
                let off = Off { why: Why::Operator { by, words }, since: now, until };
                self.post(off, &mut actions);
            }
            Input::Restore { by, words } => self.restored(&by, words, moment, &mut actions),
            Input::Post(off) => self.post(off, &mut actions),
            Input::Release(demander) => self.release(demander, None, None, &mut actions),
            Input::ReleaseAt { demander, at, by, words } if at <= now => {
                self.release(demander, by, words, &mut actions);
            }
            Input::ReleaseAt { demander, at, by, words } => {
                if self.board.end_at(demander, at) {
                    let set = Happening::ReleaseSet { demander, until: at, by, words };
                    actions.push(Action::Happened(set));
                }
            }
            Input::Limits { settings, by, words } => {
                let draft = settings.draft();
                let (limit_w, night_limit_w) = (draft.limit_w, draft.night_limit_w);
                self.limits = Some((limit_w, night_limit_w));
                self.protection.set_settings(*settings);
                let set = Happening::LimitsSet { limit_w, night_limit_w, by, words };
                actions.push(Action::Happened(set));
            }
        }
        self.follow(now, &mut actions);
        actions
    }

    fn sampled(&mut self, sample: Sample, moment: Moment) -> Vec<Action> {
        let judged = self.protection.handle(protection::Input::Sample(sample), moment);
        let believed = !judged.iter().any(|act| matches!(act, protection::Action::Doubt(_)));
        let mut actions = told(judged);
        self.follow(moment.now, &mut actions);
        if believed && self.protection.last() == Some(&sample) {
            self.latest.keep(sample, sample.at);
            let relay = self.relay.handle(relay::Input::Current(sample.current_a), moment.now);
            actions.extend(relayed(relay));
        } else {
            self.latest.miss(Absence::Implausible);
        }
        actions
    }

    fn restored(
        &mut self,
        by: &OperatorId,
        words: String,
        moment: Moment,
        actions: &mut Vec<Action>,
    ) {
        self.release(Demander::Operator, Some(by.clone()), Some(words), actions);
        let released = protection::Input::Release { by: by.clone() };
        let protected = self.protection.handle(released, moment);
        actions.extend(told(protected));
        self.follow(moment.now, actions);
        let tried = self.relay.handle(relay::Input::Retry { by: by.clone() }, moment.now);
        actions.extend(relayed(tried));
    }

    fn post(&mut self, off: Off, actions: &mut Vec<Action>) {
        if self.board.of(off.why.demander()) == Some(&off) {
            return;
        }
        self.board.post(off.clone());
        actions.push(Action::Happened(Happening::DemandPosted { off }));
    }

    fn release(
        &mut self,
        demander: Demander,
        by: Option<OperatorId>,
        words: Option<String>,
        actions: &mut Vec<Action>,
    ) {
        if let Some(off) = self.board.release(demander) {
            actions.push(Action::Happened(Happening::DemandReleased { off, by, words }));
        }
    }

    fn limit(&mut self, limit_w: f64, night_limit_w: Option<f64>) {
        let known = self.protection.settings();
        let draft = protection::Draft { limit_w, night_limit_w, ..known.draft().clone() };
        if let Ok(settings) = Settings::new(known.limits().clone(), draft) {
            self.protection.set_settings(settings);
            self.limits = Some((limit_w, night_limit_w));
        }
    }

    /// Brings protection's demand to the board, and the board's verdict to the relay.
    fn follow(&mut self, now: Time, actions: &mut Vec<Action>) {
        match self.protection.demand() {
            Some(off) => drop(self.board.post(off)),
            None => drop(self.board.release(Demander::Protection)),
        }
        let want = Want::from(&self.board.verdict());
        match want.to {
            Position::Open => self.protection.goes_dark(),
            Position::Closed => self.protection.comes_back(now),
        }
        if self.relay.wanted() != Some(&want) {
            let relay = self.relay.handle(relay::Input::Want(want), now);
            actions.extend(relayed(relay));
        }
    }
}

/// What protection asks for, in the room's words.
fn told(actions: Vec<protection::Action>) -> Vec<Action> {
    let told = |action| match action {
        protection::Action::Suspect => Action::Suspect,
        protection::Action::Warn { rule, remaining } => {
            let remaining_s = remaining.map(|left| left.num_seconds());
            Action::Happened(Happening::Warned { rule, remaining_s })
        }
        protection::Action::Clear => Action::Happened(Happening::WarningCleared),
        protection::Action::Trip(evidence) => Action::Happened(Happening::Tripped { evidence }),
        protection::Action::Reclose { tries_left } => {
            Action::Happened(Happening::Reclosed { tries_left })
        }
        protection::Action::LockOut => Action::Happened(Happening::LockedOut),
        protection::Action::Released { by } => Action::Happened(Happening::Released { by }),
        protection::Action::Doubt(doubt) => Action::Happened(Happening::Doubted { doubt }),
    };
    actions.into_iter().map(told).collect()
}

/// What the relay asks for, in the room's words.
fn relayed(actions: Vec<relay::Action>) -> Vec<Action> {
    let told = |action| match action {
        relay::Action::Read => Action::Read,
        relay::Action::Send(command) => Action::Send(command),
        relay::Action::Withdraw { id } => Action::Withdraw { id },
        relay::Action::Done(record) => Action::Happened(Happening::CommandEnded { record }),
        relay::Action::Raise(alarm) => Action::Raise(alarm),
        relay::Action::Clear(alarm) => Action::Clear(alarm),
    };
    actions.into_iter().map(told).collect()
}
