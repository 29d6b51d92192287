//! A line: units on one half-duplex wire behind a gateway that listens on TCP.
//!
//! One transaction is on the wire at a time, whoever asks; the next waits for the silence after it.
//! A unit that says nothing holds the wire only if the gateway waits for it. A late answer does not
//! collide with others here: it comes between their frames.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::BytesMut;
use rand::{Rng, SeedableRng, rngs::SmallRng};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::{AbortHandle, JoinSet},
    time::{Instant, sleep_until},
};

use crate::power::{
    clock::WorldClock,
    faults::Fault,
    pdu::Exception,
    unit::Unit,
    wire::{Frame, Framing, Taken, Timing},
};

/// Most connections that a gateway serves at once; further ones are closed.
pub const MOST_CONNECTIONS: usize = 16;

/// Most late answers that are on their way to one connection; the oldest is lost.
const MOST_LATE: usize = 64;

/// After so long without another byte, an unfinished frame of RTU is forgotten.
const PATIENCE: Duration = Duration::from_millis(50);

/// After so long, one of TCP ends its connection.
const PATIENCE_TCP: Duration = Duration::from_secs(1);

/// How a line is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LineSettings {
    pub framing: Framing,
    /// `None`: everything is answered at once.
    pub timing: Option<Timing>,
    /// How long a Modbus TCP gateway waits for a unit before it answers exception 0x0B in its place,
    /// and keeps the wire meanwhile. `None`: it says nothing, and frees the wire. RTU over TCP never waits.
    pub gateway_timeout: Option<Duration>,
}

/// What went over a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Frames that reached the wire.
    pub requests: u64,
    /// Frames that were sent back, spoilt ones too.
    pub answers: u64,
    /// Bytes that were no frame, counted once for each time that they were thrown away.
    pub garbled: u64,
}

#[derive(Debug)]
struct Attached {
    unit: Unit,
    turnaround: Duration,
}

#[derive(Debug)]
struct Bus {
    units: Vec<Attached>,
    rng: SmallRng,
    traffic: Traffic,
}

#[derive(Debug)]
struct Shared {
    settings: LineSettings,
    clock: WorldClock,
    bus: Mutex<Bus>,
    /// When the wire is silent again.
    wire: tokio::sync::Mutex<Instant>,
}

/// A line that answers for as long as it lives.
#[derive(Debug)]
pub struct Line {
    shared: Arc<Shared>,
    connections: Arc<Mutex<JoinSet<()>>>,
    listener: Option<(SocketAddr, AbortHandle)>,
}

/// What comes of a request on the wire.
struct Reply {
    bytes: Vec<u8>,
    /// Bytes of the answer on the wire, for its length in time.
    pdu_bytes: usize,
    turnaround: Duration,
    late: Duration,
}

