//! What the college's rules answer, and that what is kept between questions never shows.

use onecard_rules::{
    Time,
    ids::{GroupId, PolicyId},
    person::{Person, PersonKind},
    policy::{Policies, PolicySource, Question, SCHEMA, Verdict},
    reason::Reason,
    site::Direction,
};
use proptest::prelude::*;

use crate::college::{
    area, at, boarder, calendar, gate_id, moment, person, policies, site, sources, trained,
};

fn ask(
    policies: &mut Policies,
    person: &Person,
    gate: &str,
    direction: Direction,
    now: Time,
) -> Verdict {
    let site = site();
    let gate = &site.gates[&gate_id(gate)];
    let moment = moment(now);
    policies.ask(&Question { person, gate, direction, moment: &moment, now })
}

/// The verdict in one line: `+ policies flags`, `- reason policies`, `? reason policies`, `! message`.
fn line(verdict: &Verdict) -> String {
    let names =
        |policies: &[PolicyId]| policies.iter().map(PolicyId::as_str).collect::<Vec<_>>().join(" ");
    let text = match verdict {
        Verdict::Permit { policies, flags } => format!("+ {} {}", names(policies), flags.join(" ")),
        Verdict::Forbid { policies, reason } => format!("- {reason} {}", names(policies)),
        Verdict::Silent { policies, reason } => format!("? {reason} {}", names(policies)),
        Verdict::Fault { policies, message } => format!("! {} {message}", names(policies)),
    };
    text.trim_end().to_owned()
}

const NOON: &str = "2026-11-23T12:00:00+08:00";
const NIGHT: &str = "2026-11-23T23:30:00+08:00";
const SUNDAY: &str = "2026-11-22T12:00:00+08:00";
const HOLIDAY: &str = "2026-10-01T12:00:00+08:00";
const EXAM_NIGHT: &str = "2027-01-05T22:30:00+08:00";

#[test]
fn the_rules_of_the_college_answer_as_they_read() {
    let student = boarder("S1");
    let granted =
        Person { grants: [area("laboratory")].into(), ..person("M1", PersonKind::Merchant) };
    let visitor = Person { grants: [area("campus")].into(), ..person("V1", PersonKind::Visitor) };
    let laser = Person { trainings: trained(None), ..boarder("S2") };
    let quarantined = Person { quarantined: true, ..boarder("S3") };
    let day_student = person("S4", PersonKind::Student);
    let teacher = person("T1", PersonKind::Teacher);
    let warden = Person {
        groups: [GroupId::new("wardens").unwrap()].into(),
        ..person("W1", PersonKind::Temporary)
    };
    let expelled = person("S0666", PersonKind::Student);
    let (enter, leave) = (Direction::In, Direction::Out);
    let rows: &[(&Person, &str, Direction, &str, &str)] = &[
        (&student, "main-1", enter, NOON, "+ members-enter-campus"),
        (&teacher, "main-1", enter, NIGHT, "+ teachers-enter-campus"),
        (
            &student,
            "main-1",
            enter,
            NIGHT,
            "+ members-enter-campus late-return-through-the-main-gate late_return",
        ),
        (&student, "dorm-3-door", enter, NOON, "+ own-dormitory"),
        (&student, "dorm-3-floor-2-door", enter, NOON, "+ own-dormitory"),
        (&student, "dorm-4-door", enter, NOON, "? deny_not_resident own-dormitory"),
        (&day_student, "dorm-3-door", enter, NOON, "? deny_not_resident own-dormitory"),
        (&teacher, "dorm-3-door", enter, NOON, "? deny_no_right"),
        (&warden, "dorm-3-door", enter, NOON, "+ wardens"),
        (&student, "dorm-3-door", enter, NIGHT, "+ late-return late_return"),
        (&student, "dorm-3-door", leave, NIGHT, "+ leaving night-outing night_outing"),
        (&student, "dorm-3-door", leave, NOON, "+ leaving"),
        (&student, "library-1", enter, NOON, "+ library-hours"),
        (&student, "reading-room-door", enter, NOON, "+ library-hours"),
        (&student, "library-1", enter, NIGHT, "? deny_schedule library-hours"),
        (&student, "library-1", enter, HOLIDAY, "? deny_schedule library-hours"),
        (&teacher, "library-1", enter, EXAM_NIGHT, "+ library-for-teachers"),
        (&student, "library-1", enter, EXAM_NIGHT, "? deny_schedule library-hours"),
        (&expelled, "library-1", enter, NOON, "- deny_no_right expelled-from-the-library"),
        (&expelled, "library-1", leave, NOON, "- deny_no_right expelled-from-the-library"),
        (&student, "lab-door", enter, NOON, "+ laboratories-in-term"),
        (&student, "lab-door", enter, SUNDAY, "? deny_schedule laboratories-in-term"),
        (&student, "lab-door", enter, HOLIDAY, "- deny_schedule laboratories-shut-on-holidays"),
        (&teacher, "lab-door", enter, HOLIDAY, "+ laboratories-for-teachers"),
        (&student, "laser-door", enter, NOON, "- deny_training training-first"),
        (
            &student,
            "laser-door",
            enter,
            HOLIDAY,
            "- deny_training training-first laboratories-shut-on-holidays",
        ),
        (&laser, "laser-door", enter, NOON, "+ laboratories-in-term"),
        (&granted, "lab-door", enter, NOON, "+ granted-areas"),
        (&granted, "laser-door", enter, NOON, "- deny_training training-first"),
        (&granted, "main-1", enter, NOON, "? deny_no_right"),
        (&visitor, "main-1", enter, NOON, "+ granted-areas"),
        (&visitor, "dorm-3-floor-2-door", enter, NOON, "+ granted-areas"),
        (&visitor, "main-1", enter, NIGHT, "- deny_schedule visitors-by-day"),
        (&quarantined, "dorm-3-door", enter, NOON, "+ own-dormitory"),
        (&quarantined, "clinic-door", enter, NOON, "+ clinic-for-members"),
        (&quarantined, "library-1", enter, NOON, "- deny_quarantine quarantine"),
        (&quarantined, "main-1", enter, NOON, "- deny_quarantine quarantine"),
    ];
    let mut policies = policies();
    for (person, gate, direction, now, expected) in rows {
        let verdict = ask(&mut policies, person, gate, *direction, at(now));
        assert_eq!(line(&verdict), *expected, "{} {gate} {direction:?} {now}", person.id);
    }
}

