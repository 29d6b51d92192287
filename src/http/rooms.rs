//! What happened to a room, and what it drew, over days.

use actix_web::{get, web};
use chrono::TimeDelta;
use onecard_devices::gate::wire::local;
use onecard_rules::operator::Place;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    Backend,
    asked::parameter,
    operator::Reader,
    power::room_of,
    problem::{Problem, Refusals},
    read::limit,
};
use crate::{
    power::history::{self, DAYS, SLOT_S},
    store::database::DatabaseReader,
};

/// How many are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsAsked {
    /// 1 to 1,000; 100 if not given.
    #[param(value_type = Option<usize>)]
    limit: Option<String>,
}

/// What happened to a room last, the newest first: trips with the samples that they rest on, recloses,
/// orders. The latest three hundred are kept; the journal has all.
#[utoipa::path(
    params(("id" = String, Path), EventsAsked),
    responses((status = 200, body = Vec<Object>, description = "As over MQTT (`event` of a room)"), Refusals),
    security(("token" = []))
)]
#[get("/api/rooms/{id}/events")]
pub async fn get_events(
    who: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    asked: web::Query<EventsAsked>,
) -> Result<web::Json<Vec<Value>>, Problem> {
    let (room, area) = room_of(&backend, &id)?;
    who.must_see(&backend, Place::Supply(area))?;
    let limit = limit(asked.limit.as_deref())?;
    let file = backend.database.clone();
    let found = web::block(move || DatabaseReader::open(&file)?.room_events(&room, limit)).await;
    let found = found.map_err(|_| Problem::no_answer())?.map_err(Problem::store)?;
    let rows = found.into_iter().filter_map(|body| serde_json::from_str(&body).ok());
    Ok(web::Json(rows.collect()))
}

/// How far back.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PowerAsked {
    /// 1 to 31; 1 if not given.
    #[param(value_type = Option<i64>)]
    days: Option<String>,
}

/// Five minutes of a room.
#[derive(Debug, Serialize, ToSchema)]
pub struct PowerSpan {
    /// When they began.
    at: String,
    mean_w: i16,
    peak_w: i16,
}

/// What a room drew.
#[derive(Debug, Serialize, ToSchema)]
pub struct PowerPast {
    room: String,
    /// How long a span is.
    span_s: i64,
    /// The oldest first; spans without a reading are left out.
    spans: Vec<PowerSpan>,
}

/// What a room drew, in means and peaks of five minutes.
#[utoipa::path(
    params(("id" = String, Path), PowerAsked),
    responses((status = 200, body = PowerPast), Refusals), security(("token" = []))
)]
#[get("/api/rooms/{id}/power")]
pub async fn get_power(
    who: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    asked: web::Query<PowerAsked>,
) -> Result<web::Json<PowerPast>, Problem> {
    let (room, area) = room_of(&backend, &id)?;
    who.must_see(&backend, Place::Supply(area))?;
    let days: i64 = parameter("days", asked.days.as_deref())?.unwrap_or(1);
    if !(1..=DAYS).contains(&days) {
        let detail = format!("`days` is {days}; ask for 1 to {DAYS}");
        return Err(Problem::bad_field("days", detail));
    }
    let now = backend.clock.now();
    let since = now - TimeDelta::days(days);
    let (file, name) = (backend.database.clone(), room.to_string());
    let found = web::block(move || {
        let wanted = history::day_of(since)..=history::day_of(now);
        DatabaseReader::open(&file)?.power_days(&room, wanted)
    });
    let found = found.await.map_err(|_| Problem::no_answer())?.map_err(Problem::store)?;
    let spans = found.iter().flat_map(|(day, body)| history::spans(*day, body));
    let spans = spans.filter(|span| span.at >= since).map(|span| PowerSpan {
        at: local(span.at, backend.site.zone),
        mean_w: span.mean_w,
        peak_w: span.peak_w,
    });
    Ok(web::Json(PowerPast { room: name, span_s: SLOT_S, spans: spans.collect() }))
}
