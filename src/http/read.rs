//! What can be read: entries, facts, gates, areas, who is inside, alarms.

use actix_web::{get, web};
use chrono::{DateTime, FixedOffset};
use onecard_devices::gate::{
    Snapshot, Stand,
    actor::GetSnapshot,
    wire::{EntryRow, entry_row, local},
};
use onecard_rules::{
    Time,
    event::Event,
    ids::{AreaId, GateId, PersonId},
    mode::{Measure, MeasureKind, Mode, Owner},
    reason::{Language, Reason},
    site,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Backend, operator::Reader, problem::Problem};
use crate::{
    access::{GetAreas, GetPeopleWithin},
    alarms::GetStanding,
    campus::meant,
    store::journal::{Facts, JournalReader, Order, Query, Row},
};

/// Most rows in one answer.
const ROWS_MAX: usize = 1000;

/// Which entries are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct EntriesAsked {
    /// A person's number.
    person: Option<String>,
    gate: Option<String>,
    area: Option<String>,
    /// RFC 3339.
    from: Option<DateTime<FixedOffset>>,
    /// RFC 3339, not included.
    to: Option<DateTime<FixedOffset>>,
    /// Only rows after this `seq`, oldest first; without it the newest come first.
    after: Option<u64>,
    granted: Option<bool>,
    /// A reason code, such as `deny_lost`.
    reason: Option<String>,
    /// 1 to 1,000; 100 if not given.
    limit: Option<usize>,
}

/// Rows of the entry log.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entries {
    /// As over MQTT; `prev_seq` is not told here.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<EntryRow>,
    /// The search ended at this row for having looked long enough; ask again from there.
    stopped_at: Option<u64>,
    /// The last row of the journal; a follower that has it has missed nothing.
    last_seq: u64,
}

fn code<T: std::str::FromStr<Err: ToString>>(
    field: &str,
    text: Option<&str>,
) -> Result<Option<T>, Problem> {
    let parse = |text: &str| {
        text.parse().map_err(|wrong: T::Err| Problem::unprocessable(field, &wrong.to_string()))
    };
    text.map(parse).transpose()
}

/// The entry log.
#[utoipa::path(params(EntriesAsked), responses((status = 200, body = Entries), (status = 401, body = Problem), (status = 422, body = Problem)), security(("token" = [])))]
#[get("/api/entries")]
pub async fn get_entries(
    _: Reader,
    backend: web::Data<Backend>,
    asked: web::Query<EntriesAsked>,
) -> Result<web::Json<Entries>, Problem> {
    let reason = asked.reason.as_deref().map(|code| {
        let known = || meant(code, Reason::ALL.iter().map(|reason| reason.code()));
        Reason::parse(code).ok_or_else(|| {
            let meant = known().map(|word| format!("; did you mean `{word}`?"));
            let meant = meant.unwrap_or_default();
            Problem::unprocessable("reason", &format!("no reason is called `{code}`{meant}"))
        })
    });
    let query = Query {
        facts: Facts::Entries,
        person: code::<PersonId>("person", asked.person.as_deref())?,
        gate: code::<GateId>("gate", asked.gate.as_deref())?,
        area: code::<AreaId>("area", asked.area.as_deref())?,
        from: asked.from.map(|time| time.to_utc()),
        until: asked.to.map(|time| time.to_utc()),
        after: asked.after,
        granted: asked.granted,
        reason: reason.transpose()?,
        before: None,
        order: if asked.after.is_some() { Order::OldestFirst } else { Order::NewestFirst },
        limit: asked.limit.unwrap_or(100).clamp(1, ROWS_MAX),
    };
    let last_seq = *backend.journal.committed().borrow();
    let found = read(&backend, move |reader| reader.find(&query)).await?;
    let row = |row: &Row| {
        let Event::EntryDecided(entry) = &*row.event else { return None };
        Some(entry_row(entry, row.seq, row.boot, None, backend.site.zone))
    };
    Ok(web::Json(Entries {
        rows: found.rows.iter().filter_map(row).collect(),
        stopped_at: found.stopped_at,
        last_seq,
    }))
}

/// Where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FactsAsked {
    /// Only facts after this `seq`.
    #[serde(default)]
    after: u64,
    /// 1 to 1,000; 100 if not given.
    limit: Option<usize>,
}

/// A fact of the journal.
#[derive(Debug, Serialize, ToSchema)]
pub struct Fact {
    seq: u64,
    boot: u64,
    #[schema(value_type = Object)]
    #[serde(flatten)]
    event: std::sync::Arc<Event>,
}

