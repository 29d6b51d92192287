//! Lets other threads have the processor between two steps of a thread's work, while that is cheap.
//!
//! Whoever was woken on this processor, for a swipe, then goes first. On a machine that is busy with
//! something else a turn given away is a slice of milliseconds, each time; so after such a one the
//! thread keeps its turns for a while.

use std::{thread, time::Duration};

use tokio::time::Instant;

/// A turn that came back later than this was dear: on a machine with time to spare whoever goes first
/// for a swipe needs a tenth of it.
const DEAR: Duration = Duration::from_millis(2);
/// For so long turns are kept after a dear one: one in it costs a few hundredths of the time, one in
/// each row nearly all of it.
const KEPT: Duration = Duration::from_millis(100);

/// The courtesy of one thread.
#[derive(Debug, Default)]
pub struct GiveWay {
    kept_until: Option<Instant>,
}

impl GiveWay {
    /// Lets whoever waits for this processor go first, unless that was dear a moment ago.
    pub fn give_way(&mut self) {
        self.turn(Instant::now, thread::yield_now);
    }

    fn turn(&mut self, now: impl Fn() -> Instant, give: impl FnOnce()) {
        let before = now();
        if self.kept_until.is_some_and(|until| before < until) {
            return;
        }
        give();
        let after = now();
        let was_dear = after.duration_since(before) > DEAR;
        self.kept_until = was_dear.then(|| after + KEPT);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// What becomes of a turn at a moment (ms) if others would take so long (ms).
    const TURNS: &[(&str, u64, u64, bool)] = &[
        ("the first is given", 0, 0, true),
        ("after a cheap one the next is given", 1, 2, true),
        ("the one that turns out dear was given", 5, 3, true),
        ("after it turns are kept", 9, 0, false),
        ("to the end", 107, 0, false),
        ("and no longer", 108, 30, true),
        ("which is dear again", 200, 0, false),
        ("and over again", 238, 0, true),
    ];

    #[test]
    fn turns_are_given_until_one_is_dear_and_again_after_a_while() {
        let start = Instant::now();
        let clock = Cell::new(start);
        let mut courtesy = GiveWay::default();
        for &(name, at, takes, given) in TURNS {
            clock.set(start + Duration::from_millis(at));
            let was_given = Cell::new(false);
            courtesy.turn(
                || clock.get(),
                || {
                    was_given.set(true);
                    clock.set(clock.get() + Duration::from_millis(takes));
                },
            );
            assert_eq!(was_given.get(), given, "{name}");
        }
    }
}
