//! `tariffs.toml`: the versions of all tariffs, each in force from a day on.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use onecard_rules::{
    ids::TariffId,
    tariff::{
        Allowance, Band, CarryOver, Days, Period, Price, Prices, Segment, Tariff, TariffMistake,
        Tiers, Unit,
    },
};

use super::{
    mistake::Mistake,
    table::{Lined, Table},
};

/// The name of the file in the campus folder.
pub const FILE: &str = "tariffs.toml";

/// The versions of each tariff, the earliest first.
pub type Tariffs = BTreeMap<TariffId, Vec<Tariff>>;

/// What prices are given for, and how many of our units that is.
const UNITS: [(&str, (Unit, u64)); 6] = [
    ("kwh", (Unit::WattHour, 1_000)),
    ("m3", (Unit::Millilitre, 1_000_000)),
    ("litre", (Unit::Millilitre, 1_000)),
    ("minute", (Unit::Second, 60)),
    ("second", (Unit::Second, 1)),
    ("use", (Unit::Use, 1)),
];

const BANDS: [(&str, Band); 4] =
    [("sharp", Band::Sharp), ("peak", Band::Peak), ("flat", Band::Flat), ("valley", Band::Valley)];

const PERIODS: [(&str, Period); 2] = [("month", Period::Month), ("year", Period::Year)];

/// Quantities below this are believed.
const QUANTITY_MAX: i64 = 1_000_000_000;

/// Reads the tariffs; what is wrong is told, what is right is kept. `None`: nothing is known of them.
pub fn read(text: &str, mistakes: &mut Vec<Mistake>) -> Option<Tariffs> {
    let mut root = Table::parse(FILE, text, mistakes)?;
    let mut tariffs = Tariffs::new();
    for table in root.tables("tariffs", mistakes) {
        version(table, &mut tariffs, mistakes);
    }
    root.finish(mistakes);
    for versions in tariffs.values_mut() {
        versions.sort_by_key(|tariff| tariff.from);
    }
    Some(tariffs)
}

fn version(mut table: Table, tariffs: &mut Tariffs, mistakes: &mut Vec<Mistake>) {
    let line = table.line();
    let id = table.required::<TariffId>("id", "a code such as \"dorm-power\"", mistakes);
    if let Some(id) = &id {
        table.call(format!("tariffs.{}", id.value));
    }
    let expected = "a day such as \"2026-09-01\"";
    let from = table.required::<NaiveDate>("from", expected, mistakes);
    let unit = table.one_of("unit", &UNITS, mistakes);
    if unit.is_none()
        && !mistakes.iter().any(|mistake| mistake.key.rsplit('.').next() == Some("unit"))
    {
        let mend = "add `unit = \"kwh\"` or the like".to_owned();
        mistakes.push(table.mistake(line, "unit", "is missing".to_owned(), mend));
    }
    let (counted, unit) = unit.map_or((Unit::WattHour, 1), |unit| unit.value);
    let prices: Vec<Prices> = table
        .tables("prices", mistakes)
        .into_iter()
        .map(|prices| read_prices(prices, unit, mistakes))
        .collect();
    let tiers = table.table("tiers", mistakes).map(|tiers| read_tiers(tiers, unit, mistakes));
    let days = table.table("days", mistakes).map(|days| read_days(days, mistakes));
    let allowance =
        table.table("allowance", mistakes).map(|free| read_allowance(free, unit, mistakes));
    let (Some(id), Some(from)) = (id, from) else { return table.finish(mistakes) };
    let versions = tariffs.entry(id.value.clone()).or_default();
    if versions.iter().any(|other| other.from == from.value) {
        let message = format!("another version of `{}` begins on {}", id.value, from.value);
        let mend = "give each version a day of its own".to_owned();
        mistakes.push(table.mistake(from.line, "from", message, mend));
    }
    let version = u32::try_from(versions.len() + 1).unwrap_or(u32::MAX);
    let (id, from, unit) = (id.value, from.value, counted);
    let tariff = Tariff { id, version, from, unit, days, tiers, prices, allowance };
    if let Err(wrong) = tariff.check() {
        let (key, mend) = match wrong {
            TariffMistake::Prices { .. } => ("prices", "add or remove `[[tariffs.prices]]`"),
            TariffMistake::TiersDoNotRise => ("tiers", "put them in rising order"),
            TariffMistake::Segments { .. } => {
                ("days", "begin with \"00:00 …\" and put them in order")
            }
        };
        let at = table.line_of(key);
        mistakes.push(table.mistake(at, key, wrong.to_string(), mend.to_owned()));
    }
    versions.push(tariff);
    table.finish(mistakes);
}

