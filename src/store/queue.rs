//! A bounded queue to a thread of its own: sending never blocks, taking takes all that waits.
//!
//! What the commands mean is the thread's business.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle, ThreadId},
    time::{Duration, Instant},
};

use super::{AppendRefusal, priority};
use crate::clock::monotonic;

/// The sending end. Dropping it lets the thread write what waits, and waits for that.
pub(super) struct Queue<C> {
    sender: Mutex<Option<SyncSender<C>>>,
    waiting: Arc<AtomicUsize>,
    thread: Mutex<Option<JoinHandle<()>>>,
    id: ThreadId,
}

/// The thread's end.
pub(super) struct Inbox<C> {
    receiver: Receiver<C>,
    waiting: Arc<AtomicUsize>,
}

/// Whether anything may still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Open,
    Closed,
}

impl<C: Send + 'static> Queue<C> {
    /// Starts thread `name`, which runs `work` on the other end until the queue is closed.
    pub(super) fn start(
        name: &str,
        capacity: usize,
        work: impl FnOnce(Inbox<C>) + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, receiver) = sync_channel(capacity);
        let waiting = Arc::new(AtomicUsize::new(0));
        let inbox = Inbox { receiver, waiting: Arc::clone(&waiting) };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            priority::lower();
            work(inbox);
        })?;
        let id = thread.thread().id();
        let thread = Mutex::new(Some(thread));
        Ok(Self { sender: Mutex::new(Some(sender)), waiting, thread, id })
    }

    /// Queues a command, or refuses it at once.
    pub(super) fn try_send(&self, command: C) -> Result<(), AppendRefusal> {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(sender) = sender.as_ref() else { return Err(AppendRefusal::Closed) };
        // Counted first, or the thread could count it out before it was counted in.
        self.waiting.fetch_add(1, Ordering::Relaxed);
        sender.try_send(command).map_err(|refused| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            match refused {
                TrySendError::Full(_) => AppendRefusal::Full,
                TrySendError::Disconnected(_) => AppendRefusal::Closed,
            }
        })
    }
}

impl<C> Queue<C> {
    /// How many commands wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Refuses what comes from here on, and blocks until the thread has done what waits.
    pub(super) fn close(&self) {
        drop(self.sender.lock().unwrap_or_else(PoisonError::into_inner).take());
        // A call made by the thread may hold the last handle; it cannot wait for itself.
        if thread::current().id() == self.id {
            return;
        }
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic of the thread has been reported by its hook; there is nothing left to do.
            let _ = thread.join();
        }
    }
}

impl<C> Drop for Queue<C> {
    fn drop(&mut self) {
        self.close();
    }
}

/// When turns begin: not before `gather` has passed since the first command of a turn, and at least
/// `apart` after the turn before.
pub(super) struct Pace {
    gather: Duration,
    apart: Duration,
    last: Option<Instant>,
}

impl Pace {
    pub(super) fn new(gather: Duration, apart: Duration) -> Self {
        Self { gather, apart, last: None }
    }

    /// How long until the turn may begin whose first command came just now.
    pub(super) fn wait(&self) -> Duration {
        let apart = self.last.map(|last| self.apart.saturating_sub(last.elapsed()));
        self.gather.max(apart.unwrap_or_default())
    }

    /// A turn begins.
    pub(super) fn begin(&mut self) {
        self.last = Some(monotonic());
    }
}

impl<C> Inbox<C> {
    /// Waits for a command and for its turn, then adds all that waits to `batch`, up to `most`.
    pub(super) fn take_in_turn(&self, batch: &mut Vec<C>, most: usize, pace: &mut Pace) -> Line {
        match self.receiver.recv() {
            Ok(command) => batch.push(command),
            Err(_) => return Line::Closed,
        }
        thread::sleep(pace.wait());
        pace.begin();
        self.fill(batch, most)
    }

    /// Waits for a command, at most for `limit`; true if one came. The queue is closed: `Err`.
    pub(super) fn wake(&self, limit: Duration) -> Result<bool, Line> {
        match self.receiver.recv_timeout(limit) {
            Ok(_) => {
                self.waiting.fetch_sub(1, Ordering::Relaxed);
                Ok(true)
            }
            Err(RecvTimeoutError::Timeout) => Ok(false),
            Err(RecvTimeoutError::Disconnected) => Err(Line::Closed),
        }
    }

    /// Adds all that waits to `batch`, up to `most`, without waiting for anything.
    pub(super) fn take_waiting(&self, batch: &mut Vec<C>, most: usize) -> Line {
        self.fill(batch, most)
    }

    fn fill(&self, batch: &mut Vec<C>, most: usize) -> Line {
        let mut line = Line::Open;
        while batch.len() < most {
            match self.receiver.try_recv() {
                Ok(command) => batch.push(command),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    line = Line::Closed;
                    break;
                }
            }
        }
        self.waiting.fetch_sub(batch.len(), Ordering::Relaxed);
        line
    }
}
