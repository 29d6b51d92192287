//! Gates and areas as they stand: modes and who holds them, what was confirmed, who is inside.

use actix_web::{get, web};
use onecard_devices::{
    gate::{Snapshot, Stand, actor::GetSnapshot, wire::local},
    topic::WHOLE_SITE,
};
use onecard_rules::{
    Time,
    event::{DeviceKind, Subject},
    ids::{AreaId, GateId},
    mode::{Measure, MeasureKind, Mode, Owner},
    operator::Place,
    site::{Area, Gate},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Backend,
    asked::parameter,
    desks::ask,
    operator::Reader,
    problem::{Code, Problem, Refusals},
};
use crate::{
    access::{self, GetAreas, GetPeopleWithin},
    campus::meant,
};

/// The gate of that name, or a refusal that says which was meant.
pub fn known_gate<'a>(backend: &'a Backend, id: &str) -> Result<&'a Gate, Problem> {
    let gates = &backend.site.gates;
    gates.get(id).ok_or_else(|| {
        let meant = meant(id, gates.keys().map(GateId::as_str));
        Problem::unknown(Code::UnknownGate, "gate", id, meant)
    })
}

/// The area of that name, or a refusal that says which was meant.
pub fn known_area<'a>(backend: &'a Backend, id: &str) -> Result<&'a Area, Problem> {
    let areas = &backend.site.areas;
    areas.get(id).ok_or_else(|| {
        let meant = meant(id, areas.keys().map(AreaId::as_str));
        Problem::unknown(Code::UnknownArea, "area", id, meant)
    })
}

/// The area in a subject; none for what belongs to the whole site.
///
/// # Errors
/// When it is no code.
pub fn area_of(subject: &Subject) -> Result<Option<AreaId>, Problem> {
    if subject.area == WHOLE_SITE {
        return Ok(None);
    }
    let area = AreaId::new(&subject.area);
    area.map(Some).map_err(|wrong| Problem::bad_field("area", format!("`area`: {wrong}")))
}

/// The place that an alarm is about; `area` is the subject's.
pub fn place_of<'a>(
    backend: &'a Backend,
    subject: &Subject,
    area: Option<&'a AreaId>,
) -> Place<'a> {
    let site = &backend.site;
    let gate = match subject.kind {
        DeviceKind::Gate => site.gates.get(subject.device.as_str()),
        DeviceKind::Reader if site.tap_of(&subject.device).is_some() => {
            return area.map_or(Place::Site, Place::Supply);
        }
        DeviceKind::Reader => site
            .readers
            .get(subject.device.as_str())
            .and_then(|reader| site.gates.get(&reader.gate)),
        DeviceKind::Room | DeviceKind::Valve | DeviceKind::Bus | DeviceKind::Feeder => {
            return area.map_or(Place::Site, Place::Supply);
        }
        DeviceKind::Controller => return Place::Site,
    };
    // A device that the campus has no more is nobody's but the whole site's.
    gate.map_or(Place::Site, Place::Gate)
}

/// A gate and how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct GateView {
    id: String,
    name: String,
    area: String,
    from: String,
    to: String,
    /// `turnstile`, `door` or `vehicle`.
    kind: &'static str,
    /// Whether it is wired to release on the fire alarm.
    escape_route: bool,
    /// `unknown`, `closed`, `open`, `held`, `forced` or `fault`.
    state: &'static str,
    /// Since when it is in this state.
    since: Option<String>,
    /// `online` or `offline`; null: nothing heard yet.
    availability: Option<&'static str>,
    /// The mode that it was told.
    #[schema(value_type = Option<String>)]
    mode: Option<Mode>,
    /// Who holds the layer of orders that won.
    #[schema(value_type = Option<Object>)]
    owner: Option<Owner>,
    /// Whether the gate has confirmed that mode.
    confirmed: bool,
    /// When it last said anything.
    heard_at: Option<String>,
    /// People let pass who have not passed yet.
    awaited: usize,
}

