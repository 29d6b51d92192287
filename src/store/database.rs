//! `onecard.db`: what must change together. People, cards, operators and device accounts, which
//! other processes change too (an import while the controller runs), and what the controller knows
//! of the moment: presence, orders, standing alarms.
//!
//! The controller writes through [`Database`], which never blocks and never grows: changes wait as
//! the newest state of each thing, so a slow disk costs age, not memory. A failed commit is
//! answered as failed, and its changes stay for the next one.
//!
//! Presence, orders and alarms follow from facts of the journal. `as_of` says up to which row; on
//! the start, the facts after it are applied again.

mod change;
mod editor;
mod load;
mod operators;
mod people;
mod phones;
mod schema;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use onecard_devices::give_way::GiveWay;
use rusqlite::{Connection, TransactionBehavior};

use super::{
    AppendRefusal, OnDurable, StoreFailure, WriteFailure,
    queue::{Inbox, Line, Pace, Queue},
    sqlite,
};
pub use change::Change;
use change::{Changes, Waiting};
pub(crate) use editor::bump_people;
pub use editor::{Account, Editor};
pub use load::{DatabaseReader, Loaded, PowerDay, Revisions};
pub(crate) use people::{card_of, person_of, put_card, put_person};
pub use phones::BindRefusal;
pub(super) use schema::STEPS;

/// The name of the file in the data folder.
pub const FILE_NAME: &str = "onecard.db";

/// How far apart commits begin that nobody waits for. What they hold follows from the journal, and is
/// made good from it at the next start; meanwhile the newest state of each thing takes the place of
/// earlier ones.
const PACE: Duration = Duration::from_secs(1);

/// Most answers that may be waited for at a time.
const ANSWERS_MAX: usize = 4096;

/// The controller's handle of the database; cheap to clone. The last one dropped waits for what is
/// to be written.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    path: PathBuf,
    shared: Arc<Shared>,
    /// Holds at most one nudge: one is enough to have everything written that waits.
    queue: Queue<()>,
}

struct Shared {
    waiting: Mutex<Waiting>,
    healthy: AtomicBool,
    failed_commits: AtomicU64,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("path", &self.0.path).finish_non_exhaustive()
    }
}

impl Database {
    /// Opens or creates the database at `path` and starts the writer.
    ///
    /// # Errors
    /// When the file cannot be opened or is of a newer version.
    pub fn open(path: &Path) -> Result<Self, StoreFailure> {
        let mut connection = sqlite::open_writer(path, sqlite::Page::Short, sqlite::BUSY)?;
        sqlite::migrate(&mut connection, path, schema::STEPS)?;
        let shared = Arc::new(Shared {
            waiting: Mutex::default(),
            healthy: AtomicBool::new(true),
            failed_commits: AtomicU64::new(0),
        });
        let courtesy = GiveWay::default();
        let spare = Changes::new();
        let writer = Writer { connection, shared: Arc::clone(&shared), courtesy, spare };
        let queue = Queue::start("database", 1, move |inbox| writer.run(&inbox))
            .map_err(StoreFailure::Thread)?;
        Ok(Self(Arc::new(Inner { path: path.to_owned(), shared, queue })))
    }

    /// Where the file is, for [`DatabaseReader::open`].
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Everything a controller must know before it listens. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn load(&self) -> Result<Loaded, StoreFailure> {
        DatabaseReader::open(&self.0.path)?.load()
    }

    /// Takes changes that belong together; `then` is answered when they are on disk. `as_of` is the
    /// journal's row that they follow from. Never blocks. After a failure, putting nothing tries
    /// again what waits.
    ///
    /// # Errors
    /// When the database is closed, or too many answers are waited for; nothing was taken then.
    pub fn put(
        &self,
        changes: impl IntoIterator<Item = Change>,
        as_of: Option<u64>,
        then: OnDurable<()>,
    ) -> Result<(), AppendRefusal> {
        let mut waiting = self.0.shared.waiting();
        if waiting.answers.len() >= ANSWERS_MAX {
            return Err(AppendRefusal::Full);
        }
        let nudge = !waiting.nudged || !matches!(then, OnDurable::Nothing);
        // Full: a nudge waits already, and what it wakes will find these changes too.
        if nudge && let Err(AppendRefusal::Closed) = self.0.queue.try_send(()) {
            return Err(AppendRefusal::Closed);
        }
        waiting.nudged = true;
        waiting.add(changes, as_of, then);
        Ok(())
    }

    /// Whether the last commit succeeded.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.0.shared.healthy.load(Ordering::Relaxed)
    }

    /// Commits failed since the start.
    #[must_use]
    pub fn failed_commits(&self) -> u64 {
        self.0.shared.failed_commits.load(Ordering::Relaxed)
    }

    /// Things changed that are not on disk yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.shared.waiting().changes.len()
    }

    /// Refuses what comes from here on, and blocks until what waits is on disk and answered.
    pub fn close(&self) {
        self.0.queue.close();
    }
}

impl Shared {
    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Writer {
    connection: Connection,
    shared: Arc<Shared>,
    courtesy: GiveWay,
    /// The memory of the last commit's changes, for those to come: taken anew each time, it would be
    /// touched for the first time while swipes are decided.
    spare: Changes,
}

impl Writer {
    fn run(mut self, inbox: &Inbox<()>) {
        let mut pace = Pace::new(Duration::ZERO, PACE);
        let mut line = Line::Open;
        while line == Line::Open {
            line = match inbox.wake(Duration::MAX) {
                Ok(_) => self.wait_for_more(inbox, &pace),
                Err(closed) => closed,
            };
            pace.begin();
            self.commit();
        }
    }

    /// Lets changes gather until the next commit is due or somebody waits for an answer.
    fn wait_for_more(&self, inbox: &Inbox<()>, pace: &Pace) -> Line {
        loop {
            let wait = pace.wait();
            if wait.is_zero() || self.shared.waiting().is_waited_for() {
                return Line::Open;
            }
            if let Err(closed) = inbox.wake(wait) {
                return closed;
            }
        }
    }

    fn commit(&mut self) {
        let mut batch = Waiting::gather_in(std::mem::take(&mut self.spare));
        std::mem::swap(&mut batch, &mut *self.shared.waiting());
        if batch.is_empty() {
            self.spare = batch.changes;
            return;
        }
        let answers = std::mem::take(&mut batch.answers);
        let result = self.write(&batch);
        self.shared.healthy.store(result.is_ok(), Ordering::Relaxed);
        if let Err(error) = &result {
            self.shared.failed_commits.fetch_add(1, Ordering::Relaxed);
            tracing::error!(%error, "the database could not be written");
            self.shared.waiting().put_back(batch);
        } else {
            self.spare = batch.changes;
        }
        for then in answers {
            then.answer(result.as_ref().copied().map_err(WriteFailure::from));
        }
        self.spare.clear();
    }

    fn write(&mut self, batch: &Waiting) -> rusqlite::Result<()> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        batch.write(&transaction, &mut self.courtesy)?;
        transaction.commit()
    }
}
