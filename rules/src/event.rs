//! Facts: what happened, as it stands in the journal and goes out over MQTT. Past tense, complete,
//! never changed.
//!
//! Every fact is self-contained: it can be read years later without any other table.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    Time,
    alarm::Step,
    audit::Audit,
    calendar::DayOfWeek,
    credential::Credential,
    ids::{
        AreaId, DecisionId, GateId, OperatorId, PersonId, PolicyId, ReaderId, RoomId, TapId,
        WindowId,
    },
    ledger::{AccountName, Cause, Purpose},
    mode::{Measure, Mode, Override, Owner},
    money::Fen,
    passback::Whereabouts,
    person::{CardState, PersonKind},
    power::room::Happening,
    reason::Reason,
    site::Direction,
    water,
};

/// What makes a swipe the same swipe when it arrives again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SwipeKey {
    pub reader: ReaderId,
    /// How often the reader has started.
    pub boot: u64,
    /// The reader's own count of swipes since then.
    pub seq: u64,
}

/// What the decision saw, so that it can be understood, and repeated under other rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// Minute of the local day.
    pub minute: u16,
    pub weekday: Option<DayOfWeek>,
    pub holiday: bool,
    pub exam: bool,
    pub term: Option<String>,
    pub windows: Vec<WindowId>,
    pub card_state: Option<CardState>,
    /// Where the person was recorded.
    pub whereabouts: Option<AreaId>,
    /// How many were inside the area entered.
    pub inside: u32,
    /// How the gate stood.
    pub mode: Option<Mode>,
    /// Age of the swipe on arrival, in milliseconds; absent when the reader gave no time.
    pub age_ms: Option<i64>,
}

/// A decision at a gate: one row of the entry log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub decision: DecisionId,
    /// When it was decided.
    pub at: Time,
    /// When the card was presented, as the reader tells it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub presented_at: Option<Time>,
    pub area: AreaId,
    pub gate: GateId,
    pub direction: Direction,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reader: Option<ReaderId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub swipe: Option<SwipeKey>,
    pub granted: bool,
    pub reason: Reason,
    /// The policies or built-in rules that decided, the deciding one first; never empty.
    pub rules: Vec<PolicyId>,
    /// Remarks that did not decide: `late_return`, `warn_passback`, a refusal overruled on the way out.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub flags: Vec<String>,
    /// Version of the rule set.
    pub rules_version: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub person: Option<PersonId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kind: Option<PersonKind>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub card: Option<Credential>,
    /// The text as read, before normalising.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub raw: Option<String>,
    /// The operator, when one opened by hand.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<OperatorId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
    /// The decision on the first copy, when this swipe is a replay.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub replay_of: Option<DecisionId>,
    pub inputs: Inputs,
}

/// What became of a grant at the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    pub at: Time,
    pub area: AreaId,
    pub gate: GateId,
    pub direction: Direction,
    /// False: nobody went through in time (`no_entry`).
    pub passed: bool,
    /// The grant that was used; absent when somebody passed a free gate.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decision: Option<DecisionId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub person: Option<PersonId>,
    /// Where the person is from here on; absent when nobody passed or it is not known who.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub whereabouts: Option<Whereabouts>,
}

/// What kind of device an alarm is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    Reader,
    Gate,
    Room,
    Valve,
    Bus,
    Feeder,
    Controller,
}

impl DeviceKind {
    pub const ALL: [Self; 7] = [
        Self::Reader,
        Self::Gate,
        Self::Room,
        Self::Valve,
        Self::Bus,
        Self::Feeder,
        Self::Controller,
    ];

    /// The word in topics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Gate => "gate",
            Self::Room => "room",
            Self::Valve => "valve",
            Self::Bus => "bus",
            Self::Feeder => "feeder",
            Self::Controller => "controller",
        }
    }
}

/// What an alarm is about; one alarm stands per subject and reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// The area in the device's topics; `_` for what belongs to the whole site.
    pub area: String,
    pub kind: DeviceKind,
    pub device: String,
}

