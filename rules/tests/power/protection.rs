//! Each rule of protection as a table of cases, with times worked by hand.

use onecard_rules::power::{
    curve::{Characteristic, InverseKind},
    evidence::{Rule, Then},
    protection::{Action, Draft, Input, Moment, RoomProtection},
    sample::Sample,
    step::{StepMode, StepSettings},
};

use crate::room::{draft, moment, operator, sample, sample_at, settings};

fn words(action: &Action) -> String {
    let seconds = |span: &chrono::TimeDelta| format!("{:.1}", span.as_seconds_f64());
    match action {
        Action::Suspect => "suspect".to_owned(),
        Action::Warn { rule, remaining: Some(left) } => {
            format!("warn {} {}", name(rule), seconds(left))
        }
        Action::Warn { rule, remaining: None } => format!("warn {}", name(rule)),
        Action::Clear => "clear".to_owned(),
        Action::Trip(evidence) => format!("trip {}", name(&evidence.rule)),
        Action::Reclose { tries_left } => format!("reclose {tries_left}"),
        Action::LockOut => "lock out".to_owned(),
        Action::Released { by } => format!("released by {by}"),
        Action::Doubt(_) => "doubt".to_owned(),
    }
}

fn name(rule: &Rule) -> &'static str {
    match rule {
        Rule::RoomLimit { .. } => "room",
        Rule::NightLimit { .. } => "night",
        Rule::CircuitRating { .. } => "rating",
        Rule::MaliciousLoad { .. } => "step",
    }
}

/// A room, what it did at which second, and a clock of its own.
pub struct Story {
    pub room: RoomProtection,
    pub done: Vec<(f64, String)>,
    pub night: bool,
}

impl Story {
    pub fn of(draft: Draft) -> Self {
        Self { room: RoomProtection::new(settings(draft)), done: Vec::new(), night: false }
    }

    fn moment(&self, seconds: f64) -> Moment {
        Moment { night: self.night, ..moment(seconds) }
    }

    fn note(&mut self, seconds: f64, actions: &[Action]) {
        self.done.extend(actions.iter().map(|action| (seconds, words(action))));
    }

    /// Lets every deadline up to `seconds` pass.
    pub fn wait(&mut self, seconds: f64) {
        let end = self.moment(seconds).now;
        while let Some(deadline) = self.room.next_deadline().filter(|due| *due <= end) {
            let at = (deadline - moment(0.0).now).as_seconds_f64();
            let due = Moment { now: deadline, ..self.moment(at) };
            let actions = self.room.handle_deadline(due);
            assert!(!actions.is_empty(), "a deadline that does nothing would come for ever");
            self.note(at, &actions);
        }
    }

    pub fn take(&mut self, seconds: f64, sample: Sample) {
        self.wait(seconds);
        let actions = self.room.handle(Input::Sample(sample), self.moment(seconds));
        self.note(seconds, &actions);
    }

    /// Takes `watts` at every whole second from `from` to `to`, both included.
    pub fn draw(&mut self, from: u32, to: u32, watts: f64) {
        for second in from..=to {
            self.take(f64::from(second), sample(f64::from(second), watts));
        }
    }

    #[track_caller]
    pub fn did(&self, expected: &[(f64, &str)]) {
        let expected: Vec<(f64, String)> =
            expected.iter().map(|(at, words)| (*at, (*words).to_owned())).collect();
        assert_eq!(self.done, expected);
    }
}

fn inverse(kind: InverseKind) -> Characteristic {
    Characteristic::InverseTime { kind, tms: 1.0, reset_s: 60.0 }
}

