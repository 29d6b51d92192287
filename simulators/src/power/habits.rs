//! What four students of a room switch on and off, day after day, from a seed.
//!
//! Times are since midnight of day 0. It knows no wires and does not see whether there is power.

use std::{collections::VecDeque, time::Duration};

use rand::{Rng, SeedableRng, rngs::SmallRng};

use crate::power::appliance::{
    AIR_CONDITIONER, Appliance, CHARGER, DESKTOP, FAN, HAIR_DRYER_HIGH, HAIR_DRYER_LOW,
    IMMERSION_HEATER, KETTLE, LASER_PRINTER, NOTEBOOK, SMALL_KETTLE, WATER_DISPENSER,
};

/// Students of a room.
pub const STUDENTS: u16 = 4;

const DAY: Duration = Duration::from_hours(24);

/// Where something is plugged in: one appliance at a time.
pub type Socket = u16;

/// Somebody plugs in an appliance and switches it on, or (`None`) switches off what is there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Switch {
    pub at: Duration,
    pub socket: Socket,
    pub appliance: Option<Appliance>,
}

/// How often things happen, as a probability from 0 to 1 for each student and evening.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Boils water with a forbidden kettle, or hangs a heater into a bucket.
    pub forbidden: f64,
    /// Dries their hair.
    pub hair_dryer: f64,
    /// Prints.
    pub printer: f64,
    /// Runs a fan through the evening.
    pub fan: f64,
    /// The room runs its air conditioner (once for the room).
    pub air_conditioner: f64,
}

impl Default for Rates {
    /// A warm evening: a room sees a forbidden heater about every third day.
    fn default() -> Self {
        Self { forbidden: 0.08, hair_dryer: 0.5, printer: 0.03, fan: 0.4, air_conditioner: 0.6 }
    }
}

/// The habits of one room: a stream of switches in order of time.
#[derive(Debug)]
pub struct Habits {
    rates: Rates,
    rng: SmallRng,
    day: u32,
    queue: VecDeque<Switch>,
}

/// What a student's sockets are for; each student has ten.
#[derive(Clone, Copy)]
enum Use {
    Computer = 0,
    Charger = 1,
    Fan = 2,
    Hair = 3,
    Heater = 4,
    Printer = 5,
}

const DISPENSER: Socket = STUDENTS * 10;
const AIR: Socket = STUDENTS * 10 + 1;

impl Habits {
    /// The same arguments give the same stream.
    #[must_use]
    pub fn new(rates: Rates, seed: u64) -> Self {
        let mut habits =
            Self { rates, rng: SmallRng::seed_from_u64(seed), day: 0, queue: VecDeque::new() };
        let at = habits.between(0, 20 * 60);
        habits.queue.push_back(Switch { at, socket: DISPENSER, appliance: Some(WATER_DISPENSER) });
        habits
    }

    /// The next switch, without taking it. The stream never ends.
    pub fn peek(&mut self) -> Option<&Switch> {
        while self.queue.is_empty() {
            self.plan_day();
        }
        self.queue.front()
    }

    fn plan_day(&mut self) {
        let midnight = DAY * self.day;
        self.day += 1;
        let mut switches = Vec::new();
        for student in 0..STUDENTS {
            self.student(student, midnight, &mut switches);
        }
        if self.comes(self.rates.air_conditioner) {
            let on = midnight + self.between(18 * 3_600, 22 * 3_600);
            let length = self.between(2 * 3_600, 8 * 3_600);
            run(&mut switches, AIR, AIR_CONDITIONER, on, length);
        }
        // Nights reach into the next day, whose own plan begins in the afternoon.
        switches.sort_by_key(|switch| switch.at);
        self.queue.extend(switches);
    }

