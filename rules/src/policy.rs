//! The school's own rules, in Cedar: compiled, validated, sliced, asked.
//!
//! Cedar walks every policy of a set, so a question is put only to those whose scope can match the
//! kind of person, the gate and the way through it. What a policy can see of a person is their
//! *rights*; two people with equal rights get equal answers within a minute, so answers are kept
//! by rights, gate and way until the moment changes. Everything kept is keyed by all that it was
//! made from: a training that ran out or a person who changed simply has other rights.
//!
//! An evaluation that fails is a [`Verdict::Fault`]: Cedar itself would skip the failed policy, even
//! a forbid.

use std::collections::{BTreeSet, HashMap};

use cedar_policy::{Authorizer, Context, Decision, Effect, Entities, Entity, Policy, PolicySet};
use serde::{Deserialize, Serialize};

use crate::{
    Time,
    calendar::{Calendar, Moment},
    ids::{GateId, PolicyId},
    person::{Person, PersonKind},
    reason::Reason,
    site::{Direction, Gate, Site},
};

mod annotations;
mod compile;
mod entities;
mod scope;
mod vocabulary;

use annotations::Annotations;
use entities::{Names, Rights};
use scope::{Mentioned, Scope};

/// The schema that policies are validated against, in Cedar's own syntax; for editors.
pub const SCHEMA: &str = include_str!("policy/schema.cedarschema");

/// Most holders kept as Cedar entities, of about 3 KB each; people with equal rights share one.
const HOLDERS_MAX: usize = 4096;

/// Most answers kept within a minute, of about 100 bytes each.
const ANSWERS_MAX: usize = 32_768;

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

/// A compiled policy.
#[derive(Debug)]
struct Rule {
    policy: Policy,
    annotations: Annotations,
    scope: Scope,
    file: String,
    line: usize,
}

/// A gate as policies see it.
#[derive(Debug)]
struct GateFacts {
    /// Its place among the gates, short for its name in keys.
    number: usize,
    entity: Entity,
    areas: BTreeSet<String>,
    /// By kind of person and way through: a place in `Policies::slices`.
    slices: HashMap<(PersonKind, Direction), usize>,
}

/// The policies that can apply to some questions, by number and as a set for Cedar.
#[derive(Debug)]
struct Slice {
    rules: Vec<usize>,
    set: PolicySet,
}

/// A bearer of rights as policies see them.
#[derive(Debug)]
struct Holder {
    number: usize,
    entity: Entity,
}

/// What an answer within one minute depends on: holder, gate, way through.
type AnswerKey = (usize, usize, Direction);

/// The compiled rules of the school.
#[derive(Debug)]
pub struct Policies {
    version: String,
    names: Names,
    /// In order of file and place; Cedar knows each by its number here.
    rules: Vec<Rule>,
    mentioned: Mentioned,
    gates: HashMap<GateId, GateFacts>,
    slices: Vec<Slice>,
    holders: HashMap<Rights, Holder>,
    moment: Option<(Moment, Context)>,
    answers: HashMap<AnswerKey, Verdict>,
}

impl Policies {
    /// Compiles and validates. The order of `sources` does not matter.
    ///
    /// # Errors
    /// All mistakes of all files.
    pub fn compile(
        sources: &[PolicySource],
        site: &Site,
        calendar: &Calendar,
    ) -> Result<Self, Vec<PolicyMistake>> {
        compile::compile(sources, site, calendar)
    }

    /// Asks the rules.
    pub fn ask(&mut self, question: &Question<'_>) -> Verdict {
        self.answer(question)
            .unwrap_or_else(|message| Verdict::Fault { policies: Vec::new(), message })
    }

    /// Lets go of what was kept of people's rights. Answers are right without it; it frees memory
    /// after many people changed.
    pub fn forget_people(&mut self) {
        self.holders.clear();
        self.answers.clear();
    }

    /// How many policies are in force.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// A fingerprint of the sources and of the campus they speak of: 12 hexadecimal digits.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Every policy with its file and line, in order.
    pub fn policies(&self) -> impl Iterator<Item = (&PolicyId, &str, usize)> {
        self.rules.iter().map(|rule| (&rule.annotations.id, rule.file.as_str(), rule.line))
    }

    /// The answer, or what went wrong before any policy could be asked.
    fn answer(&mut self, question: &Question<'_>) -> Result<Verdict, String> {
        self.turn_to(question.moment)?;
        let rights = Rights::of(question.person, &self.mentioned, question.now);
        let holder = self.number_of(&rights)?;
        let slice = self.slice_of(question)?;
        let facts = self.gates.get(&question.gate.id).ok_or_else(|| unknown(question.gate))?;
        let key = (holder, facts.number, question.direction);
        if let Some(verdict) = self.answers.get(&key) {
            return Ok(verdict.clone());
        }
        let verdict = self.evaluate(question, &rights, facts, slice)?;
        if self.answers.len() >= ANSWERS_MAX {
            self.answers.clear();
        }
        self.answers.insert(key, verdict.clone());
        Ok(verdict)
    }

    /// Makes `moment` the one that answers are kept for.
    fn turn_to(&mut self, moment: &Moment) -> Result<(), String> {
        if self.moment.as_ref().is_none_or(|(known, _)| known != moment) {
            self.answers.clear();
            self.moment = None;
            let context = self.names.context(moment)?;
            self.moment = Some((moment.clone(), context));
        }
        Ok(())
    }

