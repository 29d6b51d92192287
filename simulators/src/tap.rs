//! A valve with a meter on the wire: opens under a lease, closes by its own timer, counts what flows,
//! and reports its state and register.
//!
//! A state machine without IO. How far somebody turns the tap is `showers`' business; that water costs
//! something is not known here.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use bytes::Bytes;
use onecard_devices::topic::{Channel, Topics};
use onecard_rules::{Time, event::DeviceKind, ids::TapId};
use serde::Deserialize;
use serde_json::json;

use crate::{clock, outbox::Publication};

/// How often the register is told while water runs.
const REPORT_EVERY: Duration = Duration::from_millis(500);
/// A worn seal lets so much through, in ml a second.
const LEAK: u64 = 10;
/// A burst pipe.
const BURST: u64 = 3_000;

/// What can be wrong with a valve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// The supply is shut off: nothing flows.
    NoFlow,
    /// It obeys no command and no timer: it stays as it is.
    Stuck,
    /// Some water flows while it is closed.
    Leak,
    /// Far more flows than it should while it is open.
    Burst,
    /// It says that it is broken, and opens no more.
    Broken,
}

/// A simulated valve.
#[derive(Debug)]
pub struct TapSim {
    id: TapId,
    command: String,
    state: Arc<str>,
    availability: Arc<str>,
    open: bool,
    /// Its own timer.
    lease_ends: Option<Time>,
    last_command: Option<String>,
    /// How far somebody has turned the tap, in ml a second.
    turned: u64,
    /// What has flowed, in millionths of a litre, up to this moment.
    microlitres: u64,
    at: Time,
    report_at: Option<Time>,
    reported_ml: u64,
    faults: BTreeSet<Fault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verb {
    Open,
    Close,
    Report,
}

#[derive(Debug, Deserialize)]
struct Command {
    #[serde(rename = "command")]
    verb: Verb,
    id: String,
    deadline: Time,
    #[serde(default)]
    lease_ms: Option<u64>,
}

/// What a valve did with a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obeyed {
    Opened,
    Closed,
    Reported,
    /// Came after its deadline, which says that it must not be executed any more.
    TooLate,
    /// Not a command, or an opening without a lease.
    NotUnderstood,
    /// It is broken or stuck.
    Not,
}

impl TapSim {
    /// A closed valve whose topics stand under `area`, with so much on its register.
    #[must_use]
    pub fn new(topics: &Topics, area: &str, id: TapId, register_ml: u64, now: Time) -> Self {
        let topic = |channel| topics.build(area, DeviceKind::Valve, id.as_str(), channel);
        Self {
            command: topic(Channel::Command),
            state: Arc::from(topic(Channel::State)),
            availability: Arc::from(topic(Channel::Availability)),
            id,
            open: false,
            lease_ends: None,
            last_command: None,
            turned: 0,
            microlitres: register_ml.saturating_mul(1_000),
            at: now,
            report_at: None,
            reported_ml: register_ml,
            faults: BTreeSet::new(),
        }
    }

    #[must_use]
    pub fn id(&self) -> &TapId {
        &self.id
    }

