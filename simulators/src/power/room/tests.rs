//! Rooms by hand-worked numbers.

use super::*;
use crate::power::appliance::{AIR_CONDITIONER, HAIR_DRYER_LOW, KETTLE, WATER_DISPENSER};
use crate::power::habits::Rates;

fn s(s: u64) -> Duration {
    Duration::from_secs(s)
}

fn near(got: f64, expected: f64, allowed: f64) {
    assert!((got - expected).abs() <= allowed, "{got} for {expected}");
}

fn room(limit_w: f64) -> Room {
    Room::new(limit_w, s(0))
}

#[test]
fn energy_is_power_times_time_to_the_watt_hour_with_its_remainder() {
    let mut room = room(9_999.0);
    room.inject(Appliance::load(1_000.0, 500.0), s(0));
    room.advance(s(1_799));
    // 1000 W for 1799 s are 499.7 Wh.
    assert_eq!(room.active_energy().wh(), 499);
    room.advance(s(1_800));
    assert_eq!(room.active_energy().wh(), 500);
    assert_eq!(room.reactive_energy().wh(), 250);
}

#[test]
fn the_energy_does_not_depend_on_how_often_one_looks() {
    let load = |room: &mut Room| {
        room.inject(AIR_CONDITIONER, s(10));
        room.inject(WATER_DISPENSER, s(200));
    };
    let (mut once, mut often) = (room(9_999.0), room(9_999.0));
    load(&mut once);
    load(&mut often);
    once.advance(s(7_200));
    for at in (0..=7_200_000).step_by(77) {
        often.advance(Duration::from_millis(at));
    }
    often.advance(s(7_200));
    let apart = once.active_energy().wh().abs_diff(often.active_energy().wh());
    assert!(apart <= 1, "{:?} and {:?}", once.active_energy(), often.active_energy());
}

#[test]
fn a_kettle_sags_the_voltage_and_draws_less_for_it() {
    let mut room = room(9_999.0);
    assert!((room.voltage() - 220.0).abs() < f64::EPSILON);
    room.inject(KETTLE, s(0));
    room.advance(s(1));
    // R = 220²/1800 = 26.889 Ω, with 0.35 Ω before it: 220 · 26.889 / 27.239 = 217.17 V, 1754 W.
    near(room.voltage(), 217.17, 0.05);
    near(room.power().active_w, 1_754.0, 1.0);
    room.set_supply(198.0);
    // The same resistances at 198 V: 195.46 V and 1420.8 W.
    near(room.power().active_w, 1_420.8, 1.0);
}

#[test]
fn an_open_contact_darkens_the_room_and_an_inrush_follows_its_return() {
    let mut room = room(9_999.0);
    room.inject(AIR_CONDITIONER, s(0));
    room.advance(s(60));
    near(room.power().active_w, 900.0, 0.001);
    room.relay.command(false, s(60));
    room.advance(s(90));
    assert_eq!(room.power(), Power::default());
    near(room.voltage(), 220.0, 0.001);
    let before = room.active_energy();
    room.advance(s(600));
    assert_eq!(room.active_energy(), before, "a dark room uses nothing");
    room.relay.command(true, s(600));
    room.advance(s(600));
    near(room.power().active_w, 4_500.0, 0.001);
}

#[test]
fn an_overload_begins_with_the_kettle_and_ends_when_the_contact_opens() {
    let mut room = room(1_200.0);
    room.inject(HAIR_DRYER_LOW, s(5));
    room.inject(KETTLE, s(10));
    room.advance(s(12));
    assert_eq!(
        room.overloads().copied().collect::<Vec<_>>(),
        [Overload { began: s(10), ended: None, cut: false }]
    );
    room.relay.set_travel(s(3));
    room.relay.command(false, s(12));
    room.advance(s(30));
    assert_eq!(
        room.overloads().copied().collect::<Vec<_>>(),
        [Overload { began: s(10), ended: Some(s(15)), cut: true }]
    );
    assert_eq!(room.truth().opened_at, Some(s(15)));
}

#[test]
fn an_overload_that_goes_by_itself_is_not_a_cut() {
    let mut room = room(1_200.0);
    room.inject(KETTLE, s(10));
    room.advance(s(1_000));
    assert_eq!(
        room.overloads().copied().collect::<Vec<_>>(),
        [Overload { began: s(10), ended: Some(s(210)), cut: false }]
    );
}

#[test]
fn a_trace_draws_what_it_says_and_sets_the_voltage() {
    let text = "seconds,active_power_w,reactive_power_var,voltage_v\n0,100,10,221\n60,1900,0,209\n";
    let mut room = room(1_200.0);
    room.advance(s(100));
    room.play(Trace::read(text.as_bytes()).unwrap());
    room.advance(s(130));
    assert_eq!(room.power(), Power::new(100.0, 10.0));
    room.advance(s(160));
    assert_eq!(room.power(), Power::new(1_900.0, 0.0));
    near(room.voltage(), 209.0, 0.0);
    assert_eq!(room.overloads().next().map(|overload| overload.began), Some(s(160)));
    // 100 W for 60 s and 1900 W for 60 s: 2000/60 = 33.3 Wh.
    room.advance(s(220));
    assert_eq!(room.active_energy().wh(), 33);
}

#[test]
fn an_evening_of_four_students_is_of_a_believable_size() {
    for seed in 0..10 {
        let rates = Rates { forbidden: 0.0, ..Rates::default() };
        let mut room = Room::new(1_200.0, s(0)).with_habits(Habits::new(rates, seed));
        room.advance(s(7 * 86_400));
        // A dispenser alone is 18 kWh a week; four students and an air conditioner add 5 to 50.
        let kwh = room.active_energy().wh() / 1_000;
        assert!((20..=80).contains(&kwh), "{kwh} kWh, seed {seed}");
    }
}

#[test]
fn students_who_lived_there_before_left_it_as_if_one_had_watched() {
    for seed in 0..20 {
        let habits = || Habits::new(Rates::default(), seed);
        let mut watched = Room::new(1_200.0, s(0)).with_habits(habits());
        watched.advance(s(21 * 3_600));
        let found = Room::new(1_200.0, s(21 * 3_600)).with_habits(habits());
        assert_eq!(watched.power(), found.power(), "seed {seed}");
        assert_eq!(found.active_energy(), Counter::default());
    }
}

#[test]
fn water_flows_while_the_valve_is_open() {
    let mut room = room(1.0);
    room.water.set_tap(10.0);
    room.advance(s(60));
    near(room.water.total_m3(), 0.010, 1e-9);
    room.water.valve.command(false, s(60));
    room.advance(s(120));
    // 5 s more until the valve is shut.
    near(room.water.total_m3(), 0.010 + 10.0 / 60.0 * 5.0 / 1_000.0, 1e-9);
}