/// Something that a person must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    pub subject: Subject,
    pub reason: Reason,
    pub since: Time,
    /// What exactly, in English, for those who mend it.
    pub detail: String,
}

/// What an operator did by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    OverrideSet {
        gate: GateId,
        order: Override,
    },
    OverrideCleared {
        gate: GateId,
    },
    PassbackForgiven {
        person: PersonId,
    },
    PassbackForgivenWithin {
        area: AreaId,
        people: usize,
    },
    AlarmAcknowledged {
        subject: Subject,
        reason: Reason,
    },
    /// What was done is in `step`, what was written about it in the fact's `why`.
    AlarmHandled {
        subject: Subject,
        reason: Reason,
        step: Step,
    },
    /// A note for whoever is next at these gates; its text is the fact's `why`.
    HandoverWritten {
        note: String,
        gates: Vec<GateId>,
    },
    /// Whoever was next has read it.
    HandoverTaken {
        note: String,
        written_by: OperatorId,
    },
}

/// Money that was moved, as its order was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub at: Time,
    /// The day of the books that it belongs to.
    pub day: NaiveDate,
    pub purpose: Purpose,
    pub from: AccountName,
    pub to: AccountName,
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
    pub caused_by: Cause,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<OperatorId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
}

impl Moved {
    /// The person whose money it is.
    #[must_use]
    pub fn person(&self) -> Option<&PersonId> {
        [&self.from, &self.to].into_iter().find_map(|account| match account {
            AccountName::Purse(person) | AccountName::Subsidy(person, _) => Some(person),
            AccountName::Room(_)
            | AccountName::RoomSubsidy(..)
            | AccountName::Merchant(_)
            | AccountName::Income(_)
            | AccountName::Clearing(_)
            | AccountName::CashDesk(_)
            | AccountName::Suspense => None,
        })
    }
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Event {
    /// The controller came to be in charge.
    Booted {
        at: Time,
        version: String,
        people: usize,
        cards: usize,
        rules_version: String,
    },
    /// The controller stopped in order.
    Stopped {
        at: Time,
    },
    EntryDecided(Box<Entry>),
    PassageEnded(Box<Passage>),
    /// A gate stands under another layer than before.
    GateModeChanged {
        at: Time,
        area: AreaId,
        gate: GateId,
        mode: Mode,
        owner: Owner,
    },
    MeasureBegun {
        at: Time,
        measure: Measure,
    },
    /// `by` is absent when it ended by its own time limit.
    MeasureEnded {
        at: Time,
        measure: Measure,
        by: Option<OperatorId>,
        why: Option<String>,
    },
    /// Where these people are was forgotten: forgiven, or after an emergency.
    PresenceForgotten {
        at: Time,
        people: Vec<PersonId>,
    },
    OperatorActed {
        at: Time,
        by: OperatorId,
        why: String,
        act: Act,
    },
    AlarmRaised {
        at: Time,
        alarm: Alarm,
    },
    AlarmCleared {
        at: Time,
        subject: Subject,
        reason: Reason,
    },
    RulesLoaded {
        at: Time,
        version: String,
        policies: usize,
    },
    RulesRefused {
        at: Time,
        mistakes: Vec<String>,
    },
    /// Something happened to the power of a room.
    RoomHappened {
        at: Time,
        area: AreaId,
        room: RoomId,
        happening: Box<Happening>,
    },
    /// Something happened at a tap.
    TapHappened {
        at: Time,
        area: AreaId,
        tap: TapId,
        happening: Box<water::Happening>,
    },
    /// Money was moved, other than for what a room has used.
    MoneyMoved(Box<Moved>),
    /// A day of the books was closed.
    DayClosed {
        at: Time,
        day: NaiveDate,
        by: OperatorId,
        rows: u64,
        #[serde(rename = "moved_fen")]
        moved: Fen,
    },
    /// People or cards were changed by an import; so many there are since.
    PeopleImported {
        at: Time,
        people: usize,
        cards: usize,
    },
    /// Somebody signed in, ordered or searched.
    Audited(Box<Audit>),
}

impl Event {
    /// When it happened.
    #[must_use]
    pub fn at(&self) -> Time {
        match self {
            Self::EntryDecided(entry) => entry.at,
            Self::PassageEnded(passage) => passage.at,
            Self::Audited(audit) => audit.at,
            Self::MoneyMoved(moved) => moved.at,
            Self::Booted { at, .. }
            | Self::Stopped { at }
            | Self::GateModeChanged { at, .. }
            | Self::MeasureBegun { at, .. }
            | Self::MeasureEnded { at, .. }
            | Self::PresenceForgotten { at, .. }
            | Self::OperatorActed { at, .. }
            | Self::AlarmRaised { at, .. }
            | Self::AlarmCleared { at, .. }
            | Self::RulesLoaded { at, .. }
            | Self::RulesRefused { at, .. }
            | Self::RoomHappened { at, .. }
            | Self::TapHappened { at, .. }
            | Self::DayClosed { at, .. }
            | Self::PeopleImported { at, .. } => *at,
        }
    }

