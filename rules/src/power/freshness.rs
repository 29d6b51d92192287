//! How old a value may be, whose it is, and names for having none.
//!
//! Absence is never fine and never zero: a rule that needs a fresh value gets one, or a name for
//! what it has instead.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::sample::Absence;
use crate::Time;

/// The last known value as it is worth now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "freshness", content = "value", rename_all = "snake_case")]
pub enum Freshness<T> {
    Fresh(T),
    /// Too old to act on; for screens only.
    Stale(T),
    Missing(Absence),
}

impl<T> Freshness<T> {
    /// The value, if it may be acted on.
    pub fn fresh(self) -> Option<T> {
        match self {
            Self::Fresh(value) => Some(value),
            Self::Stale(_) | Self::Missing(_) => None,
        }
    }
}

/// The last value and when it was taken, or why there never was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest<T> {
    value: Option<(T, Time)>,
    absence: Absence,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self { value: None, absence: Absence::NotReadYet }
    }
}

impl<T: Copy> Latest<T> {
    /// Keeps `value`, taken at `at`; an older one than the one kept is passed over.
    pub fn keep(&mut self, value: T, at: Time) {
        if self.value.is_none_or(|(_, known)| at > known) {
            self.value = Some((value, at));
        }
    }

    /// Notes that asking brought nothing. A value already kept goes stale by its age.
    pub fn miss(&mut self, why: Absence) {
        self.absence = why;
    }

    /// Forgets the value: it is not of this meter, or no longer of this circuit.
    pub fn forget(&mut self, why: Absence) {
        *self = Self { value: None, absence: why };
    }

    /// What the value is worth at `now`, when it may be `age_max` old. One from the future is
    /// stale: then a clock is wrong, and its age is unknown.
    #[must_use]
    pub fn at(&self, now: Time, age_max: TimeDelta) -> Freshness<T> {
        match self.value {
            None => Freshness::Missing(self.absence),
            Some((value, at)) if at <= now && now - at <= age_max => Freshness::Fresh(value),
            Some((value, _)) => Freshness::Stale(value),
        }
    }

    /// When the value turns stale, if it is not before.
    #[must_use]
    pub fn stale_from(&self, age_max: TimeDelta) -> Option<Time> {
        self.value.map(|(_, at)| at + age_max)
    }
}

/// Whether the meter that answers is the one that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "identity", rename_all = "snake_case")]
pub enum Identity {
    Same,
    /// The meter has no serial number to read; its place on the line has to do.
    Unnamed,
    /// First seen here: its number is to be recorded.
    New {
        serial: String,
    },
    /// Another meter than the one known: its readings are not this room's until a person says so.
    Another {
        known: String,
        serial: String,
    },
}

/// Compares the serial number known of a meter with the one read. A meter known by number that no
/// longer tells it is [`Identity::Another`] with an empty number.
#[must_use]
pub fn identify(known: Option<&str>, read: Option<&str>) -> Identity {
    match (known, read) {
        (None, None) => Identity::Unnamed,
        (None, Some(serial)) => Identity::New { serial: serial.to_owned() },
        (Some(known), Some(serial)) if known == serial => Identity::Same,
        (Some(known), read) => Identity::Another {
            known: known.to_owned(),
            serial: read.unwrap_or_default().to_owned(),
        },
    }
}
