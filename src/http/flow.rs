//! How many passed each gate in each hour, as the journal has it.

use std::collections::BTreeMap;

use actix_web::{get, web};
use chrono::{TimeDelta, Timelike as _};
use onecard_devices::gate::wire::local;
use onecard_rules::{Time, ids::GateId, operator::Place, site::Gate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Backend,
    asked::moment,
    operator::Reader,
    places::{known_area, known_gate},
    problem::{Problem, Refusals},
    read::read,
};

/// The longest span that one answer covers.
const DAYS_MAX: i64 = 8;

/// Which hours are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FlowAsked {
    /// RFC 3339; 24 hours before `to` if not given.
    from: Option<String>,
    /// RFC 3339, not included; now if not given. At most eight days after `from`.
    to: Option<String>,
    gate: Option<String>,
    /// Gates that stand under this area.
    area: Option<String>,
}

/// An hour of a gate.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowView {
    gate: String,
    /// When the hour began, by the site's clock.
    hour: String,
    /// Let in, and let out.
    entered: u64,
    left: u64,
    refused: u64,
}

/// The begin of the hour of the site's clock.
fn hour_of(at: Time, zone: chrono_tz::Tz) -> Time {
    let there = at.with_timezone(&zone);
    at - TimeDelta::seconds(i64::from(there.minute() * 60 + there.second()))
        - TimeDelta::nanoseconds(i64::from(there.nanosecond()))
}

/// Decisions by gate and hour; hours without any are left out.
#[utoipa::path(
    params(FlowAsked), responses((status = 200, body = [FlowView]), Refusals),
    security(("token" = []))
)]
#[get("/api/flow")]
pub async fn get_flow(
    who: Reader,
    backend: web::Data<Backend>,
    asked: web::Query<FlowAsked>,
) -> Result<web::Json<Vec<FlowView>>, Problem> {
    let until = moment("to", asked.to.as_deref())?.unwrap_or_else(|| backend.clock.now());
    let from = moment("from", asked.from.as_deref())?.unwrap_or(until - TimeDelta::hours(24));
    if from >= until || until - from > TimeDelta::days(DAYS_MAX) {
        let detail = format!("`to` must be later than `from`, by {DAYS_MAX} days at most");
        return Err(Problem::bad_field("to", detail));
    }
    if let Some(gate) = &asked.gate {
        who.must_see(&backend, Place::Gate(known_gate(&backend, gate)?))?;
    }
    let area = asked.area.as_deref().map(|area| known_area(&backend, area)).transpose()?;
    let wanted = |gate: &Gate| {
        asked.gate.as_ref().is_none_or(|wanted| gate.id.as_str() == wanted)
            && area.is_none_or(|area| backend.site.is_within(&gate.area, &area.id))
            && who.sees(&backend, Place::Gate(gate))
    };
    let found = read(&backend, move |reader| reader.flow(from, until)).await?;
    let mut hours: BTreeMap<(Time, GateId), (u64, u64, u64)> = BTreeMap::new();
    for flow in found {
        if backend.site.gates.get(&flow.gate).is_none_or(|gate| !wanted(gate)) {
            continue;
        }
        let hour = hour_of(flow.at, backend.site.zone);
        let (entered, left, refused) = hours.entry((hour, flow.gate)).or_default();
        *entered += flow.entered;
        *left += flow.left;
        *refused += flow.refused;
    }
    let view = |((hour, gate), (entered, left, refused)): ((Time, GateId), (u64, u64, u64))| {
        let (gate, hour) = (gate.to_string(), local(hour, backend.site.zone));
        FlowView { gate, hour, entered, left, refused }
    };
    Ok(web::Json(hours.into_iter().map(view).collect()))
}
