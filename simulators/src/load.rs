//! An open-loop load: swipes offered at a fixed rate whatever the answers, each gate command
//! matched to its swipe, times kept from the intended start so that a stall is not hidden.
//!
//! Plain threads and blocking sockets: they wake within tens of microseconds, where a runtime's
//! timer knows only milliseconds, and they run beside any runtime. What the swipes say and which
//! system answers them is the caller's.
//!
//! **Matching.** A command does not name its card, but commands on one gate come in the order of
//! its swipes: the k-th command on a gate answers the k-th swipe there. That holds when every
//! swipe is granted (good cards, anti-passback off); a refusal shows as `lost`.

use std::{
    collections::HashMap,
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use hdrhistogram::Histogram;
use rumqttc::QoS;
use serde::{Deserialize, Serialize};

use crate::{
    clock,
    wire::{Dial, WireError},
};

mod connection;
mod measured;
mod receive;
pub mod responder;
mod send;

pub use self::{measured::Measured, responder::Responder};

/// From this rate on, in swipes a second, swipes go out in small groups at this pace.
const GROUPS_A_SECOND: u32 = 2_000;

/// One swipe to offer.
#[derive(Debug, Clone)]
pub struct OfferedSwipe {
    pub topic: Arc<str>,
    /// Leave `at` out: it would be stale by the time it is sent.
    pub payload: Bytes,
    /// The gate's place in [`Load::command_topics`].
    pub gate: usize,
}

/// What to offer, and how.
#[derive(Debug, Clone)]
pub struct Load {
    /// Connections that send. All swipes of one gate go over one of them, so they stay in order.
    pub senders: Vec<Dial>,
    /// The connection that watches the commands; its filters are set here.
    pub watcher: Dial,
    /// The command topic of each gate.
    pub command_topics: Vec<String>,
    /// One filter for all of them, such as `Topics::all(Gate, Command)`.
    pub command_filter: String,
    pub swipes: Vec<OfferedSwipe>,
    /// Swipes a second.
    pub rate: u32,
    /// So many swipes at the beginning are sent but not measured.
    pub warm_up: usize,
    /// How long to wait for answers after the last swipe.
    pub settle: Duration,
}

impl Load {
    /// A load over `connections` connections without passwords.
    #[must_use]
    pub fn anonymous(broker: SocketAddr, connections: usize, command_filter: String) -> Self {
        let sender = |at| Dial::anonymous(broker, &format!("load-{at}"));
        Self {
            senders: (0..connections.max(1)).map(sender).collect(),
            watcher: Dial::anonymous(broker, "load-watcher"),
            command_topics: Vec::new(),
            command_filter,
            swipes: Vec::new(),
            rate: 100,
            warm_up: 0,
            settle: Duration::from_secs(5),
        }
    }
}

/// Percentiles of a latency, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    pub count: u64,
    pub p50_us: u64,
    pub p99_us: u64,
    pub p999_us: u64,
    pub max_us: u64,
}

/// What came of a load.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LoadReport {
    /// Swipes a second, as asked for.
    pub rate: u32,
    /// Swipes a second, as sent.
    pub achieved: f64,
    pub offered: u64,
    pub sent: u64,
    /// PUBACKs to swipes.
    pub acked: u64,
    /// Gate commands that answer a swipe.
    pub commands: u64,
    /// Swipes without a command.
    pub lost: u64,
    /// Commands beyond one a swipe.
    pub duplicates: u64,
    /// From when the swipe should have been sent to its command.
    pub latency: Latency,
    /// From when the swipe was sent to its command.
    pub latency_from_send: Latency,
    /// From when the swipe was sent to its PUBACK.
    pub ack: Latency,
}

/// Why a load could not be offered.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("a swipe names gate {gate}, but there are only {gates} command topics")]
    NoSuchGate { gate: usize, gates: usize },
    #[error("the load needs a rate and a connection to send over")]
    Nothing,
    #[error(transparent)]
    Wire(#[from] WireError),
    #[error("a thread of the load failed")]
    Thread,
}

/// What the threads share.
#[derive(Debug)]
struct Shared {
    start: Instant,
    /// When each swipe was sent, in nanoseconds after `start`; 0: not yet.
    sent: Vec<AtomicU64>,
    acked: AtomicU64,
    commands: AtomicU64,
    stop: AtomicBool,
}

impl Shared {
    fn nanos(&self) -> u64 {
        u64::try_from(clock::instant().saturating_duration_since(self.start).as_nanos())
            .unwrap_or(u64::MAX)
    }
}

/// When a swipe should be sent, in nanoseconds after the start.
fn intended(swipe: usize, rate: u32) -> u64 {
    let group = rate.div_ceil(GROUPS_A_SECOND).max(1) as usize;
    let first = (swipe / group * group) as u128;
    u64::try_from(first * 1_000_000_000 / u128::from(rate.max(1))).unwrap_or(u64::MAX)
}

