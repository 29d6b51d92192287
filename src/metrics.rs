//! What is measured while running, in the Prometheus text format.
//!
//! Counting happens where things happen; this file names the series and renders them.

use std::sync::{Arc, Mutex, atomic::AtomicI64, atomic::AtomicU64};

use onecard_rules::reason::Reason;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

/// The outcome of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Outcome {
    pub reason: String,
    pub granted: String,
}

/// What was wrong with a message, and whose it was.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Refusal {
    pub what: String,
}

/// Every series of the controller itself.
#[derive(Debug, Clone)]
pub struct Metrics {
    pub decisions: Family<Outcome, Counter>,
    /// From the arrival of a swipe at the reader's actor to its decision.
    pub decision_seconds: Histogram,
    /// From the decision to its record being on disk.
    pub durable_seconds: Histogram,
    pub messages: Counter,
    /// Messages that were not taken, by why.
    pub refused: Family<Refusal, Counter>,
    pub alarms_standing: Gauge<i64, AtomicI64>,
    pub facts_published: Counter<u64, AtomicU64>,
    pub publish_refusals: Counter,
    /// 1 while processors are kept awake.
    pub processors_awake: Gauge<i64, AtomicI64>,
    registry: Arc<Mutex<Registry>>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    #[must_use]
    pub fn new() -> Self {
        // 5 µs to 2.6 s: a decision alone takes some 15 µs, the law's bound is 2 s.
        let buckets = || exponential_buckets(0.000_005, 2.0, 20);
        let metrics = Self {
            decisions: Family::default(),
            decision_seconds: Histogram::new(buckets()),
            durable_seconds: Histogram::new(buckets()),
            messages: Counter::default(),
            refused: Family::default(),
            alarms_standing: Gauge::default(),
            facts_published: Counter::default(),
            publish_refusals: Counter::default(),
            processors_awake: Gauge::default(),
            registry: Arc::new(Mutex::new(Registry::with_prefix("onecard"))),
        };
        metrics.register_all();
        metrics
    }

    fn register_all(&self) {
        self.with_registry(|registry| {
            registry.register("decisions", "Access decisions", self.decisions.clone());
            registry.register_with_unit(
                "decision",
                "From a swipe's arrival to its decision",
                Unit::Seconds,
                self.decision_seconds.clone(),
            );
            registry.register_with_unit(
                "durable",
                "From a decision to its record being on disk",
                Unit::Seconds,
                self.durable_seconds.clone(),
            );
            registry.register("messages", "Messages from devices", self.messages.clone());
            registry.register("messages_refused", "Messages not taken", self.refused.clone());
            registry.register("alarms_standing", "Alarms raised", self.alarms_standing.clone());
            let published = self.facts_published.clone();
            registry.register("facts_published", "Facts handed to the broker", published);
            let refusals = self.publish_refusals.clone();
            registry.register("publish_refusals", "Publishes the link refused", refusals);
            let awake = self.processors_awake.clone();
            registry.register("processors_awake", "Whether processors are kept awake", awake);
        });
    }

    /// Adds series that live elsewhere: the store's, the broker's.
    pub fn with_registry(&self, add: impl FnOnce(&mut Registry)) {
        // A poisoned lock means that a panic is under way, which ends the process.
        if let Ok(mut registry) = self.registry.lock() {
            add(&mut registry);
        }
    }

    /// Counts a decision.
    pub fn decided(&self, reason: Reason, granted: bool) {
        let labels = Outcome { reason: reason.code().to_owned(), granted: granted.to_string() };
        self.decisions.get_or_create(&labels).inc();
    }

    /// Counts a message that was not taken.
    pub fn refuse(&self, what: &str) {
        self.refused.get_or_create(&Refusal { what: what.to_owned() }).inc();
    }

    /// All series as text.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        if let Ok(registry) = self.registry.lock() {
            // Writing to a string cannot fail.
            let _ = encode(&mut text, &registry);
        }
        text
    }
}
