//! `[[taps]]`: taps and showers that are paid for by card: their readers, prices and times.
//!
//! What a session is, is `rules::water`'s; what a price is, `tariffs`'.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
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
    power::{Areas, area},
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
pub struct Known<'a> {
    pub areas: &'a Areas,
    /// `None`: the tariffs could not be read, and no name is wrong for it.
    pub tariffs: Option<&'a Tariffs>,
    /// The readers at gates.
    pub readers: &'a BTreeSet<ReaderId>,
}

/// Reads all taps.
pub fn taps(root: &mut Table, known: &Known<'_>, mistakes: &mut Vec<Mistake>) -> Taps {
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
            let tap = tap(&mut table, &id.value, known, &mut readers, mistakes);
            table.finish(mistakes);
            taps.extend(tap.map(|tap| (id.value, tap)));
        }
    }
    taps
}

fn tap(
    table: &mut Table,
    id: &TapId,
    known: &Known<'_>,
    readers: &mut BTreeMap<ReaderId, TapId>,
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
    let settings = settings(table, unit, mistakes);
    let site = site::Tap { id: id.clone(), name, area: area?, reader: reader?, normaliser };
    Some(Tap {
        site,
        settings: settings?,
        tariff: tariff?.0.value,
        tariffs,
        unit: unit?,
        most: most.map_or(MOST, |most| most.value),
        income: income?,
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
    mistakes: &mut Vec<Mistake>,
) -> Option<Settings> {
    let mut number = |key, range: std::ops::Range<i64>, unless_said| {
        table.integer(key, &range, mistakes).map_or(unless_said, |found| found.value)
    };
    let lease_ms = number("lease_ms", 200..60_001, 8_000);
    let renew_ms = number("renew_ms", 50..30_001, (lease_ms * 3 / 8).max(50));
    let no_flow_s = number("no_flow_s", 1..601, 40);
    let longest_s = number("longest_s", 1..7_201, 900);
    let patience_ms = number("patience_ms", 50..60_001, 2_000);
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
