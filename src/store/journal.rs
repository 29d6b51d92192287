//! The journal: every fact once, in order, for good; `journal.db`.
//!
//! **Numbers.** `seq` counts from 1 without gaps, across restarts; the writer gives it out. `boot`
//! counts how often the journal was opened. The same swipe (`SwipeKey`) is recorded once, however
//! often it is appended; a row that says itself that it is a replay (`replay_of`) is none of these.
//!
//! **Chain.** Each row holds `SHA-256(previous ‖ seq ‖ boot ‖ at_ms ‖ swipe_boot ‖ swipe_seq ‖
//! text(fact) ‖ text(gate) ‖ text(person) ‖ text(reader) ‖ text(body))`, where `previous` is the
//! hash of the row before (32 zero bytes before row 1), numbers are 8 bytes, most significant
//! first, and `text` is the length in bytes as such a number, then the UTF-8 bytes. What is absent
//! is 8 bytes of 0xFF. The chain shows any change to whoever holds a later hash; whoever may write
//! the file can recompute it, so a hash is kept elsewhere too (see [`Anchor`]).
//!
//! **Not here:** which facts there are (`rules::event`), publishing them, presence and alarms that
//! follow from them.

mod deeds;
mod reader;
mod recent;
mod row;
mod schema;
mod search;
mod spans;
mod verify;
mod writer;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use onecard_rules::{Time, event::Event};
use tokio::sync::watch;

use super::{
    Anchor, AppendRefusal, Call, OnDurable, StoreFailure, WriteFailure, queue::Queue, sqlite,
};
pub use deeds::{DeedsAsked, DeedsFound, Flow};
pub use reader::{JournalReader, RecentSwipe, RecentSwipes};
use recent::Recent;
pub use row::Row;
pub use search::{Facts, Found, LOOKS_MAX, Order, Query};
pub use verify::{Break, BrokenRow, Verification, verify};
use writer::{Command, Writer};

/// Rows kept in memory: two seconds of 2,000 swipes a second. More would not make anybody faster who keeps
/// up, and memory that grows is touched for the first time, which costs a swipe 0.1 ms and more.
const RECENT: usize = 4_096;

/// The name of the file in the data folder.
pub const FILE_NAME: &str = "journal.db";

/// How the journal works.
#[derive(Clone)]
pub struct Settings {
    /// Facts that may wait for the disk; one more is refused.
    pub queue: usize,
    /// Most facts in one commit.
    pub batch: usize,
    /// Committed rows kept in memory for readers.
    pub recent: usize,
    /// How long to wait for another process that writes to the file.
    pub busy: Duration,
    /// The file never grows beyond so many bytes; `None`: as far as the disk goes.
    pub bytes_max: Option<u64>,
    /// A row known from elsewhere, that must still be there.
    pub anchor: Option<Anchor>,
    /// Told the number of facts of each commit, on the writer's thread.
    pub on_commit: Option<Arc<dyn Fn(usize) + Send + Sync>>,
    /// Takes the answers of each commit, receipts apart, to where they are given; `None`: on the
    /// writer's thread. Receipts are given there in any case: a thread may wait for one.
    pub hand_over: Option<Arc<dyn Fn(Answers) + Send + Sync>>,
}

/// What everybody who waited for a commit is told, together: whoever wakes a thread for each of them
/// wakes it many times. Whom it is dropped for instead, to them it is as if the commit had failed.
#[derive(Debug)]
pub struct Answers(std::vec::IntoIter<(OnDurable<Recorded>, Result<Recorded, WriteFailure>)>);

