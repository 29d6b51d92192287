//! The site as data: areas, gates, taps, readers and their times; what `campus.toml` becomes.
//!
//! Values here are already checked; reading files and telling mistakes is the controller's
//! `campus` module. Nothing here changes while the controller runs.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AreaId, GateId, ReaderId, SiteId, TapId, TrainingId, WindowId},
    normaliser::Normaliser,
    passback::PassbackMode,
};

/// The way through a gate: `In` goes from the gate's `from` area to its `to` area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    In,
    Out,
}

impl Direction {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// A part of the site that people can be inside of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    pub id: AreaId,
    /// What screens call it; 中文 is usual.
    pub name: String,
    /// The area around this one; `None` for the outermost.
    pub parent: Option<AreaId>,
    /// Most people allowed inside at once, everything inside it included; `None`: no limit.
    pub capacity: Option<u32>,
    pub passback: PassbackMode,
}

/// What kind of thing opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateKind {
    Turnstile,
    Door,
    Vehicle,
}

impl GateKind {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Turnstile => "turnstile",
            Self::Door => "door",
            Self::Vehicle => "vehicle",
        }
    }
}

/// The times of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateTimes {
    /// How long an open command keeps the lock released, and so how late it may still be executed.
    pub pulse: Duration,
    /// How long the leaf may stand open before it counts as held.
    pub held_open: Duration,
    /// How long after a grant somebody may pass before it counts as `no_entry`.
    pub passage: Duration,
    /// How long the gate may take to confirm a command before it counts as unconfirmed.
    pub confirm: Duration,
}

impl Default for GateTimes {
    fn default() -> Self {
        Self {
            pulse: Duration::from_secs(3),
            held_open: Duration::from_secs(30),
            passage: Duration::from_secs(8),
            confirm: Duration::from_secs(2),
        }
    }
}

/// A gate and the two areas it joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    pub id: GateId,
    /// What screens call it.
    pub name: String,
    /// The area that its topics stand under; the area it leads into, unless the campus says else.
    pub area: AreaId,
    pub from: AreaId,
    pub to: AreaId,
    pub kind: GateKind,
    pub times: GateTimes,
    /// Trainings that a person must have to enter.
    pub requires: Vec<TrainingId>,
    /// Whether the gate reports passages; without it a grant counts as a passage.
    pub passage_sensor: bool,
    /// Whether the gate is wired to release on the fire alarm; shown at an emergency release.
    pub escape_route: bool,
    /// Windows of the calendar in which the gate stands open for everybody.
    pub open_during: Vec<WindowId>,
}

/// A reader at a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    pub id: ReaderId,
    pub gate: GateId,
    pub direction: Direction,
    /// How its texts become credentials.
    pub normaliser: Normaliser,
}

/// A tap or shower, as far as a card before it is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tap {
    pub id: TapId,
    /// What screens call it.
    pub name: String,
    /// The area that its topics, and its reader's, stand under.
    pub area: AreaId,
    /// The reader in front of it.
    pub reader: ReaderId,
    /// How that reader's texts become credentials.
    pub normaliser: Normaliser,
}

/// Limits that hold for the whole site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A swipe older than this never opens anything.
    pub swipe_age: Duration,
    /// A swipe this far in the future has a wrong clock; its time shows nothing, and it is flagged.
    pub clock_ahead: Duration,
    /// The same card at the same reader within this time is one swipe (for readers without `seq`).
    pub debounce: Duration,
    /// So many unknown cards at one reader within `unknown_window` raise an alarm.
    pub unknown_cards: u32,
    pub unknown_window: Duration,
    /// Longest payload taken from a device, in bytes.
    pub payload_bytes: usize,
    /// How long the journal keeps its rows; the law of the target market asks for 180 days.
    pub retention: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            swipe_age: Duration::from_secs(5),
            clock_ahead: Duration::from_secs(5),
            debounce: Duration::from_millis(1500),
            unknown_cards: 5,
            unknown_window: Duration::from_mins(1),
            payload_bytes: 4096,
            retention: Duration::from_hours(24 * 180),
        }
    }
}

/// The whole site.
#[derive(Debug, Clone)]
pub struct Site {
    pub id: SiteId,
    pub name: String,
    pub zone: chrono_tz::Tz,
    /// First segment of every topic.
    pub topic_root: String,
    pub areas: BTreeMap<AreaId, Area>,
    pub gates: BTreeMap<GateId, Gate>,
    pub readers: BTreeMap<ReaderId, Reader>,
    pub taps: BTreeMap<TapId, Tap>,
    pub limits: Limits,
}

impl Site {
    /// `area` and everything around it, innermost first. Ends at an unknown parent.
    pub fn around<'a>(&'a self, area: &AreaId) -> impl Iterator<Item = &'a Area> {
        std::iter::successors(self.areas.get(area), |inner| self.areas.get(inner.parent.as_ref()?))
            // A loop of parents is refused by `campus`; the bound keeps a slip there from hanging.
            .take(64)
    }

    /// How the readers of the site see cards: those at gates, and those before taps.
    pub fn normalisers(&self) -> impl Iterator<Item = (&ReaderId, Normaliser)> {
        let at_gates = self.readers.values().map(|reader| (&reader.id, reader.normaliser));
        at_gates.chain(self.taps.values().map(|tap| (&tap.reader, tap.normaliser)))
    }

    /// The tap that a reader stands before.
    #[must_use]
    pub fn tap_of(&self, reader: &str) -> Option<&Tap> {
        self.taps.values().find(|tap| tap.reader.as_str() == reader)
    }

    /// Whether `inner` is `outer` or lies inside it.
    #[must_use]
    pub fn is_within(&self, inner: &AreaId, outer: &AreaId) -> bool {
        self.around(inner).any(|area| area.id == *outer)
    }
}
