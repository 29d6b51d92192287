//! What goes to a relay and what became of it: the words shared by the controller and the line.

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    ids::OperatorId,
    power::demand::{Verdict, Why},
};

/// How the contact stands; open is dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    Open,
    Closed,
}

/// How the board wants the contact to stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Want {
    pub to: Position,
    /// The demand that won; `None`: nobody wants the room dark.
    pub why: Option<Why>,
}

impl Want {
    /// Whether neither wear nor an unanswered read may delay it.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        self.to == Position::Open && self.why.as_ref().is_some_and(Why::is_urgent)
    }
}

impl From<&Verdict<'_>> for Want {
    fn from(verdict: &Verdict<'_>) -> Self {
        match verdict {
            Verdict::On => Self { to: Position::Closed, why: None },
            // One urgent demand makes the trip urgent, whoever is named first.
            Verdict::Off { winner, others } => {
                let urgent = others.iter().find(|off| off.why.is_urgent());
                let off = if winner.why.is_urgent() { winner } else { urgent.unwrap_or(winner) };
                Self { to: Position::Open, why: Some(off.why.clone()) }
            }
        }
    }
}

/// One order to a relay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Counts up for each relay and never comes again.
    pub id: u64,
    pub to: Position,
    /// A trip: it goes out before everything else on the line.
    pub urgent: bool,
    pub why: Option<Why>,
    pub issued: Time,
    /// From this moment on it must not be sent any more.
    pub deadline: Time,
}

impl Command {
    #[must_use]
    pub fn is_expired(&self, now: Time) -> bool {
        now >= self.deadline
    }
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The read-back agrees and, for an opened relay, the current is gone.
    Seen,
    /// Its deadline passed before it was sent; it was never carried out.
    Expired,
    /// Sent, and nothing was heard of it.
    Unanswered,
    /// The device refused it.
    Refused,
    /// Sent, and the read-back or the current shows that it was not carried out.
    Disobeyed,
    /// The board changed its mind.
    Superseded,
    /// The controller stopped in the middle; what became of it is read from the relay.
    Interrupted,
}

/// The way of one command: accepted, sent, answered, seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub command: Command,
    pub sent: Option<Time>,
    pub answered: Option<Time>,
    /// How it ended, and when.
    pub outcome: Option<(Outcome, Time)>,
}

/// What is wrong with a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelayAlarm {
    /// It answers and does not do what it is told.
    Disobeys,
    /// Current flows though it says that it is open: a welded contact or a bypass.
    DrawsWhileOpen,
    /// Somebody has locked the breaker at its place.
    LocallyLocked,
    /// It opened without being told: it is left open until a person has looked.
    OpenedByItself,
    /// It closed without being told.
    ClosedByItself,
    /// It cannot be read.
    Silent,
}

impl RelayAlarm {
    pub const ALL: [Self; 6] = [
        Self::Disobeys,
        Self::DrawsWhileOpen,
        Self::LocallyLocked,
        Self::OpenedByItself,
        Self::ClosedByItself,
        Self::Silent,
    ];
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The board's verdict changed, or is told again.
    Want(Want),
    /// The line has put the command on the wire.
    Sent { id: u64 },
    /// The relay has acknowledged the command.
    Answered { id: u64 },
    /// The relay has answered that it will not.
    Refused { id: u64 },
    /// A read-back of the contact.
    Position(Position),
    /// A believable current of the room, in amperes.
    Current(f64),
    /// The breaker says whether it is locked at its place.
    LocallyLocked(bool),
    /// A person has looked and wants it tried again.
    Retry { by: OperatorId },
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Read the contact back.
    Read,
    /// Put a command on the line, unless it is expired by then.
    Send(Command),
    /// Take a command off the line that has not been sent.
    Withdraw {
        id: u64,
    },
    /// A command has ended.
    Done(Record),
    Raise(RelayAlarm),
    Clear(RelayAlarm),
}
