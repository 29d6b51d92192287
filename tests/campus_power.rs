//! The power of a campus folder: what is good loads as it is meant, and every mistake is told with
//! file, line, key and mend.

#![expect(clippy::expect_used, reason = "helpers of tests may panic as tests do")]

use std::{fs, time::Duration};

use onecard::campus::{self, Campus, Mistakes};
use onecard_rules::{
    ids::FeederId,
    power::{
        curve::{Characteristic, InverseKind},
        protection::Draft,
        step::{Band, StepMode, StepSettings},
    },
};

/// Everything that can be said.
const POWER: &str = r#"
[power]
limit_w = 1200
night_limit_w = 800
night = "curfew"
lights_out = "curfew"
rated_current_a = 20
nominal_voltage_v = 230
confirmation_samples = 3
characteristic = "very_inverse"
tms = 0.5
reset_s = 30
warn_s = 5
reclose_after_s = 300
tries_per_day = 2
stale_after_s = 12.5
malicious = "trip"
malicious_bands_w = ["600-1500", "1501-3500"]
white_list_w = ["1000-1100"]
malicious_power_factor = 0.98
malicious_hold_samples = 3
malicious_hold_s = 1.5
malicious_gap_s = 8
relay_interval_s = 20
energy_every_s = 30
restore_step_s = 2.5
restore_rooms = 8
worst_trip_ms = 3000

[[lines]]
id = "dorm-1-a"
area = "dorm-1"
connect = "rtu://127.0.0.1:4001"
baud = 9600

[[rooms]]
id = "dorm-1-{101..116}"
name = "1号楼{n}"
area = "dorm-1"
line = "dorm-1-a"
meter = "DDS238-2 ZN/SR"
unit = 1

[[rooms]]
id = "dorm-1-201"
area = "dorm-1"
line = "dorm-1-a"
meter = "SDM120"
unit = 31
relay = "Waveshare Modbus RTU Relay 8CH"
relay_unit = 40
relay_channel = 3
limit_w = 2000
characteristic = "thermal"
tau_s = 90
k = 1.1
malicious = "warn"
lights_out = false

[[feeders]]
id = "dorm-1"
name = "1号楼"
area = "dorm-1"
limit_w = 30_000
rated_w = 40_000
target_w = 26_000
confirmation_samples = 5
step_s = 15
inrush_w = 5000
rotate_after_s = 900
exempt = ["dorm-1-201"]
meter = "DTSD1352"
line = "dorm-1-a"
unit = 50
"#;

/// The starter campus with this text behind it.
fn load(text: &str) -> (String, Result<Campus, Mistakes>) {
    let folder = tempfile::tempdir().expect("a folder");
    campus::init(folder.path(), "west").expect("a starter");
    let path = folder.path().join("campus.toml");
    let whole = fs::read_to_string(&path).expect("a starter file") + text;
    fs::write(&path, &whole).expect("written");
    let loaded = Campus::load(folder.path());
    (whole, loaded)
}

/// Everything, with the rooms of a range at units of their own.
fn good() -> String {
    let (head, tail) = POWER.split_once("[[rooms]]\nid = \"dorm-1-{101..116}\"").expect("a range");
    let (_, tail) = tail.split_once("[[rooms]]").expect("another room");
    let room = |unit: usize| {
        format!(
            "[[rooms]]\nid = \"dorm-1-{}\"\nname = \"1号楼{unit}\"\narea = \"dorm-1\"\n\
             line = \"dorm-1-a\"\nmeter = \"DDS238-2 ZN/SR\"\nunit = {unit}\n\n",
            100 + unit
        )
    };
    let rooms: String = (1..=16).map(room).collect();
    format!("{head}{rooms}[[rooms]]{tail}")
}

