//! What the access service remembers between decisions: people, presence, orders, the moment, the
//! rules; and how each changes. No actor, no wire, no disk: facts come out as values.

use std::{collections::HashMap, sync::Arc};

use onecard_devices::gate::PassageEnd;
use onecard_rules::{
    Time,
    access::{Freshness, Outcome, Permit, Presented, Situation, decide},
    calendar::{Calendar, Moment},
    code::UsedCodes,
    directory::{Directory, Found},
    event::{Act, Entry, Event, Inputs, Passage, SwipeKey},
    ids::{AreaId, DecisionId, GateId, OperatorId, PersonId, PolicyId, ReaderId},
    mode::{Measure, MeasureKind, Mode, Orders, Override, Owner},
    passback::Presence,
    policy::Policies,
    reason::Reason,
    site::{Direction, Gate, Reader, Site},
};

mod who;

/// The school's rules in force: policies and calendar, swapped whole.
#[derive(Debug)]
pub struct RuleSet {
    pub policies: Policies,
    pub calendar: Calendar,
    /// Named in every decision.
    pub version: String,
}

/// A swipe that asks for a decision.
#[derive(Debug)]
pub struct Swipe<'a> {
    pub reader: &'a ReaderId,
    pub presented: &'a Presented,
    pub freshness: Freshness,
    pub key: Option<SwipeKey>,
    pub presented_at: Option<Time>,
    pub raw: String,
    pub flags: &'a [String],
}

/// A decision, to be carried out and recorded.
#[derive(Debug)]
pub struct Decided {
    pub entry: Entry,
    pub permit: Option<Permit>,
    /// What went wrong with a policy, for an alarm.
    pub fault: Option<String>,
}

/// An operator asked for something that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderMistake {
    #[error("there is no gate `{0}`")]
    UnknownGate(GateId),
    #[error("there is no area `{0}`")]
    UnknownArea(AreaId),
    #[error("nothing of that kind is in force over area `{0}`")]
    NothingToEnd(AreaId),
    #[error("gate `{0}` has no order of an operator to take back")]
    NoOverride(GateId),
    #[error("where person `{0}` is, is not known; there is nothing to forgive")]
    NothingToForgive(PersonId),
}

/// Everything the access service remembers.
#[derive(Debug)]
pub struct AccessState {
    site: Arc<Site>,
    rules: RuleSet,
    directory: Directory,
    /// Forgotten over a restart, which takes longer than most codes are good for.
    used_codes: UsedCodes,
    /// The same of codes that something was paid with.
    paid_codes: UsedCodes,
    presence: Presence,
    orders: Orders,
    moment: Moment,
    /// How each gate was last told to stand.
    told: HashMap<GateId, (Mode, Owner)>,
}

impl AccessState {
    #[must_use]
    pub fn new(
        site: Arc<Site>,
        rules: RuleSet,
        directory: Directory,
        mut presence: Presence,
        orders: Orders,
        now: Time,
    ) -> Self {
        presence.keep_places(directory.people());
        let moment = rules.calendar.moment(now, site.zone);
        Self {
            site,
            rules,
            directory,
            used_codes: UsedCodes::default(),
            paid_codes: UsedCodes::default(),
            presence,
            orders,
            moment,
            told: HashMap::new(),
        }
    }

    #[must_use]
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    #[must_use]
    pub fn presence(&self) -> &Presence {
        &self.presence
    }

    #[must_use]
    pub fn orders(&self) -> &Orders {
        &self.orders
    }

    #[must_use]
    pub fn rules_version(&self) -> &str {
        &self.rules.version
    }

    #[must_use]
    pub fn policy_count(&self) -> usize {
        self.rules.policies.len()
    }

    /// Puts another rule set in force.
    pub fn set_rules(&mut self, rules: RuleSet, now: Time) {
        self.moment = rules.calendar.moment(now, self.site.zone);
        self.rules = rules;
    }

