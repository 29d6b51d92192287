//! The ledger on disk: every order is answered when what came of it is durable.
//!
//! It lives in `onecard.db`, because money changes together with what is kept there (meters,
//! sessions at taps, and the facts that tell of them). Its writer has a connection and a thread of
//! its own: a payment waits for the disk and for nothing else, while what [`super::database`] writes
//! may gather.
//!
//! Balances are in memory ([`Books`]); each account touched by a batch is written once with it. A row
//! holds the hash of the row before it, so that a change to what is on record shows ([`verify`]).
//! Which orders are carried out is `rules::ledger`'s to say.

mod balances;
mod causes;
mod close;
pub mod floor;
mod load;
mod relay;
mod row;
mod schema;
mod verify;
mod writer;

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

use chrono::NaiveDate;
use onecard_rules::{
    Time,
    event::Event,
    ids::OperatorId,
    ledger::{AccountName, AccountNo, Books, Order, Refusal, RowNo, Terms},
    money::Fen,
};

use super::{
    AppendRefusal, OnDurable, StoreFailure, WriteFailure, checkpoint::Checkpoints, database::STEPS,
    journal::Journal, queue::Queue, sqlite,
};
pub use balances::Balances;
pub(super) use causes::SCHEMA as CAUSES;
pub use close::DayTotals;
pub use load::{LedgerReader, Line};
pub(super) use schema::{BALANCES, SCHEMA};
pub use verify::{Flaw, Proof, verify};
use writer::{Pages, Writer};

/// How the ledger works.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Orders that may wait for the disk; one more is refused.
    pub queue: usize,
    /// Most orders in one commit.
    pub batch: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { queue: 16_384, batch: 512 }
    }
}

/// How the ledger was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub accounts: usize,
    /// The last row.
    pub rows: RowNo,
    /// Reservations that are open, by their first row, with what they hold back.
    pub reservations: Vec<(RowNo, Fen)>,
    /// What is wrong with the last rows. Orders are carried out all the same.
    pub damage: Option<Flaw>,
}

/// Something kept beside money, to be changed in the same commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// What it is, such as `meter`.
    pub kind: &'static str,
    pub key: String,
    /// Its new state; `None`: it is over.
    pub body: Option<String>,
}

/// What goes to disk together with an order, or not at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct With {
    pub keep: Vec<Keep>,
    /// Facts for the journal, which gets each of them at least once.
    pub facts: Vec<Event>,
}

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It is on record as this entry; the balances of who paid and who was paid, after it.
    Posted {
        entry: RowNo,
        from: Fen,
        to: Fen,
    },
    /// The account has this number.
    Account(AccountNo),
    Closed(DayTotals),
    Kept,
}

/// What is answered: done, or why not.
pub type Answer = Result<Done, Refusal>;

/// What the writer is asked to do.
enum Task {
    Order(Box<Order>),
    Open(AccountName, Terms),
    Agree(AccountName, Terms),
    Close {
        day: NaiveDate,
        at: Time,
        by: Option<OperatorId>,
    },
    Keep,
    /// What is due by itself is carried out.
    Due {
        now: Time,
        day: NaiveDate,
    },
    /// The journal has got the facts up to this one.
    Told {
        through: u64,
    },
}

struct Command {
    task: Task,
    with: With,
    then: OnDurable<Answer>,
}

#[derive(Default)]
struct Shared {
    healthy: AtomicBool,
    closing: AtomicBool,
    rows: AtomicU64,
    commits: AtomicU64,
    failed_commits: AtomicU64,
}

/// How the writer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// The last commit succeeded.
    pub healthy: bool,
    pub waiting: usize,
    pub capacity: usize,
    /// Since the start: rows written, commits made, commits failed.
    pub rows: u64,
    pub commits: u64,
    pub failed_commits: u64,
}

/// The handle of the ledger; cheap to clone. The last one dropped waits for what is queued.
#[derive(Clone)]
pub struct Ledger(Arc<Inner>);