impl Line {
    /// A line that nobody is connected to yet. Must be called within a tokio runtime, as all here.
    #[must_use]
    pub fn new(settings: LineSettings, units: Vec<Unit>, clock: WorldClock, seed: u64) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let mut attach = |unit| {
            let (least, most) = settings.timing.map_or_else(Default::default, |t| t.turnaround);
            let share = rng.random_range(0.0..=1.0);
            let turnaround = least + most.saturating_sub(least).mul_f64(share);
            Attached { unit, turnaround }
        };
        let units = units.into_iter().map(&mut attach).collect();
        let bus = Mutex::new(Bus { units, rng, traffic: Traffic::default() });
        let wire = tokio::sync::Mutex::new(Instant::now());
        Self {
            shared: Arc::new(Shared { settings, clock, bus, wire }),
            connections: Arc::default(),
            listener: None,
        }
    }

    /// Listens; port 0 takes a free one. Gives the address.
    pub async fn listen(&mut self, at: SocketAddr) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(at).await?;
        let address = listener.local_addr()?;
        let (shared, connections) = (Arc::clone(&self.shared), Arc::clone(&self.connections));
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    // Out of sockets, most likely: give the others time to close.
                    tokio::time::sleep(PATIENCE).await;
                    continue;
                };
                stream.set_nodelay(true).ok();
                spawn(&connections, Arc::clone(&shared), stream);
            }
        });
        if let Some((_, former)) = self.listener.replace((address, task.abort_handle())) {
            former.abort();
        }
        Ok(address)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.as_ref().map(|(address, _)| *address)
    }

    /// Serves a connection that was made otherwise, within the process for one.
    pub fn attach(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        spawn(&self.connections, Arc::clone(&self.shared), stream);
    }

    /// Closes every connection, as a gateway does that loses its power for a moment.
    pub fn hang_up(&self) {
        lock(&self.connections).abort_all();
    }

    /// Looks at a unit, or does something to it; `None`: there is none with that id.
    pub fn unit<T>(&self, id: u8, act: impl FnOnce(&mut Unit, Duration) -> T) -> Option<T> {
        let now = self.shared.clock.now();
        let mut bus = lock(&self.shared.bus);
        let attached = bus.units.iter_mut().find(|attached| attached.unit.id() == id)?;
        Some(act(&mut attached.unit, now))
    }

    /// What went over it so far.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        lock(&self.shared.bus).traffic
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some((_, task)) = &self.listener {
            task.abort();
        }
        self.hang_up();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn spawn(
    connections: &Mutex<JoinSet<()>>,
    shared: Arc<Shared>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) {
    let mut connections = lock(connections);
    while connections.try_join_next().is_some() {}
    if connections.len() >= MOST_CONNECTIONS {
        return;
    }
    connections.spawn(async move {
        let connection = Connection { shared, stream, bytes: BytesMut::new(), late: Vec::new() };
        if let Err(error) = connection.serve().await {
            tracing::debug!(%error, "a connection of a simulated line ended");
        }
    });
}

struct Connection<S> {
    shared: Arc<Shared>,
    stream: S,
    bytes: BytesMut,
    /// Answers that are on their way, and when they arrive.
    late: Vec<(Instant, Vec<u8>)>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    async fn serve(mut self) -> io::Result<()> {
        let framing = self.shared.settings.framing;
        let patience = if framing == Framing::Tcp { PATIENCE_TCP } else { PATIENCE };
        loop {
            let garbled = match framing.take(&mut self.bytes) {
                Taken::Frame(frame) => {
                    self.transact(frame).await?;
                    continue;
                }
                Taken::Garbled => true,
                Taken::Partly => {
                    let late = self.next_late();
                    let due = late.unwrap_or_else(Instant::now);
                    tokio::select! {
                        read = self.stream.read_buf(&mut self.bytes) => {
                            if read? == 0 {
                                return Ok(());
                            }
                            false
                        }
                        () = sleep_until(due), if late.is_some() => {
                            self.deliver_late(due).await?;
                            false
                        }
                        () = tokio::time::sleep(patience), if !self.bytes.is_empty() => true,
                    }
                }
            };
            if garbled {
                lock(&self.shared.bus).traffic.garbled += 1;
                self.bytes.clear();
                if framing == Framing::Tcp {
                    // Nobody can tell where the next frame would begin.
                    return Ok(());
                }
            }
        }
    }

    async fn transact(&mut self, request: Frame) -> io::Result<()> {
        let shared = Arc::clone(&self.shared);
        let timing = shared.settings.timing;
        let mut wire = shared.wire.lock().await;
        let mut at = (*wire).max(Instant::now());
        if let Some(timing) = timing {
            at += timing.frame(request.pdu.len()) + timing.silence();
            self.wait(at).await?;
        }
        let patience = match shared.settings.framing {
            Framing::Tcp => shared.settings.gateway_timeout,
            Framing::Rtu => None,
        };
        let reply = shared.obey(&request);
        *wire = at;
        match (reply, patience) {
            (Some(reply), Some(patience)) if reply.turnaround + reply.late > patience => {
                *wire = self.refuse(&request, at + patience).await?;
            }
            (None, Some(patience)) if request.unit != 0 => {
                *wire = self.refuse(&request, at + patience).await?;
            }
            (None, _) => {}
            (Some(reply), _) => {
                at += reply.turnaround;
                at += timing.map_or_else(Duration::default, |timing| timing.frame(reply.pdu_bytes));
                if reply.late.is_zero() {
                    self.wait(at).await?;
                    self.stream.write_all(&reply.bytes).await?;
                    *wire = at + timing.map_or_else(Duration::default, Timing::silence);
                } else {
                    if self.late.len() == MOST_LATE {
                        self.late.remove(0);
                    }
                    self.late.push((at + reply.late, reply.bytes));
                }
            }
        }
        Ok(())
    }

