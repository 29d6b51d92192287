//! The embedded MQTT broker: rmqtt behind the link port, with the decision inside its publish hook.
//!
//! A device's publish is first checked for permission, then handed to the controller, and only when
//! the controller has accepted it does the broker acknowledge it: *acknowledged means durable*, even
//! if the controller dies with its broker. What the controller does not take closes the connection
//! without PUBACK, so that the device keeps it and delivers it again. Only that client waits, but
//! wholly: what it subscribes to reaches it after the answer too, so a reader and the gate it opens
//! are two clients.
//!
//! Everything runs as tasks of the runtime in which [`start`] is called, on one thread or many. What
//! a message means is not known here.

pub mod accounts;
mod counters;
mod heard;
mod hook;
mod in_hand;
mod listen;
mod outgoing;
mod permission;
mod retain;
mod session;

use std::{
    fmt,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use onecard_devices::{
    link::{Publish, Receive},
    topic::Topics,
};
use onecard_rules::Time;
use rmqtt::{context::ServerContext, server::MqttServer, shared::Entry};
use tokio::task::{JoinHandle, JoinSet};

pub use self::counters::Counters;
use self::{
    accounts::Accounts,
    counters::Tally,
    heard::Heard,
    hook::Gatekeeper,
    in_hand::InHand,
    outgoing::{Forwarder, Publisher},
    retain::{RETAINED_MAX, Retained},
    session::OrderedSessions,
};

/// The longest payload taken by default, in bytes; the longest that the topics ask for is far
/// below 1 KiB.
pub const PAYLOAD_LIMIT: usize = 64 * 1024;

/// How many messages wait for one client by default. rmqtt's own default, 1,000, loses acknowledged
/// messages when a gate is away for minutes.
pub const SESSION_QUEUE: usize = 100_000;

/// How long a stopping broker waits for answers, and for what is queued to go out.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// How long the controller may take over a message by default. Generous, for a commit takes
/// milliseconds: it only keeps a stuck message from holding its client for ever.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// What tells the time; it must be the clock that the rest of the controller uses.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;
/// Who is told of messages that will not arrive. It must not block.
pub type OnDropped = Arc<dyn Fn(&Dropped) + Send + Sync>;

/// A message that a subscriber should have got and never will.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The subscriber's client id.
    pub client: String,
    pub topic: String,
    pub cause: DropCause,
}

/// Why a message will not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropCause {
    /// The subscriber takes too little; its oldest message made room.
    QueueFull,
    /// The subscriber's session was just then changing hands or ending.
    NoSession,
}

/// Where to listen with TLS. The files are PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    pub address: SocketAddr,
    /// The certificate and its chain.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// How the broker runs.
#[derive(Clone)]
pub struct Settings {
    /// MQTT 3.1.1 and 5; port 0 takes a free one.
    pub tcp: SocketAddr,
    /// The same over WebSocket, unencrypted, for screens.
    pub websocket: Option<SocketAddr>,
    /// The same over TLS.
    pub tls: Option<Tls>,
    /// Whether clients without a name may report for any device and read everything. Demonstrations
    /// only, and on loopback only.
    pub anonymous: bool,
    pub topics: Topics,
    /// The longest payload, in bytes, in and out.
    pub payload_limit: usize,
    /// How many messages may wait for one client, connected or not. A full queue drops its oldest
    /// and says so to `on_dropped`.
    pub session_queue: usize,
    /// How long the controller may take over a message before it counts as refused.
    pub answer_limit: Duration,
    pub clock: Clock,
    /// When the controller's previous run was last known to run: a second delivery from a client
    /// not yet seen in this run was sent after that. `None`: no previous run is known, and such a
    /// delivery may be of any age.
    pub last_alive: Option<Time>,
    pub on_dropped: OnDropped,
}

