//! Stands in for the power service: no room at all.

use actix::{Actor, Context, Handler, MessageResult};

use onecard_rules::{Time, ids::RoomId};

use crate::power::{
    AcceptMeter, CutRoom, CutRooms, GetFeeders, GetLines, GetRoom, GetRooms, LimitRoom, LimitRooms,
    PowerRefusal, RestoreRoom, RestoreRooms, RoomView,
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

impl Handler<GetFeeders> for Rooms {
    type Result = MessageResult<GetFeeders>;

    fn handle(&mut self, _: GetFeeders, _: &mut Self::Context) -> Self::Result {
        MessageResult(Vec::new())
    }
}

impl Handler<AcceptMeter> for Rooms {
    type Result = Result<(), PowerRefusal>;

    fn handle(&mut self, order: AcceptMeter, _: &mut Self::Context) -> Self::Result {
        Err(PowerRefusal::SameMeter(order.room))
    }
}

impl Handler<CutRooms> for Rooms {
    type Result = Result<Vec<RoomId>, PowerRefusal>;

    fn handle(&mut self, order: CutRooms, _: &mut Self::Context) -> Self::Result {
        Err(PowerRefusal::NoRooms(order.area))
    }
}

impl Handler<RestoreRooms> for Rooms {
    type Result = Result<Vec<(RoomId, Time)>, PowerRefusal>;

    fn handle(&mut self, order: RestoreRooms, _: &mut Self::Context) -> Self::Result {
        Err(PowerRefusal::NoRooms(order.area))
    }
}

impl Handler<LimitRooms> for Rooms {
    type Result = Result<Vec<RoomId>, PowerRefusal>;

    fn handle(&mut self, _: LimitRooms, _: &mut Self::Context) -> Self::Result {
        Err(PowerRefusal::Limits("`limit_w` is too high; lower it".to_owned()))
    }
}
