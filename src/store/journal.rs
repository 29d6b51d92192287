//! The journal: every fact, in order, for good.
//!
//! One writer thread takes all that waits, commits it, and answers: *recorded* means on disk. Each
//! fact has a `seq` without holes, over restarts too, and the `boot` of the controller that wrote
//! it; a hash chain over all of them shows any later change (`chain`). Reading is `reader`'s.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};

use onecard_devices::link::Ack;
use onecard_rules::{Time, event::Event};
use tokio::sync::{oneshot, watch};

mod chain;
mod reader;
mod schema;
mod writer;

pub use chain::{Broken, Verification, verify};
pub use reader::{EntryQuery, JournalReader};

use super::thread::open_writer;
pub use super::{AppendRefusal, StoreFailure, WriteFailure};
use writer::{Order, Writer};

/// Facts that may wait for the disk.
const QUEUE: usize = 65_536;
/// Rows kept in memory for those who follow.
const RECENT: usize = 20_000;

/// A fact on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub seq: u64,
    pub boot: u64,
    pub at: Time,
    pub event: Arc<Event>,
}

/// What became of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    Recorded { seq: u64 },
    /// The same swipe is on record already; nothing was added.
    AlreadyRecorded,
}

/// Whom to tell when a fact is on disk, or cannot be.
pub enum OnDurable {
    Nothing,
    /// Accepted when on disk, refused when not.
    Ack(Ack),
    /// Called on the writer's thread; it must not block.
    Call(Box<dyn FnOnce(Result<Written, WriteFailure>) + Send>),
}

impl std::fmt::Debug for OnDurable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Ack(_) => "Ack",
            Self::Call(_) => "Call",
        })
    }
}

impl OnDurable {
    fn tell(self, written: Result<Written, WriteFailure>) {
        match self {
            Self::Nothing => {}
            Self::Ack(ack) => match written {
                Ok(_) => ack.accept(),
                Err(_) => ack.refuse(),
            },
            Self::Call(call) => call(written),
        }
    }
}

/// What was found when the journal was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// How often a controller has opened it, this time included.
    pub boot: u64,
    pub last_seq: u64,
    /// When the controller before this was last in charge.
    pub last_alive: Option<Time>,
}

/// How the journal is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalStats {
    pub boot: u64,
    pub last_seq: u64,
    pub queued: u64,
    pub commits: u64,
    pub rows: u64,
    pub largest_batch: u64,
    pub failures: u64,
    /// Whether the last commit succeeded.
    pub healthy: bool,
}

/// What writer and handles share.
#[derive(Debug)]
struct Shared {
    file: PathBuf,
    boot: u64,
    queued: AtomicU64,
    commits: AtomicU64,
    rows: AtomicU64,
    largest_batch: AtomicU64,
    failures: AtomicU64,
    healthy: AtomicBool,
    /// Milliseconds since the epoch; 0: never.
    alive_ms: AtomicI64,
    recent: Mutex<VecDeque<Arc<Row>>>,
    committed: watch::Sender<u64>,
}

