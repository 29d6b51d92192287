//! The controller as a whole: loads everything, starts everything, stops everything in order.
//!
//! **Load, then listen**: the first message is taken when every table is there.

mod common;
mod tables;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use actix::Addr;
use bytes::Bytes;
use onecard_devices::{
    clock::SharedClock,
    link::{Outgoing, Publish, Qos},
    topic::{Channel, Topics, WHOLE_SITE},
};
use onecard_rules::{
    Time,
    directory::DirectoryMistake,
    event::{DeviceKind, Event},
};
use tokio::{sync::watch, task::JoinHandle};
use tracing::{info, warn};

use common::{Asked, Common};
pub use tables::directory_of;
use tables::{Kept, Tables};

use crate::{
    access::state::{AccessState, RuleSet},
    campus::{Campus, Mistakes},
    clock::SystemClock,
    http::{
        self, AccessDesk, AlarmDesk, BillingDesk, HandoverDesk, HttpFailure, PowerDesk, WaterDesk,
    },
    late::LateReceiver,
    link::{Link, LinkFailure},
    metrics::Metrics,
    money::Cashier,
    power::Power,
    reload::Reloading,
    requests::{self, Requests},
    store::{
        OnDurable, StoreFailure, WriteFailure, database::Database, journal::Journal, ledger::Ledger,
    },
    wiring::{self, Parts, Services, TapParts},
};

/// The controller's code in topics.
pub const CONTROLLER: &str = "main";

