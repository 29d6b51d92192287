//! The campus folder: what is good loads, and every mistake is told with file, line, key and mend.

#![expect(clippy::expect_used, reason = "helpers of tests may panic as tests do")]

use std::{fs, path::Path};

use onecard::campus::{self, Campus, Mistakes};
use proptest::strategy::Strategy as _;

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

/// File, text in it, what it is changed to, what must be told.
type Row = (&'static str, &'static str, &'static str, &'static str);

const CAMPUS: &str = "campus.toml";
const CALENDAR: &str = "calendar.toml";
const POLICIES: &str = "policies/entry.cedar";

/// Every kind of mistake in every file of the starter campus. The last column must stand in one
/// line of what is told, parts apart by `*`.
const TYPOS: &[Row] = &[
    // campus.toml: syntax and the site
    (CAMPUS, "zone = \"Asia/Shanghai\"", "zone = \"Asia/Shanghai", "campus.toml:8:*not TOML*mend"),
    (CAMPUS, "[site]", "[sites]", "campus.toml:1: site: is missing; add"),
    (CAMPUS, "[site]", "[sites]", "campus.toml:4: sites: is not a key*did you mean `site`?"),
    (CAMPUS, "id = \"campus-site\"", "", "campus.toml:4: site.id: is missing; add `id = …`"),
    (CAMPUS, "id = \"campus-site\"", "id = 7", "campus.toml:6: site.id: is 7; write a text"),
    (
        CAMPUS,
        "id = \"campus-site\"",
        "id = \"a/b\"",
        "campus.toml:6: site.id:*contains `/`*write a code",
    ),
    (
        CAMPUS,
        "name = \"示范校园\"",
        "nmae = \"x\"",
        "campus.toml:7: site.nmae:*did you mean `name`?",
    ),
    (
        CAMPUS,
        "name = \"示范校园\"",
        "name = true",
        "campus.toml:7: site.name: is true; write a text",
    ),
    (
        CAMPUS,
        "Asia/Shanghai",
        "Asia/Shanghia",
        "campus.toml:8: site.zone: `Asia/Shanghia`*write a zone such as",
    ),
    (
        CAMPUS,
        "trainings = [\"laser-safety\"]",
        "trainings = \"laser-safety\"",
        "campus.toml:10: site.trainings:*write a list",
    ),
    (
        CAMPUS,
        "trainings = [\"laser-safety\"]",
        "trainings = [\"laser safety\"]",
        "campus.toml:10: site.trainings:*contains ` `",
    ),
    (
        CAMPUS,
        "trainings = [\"laser-safety\"]",
        "trainings = [7]",
        "campus.toml:10: site.trainings: is 7",
    ),
    (
        CAMPUS,
        "trainings = [",
        "topic_root = \"a b\"\ntrainings = [",
        "campus.toml:10: site.topic_root:*contains ` `",
    ),
    (
        CAMPUS,
        "trainings = [",
        "gates_csv = \"none.csv\"\ntrainings = [",
        "none.csv: cannot be read*see that it is there",
    ),
    // campus.toml: broker and HTTP
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1\"",
        "campus.toml:14: broker.listen:*write an address and port",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = 1883",
        "campus.toml:14: broker.listen: is 1883",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "lisen = \"127.0.0.1:1883\"",
        "campus.toml:14: broker.lisen:*did you mean `listen`?",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "outside = \"broker\"",
        "campus.toml:14: broker.outside: `broker` is not good; write host and port",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "outside = \"b:99999\"",
        "campus.toml:14: broker.outside:*write host and port",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\noutside = \"b:1883\"",
        "campus.toml:14: broker.listen: stands beside `outside`",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"0.0.0.0:1883\"\nanonymous = true",
        "broker.anonymous: lets everybody in*listen on 127.0.0.1",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\nanonymous = 1",
        "campus.toml:15: broker.anonymous: is 1; write `true` or `false`",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\ntls_listen = \"0.0.0.0:8883\"",
        "broker.tls_listen: needs all of*add what is missing",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\nwebsocket = \"here\"",
        "campus.toml:15: broker.websocket: `here`",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"0.0.0.0:1883\"\nanonymous = true",
        "campus.toml:15: broker.anonymous: lets everybody in",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "outside = \"b.college.cn:1883\"\nwebsocket = \"127.0.0.1:8083\"",
        "campus.toml:15: broker.websocket: stands beside `outside`; keep",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\nca_file = \"ca.pem\"",
        "campus.toml:15: broker.ca_file: is for a broker of your own; add `outside",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\nclient_id = \"x\"",
        "campus.toml:15: broker.client_id: is for a broker of your own; add `outside",
    ),
    (
        CAMPUS,
        "byte_order = \"reversed\"",
        "kept = \"last\"",
        "readers.library-1-in.kept: is for Wiegand readers; a UID is kept whole; remove it",
    ),
    (
        CAMPUS,
        "format = \"uid\"",
        "format = \"wiegand37\"",
        "readers.library-1-in.format:*no whole bytes to reverse",
    ),
    (CAMPUS, "[broker]", "[borker]", "campus.toml:1: broker: is missing"),
    (
        CAMPUS,
        "listen = \"127.0.0.1:8080\"",
        "listen = \"localhost\"",
        "campus.toml:21: http.listen: `localhost`",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:8080\"",
        "listen = \"0.0.0.0:8080\"\nanonymous_read = true",
        "http.anonymous_read: shows people's movements",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\nwebsocket_url = \"wss://card.college.cn/mqtt\"",
        "broker.websocket_url: leads nowhere; add `websocket`",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\nwebsocket_url = \"wss://a; script-src *\"",
        "broker.websocket_url: `wss://a; script-src *` is not good",
    ),
    (CAMPUS, "[http]", "[htpt]", "campus.toml:1: http: is missing"),
    // campus.toml: process
    (
        CAMPUS,
        "[limits]",
        "[process]\nawake_from = -1\n[limits]",
        "campus.toml:24: process.awake_from: is -1; write a whole number from 0 to 100000",
    ),
    (
        CAMPUS,
        "[limits]",
        "[process]\nawake_form = 50\n[limits]",
        "campus.toml:24: process.awake_form:*did you mean `awake_from`?",
    ),
    (CAMPUS, "[limits]", "[proces]\n[limits]", "campus.toml:23: proces:*did you mean `process`?"),
    // campus.toml: limits
    (
        CAMPUS,
        "swipe_age_s = 5",
        "swipe_age_s = 0",
        "campus.toml:25: limits.swipe_age_s: is 0; write a whole number from 1 to 60",
    ),
    (
        CAMPUS,
        "swipe_age_s = 5",
        "swipe_age_s = 5.5",
        "campus.toml:25: limits.swipe_age_s: is `5.5`; write a whole number",
    ),
    (
        CAMPUS,
        "swipe_age_s = 5",
        "swipe_age = 5",
        "campus.toml:25: limits.swipe_age:*did you mean `swipe_age_s`?",
    ),
    (
        CAMPUS,
        "unknown_cards = 5",
        "unknown_cards = 50",
        "campus.toml:27: limits.unknown_cards: is 50; write a whole number from 1 to 5",
    ),
    (
        CAMPUS,
        "retention_days = 365",
        "retention_days = 30",
        "campus.toml:30: limits.retention_days: is 30; write a whole number from 180",
    ),
    (
        CAMPUS,
        "retention_days = 365",
        "retention_days = \"365\"",
        "campus.toml:30: limits.retention_days: is `365`",
    ),
    // campus.toml: areas
    (CAMPUS, "id = \"outside\"", "", "campus.toml:33: areas.id: is missing"),
    (
        CAMPUS,
        "id = \"outside\"",
        "id = \"library\"",
        "areas.library.id: `library` is there twice; give one of them another id",
    ),
    (CAMPUS, "name = \"校外\"", "", "campus.toml:33: areas.outside.name: is missing"),
    (
        CAMPUS,
        "parent = \"campus\"\ncapacity",
        "parent = \"campsu\"\ncapacity",
        "campus.toml:46: areas.library.parent: no area is called `campsu`; did you mean `campus`?",
    ),
    (
        CAMPUS,
        "parent = \"campus\"\ncapacity",
        "parent = \"library\"\ncapacity",
        "campus.toml:46: areas.library.parent: lies inside itself",
    ),
    (
        CAMPUS,
        "capacity = 800",
        "capacity = -1",
        "campus.toml:47: areas.library.capacity: is -1; write a whole number from 1",
    ),
    (
        CAMPUS,
        "passback = \"soft\"",
        "passback = \"sotf\"",
        "campus.toml:41: areas.campus.passback: `sotf` is not known; did you mean `soft`?",
    ),
    (
        CAMPUS,
        "passback = \"soft\"",
        "passback = \"timed\"",
        "campus.toml:41: areas.campus.passback_minutes: is missing; add",
    ),
    (
        CAMPUS,
        "passback = \"soft\"",
        "passback = \"soft\"\npassback_minutes = 5",
        "campus.toml:42: areas.campus.passback_minutes: is for timed",
    ),
    (
        CAMPUS,
        "id = \"dorm-{1..3}\"",
        "id = \"dorm-{3..1}\"",
        "areas.id: `dorm-{3..1}` is no range; write first and last number",
    ),
    (CAMPUS, "id = \"dorm-{1..3}\"", "id = \"dorm-{1-3}\"", "areas.id: `dorm-{1-3}` is no range"),
    (CAMPUS, "[[areas]]\nid = \"lab\"", "[areas]\nid = \"lab\"", "campus.toml:49:*not TOML"),
    // campus.toml: gates
    (
        CAMPUS,
        "from = \"outside\"",
        "from = \"ouside\"",
        "gates.main-1.from: no area is called `ouside`; did you mean `outside`?",
    ),
    (CAMPUS, "from = \"outside\"", "", "gates.main-1.from: is missing"),
    (
        CAMPUS,
        "to = \"library\"",
        "to = \"campus\"",
        "gates.library-1.to: leads from `campus` into itself",
    ),
    (
        CAMPUS,
        "to = \"library\"",
        "to = \"library\"\narea = \"moon\"",
        "gates.library-1.area: no area is called `moon`",
    ),
    (
        CAMPUS,
        "kind = \"turnstile\"\nescape",
        "kind = \"turnstyle\"\nescape",
        "gates.main-1.kind: `turnstyle` is not known; did you mean `turnstile`?",
    ),
    (
        CAMPUS,
        "escape_route = true",
        "escape_route = \"yes\"",
        "gates.main-1.escape_route: is `yes`; write `true` or `false`",
    ),
    (CAMPUS, "held_open_s = 20", "held_open_s = 20000", "gates.lab-door.held_open_s: is 20000"),
    (
        CAMPUS,
        "held_open_s = 20",
        "held_open = 20",
        "gates.lab-door.held_open: is not a key*did you mean `held_open_s`?",
    ),
    (
        CAMPUS,
        "requires = [\"laser-safety\"]",
        "requires = [\"laser-saftey\"]",
        "gates.lab-door.requires: no training is called `laser-saftey`; did you mean `laser-safety`?",
    ),
    (
        CAMPUS,
        "held_open_s = 20",
        "open_during = [\"libary-hours\"]",
        "gates.lab-door.open_during: no window is called `libary-hours`; did you mean `library-hours`?",
    ),
    (
        CAMPUS,
        "id = \"lab-door\"\nname",
        "id = \"library-1\"\nname",
        "gates.library-1.id: `library-1` is there twice",
    ),
    (CAMPUS, "id = \"library-1\"\nname", "id = \"library 1\"\nname", "gates.id:*contains ` `"),
    // campus.toml: readers
    (
        CAMPUS,
        "gate = \"lab-door\"\ndirection = \"in\"",
        "gate = \"lab-dor\"\ndirection = \"in\"",
        "readers.lab-door-in.gate: no gate is called `lab-dor`; did you mean `lab-door`?",
    ),
    (
        CAMPUS,
        "gate = \"lab-door\"\ndirection = \"in\"",
        "direction = \"in\"",
        "readers.lab-door-in.gate: is missing",
    ),
    (
        CAMPUS,
        "gate = \"lab-door\"\ndirection = \"in\"",
        "gate = \"lab-door\"\ndirection = \"inn\"",
        "readers.lab-door-in.direction: `inn` is not known; did you mean `in`?",
    ),
    (
        CAMPUS,
        "gate = \"lab-door\"\ndirection = \"in\"",
        "gate = \"lab-door\"",
        "readers.lab-door-in.direction: is missing",
    ),
    (
        CAMPUS,
        "format = \"uid\"",
        "format = \"wiegand-26\"",
        "readers.library-1-in.format: `wiegand-26` is not known; did you mean `wiegand26`?",
    ),
    (
        CAMPUS,
        "text = \"hex\"",
        "text = \"hexa\"",
        "readers.library-1-in.text: `hexa` is not known; did you mean `hex`?",
    ),
    (
        CAMPUS,
        "byte_order = \"reversed\"",
        "byte_order = \"revered\"",
        "readers.library-1-in.byte_order:*did you mean `reversed`?",
    ),
    (
        CAMPUS,
        "byte_order = \"reversed\"",
        "inverted = 1",
        "readers.library-1-in.inverted: is 1; write `true` or `false`",
    ),
    (
        CAMPUS,
        "byte_order = \"reversed\"",
        "parity = true",
        "readers.library-1-in.parity: is for Wiegand",
    ),
    (
        CAMPUS,
        "id = \"lab-door-out\"",
        "id = \"lab-door-in\"",
        "readers.lab-door-in.id: `lab-door-in` is there twice",
    ),
    (
        CAMPUS,
        "# Readers:",
        "[[raeders]]\nid = \"x\"\n# Readers:",
        "raeders: is not a key*did you mean `readers`?",
    ),
    // calendar.toml
    (
        CALENDAR,
        "first = \"2026-08-31\"",
        "first = \"2026-08-32\"",
        "calendar.toml:5: terms.2026-autumn.first: `2026-08-32`*write a day such as",
    ),
    (
        CALENDAR,
        "first = \"2026-08-31\"",
        "first = 2026-08-31",
        "calendar.toml:5: terms.2026-autumn.first: is `2026-08-31`; write a text",
    ),
    (
        CALENDAR,
        "first = \"2026-08-31\"",
        "frist = \"2026-08-31\"",
        "calendar.toml:5: terms.2026-autumn.frist:*did you mean `first`?",
    ),
    (
        CALENDAR,
        "last = \"2026-10-07\"",
        "last = \"2026-09-07\"",
        "calendar.toml:8: holidays.national-day:*ends before it begins*exchange",
    ),
    (CALENDAR, "name = \"national-day\"", "", "calendar.toml:8: holidays.name: is missing"),
    (CALENDAR, "[[holidays]]", "[[terms]]", "calendar.toml:8: terms.national-day:*overlap*at most"),
    (
        CALENDAR,
        "[[exams]]",
        "[[exam]]",
        "calendar.toml:13: exam: is not a key*did you mean `exams`?",
    ),
    (
        CALENDAR,
        "from = \"07:00\"",
        "from = \"25:00\"",
        "windows.library-hours.spans.from: `25:00` is no time of day; write hours",
    ),
    (
        CALENDAR,
        "from = \"07:00\"",
        "from = \"7:00\"",
        "windows.library-hours.spans.from: `7:00` is no time of day",
    ),
    (
        CALENDAR,
        "from = \"07:00\"",
        "from = \"22:30\"",
        "windows.library-hours:*ends when it begins",
    ),
    (
        CALENDAR,
        "days = [\"mon-sun\"], from = \"07:00\"",
        "days = [\"mon-son\"], from = \"07:00\"",
        "spans.days: `mon-son` is no day of the week; write mon",
    ),
    (
        CALENDAR,
        "days = [\"mon-sun\"], from = \"07:00\"",
        "days = [], from = \"07:00\"",
        "spans.days: is missing or empty",
    ),
    (
        CALENDAR,
        "in_force = \"always\"",
        "in_force = \"allways\"",
        "windows.library-hours.in_force: `allways` is not known; did you mean `always`?",
    ),
    (CALENDAR, "id = \"curfew\"", "id = \"library-hours\"", "windows.library-hours:*there twice"),
    (CALENDAR, "id = \"curfew\"", "id = \"cur few\"", "windows.id:*contains ` `"),
    (CALENDAR, "to = \"06:00\" }]", "to = \"06:00\" }", "calendar.toml:*not TOML"),
    // policies
    (
        POLICIES,
        "permit (principal, action == Action::\"leave\", resource);",
        "permit (principal, action == Action::\"leave\", resource)",
        "policies/entry.cedar:*unexpected",
    ),
    (
        POLICIES,
        "Role::\"student\", Role::\"teacher\"].contains(principal.role)\n};\n\n// Grants",
        "Role::\"studnet\", Role::\"teacher\"].contains(principal.role)\n};\n\n// Grants",
        "members-enter-campus:*studnet*student",
    ),
    (
        POLICIES,
        "resource.area == Area::\"campus\"",
        "resource.area == Area::\"campsu\"",
        "members-enter-campus:*campsu*campus",
    ),
    (POLICIES, "principal.grants", "principal.grant", "granted-areas:*grant"),
    (
        POLICIES,
        "Window::\"library-hours\"",
        "Window::\"libary-hours\"",
        "library-hours:*libary-hours*library-hours",
    ),
    (POLICIES, "@id(\"training-first\")\n", "", "policies/entry.cedar:*@id"),
    (
        POLICIES,
        "@id(\"training-first\")",
        "@id(\"leaving\")",
        "leaving:*that of another policy*give one of them",
    ),
    (
        POLICIES,
        "@reason(\"deny_training\")",
        "@reason(\"deny_trainig\")",
        "training-first:*deny_trainig*deny_training",
    ),
    (POLICIES, "@reason(\"deny_training\")\n", "", "training-first:*reason"),
    (
        POLICIES,
        "@otherwise(\"deny_schedule\")",
        "@otherwize(\"deny_schedule\")",
        "library-hours:*otherwize*otherwise",
    ),
    (POLICIES, "Action::\"leave\"", "Action::\"exit\"", "leaving:*exit"),
    (
        POLICIES,
        "context.windows.contains(Window::\"curfew\")\n};\n\n@id(\"vis",
        "context.minutes > 5\n};\n\n@id(\"vis",
        "late-return:*minutes",
    ),
];

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

#[test]
fn every_typo_is_told_with_file_line_and_mend() {
    let mut wrong = Vec::new();
    for (file, text, typo, expected) in TYPOS {
        let folder = tempfile::tempdir().expect("a folder");
        campus::init(folder.path(), "campus-site").expect("a starter");
        let path = folder.path().join(file);
        let good = fs::read_to_string(&path).expect("a starter file");
        assert!(good.contains(text), "{file} has no `{text}`");
        fs::write(&path, good.replacen(text, typo, 1)).expect("written");
        match load(folder.path()) {
            Ok(_) => wrong.push(format!("{file}: `{typo}` was not noticed")),
            Err(mistakes) => {
                let told = mistakes.to_string();
                if !tells(&told, expected) {
                    wrong.push(format!("{file}: `{typo}`\n  expected: {expected}\n  told: {told}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), TYPOS.len(), wrong.join("\n"));
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
