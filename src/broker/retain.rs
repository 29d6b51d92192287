//! The retained messages: the last known state of every topic, in memory.
//!
//! rmqtt keeps none unless it is given a place. They are lost at a restart, which is well: state
//! of unknown age is worse than none, devices report theirs when they connect again, and the
//! controller publishes its own at the start.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use rmqtt::{
    Result,
    retain::{DefaultRetainStorage, RetainStorage},
    types::{Retain, TopicFilter, TopicName},
};

use super::counters::Tally;

/// The most topics with a retained message: five channels of 20,000 devices.
pub(super) const RETAINED_MAX: usize = 100_000;

/// A bounded store of retained messages.
pub(super) struct Retained {
    messages: DefaultRetainStorage,
    limit: usize,
    tally: Arc<Tally>,
}

impl Retained {
    pub fn new(limit: usize, tally: Arc<Tally>) -> Self {
        Self { messages: DefaultRetainStorage::new(), limit, tally }
    }

    /// Whether a message on this topic would be one too many.
    async fn is_full_for(&self, topic: &TopicName) -> Result<bool> {
        if self.held().await < self.limit || !self.messages.get_message(topic).await?.is_empty() {
            return Ok(false);
        }
        self.messages.remove_expired_messages().await;
        Ok(self.held().await >= self.limit)
    }

    async fn held(&self) -> usize {
        usize::try_from(self.messages.count().await).unwrap_or(0)
    }
}

#[async_trait]
impl RetainStorage for Retained {
    fn enable(&self) -> bool {
        true
    }

    /// A message too many is passed on to the subscribers of the moment but not held. An error
    /// here would close its sender's connection, which would only send it again.
    async fn set(&self, topic: &TopicName, retain: Retain, expiry: Option<Duration>) -> Result<()> {
        if !retain.publish.payload.is_empty() && self.is_full_for(topic).await? {
            self.tally.retained_refused.add();
            tracing::warn!(
                topic = &**topic,
                limit = self.limit,
                "too many retained messages; this one is not held"
            );
            return Ok(());
        }
        // rmqtt means "for ever" by zero, its store "at once".
        let expiry = expiry.filter(|interval| !interval.is_zero());
        self.messages.set_with_timeout(topic, retain, expiry).await
    }

    async fn get(&self, filter: &TopicFilter) -> Result<Vec<(TopicName, Retain)>> {
        self.messages.get_message(filter).await
    }

    async fn count(&self) -> isize {
        self.messages.count().await
    }

    async fn max(&self) -> isize {
        self.messages.max().await
    }
}
