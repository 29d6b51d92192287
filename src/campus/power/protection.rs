//! How rooms are protected: the keys that `[power]` has for all of them and `[[rooms]]` for one.
//!
//! What they mean is `rules::power`'s.

use std::ops::RangeInclusive;

use onecard_rules::power::{
    curve::{Characteristic, InverseKind},
    plausibility::Limits,
    protection::{Draft, Settings, SettingsMistake},
    step::{Band, StepMistake, StepMode, StepSettings},
};

use super::super::{mistake::Mistake, table::Table};

/// How a room is protected, where it does not say otherwise, or as it says.
#[derive(Debug, Clone)]
pub(super) struct Protection {
    rated_current_a: f64,
    nominal_voltage_v: f64,
    /// Its `step` is always there; a mode of `off` takes it out in the end.
    draft: Draft,
    /// Least time between two operations of the relay, in seconds.
    pub relay_interval_s: f64,
    /// Whether it was told already that nothing can be made of it.
    wrong: bool,
}

const LIMIT_W: RangeInclusive<f64> = 10.0..=1_000_000.0;

const CHARACTERISTICS: [(&str, Characteristic); 6] = [
    ("definite", Characteristic::Definite { delay_s: 3.0 }),
    ("standard_inverse", inverse(InverseKind::StandardInverse)),
    ("very_inverse", inverse(InverseKind::VeryInverse)),
    ("extremely_inverse", inverse(InverseKind::ExtremelyInverse)),
    ("long_time_inverse", inverse(InverseKind::LongTimeInverse)),
    ("thermal", Characteristic::Thermal { tau_s: 120.0, k: 1.05 }),
];

const fn inverse(kind: InverseKind) -> Characteristic {
    Characteristic::InverseTime { kind, tms: 1.0, reset_s: 60.0 }
}

/// Keys of one characteristic each, and which.
const OF_CHARACTERISTICS: [(&str, &str); 5] = [
    ("overload_s", "`definite`"),
    ("tms", "an inverse one, such as `very_inverse`"),
    ("reset_s", "an inverse one, such as `very_inverse`"),
    ("tau_s", "`thermal`"),
    ("k", "`thermal`"),
];

const MODES: [(&str, StepMode); 3] =
    [("off", StepMode::Off), ("warn", StepMode::Warn), ("trip", StepMode::Trip)];

fn usual_step() -> StepSettings {
    StepSettings {
        mode: StepMode::Trip,
        bands: vec![Band { from_w: 600.0, to_w: 3_500.0 }],
        power_factor_min: 0.97,
        hold_samples: 2,
        hold_s: 1.0,
        gap_max_s: 10.0,
        nominal_voltage_v: 220.0,
        white_list: Vec::new(),
    }
}

impl Default for Protection {
    fn default() -> Self {
        let draft = Draft {
            limit_w: 1_200.0,
            night_limit_w: None,
            confirmation_samples: 2,
            curve: Characteristic::Definite { delay_s: 3.0 },
            warn_seconds_min: 2.0,
            step: Some(usual_step()),
            reclose_after_s: 180.0,
            tries_per_day: 3,
            stale_after_s: 10.0,
        };
        Self {
            rated_current_a: 16.0,
            nominal_voltage_v: 220.0,
            draft,
            relay_interval_s: 10.0,
            wrong: false,
        }
    }
}

