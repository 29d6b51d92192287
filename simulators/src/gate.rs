//! A gate with its lock, its contact and its passage sensor: obeys commands within their deadline
//! and reports what it does.
//!
//! A state machine without IO. Who walks through it is `world`'s business; whether it obeys at all
//! (a silent gate) is the caller's.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use onecard_devices::topic::{Channel, Topics};
use onecard_rules::{Time, event::DeviceKind, ids::GateId, site::Direction};
use serde::Deserialize;
use serde_json::json;

use crate::{
    clock,
    outbox::{Outbox, Publication, Token},
};

/// Messages a gate keeps while it cannot deliver them.
const MESSAGES_KEPT: usize = 256;

/// How the lock stands apart from single openings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stance {
    Secure,
    HeldOpen,
    Locked,
}

/// The lock is released for one passage.
#[derive(Debug)]
struct Opening {
    decision: Option<String>,
    direction: Direction,
    closes_at: Time,
    passed: bool,
}

/// A simulated gate.
#[derive(Debug)]
pub struct GateSim {
    id: GateId,
    command: String,
    state: Arc<str>,
    passage: Arc<str>,
    availability: Arc<str>,
    sensor: bool,
    stance: Stance,
    /// The mode as the controller named it, repeated in every state.
    mode: Option<String>,
    last_command: Option<String>,
    opening: Option<Opening>,
    /// Forced, or kept from closing, until then.
    ajar_until: Option<Time>,
    outbox: Outbox,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verb {
    Open,
    HoldOpen,
    Lock,
    Secure,
}

#[derive(Debug, Deserialize)]
struct Command {
    #[serde(rename = "command")]
    verb: Verb,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    direction: Option<Direction>,
    #[serde(default)]
    open_ms: Option<u64>,
    #[serde(default)]
    decision: Option<String>,
    #[serde(default)]
    deadline: Option<Time>,
    #[serde(default)]
    mode: Option<String>,
}

/// What a gate did with a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obeyed {
    /// Released for one passage in this direction.
    Opened(Direction),
    /// Changed how it stands.
    Stands,
    /// Came after its deadline, which says that it must not be executed any more.
    TooLate,
    /// Not a command, or an opening without direction, time or deadline.
    NotUnderstood,
}

impl GateSim {
    /// A gate whose topics stand under `area`; it starts shut. Without `sensor` it
    /// reports no passages.
    #[must_use]
    pub fn new(topics: &Topics, area: &str, id: GateId, sensor: bool) -> Self {
        let topic = |channel| topics.build(area, DeviceKind::Gate, id.as_str(), channel);
        Self {
            command: topic(Channel::Command),
            state: Arc::from(topic(Channel::State)),
            passage: Arc::from(topic(Channel::Passage)),
            availability: Arc::from(topic(Channel::Availability)),
            id,
            sensor,
            stance: Stance::Secure,
            mode: None,
            last_command: None,
            opening: None,
            ajar_until: None,
            outbox: Outbox::new(MESSAGES_KEPT),
        }
    }

    #[must_use]
    pub fn id(&self) -> &GateId {
        &self.id
    }

    /// Where commands arrive.
    #[must_use]
    pub fn command_topic(&self) -> &str {
        &self.command
    }

    /// Obeys a command, unless its deadline has passed.
    pub fn handle_command(&mut self, payload: &[u8], now: Time) -> (Obeyed, Vec<Publication>) {
        let Ok(command) = serde_json::from_slice::<Command>(payload) else {
            return (Obeyed::NotUnderstood, Vec::new());
        };
        if command.deadline.is_some_and(|deadline| now > deadline) {
            return (Obeyed::TooLate, Vec::new());
        }
        match command.verb {
            Verb::Open => self.open(command, now),
            Verb::HoldOpen => self.stand(Stance::HeldOpen, command, now),
            Verb::Lock => self.stand(Stance::Locked, command, now),
            Verb::Secure => self.stand(Stance::Secure, command, now),
        }
    }

    fn open(&mut self, command: Command, now: Time) -> (Obeyed, Vec<Publication>) {
        let (Some(direction), Some(open_ms), Some(_)) =
            (command.direction, command.open_ms, command.deadline)
        else {
            return (Obeyed::NotUnderstood, Vec::new());
        };
        let mut out = self.end_opening(now);
        self.last_command = command.id.or_else(|| command.decision.clone());
        let closes_at = now + Duration::from_millis(open_ms);
        let decision = command.decision;
        self.opening = Some(Opening { decision, direction, closes_at, passed: false });
        out.push(self.state(now));
        (Obeyed::Opened(direction), out)
    }

