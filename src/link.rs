//! The link that the campus asks for: the embedded broker, or a client of an outside one.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use onecard_devices::{
    clock::SharedClock,
    link::{Publish, Qos, Receive, outside},
    topic::{Channel, Topics, WHOLE_SITE},
};
use onecard_rules::{Time, event::DeviceKind};
use tokio::task::JoinHandle;

use crate::{
    broker::{self, Broker, BrokerFailure, accounts::Accounts},
    campus::{BrokerSettings, Campus, Embedded, Outside},
    controller::CONTROLLER,
    http::Websocket,
    metrics::Metrics,
    switchboard,
};

/// Messages that may wait for an outside broker.
const QUEUE: usize = 16_384;
/// Longest packet to and from an outside broker, in bytes.
const PACKET_BYTES_MAX: usize = 256 * 1024;

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum LinkFailure {
    #[error(transparent)]
    Broker(#[from] BrokerFailure),
    #[error("the outside broker's settings are wrong: {0}")]
    Settings(#[from] outside::SettingsError),
    #[error("`{file}` with the broker's password cannot be read: {source}")]
    Password { file: String, source: std::io::Error },
    #[error("`{file}` with the authorities of the broker's certificate cannot be read: {source}")]
    Authorities { file: String, source: std::io::Error },
    #[error("`{file}`, the `ca_file` of the outside broker, cannot be used: {source}")]
    Tls { file: String, source: outside::TlsMistake },
}

/// A link.
pub enum Link {
    Embedded(Broker),
    Outside {
        publisher: Arc<dyn Publish>,
        handle: outside::Handle,
        /// Until the link listens.
        driver: Option<Box<outside::Driver>>,
        running: Option<JoinHandle<()>>,
    },
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Embedded(_) => "Embedded",
            Self::Outside { .. } => "Outside",
        })
    }
}

/// What can be asked of a link by others than its owner.
#[derive(Clone)]
pub enum LinkHandle {
    Embedded(broker::Handle),
    Outside(outside::Handle),
}

impl Link {
    /// Opens the link. Messages go to `receive`.
    ///
    /// # Errors
    /// When an address or certificate cannot be used.
    pub async fn open(
        campus: &Campus,
        topics: &Topics,
        accounts: Arc<Accounts>,
        clock: &SharedClock,
        last_alive: Option<Time>,
        metrics: &Metrics,
        receive: Receive,
    ) -> Result<Self, LinkFailure> {
        match &campus.broker {
            BrokerSettings::Embedded(embedded) => {
                let settings = settings(embedded, campus, topics, clock, last_alive, metrics);
                Ok(Self::Embedded(broker::start(settings, accounts, receive).await?))
            }
            BrokerSettings::Outside(outside) => {
                let settings = outside_settings(outside, campus, topics, clock, last_alive)?;
                let (publisher, handle, driver) = outside::connect(settings, receive)?;
                Ok(Self::Outside {
                    publisher,
                    handle,
                    driver: Some(Box::new(driver)),
                    running: None,
                })
            }
        }
    }
}

impl Link {
    /// Begins to take messages; everything behind the receiver is there. The embedded broker took
    /// connections before, but nothing of what they sent.
    pub fn listen(&mut self) {
        match self {
            Self::Embedded(_) => {}
            Self::Outside { driver, running, .. } => {
                *running = driver.take().map(|driver| actix::spawn(driver.run()));
            }
        }
    }

    /// Where the controller publishes.
    #[must_use]
    pub fn publisher(&self) -> Arc<dyn Publish> {
        match self {
            Self::Embedded(broker) => broker.publisher(),
            Self::Outside { publisher, .. } => Arc::clone(publisher),
        }
    }

    /// Where the embedded broker listens.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Embedded(broker) => Some(broker.addresses().tcp),
            Self::Outside { .. } => None,
        }
    }

    /// Where pages find the broker; `campus` is what the link was opened for.
    #[must_use]
    pub fn websocket(&self, campus: &Campus) -> Websocket {
        match (self, &campus.broker) {
            (Self::Embedded(broker), BrokerSettings::Embedded(embedded)) => {
                match (broker.addresses().websocket, &embedded.websocket_url) {
                    (Some(_), Some(url)) => Websocket::Behind(url.clone()),
                    (Some(address), None) => Websocket::Open(address),
                    (None, _) => Websocket::Closed,
                }
            }
            (Self::Embedded(_) | Self::Outside { .. }, _) => Websocket::Outside,
        }
    }

    #[must_use]
    pub fn handle(&self) -> LinkHandle {
        match self {
            Self::Embedded(broker) => LinkHandle::Embedded(broker.handle()),
            Self::Outside { handle, .. } => LinkHandle::Outside(handle.clone()),
        }
    }

    /// Answers what is in hand, sends what is queued, closes.
    pub async fn close(self) {
        match self {
            Self::Embedded(broker) => broker.stop().await,
            Self::Outside { handle, running, .. } => {
                handle.stop().await;
                if let Some(Err(error)) = match running {
                    Some(running) => Some(running.await),
                    None => None,
                } {
                    tracing::warn!(%error, "the link to the broker ended badly");
                }
            }
        }
    }
}