    /// Answers in the place of a silent unit.
    async fn refuse(&mut self, request: &Frame, at: Instant) -> io::Result<Instant> {
        self.wait(at).await?;
        let function = request.pdu.first().copied().unwrap_or_default();
        let pdu = vec![function | 0x80, Exception::NoAnswer as u8];
        let bytes = self.shared.settings.framing.put(&Frame { pdu, ..request.clone() });
        self.stream.write_all(&bytes).await?;
        Ok(at)
    }

    /// Waits, and lets late answers through meanwhile.
    async fn wait(&mut self, until: Instant) -> io::Result<()> {
        while let Some(due) = self.next_late().filter(|due| *due <= until) {
            sleep_until(due).await;
            self.deliver_late(due).await?;
        }
        if until > Instant::now() {
            sleep_until(until).await;
        }
        Ok(())
    }

    fn next_late(&self) -> Option<Instant> {
        self.late.iter().map(|(due, _)| *due).min()
    }

    async fn deliver_late(&mut self, due: Instant) -> io::Result<()> {
        let (now, later) = self.late.drain(..).partition(|(at, _)| *at <= due);
        self.late = later;
        for (_, bytes) in now {
            self.stream.write_all(&bytes).await?;
        }
        Ok(())
    }
}

impl Shared {
    /// Lets the unit do what it is asked; `None`: nobody answers.
    fn obey(&self, request: &Frame) -> Option<Reply> {
        let now = self.clock.now();
        let bus = &mut *lock(&self.bus);
        bus.traffic.requests += 1;
        if request.unit == 0 {
            let listens =
                |unit: &Unit| unit.model().obeys_broadcast() && !unit.faults().has(Fault::Silent);
            for attached in bus.units.iter_mut().filter(|attached| listens(&attached.unit)) {
                attached.unit.answer(&request.pdu, now);
            }
            return None;
        }
        let attached = bus.units.iter_mut().find(|attached| attached.unit.id() == request.unit)?;
        if attached.unit.faults().has(Fault::Silent) {
            return None;
        }
        let pdu = attached.unit.answer(&request.pdu, now);
        let faults = attached.unit.faults();
        let tcp = self.settings.framing == Framing::Tcp;
        if faults.has(Fault::Mute) || tcp && faults.has(Fault::SpoiltCrc) {
            return None;
        }
        let pdu_bytes = pdu.len();
        let unit = faults.wrong_unit().unwrap_or(request.unit);
        let mut frame = Frame { unit, pdu, ..*request };
        if faults.has(Fault::Garbage) && tcp {
            // The gateway takes the noise for a frame.
            bus.rng.fill(frame.pdu.as_mut_slice());
        }
        let mut bytes = self.settings.framing.put(&frame);
        if faults.has(Fault::Garbage) && !tcp {
            bus.rng.fill(bytes.as_mut_slice());
        }
        if faults.has(Fault::SpoiltCrc)
            && let Some(last) = bytes.last_mut()
        {
            *last ^= 0x55;
        }
        let jitter = self.settings.timing.map_or(0.0, |timing| timing.jitter.clamp(0.0, 1.0));
        let stray = if jitter > 0.0 { bus.rng.random_range(-jitter..=jitter) } else { 0.0 };
        bus.traffic.answers += 1;
        Some(Reply {
            bytes,
            pdu_bytes,
            turnaround: attached.turnaround.mul_f64(1.0 + stray),
            late: faults.late(),
        })
    }
}
