//! Rooms, feeders and lines: how they are, why a room is dark, and what operators order there.

use actix_web::{get, post, web};
use onecard_devices::gate::wire::local;
use onecard_rules::{
    ids::{AreaId, RoomId},
    operator::Place,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Backend,
    act::WhyAsked,
    asked::{Body, Until, Why, until},
    desks::ask,
    operator::{Operator, Reader},
    places::known_area,
    problem::{Code, OrderRefusals, Problem, Refusals},
};
use crate::power::{
    AcceptMeter, CutRoom, CutRooms, FeederView, GetFeeders, GetLines, GetRoom, GetRooms, LimitRoom,
    LimitRooms, LineView, PowerRefusal, RestoreRoom, RestoreRooms, RoomView,
};

impl From<PowerRefusal> for Problem {
    fn from(refusal: PowerRefusal) -> Self {
        let told = refusal.to_string();
        match refusal {
            PowerRefusal::NoRoom(_) => Self::new(Code::UnknownRoom, told),
            PowerRefusal::NoRooms(_) => Self::new(Code::NoRooms, told),
            PowerRefusal::SameMeter(_) => Self::new(Code::SameMeter, told),
            PowerRefusal::Limits(_) => Self::bad_field("limit_w", told),
            PowerRefusal::NotRecorded => Self::new(Code::NotRecorded, told),
        }
    }
}

/// The room of that name and the area it is in.
pub(super) fn room_of<'a>(
    backend: &'a Backend,
    text: &str,
) -> Result<(RoomId, &'a AreaId), Problem> {
    let room = RoomId::new(text).map_err(|wrong| {
        Problem::new(Code::UnknownRoom, format!("`{text}` is no room: {wrong}"))
    })?;
    match backend.supplies.rooms.get(&room) {
        Some(known) => Ok((room, &known.area)),
        None => Err(PowerRefusal::NoRoom(room).into()),
    }
}

/// Whether who asks may see what stands in that area.
pub(super) fn sees(who: &Reader, backend: &Backend, area: &str) -> bool {
    AreaId::new(area).is_ok_and(|area| who.sees(backend, Place::Supply(&area)))
}

/// All rooms.
#[utoipa::path(responses((status = 200, body = Vec<RoomView>), Refusals), security(("token" = [])))]
#[get("/api/rooms")]
pub async fn get_rooms(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<RoomView>>, Problem> {
    let mut rooms = ask(&backend.power.rooms, GetRooms).await?;
    rooms.retain(|room| sees(&who, &backend, &room.area));
    Ok(web::Json(rooms))
}

/// A room: power, relay, what it rests on, who wants it dark.
#[utoipa::path(
    params(("id" = String, Path)),
    responses((status = 200, body = RoomView), OrderRefusals), security(("token" = []))
)]
#[get("/api/rooms/{id}")]
pub async fn get_room(
    who: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
) -> Result<web::Json<RoomView>, Problem> {
    let (room, area) = room_of(&backend, &id)?;
    who.must_see(&backend, Place::Supply(area))?;
    Ok(web::Json(ask(&backend.power.room, GetRoom(room)).await??))
}

/// Why a room is dark, in sentences: one text in each language, with what happens next and when.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhyView {
    room: String,
    dark: bool,
    zh: String,
    en: String,
}

/// Why a room is dark, or that nobody wants it so.
#[utoipa::path(
    params(("id" = String, Path)),
    responses((status = 200, body = WhyView), OrderRefusals), security(("token" = []))
)]
#[get("/api/rooms/{id}/why")]
pub async fn get_why(
    who: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
) -> Result<web::Json<WhyView>, Problem> {
    let (room, area) = room_of(&backend, &id)?;
    who.must_see(&backend, Place::Supply(area))?;
    let room = ask(&backend.power.room, GetRoom(room)).await??;
    let (zh, en) = if room.off.is_empty() {
        match room.relay.as_deref() {
            Some("open") => (
                "无人要求停电，但开关处于断开状态；请查看告警。".to_owned(),
                "Nobody wants it dark, but its relay is open; see its alarms.".to_owned(),
            ),
            Some(_) => ("供电正常。".to_owned(), "It has power.".to_owned()),
            None => (
                "无人要求停电；开关状态未知。".to_owned(),
                "Nobody wants it dark; how its relay stands is not known.".to_owned(),
            ),
        }
    } else {
        let zh: Vec<_> =
            room.off.iter().map(|off| format!("{}{}", off.why_zh, off.next_zh)).collect();
        let en: Vec<_> =
            room.off.iter().map(|off| format!("{} {}", off.why_en, off.next_en)).collect();
        (zh.join("\n"), en.join("\n"))
    };
    Ok(web::Json(WhyView { dark: room.relay.as_deref() == Some("open"), room: room.room, zh, en }))
}

