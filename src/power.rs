//! The power service: one actor that watches every room, and carries out what operators order.
//!
//! It translates: readings into samples, what a room wants into requests for its line, what happens
//! into facts and alarms. What trips, recloses and wins is decided in `rules::power`; what a register
//! means is in the profiles.

use actix::Message;
use onecard_rules::{
    Time,
    ids::{AreaId, OperatorId, RoomId},
    power::why::Explanation,
};
use serde::{Deserialize, Serialize};

mod desk;
mod funds;
pub mod history;
mod line;
mod meter;
mod publish;
mod service;
mod supply;
mod view;

pub use funds::{Change, Funds, SetFunds};
pub use meter::{FollowMeters, MeterRead, Quality, TooManyFollow};
pub use publish::Publisher;
pub use service::{Parts, Power, TellValve, ValvesAt};
pub use supply::{FeederView, ShedView};
pub use view::{LineView, RoomView};

/// Messages that may wait for the service.
const MAILBOX: usize = 16_384;

/// Why an order about a room was not carried out; nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PowerRefusal {
    #[error("there is no room `{0}`")]
    NoRoom(RoomId),
    #[error("there is no room within `{0}`")]
    NoRooms(AreaId),
    #[error("the meter of `{0}` has told no other number than the one on record")]
    SameMeter(RoomId),
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

/// All feeders as they are.
#[derive(Debug, Message)]
#[rtype(result = "Vec<FeederView>")]
pub struct GetFeeders;

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

/// Make every room within an area dark, in an operator's name; answers which.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<RoomId>, PowerRefusal>")]
pub struct CutRooms {
    pub area: AreaId,
    pub by: OperatorId,
    pub why: String,
    pub until: Option<Time>,
}

/// Take the cuts of all rooms within an area back, in an operator's name; answers which, and when
/// each has its turn. No trip is released by it: that is done room by room.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<(RoomId, Time)>, PowerRefusal>")]
pub struct RestoreRooms {
    pub area: AreaId,
    pub by: OperatorId,
    pub why: String,
}

/// Give every room within an area other limits, in an operator's name, or none of them if one
/// cannot have them; answers which.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<RoomId>, PowerRefusal>")]
pub struct LimitRooms {
    pub area: AreaId,
    /// In watts.
    pub limit_w: f64,
    pub night_limit_w: Option<f64>,
    pub by: OperatorId,
    pub why: String,
}

/// Put the meter that answers on record as the room's, in an operator's name.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), PowerRefusal>")]
pub struct AcceptMeter {
    pub room: RoomId,
    pub by: OperatorId,
    pub why: String,
}

/// A demand in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = DemandTold)]
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