/// Every fact of the journal, in order: for archives and auditors.
#[utoipa::path(params(FactsAsked), responses((status = 200, body = [Fact]), (status = 401, body = Problem)), security(("token" = [])))]
#[get("/api/facts")]
pub async fn get_facts(
    _: Reader,
    backend: web::Data<Backend>,
    asked: web::Query<FactsAsked>,
) -> Result<web::Json<Vec<Fact>>, Problem> {
    let (after, limit) = (asked.after, asked.limit.unwrap_or(100).clamp(1, ROWS_MAX));
    let found = read(&backend, move |reader| reader.after(after, limit)).await?;
    let fact =
        |row: std::sync::Arc<Row>| Fact { seq: row.seq, boot: row.boot, event: row.event.clone() };
    Ok(web::Json(found.into_iter().map(fact).collect()))
}

/// Asks the journal on a thread that may block.
async fn read<T: Send + 'static>(
    backend: &Backend,
    ask: impl FnOnce(&JournalReader) -> Result<T, crate::store::StoreFailure> + Send + 'static,
) -> Result<T, Problem> {
    let file = backend.journal.path().to_owned();
    let found =
        web::block(move || JournalReader::open(&file).and_then(|reader| ask(&reader))).await;
    found
        .map_err(|error| Problem::unavailable(error.to_string()))?
        .map_err(|failure| Problem::unavailable(failure.to_string()))
}

/// A gate and how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct GateView {
    id: String,
    name: String,
    area: String,
    from: String,
    to: String,
    kind: &'static str,
    escape_route: bool,
    /// `unknown`, `closed`, `open`, `held`, `forced` or `fault`.
    state: &'static str,
    since: Option<String>,
    /// `online`, `offline`, or nothing heard yet.
    availability: Option<&'static str>,
    /// The mode that it was told.
    #[schema(value_type = Option<String>)]
    mode: Option<Mode>,
    /// Who holds the layer that won.
    #[schema(value_type = Option<Object>)]
    owner: Option<Owner>,
    /// Whether it has confirmed that mode.
    confirmed: bool,
    heard_at: Option<String>,
    /// People let pass who have not passed yet.
    awaited: usize,
}

