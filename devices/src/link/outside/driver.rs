//! Runs the link: connects, paced, for as long as it takes; turns what the MQTT client reports into
//! calls; gives a connection up that has stopped moving. It knows no message's meaning.
//!
//! Every connection has a client of its own, with the same session at the broker. The MQTT client's
//! memory of an earlier connection is where messages were lost and where it hung for good.

mod events;

use std::{pin::pin, sync::Arc, time::Duration};

use chrono::TimeDelta;
use onecard_rules::Time;
use rumqttc::{
    AsyncClient, ConnectionError, Event, EventLoop, LastWill, MqttOptions, NetworkOptions, QoS,
};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, MissedTickBehavior, interval, sleep, sleep_until},
};

use super::{
    Settings,
    connection::{Connection, PACKET_IDS, Packet, REQUESTS},
    counters::Counters,
    freshness::Freshness,
    outbox::Outbox,
};
use crate::{
    link::{Answer, Receive},
    pace::Pace,
};

/// The longest packet that MQTT knows. A limit of our own here would end the connection at one
/// message too long, and the broker would deliver it again, for ever.
const LONGEST_INCOMING: usize = 268_435_455;

/// Drives a link until it is stopped.
pub struct Driver {
    settings: Settings,
    receive: Receive,
    outbox: Arc<Outbox>,
    counters: Arc<Counters>,
    connected: watch::Sender<bool>,
    stop: Arc<Notify>,
    freshness: Freshness,
    retry: Pace,
    refusal: Pace,
    last_refusal: Option<Time>,
    /// Sets the probes of this run apart from those of an earlier one.
    run: i64,
    connections: u64,
    /// Set once a stop is asked for: when it must be over, on the timers' own scale.
    stop_by: Option<Instant>,
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error("{0}")]
    Failed(#[from] ConnectionError),
    #[error("it acknowledges nothing any more")]
    Stuck,
    #[error("it left the oldest packet without an answer")]
    Collision,
    #[error("disconnected in order")]
    Disconnected,
}

/// What a turn of the loop woke up for.
enum Turn {
    Event(Result<Event, ConnectionError>),
    Answer(Packet, Answer),
    News,
    Tick,
    DeliverAgain,
    Stop,
    TimeIsUp,
}

/// What changes during one connection, beside its books.
struct Progress {
    connected: bool,
    caught_up: bool,
    stuck_at: Option<u64>,
    stuck_ticks: u32,
    deliver_again: Option<Instant>,
}

impl Driver {
    pub(super) fn new(
        settings: Settings,
        receive: Receive,
        outbox: Arc<Outbox>,
        counters: Arc<Counters>,
        connected: watch::Sender<bool>,
        stop: Arc<Notify>,
    ) -> Self {
        let timings = &settings.timings;
        let fresh = TimeDelta::from_std(timings.fresh).unwrap_or(TimeDelta::MAX);
        Self {
            freshness: Freshness::new(settings.last_alive, fresh),
            retry: Pace::new(timings.retry_first, timings.retry_cap, settings.seed),
            // A second delivery is never asked for at once.
            refusal: Pace::new(timings.refusal_first, timings.refusal_cap, settings.seed),
            last_refusal: None,
            run: (settings.now)().timestamp_micros(),
            connections: 0,
            stop_by: None,
            settings,
            receive,
            outbox,
            counters,
            connected,
            stop,
        }
    }

    /// Connects and carries messages until the handle's `stop`; needs a tokio runtime's timers and
    /// network, on any thread. Incoming messages are handed over from within.
    pub async fn run(mut self) {
        let mut reported = String::new();
        // The attempt without a pause is this first one.
        self.retry.next();
        loop {
            let end = self.one_connection().await;
            self.outbox.offline();
            self.freshness.lost();
            let was_connected = self.connected.send_replace(false);
            let report = end.to_string();
            // An outage is one line, not one for each attempt.
            if was_connected || report != reported {
                let (host, port) = (&self.settings.host, self.settings.port);
                tracing::warn!(host, port, reason = report, "no connection to the broker");
                reported = report;
            }
            if !self.over() {
                let pause = self.retry.next();
                self.pause(pause).await;
            }
            if self.over() {
                return;
            }
        }
    }

