//! The access decision: whether a credential at a reader opens a gate, and why.
//!
//! One function, `decide`, from everything it must know to a `Decision`. What no rule of the school
//! may undo is code here; who may go where and when is asked of `policy`. Remembering presence,
//! orders and people is the caller's; so are the clock and the wire.

use std::time::Duration;

use crate::{
    Time,
    calendar::Moment,
    code::UsedCodes,
    credential::Credential,
    directory::Found,
    event::Inputs,
    ids::{DecisionId, PolicyId},
    mode::{Mode, Orders},
    passback::Presence,
    person::{Card, CardState, Person},
    policy::{Policies, Question, Verdict},
    reason::Reason,
    site::{Direction, Gate, Reader, Site},
};

mod permit;
pub use permit::Permit;

/// What a reader read, after normalising.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presented {
    Card(Credential),
    /// The text of a phone's code.
    Code(String),
}

/// How old the swipe is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    Fresh { age_ms: Option<i64> },
    Stale { age_ms: i64 },
}

impl Freshness {
    /// As it is when the decision falls: a swipe may turn stale while it waits for one.
    #[must_use]
    pub fn at(self, presented_at: Option<Time>, limit: Duration, now: Time) -> Self {
        match (self, presented_at.map(|at| now - at)) {
            (Self::Fresh { age_ms: Some(_) }, Some(age))
                if age.to_std().is_ok_and(|age| age > limit) =>
            {
                Self::Stale { age_ms: age.num_milliseconds() }
            }
            (known, _) => known,
        }
    }
}

/// Everything the decision sees.
#[derive(Debug)]
pub struct Situation<'a> {
    pub site: &'a Site,
    pub gate: &'a Gate,
    pub reader: &'a Reader,
    /// What the directory knows of what was presented.
    pub found: &'a Found<'a>,
    pub used_codes: &'a UsedCodes,
    pub freshness: Freshness,
    pub presence: &'a Presence,
    pub orders: &'a Orders,
    pub moment: &'a Moment,
    pub now: Time,
}

/// What was decided.
#[derive(Debug)]
pub struct Decision {
    pub outcome: Outcome,
    pub reason: Reason,
    /// Policies or built-in rules that decided; never empty.
    pub rules: Vec<PolicyId>,
    pub flags: Vec<String>,
    pub inputs: Inputs,
    /// What went wrong with a policy, for an alarm.
    pub fault: Option<String>,
}

/// Granted with a permit, or refused.
#[derive(Debug)]
pub enum Outcome {
    Granted(Permit),
    Refused,
}

/// What speaks against letting the person in.
struct Objection {
    reason: Reason,
    rules: Vec<PolicyId>,
    /// What more the record should tell.
    flags: Vec<String>,
    fault: Option<String>,
}

impl Objection {
    /// By a rule that is code; it is named after its reason.
    fn builtin(reason: Reason) -> Self {
        let rules = vec![builtin_rule(reason)];
        Self { reason, rules, flags: Vec::new(), fault: None }
    }

    /// What would have been a refusal, as the flags of a grant.
    fn as_flags(&self) -> Vec<String> {
        let reason = self.reason.code().to_owned();
        std::iter::once(reason).chain(self.flags.iter().cloned()).collect()
    }
}

/// The consent of the school's rules.
struct Consent {
    rules: Vec<PolicyId>,
    flags: Vec<String>,
}

/// The name under which a rule that is code stands in the record.
fn builtin_rule(reason: Reason) -> PolicyId {
    let name = format!("builtin.{}", reason.code());
    #[expect(clippy::expect_used, reason = "reason codes are letters and `_`, as a test proves")]
    PolicyId::new(&name).expect("a reason's code is a code")
}

