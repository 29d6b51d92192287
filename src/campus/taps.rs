//! `[[taps]]`: taps and showers that are paid for by card: their readers, prices and times.
//!
//! What a session is, is `rules::water`'s; what a price is, `tariffs`'.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::TimeDelta;
use onecard_devices::{
    modbus,
    profile::{Profile, names},
    valve::wired::{SAFETY_TIMEOUT, Wired},
};
use onecard_rules::{
    ids::{ReaderId, TapId, TariffId, UnitId},
    money::Fen,
    person::PersonKind,
    site,
    tariff::Unit,
    water::{Measure, Settings},
};

use super::{
    gates::normaliser,
    mistake::{Mistake, mend_by},
    power::{Areas, Models, Power, Valve, area},
    ranges,
    table::{Lined, Table},
    tariffs::Tariffs,
};

/// A tap or shower.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tap {
    pub site: site::Tap,
    pub settings: Settings,
    /// The tariff, and those of kinds of people who have another.
    pub tariff: TariffId,
    pub tariffs: BTreeMap<PersonKind, TariffId>,
    /// What its prices are for.
    pub unit: Unit,
    /// At most so much is reserved for a session.
    pub most: Fen,
    /// Whose income the water is.
    pub income: UnitId,
    /// Its valve hangs on a line; see [`Power::valves`].
    pub wired: bool,
}

impl Tap {
    /// The tariff for people of a kind.
    #[must_use]
    pub fn tariff_of(&self, kind: PersonKind) -> &TariffId {
        self.tariffs.get(&kind).unwrap_or(&self.tariff)
    }
}

/// The taps of a campus.
pub type Taps = BTreeMap<TapId, Tap>;

/// Reserved for a session unless the campus says else.
const MOST: Fen = Fen::new(500);

/// What taps may name.
#[derive(Debug)]
pub(super) struct Known<'a> {
    pub areas: &'a Areas,
    /// `None`: the tariffs could not be read, and no name is wrong for it.
    pub tariffs: Option<&'a Tariffs>,
    /// The readers at gates.
    pub readers: &'a BTreeSet<ReaderId>,
}

/// Reads all taps.
pub(super) fn taps(
    root: &mut Table,
    known: &Known<'_>,
    models: &mut Models,
    power: &mut Power,
    mistakes: &mut Vec<Mistake>,
    warnings: &mut Vec<Mistake>,
) -> Taps {
    let mut taps = Taps::new();
    let mut readers: BTreeMap<ReaderId, TapId> = BTreeMap::new();
    for table in root.tables("taps", mistakes) {
        for mut table in ranges::expanded(table, mistakes) {
            let expected = "a code such as \"dorm-1-shower-3\"";
            let Some(id) = table.required::<TapId>("id", expected, mistakes) else { continue };
            table.call(format!("taps.{}", id.value));
            if taps.contains_key(&id.value) {
                let message = format!("`{}` is there twice", id.value);
                let mend = "give one of them another id".to_owned();
                mistakes.push(table.mistake(id.line, "id", message, mend));
            }
            let valve = valve(&mut table, power, models, mistakes, warnings);
            let (wired, settle) = match &valve {
                Wire::None => (false, TimeDelta::zero()),
                Wire::Wrong => (true, TimeDelta::zero()),
                Wire::To { settle, .. } => (true, *settle),
            };
            let tap = tap(&mut table, &id.value, known, &mut readers, settle, mistakes);
            table.finish(mistakes);
            let Some(tap) = tap else { continue };
            if let Wire::To { profile, line, unit, channel, .. } = valve {
                let (tap, area) = (id.value.clone(), tap.site.area.clone());
                let valve = Valve { tap, area, profile, line, unit, channel };
                power.valves.insert(id.value.clone(), valve);
            }
            taps.insert(id.value, Tap { wired, ..tap });
        }
    }
    taps
}

fn tap(
    table: &mut Table,
    id: &TapId,
    known: &Known<'_>,
    readers: &mut BTreeMap<ReaderId, TapId>,
    settle: TimeDelta,
    mistakes: &mut Vec<Mistake>,
) -> Option<Tap> {
    let name = table.text("name", mistakes).map_or_else(|| id.to_string(), |name| name.value);
    let area = area(table, known.areas, mistakes);
    let reader = reader(table, id, known, readers, mistakes);
    let normaliser = normaliser(table, mistakes);
    let tariff = tariff(table, "tariff", known, mistakes);
    let mut tariffs = BTreeMap::new();
    let mut units: Vec<_> = tariff.iter().map(|(tariff, unit)| (tariff.line, *unit)).collect();
    if let Some(mut others) = table.table("tariffs", mistakes) {
        for kind in PersonKind::ALL {
            if !others.has(kind.as_str()) {
                others.drop_key(kind.as_str());
                continue;
            }
            if let Some((other, unit)) = tariff_named(&mut others, kind.as_str(), known, mistakes) {
                units.push((other.line, unit));
                tariffs.insert(kind, other.value);
            }
        }
        others.finish(mistakes);
    }
    let unit = one_unit(table, &units, mistakes);
    let most = table.parsed::<Fen>("most_yuan", "an amount such as \"5.00\"", mistakes);
    if let Some(most) = most.as_ref().filter(|most| !most.value.is_positive()) {
        let message = format!("nothing can be bought with {}", most.value);
        let mend = "write an amount such as \"5.00\"".to_owned();
        mistakes.push(table.mistake(most.line, "most_yuan", message, mend));
    }
    let income =
        table.parsed::<UnitId>("income", "the code of a unit, such as \"water\"", mistakes);
    let income = income.map_or_else(|| UnitId::new("water").ok(), |income| Some(income.value));
    let settings = settings(table, unit, settle, mistakes);
    let site = site::Tap { id: id.clone(), name, area: area?, reader: reader?, normaliser };
    Some(Tap {
        site,
        settings: settings?,
        tariff: tariff?.0.value,
        tariffs,
        unit: unit?,
        most: most.map_or(MOST, |most| most.value),
        income: income?,
        wired: false,
    })
}

