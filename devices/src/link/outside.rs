//! A client of an outside broker: the port to MQTT over a connection that comes and goes.
//!
//! Speaks MQTT 3.1.1 over TCP or TLS, which every broker of version 3.1.1 or 5 understands. What this
//! file answers for is the shape: settings in, a publisher, a handle and a driver out. The parts:
//!
//! - `driver` connects, again and again, and turns packets into calls;
//! - `wire` is one connection as packets, over TLS by `tls`; `connection` keeps its books, and
//!   forgets them with it;
//! - `outbox` keeps outgoing messages until their acknowledgement, over all connections;
//! - `freshness` proves how old an incoming message can be;
//! - `pace` spaces attempts.
//!
//! **Load, then listen.** [`connect`] touches no network. A broker that kept the session delivers
//! from the first moment of a connection: run the [`Driver`] once every table is loaded.
//!
//! Outgoing messages reach the broker at least once: after a lost connection a message may go out a
//! second time, as a new packet. What a message means must not depend on its being the only copy.

mod connection;
mod counters;
mod driver;
mod freshness;
mod outbox;
mod tls;
mod wire;

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use onecard_rules::Time;
use tokio::sync::{Notify, watch};

use self::{counters::Counters, outbox::Outbox};
pub use self::{
    counters::Counts,
    driver::Driver,
    tls::{Tls, TlsMistake},
};
use super::{Publish, Qos, Receive};

/// The caller's clock.
pub type Now = Arc<dyn Fn() -> Time + Send + Sync>;

/// What to connect to, and as whom.
#[derive(Clone)]
pub struct Settings {
    /// A host name or address.
    pub host: String,
    pub port: u16,
    /// `None`: whatever is said can be heard and changed on the way.
    pub tls: Option<Tls>,
    pub credentials: Option<Credentials>,
    /// The name of the session at the broker: the same at every start, and no other client's.
    pub client_id: String,
    /// Topic filters, and how hard the broker tries.
    pub subscriptions: Vec<(String, Qos)>,
    /// A topic that nobody else uses, such as `{prefix}/_/controller/{id}/probe`: the link publishes
    /// to it and subscribes to it, to learn what waited at the broker.
    pub probe_topic: String,
    /// What the broker and the link say about this client; `None`: nothing.
    pub availability: Option<Availability>,
    /// How many messages may wait to be sent or acknowledged.
    pub capacity: usize,
    /// The longest packet either way, in bytes: no more than the broker takes. Longer messages
    /// are refused on the way out and thrown away, counted, on the way in.
    pub max_packet: usize,
    pub now: Now,
    /// When this controller was last in charge before this start. What waits at the broker was sent
    /// after it; `None`: nothing of it can be taken for fresh.
    pub last_alive: Option<Time>,
    pub timings: Timings,
    /// Of the jitter between connection attempts.
    pub seed: u64,
}

/// Name and password at the broker.
#[derive(Clone)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

/// A retained message that says whether this client is there.
#[derive(Debug, Clone)]
pub struct Availability {
    pub topic: String,
    /// Published after every connection.
    pub online: Bytes,
    /// The last will, and published before an orderly goodbye.
    pub offline: Bytes,
}

/// How patient the link is.
#[derive(Debug, Clone, Copy)]
pub struct Timings {
    /// The pause before the second attempt to connect; the first is made at once.
    pub retry_first: Duration,
    /// The longest pause between attempts: well under the second within which the controller is to
    /// be back in charge once the broker is.
    pub retry_cap: Duration,
    /// How long a connection attempt may take, until the broker has accepted it.
    pub connect: Duration,
    /// MQTT's keep-alive, in whole seconds, at least one.
    pub keep_alive: Duration,
    /// Between probes.
    pub probe: Duration,
    /// A message counts as sent just now when it was sent at most so long ago.
    pub fresh: Duration,
    /// A broker that acknowledges nothing for so long is given up and connected to afresh.
    pub stuck: Duration,
    /// The pause before the first forced second delivery of refused messages, doubled each time.
    pub refusal_first: Duration,
    /// The longest such pause.
    pub refusal_cap: Duration,
    /// How long a goodbye may take.
    pub stop: Duration,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            retry_first: Duration::from_millis(20),
            retry_cap: Duration::from_millis(500),
            connect: Duration::from_secs(3),
            keep_alive: Duration::from_secs(5),
            probe: Duration::from_millis(500),
            fresh: Duration::from_secs(2),
            stuck: Duration::from_secs(5),
            refusal_first: Duration::from_millis(50),
            refusal_cap: Duration::from_secs(2),
            stop: Duration::from_secs(2),
        }
    }
}

