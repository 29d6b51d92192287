//! Whether a sample of a meter can be believed: range, sign, jump, and valid only if.
//!
//! A sample that fails is evidence about the meter, never about the room: it neither trips nor
//! counts as fine. Rollover and replacement of energy counters belong to usage; only the bound on
//! their growth stands here.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::sample::{Quantity, Sample};

/// Measuring errors of class 1 meters and their converters add up to far less than this share.
const MARGIN: f64 = 1.2;

/// A quantity that means something only while another lies in a range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidOnlyIf {
    pub of: Quantity,
    pub only_if: Quantity,
    pub at_least: f64,
    pub at_most: f64,
}

/// What a meter on this circuit can possibly see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// What the circuit is rated for, in amperes.
    pub rated_current_a: f64,
    /// In volts; 220 V in China (GB/T 156).
    pub nominal_voltage_v: f64,
    /// The share of the nominal voltage that sags and swells may reach, such as 0.4.
    pub voltage_tolerance: f64,
    /// The share of the nominal voltage by which two samples may differ unconfirmed, such as 0.2.
    pub voltage_jump: f64,
    /// How many times the rated current may flow while something starts, such as 8.
    pub inrush_factor: f64,
    /// Active power below zero down to here, in watts, is noise about zero.
    pub reverse_power_w: f64,
    pub valid_only_if: Vec<ValidOnlyIf>,
}

impl Limits {
    /// The limits of an ordinary circuit of `rated_current_a` amperes at `nominal_voltage_v` volts.
    #[must_use]
    pub fn of_circuit(rated_current_a: f64, nominal_voltage_v: f64) -> Self {
        Self {
            rated_current_a,
            nominal_voltage_v,
            voltage_tolerance: 0.4,
            voltage_jump: 0.2,
            inrush_factor: 8.0,
            reverse_power_w: 20.0,
            valid_only_if: Vec::new(),
        }
    }

    /// The most energy that the circuit can take in `elapsed`, in watt-hours: rated current times
    /// nominal voltage times time, and a fifth. More is a jump of the counter, not usage.
    #[must_use]
    pub fn energy_growth_max_wh(&self, elapsed: TimeDelta) -> f64 {
        let hours = elapsed.as_seconds_f64().max(0.0) / 3600.0;
        self.rated_current_a * self.nominal_voltage_v * hours * MARGIN
    }
}

/// Which bound a sample fails.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "bound", rename_all = "snake_case")]
pub enum Implausible {
    #[error("{quantity:?} is not a number")]
    NotANumber { quantity: Quantity },
    #[error("{quantity:?} of {value} lies outside {least} to {most}")]
    Range { quantity: Quantity, value: f64, least: f64, most: f64 },
    /// Power flows out of a room that has no source: the current transformer is the wrong way
    /// round.
    #[error("{watts} W flow backwards; is the current transformer the wrong way round?")]
    Sign { watts: f64 },
    #[error("{watts} W are more than {volt_amperes} VA, volts times amperes")]
    MoreThanApparent { watts: f64, volt_amperes: f64 },
    /// The value went further than it can between two samples, and no second one has confirmed it.
    #[error("{quantity:?} jumped from {from} to {to}, by more than {most}")]
    Jump { quantity: Quantity, from: f64, to: f64, most: f64 },
    #[error("{quantity:?} means nothing while {only_if:?} is {value:?}")]
    OnlyIf { quantity: Quantity, only_if: Quantity, value: Option<f64> },
    /// Not later than the sample before: delivered twice or out of order.
    #[error("not later than the sample before")]
    NotLater,
}

/// Judges the samples of one meter, one after the other.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Screen {
    /// The last sample that was believed.
    last: Option<Sample>,
    /// A jump waiting for a second sample to confirm it.
    parked: Option<Sample>,
}

impl Screen {
    /// Believes `sample` or says which bound it fails.
    ///
    /// # Errors
    /// The first bound that fails. After a [`Implausible::Jump`] the next sample should be taken at
    /// once: if it agrees, it is believed.
    pub fn judge(&mut self, limits: &Limits, sample: Sample) -> Result<Sample, Implausible> {
        by_itself(limits, &sample)?;
        if self.last.is_some_and(|last| sample.at <= last.at) {
            return Err(Implausible::NotLater);
        }
        let most = limits.voltage_jump * limits.nominal_voltage_v;
        let near = |other: &Sample| (sample.voltage_v - other.voltage_v).abs() <= most;
        let unheard_of = self.last.filter(|last| !near(last));
        let confirmed = self.parked.is_some_and(|parked| near(&parked) && sample.at > parked.at);
        if let (Some(last), false) = (unheard_of, confirmed) {
            self.parked = Some(sample);
            let (from, to) = (last.voltage_v, sample.voltage_v);
            return Err(Implausible::Jump { quantity: Quantity::Voltage, from, to, most });
        }
        self.parked = None;
        self.last = Some(sample);
        Ok(sample)
    }
}

fn by_itself(limits: &Limits, sample: &Sample) -> Result<(), Implausible> {
    for quantity in Quantity::ALL {
        if sample.quantity(quantity).is_some_and(|value| !value.is_finite()) {
            return Err(Implausible::NotANumber { quantity });
        }
    }
    for rule in &limits.valid_only_if {
        let value = sample.quantity(rule.only_if);
        let valid = value.is_some_and(|value| (rule.at_least..=rule.at_most).contains(&value));
        if !valid && sample.quantity(rule.of).is_some() {
            return Err(Implausible::OnlyIf { quantity: rule.of, only_if: rule.only_if, value });
        }
    }
    let within = |quantity, value: f64, least: f64, most: f64| {
        let good = (least..=most).contains(&value);
        if good { Ok(()) } else { Err(Implausible::Range { quantity, value, least, most }) }
    };
    let (volts, amperes) = (sample.voltage_v, sample.current_a);
    let (low, high) = (1.0 - limits.voltage_tolerance, 1.0 + limits.voltage_tolerance);
    let nominal = limits.nominal_voltage_v;
    within(Quantity::Voltage, volts, nominal * low, nominal * high)?;
    let current_max = limits.rated_current_a * limits.inrush_factor;
    within(Quantity::Current, amperes, 0.0, current_max)?;
    let watts = sample.active_power_w;
    if watts < -limits.reverse_power_w {
        return Err(Implausible::Sign { watts });
    }
    let power_max = current_max * nominal * high;
    within(Quantity::ActivePower, watts, -limits.reverse_power_w, power_max)?;
    if let Some(var) = sample.reactive_power_var {
        within(Quantity::ReactivePower, var, -power_max, power_max)?;
    }
    // Voltage, current and power are not measured in the very same periods; hence the noise floor.
    let volt_amperes = volts * amperes;
    if watts > volt_amperes * MARGIN + limits.reverse_power_w {
        return Err(Implausible::MoreThanApparent { watts, volt_amperes });
    }
    Ok(())
}