/// All lines: load, cycle, the computed longest time to a trip, their units.
#[utoipa::path(responses((status = 200, body = Vec<LineView>), Refusals), security(("token" = [])))]
#[get("/api/lines")]
pub async fn get_lines(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<LineView>>, Problem> {
    let mut lines = ask(&backend.power.lines, GetLines).await?;
    lines.retain(|line| sees(&who, &backend, &line.area));
    Ok(web::Json(lines))
}

/// All feeders: what each carries, and whom it has shed.
#[utoipa::path(
    responses((status = 200, body = Vec<FeederView>), Refusals), security(("token" = []))
)]
#[get("/api/feeders")]
pub async fn get_feeders(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<FeederView>>, Problem> {
    let mut feeders = ask(&backend.power.feeders, GetFeeders).await?;
    feeders.retain(|feeder| sees(&who, &backend, &feeder.area));
    Ok(web::Json(feeders))
}

/// Make a room dark.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CutAsked {
    /// Ends by itself then, RFC 3339.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Until>,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

pub(super) async fn cut(
    backend: &Backend,
    id: &str,
    by: &Operator,
    asked: CutAsked,
) -> Result<RoomId, Problem> {
    let (room, area) = room_of(backend, id)?;
    let until = until(asked.until, backend.clock.now())?;
    let (by, audited) = by.order(backend, Place::Supply(area), id, &asked.why)?;
    let order = CutRoom { room: room.clone(), by, why: asked.why.0, until };
    ask(&backend.power.cut, order).await??;
    audited.await?;
    Ok(room)
}

pub(super) async fn restore(
    backend: &Backend,
    id: &str,
    by: &Operator,
    asked: WhyAsked,
) -> Result<RoomId, Problem> {
    let (room, area) = room_of(backend, id)?;
    let (by, audited) = by.order(backend, Place::Supply(area), id, &asked.why)?;
    let order = RestoreRoom { room: room.clone(), by, why: asked.why.0 };
    ask(&backend.power.restore, order).await??;
    audited.await?;
    Ok(room)
}

/// Makes a room dark.
#[utoipa::path(
    params(("id" = String, Path)), request_body = CutAsked,
    responses((status = 200, body = RoomView), OrderRefusals), security(("token" = []))
)]
#[post("/api/rooms/{id}/cut")]
pub async fn cut_room(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<CutAsked>,
) -> Result<web::Json<RoomView>, Problem> {
    let room = cut(&backend, &id, &by, asked).await?;
    Ok(web::Json(ask(&backend.power.room, GetRoom(room)).await??))
}

/// Takes a cut back, releases a trip, and lets a stubborn relay be tried again. What others want, stands.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 200, body = RoomView), OrderRefusals), security(("token" = []))
)]
#[post("/api/rooms/{id}/restore")]
pub async fn restore_room(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<RoomView>, Problem> {
    let room = restore(&backend, &id, &by, asked).await?;
    Ok(web::Json(ask(&backend.power.room, GetRoom(room)).await??))
}

/// Other limits for a room, in watts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsAsked {
    limit_w: f64,
    night_limit_w: Option<f64>,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

/// Gives a room other limits; never above what its circuit is rated for.
#[utoipa::path(
    params(("id" = String, Path)), request_body = LimitsAsked,
    responses((status = 200, body = RoomView), OrderRefusals), security(("token" = []))
)]
#[post("/api/rooms/{id}/limits")]
pub async fn limit_room(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<LimitsAsked>,
) -> Result<web::Json<RoomView>, Problem> {
    let (room, area) = room_of(&backend, &id)?;
    let LimitsAsked { limit_w, night_limit_w, why } = asked;
    let (by, audited) = by.order(&backend, Place::Supply(area), &id, &why)?;
    let order = LimitRoom { room: room.clone(), limit_w, night_limit_w, by, why: why.0 };
    ask(&backend.power.limit, order).await??;
    audited.await?;
    Ok(web::Json(ask(&backend.power.room, GetRoom(room)).await??))
}

