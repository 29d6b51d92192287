//! Shedding and restoring: who, in which order, how many at a time; the same every time.

use std::collections::BTreeMap;

use onecard_rules::{
    ids::RoomId,
    power::{
        feeder::{Action, Draw, Feeder, FeederMistake, FeederSettings, Load},
        stagger::{Stagger, StaggerSettings},
    },
};
use proptest::prelude::*;

use crate::room::after;

fn room(code: &str) -> RoomId {
    RoomId::new(code).expect("a code")
}

fn rooms(codes: &[&str]) -> Vec<RoomId> {
    codes.iter().map(|code| room(code)).collect()
}

fn shed(codes: &[&str]) -> Vec<Action> {
    vec![Action::Shed(rooms(codes))]
}

fn restore(codes: &[&str]) -> Vec<Action> {
    vec![Action::Restore(rooms(codes))]
}

/// Limit 5 kW, aim 4.5 kW; a step every 10 s of at most 1.5 kW.
fn settings() -> FeederSettings {
    FeederSettings {
        limit_w: 5000.0,
        target_w: 4500.0,
        confirmation_samples: 1,
        step_delay_s: 10.0,
        inrush_cap_w: 1500.0,
        rotate_after_s: 600.0,
        exempt: rooms(&["clinic"]).into_iter().collect(),
    }
}

fn load(total_w: f64, draws: &[(&str, f64)]) -> Load {
    let rooms = draws.iter().map(|(code, watts)| (room(code), *watts)).collect();
    Load { total_w: Some(total_w), rooms }
}

