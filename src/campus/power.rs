//! `[power]`, `[[lines]]` and `[[rooms]]`: the Modbus lines of a campus and the rooms behind them.
//!
//! What a model of meter can do is its profile's; what a limit means is `rules::power`'s.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use onecard_devices::{
    line::{driver::Endpoint, timing::Serial},
    modbus::{Unit, frame::Framing},
    profile::{Library, Parity, Profile},
};
use onecard_rules::{
    calendar::Calendar,
    ids::{AreaId, RoomId, WindowId},
    power::{
        curve::Characteristic,
        plausibility::Limits,
        protection::{Draft, Settings},
        step::{Band, StepMode, StepSettings},
    },
};

use super::{
    mistake::{Mistake, mend_by},
    ranges,
    table::{Lined, Table},
};

/// The power of a campus; empty where it has none.
#[derive(Debug, Clone, Default)]
pub struct Power {
    pub lines: BTreeMap<String, Line>,
    pub rooms: BTreeMap<RoomId, Room>,
    /// While this window is open, the night limits are in force.
    pub night: Option<WindowId>,
    /// While this window is open, rooms with `lights_out` are dark.
    pub lights_out: Option<WindowId>,
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
    pub lights_out: bool,
}

/// What switches a room.
#[derive(Debug, Clone)]
pub struct Relay {
    pub profile: Arc<Profile>,
    pub unit: Unit,
    /// Counted from 0.
    pub channel: u16,
}

/// Mains voltage where a campus does not say otherwise.
const NOMINAL_VOLTAGE_V: f64 = 220.0;

/// What holds for rooms that do not say otherwise.
struct Defaults {
    limit_w: i64,
    night_limit_w: Option<i64>,
    rated_current_a: i64,
    draft: Draft,
    night: Option<WindowId>,
    lights_out: Option<WindowId>,
}

/// Reads the power of a campus.
pub fn read(
    root: &mut Table,
    areas: &BTreeMap<AreaId, Lined<onecard_rules::site::Area>>,
    calendar: Option<&Calendar>,
    mistakes: &mut Vec<Mistake>,
) -> Power {
    let defaults = defaults(root, calendar, mistakes);
    let mut models = Models::new();
    let mut lines: BTreeMap<String, Line> = BTreeMap::new();
    for table in root.tables("lines", mistakes) {
        for mut table in ranges::expanded(table, mistakes) {
            let Some(line) = line(&mut table, areas, mistakes) else { continue };
            table.finish(mistakes);
            lines.insert(line.id.clone(), line);
        }
    }
    let mut rooms: BTreeMap<RoomId, Room> = BTreeMap::new();
    let mut wired: HashMap<(String, Unit, Option<u16>), RoomId> = HashMap::new();
    for table in root.tables("rooms", mistakes) {
        for mut table in ranges::expanded(table, mistakes) {
            let known = (&lines, areas, &defaults);
            let Some(wiring) = room(&mut table, known, &mut models, mistakes) else { continue };
            let line = table.line();
            let ends = std::iter::once((wiring.unit, None))
                .chain(wiring.relay.as_ref().map(|relay| (relay.unit, Some(relay.channel))));
            for (unit, channel) in ends {
                let end = (wiring.line.clone(), unit, channel);
                if let Some(other) = wired.insert(end, wiring.id.clone()) {
                    let message = format!("unit {unit} of its line belongs to room `{other}`");
                    let mend = "give each room its own meter and relay channel".to_owned();
                    mistakes.push(table.mistake(line, "unit", message, mend));
                }
            }
            if rooms.contains_key(&wiring.id) {
                let message = format!("`{}` is there twice", wiring.id);
                let mend = "give one of them another id".to_owned();
                mistakes.push(table.mistake(line, "id", message, mend));
            }
            table.finish(mistakes);
            rooms.insert(wiring.id.clone(), wiring);
        }
    }
    Power { lines, rooms, night: defaults.night, lights_out: defaults.lights_out }
}

