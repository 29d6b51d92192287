//! The clocks of the simulated world: the only place of this crate that reads one.
//!
//! Devices, people and faults take the time as an argument.

use std::time::Instant;

use onecard_rules::Time;

/// The wall clock, as a device would stamp its messages with it.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the edge of the simulated world has a real clock")]
pub fn now() -> Time {
    chrono::Utc::now()
}

/// The monotonic clock, for durations.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the edge of the simulated world has a real clock")]
pub fn instant() -> Instant {
    Instant::now()
}

/// How a device writes a time: RFC 3339 with offset and milliseconds.
#[must_use]
pub fn stamp(at: Time) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, false)
}