impl GateView {
    fn new(gate: &Gate, snapshot: Snapshot, zone: chrono_tz::Tz) -> Self {
        let (state, since) = match snapshot.stand {
            Stand::Unknown => ("unknown", None),
            Stand::Closed { since } => ("closed", Some(since)),
            Stand::Open { since } => ("open", Some(since)),
            Stand::Held { since } => ("held", Some(since)),
            Stand::Forced { since } => ("forced", Some(since)),
            Stand::Fault { since } => ("fault", Some(since)),
        };
        let (mode, owner) = snapshot.told.unzip();
        let show = |time: Time| local(time, zone);
        Self {
            id: gate.id.to_string(),
            name: gate.name.clone(),
            area: gate.area.to_string(),
            from: gate.from.to_string(),
            to: gate.to.to_string(),
            kind: gate.kind.as_str(),
            escape_route: gate.escape_route,
            state,
            since: since.map(show),
            availability: snapshot.online.map(|on| if on { "online" } else { "offline" }),
            mode,
            owner,
            confirmed: snapshot.confirmed,
            heard_at: snapshot.heard_at.map(show),
            awaited: snapshot.awaited,
        }
    }
}

/// Which gates are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GatesAsked {
    /// True: only gates that have not confirmed their mode; false: only those that have.
    #[param(value_type = Option<bool>)]
    unconfirmed: Option<String>,
}

/// Every gate with how it stands. All are asked before the first answer is awaited.
async fn all_gates(backend: &Backend) -> Result<Vec<(&Gate, GateView)>, Problem> {
    let known = backend.site.gates.values();
    let asked: Vec<_> = known.map(|gate| (gate, view_of(backend, gate))).collect();
    let mut views = Vec::with_capacity(asked.len());
    for (gate, view) in asked {
        views.push((gate, view.await?));
    }
    Ok(views)
}

fn view_of<'a>(
    backend: &'a Backend,
    gate: &'a Gate,
) -> impl Future<Output = Result<GateView, Problem>> + 'a {
    let asked = backend.gates.get(&gate.id).map(|desk| ask(desk, GetSnapshot));
    async move {
        let snapshot = asked.ok_or_else(Problem::no_answer)?.await?;
        Ok(GateView::new(gate, snapshot, backend.site.zone))
    }
}

/// All gates and how they stand.
#[utoipa::path(
    params(GatesAsked), responses((status = 200, body = [GateView]), Refusals),
    security(("token" = []))
)]
#[get("/api/gates")]
pub async fn get_gates(
    who: Reader,
    backend: web::Data<Backend>,
    asked: web::Query<GatesAsked>,
) -> Result<web::Json<Vec<GateView>>, Problem> {
    let unconfirmed: Option<bool> = parameter("unconfirmed", asked.unconfirmed.as_deref())?;
    let gates = all_gates(&backend).await?.into_iter();
    let gates = gates.filter(|(gate, _)| who.sees(&backend, Place::Gate(gate)));
    let views = gates.map(|(_, view)| view);
    let wanted = |view: &GateView| unconfirmed.is_none_or(|wanted| view.confirmed != wanted);
    Ok(web::Json(views.filter(wanted).collect()))
}

/// One gate and how it stands.
#[utoipa::path(
    params(("id" = String, Path)), responses((status = 200, body = GateView), Refusals),
    security(("token" = []))
)]
#[get("/api/gates/{id}")]
pub async fn get_gate(
    who: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
) -> Result<web::Json<GateView>, Problem> {
    let gate = known_gate(&backend, &id)?;
    who.must_see(&backend, Place::Gate(gate))?;
    Ok(web::Json(view_of(&backend, gate).await?))
}

/// A lock-down or an emergency release that is in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasureView {
    /// `lockdown` or `release`.
    #[schema(value_type = String)]
    kind: MeasureKind,
    by: String,
    why: String,
    since: String,
    /// Ends by itself then; null: only by an operator.
    until: Option<String>,
    /// Gates that the measure reaches and that have not confirmed it: somebody must go and look.
    unconfirmed: Vec<String>,
}

