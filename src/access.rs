//! The access service: one actor that decides every swipe, and carries out what operators order.
//!
//! It translates messages, asks `access::state`, and hands on what came out: permits to gates,
//! answers to readers, facts to the journal. What the facts cause further on is in `consequences`.
//!
//! People never wait for the disk: a gate is told before the record is durable, the reader's
//! acknowledgement is given after.

use std::{collections::HashMap, num::NonZeroU32};

use actix::{Message, Recipient};
use onecard_devices::{
    alarm,
    clock::SharedClock,
    gate::actor::{Open, SetMode},
    reader::actor::{Decided, Recorded},
};
use onecard_rules::{
    Time,
    access::{Freshness, Presented},
    ids::{AreaId, DecisionId, GateId, OperatorId, PersonId, ReaderId},
    mode::{Measure, MeasureKind, Mode},
    reason::Reason,
    site::Direction,
    water::Customer,
};

use crate::{metrics::Metrics, store::journal::Journal};

mod orders;
mod registrar;
mod service;
pub mod state;
mod wakefulness;

pub use service::Access;
use state::{OrderMistake, RuleSet};
pub use wakefulness::{DEVICE as WAKEFULNESS_DEVICE, stay_awake};

/// How many messages may wait for a decision; a reader's message beyond it is refused, not
/// acknowledged, and so delivered again.
const MAILBOX: usize = 4096;

/// The gate actor as seen from here.
#[derive(Debug, Clone)]
pub struct GateDoor {
    pub open: Recipient<Open>,
    pub set_mode: Recipient<SetMode>,
}

/// The reader actor as seen from here.
#[derive(Debug, Clone)]
pub struct ReaderDesk {
    pub decided: Recipient<Decided>,
    pub recorded: Recipient<Recorded>,
}

/// Everything that the service tells things to.
#[derive(Debug)]
pub struct Surroundings {
    pub gates: HashMap<GateId, GateDoor>,
    pub readers: HashMap<ReaderId, ReaderDesk>,
    pub alarms: Recipient<alarm::Changed>,
    pub journal: Journal,
    pub clock: SharedClock,
    pub metrics: Metrics,
    /// Name of this controller, as in topics.
    pub controller: String,
    /// From how many swipes a second on processors are kept awake.
    pub awake_from: Option<NonZeroU32>,
}

/// Why an operator's order was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefusal {
    #[error(transparent)]
    Mistake(#[from] OrderMistake),
    /// It could not be recorded, so it was not acknowledged; a gate may have been told already.
    #[error("the order could not be recorded; look at the controller's disk and try again")]
    NotRecorded,
    #[error("gate `{0}` takes no more commands at the moment; try again")]
    GateBusy(GateId),
}

/// Opens a gate once, in an operator's name. Answered when it is on record.
#[derive(Debug, Message)]
#[rtype(result = "Result<DecisionId, OrderRefusal>")]
pub struct OpenGate {
    pub gate: GateId,
    pub direction: Direction,
    pub by: OperatorId,
    pub why: String,
}

/// Puts a lock-down or an emergency release in force. Answered, when it is on record, with the
/// gates that were told to stand otherwise.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<GateId>, OrderRefusal>")]
pub struct BeginMeasure {
    pub kind: MeasureKind,
    pub area: AreaId,
    pub by: OperatorId,
    pub why: String,
    pub until: Option<Time>,
}

/// Ends a measure; answered like [`BeginMeasure`].
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<GateId>, OrderRefusal>")]
pub struct EndMeasure {
    pub kind: MeasureKind,
    pub area: AreaId,
    pub by: OperatorId,
    pub why: String,
}

/// Gives a gate a standing order, or takes it back (`mode: None`). Answered when it is on record.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), OrderRefusal>")]
pub struct SetOverride {
    pub gate: GateId,
    pub mode: Option<Mode>,
    pub by: OperatorId,
    pub why: String,
    pub until: Option<Time>,
}

/// Whose whereabouts to forget.
#[derive(Debug, Clone)]
pub enum Forgiven {
    Person(PersonId),
    Area(AreaId),
}

/// Forgets whereabouts, so that anti-passback does not refuse. Answered when it is on record.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), OrderRefusal>")]
pub struct Forgive {
    pub whom: Forgiven,
    pub by: OperatorId,
    pub why: String,
}

/// Asks whose card or code was presented where something is paid for.
#[derive(Debug, Message)]
#[rtype(result = "Result<Presenter, NotServed>")]
pub struct WhoIs {
    pub presented: Presented,
    pub freshness: Freshness,
    pub presented_at: Option<Time>,
}

/// Whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presenter {
    pub customer: Customer,
    /// This code, or a later one, has counted before; it is good for ending something, not for more.
    pub used: bool,
}

/// Why it counts for nothing, and what is known of it all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotServed {
    pub reason: Reason,
    pub customer: Option<Customer>,
    /// With its middle hidden.
    pub card: Option<String>,
}

/// Puts another rule set in force, or records that one was refused.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub enum RulesEdited {
    Loaded(Box<RuleSet>),
    Refused { mistakes: Vec<String> },
}

/// Puts another directory in force, after an import by another process.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct DirectoryReloaded {
    pub directory: onecard_rules::directory::Directory,
}

/// An area, and how many are in it.
#[derive(Debug, Clone)]
pub struct AreaView {
    pub id: AreaId,
    pub inside: u32,
    pub measures: Vec<Measure>,
}

/// Asks for all areas.
#[derive(Debug, Message)]
#[rtype(result = "Vec<AreaView>")]
pub struct GetAreas;

/// Asks for the known whereabouts of everybody within an area: a muster list.
#[derive(Debug, Message)]
#[rtype(result = "Vec<(PersonId, String, AreaId, Time)>")]
pub struct GetPeopleWithin {
    pub area: AreaId,
}
