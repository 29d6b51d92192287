//! The access actor: translate, ask the state, hand on.

use actix::{Actor, AsyncContext as _, Context, Handler, MessageResult, ResponseFuture};
use onecard_devices::{
    alarm,
    gate::actor::{Open, PassageEnded, SetMode},
    reader::actor::{AsWhat, CardPresented, Decided as DecidedSwipe, Recorded, Refused},
};
use onecard_rules::{
    Time,
    event::{DeviceKind, Event, Subject},
    ids::{DecisionId, GateId, ReaderId},
    mode::{Measure, Override},
    reason::Reason,
};
use tracing::{error, info, warn};

use super::{
    AreaView, BeginMeasure, DirectoryReloaded, EndMeasure, Forgive, Forgiven, GetAreas,
    GetPeopleWithin, MAILBOX, OpenGate, OrderRefusal, RulesEdited, SetOverride, Surroundings,
    state::{AccessState, Decided, Swipe},
};
use crate::{
    clock::monotonic,
    store::{OnDurable, WriteFailure, journal::Recorded as OnRecord},
};

/// Decides swipes and carries out operators' orders.
pub struct Access {
    state: AccessState,
    around: Surroundings,
    ids: ulid::Generator,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("rules", &self.state.rules_version()).finish_non_exhaustive()
    }
}

impl Access {
    /// The service with everything loaded. Start it before anything can send it a swipe.
    #[must_use]
    pub fn new(state: AccessState, around: Surroundings) -> Self {
        Self { state, around, ids: ulid::Generator::new() }
    }

    fn now(&self) -> Time {
        self.around.clock.now()
    }

    fn next_id(&mut self, now: Time) -> DecisionId {
        let time = std::time::SystemTime::from(now);
        // The generator counts up within a millisecond; it cannot run out of 2^80.
        let id = self.ids.generate_from_datetime(time);
        let id = id.unwrap_or_else(|_| ulid::Ulid::from_datetime(time));
        #[expect(clippy::expect_used, reason = "a ULID is 26 letters and digits")]
        DecisionId::new(&id.to_string()).expect("a ULID is a code")
    }

    /// Decides a new swipe: the gate is told, then the reader, then the journal.
    fn decide(&mut self, presented: CardPresented, ticket: u64) {
        let began = monotonic();
        let CardPresented { reader, read, ack, .. } = presented;
        let now = self.now();
        let id = self.next_id(now);
        let swipe = Swipe {
            reader: &reader,
            presented: &read.presented,
            freshness: read.freshness,
            key: read.key,
            presented_at: read.presented_at,
            raw: read.raw,
            flags: &read.flags,
        };
        let Some(decided) = self.state.decide(swipe, id, now) else {
            // Its reader was started by this site's table, so it is there; refuse all the same.
            error!(%reader, "a swipe at a reader that the site does not have");
            return;
        };
        self.around.metrics.decision_seconds.observe(began.elapsed().as_secs_f64());
        let Decided { entry, permit, fault } = decided;
        if let Some(permit) = permit {
            self.open(permit);
        }
        self.around.metrics.decided(entry.reason, entry.granted);
        self.tell_reader(&reader, Some(ticket), &entry);
        self.policy_alarm(fault.as_deref());
        self.record_swipe(Event::EntryDecided(Box::new(entry)), reader, ticket, ack);
    }

    /// The record of a decided swipe; the reader learns when it is durable, or that it is not.
    fn record_swipe(
        &mut self,
        event: Event,
        reader: ReaderId,
        ticket: u64,
        ack: onecard_devices::link::Ack,
    ) {
        let recorded = self.around.readers.get(&reader).map(|desk| desk.recorded.clone());
        let durable_seconds = self.around.metrics.durable_seconds.clone();
        let began = monotonic();
        let tell = recorded.clone();
        let then = OnDurable::Call(Box::new(move |written: Result<OnRecord, WriteFailure>| {
            durable_seconds.observe(began.elapsed().as_secs_f64());
            let durable = written.is_ok();
            if durable {
                ack.accept();
            } else {
                ack.refuse();
            }
            if let Some(recorded) = tell {
                // A reader that misses this answers copies by redelivery, which is safe.
                let _ = recorded.try_send(Recorded { ticket, durable });
            }
        }));
        if let Err(refusal) = self.around.journal.append(event, then) {
            self.around.metrics.refuse("journal_busy");
            warn!(%reader, %refusal, "a decision could not be recorded; its swipe will come again");
            if let Some(recorded) = recorded {
                let _ = recorded.try_send(Recorded { ticket, durable: false });
            }
        }
    }