/// Swipes of all readers that are remembered over a restart, to know their copies by: some 0.3 s of
/// the start.
const RECENT_SWIPES: usize = 50_000;
/// Swipes older than this are not delivered again.
const RECENT: chrono::TimeDelta = chrono::TimeDelta::hours(24);
/// How long the outbox may take to publish what is on record when the controller stops.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// Why the controller did not start. Nothing listens then.
#[derive(Debug, thiserror::Error)]
pub enum StartFailure {
    #[error("the data folder `{folder}` cannot be made: {source}")]
    Folder { folder: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Store(#[from] StoreFailure),
    #[error("the thread that tells the journal of money cannot be started: {0}")]
    Telling(std::io::Error),
    #[error("the accounts of the campus cannot be opened: {0}")]
    Accounts(WriteFailure),
    #[error("the campus has mistakes:\n{0}")]
    Campus(#[from] Mistakes),
    #[error(transparent)]
    Directory(#[from] DirectoryMistake),
    #[error(
        "cards `{first}` and `{second}` cannot be told apart at reader `{reader}` ({count} such \
         pairs); choose a longer card format there"
    )]
    Collision { reader: String, first: String, second: String, count: usize },
    #[error(transparent)]
    Account(#[from] crate::accounts::AccountMistake),
    #[error(transparent)]
    Link(#[from] LinkFailure),
    #[error(transparent)]
    Http(#[from] HttpFailure),
}

/// A running controller.
#[derive(Debug)]
pub struct Controller {
    link: Link,
    http: http::Server,
    requests: Requests,
    journal: Journal,
    database: Database,
    ledger: Ledger,
    stop: watch::Sender<bool>,
    outbox: JoinHandle<()>,
    reloading: Reloading,
    power: Addr<Power>,
    cashier: Cashier,
    topics: Topics,
    clock: SharedClock,
    pub metrics: Metrics,
}

impl Controller {
    /// Starts the controller of a campus on the arbiter that calls.
    ///
    /// # Errors
    /// When something cannot be loaded or listened on; nothing runs then.
    pub async fn start(campus: Campus, data: &Path) -> Result<Self, StartFailure> {
        let started = Self::build(campus, data).await;
        if started.is_err() {
            // Actors that have not begun yet begin when they are dropped, without a clock.
            tokio::task::yield_now().await;
        }
        started
    }

    async fn build(campus: Campus, data: &Path) -> Result<Self, StartFailure> {
        let clock: SharedClock = Arc::new(SystemClock);
        let (metrics, late) = (Metrics::new(), LateReceiver::default());
        let (tables, rules) = (Tables::load(data, &campus, &clock, &metrics)?, rules_of(&campus)?);
        let site = Arc::new(campus.site.clone());
        let topics = Topics::new(&site.topic_root, &site.id);
        let mut link = Link::open(
            &campus,
            &topics,
            Arc::clone(&tables.accounts),
            &clock,
            tables.opened.last_alive,
            &metrics,
            late.receive(),
        )
        .await?;
        let Tables {
            database,
            journal,
            opened,
            ledger,
            taps,
            standings,
            books,
            loaded,
            directory,
            mut recovery,
            recent,
            accounts,
            projected_alarms,
        } = tables;
        let (rooms_since, handovers) = (recovery.take_rooms(), recovery.take_handovers());
        let ((presence, orders, alarms), now) = (recovery.finish(&site), clock.now());
        let (people, cards) = (directory.people_count(), directory.card_count());
        let rules_version = rules.version.clone();
        let state = AccessState::new(Arc::clone(&site), rules, directory, presence, orders, now);
        let (asking, heard) = requests::desk();
        let parts = Parts {
            site: Arc::clone(&site),
            alarms,
            handovers,
            recent,
            journal: journal.clone(),
            clock: clock.clone(),
            metrics: metrics.clone(),
            link: link.publisher(),
            topics: topics.clone(),
            controller: CONTROLLER.to_owned(),
            run: opened.boot.to_string(),
            requests: asking,
            awake_from: campus.process.awake_from,
        };
        let Services { access, alarms, handovers, water, gates, switchboard } =
            wiring::start(&parts, state, taps_of(&campus, (taps, standings), &ledger));
        late.name(switchboard.receive());
        let common =
            Common { journal, database, ledger, clock, metrics, topics, link: link.publisher() };
        common.telling(&books, &alarms)?;
        let power = common.power(&campus, &site, &loaded, rooms_since, (&alarms, &water));
        let (billing, cashier) = common.money(&campus, &site, &power, &alarms).await?;

        let (stop, stopped) = watch::channel(false);
        let outbox = common.outbox((projected_alarms, loaded.as_of), site.zone, stopped.clone())?;
        let asked = Asked {
            access: AccessDesk::of(&access),
            alarms: AlarmDesk::of(&alarms),
            handovers: HandoverDesk::of(&handovers),
            power: PowerDesk::of(&power),
            water: WaterDesk::of(&water),
            billing: BillingDesk::of(&billing),
            cashier: Arc::new(cashier.clone()),
            gates: Arc::new(gates),
            operators: common.operators(&site, &accounts, link.handle(), stopped.clone()),
        };
        let prices = vec![billing.recipient(), water.recipient(), power.clone().recipient()];
        let backend = common.backend(&campus, &site, asked, &link);
        let requests = common.requests(&backend, heard);
        common.begin(booted(now, people, cards, rules_version), &mut link);
        let ends = (link.handle(), stopped);
        let reloading = common.reloading(&campus, loaded.revisions, accounts, access, prices, ends);
        let Common { journal, database, ledger, clock, metrics, topics, .. } = common;
        let http = http::start(campus.http.listen, backend)?;
        info!(boot = opened.boot, people, cards, "in charge");
        Ok(Self {
            link,
            http,
            requests,
            journal,
            database,
            ledger,
            stop,
            outbox,
            reloading,
            power,
            cashier,
            topics,
            clock,
            metrics,
        })
    }

    /// Where the embedded broker listens, if it is the embedded one.
    #[must_use]
    pub fn broker_address(&self) -> Option<SocketAddr> {
        self.link.address()
    }

    /// Where HTTP listens.
    #[must_use]
    pub fn http_address(&self) -> SocketAddr {
        self.http.address()
    }

    /// The power service, to follow its meters from within the process.
    #[must_use]
    pub fn power(&self) -> &Addr<Power> {
        &self.power
    }

    /// Who moves money, to pay from within the process.
    #[must_use]
    pub fn cashier(&self) -> &Cashier {
        &self.cashier
    }

    /// The journal, to follow it from within the process.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Stops in order: no new work, what was taken is committed and told, then goodbye.
    pub async fn stop(self) {
        info!("stopping");
        self.http.stop().await;
        self.requests.stop().await;
        record(&self.journal, Event::Stopped { at: self.clock.now() });
        self.journal.touch_alive(self.clock.now());
        // What was paid is told before the outbox ends; what is not, follows at the next start.
        self.ledger.close();
        publish(&*self.link.publisher(), &self.topics, "offline");
        // Watchers end with the flag; nobody listening to it is gone already.
        let _ = self.stop.send(true);
        self.reloading.ended().await;
        if tokio::time::timeout(STOP_PATIENCE, self.outbox).await.is_err() {
            warn!("not all facts went out; the rest follows at the next start");
        }
        self.link.close().await;
        self.journal.close();
        self.database.close();
        info!("stopped");
    }
}

fn taps_of(campus: &Campus, (kept, standings): (Kept, Kept), ledger: &Ledger) -> TapParts {
    TapParts {
        taps: campus.taps.clone(),
        tariffs: campus.tariffs.clone(),
        calendar: campus.calendar.clone(),
        kept,
        standings,
        ledger: ledger.clone(),
    }
}

fn rules_of(campus: &Campus) -> Result<RuleSet, Mistakes> {
    let policies = campus.compile()?;
    let version = policies.version().to_owned();
    Ok(RuleSet { policies, calendar: campus.calendar.clone(), version })
}

fn booted(at: Time, people: usize, cards: usize, rules_version: String) -> Event {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Event::Booted { at, version, people, cards, rules_version }
}

fn record(journal: &Journal, event: Event) {
    if let Err(refusal) = journal.append(event, OnDurable::Nothing) {
        warn!(%refusal, "a fact of the controller itself could not be recorded");
    }
}

fn publish(link: &dyn Publish, topics: &Topics, word: &'static str) {
    let topic = topics.build(WHOLE_SITE, DeviceKind::Controller, CONTROLLER, Channel::Availability);
    let payload = Bytes::from_static(word.as_bytes());
    let qos = Qos::AtLeastOnce;
    if let Err(refusal) = link.publish(Outgoing {
        topic,
        payload,
        qos,
        retain: true,
        expiry: None,
        correlation: None,
    }) {
        warn!(%refusal, "the controller's availability was not published");
    }
}
