//! How long a load may exceed its limit: definite, inverse-time and thermal characteristics.
//!
//! Formulas after IEC 60255-151 (inverse time) and IEC 60255-149 (thermal). A ratio is the load
//! over its limit, in power or in current. What the limit is, and what follows a trip, is
//! `protection`.

use serde::{Deserialize, Serialize};

/// The inverse-time curves of IEC 60255-151, table A.1 (curves A, B, C) and the long-time inverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InverseKind {
    StandardInverse,
    VeryInverse,
    ExtremelyInverse,
    LongTimeInverse,
}

impl InverseKind {
    /// The constants `k` (seconds) and `α` of `t = TMS · k / (ratio^α − 1)`.
    fn constants(self) -> (f64, f64) {
        match self {
            Self::StandardInverse => (0.14, 0.02),
            Self::VeryInverse => (13.5, 1.0),
            Self::ExtremelyInverse => (80.0, 2.0),
            Self::LongTimeInverse => (120.0, 1.0),
        }
    }
}

/// How the time that an overload is borne depends on its size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "characteristic", rename_all = "snake_case", deny_unknown_fields)]
pub enum Characteristic {
    /// Any load above the limit is borne for `delay_s` seconds in one piece.
    Definite { delay_s: f64 },
    /// The more the load exceeds the limit, the sooner it trips.
    InverseTime {
        kind: InverseKind,
        /// The time multiplier setting; 1 is the curve as published.
        tms: f64,
        /// Seconds in which a full accumulator empties without load (dependent-time reset).
        reset_s: f64,
    },
    /// A first-order thermal model of what is being heated.
    Thermal {
        /// The heating time constant τ, in seconds.
        tau_s: f64,
        /// The ratio that may flow for ever; more is an overload.
        k: f64,
    },
}

/// Why a characteristic is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("`{field} = {value}` is no setting of a characteristic; give a number {needs}")]
pub struct CurveMistake {
    pub field: &'static str,
    pub value: f64,
    pub needs: &'static str,
}

impl Characteristic {
    /// Checks that every number of the characteristic means something.
    ///
    /// # Errors
    /// Names the first field that is not finite or out of its range.
    pub fn check(&self) -> Result<(), CurveMistake> {
        let within = |field, value: f64, least: f64, needs| {
            let good = value.is_finite() && value >= least;
            if good { Ok(()) } else { Err(CurveMistake { field, value, needs }) }
        };
        match *self {
            Self::Definite { delay_s } => within("delay_s", delay_s, 0.0, "of seconds, 0 or more"),
            Self::InverseTime { tms, reset_s, .. } => {
                within("tms", tms, 0.01, "of at least 0.01")?;
                within("reset_s", reset_s, 0.0, "of seconds, 0 or more")
            }
            Self::Thermal { tau_s, k } => {
                within("tau_s", tau_s, 1.0, "of seconds, 1 or more")?;
                within("k", k, 0.1, "of at least 0.1")
            }
        }
    }

    /// The ratio up to which a load is borne for ever.
    #[must_use]
    pub fn pickup(&self) -> f64 {
        match self {
            Self::Definite { .. } | Self::InverseTime { .. } => 1.0,
            Self::Thermal { k, .. } => *k,
        }
    }

    /// Seconds that a constant `ratio` is borne from cold; `None`: for ever.
    #[must_use]
    pub fn time_to_trip(&self, ratio: f64) -> Option<f64> {
        self.time_left(ratio, 0.0)
    }

    /// Seconds that a constant `ratio` is borne from `position` on; `None`: for ever.
    ///
    /// `position` is where an [`Accumulator`] stands: 0 is cold, 1 trips. For the thermal
    /// characteristic a prior load `I_p` stands at `(I_p / k·I_B)²`.
    #[must_use]
    pub fn time_left(&self, ratio: f64, position: f64) -> Option<f64> {
        // Not `ratio <= pickup`: a ratio that is not a number is no overload either.
        let exceeds = ratio > self.pickup();
        if !exceeds {
            return None;
        }
        let left = (1.0 - position).max(0.0);
        Some(match *self {
            Self::Definite { delay_s } => delay_s * left,
            Self::InverseTime { kind, tms, .. } => {
                let (k, alpha) = kind.constants();
                tms * k / (ratio.powf(alpha) - 1.0) * left
            }
            Self::Thermal { tau_s, k } => {
                let heat = (ratio / k).powi(2);
                (tau_s * ((heat - position) / (heat - 1.0)).ln()).max(0.0)
            }
        })
    }
}

/// How far towards a trip a changing load has come: 0 is cold, 1 trips.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Accumulator {
    position: f64,
}

/// Sums of many small steps miss 1 by rounding; a trip must not wait a sample longer for that.
const ROUNDING: f64 = 1e-9;

impl Accumulator {
    /// Where it stands, from 0 to 1.
    #[must_use]
    pub fn position(&self) -> f64 {
        self.position
    }

    #[must_use]
    pub fn is_full(&self) -> bool {
        self.position >= 1.0 - ROUNDING
    }

    /// Lets `ratio` act for `seconds`.
    ///
    /// Inverse time integrates `Σ Δt / t(ratio)`; the thermal state follows the exact exponential,
    /// so that it is right for any gap between two polls.
    pub fn advance(&mut self, characteristic: &Characteristic, ratio: f64, seconds: f64) {
        if !(seconds > 0.0 && ratio.is_finite()) {
            return;
        }
        let next = match (*characteristic, characteristic.time_to_trip(ratio)) {
            (Characteristic::Thermal { tau_s, k }, _) => {
                let heat = (ratio / k).powi(2);
                heat + (self.position - heat) * (-seconds / tau_s).exp()
            }
            (_, Some(whole)) if whole > 0.0 => self.position + seconds / whole,
            (_, Some(_)) => 1.0,
            (Characteristic::InverseTime { reset_s, .. }, None) if reset_s > 0.0 => {
                self.position - seconds * (1.0 - ratio.powi(2)).max(0.0) / reset_s
            }
            // A definite delay has to run in one piece: a moment below the limit takes back all.
            (Characteristic::Definite { .. } | Characteristic::InverseTime { .. }, None) => 0.0,
        };
        self.position = next.clamp(0.0, 1.0);
    }
}
