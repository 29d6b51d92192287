//! Orders that the campus wants two people for: what the first has ordered waits here until a second,
//! who may give it too, sends the same.
//!
//! They are in memory: a restart forgets them, and the first orders anew. The audit trail has both.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use actix_web::{HttpResponse, delete, get, web};
use chrono::TimeDelta;
use onecard_devices::gate::wire::local;
use onecard_rules::{
    Time,
    ids::{AreaId, GateId, OperatorId},
    operator::{Action, Place},
    site::Site,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Backend,
    act::WhyAsked,
    asked::Body,
    operator::Operator,
    problem::{Code, OrderRefusals, Problem, Refusals},
};

/// How long the first waits for the second.
const WAIT: TimeDelta = TimeDelta::minutes(15);
/// Most that wait at a time.
const MOST: usize = 200;

/// A request as it was sent: the second must send the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub method: String,
    /// With its query.
    pub path: String,
    pub body: String,
}

/// Where an order counts, for as long as it waits.
#[derive(Debug, Clone)]
enum Spot {
    Site,
    Area(AreaId),
    Supply(AreaId),
    Gate(GateId),
}

impl Spot {
    fn of(place: Place<'_>) -> Self {
        match place {
            Place::Site => Self::Site,
            Place::Area(area) => Self::Area(area.clone()),
            Place::Supply(area) => Self::Supply(area.clone()),
            Place::Gate(gate) => Self::Gate(gate.id.clone()),
        }
    }

    fn place<'a>(&'a self, site: &'a Site) -> Place<'a> {
        match self {
            Self::Site => Place::Site,
            Self::Area(area) => Place::Area(area),
            Self::Supply(area) => Place::Supply(area),
            // Gates do not go away while a controller runs.
            Self::Gate(gate) => site.gates.get(gate).map_or(Place::Site, Place::Gate),
        }
    }
}

/// An order that waits for its second.
#[derive(Debug, Clone)]
struct Proposal {
    id: String,
    action: Action,
    spots: Vec<Spot>,
    sent: Sent,
    target: String,
    why: String,
    by: OperatorId,
    at: Time,
}

/// What is ordered, where, about what and why.
#[derive(Debug, Clone, Copy)]
pub struct Ordered<'a> {
    pub action: Action,
    pub places: &'a [Place<'a>],
    pub target: &'a str,
    pub why: &'a str,
}

/// Orders that wait, and which have to.
#[derive(Debug, Default)]
pub struct Proposals {
    wanted: BTreeSet<Action>,
    waiting: Mutex<Vec<Proposal>>,
}

impl Proposals {
    /// `wanted`: the orders that need two people.
    #[must_use]
    pub fn new(wanted: BTreeSet<Action>) -> Self {
        Self { wanted, waiting: Mutex::default() }
    }

    /// Whether the order needs two people.
    pub fn wants(&self, action: Action) -> bool {
        self.wanted.contains(&action)
    }

    /// The orders that need two people.
    pub fn wanted(&self) -> impl Iterator<Item = Action> {
        self.wanted.iter().copied()
    }

    /// Who ordered the same before, if it was somebody else; the order is done with then. Otherwise it
    /// waits from now on.
    ///
    /// # Errors
    /// When too many wait.
    pub fn second(
        &self,
        by: &OperatorId,
        sent: &Sent,
        ordered: Ordered<'_>,
        now: Time,
    ) -> Result<Option<OperatorId>, Problem> {
        let mut waiting = self.waiting(now);
        let same = waiting.iter().position(|known| known.sent == *sent);
        if let Some(at) = same {
            if waiting.get(at).is_some_and(|known| known.by == *by) {
                return Ok(None);
            }
            return Ok(Some(waiting.swap_remove(at).by));
        }
        if waiting.len() >= MOST {
            let detail = "too many orders wait for a second operator; withdraw some";
            return Err(Problem::new(Code::TooManyProposals, detail));
        }
        let id = format!("{by}-{}-{}", now.timestamp_millis(), waiting.len());
        waiting.push(Proposal {
            id,
            action: ordered.action,
            spots: ordered.places.iter().copied().map(Spot::of).collect(),
            sent: sent.clone(),
            target: ordered.target.to_owned(),
            why: ordered.why.to_owned(),
            by: by.clone(),
            at: now,
        });
        Ok(None)
    }

    fn waiting(&self, now: Time) -> MutexGuard<'_, Vec<Proposal>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|known| now < known.at + WAIT);
        waiting
    }
}

/// An order that waits for a second operator, who sends the same request.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalView {
    id: String,
    /// Such as `begin_emergency`.
    action: &'static str,
    target: String,
    why: String,
    by: String,
    at: String,
    expires_at: String,
    /// Whether who asks has ordered it, and so cannot be the second.
    own: bool,
    /// What is to be sent.
    method: String,
    path: String,
    body: String,
}

fn is_shown(by: &Operator, backend: &Backend, known: &Proposal) -> bool {
    let may = |spot: &Spot| by.would(backend, known.action, spot.place(&backend.site));
    known.spots.iter().all(may)
}

/// The orders that wait, of those that one might give oneself.
#[utoipa::path(
    responses((status = 200, body = [ProposalView]), Refusals), security(("token" = []))
)]
#[get("/api/proposals")]
pub async fn get_proposals(
    by: Operator,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<ProposalView>>, Problem> {
    let zone = backend.site.zone;
    let waiting = backend.proposals.waiting(backend.clock.now()).clone();
    let shown = waiting.into_iter().filter(|known| is_shown(&by, &backend, known));
    let view = |known: Proposal| ProposalView {
        id: known.id,
        action: known.action.as_str(),
        target: known.target,
        why: known.why,
        own: known.by == *by.name(),
        by: known.by.to_string(),
        at: local(known.at, zone),
        expires_at: local(known.at + WAIT, zone),
        method: known.sent.method,
        path: known.sent.path,
        body: known.sent.body,
    };
    Ok(web::Json(shown.map(view).collect()))
}

/// Withdraws an order that waits, or declines it. `why` may be in the query instead of a body.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 204), OrderRefusals), security(("token" = []))
)]
#[delete("/api/proposals/{id}")]
pub async fn decline_proposal(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<HttpResponse, Problem> {
    let declined = {
        let mut waiting = backend.proposals.waiting(backend.clock.now());
        let at = waiting.iter().position(|known| known.id == **id);
        let shown =
            at.filter(|at| waiting.get(*at).is_some_and(|known| is_shown(&by, &backend, known)));
        shown.map(|at| waiting.swap_remove(at))
    };
    let Some(declined) = declined else {
        let detail = "no such order waits; it was given, withdrawn, or its time is over";
        return Err(Problem::new(Code::UnknownProposal, detail));
    };
    by.declined(&backend, declined.action, &declined.target, declined.by, &asked.why).await?;
    Ok(HttpResponse::NoContent().finish())
}
