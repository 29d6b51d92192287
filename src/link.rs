//! The link that the campus asks for: the embedded broker, or a client of an outside one.

use std::{
    net::SocketAddr,
    sync::Arc,
};

use onecard_devices::{
    clock::SharedClock,
    link::{Publish, Receive},
    topic::Topics,
};
use onecard_rules::Time;

use crate::{
    broker::{self, Broker, BrokerFailure, accounts::Accounts},
    campus::{BrokerSettings, Campus, Embedded},
    metrics::Metrics,
};

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum LinkFailure {
    #[error(transparent)]
    Broker(#[from] BrokerFailure),
    #[error("`{file}` with the broker's password cannot be read: {source}")]
    Password { file: String, source: std::io::Error },
}

/// A link.
#[derive(Debug)]
pub enum Link {
    Embedded(Broker),
}

/// What can be asked of a link by others than its owner.
#[derive(Debug, Clone)]
pub enum LinkHandle {
    Embedded(broker::Handle),
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
            BrokerSettings::Outside(_) => unreachable!(),
        }
    }
}

impl Link {
    /// Where the controller publishes.
    #[must_use]
    pub fn publisher(&self) -> Arc<dyn Publish> {
        match self {
            Self::Embedded(broker) => broker.publisher(),
        }
    }

    /// Where the embedded broker listens.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Embedded(broker) => Some(broker.addresses().tcp),
        }
    }

    #[must_use]
    pub fn handle(&self) -> LinkHandle {
        match self {
            Self::Embedded(broker) => LinkHandle::Embedded(broker.handle()),
        }
    }

    /// Answers what is in hand, sends what is queued, closes.
    pub async fn close(self) {
        match self {
            Self::Embedded(broker) => broker.stop().await,
        }
    }
}

impl LinkHandle {
    /// Whether messages can come and go.
    #[must_use]
    pub fn is_up(&self) -> bool {
        match self {
            Self::Embedded(_) => true,
        }
    }

    /// Ends the sessions of accounts that are no more, or may do less.
    pub async fn disconnect(&self, username: &str) {
        match self {
            Self::Embedded(broker) => broker.disconnect(username).await,
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
