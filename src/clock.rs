//! The clock: the only place of the controller that reads the time.

use onecard_devices::clock::Now;
use onecard_rules::Time;

/// The computer's clock, in UTC. The operating system keeps it right; a step shows in the journal as
/// facts out of order, never as a lost one.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Now for SystemClock {
    fn now(&self) -> Time {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
        chrono::Utc::now()
    }
}

/// The monotonic clock, for measuring how long something took.
#[must_use]
pub fn monotonic() -> std::time::Instant {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    std::time::Instant::now()
}
