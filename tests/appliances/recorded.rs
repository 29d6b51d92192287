//! Recorded appliances, from the package antgen, each alone in a room at rest.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use onecard_rules::power::evidence::Rule;
use onecard_simulators::power::trace::Trace;

use super::{
    SETTINGS,
    meter::{Household, live},
};

/// Bare heating elements.
const HEATERS: [&str; 5] = ["KETTLE", "COFFEEMAKER", "TOASTER", "IRON", "COOKINGSTOVE"];
/// What a meter cannot tell from a heater by two readings: the fuser of a laser printer is one, and a big
/// universal motor has nearly the power factor of one. They belong on a room's white list.
const LIKE_HEATERS: [&str; 2] = ["PRINTER", "VACUUMCLEANER"];
/// Times that each is played, with other noise and the round at another place.
const PLAYS: u64 = 5;

/// The recordings by name, written by `traces.py`.
fn recordings() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = std::env::var_os("ONECARD_PYTHON")
        .map_or_else(|| root.join("target/outside/python"), PathBuf::from);
    let folder = tempfile::tempdir().expect("a folder");
    let written = Command::new(python.join("bin/python"))
        .arg(root.join("tests/appliances/traces.py"))
        .arg(folder.path())
        .status()
        .expect("Python; .ci/run installs it");
    assert!(written.success(), "the recordings are written; .ci/run installs antgen");
    let files = fs::read_dir(folder.path()).expect("a folder").flatten();
    let mut recordings: Vec<_> = files
        .map(|file| {
            let name = file.file_name().into_string().expect("UTF-8");
            (name, fs::read_to_string(file.path()).expect("a trace"))
        })
        .collect();
    recordings.sort();
    recordings
}

#[test]
fn recorded_heaters_are_seen_and_recorded_harmless_appliances_are_not_taken_for_heaters() {
    let (mut heaters, mut missed, mut harmless, mut false_trips) = (0, Vec::new(), 0, Vec::new());
    for (name, text) in recordings() {
        let trace = Trace::read(text.as_bytes()).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        let rows = u64::try_from(text.lines().count() - 1).expect("few");
        let is_heater = HEATERS.iter().any(|kind| name.starts_with(kind));
        for seed in 0..PLAYS {
            let mut house = Household::of_trace(trace.clone(), seed);
            let trips = live(&SETTINGS, &mut house, Duration::from_secs(rows));
            if is_heater {
                heaters += 1;
                if trips.is_empty() {
                    missed.push(format!("{name}, seed {seed}"));
                }
            } else {
                harmless += 1;
                let malicious =
                    trips.iter().find(|trip| matches!(trip.rule, Rule::MaliciousLoad { .. }));
                false_trips.extend(malicious.map(|trip| format!("{name}, seed {seed}: {trip:?}")));
            }
        }
    }
    println!(
        "recordings: {heaters} plays of heaters, {} missed; {harmless} of harmless appliances, {} taken for heaters",
        missed.len(),
        false_trips.len()
    );
    missed.iter().chain(&false_trips).for_each(|line| println!("  {line}"));
    assert!(heaters >= 70 && harmless >= 200, "{heaters} and {harmless}");
    assert_eq!(missed, Vec::<String>::new());
    let unexpected = |told: &&String| !LIKE_HEATERS.iter().any(|kind| told.starts_with(kind));
    assert_eq!(false_trips.iter().find(unexpected), None);
    assert!(false_trips.len() * 20 <= harmless, "more than one in twenty");
}