    /// Puts another directory in force.
    pub fn set_directory(&mut self, directory: Directory) {
        self.directory = directory;
        self.rules.policies.forget_people();
    }

    /// Decides a swipe. `None` when the reader or its gate is not of this site.
    pub fn decide(&mut self, swipe: Swipe<'_>, id: DecisionId, now: Time) -> Option<Decided> {
        self.keep_moment(now);
        let reader = self.site.readers.get(swipe.reader)?;
        let gate = self.site.gates.get(&reader.gate)?;
        let found = self.directory.present(swipe.presented, now);
        let situation = Situation {
            site: &self.site,
            gate,
            reader,
            found: &found,
            used_codes: &self.used_codes,
            freshness: swipe.freshness.at(swipe.presented_at, self.site.limits.swipe_age, now),
            presence: &self.presence,
            orders: &self.orders,
            moment: &self.moment,
            now,
        };
        let decision = decide(&situation, &mut self.rules.policies, id.clone());
        let mut entry = self.entry(gate, reader, swipe, &found, id, now);
        let permit = match decision.outcome {
            Outcome::Granted(permit) => Some(permit),
            Outcome::Refused => None,
        };
        if let (Some(_), Found::Holder { code: Some(code), .. }) = (&permit, &found) {
            self.used_codes.used(code, reader.direction);
        }
        entry.granted = permit.is_some();
        entry.reason = decision.reason;
        entry.rules = decision.rules;
        entry.flags.extend(decision.flags);
        entry.inputs = decision.inputs;
        Some(Decided { entry, permit, fault: decision.fault })
    }

    /// The record of a swipe that was decided before, `of` being that decision if it is known.
    pub fn replayed(
        &mut self,
        swipe: Swipe<'_>,
        of: Option<DecisionId>,
        id: DecisionId,
        now: Time,
    ) -> Option<Entry> {
        self.keep_moment(now);
        let reader = self.site.readers.get(swipe.reader)?;
        let gate = self.site.gates.get(&reader.gate)?;
        let found = self.directory.present(swipe.presented, now);
        let mut entry = self.entry(gate, reader, swipe, &found, id, now);
        // The key belongs to the first copy: the record of a swipe is unique by it.
        entry.swipe = None;
        entry.replay_of = of;
        Some(entry)
    }

    /// The record of an operator's opening a gate, and the permit for it.
    ///
    /// # Errors
    /// When there is no such gate.
    pub fn open_by_hand(
        &mut self,
        gate: &GateId,
        direction: Direction,
        by: &OperatorId,
        why: &str,
        id: DecisionId,
        now: Time,
    ) -> Result<Decided, OrderMistake> {
        self.keep_moment(now);
        let gate =
            self.site.gates.get(gate).ok_or_else(|| OrderMistake::UnknownGate(gate.clone()))?;
        let mut entry = self.blank(gate, direction, id.clone(), now);
        entry.granted = true;
        entry.reason = Reason::GrantCommand;
        entry.rules = rule_named("operator");
        entry.by = Some(by.clone());
        entry.why = Some(why.to_owned());
        let permit = Permit::by_operator(id, gate.id.clone(), direction, by);
        Ok(Decided { entry, permit: Some(permit), fault: None })
    }

    /// Takes note of the end of a passage; returns the fact.
    pub fn passage_ended(&mut self, gate: &GateId, end: PassageEnd, now: Time) -> Option<Event> {
        let gate = self.site.gates.get(gate)?;
        let PassageEnd { decision, person, direction, passed } = end;
        let (from, into) = match direction {
            Direction::In => (&gate.from, &gate.to),
            Direction::Out => (&gate.to, &gate.from),
        };
        let mut passage = Passage {
            at: now,
            area: gate.area.clone(),
            gate: gate.id.clone(),
            direction,
            passed,
            decision,
            person,
            whereabouts: None,
        };
        if let (true, Some(person)) = (passed, &passage.person) {
            passage.whereabouts = Some(self.presence.passed(&self.site, person, from, into, now));
        }
        Some(Event::PassageEnded(Box::new(passage)))
    }