#[test]
fn a_constant_overload_trips_at_the_time_of_its_curve() {
    use InverseKind::{ExtremelyInverse, VeryInverse};
    let definite = |delay_s| Characteristic::Definite { delay_s };
    let thermal = Characteristic::Thermal { tau_s: 120.0, k: 1.0 };
    // Samples of each second; the overload is seen first at second 1. Watts, and the second of the
    // trip: the first sample at or after 1 + t.
    let rows = [
        ("at the limit", definite(10.0), 1000.0, None),
        ("a watt above", definite(10.0), 1001.0, Some(11.0)),
        ("no delay: the confirmation is all", definite(0.0), 1500.0, Some(2.0)),
        // 13.5 / (2 − 1) = 13.5 s: at 14.5, so with the sample of second 15.
        ("very inverse, twice", inverse(VeryInverse), 2000.0, Some(15.0)),
        // 13.5 / (3 − 1) = 6.75 s: second 8.
        ("very inverse, thrice", inverse(VeryInverse), 3000.0, Some(8.0)),
        // 80 / (9 − 1) = 10 s: second 11.
        ("extremely inverse, thrice", inverse(ExtremelyInverse), 3000.0, Some(11.0)),
        // From cold 34.5 s at twice; half of the second in which it was switched on counts as well
        // (the mean of squares), so between 35.0 and 35.5: second 36 at the latest.
        ("thermal, twice", thermal, 2000.0, Some(36.0)),
        // 142.3 s at 1.2 times, likewise.
        ("thermal, 1.2 times", thermal, 1200.0, Some(143.0)),
    ];
    for (name, curve, watts, expected) in rows {
        let mut story = Story::of(Draft { curve, ..draft() });
        story.draw(0, 0, 100.0);
        story.draw(1, 200, watts);
        let trip = story.done.iter().find(|(_, words)| words == "trip room").map(|(at, _)| *at);
        assert_eq!(trip, expected, "{name}: {:?}", story.done);
    }
}

#[test]
fn the_first_high_sample_asks_the_second_confirms_and_warns_and_the_delay_trips() {
    let mut story = Story::of(draft());
    story.draw(0, 0, 100.0);
    story.draw(1, 11, 1500.0);
    // 10 s from second 1; at second 2 one of them has passed.
    story.did(&[(1.0, "suspect"), (2.0, "warn room 9.0"), (11.0, "suspect"), (11.0, "trip room")]);
}

#[test]
fn a_peak_shorter_than_its_confirmation_or_delay_does_nothing_lasting() {
    let mut story = Story::of(draft());
    story.draw(0, 0, 100.0);
    story.draw(1, 1, 1500.0);
    story.draw(2, 4, 100.0);
    story.did(&[(1.0, "suspect")]);
    story.draw(5, 12, 1500.0);
    story.draw(13, 13, 1000.0);
    // The delay starts anew: 10 s from second 14.
    story.draw(14, 24, 1500.0);
    story.did(&[
        (1.0, "suspect"),
        (5.0, "suspect"),
        (6.0, "warn room 9.0"),
        (13.0, "clear"),
        (14.0, "suspect"),
        (15.0, "warn room 9.0"),
        (24.0, "suspect"),
        (24.0, "trip room"),
    ]);
}

#[test]
fn a_warning_goes_out_only_if_time_is_left_to_act_on_it() {
    // Very inverse: 13.5 s at twice, 12.5 left at the second sample; 3.375 s at five times.
    let rows = [
        (3.0, 2000.0, Some("warn room 12.5")),
        (13.0, 2000.0, None),
        (3.0, 3400.0, Some("warn room 4.6")),
        (5.0, 3400.0, None),
    ];
    for (warn_seconds_min, watts, expected) in rows {
        let curve = inverse(InverseKind::VeryInverse);
        let mut story = Story::of(Draft { curve, warn_seconds_min, ..draft() });
        story.draw(0, 0, 100.0);
        story.draw(1, 3, watts);
        let warning = story.done.iter().map(|(_, words)| words).find(|w| w.starts_with("warn"));
        assert_eq!(warning.map(String::as_str), expected, "{warn_seconds_min} {watts}");
    }
}

