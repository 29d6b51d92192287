//! What a good device does with messages that nobody has acknowledged: keep them, in order, and
//! send them again after a reconnect.
//!
//! It knows nothing of connections; the token it gives out comes back with the PUBACK.

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;

/// Names one kept message of one device.
pub type Token = u64;

/// What a device wants published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    pub topic: Arc<str>,
    pub payload: Bytes,
    /// `Some`: kept until its PUBACK arrives. `None`: sent once, at least once on the wire.
    pub token: Option<Token>,
    pub retain: bool,
    /// Sent before; the broker may have it already.
    pub dup: bool,
}

/// Unacknowledged messages of one device, oldest first.
#[derive(Debug)]
pub struct Outbox {
    kept: VecDeque<Publication>,
    next: Token,
    room: usize,
    forgotten: u64,
}

impl Outbox {
    /// An outbox with room for so many messages. When it is full the oldest is forgotten and
    /// counted, as the field's devices do: the newest tells most about now.
    #[must_use]
    pub fn new(room: usize) -> Self {
        Self { kept: VecDeque::new(), next: 0, room, forgotten: 0 }
    }

    /// Keeps a message until it is acknowledged and returns it for sending.
    pub fn keep(&mut self, topic: &Arc<str>, payload: Bytes) -> Publication {
        if self.kept.len() >= self.room && self.kept.pop_front().is_some() {
            self.forgotten += 1;
        }
        let token = Some(self.next);
        self.next += 1;
        let publication =
            Publication { topic: Arc::clone(topic), payload, token, retain: false, dup: false };
        self.kept.push_back(Publication { dup: true, ..publication.clone() });
        publication
    }

    /// The broker has it; an unknown token is a second acknowledgement and means nothing.
    pub fn acknowledged(&mut self, token: Token) {
        self.kept.retain(|publication| publication.token != Some(token));
    }

    /// Everything not yet acknowledged, to be sent again on a new connection.
    #[must_use]
    pub fn unacknowledged(&self) -> Vec<Publication> {
        self.kept.iter().cloned().collect()
    }

    /// How many messages wait for their acknowledgement.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many were forgotten for want of room.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_kept_until_acknowledged_and_the_oldest_yields_to_the_newest() {
        let topic = Arc::from("t");
        let mut outbox = Outbox::new(2);
        let tokens: Vec<_> = ["a", "b", "c"]
            .iter()
            .filter_map(|text| outbox.keep(&topic, Bytes::from(*text)).token)
            .collect();
        assert_eq!((outbox.len(), outbox.forgotten()), (2, 1));
        outbox.acknowledged(tokens[1]);
        outbox.acknowledged(tokens[1]);
        let left = outbox.unacknowledged();
        assert_eq!(left.len(), 1);
        assert_eq!((left[0].payload.as_ref(), left[0].dup), (b"c".as_ref(), true));
    }
}
