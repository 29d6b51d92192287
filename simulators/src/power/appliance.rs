//! What is plugged in: appliances as data, and the power that each draws so long after it started.
//!
//! Not here: who switches them on (`habits`), the voltage they get and the energy they use (`room`).

use std::{ops::Add, time::Duration};

/// The voltage that the powers of appliances are stated for, in volts (GB/T 156: 220 V).
pub const NOMINAL_V: f64 = 220.0;

/// After so many time constants an inrush is over: e⁻⁸ is 0.03 %.
const INRUSH_ENDS: u32 = 8;

/// Active and reactive power; negative reactive power leads (capacitive).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Power {
    pub active_w: f64,
    pub reactive_var: f64,
}

impl Power {
    #[must_use]
    pub const fn new(active_w: f64, reactive_var: f64) -> Self {
        Self { active_w, reactive_var }
    }

    /// Apparent power in VA.
    #[must_use]
    pub fn apparent_va(self) -> f64 {
        self.active_w.hypot(self.reactive_var)
    }

    /// Active over apparent power; 1 when nothing flows, as meters show it.
    #[must_use]
    pub fn factor(self) -> f64 {
        let apparent = self.apparent_va();
        if apparent > 0.0 { self.active_w / apparent } else { 1.0 }
    }

    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self::new(self.active_w * factor, self.reactive_var * factor)
    }
}

impl Add for Power {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.active_w + other.active_w, self.reactive_var + other.reactive_var)
    }
}

/// How the power follows the voltage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// A resistance: with the square of the voltage.
    Resistive,
    /// A switching supply or a loaded motor: the same power at any voltage that it still works at.
    Constant,
}

/// The first moments draw `factor` times the steady power, and fall off exponentially.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inrush {
    pub factor: f64,
    pub time_constant: Duration,
}

/// A thermostat: draws for `on`, rests for `off`, beginning with `on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duty {
    pub on: Duration,
    pub off: Duration,
}

/// An appliance, or one step of an appliance with a switch of several.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Appliance {
    pub name: &'static str,
    /// Steady power at [`NOMINAL_V`].
    pub steady: Power,
    pub nature: Nature,
    pub inrush: Option<Inrush>,
    pub duty: Option<Duty>,
    /// Switches itself off after so long under power.
    pub runs_for: Option<Duration>,
    /// A dormitory forbids it.
    pub forbidden: bool,
}

const fn plain(name: &'static str, active_w: f64, reactive_var: f64, nature: Nature) -> Appliance {
    let steady = Power::new(active_w, reactive_var);
    Appliance { name, steady, nature, inrush: None, duty: None, runs_for: None, forbidden: false }
}

/// A kettle of 1.7 l: rating plates say 1500–1800 W, a bare heating element, so power factor 1. It
/// boils 1 l from 20 °C in 335 kJ / 1800 W = 186 s, and with its losses in some 200 s.
pub const KETTLE: Appliance = Appliance {
    runs_for: Some(Duration::from_secs(200)),
    forbidden: true,
    ..plain("kettle", 1_800.0, 0.0, Nature::Resistive)
};

/// The smallest kettle found on rating plates of travel kettles sold at 1500 W.
pub const SMALL_KETTLE: Appliance = Appliance {
    name: "small kettle",
    steady: Power::new(1_500.0, 0.0),
    runs_for: Some(Duration::from_mins(4)),
    ..KETTLE
};

/// A heating rod for a bucket, 800 W: small enough to hide below a limit of 1200 W.
pub const IMMERSION_HEATER: Appliance =
    Appliance { forbidden: true, ..plain("immersion heater", 800.0, 0.0, Nature::Resistive) };

/// A hair dryer of 1200 W at its low step: half of the heating and a slow fan (power factor 0.99).
pub const HAIR_DRYER_LOW: Appliance = plain("hair dryer, low", 600.0, 80.0, Nature::Resistive);

/// The same at its high step.
pub const HAIR_DRYER_HIGH: Appliance = plain("hair dryer, high", 1_200.0, 100.0, Nature::Resistive);

/// A notebook without power factor correction (below 75 W, IEC 61000-3-2 class D asks for none):
/// power factor 0.6, leading.
pub const NOTEBOOK: Appliance = plain("notebook", 60.0, -80.0, Nature::Constant);