/// Why settings cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error(
        "the client id is empty, and the broker keeps a session by it: give the controller one"
    )]
    NoClientId,
    #[error("`{0}` is no MQTT topic filter: `+` stands for one whole segment, `#` for the rest")]
    Filter(String),
    #[error("`{0}` is no MQTT topic: it must not be empty nor hold `+` or `#`")]
    Topic(String),
    #[error("the queue to the broker needs room for at least one message")]
    NoCapacity,
    #[error("a keep-alive of `{0:?}` is too short: it is counted in whole seconds from one up")]
    KeepAlive(Duration),
}

/// Prepares a link; the driver is to be run, once, when the controller is ready for messages.
///
/// # Errors
/// When the settings cannot work with any broker.
pub fn connect(
    settings: Settings,
    receive: Receive,
) -> Result<(Arc<dyn Publish>, Handle, Driver), SettingsError> {
    settings.check()?;
    let counters = Arc::new(Counters::default());
    let outbox = Arc::new(Outbox::new(
        settings.capacity,
        settings.max_packet,
        settings.now.clone(),
        counters.clone(),
    ));
    let stop = Arc::new(Notify::new());
    let (connected_sender, connected) = watch::channel(false);
    let handle = Handle { connected, counters: counters.clone(), stop: stop.clone() };
    let driver = Driver::new(settings, receive, outbox.clone(), counters, connected_sender, stop);
    Ok((outbox, handle, driver))
}

/// Watches and ends a link.
#[derive(Debug, Clone)]
pub struct Handle {
    /// Whether the broker takes messages and delivers all that is subscribed to, right now. Closed
    /// once the driver has ended.
    pub connected: watch::Receiver<bool>,
    counters: Arc<Counters>,
    stop: Arc<Notify>,
}

impl Handle {
    /// What the link has been through so far.
    pub fn counts(&self) -> Counts {
        self.counters.read()
    }

    /// Ends the link in order: takes nothing more in either direction, sends what waits and the
    /// acknowledgements still due, says goodbye, disconnects. Returns once the driver has ended,
    /// after the time for a goodbye at the latest; what could not be sent then loses its receipt.
    pub async fn stop(&self) {
        self.stop.notify_one();
        let mut connected = self.connected.clone();
        while connected.changed().await.is_ok() {}
    }
}

impl Settings {
    fn check(&self) -> Result<(), SettingsError> {
        if self.client_id.is_empty() {
            return Err(SettingsError::NoClientId);
        }
        if self.capacity == 0 {
            return Err(SettingsError::NoCapacity);
        }
        if self.timings.keep_alive < Duration::from_secs(1) {
            return Err(SettingsError::KeepAlive(self.timings.keep_alive));
        }
        if let Some((filter, _)) =
            self.subscriptions.iter().find(|(filter, _)| !rumqttc::valid_filter(filter))
        {
            return Err(SettingsError::Filter(filter.clone()));
        }
        let mut topics =
            self.availability.iter().map(|said| &said.topic).chain([&self.probe_topic]);
        match topics.find(|topic| !outbox::is_a_name(topic)) {
            Some(topic) => Err(SettingsError::Topic(topic.clone())),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("credentials", &self.credentials)
            .field("client_id", &self.client_id)
            .field("subscriptions", &self.subscriptions)
            .field("probe_topic", &self.probe_topic)
            .field("availability", &self.availability)
            .field("capacity", &self.capacity)
            .field("max_packet", &self.max_packet)
            .field("last_alive", &self.last_alive)
            .field("timings", &self.timings)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A password must not reach a log.
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}