#[test]
fn everything_that_can_be_said_is_taken_as_it_is_meant() {
    let (_, loaded) = load(&good());
    let campus = loaded.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(campus.warnings, []);
    let power = &campus.power;
    assert_eq!(power.energy_every, Duration::from_secs(30));
    assert_eq!((power.stagger.step_delay_s, power.stagger.rooms_a_step), (2.5, 8));

    let room = &power.rooms["dorm-1-101"];
    let step = StepSettings {
        mode: StepMode::Trip,
        bands: vec![Band { from_w: 600.0, to_w: 1500.0 }, Band { from_w: 1501.0, to_w: 3500.0 }],
        power_factor_min: 0.98,
        hold_samples: 3,
        hold_s: 1.5,
        gap_max_s: 8.0,
        nominal_voltage_v: 230.0,
        white_list: vec![Band { from_w: 1000.0, to_w: 1100.0 }],
    };
    let draft = Draft {
        limit_w: 1200.0,
        night_limit_w: Some(800.0),
        confirmation_samples: 3,
        curve: Characteristic::InverseTime {
            kind: InverseKind::VeryInverse,
            tms: 0.5,
            reset_s: 30.0,
        },
        warn_seconds_min: 5.0,
        step: Some(step.clone()),
        reclose_after_s: 300.0,
        tries_per_day: 2,
        stale_after_s: 12.5,
    };
    assert_eq!(room.settings.draft(), &draft);
    let limits = room.settings.limits();
    assert_eq!((limits.rated_current_a, limits.nominal_voltage_v), (20.0, 230.0));
    assert_eq!((room.relay_interval_s, room.lights_out), (20.0, true));
    assert_eq!(room.feeder.as_ref().map(FeederId::as_str), Some("dorm-1"));

    // One room says otherwise; what it does not say is as for all.
    let other = &power.rooms["dorm-1-201"];
    let own = Draft {
        limit_w: 2000.0,
        curve: Characteristic::Thermal { tau_s: 90.0, k: 1.1 },
        step: Some(StepSettings { mode: StepMode::Warn, ..step }),
        ..draft
    };
    assert_eq!(other.settings.draft(), &own);
    assert!(!other.lights_out);
    let relay = other.relay.as_ref().expect("a relay");
    assert_eq!((relay.unit.address(), relay.channel), (40, 2), "channels count from 0 inside");

    let feeder = &power.feeders["dorm-1"];
    let settings = &feeder.settings;
    assert_eq!((settings.limit_w, settings.target_w), (30_000.0, 26_000.0));
    assert_eq!((settings.confirmation_samples, settings.step_delay_s), (5, 15.0));
    assert_eq!((settings.inrush_cap_w, settings.rotate_after_s), (5000.0, 900.0));
    assert_eq!((settings.exempt.len(), feeder.rooms.len()), (1, 17));
    assert_eq!(feeder.meter.as_ref().map(|meter| meter.unit.address()), Some(50));
}

#[test]
fn what_nobody_says_is_usual() {
    let text = "[[lines]]\nid = \"a\"\narea = \"dorm-1\"\nconnect = \"tcp://127.0.0.1:502\"\n\
                [[rooms]]\nid = \"r-1\"\narea = \"dorm-1\"\nline = \"a\"\nmeter = \"SDM120\"\nunit = 1\n\
                [[feeders]]\nid = \"f\"\narea = \"campus\"\nlimit_w = 1000\n";
    let (_, loaded) = load(text);
    let power = loaded.unwrap_or_else(|mistakes| panic!("{mistakes}")).power;
    let room = &power.rooms["r-1"];
    let draft = room.settings.draft();
    assert_eq!((draft.limit_w, draft.night_limit_w), (1200.0, None));
    assert_eq!(draft.curve, Characteristic::Definite { delay_s: 3.0 });
    let limits = room.settings.limits();
    assert_eq!((limits.rated_current_a, limits.nominal_voltage_v), (16.0, 220.0));
    assert!(room.relay.is_none(), "an SDM120 switches nothing");
    let feeder = &power.feeders["f"];
    assert_eq!(feeder.rooms.len(), 1, "a room of an area within");
    assert_eq!((feeder.settings.target_w, feeder.settings.inrush_cap_w), (900.0, 200.0));
}

