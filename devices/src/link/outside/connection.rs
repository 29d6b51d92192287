//! The books of one connection: what is on the wire without an answer, and which answers to the
//! broker's messages are awaited. They end with the connection.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_util::{StreamExt, stream::FuturesUnordered};
use rumqttc::{PingReq, PubAck, Publish, QoS, Subscribe, SubscribeFilter};
use tokio::sync::oneshot;

use super::{
    outbox::Outbox,
    wire::{Wire, WireFailure},
};
use crate::link::{Answer, Outgoing, Qos};

/// How many numbers of packets may be in use, from the oldest without an answer to the newest: far
/// fewer than there are, so that none is met again while it is in use.
const WINDOW: usize = 1_024;

/// What a packet of ours was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    /// A message of the outbox.
    Message(u64),
    Probe,
    Subscription,
}

/// The identifier of an incoming packet that is to be acknowledged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet(pub u16);

/// One connection from its acceptance to its end.
pub(super) struct Connection {
    pub wire: Wire,
    last_id: u16,
    /// On the wire, from the oldest without an answer on; an answered one is `None`.
    sent: VecDeque<(u16, Option<Sent>)>,
    /// How many times the oldest has been answered.
    progress: u64,
    pub answers: Answers,
    goodbye: Goodbye,
}

/// How far the end of a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goodbye {
    Open,
    /// Nothing new goes out; the disconnect follows the last answer.
    Closing,
    Said,
}

/// Answers to come.
pub(super) type Answers = FuturesUnordered<Waiting>;

/// The next answer; never resolves while none is awaited.
pub(super) async fn answer(answers: &mut Answers) -> (Packet, Answer) {
    match answers.next().await {
        Some(answer) => answer,
        None => std::future::pending().await,
    }
}

/// An answer to come.
pub(super) struct Waiting {
    packet: Packet,
    answer: oneshot::Receiver<Answer>,
}

impl Future for Waiting {
    type Output = (Packet, Answer);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.answer).poll(context));
        // An acknowledgement that was dropped is a refusal.
        Poll::Ready((self.packet, answer.unwrap_or(Answer::Refused)))
    }
}

impl Connection {
    pub fn new(wire: Wire) -> Self {
        Self {
            wire,
            last_id: 0,
            sent: VecDeque::new(),
            progress: 0,
            answers: FuturesUnordered::new(),
            goodbye: Goodbye::Open,
        }
    }

    pub fn subscribe(
        &mut self,
        filters: impl Iterator<Item = (String, Qos)>,
    ) -> Result<(), WireFailure> {
        let filters = filters.map(|(path, qos)| SubscribeFilter { path, qos: on_the_wire(qos) });
        let mut subscribe = Subscribe::new_many(filters);
        subscribe.pkid = self.number(Sent::Subscription);
        subscribe.write(self.wire.outgoing())?;
        Ok(())
    }

    /// Sends a probe, unless the window is full: its return would prove nothing soon.
    pub fn probe(&mut self, topic: &str, payload: String) -> Result<bool, WireFailure> {
        if !self.has_room() || self.goodbye != Goodbye::Open {
            return Ok(false);
        }
        let mut publish = Publish::new(topic, QoS::AtLeastOnce, payload);
        publish.pkid = self.number(Sent::Probe);
        publish.write(self.wire.outgoing())?;
        Ok(true)
    }

    /// Sends a sign of life.
    pub fn ping(&mut self) -> Result<(), WireFailure> {
        PingReq.write(self.wire.outgoing())?;
        Ok(())
    }

    /// Waits for the answer to an incoming message.
    pub fn await_answer(&mut self, packet: Packet, answer: oneshot::Receiver<Answer>) {
        // The broker gives a message an identifier out of 65,535: no more than that can wait here.
        self.answers.push(Waiting { packet, answer });
    }

    /// Acknowledges a packet to the broker.
    pub fn acknowledge(&mut self, packet: Packet) -> Result<(), WireFailure> {
        PubAck::new(packet.0).write(self.wire.outgoing())?;
        Ok(())
    }

    /// Takes from the outbox all that there is room for, and says goodbye once nothing is left to say.
    pub fn hand_over(&mut self, outbox: &Outbox) -> Result<(), WireFailure> {
        while self.goodbye == Goodbye::Open && self.has_room() && !self.wire.is_full() {
            let Some((id, message)) = outbox.take() else { break };
            let Outgoing { topic, payload, qos, retain, expiry: _, correlation: _ } = message;
            let mut publish = Publish::from_bytes(topic, on_the_wire(qos), payload);
            publish.retain = retain;
            if qos == Qos::AtLeastOnce {
                publish.pkid = self.number(Sent::Message(id));
            }
            publish.write(self.wire.outgoing())?;
            if qos == Qos::AtMostOnce {
                outbox.taken_over(id);
            }
        }
        if self.goodbye == Goodbye::Closing && self.sent.is_empty() {
            rumqttc::Disconnect.write(self.wire.outgoing())?;
            self.goodbye = Goodbye::Said;
        }
        Ok(())
    }

    /// The broker has answered a packet of ours.
    pub fn answered(&mut self, id: u16, outbox: &Outbox) {
        let entry = self.sent.iter_mut().find(|(sent, what)| *sent == id && what.is_some());
        if let Some(Sent::Message(message)) = entry.and_then(|(_, what)| what.take()) {
            outbox.taken_over(message);
        }
        while self.sent.pop_front_if(|(_, what)| what.is_none()).is_some() {
            self.progress += 1;
        }
    }

    /// Sends nothing new any more and disconnects after the last answer.
    pub fn close(&mut self) {
        if self.goodbye == Goodbye::Open {
            self.goodbye = Goodbye::Closing;
        }
    }

    /// Whether the disconnect is the last that waits to be sent.
    pub fn has_said_goodbye(&self) -> bool {
        self.goodbye == Goodbye::Said
    }

    /// Whether every message that came in has been answered.
    pub fn owes_nothing(&self) -> bool {
        self.answers.is_empty()
    }

    /// Changes whenever the oldest packet is answered; `None` while none waits.
    pub fn waiting_at(&self) -> Option<u64> {
        (!self.sent.is_empty()).then_some(self.progress)
    }

    fn has_room(&self) -> bool {
        self.sent.len() < WINDOW
    }

    /// The number of the packet that is sent next, which will be answered.
    fn number(&mut self, what: Sent) -> u16 {
        self.last_id = self.last_id.checked_add(1).unwrap_or(1);
        self.sent.push_back((self.last_id, Some(what)));
        self.last_id
    }
}

fn on_the_wire(qos: Qos) -> QoS {
    match qos {
        Qos::AtMostOnce => QoS::AtMostOnce,
        Qos::AtLeastOnce => QoS::AtLeastOnce,
    }
}
