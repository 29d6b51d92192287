//! What operators can order. Each order needs a reason, is recorded with name and reason, and is
//! answered when it is on record.

use actix_web::{HttpResponse, delete, post, web};
use onecard_rules::{
    ids::{AreaId, PersonId},
    mode::{MeasureKind, Mode},
    operator::Place,
    site::Direction,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Backend,
    asked::{Body, Until, Why, until},
    desks::ask,
    operator::Operator,
    places::{known_area, known_gate},
    problem::{Code, OrderRefusals, Problem},
};
use crate::access::{
    BeginMeasure, EndMeasure, Forgive, Forgiven, OpenGate, OrderRefusal, SetOverride,
    state::OrderMistake,
};

impl From<OrderRefusal> for Problem {
    fn from(refusal: OrderRefusal) -> Self {
        let code = match &refusal {
            OrderRefusal::Mistake(OrderMistake::UnknownGate(_)) => Code::UnknownGate,
            OrderRefusal::Mistake(OrderMistake::UnknownArea(_)) => Code::UnknownArea,
            OrderRefusal::Mistake(OrderMistake::NothingToEnd(_)) => Code::NothingToEnd,
            OrderRefusal::Mistake(OrderMistake::NoOverride(_)) => Code::NoOverride,
            OrderRefusal::Mistake(OrderMistake::NothingToForgive(_)) => Code::NothingToForgive,
            OrderRefusal::NotRecorded => Code::NotRecorded,
            OrderRefusal::GateBusy(_) => Code::GateBusy,
        };
        Self::new(code, refusal.to_string())
    }
}

/// Open once.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAsked {
    /// `in` or `out`.
    #[schema(value_type = String, pattern = "in|out")]
    direction: Direction,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

/// What was decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct Opened {
    /// Also in the entry row, the command and the passage.
    decision: String,
}

pub(super) async fn open(
    backend: &Backend,
    id: &str,
    by: &Operator,
    asked: OpenAsked,
) -> Result<Opened, Problem> {
    let gate = known_gate(backend, id)?;
    let (by, audited) = by.order(backend, Place::Gate(gate), id, &asked.why)?;
    let gate = gate.id.clone();
    let order = OpenGate { gate, direction: asked.direction, by, why: asked.why.0 };
    let decision = ask(&backend.access.open, order).await??;
    audited.await?;
    Ok(Opened { decision: decision.to_string() })
}

/// Opens a gate once.
#[utoipa::path(
    params(("id" = String, Path)), request_body = OpenAsked,
    responses((status = 200, body = Opened), OrderRefusals), security(("token" = []))
)]
#[post("/api/gates/{id}/open")]
pub async fn open_gate(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<OpenAsked>,
) -> Result<web::Json<Opened>, Problem> {
    open(&backend, &id, &by, asked).await.map(web::Json)
}

/// How an operator can have a single gate stand.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateMode {
    /// Shut; each passage needs a permit.
    Secure,
    /// Open to everybody.
    Free,
    /// Out of use: nobody is let in, anybody may leave.
    Blocked,
}

impl From<GateMode> for Mode {
    fn from(mode: GateMode) -> Self {
        match mode {
            GateMode::Secure => Self::Secure,
            GateMode::Free => Self::Free,
            GateMode::Blocked => Self::Blocked,
        }
    }
}

/// How a gate shall stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModeAsked {
    /// Null takes the standing order back.
    #[serde(deserialize_with = "Option::deserialize")]
    mode: Option<GateMode>,
    /// Ends by itself then, RFC 3339.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Until>,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

/// What an order moved.
#[derive(Debug, Serialize, ToSchema)]
pub struct Told {
    /// Gates that were told to stand otherwise. Which of them have not confirmed it, `/api/areas`
    /// and `/api/gates?unconfirmed=true` say.
    gates: Vec<String>,
}

/// Gives a gate a standing order.
#[utoipa::path(
    params(("id" = String, Path)), request_body = ModeAsked,
    responses((status = 200, body = Told), OrderRefusals), security(("token" = []))
)]
#[post("/api/gates/{id}/mode")]
pub async fn set_gate_mode(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<ModeAsked>,
) -> Result<web::Json<Told>, Problem> {
    let until = until(asked.until, backend.clock.now())?;
    override_gate(&backend, &id, asked.mode.map(Mode::from), until, &by, asked.why).await
}

/// Why something is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhyAsked {
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    pub why: Why,
}

/// Takes a gate's standing order back. `why` may be in the query instead of a body.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 200, body = Told), OrderRefusals), security(("token" = []))
)]
#[delete("/api/gates/{id}/mode")]
pub async fn clear_gate_mode(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<Told>, Problem> {
    override_gate(&backend, &id, None, None, &by, asked.why).await
}

async fn override_gate(
    backend: &Backend,
    id: &str,
    mode: Option<Mode>,
    until: Option<onecard_rules::Time>,
    by: &Operator,
    why: Why,
) -> Result<web::Json<Told>, Problem> {
    let gate = known_gate(backend, id)?;
    let (by, audited) = by.order(backend, Place::Gate(gate), id, &why)?;
    let (gate, gates) = (gate.id.clone(), vec![gate.id.to_string()]);
    let order = SetOverride { gate, mode, by, why: why.0, until };
    ask(&backend.access.set_override, order).await??;
    audited.await?;
    Ok(web::Json(Told { gates }))
}

/// A measure over an area.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureAsked {
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
    /// Ends by itself then, RFC 3339.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Until>,
}

