//! The access actor: translate, ask the state, hand on.

use actix::{Actor, AsyncContext as _, Context, Handler};
use onecard_devices::{
    alarm,
    gate::actor::{Open, PassageEnded, SetMode},
    reader::actor::{AsWhat, CardPresented, Refused},
};
use onecard_rules::{
    Time,
    event::{DeviceKind, Event, Subject},
    ids::{DecisionId, GateId},
    reason::Reason,
};
use tracing::{error, warn};

use super::{
    MAILBOX, Surroundings,
    registrar::Registrar,
    state::{AccessState, Decided, Swipe},
};
use crate::{clock::monotonic, store::OnDurable};

/// Decides swipes and carries out operators' orders.
pub struct Access {
    pub(super) state: AccessState,
    pub(super) around: Surroundings,
    pub(super) registrar: Registrar,
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
        let (readers, journal) = (around.readers.clone(), around.journal.clone());
        let registrar =
            Registrar::start(readers, journal, around.metrics.clone(), around.awake_from);
        Self { state, around, registrar, ids: ulid::Generator::new() }
    }

    pub(super) fn now(&self) -> Time {
        self.around.clock.now()
    }

    pub(super) fn next_id(&mut self, now: Time) -> DecisionId {
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
        self.policy_alarm(fault.as_deref());
        self.registrar.swipe(entry, reader, Some(ticket), ack);
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
        self.registrar.swipe(entry, reader, None, ack);
    }

    pub(super) fn open(&self, permit: onecard_rules::access::Permit) -> bool {
        let gate = permit.gate().clone();
        let door = self.around.gates.get(&gate);
        let told = door.is_some_and(|door| door.open.try_send(Open { permit }).is_ok());
        if !told {
            self.around.metrics.refuse("gate_busy");
            warn!(%gate, "a gate takes no more commands");
        }
        told
    }

    fn policy_alarm(&self, fault: Option<&str>) {
        let Some(fault) = fault else { return };
        self.site_alarm(Reason::DenyPolicyFault, Some(fault.to_owned()));
    }

    pub(super) fn site_alarm(&self, reason: Reason, standing: Option<String>) {
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

    /// Tells every gate that must stand otherwise; returns which.
    pub(super) fn tell_modes(&mut self, now: Time) -> Vec<GateId> {
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
                self.registrar.fact(event, OnDurable::Nothing);
            }
            told.push(gate);
        }
        told
    }

    pub(super) fn set_timer(&self, context: &mut Context<Self>) {
        let now = self.now();
        let wait = (self.state.next_deadline(now) - now).to_std().unwrap_or_default();
        context.run_later(wait, |access, context| {
            let now = access.now();
            for event in access.state.handle_deadline(now) {
                access.registrar.fact(event, OnDurable::Nothing);
            }
            access.tell_modes(now);
            access.set_timer(context);
        });
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
        self.registrar.fact(event, ack.map_or(OnDurable::Nothing, OnDurable::Ack));
    }
}

impl Handler<Refused> for Access {
    type Result = ();

    fn handle(&mut self, refused: Refused, _: &mut Self::Context) {
        self.around.metrics.refuse(refused.what);
    }
}
