//! Who may do what, where: the whole table of role × action, and of scope × place.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may fail as tests do")]

use std::{collections::BTreeMap, collections::BTreeSet};

use onecard_rules::{
    ids::{AreaId, GateId, SiteId},
    operator::{Action, Authority, Place, Refusal, Rights, Role, Scope, ScopeMistake},
    passback::PassbackMode,
    site::{Area, Gate, GateKind, GateTimes, Limits, Site},
};

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn site() -> Site {
    let area = |name: &str, parent: Option<&str>| Area {
        id: id::<AreaId>(name),
        name: name.to_owned(),
        parent: parent.map(id),
        capacity: None,
        passback: PassbackMode::Off,
    };
    let gate = |name: &str, to: &str| Gate {
        id: id::<GateId>(name),
        name: name.to_owned(),
        area: id(to),
        from: id("campus"),
        to: id(to),
        kind: GateKind::Door,
        times: GateTimes::default(),
        requires: Vec::new(),
        passage_sensor: true,
        escape_route: false,
        open_during: Vec::new(),
    };
    let areas = [
        area("campus", None),
        area("dorm-1", Some("campus")),
        area("dorm-1-east", Some("dorm-1")),
        area("dorm-2", Some("campus")),
    ];
    let gates = [gate("g1", "dorm-1"), gate("g1e", "dorm-1-east"), gate("g2", "dorm-2")];
    Site {
        id: id::<SiteId>("college"),
        name: String::new(),
        zone: chrono_tz::Asia::Shanghai,
        topic_root: "onecard".into(),
        areas: areas.into_iter().map(|area| (area.id.clone(), area)).collect(),
        gates: gates.into_iter().map(|gate| (gate.id.clone(), gate)).collect(),
        readers: BTreeMap::default(),
        taps: [].into(),
        limits: Limits::default(),
    }
}

fn places(areas: &[&str], gates: &[&str]) -> Scope {
    Scope::Places {
        areas: areas.iter().map(|area| id(area)).collect(),
        gates: gates.iter().map(|gate| id(gate)).collect(),
    }
}

/// One column a role, in the order of `Role::ALL`: guard, dormitory manager, utilities, security,
/// finance, auditor, administrator.
const TABLE: [(Action, &str); 37] = [
    (Action::SeeCampus, "yes yes yes yes yes yes yes"),
    (Action::SeeGates, "yes yes - yes - yes yes"),
    (Action::SeeEntries, "yes yes - yes - yes yes"),
    (Action::SearchPerson, "- yes - yes - yes yes"),
    (Action::SeeAreas, "yes yes - yes - yes yes"),
    (Action::SeePeople, "yes yes - yes - yes yes"),
    (Action::SeeAlarms, "yes yes yes yes - yes yes"),
    (Action::SeeSupplies, "- yes yes yes - yes yes"),
    (Action::SeeFacts, "- - - yes - yes yes"),
    (Action::OpenGate, "yes yes - yes - - yes"),
    (Action::SetGateMode, "yes yes - yes - - yes"),
    (Action::LockDown, "yes yes - yes - - yes"),
    (Action::EndLockDown, "yes yes - yes - - yes"),
    (Action::BeginEmergency, "yes yes - yes - - yes"),
    (Action::EndEmergency, "- - - yes - - yes"),
    (Action::ForgivePassback, "yes yes - yes - - yes"),
    (Action::AcknowledgeAlarm, "yes yes yes yes - - yes"),
    (Action::HandleAlarm, "yes yes yes yes - - yes"),
    (Action::HandOver, "yes yes - yes - - yes"),
    (Action::CutRoom, "- yes yes - - - yes"),
    (Action::RestoreRoom, "- yes yes - - - yes"),
    (Action::LimitRoom, "- - yes - - - yes"),
    (Action::AcceptMeter, "- - yes - - - yes"),
    (Action::ShutTap, "- yes yes - - - yes"),
    (Action::ManageOperators, "- - - - - - yes"),
    (Action::ManageDevices, "- - - - - - yes"),
    (Action::ManageRules, "- - - - - - yes"),
    (Action::ManageBackups, "- - - - - - yes"),
    (Action::SeeMoney, "- - - - yes yes yes"),
    (Action::TopUp, "- - - - yes - yes"),
    (Action::TransferMoney, "- - - - yes - yes"),
    (Action::RefundMoney, "- - - - yes - yes"),
    (Action::AdjustMoney, "- - - - yes - yes"),
    (Action::ConfirmAdjustment, "- - - - yes - yes"),
    (Action::CloseDay, "- - - - yes - yes"),
    (Action::SeeQuarantine, "- - yes - yes yes yes"),
    (Action::DecideReading, "- - yes - - - yes"),
];

#[test]
fn each_role_does_what_the_table_says_and_nothing_else() {
    assert_eq!(TABLE.map(|(action, _)| action), Action::ALL, "every action has its line");
    for (action, columns) in TABLE {
        let columns: Vec<&str> = columns.split(' ').collect();
        assert_eq!(columns.len(), Role::ALL.len(), "{action}");
        for (role, column) in Role::ALL.into_iter().zip(columns) {
            assert_eq!(role.may(action), column == "yes", "{role} {action}");
        }
    }
}