    /// Puts a measure in force over an area.
    ///
    /// # Errors
    /// When there is no such area.
    pub fn begin_measure(&mut self, measure: Measure) -> Result<Vec<Event>, OrderMistake> {
        if !self.site.areas.contains_key(&measure.area) {
            return Err(OrderMistake::UnknownArea(measure.area));
        }
        let at = measure.since;
        self.orders.begin(measure.clone());
        Ok(vec![Event::MeasureBegun { at, measure }])
    }

    /// Ends a measure, by an operator. After an emergency release nobody's whereabouts within the
    /// area are known any more: everybody left without a card.
    ///
    /// # Errors
    /// When there is no such area or no such measure in force.
    pub fn end_measure(
        &mut self,
        kind: MeasureKind,
        area: &AreaId,
        by: &OperatorId,
        why: &str,
        now: Time,
    ) -> Result<Vec<Event>, OrderMistake> {
        let measure =
            self.orders.end(kind, area).ok_or_else(|| OrderMistake::NothingToEnd(area.clone()))?;
        let (by, why) = (Some(by.clone()), Some(why.to_owned()));
        Ok(self.measure_ended(measure, by, why, now))
    }

    fn measure_ended(
        &mut self,
        measure: Measure,
        by: Option<OperatorId>,
        why: Option<String>,
        now: Time,
    ) -> Vec<Event> {
        let release = measure.kind == MeasureKind::Release;
        let area = measure.area.clone();
        let mut events = vec![Event::MeasureEnded { at: now, measure, by, why }];
        if release {
            let people = self.presence.forgive_within(&self.site, &area);
            if !people.is_empty() {
                events.push(Event::PresenceForgotten { at: now, people });
            }
        }
        events
    }

    /// Gives one gate a standing order.
    ///
    /// # Errors
    /// When there is no such gate.
    pub fn set_override(&mut self, gate: &GateId, order: Override) -> Result<Event, OrderMistake> {
        if !self.site.gates.contains_key(gate) {
            return Err(OrderMistake::UnknownGate(gate.clone()));
        }
        let (at, by, why) = (order.since, order.by.clone(), order.why.clone());
        self.orders.set_override(gate.clone(), order.clone());
        let act = Act::OverrideSet { gate: gate.clone(), order };
        Ok(Event::OperatorActed { at, by, why, act })
    }

    /// Takes a gate's standing order back.
    ///
    /// # Errors
    /// When the gate has none.
    pub fn clear_override(
        &mut self,
        gate: &GateId,
        by: &OperatorId,
        why: &str,
        now: Time,
    ) -> Result<Event, OrderMistake> {
        self.orders.clear_override(gate).ok_or_else(|| OrderMistake::NoOverride(gate.clone()))?;
        let act = Act::OverrideCleared { gate: gate.clone() };
        Ok(Event::OperatorActed { at: now, by: by.clone(), why: why.to_owned(), act })
    }

    /// Forgets where one person is, so that anti-passback lets them in again.
    ///
    /// # Errors
    /// When it is not known where the person is.
    pub fn forgive(
        &mut self,
        person: &PersonId,
        by: &OperatorId,
        why: &str,
        now: Time,
    ) -> Result<Vec<Event>, OrderMistake> {
        if !self.presence.forgive(&self.site, person) {
            return Err(OrderMistake::NothingToForgive(person.clone()));
        }
        let act = Act::PassbackForgiven { person: person.clone() };
        Ok(forgiven(vec![person.clone()], act, by, why, now))
    }

    /// Forgets where everybody within an area is.
    ///
    /// # Errors
    /// When there is no such area.
    pub fn forgive_within(
        &mut self,
        area: &AreaId,
        by: &OperatorId,
        why: &str,
        now: Time,
    ) -> Result<Vec<Event>, OrderMistake> {
        if !self.site.areas.contains_key(area) {
            return Err(OrderMistake::UnknownArea(area.clone()));
        }
        let people = self.presence.forgive_within(&self.site, area);
        let act = Act::PassbackForgivenWithin { area: area.clone(), people: people.len() };
        Ok(forgiven(people, act, by, why, now))
    }

