//! The power service: one actor that watches every room, and carries out what operators order.
//!
//! It translates: readings into samples, what a room wants into requests for its line, what happens
//! into facts and alarms. What trips, recloses and wins is decided in `rules::power`; what a register
//! means is in the profiles.

use actix::Message;
use onecard_rules::{
    Time,
    ids::{OperatorId, RoomId},
    power::why::Explanation,
};
use serde::{Deserialize, Serialize};

mod desk;
mod line;
mod publish;
mod service;
mod view;

pub use publish::Publisher;
pub use service::{Parts, Power};
pub use view::{LineView, RoomView};

/// Messages that may wait for the service.
const MAILBOX: usize = 16_384;

/// Why an order about a room was not carried out; nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PowerRefusal {
    #[error("there is no room `{0}`")]
    NoRoom(RoomId),
    #[error("{0}")]
    Limits(String),
    #[error("the order could not be recorded, so it was not carried out; try again")]
    NotRecorded,
}

/// All rooms as they are.
#[derive(Debug, Message)]
#[rtype(result = "Vec<RoomView>")]
pub struct GetRooms;

/// One room as it is.
#[derive(Debug, Message)]
#[rtype(result = "Result<RoomView, PowerRefusal>")]
pub struct GetRoom(pub RoomId);

/// All lines as they are.
#[derive(Debug, Message)]
#[rtype(result = "Vec<LineView>")]
pub struct GetLines;

/// Make a room dark, in an operator's name.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), PowerRefusal>")]
pub struct CutRoom {
    pub room: RoomId,
    pub by: OperatorId,
    pub why: String,
    pub until: Option<Time>,
}

/// Take a cut back, release a trip, let a stubborn relay be tried again, in an operator's name.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), PowerRefusal>")]
pub struct RestoreRoom {
    pub room: RoomId,
    pub by: OperatorId,
    pub why: String,
}

/// Give a room other limits, in an operator's name.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), PowerRefusal>")]
pub struct LimitRoom {
    pub room: RoomId,
    /// In watts.
    pub limit_w: f64,
    pub night_limit_w: Option<f64>,
    pub by: OperatorId,
    pub why: String,
}

/// A demand in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Told {
    /// Why the room is dark, and since when.
    pub why_zh: String,
    pub why_en: String,
    /// What happens next, and when.
    pub next_zh: String,
    pub next_en: String,
}

impl Told {
    fn of(chinese: Explanation, english: Explanation) -> Self {
        Self {
            why_zh: chinese.why,
            why_en: english.why,
            next_zh: chinese.next,
            next_en: english.next,
        }
    }
}
