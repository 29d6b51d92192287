//! The reader's actor: translates messages, asks the state machine, hands on what came out.

use std::{collections::HashMap, sync::Arc, time::Duration};

use actix::{Actor, AsyncContext, Context, Handler, Message, Recipient, SpawnHandle};
use bytes::Bytes;
use onecard_rules::{
    event::{DeviceKind, Subject},
    ids::{DecisionId, ReaderId},
    person::PersonKind,
    reason::Reason,
};

use super::{
    Action, AlarmChange, Arrival, Read, Reader, Ticket,
    wire::{Feedback, Payment, parse_availability, parse_swipe},
};
use crate::{
    alarm,
    clock::SharedClock,
    link::{Ack, Incoming, Outgoing, Publish, Qos},
    topic::{Channel, Topics},
    wire::Malformed,
};

/// Messages that may wait for one reader.
const MAILBOX: usize = 1024;

/// A message on one of the reader's topics.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Heard {
    pub channel: Channel,
    pub incoming: Incoming,
}

/// A card or code was presented; whoever hears it decides, tells [`Decided`], and after recording
/// [`Recorded`]. `of` is set for a replay, which must be recorded and open nothing.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct CardPresented {
    pub reader: ReaderId,
    pub read: Read,
    pub as_what: AsWhat,
    pub ack: Ack,
}

/// Whether a presented card is news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AsWhat {
    New { ticket: Ticket },
    Replay { of: Option<DecisionId> },
}

/// A swipe was decided, or what came of it later; the reader shows it.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Decided {
    /// `None` for a replay, and for what came later.
    pub ticket: Option<Ticket>,
    pub decision: DecisionId,
    pub granted: bool,
    pub reason: Reason,
    pub holder: Option<(String, PersonKind)>,
    pub payment: Payment,
}

/// A card was taken out of the reader; it may be told again.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct CardRemoved {
    pub reader: ReaderId,
    pub ack: Ack,
}

/// The record of a decision is durable, or could not be made.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Recorded {
    pub ticket: Ticket,
    pub durable: bool,
}

/// A message was not taken; for counting.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Refused {
    pub what: &'static str,
}

/// What a reader's actor is given.
#[derive(Debug, Clone)]
pub struct Surroundings {
    pub topics: Topics,
    /// The area in the reader's topics: its gate's or tap's.
    pub area: String,
    pub clock: SharedClock,
    pub presented: Recipient<CardPresented>,
    /// Who wants to know that a card was taken out again; nobody at a gate.
    pub removed: Option<Recipient<CardRemoved>>,
    pub alarms: Recipient<alarm::Changed>,
    pub refused: Recipient<Refused>,
}

/// A reader as an actor.
pub struct ReaderActor {
    reader: Reader,
    around: Surroundings,
    link: Arc<dyn Publish>,
    feedback_topic: String,
    /// Acknowledgements of copies that wait for the first to be on record.
    joined: HashMap<Ticket, Vec<Ack>>,
    timer: Option<SpawnHandle>,
}

impl std::fmt::Debug for ReaderActor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReaderActor").field("reader", &self.reader).finish_non_exhaustive()
    }
}

impl ReaderActor {
    #[must_use]
    pub fn new(reader: Reader, around: Surroundings, link: Arc<dyn Publish>) -> Self {
        let id = reader.id().as_str();
        let feedback_topic =
            around.topics.build(&around.area, DeviceKind::Reader, id, Channel::Feedback);
        Self { reader, around, link, feedback_topic, joined: HashMap::new(), timer: None }
    }

    fn swiped(&mut self, incoming: Incoming, context: &mut Context<Self>) {
        let Incoming { payload, sent_after, redelivered, ack, .. } = incoming;
        let now = self.around.clock.now();
        let swipe = match parse_swipe(&payload, self.reader.limits().payload_bytes) {
            Ok(swipe) => swipe,
            Err(mistake) => return self.refuse(&mistake, ack, context),
        };
        if swipe.removed {
            return self.removed(ack);
        }
        match self.reader.handle(Arrival { swipe, sent_after, redelivered }, now) {
            Action::Present { ticket, read } => {
                if !self.present(read, AsWhat::New { ticket }, ack) {
                    self.reader.recorded(ticket, false);
                }
            }
            Action::Replay { of, read } => {
                self.present(read, AsWhat::Replay { of }, ack);
            }
            Action::Join { ticket } => self.joined.entry(ticket).or_default().push(ack),
            Action::Repeat => ack.accept(),
            Action::Refuse(mistake) => self.refuse(&mistake, ack, context),
        }
    }

    /// A full mailbox leaves the message with the reader, to be delivered again.
    fn removed(&self, ack: Ack) {
        let Some(removed) = &self.around.removed else { return ack.accept() };
        let reader = self.reader.id().clone();
        if removed.try_send(CardRemoved { reader, ack }).is_err() {
            self.count("water_busy");
        }
    }

