//! What changes while the controller runs: the campus folder's rules, people and accounts in the
//! database, and the marks of time.
//!
//! Rules, the calendar and tariffs are swapped whole, or not at all: a mistake anywhere keeps the old
//! ones. Areas, gates, readers, rooms and taps are not swapped; they need a restart.

use std::{collections::HashSet, path::PathBuf, sync::Arc, time::Duration};

use actix::{Addr, Message, Recipient};
use notify::{RecursiveMode, Watcher as _};
use onecard_devices::clock::SharedClock;
use onecard_rules::{Time, calendar::Calendar};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};
use tracing::{error, info, warn};

use crate::{
    access::{Access, DirectoryReloaded, RulesEdited, state::RuleSet},
    broker::accounts::Accounts,
    campus::{Campus, tariffs::Tariffs},
    controller::directory_of,
    link::LinkHandle,
    store::{
        WriteFailure,
        database::{Database, DatabaseReader, Revisions},
        journal::Journal,
    },
};

/// How often it is looked whether another process changed the database, and noted that the
/// controller is in charge.
const TICK: Duration = Duration::from_millis(500);
/// How long a folder must be quiet before it is read again: editors write in several steps.
const QUIET: Duration = Duration::from_millis(200);
/// How often old facts are deleted.
const PRUNE_TICKS: u64 = 2 * 60 * 60;

/// What the folder says now of times and prices. What is used and not billed yet is billed by it, as
/// after a restart.
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub struct PricesEdited {
    pub calendar: Arc<Calendar>,
    pub tariffs: Arc<Tariffs>,
}

/// What it needs.
#[derive(Debug)]
pub struct Parts {
    pub folder: PathBuf,
    /// Of the database, as it was loaded.
    pub revisions: Revisions,
    pub database: Database,
    pub journal: Journal,
    pub accounts: Arc<Accounts>,
    pub access: Addr<Access>,
    /// Who goes by the calendar and the tariffs.
    pub prices: Vec<Recipient<PricesEdited>>,
    pub link: LinkHandle,
    pub clock: SharedClock,
    pub retention: Duration,
    pub stop: watch::Receiver<bool>,
}

/// The tasks that watch.
#[derive(Debug)]
pub struct Reloading {
    tasks: Vec<JoinHandle<()>>,
}

impl Reloading {
    /// Resolves when both tasks have seen the order to stop.
    pub async fn ended(self) {
        for task in self.tasks {
            if let Err(error) = task.await {
                warn!(%error, "a watching task ended badly");
            }
        }
    }
}

/// Starts watching.
#[must_use]
pub fn start(parts: Parts) -> Reloading {
    let parts = Arc::new(parts);
    let folder = actix::spawn(watch_folder(Arc::clone(&parts)));
    let database = actix::spawn(watch_database(parts));
    Reloading { tasks: vec![folder, database] }
}

async fn watch_folder(parts: Arc<Parts>) {
    let mut ending = parts.stop.clone();
    let (bell, mut touches) = mpsc::channel(1);
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let is_change = event.is_ok_and(|event| !event.kind.is_access());
        if is_change {
            // One touch that waits is as good as many.
            let _ = bell.try_send(());
        }
    });
    let watching = watcher.and_then(|mut watcher| {
        watcher.watch(&parts.folder, RecursiveMode::Recursive).map(|()| watcher)
    });
    let _watcher = match watching {
        Ok(watcher) => watcher,
        Err(error) => {
            let folder = parts.folder.display();
            warn!(%folder, %error, "the campus folder cannot be watched; edits need a restart");
            return;
        }
    };
    loop {
        tokio::select! {
            touch = touches.recv() => if touch.is_none() { return },
            _ = ending.changed() => return,
        }
        while tokio::time::timeout(QUIET, touches.recv()).await.is_ok_and(|touch| touch.is_some()) {
        }
        let (edited, prices) = read_rules(parts.folder.clone()).await;
        if parts.access.send(edited).await.is_err() {
            return;
        }
        let Some(prices) = prices else { continue };
        for service in &parts.prices {
            if service.send(prices.clone()).await.is_err() {
                return;
            }
        }
    }
}

