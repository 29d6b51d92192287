//! `[power]`, `[[lines]]`, `[[rooms]]` and `[[feeders]]`: the Modbus lines of a campus, the rooms
//! behind them, and what supplies them.
//!
//! What a model of meter can do is its profile's; what a limit means is `rules::power`'s.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use onecard_devices::{
    line::{driver::Endpoint, timing::Serial},
    modbus::Unit,
    profile::Profile,
};
use onecard_rules::{
    calendar::Calendar,
    ids::{AreaId, FeederId, RoomId, TariffId, WindowId},
    power::{feeder::FeederSettings, protection::Settings, stagger::StaggerSettings},
};

use super::{
    mistake::{Mistake, mend_by},
    ranges,
    table::{Lined, Table},
};

mod feeder;
mod line;
mod load;
mod models;
mod protection;
mod room;

pub use load::{IDENTITY_EVERY, LineLoad};
use models::Models;
use protection::Protection;

/// The power of a campus; empty where it has none.
#[derive(Debug, Clone)]
pub struct Power {
    pub lines: BTreeMap<String, Line>,
    pub rooms: BTreeMap<RoomId, Room>,
    pub feeders: BTreeMap<FeederId, Feeder>,
    /// While this window is open, the night limits are in force.
    pub night: Option<WindowId>,
    /// While this window is open, rooms with `lights_out` are dark.
    pub lights_out: Option<WindowId>,
    /// How often the energy counter of a room is read.
    pub energy_every: Duration,
    /// How many rooms of one supply get power back together, and how long after each other.
    pub stagger: StaggerSettings,
}

impl Default for Power {
    fn default() -> Self {
        Self {
            lines: BTreeMap::new(),
            rooms: BTreeMap::new(),
            feeders: BTreeMap::new(),
            night: None,
            lights_out: None,
            energy_every: Duration::from_secs(45),
            stagger: StaggerSettings { step_delay_s: 1.0, rooms_a_step: 10 },
        }
    }
}

/// A Modbus line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: String,
    pub area: AreaId,
    pub endpoint: Endpoint,
    /// The wire behind a gateway, or of the port.
    pub serial: Serial,
}

/// A room with its meter and its relay.
#[derive(Debug, Clone)]
pub struct Room {
    pub id: RoomId,
    pub name: String,
    pub area: AreaId,
    pub line: String,
    pub meter: Arc<Profile>,
    pub unit: Unit,
    pub relay: Option<Relay>,
    pub settings: Settings,
    /// Least time between two operations of the relay, in seconds; a trip disregards it.
    pub relay_interval_s: f64,
    pub lights_out: bool,
    /// What it is charged by, if not by what `[credit]` says.
    pub tariff: Option<TariffId>,
    /// How many share the free allowance.
    pub people: u32,
    /// It is charged, and never dark for want of money.
    pub exempt: bool,
    /// What supplies it, where that is watched.
    pub feeder: Option<FeederId>,
}

/// What switches a room.
#[derive(Debug, Clone)]
pub struct Relay {
    pub profile: Arc<Profile>,
    pub unit: Unit,
    /// Counted from 0.
    pub channel: u16,
}

/// What supplies some rooms together: a building, a riser, a floor.
#[derive(Debug, Clone)]
pub struct Feeder {
    pub id: FeederId,
    pub name: String,
    /// The area that its topics stand under.
    pub area: AreaId,
    pub settings: FeederSettings,
    pub rooms: BTreeSet<RoomId>,
    /// Its own meter; without one, its rooms are added up.
    pub meter: Option<FeederMeter>,
}

/// The meter of a feeder.
#[derive(Debug, Clone)]
pub struct FeederMeter {
    pub profile: Arc<Profile>,
    pub line: String,
    pub unit: Unit,
}

type Areas = BTreeMap<AreaId, Lined<onecard_rules::site::Area>>;

/// The names of lines and rooms, those in which something is wrong too: nobody is blamed for naming
/// one of them.
#[derive(Debug, Default)]
struct Names {
    lines: BTreeSet<String>,
    rooms: BTreeSet<String>,
}

/// Units of lines, and what they belong to.
type Wired = HashMap<(String, Unit, Option<u16>), String>;

/// Reads the power of a campus.
pub fn read(
    root: &mut Table,
    areas: &Areas,
    calendar: Option<&Calendar>,
    mistakes: &mut Vec<Mistake>,
    warnings: &mut Vec<Mistake>,
) -> Power {
    let (mut power, protection, worst_trip) = general(root, calendar, mistakes);
    let mut models = Models::new();
    let mut names = Names::default();
    let mut line_tables = BTreeMap::new();
    for table in root.tables("lines", mistakes) {
        for mut table in ranges::expanded(table, mistakes) {
            names.lines.extend(table.peek("id").map(|(id, _)| id.to_owned()));
            let Some(line) = line::line(&mut table, areas, mistakes) else { continue };
            let place = table.line();
            line_tables.insert(line.id.clone(), (table.file().to_owned(), place));
            table.finish(mistakes);
            power.lines.insert(line.id.clone(), line);
        }
    }
    let mut wired: Wired = HashMap::new();
    for table in root.tables("rooms", mistakes) {
        for mut table in ranges::expanded(table, mistakes) {
            names.rooms.extend(table.peek("id").map(|(id, _)| id.to_owned()));
            let known = (&names, areas, &protection);
            let Some(one) = room::room(&mut table, known, &mut models, mistakes) else { continue };
            let ends = std::iter::once((one.unit, None))
                .chain(one.relay.as_ref().map(|relay| (relay.unit, Some(relay.channel))));
            for (unit, channel) in ends {
                wire(&mut wired, &table, (&one.line, unit, channel), one.id.as_str(), mistakes);
            }
            if power.rooms.contains_key(&one.id) {
                let message = format!("`{}` is there twice", one.id);
                let mend = "give one of them another id".to_owned();
                mistakes.push(table.mistake(table.line_of("id"), "id", message, mend));
            }
            table.finish(mistakes);
            power.rooms.insert(one.id.clone(), one);
        }
    }
    for table in root.tables("feeders", mistakes) {
        for mut table in ranges::expanded(table, mistakes) {
            let known = (&names, areas);
            let (power, models) = (&mut power, &mut models);
            let feeder = feeder::feeder(&mut table, known, power, models, &mut wired, mistakes);
            let Some(feeder) = feeder else { continue };
            table.finish(mistakes);
            power.feeders.insert(feeder.id.clone(), feeder);
        }
    }
    load::check(&power, &line_tables, worst_trip, mistakes, warnings);
    power
}

