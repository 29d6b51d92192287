//! The gate's actor: translates messages, asks the state machine, hands on what came out.

use std::{sync::Arc, time::Duration};

use actix::{
    Actor, AsyncContext, Context, Handler, Message, MessageResult, Recipient, SpawnHandle,
};
use bytes::Bytes;
use chrono_tz::Tz;
use onecard_rules::{
    Time,
    access::Permit,
    event::{DeviceKind, Subject},
    ids::GateId,
    mode::{Mode, Owner},
    reason::Reason,
};

use super::{
    Action, Gate, Input, PassageEnd, Snapshot,
    wire::{Command, local, parse_passage, parse_state},
};
use crate::{
    alarm,
    clock::SharedClock,
    link::{Ack, Incoming, Outgoing, Publish, Qos},
    reader::{MALFORMED_QUIET, actor::Refused, wire::parse_availability},
    topic::{Channel, Topics},
    wire::Malformed,
};

/// Messages that may wait for one gate.
const MAILBOX: usize = 1024;

/// Opens the gate once.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Open {
    pub permit: Permit,
}

/// Puts the gate into a mode.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct SetMode {
    pub mode: Mode,
    pub owner: Owner,
}

/// A message on one of the gate's topics.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Heard {
    pub channel: Channel,
    pub incoming: Incoming,
}

/// Asks how the gate stands.
#[derive(Debug, Message)]
#[rtype(result = "Snapshot")]
pub struct GetSnapshot;

/// A passage ended. Where the gate told it, `ack` is accepted when the fact is on record.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct PassageEnded {
    pub gate: GateId,
    pub end: PassageEnd,
    pub ack: Option<Ack>,
}

/// What a gate's actor is given.
#[derive(Debug, Clone)]
pub struct Surroundings {
    pub topics: Topics,
    pub zone: Tz,
    pub clock: SharedClock,
    pub passages: Recipient<PassageEnded>,
    pub alarms: Recipient<alarm::Changed>,
    pub refused: Recipient<Refused>,
}

/// A gate as an actor.
pub struct GateActor {
    gate: Gate,
    around: Surroundings,
    link: Arc<dyn Publish>,
    command_topic: String,
    timer: Option<(Time, SpawnHandle)>,
    /// While the alarm about unreadable messages stands: from when on a good one clears it.
    malformed_until: Option<Time>,
}

impl std::fmt::Debug for GateActor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GateActor").field("gate", &self.gate).finish_non_exhaustive()
    }
}

impl GateActor {
    #[must_use]
    pub fn new(gate: Gate, around: Surroundings, link: Arc<dyn Publish>) -> Self {
        let (area, id) = (gate.site().area.as_str(), gate.site().id.as_str());
        let command_topic = around.topics.build(area, DeviceKind::Gate, id, Channel::Command);
        Self { gate, around, link, command_topic, timer: None, malformed_until: None }
    }

    /// Takes over the alarm about unreadable messages from the run before.
    #[must_use]
    pub fn after_malformed(mut self, malformed: bool) -> Self {
        self.malformed_until = malformed.then(|| self.around.clock.now() + MALFORMED_QUIET);
        self
    }

    fn take(&mut self, input: Input, ack: Option<Ack>, context: &mut Context<Self>) {
        let now = self.around.clock.now();
        let actions = self.gate.handle(input, now);
        self.act(actions, ack, now);
        self.set_timer(now, context);
    }

    /// Carries actions out. The acknowledgement goes with the passage that the message ended, to be
    /// given when that is on record; a message that ended none is done with.
    fn act(&mut self, actions: Vec<Action>, mut ack: Option<Ack>, now: Time) {
        for action in actions {
            match action {
                Action::SendOpen { permit, open, deadline } => {
                    let command = Command::Open {
                        direction: permit.direction(),
                        open_ms: u64::try_from(open.as_millis()).unwrap_or(u64::MAX),
                        decision: permit.decision().clone(),
                        deadline: local(deadline, self.around.zone),
                    };
                    self.send(&command, deadline, now);
                }
                Action::SendMode { mode, command: id, deadline } => {
                    let until = local(deadline, self.around.zone);
                    let command = match mode {
                        Mode::Free | Mode::Released => {
                            Command::HoldOpen { id, mode, deadline: until }
                        }
                        Mode::Secure | Mode::Blocked | Mode::LockedDown => {
                            Command::Lock { id, mode, deadline: until }
                        }
                    };
                    self.send(&command, deadline, now);
                }
                Action::EndPassage(end) => {
                    let (gate, ack) = (self.gate.site().id.clone(), ack.take());
                    if self.around.passages.try_send(PassageEnded { gate, end, ack }).is_err() {
                        self.count("access_busy");
                    }
                }
                Action::Alarm { reason, standing } => self.alarm(reason, standing),
            }
        }
        if let Some(ack) = ack {
            ack.accept();
        }
    }

