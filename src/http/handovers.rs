//! Notes at the change of a shift, from one guard to the next at the same gates.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, get, post, web};
use onecard_devices::gate::wire::local;
use onecard_rules::{ids::GateId, operator::Place};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Backend,
    act::WhyAsked,
    asked::{Body, Why},
    desks::ask,
    operator::{Operator, Reader},
    places::known_gate,
    problem::{Code, OrderRefusals, Problem, Refusals},
};
use crate::handovers::{GetHandovers, HandoverRefusal, TakeHandover, WriteHandover};

impl From<HandoverRefusal> for Problem {
    fn from(refusal: HandoverRefusal) -> Self {
        let code = match refusal {
            HandoverRefusal::NotStanding => Code::UnknownNote,
            HandoverRefusal::Full => Code::TooManyNotes,
            HandoverRefusal::NotRecorded => Code::NotRecorded,
        };
        Self::new(code, refusal.to_string())
    }
}

/// A note that nobody has taken over.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverView {
    id: String,
    at: String,
    by: String,
    /// The gates that it is about.
    gates: Vec<String>,
    text: String,
}

/// The notes that stand at one's own gates, the oldest first.
#[utoipa::path(
    responses((status = 200, body = [HandoverView]), Refusals), security(("token" = []))
)]
#[get("/api/handovers")]
pub async fn get_handovers(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<HandoverView>>, Problem> {
    let gates = backend.site.gates.values();
    let own = gates.filter(|gate| who.sees(&backend, Place::Gate(gate)));
    let gates = own.map(|gate| gate.id.clone()).collect();
    let found = ask(&backend.handovers.standing, GetHandovers { gates }).await?;
    let view = |note: onecard_rules::handover::Handover| HandoverView {
        id: note.note,
        at: local(note.at, backend.site.zone),
        by: note.by.to_string(),
        gates: note.gates.iter().map(ToString::to_string).collect(),
        text: note.text,
    };
    Ok(web::Json(found.into_iter().map(view).collect()))
}

/// What the next must know.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverAsked {
    /// The gates that it is about: at least one.
    #[schema(value_type = Vec<String>, min_items = 1)]
    gates: BTreeSet<GateId>,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    text: Why,
}

/// The note that was left.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverWritten {
    id: String,
}

/// Leaves a note for whoever is next at these gates.
#[utoipa::path(
    request_body = HandoverAsked,
    responses((status = 200, body = HandoverWritten), OrderRefusals), security(("token" = []))
)]
#[post("/api/handovers")]
pub async fn write_handover(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<HandoverAsked>,
) -> Result<web::Json<HandoverWritten>, Problem> {
    if asked.gates.is_empty() {
        return Err(Problem::bad_field("gates", "name the gates that it is about"));
    }
    let mut places = Vec::new();
    for gate in &asked.gates {
        places.push(Place::Gate(known_gate(&backend, gate.as_str())?));
    }
    let names: Vec<&str> = asked.gates.iter().map(GateId::as_str).collect();
    let (by, audited) = by.order_at(&backend, &places, &names.join("/"), &asked.text)?;
    let order = WriteHandover { gates: asked.gates, by, text: asked.text.0 };
    let id = ask(&backend.handovers.write, order).await??;
    audited.await?;
    Ok(web::Json(HandoverWritten { id }))
}

/// Takes a note over: it is shown no more.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 204), OrderRefusals), security(("token" = []))
)]
#[post("/api/handovers/{id}/take")]
pub async fn take_handover(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<HttpResponse, Problem> {
    let gates = backend.site.gates.values();
    let own = gates.filter(|gate| by.may(&backend, Place::Gate(gate)));
    let own: BTreeSet<GateId> = own.map(|gate| gate.id.clone()).collect();
    let standing = ask(&backend.handovers.standing, GetHandovers { gates: own.clone() }).await?;
    let note = standing.into_iter().find(|note| note.note == **id);
    // One that stands at another's gates is not told from one that stands nowhere.
    let note = note.ok_or(HandoverRefusal::NotStanding)?;
    let gate = note.gates.iter().find(|gate| own.contains(*gate));
    let gate = gate.and_then(|gate| backend.site.gates.get(gate));
    let place = gate.map_or(Place::Site, Place::Gate);
    let (by, audited) = by.order(&backend, place, &id, &asked.why)?;
    let order = TakeHandover { note: note.note, by, why: asked.why.0 };
    ask(&backend.handovers.take, order).await??;
    audited.await?;
    Ok(HttpResponse::NoContent().finish())
}