/// Offers the load and blocks until it is answered or `settle` is over. From asynchronous code call
/// it in `spawn_blocking`.
///
/// # Errors
/// When the load contradicts itself, or a connection fails or breaks.
pub fn run(load: &Load) -> Result<Measured, LoadError> {
    let gates = load.command_topics.len();
    if let Some(swipe) = load.swipes.iter().find(|swipe| swipe.gate >= gates) {
        return Err(LoadError::NoSuchGate { gate: swipe.gate, gates });
    }
    if load.rate == 0 || load.senders.is_empty() {
        return Err(LoadError::Nothing);
    }
    let filters = vec![(load.command_filter.clone(), QoS::AtLeastOnce)];
    let watching = connection::open(&Dial { filters, ..load.watcher.clone() })?;
    let opened = load.senders.iter().map(|dial| Ok(connection::open(dial)?.0));
    let mut streams = opened.collect::<Result<Vec<_>, WireError>>()?;
    let plan = Plan::of(load);
    let shared = Arc::new(Shared {
        // A moment for the threads to start before the first swipe is due.
        start: clock::instant() + Duration::from_millis(20),
        sent: load.swipes.iter().map(|_| AtomicU64::new(0)).collect(),
        acked: AtomicU64::new(0),
        commands: AtomicU64::new(0),
        stop: AtomicBool::new(false),
    });
    let receivers = Receivers::start(load, &plan, &streams, watching, &shared)?;
    let outcome = send::all(load, &plan, &mut streams, &shared);
    let sent_for = shared.nanos();
    if outcome.is_ok() {
        settle(load, &shared);
    }
    shared.stop.store(true, Ordering::Release);
    let (watched, ack) = receivers.join()?;
    let sent = outcome?;
    Ok(Measured {
        rate: load.rate,
        sending: Duration::from_nanos(sent_for),
        offered: load.swipes.len() as u64,
        sent,
        acked: shared.acked.load(Ordering::Acquire),
        commands: shared.commands.load(Ordering::Acquire),
        duplicates: watched.surplus,
        from_intended: watched.from_intended,
        from_send: watched.from_send,
        ack,
    })
}

/// The threads that receive.
struct Receivers {
    acks: thread::JoinHandle<Result<Histogram<u64>, WireError>>,
    commands: thread::JoinHandle<Result<receive::Watched, WireError>>,
}

impl Receivers {
    fn start(
        load: &Load,
        plan: &Plan,
        streams: &[TcpStream],
        (stream, rest): (TcpStream, BytesMut),
        shared: &Arc<Shared>,
    ) -> Result<Self, WireError> {
        let (rate, warm_up) = (load.rate, load.warm_up);
        let gates = load.command_topics.iter().cloned().zip(plan.of_gate.clone()).collect();
        let its = Arc::clone(shared);
        let commands =
            thread::spawn(move || receive::commands(stream, rest, gates, rate, warm_up, &its));
        // Both halves of a connection share the flag, so from here on neither waits.
        streams.iter().try_for_each(|stream| stream.set_nonblocking(true))?;
        let reading = streams.iter().map(TcpStream::try_clone).collect::<Result<Vec<_>, _>>()?;
        let (swipes, its) = (plan.of_sender.clone(), Arc::clone(shared));
        let acks = thread::spawn(move || receive::acks(reading, &swipes, warm_up, &its));
        Ok(Self { acks, commands })
    }

    fn join(self) -> Result<(receive::Watched, Histogram<u64>), LoadError> {
        let watched = self.commands.join().map_err(|_| LoadError::Thread)??;
        let ack = self.acks.join().map_err(|_| LoadError::Thread)??;
        Ok((watched, ack))
    }
}

/// Waits until everything is answered, or long enough.
fn settle(load: &Load, shared: &Shared) {
    let until = clock::instant() + load.settle;
    let all = load.swipes.len() as u64;
    let answered =
        || [&shared.acked, &shared.commands].iter().all(|n| n.load(Ordering::Acquire) >= all);
    while !answered() && clock::instant() < until {
        thread::sleep(Duration::from_millis(2));
    }
}

/// Which swipes go over which connection and through which gate, in order.
#[derive(Debug)]
struct Plan {
    of_sender: Vec<Vec<usize>>,
    of_gate: Vec<Vec<usize>>,
}

impl Plan {
    fn of(load: &Load) -> Self {
        let mut of_sender = vec![Vec::new(); load.senders.len()];
        let mut of_gate = vec![Vec::new(); load.command_topics.len()];
        for (at, swipe) in load.swipes.iter().enumerate() {
            let sender = swipe.gate % load.senders.len().max(1);
            if let Some(list) = of_sender.get_mut(sender) {
                list.push(at);
            }
            if let Some(list) = of_gate.get_mut(swipe.gate) {
                list.push(at);
            }
        }
        Self { of_sender, of_gate }
    }
}

/// The swipes of each gate by its command topic.
type ByTopic = HashMap<String, Vec<usize>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_rates_pace_each_swipe_and_high_rates_small_groups() {
        assert_eq!([0, 1, 2].map(|i| intended(i, 100)), [0, 10_000_000, 20_000_000]);
        assert_eq!([0, 1, 2].map(|i| intended(i, 2_000)), [0, 500_000, 1_000_000]);
        let eight_thousand: Vec<_> = (0..9).map(|i| intended(i, 8_000) / 1_000).collect();
        assert_eq!(eight_thousand, [0, 0, 0, 0, 500, 500, 500, 500, 1_000]);
    }

    #[test]
    fn a_swipe_for_a_gate_that_is_not_there_is_refused() {
        let broker = "127.0.0.1:1".parse().unwrap();
        let mut load = Load::anonymous(broker, 1, "x".to_owned());
        let swipe =
            OfferedSwipe { topic: Arc::from("t"), payload: Bytes::from_static(b"{}"), gate: 3 };
        load.swipes.push(swipe);
        assert!(matches!(run(&load), Err(LoadError::NoSuchGate { gate: 3, gates: 0 })));
    }
}