impl Protection {
    /// What a table says, and this where it says nothing.
    pub fn read(&self, table: &mut Table, mistakes: &mut Vec<Mistake>) -> Self {
        let mut own = self.clone();
        let before = mistakes.len();
        let mut set = |key, range: RangeInclusive<f64>, into: &mut f64| {
            if let Some(number) = table.number(key, &range, mistakes) {
                *into = number.value;
            }
        };
        set("rated_current_a", 0.5..=1_000.0, &mut own.rated_current_a);
        set("nominal_voltage_v", 100.0..=400.0, &mut own.nominal_voltage_v);
        set("limit_w", LIMIT_W, &mut own.draft.limit_w);
        set("warn_s", 0.0..=86_400.0, &mut own.draft.warn_seconds_min);
        set("reclose_after_s", 1.0..=86_400.0, &mut own.draft.reclose_after_s);
        set("stale_after_s", 0.5..=600.0, &mut own.draft.stale_after_s);
        set("relay_interval_s", 0.0..=600.0, &mut own.relay_interval_s);
        if let Some(night) = table.number("night_limit_w", &LIMIT_W, mistakes) {
            own.draft.night_limit_w = Some(night.value);
        }
        if let Some(samples) = table.integer("confirmation_samples", &(1..17), mistakes) {
            own.draft.confirmation_samples = u32::try_from(samples.value).unwrap_or(1);
        }
        if let Some(tries) = table.integer("tries_per_day", &(0..21), mistakes) {
            own.draft.tries_per_day = u8::try_from(tries.value).unwrap_or(0);
        }
        own.draft.curve = curve(own.draft.curve, table, mistakes);
        let known = own.draft.step.take().unwrap_or_else(usual_step);
        let nominal_voltage_v = own.nominal_voltage_v;
        own.draft.step = Some(StepSettings { nominal_voltage_v, ..step(known, table, mistakes) });
        own.wrong |= mistakes.len() > before;
        own
    }

    /// Tells whether nothing can be made of what holds for all, once for all rooms.
    pub fn check(&mut self, table: &Table, mistakes: &mut Vec<Mistake>) {
        self.wrong |= self.settings(None, table, mistakes).is_none();
    }