/// Decides. `id` names the decision and its permit.
///
/// Precedence: a stale swipe opens nothing, in either direction; a way out is never refused; an
/// emergency release lets everybody through; then the card, the orders on the gate, the school's
/// rules, anti-passback and the area's capacity, in that order, each able to refuse.
pub fn decide(situation: &Situation<'_>, policies: &mut Policies, id: DecisionId) -> Decision {
    let holder = situation.found.holder();
    let (mode, _) =
        situation.orders.winner(situation.site, situation.gate, &situation.moment.windows);
    let inputs = inputs(situation, holder, mode);
    let person = holder.map(|(_, person)| person.id.clone());
    let permit = || {
        let direction = situation.reader.direction;
        Outcome::Granted(Permit::granted(id, situation.gate.id.clone(), direction, person))
    };

    if let Freshness::Stale { .. } = situation.freshness {
        return refused(Objection::builtin(Reason::DenyStale), inputs);
    }
    let verdict = weigh(situation, policies, mode);
    let (reason, rules, flags, fault) = match (situation.reader.direction, verdict) {
        (_, Ok(consent)) if mode == Mode::Free || mode == Mode::Released => {
            (Reason::GrantFree, consent.rules, consent.flags, None)
        }
        (_, Ok(consent)) => {
            let soft = consent.flags.iter().any(|flag| flag == Reason::WarnPassback.code());
            let reason = if soft { Reason::WarnPassback } else { Reason::Grant };
            (reason, consent.rules, consent.flags, None)
        }
        (Direction::In, Err(objection)) if mode == Mode::Released => {
            let flags = objection.as_flags();
            (Reason::GrantFree, vec![builtin_rule(Reason::GrantFree)], flags, objection.fault)
        }
        (Direction::In, Err(objection)) => return refused(objection, inputs),
        (Direction::Out, Err(objection)) => {
            let flags = objection.as_flags();
            (Reason::GrantEgress, vec![builtin_rule(Reason::GrantEgress)], flags, objection.fault)
        }
    };
    Decision { outcome: permit(), reason, rules, flags, inputs, fault }
}

fn refused(objection: Objection, inputs: Inputs) -> Decision {
    let Objection { reason, rules, flags, fault } = objection;
    Decision { outcome: Outcome::Refused, reason, rules, flags, inputs, fault }
}

/// Asks everything that may object, in the order of precedence.
fn weigh(
    situation: &Situation<'_>,
    policies: &mut Policies,
    mode: Mode,
) -> Result<Consent, Objection> {
    let Situation { site, gate, moment, now, .. } = *situation;
    let entering = situation.reader.direction == Direction::In;
    let direction = situation.reader.direction;
    let (card, person) = match situation.found {
        Found::Holder { card, person, code } => {
            if code.as_ref().is_some_and(|code| situation.used_codes.knows(code, direction)) {
                return Err(Objection::builtin(Reason::DenyReplay));
            }
            (card.as_ref(), person.as_ref())
        }
        Found::UnknownCard => return Err(Objection::builtin(Reason::DenyUnknownCard)),
        Found::BadCode(fault) => {
            let flags = vec![fault.flag().to_owned()];
            return Err(Objection { flags, ..Objection::builtin(Reason::DenyCode) });
        }
    };
    card_objection(card, person, now).map_or(Ok(()), |reason| Err(Objection::builtin(reason)))?;
    match mode {
        Mode::Free | Mode::Released => {
            let rules = vec![builtin_rule(Reason::GrantFree)];
            return Ok(Consent { rules, flags: Vec::new() });
        }
        Mode::Blocked if entering => return Err(Objection::builtin(Reason::DenyBlocked)),
        Mode::LockedDown if entering => return Err(Objection::builtin(Reason::DenyLockdown)),
        Mode::Secure | Mode::Blocked | Mode::LockedDown => {}
    }
    let question = Question { person, gate, direction, moment, now };
    let mut consent = match policies.ask(&question) {
        Verdict::Permit { policies, flags } => Consent { rules: policies, flags },
        Verdict::Forbid { policies, reason } | Verdict::Silent { policies, reason } => {
            let rules = if policies.is_empty() { vec![builtin_rule(reason)] } else { policies };
            return Err(Objection { reason, rules, flags: Vec::new(), fault: None });
        }
        Verdict::Fault { policies, message } => {
            let reason = Reason::DenyPolicyFault;
            let rules = if policies.is_empty() { vec![builtin_rule(reason)] } else { policies };
            return Err(Objection { reason, rules, flags: Vec::new(), fault: Some(message) });
        }
    };
    if entering {
        if !person.passback_exempt {
            match situation.presence.objection(site, &person.id, &gate.from, &gate.to, now) {
                Some(Reason::WarnPassback) => {
                    consent.flags.push(Reason::WarnPassback.code().to_owned());
                }
                Some(reason) => return Err(Objection::builtin(reason)),
                None => {}
            }
        }
        if is_full(situation, person) {
            return Err(Objection::builtin(Reason::DenyFull));
        }
    }
    Ok(consent)
}