    /// Where commands arrive.
    #[must_use]
    pub fn command_topic(&self) -> &str {
        &self.command
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// All that has flowed by the last moment it was told.
    #[must_use]
    pub fn register_ml(&self) -> u64 {
        self.microlitres / 1_000
    }

    /// Obeys a command, unless its deadline has passed.
    pub fn handle_command(&mut self, payload: &[u8], now: Time) -> (Obeyed, Vec<Publication>) {
        let mut out = self.handle_deadline(now);
        let Ok(command) = serde_json::from_slice::<Command>(payload) else {
            return (Obeyed::NotUnderstood, out);
        };
        if now > command.deadline {
            return (Obeyed::TooLate, out);
        }
        let held = self.faults.contains(&Fault::Stuck);
        let obeyed = match (command.verb, command.lease_ms) {
            (Verb::Report, _) => Obeyed::Reported,
            _ if held => Obeyed::Not,
            (Verb::Open, _) if self.faults.contains(&Fault::Broken) => Obeyed::Not,
            (Verb::Open, Some(lease_ms)) => {
                self.last_command = Some(command.id);
                self.open = true;
                self.lease_ends = Some(now + Duration::from_millis(lease_ms));
                self.report_at.get_or_insert(now + REPORT_EVERY);
                Obeyed::Opened
            }
            (Verb::Open, None) => return (Obeyed::NotUnderstood, out),
            (Verb::Close, _) => {
                self.last_command = Some(command.id);
                self.shut();
                Obeyed::Closed
            }
        };
        out.push(self.report(now));
        (obeyed, out)
    }

    /// Somebody turns the tap: so much flows a second while the valve is open.
    pub fn turn(&mut self, ml_per_second: u64, now: Time) -> Vec<Publication> {
        let out = self.handle_deadline(now);
        self.turned = ml_per_second;
        out
    }

    /// Switches a fault on or off.
    pub fn fault(&mut self, fault: Fault, on: bool, now: Time) -> Vec<Publication> {
        let mut out = self.handle_deadline(now);
        if on {
            self.faults.insert(fault)
        } else {
            self.faults.remove(&fault)
        };
        self.report_at.get_or_insert(now + REPORT_EVERY);
        out.push(self.report(now));
        out
    }

    /// When it must be asked again with [`Self::handle_deadline`].
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        [self.lease_ends.filter(|_| self.open), self.report_at].into_iter().flatten().min()
    }

    /// Lets the water flow up to now; shuts when the lease is over; reports what is due.
    pub fn handle_deadline(&mut self, now: Time) -> Vec<Publication> {
        let mut out = Vec::new();
        let ends = self.lease_ends.filter(|ends| self.open && *ends <= now);
        if let Some(ends) = ends
            && !self.faults.contains(&Fault::Stuck)
        {
            self.flow(ends);
            self.shut();
            out.push(self.report(ends));
        }
        self.flow(now);
        if self.report_at.is_some_and(|at| at <= now) {
            if self.register_ml() != self.reported_ml {
                out.push(self.report(now));
            }
            let runs = self.rate() > 0 || self.open;
            self.report_at = runs.then(|| now + REPORT_EVERY);
        }
        out
    }

    /// What goes out on a fresh connection: that it is here, and how it stands.
    pub fn connected(&mut self, now: Time) -> Vec<Publication> {
        self.flow(now);
        vec![self.available("online"), self.report(now)]
    }

    /// What an orderly device says at last; also its last will.
    #[must_use]
    pub fn farewell(&self) -> Publication {
        self.available("offline")
    }

    fn shut(&mut self) {
        (self.open, self.lease_ends) = (false, None);
    }

    /// What flows now, in ml a second.
    fn rate(&self) -> u64 {
        let has = |fault| self.faults.contains(&fault);
        match self.open {
            _ if has(Fault::NoFlow) => 0,
            true if has(Fault::Burst) => BURST,
            true => self.turned,
            false if has(Fault::Leak) => LEAK,
            false => 0,
        }
    }

    fn flow(&mut self, now: Time) {
        let millis = u64::try_from((now - self.at).num_milliseconds()).unwrap_or(0);
        // A ml a second is a µl a millisecond.
        self.microlitres = self.microlitres.saturating_add(self.rate().saturating_mul(millis));
        self.at = self.at.max(now);
    }

    fn report(&mut self, now: Time) -> Publication {
        let state = match self.open {
            _ if self.faults.contains(&Fault::Broken) => "fault",
            true => "open",
            false => "closed",
        };
        self.reported_ml = self.register_ml();
        let mut body = json!({
            "state": state, "register_ml": self.reported_ml, "at": clock::stamp(now),
        });
        if let (Some(command), Some(object)) = (&self.last_command, body.as_object_mut()) {
            object.insert("command".to_owned(), command.as_str().into());
        }
        let (topic, payload) = (Arc::clone(&self.state), Bytes::from(body.to_string()));
        Publication { topic, payload, token: None, retain: true, dup: false }
    }

    fn available(&self, word: &'static str) -> Publication {
        let (topic, payload) =
            (Arc::clone(&self.availability), Bytes::from_static(word.as_bytes()));
        Publication { topic, payload, token: None, retain: true, dup: false }
    }
}

#[cfg(test)]
mod tests;