/// A price in yuan for a unit, as micro-fen for the least of it.
fn price(text: &str, unit: u64) -> Result<Price, String> {
    let (yuan, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if yuan.is_empty() || !digits(yuan) || !digits(part) {
        return Err(format!("`{text}` is not a price in yuan"));
    }
    if part.len() > 8 {
        return Err(format!("`{text}` has more digits than a price can have"));
    }
    // A yuan is a hundred million micro-fen.
    let micro: u64 =
        format!("{yuan}{part:0<8}").parse().map_err(|_| format!("`{text}` is too much"))?;
    if !micro.is_multiple_of(unit) {
        return Err(format!("`{text}` is finer than a millionth of a fen for the least quantity"));
    }
    Ok(Price(micro / unit))
}

fn read_prices(mut table: Table, unit: u64, mistakes: &mut Vec<Mistake>) -> Prices {
    let mut prices = Prices::default();
    let line = table.line();
    let read = |table: &mut Table, key: &'static str, mistakes: &mut Vec<Mistake>| {
        let text = table.text(key, mistakes)?;
        match price(&text.value, unit) {
            Ok(price) => Some(price),
            Err(message) => {
                let mend = "write a price such as \"0.5383\"".to_owned();
                mistakes.push(table.mistake(text.line, key, message, mend));
                None
            }
        }
    };
    let all = read(&mut table, "all", mistakes);
    if let Some(all) = all {
        prices = Prices::all(all);
    }
    let mut some = all.is_some();
    for (word, band) in BANDS {
        let Some(price) = read(&mut table, word, mistakes) else { continue };
        some = true;
        match band {
            Band::Sharp => prices.sharp = price,
            Band::Peak => prices.peak = price,
            Band::Flat => prices.flat = price,
            Band::Valley => prices.valley = price,
        }
    }
    if !some && !mistakes.iter().any(|mistake| mistake.line.is_some_and(|at| at >= line)) {
        let mend = "add `all = \"0.60\"`, or a price for each band".to_owned();
        mistakes.push(table.mistake(line, "all", "no price is given".to_owned(), mend));
    }
    table.finish(mistakes);
    prices
}

fn read_tiers(mut table: Table, unit: u64, mistakes: &mut Vec<Mistake>) -> Tiers {
    let period = table.one_of("period", &PERIODS, mistakes);
    let count_allowance = table.flag("count_allowance", mistakes).unwrap_or(false);
    let mut up_to = Vec::new();
    for Lined { value, line } in table.texts("up_to", mistakes) {
        if let Ok(whole) = value.parse::<u64>() {
            up_to.push(whole.saturating_mul(unit));
        } else {
            let message = format!("`{value}` is no whole quantity");
            let mend = "write `up_to = [\"240\", \"400\"]`".to_owned();
            mistakes.push(table.mistake(line, "up_to", message, mend));
        }
    }
    table.finish(mistakes);
    Tiers { period: period.map_or(Period::Month, |period| period.value), count_allowance, up_to }
}

fn read_days(mut table: Table, mistakes: &mut Vec<Mistake>) -> Days {
    let mut read = |key: &'static str, mistakes: &mut Vec<Mistake>| {
        let mut segments = Vec::new();
        for Lined { value, line } in table.texts(key, mistakes) {
            if let Some(found) = segment(&value) {
                segments.push(found);
            } else {
                let message = format!("`{value}` is no segment of a day");
                let mend = "write a time and a band, such as \"06:00 peak\"".to_owned();
                mistakes.push(table.mistake(line, key, message, mend));
            }
        }
        segments
    };
    let workday = read("workday", mistakes);
    let weekend = read("weekend", mistakes);
    let holiday = read("holiday", mistakes);
    table.finish(mistakes);
    // What is not given is as on a workday; a holiday is like a weekend.
    let weekend = if weekend.is_empty() { workday.clone() } else { weekend };
    let holiday = if holiday.is_empty() { weekend.clone() } else { holiday };
    Days { workday, weekend, holiday }
}

fn segment(text: &str) -> Option<Segment> {
    let (time, word) = text.split_once(' ')?;
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let band = BANDS.iter().find(|(known, _)| *known == word.trim())?.1;
    (hour < 24 && minute < 60).then_some(Segment { from: hour * 60 + minute, band })
}

fn read_allowance(mut table: Table, unit: u64, mistakes: &mut Vec<Mistake>) -> Allowance {
    let per_person = table.integer("per_person", &(0..QUANTITY_MAX), mistakes);
    if per_person.is_none() && !mistakes.iter().any(|mistake| mistake.key.ends_with("per_person")) {
        let mend = "add `per_person = 8`".to_owned();
        let message = "is missing".to_owned();
        mistakes.push(table.mistake(table.line(), "per_person", message, mend));
    }
    let mut months = |key: &'static str, mistakes: &mut Vec<Mistake>| {
        let mut found = Vec::new();
        for Lined { value, line } in table.texts(key, mistakes) {
            match value.parse::<u32>() {
                Ok(month) if (1..=12).contains(&month) => found.push(month),
                Ok(_) | Err(_) => {
                    let message = format!("`{value}` is no month");
                    let mend = "write months as \"1\" to \"12\"".to_owned();
                    mistakes.push(table.mistake(line, key, message, mend));
                }
            }
        }
        found
    };
    let kept_until = months("kept_until", mistakes);
    let not_in = months("not_in", mistakes);
    table.finish(mistakes);
    let carry_over = match kept_until.as_slice() {
        [] => CarryOver::Never,
        _ => CarryOver::UntilMonths(kept_until),
    };
    let per_person = per_person.map_or(0, |number| number.value.unsigned_abs());
    Allowance { per_person: per_person.saturating_mul(unit), carry_over, not_in }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[[tariffs]]
