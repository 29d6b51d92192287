//! Keeps what is to be published until the broker has taken it over, whatever happens to
//! connections meanwhile. It knows nothing of packets and sockets.
//!
//! A broker that has lost the session forgets messages; this does not. A message is *queued*, then
//! *sent*; `QoS` 1 leaves the box at its PUBACK, `QoS` 0 when it is sent. When a connection ends, what
//! was sent without an answer is queued again, at its old place.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use onecard_rules::Time;
use tokio::sync::{Notify, oneshot};

use super::{Now, counters::Counters};
use crate::link::{Outgoing, Publish, PublishRefusal, Qos, Receipt};

/// The fixed header, the topic's length and the packet identifier, at their longest.
const PACKET_OVERHEAD: usize = 9;

/// Messages on their way to the broker, filled by publishers, emptied by the driver.
pub(super) struct Outbox {
    contents: Mutex<Contents>,
    news: Notify,
    capacity: usize,
    max_packet: usize,
    now: Now,
    counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct Contents {
    entries: BTreeMap<u64, Entry>,
    next: u64,
    /// Entries below are sent, the others queued.
    cursor: u64,
    /// The newest retained entry of each topic.
    states: HashMap<String, u64>,
    online: bool,
    closed: bool,
}

#[derive(Debug)]
struct Entry {
    message: Outgoing,
    deadline: Option<Time>,
    receipt: oneshot::Sender<()>,
    sent_before: bool,
}

impl Outbox {
    pub fn new(capacity: usize, max_packet: usize, now: Now, counters: Arc<Counters>) -> Self {
        let (contents, news) = (Mutex::default(), Notify::new());
        Self { contents, news, capacity, max_packet, now, counters }
    }

    /// Resolves when there may be something new to send.
    pub async fn news(&self) {
        self.news.notified().await;
    }

    /// Queues a message of the link itself, past the bound and a closed door.
    pub fn push(&self, message: Outgoing) {
        let deadline = self.deadline(&message);
        drop(self.contents().push(message, deadline, &self.counters));
    }

    /// The next queued message, now considered sent. Expired ones are dropped on the way.
    pub fn take(&self) -> Option<(u64, Outgoing)> {
        let now = (self.now)();
        let mut guard = self.contents();
        let contents = &mut *guard;
        loop {
            let (&id, entry) = contents.entries.range(contents.cursor..).next()?;
            contents.cursor = id + 1;
            if entry.deadline.is_some_and(|deadline| deadline <= now) {
                self.counters.dropped_expired.count();
                contents.remove(id);
                continue;
            }
            let message = entry.message.clone();
            if let Some(entry) = contents.entries.get_mut(&id)
                && std::mem::replace(&mut entry.sent_before, true)
            {
                self.counters.republished.count();
            }
            return Some((id, message));
        }
    }

    /// The broker has taken a message over.
    pub fn taken_over(&self, id: u64) {
        if let Some(entry) = self.contents().remove(id) {
            // Whoever does not wait for the receipt has dropped it.
            let _ = entry.receipt.send(());
        }
    }

    /// A connection is there.
    pub fn online(&self) {
        self.contents().online = true;
    }

    /// The connection has ended: what was not taken over is queued again, except `QoS` 0 news and
    /// states that a newer one of their topic replaces.
    pub fn offline(&self) {
        let mut contents = self.contents();
        let contents = &mut *contents;
        contents.online = false;
        contents.cursor = 0;
        let states = &contents.states;
        contents.entries.retain(|id, entry| {
            let message = &entry.message;
            if message.retain {
                let newest = states.get(&message.topic) == Some(id);
                if !newest {
                    self.counters.coalesced.count();
                }
                return newest;
            }
            if message.qos == Qos::AtMostOnce {
                self.counters.dropped_offline.count();
            }
            message.qos == Qos::AtLeastOnce
        });
    }

    /// Takes nothing more from publishers; what is in the box may still go out.
    pub fn close(&self) {
        self.contents().closed = true;
    }

    /// Gives up what is left: the receipts of it say so.
    pub fn clear(&self) {
        let mut contents = self.contents();
        contents.closed = true;
        contents.entries.clear();
        contents.states.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.contents().entries.is_empty()
    }

    fn deadline(&self, message: &Outgoing) -> Option<Time> {
        // An expiry beyond the end of the calendar is none.
        message.expiry.and_then(|expiry| {
            (self.now)().checked_add_signed(chrono::TimeDelta::from_std(expiry).ok()?)
        })
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        // No code that holds the lock leaves the contents half changed.
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Publish for Outbox {
    fn publish(&self, message: Outgoing) -> Result<Receipt, PublishRefusal> {
        let length = message.topic.len() + message.payload.len() + PACKET_OVERHEAD;
        if length > self.max_packet || message.topic.len() > usize::from(u16::MAX) {
            return Err(PublishRefusal::TooLong);
        }
        if !is_a_name(&message.topic) {
            // A broker closes the connection on it, again and again: it must never go out.
            tracing::error!(topic = message.topic, "a message to an impossible topic is dropped");
            return Ok(oneshot::channel().1);
        }
        let deadline = self.deadline(&message);
        let mut contents = self.contents();
        if contents.closed {
            return Err(PublishRefusal::Closed);
        }
        if !contents.online && message.qos == Qos::AtMostOnce && !message.retain {
            // News of the moment, such as a display's text: nobody stands there later.
            self.counters.dropped_offline.count();
            return Ok(oneshot::channel().1);
        }
        if !contents.replaces_queued(&message) && contents.entries.len() >= self.capacity {
            contents.drop_expired((self.now)(), &self.counters);
            if contents.entries.len() >= self.capacity {
                return Err(PublishRefusal::Full);
            }
        }
        let receipt = contents.push(message, deadline, &self.counters);
        drop(contents);
        self.news.notify_one();
        Ok(receipt)
    }
}

impl Contents {
    fn replaces_queued(&self, message: &Outgoing) -> bool {
        message.retain && self.states.get(&message.topic).is_some_and(|&id| id >= self.cursor)
    }

    fn push(&mut self, message: Outgoing, deadline: Option<Time>, counters: &Counters) -> Receipt {
        let id = self.next;
        self.next += 1;
        if message.retain {
            let older = self.states.insert(message.topic.clone(), id);
            if let Some(older) = older.filter(|&older| older >= self.cursor)
                && self.entries.remove(&older).is_some()
            {
                counters.coalesced.count();
            }
        }
        let (sender, receipt) = oneshot::channel();
        let entry = Entry { message, deadline, receipt: sender, sent_before: false };
        self.entries.insert(id, entry);
        receipt
    }

    fn remove(&mut self, id: u64) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        if self.states.get(&entry.message.topic) == Some(&id) {
            self.states.remove(&entry.message.topic);
        }
        Some(entry)
    }

    fn drop_expired(&mut self, now: Time, counters: &Counters) {
        let expired = |entry: &Entry| entry.deadline.is_some_and(|deadline| deadline <= now);
        let queued = self.entries.range(self.cursor..);
        let ids: Vec<u64> = queued.filter(|(_, entry)| expired(entry)).map(|(&id, _)| id).collect();
        for id in ids {
            self.remove(id);
            counters.dropped_expired.count();
        }
    }
}

/// Whether a topic can be published to: not empty, no wildcard, no NUL.
pub(super) fn is_a_name(topic: &str) -> bool {
    !topic.is_empty() && !topic.contains(['+', '#', '\0'])
}
