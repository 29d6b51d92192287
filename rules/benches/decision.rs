//! What one decision costs on a campus of 17,600 people, 200 gates and 27 policies: the school's
//! rules alone, with and without answers kept within the minute, and the whole access decision.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may panic as tests do"
)]

use std::{collections::BTreeSet, fmt::Write as _, hint::black_box};

use chrono_tz::Asia::Shanghai;
use criterion::{Criterion, criterion_group, criterion_main};
use onecard_rules::{
    Time,
    access::{Freshness, Presented, Situation, decide},
    calendar::{Calendar, DayOfWeek, InForce, Span, Window},
    code::UsedCodes,
    credential::Credential,
    directory::Directory,
    ids::{AreaId, DecisionId, GateId, PersonId, ReaderId, SiteId, WindowId},
    mode::Orders,
    normaliser::Normaliser,
    passback::{PassbackMode, Presence},
    person::{Card, CardState, Person, PersonKind},
    policy::{Policies, PolicySource, Question},
    site::{Area, Direction, Gate, GateKind, GateTimes, Limits, Reader, Site},
};

const PEOPLE: usize = 17_600;
const GATES: usize = 200;
const BUILDINGS: usize = 50;
const POLICIES: usize = 27;

fn area(id: &str) -> AreaId {
    AreaId::new(id).unwrap()
}

/// A campus of buildings with four gates each; the first ten buildings are dormitories.
fn site() -> Site {
    let plain = |id: &str, parent: Option<&str>| Area {
        id: area(id),
        name: id.to_owned(),
        parent: parent.map(area),
        capacity: None,
        passback: PassbackMode::Soft,
    };
    let mut areas = vec![plain("street", None), plain("campus", None)];
    areas.extend((0..BUILDINGS).map(|at| plain(&format!("building-{at}"), Some("campus"))));
    let gates = (0..GATES).map(|at| {
        let to = area(&format!("building-{}", at % BUILDINGS));
        Gate {
            id: GateId::new(&format!("gate-{at}")).unwrap(),
            name: String::new(),
            area: to.clone(),
            from: area("campus"),
            to,
            kind: GateKind::Turnstile,
            times: GateTimes::default(),
            requires: vec![],
            passage_sensor: true,
            escape_route: false,
            open_during: vec![],
        }
    });
    let gates: Vec<Gate> = gates.collect();
    let readers = gates.iter().map(|gate| Reader {
        id: ReaderId::new(gate.id.as_str()).unwrap(),
        gate: gate.id.clone(),
        direction: Direction::In,
        normaliser: Normaliser::default(),
    });
    Site {
        id: SiteId::new("bench").unwrap(),
        name: String::new(),
        zone: Shanghai,
        topic_root: "onecard".to_owned(),
        readers: readers.map(|reader| (reader.id.clone(), reader)).collect(),
        areas: areas.into_iter().map(|area| (area.id.clone(), area)).collect(),
        gates: gates.into_iter().map(|gate| (gate.id.clone(), gate)).collect(),
        taps: [].into(),
        limits: Limits::default(),
    }
}

fn calendar() -> Calendar {
    let window = |id: &str, from, to| Window {
        id: WindowId::new(id).unwrap(),
        in_force: InForce::Always,
        spans: vec![Span { weekdays: DayOfWeek::ALL.into_iter().collect(), from, to }],
    };
    let windows = vec![window("day", 360, 1380), window("curfew", 1380, 360)];
    Calendar { windows, ..Calendar::default() }
}

/// Seven rules for everywhere and one each for twenty buildings.
fn sources() -> Vec<PolicySource> {
    let mut text = String::from(
        r#"
@id("granted") permit (principal, action == Action::"enter", resource)
when { principal.grants.containsAny(resource.areas) };
@id("dormitory") @otherwise("deny_not_resident") permit (principal in Role::"student", action == Action::"enter", resource)
when { principal has dormitory && resource in principal.dormitory };
@id("late") @flag("late_return") permit (principal in Role::"student", action == Action::"enter", resource)
when { context.windows.contains(Window::"curfew") && principal has dormitory && resource in principal.dormitory };
@id("leaving") permit (principal, action == Action::"leave", resource);
@id("training") @reason("deny_training") forbid (principal, action == Action::"enter", resource)
unless { principal.trainings.containsAll(resource.requires) };
@id("quarantine") @reason("deny_quarantine") forbid (principal, action == Action::"enter", resource)
when { principal.quarantined };
@id("visitors") @reason("deny_schedule") forbid (principal in Role::"visitor", action == Action::"enter", resource)
unless { context.minute >= 540 && context.minute < 1080 };
"#,
    );
    for at in 10..30 {
        let role = if at % 2 == 0 { "student" } else { "teacher" };
        writeln!(
            text,
            r#"@id("building-{at}") @otherwise("deny_schedule") permit (principal in Role::"{role}", action == Action::"enter", resource in Area::"building-{at}")
when {{ context.windows.contains(Window::"day") }};"#
        )
        .unwrap();
    }
    vec![PolicySource { file: "bench.cedar".to_owned(), text }]
}