/// A desktop computer at play, with active correction: power factor 0.95. Its capacitors charge in
/// some 10 ms.
pub const DESKTOP: Appliance = Appliance {
    inrush: Some(Inrush { factor: 4.0, time_constant: Duration::from_millis(10) }),
    ..plain("desktop computer", 250.0, -82.0, Nature::Constant)
};

/// A standing fan of 45 W: a shaded-pole motor, power factor 0.9.
pub const FAN: Appliance = Appliance {
    inrush: Some(Inrush { factor: 2.5, time_constant: Duration::from_millis(200) }),
    ..plain("fan", 45.0, 22.0, Nature::Constant)
};

/// A split air conditioner of one horse-power: 900 W, power factor 0.85. Its compressor starts with
/// five times the current, gone after 0.3 s (three time constants), and cycles on its thermostat.
pub const AIR_CONDITIONER: Appliance = Appliance {
    inrush: Some(Inrush { factor: 5.0, time_constant: Duration::from_millis(100) }),
    duty: Some(Duty { on: Duration::from_mins(10), off: Duration::from_mins(4) }),
    ..plain("air conditioner", 900.0, 558.0, Nature::Constant)
};

/// A charger of 65 W without correction: power factor 0.5, leading.
pub const CHARGER: Appliance = plain("charger", 65.0, -112.0, Nature::Constant);

/// The fuser of a small laser printer: a halogen lamp of 850 W that lights for 2 s of every 8, cold
/// at first and so drawing twice as much for a fifth of a second.
pub const LASER_PRINTER: Appliance = Appliance {
    inrush: Some(Inrush { factor: 2.0, time_constant: Duration::from_millis(70) }),
    duty: Some(Duty { on: Duration::from_secs(2), off: Duration::from_secs(6) }),
    runs_for: Some(Duration::from_mins(1)),
    ..plain("laser printer", 850.0, 0.0, Nature::Resistive)
};

/// A water dispenser of 550 W, resistive as a forbidden heater is and yet allowed: heats for four
/// minutes of every twenty.
pub const WATER_DISPENSER: Appliance = Appliance {
    duty: Some(Duty { on: Duration::from_mins(4), off: Duration::from_mins(16) }),
    ..plain("water dispenser", 550.0, 0.0, Nature::Resistive)
};

/// Every appliance above.
pub const ALL: &[Appliance] = &[
    KETTLE,
    SMALL_KETTLE,
    IMMERSION_HEATER,
    HAIR_DRYER_LOW,
    HAIR_DRYER_HIGH,
    NOTEBOOK,
    DESKTOP,
    FAN,
    AIR_CONDITIONER,
    CHARGER,
    LASER_PRINTER,
    WATER_DISPENSER,
];

impl Appliance {
    /// A bare load that never stops: for tests and for measurements.
    #[must_use]
    pub const fn load(active_w: f64, reactive_var: f64) -> Self {
        plain("load", active_w, reactive_var, Nature::Constant)
    }

    /// The power at the nominal voltage, `under_power` after it got power.
    #[must_use]
    pub fn draw(&self, under_power: Duration) -> Power {
        self.mean(under_power, under_power)
    }

    /// The mean power at the nominal voltage between two moments under power, which have no
    /// [`Self::next_edge`] between them.
    #[must_use]
    pub fn mean(&self, from: Duration, to: Duration) -> Power {
        if self.runs_for.is_some_and(|end| from >= end) {
            return Power::default();
        }
        let Some(heating) = self.since_start(from) else { return Power::default() };
        let inrush = self.inrush.filter(|inrush| !inrush.is_over(heating));
        self.steady.times(inrush.map_or(1.0, |inrush| {
            let tau = inrush.time_constant.as_secs_f64();
            let (start, length) = (heating.as_secs_f64(), to.saturating_sub(from).as_secs_f64());
            let first = (-start / tau).exp();
            let mean = if length > 0.0 {
                (first - (-(start + length) / tau).exp()) * tau / length
            } else {
                first
            };
            1.0 + (inrush.factor - 1.0) * mean
        }))
    }

