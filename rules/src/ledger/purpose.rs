//! What money is moved for: between which kinds of accounts, and under which rules.

use serde::{Deserialize, Serialize};

use super::account::AccountKind::{
    self, CashDesk, Clearing, Income, Merchant, Purse, Room, RoomSubsidy, Subsidy, Suspense,
};

/// What money is moved for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Money comes in.
    TopUp,
    /// A person pays for a room in advance.
    RoomTopUp,
    /// A card at a merchant's terminal.
    Purchase,
    /// Water at a tap.
    Water,
    /// Tuition, a new card.
    Fee,
    /// What a room has used. It has been used already, so that a room may come to owe.
    Usage,
    /// Money goes back to who paid.
    Refund,
    /// Subsidies, scholarships, wages.
    Grant,
    /// The rest of a subsidy whose time is over.
    SubsidyExpired,
    /// Money goes out: to a merchant's bank, to somebody who leaves.
    Payout,
    /// Set right by hand.
    Adjustment,
}

impl Purpose {
    pub const ALL: [Self; 11] = [
        Self::TopUp,
        Self::RoomTopUp,
        Self::Purchase,
        Self::Water,
        Self::Fee,
        Self::Usage,
        Self::Refund,
        Self::Grant,
        Self::SubsidyExpired,
        Self::Payout,
        Self::Adjustment,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TopUp => "top_up",
            Self::RoomTopUp => "room_top_up",
            Self::Purchase => "purchase",
            Self::Water => "water",
            Self::Fee => "fee",
            Self::Usage => "usage",
            Self::Refund => "refund",
            Self::Grant => "grant",
            Self::SubsidyExpired => "subsidy_expired",
            Self::Payout => "payout",
            Self::Adjustment => "adjustment",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == word)
    }

    /// Whether money may go this way for this purpose.
    #[must_use]
    pub fn permits(self, from: AccountKind, to: AccountKind) -> bool {
        let (sources, targets): (&[AccountKind], &[AccountKind]) = match self {
            Self::TopUp => (&[Clearing, CashDesk, Suspense], &[Purse, Room]),
            Self::RoomTopUp => (&[Purse], &[Room]),
            Self::Purchase => (&[Purse], &[Merchant, Income]),
            Self::Water | Self::Fee => (&[Purse], &[Income]),
            Self::Usage => (&[Room], &[Income]),
            Self::Refund => (&[Merchant, Income, Room], &[Purse, Room]),
            Self::Grant => (&[Income, Clearing], &[Subsidy, RoomSubsidy, Purse]),
            Self::SubsidyExpired => (&[Subsidy, RoomSubsidy], &[Income]),
            Self::Payout => (&[Merchant, Income, Purse], &[Clearing, CashDesk]),
            Self::Adjustment => (&AccountKind::ALL, &AccountKind::ALL),
        };
        sources.contains(&from) && targets.contains(&to)
    }

    /// Whether the person's limits count it.
    #[must_use]
    pub fn is_spending(self) -> bool {
        matches!(self, Self::Purchase | Self::Water)
    }

    /// Whether the payer's subsidies are spent on it.
    #[must_use]
    pub fn takes_subsidies(self) -> bool {
        matches!(self, Self::Purchase | Self::Water | Self::Usage)
    }

    /// Whether an account of this kind may fall below zero by it.
    #[must_use]
    pub fn may_overdraw(self, from: AccountKind) -> bool {
        match from {
            Purse | Subsidy | RoomSubsidy => false,
            Room => matches!(self, Self::Usage | Self::Adjustment),
            // A merchant that was paid out already still owes the refund.
            Merchant => matches!(self, Self::Refund | Self::Adjustment),
            // What these hold is what the others are owed.
            Income | Clearing | CashDesk | Suspense => true,
        }
    }
}