#[test]
fn the_night_limit_is_the_lower_one_and_only_at_night() {
    for (night, watts, expected) in [
        (false, 700.0, None),
        (true, 700.0, Some((11.0, "trip night".to_owned()))),
        (true, 600.0, None),
        (false, 1500.0, Some((11.0, "trip room".to_owned()))),
        (true, 1500.0, Some((11.0, "trip night".to_owned()))),
    ] {
        let mut story = Story::of(draft());
        story.night = night;
        story.draw(0, 0, 100.0);
        story.draw(1, 30, watts);
        let trip = story.done.iter().find(|(_, words)| words.starts_with("trip")).cloned();
        assert_eq!(trip, expected, "{night} {watts}");
    }
}

#[test]
fn a_current_above_the_rating_trips_however_little_of_it_is_active() {
    // 800 W at a power factor of 0.2 are 4000 VA, 18.2 A at 220 V on a circuit of 16 A.
    let mut story = Story::of(draft());
    story.draw(0, 0, 100.0);
    for second in 1..=11_u32 {
        let at = f64::from(second);
        story.take(at, sample_at(at, 220.0, 800.0, 0.2));
    }
    assert_eq!(story.done.last(), Some(&(11.0, "trip rating".to_owned())));
}

#[test]
fn the_rating_is_borne_and_no_more_even_if_the_curve_bears_more_than_the_limit() {
    // k = 1.5 bears 1500 W for ever, but of the circuit's 16 A not 16.5.
    let curve = Characteristic::Thermal { tau_s: 10.0, k: 1.5 };
    for (amperes, expected) in [(15.9, false), (16.5, true)] {
        let mut story = Story::of(Draft { curve, ..draft() });
        for second in 0..=120_u32 {
            let at = f64::from(second);
            let sample = Sample { current_a: amperes, ..sample_at(at, 220.0, 800.0, 1.0) };
            story.take(at, sample);
        }
        let tripped = story.done.iter().any(|(_, words)| words == "trip rating");
        assert_eq!(tripped, expected, "{amperes} A: {:?}", story.done);
    }
}

#[test]
fn tries_run_out_and_a_person_releases() {
    // No delay: the second high sample trips. Reclose after 60 s, two tries a day.
    let curve = Characteristic::Definite { delay_s: 0.0 };
    let mut story = Story::of(Draft { curve, tries_per_day: 2, ..draft() });
    for round in 0..4_u32 {
        let start = round * 100;
        story.draw(start, start, 100.0);
        story.draw(start + 1, start + 2, 1500.0);
        story.draw(start + 3, start + 5, 0.0);
    }
    story.wait(1000.0);
    story.did(&[
        (1.0, "suspect"),
        (2.0, "trip room"),
        (62.0, "reclose 1"),
        (101.0, "suspect"),
        (102.0, "trip room"),
        (162.0, "reclose 0"),
        (201.0, "suspect"),
        (202.0, "trip room"),
        (202.0, "lock out"),
    ]);
    assert_eq!(story.room.next_deadline(), None, "it waits for a person");
    let demand = story.room.demand().expect("the room is kept dark");
    assert_eq!((demand.since, demand.until), (moment(202.0).now, None));
    let by = operator("li");
    let released = story.room.handle(Input::Release { by: by.clone() }, moment(1000.0));
    assert_eq!(released, [Action::Released { by: by.clone() }]);
    assert_eq!(story.room.demand(), None);
    assert_eq!(story.room.handle(Input::Release { by }, moment(1001.0)), [], "nothing to release");
    story.done.clear();
    story.draw(1002, 1003, 1500.0);
    story.wait(1100.0);
    story.did(&[(1002.0, "suspect"), (1003.0, "trip room"), (1063.0, "reclose 1")]);
}