    fn replay(&mut self, presented: CardPresented, of: Option<DecisionId>) {
        let CardPresented { reader, read, ack, .. } = presented;
        let now = self.now();
        let id = self.next_id(now);
        let swipe = Swipe {
            reader: &reader,
            presented: &read.presented,
            freshness: read.freshness,
            key: read.key,
            presented_at: read.presented_at,
            raw: read.raw,
            flags: &read.flags,
        };
        let Some(entry) = self.state.replayed(swipe, of, id, now) else { return };
        self.around.metrics.decided(entry.reason, false);
        self.tell_reader(&reader, None, &entry);
        self.record(Event::EntryDecided(Box::new(entry)), OnDurable::Ack(ack));
    }

    fn open(&self, permit: onecard_rules::access::Permit) -> bool {
        let gate = permit.gate().clone();
        let door = self.around.gates.get(&gate);
        let told = door.is_some_and(|door| door.open.try_send(Open { permit }).is_ok());
        if !told {
            self.around.metrics.refuse("gate_busy");
            warn!(%gate, "a gate takes no more commands");
        }
        told
    }

    fn tell_reader(
        &self,
        reader: &ReaderId,
        ticket: Option<u64>,
        entry: &onecard_rules::event::Entry,
    ) {
        let Some(desk) = self.around.readers.get(reader) else { return };
        let decided = DecidedSwipe {
            ticket,
            decision: entry.decision.clone(),
            granted: entry.granted,
            reason: entry.reason,
            holder: entry.name.clone().zip(entry.kind),
        };
        if desk.decided.try_send(decided).is_err() {
            self.around.metrics.refuse("reader_busy");
        }
    }

    fn policy_alarm(&self, fault: Option<&str>) {
        let Some(fault) = fault else { return };
        self.site_alarm(Reason::DenyPolicyFault, Some(fault.to_owned()));
    }

    fn site_alarm(&self, reason: Reason, standing: Option<String>) {
        let subject = Subject {
            area: onecard_devices::topic::WHOLE_SITE.to_owned(),
            kind: DeviceKind::Controller,
            device: self.around.controller.clone(),
        };
        if self.around.alarms.try_send(alarm::Changed { subject, reason, standing }).is_err() {
            self.around.metrics.refuse("alarm_lost");
            error!(%reason, "an alarm was lost: the alarm service is not taking any");
        }
    }

    fn record(&self, event: Event, then: OnDurable<OnRecord>) {
        let name = event.name();
        if let Err(refusal) = self.around.journal.append(event, then) {
            self.around.metrics.refuse("journal_busy");
            error!(%refusal, fact = name, "a fact could not be recorded");
        }
    }

    /// Tells every gate that must stand otherwise; returns which.
    fn tell_modes(&mut self, now: Time) -> Vec<GateId> {
        let changed = self.state.changed_modes(now);
        let mut told = Vec::with_capacity(changed.len());
        for (gate, mode, owner) in changed {
            let Some(door) = self.around.gates.get(&gate) else { continue };
            if door.set_mode.try_send(SetMode { mode, owner: owner.clone() }).is_err() {
                self.around.metrics.refuse("gate_busy");
                error!(%gate, ?mode, "a gate takes no more commands; it was not told its mode");
                self.state.forget_told(&gate);
            }
            let area = self.state.site().gates.get(&gate).map(|gate| gate.area.clone());
            if let Some(area) = area {
                let event =
                    Event::GateModeChanged { at: now, area, gate: gate.clone(), mode, owner };
                self.record(event, OnDurable::Nothing);
            }
            told.push(gate);
        }
        told
    }

