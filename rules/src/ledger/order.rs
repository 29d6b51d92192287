//! What may be asked of the ledger.

use chrono::NaiveDate;

use super::{account::AccountName, cause::Cause, entry::RowNo, purpose::Purpose};
use crate::{Time, ids::OperatorId, money::Fen};

/// Something asked of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub cause: Cause,
    pub at: Time,
    /// The day of the books that it belongs to, by the campus's own wall clock.
    pub day: NaiveDate,
    pub by: Option<OperatorId>,
    pub why: Option<String>,
    pub ask: Ask,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Move money. From a purse or a room, its owner's subsidies are spent too, by their rank.
    Transfer { purpose: Purpose, from: AccountName, to: AccountName, amount: Fen },
    /// Hold money back, at the latest until `until`.
    Reserve {
        purpose: Purpose,
        from: AccountName,
        to: AccountName,
        amount: Fen,
        until: Option<Time>,
    },
    /// Move so much of what is held back, and let go of the rest.
    Post { reservation: RowNo, amount: Fen },
    /// Let go of what is held back.
    Release { reservation: RowNo },
    /// As a release, because its time is up.
    Expire { reservation: RowNo },
    /// Move back so much of what a row has moved.
    Correct { row: RowNo, amount: Fen },
}

impl Ask {
    /// The amount asked for, if one is.
    #[must_use]
    pub fn amount(&self) -> Option<Fen> {
        match self {
            Self::Transfer { amount, .. }
            | Self::Reserve { amount, .. }
            | Self::Post { amount, .. }
            | Self::Correct { amount, .. } => Some(*amount),
            Self::Release { .. } | Self::Expire { .. } => None,
        }
    }
}
