//! What the broker counts: for the metrics page and for alarms. Nothing here decides anything.

use std::sync::atomic::{AtomicU64, Ordering};

/// A reading of the broker's counters. All but `connections` only ever grow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Clients connected at this moment.
    pub connections: u64,
    /// Connections let in since the start.
    pub logins: u64,
    /// Connections refused for their name, secret, client id or last will.
    pub failed_logins: u64,
    /// Publishes that arrived, of any worth.
    pub messages_in: u64,
    /// Publishes refused for want of permission; each closed its connection.
    pub refused_publishes: u64,
    /// Topic filters refused for want of permission.
    pub refused_subscriptions: u64,
    /// Publishes that the controller did not take; the connection was closed without PUBACK and
    /// the sender keeps the message.
    pub closed_without_puback: u64,
    /// Messages that a subscriber should have got and never will: its queue was full, or its
    /// session was changing hands. Every one is reported.
    pub dropped: u64,
    /// Messages whose time was over before their subscriber could take them.
    pub expired: u64,
    /// Messages that were waiting in a session which its client ended or which grew too old.
    pub abandoned: u64,
    /// Retained messages held.
    pub retained: u64,
    /// Retained messages that were passed on but not held, because there were too many.
    pub retained_refused: u64,
}

/// The counters themselves.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub logins: Count,
    pub failed_logins: Count,
    pub messages_in: Count,
    pub refused_publishes: Count,
    pub refused_subscriptions: Count,
    pub closed_without_puback: Count,
    pub dropped: Count,
    pub expired: Count,
    pub abandoned: Count,
    pub retained_refused: Count,
}

impl Tally {
    /// Reads all counters; the two that the broker itself keeps are given.
    pub fn read(&self, connections: u64, retained: u64) -> Counters {
        Counters {
            connections,
            logins: self.logins.get(),
            failed_logins: self.failed_logins.get(),
            messages_in: self.messages_in.get(),
            refused_publishes: self.refused_publishes.get(),
            refused_subscriptions: self.refused_subscriptions.get(),
            closed_without_puback: self.closed_without_puback.get(),
            dropped: self.dropped.get(),
            expired: self.expired.get(),
            abandoned: self.abandoned.get(),
            retained,
            retained_refused: self.retained_refused.get(),
        }
    }
}

/// One number that grows.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
