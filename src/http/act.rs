//! What operators can order. Each order needs a reason, is recorded with name and reason, and is
//! answered when it is on record.

use actix_web::{delete, post, web};
use chrono::{DateTime, FixedOffset};
use onecard_rules::{
    event::{DeviceKind, Subject},
    ids::{GateId, PersonId},
    mode::{MeasureKind, Mode},
    reason::Reason,
    site::Direction,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Backend,
    operator::Operator,
    problem::Problem,
    read::{busy, known_area},
};
use crate::{
    access::{
        BeginMeasure, EndMeasure, Forgive, Forgiven, OpenGate, OrderRefusal, SetOverride,
        state::OrderMistake,
    },
    alarms::{Acknowledge, AcknowledgeRefusal},
    campus::meant,
};

impl From<OrderRefusal> for Problem {
    fn from(refusal: OrderRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            OrderRefusal::Mistake(OrderMistake::UnknownGate(_) | OrderMistake::UnknownArea(_)) => {
                Self::not_found("id", &detail, None)
            }
            OrderRefusal::Mistake(
                OrderMistake::NothingToEnd(_)
                | OrderMistake::NoOverride(_)
                | OrderMistake::NothingToForgive(_),
            ) => Self::conflict(detail),
            OrderRefusal::NotRecorded | OrderRefusal::GateBusy(_) => Self::unavailable(detail),
        }
    }
}

/// A reason that says something.
fn why(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 500 {
        return Err(Problem::unprocessable("why", "say why, in at most 500 characters"));
    }
    Ok(text.to_owned())
}

fn known_gate(backend: &Backend, id: &str) -> Result<GateId, Problem> {
    backend.site.gates.get(id).map(|gate| gate.id.clone()).ok_or_else(|| {
        let meant = meant(id, backend.site.gates.keys().map(GateId::as_str));
        Problem::not_found("gate", &format!("there is no gate `{id}`"), meant)
    })
}

/// Open once.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAsked {
    /// `in` or `out`.
    #[schema(value_type = String)]
    direction: Direction,
    why: String,
}

/// What was decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct Opened {
    decision: String,
}

/// Opens a gate once.
#[utoipa::path(params(("id" = String, Path)), request_body = OpenAsked, responses((status = 200, body = Opened), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)), security(("token" = [])))]
#[post("/api/gates/{id}/open")]
pub async fn open_gate(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    asked: web::Json<OpenAsked>,
) -> Result<web::Json<Opened>, Problem> {
    let gate = known_gate(&backend, &id)?;
    let (direction, why) = (asked.direction, why(&asked.why)?);
    let order = OpenGate { gate, direction, by: by.0, why };
    let decision = backend.access.send(order).await.map_err(|_| busy())??;
    Ok(web::Json(Opened { decision: decision.to_string() }))
}

/// How a gate shall stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModeAsked {
    /// `secure`, `free` (open to everybody) or `blocked` (out of use).
    #[schema(value_type = String)]
    mode: Mode,
    /// Ends by itself then, RFC 3339.
    until: Option<DateTime<FixedOffset>>,
    why: String,
}

/// Gives a gate a standing order.
#[utoipa::path(params(("id" = String, Path)), request_body = ModeAsked, responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)), security(("token" = [])))]
#[post("/api/gates/{id}/mode")]
pub async fn set_gate_mode(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    asked: web::Json<ModeAsked>,
) -> Result<actix_web::HttpResponse, Problem> {
    let gate = known_gate(&backend, &id)?;
    match asked.mode {
        Mode::Secure | Mode::Free | Mode::Blocked => {}
        Mode::LockedDown | Mode::Released => {
            let detail = "a single gate is `secure`, `free` or `blocked`; lock-downs and emergency \
                          releases are of areas";
            return Err(Problem::unprocessable("mode", detail));
        }
    }
    let (mode, until) = (Some(asked.mode), asked.until.map(|until| until.to_utc()));
    let order = SetOverride { gate, mode, by: by.0, why: why(&asked.why)?, until };
    backend.access.send(order).await.map_err(|_| busy())??;
    Ok(actix_web::HttpResponse::NoContent().finish())
}

/// Why something is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhyAsked {
    why: String,
}

/// Takes a gate's standing order back.
#[utoipa::path(params(("id" = String, Path)), request_body = WhyAsked, responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)), security(("token" = [])))]
#[delete("/api/gates/{id}/mode")]
pub async fn clear_gate_mode(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    asked: web::Json<WhyAsked>,
) -> Result<actix_web::HttpResponse, Problem> {
    let gate = known_gate(&backend, &id)?;
    let order = SetOverride { gate, mode: None, by: by.0, why: why(&asked.why)?, until: None };
    backend.access.send(order).await.map_err(|_| busy())??;
    Ok(actix_web::HttpResponse::NoContent().finish())
}

/// A measure over an area.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureAsked {
    why: String,
    /// Ends by itself then, RFC 3339.
    until: Option<DateTime<FixedOffset>>,
}

/// What a measure moved.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasureDone {
    /// Gates that were told to stand otherwise. Those that have not confirmed stand in
    /// `GET /api/areas`.
    gates: Vec<String>,
}

