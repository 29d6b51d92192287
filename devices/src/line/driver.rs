//! The task that owns a line's connection: sends what the schedule chooses, waits as long as the unit
//! may take, drains the line after a silence, connects again with pauses.
//!
//! It decides nothing about whose turn it is (`schedule`) and knows no frame (`modbus::frame`).

use std::{future, io, pin::Pin, task::Poll, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::mpsc,
    time::{Instant, Sleep, sleep_until, timeout, timeout_at},
};

use super::{
    schedule::{Choice, Report, Schedule, UnitReport, Work},
    timing::{self, Serial},
    transport::Transport,
};
use crate::{
    modbus::{
        Answer, Failure, Request, Unit,
        frame::{Framing, Wire},
    },
    pace::Pace,
    profile::Parity,
};

/// Commands that may wait for the driver between two frames; one more is refused.
pub const QUEUE: usize = 1024;
/// Pauses between attempts to connect.
const RETRY_FIRST: Duration = Duration::from_millis(20);
const RETRY_CAP: Duration = Duration::from_secs(5);
/// Silence after which a drained line is quiet, at least: gateways and USB adapters deliver in lumps
/// of up to 16 ms.
const QUIET: Duration = Duration::from_millis(20);
/// A line that never becomes quiet is given up after so long.
const DRAIN_MAX: Duration = Duration::from_millis(500);

/// Where a line ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A gateway, speaking Modbus TCP or passing RTU frames through.
    Tcp { address: String, framing: Framing },
    /// A port of this machine.
    Serial {
        path: String,
        /// In bits per second.
        baud: u32,
        parity: Parity,
    },
}

impl Endpoint {
    /// How frames are wrapped there.
    #[must_use]
    pub fn framing(&self) -> Framing {
        match self {
            Self::Tcp { framing, .. } => *framing,
            Self::Serial { .. } => Framing::Rtu,
        }
    }
}

/// What the driver is told.
#[derive(Debug)]
pub enum Command<T> {
    Ask(Work<T>),
    /// Take back what waits with this tag.
    Withdraw(T),
}

/// What the driver tells.
#[derive(Debug)]
pub enum Told<T> {
    Report(Report<T>),
    /// A work was not taken: too much waits, or it is not for this line.
    Refused(Work<T>),
    /// The connection is there, or has ended.
    Up,
    Down(io::Error),
    /// How the line does; about once a second while it runs.
    State(State),
}

/// How a line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Since the line's start.
    pub at: Duration,
    pub up: bool,
    /// The last whole round of power reads; zero before the first.
    pub cycle: Duration,
    /// The share of the last second that the line was busy, in thousandths.
    pub busy_permille: u32,
    /// The share of all time that the dead have cost, in thousandths.
    pub dead_permille: u32,
    pub units: Vec<UnitReport>,
}

/// What a driver is made of.
#[derive(Debug)]
pub struct Settings {
    pub endpoint: Endpoint,
    /// The wire behind the endpoint; `None`: unknown or none, as with a simulated line at full speed.
    pub serial: Option<Serial>,
    pub seed: u64,
}

/// The owner of one line.
#[derive(Debug)]
pub struct Driver<T> {
    settings: Settings,
    schedule: Schedule<T>,
    commands: mpsc::Receiver<Command<T>>,
    wire: Wire,
    start: Instant,
    reports: Vec<Report<T>>,
    told_at: Duration,
    busy_then: Duration,
    space: Box<[u8; 512]>,
}

enum Ended {
    /// Nobody can command it any more.
    NoMoreCommands,
    Connection(io::Error),
}

impl<T: Clone + PartialEq> Driver<T> {
    /// A driver over `schedule`; commands come through the returned sender, which ends it when it is
    /// dropped. `start` is where the schedule's times begin.
    #[must_use]
    pub fn new(
        settings: Settings,
        schedule: Schedule<T>,
        start: Instant,
    ) -> (Self, mpsc::Sender<Command<T>>) {
        let (sender, commands) = mpsc::channel(QUEUE);
        let wire = Wire::new(settings.endpoint.framing());
        let driver = Self {
            settings,
            schedule,
            commands,
            wire,
            start,
            reports: Vec::new(),
            told_at: Duration::ZERO,
            busy_then: Duration::ZERO,
            space: Box::new([0; 512]),
        };
        (driver, sender)
    }