impl Settings {
    /// Settings for one TCP address, with names required and nothing dropped reported but in logs.
    #[must_use]
    pub fn new(tcp: SocketAddr, topics: Topics, clock: Clock) -> Self {
        Self {
            tcp,
            websocket: None,
            tls: None,
            anonymous: false,
            topics,
            payload_limit: PAYLOAD_LIMIT,
            session_queue: SESSION_QUEUE,
            answer_limit: ANSWER_LIMIT,
            clock,
            last_alive: None,
            on_dropped: Arc::new(|_| {}),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("tcp", &self.tcp)
            .field("websocket", &self.websocket)
            .field("tls", &self.tls)
            .field("anonymous", &self.anonymous)
            .field("topics", &self.topics)
            .field("payload_limit", &self.payload_limit)
            .field("session_queue", &self.session_queue)
            .field("answer_limit", &self.answer_limit)
            .field("last_alive", &self.last_alive)
            .finish_non_exhaustive()
    }
}

/// Why the broker did not start.
#[derive(Debug, thiserror::Error)]
pub enum BrokerFailure {
    #[error(
        "clients without a name are allowed on loopback only, and `{address}` is none; \
         give the devices accounts or listen on 127.0.0.1"
    )]
    AnonymousOffLoopback { address: SocketAddr },
    #[error("cannot listen on `{address}`: {cause}; free the address or choose another")]
    Bind { address: SocketAddr, cause: String },
    #[error(
        "cannot use the certificate `{}` with the key `{}` for TLS on `{address}`: {cause}",
        certificate.display(),
        key.display()
    )]
    Tls { address: SocketAddr, certificate: PathBuf, key: PathBuf, cause: String },
}

/// A running broker. Keep it, and end it with [`Broker::stop`]: dropping it leaves the listeners
/// open and the controller's way out closed.
pub struct Broker {
    gatekeeper: Arc<Gatekeeper>,
    publisher: Arc<Publisher>,
    forwarder: Forwarder,
    server: JoinHandle<()>,
    addresses: Addresses,
}

/// Where a broker listens, with the ports that it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    pub tcp: SocketAddr,
    pub websocket: Option<SocketAddr>,
    pub tls: Option<SocketAddr>,
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broker").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

/// Starts the broker in the current runtime. Start it when every table that `receive` needs is
/// loaded: devices deliver at once what they kept.
///
/// # Errors
/// When an address or certificate cannot be used, or names are not required off loopback. Nothing
/// listens then.
pub async fn start(
    settings: Settings,
    accounts: Arc<Accounts>,
    receive: Receive,
) -> Result<Broker, BrokerFailure> {
    refuse_anonymous_off_loopback(&settings)?;
    let listeners = listen::bind(&settings)?;
    let addresses = listeners.addresses;

    let context = ServerContext::new()
        // It would refuse connections when the processor is busy, just when all come back at once.
        .busy_check_enable(false)
        .build()
        .await;
    let tally = Arc::new(Tally::default());
    *context.extends.retain_mut().await = Box::new(Retained::new(RETAINED_MAX, Arc::clone(&tally)));
    *context.extends.session_mgr_mut().await = Box::new(OrderedSessions);
    let gatekeeper = Arc::new(Gatekeeper {
        context: context.clone(),
        topics: settings.topics,
        accounts,
        anonymous: settings.anonymous,
        payload_limit: settings.payload_limit,
        answer_limit: settings.answer_limit,
        receive,
        clock: settings.clock,
        last_alive: settings.last_alive.unwrap_or(Time::UNIX_EPOCH),
        on_dropped: settings.on_dropped,
        tally,
        heard: Mutex::new(Heard::default()),
        in_hand: InHand::default(),
    });
    hook::install(&gatekeeper).await;

    let (publisher, forwarder) = Forwarder::start(context.clone(), settings.payload_limit);
    let mut server = MqttServer::new(context);
    for (id, listener) in (1..).zip(listeners.all) {
        server = server.listener_by_id(listener, id);
    }
    // `run`, for rmqtt's own `start` would end the process on a failure.
    let run = server.build().run();
    let server = tokio::spawn(async move {
        if let Err(error) = run.await {
            tracing::error!(%error, "the broker's listeners failed");
        }
    });
    if settings.anonymous {
        tracing::warn!(
            address = %addresses.tcp,
            "clients without a name may report for any device and read everything; \
             for demonstrations only"
        );
    }
    tracing::info!(?addresses, "the broker listens");
    Ok(Broker { gatekeeper, publisher, forwarder, server, addresses })
}

