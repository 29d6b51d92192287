//! What a population must be like.

use std::collections::BTreeMap;

use super::*;

fn places() -> Places {
    let areas = |codes: &[&str]| codes.iter().map(|code| AreaId::new(code).unwrap()).collect();
    Places {
        dormitories: areas(&["dorm-1", "dorm-2", "dorm-3"]),
        canteens: areas(&["canteen-1"]),
        laboratories: areas(&["lab-1", "lab-2"]),
        trainings: vec![TrainingId::new("laser-safety").unwrap()],
    }
}

fn today() -> Time {
    "2026-11-23T08:00:00+08:00".parse().unwrap()
}

#[test]
fn the_same_seed_gives_the_same_people_and_another_gives_others() {
    let of = |seed| generate(&places(), 500, seed, today());
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
}

#[test]
fn a_college_has_everybody_it_needs_and_no_number_twice() {
    let Population { people, cards } = generate(&places(), PEOPLE, 1, today());
    assert_eq!(people.len(), PEOPLE);
    let ids: HashSet<_> = people.iter().map(|person| &person.id).collect();
    assert_eq!(ids.len(), PEOPLE);
    let uids: HashSet<_> = cards.iter().map(|card| card.credential).collect();
    assert_eq!(uids.len(), cards.len());
    let mut kinds: BTreeMap<_, usize> = BTreeMap::new();
    for person in &people {
        *kinds.entry(person.kind).or_default() += 1;
    }
    assert_eq!(kinds.len(), PersonKind::ALL.len());
    assert!(kinds[&PersonKind::Student] > PEOPLE * 8 / 10);
    for dormitory in &places().dormitories {
        let living = people.iter().filter(|p| p.dormitory.as_ref() == Some(dormitory)).count();
        assert!(living > 4_000, "{dormitory}: {living}");
    }
    assert!(people.iter().all(|person| !person.name.is_ascii()));
}

#[test]
fn even_a_small_college_has_a_card_in_every_state() {
    let Population { people, cards } = generate(&places(), 100, 3, today());
    for state in CardState::ALL {
        assert!(cards.iter().any(|card| card.state == state), "{state:?}");
    }
    assert!(cards.iter().any(|card| card.valid_until.is_some_and(|until| until < today())));
    for card in &cards {
        assert!(people.iter().any(|person| person.id == card.person));
    }
    let good = cards.iter().filter(|card| card.state == CardState::Active).count();
    assert!(good > 90, "{good}");
}

#[test]
fn whoever_replaced_a_card_carries_the_new_one() {
    let Population { cards, .. } = generate(&places(), 2_000, 3, today());
    let old: Vec<_> = cards.iter().filter(|card| card.state == CardState::Cancelled).collect();
    assert_eq!(old.len(), 12);
    for card in old {
        let last = cards.iter().rfind(|other| other.person == card.person).unwrap();
        assert_eq!(last.state, CardState::Active);
    }
}

#[test]
fn a_site_without_dormitories_still_has_people() {
    let population = generate(&Places::default(), 50, 1, today());
    assert_eq!(population.people.len(), 50);
    assert!(population.people.iter().all(|person| person.dormitory.is_none()));
}
