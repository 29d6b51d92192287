//! `[money]` and `[credit]`: who takes money, and how rooms pay for electricity in advance.
//!
//! Prices are `tariffs.toml`'s, what a level means is `rules::credit`'s.

use std::{collections::BTreeSet, fmt::Display, str::FromStr, time::Duration};

use chrono::TimeDelta;
use onecard_rules::{
    calendar::Calendar,
    credit::{Settings, SettingsMistake},
    ids::{BankId, DeskId, TariffId, UnitId, WindowId},
    money::Fen,
};

use super::{
    mistake::{Mistake, mend_by},
    power::Power,
    table::{Lined, Table},
    tariffs::Tariffs,
};

/// How money is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// Where cash is taken.
    pub desks: BTreeSet<DeskId>,
    /// Which banks money comes from.
    pub banks: BTreeSet<BankId>,
    /// Whose income is kept apart.
    pub units: BTreeSet<UnitId>,
    /// An adjustment above it needs a second person.
    pub two_persons_above: Fen,
    /// `None`: rooms are not billed.
    pub prepaid: Option<Prepaid>,
}

/// How rooms pay for electricity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepaid {
    /// Of rooms that name no other.
    pub tariff: TariffId,
    /// Whose income it is.
    pub unit: UnitId,
    /// A room that is well is billed so often; one that runs low, with every reading.
    pub bill_every: TimeDelta,
    pub settings: Settings,
}

impl Default for Money {
    fn default() -> Self {
        let units = ["electricity", "water", "card-fees", "tuition"];
        Self {
            desks: [known("main")].into_iter().flatten().collect(),
            banks: BTreeSet::new(),
            units: units.into_iter().filter_map(known).collect(),
            two_persons_above: Fen::new(50_000),
            prepaid: None,
        }
    }
}

/// A code of ours.
fn known<T: FromStr>(code: &str) -> Option<T> {
    code.parse().ok()
}

/// What the tables of a campus are held against.
#[derive(Debug)]
pub struct Known<'a> {
    pub calendar: Option<&'a Calendar>,
    pub tariffs: &'a Tariffs,
    pub power: &'a Power,
}

pub fn read(root: &mut Table, known: &Known<'_>, mistakes: &mut Vec<Mistake>) -> Money {
    let mut money = Money::default();
    if let Some(mut table) = root.table("money", mistakes) {
        codes(&mut table, "desks", &mut money.desks, mistakes);
        codes(&mut table, "banks", &mut money.banks, mistakes);
        codes(&mut table, "units", &mut money.units, mistakes);
        if let Some(amount) = yuan(&mut table, "two_persons_above", mistakes) {
            money.two_persons_above = amount.value;
        }
        table.finish(mistakes);
    }
    let line = root.line_of("credit");
    let credit = root.table("credit", mistakes);
    if credit.is_none()
        && let Some(room) = known.power.rooms.values().find(|room| room.tariff.is_some())
    {
        let message = format!("is missing, but the room `{}` names a tariff", room.id);
        let mend = "add `[credit]` with `tariff = …`, or leave the room's out".to_owned();
        mistakes.push(root.mistake(line, "credit", message, mend));
    }
    money.prepaid = credit.and_then(|table| prepaid(table, known, &money.units, mistakes));
    money
}