/// Text, what it is changed to, and what must be told; parts apart by `*`. The mistake must be told
/// of the last line of the change, or somewhere if nothing is left there.
const TYPOS: &[(&str, &str, &str)] = &[
    // [power]
    ("limit_w = 1200", "limit_w = 5", "power.limit_w: is 5; write a number from 10 to 1000000"),
    ("limit_w = 1200", "limit_w = 9000", "power.limit_w:*9000 W*rating of 4600 W; lower it"),
    ("limit_w = 1200", "limt_w = 1200", "power.limt_w: is not a key*did you mean `limit_w`?"),
    ("night_limit_w = 800", "night_limit_w = 1300", "power.night_limit_w:*1300*not below*lower it"),
    ("night = \"curfew\"", "night = \"curfw\"", "power.night: no window*did you mean `curfew`?"),
    ("lights_out = \"curfew\"", "lights_out = true", "power.lights_out: is true; write a text"),
    (
        "nominal_voltage_v = 230",
        "nominal_voltage_v = 24",
        "power.nominal_voltage_v: is 24;*100 to 400",
    ),
    (
        "rated_current_a = 20",
        "rated_current_a = nan",
        "power.rated_current_a: is `nan`; write a number",
    ),
    (
        "confirmation_samples = 3",
        "confirmation_samples = 1.5",
        "power.confirmation_samples: is `1.5`;*whole",
    ),
    ("\"very_inverse\"", "\"very_invers\"", "power.characteristic:*did you mean `very_inverse`?"),
    ("tms = 0.5", "tms = 0", "power.tms: is 0; write a number from 0.01 to 10"),
    ("tms = 0.5", "overload_s = 3", "power.overload_s: has no meaning*it belongs to `definite`"),
    ("reset_s = 30", "tau_s = 120", "power.tau_s: has no meaning*it belongs to `thermal`"),
    ("warn_s = 5", "warn_s = -1", "power.warn_s: is -1; write a number from 0"),
    (
        "tries_per_day = 2",
        "tries_per_day = 99",
        "power.tries_per_day: is 99; write a whole number from 0 to 20",
    ),
    (
        "stale_after_s = 12.5",
        "stale_after_s = \"10\"",
        "power.stale_after_s: is `10`; write a number",
    ),
    ("malicious = \"trip\"", "malicious = \"tripp\"", "power.malicious:*did you mean `trip`?"),
    ("\"600-1500\"", "\"1500-600\"", "power.malicious_bands_w: `1500-600` is no band*\"600-3500\""),
    ("\"600-1500\"", "600", "power.malicious_bands_w: is 600; write a text"),
    ("[\"600-1500\", \"1501-3500\"]", "[]", "power.malicious_bands_w: has no band; add one"),
    (
        "[\"600-1500\", \"1501-3500\"]",
        "[\"1-2\", \"3-4\", \"5-6\", \"7-8\", \"9-10\", \"11-12\", \"13-14\"]",
        "power.malicious_bands_w: has 7 bands; 6 are possible",
    ),
    ("\"1000-1100\"", "\"kettle\"", "power.white_list_w: `kettle` is no band"),
    (
        "malicious_power_factor = 0.98",
        "malicious_power_factor = 98",
        "power.malicious_power_factor: is 98;*0.999",
    ),
    (
        "malicious_hold_samples = 3",
        "malicious_hold_samples = 9",
        "power.malicious_hold_samples: is 9;*1 to 8",
    ),
    ("energy_every_s = 30", "energy_every_s = 0", "power.energy_every_s: is 0;*1 to 3600"),
    ("restore_rooms = 8", "restore_rooms = 0", "power.restore_rooms: is 0;*1 to 10000"),
    ("restore_step_s = 2.5", "restore_step_s = 0", "power.restore_step_s: is 0;*0.1 to 600"),
    (
        "relay_interval_s = 20",
        "relay_interval_s = 1e9",
        "power.relay_interval_s: is `1e9`;*0 to 600",
    ),
    (
        "worst_trip_ms = 3000",
        "worst_trip_ms = 0",
        "power.worst_trip_ms: is 0; write a whole number",
    ),
    // [[lines]]
    (
        "rtu://127.0.0.1:4001",
        "rtu:127.0.0.1",
        "lines.dorm-1-a.connect:*is not good; write \"tcp://",
    ),
    ("baud = 9600", "baud = 96", "lines.dorm-1-a.baud: is 96;*300"),
    ("baud = 9600", "parity = \"evn\"", "lines.dorm-1-a.parity:*did you mean `even`?"),
    ("baud = 9600", "speed = 9600", "lines.dorm-1-a.speed: is not a key"),
    // [[rooms]]
    (
        "limit_w = 2000",
        "limit_w = 4500",
        "rooms.dorm-1-201.limit_w:*4950*rating of 4600 W; lower it",
    ),
    ("limit_w = 2000", "limit_w = 700", "rooms.dorm-1-201.limit_w:*800*not below*700"),
    ("k = 1.1", "k = 11", "rooms.dorm-1-201.k: is 11; write a number from 0.1 to 2"),
    ("tau_s = 90", "tms = 1", "rooms.dorm-1-201.tms: has no meaning*it belongs to an inverse one"),
    (
        "relay_channel = 3",
        "relay_channel = 9",
        "rooms.dorm-1-201.relay_channel:*has 8 channels; give one from 1 to 8",
    ),
    (
        "relay = \"Waveshare Modbus RTU Relay 8CH\"",
        "relay = \"SDM120\"",
        "rooms.dorm-1-201.relay:*switches nothing",
    ),
    (
        "meter = \"SDM120\"",
        "meter = \"SDM12\"",
        "rooms.dorm-1-201.meter: no profile*did you mean `SDM120`?",
    ),
    (
        "meter = \"SDM120\"",
        "meter = \"R421A08\"",
        "rooms.dorm-1-201.meter:*measures no power; name an electricity meter",
    ),
    ("meter = \"SDM120\"", "", "rooms.dorm-1-201.meter: is missing; add its model"),
    ("unit = 31", "", "rooms.dorm-1-201.unit: is missing; add"),
    ("unit = 31", "unit = 248", "rooms.dorm-1-201.unit: is 248;*1 to 247"),
    ("unit = 31", "unit = 7", "rooms.dorm-1-201.unit: unit 7 of its line belongs to `dorm-1-107`"),
    (
        "id = \"dorm-1-201\"",
        "id = \"dorm-1-101\"",
        "rooms.dorm-1-101.id: `dorm-1-101` is there twice",
    ),
    ("unit = 31\n", "unit = 31\nline = \"x\"\n", "is not TOML"),
    // [[feeders]]
    ("limit_w = 30_000", "", "feeders.dorm-1.limit_w: is missing; add what"),
    ("limit_w = 30_000", "limit_w = 50_000", "feeders.dorm-1.limit_w:*rating of 40000 W; lower it"),
    ("target_w = 26_000", "target_w = 31_000", "feeders.dorm-1.target_w:*not below*lower it"),
    (
        "rotate_after_s = 900",
        "rotate_after_s = 1",
        "feeders.dorm-1.rotate_after_s: is 1;*60 to 86400",
    ),
    (
        "exempt = [\"dorm-1-201\"]",
        "exempt = [\"dorm-1-210\"]",
        "feeders.dorm-1.exempt: no room is called*did you mean `dorm-1-",
    ),
    ("exempt = [\"dorm-1-201\"]", "rooms = []", "feeders.dorm-1.rooms: has no room; list"),
    ("meter = \"DTSD1352\"\n", "", "feeders.dorm-1.unit: stands without a `meter`; name"),
    ("unit = 50", "unit = 31", "feeders.dorm-1.unit: unit 31 of its line belongs to `dorm-1-201`"),
    ("step_s = 15", "steps_s = 15", "feeders.dorm-1.steps_s: is not a key*did you mean `step_s`?"),
];