/// A handle to the journal; cheap to clone.
#[derive(Debug, Clone)]
pub struct Journal {
    shared: Arc<Shared>,
    orders: SyncSender<Order>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Journal {
    /// Opens the journal, making it if need be, counts the boot, and starts the writer.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn open(file: &Path) -> Result<(Self, Opened), StoreFailure> {
        let failed = |source| StoreFailure::Sqlite { file: file.to_owned(), source };
        let connection = open_writer(file, schema::VERSION, schema::SCHEMA)?;
        let boot = schema::count_boot(&connection).map_err(failed)?;
        let (last_seq, last_hash) = schema::tail(&connection).map_err(failed)?;
        let last_alive = schema::last_alive(&connection).map_err(failed)?;
        let opened = Opened { boot, last_seq, last_alive };
        let (committed, _) = watch::channel(last_seq);
        let shared = Arc::new(Shared {
            file: file.to_owned(),
            boot,
            queued: AtomicU64::new(0),
            commits: AtomicU64::new(0),
            rows: AtomicU64::new(0),
            largest_batch: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            healthy: AtomicBool::new(true),
            alive_ms: AtomicI64::new(0),
            recent: Mutex::new(VecDeque::with_capacity(RECENT)),
            committed,
        });
        let (orders, queue) = sync_channel(QUEUE);
        let writer = Writer::new(connection, Arc::clone(&shared), last_seq, last_hash);
        let thread = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run(&queue))
            .map_err(|_| StoreFailure::Thread(file.to_owned()))?;
        let thread = Arc::new(Mutex::new(Some(thread)));
        Ok((Self { shared, orders, thread }, opened))
    }

    /// Queues a fact; never blocks. `then` is told when it is on disk.
    ///
    /// # Errors
    /// When the queue is full or the journal closed; `then` is dropped.
    pub fn append(&self, event: Event, then: OnDurable) -> Result<(), AppendRefusal> {
        self.order(Order::Append(Box::new(event), then))
    }

    /// Queues a fact; resolves when it is on disk.
    pub fn append_and_wait(
        &self,
        event: Event,
    ) -> impl Future<Output = Result<Written, WriteFailure>> + Send + 'static + use<> {
        let (sender, receiver) = oneshot::channel();
        // Nobody may wait any more; the fact is on record all the same.
        let then = OnDurable::Call(Box::new(move |written| drop(sender.send(written))));
        let queued = self.append(event, then);
        async move {
            queued.map_err(|refusal| WriteFailure(refusal.to_string()))?;
            receiver.await.unwrap_or_else(|_| Err(WriteFailure("the journal closed".to_owned())))
        }
    }

    /// Deletes the facts from before `before`; the chain stays provable from there on.
    ///
    /// # Errors
    /// When the queue is full or the journal closed.
    pub fn prune(&self, before: Time) -> Result<(), AppendRefusal> {
        self.order(Order::Prune { before })
    }

    fn order(&self, order: Order) -> Result<(), AppendRefusal> {
        self.shared.queued.fetch_add(1, Ordering::Relaxed);
        self.orders.try_send(order).map_err(|refused| {
            self.shared.queued.fetch_sub(1, Ordering::Relaxed);
            match refused {
                TrySendError::Full(_) => AppendRefusal::Full,
                TrySendError::Disconnected(_) => AppendRefusal::Closed,
            }
        })
    }

    /// Notes that the controller is in charge at `now`; kept with the next commit.
    pub fn touch_alive(&self, now: Time) {
        self.shared.alive_ms.store(now.timestamp_millis(), Ordering::Relaxed);
    }

    /// The `seq` of the last row on disk, as it grows.
    #[must_use]
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.shared.committed.subscribe()
    }

    /// Up to `limit` rows after `seq`, from memory where it reaches back so far, else from the disk.
    ///
    /// # Errors
    /// When the disk must be read and cannot be.
    pub fn after(&self, seq: u64, limit: usize) -> Result<Vec<Arc<Row>>, StoreFailure> {
        {
            let recent = self.shared.recent.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(first) = recent.front()
                && first.seq <= seq + 1
            {
                let skip = usize::try_from(seq + 1 - first.seq).unwrap_or(usize::MAX);
                return Ok(recent.iter().skip(skip).take(limit).cloned().collect());
            }
        }
        let rows = JournalReader::open(&self.shared.file)?.facts_after(seq, limit)?;
        Ok(rows.into_iter().map(Arc::new).collect())
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.shared.file
    }

    #[must_use]
    pub fn stats(&self) -> JournalStats {
        let shared = &self.shared;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        JournalStats {
            boot: shared.boot,
            last_seq: *shared.committed.borrow(),
            queued: read(&shared.queued),
            commits: read(&shared.commits),
            rows: read(&shared.rows),
            largest_batch: read(&shared.largest_batch),
            failures: read(&shared.failures),
            healthy: shared.healthy.load(Ordering::Relaxed),
        }
    }

    /// Writes what waits and stops. What is appended afterwards is refused.
    pub fn close(&self) {
        // A full queue is being emptied; waiting for room is right here.
        let told = self.orders.send(Order::Close).is_ok();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (true, Some(thread)) = (told, thread) {
            // The writer does not panic on failures of the disk; if it did, the process would end.
            let _ = thread.join();
        }
    }
}
