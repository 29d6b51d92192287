//! Taps: how they are, who uses them, and what operators order there.

use actix_web::{delete, get, post, web};
use onecard_rules::{ids::TapId, operator::Place, site::Tap};

use super::{
    Backend,
    act::WhyAsked,
    asked::Body,
    desks::ask,
    operator::{Operator, Reader},
    problem::{Code, OrderRefusals, Problem, Refusals},
};
use crate::water::{FreeTap, GetTap, GetTaps, ShutTap, TapView, WaterRefusal};

impl From<WaterRefusal> for Problem {
    fn from(refusal: WaterRefusal) -> Self {
        let code = match &refusal {
            WaterRefusal::NoTap(_) => Code::UnknownTap,
            WaterRefusal::NotShut(_) => Code::TapNotShut,
            WaterRefusal::NotRecorded => Code::NotRecorded,
        };
        Self::new(code, refusal.to_string())
    }
}

/// The tap of that name.
fn tap_of<'a>(backend: &'a Backend, text: &str) -> Result<&'a Tap, Problem> {
    let tap = TapId::new(text)
        .map_err(|wrong| Problem::new(Code::UnknownTap, format!("`{text}` is no tap: {wrong}")))?;
    backend.site.taps.get(&tap).ok_or_else(|| WaterRefusal::NoTap(tap).into())
}

/// All taps: their valves, and who uses them.
#[utoipa::path(responses((status = 200, body = Vec<TapView>), Refusals), security(("token" = [])))]
#[get("/api/taps")]
pub async fn get_taps(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<TapView>>, Problem> {
    let mut taps = ask(&backend.water.taps, GetTaps).await?;
    taps.retain(|tap| {
        let known = backend.site.taps.get(tap.tap.as_str());
        known.is_some_and(|known| who.sees(&backend, Place::Supply(&known.area)))
    });
    Ok(web::Json(taps))
}

/// A tap: its valve, and who uses it.
#[utoipa::path(
    params(("id" = String, Path)),
    responses((status = 200, body = TapView), OrderRefusals), security(("token" = []))
)]
#[get("/api/taps/{id}")]
pub async fn get_tap(
    who: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
) -> Result<web::Json<TapView>, Problem> {
    let tap = tap_of(&backend, &id)?;
    who.must_see(&backend, Place::Supply(&tap.area))?;
    Ok(web::Json(ask(&backend.water.tap, GetTap(tap.id.clone())).await??))
}

/// Stops the water, and takes the tap out of use until it is given back.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 200, body = TapView), OrderRefusals), security(("token" = []))
)]
#[post("/api/taps/{id}/shut")]
pub async fn shut_tap(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<TapView>, Problem> {
    let known = tap_of(&backend, &id)?;
    let (by, audited) = by.order(&backend, Place::Supply(&known.area), &id, &asked.why)?;
    let tap = known.id.clone();
    ask(&backend.water.shut, ShutTap { tap: tap.clone(), by, why: asked.why.0 }).await??;
    audited.await?;
    Ok(web::Json(ask(&backend.water.tap, GetTap(tap)).await??))
}

/// Gives a tap back to use. `why` may be in the query instead of a body.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 200, body = TapView), OrderRefusals), security(("token" = []))
)]
#[delete("/api/taps/{id}/shut")]
pub async fn free_tap(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<TapView>, Problem> {
    let known = tap_of(&backend, &id)?;
    let (by, audited) = by.order(&backend, Place::Supply(&known.area), &id, &asked.why)?;
    let tap = known.id.clone();
    ask(&backend.water.free, FreeTap { tap: tap.clone(), by, why: asked.why.0 }).await??;
    audited.await?;
    Ok(web::Json(ask(&backend.water.tap, GetTap(tap)).await??))
}