fn prepaid(
    mut table: Table,
    known: &Known<'_>,
    units: &BTreeSet<UnitId>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Prepaid> {
    let expected = "the id of a tariff of `tariffs.toml`";
    let tariff = table.required::<TariffId>("tariff", expected, mistakes);
    let named = known.power.rooms.values().filter_map(|room| room.tariff.as_ref());
    let named = tariff.iter().map(|tariff| &tariff.value).chain(named);
    let mut told = BTreeSet::new();
    for id in named.filter(|id| !known.tariffs.contains_key(*id)) {
        if told.insert(id.clone()) {
            let mend = mend_by(id.as_str(), known.tariffs.keys().map(TariffId::as_str));
            let message = format!("no tariff of `tariffs.toml` is called `{id}`");
            mistakes.push(table.mistake(table.line_of("tariff"), "tariff", message, mend));
        }
    }
    let unit = table.parsed::<UnitId>("income", "a unit of `[money]`", mistakes);
    if let Some(unit) = unit.as_ref().filter(|unit| !units.contains(&unit.value)) {
        let mend = mend_by(unit.value.as_str(), units.iter().map(UnitId::as_str));
        let message = format!("no unit is called `{}`", unit.value);
        mistakes.push(table.mistake(unit.line, "income", message, mend));
    }
    let seconds = |number: Option<Lined<i64>>| number.map(|seconds| seconds.value);
    let bill_every = seconds(table.integer("bill_every_s", &(0..86_401), mistakes));
    let sign = seconds(table.integer("sign_s", &(0..601), mistakes)).unwrap_or(10);
    let mut amount =
        |key, usual| yuan(&mut table, key, mistakes).map_or(Fen::new(usual), |amount| amount.value);
    let (low, nearly_empty) = (amount("low", 2_000), amount("nearly_empty", 500));
    let (grace, hysteresis) = (amount("grace", 0), amount("hysteresis", 100));
    let restore_at = amount("restore_at", 1);
    let settings = Settings {
        low,
        nearly_empty,
        sign: (sign > 0).then(|| TimeDelta::seconds(sign)),
        grace,
        hysteresis,
        restore_at,
        protected: windows(&mut table, known.calendar, mistakes),
        protect_holidays: table.flag("protect_holidays", mistakes).unwrap_or(true),
        protect_exams: table.flag("protect_exams", mistakes).unwrap_or(true),
    };
    if let Err(wrong) = settings.check() {
        let key = match wrong {
            SettingsMistake::LevelsDoNotFall => "low",
            SettingsMistake::Negative => "grace",
            SettingsMistake::RestoreTooLow => "restore_at",
        };
        let mend = "let the amounts fall from `low` to `grace`".to_owned();
        mistakes.push(table.mistake(table.line_of(key), key, wrong.to_string(), mend));
    }
    table.finish(mistakes);
    let electricity = units.iter().find(|unit| unit.as_str() == "electricity").cloned();
    Some(Prepaid {
        tariff: tariff?.value,
        unit: unit.map(|unit| unit.value).or(electricity)?,
        bill_every: TimeDelta::seconds(bill_every.unwrap_or(300)),
        settings,
    })
}

fn yuan(table: &mut Table, key: &'static str, mistakes: &mut Vec<Mistake>) -> Option<Lined<Fen>> {
    table.parsed::<Fen>(key, "an amount in yuan such as \"20.00\"", mistakes)
}

fn windows(
    table: &mut Table,
    calendar: Option<&Calendar>,
    mistakes: &mut Vec<Mistake>,
) -> Vec<WindowId> {
    let mut windows = BTreeSet::new();
    codes(table, "protected", &mut windows, mistakes);
    if let Some(calendar) = calendar {
        let line = table.line_of("protected");
        for window in windows.iter().filter(|window| calendar.window(window).is_none()) {
            let names = calendar.windows.iter().map(|window| window.id.as_str());
            let message = format!("no window is called `{window}`");
            let mend = mend_by(window.as_str(), names);
            mistakes.push(table.mistake(line, "protected", message, mend));
        }
    }
    windows.into_iter().collect()
}

/// A list of codes, in place of the usual ones.
fn codes<T: FromStr<Err: Display> + Ord>(
    table: &mut Table,
    key: &'static str,
    into: &mut BTreeSet<T>,
    mistakes: &mut Vec<Mistake>,
) {
    if !table.has(key) {
        // It is asked for all the same, so that a misspelt one is told.
        drop(table.texts(key, mistakes));
        return;
    }
    into.clear();
    for text in table.texts(key, mistakes) {
        match text.value.parse() {
            Ok(code) => {
                into.insert(code);
            }
            Err(error) => {
                let message = format!("`{}` is not good: {error}", text.value);
                let mend = "write codes such as \"main\"".to_owned();
                mistakes.push(table.mistake(text.line, key, message, mend));
            }
        }
    }
}

impl Money {
    /// How often what is due by itself is carried out.
    pub const DUE_EVERY: Duration = Duration::from_secs(1);
}
