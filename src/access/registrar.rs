//! The registrar: what follows a decision when the gate has been told: the reader's answer, and the
//! record, in the order of the decisions.
//!
//! It is a task of its own, and takes its time: after the command, the arbiter should rest, so that
//! whoever carries it on to the gate gets the processor. Waking the journal's thread or writing to
//! the reader first costs the gate more than the whole decision did. What is to be recorded is
//! others' business.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use actix::Recipient;
use onecard_devices::{
    link::Ack,
    reader::{
        actor::{Decided, Recorded},
        wire::Payment,
    },
};
use onecard_rules::{
    event::{Entry, Event},
    ids::ReaderId,
};
use tokio::sync::mpsc;
use tracing::{error, warn};

use super::{ReaderDesk, wakefulness::Wakefulness};
use crate::{
    clock::monotonic,
    courtesy::Courtesy,
    metrics::Metrics,
    store::{
        OnDurable, WriteFailure,
        journal::{Journal, Recorded as OnRecord},
    },
};

/// Decisions that may wait for the registrar, which takes all at each turn of the arbiter; one more
/// is refused, and its swipe delivered again.
const QUEUE: usize = 16_384;
/// How long it lets decisions gather. Nobody sees it: a display may be some milliseconds late, and an
/// acknowledgement waits for the disk anyway. What many readers are told then goes out in one write,
/// and each write is a turn of the broker that a swipe may have to wait for.
const GATHER: Duration = Duration::from_millis(5);
/// Decisions taken up together.
const TOGETHER: usize = 64;
/// Of them so many are seen to at a stretch; then others have their turn, above all a swipe that has
/// come in meanwhile.
const STRETCH: usize = 2;

/// Something to do after the gate was told.
enum Task {
    Swipe { entry: Box<Entry>, reader: ReaderId, ticket: Ticket, ack: Ack },
    Fact { event: Event, then: OnDurable<OnRecord> },
}

/// What the reader knows a swipe by; `None` for a replay.
type Ticket = Option<u64>;

/// The way to the registrar; it ends, when it has done what waits, with the last of these.
#[derive(Debug, Clone)]
pub(super) struct Registrar {
    queue: mpsc::Sender<Task>,
    metrics: Metrics,
}

impl Registrar {
    /// Starts the registrar on the arbiter that calls.
    pub(super) fn start(
        readers: HashMap<ReaderId, ReaderDesk>,
        journal: Journal,
        metrics: Metrics,
        awake_from: Option<NonZeroU32>,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let wakefulness = Wakefulness::new(awake_from, metrics.clone());
        let desk = Desk { readers, journal, metrics: metrics.clone(), wakefulness };
        actix::spawn(desk.run(waiting));
        Self { queue, metrics }
    }

    /// A swipe was decided: its reader is told, and then its record.
    pub(super) fn swipe(&self, entry: Entry, reader: ReaderId, ticket: Ticket, ack: Ack) {
        let entry = Box::new(entry);
        if let Err(refused) = self.queue.try_send(Task::Swipe { entry, reader, ticket, ack }) {
            self.metrics.refuse("journal_busy");
            warn!(%refused, "a decision could not be recorded; its swipe will come again");
        }
    }

    /// Something else happened.
    pub(super) fn fact(&self, event: Event, then: OnDurable<OnRecord>) {
        let name = event.name();
        if let Err(refused) = self.queue.try_send(Task::Fact { event, then }) {
            self.metrics.refuse("journal_busy");
            error!(%refused, fact = name, "a fact could not be recorded");
        }
    }
}

/// The registrar's side.
struct Desk {
    readers: HashMap<ReaderId, ReaderDesk>,
    journal: Journal,
    metrics: Metrics,
    wakefulness: Wakefulness,
}

impl Desk {
    async fn run(mut self, mut waiting: mpsc::Receiver<Task>) {
        let mut courtesy = Courtesy::new(self.metrics.clone());
        let mut tasks = Vec::with_capacity(TOGETHER);
        loop {
            tokio::select! {
                taken = waiting.recv_many(&mut tasks, TOGETHER) => if taken == 0 { return },
                () = at(self.wakefulness.until()) => {
                    self.wakefulness.rest(monotonic());
                    continue;
                }
            }
            if waiting.is_empty() {
                tokio::time::sleep(GATHER).await;
            }
            // A swipe that has come in meanwhile goes first. A timer ends in whole milliseconds, and
            // so together with the next swipe of a steady stream.
            courtesy.give_way().await;
            for (count, task) in tasks.drain(..).enumerate() {
                if count > 0 && count % STRETCH == 0 {
                    courtesy.give_way().await;
                }
                match task {
                    Task::Swipe { entry, reader, ticket, ack } => {
                        self.wakefulness.swiped(monotonic());
                        self.swipe(entry, &reader, ticket, ack);
                    }
                    Task::Fact { event, then } => self.append(event, then),
                }
            }
        }
    }

    fn swipe(&self, entry: Box<Entry>, reader: &ReaderId, ticket: Ticket, ack: Ack) {
        let desk = self.readers.get(reader);
        if let Some(desk) = desk {
            self.tell(desk, ticket, &entry);
        }
        match ticket.zip(desk) {
            Some((ticket, desk)) => self.record_first(entry, ticket, ack, &desk.recorded),
            None => self.append(Event::EntryDecided(entry), OnDurable::Ack(ack)),
        }
    }

    fn tell(&self, desk: &ReaderDesk, ticket: Ticket, entry: &Entry) {
        let decided = Decided {
            ticket,
            decision: entry.decision.clone(),
            granted: entry.granted,
            reason: entry.reason,
            holder: entry.name.clone().zip(entry.kind),
            payment: Payment::default(),
        };
        if desk.decided.try_send(decided).is_err() {
            self.metrics.refuse("reader_busy");
        }
    }

    /// The record of a swipe that was not seen before; the reader learns when it is durable, or that
    /// it is not.
    fn record_first(
        &self,
        entry: Box<Entry>,
        ticket: u64,
        ack: Ack,
        recorded: &Recipient<Recorded>,
    ) {
        let durable_seconds = self.metrics.durable_seconds.clone();
        let began = monotonic();
        let tell = recorded.clone();
        let then = OnDurable::Call(Box::new(move |written: Result<OnRecord, WriteFailure>| {
            durable_seconds.observe(began.elapsed().as_secs_f64());
            let durable = written.is_ok();
            if durable {
                ack.accept();
            } else {
                ack.refuse();
            }
            // A reader that misses this answers copies by redelivery, which is safe.
            let _ = tell.try_send(Recorded { ticket, durable });
        }));
        let event = Arc::new(Event::EntryDecided(entry));
        if let Err(refusal) = self.journal.append(event, then) {
            self.metrics.refuse("journal_busy");
            warn!(%refusal, "a decision could not be recorded; its swipe will come again");
            let _ = recorded.try_send(Recorded { ticket, durable: false });
        }
    }

    fn append(&self, event: Event, then: OnDurable<OnRecord>) {
        let name = event.name();
        if let Err(refusal) = self.journal.append(event, then) {
            self.metrics.refuse("journal_busy");
            error!(%refusal, fact = name, "a fact could not be recorded");
        }
    }
}

/// Resolves at a moment; never when there is none.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}