impl Answers {
    /// Gives the next answers, at most so many; whether any are left.
    pub fn give(&mut self, most: usize) -> bool {
        self.0.by_ref().take(most).for_each(|(then, answer)| then.answer(answer));
        self.0.len() > 0
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            queue: 16_384,
            batch: 512,
            recent: RECENT,
            busy: sqlite::BUSY,
            bytes_max: None,
            anchor: None,
            on_commit: None,
            hand_over: None,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { queue, batch, recent, busy, bytes_max, anchor, on_commit: _, hand_over: _ } =
            self;
        f.debug_struct("Settings")
            .field("queue", queue)
            .field("batch", batch)
            .field("recent", recent)
            .field("busy", busy)
            .field("bytes_max", bytes_max)
            .field("anchor", anchor)
            .finish_non_exhaustive()
    }
}

/// How the journal was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// How often the journal was opened, this time included.
    pub boot: u64,
    /// The last number given out; 0: none was. With rows cut off the end, there may be no such row.
    pub last_seq: u64,
    /// Every row up to here has been published; so may have been some after it.
    pub published_seq: u64,
    /// When a controller was last known to be in charge; `None` on the first start.
    pub last_alive: Option<Time>,
    /// What is wrong with the tail of the chain. Recording goes on after it all the same.
    pub damage: Option<BrokenRow>,
}

/// A fact that is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// As this row, just now.
    New { seq: u64 },
    /// The same swipe was recorded before, as this row; nothing was added.
    AlreadyRecorded { seq: u64 },
}

/// How the writer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// The last commit succeeded.
    pub healthy: bool,
    /// Commands that wait, and how many may.
    pub waiting: usize,
    pub capacity: usize,
    /// Since the start: rows written, commits made, commits failed, facts refused by a full queue.
    pub rows: u64,
    pub commits: u64,
    pub failed_commits: u64,
    pub refused: u64,
}

/// What the handles and the writer share.
struct Shared {
    recent: Recent,
    committed: watch::Sender<u64>,
    /// The last row that this run has written.
    head: Mutex<Option<Anchor>>,
    published: AtomicU64,
    /// Milliseconds since 1970; `i64::MIN`: never.
    alive: AtomicI64,
    healthy: AtomicBool,
    rows: AtomicU64,
    commits: AtomicU64,
    failed_commits: AtomicU64,
}

/// The handle of the journal; cheap to clone. The last one dropped waits for what is queued.
#[derive(Clone)]
pub struct Journal(Arc<Inner>);

struct Inner {
    path: PathBuf,
    boot: u64,
    capacity: usize,
    shared: Arc<Shared>,
    /// When the writer was last woken to note that we are alive, in milliseconds since 1970.
    nudged: AtomicI64,
    refused: AtomicU64,
    queue: Queue<Command>,
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("path", &self.0.path).finish_non_exhaustive()
    }
}

impl Journal {
    /// Opens or creates the journal at `path`, counts the boot and starts the writer.
    ///
    /// # Errors
    /// When the file cannot be opened, is of a newer version, or another controller has it open.
    pub fn open(path: &Path, settings: Settings) -> Result<(Self, Opened), StoreFailure> {
        let found = schema::open(path, &settings)?;
        let opened = found.opened.clone();
        let shared = Arc::new(Shared {
            recent: Recent::new(found.head.seq, settings.recent),
            committed: watch::Sender::new(found.head.seq),
            head: Mutex::new(None),
            published: AtomicU64::new(opened.published_seq),
            alive: AtomicI64::new(opened.last_alive.map_or(i64::MIN, |at| at.timestamp_millis())),
            healthy: AtomicBool::new(true),
            rows: AtomicU64::new(0),
            commits: AtomicU64::new(0),
            failed_commits: AtomicU64::new(0),
        });
        let capacity = settings.queue;
        let writer = Writer::new(found, Arc::clone(&shared), settings);
        let queue = Queue::start("journal", capacity, move |inbox| writer.run(&inbox))
            .map_err(StoreFailure::Thread)?;
        let inner = Inner {
            path: path.to_owned(),
            boot: opened.boot,
            capacity,
            shared,
            nudged: AtomicI64::new(i64::MIN),
            refused: AtomicU64::new(0),
            queue,
        };
        Ok((Self(Arc::new(inner)), opened))
    }