#[test]
fn a_scope_holds_its_areas_with_all_inside_them_and_its_gates_and_no_other_place() {
    let site = site();
    let gate = |name: &str| &site.gates[name];
    let areas: BTreeMap<&str, AreaId> =
        ["campus", "dorm-1", "dorm-1-east", "dorm-2"].map(|name| (name, id(name))).into();
    let rows: [(&str, Place<'_>); 11] = [
        ("site", Place::Site),
        ("campus", Place::Area(&areas["campus"])),
        ("dorm-1", Place::Area(&areas["dorm-1"])),
        ("dorm-1-east", Place::Area(&areas["dorm-1-east"])),
        ("dorm-2", Place::Area(&areas["dorm-2"])),
        ("supply of dorm-1", Place::Supply(&areas["dorm-1"])),
        ("supply of dorm-1-east", Place::Supply(&areas["dorm-1-east"])),
        ("supply of dorm-2", Place::Supply(&areas["dorm-2"])),
        ("g1", Place::Gate(gate("g1"))),
        ("g1e", Place::Gate(gate("g1e"))),
        ("g2", Place::Gate(gate("g2"))),
    ];
    let own_building: BTreeSet<&str> =
        ["dorm-1", "dorm-1-east", "supply of dorm-1", "supply of dorm-1-east", "g1", "g1e"].into();
    let all: BTreeSet<&str> = rows.iter().map(|(name, _)| *name).collect();
    let without_site: BTreeSet<&str> = all.iter().copied().filter(|name| *name != "site").collect();
    for (scope, expected) in [
        (Scope::Site, all.clone()),
        (places(&["dorm-1"], &[]), own_building.clone()),
        (places(&["campus"], &[]), without_site),
        (places(&[], &["g2"]), ["g2"].into()),
        (
            places(&["dorm-1-east"], &["g2"]),
            ["dorm-1-east", "supply of dorm-1-east", "g1e", "g2"].into(),
        ),
        (places(&[], &[]), BTreeSet::new()),
        (places(&["no-such"], &["no-such"]), BTreeSet::new()),
    ] {
        // Each action at each place, by each role: the scope alone decides where.
        for role in Role::ALL {
            let rights = Rights { role, scope: scope.clone() };
            for action in Action::ALL {
                for (name, place) in rows {
                    let decided = rights.decide(action, place, &site);
                    if action == Action::SeeCampus {
                        assert_eq!(decided, Ok(()));
                    } else if !role.may(action) {
                        assert_eq!(decided, Err(Refusal::Role { role, action }));
                    } else if matches!(decided, Err(Refusal::Role { .. })) {
                        let alarm = matches!(
                            action,
                            Action::SeeAlarms | Action::AcknowledgeAlarm | Action::HandleAlarm
                        );
                        assert!(alarm, "{role} {action} {name}");
                    } else {
                        assert_eq!(
                            decided.is_ok(),
                            expected.contains(name),
                            "{role} {action} {name} {scope:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn alarms_reach_those_whose_business_they_are() {
    let site = site();
    let dorm = id::<AreaId>("dorm-1");
    let gate = Place::Gate(&site.gates["g1"]);
    for (role, own_gate, supply, whole_site) in [
        (Role::Guard, true, false, false),
        (Role::DormitoryManager, true, true, false),
        (Role::Utilities, false, true, false),
        (Role::Security, true, true, true),
        (Role::Finance, false, false, false),
        (Role::Auditor, true, true, true),
        (Role::Administrator, true, true, true),
    ] {
        let rights = Rights { role, scope: Scope::Site };
        let sees = |place| rights.decide(Action::SeeAlarms, place, &site).is_ok();
        let found = (sees(gate), sees(Place::Supply(&dorm)), sees(Place::Site));
        assert_eq!(found, (own_gate, supply, whole_site), "{role}");
    }
}

#[test]
fn a_token_never_may_more_than_its_operator_nor_than_itself() {
    let site = site();
    let of = |role, scope| Rights { role, scope };
    let authority = |rights, narrowed| Authority { operator: id("li.wei"), rights, narrowed };
    let gate = |name: &str| Place::Gate(&site.gates[name]);
    let administrator = of(Role::Administrator, Scope::Site);
    let guard = of(Role::Guard, places(&[], &["g1"]));
    for (who, gate, expected) in [
        (authority(administrator.clone(), None), gate("g2"), true),
        (authority(administrator.clone(), Some(guard.clone())), gate("g1"), true),
        (authority(administrator.clone(), Some(guard.clone())), gate("g2"), false),
        // Made for an administrator, who is a guard since.
        (authority(guard.clone(), Some(administrator.clone())), gate("g1"), true),
        (authority(guard.clone(), Some(administrator)), gate("g2"), false),
        (authority(of(Role::Auditor, Scope::Site), Some(guard)), gate("g1"), false),
    ] {
        assert_eq!(who.allows(Action::OpenGate, gate, &site), expected, "{who:?}");
    }
}

#[test]
fn a_scope_that_makes_no_sense_for_its_role_is_named() {
    let area = places(&["dorm-1"], &[]);
    let gate = places(&[], &["g1"]);
    for (role, site, areas, gates) in [
        (Role::Guard, Some("on duty"), None, None),
        (Role::DormitoryManager, Some("on duty"), None, Some("not single gates")),
        (Role::Utilities, None, None, Some("not single gates")),
        (Role::Security, None, None, Some("not single gates")),
        (Role::Finance, None, Some("whole site"), Some("whole site")),
        (Role::Auditor, None, None, Some("not single gates")),
        (Role::Administrator, None, Some("whole site"), Some("whole site")),
    ] {
        for (scope, expected) in [(&Scope::Site, site), (&area, areas), (&gate, gates)] {
            let found = role.check(scope).map_err(|mistake: ScopeMistake| mistake.to_string());
            match expected {
                None => assert_eq!(found, Ok(()), "{role}"),
                Some(words) => assert!(
                    found.clone().is_err_and(|text| text.contains(words)),
                    "{role} {found:?}"
                ),
            }
        }
        assert_eq!(role.as_str().parse(), Ok(role));
    }
    assert!("boss".parse::<Role>().unwrap_err().to_string().contains("dormitory_manager"));
}
