//! `onecard device profiles` and `onecard device profile lint` as an installer meets them.

#![expect(clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

use std::{
    fs,
    process::{Command, Output},
};

use onecard_devices::profile::shipped;

fn onecard(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_onecard")).args(arguments).output().expect("the program runs")
}

fn told(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("text")
}

/// The line of a table that begins with a model.
fn line_of<'a>(table: &'a str, model: &str) -> &'a str {
    let line = table.lines().find(|line| line.starts_with(&format!("{model}  ")));
    line.unwrap_or_else(|| panic!("no line begins with `{model}`:\n{table}"))
}

#[test]
fn every_shipped_model_has_a_line_with_what_it_measures_and_switches() {
    let output = onecard(&["device", "profiles"]);
    assert_eq!(output.status.code(), Some(0));
    let table = told(&output);
    // Head, an empty line and three of explanation beside one for each profile.
    assert_eq!(table.lines().count(), shipped().len() + 5, "{table}");
    let rows: [(&str, &[&str]); 5] = [
        ("SDM120", &["Eastron", " meter ", " V A W var VA PF Hz Wh ", " import_energy_wh ", " - "]),
        ("DDS238-2 ZN/SR", &["Hiking", " meter ", " relay ", " unverified"]),
        ("Modbus RTU Relay 8CH", &["Waveshare", " relay ", " - ", "relay×8"]),
        ("DTSD1352", &["Acrel", " V A W PF Hz Wh "]),
        ("LX47LE-125", &[" breaker "]),
    ];
    for (model, parts) in rows {
        let line = line_of(table, model);
        for part in parts {
            assert!(line.contains(part), "`{line}` does not contain `{part}`");
        }
    }
}

#[test]
fn models_are_listed_by_kind() {
    let output = onecard(&["device", "profiles", "--kind", "relay"]);
    let table = told(&output);
    assert!(table.contains("R421A08") && table.contains("WB-MR6C"), "{table}");
    assert!(!table.contains("SDM120"), "{table}");
    let unknown = onecard(&["device", "profiles", "--kind", "toaster"]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn a_shipped_profile_has_no_mistakes_but_advice() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("meter.toml");
    let (_, text) = shipped().iter().find(|(name, _)| *name == "hiking-dds238-2.toml").expect("it");
    fs::write(&file, text).expect("written");
    let file = file.to_str().expect("a path in UTF-8");
    let output = onecard(&["device", "profile", "lint", file]);
    assert_eq!(output.status.code(), Some(0));
    let expected = [
        "advice: points.import_energy_wh: bills are made from it and it can be set back",
        "advice: points.reactive_power_var: is unverified",
        "Hiking DDS238-2 ZN/SR: 12 points, 1 commands: no mistakes",
    ];
    for expected in expected {
        assert!(told(&output).contains(expected), "{expected} is not in\n{}", told(&output));
    }
}

#[test]
fn every_mistake_of_every_file_is_told_with_line_key_and_mend_and_the_exit_code_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, good) = shipped().first().expect("a profile");
    let bad = "source = \"a plate\"\nsure = \"verified\"\n\n[identity]\nmaker = \"M\"\nmodel = \"X\"\n\
               kind = \"metre\"\n\n[serial]\nbaud = 9600\nparity = \"none\"\nunit = 300\n\n[bus]\n\
               max_registers = 40\n\n[points.voltage_v]\nread = 9\naddress = 0\ntype = \"u16\"\n\
               unit = \"V\"\n";
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (good_file, bad_file, absent) = (path("good.toml"), path("bad.toml"), path("absent.toml"));
    fs::write(&good_file, good).expect("written");
    fs::write(&bad_file, bad).expect("written");
    let output = onecard(&["device", "profile", "lint", &bad_file, &good_file, &absent]);
    assert_eq!(output.status.code(), Some(1));
    let expected = [
        format!("{bad_file}:7: identity.kind:"),
        "did you mean `meter`?".to_owned(),
        format!("{bad_file}:12: serial.unit:"),
        format!("{bad_file}:18: points.voltage_v.read:"),
        format!("{good_file}: "),
        ": no mistakes".to_owned(),
        format!("{absent}: cannot be read"),
    ];
    for expected in &expected {
        assert!(told(&output).contains(expected), "{expected} is not in\n{}", told(&output));
    }
    let nothing = onecard(&["device", "profile", "lint"]);
    assert_eq!(nothing.status.code(), Some(2), "a lint of nothing is a mistake");
}
