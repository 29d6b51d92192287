//! Billing: follows the meters of rooms, charges what they have used, and asks for the dark where
//! nothing is left to pay with.
//!
//! It translates: readings into orders of the ledger, balances into demands on the rooms' boards.
//! What was used, what it costs and when a room is dark is decided in `rules::billing` and
//! `rules::credit`; moving money is the ledger's, switching is `power`'s.

use actix::Message;
use chrono_tz::Tz;
use onecard_devices::gate::wire::local;
use onecard_rules::{
    billing::{Bill, Undecided},
    ids::{OperatorId, RoomId, TariffId},
    usage::{Decision, Parked, Point},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod orders;
mod post;
pub mod preview;
mod service;

pub use service::{Billing, Parts};

/// Messages that may wait for the service.
const MAILBOX: usize = 16_384;

/// Why billing does not do what is asked; nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BillingRefusal {
    #[error("the room `{0}` does not pay in advance")]
    NotBilled(RoomId),
    #[error("no register of the meter of `{0}` waits for a decision")]
    NothingParked(RoomId),
    #[error("the room `{0}` is being billed at this moment; try again")]
    Busy(RoomId),
    #[error("what was used cannot be charged: {0}")]
    Uncharged(String),
    #[error("it could not be recorded, so it was not carried out; try again")]
    NotRecorded,
}

impl BillingRefusal {
    fn of(room: &RoomId, undecided: Undecided) -> Self {
        match undecided {
            Undecided::NothingParked(_) => Self::NothingParked(room.clone()),
            Undecided::NoTariff(wrong) => Self::Uncharged(wrong.to_string()),
        }
    }
}

/// Registers that are not believed and wait for a person.
#[derive(Debug, Message)]
#[rtype(result = "Vec<ParkedView>")]
pub struct GetParked;

/// How one room stands with billing.
#[derive(Debug, Message)]
#[rtype(result = "Result<BilledView, BillingRefusal>")]
pub struct GetBilled(pub RoomId);

/// Say what a register that is not believed is worth; answers what was billed by it.
#[derive(Debug, Message)]
#[rtype(result = "Result<Option<Bill>, BillingRefusal>")]
pub struct DecideReading {
    pub room: RoomId,
    pub decision: Decision,
}

/// A register at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisterView {
    pub at: String,
    pub register_wh: u64,
}

/// A register that is not believed, beside the last one that was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ParkedView {
    pub room: String,
    pub name: String,
    pub area: String,
    /// `dropped`, `jumped`, `settings_changed` or `reversed`.
    pub why: String,
    /// Up to here everything is billed.
    pub billed: Option<RegisterView>,
    /// What the meter showed when it was parked, and what it shows now.
    pub first: RegisterView,
    pub latest: RegisterView,
}

/// How a room stands with billing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BilledView {
    pub room: String,
    pub name: String,
    pub area: String,
    #[schema(value_type = String)]
    pub tariff: TariffId,
    /// How many share the free allowance.
    pub people: u32,
    /// It is never dark for want of money.
    pub exempt: bool,
    /// What it can spend, its subsidies included; null until it is known.
    pub balance_fen: Option<i64>,
    /// `well`, `low`, `nearly_empty`, `arrears` or `spent`.
    pub credit: String,
    /// Its power is off, or would be off but for a protected time: `no`, `deferred` or `yes`.
    pub dark: String,
    /// Up to here everything is billed; null: its meter was never read.
    pub billed: Option<RegisterView>,
    /// What of this month's free allowance is left, in Wh.
    pub free_wh: u64,
    pub parked: Option<ParkedView>,
}

impl RegisterView {
    fn of(point: Point, zone: Tz) -> Self {
        Self { at: local(point.at, zone), register_wh: point.register }
    }
}

impl ParkedView {
    fn of((room, name, area): (&RoomId, &str, &str), parked: &Parked, zone: Tz) -> Self {
        use onecard_rules::usage::Why;
        let why = match parked.why {
            Why::Dropped => "dropped",
            Why::Jumped => "jumped",
            Why::SettingsChanged => "settings_changed",
            Why::Reversed => "reversed",
        };
        Self {
            room: room.to_string(),
            name: name.to_owned(),
            area: area.to_owned(),
            why: why.to_owned(),
            billed: parked.billed.map(|point| RegisterView::of(point, zone)),
            first: RegisterView::of(parked.first, zone),
            latest: RegisterView::of(parked.latest, zone),
        }
    }
}

/// Who decided.
fn decided_by(decision: &Decision) -> (&OperatorId, &str) {
    match decision {
        Decision::GoOnFrom { by, reason, .. } | Decision::Discard { by, reason } => (by, reason),
    }
}
