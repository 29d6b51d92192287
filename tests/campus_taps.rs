//! The taps of a campus folder: what is good loads as it is meant, and every mistake is told with file,
//! line, key and mend.

#![expect(clippy::expect_used, reason = "helpers of tests may panic as tests do")]

use std::{fs, path::Path};

use chrono::TimeDelta;
use onecard::campus::{self, Campus, Mistakes};
use onecard_rules::{
    ids::TapId,
    money::Fen,
    normaliser::ByteOrder,
    person::PersonKind,
    tariff::Unit,
    water::{Measure, Settings},
};

/// Everything that can be said.
const TAPS: &str = r#"
[[taps]]
id = "dorm-1-shower-{1..8}"
name = "1号楼淋浴{n}"
area = "dorm-1"
reader = "dorm-1-card-{n}"
byte_order = "reversed"
tariff = "shower"
tariffs = { teacher = "staff-shower", family = "staff-shower" }
most_yuan = "3.50"
income = "bath-house"
lease_ms = 6000
renew_ms = 2000
no_flow_s = 30
longest_s = 600
patience_ms = 1500
most_l_per_min = 20
leak_ml = 80

[[taps]]
id = "drinking-1"
area = "library"
tariff = "drinking"
"#;

const TARIFFS: &str = r#"
[[tariffs]]
id = "shower"
from = "2026-01-01"
unit = "litre"
[[tariffs.prices]]
all = "0.03"

[[tariffs]]
id = "staff-shower"
from = "2026-01-01"
unit = "m3"
[[tariffs.prices]]
all = "20"

[[tariffs]]
id = "drinking"
from = "2026-01-01"
unit = "second"
[[tariffs.prices]]
all = "0.005"

[[tariffs]]
id = "dorm-power"
from = "2026-01-01"
unit = "kwh"
[[tariffs.prices]]
all = "0.5"
"#;

fn load(taps: &str, tariffs: &str) -> Result<Campus, Mistakes> {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("campus");
    campus::init(&root, "west").expect("a starter campus");
    let add = |file: &Path, text: &str| {
        let before = fs::read_to_string(file).unwrap_or_default();
        fs::write(file, before + text).expect("written");
    };
    add(&root.join("campus.toml"), taps);
    add(&root.join("tariffs.toml"), tariffs);
    Campus::load(&root)
}

#[test]
fn everything_that_can_be_said_is_taken_as_it_is_meant() {
    let campus = load(TAPS, TARIFFS).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!((campus.taps.len(), campus.site.taps.len()), (9, 9));
    let tap = &campus.taps[&"dorm-1-shower-3".parse::<TapId>().expect("a code")];
    assert_eq!(tap.site.name, "1号楼淋浴3");
    assert_eq!(tap.site.reader.as_str(), "dorm-1-card-3");
    assert_eq!(tap.site.normaliser.order, ByteOrder::Reversed);
    assert_eq!(tap.tariff_of(PersonKind::Student).as_str(), "shower");
    assert_eq!(tap.tariff_of(PersonKind::Family).as_str(), "staff-shower");
    assert_eq!((tap.unit, tap.most), (Unit::Millilitre, Fen::new(350)));
    assert_eq!(tap.income.as_str(), "bath-house");
    let expected = Settings {
        measure: Measure::Volume,
        lease: TimeDelta::seconds(6),
        renew_every: TimeDelta::seconds(2),
        no_flow: TimeDelta::seconds(30),
        longest: TimeDelta::minutes(10),
        patience: TimeDelta::milliseconds(1_500),
        most_per_second: 334,
        leak: 80,
    };
    assert_eq!(tap.settings, expected);
    let plain = &campus.taps[&"drinking-1".parse::<TapId>().expect("a code")];
    assert_eq!(
        (plain.site.name.as_str(), plain.site.reader.as_str()),
        ("drinking-1", "drinking-1")
    );
    assert_eq!((plain.settings.measure, plain.most), (Measure::Time, Fen::new(500)));
    assert_eq!(plain.settings.lease, TimeDelta::seconds(8));
    assert_eq!(plain.income.as_str(), "water");
}