struct Inner {
    path: PathBuf,
    capacity: usize,
    shared: Arc<Shared>,
    balances: Balances,
    /// Wakes whoever brings facts to the journal, which takes the other end.
    nudge: SyncSender<()>,
    facts: Mutex<Option<Receiver<()>>>,
    relay: Mutex<Option<JoinHandle<()>>>,
    queue: Queue<Command>,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("path", &self.0.path).finish_non_exhaustive()
    }
}

impl Ledger {
    /// Opens or creates the ledger in the database at `path` and starts its writer.
    ///
    /// # Errors
    /// When the file cannot be opened, is of a newer version, or another process has its ledger open.
    pub fn open(path: &Path, settings: Settings) -> Result<(Self, Opened), StoreFailure> {
        let lock = sqlite::lock(path)?;
        let mut connection = sqlite::open_writer(path, sqlite::Page::Short, sqlite::BUSY)?;
        sqlite::migrate(&mut connection, path, STEPS)?;
        let damage = verify::tail(&connection)?;
        let pages = Pages::load(&mut connection)?;
        let books = &pages.books;
        let opened = Opened {
            accounts: books.accounts().count(),
            rows: books.last(),
            reservations: held(books),
            damage,
        };
        let shared = Arc::new(Shared { healthy: AtomicBool::new(true), ..Shared::default() });
        // One nudge is enough to have everything told that waits.
        let (nudge, nudges) = sync_channel(1);
        let balances = Balances::default();
        let all: Vec<_> = books.accounts().map(|(number, _)| number).collect();
        balances.note(books, &all, NaiveDate::MIN);
        let checkpoints = Checkpoints::start(path, &connection)?;
        let own = writer::Own { connection, lock, checkpoints, nudge: nudge.clone() };
        let writer = Writer::new(own, pages, Arc::clone(&shared), balances.clone());
        let batch = settings.batch;
        let queue = Queue::start("ledger", settings.queue, move |inbox| writer.run(&inbox, batch))
            .map_err(StoreFailure::Thread)?;
        let facts = Mutex::new(Some(nudges));
        let (path, capacity) = (path.to_owned(), settings.queue);
        let relay = Mutex::default();
        let inner = Inner { path, capacity, shared, balances, nudge, facts, relay, queue };
        Ok((Self(Arc::new(inner)), opened))
    }

    /// Where the file is, for [`LedgerReader::open`].
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Queues an order; `then` is answered when what came of it is on disk. Never blocks. What goes
    /// along is written only if the order is carried out now.
    ///
    /// # Errors
    /// When the queue is full or closed; nothing was taken then.
    pub fn order(
        &self,
        order: Order,
        with: With,
        then: OnDurable<Answer>,
    ) -> Result<(), AppendRefusal> {
        self.send(Task::Order(Box::new(order)), with, then)
    }

    /// Opens an account, or finds the one that there is.
    ///
    /// # Errors
    /// As [`Self::order`].
    pub fn open_account(
        &self,
        name: AccountName,
        terms: Terms,
        then: OnDurable<Answer>,
    ) -> Result<(), AppendRefusal> {
        self.send(Task::Open(name, terms), With::default(), then)
    }

    /// Changes what is agreed about an account.
    ///
    /// # Errors
    /// As [`Self::order`].
    pub fn agree(
        &self,
        name: AccountName,
        terms: Terms,
        with: With,
        then: OnDurable<Answer>,
    ) -> Result<(), AppendRefusal> {
        self.send(Task::Agree(name, terms), with, then)
    }

    /// Closes a day and all before it, with what it came to.
    ///
    /// # Errors
    /// As [`Self::order`].
    pub fn close_day(
        &self,
        day: NaiveDate,
        at: Time,
        by: Option<OperatorId>,
        then: OnDurable<Answer>,
    ) -> Result<(), AppendRefusal> {
        self.send(Task::Close { day, at, by }, With::default(), then)
    }