impl GateView {
    fn new(gate: &site::Gate, snapshot: Snapshot, zone: chrono_tz::Tz) -> Self {
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
pub struct GatesAsked {
    /// Only gates that have not confirmed their mode.
    #[serde(default)]
    unconfirmed: bool,
}

async fn all_gates(backend: &Backend) -> Result<Vec<GateView>, Problem> {
    let mut views = Vec::with_capacity(backend.site.gates.len());
    for gate in backend.site.gates.values() {
        views.push(view_of(backend, gate).await?);
    }
    Ok(views)
}

async fn view_of(backend: &Backend, gate: &site::Gate) -> Result<GateView, Problem> {
    let busy = || Problem::unavailable(format!("gate `{}` does not answer; try again", gate.id));
    let desk = backend.gates.get(&gate.id).ok_or_else(busy)?;
    let snapshot = desk.send(GetSnapshot).await.map_err(|_| busy())?;
    Ok(GateView::new(gate, snapshot, backend.site.zone))
}

/// All gates and how they stand.
#[utoipa::path(params(GatesAsked), responses((status = 200, body = [GateView]), (status = 401, body = Problem)), security(("token" = [])))]
#[get("/api/gates")]
pub async fn get_gates(
    _: Reader,
    backend: web::Data<Backend>,
    asked: web::Query<GatesAsked>,
) -> Result<web::Json<Vec<GateView>>, Problem> {
    let mut views = all_gates(&backend).await?;
    views.retain(|view| !asked.unconfirmed || !view.confirmed);
    Ok(web::Json(views))
}

/// One gate and how it stands.
#[utoipa::path(params(("id" = String, Path)), responses((status = 200, body = GateView), (status = 401, body = Problem), (status = 404, body = Problem)), security(("token" = [])))]
#[get("/api/gates/{id}")]
pub async fn get_gate(
    _: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
) -> Result<web::Json<GateView>, Problem> {
    let gate = backend.site.gates.get(id.as_str()).ok_or_else(|| {
        let meant = meant(&id, backend.site.gates.keys().map(GateId::as_str));
        Problem::not_found("gate", &format!("there is no gate `{id}`"), meant)
    })?;
    Ok(web::Json(view_of(&backend, gate).await?))
}

/// An area, how many are in it, and what is in force over it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AreaView {
    id: String,
    name: String,
    parent: Option<String>,
    /// People in it and in everything inside it, as far as is known.
    inside: u32,
    capacity: Option<u32>,
    #[schema(value_type = Vec<Object>)]
    measures: Vec<Measure>,
    /// Gates into it that have not confirmed the lock-down or release in force.
    unconfirmed: Vec<String>,
}

/// All areas with their occupancy.
#[utoipa::path(responses((status = 200, body = [AreaView]), (status = 401, body = Problem)), security(("token" = [])))]
#[get("/api/areas")]
pub async fn get_areas(
    _: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<AreaView>>, Problem> {
    let gates = all_gates(&backend).await?;
    let known = backend.access.send(GetAreas).await.map_err(|_| busy())?;
    let view = |known: crate::access::AreaView| {
        let area = backend.site.areas.get(&known.id)?;
        let concerned = |view: &&GateView| {
            let order = view.mode.is_some_and(|mode| {
                known.measures.iter().any(|measure| match measure.kind {
                    MeasureKind::Lockdown => mode == Mode::LockedDown,
                    MeasureKind::Release => mode == Mode::Released,
                })
            });
            let to = backend.site.areas.get(view.to.as_str());
            order && to.is_some_and(|to| backend.site.is_within(&to.id, &known.id))
        };
        let unconfirmed = gates.iter().filter(concerned).filter(|view| !view.confirmed);
        Some(AreaView {
            id: area.id.to_string(),
            name: area.name.clone(),
            parent: area.parent.as_ref().map(ToString::to_string),
            inside: known.inside,
            capacity: area.capacity,
            unconfirmed: unconfirmed.map(|view| view.id.clone()).collect(),
            measures: known.measures,
        })
    };
    Ok(web::Json(known.into_iter().filter_map(view).collect()))
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
#[utoipa::path(params(("id" = String, Path)), responses((status = 200, body = [PersonInside]), (status = 401, body = Problem), (status = 404, body = Problem)), security(("token" = [])))]
#[get("/api/areas/{id}/people")]
pub async fn get_people_within(
    _: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
) -> Result<web::Json<Vec<PersonInside>>, Problem> {
    let area = known_area(&backend, &id)?;
    let people = backend.access.send(GetPeopleWithin { area }).await.map_err(|_| busy())?;
    let inside = |(person, name, area, since): (PersonId, String, AreaId, Time)| PersonInside {
        person: person.to_string(),
        name,
        area: area.to_string(),
        since: local(since, backend.site.zone),
    };
    Ok(web::Json(people.into_iter().map(inside).collect()))
}

/// The area of that name, or a refusal that says which was meant.
pub fn known_area(backend: &Backend, id: &str) -> Result<AreaId, Problem> {
    backend.site.areas.get(id).map(|area| area.id.clone()).ok_or_else(|| {
        let meant = meant(id, backend.site.areas.keys().map(AreaId::as_str));
        Problem::not_found("area", &format!("there is no area `{id}`"), meant)
    })
}

/// An alarm that stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlarmView {
    area: String,
    kind: &'static str,
    device: String,
    #[schema(value_type = String)]
    reason: Reason,
    since: String,
    detail: String,
    text_zh: &'static str,
    text_en: &'static str,
    acknowledged_by: Option<String>,
    acknowledged_at: Option<String>,
}

/// All alarms that stand.
#[utoipa::path(responses((status = 200, body = [AlarmView]), (status = 401, body = Problem)), security(("token" = [])))]
#[get("/api/alarms")]
pub async fn get_alarms(
    _: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<AlarmView>>, Problem> {
    let zone = backend.site.zone;
    let standing = backend.alarms.send(GetStanding).await.map_err(|_| busy())?;
    let view = |standing: onecard_rules::alarm::Standing| {
        let (by, at) = standing.acknowledged.unzip();
        let alarm = standing.alarm;
        AlarmView {
            area: alarm.subject.area,
            kind: alarm.subject.kind.as_str(),
            device: alarm.subject.device,
            reason: alarm.reason,
            since: local(alarm.since, zone),
            detail: alarm.detail,
            text_zh: alarm.reason.for_guard(Language::Chinese),
            text_en: alarm.reason.for_guard(Language::English),
            acknowledged_by: by.map(|by| by.to_string()),
            acknowledged_at: at.map(|at| local(at, zone)),
        }
    };
    Ok(web::Json(standing.into_iter().map(view).collect()))
}

/// A service that does not answer.
pub fn busy() -> Problem {
    Problem::unavailable("the controller is busy or stopping; try again".to_owned())
}
