//! Stands in for the power service: two rooms in two buildings, and no order that it carries out.

use actix::{Actor, Context, Handler, MessageResult};

use onecard_rules::{Time, ids::RoomId};

use super::super::campus::{RoomPlace, Supplies};
use crate::power::{
    AcceptMeter, CutRoom, CutRooms, GetFeeders, GetLines, GetRoom, GetRooms, LimitRoom, LimitRooms,
    LineView, PowerRefusal, RestoreRoom, RestoreRooms, RoomView,
};

pub struct Rooms;

/// A room in the library, one outside it, and a line in each.
pub fn supplies() -> Supplies {
    let place = |area: &str| RoomPlace {
        name: "房间".to_owned(),
        area: area.parse().unwrap(),
        line: format!("{area}-line"),
    };
    let areas = [("own-room", "library"), ("other-room", "campus")];
    Supplies {
        rooms: areas.iter().map(|(room, area)| (room.parse().unwrap(), place(area))).collect(),
        lines: areas
            .iter()
            .map(|(_, area)| (format!("{area}-line"), area.parse().unwrap()))
            .collect(),
    }
}

fn view(room: &str, area: &str) -> RoomView {
    RoomView {
        room: room.to_owned(),
        name: "房间".to_owned(),
        area: area.to_owned(),
        line: format!("{area}-line"),
        at: String::new(),
        relay: None,
        reading: "missing".to_owned(),
        absence: None,
        power_w: None,
        voltage_v: None,
        current_a: None,
        read_at: None,
        energy_wh: None,
        energy_at: None,
        balance_fen: None,
        credit: None,
        meter_serial: None,
        feeder: None,
        limit_w: 1000.0,
        night_limit_w: None,
        towards_trip: 0.0,
        off: Vec::new(),
        alarms: Vec::new(),
        evidence: None,
        commands: Vec::new(),
    }
}

fn line(area: &str) -> LineView {
    LineView {
        line: format!("{area}-line"),
        area: area.to_owned(),
        up: true,
        rooms: 1,
        cycle_ms: 1,
        measured_cycle_ms: None,
        worst_trip_ms: 1,
        busy_permille: None,
        dead_permille: None,
        units: Vec::new(),
    }
}

impl Actor for Rooms {
    type Context = Context<Self>;
}

impl Handler<GetRooms> for Rooms {
    type Result = MessageResult<GetRooms>;

    fn handle(&mut self, _: GetRooms, _: &mut Self::Context) -> Self::Result {
        MessageResult(vec![view("other-room", "campus"), view("own-room", "library")])
    }
}

impl Handler<GetLines> for Rooms {
    type Result = MessageResult<GetLines>;

    fn handle(&mut self, _: GetLines, _: &mut Self::Context) -> Self::Result {
        MessageResult(vec![line("campus"), line("library")])
    }
}

impl Handler<GetRoom> for Rooms {
    type Result = Result<RoomView, PowerRefusal>;

    fn handle(&mut self, GetRoom(room): GetRoom, _: &mut Self::Context) -> Self::Result {
        match room.as_str() {
            "own-room" => Ok(view("own-room", "library")),
            "other-room" => Ok(view("other-room", "campus")),
            _ => Err(PowerRefusal::NoRoom(room)),
        }
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
