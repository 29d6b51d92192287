//! The time of the simulated world, which may run faster than the wire's.
//!
//! Everything in a room follows it, hardware timers and motors too: what renews a timer by the real
//! time needs a speed of 1.

use std::time::Duration;

use tokio::time::Instant;

/// A running clock; times are since midnight of day 0.
#[derive(Debug, Clone, Copy)]
pub struct WorldClock {
    origin: Duration,
    started: Instant,
    speed: f64,
}

impl WorldClock {
    /// Starts now at `origin`, at `speed` simulated seconds a second: a thousandth to a million, and 1
    /// for what is no number.
    #[must_use]
    pub fn starting_at(origin: Duration, speed: f64) -> Self {
        let speed = if speed.is_nan() { 1.0 } else { speed.clamp(0.001, 1e6) };
        Self { origin, started: Instant::now(), speed }
    }

    #[must_use]
    pub fn now(&self) -> Duration {
        self.origin + self.started.elapsed().mul_f64(self.speed)
    }

    /// How long a simulated length takes really.
    #[must_use]
    pub fn real(&self, simulated: Duration) -> Duration {
        simulated.div_f64(self.speed)
    }
}
