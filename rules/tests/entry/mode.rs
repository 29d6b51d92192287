//! Who says how a gate stands: all combinations of layers, and orders that end by themselves.

use std::collections::BTreeSet;

use onecard_rules::{
    Time,
    mode::{Measure, MeasureKind, Mode, Orders, Override, Owner},
    site::Site,
};

use crate::college::{area, at, gate_id, operator, site, window_id};

fn noon() -> Time {
    at("2026-11-23T12:00:00+08:00")
}

fn measure(kind: MeasureKind, over: &str, until: Option<Time>) -> Measure {
    let (by, why) = (operator("chief"), "drill".to_owned());
    Measure { kind, area: area(over), by, why, since: noon(), until }
}

fn order(mode: Mode, until: Option<Time>) -> Override {
    Override { mode, by: operator("guard"), why: "works".to_owned(), since: noon(), until }
}

fn layer(owner: &Owner) -> &'static str {
    match owner {
        Owner::Emergency { .. } => "emergency",
        Owner::Lockdown { .. } => "lockdown",
        Owner::Operator { .. } => "operator",
        Owner::Schedule { .. } => "schedule",
        Owner::Standing => "standing",
    }
}

fn stands(site: &Site, orders: &Orders, gate: &str, window: bool) -> (Mode, &'static str) {
    let open = BTreeSet::from_iter(window.then(|| window_id("consultation")));
    let (mode, owner) = orders.winner(site, &site.gates[&gate_id(gate)], &open);
    (mode, layer(&owner))
}

#[test]
fn the_highest_layer_wins_in_every_combination() {
    let site = site();
    let overrides = [None, Some(Mode::Secure), Some(Mode::Free), Some(Mode::Blocked)];
    for bits in 0..8_u8 {
        let (release, lockdown, window) = (bits & 4 != 0, bits & 2 != 0, bits & 1 != 0);
        for ordered in overrides {
            let mut orders = Orders::default();
            if release {
                orders.begin(measure(MeasureKind::Release, "campus", None));
            }
            if lockdown {
                orders.begin(measure(MeasureKind::Lockdown, "clinic", None));
            }
            if let Some(mode) = ordered {
                orders.set_override(gate_id("clinic-door"), order(mode, None));
            }
            let expected = match (release, lockdown, ordered, window) {
                (true, _, _, _) => (Mode::Released, "emergency"),
                (false, true, _, _) => (Mode::LockedDown, "lockdown"),
                (false, false, Some(mode), _) => (mode, "operator"),
                (false, false, None, true) => (Mode::Free, "schedule"),
                (false, false, None, false) => (Mode::Secure, "standing"),
            };
            let found = stands(&site, &orders, "clinic-door", window);
            assert_eq!(found, expected, "{release} {lockdown} {ordered:?} {window}");
        }
    }
}

#[test]
fn a_measure_reaches_the_gates_of_its_area() {
    let site = site();
    let (secure, locked) = ((Mode::Secure, "standing"), (Mode::LockedDown, "lockdown"));
    let released = (Mode::Released, "emergency");
    // Gate; how it stands when the library is locked down, and when it is released.
    let rows = [
        ("main-1", secure, secure),
        ("library-1", locked, released),
        ("reading-room-door", locked, released),
        ("reading-room-short-cut", locked, released),
        ("lab-door", secure, secure),
    ];
    for (gate, lockdown, release) in rows {
        let mut orders = Orders::default();
        orders.begin(measure(MeasureKind::Lockdown, "library", None));
        assert_eq!(stands(&site, &orders, gate, false), lockdown, "{gate}");
        orders.begin(measure(MeasureKind::Release, "library", None));
        assert_eq!(stands(&site, &orders, gate, false), release, "{gate}");
    }
}

