//! Protection without samples, with ones that cannot be believed, and over a restart.

use onecard_rules::power::{
    curve::Characteristic,
    protection::{Draft, Input, RoomProtection, Snapshot},
    sample::Sample,
};
use proptest::prelude::*;

use crate::{
    protection::Story,
    room::{draft, moment, sample, settings},
};

#[test]
fn a_stale_sample_neither_trips_nor_counts_as_fine() {
    let mut story = Story::of(draft());
    story.draw(0, 0, 100.0);
    story.draw(1, 10, 1500.0);
    // Due at second 11. Old answers arrive, high ones and low ones; so does one from the future.
    for (at, of, watts) in [(11.0, 5.0, 1500.0), (12.0, 6.0, 100.0), (13.0, 14.0, 1500.0)] {
        story.take(at, sample(of, watts));
    }
    assert!(story.room.tripped().is_none(), "nothing tripped on them");
    // Second 14 is a second after the last that was believed but four: still within five.
    story.take(14.0, sample(14.0, 1500.0));
    assert!(story.room.tripped().is_some(), "and the overload was not forgotten");
    story.did(&[
        (1.0, "suspect"),
        (2.0, "warn room 9.0"),
        (11.0, "suspect"),
        (11.0, "doubt"),
        (14.0, "trip room"),
    ]);
}

#[test]
fn an_implausible_sample_neither_trips_nor_counts_as_fine() {
    let reversed = |at: f64| Sample { active_power_w: -1500.0, ..sample(at, 1500.0) };
    let absurd = |at: f64| Sample { active_power_w: 60_000.0, ..sample(at, 1500.0) };
    let mut story = Story::of(draft());
    story.draw(0, 0, 100.0);
    story.draw(1, 8, 1500.0);
    story.take(9.0, reversed(9.0));
    story.take(10.0, absurd(10.0));
    story.take(11.0, absurd(11.0));
    assert!(story.room.tripped().is_none());
    story.draw(12, 12, 1500.0);
    story.did(&[
        (1.0, "suspect"),
        (2.0, "warn room 9.0"),
        (9.0, "doubt"),
        (11.0, "suspect"),
        (12.0, "trip room"),
    ]);
}

#[test]
fn a_jump_of_the_voltage_is_asked_again_at_once() {
    let mut story = Story::of(draft());
    story.draw(0, 1, 100.0);
    let low = |at: f64| Sample { voltage_v: 150.0, ..sample(at, 60.0) };
    story.take(2.0, low(2.0));
    story.take(2.1, low(2.1));
    story.take(3.0, low(3.0));
    story.did(&[(2.0, "doubt"), (2.0, "suspect")]);
}

#[test]
fn time_of_which_nothing_is_known_is_not_charged_to_the_room() {
    let mut story = Story::of(draft());
    story.draw(0, 0, 100.0);
    story.draw(1, 4, 1500.0);
    // Three of ten seconds are over. Nothing for a minute; then high again, to be confirmed anew.
    story.draw(64, 71, 1500.0);
    assert!(story.room.tripped().is_some(), "3 s before and 7 s after are the ten");
    story.did(&[
        (1.0, "suspect"),
        (2.0, "warn room 9.0"),
        (11.0, "suspect"),
        (64.0, "suspect"),
        (71.0, "suspect"),
        (71.0, "trip room"),
    ]);
}

#[test]
fn a_due_overload_asks_once_and_then_waits_for_the_sample() {
    let mut story = Story::of(draft());
    story.draw(0, 0, 100.0);
    story.draw(1, 3, 1500.0);
    story.wait(10_000.0);
    story.did(&[(1.0, "suspect"), (2.0, "warn room 9.0"), (11.0, "suspect")]);
    assert_eq!(story.room.next_deadline(), None);
}

#[test]
fn a_meter_behind_the_relay_that_falls_silent_gets_its_whole_delay_after_the_reclose() {
    let mut story = Story::of(draft());
    story.draw(0, 0, 100.0);
    story.draw(1, 11, 1500.0);
    story.wait(71.0);
    assert!(story.room.position().abs() < 1e-9, "{}", story.room.position());
    // A thermal room has cooled for 60 s at τ = 120 s: e^(−0.5) = 0.6065.
    let curve = Characteristic::Thermal { tau_s: 120.0, k: 1.0 };
    let mut story = Story::of(Draft { curve, ..draft() });
    story.draw(0, 0, 100.0);
    story.draw(1, 36, 2000.0);
    assert!(story.room.tripped().is_some());
    story.wait(96.0);
    assert!((story.room.position() - 0.6065).abs() < 1e-3, "{}", story.room.position());
}

#[test]
fn a_restart_in_the_middle_of_a_trip_posts_the_demand_again_and_recloses_in_time() {
    let mut story = Story::of(draft());
    story.draw(0, 0, 100.0);
    story.draw(1, 11, 1500.0);
    let demand = story.room.demand();
    assert!(demand.is_some());
    story.room = reborn(&story.room, draft());
    assert_eq!(story.room.demand(), demand);
    assert_eq!(story.room.next_deadline(), Some(moment(71.0).now));
    story.done.clear();
    story.wait(71.0);
    story.did(&[(71.0, "reclose 2")]);
}

fn reborn(room: &RoomProtection, draft: Draft) -> RoomProtection {
    let text = serde_json::to_string(room.snapshot()).expect("the state is stored");
    let state: Snapshot = serde_json::from_str(&text).expect("and read back");
    RoomProtection::restore(settings(draft), state)
}

#[test]
fn other_settings_leave_a_trip_as_it_was_decided() {
    let mut story = Story::of(draft());
    story.draw(0, 0, 100.0);
    story.draw(1, 11, 1500.0);
    let before = story.room.demand();
    story.room.set_settings(settings(Draft { limit_w: 3000.0, reclose_after_s: 5.0, ..draft() }));
    assert_eq!(story.room.demand(), before);
    assert_eq!(story.room.next_deadline(), Some(moment(71.0).now));
}

proptest! {
    #[test]
    fn a_restart_after_any_sample_changes_nothing(
        watts in prop::collection::vec(prop_oneof![Just(100.0), Just(900.0), Just(1500.0), Just(2900.0)], 1..80),
        gaps in prop::collection::vec(1_u32..80, 80),
        kill in 0_usize..80,
    ) {
        let step = crate::step::settings();
        let draft = Draft { step: Some(step), limit_w: 1400.0, ..draft() };
        let mut whole = RoomProtection::new(settings(draft.clone()));
        let mut killed = whole.clone();
        let mut at = 0.0;
        for (index, watts) in watts.into_iter().enumerate() {
            at += f64::from(gaps[index]) / 10.0;
            if index == kill {
                killed = reborn(&killed, draft.clone());
            }
            let now = moment(at);
            prop_assert_eq!(whole.next_deadline(), killed.next_deadline());
            prop_assert_eq!(whole.handle_deadline(now), killed.handle_deadline(now));
            let input = Input::Sample(sample(at, watts));
            prop_assert_eq!(whole.handle(input.clone(), now), killed.handle(input, now));
            prop_assert_eq!(whole.demand(), killed.demand());
        }
        prop_assert_eq!(whole, killed);
    }
}