    /// Records facts that belong together; resolves when the last, and so all, are on disk.
    fn record_all(
        &self,
        events: Vec<Event>,
    ) -> impl Future<Output = Result<(), OrderRefusal>> + 'static + use<> {
        let waiting: Vec<_> =
            events.into_iter().map(|event| self.around.journal.append_and_wait(event)).collect();
        async move {
            for recorded in waiting {
                recorded.await.map_err(|_| OrderRefusal::NotRecorded)?;
            }
            Ok(())
        }
    }

    fn set_timer(&self, context: &mut Context<Self>) {
        let now = self.now();
        let wait = (self.state.next_deadline(now) - now).to_std().unwrap_or_default();
        context.run_later(wait, |access, context| {
            let now = access.now();
            for event in access.state.handle_deadline(now) {
                access.record(event, OnDurable::Nothing);
            }
            access.tell_modes(now);
            access.set_timer(context);
        });
    }

    /// The order's facts and the gates it moved; a mistake changes nothing.
    fn carry_out(
        &mut self,
        facts: Result<Vec<Event>, super::state::OrderMistake>,
        now: Time,
        context: &mut Context<Self>,
    ) -> ResponseFuture<Result<Vec<GateId>, OrderRefusal>> {
        let events = match facts {
            Ok(events) => events,
            Err(mistake) => return Box::pin(async move { Err(mistake.into()) }),
        };
        let told = self.tell_modes(now);
        // An order that ends by itself may end before the minute does.
        self.set_timer(context);
        let recorded = self.record_all(events);
        Box::pin(async move { recorded.await.map(|()| told) })
    }
}

impl Actor for Access {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(MAILBOX);
        let now = self.now();
        self.tell_modes(now);
        self.set_timer(context);
    }
}

impl Handler<CardPresented> for Access {
    type Result = ();

    fn handle(&mut self, presented: CardPresented, _: &mut Self::Context) {
        match presented.as_what.clone() {
            AsWhat::New { ticket } => self.decide(presented, ticket),
            AsWhat::Replay { of } => self.replay(presented, of),
        }
    }
}

impl Handler<PassageEnded> for Access {
    type Result = ();

    fn handle(&mut self, ended: PassageEnded, _: &mut Self::Context) {
        let PassageEnded { gate, end, ack } = ended;
        let now = self.now();
        let Some(event) = self.state.passage_ended(&gate, end, now) else { return };
        self.record(event, ack.map_or(OnDurable::Nothing, OnDurable::Ack));
    }
}

impl Handler<Refused> for Access {
    type Result = ();

    fn handle(&mut self, refused: Refused, _: &mut Self::Context) {
        self.around.metrics.refuse(refused.what);
    }
}

impl Handler<OpenGate> for Access {
    type Result = ResponseFuture<Result<DecisionId, OrderRefusal>>;

    fn handle(&mut self, order: OpenGate, _: &mut Self::Context) -> Self::Result {
        let OpenGate { gate, direction, by, why } = order;
        let now = self.now();
        let id = self.next_id(now);
        let decided = match self.state.open_by_hand(&gate, direction, &by, &why, id.clone(), now) {
            Ok(decided) => decided,
            Err(mistake) => return Box::pin(async move { Err(mistake.into()) }),
        };
        if !decided.permit.is_some_and(|permit| self.open(permit)) {
            return Box::pin(async move { Err(OrderRefusal::GateBusy(gate)) });
        }
        self.around.metrics.decided(decided.entry.reason, true);
        let recorded = self.record_all(vec![Event::EntryDecided(Box::new(decided.entry))]);
        Box::pin(async move { recorded.await.map(|()| id) })
    }
}

impl Handler<BeginMeasure> for Access {
    type Result = ResponseFuture<Result<Vec<GateId>, OrderRefusal>>;

    fn handle(&mut self, order: BeginMeasure, context: &mut Self::Context) -> Self::Result {
        let BeginMeasure { kind, area, by, why, until } = order;
        let now = self.now();
        let facts = self.state.begin_measure(Measure { kind, area, by, why, since: now, until });
        self.carry_out(facts, now, context)
    }
}

impl Handler<EndMeasure> for Access {
    type Result = ResponseFuture<Result<Vec<GateId>, OrderRefusal>>;