/// Where the valve of a tap is.
enum Wire {
    /// On MQTT, by itself.
    None,
    Wrong,
    To {
        profile: Arc<Profile>,
        line: String,
        unit: modbus::Unit,
        channel: u16,
        /// How long it takes to move.
        settle: TimeDelta,
    },
}

/// The valve on a line, if the tap names one.
fn valve(
    table: &mut Table,
    power: &Power,
    models: &mut Models,
    mistakes: &mut Vec<Mistake>,
    warnings: &mut Vec<Mistake>,
) -> Wire {
    let keys = ["valve", "line", "unit", "channel"];
    if keys.iter().all(|key| !table.has(key)) {
        for key in keys {
            table.drop_key(key);
        }
        return Wire::None;
    }
    for key in ["valve", "line", "unit"] {
        if !table.has(key) {
            let mend = "a valve on a line needs `valve`, `line` and `unit`".to_owned();
            mistakes.push(table.mistake(table.line(), key, "is missing".to_owned(), mend));
        }
    }
    let place = table.line_of("valve");
    let profile = models.find(table, "valve", mistakes);
    let line = table.text("line", mistakes);
    let unit = table.integer("unit", &(1..248), mistakes);
    let channel = table.integer("channel", &(1..65), mistakes).map_or(1, |found| found.value);
    let (Some(profile), Some(line), Some(unit)) = (profile, line, unit) else {
        return Wire::Wrong;
    };
    let (profile, channel) = (profile.value, u16::try_from(channel - 1).unwrap_or(0));
    if !power.lines.contains_key(&line.value) {
        let mend = mend_by(&line.value, power.lines.keys().map(String::as_str));
        let message = format!("no line is called `{}`", line.value);
        mistakes.push(table.mistake(line.line, "line", message, mend));
        return Wire::Wrong;
    }
    let Some(number) = u8::try_from(unit.value).ok().and_then(modbus::Unit::new) else {
        return Wire::Wrong;
    };
    if let Err(wrong) = Wired::new(Arc::clone(&profile), number, channel) {
        let message = format!("`{}` is no valve with a meter: {wrong}", profile.identity.model);
        let mend = "name a water meter with a valve; `onecard device profiles` lists them";
        mistakes.push(table.mistake(place, "valve", message, mend.to_owned()));
        return Wire::Wrong;
    }
    if let Some(other) = other_on(power, (&line.value, number, channel)) {
        let message = format!("unit {number} of its line belongs to `{other}`");
        let mend = "give each its own valve".to_owned();
        mistakes.push(table.mistake(unit.line, "unit", message, mend));
    }
    if profile.point(SAFETY_TIMEOUT).is_none() {
        let model = &profile.identity.model;
        let message =
            format!("`{model}` has no timer of its own: with the controller away, water runs on");
        let mend = "choose a valve with a safety timeout, or one that speaks MQTT".to_owned();
        warnings.push(table.mistake(place, "valve", message, mend));
    }
    let settle = profile.switch(names::VALVE, channel, names::CLOSED).ok();
    let settle = settle.and_then(|orders| orders.verify).map(|verify| verify.settle);
    let settle = settle.and_then(|settle| TimeDelta::from_std(settle).ok()).unwrap_or_default();
    Wire::To { profile, line: line.value, unit: number, channel, settle }
}

/// What else hangs on that unit and channel.
fn other_on(power: &Power, (line, unit, channel): (&str, modbus::Unit, u16)) -> Option<String> {
    let mut rooms = power.rooms.values().filter(|room| room.line == line);
    let mut valves = power.valves.values().filter(|valve| valve.line == line);
    let room = rooms.find(|room| room.unit == unit).map(|room| room.id.to_string());
    room.or_else(|| {
        let valve = valves.find(|valve| (valve.unit, valve.channel) == (unit, channel));
        valve.map(|valve| valve.tap.to_string())
    })
}

