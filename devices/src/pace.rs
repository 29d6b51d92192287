//! How long to wait before the next attempt: at once, then doubling up to a cap, with jitter. It
//! knows neither what is attempted nor what time it is.

use std::time::Duration;

/// The delays between attempts, the same for the same seed.
#[derive(Debug)]
pub(crate) struct Pace {
    first: Duration,
    cap: Duration,
    attempts: u32,
    random: u64,
}

impl Pace {
    pub fn new(first: Duration, cap: Duration, seed: u64) -> Self {
        // The generator stays at zero for ever once it is there.
        Self { first, cap, attempts: 0, random: (seed ^ 0x9E37_79B9_7F4A_7C15).max(1) }
    }

    /// How long to wait before the next attempt: nothing, then `first`, doubled each time up to
    /// the cap, each shortened by up to a quarter so that many clients do not come back in step.
    pub fn next(&mut self) -> Duration {
        let attempt = self.attempts;
        self.attempts = attempt.saturating_add(1);
        let Some(doublings) = attempt.checked_sub(1) else { return Duration::ZERO };
        let full = self.first.saturating_mul(1_u32 << doublings.min(16)).min(self.cap);
        full.saturating_sub(full / 1024 * self.jitter())
    }

    /// The attempts have led somewhere: the next one is made at once.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }

    /// From 0 to 255: the part of a quarter, in 1/1024 of the whole.
    fn jitter(&mut self) -> u32 {
        // xorshift64: even enough to spread clients, and needs no generator from outside.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        u32::from(self.random.to_be_bytes()[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_start_at_once_double_and_stay_under_the_cap() {
        let (first, cap) = (Duration::from_millis(20), Duration::from_millis(500));
        for seed in [0, 1, 7, u64::MAX] {
            let mut pace = Pace::new(first, cap, seed);
            assert_eq!(pace.next(), Duration::ZERO);
            for full in [20, 40, 80, 160, 320, 500, 500, 500].map(Duration::from_millis) {
                let pause = pace.next();
                assert!(pause <= full && pause >= full * 3 / 4, "{pause:?} of {full:?}");
            }
            pace.reset();
            assert_eq!(pace.next(), Duration::ZERO);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_delays() {
        let pauses = |seed| {
            let mut pace = Pace::new(Duration::from_millis(20), Duration::from_secs(1), seed);
            std::array::from_fn::<_, 20, _>(|_| pace.next())
        };
        assert_eq!(pauses(42), pauses(42));
        assert_ne!(pauses(42), pauses(43));
    }
}
