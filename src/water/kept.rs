//! What is kept of a tap beside the money, in the same commits.

use std::collections::HashMap;

use onecard_devices::reader::Read;
use onecard_rules::{
    Time,
    access::Presented,
    ids::{DecisionId, OperatorId, TapId},
    money::Fen,
    water::{Customer, State},
};
use serde::{Deserialize, Serialize};
use tracing::error;

use crate::store::ledger::Keep;

/// The kind under which taps are kept.
pub const KEPT: &str = "tap";
/// The kind under which it is kept what of a person's earlier charges the next one depends on.
pub const STANDING: &str = "tap_standing";

/// A tap as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The number of the last session; none is ever used twice.
    pub(super) session: u64,
    pub(super) state: State,
    /// Whose session it is or was.
    pub(super) customer: Option<Customer>,
    /// The decision that the reader was told.
    pub(super) decision: Option<DecisionId>,
    /// How much is reserved for it, or was asked for.
    pub(super) reserved: Fen,
    pub(super) shut: Option<Shut>,
    /// The swipe that was served last, to know a copy of it by.
    pub(super) swipe: Option<LastSwipe>,
}

/// Out of use, in an operator's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shut {
    pub(super) by: OperatorId,
    pub(super) words: String,
    pub(super) since: Time,
}

/// A swipe that was served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastSwipe {
    /// The text as read, and whether it was a phone's code.
    pub raw: String,
    pub code: bool,
    pub presented_at: Option<Time>,
    /// The reader's count of its starts, and of its swipes since.
    pub key: Option<(u64, u64)>,
    pub decision: DecisionId,
    pub at: Time,
}

impl LastSwipe {
    pub(super) fn of(read: &Read, decision: DecisionId, at: Time) -> Self {
        Self {
            raw: read.raw.clone(),
            code: matches!(read.presented, Presented::Code(_)),
            presented_at: read.presented_at,
            key: read.key.as_ref().map(|key| (key.boot, key.seq)),
            decision,
            at,
        }
    }
}

impl Kept {
    pub(super) fn keep(&self, tap: &TapId) -> Keep {
        // Our own types have string keys and cannot fail; without a body it would be forgotten.
        let body = serde_json::to_string(self).ok();
        Keep { kind: KEPT, key: tap.to_string(), body }
    }
}

/// What was kept of all taps.
pub(super) fn read(stored: &[(String, String)]) -> HashMap<String, Kept> {
    let one = |(tap, body): &(String, String)| match serde_json::from_str(body) {
        Ok(kept) => Some((tap.clone(), kept)),
        Err(wrong) => {
            error!(tap, %wrong, "what was kept of a tap cannot be read; its reservation stays");
            None
        }
    };
    stored.iter().filter_map(one).collect()
}

/// The swipe that a tap served last.
#[must_use]
pub fn last_swipe(stored: &[(String, String)], tap: &TapId) -> Option<LastSwipe> {
    let (_, body) = stored.iter().find(|(key, _)| key == tap.as_str())?;
    serde_json::from_str::<Kept>(body).ok()?.swipe
}
