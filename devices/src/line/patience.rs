//! How long a unit may take before it counts as silent, learnt from its own answers.
//!
//! The limit is what all but one of a thousand of its answers stayed within, and a margin. Until it
//! is known, a generous one. What the wire itself takes is not part of it.

use std::time::Duration;

/// Before anything is known.
pub const UNKNOWN: Duration = Duration::from_millis(500);
/// Never less: gateways and operating systems add their own.
const LEAST: Duration = Duration::from_millis(30);
/// Never more: 600 ms is the longest that was seen of a device (an inverter, libmodbus issue 776).
const MOST: Duration = Duration::from_secs(1);
/// Answers before what was seen counts as known.
const ENOUGH: u32 = 8;
/// Answers after which the past counts half, so that a unit may change its ways.
const REMEMBERED: u32 = 8_192;
/// Buckets of a sixth of an octave from 64 µs on: the last begins at about 2 s.
const BUCKETS: usize = 90;

/// What is known of one unit's turnaround.
#[derive(Debug, Clone)]
pub struct Patience {
    seen: [u32; BUCKETS],
    count: u32,
    hint: Option<Duration>,
}

impl Patience {
    /// Begins with what the profile says, if it does.
    #[must_use]
    pub fn new(hint: Option<Duration>) -> Self {
        Self { seen: [0; BUCKETS], count: 0, hint }
    }

    /// The unit took so long.
    pub fn learn(&mut self, turnaround: Duration) {
        if let Some(bucket) = self.seen.get_mut(bucket_of(turnaround)) {
            *bucket += 1;
        }
        self.count += 1;
        if self.count >= REMEMBERED {
            self.seen.iter_mut().for_each(|bucket| *bucket /= 2);
            self.count = self.seen.iter().sum();
        }
    }

    /// Whether anything is known: from its answers, or its profile.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.count >= ENOUGH || self.hint.is_some()
    }

    /// How long its answer may take to begin.
    #[must_use]
    pub fn limit(&self) -> Duration {
        let known = match (self.count >= ENOUGH, self.hint) {
            (true, _) => self.quantile(0.999),
            (false, Some(hint)) => hint * 2,
            (false, None) => return UNKNOWN,
        };
        (known * 3 / 2 + Duration::from_millis(10)).clamp(LEAST, MOST)
    }

    /// What this share of its answers stayed within; zero before the first.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Duration {
        let needed = f64::from(self.count) * share;
        let mut sum = 0;
        for (index, bucket) in self.seen.iter().enumerate() {
            sum += bucket;
            if sum > 0 && f64::from(sum) >= needed {
                return end_of(index);
            }
        }
        Duration::ZERO
    }
}

const FIRST_US: f64 = 64.0;
const PER_OCTAVE: f64 = 6.0;

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
fn bucket_of(turnaround: Duration) -> usize {
    let octaves = (turnaround.as_secs_f64() * 1e6 / FIRST_US).max(1.0).log2();
    #[expect(clippy::cast_precision_loss, reason = "below a hundred")]
    let last = (BUCKETS - 1) as f64;
    (octaves * PER_OCTAVE).floor().clamp(0.0, last) as usize
}

#[expect(clippy::cast_precision_loss, reason = "below a hundred")]
fn end_of(bucket: usize) -> Duration {
    Duration::from_secs_f64(FIRST_US / 1e6 * ((bucket + 1) as f64 / PER_OCTAVE).exp2())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_unit_is_waited_for_briefly_and_a_slow_one_longer() {
        let milliseconds = Duration::from_millis;
        let mut quick = Patience::new(None);
        assert_eq!(quick.limit(), UNKNOWN);
        (0..1_000).for_each(|_| quick.learn(milliseconds(5)));
        assert_eq!(quick.limit(), LEAST);
        let mut slow = Patience::new(Some(milliseconds(20)));
        assert_eq!(slow.limit(), milliseconds(70));
        (0..1_000).for_each(|_| slow.learn(milliseconds(40)));
        assert!((milliseconds(70)..milliseconds(82)).contains(&slow.limit()), "{:?}", slow.limit());
    }

    #[test]
    fn one_late_answer_in_ten_thousand_does_not_change_the_limit_and_one_in_a_hundred_does() {
        let mut unit = Patience::new(None);
        (0..5_000).for_each(|_| unit.learn(Duration::from_millis(20)));
        unit.learn(Duration::from_millis(400));
        assert!(unit.limit() < Duration::from_millis(50));
        (0..50).for_each(|_| unit.learn(Duration::from_millis(400)));
        assert!(unit.limit() > Duration::from_millis(400));
    }

    #[test]
    fn a_unit_that_has_grown_slow_is_believed_in_the_end() {
        let mut unit = Patience::new(None);
        (0..100_000).for_each(|_| unit.learn(Duration::from_millis(5)));
        (0..1_000).for_each(|_| unit.learn(Duration::from_millis(200)));
        assert!(unit.limit() > Duration::from_millis(200));
    }
}
