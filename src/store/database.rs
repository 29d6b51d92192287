//! The database: what is. People, cards, accounts and operators, and projections of the journal:
//! presence, orders, alarms, marked with the `seq` that they reflect.
//!
//! While the controller runs, one writer thread keeps the projections. People, accounts and
//! operators are changed by command-line programs on connections of their own (`people`,
//! `secrets`); a revision number tells the controller.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};

use onecard_rules::{
    alarm::Standing,
    ids::{AreaId, GateId, PersonId},
    mode::{Measure, MeasureKind, Override},
    passback::Whereabouts,
    person::{Card, Person},
};

pub mod people;
mod projection;
mod schema;
pub mod secrets;

use super::thread::{open_reader, open_writer};
pub use super::{AppendRefusal, StoreFailure};

/// Changes that may wait for the disk.
const QUEUE: usize = 16_384;

/// A change of a projection.
#[derive(Debug, Clone)]
pub enum Change {
    PutPresence { person: PersonId, whereabouts: Whereabouts, as_of_seq: u64 },
    ForgetPresence { people: Vec<PersonId>, as_of_seq: u64 },
    PutMeasure(Measure),
    EndMeasure { kind: MeasureKind, area: AreaId },
    PutOverride { gate: GateId, order: Override },
    ClearOverride { gate: GateId },
    /// All alarms that stand.
    PutAlarms(Vec<Standing>),
    /// Everything up to this row of the journal is reflected.
    Projected { seq: u64 },
}

/// Everything that is loaded at start.
#[derive(Debug, Default)]
pub struct Loaded {
    pub people: Vec<Person>,
    pub cards: Vec<Card>,
    pub presence: Vec<(PersonId, Whereabouts)>,
    pub measures: Vec<Measure>,
    pub overrides: Vec<(GateId, Override)>,
    pub alarms: Vec<Standing>,
    /// The last row of the journal that the projections reflect.
    pub projected_seq: u64,
    pub revision: u64,
}

/// What the writer is asked for.
#[derive(Debug)]
enum Order {
    Apply(Box<Change>),
    Close,
}

/// A handle to the database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    file: Arc<PathBuf>,
    orders: SyncSender<Order>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Database {
    /// Opens the database, making it if need be, and starts the writer.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn open(file: &Path) -> Result<Self, StoreFailure> {
        let connection = open_writer(file, schema::VERSION, schema::SCHEMA)?;
        let (orders, queue) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("database".to_owned())
            .spawn(move || projection::run(connection, &queue))
            .map_err(|_| StoreFailure::Thread(file.to_owned()))?;
        let thread = Arc::new(Mutex::new(Some(thread)));
        Ok(Self { file: Arc::new(file.to_owned()), orders, thread })
    }

    /// Everything in it.
    ///
    /// # Errors
    /// When the file, or a row of it, cannot be read.
    pub fn load(&self) -> Result<Loaded, StoreFailure> {
        schema::load(&open_reader(&self.file)?, &self.file)
    }

    /// How often people, cards, accounts or operators were changed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn revision(&self) -> Result<u64, StoreFailure> {
        let connection = open_reader(&self.file)?;
        schema::revision(&connection)
            .map_err(|source| StoreFailure::Sqlite { file: self.file.to_path_buf(), source })
    }

    /// Queues a change; never blocks.
    ///
    /// # Errors
    /// When the queue is full or the database closed; the change is not made then.
    pub fn apply(&self, change: Change) -> Result<(), AppendRefusal> {
        self.orders.try_send(Order::Apply(Box::new(change))).map_err(|refused| match refused {
            TrySendError::Full(_) => AppendRefusal::Full,
            TrySendError::Disconnected(_) => AppendRefusal::Closed,
        })
    }

    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Writes what waits and stops.
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