#[test]
fn a_new_day_brings_new_tries_but_frees_nobody() {
    let curve = Characteristic::Definite { delay_s: 0.0 };
    let day = |seconds: f64, days: u64| Moment {
        date: moment(0.0).date + chrono::Days::new(days),
        ..moment(seconds)
    };
    let trip = |room: &mut RoomProtection, start: f64, days: u64| {
        let mut last = Vec::new();
        for (at, watts) in [(start, 100.0), (start + 1.0, 1500.0), (start + 2.0, 1500.0)] {
            last = room.handle(Input::Sample(sample(at, watts)), day(at, days));
        }
        last.iter().map(words).collect::<Vec<_>>()
    };
    // One try a day. Used on day 1; on day 2 there is one again, though a clock may go back once.
    let mut room = RoomProtection::new(settings(Draft { curve, tries_per_day: 1, ..draft() }));
    assert_eq!(trip(&mut room, 0.0, 1), ["trip room"]);
    assert_eq!(room.handle_deadline(day(62.0, 1)), [Action::Reclose { tries_left: 0 }]);
    let mut locked = room.clone();
    assert_eq!(trip(&mut locked, 100.0, 0), ["trip room", "lock out"], "no new try from the past");
    assert_eq!(trip(&mut room, 100.0, 2), ["trip room"]);
    assert_eq!(room.handle_deadline(day(162.0, 2)), [Action::Reclose { tries_left: 0 }]);
    assert_eq!(locked.handle_deadline(day(90_000.0, 2)), []);
    assert!(locked.demand().is_some(), "midnight does not unlock");
    // A trip before midnight that recloses after it uses a try of the new day.
    let mut room = RoomProtection::new(settings(Draft { curve, tries_per_day: 1, ..draft() }));
    assert_eq!(trip(&mut room, 0.0, 0), ["trip room"]);
    assert_eq!(room.handle_deadline(day(62.0, 1)), [Action::Reclose { tries_left: 0 }]);
    assert_eq!(trip(&mut room, 100.0, 1), ["trip room", "lock out"]);
}

#[test]
fn a_room_without_tries_locks_out_at_once() {
    let curve = Characteristic::Definite { delay_s: 0.0 };
    let mut story = Story::of(Draft { curve, tries_per_day: 0, ..draft() });
    story.draw(0, 0, 100.0);
    story.draw(1, 2, 1500.0);
    story.did(&[(1.0, "suspect"), (2.0, "trip room"), (2.0, "lock out")]);
}

fn with_step(mode: StepMode) -> Draft {
    let step = StepSettings { mode, ..crate::step::settings() };
    Draft { limit_w: 3000.0, step: Some(step), ..draft() }
}

#[test]
fn a_heater_below_the_limit_is_let_be_told_of_or_tripped_as_the_mode_says() {
    // 1800 W of 3000 W, from second 1; the step has held 2 s and 3 samples at second 3.
    let rows: [(StepMode, &[(f64, &str)]); 3] = [
        (StepMode::Off, &[]),
        (StepMode::Warn, &[(1.0, "suspect"), (3.0, "warn step")]),
        (StepMode::Trip, &[(1.0, "suspect"), (3.0, "trip step"), (63.0, "reclose 2")]),
    ];
    for (mode, expected) in rows {
        let mut story = Story::of(with_step(mode));
        story.draw(0, 0, 100.0);
        story.draw(1, 20, 1900.0);
        story.wait(70.0);
        story.did(expected);
    }
}

#[test]
fn a_heater_left_on_trips_again_after_the_reclose() {
    let mut story = Story::of(with_step(StepMode::Trip));
    story.draw(0, 0, 100.0);
    story.draw(1, 3, 1900.0);
    story.draw(4, 63, 0.0);
    story.draw(64, 66, 1900.0);
    story.did(&[
        (1.0, "suspect"),
        (3.0, "trip step"),
        (63.0, "reclose 2"),
        (64.0, "suspect"),
        (66.0, "trip step"),
    ]);
}