fn defaults(
    root: &mut Table,
    calendar: Option<&Calendar>,
    mistakes: &mut Vec<Mistake>,
) -> Defaults {
    let mut table = root
        .table("power", mistakes)
        .unwrap_or_else(|| Table::new(root.file(), "power", root.line(), Vec::new()));
    let mut number = |key, least: i64, most: i64, otherwise: i64| {
        ranged(&mut table, key, least, most, mistakes).unwrap_or(otherwise)
    };
    let limit_w = number("limit_w", 10, 1_000_000, 1_200);
    let rated_current_a = number("rated_current_a", 1, 1_000, 16);
    let confirmation_samples = number("confirmation_samples", 1, 16, 2);
    let delay_s = number("overload_s", 0, 3_600, 3);
    let reclose_after_s = number("reclose_after_s", 1, 86_400, 180);
    let tries_per_day = number("tries_per_day", 0, 20, 3);
    let stale_after_s = number("stale_after_s", 1, 600, 10);
    let night_limit_w = ranged(&mut table, "night_limit_w", 10, 1_000_000, mistakes);
    let modes = [("off", StepMode::Off), ("warn", StepMode::Warn), ("trip", StepMode::Trip)];
    let mode = table.one_of("malicious", &modes, mistakes).map_or(StepMode::Trip, |m| m.value);
    let from = ranged(&mut table, "malicious_from_w", 30, 100_000, mistakes).unwrap_or(600);
    let to = ranged(&mut table, "malicious_to_w", 30, 100_000, mistakes).unwrap_or(3_500);
    let night = window(&mut table, "night", calendar, mistakes);
    let lights_out = window(&mut table, "lights_out", calendar, mistakes);
    table.finish(mistakes);
    let step = StepSettings {
        mode,
        bands: vec![Band { from_w: exact(from), to_w: exact(to) }],
        power_factor_min: 0.97,
        hold_samples: 2,
        hold_s: 1.0,
        gap_max_s: 10.0,
        nominal_voltage_v: NOMINAL_VOLTAGE_V,
        white_list: Vec::new(),
    };
    let draft = Draft {
        limit_w: exact(limit_w),
        night_limit_w: night_limit_w.map(exact),
        confirmation_samples: u32::try_from(confirmation_samples).unwrap_or(2),
        curve: Characteristic::Definite { delay_s: exact(delay_s) },
        warn_seconds_min: 2.0,
        step: (mode != StepMode::Off).then_some(step),
        reclose_after_s: exact(reclose_after_s),
        tries_per_day: u8::try_from(tries_per_day).unwrap_or(3),
        stale_after_s: exact(stale_after_s),
    };
    Defaults { limit_w, night_limit_w, rated_current_a, draft, night, lights_out }
}

