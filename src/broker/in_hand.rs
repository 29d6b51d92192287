//! How many messages wait for the controller's answer, so that a stopping broker can wait for them.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use tokio::sync::Notify;

/// Messages that wait for the controller's answer, and the end of taking any.
#[derive(Default)]
pub(super) struct InHand {
    closing: AtomicBool,
    waiting: AtomicUsize,
    answered: Notify,
}

impl InHand {
    /// Takes no more messages and waits for the answers still owed, for so long at most.
    pub async fn close(&self, patience: Duration) {
        self.closing.store(true, Ordering::SeqCst);
        let all_answered = async {
            loop {
                let answered = self.answered.notified();
                if self.waiting.load(Ordering::SeqCst) == 0 {
                    return;
                }
                answered.await;
            }
        };
        if tokio::time::timeout(patience, all_answered).await.is_err() {
            tracing::warn!("messages were still without an answer when the broker stopped");
        }
    }

    /// Whether no more messages, and no more clients, are taken.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// Counts a message until the value is dropped; `None` when no more are taken.
    pub fn enter(&self) -> Option<Waiting<'_>> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let waiting = Waiting(self);
        // Dropping `waiting` takes the count back.
        if self.is_closing() { None } else { Some(waiting) }
    }
}

/// One message that waits for its answer.
pub(super) struct Waiting<'a>(&'a InHand);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.0.waiting.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.answered.notify_one();
        }
    }
}