    /// The settings of a room whose meter bears so many amperes; `None` when they were told to be wrong.
    pub fn settings(
        &self,
        bears_a: Option<u32>,
        table: &Table,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Settings> {
        if self.wrong {
            return None;
        }
        // What the meter itself can carry bounds the circuit.
        let rated = bears_a.map_or(self.rated_current_a, |a| self.rated_current_a.min(a.into()));
        let limits = Limits::of_circuit(rated, self.nominal_voltage_v);
        let on = |step: &StepSettings| step.mode != StepMode::Off;
        let draft = Draft { step: self.draft.step.clone().filter(on), ..self.draft.clone() };
        match Settings::new(limits, draft) {
            Ok(settings) => Some(settings),
            Err(wrong) => {
                let (mut key, told) = key_of(&wrong);
                if key == "night_limit_w" && !table.wrote(key) {
                    key = "limit_w";
                }
                let (message, mend) = told.split_once("; ").unwrap_or((&told, "change it"));
                let (message, mend) = (message.to_owned(), mend.to_owned());
                mistakes.push(table.mistake(table.line_of(key), key, message, mend));
                None
            }
        }
    }
}

/// The key that a mistake of the rules is about, and its words.
fn key_of(wrong: &SettingsMistake) -> (&'static str, String) {
    let told = wrong.to_string();
    match wrong {
        SettingsMistake::AboveRating { field, .. } => (field, told),
        SettingsMistake::NightAboveDay { .. } => ("night_limit_w", told),
        SettingsMistake::Range { field, .. } => {
            (if *field == "warn_seconds_min" { "warn_s" } else { field }, told)
        }
        SettingsMistake::Curve(wrong) => {
            (if wrong.field == "delay_s" { "overload_s" } else { wrong.field }, wrong.to_string())
        }
        SettingsMistake::Step(wrong) => {
            let key = match wrong {
                StepMistake::TooManyBands { list, .. } | StepMistake::Band { list, .. } => {
                    if *list == "white_list" { "white_list_w" } else { "malicious_bands_w" }
                }
                StepMistake::NoBands => "malicious_bands_w",
                StepMistake::Range { field, .. } => match *field {
                    "power_factor_min" => "malicious_power_factor",
                    "hold_s" => "malicious_hold_s",
                    "gap_max_s" => "malicious_gap_s",
                    field => field,
                },
                StepMistake::HoldSamples(_) => "malicious_hold_samples",
            };
            let told = match wrong {
                StepMistake::TooManyBands { count, most, .. } => {
                    format!("has {count} bands; {most} are possible")
                }
                StepMistake::NoBands => {
                    "has no band; add one such as \"600-3500\", or write `malicious = \"off\"`"
                        .to_owned()
                }
                StepMistake::Band { .. }
                | StepMistake::Range { .. }
                | StepMistake::HoldSamples(_) => wrong.to_string(),
            };
            (key, told)
        }
    }
}

/// A characteristic with its own keys; keys of others are mistakes.
fn curve(known: Characteristic, table: &mut Table, mistakes: &mut Vec<Mistake>) -> Characteristic {
    let named = table.one_of("characteristic", &CHARACTERISTICS, mistakes);
    let mut curve = named.map_or(known, |named| named.value);
    let mut set = |key, range: RangeInclusive<f64>, into: &mut f64| {
        if let Some(number) = table.number(key, &range, mistakes) {
            *into = number.value;
        }
    };
    let own: &[&str] = match &mut curve {
        Characteristic::Definite { delay_s } => {
            set("overload_s", 0.0..=3_600.0, delay_s);
            &["overload_s"]
        }
        Characteristic::InverseTime { tms, reset_s, .. } => {
            set("tms", 0.01..=10.0, tms);
            set("reset_s", 0.0..=86_400.0, reset_s);
            &["tms", "reset_s"]
        }
        Characteristic::Thermal { tau_s, k } => {
            set("tau_s", 1.0..=86_400.0, tau_s);
            set("k", 0.1..=2.0, k);
            &["tau_s", "k"]
        }
    };
    for (key, of) in OF_CHARACTERISTICS {
        if !own.contains(&key)
            && let Some(line) = table.drop_key(key)
        {
            let message = "has no meaning with this characteristic".to_owned();
            let mend = format!("take it out, or write `characteristic`: it belongs to {of}");
            mistakes.push(table.mistake(line, key, message, mend));
        }
    }
    curve
}

/// What counts as a malicious load.
fn step(mut step: StepSettings, table: &mut Table, mistakes: &mut Vec<Mistake>) -> StepSettings {
    if let Some(mode) = table.one_of("malicious", &MODES, mistakes) {
        step.mode = mode.value;
    }
    if let Some(bands) = bands(table, "malicious_bands_w", mistakes) {
        step.bands = bands;
    }
    if let Some(bands) = bands(table, "white_list_w", mistakes) {
        step.white_list = bands;
    }
    let mut set = |key, range: RangeInclusive<f64>, into: &mut f64| {
        if let Some(number) = table.number(key, &range, mistakes) {
            *into = number.value;
        }
    };
    set("malicious_power_factor", 0.9..=0.999, &mut step.power_factor_min);
    set("malicious_hold_s", 0.0..=600.0, &mut step.hold_s);
    set("malicious_gap_s", 0.1..=600.0, &mut step.gap_max_s);
    if let Some(samples) = table.integer("malicious_hold_samples", &(1..9), mistakes) {
        step.hold_samples = usize::try_from(samples.value).unwrap_or(1);
    }
    step
}

/// A list of bands such as `"600-3500"`; `None` when it is not there.
fn bands(table: &mut Table, key: &'static str, mistakes: &mut Vec<Mistake>) -> Option<Vec<Band>> {
    if !table.has(key) {
        return None;
    }
    let mut bands = Vec::new();
    for text in table.texts(key, mistakes) {
        let ends = text.value.split_once('-');
        let ends = ends.and_then(|(from, to)| {
            Some((from.trim().parse::<u32>().ok()?, to.trim().parse::<u32>().ok()?))
        });
        match ends {
            Some((from, to)) if 0 < from && from <= to => {
                bands.push(Band { from_w: from.into(), to_w: to.into() });
            }
            Some(_) | None => {
                let message = format!("`{}` is no band", text.value);
                let mend = "write its least and most watts, such as \"600-3500\"".to_owned();
                mistakes.push(table.mistake(text.line, key, message, mend));
            }
        }
    }
    Some(bands)
}
