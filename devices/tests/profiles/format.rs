//! What the format says besides bytes: shipped profiles are free of mistakes, found by name, and honest about
//! what is not sure.

use std::time::Duration;

use onecard_devices::{
    modbus::{Answer, Request},
    profile::{
        DeviceKind, FirmwareRange, Library, Parity, Profile, Readings, Sure, Value, Version, lint,
        shipped,
    },
};

use crate::bytes::model;

#[test]
fn every_shipped_profile_is_free_of_mistakes() {
    for (name, text) in shipped() {
        if let Err(mistakes) = Profile::parse(name, text) {
            let told: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
            panic!("{}", told.join("\n"));
        }
    }
}

#[test]
fn no_file_of_a_profile_is_left_out() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder of profiles")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let named: Vec<_> = shipped().iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(named, files);
}

#[test]
fn models_are_found_by_any_of_their_names() {
    let library = Library::of_shipped().expect("profiles without mistakes");
    for (name, expected) in [
        ("SDM120", Some("SDM120")),
        ("eastron sdm-120 modbus", Some("SDM120")),
        ("dds238-2 zn/sr", Some("DDS238-2 ZN/SR")),
        ("iEM3155", Some("iEM3000")),
        ("Schneider Electric iEM3250", Some("iEM3000")),
        ("SDM", None),
        ("", None),
    ] {
        let found = library.model(name).map(|profile| profile.identity.model.as_str());
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn no_two_shipped_profiles_claim_the_same_model() {
    let library = Library::of_shipped().expect("profiles without mistakes");
    for profile in library.iter() {
        let identity = &profile.identity;
        for name in std::iter::once(&identity.model).chain(&identity.also) {
            let found = library.model(name).map(|profile| &profile.identity.model);
            assert_eq!(found, Some(&identity.model), "{name}");
        }
    }
}

#[test]
fn a_profile_of_the_campus_takes_the_place_of_a_shipped_one() {
    let mut library = Library::of_shipped().expect("profiles without mistakes");
    let (_, text) = shipped().iter().find(|(name, _)| *name == "pzem-016.toml").expect("shipped");
    let own = text.replace("maker = \"Peacefair\"", "maker = \"Our workshop\"");
    library.add(Profile::parse("own.toml", &own).expect("no mistakes"));
    let found = library.model("PZEM-016").map(|profile| profile.identity.maker.as_str());
    assert_eq!(found, Some("Our workshop"));
}

#[test]
fn factory_settings_are_as_the_sources_state() {
    for (name, kind, baud, parity) in [
        ("SDM120", DeviceKind::Meter, 2400, Parity::None),
        ("SDM230", DeviceKind::Meter, 2400, Parity::None),
        ("DDSU666", DeviceKind::Meter, 9600, Parity::None),
        ("DDS238-2 ZN/SR", DeviceKind::Meter, 9600, Parity::None),
        ("ADL200", DeviceKind::Meter, 9600, Parity::None),
        ("iEM3155", DeviceKind::Meter, 19_200, Parity::Even),
        ("LX47LE-125", DeviceKind::Breaker, 9600, Parity::None),
        ("Modbus RTU Relay 8CH", DeviceKind::Relay, 9600, Parity::None),
        ("R421A08", DeviceKind::Relay, 9600, Parity::None),
        ("Xintai valve meter", DeviceKind::WaterMeter, 9600, Parity::None),
        ("Ultrasonic kiosk meter", DeviceKind::WaterMeter, 9600, Parity::Odd),
        ("TUF-2000M", DeviceKind::WaterMeter, 9600, Parity::None),
    ] {
        let profile = model(name);
        let serial = &profile.serial;
        assert_eq!(
            (profile.identity.kind, serial.baud, serial.parity, serial.unit.address()),
            (kind, baud, parity, 1),
            "{name}"
        );
    }
    let bus = model("SDM120").bus;
    assert!(bus.even_only);
    assert_eq!(bus.gap_after_self, Duration::from_millis(100));
}

#[test]
fn advice_names_what_is_not_sure_and_what_bills_rest_on() {
    let advice = |file: &str| -> Vec<(String, String)> {
        let (_, text) = shipped().iter().find(|(name, _)| *name == file).expect("shipped");
        let (_, advice) = lint(file, text).expect("no mistakes");
        advice.into_iter().map(|advice| (advice.key, advice.text)).collect()
    };
    let has = |advice: &[(String, String)], key: &str, part: &str| {
        advice.iter().any(|(own, text)| own == key && text.contains(part))
    };
    let pzem = advice("pzem-016.toml");
    assert!(has(&pzem, "points.total_energy_wh", "is unverified"), "{pzem:?}");
    assert!(has(&pzem, "points.total_energy_wh", "exported energy"), "{pzem:?}");
    assert!(has(&pzem, "points.serial_number", "exchanged"), "{pzem:?}");
    assert!(!has(&pzem, "points.voltage_v", ""), "{pzem:?}");
    let hiking = advice("hiking-dds238-2.toml");
    assert!(has(&hiking, "points.import_energy_wh", "set back"), "{hiking:?}");
    assert!(!has(&hiking, "points.total_energy_wh", ""), "import is billed: {hiking:?}");
    let prepaid = advice("acrel-ddsy1352.toml");
    assert!(has(&prepaid, "commands.forced_relay", "until it is released"), "{prepaid:?}");
    let (_, sdm) = shipped().iter().find(|(name, _)| name.contains("sdm120")).expect("shipped");
    let broken = sdm.replace("maker", "makr");
    assert!(lint("broken", &broken).is_err(), "advice is for profiles without mistakes");
}

#[test]
fn every_statement_names_its_source() {
    for profile in Library::of_shipped().expect("no mistakes").iter() {
        for point in profile.points() {
            let evidence = &point.evidence;
            assert!(!evidence.source.is_empty(), "{}: {}", profile.identity.model, point.name);
            // What was assumed is never passed off as verified.
            let assumed = evidence.source.contains("assumed");
            assert!(!assumed || evidence.sure == Sure::Unverified, "{}", point.name);
        }
    }
}

#[test]
fn versions_are_compared_number_by_number() {
    let version = |text| Version::new(text).expect("a version");
    assert!(version("2.10") > version("2.9"));
    assert_eq!(version("2.0"), version("2"));
    assert_eq!(Version::new("2.x"), None);
    let range = FirmwareRange { from: Some(version("1.2")), below: Some(version("2")) };
    for (text, expected) in [("1.1", false), ("1.2", true), ("1.20.3", true), ("2.0", false)] {
        assert_eq!(range.contains(&version(text)), expected, "{text}");
    }
}

#[test]
fn the_profile_that_the_document_shows_is_free_of_mistakes() {
    let document = include_str!("../../../docs/profiles.md");
    let mut blocks = document.split("```toml\n").skip(1);
    let mut block = || blocks.next().and_then(|rest| rest.split("```").next()).expect("a block");
    let profile = Profile::parse("docs/profiles.md", block()).expect("no mistakes");
    assert_eq!(profile.commands().len(), 1);
    // The second block is a command on its own, of a board that the first is not.
    let (_, board) = shipped().iter().find(|(name, _)| *name == "r421a08.toml").expect("shipped");
    let lease = block();
    for line in lease.lines().filter(|line| !line.is_empty()) {
        assert!(board.lines().any(|own| own == line), "{line}");
    }
}

/// What the shipped profiles do not need, in one profile.
const RARE: &str = r#"
source = "made up"
sure = "verified"
[identity]
maker = "Acme"
model = "Rare"
kind = "valve"
firmware = { from = "1.2", below = "2" }
[serial]
baud = 9600
parity = "even"
unit = 7
[bus]
max_registers = 20
bridge_holes = true
largest_hole = 2
turnaround_p99_ms = 45
[points.temperature_celsius]
read = 4
address = 0
type = "s16"
scale = 0.1
offset = -40
unit = "C"
not_available = -32768
[points.total_energy_wh]
read = 4
address = 2
type = "u32"
scale = 0.0001
unit = "kWh"
counter = { bits = 23, resettable = false }
[points.model_name]
read = 4
address = 4
type = "text"
registers = 2
[points.uptime_s]
read = 4
address = 6
type = "f64"
unit = "ms"
[points.valve]
read = 1
address = 2
states = { open = 1, closed = 0 }
[commands.valve]
write = 15
address = 2
states = { open = 1, closed = 0 }
verify = "valve"
"#;

fn rare(words: &[u16]) -> Readings {
    let profile = Profile::parse("rare.toml", RARE).expect("no mistakes");
    let names = ["temperature_celsius", "total_energy_wh", "model_name", "uptime_s"];
    let wanted = names.map(onecard_devices::profile::Wanted::all);
    let plan = profile.plan(&wanted).expect("a plan");
    assert_eq!(plan.requests(), [Request::ReadInputRegisters { start: 0, count: 10 }]);
    let request = plan.requests()[0].clone();
    plan.decode(&[(request, Ok(Answer::Registers(words.to_vec())))])
}

#[test]
fn offsets_text_doubles_and_steps_below_a_watt_hour_are_read() {
    // 0x0271 = 625 → 62.5 − 40; 0x0000_0013 = 19 tenths of a Wh; "Ab1"; 1500.0 ms.
    let readings = rare(&[0x0271, 0, 0, 19, 0x4162, 0x3100, 0x4097, 0x7000, 0, 0]);
    assert_eq!(readings.measured("temperature_celsius"), Some(22.5));
    let count = readings.counted("total_energy_wh").expect("a count");
    assert_eq!(count.value, 1, "never more than was counted");
    assert_eq!(readings.value("model_name", 0), Some(&Value::Text("Ab1".to_owned())));
    assert_eq!(readings.measured("uptime_s"), Some(1.5));
    let readings = rare(&[0x8000, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let told = crate::bytes::told(&readings, "temperature_celsius", 0);
    assert_eq!(told, "missing: the device says that it has no value");
    let short = rare(&[0; 9]);
    assert!(short.value("uptime_s", 0).is_none(), "an answer cut short is no value");
}

#[test]
fn a_coil_is_written_with_function_15_where_a_profile_says_so() {
    let profile = Profile::parse("rare.toml", RARE).expect("no mistakes");
    let orders = profile.switch("valve", 0, "open").expect("a valve");
    assert_eq!(orders.writes, [Request::WriteCoils { start: 2, values: vec![true] }]);
    let verify = orders.verify.expect("a point shows it");
    let request = verify.plan.requests()[0].clone();
    for (bit, expected) in [(true, Some(true)), (false, Some(false))] {
        let outcome = (request.clone(), Ok(Answer::Bits(vec![bit])));
        assert_eq!(verify.holds(&verify.plan.decode(&[outcome])), expected);
    }
    let silent = (request, Err(onecard_devices::modbus::Failure::Silent));
    assert_eq!(verify.holds(&verify.plan.decode(&[silent])), None, "silence is no answer");
    assert_eq!(profile.bus.turnaround_p99, Some(Duration::from_millis(45)));
}