/// Whose card counts where something is paid for with it, or why it does not: the school's rules of who
/// may go where have no say there.
///
/// # Errors
/// Says why not.
pub fn holder<'a>(
    found: &Found<'a>,
    freshness: Freshness,
    now: Time,
) -> Result<(&'a Card, &'a Person), Reason> {
    if let Freshness::Stale { .. } = freshness {
        return Err(Reason::DenyStale);
    }
    let Some((card, person)) = found.holder() else {
        let is_code = matches!(found, Found::BadCode(_));
        return Err(if is_code { Reason::DenyCode } else { Reason::DenyUnknownCard });
    };
    card_objection(card, person, now).map_or(Ok((card, person)), Err)
}

/// What is wrong with the card or its holder's standing, if anything.
fn card_objection(card: &Card, person: &Person, now: Time) -> Option<Reason> {
    let begins = [card.valid_from, person.valid_from].into_iter().flatten().max();
    let ends = [card.valid_until, person.valid_until].into_iter().flatten().min();
    match card.state {
        CardState::Lost => Some(Reason::DenyLost),
        CardState::Frozen => Some(Reason::DenyFrozen),
        CardState::Blacklisted => Some(Reason::DenyBlacklisted),
        CardState::Cancelled => Some(Reason::DenyCancelled),
        CardState::Active if begins.is_some_and(|begins| now < begins) => Some(Reason::DenyNotYet),
        CardState::Active if ends.is_some_and(|ends| now >= ends) => Some(Reason::DenyExpired),
        CardState::Active => None,
    }
}

/// Whether an area that would be entered anew holds as many people as it may. Who is recorded
/// inside already is counted already.
fn is_full(situation: &Situation<'_>, person: &Person) -> bool {
    let Situation { site, gate, presence, .. } = situation;
    let known = presence.of(&person.id);
    site.around(&gate.to)
        .take_while(|area| !site.is_within(&gate.from, &area.id))
        .filter(|area| !known.is_some_and(|known| site.is_within(&known.area, &area.id)))
        .any(|area| area.capacity.is_some_and(|capacity| presence.inside(&area.id) >= capacity))
}

fn inputs(situation: &Situation<'_>, holder: Option<(&Card, &Person)>, mode: Mode) -> Inputs {
    let moment = situation.moment;
    let age_ms = match situation.freshness {
        Freshness::Fresh { age_ms } => age_ms,
        Freshness::Stale { age_ms } => Some(age_ms),
    };
    let whereabouts = holder.and_then(|(_, person)| situation.presence.of(&person.id));
    Inputs {
        minute: moment.minute,
        weekday: Some(moment.weekday),
        holiday: moment.holiday,
        exam: moment.exam,
        term: moment.term.clone(),
        windows: moment.windows.iter().cloned().collect(),
        card_state: holder.map(|(card, _)| card.state),
        whereabouts: whereabouts.map(|known| known.area.clone()),
        inside: situation.presence.inside(&situation.gate.to),
        mode: Some(mode),
        age_ms,
    }
}