/// Notes what a unit of a line belongs to; two owners are a mistake.
fn wire(
    wired: &mut Wired,
    table: &Table,
    (line, unit, channel): (&str, Unit, Option<u16>),
    owner: &str,
    mistakes: &mut Vec<Mistake>,
) {
    if let Some(other) = wired.insert((line.to_owned(), unit, channel), owner.to_owned()) {
        let message = format!("unit {unit} of its line belongs to `{other}`");
        let mend = "give each its own meter and relay channel".to_owned();
        mistakes.push(table.mistake(table.line_of("unit"), "unit", message, mend));
    }
}

/// `[power]`: what holds for all; with how long an overload may last at worst, if that is said.
fn general(
    root: &mut Table,
    calendar: Option<&Calendar>,
    mistakes: &mut Vec<Mistake>,
) -> (Power, Protection, Option<Duration>) {
    let mut table = root
        .table("power", mistakes)
        .unwrap_or_else(|| Table::new(root.file(), "power", root.line(), Vec::new()));
    let mut protection = Protection::default().read(&mut table, mistakes);
    protection.check(&table, mistakes);
    let mut power = Power {
        night: window(&mut table, "night", calendar, mistakes),
        lights_out: window(&mut table, "lights_out", calendar, mistakes),
        ..Power::default()
    };
    if let Some(seconds) = table.integer("energy_every_s", &(1..3_601), mistakes) {
        power.energy_every = Duration::from_secs(seconds.value.unsigned_abs());
    }
    if let Some(seconds) = table.number("restore_step_s", &(0.1..=600.0), mistakes) {
        power.stagger.step_delay_s = seconds.value;
    }
    if let Some(rooms) = ranged(&mut table, "restore_rooms", 1, 10_000, mistakes) {
        power.stagger.rooms_a_step = usize::try_from(rooms).unwrap_or(1);
    }
    let worst = ranged(&mut table, "worst_trip_ms", 1, 3_600_000, mistakes);
    table.finish(mistakes);
    (power, protection, worst.map(|worst| Duration::from_millis(worst.unsigned_abs())))
}

fn ranged(
    table: &mut Table,
    key: &'static str,
    least: i64,
    most: i64,
    mistakes: &mut Vec<Mistake>,
) -> Option<i64> {
    table.integer(key, &(least..most + 1), mistakes).map(|number| number.value)
}

fn window(
    table: &mut Table,
    key: &'static str,
    calendar: Option<&Calendar>,
    mistakes: &mut Vec<Mistake>,
) -> Option<WindowId> {
    let id = table.parsed::<WindowId>(key, "the id of a window", mistakes)?;
    let calendar = calendar?;
    let names = calendar.windows.iter().map(|window| window.id.as_str());
    if !names.clone().any(|known| known == id.value.as_str()) {
        let message = format!("no window is called `{}`", id.value);
        mistakes.push(table.mistake(id.line, key, message, mend_by(id.value.as_str(), names)));
    }
    Some(id.value)
}

fn area(table: &mut Table, areas: &Areas, mistakes: &mut Vec<Mistake>) -> Option<AreaId> {
    let id = table.required::<AreaId>("area", "the id of an area", mistakes)?;
    if areas.contains_key(&id.value) {
        return Some(id.value);
    }
    let mend = mend_by(id.value.as_str(), areas.keys().map(AreaId::as_str));
    let message = format!("no area is called `{}`", id.value);
    mistakes.push(table.mistake(id.line, "area", message, mend));
    None
}

/// The line that a table names.
fn line_named(table: &mut Table, names: &Names, mistakes: &mut Vec<Mistake>) -> Option<String> {
    let line = table.required_text("line", mistakes)?;
    if !names.lines.contains(&line.value) {
        let mend = mend_by(&line.value, names.lines.iter().map(String::as_str));
        let message = format!("no line is called `{}`", line.value);
        mistakes.push(table.mistake(line.line, "line", message, mend));
    }
    Some(line.value)
}

fn unit(table: &mut Table, key: &'static str, mistakes: &mut Vec<Mistake>) -> Option<Unit> {
    let number = ranged(table, key, 1, 247, mistakes)?;
    u8::try_from(number).ok().and_then(Unit::new)
}

/// The unit of a meter, which must be said.
fn meter_unit(table: &mut Table, mistakes: &mut Vec<Mistake>) -> Option<Unit> {
    if !table.has("unit") {
        let mend = "add the meter's address on its line, 1 to 247".to_owned();
        mistakes.push(table.mistake(table.line(), "unit", "is missing".to_owned(), mend));
    }
    unit(table, "unit", mistakes)
}
