//! What happens at a tap, as it stands in the journal and goes out.

use serde::{Deserialize, Serialize};

use super::Stop;
use crate::{
    ids::{OperatorId, PersonId, TariffId},
    ledger::RowNo,
    money::Fen,
    person::PersonKind,
    reason::Reason,
    tariff::{Line, Unit},
};

/// Whose water it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    pub person: PersonId,
    pub name: String,
    pub kind: PersonKind,
}

/// Something that happened at a tap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happening {
    /// Money is reserved, and the valve is told to open.
    Opened {
        session: u64,
        #[serde(flatten)]
        customer: Customer,
        tariff: TariffId,
        reserved_fen: Fen,
        reservation: RowNo,
        register_ml: u64,
    },
    /// The valve is closed, and what has run is paid for.
    Closed {
        session: u64,
        #[serde(flatten)]
        customer: Customer,
        why: Stop,
        /// What the meter has counted.
        ml: u64,
        /// What was charged for, and what that is counted in.
        quantity: u64,
        unit: Unit,
        /// At most what was reserved.
        charged_fen: Fen,
        lines: Vec<Line>,
        reservation: RowNo,
        register_ml: u64,
    },
    /// No water has run; the money was let go.
    Released {
        session: u64,
        #[serde(flatten)]
        customer: Customer,
        reason: Reason,
    },
    /// Somebody was given no water.
    Refused {
        reason: Reason,
        #[serde(flatten, skip_serializing_if = "Option::is_none", default)]
        customer: Option<Customer>,
        /// With its middle hidden.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        card: Option<String>,
    },
    /// An operator took the tap out of use.
    Shut { by: OperatorId, words: String },
    /// An operator gave it back.
    Freed { by: OperatorId, words: String },
}

impl Happening {
    /// Whom it is about.
    #[must_use]
    pub fn customer(&self) -> Option<&Customer> {
        match self {
            Self::Opened { customer, .. }
            | Self::Closed { customer, .. }
            | Self::Released { customer, .. } => Some(customer),
            Self::Refused { customer, .. } => customer.as_ref(),
            Self::Shut { .. } | Self::Freed { .. } => None,
        }
    }
}