id = "dorm-power"
from = "2026-01-01"
unit = "kwh"
[tariffs.tiers]
period = "year"
up_to = ["2880", "4800"]
[[tariffs.prices]]
all = "0.4883"
[[tariffs.prices]]
all = "0.5383"
[[tariffs.prices]]
all = "0.7883"
[tariffs.allowance]
per_person = 8
kept_until = ["9"]
not_in = ["2", "7", "8"]

[[tariffs]]
id = "dorm-power"
from = "2026-09-01"
unit = "kwh"
[tariffs.days]
workday = ["00:00 valley", "06:00 peak", "22:00 valley"]
[[tariffs.prices]]
peak = "0.617"
valley = "0.307"

[[tariffs]]
id = "shower"
from = "2026-01-01"
unit = "litre"
[[tariffs.prices]]
all = "0.03"
"#;

    #[test]
    fn tariffs_are_read_in_the_units_that_people_know() {
        let mut mistakes = Vec::new();
        let tariffs = read(GOOD, &mut mistakes).unwrap();
        assert_eq!(mistakes, []);
        let power = &tariffs[&"dorm-power".parse::<TariffId>().unwrap()];
        assert_eq!(power[0].prices[1], Prices::all(Price(53_830)));
        assert_eq!(power[0].tiers.as_ref().unwrap().up_to, [2_880_000, 4_800_000]);
        assert_eq!(power[0].allowance.as_ref().unwrap().per_person, 8_000);
        assert_eq!((power[1].version, power[1].prices[0].peak), (2, Price(61_700)));
        assert_eq!(power[1].days.as_ref().unwrap().holiday.len(), 3);
        let shower = &tariffs[&"shower".parse::<TariffId>().unwrap()];
        assert_eq!(shower[0].prices[0], Prices::all(Price(3_000)), "3 fen a litre");
    }

    #[test]
    fn every_mistake_has_its_line_and_mend() {
        // What is changed in the good file, and what is told.
        let rows: &[(&str, &str, &str)] = &[
            (
                "\"0.4883\"",
                "\"0.48,83\"",
                "tariffs.toml:10: tariffs.dorm-power.prices.all: `0.48,83`",
            ),
            (
                "\"0.03\"",
                "\"0.03000001\"",
                "tariffs.toml:35: tariffs.shower.prices.all: `0.03000001` is finer",
            ),
            ("\"0.03\"", "\"0.030000001\"", "has more digits than a price"),
            ("all = \"0.5383\"", "peek = \"0.5383\"", "did you mean `peak`?"),
            ("all = \"0.03\"", "", "no price is given; add `all"),
            ("\"2880\"", "\"4800\"", "the ends of the tiers must rise; put them in rising order"),
            ("\"2880\", ", "", "there are 3 prices and 2 tiers"),
            (
                "\"00:00 valley\"",
                "\"01:00 valley\"",
                "the segments of a workday must begin at 00:00",
            ),
            ("06:00 peak", "06:00 peek", "`06:00 peek` is no segment of a day"),
            ("06:00 peak", "25:00 peak", "`25:00 peak` is no segment of a day"),
            (
                "\"2026-09-01\"",
                "\"2026-01-01\"",
                "another version of `dorm-power` begins on 2026-01-01",
            ),
            ("\"2026-09-01\"", "\"1 September\"", "write a day such as"),
            ("unit = \"litre\"", "unit = \"liter\"", "did you mean `litre`?"),
            ("unit = \"litre\"", "", "tariffs.shower.unit: is missing"),
            ("per_person = 8", "per_person = -8", "write a whole number from 0"),
            ("per_person = 8", "", "tariffs.dorm-power.allowance.per_person: is missing"),
            ("\"7\", ", "\"13\", ", "`13` is no month"),
            ("period = \"year\"", "period = \"week\"", "`week` is not known"),
            ("id = \"shower\"", "id = \"the shower\"", "write a code such as"),
        ];
        for (good, bad, expected) in rows {
            assert!(GOOD.contains(good), "{good}");
            let mut mistakes = Vec::new();
            read(&GOOD.replacen(good, bad, 1), &mut mistakes);
            let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            assert!(told.iter().any(|told| told.contains(expected)), "{bad}: {told:#?}");
        }
    }
}
