//! The access actor's other half: what operators order, what was edited, what is asked.

use actix::{Context, Handler, MessageResult, ResponseFuture};
use onecard_rules::{
    Time,
    event::Event,
    ids::{DecisionId, GateId},
    mode::{Measure, Override},
    reason::Reason,
};
use tracing::{error, info};

use super::{
    Access, AreaView, BeginMeasure, DirectoryReloaded, EndMeasure, Forgive, Forgiven, GetAreas,
    GetPeopleWithin, NotServed, OpenGate, OrderRefusal, Presenter, RulesEdited, SetOverride, WhoIs,
    state::OrderMistake,
};
use crate::store::OnDurable;

impl Access {
    /// Records facts that belong together; resolves when the last, and so all, are on disk.
    fn record_all(
        &self,
        events: Vec<Event>,
    ) -> impl Future<Output = Result<(), OrderRefusal>> + 'static + use<> {
        let record = |event| {
            let (then, receipt) = OnDurable::receipt();
            self.registrar.fact(event, then);
            receipt
        };
        let waiting: Vec<_> = events.into_iter().map(record).collect();
        async move {
            for receipt in waiting {
                let recorded = receipt.await.map_err(|_| OrderRefusal::NotRecorded)?;
                recorded.map_err(|_| OrderRefusal::NotRecorded)?;
            }
            Ok(())
        }
    }

    /// The order's facts and the gates it moved; a mistake changes nothing.
    fn carry_out(
        &mut self,
        facts: Result<Vec<Event>, OrderMistake>,
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

impl Handler<WhoIs> for Access {
    type Result = Result<Presenter, NotServed>;

    fn handle(&mut self, asked: WhoIs, _: &mut Self::Context) -> Self::Result {
        let now = self.now();
        self.state.who_is(&asked, now)
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
                self.registrar.fact(event, OnDurable::Nothing);
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
                self.registrar.fact(Event::RulesRefused { at: now, mistakes }, OnDurable::Nothing);
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
        self.registrar.fact(event, OnDurable::Nothing);
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
