//! Rooms and lines as screens and systems see them: over HTTP, and retained on MQTT.

use chrono_tz::Tz;
use onecard_devices::{
    gate::wire::local,
    line::{bound::Bound, driver::State},
};
use onecard_rules::{
    Time,
    power::{
        evidence::Evidence,
        freshness::Freshness,
        relay::{Position, Record, RelayAlarm},
        room::Room,
        why::explain,
    },
    reason::Language,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Funds, Told, meter::Meter};
use crate::campus::power as campus;

/// A room at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RoomView {
    pub room: String,
    pub name: String,
    pub area: String,
    pub line: String,
    pub at: String,
    /// `closed` has power, `open` is dark; absent while it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relay: Option<String>,
    /// `fresh`, `stale` or `missing`: what the reading below is worth.
    pub reading: String,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power_w: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voltage_v: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_a: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<String>,
    /// What its meter has counted, in whole Wh; absent until it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy_wh: Option<i64>,
    /// When that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy_at: Option<String>,
    /// What it has left to pay with, in fen, its subsidies included; below zero it owes. Absent where
    /// rooms do not pay in advance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance_fen: Option<i64>,
    /// What that means: `well`, `low`, `nearly_empty`, `arrears` or `spent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit: Option<String>,
    /// The number of the meter that answers, where it has one and has told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meter_serial: Option<String>,
    /// What supplies it, where that is watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feeder: Option<String>,
    pub limit_w: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub night_limit_w: Option<f64>,
    /// How far it is towards a trip, from 0 to 1.
    pub towards_trip: f64,
    /// Every demand that keeps it dark, the one to be named first coming first; empty: nobody wants it
    /// dark.
    pub off: Vec<Told>,
    /// What is wrong with its relay, as codes.
    pub alarms: Vec<String>,
    /// What the trip that stands rests on: samples, rule, threshold, place on the curve.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub evidence: Option<Evidence>,
    /// The last commands to its relay, the latest last.
    #[schema(value_type = Vec<Object>)]
    pub commands: Vec<Record>,
}

impl RoomView {
    pub(super) fn of(
        site: &campus::Room,
        room: &Room,
        (meter, funds): (&Meter, Option<Funds>),
        zone: Tz,
        now: Time,
    ) -> Self {
        let verdict = room.verdict();
        let balance = funds.map(|funds| funds.balance);
        let chinese = explain(&verdict, balance, zone, Language::Chinese);
        let english = explain(&verdict, balance, zone, Language::English);
        let off = chinese.into_iter().zip(english).map(|(zh, en)| Told::of(zh, en)).collect();
        let (reading, sample, absence) = match room.sample(now) {
            Freshness::Fresh(sample) => ("fresh", Some(sample), None),
            Freshness::Stale(sample) => ("stale", Some(sample), None),
            Freshness::Missing(why) => ("missing", None, Some(word(&why))),
        };
        let draft = room.protection().settings().draft();
        let relay = room.relay();
        let commands = relay.history().chain(relay.pending()).cloned().collect();
        Self {
            room: site.id.to_string(),
            name: site.name.clone(),
            area: site.area.to_string(),
            line: site.line.clone(),
            at: local(now, zone),
            relay: relay.position().map(|position| position_word(position).to_owned()),
            reading: reading.to_owned(),
            absence,
            power_w: sample.map(|sample| sample.active_power_w),
            voltage_v: sample.map(|sample| sample.voltage_v),
            current_a: sample.map(|sample| sample.current_a),
            read_at: sample.map(|sample| local(sample.at, zone)),
            energy_wh: meter.counted().map(|(register, _)| register.value),
            energy_at: meter.counted().map(|(_, at)| local(at, zone)),
            balance_fen: funds.map(|funds| funds.balance.get()),
            credit: funds.map(|funds| funds.level.as_str().to_owned()),
            meter_serial: meter.serial().map(str::to_owned),
            feeder: site.feeder.as_ref().map(ToString::to_string),
            limit_w: draft.limit_w,
            night_limit_w: draft.night_limit_w,
            towards_trip: room.protection().position(),
            off,
            alarms: relay.alarms().iter().map(word::<RelayAlarm>).collect(),
            evidence: room.protection().tripped().cloned(),
            commands,
        }
    }
}

pub(super) fn position_word(position: Position) -> &'static str {
    match position {
        Position::Open => "open",
        Position::Closed => "closed",
    }
}

/// The word that stands for a plain enum on the wire.
fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(_) | Err(_) => String::new(),
    }
}

/// A Modbus line at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LineView {
    pub line: String,
    pub area: String,
    pub up: bool,
    pub rooms: usize,
    /// One round over all rooms, as computed, in milliseconds.
    pub cycle_ms: u64,
    /// The last one that was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured_cycle_ms: Option<u64>,
    /// The computed longest time from an overload to its relay seen open, in milliseconds; what the
    /// limit's own delay adds is not in it.
    pub worst_trip_ms: u64,
    /// The share of the line's time in use, in thousandths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busy_permille: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_permille: Option<u32>,
    pub units: Vec<UnitView>,
}

/// One unit of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UnitView {
    pub unit: u8,
    pub alive: bool,
    pub answers: u64,
    pub silences: u64,
    pub spoilt: u64,
    pub exceptions: u64,
    pub late: u64,
    pub foreign: u64,
    pub turnaround_p50_ms: f64,
    pub turnaround_p999_ms: f64,
}

impl LineView {
    pub(super) fn of(
        line: &campus::Line,
        rooms: usize,
        bound: &Bound,
        up: bool,
        state: Option<&State>,
    ) -> Self {
        let whole = |span: std::time::Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let units = state.map(|state| &state.units).into_iter().flatten().map(|unit| UnitView {
            unit: unit.unit.address(),
            alive: unit.alive,
            answers: unit.answers,
            silences: unit.silences,
            spoilt: unit.spoilt,
            exceptions: unit.exceptions,
            late: unit.late,
            foreign: unit.foreign,
            turnaround_p50_ms: unit.turnaround_p50.as_secs_f64() * 1_000.0,
            turnaround_p999_ms: unit.turnaround_p999.as_secs_f64() * 1_000.0,
        });
        Self {
            line: line.id.clone(),
            area: line.area.to_string(),
            up,
            rooms,
            cycle_ms: whole(bound.cycle),
            measured_cycle_ms: state.map(|state| whole(state.cycle)).filter(|cycle| *cycle > 0),
            worst_trip_ms: whole(bound.trip),
            busy_permille: state.map(|state| state.busy_permille),
            dead_permille: state.map(|state| state.dead_permille),
            units: units.collect(),
        }
    }
}
