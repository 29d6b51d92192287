//! The permit: proof that a gate may open.
//!
//! A permit cannot be made but by the access decision or in the name of an operator, so nothing can
//! open a gate by mistake:
//!
//! ```compile_fail
//! use onecard_rules::{access::Permit, ids::{DecisionId, GateId}, site::Direction};
//!
//! fn forge(decision: DecisionId, gate: GateId) -> Permit {
//!     Permit { decision, gate, direction: Direction::In, person: None }
//! }
//! ```

use crate::{
    ids::{DecisionId, GateId, OperatorId, PersonId},
    site::Direction,
};

/// Proof that a gate may open once, in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    decision: DecisionId,
    gate: GateId,
    direction: Direction,
    person: Option<PersonId>,
}

impl Permit {
    pub(super) fn granted(
        decision: DecisionId,
        gate: GateId,
        direction: Direction,
        person: Option<PersonId>,
    ) -> Self {
        Self { decision, gate, direction, person }
    }

    /// A permit in an operator's name. The caller must have checked the operator's right and must
    /// record the act; `_by` is there so that no nameless permit can be written.
    #[must_use]
    pub fn by_operator(
        decision: DecisionId,
        gate: GateId,
        direction: Direction,
        _by: &OperatorId,
    ) -> Self {
        Self { decision, gate, direction, person: None }
    }

    #[must_use]
    pub fn decision(&self) -> &DecisionId {
        &self.decision
    }

    #[must_use]
    pub fn gate(&self) -> &GateId {
        &self.gate
    }

    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Who is let pass, where known.
    #[must_use]
    pub fn person(&self) -> Option<&PersonId> {
        self.person.as_ref()
    }
}
