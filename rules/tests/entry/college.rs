//! A small college: areas, gates, calendar, rules and people for the tables beside it.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Asia::Shanghai;
use onecard_rules::{
    Time,
    calendar::{Calendar, DayOfWeek, Days, InForce, Moment, Period, Span, Window},
    ids::{
        AreaId, DecisionId, GateId, OperatorId, PersonId, ReaderId, SiteId, TrainingId, WindowId,
    },
    normaliser::Normaliser,
    passback::PassbackMode,
    person::{Card, CardState, Person, PersonKind, Training},
    policy::{Policies, PolicySource},
    site::{Area, Direction, Gate, GateKind, GateTimes, Limits, Reader, Site},
};

macro_rules! ids {
    ($($function:ident $kind:ident,)*) => {
        $(pub fn $function(text: &str) -> $kind {
            $kind::new(text).unwrap()
        })*
    };
}
ids! {
    area AreaId,
    gate_id GateId,
    person_id PersonId,
    operator OperatorId,
    window_id WindowId,
    training_id TrainingId,
    decision DecisionId,
}

pub fn at(text: &str) -> Time {
    text.parse().unwrap()
}

/// Areas: name, parent, capacity, anti-passback.
const AREAS: &[(&str, &str, Option<u32>, PassbackMode)] = &[
    ("street", "", None, PassbackMode::Off),
    ("campus", "", None, PassbackMode::Soft),
    ("dormitories", "campus", None, PassbackMode::Off),
    ("dorm-3", "dormitories", None, PassbackMode::Hard),
    ("dorm-3-floor-2", "dorm-3", None, PassbackMode::Off),
    ("dorm-4", "dormitories", None, PassbackMode::Off),
    ("library", "campus", Some(2), PassbackMode::Hard),
    ("reading-room", "library", None, PassbackMode::Off),
    ("laboratory", "campus", None, PassbackMode::Off),
    ("laser-lab", "laboratory", None, PassbackMode::Off),
    ("canteen", "campus", None, PassbackMode::Timed { minutes: 30 }),
    ("clinic", "campus", None, PassbackMode::Off),
];

/// Gates: name, from, to, training required.
const GATES: &[(&str, &str, &str, &str)] = &[
    ("main-1", "street", "campus", ""),
    ("dorm-3-door", "campus", "dorm-3", ""),
    ("dorm-3-floor-2-door", "dorm-3", "dorm-3-floor-2", ""),
    ("dorm-4-door", "campus", "dorm-4", ""),
    ("library-1", "campus", "library", ""),
    ("reading-room-door", "library", "reading-room", ""),
    ("reading-room-short-cut", "campus", "reading-room", ""),
    ("lab-door", "campus", "laboratory", ""),
    ("laser-door", "laboratory", "laser-lab", "laser-safety"),
    ("canteen-1", "campus", "canteen", ""),
    ("clinic-door", "campus", "clinic", ""),
];

pub fn site() -> Site {
    let areas = AREAS.iter().map(|(id, parent, capacity, passback)| Area {
        id: area(id),
        name: (*id).to_owned(),
        parent: (!parent.is_empty()).then(|| area(parent)),
        capacity: *capacity,
        passback: *passback,
    });
    let gates = GATES.iter().map(|(id, from, to, requires)| Gate {
        id: gate_id(id),
        name: (*id).to_owned(),
        area: area(to),
        from: area(from),
        to: area(to),
        kind: GateKind::Door,
        times: GateTimes::default(),
        requires: if requires.is_empty() { vec![] } else { vec![training_id(requires)] },
        passage_sensor: true,
        escape_route: false,
        open_during: if *id == "clinic-door" { vec![window_id("consultation")] } else { vec![] },
    });
    let readers = GATES.iter().flat_map(|(id, ..)| {
        [Direction::In, Direction::Out].map(|direction| Reader {
            id: ReaderId::new(&format!("{id}-{}", direction.as_str())).unwrap(),
            gate: gate_id(id),
            direction,
            normaliser: Normaliser::default(),
        })
    });
    Site {
        id: SiteId::new("college").unwrap(),
        name: "学院".to_owned(),
        zone: Shanghai,
        topic_root: "onecard".to_owned(),
        areas: areas.map(|area| (area.id.clone(), area)).collect::<BTreeMap<_, _>>(),
        gates: gates.map(|gate| (gate.id.clone(), gate)).collect(),
        readers: readers.map(|reader| (reader.id.clone(), reader)).collect(),
        taps: [].into(),
        limits: Limits::default(),
    }
}

pub fn calendar() -> Calendar {
    let days = |first: &str, last: &str| Days {
        first: first.parse().unwrap(),
        last: last.parse().unwrap(),
    };
    let period =
        |name: &str, first, last| Period { name: name.to_owned(), days: days(first, last) };
    let window = |id: &str, in_force, from, to| Window {
        id: window_id(id),
        in_force,
        spans: vec![Span { weekdays: DayOfWeek::ALL.into_iter().collect(), from, to }],
    };
    Calendar {
        terms: vec![period("autumn", "2026-09-01", "2027-01-17")],
        holidays: vec![period("national", "2026-10-01", "2026-10-07")],
        exams: vec![period("finals", "2027-01-04", "2027-01-17")],
        windows: vec![
            window("curfew", InForce::Always, 1380, 360),
            window("library-hours", InForce::NotHolidays, 480, 1320),
            window("visiting-hours", InForce::Always, 540, 1080),
            window("consultation", InForce::Always, 840, 900),
        ],
    }
}

/// The rules in `tests/policies`.
pub fn sources() -> Vec<PolicySource> {
    [
        ("10-everybody.cedar", include_str!("../policies/10-everybody.cedar")),
        ("20-dormitories.cedar", include_str!("../policies/20-dormitories.cedar")),
        ("30-places.cedar", include_str!("../policies/30-places.cedar")),
    ]
    .map(|(file, text)| PolicySource { file: file.to_owned(), text: text.to_owned() })
    .to_vec()
}

pub fn policies() -> Policies {
    Policies::compile(&sources(), &site(), &calendar()).unwrap()
}

pub fn moment(now: Time) -> Moment {
    calendar().moment(now, Shanghai)
}

pub fn person(id: &str, kind: PersonKind) -> Person {
    Person {
        id: person_id(id),
        name: id.to_owned(),
        kind,
        groups: BTreeSet::new(),
        grants: BTreeSet::new(),
        dormitory: None,
        trainings: BTreeSet::new(),
        quarantined: false,
        passback_exempt: false,
        valid_from: None,
        valid_until: None,
    }
}

/// A student who lives in `dorm-3`.
pub fn boarder(id: &str) -> Person {
    Person { dormitory: Some(area("dorm-3")), ..person(id, PersonKind::Student) }
}

pub fn trained(until: Option<Time>) -> BTreeSet<Training> {
    BTreeSet::from([Training { id: training_id("laser-safety"), until }])
}

pub fn card(credential: &str, holder: &str) -> Card {
    Card {
        credential: credential.parse().unwrap(),
        person: person_id(holder),
        state: CardState::Active,
        state_since: None,
        valid_from: None,
        valid_until: None,
    }
}