    /// Queues a fact; `then` is answered when it is on disk or cannot be. Never blocks.
    ///
    /// # Errors
    /// When the queue is full or closed; the fact is not recorded then, and `then` is dropped.
    pub fn append(
        &self,
        event: impl Into<Arc<Event>>,
        then: OnDurable<Recorded>,
    ) -> Result<(), AppendRefusal> {
        let sent = self.0.queue.try_send(Command::Append { event: event.into(), then });
        if sent.is_err() {
            self.0.refused.fetch_add(1, Ordering::Relaxed);
        }
        sent
    }

    /// Queues a fact at once; what is returned resolves when it is on disk or cannot be.
    pub fn append_and_wait<E: Into<Arc<Event>>>(
        &self,
        event: E,
    ) -> impl Future<Output = Result<Recorded, WriteFailure>> + Send + 'static + use<E> {
        let (then, receipt) = OnDurable::receipt();
        let queued = self.append(event.into(), then);
        async move {
            queued?;
            receipt.await.unwrap_or(Err(WriteFailure::Closed))
        }
    }

    /// How often the journal was opened, this time included.
    #[must_use]
    pub fn boot(&self) -> u64 {
        self.0.boot
    }

    /// Where the file is, for [`JournalReader::open`].
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The last row on disk, as it moves on.
    #[must_use]
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.0.shared.committed.subscribe()
    }

    /// The last row on disk with its hash, to be kept elsewhere as an anchor; `None` until this run
    /// has written one.
    #[must_use]
    pub fn head(&self) -> Option<Anchor> {
        *self.0.shared.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rows after `seq`, at most `limit`, from memory; `None` when memory does not reach back
    /// that far: ask [`JournalReader::after`], off the arbiter.
    #[must_use]
    pub fn after(&self, seq: u64, limit: usize) -> Option<Vec<Arc<Row>>> {
        self.0.shared.recent.after(seq, limit)
    }

    /// Remembers that every row up to `seq` has been published. It reaches the disk with a later
    /// commit: after a kill, some rows are published again.
    pub fn mark_published(&self, seq: u64) {
        self.0.shared.published.fetch_max(seq, Ordering::Relaxed);
    }

    /// Remembers that we were in charge at `now`; reaches the disk about once a second.
    pub fn touch_alive(&self, now: Time) {
        let now = now.timestamp_millis();
        self.0.shared.alive.store(now, Ordering::Relaxed);
        if now.abs_diff(self.0.nudged.load(Ordering::Relaxed)) >= writer::ALIVE_EVERY_MS {
            self.0.nudged.store(now, Ordering::Relaxed);
            // Refused by a full queue: then there is a commit under way, and it is noted with that.
            let _ = self.0.queue.try_send(Command::Nudge);
        }
    }

    /// Deletes, bit by bit between commits, the oldest published rows up to the first that is not
    /// older than `before`; the chain stays provable. `then` gets the number of rows deleted.
    ///
    /// # Errors
    /// When the queue is full or closed.
    pub fn prune(&self, before: Time, then: Call<u64>) -> Result<(), AppendRefusal> {
        self.0.queue.try_send(Command::Prune { before, then })
    }

    /// How the writer does.
    #[must_use]
    pub fn health(&self) -> Health {
        let shared = &self.0.shared;
        Health {
            healthy: shared.healthy.load(Ordering::Relaxed),
            waiting: self.0.queue.waiting(),
            capacity: self.0.capacity,
            rows: shared.rows.load(Ordering::Relaxed),
            commits: shared.commits.load(Ordering::Relaxed),
            failed_commits: shared.failed_commits.load(Ordering::Relaxed),
            refused: self.0.refused.load(Ordering::Relaxed),
        }
    }

    /// Refuses what comes from here on, and blocks until what waits is on disk and answered.
    pub fn close(&self) {
        self.0.queue.close();
    }
}
