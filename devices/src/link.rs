//! The port to the MQTT broker, whichever it is: messages come in with an acknowledgement, messages
//! go out with a receipt.
//!
//! Two things implement it: the embedded broker's hook (in the controller) and a client of an
//! outside broker (`link::outside`). Neither knows what a message means.

pub mod outside;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use onecard_rules::Time;
use tokio::sync::oneshot;

/// Whether the sender of a message may forget it.
///
/// An accepted message is acknowledged to its sender (PUBACK). A refused one, and one whose
/// acknowledgement is dropped, is not: the sender keeps it and delivers it again.
#[derive(Debug)]
pub struct Ack(Option<oneshot::Sender<Answer>>);

/// The answer to an incoming message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Durable, or of no consequence: the sender may forget it.
    Accepted,
    /// Not taken: the sender must keep it.
    Refused,
}

impl Ack {
    /// An acknowledgement and the end where its answer arrives. An error there means refused.
    #[must_use]
    pub fn new() -> (Self, oneshot::Receiver<Answer>) {
        let (sender, receiver) = oneshot::channel();
        (Self(Some(sender)), receiver)
    }

    /// Lets the sender forget the message.
    pub fn accept(mut self) {
        self.answer(Answer::Accepted);
    }

    /// Leaves the message with the sender.
    pub fn refuse(mut self) {
        self.answer(Answer::Refused);
    }

    fn answer(&mut self, answer: Answer) {
        if let Some(sender) = self.0.take() {
            // Nobody waits any more when the sender's connection is gone; it will deliver again.
            let _ = sender.send(answer);
        }
    }
}

impl Drop for Ack {
    fn drop(&mut self) {
        self.answer(Answer::Refused);
    }
}

/// A message from a device or another system.
#[derive(Debug)]
pub struct Incoming {
    pub topic: String,
    pub payload: Bytes,
    /// It was kept by the broker from before: the last known state rather than news.
    pub retained: bool,
    /// The earliest moment at which it can have been sent, where that is earlier than now: it was
    /// waiting while the controller was away, or is a second delivery. `None`: sent just now.
    pub sent_after: Option<Time>,
    /// The broker or client says that it may have been delivered before.
    pub redelivered: bool,
    pub reply_to: ReplyTo,
    pub ack: Ack,
}

/// Where the sender of a request wants its response. MQTT 5 says it beside the payload; of a client
/// of 3.1.1, or behind a link that speaks it, nothing is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplyTo {
    pub topic: Option<String>,
    /// To be sent back as it came.
    pub correlation: Option<Bytes>,
}

/// Who takes incoming messages. It must not block; to refuse, it drops the message.
pub type Receive = Arc<dyn Fn(Incoming) + Send + Sync>;

/// How hard the broker tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qos {
    AtMostOnce,
    AtLeastOnce,
}

/// A message to publish.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub topic: String,
    pub payload: Bytes,
    pub qos: Qos,
    pub retain: bool,
    /// After so long it is not worth delivering (a gate command's deadline); `None`: for ever.
    pub expiry: Option<Duration>,
    /// What a request had as its correlation data; a link that speaks MQTT 3.1.1 leaves it out.
    pub correlation: Option<Bytes>,
}

/// Resolves when the broker has taken a message over; an error means that it never will.
pub type Receipt = oneshot::Receiver<()>;

/// Why a message could not even be queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublishRefusal {
    #[error("the queue to the broker is full")]
    Full,
    #[error("the link to the broker is closed")]
    Closed,
    #[error("the message is longer than the broker takes")]
    TooLong,
}

/// Where messages go out. Publishing never blocks.
pub trait Publish: Send + Sync {
    /// Queues a message.
    ///
    /// # Errors
    /// When the queue is full or closed; the message is not queued then.
    fn publish(&self, message: Outgoing) -> Result<Receipt, PublishRefusal>;
}