    fn number_of(&mut self, rights: &Rights) -> Result<usize, String> {
        if let Some(holder) = self.holders.get(rights) {
            return Ok(holder.number);
        }
        if self.holders.len() >= HOLDERS_MAX {
            self.forget_people();
        }
        let (number, entity) = (self.holders.len(), self.names.person(rights)?);
        self.holders.insert(rights.clone(), Holder { number, entity });
        Ok(number)
    }

    /// The place of the slice for this question; made at the first question of its sort.
    fn slice_of(&mut self, question: &Question<'_>) -> Result<usize, String> {
        let Question { person, gate, direction, .. } = *question;
        let facts = self.gates.get_mut(&gate.id).ok_or_else(|| unknown(gate))?;
        if let Some(slice) = facts.slices.get(&(person.kind, direction)) {
            return Ok(*slice);
        }
        let can_match =
            |rule: &Rule| rule.scope.can_match(person.kind, &gate.id, &facts.areas, direction);
        let matching = self.rules.iter().enumerate().filter(|(_, rule)| can_match(rule));
        let rules: Vec<usize> = matching.map(|(number, _)| number).collect();
        let known = self.slices.iter().position(|slice| slice.rules == rules);
        let place = if let Some(place) = known {
            place
        } else {
            let policies = rules.iter().filter_map(|number| self.rules.get(*number));
            let set = PolicySet::from_policies(policies.map(|rule| rule.policy.clone()))
                .map_err(|error| error.to_string())?;
            self.slices.push(Slice { rules, set });
            self.slices.len() - 1
        };
        facts.slices.insert((person.kind, direction), place);
        Ok(place)
    }

    fn evaluate(
        &self,
        question: &Question<'_>,
        rights: &Rights,
        facts: &GateFacts,
        slice: usize,
    ) -> Result<Verdict, String> {
        let lost = || "the rules lost what they kept; reload them".to_owned();
        let slice = self.slices.get(slice).ok_or_else(lost)?;
        let holder = self.holders.get(rights).ok_or_else(lost)?;
        let (_, context) = self.moment.as_ref().ok_or_else(lost)?;
        let request = self.names.request(
            holder.entity.uid(),
            question.direction,
            facts.entity.uid(),
            context.clone(),
        )?;
        let entities = Entities::from_entities([holder.entity.clone(), facts.entity.clone()], None)
            .map_err(|error| error.to_string())?;
        let response = Authorizer::new().is_authorized(&request, &slice.set, &entities);
        let diagnostics = response.diagnostics();
        let failures: Vec<String> = diagnostics.errors().map(entities::failure_of).collect();
        if !failures.is_empty() {
            let failed = diagnostics.errors().map(entities::policy_of);
            let policies = self.numbered(failed).map(|rule| rule.annotations.id.clone()).collect();
            return Ok(Verdict::Fault { policies, message: failures.join("; ") });
        }
        let decisive: Vec<&Rule> = self.numbered(diagnostics.reason()).collect();
        let policies = decisive.iter().map(|rule| rule.annotations.id.clone()).collect();
        Ok(match (response.decision(), decisive.first()) {
            (Decision::Allow, _) => {
                let mut flags: Vec<String> = Vec::new();
                for flag in decisive.iter().filter_map(|rule| rule.annotations.flag.as_ref()) {
                    if !flags.contains(flag) {
                        flags.push(flag.clone());
                    }
                }
                Verdict::Permit { policies, flags }
            }
            (Decision::Deny, Some(first)) => {
                let reason = first.annotations.reason.unwrap_or(Reason::DenyNoRight);
                Verdict::Forbid { policies, reason }
            }
            (Decision::Deny, None) => self.silence(question.person, slice),
        })
    }

    /// Nobody objected and nobody consented: which permit came nearest?
    fn silence(&self, person: &Person, slice: &Slice) -> Verdict {
        let candidates = slice.rules.iter().filter_map(|number| self.rules.get(*number));
        let nearest = candidates
            .filter(|rule| rule.policy.effect() == Effect::Permit)
            .filter_map(|rule| Some((rule, rule.annotations.otherwise?)))
            .filter(|(rule, _)| rule.scope.is_for(person))
            .min_by_key(|(rule, _)| rule.scope.breadth());
        match nearest {
            Some((rule, reason)) => {
                Verdict::Silent { policies: vec![rule.annotations.id.clone()], reason }
            }
            None => Verdict::Silent { policies: Vec::new(), reason: Reason::DenyNoRight },
        }
    }

    /// The rules that Cedar names by number, in their own order.
    fn numbered<'a>(
        &'a self,
        ids: impl Iterator<Item = &'a cedar_policy::PolicyId>,
    ) -> impl Iterator<Item = &'a Rule> {
        let mut numbers: Vec<usize> =
            ids.filter_map(|id| AsRef::<str>::as_ref(id).parse().ok()).collect();
        numbers.sort_unstable();
        numbers.into_iter().filter_map(|number| self.rules.get(number))
    }
}

fn unknown(gate: &Gate) -> String {
    format!("the gate `{}` is not one that the rules were compiled for", gate.id)
}
