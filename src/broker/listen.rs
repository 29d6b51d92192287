//! Where the broker listens, and the limits of each connection.

use std::{net::SocketAddr, num::NonZeroU16, path::PathBuf, time::Duration};

use rmqtt::net::{Builder, Listener};

use super::{Addresses, BrokerFailure, Settings, Tls};

/// What topic, properties and headers may add to a payload, in bytes.
const PACKET_OVERHEAD: usize = 4 * 1024;
/// Messages sent to one client and not yet acknowledged.
const IN_FLIGHT: NonZeroU16 = NonZeroU16::new(1_024).unwrap();
/// How long a session outlives its connection: over a weekend's power cut.
const SESSION_EXPIRY: Duration = Duration::from_hours(72);
/// Topics of ours have six or seven levels.
const TOPIC_LEVELS_MAX: usize = 8;
/// A guard of many single gates hears each of them by some filters of its own.
const SUBSCRIPTIONS_MAX: usize = 2048;
const CLIENT_ID_LENGTH_MAX: usize = 256;
/// Connections that wait to be accepted: all devices come back at once after a power cut.
const BACKLOG: i32 = 4_096;

/// Bound and not yet accepting.
pub(super) struct Listeners {
    pub all: Vec<Listener>,
    pub addresses: Addresses,
}

/// Binds every address of the settings.
///
/// # Errors
/// When one cannot be used; none stays bound then.
pub(super) fn bind(settings: &Settings) -> Result<Listeners, BrokerFailure> {
    let failed = |address: SocketAddr, cause: String| BrokerFailure::Bind { address, cause };
    let listen = |name, address| builder(name, address, settings).bind();
    let address_of = |listener: &Listener, asked| {
        listener.local_addr().map_err(|error| failed(asked, error.to_string()))
    };

    let tcp = listen("tcp", settings.tcp)
        .and_then(Listener::tcp)
        .map_err(|error| failed(settings.tcp, error.to_string()))?;
    let mut addresses =
        Addresses { tcp: address_of(&tcp, settings.tcp)?, websocket: None, tls: None };
    let mut all = vec![tcp];
    if let Some(asked) = settings.websocket {
        let listener = listen("websocket", asked)
            .and_then(Listener::ws)
            .map_err(|error| failed(asked, error.to_string()))?;
        addresses.websocket = Some(address_of(&listener, asked)?);
        all.push(listener);
    }
    if let Some(tls) = &settings.tls {
        let Tls { address, certificate, key } = tls.clone();
        let path = |path: &PathBuf| Some(path.to_string_lossy().into_owned());
        let listener = builder("tls", address, settings)
            .tls_cert(path(&certificate))
            .tls_key(path(&key))
            .bind()
            .map_err(|error| failed(address, error.to_string()))?;
        addresses.tls = Some(address_of(&listener, address)?);
        let listener = listener.tls().map_err(|error| BrokerFailure::Tls {
            address,
            certificate,
            key,
            cause: format!("{error:#}"),
        })?;
        all.push(listener);
    }
    Ok(Listeners { all, addresses })
}

fn builder(name: &str, address: SocketAddr, settings: &Settings) -> Builder {
    let packet = u32::try_from(settings.payload_limit + PACKET_OVERHEAD).unwrap_or(u32::MAX);
    Builder::new()
        .name(name)
        .laddr(address)
        .backlog(BACKLOG)
        // Without it Nagle's algorithm meets delayed acknowledgements: 44 ms a message.
        .nodelay(true)
        // A restarted controller must not wait for old connections to time out.
        .reuseaddr(Some(true))
        .max_packet_size(packet)
        // Also clients without a name must pass the hook, which looks at their last will.
        .allow_anonymous(false)
        .max_inflight(IN_FLIGHT)
        .max_mqueue_len(settings.session_queue)
        .session_expiry_interval(SESSION_EXPIRY)
        .max_session_expiry_interval(SESSION_EXPIRY)
        // Retained state and waiting messages expire only where they say so themselves.
        .message_expiry_interval(Duration::ZERO)
        // Redelivered to a new connection only: MQTT 5 forbids it within one.
        .message_retry_interval(Duration::ZERO)
        .max_topic_levels(TOPIC_LEVELS_MAX)
        .max_subscriptions(SUBSCRIPTIONS_MAX)
        .max_clientid_len(CLIENT_ID_LENGTH_MAX)
}

#[cfg(test)]
mod tests {
    use onecard_devices::topic::Topics;
    use onecard_rules::ids::SiteId;
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn every_listener_avoids_what_delays_or_loses_messages() {
        let topics = Topics::new("onecard", &SiteId::new("main").expect("a site"));
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut settings = Settings::new(any, topics, Arc::new(|| onecard_rules::Time::UNIX_EPOCH));
        settings.websocket = Some(any);
        let bound = bind(&settings).expect("free ports");
        assert_eq!(bound.all.len(), 2);
        for listener in bound.all {
            let limits = &listener.cfg;
            assert!(limits.nodelay, "44 ms a message otherwise");
            assert!(!limits.allow_anonymous, "wills of clients without a name go unseen otherwise");
            assert_eq!(limits.reuseaddr, Some(true));
            assert_eq!(limits.max_mqueue_len, 100_000);
            assert_eq!(limits.max_inflight.get(), 1_024);
            assert_eq!(limits.message_expiry_interval, Duration::ZERO, "state stays");
            assert_eq!(limits.message_retry_interval, Duration::ZERO);
        }
    }
}
