//! Malicious loads (恶性负载): resistive heaters, known by the step that switching them on makes.
//!
//! What is judged is the increment, not the room's total, so that a heater stays visible beside
//! a computer. Two ordinary readings are enough; a meter that watches each period itself sees more.
//! What follows a finding is `protection`.

use serde::{Deserialize, Serialize};

use super::{sample::Sample, seconds_between};
use crate::Time;

/// Most controlled bands, as meters of the trade have.
pub const BANDS_MAX: usize = 6;
/// Most bands on the white list.
pub const WHITE_LIST_MAX: usize = 16;
/// Most samples that a step may have to hold.
pub const HOLD_SAMPLES_MAX: usize = 8;

/// What a finding does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepMode {
    Off,
    Warn,
    Trip,
}

/// A range of power at nominal voltage, in watts, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    pub from_w: f64,
    pub to_w: f64,
}

impl Band {
    fn holds(&self, watts: f64) -> bool {
        (self.from_w..=self.to_w).contains(&watts)
    }
}

/// What counts as a malicious load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepSettings {
    pub mode: StepMode,
    /// The controlled bands, at most [`BANDS_MAX`]; steps outside them are let be.
    pub bands: Vec<Band>,
    /// The least power factor of the increment, from 0.9 to 0.999; 0.97 to 0.99 is usual.
    pub power_factor_min: f64,
    /// Samples that the step has to hold, from 1 to [`HOLD_SAMPLES_MAX`].
    pub hold_samples: usize,
    /// Seconds that the step has to hold: samples alone come fast when a suspect is asked again.
    pub hold_s: f64,
    /// Two samples further apart than this, in seconds, show no step.
    pub gap_max_s: f64,
    /// In volts; increments are scaled by `(nominal/U)²` to what they would be at it.
    pub nominal_voltage_v: f64,
    /// Known harmless loads, at most [`WHITE_LIST_MAX`]. Two of them at once are harmless too:
    /// their sum cannot be told from a heater, and in doubt the room is left alone.
    pub white_list: Vec<Band>,
}

/// Why step settings are refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StepMistake {
    #[error("`{list}` holds {count} bands; at most {most} are possible")]
    TooManyBands { list: &'static str, count: usize, most: usize },
    #[error("a step detector that is not off needs at least one band in `bands`")]
    NoBands,
    #[error("`{list}`: {from_w} to {to_w} W is no band; give 0 < from_w <= to_w")]
    Band { list: &'static str, from_w: f64, to_w: f64 },
    #[error("`{field} = {value}` is out of range; give a number from {least} to {most}")]
    Range { field: &'static str, value: f64, least: f64, most: f64 },
    #[error("`hold_samples = {0}` is out of range; give 1 to {HOLD_SAMPLES_MAX}")]
    HoldSamples(usize),
}

impl StepSettings {
    /// Checks every number.
    ///
    /// # Errors
    /// The first mistake.
    pub fn check(&self) -> Result<(), StepMistake> {
        if self.bands.is_empty() && self.mode != StepMode::Off {
            return Err(StepMistake::NoBands);
        }
        check_bands("bands", &self.bands, BANDS_MAX)?;
        check_bands("white_list", &self.white_list, WHITE_LIST_MAX)?;
        if !(1..=HOLD_SAMPLES_MAX).contains(&self.hold_samples) {
            return Err(StepMistake::HoldSamples(self.hold_samples));
        }
        let rows = [
            ("power_factor_min", self.power_factor_min, 0.9, 0.999),
            ("hold_s", self.hold_s, 0.0, 600.0),
            ("gap_max_s", self.gap_max_s, 0.1, 600.0),
            ("nominal_voltage_v", self.nominal_voltage_v, 100.0, 400.0),
        ];
        let wrong =
            rows.into_iter().find(|(_, value, least, most)| !(least..=most).contains(&value));
        match wrong {
            Some((field, value, least, most)) => {
                Err(StepMistake::Range { field, value, least, most })
            }
            None => Ok(()),
        }
    }

    fn is_harmless(&self, watts: f64) -> bool {
        let alone = self.white_list.iter().any(|band| band.holds(watts));
        let pairs = self
            .white_list
            .iter()
            .flat_map(|one| self.white_list.iter().map(move |two| (one, two)));
        alone
            || pairs.into_iter().any(|(one, two)| {
                Band { from_w: one.from_w + two.from_w, to_w: one.to_w + two.to_w }.holds(watts)
            })
    }

    fn band_of(&self, watts: f64) -> Option<Band> {
        self.bands.iter().copied().find(|band| band.holds(watts))
    }
}

fn check_bands(list: &'static str, bands: &[Band], most: usize) -> Result<(), StepMistake> {
    if bands.len() > most {
        return Err(StepMistake::TooManyBands { list, count: bands.len(), most });
    }
    let good = |band: &Band| band.from_w > 0.0 && band.to_w >= band.from_w && band.to_w.is_finite();
    match bands.iter().find(|band| !good(band)) {
        Some(Band { from_w, to_w }) => {
            Err(StepMistake::Band { list, from_w: *from_w, to_w: *to_w })
        }
        None => Ok(()),
    }
}

/// What changed from one sample to another, at nominal voltage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Increment {
    pub active_power_w: f64,
    /// `ΔP / √(ΔP² + ΔQ²)`; 1 is a pure resistance.
    pub power_factor: f64,
}

impl Increment {
    /// The increment from `before` to `after`.
    ///
    /// A resistance follows the square of the voltage and a computer does not, so a change of the
    /// voltage alone looks like a step in one of two views: with each sample scaled by its own
    /// voltage, or both by the later one. The smaller of the two is real under either.
    #[must_use]
    pub fn between(before: &Sample, after: &Sample, nominal_voltage_v: f64) -> Self {
        let scale = |sample: &Sample| (nominal_voltage_v / sample.voltage_v).powi(2);
        let (then, now) = (scale(before), scale(after));
        let own = after.active_power_w * now - before.active_power_w * then;
        let later = (after.active_power_w - before.active_power_w) * now;
        let active_power_w = own.min(later);
        // Reactive power where it is measured, and all that does no work: the one that changed more
        // speaks for the room.
        let reactive = match (before.reactive_power_var, after.reactive_power_var) {
            (Some(then_var), Some(now_var)) => (now_var - then_var) * now,
            _ => 0.0,
        };
        let nonactive = (after.nonactive_power_var() - before.nonactive_power_var()) * now;
        let idle = reactive.abs().max(nonactive.abs());
        let whole = active_power_w.hypot(idle);
        let power_factor = if whole > 0.0 { active_power_w / whole } else { 0.0 };
        Self { active_power_w, power_factor }
    }
}

/// A step that held: somebody switched on a heater.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub band: Band,
    pub increment: Increment,
    pub power_factor_min: f64,
    /// The last sample before the step.
    pub before: Sample,
    /// The samples over which it held, at most [`HOLD_SAMPLES_MAX`], the latest last.
    pub held: Vec<Sample>,
}

