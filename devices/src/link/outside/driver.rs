//! Runs the link: connects, paced, for as long as it takes; turns what comes from the broker into
//! calls; gives a connection up that has stopped moving. It knows no message's meaning.

mod events;

use std::{pin::pin, sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures_util::FutureExt as _;
use onecard_rules::Time;
use rumqttc::ConnAck;
use tokio::{
    sync::{Notify, watch},
    time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout},
};

use super::{
    Settings,
    connection::{Connection, Packet, answer},
    counters::Counters,
    freshness::Freshness,
    outbox::Outbox,
    wire::{Wire, WireFailure},
};
use crate::{
    link::{Answer, Receive},
    pace::Pace,
};

/// Drives a link until it is stopped.
pub struct Driver {
    settings: Arc<Settings>,
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
    #[error(transparent)]
    Failed(#[from] WireFailure),
    #[error("it acknowledges nothing any more")]
    Stuck,
    #[error("disconnected in order")]
    Disconnected,
}

/// What a turn of the loop woke up for.
enum Turn {
    Wire(Result<(), WireFailure>),
    Answer(Packet, Answer),
    News,
    Tick,
    DeliverAgain,
    Stop,
    TimeIsUp,
}

/// What changes during one connection, beside its books.
#[derive(Default)]
struct Progress {
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
            settings: Arc::new(settings),
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
        let end = match self.open().await {
            Ok((wire, accepted)) => self.carry(Connection::new(wire), &accepted).await,
            Err(end) => Err(end),
        };
        end.err().unwrap_or(End::Disconnected)
    }

    /// Connects, unless a stop finds nothing left to send.
    async fn open(&mut self) -> Result<(Wire, ConnAck), End> {
        let settings = Arc::clone(&self.settings);
        let mut opening = pin!(Wire::open(&settings));
        loop {
            tokio::select! {
                opened = &mut opening => return Ok(opened?),
                () = self.stop.notified(), if self.stop_by.is_none() => {
                    self.begin_stop();
                    if self.outbox.is_empty() {
                        return Err(End::Disconnected);
                    }
                }
                () = at(self.stop_by) => return Err(End::Disconnected),
            }
        }
    }

    /// Carries messages until the connection ends in order.
    async fn carry(&mut self, mut link: Connection, accepted: &ConnAck) -> Result<(), End> {
        let mut on = Progress::default();
        let mut tick = interval(self.settings.timings.probe);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.accepted(accepted, &mut link)?;
        loop {
            self.finish(&mut link);
            link.hand_over(&self.outbox)?;
            if link.has_said_goodbye() {
                // What the broker does not take in time, it does not miss.
                return match timeout(self.settings.timings.stop, link.wire.close()).await {
                    Ok(closed) => Ok(closed?),
                    Err(_) => Ok(()),
                };
            }
            let turn = tokio::select! {
                came = link.wire.turn() => Turn::Wire(came),
                () = self.outbox.news() => Turn::News,
                (packet, answer) = answer(&mut link.answers) => Turn::Answer(packet, answer),
                _ = tick.tick() => Turn::Tick,
                () = at(on.deliver_again) => Turn::DeliverAgain,
                () = self.stop.notified(), if self.stop_by.is_none() => Turn::Stop,
                () = at(self.stop_by) => Turn::TimeIsUp,
            };
            match turn {
                Turn::Wire(came) => {
                    came?;
                    while let Some(packet) = link.wire.next()? {
                        self.packet(packet, &mut link, &mut on)?;
                    }
                }
                Turn::News => {}
                Turn::Answer(packet, first) => {
                    self.answered(&mut link, &mut on, packet, first)?;
                    // Those of one commit come together, and go out together.
                    while let Some((packet, next)) = answer(&mut link.answers).now_or_never() {
                        self.answered(&mut link, &mut on, packet, next)?;
                    }
                }
                Turn::Tick => self.tick(&mut link, &mut on)?,
                Turn::DeliverAgain => {
                    on.deliver_again = None;
                    link.close();
                }
                Turn::Stop => {
                    self.begin_stop();
                    self.say_goodbye();
                }
                Turn::TimeIsUp => return Ok(()),
            }
        }
    }

    /// Once a stop is asked for, the connection closes after the last message and answer.
    fn finish(&self, link: &mut Connection) {
        if self.stop_by.is_some() && self.outbox.is_empty() && link.owes_nothing() {
            link.close();
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

/// Resolves at a moment; never when there is none.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