    /// Changes what is kept beside money where no money moves.
    ///
    /// # Errors
    /// As [`Self::order`].
    pub fn keep(&self, with: With, then: OnDurable<Answer>) -> Result<(), AppendRefusal> {
        self.send(Task::Keep, with, then)
    }

    /// Brings the facts born with money to the journal, also those that an earlier run has left, on
    /// a thread that ends when the ledger is closed. A second journal is told nothing.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn tell(&self, journal: Journal) -> io::Result<()> {
        let nudges = self.0.facts.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(nudges) = nudges {
            *self.relay() = Some(relay::start(self.clone(), journal, nudges)?);
        }
        Ok(())
    }

    fn relay(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.0.relay.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets the facts up to this one, which the journal has got.
    ///
    /// # Errors
    /// As [`Self::order`].
    pub fn told(&self, through: u64, then: OnDurable<Answer>) -> Result<(), AppendRefusal> {
        self.send(Task::Told { through }, With::default(), then)
    }

    /// Queues an order at once; what is returned resolves when what came of it is on disk.
    pub fn order_and_wait(
        &self,
        order: Order,
        with: With,
    ) -> impl Future<Output = Result<Answer, WriteFailure>> + Send + 'static + use<> {
        let (then, receipt) = OnDurable::receipt();
        let queued = self.order(order, with, then);
        async move {
            queued?;
            receipt.await.unwrap_or(Err(WriteFailure::Closed))
        }
    }

    /// What rooms have left, whenever it changes, and once in the beginning; nothing of rooms that money
    /// has never touched.
    #[must_use]
    pub fn balances(&self) -> Balances {
        self.0.balances.clone()
    }

    /// Carries out what is due by itself: reservations whose time is up end, and what is left of
    /// subsidies that are over goes back.
    ///
    /// # Errors
    /// As [`Self::order`].
    pub fn carry_out_due(
        &self,
        now: Time,
        day: NaiveDate,
        then: OnDurable<Answer>,
    ) -> Result<(), AppendRefusal> {
        self.send(Task::Due { now, day }, With::default(), then)
    }

    /// How the writer does.
    #[must_use]
    pub fn health(&self) -> Health {
        let Inner { capacity, shared, queue, .. } = &*self.0;
        Health {
            healthy: shared.healthy.load(Ordering::Relaxed),
            waiting: queue.waiting(),
            capacity: *capacity,
            rows: shared.rows.load(Ordering::Relaxed),
            commits: shared.commits.load(Ordering::Relaxed),
            failed_commits: shared.failed_commits.load(Ordering::Relaxed),
        }
    }

    /// Refuses what comes from here on, and blocks until what waits is on disk and answered, and its
    /// facts are in the journal.
    pub fn close(&self) {
        self.0.shared.closing.store(true, Ordering::Release);
        let relay = self.relay().take();
        if let Some(relay) = relay {
            // Full: a nudge waits already.
            let _ = self.0.nudge.try_send(());
            // A panic of the thread has been reported by its hook; the next start tells the rest.
            let _ = relay.join();
        }
        self.0.queue.close();
    }

    fn is_closing(&self) -> bool {
        self.0.shared.closing.load(Ordering::Acquire)
    }

    fn send(&self, task: Task, with: With, then: OnDurable<Answer>) -> Result<(), AppendRefusal> {
        // What was told is noted to the last, or the next start would tell it again.
        if self.is_closing() && !matches!(task, Task::Told { .. }) {
            return Err(AppendRefusal::Closed);
        }
        self.0.queue.try_send(Command { task, with, then })
    }
}

fn held(books: &Books) -> Vec<(RowNo, Fen)> {
    let sum = |rows: &[onecard_rules::ledger::Row]| {
        rows.iter().fold(Fen::ZERO, |sum, row| sum.plus(row.amount).unwrap_or(Fen::MAX))
    };
    books.reservations().map(|(row, held)| (row, sum(&held.rows))).collect()
}
