//! Stands in for the power service: no room at all.

use actix::{Actor, Context, Handler, MessageResult};

use crate::power::{
    CutRoom, GetLines, GetRoom, GetRooms, LimitRoom, PowerRefusal, RestoreRoom, RoomView,
};

pub struct Rooms;

impl Actor for Rooms {
    type Context = Context<Self>;
}

impl Handler<GetRooms> for Rooms {
    type Result = MessageResult<GetRooms>;

    fn handle(&mut self, _: GetRooms, _: &mut Self::Context) -> Self::Result {
        MessageResult(Vec::new())
    }
}

impl Handler<GetLines> for Rooms {
    type Result = MessageResult<GetLines>;

    fn handle(&mut self, _: GetLines, _: &mut Self::Context) -> Self::Result {
        MessageResult(Vec::new())
    }
}

impl Handler<GetRoom> for Rooms {
    type Result = Result<RoomView, PowerRefusal>;

    fn handle(&mut self, GetRoom(room): GetRoom, _: &mut Self::Context) -> Self::Result {
        Err(PowerRefusal::NoRoom(room))
    }
}

impl Handler<CutRoom> for Rooms {
    type Result = Result<(), PowerRefusal>;

    fn handle(&mut self, order: CutRoom, _: &mut Self::Context) -> Self::Result {
        Err(PowerRefusal::NoRoom(order.room))
    }
}

impl Handler<RestoreRoom> for Rooms {
    type Result = Result<(), PowerRefusal>;

    fn handle(&mut self, _: RestoreRoom, _: &mut Self::Context) -> Self::Result {
        Err(PowerRefusal::NotRecorded)
    }
}

impl Handler<LimitRoom> for Rooms {
    type Result = Result<(), PowerRefusal>;

    fn handle(&mut self, _: LimitRoom, _: &mut Self::Context) -> Self::Result {
        Err(PowerRefusal::Limits("`limit_w` is too high; lower it".to_owned()))
    }
}