impl std::fmt::Debug for LinkHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Embedded(_) => "Embedded",
            Self::Outside(_) => "Outside",
        })
    }
}

impl LinkHandle {
    /// Whether messages can come and go.
    #[must_use]
    pub fn is_up(&self) -> bool {
        match self {
            Self::Embedded(_) => true,
            Self::Outside(handle) => *handle.connected.borrow(),
        }
    }

    /// Ends the sessions of accounts that are no more, or may do less.
    pub async fn disconnect(&self, username: &str) {
        match self {
            Self::Embedded(broker) => broker.disconnect(username).await,
            // Accounts there are that broker's own.
            Self::Outside(_) => {}
        }
    }

    /// What was counted, by name, for the metrics.
    pub async fn counts(&self) -> Vec<(&'static str, u64)> {
        match self {
            Self::Embedded(broker) => {
                let counters = broker.counters().await;
                vec![
                    ("connections", counters.connections),
                    ("failed_logins", counters.failed_logins),
                    ("refused_publishes", counters.refused_publishes),
                    ("refused_subscriptions", counters.refused_subscriptions),
                    ("closed_without_puback", counters.closed_without_puback),
                    ("dropped", counters.dropped),
                    ("retained", counters.retained),
                ]
            }
            Self::Outside(handle) => {
                let counts = handle.counts();
                vec![
                    ("reconnects", counts.reconnects),
                    ("redelivered", counts.redelivered),
                    ("refused", counts.refused),
                    ("oversized", counts.oversized),
                    ("republished", counts.republished),
                    ("dropped_expired", counts.dropped_expired),
                    ("dropped_offline", counts.dropped_offline),
                    ("stalls", counts.stalls),
                ]
            }
        }
    }
}

fn settings(
    embedded: &Embedded,
    campus: &Campus,
    topics: &Topics,
    clock: &SharedClock,
    last_alive: Option<Time>,
    metrics: &Metrics,
) -> broker::Settings {
    let now = clock.clone();
    let mut settings =
        broker::Settings::new(embedded.listen, topics.clone(), Arc::new(move || now.now()));
    settings.websocket = embedded.websocket;
    settings.tls = embedded.tls.as_ref().map(|tls| broker::Tls {
        address: tls.listen,
        certificate: campus.folder.join(&tls.certificate),
        key: campus.folder.join(&tls.key),
    });
    settings.anonymous = embedded.anonymous;
    settings.last_alive = last_alive;
    let metrics = metrics.clone();
    settings.on_dropped = Arc::new(move |dropped| {
        metrics.refuse("message_dropped");
        tracing::error!(client = dropped.client, topic = dropped.topic, "a message was dropped");
    });
    settings
}

fn outside_settings(
    outside: &Outside,
    campus: &Campus,
    topics: &Topics,
    clock: &SharedClock,
    last_alive: Option<Time>,
) -> Result<outside::Settings, LinkFailure> {
    let password = match &outside.password_file {
        Some(file) => {
            let path = campus.folder.join(file);
            let text = std::fs::read_to_string(&path).map_err(|source| LinkFailure::Password {
                file: path.display().to_string(),
                source,
            })?;
            text.lines().next().unwrap_or_default().to_owned()
        }
        None => String::new(),
    };
    let tls = match &outside.ca_file {
        Some(file) => {
            let path = campus.folder.join(file);
            let file = || path.display().to_string();
            let pem = std::fs::read(&path)
                .map_err(|source| LinkFailure::Authorities { file: file(), source })?;
            let tls = outside::Tls::new(&pem, &outside.host);
            Some(tls.map_err(|source| LinkFailure::Tls { file: file(), source })?)
        }
        None => None,
    };
    let credentials = outside.username.clone().map(|user| outside::Credentials { user, password });
    let filters = switchboard::subscriptions(topics, CONTROLLER).into_iter();
    let topic = topics.build(WHOLE_SITE, DeviceKind::Controller, CONTROLLER, Channel::Availability);
    let now = clock.clone();
    Ok(outside::Settings {
        host: outside.host.clone(),
        port: outside.port,
        tls,
        credentials,
        client_id: outside.client_id.clone(),
        subscriptions: filters.map(|filter| (filter, Qos::AtLeastOnce)).collect(),
        probe_topic: format!("{}/{WHOLE_SITE}/controller/{CONTROLLER}/probe", topics.prefix()),
        availability: Some(outside::Availability {
            topic,
            online: Bytes::from_static(b"online"),
            offline: Bytes::from_static(b"offline"),
        }),
        capacity: QUEUE,
        max_packet: PACKET_BYTES_MAX,
        now: Arc::new(move || now.now()),
        last_alive,
        timings: outside::Timings::default(),
        seed: u64::from(std::process::id()),
    })
}