/// What is changed in the good text, and what is told.
const TYPOS: &[(&str, &str, &str)] = &[
    (
        "area = \"library\"",
        "area = \"libary\"",
        "taps.drinking-1.area: no area is called `libary`; did you mean `library`?",
    ),
    ("area = \"library\"\n", "", "taps.drinking-1.area: is missing; add"),
    (
        "tariff = \"drinking\"",
        "tariff = \"drink\"",
        "taps.drinking-1.tariff: no tariff is called `drink`",
    ),
    (
        "tariff = \"drinking\"",
        "tariff = \"dorm-power\"",
        "taps.drinking-1.tariff: `dorm-power` is no tariff for water; name one whose unit",
    ),
    ("tariff = \"drinking\"", "", "taps.drinking-1.tariff: is missing; add the id of a tariff"),
    (
        "tariff = \"drinking\"",
        "tarif = \"drinking\"",
        "taps.drinking-1.tarif: is not a key of this table; did you mean `tariff`?",
    ),
    (
        "family = \"staff-shower\"",
        "family = \"drinking\"",
        "taps.dorm-1-shower-1.tariffs: are for other units than `tariff`",
    ),
    (
        "family = \"staff-shower\"",
        "familly = \"staff-shower\"",
        "tariffs.familly: is not a key of this table; did you mean `family`?",
    ),
    (
        "family = \"staff-shower\"",
        "family = \"staff\"",
        "tariffs.family: no tariff is called `staff`",
    ),
    (
        "reader = \"dorm-1-card-{n}\"",
        "reader = \"dorm-1-card\"",
        "taps.dorm-1-shower-2.reader: reader `dorm-1-card` belongs to tap `dorm-1-shower-1`; give each",
    ),
    (
        "reader = \"dorm-1-card-{n}\"",
        "reader = \"main-{n}-in\"",
        "taps.dorm-1-shower-1.reader: reader `main-1-in` belongs to a gate",
    ),
    (
        "id = \"drinking-1\"",
        "id = \"dorm-1-shower-3\"",
        "taps.dorm-1-shower-3.id: `dorm-1-shower-3` is there twice",
    ),
    ("id = \"drinking-1\"", "id = \"drinking 1\"", "taps.id: `drinking 1` is not good"),
    (
        "most_yuan = \"3.50\"",
        "most_yuan = \"3.505\"",
        "most_yuan: `3.505` is not good: `3.505` is finer than a fen",
    ),
    ("most_yuan = \"3.50\"", "most_yuan = \"0\"", "most_yuan: nothing can be bought with 0.00"),
    ("most_yuan = \"3.50\"", "most_yuan = 3.5", "most_yuan: is `3.5`; write a text"),
    ("income = \"bath-house\"", "income = \"bath house\"", "income: `bath house` is not good"),
    ("lease_ms = 6000", "lease_ms = 100", "lease_ms: is 100; write a whole number from 200"),
    (
        "renew_ms = 2000",
        "renew_ms = 3001",
        "renew_ms: 3001 ms are more than half of the lease of 6000 ms; let",
    ),
    ("no_flow_s = 30", "no_flow_s = 0", "no_flow_s: is 0; write a whole number from 1 to 600"),
    ("longest_s = 600", "longest_s = \"600 s\"", "longest_s: is `600 s`; write a whole number"),
    ("leak_ml = 80", "leak_ml = -1", "leak_ml: is -1; write"),
    (
        "byte_order = \"reversed\"",
        "byte_order = \"reverse\"",
        "byte_order: `reverse` is not known; did you mean `reversed`?",
    ),
];

#[test]
fn every_mistake_is_told_with_its_key_and_its_mend() {
    for (good, bad, expected) in TYPOS {
        assert!(TAPS.contains(good), "{good}");
        let told = load(&TAPS.replacen(good, bad, 1), TARIFFS).expect_err(bad);
        let found = told.0.iter().map(ToString::to_string).find(|told| told.contains(expected));
        let found = found.unwrap_or_else(|| panic!("{bad}: {expected} is not in\n{told}"));
        assert!(found.starts_with("campus.toml:"), "{found}");
        let line = found.split(':').nth(1).and_then(|line| line.parse::<usize>().ok());
        assert!(line.is_some(), "{found}");
    }
}

#[test]
fn taps_are_not_blamed_for_tariffs_that_cannot_be_read() {
    let told = load(TAPS, &TARIFFS.replacen("\"0.03\"", "\"0,03\"", 1)).expect_err("a mistake").0;
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told.first().map(|mistake| mistake.file.as_str()), Some("tariffs.toml"));
}
