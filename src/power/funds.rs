//! What a room has left to pay with, as billing tells it: shown with the room, and asked for on its
//! board.
//!
//! What the balance means is decided in `rules::credit`; here it is only handed on.

use actix::{Context, Handler, Message};
use onecard_rules::{
    credit::Level,
    ids::RoomId,
    money::Fen,
    power::{
        demand::{Demander, Off},
        room::Input,
    },
};

use super::{PowerRefusal, service::Power};

/// What a room has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Funds {
    pub balance: Fen,
    pub level: Level,
}

/// What becomes of the demand for want of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    None,
    Post(Off),
    Release,
}

/// A fact: a room has so much left; with what follows for its board.
#[derive(Debug, Clone, PartialEq, Eq, Message)]
#[rtype(result = "Result<(), PowerRefusal>")]
pub struct SetFunds {
    pub room: RoomId,
    /// `None`: it does not pay in advance.
    pub funds: Option<Funds>,
    pub change: Change,
}

impl Handler<SetFunds> for Power {
    type Result = Result<(), PowerRefusal>;

    fn handle(&mut self, told: SetFunds, context: &mut Context<Self>) -> Self::Result {
        let SetFunds { room, funds, change } = told;
        let at = self.place(&room)?;
        let known = self.fund(at, funds);
        let input = match change {
            Change::None => None,
            Change::Post(off) => Some(Input::Post(off)),
            Change::Release => Some(Input::Release(Demander::Credit)),
        };
        if let Some(input) = input {
            let events = self.give(at, input, context);
            self.record(events);
        }
        if known != funds {
            self.show_now(at);
        }
        Ok(())
    }
}
