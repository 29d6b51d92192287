//! The audit trail: who signed in, ordered or searched, from where and why. Each is a fact of the
//! journal; what an order brought about is a fact of its own.

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    ids::{OperatorId, PersonId},
    operator::{Action, Role},
};

/// How somebody proved a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Not at all: the campus lets anybody read.
    Nothing,
    /// By being at the controller's own command line.
    CommandLine,
    Password,
    Session,
    /// The token of that label.
    Token(String),
}

/// Where somebody sat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The network address.
    pub address: String,
    pub means: Means,
}

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Deed {
    SignedIn,
    SignedOut,
    /// Refused to the name in `claimed`.
    SignInRefused {
        claimed: String,
        locked: bool,
    },
    Ordered {
        action: Action,
        /// The gate, area, room, device or person that the order is about.
        target: String,
        why: String,
        /// Who had given it first, where the campus wants two people for it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        proposed_by: Option<OperatorId>,
        /// Why it was refused; absent: it was carried out, or failed as its answer says.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        refused: Option<String>,
    },
    Searched {
        person: PersonId,
        why: String,
    },
    /// Looked for people of that name.
    SearchedName {
        name: String,
        why: String,
    },
    /// An order that the campus wants two people for, given by the first of them.
    Proposed {
        action: Action,
        target: String,
        why: String,
    },
    /// An operator was added or changed, who has this role since.
    OperatorChanged {
        operator: OperatorId,
        change: OperatorChange,
        role: Role,
    },
}

/// What is different about an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperatorChange {
    Added,
    /// Another role, or other places.
    Rights,
    Password,
    Tokens,
    Revoked,
}

/// A line of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    pub at: Time,
    /// Absent when nobody proved a name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<OperatorId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<Role>,
    pub from: Origin,
    pub did: Deed,
}

impl Audit {
    /// The person it is about.
    #[must_use]
    pub fn person(&self) -> Option<&PersonId> {
        match &self.did {
            Deed::Searched { person, .. } => Some(person),
            Deed::SignedIn
            | Deed::SignedOut
            | Deed::SignInRefused { .. }
            | Deed::Ordered { .. }
            | Deed::SearchedName { .. }
            | Deed::Proposed { .. }
            | Deed::OperatorChanged { .. } => None,
        }
    }
}