    async fn pause(&mut self, pause: Duration) {
        tokio::select! {
            () = sleep(pause) => {}
            () = self.stop.notified(), if self.stop_by.is_none() => self.begin_stop(),
        }
    }

    fn begin_stop(&mut self) {
        self.outbox.close();
        self.stop_by = Some(Instant::now() + self.settings.timings.stop);
    }

    /// Without a connection there is nothing to wait for but the chance to send what is left.
    fn over(&self) -> bool {
        self.stop_by.is_some_and(|by| self.outbox.is_empty() || Instant::now() >= by)
    }

    async fn one_connection(&mut self) -> End {
        let (client, mut events) = self.client();
        let mut connection = Connection::new(client);
        let mut progress = Progress::new();
        let mut tick = interval(self.settings.timings.probe);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            // Kept until it resolves: dropped half way, it could lose a request it has taken.
            let mut poll = pin!(events.poll());
            let event = loop {
                if progress.connected {
                    self.finish(&mut connection);
                    connection.hand_over(&self.outbox);
                }
                let turn = tokio::select! {
                    event = &mut poll => Turn::Event(event),
                    (packet, answer) = connection.answer() => Turn::Answer(packet, answer),
                    () = self.outbox.news(), if progress.connected => Turn::News,
                    _ = tick.tick(), if progress.connected => Turn::Tick,
                    () = at(progress.deliver_again) => Turn::DeliverAgain,
                    () = self.stop.notified(), if self.stop_by.is_none() => Turn::Stop,
                    () = at(self.stop_by) => Turn::TimeIsUp,
                };
                match turn {
                    Turn::Event(event) => break event,
                    Turn::News => {}
                    Turn::Answer(packet, answer) => {
                        self.answered(&mut connection, &mut progress, packet, answer);
                    }
                    Turn::Tick => {
                        if let Some(end) = self.tick(&mut connection, &mut progress) {
                            return end;
                        }
                    }
                    Turn::DeliverAgain => {
                        progress.deliver_again = None;
                        connection.close();
                    }
                    Turn::Stop => {
                        self.begin_stop();
                        if progress.connected {
                            self.say_goodbye();
                        } else if self.outbox.is_empty() {
                            return End::Disconnected;
                        }
                    }
                    Turn::TimeIsUp => return End::Disconnected,
                }
            };
            match event {
                Ok(event) => {
                    if let Some(end) = self.event(event, &mut connection, &mut progress) {
                        return end;
                    }
                }
                Err(error) => return End::Failed(error),
            }
        }
    }

    fn client(&self) -> (AsyncClient, EventLoop) {
        let settings = &self.settings;
        let mut options = MqttOptions::new(&settings.client_id, &settings.host, settings.port);
        options.set_clean_session(false);
        options.set_manual_acks(true);
        options.set_keep_alive(settings.timings.keep_alive);
        options.set_max_packet_size(LONGEST_INCOMING, settings.max_packet);
        // Acknowledgements stop behind a full window of the client's; ours is smaller.
        options.set_inflight(PACKET_IDS);
        if let Some(credentials) = &settings.credentials {
            options.set_credentials(&credentials.user, &credentials.password);
        }
        if let Some(said) = &settings.availability {
            let (topic, offline) = (said.topic.clone(), said.offline.clone());
            options.set_last_will(LastWill::new(topic, offline, QoS::AtLeastOnce, true));
        }
        let mut network = NetworkOptions::new();
        // Without it each message waits for the acknowledgement of the one before: 88 ms an echo.
        network.set_tcp_nodelay(true);
        network.set_connection_timeout(settings.timings.connect.as_secs().max(1));
        let (client, mut events) = AsyncClient::new(options, REQUESTS);
        events.set_network_options(network);
        (client, events)
    }

    /// Once a stop is asked for, the connection closes after the last message and answer.
    fn finish(&self, connection: &mut Connection) {
        if self.stop_by.is_some() && self.outbox.is_empty() && connection.owes_nothing() {
            connection.close();
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.outbox.clear();
    }
}

impl std::fmt::Debug for Driver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Progress {
    fn new() -> Self {
        Self {
            connected: false,
            caught_up: false,
            stuck_at: None,
            stuck_ticks: 0,
            deliver_again: None,
        }
    }
}

/// Resolves at a moment; never when there is none.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
