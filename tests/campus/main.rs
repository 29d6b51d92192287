//! The campus folder: what is good loads, and every mistake is told with file, line, key and mend.

#![expect(clippy::expect_used, reason = "helpers of tests may panic as tests do")]

use std::{fs, path::Path};

use onecard::campus::{self, Campus, Mistakes};
use proptest::strategy::Strategy as _;

mod typos;

const CAMPUS: &str = "campus.toml";
const CALENDAR: &str = "calendar.toml";
const POLICIES: &str = "policies/entry.cedar";

fn load(folder: &Path) -> Result<Campus, Mistakes> {
    Campus::load(folder)
}

#[test]
fn the_starter_campus_loads_without_mistakes_or_warnings() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = campus::init(folder.path(), "west").expect("a starter");
    assert_eq!(written.len(), 4);
    let campus = load(folder.path()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(campus.warnings, []);
    assert_eq!(campus.site.id.as_str(), "west");
    assert_eq!(campus.site.gates.len(), 9);
    assert!(campus::init(folder.path(), "west").is_err(), "nothing is overwritten");
}

#[test]
fn the_example_college_loads_without_mistakes_or_warnings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/college");
    let campus = load(&folder).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(campus.warnings, []);
    assert_eq!(campus.site.readers.len(), campus.site.gates.len() * 2);
    assert!(campus.policy_count() > 10);
}

/// Whether a line of what is told holds what is expected, parts apart by `*` in their order.
fn tells(told: &str, expected: &str) -> bool {
    told.lines().any(|line| {
        let mut rest = line;
        expected.split('*').all(|part| match rest.find(part) {
            Some(at) => {
                rest = &rest[at + part.len()..];
                true
            }
            None => false,
        })
    })
}