pub(super) async fn begin(
    backend: &Backend,
    kind: MeasureKind,
    id: &str,
    by: &Operator,
    asked: MeasureAsked,
) -> Result<Told, Problem> {
    let area = known_area(backend, id)?.id.clone();
    let until = until(asked.until, backend.clock.now())?;
    let (by, audited) = by.order(backend, Place::Area(&area), id, &asked.why)?;
    let order = BeginMeasure { kind, area, by, why: asked.why.0, until };
    let gates = ask(&backend.access.begin, order).await??;
    audited.await?;
    Ok(Told { gates: gates.iter().map(ToString::to_string).collect() })
}

pub(super) async fn end(
    backend: &Backend,
    kind: MeasureKind,
    id: &str,
    by: &Operator,
    asked: WhyAsked,
) -> Result<Told, Problem> {
    let area = known_area(backend, id)?.id.clone();
    let (by, audited) = by.order(backend, Place::Area(&area), id, &asked.why)?;
    let order = EndMeasure { kind, area, by, why: asked.why.0 };
    let gates = ask(&backend.access.end, order).await??;
    audited.await?;
    Ok(Told { gates: gates.iter().map(ToString::to_string).collect() })
}

/// Locks an area down: nobody enters, anybody may leave.
#[utoipa::path(
    params(("id" = String, Path)), request_body = MeasureAsked,
    responses((status = 200, body = Told), OrderRefusals), security(("token" = []))
)]
#[post("/api/areas/{id}/lockdown")]
pub async fn begin_lockdown(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<MeasureAsked>,
) -> Result<web::Json<Told>, Problem> {
    begin(&backend, MeasureKind::Lockdown, &id, &by, asked).await.map(web::Json)
}

/// Ends a lock-down. `why` may be in the query instead of a body.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 200, body = Told), OrderRefusals), security(("token" = []))
)]
#[delete("/api/areas/{id}/lockdown")]
pub async fn end_lockdown(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<Told>, Problem> {
    end(&backend, MeasureKind::Lockdown, &id, &by, asked).await.map(web::Json)
}

/// Ends a lock-down, for clients that cannot send DELETE.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 200, body = Told), OrderRefusals), security(("token" = []))
)]
#[post("/api/areas/{id}/release")]
pub async fn release_lockdown(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<Told>, Problem> {
    end(&backend, MeasureKind::Lockdown, &id, &by, asked).await.map(web::Json)
}

/// Has every gate of an area stand open, for a fire or an evacuation.
#[utoipa::path(
    params(("id" = String, Path)), request_body = MeasureAsked,
    responses((status = 200, body = Told), OrderRefusals), security(("token" = []))
)]
#[post("/api/areas/{id}/emergency")]
pub async fn begin_emergency(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<MeasureAsked>,
) -> Result<web::Json<Told>, Problem> {
    begin(&backend, MeasureKind::Release, &id, &by, asked).await.map(web::Json)
}

/// Ends an emergency release; where everybody within is, is forgotten.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 200, body = Told), OrderRefusals), security(("token" = []))
)]
#[delete("/api/areas/{id}/emergency")]
pub async fn end_emergency(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<Told>, Problem> {
    end(&backend, MeasureKind::Release, &id, &by, asked).await.map(web::Json)
}

/// Whom anti-passback shall forgive: one person, or everybody within an area.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgiveAsked {
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
    #[schema(value_type = Option<String>)]
    area: Option<AreaId>,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

/// Forgets where somebody is, so that anti-passback lets them in.
#[utoipa::path(
    request_body = ForgiveAsked,
    responses((status = 204), OrderRefusals), security(("token" = []))
)]
#[post("/api/passback/forgive")]
pub async fn forgive_passback(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<ForgiveAsked>,
) -> Result<HttpResponse, Problem> {
    let (whom, (by, audited)) = match (asked.person, asked.area) {
        (Some(person), None) => {
            // It counts wherever the person goes.
            let order = by.order(&backend, Place::Site, person.as_str(), &asked.why)?;
            (Forgiven::Person(person), order)
        }
        (None, Some(area)) => {
            let area = known_area(&backend, area.as_str())?.id.clone();
            let order = by.order(&backend, Place::Area(&area), area.as_str(), &asked.why)?;
            (Forgiven::Area(area), order)
        }
        (Some(_), Some(_)) | (None, None) => {
            return Err(Problem::bad_field("person", "name either a `person` or an `area`"));
        }
    };
    let order = Forgive { whom, by, why: asked.why.0 };
    ask(&backend.access.forgive, order).await??;
    audited.await?;
    Ok(HttpResponse::NoContent().finish())
}