    fn stand(&mut self, stance: Stance, command: Command, now: Time) -> (Obeyed, Vec<Publication>) {
        let mut out = self.end_opening(now);
        self.stance = stance;
        self.mode = command.mode;
        self.last_command = command.id.or(command.decision);
        out.push(self.state(now));
        (Obeyed::Stands, out)
    }

    /// Somebody walks through, and the gate reports it. `None`: it is shut, and they do not.
    pub fn walk_through(&mut self, direction: Direction, now: Time) -> Option<Vec<Publication>> {
        let decision = match &mut self.opening {
            Some(opening) if opening.direction == direction && !opening.passed => {
                opening.passed = true;
                opening.decision.clone()
            }
            Some(_) | None if self.stance == Stance::HeldOpen => None,
            Some(_) | None => return None,
        };
        Some(self.passage(decision.as_deref(), direction, true, now))
    }

    /// Whether somebody can walk through in this direction now.
    #[must_use]
    pub fn is_open_for(&self, direction: Direction) -> bool {
        self.stance == Stance::HeldOpen
            || self.opening.as_ref().is_some_and(|o| o.direction == direction && !o.passed)
    }

    /// Somebody pushes the leaf open without leave; it falls shut at `until`.
    pub fn force(&mut self, until: Time, now: Time) -> Publication {
        self.ajar_until = Some(until);
        self.state(now)
    }

    /// Somebody keeps the leaf from closing until `until`.
    pub fn hold(&mut self, until: Time) {
        self.ajar_until = Some(until);
    }

    /// The contact chatters: the opposite of what is, and what is.
    pub fn bounce(&mut self, now: Time) -> Vec<Publication> {
        let open = self.is_open();
        vec![self.state_as(!open, now), self.state_as(open, now)]
    }

    /// When it must be asked again with [`Self::handle_deadline`].
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        [self.opening.as_ref().map(|opening| opening.closes_at), self.ajar_until]
            .into_iter()
            .flatten()
            .min()
    }

    /// Shuts what is due to shut, and says so.
    pub fn handle_deadline(&mut self, now: Time) -> Vec<Publication> {
        let was_open = self.is_open();
        let mut out = Vec::new();
        if self.opening.as_ref().is_some_and(|opening| opening.closes_at <= now) {
            out = self.end_opening(now);
        }
        if self.ajar_until.is_some_and(|until| until <= now) {
            self.ajar_until = None;
        }
        if was_open && !self.is_open() {
            out.push(self.state(now));
        }
        out
    }

    /// What goes out on a fresh connection: that it is here, how it stands, and all events that
    /// were not acknowledged.
    #[must_use]
    pub fn connected(&self, now: Time) -> Vec<Publication> {
        let mut out = vec![self.availability("online"), self.state(now)];
        out.extend(self.outbox.unacknowledged());
        out
    }

    /// What an orderly device says at last; also its last will.
    #[must_use]
    pub fn farewell(&self) -> Publication {
        self.availability("offline")
    }

    pub fn acknowledged(&mut self, token: Token) {
        self.outbox.acknowledged(token);
    }

    fn is_open(&self) -> bool {
        self.opening.is_some() || self.ajar_until.is_some() || self.stance == Stance::HeldOpen
    }

    /// Ends the opening in progress; nobody having passed is a report of its own.
    fn end_opening(&mut self, now: Time) -> Vec<Publication> {
        let Some(opening) = self.opening.take().filter(|opening| !opening.passed) else {
            return Vec::new();
        };
        self.passage(opening.decision.as_deref(), opening.direction, false, now)
    }

    fn passage(
        &mut self,
        decision: Option<&str>,
        direction: Direction,
        passed: bool,
        now: Time,
    ) -> Vec<Publication> {
        if !self.sensor {
            return Vec::new();
        }
        let mut body = json!({
            "direction": direction.as_str(), "passed": passed, "at": clock::stamp(now),
        });
        if let (Some(decision), Some(object)) = (decision, body.as_object_mut()) {
            object.insert("decision".to_owned(), decision.into());
        }
        vec![self.outbox.keep(&self.passage, Bytes::from(body.to_string()))]
    }

    fn state(&self, now: Time) -> Publication {
        self.state_as(self.is_open(), now)
    }

    /// A retained state is not kept: the next connection tells the newest anyway.
    fn state_as(&self, open: bool, now: Time) -> Publication {
        let mut body = json!({
            "state": if open { "open" } else { "closed" }, "at": clock::stamp(now),
        });
        if let Some(object) = body.as_object_mut() {
            for (key, value) in [("command", &self.last_command), ("mode", &self.mode)] {
                if let Some(value) = value {
                    object.insert(key.to_owned(), value.as_str().into());
                }
            }
        }
        let payload = Bytes::from(body.to_string());
        Publication {
            topic: Arc::clone(&self.state),
            payload,
            token: None,
            retain: true,
            dup: false,
        }
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
mod tests;