/// Puts the meter that answers on record as the room's: it was exchanged.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 200, body = RoomView), OrderRefusals), security(("token" = []))
)]
#[post("/api/rooms/{id}/meter")]
pub async fn accept_meter(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<RoomView>, Problem> {
    let (room, area) = room_of(&backend, &id)?;
    let (by, audited) = by.order(&backend, Place::Supply(area), &id, &asked.why)?;
    let order = AcceptMeter { room: room.clone(), by, why: asked.why.0 };
    ask(&backend.power.accept_meter, order).await??;
    audited.await?;
    Ok(web::Json(ask(&backend.power.room, GetRoom(room)).await??))
}

/// What an order for an area came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomsTold {
    /// The rooms that it concerned.
    rooms: Vec<String>,
    /// When the last of them has its turn, if they get power back one after the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    done_at: Option<String>,
}

impl RoomsTold {
    fn of(rooms: &[RoomId]) -> web::Json<Self> {
        let rooms = rooms.iter().map(ToString::to_string).collect();
        web::Json(Self { rooms, done_at: None })
    }
}

/// Makes every room within an area dark.
#[utoipa::path(
    params(("id" = String, Path)), request_body = CutAsked,
    responses((status = 200, body = RoomsTold), OrderRefusals), security(("token" = []))
)]
#[post("/api/areas/{id}/rooms/cut")]
pub async fn cut_rooms(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<CutAsked>,
) -> Result<web::Json<RoomsTold>, Problem> {
    let area = known_area(&backend, &id)?.id.clone();
    let until = until(asked.until, backend.clock.now())?;
    let (by, audited) = by.order(&backend, Place::Supply(&area), &id, &asked.why)?;
    let order = CutRooms { area, by, why: asked.why.0, until };
    let told = ask(&backend.power.cut_all, order).await??;
    audited.await?;
    Ok(RoomsTold::of(&told))
}

/// Takes the cuts of all rooms within an area back, one group after the other. Trips are released
/// room by room.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 200, body = RoomsTold), OrderRefusals), security(("token" = []))
)]
#[post("/api/areas/{id}/rooms/restore")]
pub async fn restore_rooms(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<RoomsTold>, Problem> {
    let area = known_area(&backend, &id)?.id.clone();
    let (by, audited) = by.order(&backend, Place::Supply(&area), &id, &asked.why)?;
    let order = RestoreRooms { area, by, why: asked.why.0 };
    let turns = ask(&backend.power.restore_all, order).await??;
    audited.await?;
    let last = turns.iter().map(|(_, at)| *at).max();
    let done_at = last.map(|at| local(at, backend.site.zone));
    let rooms = turns.iter().map(|(room, _)| room.to_string()).collect();
    Ok(web::Json(RoomsTold { rooms, done_at }))
}

/// Gives every room within an area other limits, or none of them if one cannot have them.
#[utoipa::path(
    params(("id" = String, Path)), request_body = LimitsAsked,
    responses((status = 200, body = RoomsTold), OrderRefusals), security(("token" = []))
)]
#[post("/api/areas/{id}/rooms/limits")]
pub async fn limit_rooms(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<LimitsAsked>,
) -> Result<web::Json<RoomsTold>, Problem> {
    let area = known_area(&backend, &id)?.id.clone();
    let LimitsAsked { limit_w, night_limit_w, why } = asked;
    let (by, audited) = by.order(&backend, Place::Supply(&area), &id, &why)?;
    let order = LimitRooms { area, limit_w, night_limit_w, by, why: why.0 };
    let told = ask(&backend.power.limit_all, order).await??;
    audited.await?;
    Ok(RoomsTold::of(&told))
}
