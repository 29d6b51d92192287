//! Keeps the processors awake while swipes come thick and fast.
//!
//! A processor without work sleeps. Waking it takes some 50 µs and, where it is a virtual one, at
//! times several hundred; a swipe on its way to the gate wakes one at every hop. In a rush the
//! controller therefore asks the kernel for the shortest wake-up there is (PM `QoS`,
//! <https://docs.kernel.org/power/pm_qos_interface.html>), which lasts as long as a file is open. At
//! all other times they may sleep: who swipes in the calm does not notice, and electricity is saved.
//!
//! When that is due is decided here; nothing else is.

use std::{
    fs::File,
    io::{self, Write as _},
    num::NonZeroU32,
    time::{Duration, Instant},
};

use tracing::info;

use crate::metrics::Metrics;

/// Where the kernel takes such wishes; by default root's alone.
pub const DEVICE: &str = "/dev/cpu_dma_latency";
/// The longest wake-up wished for, in microseconds. Anything more than none lets a virtual processor
/// sleep.
const LONGEST_US: i32 = 0;
/// How long after the last busy second they may sleep again.
const CALM: Duration = Duration::from_secs(10);

/// Whether there is a rush, by the swipes counted within a second.
#[derive(Debug)]
struct Rush {
    from: NonZeroU32,
    began: Option<Instant>,
    count: u32,
    until: Option<Instant>,
}

impl Rush {
    fn swiped(&mut self, now: Instant) {
        let second = Duration::from_secs(1);
        if self.began.is_none_or(|began| now.saturating_duration_since(began) >= second) {
            self.began = Some(now);
            self.count = 0;
        }
        self.count = self.count.saturating_add(1);
        if self.count >= self.from.get() {
            self.until = Some(now + CALM);
        }
    }

    fn lasts(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }
}

/// What became of the wish.
#[derive(Debug)]
enum Wish {
    NotMade,
    /// It holds as long as the file is open.
    Granted(#[expect(dead_code, reason = "being open is its use")] File),
    /// Told once; trying again at each rush would change nothing.
    Refused,
}

/// Keeps the processors awake in a rush, where the system lets it.
#[derive(Debug)]
pub(super) struct Wakefulness {
    rush: Option<Rush>,
    wish: Wish,
    metrics: Metrics,
}

impl Wakefulness {
    /// `from` so many swipes within a second there is a rush; with `None` there never is one.
    pub(super) fn new(from: Option<NonZeroU32>, metrics: Metrics) -> Self {
        let rush = from.map(|from| Rush { from, began: None, count: 0, until: None });
        Self { rush, wish: Wish::NotMade, metrics }
    }

    /// Counts a swipe, and makes the wish when they come fast.
    pub(super) fn swiped(&mut self, now: Instant) {
        let Some(rush) = &mut self.rush else { return };
        rush.swiped(now);
        if rush.lasts(now) && matches!(self.wish, Wish::NotMade) {
            self.wish = match stay_awake() {
                Ok(file) => Wish::Granted(file),
                Err(error) => {
                    info!(
                        %error,
                        "processors may sleep between swipes, which costs each some 0.1 ms; let \
                         the controller write to {DEVICE}, or set `process.awake_from = 0`"
                    );
                    Wish::Refused
                }
            };
            self.tell();
        }
    }

    /// Until when the wish holds, if it was made and granted.
    pub(super) fn until(&self) -> Option<Instant> {
        let granted = matches!(self.wish, Wish::Granted(_));
        self.rush.as_ref().and_then(|rush| rush.until).filter(|_| granted)
    }

    /// Takes the wish back if the rush is over.
    pub(super) fn rest(&mut self, now: Instant) {
        if self.until().is_some_and(|until| until <= now) {
            self.wish = Wish::NotMade;
            self.tell();
        }
    }

    fn tell(&self) {
        self.metrics.processors_awake.set(i64::from(matches!(self.wish, Wish::Granted(_))));
    }
}

/// Asks the kernel to keep the processors awake for as long as the file is open.
///
/// # Errors
/// When this process may not ask, or the system has no such wish.
pub fn stay_awake() -> io::Result<File> {
    let mut file = File::options().write(true).open(DEVICE)?;
    file.write_all(&LONGEST_US.to_ne_bytes())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::monotonic;

    /// When swipes come (ms), and whether a rush lasts at a moment (ms), with a rush from 3 a second.
    const RUSHES: &[(&str, &[u64], u64, bool)] = &[
        ("nobody came", &[], 0, false),
        ("two within a second are none", &[0, 900], 900, false),
        ("three within a second are one", &[0, 450, 900], 900, true),
        ("three in more than a second are none", &[0, 500, 1000], 1000, false),
        ("it lasts ten seconds", &[0, 1, 2], 10_001, true),
        ("and no longer", &[0, 1, 2], 10_002, false),
        ("a later one prolongs it", &[0, 1, 2, 9000, 9001, 9002], 19_001, true),
        ("single ones do not", &[0, 1, 2, 5000, 9000], 10_002, false),
    ];

    #[test]
    fn a_rush_is_many_swipes_within_a_second() {
        for (name, swipes, at, lasts) in RUSHES {
            let start = monotonic();
            let after = |ms: u64| start + Duration::from_millis(ms);
            let from = NonZeroU32::new(3).expect("not zero");
            let mut rush = Rush { from, began: None, count: 0, until: None };
            for ms in *swipes {
                rush.swiped(after(*ms));
            }
            assert_eq!(rush.lasts(after(*at)), *lasts, "{name}");
        }
    }

    #[test]
    fn the_wish_ends_with_the_rush_and_is_never_made_without_one() {
        let metrics = Metrics::new();
        let start = monotonic();
        let mut never = Wakefulness::new(None, metrics.clone());
        let mut awake = Wakefulness::new(NonZeroU32::new(2), metrics.clone());
        for wakefulness in [&mut never, &mut awake] {
            wakefulness.swiped(start);
            wakefulness.swiped(start);
        }
        assert_eq!(never.until(), None);
        // Whether it is granted is the system's to say.
        let granted = awake.until().is_some();
        assert_eq!(metrics.processors_awake.get(), i64::from(granted));
        awake.rest(start);
        assert_eq!(awake.until().is_some(), granted, "it is not over yet");
        awake.rest(start + CALM);
        assert_eq!((awake.until(), metrics.processors_awake.get()), (None, 0));
    }
}
