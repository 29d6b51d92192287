//! Who is where: stories of anti-passback, and counts that are never wrong.

use onecard_rules::{
    Time,
    ids::{AreaId, PersonId},
    passback::{PassbackMode, Presence},
    reason::Reason,
    site::{Direction, Site},
};
use proptest::prelude::*;

use crate::college::{area, at, gate_id, person_id, site};

fn noon() -> Time {
    at("2026-11-23T12:00:00+08:00")
}

/// A story: one person walks through gates, minute by minute.
struct Walk {
    site: Site,
    presence: Presence,
    who: PersonId,
    now: Time,
}

impl Walk {
    fn new() -> Self {
        let (site, presence) = (site(), Presence::default());
        Self { site, presence, who: person_id("S1"), now: noon() }
    }

    /// What anti-passback says at the gate; the person passes unless refused.
    fn enter(&mut self, gate: &str) -> Option<Reason> {
        let gate = &self.site.gates[&gate_id(gate)];
        let said = self.presence.objection(&self.site, &self.who, &gate.from, &gate.to, self.now);
        if said != Some(Reason::DenyPassback) {
            self.presence.passed(&self.site, &self.who, &gate.from, &gate.to, self.now);
        }
        self.now += chrono::TimeDelta::minutes(1);
        said
    }

    fn leave(&mut self, gate: &str) {
        let gate = &self.site.gates[&gate_id(gate)];
        self.presence.passed(&self.site, &self.who, &gate.to, &gate.from, self.now);
        self.now += chrono::TimeDelta::minutes(1);
    }

    fn wait(&mut self, minutes: i64) {
        self.now += chrono::TimeDelta::minutes(minutes);
    }
}

#[test]
fn in_out_and_in_again_is_no_violation() {
    let mut walk = Walk::new();
    for _ in 0..3 {
        assert_eq!(walk.enter("library-1"), None);
        assert_eq!(walk.enter("library-1"), Some(Reason::DenyPassback));
        walk.leave("library-1");
    }
}

#[test]
fn a_soft_area_only_warns() {
    let mut walk = Walk::new();
    assert_eq!(walk.enter("main-1"), None);
    assert_eq!(walk.enter("main-1"), Some(Reason::WarnPassback));
    walk.leave("main-1");
    assert_eq!(walk.enter("main-1"), None);
}

#[test]
fn a_room_inside_keeps_one_inside_the_building() {
    let mut walk = Walk::new();
    assert_eq!(walk.enter("library-1"), None);
    assert_eq!(walk.enter("reading-room-door"), None);
    assert_eq!(walk.enter("library-1"), Some(Reason::DenyPassback));
    assert_eq!(walk.enter("reading-room-short-cut"), Some(Reason::DenyPassback));
    walk.leave("reading-room-door");
    assert_eq!(walk.enter("library-1"), Some(Reason::DenyPassback));
    assert_eq!(walk.enter("reading-room-door"), None);
    walk.leave("reading-room-short-cut");
    assert_eq!(walk.enter("library-1"), None);
}

#[test]
fn the_strictest_area_entered_decides() {
    let mut walk = Walk::new();
    walk.site.areas.get_mut(&area("reading-room")).unwrap().passback = PassbackMode::Soft;
    assert_eq!(walk.enter("reading-room-short-cut"), None);
    assert_eq!(walk.enter("reading-room-short-cut"), Some(Reason::DenyPassback));
    assert_eq!(walk.enter("reading-room-door"), Some(Reason::WarnPassback));
}

#[test]
fn entering_a_building_does_not_enter_the_campus_again() {
    let mut walk = Walk::new();
    assert_eq!(walk.enter("main-1"), None);
    assert_eq!(walk.enter("dorm-3-door"), None);
    assert_eq!(walk.enter("dorm-3-floor-2-door"), None);
}

#[test]
fn a_timed_area_forgives_itself_and_needs_no_way_out() {
    let mut walk = Walk::new();
    assert_eq!(walk.enter("canteen-1"), None);
    walk.wait(28);
    assert_eq!(walk.enter("canteen-1"), Some(Reason::DenyPassback));
    assert_eq!(walk.enter("canteen-1"), None, "thirty minutes after the first entry");
    assert_eq!(walk.enter("canteen-1"), Some(Reason::DenyPassback), "and counted anew");
}

#[test]
fn a_timed_area_is_not_forgotten_on_the_way_out() {
    let mut walk = Walk::new();
    assert_eq!(walk.enter("canteen-1"), None);
    walk.leave("canteen-1");
    assert_eq!(walk.enter("canteen-1"), Some(Reason::DenyPassback));
    walk.presence.forgive(&walk.site, &walk.who);
    assert_eq!(walk.enter("canteen-1"), None);
}

