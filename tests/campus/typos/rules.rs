//! The calendar and the policies.

use super::{CALENDAR, POLICIES, Row};

pub const ROWS: &[Row] = &[
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