    fn send(&self, command: &Command, deadline: Time, now: Time) {
        let expiry = (deadline - now).to_std().unwrap_or(Duration::ZERO);
        let Ok(payload) = serde_json::to_vec(command) else { return };
        let message = Outgoing {
            topic: self.command_topic.clone(),
            payload: Bytes::from(payload),
            qos: Qos::AtLeastOnce,
            retain: false,
            expiry: Some(expiry),
            correlation: None,
        };
        if let Err(refusal) = self.link.publish(message) {
            // An open that is not sent shows as `no_entry`; a mode is sent again by its deadline.
            self.count("command_not_sent");
            tracing::warn!(gate = %self.gate.site().id, %refusal, "a command was not sent");
        }
    }

    fn alarm(&self, reason: Reason, standing: Option<String>) {
        let site = self.gate.site();
        let (area, device) = (site.area.to_string(), site.id.to_string());
        let subject = Subject { area, kind: DeviceKind::Gate, device };
        if self.around.alarms.try_send(alarm::Changed { subject, reason, standing }).is_err() {
            self.count("alarm_lost");
            tracing::error!(gate = %site.id, %reason, "an alarm was lost: the alarm service is not taking any");
        }
    }

    fn count(&self, what: &'static str) {
        // A count that is lost under overload is no loss: the overload itself is counted.
        let _ = self.around.refused.try_send(Refused { what });
    }

    /// A message that cannot be read will not get better: acknowledged, counted, alarmed until the
    /// gate has sent none for a while, and then a good one. One that sends both by turns has one
    /// alarm, not a new one and its end, both on record, at each turn.
    fn refuse(&mut self, mistake: &Malformed, ack: Ack) {
        ack.accept();
        self.malformed_until = Some(self.around.clock.now() + MALFORMED_QUIET);
        self.count(mistake.kind());
        self.alarm(Reason::MalformedMessage, Some(mistake.to_string()));
    }

    /// Arms the timer for the next deadline, unless one that is no later is armed: most passages end
    /// before they are due, and a timer that finds nothing due costs less than a new one each time.
    fn set_timer(&mut self, now: Time, context: &mut Context<Self>) {
        let Some(deadline) = self.gate.next_deadline() else { return };
        match &self.timer {
            Some((armed, _)) if *armed <= deadline => return,
            Some((_, timer)) => {
                context.cancel_future(*timer);
            }
            None => {}
        }
        let wait = (deadline - now).to_std().unwrap_or(Duration::ZERO);
        let timer = context.run_later(wait, |actor, context| {
            actor.timer = None;
            let now = actor.around.clock.now();
            let actions = actor.gate.handle_deadline(now);
            actor.act(actions, None, now);
            actor.set_timer(now, context);
        });
        self.timer = Some((deadline, timer));
    }
}

impl Actor for GateActor {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(MAILBOX);
    }
}

impl Handler<Open> for GateActor {
    type Result = ();

    fn handle(&mut self, open: Open, context: &mut Self::Context) {
        self.take(Input::Open(open.permit), None, context);
    }
}

impl Handler<SetMode> for GateActor {
    type Result = ();

    fn handle(&mut self, set: SetMode, context: &mut Self::Context) {
        self.take(Input::SetMode { mode: set.mode, owner: set.owner }, None, context);
    }
}

impl Handler<Heard> for GateActor {
    type Result = ();

    fn handle(&mut self, heard: Heard, context: &mut Self::Context) {
        let Incoming { payload, retained, ack, .. } = heard.incoming;
        let input = match heard.channel {
            Channel::State => {
                parse_state(&payload).map(|report| Input::Reported { report, retained })
            }
            Channel::Passage => parse_passage(&payload).map(Input::Passed),
            Channel::Availability => {
                parse_availability(&payload).map(|online| Input::Availability { online })
            }
            Channel::Swipe
            | Channel::Feedback
            | Channel::Command
            | Channel::Entry
            | Channel::Event
            | Channel::Alarm
            | Channel::Ledger => {
                // Nothing that a gate says; of no consequence.
                ack.accept();
                return self.count("unexpected_channel");
            }
        };
        match input {
            Ok(input) => {
                let now = self.around.clock.now();
                if self.malformed_until.take_if(|until| *until <= now).is_some() {
                    self.alarm(Reason::MalformedMessage, None);
                }
                self.take(input, Some(ack), context);
            }
            Err(mistake) => self.refuse(&mistake, ack),
        }
    }
}

impl Handler<GetSnapshot> for GateActor {
    type Result = MessageResult<GetSnapshot>;

    fn handle(&mut self, _: GetSnapshot, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.gate.snapshot())
    }
}