fn tells(line: &str, expected: &str) -> bool {
    let mut rest = line;
    expected.split('*').all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

#[test]
fn every_typo_is_told_with_file_line_and_mend() {
    let good = good();
    let mut wrong = Vec::new();
    for (text, typo, expected) in TYPOS {
        let at = good.find(text).unwrap_or_else(|| panic!("there is no `{text}`"));
        let bad = format!("{}{typo}{}", &good[..at], &good[at + text.len()..]);
        let (whole, loaded) = load(&bad);
        let Err(mistakes) = loaded else {
            wrong.push(format!("`{typo}` was not noticed"));
            continue;
        };
        let before = whole.len() - bad.len() + at + typo.trim_end().len();
        let line = whole[..before].lines().count();
        let place = if typo.is_empty() || *expected == "is not TOML" {
            "campus.toml:".to_owned()
        } else {
            format!("campus.toml:{line}: ")
        };
        let told = mistakes.to_string();
        let found = told.lines().any(|told| told.starts_with(&place) && tells(told, expected));
        if !found {
            wrong.push(format!("`{typo}`\n  expected: {place}{expected}\n  told: {told}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), TYPOS.len(), wrong.join("\n"));
}

#[test]
fn one_mistake_is_told_once_and_without_its_consequences() {
    for (text, typo, key) in [
        // Neither rooms nor feeders are blamed for what holds for all.
        ("tms = 0.5", "tms = 50", "power.tms"),
        ("limit_w = 1200", "limit_w = 9000", "power.limit_w"),
        // Nor those that name a line or a room in which something is wrong.
        ("rtu://127.0.0.1:4001", "nowhere", "lines.dorm-1-a.connect"),
        ("unit = 31", "unit = 0", "rooms.dorm-1-201.unit"),
    ] {
        let (_, loaded) = load(&good().replacen(text, typo, 1));
        let told = loaded.expect_err("a mistake").0;
        assert_eq!(told.len(), 1, "{told:#?}");
        assert_eq!(told[0].key, key);
    }
    // A range repeats its mistake for every room of it.
    let (_, loaded) = load(POWER);
    let told = loaded.expect_err("all rooms of the range have the same unit").0;
    assert!(told.iter().any(|mistake| mistake.key == "rooms.dorm-1-102.unit"), "{told:#?}");
}

#[test]
fn two_feeders_cannot_supply_one_room() {
    let more = "\n[[feeders]]\nid = \"riser\"\narea = \"dorm-1\"\nlimit_w = 5000\n\
                rooms = [\"dorm-1-101\"]\n";
    let (_, loaded) = load(&(good() + more));
    let told = loaded.expect_err("a mistake").to_string();
    assert!(
        tells(&told, "feeders.riser.rooms: `dorm-1-101` hangs on feeder `dorm-1` too; let"),
        "{told}"
    );
}

#[test]
fn a_line_on_which_an_overload_may_last_too_long_is_told() {
    let slow = good().replace("baud = 9600", "baud = 1200");
    let (_, loaded) = load(&slow);
    let told = loaded.expect_err("the campus says how long").to_string();
    assert!(
        tells(&told, "lines.dorm-1-a: an overload may last *worst_trip_ms = 3000`; put"),
        "{told}"
    );
    let (_, loaded) = load(&slow.replace("worst_trip_ms = 3000\n", ""));
    let campus = loaded.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let told = campus.warnings.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(tells(&told[0], "lines.dorm-1-a: an overload may last *17 rooms at 1200 baud; put"));
}

/// A campus with one room behind a meter of this model, and this profile of its own.
fn load_own(model: &str, profile: &str) -> Result<Campus, Mistakes> {
    let folder = tempfile::tempdir().expect("a folder");
    campus::init(folder.path(), "west").expect("a starter");
    let path = folder.path().join("campus.toml");
    let room = format!(
        "\n[[lines]]\nid = \"l\"\narea = \"dorm-1\"\nconnect = \"rtu://127.0.0.1:4001\"\nbaud = 9600\n\
         [[rooms]]\nid = \"r\"\narea = \"dorm-1\"\nline = \"l\"\nmeter = \"{model}\"\nunit = 1\n"
    );
    let whole = fs::read_to_string(&path).expect("a starter file") + &room;
    fs::write(&path, whole).expect("written");
    fs::create_dir(folder.path().join("profiles")).expect("a folder");
    fs::write(folder.path().join("profiles/own.toml"), profile).expect("written");
    Campus::load(folder.path())
}

#[test]
fn a_campus_brings_profiles_of_its_own_and_is_told_their_mistakes() {
    let shipped = onecard_devices::profile::shipped();
    let (_, sdm120) = shipped.iter().find(|(name, _)| name.contains("sdm120")).expect("shipped");
    let own =
        sdm120.replace("\"SDM120\"", "\"Ours-1\"").replace("address = 0x000C", "address = 0x0200");
    let campus = load_own("Ours-1", &own).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let plan = campus.power.rooms["r"].meter.power_plan().expect("it measures power");
    let reads = format!("{:?}", plan.requests());
    assert!(reads.contains(&0x0200.to_string()), "{reads}");

    let own = own.replace("Ours-1", "SDM120");
    let campus = load_own("SDM120", &own).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let plan = campus.power.rooms["r"].meter.power_plan().expect("it measures power");
    assert!(
        format!("{:?}", plan.requests()).contains(&0x0200.to_string()),
        "before the shipped one"
    );

    let line = own.lines().position(|line| line == "baud = 2400").expect("a line") + 1;
    let told =
        load_own("SDM120", &own.replace("baud = 2400", "baud = \"fast\"")).expect_err("a mistake");
    let told: Vec<String> = told.0.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with(&format!("profiles/own.toml:{line}: serial.baud:")), "{told:?}");
}
