//! What a day on the campus must look like.

use std::collections::BTreeSet;

use onecard_rules::person::PersonKind;

use super::*;
use crate::{
    map::{Purpose, tests::college},
    people::{Places, Population, generate},
};

fn population(count: usize) -> Population {
    let map = college();
    let areas = |purpose| {
        map.for_purpose(purpose).into_iter().map(|at| map.areas[at].clone()).collect::<Vec<_>>()
    };
    let places = Places {
        dormitories: areas(Purpose::Dormitory),
        canteens: areas(Purpose::Canteen),
        laboratories: areas(Purpose::Laboratory),
        trainings: Vec::new(),
    };
    generate(&places, count, 1, "2026-11-23T08:00:00+08:00".parse().unwrap())
}

/// Runs until `end`; `answer` says whether the gate opens for a step.
fn run(
    habits: &mut Habits,
    end: SimTime,
    mut answer: impl FnMut(&Habits, &Step) -> bool,
) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some(step) = habits.step(end) {
        if answer(habits, &step) {
            habits.passed(step.person, step.way, step.at + 2_000);
        } else {
            habits.turned_away(step.person, step.at + 2_000);
        }
        steps.push(step);
    }
    steps
}

#[test]
fn a_person_always_stands_at_a_gate_of_the_area_they_are_in() {
    let map = Arc::new(college());
    let people = population(300).people;
    for seed in 0..3 {
        let mut habits = Habits::new(Arc::clone(&map), &people, seed, 6 * 60 * MINUTE);
        let mut turn = 0_u32;
        let steps = run(&mut habits, 2 * DAY, |habits, step| {
            let way = &map.ways[step.way];
            assert_eq!(habits.whereabouts(step.person), Some(way.from), "seed {seed}");
            assert!(way.reader.is_some());
            turn += 1;
            !turn.is_multiple_of(7)
        });
        assert!(steps.len() > 1_000, "{}", steps.len());
        assert!(steps.is_sorted_by_key(|step| step.at));
    }
}

#[test]
fn the_same_seed_makes_the_same_day() {
    let map = Arc::new(college());
    let people = population(100).people;
    let day = |seed| {
        let mut habits = Habits::new(Arc::clone(&map), &people, seed, 0);
        run(&mut habits, DAY, |_, _| true)
    };
    assert_eq!(day(5), day(5));
    assert_ne!(day(5), day(6));
}

#[test]
fn more_people_swipe_before_a_class_than_during_it() {
    let map = Arc::new(college());
    let people = population(1_000).people;
    let mut habits = Habits::new(Arc::clone(&map), &people, 1, 5 * 60 * MINUTE);
    let steps = run(&mut habits, DAY, |_, _| true);
    let between = |from: SimTime, to: SimTime| {
        steps.iter().filter(|step| (from * MINUTE..to * MINUTE).contains(&step.at)).count()
    };
    for class in [8 * 60, 10 * 60, 14 * 60, 16 * 60] {
        let (change, lecture) = (between(class - 20, class), between(class + 30, class + 50));
        assert!(change > 3 * lecture, "minute {class}: {change} against {lecture}");
    }
    assert!(between(11 * 60 + 40, 12 * 60 + 40) > 300, "lunch");
    let late = steps.iter().filter(|step| step.at >= 23 * 60 * MINUTE).count();
    assert!((1..200).contains(&late), "late returns: {late}");
}

#[test]
fn whoever_is_stirred_sets_out_at_once() {
    let map = Arc::new(college());
    let people = population(200).people;
    let start = 3 * 60 * MINUTE;
    let mut habits = Habits::new(map, &people, 1, start);
    habits.stir(20, start, 250);
    let steps = run(&mut habits, start + 5_000, |_, _| true);
    assert!(steps.len() >= 15, "{}", steps.len());
    let who: BTreeSet<_> = steps.iter().map(|step| step.person).collect();
    assert_eq!(who.len(), steps.len());
}

#[test]
fn a_refused_person_turns_away_and_one_at_a_gate_is_not_asked_twice() {
    let map = Arc::new(college());
    let people = population(50).people;
    let mut habits = Habits::new(map, &people, 1, 7 * 60 * MINUTE);
    let mut standing = BTreeSet::new();
    while let Some(step) = habits.step(DAY) {
        assert!(standing.insert(step.person), "asked twice");
    }
    assert!(standing.len() > 30);
    habits.stir(50, DAY, 0);
    while let Some(step) = habits.step(DAY) {
        assert!(standing.insert(step.person), "stirred while standing at a gate");
    }
    let person = *standing.iter().next().unwrap();
    let before = habits.whereabouts(person);
    habits.turned_away(person, DAY);
    assert_eq!(habits.whereabouts(person), before);
}

#[test]
fn everybody_sleeps_in_the_own_bed() {
    let map = Arc::new(college());
    let people = population(300).people;
    let mut habits = Habits::new(Arc::clone(&map), &people, 2, 6 * 60 * MINUTE);
    run(&mut habits, DAY + 3 * 60 * MINUTE, |_, _| true);
    let boarders = people
        .iter()
        .enumerate()
        .filter(|(_, person)| person.kind == PersonKind::Student && person.dormitory.is_some());
    for (at, person) in boarders {
        let area = habits.whereabouts(at).unwrap();
        assert_eq!(Some(&map.areas[area]), person.dormitory.as_ref());
    }
}

#[test]
fn people_on_a_site_without_gates_stay_where_they_are() {
    let map = Arc::new(Map::build(&[], Vec::new(), Vec::new()));
    let mut habits = Habits::new(map, &population(20).people, 1, 0);
    assert_eq!(habits.step(DAY * 2), None);
}
