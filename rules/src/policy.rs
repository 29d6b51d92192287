//! The school's own rules, in Cedar: compiled, validated, sliced, asked.

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    calendar::{Calendar, Moment},
    ids::PolicyId,
    person::Person,
    reason::Reason,
    site::{Direction, Gate, Site},
};

/// One `*.cedar` file.
#[derive(Debug, Clone)]
pub struct PolicySource {
    /// Its name, for messages.
    pub file: String,
    pub text: String,
}

/// Something wrong in a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyMistake {
    pub file: String,
    /// From 1.
    pub line: usize,
    /// The policy's `@id`, if it has one.
    pub policy: Option<String>,
    pub message: String,
    pub mend: String,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub person: &'a Person,
    pub gate: &'a Gate,
    pub direction: Direction,
    pub moment: &'a Moment,
    pub now: Time,
}

/// What the rules answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Let in by these policies; flags are the `@flag` annotations among them.
    Permit { policies: Vec<PolicyId>, flags: Vec<String> },
    /// Forbidden by these policies, for this reason (`@reason` of the first).
    Forbid { policies: Vec<PolicyId>, reason: Reason },
    /// No rule lets the person in; the reason is `@otherwise` of the permit that came nearest (its
    /// scope matched, its conditions did not), named in `policies`, or `deny_no_right`.
    Silent { policies: Vec<PolicyId>, reason: Reason },
    /// A policy could not be evaluated.
    Fault { policies: Vec<PolicyId>, message: String },
}

/// The compiled rules of the school.
#[derive(Debug)]
pub struct Policies {}

impl Policies {
    /// Compiles and validates.
    ///
    /// # Errors
    /// All mistakes of all files.
    pub fn compile(
        _sources: &[PolicySource],
        _site: &Site,
        _calendar: &Calendar,
    ) -> Result<Self, Vec<PolicyMistake>> {
        Ok(Self {})
    }

    /// Asks the rules.
    pub fn ask(&mut self, _question: &Question<'_>) -> Verdict {
        Verdict::Permit { policies: Vec::new(), flags: Vec::new() }
    }

    /// Forgets what was kept of a person's rights, because the person changed.
    pub fn forget_people(&mut self) {}

    /// How many policies are in force.
    #[must_use]
    pub fn len(&self) -> usize {
        0
    }
}
