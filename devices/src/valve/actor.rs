//! The valve's actor: translates messages, asks the state machine, hands on what came out.

use std::{sync::Arc, time::Duration};

use actix::{Actor, Context, Handler, Message, MessageResult, Recipient};
use bytes::Bytes;
use chrono_tz::Tz;
use onecard_rules::{
    Time,
    event::{DeviceKind, Subject},
    ids::TapId,
    reason::Reason,
};

use super::{
    Action, Input, News, Order, Snapshot, Valve,
    wire::{Command, parse_state},
};
use crate::{
    alarm,
    clock::SharedClock,
    gate::wire::local,
    link::{Ack, Incoming, Outgoing, Publish, Qos},
    reader::{MALFORMED_QUIET, actor::Refused, wire::parse_availability},
    topic::{Channel, Topics},
    wire::Malformed,
};

/// Messages that may wait for one valve.
const MAILBOX: usize = 1024;

/// Tells the valve something.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct Tell(pub Order);

/// A message on one of the valve's topics.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Heard {
    pub channel: Channel,
    pub incoming: Incoming,
}

/// A valve said something.
#[derive(Debug, Clone, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub struct Told {
    pub tap: TapId,
    pub news: News,
}

/// Asks how the valve stands.
#[derive(Debug, Message)]
#[rtype(result = "Snapshot")]
pub struct GetValve;

/// What a valve's actor is given.
#[derive(Debug, Clone)]
pub struct Surroundings {
    pub topics: Topics,
    /// The area in its topics.
    pub area: String,
    pub zone: Tz,
    pub clock: SharedClock,
    pub told: Recipient<Told>,
    pub alarms: Recipient<alarm::Changed>,
    pub refused: Recipient<Refused>,
}

/// A valve as an actor.
pub struct ValveActor {
    valve: Valve,
    around: Surroundings,
    link: Arc<dyn Publish>,
    command_topic: String,
    /// While the alarm about unreadable messages stands: from when on a good one clears it.
    malformed_until: Option<Time>,
}

impl std::fmt::Debug for ValveActor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ValveActor").field("valve", &self.valve).finish_non_exhaustive()
    }
}

impl ValveActor {
    /// `malformed`: the alarm about unreadable messages stood in the run before.
    #[must_use]
    pub fn new(
        valve: Valve,
        around: Surroundings,
        link: Arc<dyn Publish>,
        malformed: bool,
    ) -> Self {
        let (kind, id) = (DeviceKind::Valve, valve.id().as_str());
        let command_topic = around.topics.build(&around.area, kind, id, Channel::Command);
        let malformed_until = malformed.then(|| around.clock.now() + MALFORMED_QUIET);
        Self { valve, around, link, command_topic, malformed_until }
    }

    fn take(&mut self, input: Input) {
        let now = self.around.clock.now();
        for action in self.valve.handle(input, now) {
            match action {
                Action::Send { id, order, deadline } => self.send(id, order, deadline, now),
                Action::Tell(news) => {
                    let told = Told { tap: self.valve.id().clone(), news };
                    // It is asked again, or says so again itself.
                    if self.around.told.try_send(told).is_err() {
                        self.count("water_busy");
                    }
                }
                Action::Alarm { reason, standing } => self.alarm(reason, standing),
            }
        }
    }

    fn send(&self, id: String, order: Order, deadline: Time, now: Time) {
        let until = local(deadline, self.around.zone);
        let command = match order {
            Order::Open { lease } => {
                let lease_ms = lease.num_milliseconds().unsigned_abs();
                Command::Open { id, lease_ms, deadline: until }
            }
            Order::Close => Command::Close { id, deadline: until },
            Order::Report => Command::Report { id, deadline: until },
        };
        let Ok(payload) = serde_json::to_vec(&command) else { return };
        let message = Outgoing {
            topic: self.command_topic.clone(),
            payload: Bytes::from(payload),
            qos: Qos::AtLeastOnce,
            retain: false,
            expiry: Some((deadline - now).to_std().unwrap_or(Duration::ZERO)),
            correlation: None,
        };
        if let Err(refusal) = self.link.publish(message) {
            // A lease that is not renewed ends; a close is told again.
            self.count("command_not_sent");
            tracing::warn!(valve = %self.valve.id(), %refusal, "a command was not sent");
        }
    }

    fn alarm(&self, reason: Reason, standing: Option<String>) {
        let (area, device) = (self.around.area.clone(), self.valve.id().to_string());
        let subject = Subject { area, kind: DeviceKind::Valve, device };
        if self.around.alarms.try_send(alarm::Changed { subject, reason, standing }).is_err() {
            self.count("alarm_lost");
            tracing::error!(valve = %self.valve.id(), %reason, "an alarm was lost: the alarm service is not taking any");
        }
    }

    fn count(&self, what: &'static str) {
        // A count that is lost under overload is no loss: the overload itself is counted.
        let _ = self.around.refused.try_send(Refused { what });
    }

    /// A message that cannot be read will not get better: acknowledged, counted, alarmed until the
    /// valve has sent none for a while, and then a good one.
    fn refuse(&mut self, mistake: &Malformed, ack: Ack) {
        ack.accept();
        self.malformed_until = Some(self.around.clock.now() + MALFORMED_QUIET);
        self.count(mistake.kind());
        self.alarm(Reason::MalformedMessage, Some(mistake.to_string()));
    }
}

impl Actor for ValveActor {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(MAILBOX);
    }
}

impl Handler<Tell> for ValveActor {
    type Result = ();

    fn handle(&mut self, Tell(order): Tell, _: &mut Self::Context) {
        self.take(Input::Ordered(order));
    }
}

impl Handler<Heard> for ValveActor {
    type Result = ();

    fn handle(&mut self, heard: Heard, _: &mut Self::Context) {
        let Incoming { payload, retained, ack, .. } = heard.incoming;
        let input = match heard.channel {
            Channel::State => {
                parse_state(&payload).map(|report| Input::Reported { report, retained })
            }
            Channel::Availability => {
                parse_availability(&payload).map(|online| Input::Availability { online })
            }
            Channel::Swipe
            | Channel::Feedback
            | Channel::Command
            | Channel::Passage
            | Channel::Entry
            | Channel::Event
            | Channel::Ledger
            | Channel::Alarm => {
                // Nothing that a valve says; of no consequence.
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
                // A newer state makes a lost one good.
                ack.accept();
                self.take(input);
            }
            Err(mistake) => self.refuse(&mistake, ack),
        }
    }
}

impl Handler<GetValve> for ValveActor {
    type Result = MessageResult<GetValve>;

    fn handle(&mut self, _: GetValve, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.valve.snapshot().clone())
    }
}
