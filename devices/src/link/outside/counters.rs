//! What the link to an outside broker has been through, counted for the metrics; nothing is decided
//! on these figures.

use std::sync::atomic::{AtomicU64, Ordering};

/// The counters as the driver and the publishers keep them.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub reconnects: Counter,
    pub redelivered: Counter,
    pub refused: Counter,
    pub oversized: Counter,
    pub republished: Counter,
    pub coalesced: Counter,
    pub dropped_expired: Counter,
    pub dropped_offline: Counter,
    pub stalls: Counter,
}

/// One count, shared by threads.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub fn count(&self) {
        // A figure for people: no other memory depends on its order.
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The counters at one moment, since the start of the controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Connections made after the first.
    pub reconnects: u64,
    /// Messages that came in marked as a second delivery.
    pub redelivered: u64,
    /// Messages that the receiver refused and that stay with the broker.
    pub refused: u64,
    /// Messages that came in longer than the limit: acknowledged, never handed on.
    pub oversized: u64,
    /// Messages put on the wire again because a connection ended before their acknowledgement.
    pub republished: u64,
    /// Retained states that a newer state of their topic replaced before they were sent.
    pub coalesced: u64,
    /// Messages never sent because their expiry had passed.
    pub dropped_expired: u64,
    /// Messages of `QoS` 0 that no connection was there for.
    pub dropped_offline: u64,
    /// Connections given up because the broker acknowledged nothing any more.
    pub stalls: u64,
}

impl Counters {
    pub fn read(&self) -> Counts {
        Counts {
            reconnects: self.reconnects.read(),
            redelivered: self.redelivered.read(),
            refused: self.refused.read(),
            oversized: self.oversized.read(),
            republished: self.republished.read(),
            coalesced: self.coalesced.read(),
            dropped_expired: self.dropped_expired.read(),
            dropped_offline: self.dropped_offline.read(),
            stalls: self.stalls.read(),
        }
    }
}