    /// When after `under_power` its power jumps next, or has changed so far by an inrush that the
    /// voltage should be looked at again; `None`: never.
    #[must_use]
    pub fn next_edge(&self, under_power: Duration) -> Option<Duration> {
        let end = self.runs_for.filter(|end| *end > under_power);
        if self.runs_for.is_some() && end.is_none() {
            return None;
        }
        let inrush = self.inrush.zip(self.since_start(under_power)).and_then(|(inrush, since)| {
            (!inrush.is_over(since)).then(|| under_power + inrush.time_constant / 2)
        });
        [end, inrush, self.duty.map(|duty| duty.next_edge(under_power))].into_iter().flatten().min()
    }

    /// How long it draws since it last began to; `None`: its thermostat rests.
    fn since_start(&self, under_power: Duration) -> Option<Duration> {
        match self.duty {
            Some(duty) => Some(duty.phase(under_power)).filter(|phase| *phase < duty.on),
            None => Some(under_power),
        }
    }
}

impl Inrush {
    fn is_over(self, since: Duration) -> bool {
        since >= self.time_constant * INRUSH_ENDS
    }
}

impl Duty {
    fn phase(self, under_power: Duration) -> Duration {
        let cycle = (self.on + self.off).as_nanos().max(1);
        let phase = under_power.as_nanos() % cycle;
        Duration::from_nanos(u64::try_from(phase).unwrap_or(u64::MAX))
    }

    fn next_edge(self, under_power: Duration) -> Duration {
        let phase = self.phase(under_power);
        let edge = if phase < self.on { self.on } else { self.on + self.off };
        under_power + edge.saturating_sub(phase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn near(got: f64, expected: f64, allowed: f64) {
        assert!((got - expected).abs() <= allowed, "{got} for {expected}");
    }

    #[test]
    fn each_appliance_has_the_power_factor_of_its_kind() {
        let table = [
            (KETTLE, 1.0),
            (HAIR_DRYER_HIGH, 0.997),
            (NOTEBOOK, 0.6),
            (DESKTOP, 0.95),
            (FAN, 0.9),
            (AIR_CONDITIONER, 0.85),
            (CHARGER, 0.5),
            (WATER_DISPENSER, 1.0),
        ];
        for (appliance, factor) in table {
            near(appliance.steady.factor(), factor, 0.005);
        }
    }

    #[test]
    fn a_compressor_starts_with_five_times_its_power_and_settles_in_a_third_of_a_second() {
        near(AIR_CONDITIONER.draw(ms(0)).active_w, 4_500.0, 0.001);
        // 900 · (1 + 4·e⁻³) = 900 · 1.19915
        near(AIR_CONDITIONER.draw(ms(300)).active_w, 1_079.2, 0.1);
        near(AIR_CONDITIONER.draw(ms(2_000)).active_w, 900.0, 0.001);
    }

    #[test]
    fn a_thermostat_rests_and_starts_anew_with_its_inrush() {
        assert_eq!(LASER_PRINTER.draw(ms(2_000)), Power::default());
        assert_eq!(LASER_PRINTER.next_edge(ms(2_500)), Some(ms(8_000)));
        near(LASER_PRINTER.draw(ms(8_000)).active_w, 1_700.0, 0.001);
        near(LASER_PRINTER.draw(ms(9_900)).active_w, 850.0, 0.001);
        assert_eq!(LASER_PRINTER.next_edge(ms(9_000)), Some(ms(10_000)));
    }

    #[test]
    fn a_kettle_switches_itself_off_when_the_water_boils() {
        assert_eq!(KETTLE.next_edge(ms(0)), Some(ms(200_000)));
        near(KETTLE.draw(ms(199_999)).active_w, 1_800.0, 0.001);
        assert_eq!(KETTLE.draw(ms(200_000)), Power::default());
        assert_eq!(KETTLE.next_edge(ms(200_000)), None);
    }

    #[test]
    fn the_mean_over_an_inrush_is_its_integral() {
        // 45 · (1 + 1.5 · (1 − e⁻¹)) over one time constant: 45 · 1.94818
        near(FAN.mean(ms(0), ms(200)).active_w, 87.668, 0.001);
    }

    #[test]
    fn edges_move_on() {
        for appliance in ALL {
            let mut at = Duration::ZERO;
            for _ in 0..2_000 {
                let Some(next) = appliance.next_edge(at) else { break };
                assert!(next > at, "{} stops at {at:?}", appliance.name);
                at = next;
            }
        }
    }
}