/// Changes the starter campus and tells what is wrong with it.
fn told_of(changes: &[(&str, &str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    campus::init(folder.path(), "campus-site").expect("a starter");
    for (file, text, typo) in changes {
        let path = folder.path().join(file);
        let good = fs::read_to_string(&path).expect("a starter file");
        assert!(good.contains(text), "{file} has no `{text}`");
        fs::write(&path, good.replacen(text, typo, 1)).expect("written");
    }
    let mistakes = load(folder.path()).expect_err("something is wrong");
    mistakes.0.iter().map(ToString::to_string).collect()
}

#[test]
fn one_mistake_is_told_once_and_without_its_consequences() {
    for (file, text, typo, key) in [
        (CAMPUS, "to = \"dorm-{n}\"", "to = \"drom-{n}\"", "gates.dorm-1-door.to"),
        (CAMPUS, "capacity = 800", "capacity = 0", "areas.library.capacity"),
        (CAMPUS, "name = \"{n}号宿舍楼\"", "nmae = \"x\"\nname = \"y\"", "areas.dorm-1.nmae"),
        // The readers of these gates name a gate that is there, if not a good one.
        (CAMPUS, "from = \"outside\"", "from = \"ouside\"", "gates.main-1.from"),
        // The trainings and files that the site names count all the same.
        (CAMPUS, "Asia/Shanghai", "Asia/Shanghia", "site.zone"),
        (CAMPUS, "id = \"campus-site\"", "", "site.id"),
        // Neither gates nor policies are blamed for windows that could not be read.
        (CALENDAR, "first = \"2026-08-31\"", "first = \"2026-08-31", "calendar.toml"),
    ] {
        let open = "kind = \"turnstile\"\nopen_during = [\"library-hours\"]";
        let told = told_of(&[(CAMPUS, "kind = \"turnstile\"", open), (file, text, typo)]);
        assert_eq!(told.len(), 1, "{told:#?}");
        assert!(told[0].contains(key), "{told:#?}");
    }
}

#[test]
fn policies_are_told_beside_mistakes_that_leave_every_name_known() {
    let policy = (POLICIES, "principal.grants", "principal.grant");
    for (file, text, typo) in [
        (CAMPUS, "retention_days = 365", "retention_days = 3"),
        (CAMPUS, "listen = \"127.0.0.1:1883\"", "listen = \"there\""),
        (CAMPUS, "listen = \"127.0.0.1:8080\"", "listen = \"there\""),
        (CAMPUS, "byte_order = \"reversed\"", "byte_order = \"revered\""),
        (CALENDAR, "first = \"2026-08-31\"", "first = \"soon\""),
    ] {
        let told = told_of(&[(file, text, typo), policy]);
        assert_eq!(told.len(), 2, "{told:#?}");
        assert!(told[1].starts_with("policies/entry.cedar:"), "{told:#?}");
    }
}

#[test]
fn mistakes_are_told_in_order_of_file_and_line() {
    let told = told_of(&[
        (CAMPUS, "kind = \"turnstile\"", "kind = \"turnstyle\""),
        (CAMPUS, "listen = \"127.0.0.1:8080\"", "listen = \"there\""),
        (CALENDAR, "to = \"22:30\"", "to = \"22:99\""),
        (CAMPUS, "zone =", "zoen ="),
    ]);
    let keys = ["windows.library-hours", "site.zone", "site.zoen", "http.listen", "gates.main-1"];
    assert_eq!(told.len(), keys.len(), "{told:#?}");
    for (line, key) in told.iter().zip(keys) {
        assert!(line.contains(key), "{key} in {told:#?}");
    }
}

#[test]
fn a_range_stands_for_many_and_its_number_for_each() {
    let folder = tempfile::tempdir().expect("a folder");
    campus::init(folder.path(), "campus-site").expect("a starter");
    let campus = load(folder.path()).expect("a good starter");
    for number in 1..=3 {
        let area = &campus.site.areas[format!("dorm-{number}").as_str()];
        assert_eq!(area.name, format!("{number}号宿舍楼"));
        let gate = &campus.site.gates[format!("dorm-{number}-door").as_str()];
        assert_eq!((&gate.to, &gate.area), (&area.id, &area.id));
        let reader = &campus.site.readers[format!("dorm-{number}-door-in").as_str()];
        assert_eq!(reader.gate, gate.id);
    }
    assert!(!campus.site.areas.contains_key("dorm-4"));
}

#[test]
fn a_gate_without_a_reader_is_a_warning_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    campus::init(folder.path(), "campus-site").expect("a starter");
    let path = folder.path().join(CAMPUS);
    let good = fs::read_to_string(&path).expect("a starter file");
    let gate = "[[gates]]\nid = \"side\"\nname = \"侧门\"\nfrom = \"outside\"\nto = \"campus\"\nkind = \"door\"\n";
    fs::write(&path, format!("{good}\n{gate}")).expect("written");
    let campus = load(folder.path()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let told: Vec<String> = campus.warnings.iter().map(ToString::to_string).collect();
    let line = good.lines().count() + 2;
    let expected = format!("campus.toml:{line}: gates.side: has no reader; add one");
    assert!(told.len() == 1 && told[0].starts_with(&expected), "{told:?}, not {expected}");
}

#[test]
fn mistakes_of_several_files_are_told_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    campus::init(folder.path(), "campus-site").expect("a starter");
    for (file, text, typo) in [
        (CAMPUS, "swipe_age_s = 5", "swipe_age_s = 99"),
        (CAMPUS, "to = \"library\"", "to = \"libary\""),
        (CALENDAR, "to = \"22:30\"", "to = \"22:99\""),
    ] {
        let path = folder.path().join(file);
        let good = fs::read_to_string(&path).expect("a starter file");
        fs::write(&path, good.replacen(text, typo, 1)).expect("written");
    }
    let told = load(folder.path()).expect_err("three mistakes").to_string();
    for expected in ["limits.swipe_age_s", "gates.library-1.to", "22:99"] {
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn gates_and_readers_may_come_from_csv_and_mistakes_there_have_their_line() {
    let folder = tempfile::tempdir().expect("a folder");
    campus::init(folder.path(), "campus-site").expect("a starter");
    let path = folder.path().join(CAMPUS);
    let good = fs::read_to_string(&path).expect("a starter file");
    let files =
        "trainings = [\"laser-safety\"]\ngates_csv = \"gates.csv\"\nreaders_csv = \"readers.csv\"";
    fs::write(&path, good.replacen("trainings = [\"laser-safety\"]", files, 1)).expect("written");
    let write = |gates: &str, readers: &str| {
        fs::write(folder.path().join("gates.csv"), gates).expect("written");
        fs::write(folder.path().join("readers.csv"), readers).expect("written");
        load(folder.path())
    };
    let gates = "id,name,from,to,kind,requires,pulse_ms\nside-1,侧门,outside,campus,door,laser-safety,2000\n";
    let readers =
        "id,gate,direction,format\nside-1-in,side-1,in,wiegand34\nside-1-out,side-1,out,\n";
    let campus = write(gates, readers).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert!(campus.site.gates.contains_key("side-1"));
    for (gates, readers, expected) in [
        (
            gates.replace("outside", "ouside"),
            readers.to_owned(),
            "gates.csv:2: gates.side-1.from:*did you mean `outside`?",
        ),
        (
            gates.replace("2000", "soon"),
            readers.to_owned(),
            "gates.csv:2: gates.side-1.pulse_ms: is `soon`",
        ),
        (
            gates.replace("laser-safety", "laser"),
            readers.to_owned(),
            "gates.csv:2: gates.side-1.requires:*laser",
        ),
        (
            gates.replace("pulse_ms", "puls_ms"),
            readers.to_owned(),
            "gates.csv:2: gates.side-1.puls_ms:*did you mean `pulse_ms`?",
        ),
        (gates.replace(",door", ""), readers.to_owned(), "gates.csv:2:*cells"),
        (
            gates.to_owned(),
            readers.replace("side-1,out", "side-2,out"),
            "readers.csv:3: readers.side-1-out.gate:*side-2",
        ),
    ] {
        let told = write(&gates, &readers).expect_err(expected).to_string();
        assert!(tells(&told, expected), "expected {expected}, told {told}");
    }
}

#[test]
fn a_missing_file_or_folder_is_a_mistake_not_a_crash() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = load(folder.path()).expect_err("nothing is there").to_string();
    for expected in
        ["campus.toml: cannot be read", "calendar.toml: cannot be read", "policies: cannot be read"]
    {
        assert!(tells(&told, expected), "{told}");
    }
}

#[test]
fn garbage_in_any_file_never_crashes() {
    use rand::{Rng, SeedableRng};
    let seed = 20_261_123;
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().expect("a folder");
    campus::init(folder.path(), "campus-site").expect("a starter");
    for round in 0..60 {
        let file = [CAMPUS, CALENDAR, POLICIES][round % 3];
        let path = folder.path().join(file);
        let good = fs::read(&path).expect("a starter file");
        let mut bad = good.clone();
        for _ in 0..random.random_range(1..6) {
            let at = random.random_range(0..bad.len());
            match random.random_range(0..3) {
                0 => bad[at] = random.random(),
                1 => bad.truncate(at.max(1)),
                _ => bad.insert(at, b"{}[]\"=,.\n"[random.random_range(0..9)]),
            }
        }
        fs::write(&path, &bad).expect("written");
        if let Err(mistakes) = load(folder.path()) {
            assert!(!mistakes.0.is_empty(), "seed {seed}, round {round}");
        }
        fs::write(&path, &good).expect("written");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 300, ..Default::default() })]

    /// Pieces of the three languages in any order, and any characters between them.
    #[test]
    fn no_text_in_any_file_crashes(
        pieces in proptest::collection::vec(
            proptest::prop_oneof![
                proptest::sample::select(&[
                    "[site]\n", "[[areas]]\n", "[[gates]]\n", "[[readers]]\n", "[[windows]]\n",
                    "[[terms]]\n", "id = \"a-{1..3}\"\n", "id = \"{9..1}{n}\"\n", "id = \"a\"\n",
                    "name = \"门\"\n", "parent = \"a\"\n", "from = \"a-1\"\n", "to = \"a-{n}\"\n",
                    "spans = [{ days = [\"fri-mon\"], from = \"24:00\", to = \"99:99\" }]\n",
                    "first = \"2026-02-30\"\n", "capacity = 99999999999999999999\n", "gate = 0x7f\n",
                    "passback = \"timed\"\n", "listen = \"[::]:0\"\n", "permit (principal, action, resource);",
                    "@id(\"x\")\n", "areas = 1\n", "{", "}", "[", "\"", "\u{feff}", "\r\n",
                ][..]).prop_map(str::to_owned),
                ".{0,6}",
            ],
            0..24,
        ),
        place in 0..3_usize,
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        campus::init(folder.path(), "campus-site").expect("a starter");
        let file = [CAMPUS, CALENDAR, POLICIES][place];
        fs::write(folder.path().join(file), pieces.concat()).expect("written");
        if let Err(mistakes) = load(folder.path()) {
            proptest::prop_assert!(!mistakes.0.is_empty());
            for mistake in mistakes.0 {
                proptest::prop_assert!(!mistake.message.is_empty() && !mistake.mend.is_empty());
            }
        }
    }
}
