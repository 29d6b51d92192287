//! A room, its meter as a line reads it, and protection over both: trips open the contact, reclosing closes
//! it again.

use std::time::Duration;

use chrono::{TimeDelta, TimeZone as _, Utc};
use onecard_rules::{
    Time,
    power::{
        evidence::Rule,
        protection::{Action, Input, Moment, RoomProtection, Settings},
        sample::Sample,
    },
};
use onecard_simulators::power::{
    habits::Habits,
    room::{Room, Truth},
    trace::Trace,
};
use rand::{Rng as _, SeedableRng as _, rngs::SmallRng};

/// A round over 32 rooms of a line of 9,600 baud, and how far it strays.
const ROUND_S: f64 = 1.44;
const STRAY: f64 = 0.1;
/// A second look, after the frame on the wire.
const LOOK_S: f64 = 0.09;
/// Meters of class 1 and mains that never stand still: the spread of power and voltage.
const POWER_NOISE: f64 = 0.002;
const VOLTAGE_NOISE_V: f64 = 0.5;
/// From a trip to the contact.
const OBEYS_S: f64 = 0.1;

/// A room with people and things.
pub struct Household {
    room: Room,
    now: Duration,
    rng: SmallRng,
    /// Since when it is dark, and each time that it was.
    dark_since: Option<f64>,
    dark: Vec<(f64, f64)>,
}

/// A trip that protection decided on.
#[derive(Debug, Clone, Copy)]
pub struct Trip {
    pub at_s: f64,
    #[cfg_attr(
        not(feature = "outside-programs"),
        expect(dead_code, reason = "only recordings tell the rules apart")
    )]
    pub rule: Rule,
    /// What the room truly drew then.
    pub true_w: f64,
}

fn time(at: Duration) -> Time {
    let midnight = Utc.with_ymd_and_hms(2026, 11, 26, 0, 0, 0).single().expect("a time");
    midnight + TimeDelta::from_std(at).expect("a day")
}

impl Household {
    pub fn of_habits(habits: Habits, begins: Duration, seed: u64) -> Self {
        Self::of(Room::new(f64::INFINITY, begins).with_habits(habits), begins, seed)
    }

    /// A room that draws a trace and nothing else.
    #[cfg_attr(not(feature = "outside-programs"), expect(dead_code, reason = "for recordings"))]
    pub fn of_trace(trace: Trace, seed: u64) -> Self {
        let mut room = Room::new(f64::INFINITY, Duration::ZERO);
        room.play(trace);
        Self::of(room, Duration::ZERO, seed)
    }

    fn of(room: Room, now: Duration, seed: u64) -> Self {
        let rng = SmallRng::seed_from_u64(seed);
        Self { room, now, rng, dark_since: None, dark: Vec::new() }
    }

    fn advance(&mut self, to: Duration) -> Truth {
        self.now = to;
        self.room.advance(to);
        self.room.truth()
    }

    /// What the meter shows: whole watts and var, tenths of a volt, hundredths of an ampere.
    fn read(&mut self) -> Sample {
        let truth = self.room.truth();
        let mut stray = |spread: f64| self.rng.random_range(-spread..=spread);
        let voltage_v = truth.voltage_v + stray(VOLTAGE_NOISE_V);
        let factor = 1.0 + stray(POWER_NOISE);
        let (active, reactive) = (truth.power.active_w * factor, truth.power.reactive_var * factor);
        Sample {
            at: time(self.now),
            voltage_v: (voltage_v * 10.0).round() / 10.0,
            current_a: (active.hypot(reactive) / voltage_v * 100.0).round() / 100.0,
            active_power_w: active.round(),
            reactive_power_var: Some(reactive.round()),
        }
    }

    fn switch(&mut self, closed: bool) {
        let at = self.now + Duration::from_secs_f64(OBEYS_S);
        self.room.relay.command(closed, self.now);
        let (at_s, since) = (at.as_secs_f64(), self.dark_since.take());
        if closed {
            self.dark.extend(since.map(|since| (since, at_s)));
        } else {
            self.dark_since = Some(since.unwrap_or(at_s));
        }
    }

    /// For how many of these seconds it had power.
    pub fn lit_during(&self, from: f64, to: f64) -> f64 {
        let last = self.dark_since.map(|since| (since, f64::INFINITY));
        let dark = self.dark.iter().copied().chain(last);
        let overlap = dark.map(|(off, on)| (to.min(on) - from.max(off)).max(0.0));
        to - from - overlap.sum::<f64>()
    }
}

/// Lets a room live under protection until `end`; what tripped it.
pub fn live(settings: &Settings, house: &mut Household, end: Duration) -> Vec<Trip> {
    let mut protection = RoomProtection::new(settings.clone());
    let mut trips = Vec::new();
    while house.now < end {
        let moment =
            Moment { now: time(house.now), date: time(house.now).date_naive(), night: false };
        let mut actions = protection.handle_deadline(moment);
        let sample = house.read();
        actions.extend(protection.handle(Input::Sample(sample), moment));
        let mut looks_again = false;
        for action in actions {
            match action {
                Action::Suspect => looks_again = true,
                Action::Trip(evidence) => {
                    let true_w = house.room.truth().power.active_w;
                    let at_s = house.now.as_secs_f64();
                    trips.push(Trip { at_s, rule: evidence.rule, true_w });
                    house.switch(false);
                }
                Action::Reclose { .. } => house.switch(true),
                // A person comes at once, so that the evening goes on.
                Action::LockOut => {
                    let by = "li.na".parse().expect("a code");
                    protection.handle(Input::Release { by }, moment);
                    house.switch(true);
                }
                Action::Warn { .. }
                | Action::Clear
                | Action::Released { .. }
                | Action::Doubt(_) => {}
            }
        }
        let pause = if looks_again {
            LOOK_S
        } else {
            ROUND_S * house.rng.random_range(1.0 - STRAY..=1.0 + STRAY)
        };
        house.advance(house.now + Duration::from_secs_f64(pause));
    }
    trips
}