    /// Hands a swipe on; a full mailbox leaves it with the reader, to be delivered again.
    fn present(&mut self, read: Read, as_what: AsWhat, ack: Ack) -> bool {
        let reader = self.reader.id().clone();
        let taken =
            self.around.presented.try_send(CardPresented { reader, read, as_what, ack }).is_ok();
        if !taken {
            self.count("access_busy");
        }
        taken
    }

    /// A message that cannot be read will not get better: it is acknowledged, counted, alarmed.
    fn refuse(&mut self, mistake: &Malformed, ack: Ack, context: &mut Context<Self>) {
        ack.accept();
        self.count(mistake.kind());
        let changed = self.reader.malformed(mistake, self.around.clock.now());
        self.tell(changed);
        self.set_timer(context);
    }

    fn count(&self, what: &'static str) {
        // A count that is lost under overload is no loss: the overload itself is counted.
        let _ = self.around.refused.try_send(Refused { what });
    }

    fn tell(&self, changes: impl IntoIterator<Item = AlarmChange>) {
        for AlarmChange { reason, standing } in changes {
            let area = self.around.area.clone();
            let device = self.reader.id().to_string();
            let subject = Subject { area, kind: DeviceKind::Reader, device };
            if self.around.alarms.try_send(alarm::Changed { subject, reason, standing }).is_err() {
                self.count("alarm_lost");
                tracing::error!(reader = %self.reader.id(), %reason, "an alarm was lost: the alarm service is not taking any");
            }
        }
    }

    fn set_timer(&mut self, context: &mut Context<Self>) {
        if let Some(timer) = self.timer.take() {
            context.cancel_future(timer);
        }
        let Some(deadline) = self.reader.next_deadline() else { return };
        let wait = (deadline - self.around.clock.now()).to_std().unwrap_or(Duration::ZERO);
        self.timer = Some(context.run_later(wait, |actor, context| {
            let cleared = actor.reader.handle_deadline(actor.around.clock.now());
            actor.tell(cleared);
            actor.set_timer(context);
        }));
    }
}

impl Actor for ReaderActor {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(MAILBOX);
        self.set_timer(context);
    }
}

impl Handler<Heard> for ReaderActor {
    type Result = ();

    fn handle(&mut self, heard: Heard, context: &mut Self::Context) {
        match heard.channel {
            Channel::Swipe => self.swiped(heard.incoming, context),
            Channel::Availability => match parse_availability(&heard.incoming.payload) {
                Ok(online) => {
                    heard.incoming.ack.accept();
                    let changed = self.reader.availability(online);
                    self.tell(changed);
                }
                Err(mistake) => self.refuse(&mistake, heard.incoming.ack, context),
            },
            Channel::Feedback
            | Channel::Command
            | Channel::State
            | Channel::Passage
            | Channel::Entry
            | Channel::Event
            | Channel::Alarm
            | Channel::Ledger => {
                // Nothing that a reader says; of no consequence.
                heard.incoming.ack.accept();
                self.count("unexpected_channel");
            }
        }
    }
}

impl Handler<Decided> for ReaderActor {
    type Result = ();

    fn handle(&mut self, decided: Decided, context: &mut Self::Context) {
        let Decided { ticket, decision, granted, reason, holder, payment } = decided;
        let feedback = Feedback::new(decision.clone(), granted, reason, holder);
        self.show(&feedback.with_payment(payment));
        if let Some(ticket) = ticket {
            let now = self.around.clock.now();
            let changed = self.reader.decided(ticket, decision, reason, now);
            self.tell(changed);
            self.set_timer_if_alarmed(context);
        }
    }
}

impl ReaderActor {
    fn show(&self, feedback: &Feedback) {
        let Ok(payload) = serde_json::to_vec(feedback) else { return };
        let (topic, payload) = (self.feedback_topic.clone(), Bytes::from(payload));
        let (qos, expiry) = (Qos::AtMostOnce, Some(self.reader.limits().swipe_age));
        let message = Outgoing { topic, payload, qos, retain: false, expiry, correlation: None };
        if self.link.publish(message).is_err() {
            self.count("feedback_not_sent");
        }
    }

    /// On the way of every swipe, so nothing is armed unless an alarm stands.
    fn set_timer_if_alarmed(&mut self, context: &mut Context<Self>) {
        if self.reader.next_deadline().is_some() {
            self.set_timer(context);
        }
    }
}

impl Handler<Recorded> for ReaderActor {
    type Result = ();

    fn handle(&mut self, recorded: Recorded, _: &mut Self::Context) {
        let Recorded { ticket, durable } = recorded;
        self.reader.recorded(ticket, durable);
        for ack in self.joined.remove(&ticket).unwrap_or_default() {
            if durable { ack.accept() } else { ack.refuse() }
        }
    }
}