#[test]
fn moving_about_inside_a_timed_area_is_no_new_entry() {
    let mut walk = Walk::new();
    walk.site.areas.get_mut(&area("library")).unwrap().passback =
        PassbackMode::Timed { minutes: 10 };
    assert_eq!(walk.enter("library-1"), None);
    walk.wait(7);
    assert_eq!(walk.enter("reading-room-door"), None);
    walk.leave("reading-room-door");
    assert_eq!(walk.enter("library-1"), None, "ten minutes after the only entry");
}

#[test]
fn one_who_is_forgiven_enters_and_the_others_do_not() {
    let mut walk = Walk::new();
    let other = person_id("S2");
    assert_eq!(walk.enter("library-1"), None);
    walk.presence.passed(&walk.site, &other, &area("campus"), &area("library"), walk.now);
    assert!(walk.presence.forgive(&walk.site, &walk.who));
    assert!(!walk.presence.forgive(&walk.site, &walk.who), "nothing is known any more");
    assert_eq!(walk.enter("library-1"), None);
    walk.who = other;
    assert_eq!(walk.enter("library-1"), Some(Reason::DenyPassback));
}

#[test]
fn an_area_is_forgiven_with_all_inside_it_and_no_more() {
    let (site, mut presence) = (site(), Presence::default());
    for (who, to) in [("S3", "reading-room"), ("S1", "library"), ("S2", "canteen")] {
        presence.passed(&site, &person_id(who), &area("campus"), &area(to), noon());
    }
    let forgiven = presence.forgive_within(&site, &area("library"));
    assert_eq!(forgiven, [person_id("S1"), person_id("S3")]);
    assert_eq!(presence.inside(&area("library")), 0);
    assert_eq!(presence.inside(&area("campus")), 1);
    assert_eq!(presence.of(&person_id("S2")).map(|known| &known.area), Some(&area("canteen")));
}

/// What can happen to the record.
#[derive(Debug, Clone)]
enum Step {
    Pass { who: usize, gate: usize, direction: Direction },
    Forgive { who: usize },
    ForgiveWithin { area: usize },
    KeepPlaces,
}

fn any_step() -> impl Strategy<Value = Step> {
    let pass = (0..5_usize, 0..11_usize, any::<bool>()).prop_map(|(who, gate, entering)| {
        let direction = if entering { Direction::In } else { Direction::Out };
        Step::Pass { who, gate, direction }
    });
    prop_oneof![
        8 => pass,
        1 => (0..5_usize).prop_map(|who| Step::Forgive { who }),
        1 => (0..12_usize).prop_map(|area| Step::ForgiveWithin { area }),
        1 => Just(Step::KeepPlaces),
    ]
}

proptest! {
    #[test]
    fn the_count_of_an_area_is_that_of_the_people_recorded_within(
        steps in proptest::collection::vec(any_step(), 0..60),
    ) {
        let (site, mut presence) = (site(), Presence::default());
        let people: Vec<PersonId> = (0..5).map(|who| person_id(&format!("S{who}"))).collect();
        let areas: Vec<AreaId> = site.areas.keys().cloned().collect();
        for step in steps {
            let before = presence.clone();
            match step {
                Step::Pass { who, gate, direction } => {
                    let gate = site.gates.values().nth(gate).unwrap();
                    let (from, to) = match direction {
                        Direction::In => (&gate.from, &gate.to),
                        Direction::Out => (&gate.to, &gate.from),
                    };
                    presence.passed(&site, &people[who], from, to, noon());
                }
                Step::Forgive { who } => {
                    let was_known = presence.of(&people[who]).is_some();
                    prop_assert_eq!(presence.forgive(&site, &people[who]), was_known);
                    prop_assert_eq!(presence.of(&people[who]), None);
                }
                Step::ForgiveWithin { area } => {
                    presence.forgive_within(&site, &areas[area]);
                }
                Step::KeepPlaces => {
                    presence.keep_places(&people);
                    prop_assert!(people.iter().all(|who| presence.of(who) == before.of(who)));
                    prop_assert_eq!(presence.everybody().count(), before.everybody().count());
                }
            }
            let rows: Vec<_> =
                presence.everybody().map(|(who, known)| (who.clone(), known.clone())).collect();
            let restored = Presence::restore(&site, rows.clone());
            for area in &areas {
                let within = rows.iter().filter(|(_, known)| site.is_within(&known.area, area));
                let counted = u32::try_from(within.count()).unwrap();
                prop_assert_eq!(presence.inside(area), counted, "{}", area);
                prop_assert_eq!(restored.inside(area), counted, "{} restored", area);
            }
        }
    }
}
