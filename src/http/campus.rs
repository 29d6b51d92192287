//! What a page needs to know of the campus once, as far as its operator is on duty there.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{get, web};
use onecard_rules::{
    ids::{AreaId, RoomId},
    operator::{Action, Place},
    site::{Area, Gate},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Backend,
    operator::Reader,
    problem::{Problem, Refusals},
};
use crate::campus::power::{self, Power};

/// Rooms and lines as the campus folder has them, as far as names and places go.
#[derive(Debug, Default)]
pub struct Supplies {
    pub rooms: BTreeMap<RoomId, RoomPlace>,
    /// The area of each line.
    pub lines: BTreeMap<String, AreaId>,
}

/// Where a room is.
#[derive(Debug)]
pub struct RoomPlace {
    pub name: String,
    pub area: AreaId,
    pub line: String,
}

impl Supplies {
    #[must_use]
    pub fn of(power: &Power) -> Self {
        let room = |room: &power::Room| RoomPlace {
            name: room.name.clone(),
            area: room.area.clone(),
            line: room.line.clone(),
        };
        let lines = power.lines.values();
        Self {
            rooms: power.rooms.iter().map(|(id, known)| (id.clone(), room(known))).collect(),
            lines: lines.map(|line| (line.id.clone(), line.area.clone())).collect(),
        }
    }
}

/// The campus as far as it concerns who asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct CampusView {
    site: String,
    name: String,
    /// The time zone, such as `Asia/Shanghai`.
    zone: String,
    /// What every topic begins with, without the slash after it.
    topics: String,
    /// Orders that need two people, such as `begin_emergency`.
    two_people: Vec<&'static str>,
    areas: Vec<AreaName>,
    gates: Vec<GateName>,
    rooms: Vec<RoomName>,
    lines: Vec<LineName>,
}

/// An area on duty for, or one that a gate on duty for joins.
#[derive(Debug, Serialize, ToSchema)]
pub struct AreaName {
    id: String,
    name: String,
    parent: Option<String>,
    capacity: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GateName {
    id: String,
    name: String,
    area: String,
    from: String,
    to: String,
    /// `turnstile`, `door` or `vehicle`.
    kind: &'static str,
    readers: Vec<ReaderName>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReaderName {
    id: String,
    /// `in` or `out`.
    direction: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RoomName {
    id: String,
    name: String,
    area: String,
    line: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LineName {
    id: String,
    area: String,
}

/// Everything about places and devices that a page asks for once.
#[utoipa::path(
    responses((status = 200, body = CampusView), Refusals), security(("token" = []))
)]
#[get("/api/campus")]
pub async fn get_campus(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<CampusView>, Problem> {
    let site = &backend.site;
    let gates: Vec<&Gate> =
        site.gates.values().filter(|gate| who.is_concerned(&backend, Place::Gate(gate))).collect();
    let joined: BTreeSet<&AreaId> =
        gates.iter().flat_map(|gate| [&gate.from, &gate.to, &gate.area]).collect();
    let area_is_shown = |area: &&Area| {
        joined.contains(&area.id)
            || who.is_concerned(&backend, Place::Area(&area.id))
            || who.is_concerned(&backend, Place::Supply(&area.id))
    };
    let area = |area: &Area| AreaName {
        id: area.id.to_string(),
        name: area.name.clone(),
        parent: area.parent.as_ref().map(ToString::to_string),
        capacity: area.capacity,
    };
    let gate = |gate: &&Gate| GateName {
        id: gate.id.to_string(),
        name: gate.name.clone(),
        area: gate.area.to_string(),
        from: gate.from.to_string(),
        to: gate.to.to_string(),
        kind: gate.kind.as_str(),
        readers: site
            .readers
            .values()
            .filter(|reader| reader.gate == gate.id)
            .map(|reader| ReaderName {
                id: reader.id.to_string(),
                direction: reader.direction.as_str(),
            })
            .collect(),
    };
    let own = |area: &AreaId| who.is_concerned(&backend, Place::Supply(area));
    let rooms = backend.supplies.rooms.iter().filter(|(_, room)| own(&room.area));
    let lines = backend.supplies.lines.iter().filter(|(_, area)| own(area));
    Ok(web::Json(CampusView {
        site: site.id.to_string(),
        name: site.name.clone(),
        zone: site.zone.name().to_owned(),
        topics: format!("{}/{}", site.topic_root, site.id),
        two_people: backend.proposals.wanted().map(Action::as_str).collect(),
        areas: site.areas.values().filter(area_is_shown).map(area).collect(),
        gates: gates.iter().map(gate).collect(),
        rooms: rooms
            .map(|(id, room)| RoomName {
                id: id.to_string(),
                name: room.name.clone(),
                area: room.area.to_string(),
                line: room.line.clone(),
            })
            .collect(),
        lines: lines
            .map(|(id, area)| LineName { id: id.clone(), area: area.to_string() })
            .collect(),
    }))
}
