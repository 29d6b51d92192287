//! One reading of a room's meter, and the words for having none.
//!
//! Whether a sample can be believed is `plausibility`, how old it may be is `freshness`.

use serde::{Deserialize, Serialize};

use crate::Time;

/// What a meter said of its room at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// When the answer arrived, by the controller's clock.
    pub at: Time,
    pub voltage_v: f64,
    pub current_a: f64,
    /// Active power in watts; negative means that the room seems to feed the grid.
    pub active_power_w: f64,
    /// Reactive power in var, inductive positive, where the meter has it.
    pub reactive_power_var: Option<f64>,
}

impl Sample {
    /// Voltage times current, in volt-amperes; never less than the active power.
    #[must_use]
    pub fn apparent_power_va(&self) -> f64 {
        (self.voltage_v * self.current_a).abs().max(self.active_power_w.abs())
    }

    /// All power that does no work, `√(S² − P²)` in var: reactive power and distortion together.
    ///
    /// A charger without correction draws hardly any reactive power at 50 Hz; only its distortion
    /// tells it from a heater.
    #[must_use]
    pub fn nonactive_power_var(&self) -> f64 {
        (self.apparent_power_va().powi(2) - self.active_power_w.powi(2)).max(0.0).sqrt()
    }

    /// One quantity of the sample; `None` when the meter does not measure it.
    #[must_use]
    pub fn quantity(&self, quantity: Quantity) -> Option<f64> {
        match quantity {
            Quantity::Voltage => Some(self.voltage_v),
            Quantity::Current => Some(self.current_a),
            Quantity::ActivePower => Some(self.active_power_w),
            Quantity::ReactivePower => self.reactive_power_var,
        }
    }
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// In volts.
    Voltage,
    /// In amperes.
    Current,
    /// In watts.
    ActivePower,
    /// In var.
    ReactivePower,
}

impl Quantity {
    pub const ALL: [Self; 4] =
        [Self::Voltage, Self::Current, Self::ActivePower, Self::ReactivePower];
}

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// Not asked yet since the start.
    NotReadYet,
    /// Asked, and no answer came.
    NoAnswer,
    /// The meter answered that it cannot say.
    Refused,
    /// The answer could not be read.
    Garbled,
    /// The answer was read and could not be believed.
    Implausible,
    /// Another meter answers in the place of the one known.
    AnotherMeter,
}