/// A rise that may turn out to be a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Rise {
    before: Sample,
    /// Samples that fit; none while the only one so far was taken in the middle of the rise.
    held: Vec<Sample>,
    since: Option<Time>,
    /// Samples that fitted.
    count: usize,
    /// Samples since it began.
    seen: usize,
}

/// Watches the samples of one room for steps.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StepDetector {
    last: Option<Sample>,
    rise: Option<Rise>,
}

impl StepDetector {
    /// Whether the last sample was the first of a rise: another one at once would tell more.
    #[must_use]
    pub fn has_just_begun(&self) -> bool {
        self.rise.as_ref().is_some_and(|rise| rise.seen <= 1)
    }

    /// Forgets what it saw: the room was switched off, or is not the same.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Goes on from `before`, with nothing under way.
    pub fn resume(&mut self, before: Option<Sample>) {
        *self = Self { last: before, rise: None };
    }

    /// Takes the next sample; returns a finding when a step has held for long enough.
    pub fn handle(&mut self, settings: &StepSettings, sample: Sample) -> Option<Finding> {
        let before = self.last.replace(sample);
        if settings.mode == StepMode::Off {
            self.rise = None;
            return None;
        }
        let gap = |earlier: &Sample| seconds_between(earlier.at, sample.at) > settings.gap_max_s;
        let Some(before) = before.filter(|before| !gap(before)) else {
            self.rise = None;
            return None;
        };
        // A sample that does not fit a rise may itself be the foot of another.
        if let Some(mut rise) = self.rise.take()
            && rise.take(settings, sample)
        {
            return self.conclude(settings, rise);
        }
        let mut rise = Rise { before, held: Vec::new(), since: None, count: 0, seen: 0 };
        if rise.take(settings, sample) {
            return self.conclude(settings, rise);
        }
        let lowest = settings.bands.iter().map(|band| band.from_w).fold(f64::INFINITY, f64::min);
        let rising = Increment::between(&before, &sample, settings.nominal_voltage_v);
        // A meter averages: the first sample of a step may lie anywhere between its two ends. A
        // known harmless load is whole by itself, and what follows it is another step.
        let watts = rising.active_power_w;
        if watts >= lowest * PART_OF_A_STEP && !settings.is_harmless(watts) {
            self.rise = Some(rise);
        }
        None
    }

    fn conclude(&mut self, settings: &StepSettings, rise: Rise) -> Option<Finding> {
        let sample = rise.held.last().copied()?;
        let held_s = rise.since.map_or(0.0, |since| seconds_between(since, sample.at));
        if rise.count < settings.hold_samples || held_s < settings.hold_s {
            self.rise = Some(rise);
            return None;
        }
        let increment = Increment::between(&rise.before, &sample, settings.nominal_voltage_v);
        let band = settings.band_of(increment.active_power_w)?;
        let power_factor_min = settings.power_factor_min;
        Some(Finding { band, increment, power_factor_min, before: rise.before, held: rise.held })
    }
}

/// A sample in the middle of a step has at least this share of the lowest band.
const PART_OF_A_STEP: f64 = 0.1;

impl Rise {
    /// Whether `sample` still shows the step; keeps it if so.
    fn take(&mut self, settings: &StepSettings, sample: Sample) -> bool {
        let increment = Increment::between(&self.before, &sample, settings.nominal_voltage_v);
        let watts = increment.active_power_w;
        self.seen = self.seen.saturating_add(1);
        let fits = settings.band_of(watts).is_some()
            && increment.power_factor >= settings.power_factor_min
            && !settings.is_harmless(watts);
        if fits {
            self.since.get_or_insert(sample.at);
            self.count = self.count.saturating_add(1);
            if self.held.len() >= HOLD_SAMPLES_MAX {
                self.held.remove(0);
            }
            self.held.push(sample);
        }
        fits
    }
}