async fn begin(
    backend: &Backend,
    kind: MeasureKind,
    id: &str,
    by: Operator,
    asked: &MeasureAsked,
) -> Result<web::Json<MeasureDone>, Problem> {
    let area = known_area(backend, id)?;
    let until = asked.until.map(|until| until.to_utc());
    let order = BeginMeasure { kind, area, by: by.0, why: why(&asked.why)?, until };
    let gates = backend.access.send(order).await.map_err(|_| busy())??;
    Ok(web::Json(MeasureDone { gates: gates.iter().map(ToString::to_string).collect() }))
}

async fn end(
    backend: &Backend,
    kind: MeasureKind,
    id: &str,
    by: Operator,
    asked: &WhyAsked,
) -> Result<web::Json<MeasureDone>, Problem> {
    let area = known_area(backend, id)?;
    let order = EndMeasure { kind, area, by: by.0, why: why(&asked.why)? };
    let gates = backend.access.send(order).await.map_err(|_| busy())??;
    Ok(web::Json(MeasureDone { gates: gates.iter().map(ToString::to_string).collect() }))
}

/// Locks an area down: nobody enters, anybody may leave.
#[utoipa::path(params(("id" = String, Path)), request_body = MeasureAsked, responses((status = 200, body = MeasureDone), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)), security(("token" = [])))]
#[post("/api/areas/{id}/lockdown")]
pub async fn begin_lockdown(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    asked: web::Json<MeasureAsked>,
) -> Result<web::Json<MeasureDone>, Problem> {
    begin(&backend, MeasureKind::Lockdown, &id, by, &asked).await
}

/// Ends a lock-down.
#[utoipa::path(params(("id" = String, Path)), request_body = WhyAsked, responses((status = 200, body = MeasureDone), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)), security(("token" = [])))]
#[post("/api/areas/{id}/release")]
pub async fn end_lockdown(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    asked: web::Json<WhyAsked>,
) -> Result<web::Json<MeasureDone>, Problem> {
    end(&backend, MeasureKind::Lockdown, &id, by, &asked).await
}

/// Releases every gate of an area, for a fire or an evacuation.
#[utoipa::path(params(("id" = String, Path)), request_body = MeasureAsked, responses((status = 200, body = MeasureDone), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)), security(("token" = [])))]
#[post("/api/areas/{id}/emergency")]
pub async fn begin_emergency(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    asked: web::Json<MeasureAsked>,
) -> Result<web::Json<MeasureDone>, Problem> {
    begin(&backend, MeasureKind::Release, &id, by, &asked).await
}

/// Ends an emergency release; where everybody within is, is forgotten.
#[utoipa::path(params(("id" = String, Path)), request_body = WhyAsked, responses((status = 200, body = MeasureDone), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)), security(("token" = [])))]
#[delete("/api/areas/{id}/emergency")]
pub async fn end_emergency(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    asked: web::Json<WhyAsked>,
) -> Result<web::Json<MeasureDone>, Problem> {
    end(&backend, MeasureKind::Release, &id, by, &asked).await
}

/// Whom anti-passback shall forgive: one person, or everybody within an area.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgiveAsked {
    person: Option<String>,
    area: Option<String>,
    why: String,
}

/// Forgets where somebody is, so that anti-passback lets them in.
#[utoipa::path(request_body = ForgiveAsked, responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)), security(("token" = [])))]
#[post("/api/passback/forgive")]
pub async fn forgive_passback(
    by: Operator,
    backend: web::Data<Backend>,
    asked: web::Json<ForgiveAsked>,
) -> Result<actix_web::HttpResponse, Problem> {
    let whom = match (&asked.person, &asked.area) {
        (Some(person), None) => Forgiven::Person(
            PersonId::new(person)
                .map_err(|wrong| Problem::unprocessable("person", &wrong.to_string()))?,
        ),
        (None, Some(area)) => Forgiven::Area(known_area(&backend, area)?),
        (Some(_), Some(_)) | (None, None) => {
            return Err(Problem::unprocessable("person", "name either `person` or `area`"));
        }
    };
    let order = Forgive { whom, by: by.0, why: why(&asked.why)? };
    backend.access.send(order).await.map_err(|_| busy())??;
    Ok(actix_web::HttpResponse::NoContent().finish())
}

/// Which alarm was seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeAsked {
    area: String,
    /// `gate`, `reader` or `controller`.
    #[schema(value_type = String)]
    kind: DeviceKind,
    device: String,
    #[schema(value_type = String)]
    reason: Reason,
    why: String,
}

/// Notes that an alarm was seen.
#[utoipa::path(request_body = AcknowledgeAsked, responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)), security(("token" = [])))]
#[post("/api/alarms/acknowledge")]
pub async fn acknowledge_alarm(
    by: Operator,
    backend: web::Data<Backend>,
    asked: web::Json<AcknowledgeAsked>,
) -> Result<actix_web::HttpResponse, Problem> {
    let asked = asked.into_inner();
    let subject = Subject { area: asked.area, kind: asked.kind, device: asked.device };
    let order = Acknowledge { subject, reason: asked.reason, by: by.0, why: why(&asked.why)? };
    match backend.alarms.send(order).await.map_err(|_| busy())? {
        Ok(()) => Ok(actix_web::HttpResponse::NoContent().finish()),
        Err(refusal @ AcknowledgeRefusal::NotStanding) => {
            Err(Problem::conflict(refusal.to_string()))
        }
        Err(refusal @ AcknowledgeRefusal::NotRecorded) => {
            Err(Problem::unavailable(refusal.to_string()))
        }
    }
}
