//! The books of one connection: what was handed to the MQTT client and in which order, what is on
//! the wire without an answer, which acknowledgements are due. They end with the connection.
//!
//! The client numbers packets by itself and cannot be asked; it reports them in the order in which
//! requests were handed to it. It also stops, for good, when it meets a number again that was not
//! acknowledged: so never more than [`WINDOW`] numbers are in use, counted from the oldest, out
//! of [`PACKET_IDS`].

use std::collections::VecDeque;

use futures_util::{StreamExt, stream::FuturesUnordered};
use rumqttc::{AsyncClient, QoS, SubscribeFilter};
use tokio::sync::oneshot;

use super::outbox::Outbox;
use crate::link::{Answer, Outgoing, Qos};

/// How many packet numbers the client goes round.
pub(super) const PACKET_IDS: u16 = 4_096;
/// How many numbers may be in use, from the oldest without an answer to the newest.
const WINDOW: usize = 1_024;
/// Requests that the client has not yet written; acknowledgements share it with the window.
pub(super) const REQUESTS: usize = 2 * WINDOW;

/// What a packet of ours was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    /// A message of the outbox.
    Message(u64),
    Probe,
    Subscription,
}

/// The identifier of an incoming packet, with how it is to be acknowledged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet {
    pub id: u16,
    pub qos: QoS,
}

/// One connection from its acceptance to its end.
pub(super) struct Connection {
    client: AsyncClient,
    /// Handed to the client, not yet on the wire.
    handed: VecDeque<Sent>,
    /// On the wire, from the oldest without an answer on; an answered one is `None`.
    wire: VecDeque<(u16, Option<Sent>)>,
    /// How many times the oldest has been answered.
    progress: u64,
    answers: FuturesUnordered<Waiting>,
    acknowledgements: VecDeque<Packet>,
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

/// An answer to come.
type Waiting = std::pin::Pin<Box<dyn Future<Output = (Packet, Answer)> + Send>>;

impl Connection {
    pub fn new(client: AsyncClient) -> Self {
        Self {
            client,
            handed: VecDeque::new(),
            wire: VecDeque::new(),
            progress: 0,
            answers: FuturesUnordered::new(),
            acknowledgements: VecDeque::new(),
            goodbye: Goodbye::Open,
        }
    }

    /// Hands the subscriptions over; only a connection just made has the room for certain.
    pub fn subscribe(&mut self, filters: impl Iterator<Item = (String, Qos)>) {
        let filters = filters.map(|(path, qos)| SubscribeFilter { path, qos: on_the_wire(qos) });
        if self.client.try_subscribe_many(filters).is_ok() {
            self.handed.push_back(Sent::Subscription);
        }
    }

    /// Hands a probe over, unless the window is full: its return would prove nothing soon.
    pub fn probe(&mut self, topic: &str, payload: String) -> bool {
        let room = self.has_room() && self.goodbye == Goodbye::Open;
        let handed =
            room && self.client.try_publish(topic, QoS::AtLeastOnce, false, payload).is_ok();
        if handed {
            self.handed.push_back(Sent::Probe);
        }
        handed
    }

    /// Waits for the answer to an incoming message.
    pub fn await_answer(&mut self, packet: Packet, answer: oneshot::Receiver<Answer>) {
        // The broker gives a message an identifier out of 65,535: no more than that can wait here.
        self.answers.push(Box::pin(async move {
            // An acknowledgement that was dropped is a refusal.
            (packet, answer.await.unwrap_or(Answer::Refused))
        }));
    }

    /// The next answer; never resolves while none is awaited.
    pub async fn answer(&mut self) -> (Packet, Answer) {
        match self.answers.next().await {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }

    /// Acknowledges a packet to the broker, with the next hand-over.
    pub fn acknowledge(&mut self, packet: Packet) {
        self.acknowledgements.push_back(packet);
    }

    /// Hands to the client all that there is room for: acknowledgements, then messages.
    pub fn hand_over(&mut self, outbox: &Outbox) {
        while let Some(&Packet { id, qos }) = self.acknowledgements.front() {
            let mut packet = rumqttc::Publish::new("", qos, []);
            packet.pkid = id;
            if self.client.try_ack(&packet).is_err() {
                return;
            }
            self.acknowledgements.pop_front();
        }
        while self.goodbye == Goodbye::Open && self.has_room() {
            let Some((id, message)) = outbox.take() else { break };
            let Outgoing { topic, payload, qos, retain, expiry: _ } = message;
            if self.client.try_publish(topic, on_the_wire(qos), retain, payload).is_err() {
                outbox.put_back(id);
                break;
            }
            self.handed.push_back(Sent::Message(id));
        }
        let all_answered = self.handed.is_empty() && self.wire.is_empty();
        if self.goodbye == Goodbye::Closing && all_answered && self.client.try_disconnect().is_ok()
        {
            self.goodbye = Goodbye::Said;
        }
    }

    /// A packet has been written. `id` is 0 for `QoS` 0.
    pub fn written(&mut self, id: u16, outbox: &Outbox) {
        let sent = self.handed.pop_front();
        match (sent, id) {
            (Some(Sent::Message(message)), 0) => outbox.taken_over(message),
            (sent, id) => {
                if let Some(Sent::Message(message)) = sent {
                    outbox.on_the_wire(message);
                }
                self.wire.push_back((id, sent));
            }
        }
    }

    /// The broker has answered a packet of ours.
    pub fn answered(&mut self, id: u16, outbox: &Outbox) {
        let entry = self.wire.iter_mut().find(|(sent, what)| *sent == id && what.is_some());
        if let Some(Sent::Message(message)) = entry.and_then(|(_, what)| what.take()) {
            outbox.taken_over(message);
        }
        while self.wire.pop_front_if(|(_, what)| what.is_none()).is_some() {
            self.progress += 1;
        }
    }

    /// Sends nothing new any more and disconnects after the last answer.
    pub fn close(&mut self) {
        if self.goodbye == Goodbye::Open {
            self.goodbye = Goodbye::Closing;
        }
    }

    /// Whether every message that came in has been answered and acknowledged.
    pub fn owes_nothing(&self) -> bool {
        self.answers.is_empty() && self.acknowledgements.is_empty()
    }

    /// Changes whenever the oldest packet is answered; `None` while none waits.
    pub fn waiting_at(&self) -> Option<u64> {
        (!self.handed.is_empty() || !self.wire.is_empty()).then_some(self.progress)
    }

    fn has_room(&self) -> bool {
        self.handed.len() + self.wire.len() < WINDOW
    }
}

fn on_the_wire(qos: Qos) -> QoS {
    match qos {
        Qos::AtMostOnce => QoS::AtMostOnce,
        Qos::AtLeastOnce => QoS::AtLeastOnce,
    }
}
