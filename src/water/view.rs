//! Taps as they are shown.

use chrono_tz::Tz;
use onecard_devices::{gate::wire::local, valve::wire::Leaf};
use onecard_rules::water::{self, Customer, Tap};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::kept::Kept;
use crate::campus::taps;

/// A tap: its valve, and who uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TapView {
    pub tap: String,
    pub name: String,
    pub area: String,
    pub reader: String,
    /// The tariff of those who have none of their own kind.
    pub tariff: String,
    /// `idle`, `reserving`, `open`, `closing` or `settling`.
    pub state: String,
    /// `open`, `closed` or `fault`; null: it has not said.
    pub valve: Option<String>,
    /// `online` or `offline`; null: it has not said.
    pub availability: Option<String>,
    /// All that has ever run, and when that was told.
    pub register_ml: Option<u64>,
    pub read_at: Option<String>,
    pub session: Option<SessionView>,
    /// Who took it out of use.
    pub shut: Option<ShutView>,
}

/// Somebody's water.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WaterSession)]
pub struct SessionView {
    pub session: u64,
    pub person: String,
    pub name: String,
    pub since: Option<String>,
    pub reserved_fen: i64,
    /// What has run so far.
    pub ml: Option<u64>,
}

/// A tap out of use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShutView {
    pub by: String,
    pub why: String,
    pub since: String,
}

pub(super) struct Stand {
    pub(super) leaf: Option<Leaf>,
    pub(super) online: Option<bool>,
}

impl TapView {
    pub(super) fn of(site: &taps::Tap, tap: &Tap, kept: &Kept, stand: &Stand, zone: Tz) -> Self {
        let (state, run) = match tap.snapshot() {
            water::State::Idle => ("idle", None),
            water::State::Reserving { .. } => ("reserving", None),
            water::State::Open { run, .. } => ("open", Some(run)),
            water::State::Closing { run, .. } => ("closing", Some(run)),
            water::State::Settling { run, .. } => ("settling", Some(run)),
        };
        let meter = tap.meter();
        let is_idle = matches!(tap.snapshot(), water::State::Idle);
        let session = |customer: &Customer| SessionView {
            session: kept.session,
            person: customer.person.to_string(),
            name: customer.name.clone(),
            since: run.map(|run| local(run.opened, zone)),
            reserved_fen: kept.reserved.get(),
            ml: run
                .zip(meter)
                .map(|(run, meter)| meter.register.saturating_sub(run.start.register)),
        };
        Self {
            tap: site.site.id.to_string(),
            name: site.site.name.clone(),
            area: site.site.area.to_string(),
            reader: site.site.reader.to_string(),
            tariff: site.tariff.to_string(),
            state: state.to_owned(),
            valve: stand.leaf.map(|leaf| leaf.as_str().to_owned()),
            availability: stand
                .online
                .map(|online| if online { "online" } else { "offline" }.to_owned()),
            register_ml: meter.map(|meter| meter.register),
            read_at: meter.map(|meter| local(meter.at, zone)),
            session: kept.customer.as_ref().filter(|_| !is_idle).map(session),
            shut: kept.shut.as_ref().map(|shut| ShutView {
                by: shut.by.to_string(),
                why: shut.words.clone(),
                since: local(shut.since, zone),
            }),
        }
    }
}
