//! Gives a swipe its turn before work that can wait.
//!
//! A swipe takes several turns of the arbiter, one of each actor on its way. A task that merely
//! yields is due again right after the swipe was read, so that every such task would have its turn
//! between the swipe and its second actor. Here it is asked first whether anything has come in.

use crate::metrics::Metrics;

/// How often it gives way in a row, so that a stream of messages without a gap does not keep it from
/// its work.
const MOST: u32 = 3;

/// The courtesy of one task.
#[derive(Debug)]
pub struct Courtesy {
    metrics: Metrics,
    /// Messages that had come in when it last looked.
    seen: u64,
}

impl Courtesy {
    /// Of a task that works on the arbiter that messages come in on, as `metrics` count them.
    #[must_use]
    pub fn new(metrics: Metrics) -> Self {
        Self { metrics, seen: 0 }
    }

    /// Lets others have their turn, and what has come in meanwhile all the turns that it needs.
    pub async fn give_way(&mut self) {
        for _ in 0..MOST {
            tokio::task::yield_now().await;
            let came = self.metrics.messages.get();
            if came == self.seen {
                return;
            }
            self.seen = came;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::*;

    /// How many turns a task gives away while `messages` come in, so many before each.
    fn turns_given(courtesy: &mut Courtesy, metrics: &Metrics, messages: &[u64]) -> usize {
        let mut giving = pin!(courtesy.give_way());
        let mut context = Context::from_waker(Waker::noop());
        let mut messages = messages.iter();
        let mut turns = 0;
        while giving.as_mut().poll(&mut context) == Poll::Pending {
            turns += 1;
            metrics.messages.inc_by(messages.next().copied().unwrap_or(0));
        }
        turns
    }

    #[test]
    fn a_task_gives_one_turn_away_and_another_after_each_that_brought_messages() {
        for (messages, turns) in
            [(&[][..], 1), (&[1], 2), (&[0, 5], 1), (&[2, 1], 3), (&[1, 1, 1, 1, 1], 3)]
        {
            let metrics = Metrics::new();
            let mut courtesy = Courtesy::new(metrics.clone());
            assert_eq!(turns_given(&mut courtesy, &metrics, messages), turns, "{messages:?}");
        }
    }

    #[test]
    fn what_has_had_its_turns_is_not_given_way_to_again() {
        let metrics = Metrics::new();
        let mut courtesy = Courtesy::new(metrics.clone());
        assert_eq!(turns_given(&mut courtesy, &metrics, &[3]), 2);
        assert_eq!(turns_given(&mut courtesy, &metrics, &[]), 1);
    }
}
