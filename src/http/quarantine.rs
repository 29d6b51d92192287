//! Registers of meters that are not believed: both readings side by side, and what a person decides.

use actix_web::{get, post, web};
use onecard_rules::{billing::Bill, operator::Place, usage::Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Backend,
    asked::{Body, Why},
    desks::ask,
    operator::{Operator, Reader},
    power::{room_of, sees},
    problem::{Code, OrderRefusals, Problem, Refusals},
};
use crate::billing::{BillingRefusal, DecideReading, GetParked, ParkedView};

impl From<BillingRefusal> for Problem {
    fn from(refusal: BillingRefusal) -> Self {
        let told = refusal.to_string();
        let code = match refusal {
            BillingRefusal::NotBilled(_) => Code::NotBilled,
            BillingRefusal::NothingParked(_) => Code::NothingParked,
            BillingRefusal::Busy(_) => Code::BillingBusy,
            BillingRefusal::Uncharged(_) => Code::Uncharged,
            BillingRefusal::NotRecorded => Code::NotRecorded,
        };
        Self::new(code, told)
    }
}

/// Registers that are not believed: nothing is billed in these rooms until somebody has decided.
#[utoipa::path(
    responses((status = 200, body = Vec<ParkedView>), Refusals), security(("token" = []))
)]
#[get("/api/quarantine")]
pub async fn get_quarantine(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<ParkedView>>, Problem> {
    let mut parked = ask(&backend.billing.parked, GetParked).await?;
    parked.retain(|parked| sees(&who, &backend, &parked.area));
    Ok(web::Json(parked))
}

/// What becomes of the register.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionAsked {
    /// The meter is right from here on; `quantity_wh` was used until then.
    GoOn,
    /// What it showed was wrong and is right again: go on from what is billed.
    Discard,
}

/// What a register is worth.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadingAsked {
    decision: DecisionAsked,
    /// With `go_on`: what was used until then, in Wh; 0 if not given.
    quantity_wh: Option<u64>,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

/// What was billed by the decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecidedView {
    room: String,
    quantity_wh: u64,
    amount_fen: i64,
}

/// Says what a register that is not believed is worth.
#[utoipa::path(
    params(("id" = String, Path)), request_body = ReadingAsked,
    responses((status = 200, body = DecidedView), OrderRefusals), security(("token" = []))
)]
#[post("/api/rooms/{id}/reading")]
pub async fn decide_reading(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<ReadingAsked>,
) -> Result<web::Json<DecidedView>, Problem> {
    let (room, area) = room_of(&backend, &id)?;
    let ReadingAsked { decision, quantity_wh, why } = asked;
    let (by, audited) = by.order(&backend, Place::Supply(area), &id, &why)?;
    let reason = why.0;
    let decision = match (decision, quantity_wh) {
        (DecisionAsked::GoOn, quantity) => {
            Decision::GoOnFrom { quantity: quantity.unwrap_or(0), by, reason }
        }
        (DecisionAsked::Discard, None) => Decision::Discard { by, reason },
        (DecisionAsked::Discard, Some(_)) => {
            let detail = "`quantity_wh` goes with `go_on` only; leave it out";
            return Err(Problem::bad_field("quantity_wh", detail));
        }
    };
    let bill = ask(&backend.billing.decide, DecideReading { room, decision }).await??;
    audited.await?;
    let of = |bill: &Bill| (bill.quantity_wh, bill.amount.get());
    let (quantity_wh, amount_fen) = bill.as_ref().map_or((0, 0), of);
    Ok(web::Json(DecidedView { room: id.into_inner(), quantity_wh, amount_fen }))
}
