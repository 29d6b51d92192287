//! What comes of an order: rows, which are only ever added.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{account::AccountNo, cause::Cause, purpose::Purpose};
use crate::{Time, ids::OperatorId, money::Fen};

/// The number of a row, from 1 without gaps; 0 is before the first. An entry and a reservation are
/// known by their first row.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct RowNo(pub u64);

impl fmt::Display for RowNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl RowNo {
    /// The number `count` rows later.
    #[must_use]
    pub fn later(self, count: usize) -> Self {
        Self(self.0.saturating_add(u64::try_from(count).unwrap_or(u64::MAX)))
    }
}

/// What a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Moves its amount.
    Transfer,
    /// Holds its amount back.
    Reserve,
    /// Moves its amount out of what `about` holds back, and ends that; the rest is free again.
    Post,
    /// Ends what `about` holds back; nothing moves.
    Release,
    /// As a release, because the time was up.
    Expire,
    /// Moves its amount back, because `about` was wrong.
    Correct,
}

impl Phase {
    pub const ALL: [Self; 6] =
        [Self::Transfer, Self::Reserve, Self::Post, Self::Release, Self::Expire, Self::Correct];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Reserve => "reserve",
            Self::Post => "post",
            Self::Release => "release",
            Self::Expire => "expire",
            Self::Correct => "correct",
        }
    }

    /// Whether such a row moves money.
    #[must_use]
    pub fn moves(self) -> bool {
        matches!(self, Self::Transfer | Self::Post | Self::Correct)
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub phase: Phase,
    pub purpose: Purpose,
    pub debit: AccountNo,
    pub credit: AccountNo,
    /// Zero only where nothing is moved of what was held back.
    pub amount: Fen,
    /// The row that is ended or corrected.
    pub about: Option<RowNo>,
}

/// Rows that stand or fall together, with what caused them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub cause: Cause,
    pub at: Time,
    /// The day of the books that it belongs to.
    pub day: NaiveDate,
    /// The operator, where one ordered it.
    pub by: Option<OperatorId>,
    pub why: Option<String>,
    /// At least one.
    pub rows: Vec<Row>,
    /// When a reservation ends by itself.
    pub until: Option<Time>,
}

impl Entry {
    /// How much it moves or holds back.
    #[must_use]
    pub fn amount(&self) -> Fen {
        total(&self.rows)
    }
}

/// What all rows come to; each of them was checked against its account's sums, so that it fits.
pub(super) fn total(rows: &[Row]) -> Fen {
    rows.iter().fold(Fen::ZERO, |sum, row| sum.plus(row.amount).unwrap_or(Fen::MAX))
}

/// A row on record, and what has become of it since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    pub row: Row,
    /// What was corrected of it by now.
    pub corrected: Fen,
    /// How it ended, if it was a reservation.
    pub ended: Option<Phase>,
}