/// A whole number of ours; all are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "ranges keep it small")]
fn exact(number: i64) -> f64 {
    number as f64
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

fn area(
    table: &mut Table,
    areas: &BTreeMap<AreaId, Lined<onecard_rules::site::Area>>,
    mistakes: &mut Vec<Mistake>,
) -> Option<AreaId> {
    let id = table.required::<AreaId>("area", "the id of an area", mistakes)?;
    if areas.contains_key(&id.value) {
        return Some(id.value);
    }
    let mend = mend_by(id.value.as_str(), areas.keys().map(AreaId::as_str));
    let message = format!("no area is called `{}`", id.value);
    mistakes.push(table.mistake(id.line, "area", message, mend));
    None
}

fn line(
    table: &mut Table,
    areas: &BTreeMap<AreaId, Lined<onecard_rules::site::Area>>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Line> {
    let expected = "a code such as \"north-3-a\"";
    // The same form as a room's, for it stands in topics too.
    let id = table.required::<RoomId>("id", expected, mistakes)?;
    table.call(format!("lines.{}", id.value));
    let area = area(table, areas, mistakes);
    let connect = table.required_text("connect", mistakes);
    let baud = ranged(table, "baud", 300, 1_000_000, mistakes).unwrap_or(9_600);
    let parities = [("none", Parity::None), ("even", Parity::Even), ("odd", Parity::Odd)];
    let parity = table.one_of("parity", &parities, mistakes).map_or(Parity::None, |p| p.value);
    let baud = u32::try_from(baud).unwrap_or(9_600);
    let connect = connect?;
    let endpoint = endpoint(&connect.value, baud, parity);
    if endpoint.is_none() {
        let message = format!("`{}` is not good", connect.value);
        let mend = "write \"tcp://host:502\" for Modbus TCP, \"rtu://host:4001\" for a transparent \
                    gateway, or \"serial:///dev/ttyUSB0\"";
        mistakes.push(table.mistake(connect.line, "connect", message, mend.to_owned()));
    }
    let bits_per_character = if parity == Parity::None { 10 } else { 11 };
    let serial = Serial { baud, bits_per_character };
    Some(Line { id: id.value.to_string(), area: area?, endpoint: endpoint?, serial })
}

fn endpoint(text: &str, baud: u32, parity: Parity) -> Option<Endpoint> {
    let (kind, rest) = text.split_once("://")?;
    let gateway = |framing| {
        let (host, port) = rest.rsplit_once(':')?;
        (!host.is_empty() && port.parse::<u16>().is_ok())
            .then(|| Endpoint::Tcp { address: rest.to_owned(), framing })
    };
    match kind {
        "tcp" => gateway(Framing::Tcp),
        "rtu" => gateway(Framing::Rtu),
        "serial" if !rest.is_empty() => {
            Some(Endpoint::Serial { path: rest.to_owned(), baud, parity })
        }
        _ => None,
    }
}

/// The profiles, each read once.
struct Models {
    library: Library,
    shared: HashMap<String, Arc<Profile>>,
}

impl Models {
    fn new() -> Self {
        // The shipped profiles are held by tests; without them every model is unknown, and told so.
        let library = Library::of_shipped().unwrap_or_default();
        Self { library, shared: HashMap::new() }
    }

    fn find(
        &mut self,
        table: &mut Table,
        key: &'static str,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Lined<Arc<Profile>>> {
        let Lined { value: name, line } = table.text(key, mistakes)?;
        if let Some(profile) = self.shared.get(&name) {
            return Some(Lined { value: Arc::clone(profile), line });
        }
        let Some(profile) = self.library.model(&name) else {
            let models: Vec<&str> =
                self.library.iter().map(|profile| profile.identity.model.as_str()).collect();
            let message = format!("no profile is for `{name}`");
            let mend = mend_by(&name, models.iter().copied());
            mistakes.push(table.mistake(line, key, message, mend));
            return None;
        };
        let profile = Arc::new(profile.clone());
        self.shared.insert(name, Arc::clone(&profile));
        Some(Lined { value: profile, line })
    }
}

type Known<'a> = (
    &'a BTreeMap<String, Line>,
    &'a BTreeMap<AreaId, Lined<onecard_rules::site::Area>>,
    &'a Defaults,
);

fn room(
    table: &mut Table,
    (lines, areas, defaults): Known<'_>,
    models: &mut Models,
    mistakes: &mut Vec<Mistake>,
) -> Option<Room> {
    let id = table.required::<RoomId>("id", "a code such as \"north-3-301\"", mistakes)?.value;
    table.call(format!("rooms.{id}"));
    let name = table.text("name", mistakes).map_or_else(|| id.to_string(), |name| name.value);
    let area = area(table, areas, mistakes);
    let line = table.required_text("line", mistakes);
    if let Some(line) = &line
        && !lines.contains_key(&line.value)
    {
        let mend = mend_by(&line.value, lines.keys().map(String::as_str));
        let message = format!("no line is called `{}`", line.value);
        mistakes.push(table.mistake(line.line, "line", message, mend));
    }
    let unit = unit(table, "unit", mistakes);
    if unit.is_none() {
        let mend = "add the meter's address on its line, 1 to 247".to_owned();
        mistakes.push(table.mistake(table.line(), "unit", "is missing".to_owned(), mend));
    }
    let meter = models.find(table, "meter", mistakes);
    if let Some(meter) = &meter
        && meter.value.power_plan().is_none()
    {
        let message = format!("`{}` measures no power", meter.value.identity.model);
        let mend = "name the room's electricity meter".to_owned();
        mistakes.push(table.mistake(meter.line, "meter", message, mend));
    }
    let relay = relay(table, unit, meter.as_ref(), models, mistakes);
    let settings = limits(table, meter.as_ref(), defaults, mistakes);
    let lights_out = table.flag("lights_out", mistakes).unwrap_or(true);
    Some(Room {
        id,
        name,
        area: area?,
        line: line?.value,
        meter: meter?.value,
        unit: unit?,
        relay,
        settings: settings?,
        lights_out,
    })
}

fn unit(table: &mut Table, key: &'static str, mistakes: &mut Vec<Mistake>) -> Option<Unit> {
    let number = ranged(table, key, 1, 247, mistakes)?;
    u8::try_from(number).ok().and_then(Unit::new)
}

/// The relay of a room: its meter's own, or a channel of a board.
fn relay(
    table: &mut Table,
    unit_of_meter: Option<Unit>,
    meter: Option<&Lined<Arc<Profile>>>,
    models: &mut Models,
    mistakes: &mut Vec<Mistake>,
) -> Option<Relay> {
    let board = models.find(table, "relay", mistakes);
    let unit = unit(table, "relay_unit", mistakes);
    let channel = ranged(table, "relay_channel", 1, 64, mistakes);
    let switches = |profile: &Profile| profile.command("relay").is_some();
    match board {
        Some(board) if switches(&board.value) => {
            let channel = u16::try_from(channel.unwrap_or(1) - 1).unwrap_or(0);
            let channels = board.value.command("relay").map_or(0, |command| command.channels);
            if channel >= channels {
                let message = format!("`{}` has {channels} channels", board.value.identity.model);
                let mend = format!("give one from 1 to {channels}");
                let line = table.line_of("relay_channel");
                mistakes.push(table.mistake(line, "relay_channel", message, mend));
            }
            Some(Relay { profile: board.value, unit: unit.or(unit_of_meter)?, channel })
        }
        Some(board) => {
            let message = format!("`{}` switches nothing", board.value.identity.model);
            let mend = "name a relay board, a breaker or a meter with a relay".to_owned();
            mistakes.push(table.mistake(board.line, "relay", message, mend));
            None
        }
        None => {
            let meter = meter.filter(|meter| switches(&meter.value))?;
            Some(Relay { profile: Arc::clone(&meter.value), unit: unit_of_meter?, channel: 0 })
        }
    }
}

fn limits(
    table: &mut Table,
    meter: Option<&Lined<Arc<Profile>>>,
    defaults: &Defaults,
    mistakes: &mut Vec<Mistake>,
) -> Option<Settings> {
    let rated = ranged(table, "rated_current_a", 1, 1_000, mistakes);
    let limit_w = ranged(table, "limit_w", 10, 1_000_000, mistakes).unwrap_or(defaults.limit_w);
    let night = ranged(table, "night_limit_w", 10, 1_000_000, mistakes).or(defaults.night_limit_w);
    let rated = rated.unwrap_or(defaults.rated_current_a);
    // What the meter itself can carry bounds the circuit.
    let bears = meter.and_then(|meter| meter.value.rating.current_a).map_or(rated, i64::from);
    let limits = Limits::of_circuit(exact(rated.min(bears)), NOMINAL_VOLTAGE_V);
    let draft = Draft {
        limit_w: exact(limit_w),
        night_limit_w: night.map(exact),
        ..defaults.draft.clone()
    };
    match Settings::new(limits, draft) {
        Ok(settings) => Some(settings),
        Err(wrong) => {
            let told = wrong.to_string();
            let (message, mend) = told.split_once("; ").unwrap_or((&told, "lower it"));
            let (message, mend) = (message.to_owned(), mend.to_owned());
            mistakes.push(table.mistake(table.line_of("limit_w"), "limit_w", message, mend));
            None
        }
    }
}
