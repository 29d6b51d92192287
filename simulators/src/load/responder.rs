//! The floor: a client without logic or disk that answers each swipe with a fixed command.
//!
//! It is an ordinary rumqttc client, so that what it costs is what the wire and the broker cost.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use bytes::Bytes;
use rumqttc::{AsyncClient, Event, MqttOptions, NetworkOptions, Packet, QoS};
use tokio::sync::watch;

use super::LoadError;
use crate::wire::{Backoff, Dial, PATIENCE, WireError};

/// Commands that may wait for the connection; beyond that they are dropped and counted.
const QUEUE: usize = 8_192;
/// Commands that may wait for their PUBACK.
const IN_FLIGHT: u16 = 2_048;

/// What is answered to a swipe: a topic and a payload.
pub type Answers = HashMap<String, (String, Bytes)>;

/// A running responder; it stops when dropped.
#[derive(Debug)]
pub struct Responder {
    stop: watch::Sender<bool>,
    thread: Option<thread::JoinHandle<()>>,
    answered: Arc<AtomicU64>,
    dropped: Arc<AtomicU64>,
}

impl Responder {
    /// Starts a thread that subscribes to `swipe_filter` and answers by the swipe's topic. Returns
    /// when it is subscribed.
    ///
    /// # Errors
    /// When the broker is not there or silent for ten seconds.
    pub fn start(dial: &Dial, swipe_filter: &str, answers: Answers) -> Result<Self, LoadError> {
        let (stop, stopped) = watch::channel(false);
        let (ready, is_ready) = mpsc::sync_channel(1);
        let answered = Arc::new(AtomicU64::new(0));
        let dropped = Arc::new(AtomicU64::new(0));
        let (dial, filter) = (dial.clone(), swipe_filter.to_owned());
        let counts = (Arc::clone(&answered), Arc::clone(&dropped));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(WireError::from)?;
        let thread = thread::spawn(move || {
            runtime.block_on(respond(&dial, &filter, &answers, counts, ready, stopped));
        });
        let responder = Self { stop, thread: Some(thread), answered, dropped };
        is_ready.recv_timeout(PATIENCE).map_err(|_| WireError::Silent)?;
        Ok(responder)
    }

    /// How many swipes were answered.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Acquire)
    }

    /// How many could not be answered because the queue to the broker was full.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Acquire)
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed already; nothing is left to stop.
            let _ = thread.join();
        }
    }
}

async fn respond(
    dial: &Dial,
    filter: &str,
    answers: &Answers,
    (answered, dropped): (Arc<AtomicU64>, Arc<AtomicU64>),
    ready: mpsc::SyncSender<()>,
    mut stopped: watch::Receiver<bool>,
) {
    let (host, port) = (dial.broker.ip().to_string(), dial.broker.port());
    let mut options = MqttOptions::new(dial.client.as_str(), host, port);
    options.set_keep_alive(Duration::from_secs(30)).set_clean_session(true);
    options.set_inflight(IN_FLIGHT);
    if let Some(password) = &dial.password {
        options.set_credentials(dial.client.as_str(), password.as_str());
    }
    let (client, mut events) = AsyncClient::new(options, QUEUE);
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    events.set_network_options(network);
    let mut backoff = Backoff::new();
    loop {
        let event = tokio::select! {
            // The other branch may be ready without end; the wish to stop comes first.
            biased;
            _ = stopped.changed() => return,
            event = events.poll() => event,
        };
        match event {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                backoff.reset();
                if client.try_subscribe(filter, QoS::AtLeastOnce).is_err() {
                    tracing::warn!("the responder could not subscribe");
                }
            }
            Ok(Event::Incoming(Packet::SubAck(_))) => {
                // A second subscription, after a reconnect, finds nobody waiting.
                let _ = ready.try_send(());
            }
            Ok(Event::Incoming(Packet::Publish(swipe))) => {
                let Some((topic, payload)) = answers.get(&swipe.topic) else { continue };
                let payload = payload.to_vec();
                match client.try_publish(topic.as_str(), QoS::AtLeastOnce, false, payload) {
                    Ok(()) => answered.fetch_add(1, Ordering::AcqRel),
                    Err(_) => dropped.fetch_add(1, Ordering::AcqRel),
                };
            }
            Ok(_) => {}
            Err(error) => {
                tracing::debug!(%error, "the responder's connection is gone");
                tokio::time::sleep(backoff.pause()).await;
            }
        }
    }
}