#[test]
fn a_training_counts_until_its_last_moment_and_is_not_remembered_longer() {
    let until = at("2026-11-23T12:00:30+08:00");
    let student = Person { trainings: trained(Some(until)), ..boarder("S1") };
    let mut policies = policies();
    let second = chrono::TimeDelta::seconds(1);
    let mut asked = |now| line(&ask(&mut policies, &student, "laser-door", Direction::In, now));
    assert_eq!(asked(until - second), "+ laboratories-in-term");
    assert_eq!(asked(until), "- deny_training training-first");
    assert_eq!(asked(until - second), "+ laboratories-in-term", "the clock was put back");
}

#[test]
fn a_person_who_changed_is_answered_anew_even_if_nobody_said_so() {
    let mut policies = policies();
    let mut student = boarder("S1");
    let mut asked =
        |student: &Person| line(&ask(&mut policies, student, "library-1", Direction::In, at(NOON)));
    assert_eq!(asked(&student), "+ library-hours");
    student.quarantined = true;
    assert_eq!(asked(&student), "- deny_quarantine quarantine");
    student.quarantined = false;
    student.kind = PersonKind::Family;
    assert_eq!(asked(&student), "? deny_no_right");
}

#[test]
fn forgetting_people_changes_no_answer() {
    let mut policies = policies();
    let student = boarder("S1");
    let before = ask(&mut policies, &student, "library-1", Direction::In, at(NOON));
    policies.forget_people();
    assert_eq!(ask(&mut policies, &student, "library-1", Direction::In, at(NOON)), before);
}

#[test]
fn an_evaluation_that_fails_is_a_fault_and_not_a_skipped_forbid() {
    let text = r#"
        @id("open") permit (principal, action, resource);
        @id("shut") @reason("deny_no_right") forbid (principal, action, resource)
        when { 9223372036854775807 + context.minute > 0 };
    "#;
    let source = PolicySource { file: "overflow.cedar".to_owned(), text: text.to_owned() };
    let mut policies = Policies::compile(&[source], &site(), &calendar()).unwrap();
    let verdict = ask(&mut policies, &boarder("S1"), "main-1", Direction::In, at(NOON));
    let Verdict::Fault { policies, message } = verdict else { panic!("{verdict:?}") };
    assert_eq!(policies, [PolicyId::new("shut").unwrap()]);
    assert!(message.contains("overflow"), "{message}");
}

#[test]
fn a_gate_that_the_rules_do_not_know_is_a_fault() {
    let (site, now) = (site(), at(NOON));
    let mut gate = site.gates[&gate_id("main-1")].clone();
    gate.id = gate_id("elsewhere");
    let (person, moment) = (boarder("S1"), moment(now));
    let direction = Direction::In;
    let question = Question { person: &person, gate: &gate, direction, moment: &moment, now };
    assert!(matches!(policies().ask(&question), Verdict::Fault { .. }));
}

