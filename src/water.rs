//! The water service: one actor that serves every tap, from the card before it to the money.
//!
//! It translates: a swipe into a session, what a session wants into orders for its valve and for the
//! ledger, what came of them into facts, alarms and what the reader shows. What a session is, is
//! decided in `rules::water`; what it costs in `rules::tariff`; who is who in `access`.
//!
//! Money waits for the disk: the valve opens when the reservation and the session's start are on it.
//! Each session is kept in the ledger's own commits, so that one found after a restart is settled
//! from its stored start, once.

use actix::Message;
use onecard_rules::ids::{OperatorId, TapId};

mod kept;
mod money;
mod orders;
mod service;
mod settle;
mod swipes;
mod view;

pub use kept::{KEPT, LastSwipe, STANDING, last_swipe};
pub use service::{Desk, Door, Parts, Water};
pub use view::{SessionView, ShutView, TapView};

/// Messages that may wait for the service.
const MAILBOX: usize = 16_384;

/// Why an order about a tap was not carried out; nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WaterRefusal {
    #[error("there is no tap `{0}`")]
    NoTap(TapId),
    #[error("nobody has taken tap `{0}` out of use")]
    NotShut(TapId),
    #[error("the order could not be recorded; look at the controller's disk and try again")]
    NotRecorded,
}

/// All taps as they are.
#[derive(Debug, Message)]
#[rtype(result = "Vec<TapView>")]
pub struct GetTaps;

/// One tap as it is.
#[derive(Debug, Message)]
#[rtype(result = "Result<TapView, WaterRefusal>")]
pub struct GetTap(pub TapId);

/// Stop the water at a tap and take it out of use, in an operator's name.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), WaterRefusal>")]
pub struct ShutTap {
    pub tap: TapId,
    pub by: OperatorId,
    pub why: String,
}

/// Let a tap be used again, in an operator's name.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), WaterRefusal>")]
pub struct FreeTap {
    pub tap: TapId,
    pub by: OperatorId,
    pub why: String,
}