#[test]
fn what_starts_again_with_the_power_is_no_heater_but_what_came_on_top_is() {
    type Done = &'static [(f64, &'static str)];
    // 850 W ran before a kettle tripped the room at second 3: after the reclose at 63 the same 850 W
    // are no step, with the kettle they are one; 50 W more than before are none either.
    let rows: [(&str, f64, Done); 3] = [
        ("as before", 850.0, &[]),
        ("a little more", 900.0, &[]),
        ("with the kettle", 2650.0, &[(66.0, "suspect"), (68.0, "trip step")]),
    ];
    for (name, watts, after) in rows {
        let mut story = Story::of(with_step(StepMode::Trip));
        story.draw(0, 0, 850.0);
        story.draw(1, 3, 2650.0);
        story.draw(4, 65, 0.0);
        story.draw(66, 90, watts);
        let first = [(1.0, "suspect"), (3.0, "trip step"), (63.0, "reclose 2")];
        let all: Vec<_> = first.into_iter().chain(after.iter().copied()).collect();
        assert_eq!(story.done.len(), all.len(), "{name}: {:?}", story.done);
        story.did(&all);
    }
}

#[test]
fn a_room_that_lies_empty_after_the_reclose_is_watched_again() {
    let mut story = Story::of(with_step(StepMode::Trip));
    story.draw(0, 0, 100.0);
    story.draw(1, 3, 1900.0);
    // Power is back at 63, and nobody uses it for more than ten seconds.
    story.draw(4, 80, 0.0);
    story.draw(81, 83, 1800.0);
    story.did(&[
        (1.0, "suspect"),
        (3.0, "trip step"),
        (63.0, "reclose 2"),
        (81.0, "suspect"),
        (83.0, "trip step"),
    ]);
}

#[test]
fn a_room_that_somebody_else_made_dark_is_not_blamed_for_coming_back() {
    let at = |seconds: f64| moment(seconds).now;
    for (watts, trips) in [(900.0, false), (2700.0, true)] {
        let mut story = Story::of(with_step(StepMode::Trip));
        story.draw(0, 5, 900.0);
        story.room.goes_dark();
        story.draw(6, 30, 0.0);
        story.room.goes_dark();
        story.draw(31, 60, 0.0);
        story.room.comes_back(at(60.0));
        story.draw(61, 62, 0.0);
        story.draw(63, 70, watts);
        assert_eq!(story.room.tripped().is_some(), trips, "{watts} W: {:?}", story.done);
    }
}

#[test]
fn the_evidence_of_a_trip_is_complete_and_can_be_written_down() {
    let mut story = Story::of(draft());
    story.draw(0, 0, 100.0);
    story.draw(1, 11, 1500.0);
    let evidence = story.room.tripped().expect("a trip").clone();
    assert_eq!(evidence.at, moment(11.0).now);
    assert_eq!(evidence.since, moment(1.0).now);
    assert_eq!(evidence.rule, Rule::RoomLimit { limit_w: 1000.0 });
    assert!((evidence.ratio - 1.5).abs() < 1e-9 && (evidence.position - 1.0).abs() < 1e-9);
    assert_eq!(evidence.samples.len(), 12);
    assert_eq!(evidence.then, Then::Reclose { at: moment(71.0).now, tries_left: 2 });
    let text = serde_json::to_string(&evidence).expect("facts are written down");
    assert_eq!(
        serde_json::from_str::<onecard_rules::power::evidence::Evidence>(&text).ok(),
        Some(evidence)
    );
}

#[test]
fn evidence_is_bounded() {
    let mut story = Story::of(draft());
    story.draw(0, 100, 100.0);
    story.draw(101, 111, 1500.0);
    let evidence = story.room.tripped().expect("a trip");
    assert_eq!(evidence.samples.len(), 16);
    assert_eq!(evidence.samples.last().map(|last| last.at), Some(moment(111.0).now));
}