/// The reader before a tap; it is called like the tap unless the campus says else.
fn reader(
    table: &mut Table,
    id: &TapId,
    known: &Known<'_>,
    readers: &mut BTreeMap<ReaderId, TapId>,
    mistakes: &mut Vec<Mistake>,
) -> Option<ReaderId> {
    let line = table.line_of("reader");
    let expected = "a code such as \"dorm-1-shower-3\"";
    let reader = if table.has("reader") {
        table.parsed::<ReaderId>("reader", expected, mistakes)?.value
    } else {
        table.drop_key("reader");
        ReaderId::new(id.as_str()).ok()?
    };
    let other = if known.readers.contains(&reader) {
        Some("a gate".to_owned())
    } else {
        readers.insert(reader.clone(), id.clone()).map(|other| format!("tap `{other}`"))
    };
    if let Some(other) = other {
        let message = format!("reader `{reader}` belongs to {other}");
        let mend = "give each tap a reader of its own".to_owned();
        mistakes.push(table.mistake(line, "reader", message, mend));
    }
    Some(reader)
}

type Named = (Lined<TariffId>, Option<Unit>);

/// A tariff that must be said, and what its prices are for if that is known.
fn tariff(
    table: &mut Table,
    key: &'static str,
    known: &Known<'_>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Named> {
    if !table.has(key) {
        let mend = "add the id of a tariff of tariffs.toml".to_owned();
        mistakes.push(table.mistake(table.line(), key, "is missing".to_owned(), mend));
    }
    tariff_named(table, key, known, mistakes)
}

fn tariff_named(
    table: &mut Table,
    key: &'static str,
    known: &Known<'_>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Named> {
    let id = table.parsed::<TariffId>(key, "the id of a tariff", mistakes)?;
    let Some(tariffs) = known.tariffs else { return Some((id, None)) };
    let Some(versions) = tariffs.get(&id.value) else {
        let mend = mend_by(id.value.as_str(), tariffs.keys().map(TariffId::as_str));
        let message = format!("no tariff is called `{}`", id.value);
        mistakes.push(table.mistake(id.line, key, message, mend));
        return None;
    };
    let unit = versions.last().map(|tariff| tariff.unit);
    if unit == Some(Unit::WattHour) || versions.iter().any(|tariff| Some(tariff.unit) != unit) {
        let message = format!("`{}` is no tariff for water", id.value);
        let mend = "name one whose unit is `m3`, `litre`, `minute`, `second` or `use`".to_owned();
        mistakes.push(table.mistake(id.line, key, message, mend));
        return None;
    }
    Some((id, unit))
}

/// What the prices of all its tariffs are for.
fn one_unit(
    table: &Table,
    units: &[(usize, Option<Unit>)],
    mistakes: &mut Vec<Mistake>,
) -> Option<Unit> {
    let first = units.first()?.1;
    if let Some((line, _)) = units.iter().find(|(_, unit)| *unit != first) {
        let message = "are for other units than `tariff`".to_owned();
        let mend = "let all be by litre, all by time, or all by use".to_owned();
        mistakes.push(table.mistake(*line, "tariffs", message, mend));
    }
    // Where the tariffs could not be read, the campus is refused for that.
    first.or(Some(Unit::Millilitre))
}

fn settings(
    table: &mut Table,
    unit: Option<Unit>,
    settle: TimeDelta,
    mistakes: &mut Vec<Mistake>,
) -> Option<Settings> {
    let mut number = |key, range: std::ops::Range<i64>, unless_said| {
        table.integer(key, &range, mistakes).map_or(unless_said, |found| found.value)
    };
    // A motor needs its time, and then the line.
    let settle_ms = settle.num_milliseconds();
    let lease_ms = number("lease_ms", 200..60_001, (8_000 + settle_ms).min(60_000));
    let renew_ms = number("renew_ms", 50..30_001, (lease_ms * 3 / 8).max(50));
    let no_flow_s = number("no_flow_s", 1..601, 40);
    let longest_s = number("longest_s", 1..7_201, 900);
    let patience_ms = number("patience_ms", 50..60_001, (2_000 + settle_ms / 2).min(60_000));
    let litres = number("most_l_per_min", 1..1_001, 30);
    let leak_ml = number("leak_ml", 1..1_000_001, 50);
    if renew_ms * 2 > lease_ms {
        let message = format!("{renew_ms} ms are more than half of the lease of {lease_ms} ms");
        let mend = "let the lease be renewed at least twice before it ends".to_owned();
        let line = table.line_of("renew_ms");
        mistakes.push(table.mistake(line, "renew_ms", message, mend));
    }
    let measure = match unit? {
        Unit::Second => Measure::Time,
        Unit::Use => Measure::Use,
        Unit::Millilitre | Unit::WattHour => Measure::Volume,
    };
    Some(Settings {
        measure,
        lease: TimeDelta::milliseconds(lease_ms),
        renew_every: TimeDelta::milliseconds(renew_ms),
        no_flow: TimeDelta::seconds(no_flow_s),
        longest: TimeDelta::seconds(longest_s),
        patience: TimeDelta::milliseconds(patience_ms),
        most_per_second: (litres * 1_000).unsigned_abs().div_ceil(60),
        leak: leak_ml.unsigned_abs(),
    })
}