#[test]
fn as_few_rooms_are_shed_as_are_enough_and_none_that_is_exempt_or_idle() {
    // Total, draws, who is shed; the need is the total less 4500 W.
    type Row<'a> = (&'a str, f64, &'a [(&'a str, f64)], Vec<Action>);
    let rows: [Row<'_>; 7] = [
        ("at the limit", 5000.0, &[("a", 2500.0), ("b", 2500.0)], vec![]),
        ("the first in turn is enough", 5200.0, &[("a", 800.0), ("b", 2000.0)], shed(&["a"])),
        ("both are needed", 6000.0, &[("a", 800.0), ("b", 900.0)], shed(&["a", "b"])),
        // Need 1500: a and b are 1100, with c 3100; c alone is enough, so a and b are let be…
        (
            "a big one makes others needless",
            6000.0,
            &[("a", 500.0), ("b", 600.0), ("c", 2000.0)],
            shed(&["c"]),
        ),
        ("idle ones bring nothing", 5200.0, &[("a", 0.0), ("b", 800.0)], shed(&["b"])),
        ("the exempt one is spared", 5200.0, &[("clinic", 3000.0), ("d", 800.0)], shed(&["d"])),
        (
            "all are not enough",
            9000.0,
            &[("clinic", 3000.0), ("d", 800.0)],
            vec![Action::Exhausted, Action::Shed(rooms(&["d"]))],
        ),
    ];
    for (name, total_w, draws, expected) in rows {
        let found = Feeder::default().handle(&settings(), &load(total_w, draws), after(0.0));
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn an_absent_total_neither_sheds_nor_restores() {
    let mut feeder = Feeder::default();
    let settings = FeederSettings { confirmation_samples: 2, ..settings() };
    let high = load(6000.0, &[("a", 1500.0), ("b", 1500.0)]);
    let absent = Load { total_w: None, ..high.clone() };
    assert_eq!(feeder.handle(&settings, &high, after(0.0)), []);
    assert_eq!(feeder.handle(&settings, &absent, after(1.0)), []);
    assert_eq!(
        feeder.handle(&settings, &high, after(2.0)),
        shed(&["a"]),
        "it did not count as fine"
    );
    for second in [20.0, 2000.0] {
        assert_eq!(feeder.handle(&settings, &absent, after(second)), []);
    }
    let odd = Load { total_w: Some(f64::NAN), ..absent };
    assert_eq!(feeder.handle(&settings, &odd, after(2001.0)), []);
}

#[test]
fn one_total_below_the_limit_breaks_the_confirmation() {
    let mut feeder = Feeder::default();
    let settings = FeederSettings { confirmation_samples: 2, ..settings() };
    for (second, total_w, expected) in [
        (0.0, 6000.0, vec![]),
        (1.0, 4900.0, vec![]),
        (2.0, 6000.0, vec![]),
        (3.0, 6000.0, shed(&["a"])),
    ] {
        let load = load(total_w, &[("a", 1500.0), ("b", 1500.0)]);
        assert_eq!(feeder.handle(&settings, &load, after(second)), expected, "second {second}");
    }
}

#[test]
fn the_burden_goes_round() {
    // Three rooms of 1 kW, a need of 0.7 kW again and again: each is shed once before any twice.
    let mut feeder = Feeder::default();
    let all = [("a", 1000.0), ("b", 1000.0), ("c", 1000.0)];
    let mut order = Vec::new();
    for round in 0..6_u32 {
        let start = f64::from(round) * 100.0;
        for action in feeder.handle(&settings(), &load(5200.0, &all), after(start)) {
            if let Action::Shed(rooms) = action {
                order.extend(rooms.into_iter().map(|room| room.to_string()));
            }
        }
        let restored = feeder.handle(&settings(), &load(3000.0, &all), after(start + 50.0));
        assert_eq!(restored, restore(&[order.last().expect("one was shed")]));
    }
    assert_eq!(order, ["a", "b", "c", "a", "b", "c"]);
}

#[test]
fn rooms_come_back_in_steps_the_longest_dark_first() {
    let mut feeder = Feeder::default();
    let draws = [("a", 1000.0), ("b", 1000.0), ("c", 400.0), ("d", 900.0)];
    // Need 3300 W: all four.
    let all = feeder.handle(&settings(), &load(7800.0, &draws), after(0.0));
    assert_eq!(all, shed(&["a", "b", "c", "d"]));
    // Second, total, and who comes back: at most 1500 W a step, 4500 W in all, 10 s apart.
    let rows = [
        (5.0, 1000.0, vec![]),
        // a; b would make 2000 W of inrush, c fits beside a.
        (10.0, 1000.0, restore(&["a", "c"])),
        (19.9, 2400.0, vec![]),
        (20.0, 2400.0, restore(&["b"])),
        // 3700 W and 900 W are above 4500 W: d waits for room.
        (30.0, 3700.0, vec![]),
        (31.0, 3600.0, restore(&["d"])),
        (41.0, 4500.0, vec![]),
    ];
    for (second, total_w, expected) in rows {
        let found = feeder.handle(&settings(), &load(total_w, &[]), after(second));
        assert_eq!(found, expected, "second {second}");
    }
    assert_eq!(feeder.next_deadline(), None);
}

#[test]
fn a_room_that_waits_too_long_takes_turns_with_others() {
    let mut feeder = Feeder::default();
    let before = [("a", 1000.0), ("b", 1000.0), ("c", 1000.0)];
    assert_eq!(feeder.handle(&settings(), &load(5400.0, &before), after(0.0)), shed(&["a"]));
    let busy = load(4400.0, &[("b", 1000.0), ("c", 1000.0)]);
    // 4400 W and a's 1000 W are above 4500 W: need 900 W. It is b's turn, after ten minutes.
    assert_eq!(feeder.handle(&settings(), &busy, after(599.0)), []);
    assert_eq!(feeder.handle(&settings(), &busy, after(600.0)), shed(&["b"]));
    let relieved = load(3400.0, &[("c", 1000.0)]);
    assert_eq!(feeder.handle(&settings(), &relieved, after(610.0)), restore(&["a"]));
    // Where nobody else can make room, nobody is shed for it.
    let mut feeder = Feeder::default();
    feeder.handle(&settings(), &load(5400.0, &[("a", 1000.0)]), after(0.0));
    let small = load(4400.0, &[("b", 100.0)]);
    assert_eq!(feeder.handle(&settings(), &small, after(1000.0)), []);
}

#[test]
fn the_feeder_comes_back_from_the_store() {
    let mut feeder = Feeder::default();
    feeder.handle(&settings(), &load(6000.0, &[("a", 900.0), ("b", 900.0)]), after(0.0));
    let text = serde_json::to_string(&feeder).expect("the state is stored");
    assert_eq!(serde_json::from_str::<Feeder>(&text).expect("and read back"), feeder);
    assert_eq!(feeder.shed().count(), 2);
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let above = FeederMistake::AboveRating { limit_w: 5000.0, rating_w: 4999.0 };
    assert_eq!(settings().check(4999.0), Err(above));
    assert_eq!(settings().check(5000.0), Ok(()));
    let target = FeederSettings { target_w: 5000.0, ..settings() };
    assert!(matches!(target.check(9e9), Err(FeederMistake::TargetAboveLimit { .. })));
    let delay = FeederSettings { step_delay_s: 0.0, ..settings() };
    assert!(delay.check(9e9).expect_err("a mistake").to_string().contains("step_delay_s"));
}

#[test]
fn lights_come_on_in_steps_and_not_always_in_the_same_order() {
    let settings = StaggerSettings { step_delay_s: 2.0, rooms_a_step: 2 };
    for (turn, expected) in
        [(0, ["a b", "c d", "e"]), (1, ["b c", "d e", "a"]), (6, ["b c", "d e", "a"])]
    {
        let mut stagger = Stagger::default();
        stagger.add(rooms(&["c", "a", "e", "b", "d", "a"]), turn, after(0.0));
        let mut steps = Vec::new();
        while let Some(due) = stagger.next_deadline() {
            assert_eq!(due, after(2.0 * f64::from(u32::try_from(steps.len()).expect("few"))));
            let early = due - chrono::TimeDelta::milliseconds(1);
            assert!(stagger.handle_deadline(&settings, early).is_empty());
            let names: Vec<String> =
                stagger.handle_deadline(&settings, due).iter().map(ToString::to_string).collect();
            steps.push(names.join(" "));
        }
        assert_eq!(steps, expected, "turn {turn}");
    }
}

#[test]
fn turns_are_planned_behind_those_planned_before() {
    let settings = StaggerSettings { step_delay_s: 2.0, rooms_a_step: 2 };
    let mut stagger = Stagger::default();
    let mut plan = |codes: &[&str], now: f64| {
        let turns = stagger.plan(&settings, rooms(codes), 0, after(now));
        turns.into_iter().map(|(room, at)| (room.to_string(), at)).collect::<Vec<_>>()
    };
    let turn = |room: &str, at: f64| (room.to_owned(), after(at));
    assert_eq!(plan(&["c", "a", "b"], 0.0), [turn("a", 0.0), turn("b", 0.0), turn("c", 2.0)]);
    assert_eq!(
        plan(&["d", "e"], 1.0),
        [turn("d", 4.0), turn("e", 4.0)],
        "the plan is full to there"
    );
    assert_eq!(plan(&["f"], 60.0), [turn("f", 60.0)], "nobody waits for what is long over");
    assert_eq!(plan(&[], 61.0), []);
}

#[test]
fn without_a_meter_rooms_are_added_up_and_none_is_taken_for_nothing() {
    let unknown = Draw::Unknown { at_most_w: 1200.0 };
    let rows: [(&str, &[Draw], Option<f64>, usize); 5] = [
        ("all are read", &[Draw::Fresh(800.0), Draw::Fresh(500.0)], Some(1300.0), 2),
        ("a dark one draws nothing", &[Draw::Fresh(800.0), Draw::Dark], Some(800.0), 1),
        ("an unknown one counts at its most", &[Draw::Fresh(1500.0), unknown], Some(2700.0), 1),
        ("a total that is mostly guessed is none", &[Draw::Fresh(800.0), unknown], None, 1),
        (
            "one wired in reverse takes nothing off",
            &[Draw::Fresh(-300.0), Draw::Dark],
            Some(0.0),
            1,
        ),
    ];
    for (name, draws, total_w, known) in rows {
        let draws = draws.iter().enumerate().map(|(at, draw)| (room(&format!("r{at}")), *draw));
        let load = Load::of_rooms(draws);
        assert_eq!((load.total_w, load.rooms.len()), (total_w, known), "{name}");
    }
}

#[test]
fn after_a_restart_the_boards_of_the_rooms_say_who_is_shed() {
    let mut feeder = Feeder::default();
    feeder.handle(&settings(), &load(6000.0, &[("a", 800.0), ("b", 900.0)]), after(0.0));
    // `b` was restored before the stop, and that of `c` never reached the store.
    let dark = [(room("a"), after(0.0), 1200.0), (room("c"), after(5.0), 1300.0)];
    feeder.reconcile(dark);
    assert_eq!(feeder.shed().map(|(room, _)| room.to_string()).collect::<Vec<_>>(), ["a", "c"]);
    // 800 W fit below 4500 W, another 1300 W do not.
    let actions = feeder.handle(&settings(), &load(3600.0, &[]), after(20.0));
    assert_eq!(actions, restore(&["a"]));
}

#[test]
fn a_room_that_is_wanted_dark_again_leaves_the_queue() {
    let settings = StaggerSettings { step_delay_s: 2.0, rooms_a_step: 1 };
    let mut stagger = Stagger::default();
    stagger.add(rooms(&["a", "b"]), 0, after(0.0));
    stagger.add(rooms(&["b", "c"]), 0, after(0.5));
    stagger.remove(&room("b"));
    assert_eq!(stagger.handle_deadline(&settings, after(9.0)), rooms(&["a"]), "one step if late");
    assert_eq!(stagger.next_deadline(), Some(after(11.0)));
    assert_eq!(stagger.waiting().count(), 1);
    stagger.remove(&room("c"));
    assert_eq!(stagger.next_deadline(), None);
}

proptest! {
    #[test]
    fn shedding_is_enough_and_no_room_of_it_is_needless(
        draws in prop::collection::vec(0_u32..3000, 1..40),
        over in 1_u32..20_000,
    ) {
        let draws: BTreeMap<RoomId, f64> = draws
            .iter()
            .enumerate()
            .map(|(place, watts)| (room(&format!("r{place:02}")), f64::from(*watts)))
            .collect();
        let total_w = 5000.0 + f64::from(over);
        let load = Load { total_w: Some(total_w), rooms: draws.clone() };
        let mut feeder = Feeder::default();
        let actions = feeder.handle(&settings(), &load, after(0.0));
        prop_assert_eq!(&Feeder::default().handle(&settings(), &load, after(0.0)), &actions);
        let chosen: Vec<f64> = feeder.shed().map(|(room, _)| draws[room]).collect();
        let got: f64 = chosen.iter().sum();
        let need = total_w - 4500.0;
        let all: f64 = draws.values().sum();
        prop_assert!(got >= need || chosen.len() == draws.values().filter(|w| **w > 0.0).count());
        prop_assert!(got >= need.min(all));
        for watts in chosen {
            prop_assert!(got < need || got - watts < need, "{watts} W are needless");
        }
        prop_assert_eq!(actions.contains(&Action::Exhausted), total_w - all > 5000.0);
    }
}
