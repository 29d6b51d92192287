//! Every kind of mistake in a policy file is refused, with file, line, policy and mend.

use onecard_rules::policy::{Policies, PolicyMistake, PolicySource};

use crate::college::{calendar, site};

fn mistakes(files: &[(&str, &str)]) -> Vec<PolicyMistake> {
    let sources: Vec<PolicySource> = files
        .iter()
        .map(|(file, text)| PolicySource { file: (*file).to_owned(), text: (*text).to_owned() })
        .collect();
    Policies::compile(&sources, &site(), &calendar()).map(drop).err().unwrap_or_default()
}

/// Text, line, policy, part of the message, part of the mend.
const ROWS: &[(&str, usize, &str, &str, &str)] = &[
    (
        "@id(\"a\")\npermit (principal in Role::\"studnet\", action, resource);",
        2,
        "a",
        "`studnet` is no role",
        "`student`",
    ),
    (
        "@id(\"a\")\npermit (principal, action == Action::\"entr\", resource);",
        2,
        "a",
        "`entr` is no action",
        "`enter`",
    ),
    (
        "@id(\"a\")\npermit (principal, action,\n  resource in Area::\"libary\");",
        3,
        "a",
        "`libary` is no area",
        "`library`",
    ),
    (
        "@id(\"a\")\npermit (principal, action, resource == Gate::\"mian-1\");",
        2,
        "a",
        "`mian-1` is no gate",
        "`main-1`",
    ),
    (
        "@id(\"a\")\npermit (principal, action, resource)\nwhen {\n  context.windows.contains(Window::\"libray-hours\") };",
        4,
        "a",
        "`libray-hours` is no window of calendar.toml",
        "`library-hours`",
    ),
    (
        "@id(\"a\")\npermit (principal, action, resource)\nwhen { principal.trainings.contains(Training::\"lazer-safety\") };",
        3,
        "a",
        "`lazer-safety` is no training",
        "`laser-safety`",
    ),
    (
        "@id(\"a\")\npermit (principal, action, resource)\nwhen { context.weekday == Weekday::\"monday\" };",
        3,
        "a",
        "`monday` is no weekday",
        "write one of",
    ),
    (
        "@id(\"a\")\npermit (principal, action, resource)\nwhen { resource.kind == GateKind::\"dor\" };",
        3,
        "a",
        "`dor` is no kind of gate",
        "`door`",
    ),
    (
        "@id(\"a\")\npermit (principal == Person::\"\", action, resource);",
        2,
        "a",
        "empty",
        "as registered",
    ),
    ("permit (principal, action, resource);", 1, "", "no `@id`", "@id(\"a-name"),
    (
        "@id(\"主门\")\npermit (principal, action, resource);",
        1,
        "主门",
        "contains `主`",
        "library-in-hours",
    ),
    (
        "@id(\"builtin.grant\")\npermit (principal, action, resource);",
        1,
        "builtin.grant",
        "built in",
        "builtin.",
    ),
    (
        "@id(\"a\")\npermit (principal, action, resource);\n@id(\"a\")\npermit (principal, action, resource);",
        3,
        "a",
        "another policy, at p.cedar:1",
        "name of its own",
    ),
    (
        "@id(\"a\")\n@resaon(\"deny_no_right\")\n@reason(\"deny_no_right\")\nforbid (principal, action, resource);",
        2,
        "a",
        "`@resaon`",
        "`@reason`",
    ),
    (
        "@id(\"a\")\n@author(\"me\")\npermit (principal, action, resource);",
        2,
        "a",
        "`@author`",
        "`@id`, `@reason`",
    ),
    (
        "@id(\"a\")\n\nforbid (principal, action, resource);",
        3,
        "a",
        "no `@reason`",
        "deny_schedule",
    ),
    (
        "@id(\"a\")\n@reason(\"deny_shedule\")\nforbid (principal, action, resource);",
        2,
        "a",
        "`deny_shedule`",
        "`deny_schedule`",
    ),
    (
        "@id(\"a\")\n@reason(\"grant\")\nforbid (principal, action, resource);",
        2,
        "a",
        "no reason for refusing",
        "deny_",
    ),
    (
        "@id(\"a\")\n@reason(\"deny_full\")\npermit (principal, action, resource);",
        2,
        "a",
        "a permit has no `@reason`",
        "@otherwise",
    ),
    (
        "@id(\"a\")\n@otherwise(\"deny_ful\")\npermit (principal, action, resource);",
        2,
        "a",
        "`deny_ful`",
        "`deny_full`",
    ),
    (
        "@id(\"a\")\n@reason(\"deny_full\")\n@otherwise(\"deny_full\")\nforbid (principal, action, resource);",
        3,
        "a",
        "no `@otherwise`",
        "@reason",
    ),
    (
        "@id(\"a\")\n@flag(\"Late Return\")\npermit (principal, action, resource);",
        2,
        "a",
        "no flag",
        "late_return",
    ),
    (
        "@id(\"a\")\n@flag(\"warn_passback\")\npermit (principal, action, resource);",
        2,
        "a",
        "code of a reason",
        "another word",
    ),
    (
        "@id(\"a\")\n@reason(\"deny_full\")\n@flag(\"x\")\nforbid (principal, action, resource);",
        3,
        "a",
        "no `@flag`",
        "permit",
    ),
    ("@id(\"a\")\npermit (principal, action resource);", 2, "", "unexpected token", ""),
    (
        "@id(\"a\")\npermit (principal == ?principal, action, resource);",
        1,
        "a",
        "template",
        "role, group or area",
    ),
    (
        "@id(\"a\")\npermit (principal in Rolle::\"student\", action, resource);",
        2,
        "a",
        "Rolle",
        "Role",
    ),
    (
        "@id(\"a\")\npermit (principal, action, resource)\nwhen { principal.grant.contains(resource.area) };",
        3,
        "a",
        "`grant`",
        "grants",
    ),
    (
        "@id(\"a\")\npermit (principal, action, resource)\nwhen { resource in principal.dormitory };",
        3,
        "a",
        "dormitory",
        "e has dormitory",
    ),
    (
        "@id(\"a\")\npermit (principal, action, resource)\nwhen { context.minute > \"22:00\" };",
        3,
        "a",
        "Long",
        "",
    ),
    (
        "@id(\"a\")\npermit (principal in Area::\"library\", action, resource);",
        1,
        "a",
        "unable to find an applicable action",
        "",
    ),
    (
        "@id(\"a\")\npermit (principal, action, resource)\nwhen { context.exam && false };",
        1,
        "a",
        "impossible",
        "",
    ),
];