#[test]
fn the_permit_for_the_narrowest_place_tells_why_it_did_not_let_in() {
    let text = r#"
        @id("anywhere") @otherwise("deny_leave") permit (principal, action, resource) when { context.exam };
        @id("area") @otherwise("deny_schedule") permit (principal, action, resource in Area::"library") when { context.exam };
        @id("gate") @otherwise("deny_full") permit (principal, action, resource == Gate::"library-1") when { context.exam };
        @id("not-for-me") @otherwise("deny_training") permit (principal == Person::"S2", action, resource == Gate::"library-1") when { context.exam };
        @id("group") @otherwise("deny_code") permit (principal in Group::"guards", action, resource == Gate::"main-1") when { context.exam };
    "#;
    let source = PolicySource { file: "nearest.cedar".to_owned(), text: text.to_owned() };
    let mut policies = Policies::compile(&[source], &site(), &calendar()).unwrap();
    let rows = [
        ("library-1", "? deny_full gate"),
        ("reading-room-door", "? deny_schedule area"),
        ("main-1", "? deny_leave anywhere"),
    ];
    for (gate, expected) in rows {
        let verdict = ask(&mut policies, &boarder("S1"), gate, Direction::In, at(NOON));
        assert_eq!(line(&verdict), expected);
    }
}

#[test]
fn no_rules_let_nobody_in() {
    let mut none = Policies::compile(&[], &site(), &calendar()).unwrap();
    assert!(none.is_empty());
    let verdict = ask(&mut none, &boarder("S1"), "main-1", Direction::In, at(NOON));
    let reason = Reason::DenyNoRight;
    assert_eq!(verdict, Verdict::Silent { policies: vec![], reason });
}

#[test]
fn the_version_changes_with_rules_and_campus_and_with_nothing_else() {
    let version = |sources: &[PolicySource], site: &_, calendar: &_| {
        Policies::compile(sources, site, calendar).unwrap().version().to_owned()
    };
    let plain = version(&sources(), &site(), &calendar());
    assert_eq!(plain.len(), 12);
    assert!(plain.bytes().all(|b| b.is_ascii_hexdigit()));
    let mut turned = sources();
    turned.reverse();
    assert_eq!(version(&turned, &site(), &calendar()), plain);
    let mut edited = sources();
    edited[0].text.push('\n');
    let mut other_site = site();
    other_site.areas.get_mut(&area("clinic")).unwrap().parent = None;
    let mut other_calendar = calendar();
    other_calendar.windows[3].id = crate::college::window_id("surgery");
    for other in [
        version(&edited, &site(), &calendar()),
        version(&sources(), &other_site, &calendar()),
        version(&sources(), &site(), &other_calendar),
    ] {
        assert_ne!(other, plain);
    }
}

#[test]
fn policies_are_listed_in_order_with_file_and_line() {
    let policies = policies();
    assert_eq!(policies.len(), policies.policies().count());
    let listed: Vec<_> =
        policies.policies().map(|(id, file, line)| (id.as_str(), file, line)).collect();
    assert_eq!(listed[0], ("members-enter-campus", "10-everybody.cedar", 3));
    assert_eq!(listed[1], ("teachers-enter-campus", "10-everybody.cedar", 7));
    assert!(listed.contains(&("own-dormitory", "20-dormitories.cedar", 3)));
}

#[test]
fn the_schema_can_be_written_beside_the_policies() {
    assert!(SCHEMA.contains("entity Person"));
}

fn any_person() -> impl Strategy<Value = Person> {
    let kinds = proptest::sample::select(PersonKind::ALL.to_vec());
    let areas = || proptest::sample::select(vec!["campus", "dorm-3", "dorm-4", "laser-lab"]);
    let grants = proptest::collection::btree_set(areas(), 0..3);
    let id = proptest::sample::select(vec!["S1", "S0666"]);
    (id, kinds, grants, proptest::option::of(areas()), any::<(bool, bool, bool)>()).prop_map(
        |(id, kind, grants, dormitory, (quarantined, warden, trained_now))| Person {
            grants: grants.into_iter().map(area).collect(),
            dormitory: dormitory.map(area),
            quarantined,
            groups: warden.then(|| GroupId::new("wardens").unwrap()).into_iter().collect(),
            trainings: if trained_now { trained(None) } else { [].into() },
            ..person(id, kind)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn what_is_kept_between_questions_never_shows(
        questions in proptest::collection::vec((any_person(), 0..11_usize, any::<bool>(), 0..3_usize), 1..8),
    ) {
        let (site, mut kept) = (site(), policies());
        for (person, gate, entering, time) in questions {
            let gate = site.gates.keys().nth(gate).unwrap().as_str();
            let direction = if entering { Direction::In } else { Direction::Out };
            let now = at([NOON, NIGHT, HOLIDAY][time]);
            let verdict = ask(&mut kept, &person, gate, direction, now);
            prop_assert_eq!(verdict, ask(&mut policies(), &person, gate, direction, now));
        }
    }
}