    fn handle(&mut self, order: EndMeasure, context: &mut Self::Context) -> Self::Result {
        let EndMeasure { kind, area, by, why } = order;
        let now = self.now();
        let facts = self.state.end_measure(kind, &area, &by, &why, now);
        self.carry_out(facts, now, context)
    }
}

impl Handler<SetOverride> for Access {
    type Result = ResponseFuture<Result<(), OrderRefusal>>;

    fn handle(&mut self, order: SetOverride, context: &mut Self::Context) -> Self::Result {
        let SetOverride { gate, mode, by, why, until } = order;
        let now = self.now();
        let fact = match mode {
            Some(mode) => {
                self.state.set_override(&gate, Override { mode, by, why, since: now, until })
            }
            None => self.state.clear_override(&gate, &by, &why, now),
        };
        let done = self.carry_out(fact.map(|fact| vec![fact]), now, context);
        Box::pin(async move { done.await.map(drop) })
    }
}

impl Handler<Forgive> for Access {
    type Result = ResponseFuture<Result<(), OrderRefusal>>;

    fn handle(&mut self, order: Forgive, context: &mut Self::Context) -> Self::Result {
        let Forgive { whom, by, why } = order;
        let now = self.now();
        let facts = match whom {
            Forgiven::Person(person) => self.state.forgive(&person, &by, &why, now),
            Forgiven::Area(area) => self.state.forgive_within(&area, &by, &why, now),
        };
        let done = self.carry_out(facts, now, context);
        Box::pin(async move { done.await.map(drop) })
    }
}

impl Handler<RulesEdited> for Access {
    type Result = ();

    fn handle(&mut self, edited: RulesEdited, _: &mut Self::Context) {
        let now = self.now();
        match edited {
            RulesEdited::Loaded(rules) => {
                let (version, policies) = (rules.version.clone(), rules.policies.len());
                info!(version, policies, "new rules are in force");
                self.state.set_rules(*rules, now);
                self.site_alarm(Reason::RulesRefused, None);
                let event = Event::RulesLoaded { at: now, version, policies };
                self.record(event, OnDurable::Nothing);
                self.tell_modes(now);
            }
            RulesEdited::Refused { mistakes } => {
                let first = mistakes.first().cloned().unwrap_or_default();
                error!(
                    first,
                    mistakes = mistakes.len(),
                    "edited rules were refused; the old ones stay"
                );
                self.site_alarm(Reason::RulesRefused, Some(first));
                self.record(Event::RulesRefused { at: now, mistakes }, OnDurable::Nothing);
            }
        }
    }
}

impl Handler<DirectoryReloaded> for Access {
    type Result = ();

    fn handle(&mut self, reloaded: DirectoryReloaded, _: &mut Self::Context) {
        let DirectoryReloaded { directory } = reloaded;
        let at = self.now();
        let (people, cards) = (directory.people_count(), directory.card_count());
        info!(people, cards, "people reloaded");
        self.state.set_directory(directory);
        let event = Event::PeopleImported { at, people, cards };
        self.record(event, OnDurable::Nothing);
    }
}

impl Handler<GetAreas> for Access {
    type Result = MessageResult<GetAreas>;

    fn handle(&mut self, _: GetAreas, _: &mut Self::Context) -> Self::Result {
        let areas = self.state.site().areas.keys();
        let view = |id: &onecard_rules::ids::AreaId| AreaView {
            id: id.clone(),
            inside: self.state.presence().inside(id),
            measures: self.state.orders().measures().filter(|m| m.area == *id).cloned().collect(),
        };
        MessageResult(areas.map(view).collect())
    }
}

impl Handler<GetPeopleWithin> for Access {
    type Result = MessageResult<GetPeopleWithin>;

    fn handle(&mut self, asked: GetPeopleWithin, _: &mut Self::Context) -> Self::Result {
        let (site, directory) = (self.state.site(), self.state.directory());
        let mut people: Vec<_> = self
            .state
            .presence()
            .everybody()
            .filter(|(_, known)| site.is_within(&known.area, &asked.area))
            .map(|(id, known)| {
                let name = directory.person(id).map(|person| person.name.clone());
                (id.clone(), name.unwrap_or_default(), known.area.clone(), known.since)
            })
            .collect();
        people.sort();
        MessageResult(people)
    }
}
