//! A card reader: stamps each card with `boot` and `seq`, keeps the swipe until the broker has
//! acknowledged it, and shows the feedback.
//!
//! A state machine without IO; connections are `line`'s business, faults are `faults`'.

use std::sync::Arc;

use bytes::Bytes;
use onecard_devices::topic::{Channel, Topics};
use onecard_rules::{Time, event::DeviceKind, ids::ReaderId};
use serde_json::json;

use crate::{
    clock,
    outbox::{Outbox, Publication, Token},
};

/// Swipes a reader keeps while it cannot deliver them: what class B and C devices must hold.
const SWIPES_KEPT: usize = 1_000;

/// A simulated reader.
#[derive(Debug)]
pub struct ReaderSim {
    id: ReaderId,
    swipe: Arc<str>,
    feedback: String,
    availability: Arc<str>,
    boot: u64,
    seq: u64,
    outbox: Outbox,
}

/// What the controller told the reader to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feedback {
    pub granted: bool,
}

impl ReaderSim {
    /// A reader whose topics stand under `area`, in its `boot`-th life.
    #[must_use]
    pub fn new(topics: &Topics, area: &str, id: ReaderId, boot: u64) -> Self {
        let topic = |channel| topics.build(area, DeviceKind::Reader, id.as_str(), channel);
        Self {
            swipe: Arc::from(topic(Channel::Swipe)),
            feedback: topic(Channel::Feedback),
            availability: Arc::from(topic(Channel::Availability)),
            id,
            boot,
            seq: 0,
            outbox: Outbox::new(SWIPES_KEPT),
        }
    }

    #[must_use]
    pub fn id(&self) -> &ReaderId {
        &self.id
    }

    /// Where the controller's feedback arrives.
    #[must_use]
    pub fn feedback_topic(&self) -> &str {
        &self.feedback
    }

    /// A card was presented at `at`; `text` is what the reader read.
    pub fn present(&mut self, text: &str, at: Time) -> Publication {
        self.seq += 1;
        let body =
            json!({"card": text, "at": clock::stamp(at), "seq": self.seq, "boot": self.boot});
        self.outbox.keep(&self.swipe, Bytes::from(body.to_string()))
    }

    /// Sends bytes that are no swipe; they are not kept, since they would only fail again.
    #[must_use]
    pub fn garble(&self, payload: &'static [u8]) -> Publication {
        let payload = Bytes::from_static(payload);
        Publication {
            topic: Arc::clone(&self.swipe),
            payload,
            token: None,
            retain: false,
            dup: false,
        }
    }

    /// What goes out on a fresh connection: that it is here, then all that was not acknowledged,
    /// with the `boot` and `seq` it had at first.
    #[must_use]
    pub fn connected(&self) -> Vec<Publication> {
        let mut publications = vec![self.availability("online")];
        publications.extend(self.outbox.unacknowledged());
        publications
    }

    /// What an orderly device says at last; also its last will.
    #[must_use]
    pub fn farewell(&self) -> Publication {
        self.availability("offline")
    }

    pub fn acknowledged(&mut self, token: Token) {
        self.outbox.acknowledged(token);
    }

    /// The power went and came back: the next life begins at the first swipe. Kept swipes are in
    /// flash and stay what they were.
    pub fn reboot(&mut self) {
        self.boot += 1;
        self.seq = 0;
    }

    /// Reads a feedback; `None` when it is not one.
    #[must_use]
    pub fn read_feedback(payload: &[u8]) -> Option<Feedback> {
        let value: serde_json::Value = serde_json::from_slice(payload).ok()?;
        Some(Feedback { granted: value.get("granted")?.as_bool()? })
    }

    /// How many swipes wait for their acknowledgement.
    #[must_use]
    pub fn unacknowledged(&self) -> usize {
        self.outbox.len()
    }

    fn availability(&self, word: &'static str) -> Publication {
        Publication {
            topic: Arc::clone(&self.availability),
            payload: Bytes::from_static(word.as_bytes()),
            token: None,
            retain: true,
            dup: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use onecard_rules::ids::SiteId;

    use super::*;

    fn reader() -> ReaderSim {
        let topics = Topics::new("onecard", &SiteId::new("main").unwrap());
        ReaderSim::new(&topics, "north", ReaderId::new("north-1-in").unwrap(), 7)
    }

    fn at() -> Time {
        "2026-11-23T07:45:12.123+08:00".parse().unwrap()
    }

    fn key(publication: &Publication) -> (u64, u64) {
        let body: serde_json::Value = serde_json::from_slice(&publication.payload).unwrap();
        (body["boot"].as_u64().unwrap(), body["seq"].as_u64().unwrap())
    }

    #[test]
    fn a_swipe_goes_to_the_contracts_topic_with_its_key() {
        let swipe = reader().present("04A1B2C3D4E580", at());
        assert_eq!(&*swipe.topic, "onecard/main/north/reader/north-1-in/swipe");
        assert_eq!(key(&swipe), (7, 1));
        let body: serde_json::Value = serde_json::from_slice(&swipe.payload).unwrap();
        assert_eq!(body["card"], "04A1B2C3D4E580");
        assert_eq!(body["at"].as_str().unwrap().parse::<Time>().unwrap(), at());
    }

    #[test]
    fn after_a_reconnect_only_unacknowledged_swipes_return_and_they_are_unchanged() {
        let mut reader = reader();
        let first = reader.present("04A1B2C3D4E580", at());
        let second = reader.present("04A1B2C3D4E581", at());
        reader.acknowledged(first.token.unwrap());
        reader.reboot();
        let third = reader.present("04A1B2C3D4E582", at());
        let again = reader.connected();
        assert_eq!(again[0].payload.as_ref(), b"online");
        assert!(again[0].retain);
        assert_eq!(again[1..].iter().map(key).collect::<Vec<_>>(), [(7, 2), (8, 1)]);
        assert_eq!(again[1].payload, second.payload);
        assert_eq!(again[2].payload, third.payload);
        assert!(again[1].dup);
    }

    #[test]
    fn a_feedback_that_says_neither_yes_nor_no_is_none() {
        let rows: &[(&[u8], Option<bool>)] = &[
            (br#"{"granted":true}"#, Some(true)),
            (br#"{"granted":false,"reason":"deny_lost"}"#, Some(false)),
            (br#"{"granted":"yes"}"#, None),
            (b"", None),
        ];
        for (payload, expected) in rows {
            let read = ReaderSim::read_feedback(payload).map(|feedback| feedback.granted);
            assert_eq!(read, *expected);
        }
    }
}
