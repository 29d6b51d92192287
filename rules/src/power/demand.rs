//! The demand board of one room: who wants it dark, and why.
//!
//! Nobody switches a relay. Each demander posts at most one demand, any *off* wins, and a release
//! by one never clears another's; so a top-up cannot re-energise a tripped room. Driving the relay
//! there is `relay`, words for people are `why`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::evidence::{Rule, Then};
use crate::{
    Time,
    ids::{FeederId, OperatorId, WindowId},
};

/// Who may want a room dark, the one to be named first coming first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demander {
    /// Fire, flood, rescue.
    Emergency,
    /// The room's own protection.
    Protection,
    /// A person of the office.
    Operator,
    /// The building or feeder that the room hangs on, when it is overloaded. Its own demander, so
    /// that the end of a shortage cannot release a trip.
    Feeder,
    /// Nothing left to pay with.
    Credit,
    /// Lights-out.
    Schedule,
}

impl Demander {
    pub const ALL: [Self; 6] = [
        Self::Emergency,
        Self::Protection,
        Self::Operator,
        Self::Feeder,
        Self::Credit,
        Self::Schedule,
    ];
}

/// Why a room is wanted dark; it tells the demander.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "demander", rename_all = "snake_case")]
pub enum Why {
    Emergency { by: OperatorId, words: String },
    Protection { rule: Rule, then: Then },
    Operator { by: OperatorId, words: String },
    Feeder { feeder: FeederId },
    Credit,
    Schedule { window: WindowId },
}

impl Why {
    #[must_use]
    pub fn demander(&self) -> Demander {
        match self {
            Self::Emergency { .. } => Demander::Emergency,
            Self::Protection { .. } => Demander::Protection,
            Self::Operator { .. } => Demander::Operator,
            Self::Feeder { .. } => Demander::Feeder,
            Self::Credit => Demander::Credit,
            Self::Schedule { .. } => Demander::Schedule,
        }
    }

    /// Whether the relay must open without regard to its wear.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        matches!(self.demander(), Demander::Emergency | Demander::Protection)
    }
}

/// A demand that the room be dark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Off {
    pub why: Why,
    pub since: Time,
    /// The demand ends by itself at this moment; `None`: only when it is released.
    pub until: Option<Time>,
}

/// What all demands come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<'a> {
    On,
    Off {
        /// The demand to be named first.
        winner: &'a Off,
        /// All others in force: each of them alone keeps the room dark.
        others: Vec<&'a Off>,
    },
}

/// The demands on one room that are in force.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DemandBoard {
    demands: BTreeMap<Demander, Off>,
}

impl DemandBoard {
    /// Posts a demand in place of the same demander's earlier one, which is returned.
    pub fn post(&mut self, off: Off) -> Option<Off> {
        self.demands.insert(off.why.demander(), off)
    }

    /// Takes one demander's demand back, and nobody else's; returns it if there was one.
    pub fn release(&mut self, demander: Demander) -> Option<Off> {
        self.demands.remove(&demander)
    }

    /// Lets one demander's demand end by itself at `at`; one that ends earlier stays as it is.
    /// Returns whether there was one to change.
    pub fn end_at(&mut self, demander: Demander, at: Time) -> bool {
        let Some(off) = self.demands.get_mut(&demander) else { return false };
        let later = off.until.is_none_or(|until| until > at);
        if later {
            off.until = Some(at);
        }
        later
    }

    /// The demand of one demander.
    #[must_use]
    pub fn of(&self, demander: Demander) -> Option<&Off> {
        self.demands.get(&demander)
    }

    #[must_use]
    pub fn verdict(&self) -> Verdict<'_> {
        let mut demands = self.demands.values();
        match demands.next() {
            None => Verdict::On,
            Some(winner) => Verdict::Off { winner, others: demands.collect() },
        }
    }

    /// The next moment at which a demand ends by itself.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        self.demands.values().filter_map(|off| off.until).min()
    }

    /// Takes out every demand that has ended by `now`; returns them.
    pub fn handle_deadline(&mut self, now: Time) -> Vec<Off> {
        let over = |off: &Off| off.until.is_some_and(|until| until <= now);
        self.demands.extract_if(.., |_, off| over(off)).map(|(_, off)| off).collect()
    }
}
