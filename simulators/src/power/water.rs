//! The water of a room: a tap, a valve before it, and what has flowed.

use std::time::Duration;

use crate::power::relay::Relay;

/// How long a motor ball valve of DN15 turns: makers state 5 to 8 s.
const VALVE_TRAVEL: Duration = Duration::from_secs(5);

/// The water of a room.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Water {
    /// Closed as a contact is: closed means that water flows.
    pub valve: Relay,
    litres_per_minute: f64,
    total_m3: f64,
}

impl Water {
    pub(crate) fn new() -> Self {
        Self { valve: Relay::closed(VALVE_TRAVEL), litres_per_minute: 0.0, total_m3: 0.0 }
    }

    /// Opens the tap: a shower takes 8 to 12 litres a minute; 0 closes it.
    pub fn set_tap(&mut self, litres_per_minute: f64) {
        self.litres_per_minute = litres_per_minute.max(0.0);
    }

    /// Cubic metres an hour through the meter.
    #[must_use]
    pub fn flow_m3_h(&self) -> f64 {
        if self.valve.is_closed() { self.litres_per_minute * 60.0 / 1_000.0 } else { 0.0 }
    }

    /// Cubic metres so far.
    #[must_use]
    pub fn total_m3(&self) -> f64 {
        self.total_m3
    }

    pub(crate) fn flow(&mut self, length: Duration) {
        self.total_m3 += self.flow_m3_h() * length.as_secs_f64() / 3_600.0;
    }
}