impl Broker {
    /// Where the controller publishes.
    #[must_use]
    pub fn publisher(&self) -> Arc<dyn Publish> {
        Arc::clone(&self.publisher) as Arc<dyn Publish>
    }

    /// Where it listens.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// A handle for those who watch it.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle(Arc::clone(&self.gatekeeper))
    }

    /// Stops: first the listeners close, then messages in hand get their answers, then what was
    /// published goes out, then the sessions end. Last wills are not published: it is not the
    /// devices that go.
    pub async fn stop(self) {
        self.server.abort();
        self.gatekeeper.in_hand.close(STOP_PATIENCE).await;
        self.forwarder.stop().await;
        let sent = wait_until_sent(&self.gatekeeper.context);
        if tokio::time::timeout(STOP_PATIENCE, sent).await.is_err() {
            tracing::warn!("messages were still waiting for connected clients");
        }
        end_sessions(&self.gatekeeper.context, |_| true).await;
    }
}

/// A running broker as its metrics and the keeper of accounts see it.
#[derive(Clone)]
pub struct Handle(Arc<Gatekeeper>);

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

impl Handle {
    /// What the broker has counted so far.
    pub async fn counters(&self) -> Counters {
        let count = |counted: isize| u64::try_from(counted).unwrap_or(0);
        let context = &self.0.context;
        let retained = context.extends.retain().await.count().await;
        self.0.tally.read(count(context.connections.count()), count(retained))
    }

    /// Ends every session of an account, connected or not, with its subscriptions and what waits
    /// for it: for accounts that were removed, or have lost rights.
    pub async fn disconnect(&self, username: &str) {
        end_sessions(&self.0.context, |name| name == Some(username)).await;
    }
}

async fn end_sessions(context: &ServerContext, which: impl Fn(Option<&str>) -> bool) {
    let mut ending = JoinSet::new();
    for mut entry in entries(context).await {
        if which(entry.session().and_then(|s| s.id.username.clone()).as_deref()) {
            ending.spawn(async move {
                if let Err(error) = entry.kick(true, true, true).await {
                    tracing::warn!(client = %entry.id(), %error, "a session could not be ended");
                }
            });
        }
    }
    ending.join_all().await;
}

/// All sessions, collected first: rmqtt's iterator holds a lock that looking at a session needs.
async fn entries(context: &ServerContext) -> Vec<Box<dyn Entry>> {
    context.extends.shared().await.iter().collect()
}

/// Waits until nothing is queued for clients that are connected.
async fn wait_until_sent(context: &ServerContext) {
    // Let the sessions take up what was just forwarded to them.
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
    loop {
        let mut waiting = false;
        for session in entries(context).await.iter().filter_map(|entry| entry.session()) {
            waiting |=
                !session.deliver_queue().is_empty() && session.connected().await.unwrap_or(false);
        }
        if !waiting {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn refuse_anonymous_off_loopback(settings: &Settings) -> Result<(), BrokerFailure> {
    let addresses =
        [Some(settings.tcp), settings.websocket, settings.tls.as_ref().map(|tls| tls.address)];
    match addresses.into_iter().flatten().find(|address| !address.ip().is_loopback()) {
        Some(address) if settings.anonymous => Err(BrokerFailure::AnonymousOffLoopback { address }),
        _ => Ok(()),
    }
}
