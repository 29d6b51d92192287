//! The outbox: follows the journal, row by row, and does what each fact causes.
//!
//! It remembers how far it came, so that every consequence happens at least once, over crashes too.
//! What follows from a fact is `consequences`' to say.

use std::{collections::HashMap, ops::ControlFlow, sync::Arc, time::Duration};

use onecard_devices::link::{Outgoing, Publish, PublishRefusal, Qos, Receipt};
use onecard_rules::{event::Event, ids::GateId};
use tokio::sync::watch;
use tracing::{error, warn};

use crate::{
    consequences::{Consequence, Projection},
    courtesy::Courtesy,
    metrics::Metrics,
    store::{
        OnDurable, StoreFailure,
        database::{Change, Database},
        journal::{Journal, JournalReader, Row},
    },
};

/// Rows taken up together.
const ROWS: usize = 256;
/// Rows whose messages go out in one write; then others have their turn, above all a swipe that has
/// come in meanwhile.
const TOGETHER: usize = 3;
/// How long to wait before trying again what a full queue or the disk refused.
const PAUSE: Duration = Duration::from_millis(20);

/// Follows the journal.
pub struct Outbox {
    pub journal: Journal,
    pub reader: JournalReader,
    /// The last decision at gates as of the start; of others the journal is asked.
    pub last_entries: HashMap<GateId, u64>,
    pub database: Database,
    pub link: Arc<dyn Publish>,
    pub projection: Projection,
    pub metrics: Metrics,
    /// The last row whose consequences are done.
    pub done: u64,
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox").field("done", &self.done).finish_non_exhaustive()
    }
}

impl Outbox {
    /// Runs until `stop` turns true and everything on record by then is done.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut committed = self.journal.committed();
        let mut courtesy = Courtesy::new(self.metrics.clone());
        loop {
            let last = *committed.borrow_and_update();
            if self.done < last {
                if self.step(&stop, &mut courtesy).await.is_break() {
                    return;
                }
                continue;
            }
            if *stop.borrow() {
                return;
            }
            tokio::select! {
                changed = committed.changed() => if changed.is_err() { return },
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Takes the next rows up; breaks when the link has closed, which leaves them to the next start.
    async fn step(
        &mut self,
        stop: &watch::Receiver<bool>,
        courtesy: &mut Courtesy,
    ) -> ControlFlow<()> {
        let rows = match self.rows() {
            Ok(rows) => rows,
            Err(failure) => {
                error!(%failure, "the journal cannot be read; facts are not going out");
                tokio::time::sleep(PAUSE).await;
                return ControlFlow::Continue(());
            }
        };
        let Some(last) = rows.last().map(|row| row.seq) else { return ControlFlow::Continue(()) };
        let mut receipts = Vec::with_capacity(rows.len());
        let mut changes = Vec::new();
        for (count, row) in rows.iter().enumerate() {
            if count > 0 && count % TOGETHER == 0 {
                courtesy.give_way().await;
            }
            for consequence in self.follow(row) {
                match consequence {
                    Consequence::Publish { topic, payload, retain } => {
                        let qos = Qos::AtLeastOnce;
                        let message = Outgoing {
                            topic,
                            payload,
                            qos,
                            retain,
                            expiry: None,
                            correlation: None,
                        };
                        receipts.extend(self.publish(message).await?);
                    }
                    Consequence::Store(change) => changes.push(change),
                }
            }
        }
        // An outside broker may be away: what it has not taken over is published again later.
        for receipt in receipts {
            if receipt.await.is_err() {
                // Either a newer state has taken its place, or the link has closed.
                if *stop.borrow() {
                    return ControlFlow::Break(());
                }
                self.metrics.refuse("fact_not_taken_over");
            }
        }
        changes.extend(self.journal.head().map(Change::Anchor));
        self.store(changes, last).await;
        self.metrics.facts_published.inc_by(rows.len() as u64);
        self.done = last;
        self.journal.mark_published(last);
        ControlFlow::Continue(())
    }

    fn rows(&self) -> Result<Vec<Arc<Row>>, StoreFailure> {
        match self.journal.after(self.done, ROWS) {
            Some(rows) => Ok(rows),
            // Far behind, after a start or a long outage of the broker: some rows from the disk.
            None => self.reader.after(self.done, ROWS),
        }
    }

    fn follow(&mut self, row: &Row) -> Vec<Consequence> {
        let (reader, last_entries) = (&self.reader, &self.last_entries);
        let earlier = |event: &Event| {
            match event {
            Event::EntryDecided(entry) => last_entries.get(&entry.gate).copied().or_else(|| {
                reader.last_entry_at(&entry.gate, row.seq).unwrap_or_else(|failure| {
                    error!(%failure, "the journal cannot be read; a row goes out without `prev_seq`");
                    None
                })
            }),
            // Other topics start anew with each run; `Booted` is the first on the controller's.
            Event::PassageEnded(_)
            | Event::Booted { .. }
            | Event::Stopped { .. }
            | Event::GateModeChanged { .. }
            | Event::MeasureBegun { .. }
            | Event::MeasureEnded { .. }
            | Event::PresenceForgotten { .. }
            | Event::OperatorActed { .. }
            | Event::AlarmRaised { .. }
            | Event::AlarmCleared { .. }
            | Event::RulesLoaded { .. }
            | Event::RulesRefused { .. }
            | Event::RoomHappened { .. }
            | Event::TapHappened { .. }
            | Event::MoneyMoved(_)
            | Event::DayClosed { .. }
            | Event::PeopleImported { .. }
            | Event::Audited(_) => None,
        }
        };
        self.projection.follow(row, &earlier)
    }

    /// Publishes, waiting while the queue is full; breaks when the link has closed.
    async fn publish(&self, message: Outgoing) -> ControlFlow<(), Option<Receipt>> {
        loop {
            match self.link.publish(message.clone()) {
                Ok(receipt) => return ControlFlow::Continue(Some(receipt)),
                Err(PublishRefusal::Full) => {
                    self.metrics.publish_refusals.inc();
                    tokio::time::sleep(PAUSE).await;
                }
                Err(PublishRefusal::Closed) => return ControlFlow::Break(()),
                Err(refusal @ PublishRefusal::TooLong) => {
                    self.metrics.publish_refusals.inc();
                    warn!(topic = message.topic, %refusal, "a fact was not published; it is on record");
                    return ControlFlow::Continue(None);
                }
            }
        }
    }

    /// Stores, waiting while too much waits.
    async fn store(&self, changes: Vec<Change>, as_of: u64) {
        while let Err(refusal) =
            self.database.put(changes.iter().cloned(), Some(as_of), OnDurable::Nothing)
        {
            warn!(%refusal, "a projection waits for the database");
            tokio::time::sleep(PAUSE).await;
        }
    }
}
