//! The power of a room: what its meter's samples are worth, when it is switched off, and by whom.
//!
//! Everything here is an administrative limit on top of the circuit's own breaker: short circuits
//! and cables stay with the breaker, and no setting here may exceed what it is rated for. How a
//! relay or a meter is spoken to, and what power costs, is not decided here.

pub mod curve;
pub mod demand;
pub mod evidence;
pub mod feeder;
pub mod freshness;
pub mod plausibility;
pub mod protection;
pub mod relay;
pub mod room;
pub mod sample;
pub mod stagger;
pub mod step;
pub mod why;

use chrono::TimeDelta;

use crate::Time;

/// The seconds from `earlier` to `later`; zero when the clock went back.
fn seconds_between(earlier: Time, later: Time) -> f64 {
    (later - earlier).as_seconds_f64().max(0.0)
}

/// `seconds` as a span; negative ones are none, and a century is as long as for ever.
fn span(seconds: f64) -> TimeDelta {
    const FOREVER: TimeDelta = TimeDelta::days(36_525);
    let whole = std::time::Duration::try_from_secs_f64(seconds.max(0.0));
    whole.ok().and_then(|whole| TimeDelta::from_std(whole).ok()).unwrap_or(FOREVER).min(FOREVER)
}