/// Reads the folder off the arbiter: a large campus takes a while.
async fn read_rules(folder: PathBuf) -> (RulesEdited, Option<PricesEdited>) {
    let read = tokio::task::spawn_blocking(move || {
        let campus = Campus::load(&folder)?;
        let policies = campus.compile()?;
        let version = policies.version().to_owned();
        let calendar = Arc::new(campus.calendar.clone());
        let prices = PricesEdited { calendar, tariffs: Arc::new(campus.tariffs) };
        let rules = RuleSet { policies, calendar: campus.calendar, version };
        Ok::<_, crate::campus::Mistakes>((rules, prices))
    });
    let mistakes = match read.await {
        Ok(Ok((rules, prices))) => return (RulesEdited::Loaded(Box::new(rules)), Some(prices)),
        Ok(Err(mistakes)) => mistakes.0.iter().map(ToString::to_string).collect(),
        Err(error) => vec![error.to_string()],
    };
    (RulesEdited::Refused { mistakes }, None)
}

async fn watch_database(parts: Arc<Parts>) {
    let mut stop = parts.stop.clone();
    let mut known = parts.revisions;
    let reader = match DatabaseReader::open(parts.database.path()) {
        Ok(reader) => Some(reader),
        Err(failure) => {
            error!(%failure, "the database cannot be watched; imports need a restart");
            None
        }
    };
    for tick in 0_u64.. {
        let now = parts.clock.now();
        parts.journal.touch_alive(now);
        if tick % PRUNE_TICKS == 0 {
            prune(&parts, now);
        }
        match reader.as_ref().map(DatabaseReader::revisions) {
            Some(Ok(found)) if found != known => {
                if found.accounts != known.accounts {
                    reload_accounts(&parts).await;
                }
                if found.people != known.people {
                    reload_people(&parts).await;
                }
                known = found;
            }
            Some(Ok(_)) | None => {}
            Some(Err(failure)) => error!(%failure, "the database cannot be read"),
        }
        if tokio::time::timeout(TICK, stop.changed()).await.is_ok() {
            return;
        }
    }
}

fn prune(parts: &Parts, now: Time) {
    let Ok(retention) = chrono::TimeDelta::from_std(parts.retention) else { return };
    let told = Box::new(|pruned: Result<u64, WriteFailure>| match pruned {
        Ok(0) => {}
        Ok(rows) => info!(rows, "old facts were deleted"),
        Err(failure) => warn!(%failure, "old facts were not deleted"),
    });
    if let Err(refusal) = parts.journal.prune(now - retention, told) {
        warn!(%refusal, "old facts are not deleted this time");
    }
}

/// Takes over the accounts as another process left them; those who may do less are cut off.
async fn reload_accounts(parts: &Parts) {
    let path = parts.database.path();
    let rows = match DatabaseReader::open(path).and_then(|reader| reader.accounts()) {
        Ok(rows) => rows,
        Err(failure) => return error!(%failure, "the accounts stay as they were"),
    };
    let accounts = match crate::accounts::read(&rows, parts.clock.now()) {
        Ok(accounts) => accounts,
        Err(mistake) => return error!(%mistake, "the accounts stay as they were"),
    };
    let kept: HashSet<String> = accounts.iter().map(|(name, _)| name.clone()).collect();
    let before = parts.accounts.names();
    parts.accounts.replace(accounts);
    for username in before.iter().filter(|name| !kept.contains(*name)) {
        parts.link.disconnect(username).await;
    }
}

/// Takes over people and cards as another process left them.
async fn reload_people(parts: &Parts) {
    let (path, folder) = (parts.database.path().to_owned(), parts.folder.clone());
    let read = tokio::task::spawn_blocking(move || {
        let campus = Campus::load(&folder).map_err(|mistakes| mistakes.to_string())?;
        let loaded = DatabaseReader::open(&path)
            .and_then(|mut reader| Ok((reader.people_and_cards()?, reader.phones()?)));
        let ((people, cards), phones) = loaded.map_err(|failure| failure.to_string())?;
        directory_of(people, cards, phones, &campus.site).map_err(|failure| failure.to_string())
    });
    match read.await {
        Ok(Ok(directory)) => {
            if parts.access.send(DirectoryReloaded { directory }).await.is_err() {
                warn!("the access service is gone");
            }
        }
        Ok(Err(wrong)) => error!(wrong, "people and cards stay as they were"),
        Err(error) => error!(%error, "people and cards stay as they were"),
    }
}