    /// The next moment at which something changes by itself: an order's end, or the minute.
    #[must_use]
    pub fn next_deadline(&self, now: Time) -> Time {
        let minute = chrono::TimeDelta::seconds(60 - now.timestamp().rem_euclid(60));
        let next_minute = now + minute;
        self.orders.next_deadline().map_or(next_minute, |deadline| deadline.min(next_minute))
    }

    /// Ends what has run out and moves the moment on.
    pub fn handle_deadline(&mut self, now: Time) -> Vec<Event> {
        self.keep_moment(now);
        let (measures, _gates) = self.orders.handle_deadline(now);
        measures.into_iter().flat_map(|m| self.measure_ended(m, None, None, now)).collect()
    }

    /// The gates that must be told to stand otherwise than they were told last.
    pub fn changed_modes(&mut self, now: Time) -> Vec<(GateId, Mode, Owner)> {
        self.keep_moment(now);
        let mut changed = Vec::new();
        for gate in self.site.gates.values() {
            let (mode, owner) = self.orders.winner(&self.site, gate, &self.moment.windows);
            let stands = (mode, owner.clone());
            if self.told.get(&gate.id) != Some(&stands) {
                self.told.insert(gate.id.clone(), stands);
                changed.push((gate.id.clone(), mode, owner));
            }
        }
        changed
    }

    /// Forgets what a gate was told, so that it is told again.
    pub fn forget_told(&mut self, gate: &GateId) {
        self.told.remove(gate);
    }

    fn keep_moment(&mut self, now: Time) {
        if !self.moment.holds_at(now, self.site.zone) {
            self.moment = self.rules.calendar.moment(now, self.site.zone);
        }
    }

    /// An entry with everything that is known of a swipe; refused as a replay until told otherwise.
    fn entry(
        &self,
        gate: &Gate,
        reader: &Reader,
        swipe: Swipe<'_>,
        found: &Found<'_>,
        id: DecisionId,
        now: Time,
    ) -> Entry {
        let (held, holder) = found.holder().unzip();
        let card = match swipe.presented {
            Presented::Card(credential) => Some(*credential),
            Presented::Code(_) => held.map(|card| card.credential),
        };
        Entry {
            presented_at: swipe.presented_at,
            reader: Some(reader.id.clone()),
            swipe: swipe.key,
            flags: swipe.flags.to_vec(),
            person: holder.map(|person| person.id.clone()),
            name: holder.map(|person| person.name.clone()),
            kind: holder.map(|person| person.kind),
            card,
            raw: Some(swipe.raw),
            ..self.blank(gate, reader.direction, id, now)
        }
    }

    fn blank(&self, gate: &Gate, direction: Direction, id: DecisionId, now: Time) -> Entry {
        Entry {
            decision: id,
            at: now,
            presented_at: None,
            area: gate.area.clone(),
            gate: gate.id.clone(),
            direction,
            reader: None,
            swipe: None,
            granted: false,
            reason: Reason::DenyReplay,
            rules: rule_named("builtin.deny_replay"),
            flags: Vec::new(),
            rules_version: self.rules.version.clone(),
            person: None,
            name: None,
            kind: None,
            card: None,
            raw: None,
            by: None,
            why: None,
            replay_of: None,
            inputs: Inputs::default(),
        }
    }
}

fn rule_named(name: &str) -> Vec<PolicyId> {
    PolicyId::new(name).into_iter().collect()
}

fn forgiven(people: Vec<PersonId>, act: Act, by: &OperatorId, why: &str, now: Time) -> Vec<Event> {
    let acted = Event::OperatorActed { at: now, by: by.clone(), why: why.to_owned(), act };
    vec![acted, Event::PresenceForgotten { at: now, people }]
}