#[test]
fn every_mistake_is_told_with_its_line_and_mend() {
    let mut wrong = Vec::new();
    for row in ROWS {
        let (text, line, policy, message, mend) = *row;
        let found = mistakes(&[("p.cedar", text)]);
        let is_told = |mistake: &PolicyMistake| {
            mistake.file == "p.cedar"
                && mistake.line == line
                && mistake.policy.as_deref().unwrap_or_default() == policy
                && mistake.message.contains(message)
                && mistake.mend.contains(mend)
                && !mistake.mend.is_empty()
        };
        if found.len() != 1 || !found.iter().all(is_told) {
            wrong.push((row, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn all_mistakes_of_all_files_are_told_in_order() {
    let found = mistakes(&[
        (
            "b.cedar",
            "permit (principal, action, resource);\n@id(\"x\")\nforbid (principal, action, resource in Area::\"libary\");",
        ),
        (
            "a.cedar",
            "@id(\"x\")\npermit (principal in Role::\"visiter\", action, resource in Area::\"campsu\");",
        ),
        ("c.cedar", "permit ("),
    ]);
    let places: Vec<_> = found.iter().map(|one| format!("{}:{}", one.file, one.line)).collect();
    assert_eq!(
        places,
        ["a.cedar:2", "a.cedar:2", "b.cedar:1", "b.cedar:3", "b.cedar:3", "c.cedar:1"]
    );
}

#[test]
fn the_line_of_the_second_of_two_equal_policies_is_its_own() {
    let text = "@id(\"a\") permit (principal, action, resource);\n\n@id(\"a\") permit (principal, action, resource);";
    assert_eq!(mistakes(&[("p.cedar", text)])[0].line, 3);
}