    /// Runs until the last sender is dropped. `tell` must not block.
    pub async fn run(mut self, mut tell: impl FnMut(Told<T>)) {
        let mut pace = Pace::new(RETRY_FIRST, RETRY_CAP, self.settings.seed);
        loop {
            let ended = match Transport::open(&self.settings.endpoint).await {
                Ok(mut transport) => {
                    self.wire.reset();
                    tell(Told::Up);
                    let ended = self.keep(&mut transport, &mut pace, &mut tell).await;
                    let now = self.now();
                    self.schedule.broke(now, &mut self.reports);
                    ended
                }
                Err(error) => Ended::Connection(error),
            };
            self.tell_reports(&mut tell);
            match ended {
                Ended::NoMoreCommands => return,
                Ended::Connection(error) => tell(Told::Down(error)),
            }
            let again = Instant::now() + pace.next();
            if self.wait_down(again, &mut tell).await {
                return;
            }
        }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Takes commands while the line is down; those whose time passes end. True: nobody is left.
    async fn wait_down(&mut self, until: Instant, tell: &mut impl FnMut(Told<T>)) -> bool {
        loop {
            self.tell_state(false, tell);
            match timeout_at(until, self.commands.recv()).await {
                Ok(Some(command)) => self.take(command, tell),
                Ok(None) => return true,
                Err(_) => {
                    let now = self.now();
                    self.schedule.expire(now, &mut self.reports);
                    self.tell_reports(tell);
                    return false;
                }
            }
        }
    }

    /// Carries frames over one connection for as long as it holds.
    async fn keep(
        &mut self,
        transport: &mut Transport,
        pace: &mut Pace,
        tell: &mut impl FnMut(Told<T>),
    ) -> Ended {
        // One timer that is put off at each frame costs a line at full speed less than a new one each.
        let mut limit = Box::pin(sleep_until(self.start));
        loop {
            loop {
                match self.commands.try_recv() {
                    Ok(command) => self.take(command, tell),
                    Err(mpsc::error::TryRecvError::Empty) => break,
                    Err(mpsc::error::TryRecvError::Disconnected) => return Ended::NoMoreCommands,
                }
            }
            let now = self.now();
            let choice = self.schedule.next(now, &mut self.reports);
            let outcome = match choice {
                Choice::Send { unit, request, patience } => {
                    let limit = limit.as_mut();
                    self.transact(transport, unit, &request, (patience, limit), pace).await
                }
                Choice::WaitUntil(at) => self.wait(transport, Some(at), tell).await,
                Choice::Idle => self.wait(transport, None, tell).await,
            };
            let told = !self.reports.is_empty();
            self.tell_reports(tell);
            self.tell_state(true, tell);
            if told {
                // Who was told may want something at once: a second look, a trip. Without this a frame
                // of somebody else's would go before it.
                let_others_go_first().await;
            }
            if let Err(ended) = outcome {
                return ended;
            }
        }
    }

    /// Nothing to send: waits for a command, or until something is due. What arrives meanwhile was
    /// not asked for.
    async fn wait(
        &mut self,
        transport: &mut Transport,
        until: Option<Duration>,
        tell: &mut impl FnMut(Told<T>),
    ) -> Result<(), Ended> {
        let due = async {
            match until {
                Some(at) => sleep_until(self.start + at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            command = self.commands.recv() => match command {
                Some(command) => self.take(command, tell),
                None => return Err(Ended::NoMoreCommands),
            },
            read = transport.read(self.space.as_mut_slice()) => {
                let count = counted(read)?;
                self.wire.drain(self.space.get(..count).unwrap_or_default());
            }
            () = due => {}
        }
        Ok(())
    }

    async fn transact(
        &mut self,
        transport: &mut Transport,
        unit: Unit,
        request: &Request,
        (patience, mut limit): (Duration, Pin<&mut Sleep>),
        pace: &mut Pace,
    ) -> Result<(), Ended> {
        let sent = Instant::now();
        let frame = self.wire.ask(unit, request);
        transport.write_all(frame).await.map_err(Ended::Connection)?;
        transport.flush().await.map_err(Ended::Connection)?;
        let on_the_wire = self.settings.serial.map_or(Duration::ZERO, |serial| {
            serial.frame(timing::request_bytes(request) + timing::answer_bytes(request))
                + serial.silence() * 2
        });
        limit.as_mut().reset(sent + on_the_wire + patience);
        let result = loop {
            let read = tokio::select! {
                biased;
                read = transport.read(self.space.as_mut_slice()) => read,
                () = limit.as_mut() => break Err(Failure::Silent),
            };
            let count = counted(read)?;
            let bytes = self.space.get(..count).unwrap_or_default();
            if let Some(result) = self.wire.hear(bytes, unit, request) {
                break result;
            }
        };
        let turnaround = result.is_ok().then(|| sent.elapsed().saturating_sub(on_the_wire));
        if result.is_ok() {
            pace.reset();
        }
        if matches!(result, Err(Failure::Silent | Failure::Spoilt)) {
            self.quieten(transport).await?;
        }
        let lost = self.wire.is_lost();
        self.finish(result, turnaround);
        if lost {
            let what = "what comes is no Modbus TCP; is it an RTU gateway?";
            return Err(Ended::Connection(io::Error::new(io::ErrorKind::InvalidData, what)));
        }
        Ok(())
    }

    fn finish(&mut self, result: Result<Answer, Failure>, turnaround: Option<Duration>) {
        let now = self.now();
        let discarded = self.wire.take_discarded();
        self.schedule.ended(result, discarded, turnaround, now, &mut self.reports);
    }

    /// Reads until nothing has come for a while, so that what is late is not taken for what is next.
    /// Frames with numbers need no such care.
    async fn quieten(&mut self, transport: &mut Transport) -> Result<(), Ended> {
        if self.settings.endpoint.framing() == Framing::Tcp {
            return Ok(());
        }
        let silence = self.settings.serial.map_or(QUIET, |serial| serial.silence().max(QUIET));
        let by = Instant::now() + DRAIN_MAX;
        while Instant::now() < by {
            match timeout(silence, transport.read(self.space.as_mut_slice())).await {
                Ok(read) => {
                    let count = counted(read)?;
                    self.wire.drain(self.space.get(..count).unwrap_or_default());
                }
                Err(_) => break,
            }
        }
        Ok(())
    }

    fn take(&mut self, command: Command<T>, tell: &mut impl FnMut(Told<T>)) {
        match command {
            Command::Ask(work) => {
                if let Err(refused) = self.schedule.ask(work) {
                    tell(Told::Refused(refused.0));
                }
            }
            Command::Withdraw(tag) => self.schedule.withdraw(|waiting| *waiting == tag),
        }
    }

    fn tell_reports(&mut self, tell: &mut impl FnMut(Told<T>)) {
        self.reports.drain(..).for_each(|report| tell(Told::Report(report)));
    }

    fn tell_state(&mut self, up: bool, tell: &mut impl FnMut(Told<T>)) {
        let now = self.now();
        let since = now.saturating_sub(self.told_at);
        if since < Duration::from_secs(1) {
            return;
        }
        let permille = |part: Duration, of: Duration| {
            let share = part.as_micros() * 1_000 / of.as_micros().max(1);
            u32::try_from(share.min(1_000)).unwrap_or(1_000)
        };
        let busy = self.schedule.busy();
        tell(Told::State(State {
            at: now,
            up,
            cycle: self.schedule.cycle(),
            busy_permille: permille(busy.saturating_sub(self.busy_then), since),
            dead_permille: permille(self.schedule.probing(), now),
            units: self.schedule.units().collect(),
        }));
        (self.told_at, self.busy_then) = (now, busy);
    }
}

/// Lets the tasks go first that have been woken already. Unlike `tokio::task::yield_now` it does not
/// ask the operating system for more of them: at full speed that would be a call to it for each frame.
fn let_others_go_first() -> impl Future<Output = ()> {
    let mut has_waited = false;
    future::poll_fn(move |context| {
        if has_waited {
            return Poll::Ready(());
        }
        has_waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

/// How much was read; nothing means that the other end has closed.
fn counted(read: io::Result<usize>) -> Result<usize, Ended> {
    match read {
        Ok(0) => Err(Ended::Connection(io::ErrorKind::UnexpectedEof.into())),
        Ok(count) => Ok(count),
        Err(error) => Err(Ended::Connection(error)),
    }
}
