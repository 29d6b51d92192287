//! Style as a test: what `ARCHITECTURE.md` promises of the shape of the code, held here.

#![expect(clippy::expect_used, reason = "helpers of tests may fail loudly")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a source file is readable");
        (path, text)
    };
    found.into_iter().map(read).collect()
}

/// The part of a file that is not its inline tests.
fn production(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

const PRODUCTION: [&str; 7] = [
    "src",
    "rules/src",
    "devices/src",
    "simulators/src",
    "benches",
    "rules/benches",
    "devices/benches",
];

#[test]
fn every_file_says_at_its_head_what_it_is_responsible_for() {
    for folder in PRODUCTION.into_iter().chain(["tests", "rules/tests", "devices/tests"]) {
        for (path, text) in rust_files(folder) {
            assert!(text.starts_with("//!"), "{} does not open with `//!`", path.display());
        }
    }
}

#[test]
fn no_production_file_is_longer_than_500_lines() {
    for folder in PRODUCTION {
        for (path, text) in rust_files(folder) {
            let lines = production(&text).lines().count();
            assert!(
                lines <= 500,
                "{} has {lines} lines; look for the two things in it",
                path.display()
            );
        }
    }
}

/// Of two types with one name, the interface's description would hold only one.
#[test]
fn no_two_types_of_the_interface_have_one_name() {
    let mut known: BTreeMap<String, PathBuf> = BTreeMap::new();
    for (path, text) in rust_files("src") {
        for derived in text.split("ToSchema)]").skip(1) {
            let Some((before, after)) = derived.split_once("pub struct ") else { continue };
            if before.contains("pub enum ") || before.contains("fn ") {
                continue;
            }
            let own = after.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or("");
            let renamed =
                before.split_once("schema(as = ").and_then(|(_, name)| name.split(')').next());
            let name = renamed.unwrap_or(own).to_owned();
            let earlier = known.insert(name.clone(), path.clone());
            assert_eq!(earlier, None, "{name} is in {} too", path.display());
        }
    }
    assert!(known.len() > 40, "{}", known.len());
}

#[test]
fn no_line_is_longer_than_120_characters_outside_tables_of_text() {
    for folder in PRODUCTION {
        for (path, text) in rust_files(folder) {
            for (number, line) in text.lines().enumerate() {
                let long = line.chars().count() > 120 && !line.contains('"');
                assert!(!long, "{}:{} is too long", path.display(), number + 1);
            }
        }
    }
}

#[test]
fn nothing_is_left_to_do_in_comments_and_nothing_is_ignored() {
    let words = ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!("];
    for folder in PRODUCTION.into_iter().chain(["rules/tests", "devices/tests"]) {
        for (path, text) in rust_files(folder) {
            for word in words {
                assert!(!text.contains(word), "{} contains `{word}`", path.display());
            }
        }
    }
}

#[test]
fn the_rules_have_no_clock_io_async_or_logging_in_their_manifest() {
    let manifest = fs::read_to_string(root().join("rules/Cargo.toml")).expect("a manifest");
    let dependencies = manifest.split("[dev-dependencies]").next().expect("a first part");
    for banned in ["tokio", "actix", "rumqttc", "rmqtt", "rusqlite", "tracing", "rand", "log"] {
        let named = dependencies.lines().any(|line| line.starts_with(banned));
        assert!(!named, "rules depends on `{banned}`");
    }
    for (path, text) in rust_files("rules/src") {
        for banned in ["::now()", "std::fs", "std::net", "std::thread", "async fn", "println!"] {
            let used = production(&text).contains(banned);
            assert!(!used, "{} uses `{banned}`", path.display());
        }
    }
}

#[test]
fn crates_depend_only_leftwards() {
    let rows: &[(&str, &[&str])] = &[
        ("rules/src", &["onecard_devices", "onecard_simulators", "onecard::"]),
        ("devices/src", &["onecard_simulators", "onecard::", "rusqlite", "actix_web"]),
        ("simulators/src", &["actix", "onecard::", "rusqlite"]),
    ];
    for (folder, banned) in rows {
        for (path, text) in rust_files(folder) {
            for word in *banned {
                assert!(!text.contains(word), "{} names `{word}`", path.display());
            }
        }
    }
}

#[test]
fn the_controller_itself_knows_nothing_of_simulators() {
    for (path, text) in rust_files("src") {
        let may = path.to_string_lossy().contains("/cli/");
        let names = text.contains("onecard_simulators");
        assert!(may || !names, "{} names the simulators", path.display());
    }
}

#[test]
fn actors_are_shells_of_at_most_300_lines_their_messages_included() {
    for (path, text) in rust_files("devices/src") {
        if path.file_name().is_some_and(|name| name == "actor.rs") {
            let lines = production(&text).lines().count();
            assert!(lines <= 300, "{} has {lines} lines", path.display());
        }
    }
}

#[test]
fn each_library_is_named_only_where_its_port_is() {
    let rows: &[(&str, &[&str])] = &[
        ("rmqtt::", &["src/broker"]),
        ("rumqttc::", &["devices/src/link", "src/cli", "simulators/src"]),
        ("rusqlite::", &["src/store", "src/import"]),
        ("cedar_policy::", &["rules/src/policy"]),
    ];
    for (library, homes) in rows {
        for folder in ["src", "rules/src", "devices/src", "simulators/src"] {
            for (path, text) in rust_files(folder) {
                let shown = path
                    .strip_prefix(root())
                    .expect("below the root")
                    .to_string_lossy()
                    .into_owned();
                let home = homes.iter().any(|home| shown.starts_with(home));
                assert!(home || !production(&text).contains(library), "{shown} names `{library}`");
            }
        }
    }
}

#[test]
fn tests_do_not_sleep() {
    for folder in ["tests", "rules/tests", "devices/tests", "simulators/tests"] {
        for (path, text) in rust_files(folder) {
            // A load has its rate, and other processes can only be asked again and again.
            if path.ends_with("tests/tidy.rs") || path.ends_with("tests/support/pace.rs") {
                continue;
            }
            assert!(!text.contains("sleep("), "{} sleeps", path.display());
        }
    }
}