#[test]
fn a_release_frees_the_ways_out_of_its_area_and_a_lockdown_leaves_them() {
    let mut site = site();
    let back = site.gates.get_mut(&gate_id("lab-door")).unwrap();
    (back.from, back.to) = (area("library"), area("campus"));
    let mut orders = Orders::default();
    orders.begin(measure(MeasureKind::Lockdown, "library", None));
    assert_eq!(stands(&site, &orders, "lab-door", false), (Mode::Secure, "standing"));
    orders.begin(measure(MeasureKind::Release, "library", None));
    assert_eq!(stands(&site, &orders, "lab-door", false), (Mode::Released, "emergency"));
}

#[test]
fn a_measure_that_ends_uncovers_the_layer_below() {
    let (site, mut orders) = (site(), Orders::default());
    orders.set_override(gate_id("library-1"), order(Mode::Blocked, None));
    orders.begin(measure(MeasureKind::Lockdown, "library", None));
    orders.begin(measure(MeasureKind::Release, "campus", None));
    let stands = |orders: &Orders| stands(&site, orders, "library-1", false);
    assert_eq!(stands(&orders), (Mode::Released, "emergency"));
    assert!(orders.end(MeasureKind::Release, &area("library")).is_none(), "of another area");
    assert!(orders.end(MeasureKind::Release, &area("campus")).is_some());
    assert_eq!(stands(&orders), (Mode::LockedDown, "lockdown"));
    assert!(orders.end(MeasureKind::Lockdown, &area("library")).is_some());
    assert_eq!(stands(&orders), (Mode::Blocked, "operator"));
    assert!(orders.clear_override(&gate_id("library-1")).is_some());
    assert!(orders.clear_override(&gate_id("library-1")).is_none());
    assert_eq!(stands(&orders), (Mode::Secure, "standing"));
}

#[test]
fn orders_end_by_themselves_at_their_moment_and_not_before() {
    let later = |minutes| noon() + chrono::TimeDelta::minutes(minutes);
    let mut orders = Orders::default();
    assert_eq!(orders.next_deadline(), None);
    orders.begin(measure(MeasureKind::Lockdown, "library", Some(later(20))));
    orders.begin(measure(MeasureKind::Release, "dorm-3", None));
    orders.set_override(gate_id("main-1"), order(Mode::Free, Some(later(10))));
    orders.set_override(gate_id("lab-door"), order(Mode::Free, None));
    assert_eq!(orders.next_deadline(), Some(later(10)));
    let early = later(10) - chrono::TimeDelta::milliseconds(1);
    assert_eq!(orders.handle_deadline(early), (vec![], vec![]));
    assert_eq!(orders.handle_deadline(later(10)), (vec![], vec![gate_id("main-1")]));
    assert_eq!(orders.next_deadline(), Some(later(20)));
    let (ended, gates) = orders.handle_deadline(later(60));
    assert_eq!((ended.len(), ended[0].area.clone(), gates), (1, area("library"), vec![]));
    assert_eq!(orders.next_deadline(), None);
    assert_eq!((orders.measures().count(), orders.overrides().count()), (1, 1));
}

#[test]
fn a_new_order_takes_the_place_of_the_old_and_all_come_back_from_the_store() {
    let (site, mut orders) = (site(), Orders::default());
    for mode in [Mode::Free, Mode::Blocked] {
        orders.set_override(gate_id("main-1"), order(mode, None));
        orders.begin(measure(MeasureKind::Lockdown, "library", None));
    }
    assert_eq!((orders.measures().count(), orders.overrides().count()), (1, 1));
    let measures = orders.measures().cloned().collect();
    let overrides = orders.overrides().map(|(gate, order)| (gate.clone(), order.clone())).collect();
    let restored = Orders::restore(measures, overrides);
    for gate in ["main-1", "library-1", "lab-door"] {
        let open = BTreeSet::new();
        let gate = &site.gates[&gate_id(gate)];
        assert_eq!(restored.winner(&site, gate, &open), orders.winner(&site, gate, &open));
    }
}