    /// The name of the kind of fact, as in its `fact` field.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Booted { .. } => "booted",
            Self::Stopped { .. } => "stopped",
            Self::EntryDecided(_) => "entry_decided",
            Self::PassageEnded(_) => "passage_ended",
            Self::GateModeChanged { .. } => "gate_mode_changed",
            Self::MeasureBegun { .. } => "measure_begun",
            Self::MeasureEnded { .. } => "measure_ended",
            Self::PresenceForgotten { .. } => "presence_forgotten",
            Self::OperatorActed { .. } => "operator_acted",
            Self::AlarmRaised { .. } => "alarm_raised",
            Self::AlarmCleared { .. } => "alarm_cleared",
            Self::RulesLoaded { .. } => "rules_loaded",
            Self::RulesRefused { .. } => "rules_refused",
            Self::RoomHappened { .. } => "room_happened",
            Self::TapHappened { .. } => "tap_happened",
            Self::MoneyMoved(_) => "money_moved",
            Self::DayClosed { .. } => "day_closed",
            Self::PeopleImported { .. } => "people_imported",
            Self::Audited(_) => "audited",
        }
    }

    /// The gate it happened at, for finding it again.
    #[must_use]
    pub fn gate(&self) -> Option<&GateId> {
        match self {
            Self::EntryDecided(entry) => Some(&entry.gate),
            Self::PassageEnded(passage) => Some(&passage.gate),
            Self::GateModeChanged { gate, .. } => Some(gate),
            Self::Booted { .. }
            | Self::Stopped { .. }
            | Self::MeasureBegun { .. }
            | Self::MeasureEnded { .. }
            | Self::PresenceForgotten { .. }
            | Self::OperatorActed { .. }
            | Self::AlarmRaised { .. }
            | Self::AlarmCleared { .. }
            | Self::RulesLoaded { .. }
            | Self::RulesRefused { .. }
            | Self::RoomHappened { .. }
            | Self::TapHappened { .. }
            | Self::MoneyMoved(_)
            | Self::DayClosed { .. }
            | Self::PeopleImported { .. }
            | Self::Audited(_) => None,
        }
    }

    /// The person it is about, for finding it again.
    #[must_use]
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Self::EntryDecided(entry) => entry.person.as_ref(),
            Self::PassageEnded(passage) => passage.person.as_ref(),
            Self::Audited(audit) => audit.person(),
            Self::TapHappened { happening, .. } => {
                happening.customer().map(|customer| &customer.person)
            }
            Self::MoneyMoved(moved) => moved.person(),
            Self::Booted { .. }
            | Self::Stopped { .. }
            | Self::GateModeChanged { .. }
            | Self::MeasureBegun { .. }
            | Self::MeasureEnded { .. }
            | Self::PresenceForgotten { .. }
            | Self::OperatorActed { .. }
            | Self::AlarmRaised { .. }
            | Self::AlarmCleared { .. }
            | Self::RulesLoaded { .. }
            | Self::RulesRefused { .. }
            | Self::RoomHappened { .. }
            | Self::DayClosed { .. }
            | Self::PeopleImported { .. } => None,
        }
    }
}