/// An area, how many are in it, and what is in force over it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AreaView {
    id: String,
    name: String,
    /// The area around it; null: the outermost.
    parent: Option<String>,
    /// People in it and in everything inside it, as far as is known.
    inside: u32,
    /// Most people allowed inside; null: no limit.
    capacity: Option<u32>,
    measures: Vec<MeasureView>,
}

/// Whether the gate stands as the measure wants it, and has said so itself.
fn has_confirmed(kind: MeasureKind, view: &GateView) -> bool {
    // An emergency release goes before a lock-down; a gate under both stands released.
    let as_wanted = match kind {
        MeasureKind::Lockdown => {
            matches!(view.mode, Some(Mode::LockedDown | Mode::Released))
        }
        MeasureKind::Release => view.mode == Some(Mode::Released),
    };
    as_wanted && view.confirmed
}

fn measure_view(backend: &Backend, measure: &Measure, gates: &[(&Gate, GateView)]) -> MeasureView {
    let (site, area) = (&backend.site, &measure.area);
    let reached = |gate: &Gate| match measure.kind {
        MeasureKind::Lockdown => site.is_within(&gate.to, area),
        MeasureKind::Release => site.is_within(&gate.to, area) || site.is_within(&gate.from, area),
    };
    let unconfirmed = gates
        .iter()
        .filter(|(gate, view)| reached(gate) && !has_confirmed(measure.kind, view))
        .map(|(gate, _)| gate.id.to_string());
    MeasureView {
        kind: measure.kind,
        by: measure.by.to_string(),
        why: measure.why.clone(),
        since: local(measure.since, site.zone),
        until: measure.until.map(|until| local(until, site.zone)),
        unconfirmed: unconfirmed.collect(),
    }
}

/// All areas with their occupancy and what is in force over them. They form a tree by `parent`.
#[utoipa::path(
    responses((status = 200, body = [AreaView]), Refusals), security(("token" = []))
)]
#[get("/api/areas")]
pub async fn get_areas(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<AreaView>>, Problem> {
    let mut known: Vec<access::AreaView> = ask(&backend.access.areas, GetAreas).await?;
    known.retain(|area| who.sees(&backend, Place::Area(&area.id)));
    let is_quiet = known.iter().all(|area| area.measures.is_empty());
    let mut gates = if is_quiet { Vec::new() } else { all_gates(&backend).await? };
    gates.retain(|(gate, _)| who.is_concerned(&backend, Place::Gate(gate)));
    let view = |known: &access::AreaView| {
        let area = backend.site.areas.get(&known.id)?;
        let measures = known.measures.iter();
        Some(AreaView {
            id: area.id.to_string(),
            name: area.name.clone(),
            parent: area.parent.as_ref().map(ToString::to_string),
            inside: known.inside,
            capacity: area.capacity,
            measures: measures.map(|measure| measure_view(&backend, measure, &gates)).collect(),
        })
    };
    Ok(web::Json(known.iter().filter_map(view).collect()))
}

/// Somebody who is inside.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonInside {
    person: String,
    name: String,
    /// The innermost area that the person went into.
    area: String,
    since: String,
}

/// Who is within an area, as far as is known: a muster list.
#[utoipa::path(
    params(("id" = String, Path)), responses((status = 200, body = [PersonInside]), Refusals),
    security(("token" = []))
)]
#[get("/api/areas/{id}/people")]
pub async fn get_people_within(
    who: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
) -> Result<web::Json<Vec<PersonInside>>, Problem> {
    let area = known_area(&backend, &id)?.id.clone();
    who.must_see(&backend, Place::Area(&area))?;
    let people = ask(&backend.access.people, GetPeopleWithin { area }).await?;
    let inside = people.into_iter().map(|(person, name, area, since)| PersonInside {
        person: person.to_string(),
        name,
        area: area.to_string(),
        since: local(since, backend.site.zone),
    });
    Ok(web::Json(inside.collect()))
}
