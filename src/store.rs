//! What must outlive the process: two `SQLite` files in the data folder, each with one writer thread.
//!
//! - `journal.db` ([`journal`]): the facts, numbered without gaps and hash-chained.
//! - `onecard.db` ([`database`]): what must change together: people, cards, orders, presence,
//!   alarms, operators, device accounts; and money ([`ledger`]), which has a writer of its own there.
//!
//! Writers take all that waits, commit once with `synchronous=FULL`, then answer. Nothing here
//! decides anything, reads a clock or knows MQTT and HTTP.

pub mod backup;
pub mod database;
pub mod journal;
pub mod ledger;
pub mod operator;

mod checkpoint;
mod priority;
mod queue;
mod sqlite;

use std::{fmt, io, path::PathBuf, sync::Arc};

use onecard_devices::link::Ack;
use tokio::sync::oneshot;

/// A place in the journal: the number and the hash of a row. Kept outside the journal's file, it
/// betrays a journal whose tail was cut off or written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    pub seq: u64,
    pub hash: [u8; 32],
}

/// Why a file of the store cannot be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreFailure {
    #[error("cannot open `{}`: {source}; look at the folder's rights and free space", path.display())]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("cannot lock `{}`: {source}; look at the folder's rights", path.display())]
    Lock { path: PathBuf, source: io::Error },
    #[error("`{}` is in use by another controller; stop that one first", path.display())]
    InUse { path: PathBuf },
    #[error("`{}` has layout {found}, this version knows up to {known}; run a newer version", path.display())]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error("cannot read or write the store: {0}")]
    Sql(#[from] rusqlite::Error),
    #[error("row {seq} of the journal cannot be read: {source}; run `onecard journal verify`")]
    Body { seq: u64, source: serde_json::Error },
    #[error("cannot start the writer's thread: {0}")]
    Thread(io::Error),
}

/// Why something could not be queued for writing. Nothing of it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppendRefusal {
    #[error("the queue to the disk is full")]
    Full,
    #[error("the store is closed")]
    Closed,
}

/// Why something queued is not on disk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteFailure {
    #[error("the disk refused: {0}; look at free space and the disk's health")]
    Disk(Arc<str>),
    #[error("the fact cannot be written as text: {0}")]
    Unwritable(Arc<str>),
    #[error("the journal is being pruned already")]
    Busy,
    #[error("the store was closed before")]
    Closed,
    #[error("the queue to the disk is full")]
    Full,
}

impl From<AppendRefusal> for WriteFailure {
    fn from(refusal: AppendRefusal) -> Self {
        match refusal {
            AppendRefusal::Full => Self::Full,
            AppendRefusal::Closed => Self::Closed,
        }
    }
}

impl From<&rusqlite::Error> for WriteFailure {
    fn from(error: &rusqlite::Error) -> Self {
        Self::Disk(error.to_string().into())
    }
}

/// A call on the writer's thread, after the commit; it must be quick and must not block.
pub type Call<T> = Box<dyn FnOnce(Result<T, WriteFailure>) + Send>;

/// What to do when something is on disk, or cannot be brought there.
///
/// When it is refused, or the writer ends before, it is dropped: an acknowledgement then refuses, a
/// receipt resolves to an error, and a call is not made.
pub enum OnDurable<T> {
    Nothing,
    /// Accepted on success; refused otherwise, so that the sender keeps its message.
    Ack(Ack),
    Call(Call<T>),
    /// Somebody waits for it, and may hold up a thread meanwhile: it is answered before all else.
    Receipt(oneshot::Sender<Result<T, WriteFailure>>),
}

impl<T: Send + 'static> OnDurable<T> {
    /// Resolves when the thing is on disk, or cannot be.
    #[must_use]
    pub fn receipt() -> (Self, oneshot::Receiver<Result<T, WriteFailure>>) {
        let (sender, receiver) = oneshot::channel();
        (Self::Receipt(sender), receiver)
    }
}

impl<T> OnDurable<T> {
    fn answer(self, result: Result<T, WriteFailure>) {
        match (self, result) {
            (Self::Nothing, _) => {}
            (Self::Ack(ack), Ok(_)) => ack.accept(),
            (Self::Ack(ack), Err(_)) => ack.refuse(),
            (Self::Call(call), result) => call(result),
            // Nobody may be waiting any more; what is written stays written.
            (Self::Receipt(sender), result) => drop(sender.send(result)),
        }
    }
}

impl<T> fmt::Debug for OnDurable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Ack(_) => "Ack",
            Self::Call(_) => "Call",
            Self::Receipt(_) => "Receipt",
        })
    }
}