fn person(at: usize) -> Person {
    let kind = if at.is_multiple_of(12) { PersonKind::Teacher } else { PersonKind::Student };
    let grants = (0..at % 4).map(|more| area(&format!("building-{}", (at + more) % BUILDINGS)));
    Person {
        id: PersonId::new(&format!("P{at}")).unwrap(),
        name: String::new(),
        kind,
        groups: BTreeSet::new(),
        grants: grants.collect(),
        dormitory: (kind == PersonKind::Student).then(|| area(&format!("building-{}", at % 10))),
        trainings: BTreeSet::new(),
        quarantined: at.is_multiple_of(500),
        passback_exempt: false,
        valid_from: None,
        valid_until: None,
    }
}

fn credential(at: usize) -> Credential {
    Credential::uid(&u32::try_from(at).unwrap().to_be_bytes()).unwrap()
}

fn decision(criterion: &mut Criterion) {
    let (site, calendar) = (site(), calendar());
    let mut policies = Policies::compile(&sources(), &site, &calendar).unwrap();
    assert_eq!(policies.len(), POLICIES);
    let mut directory = Directory::default();
    for at in 0..PEOPLE {
        let person = person(at);
        let card = Card {
            credential: credential(at),
            person: person.id.clone(),
            state: CardState::Active,
            state_since: None,
            valid_from: None,
            valid_until: None,
        };
        directory.put_person(person);
        directory.put_card(card).unwrap();
    }
    let people: Vec<Person> = (0..PEOPLE).map(person).collect();
    let gates: Vec<&Gate> = site.gates.values().collect();
    let now: Time = "2026-11-23T12:00:00Z".parse().unwrap();
    let moment = calendar.moment(now, site.zone);
    let direction = Direction::In;
    // Two strides without a common factor: people and gates in no order that a cache would like.
    let mut step = 0_usize;
    let mut next = || {
        step += 1;
        (step * 7919 % PEOPLE, step * 31 % GATES)
    };

    criterion.bench_function("rules, answers kept within the minute", |bencher| {
        bencher.iter(|| {
            let (person, gate) = next();
            let (person, gate) = (&people[person], gates[gate]);
            black_box(policies.ask(&Question { person, gate, direction, moment: &moment, now }))
        });
    });
    criterion.bench_function("rules, every answer worked out", |bencher| {
        let other = calendar.moment(now + chrono::TimeDelta::minutes(1), site.zone);
        let mut moments = [&moment, &other].into_iter().cycle();
        bencher.iter(|| {
            let (person, gate) = next();
            let (person, gate) = (&people[person], gates[gate]);
            // A new moment each time, so that no answer is kept.
            let moment = moments.next().unwrap_or(&moment);
            black_box(policies.ask(&Question { person, gate, direction, moment, now }))
        });
    });
    let (presence, orders) = (Presence::default(), Orders::default());
    let used_codes = UsedCodes::default();
    criterion.bench_function("the whole access decision", |bencher| {
        let readers: Vec<&Reader> = site.readers.values().collect();
        bencher.iter(|| {
            let (person, at) = next();
            let presented = Presented::Card(credential(person));
            let situation = Situation {
                site: &site,
                gate: gates[at],
                reader: readers[at],
                found: &directory.present(&presented, now),
                used_codes: &used_codes,
                freshness: Freshness::Fresh { age_ms: Some(12) },
                presence: &presence,
                orders: &orders,
                moment: &moment,
                now,
            };
            let id = DecisionId::new("01JD0000000000000000000000").unwrap();
            black_box(decide(&situation, &mut policies, id))
        });
    });
}

criterion_group!(benches, decision);
criterion_main!(benches);