    fn student(&mut self, student: u16, midnight: Duration, switches: &mut Vec<Switch>) {
        let socket = |what: Use| student * 10 + what as u16;
        let home = midnight + self.between(17 * 3_600 + 1_800, 21 * 3_600);
        let evening = self.between(2 * 3_600, 4 * 3_600);
        let computer = if self.rng.random_bool(0.3) { DESKTOP } else { NOTEBOOK };
        run(switches, socket(Use::Computer), computer, home + self.between(60, 1_800), evening);
        let charging = self.between(3_600, 9 * 3_600);
        run(switches, socket(Use::Charger), CHARGER, home + self.between(0, 7_200), charging);
        if self.comes(self.rates.fan) {
            run(switches, socket(Use::Fan), FAN, home, evening);
        }
        if self.comes(self.rates.hair_dryer) {
            let on = home + self.between(1_800, 2 * 3_600);
            let (high, low) = (self.between(60, 240), self.between(20, 90));
            run(switches, socket(Use::Hair), HAIR_DRYER_HIGH, on, high);
            run(switches, socket(Use::Hair), HAIR_DRYER_LOW, on + high, low);
        }
        if self.comes(self.rates.forbidden) {
            let heaters = [KETTLE, KETTLE, SMALL_KETTLE, IMMERSION_HEATER];
            let heater = heaters.get(self.rng.random_range(0..heaters.len())).unwrap_or(&KETTLE);
            let on = home + self.between(300, 2 * 3_600);
            let length = self.between(250, 600);
            run(switches, socket(Use::Heater), *heater, on, length);
        }
        if self.comes(self.rates.printer) {
            let on = home + self.between(600, 2 * 3_600);
            run(switches, socket(Use::Printer), LASER_PRINTER, on, Duration::from_secs(90));
        }
    }

    /// A rate outside 0 to 1 counts as the nearer end.
    fn comes(&mut self, rate: f64) -> bool {
        rate > 0.0 && self.rng.random_bool(rate.min(1.0))
    }

    /// A length between two numbers of seconds, to the millisecond.
    fn between(&mut self, least_s: u64, most_s: u64) -> Duration {
        Duration::from_millis(self.rng.random_range(least_s * 1_000..=most_s * 1_000))
    }
}

impl Iterator for Habits {
    type Item = Switch;

    fn next(&mut self) -> Option<Switch> {
        self.peek()?;
        self.queue.pop_front()
    }
}

fn run(
    switches: &mut Vec<Switch>,
    socket: Socket,
    appliance: Appliance,
    at: Duration,
    length: Duration,
) {
    switches.push(Switch { at, socket, appliance: Some(appliance) });
    switches.push(Switch { at: at + length, socket, appliance: None });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(rates: Rates, seed: u64, days: u32) -> Vec<Switch> {
        let habits = Habits::new(rates, seed);
        habits.take_while(|switch| switch.at < DAY * days).collect()
    }

    #[test]
    fn the_same_seed_switches_the_same() {
        let rates = Rates::default();
        assert_eq!(days(rates, 7, 5), days(rates, 7, 5));
        assert_ne!(days(rates, 7, 5), days(rates, 8, 5));
    }

    #[test]
    fn switches_come_in_order_and_each_socket_is_on_and_off_by_turns() {
        for seed in 0..20 {
            let switches = days(Rates::default(), seed, 10);
            assert!(switches.is_sorted_by_key(|switch| switch.at), "seed {seed}");
            for socket in 0..DISPENSER {
                let of: Vec<_> = switches.iter().filter(|switch| switch.socket == socket).collect();
                for pair in of.windows(2) {
                    assert_ne!(
                        pair[0].appliance.is_some(),
                        pair[1].appliance.is_some(),
                        "seed {seed}, socket {socket}, {:?}",
                        pair[1].at
                    );
                }
            }
        }
    }

    #[test]
    fn forbidden_heaters_come_at_their_rate() {
        let count = |rate| {
            let rates = Rates { forbidden: rate, ..Rates::default() };
            let switches = days(rates, 11, 101);
            switches.iter().filter(|s| s.appliance.is_some_and(|it| it.forbidden)).count()
        };
        assert_eq!(count(0.0), 0);
        // 4 students on 100 evenings at 0.1: 40, five standard deviations are 30.
        assert!((10..=70).contains(&count(0.1)), "{}", count(0.1));
        assert!(count(1.0) >= 400, "{}", count(1.0));
    }
}
