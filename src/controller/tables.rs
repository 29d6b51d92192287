//! What is read before anything starts: both databases, and the journal's rest since the projections.

use std::{mem::take, ops::ControlFlow, path::Path, sync::Arc};

use onecard_devices::{clock::SharedClock, reader::memory::REMEMBERED};
use onecard_rules::{
    alarm::AlarmBoard,
    code::Phone,
    directory::Directory,
    person::{Card, Person},
    site::Site,
};
use tokio::sync::mpsc::{self, error::TrySendError};
use tracing::error;

use super::{RECENT, RECENT_SWIPES, StartFailure};
use crate::{
    broker::accounts::Accounts,
    campus::Campus,
    courtesy::Courtesy,
    metrics::Metrics,
    recovery::Recovery,
    store::{
        database::{self, Database, Loaded},
        journal::{self, Answers, Journal, JournalReader, Opened, RecentSwipe, RecentSwipes},
        ledger::{self, Ledger, LedgerReader},
    },
    water,
};

/// Commits whose answers may wait for the arbiter; those of one more are given where it was made.
const COMMITS: usize = 64;

/// States kept beside money, by key.
pub(super) type Kept = Vec<(String, String)>;

/// What is read before anything starts.
pub(super) struct Tables {
    pub(super) database: Database,
    pub(super) journal: Journal,
    pub(super) opened: Opened,
    pub(super) ledger: Ledger,
    /// What was kept of taps.
    pub(super) taps: Kept,
    /// What was kept of people's earlier charges for water.
    pub(super) standings: Kept,
    /// How the ledger was found.
    pub(super) books: ledger::Opened,
    pub(super) loaded: Loaded,
    pub(super) directory: Directory,
    pub(super) recovery: Recovery,
    pub(super) recent: Vec<RecentSwipe>,
    pub(super) accounts: Arc<Accounts>,
    /// The alarms as of the last row that the projections reflect.
    pub(super) projected_alarms: AlarmBoard,
}

impl Tables {
    pub(super) fn load(
        data: &Path,
        campus: &Campus,
        clock: &SharedClock,
        metrics: &Metrics,
    ) -> Result<Self, StartFailure> {
        std::fs::create_dir_all(data)
            .map_err(|source| StartFailure::Folder { folder: data.to_owned(), source })?;
        let database = Database::open(&data.join(database::FILE_NAME))?;
        let mut loaded = database.load()?;
        let (people, cards) = (take(&mut loaded.people), take(&mut loaded.cards));
        let phones = take(&mut loaded.phones);
        let directory = directory_of(people, cards, phones, &campus.site)?;
        let settings = journal::Settings {
            anchor: loaded.anchor,
            hand_over: Some(answers_on_this_arbiter(Courtesy::new(metrics.clone()))),
            ..journal::Settings::default()
        };
        let (journal, opened) = Journal::open(&data.join(journal::FILE_NAME), settings)?;
        if let Some(damage) = &opened.damage {
            error!(%damage, "the journal is damaged; `onecard journal verify` tells more");
        }
        let (ledger, books) = Ledger::open(database.path(), ledger::Settings::default())?;
        if let Some(damage) = &books.damage {
            error!(%damage, "the ledger is damaged; `onecard ledger verify` tells more");
        }
        let kept = LedgerReader::open(ledger.path())?;
        let (taps, standings) = (kept.states(water::KEPT)?, kept.states(water::STANDING)?);
        let reader = JournalReader::open(journal.path())?;
        let mut recovery = Recovery::from_database(&loaded);
        let projected_alarms = recovery.alarms().clone();
        reader.replay(loaded.as_of, |row| {
            recovery.apply(&row.event);
            ControlFlow::Continue(())
        })?;
        let recent = reader.recent_swipes(RecentSwipes {
            since: clock.now() - RECENT,
            per_reader: REMEMBERED,
            most: RECENT_SWIPES,
        })?;
        let accounts = crate::accounts::read(&loaded.accounts, clock.now())?;
        let accounts = Arc::new(Accounts::new(accounts));
        Ok(Self {
            database,
            journal,
            opened,
            ledger,
            taps,
            standings,
            books,
            loaded,
            directory,
            recovery,
            recent,
            accounts,
            projected_alarms,
        })
    }
}

/// So many are answered at a stretch; then others have their turn, above all a swipe that has come in
/// meanwhile.
const STRETCH: usize = 2;

/// Those who wait for the journal, readers and links, are at home on the arbiter that calls: answered
/// from there, they wake it once for a commit instead of once each, and while it decides.
fn answers_on_this_arbiter(mut courtesy: Courtesy) -> Arc<dyn Fn(Answers) + Send + Sync> {
    let (answers, mut waiting) = mpsc::channel::<Answers>(COMMITS);
    actix::spawn(async move {
        while let Some(mut answers) = waiting.recv().await {
            while answers.give(STRETCH) {
                courtesy.give_way().await;
            }
        }
    });
    Arc::new(move |batch| {
        match answers.try_send(batch) {
            // Gone with the arbiter, nobody is left who waits.
            Ok(()) | Err(TrySendError::Closed(_)) => {}
            Err(TrySendError::Full(mut batch)) => drop(batch.give(usize::MAX)),
        }
    })
}

/// The directory, unless two cards cannot be told apart at some reader.
pub fn directory_of(
    people: Vec<Person>,
    cards: Vec<Card>,
    phones: Vec<Phone>,
    site: &Site,
) -> Result<Directory, StartFailure> {
    let mut seen = std::collections::HashSet::new();
    for (reader, normaliser) in site.normalisers() {
        if !seen.insert(normaliser) {
            continue;
        }
        let credentials = cards.iter().map(|card| &card.credential);
        let collisions = onecard_rules::normaliser::collisions(credentials, normaliser);
        if let Some((first, second)) = collisions.first() {
            return Err(StartFailure::Collision {
                reader: reader.to_string(),
                first: first.to_string(),
                second: second.to_string(),
                count: collisions.len(),
            });
        }
    }
    let mut directory = Directory::default();
    for person in people {
        directory.put_person(person);
    }
    for card in cards {
        directory.put_card(card)?;
    }
    for phone in phones {
        directory.put_phone(phone);
    }
    directory.see_as(seen);
    Ok(directory)
}
