//! The controller as a whole: loads everything, starts everything, stops everything in order.
//!
//! **Load, then listen**: the first message is taken when every table is there.

mod tables;

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use actix::{Actor as _, Addr, Recipient};
use bytes::Bytes;
use chrono_tz::Tz;
use onecard_devices::{
    alarm,
    clock::SharedClock,
    gate::actor::GetSnapshot,
    link::{Outgoing, Publish, Qos},
    topic::{Channel, Topics, WHOLE_SITE},
};
use onecard_rules::{
    Time,
    alarm::AlarmBoard,
    directory::DirectoryMistake,
    event::{DeviceKind, Event, Subject},
    ids::GateId,
    reason::Reason,
    site::Site,
};
use tokio::{sync::watch, task::JoinHandle};
use tracing::{info, warn};

use tables::Tables;
pub use tables::directory_of;

use crate::{
    access::state::{AccessState, RuleSet},
    alarms::Alarms,
    billing::{self, Billing},
    broker::accounts::Accounts,
    campus::{Campus, Mistakes},
    clock::SystemClock,
    consequences::Projection,
    http::{
        self, AccessDesk, AlarmDesk, Backend, BillingDesk, HandoverDesk, HttpFailure, OneAtATime,
        PowerDesk, Proposals, Supplies,
    },
    late::LateReceiver,
    link::{Link, LinkFailure, LinkHandle},
    metrics::Metrics,
    money::{self, Cashier},
    operators::{self, Operators},
    outbox::Outbox,
    power::{self, Power},
    recovery::RoomRecord,
    reload::{self, Reloading},
    store::{
        OnDurable, StoreFailure, WriteFailure,
        database::{Database, Loaded},
        journal::{Journal, JournalReader},
        ledger::{self, Ledger},
    },
    wiring::{self, Parts, Services},
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
    journal: Journal,
    database: Database,
    ledger: Ledger,
    /// Brings the facts born with money to the journal.
    telling: Option<thread::JoinHandle<()>>,
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
        let clock: SharedClock = Arc::new(SystemClock);
        let tables = Tables::load(data, &campus, &clock)?;
        let rules = rules_of(&campus)?;
        let (metrics, late) = (Metrics::new(), LateReceiver::default());
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
            books,
            loaded,
            directory,
            mut recovery,
            recent,
            accounts,
            projected_alarms,
        } = tables;
        let rooms_since = recovery.take_rooms();
        let handovers = recovery.take_handovers();
        let (presence, orders, alarms) = recovery.finish(&site);
        let now = clock.now();
        let (people, cards) = (directory.people_count(), directory.card_count());
        let rules_version = rules.version.clone();
        let state = AccessState::new(Arc::clone(&site), rules, directory, presence, orders, now);
        let Services { access, alarms, handovers, gates, switchboard } = wiring::start(Parts {
            site: Arc::clone(&site),
            state,
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
        });
        late.name(switchboard.receive());
        let telling = ledger.tell(journal.clone()).map_err(StartFailure::Telling)?;
        tell_damage(&alarms, &books, &metrics);
        let common =
            Common { journal, database, ledger, clock, metrics, topics, link: link.publisher() };
        let power = common.power(&campus, &site, &loaded, rooms_since, &alarms);
        money::open_accounts(&common.ledger, &campus).await.map_err(StartFailure::Accounts)?;
        let billing = common.billing(&campus, &site, &power, &alarms)?;
        let cashier = Cashier::of(common.ledger.clone(), common.clock.clone(), &campus);

        let (stop, stopped) = watch::channel(false);
        let outbox = common.outbox((projected_alarms, loaded.as_of), site.zone, stopped.clone())?;
        let known = common.operators(&site, &accounts, link.handle(), stopped.clone());
        let asked = Asked {
            access: AccessDesk::of(&access),
            alarms: AlarmDesk::of(&alarms),
            handovers: HandoverDesk::of(&handovers),
            power: PowerDesk::of(&power),
            billing: BillingDesk::of(&billing),
            cashier: Arc::new(cashier.clone()),
            gates: Arc::new(gates),
            operators: known,
        };
        let backend = common.backend(&campus, &site, asked, &link);
        let Common { journal, database, ledger, clock, metrics, topics, .. } = common;
        record(&journal, booted(now, people, cards, rules_version));
        link.listen();
        publish(&*link.publisher(), &topics, "online");
        let reloading = reload::start(reload::Parts {
            folder: campus.folder.clone(),
            revisions: loaded.revisions,
            database: database.clone(),
            journal: journal.clone(),
            accounts,
            access,
            link: link.handle(),
            clock: clock.clone(),
            retention: site.limits.retention,
            stop: stopped,
        });
        let http = http::start(campus.http.listen, backend)?;
        info!(boot = opened.boot, people, cards, "in charge");
        Ok(Self {
            link,
            http,
            journal,
            database,
            ledger,
            telling,
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
        record(&self.journal, Event::Stopped { at: self.clock.now() });
        self.journal.touch_alive(self.clock.now());
        // What was paid is told before the outbox ends; what is not, follows at the next start.
        self.ledger.close();
        if let Some(telling) = self.telling
            && telling.join().is_err()
        {
            warn!("the facts of the ledger did not end in order");
        }
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

/// Whom HTTP asks.
struct Asked {
    access: AccessDesk,
    alarms: AlarmDesk,
    handovers: HandoverDesk,
    power: PowerDesk,
    billing: BillingDesk,
    cashier: Arc<Cashier>,
    gates: Arc<HashMap<GateId, Recipient<GetSnapshot>>>,
    operators: Arc<Operators>,
}

/// What every service is given.
struct Common {
    journal: Journal,
    database: Database,
    ledger: Ledger,
    clock: SharedClock,
    metrics: Metrics,
    topics: Topics,
    link: Arc<dyn Publish>,
}

impl Common {
    /// Starts the service that watches rooms.
    fn power(
        &self,
        campus: &Campus,
        site: &Arc<Site>,
        loaded: &Loaded,
        since: Vec<RoomRecord>,
        alarms: &Addr<Alarms>,
    ) -> Addr<Power> {
        let (link, topics, metrics) =
            (Arc::clone(&self.link), self.topics.clone(), self.metrics.clone());
        Power::new(power::Parts {
            power: campus.power.clone(),
            calendar: campus.calendar.clone(),
            site: Arc::clone(site),
            stored: loaded.rooms.clone(),
            stored_feeders: loaded.feeders.clone(),
            stored_power: loaded.power_days.clone(),
            since,
            journal: self.journal.clone(),
            database: self.database.clone(),
            clock: self.clock.clone(),
            metrics: self.metrics.clone(),
            alarms: alarms.clone().recipient(),
            publisher: power::Publisher::new(link, topics, metrics),
        })
        .start()
    }

    /// Starts the service that charges rooms.
    fn billing(
        &self,
        campus: &Campus,
        site: &Arc<Site>,
        power: &Addr<Power>,
        alarms: &Addr<Alarms>,
    ) -> Result<Addr<Billing>, StoreFailure> {
        let parts = billing::Parts {
            site: Arc::clone(site),
            rooms: campus.power.clone(),
            tariffs: campus.tariffs.clone(),
            money: campus.money.clone(),
            calendar: campus.calendar.clone(),
            ledger: self.ledger.clone(),
            clock: self.clock.clone(),
            metrics: self.metrics.clone(),
            alarms: alarms.clone().recipient(),
            meters: power.clone().recipient(),
            funds: power.clone().recipient(),
        };
        Ok(Billing::new(parts)?.start())
    }

    /// What HTTP asks.
    fn backend(&self, campus: &Campus, site: &Arc<Site>, asked: Asked, link: &Link) -> Backend {
        let Asked { access, alarms, handovers, power, billing, cashier, gates, operators } = asked;
        Backend {
            site: Arc::clone(site),
            access,
            alarms,
            handovers,
            database: self.database.path().to_owned(),
            folder: campus.folder.clone(),
            backups: OneAtATime::default(),
            proposals: Arc::new(Proposals::new(campus.http.two_people.clone())),
            power,
            billing,
            cashier,
            gates,
            journal: self.journal.clone(),
            ledger: self.ledger.clone(),
            operators,
            supplies: Arc::new(Supplies::of(&campus.power)),
            websocket: link.websocket(campus),
            metrics: self.metrics.clone(),
            clock: self.clock.clone(),
            link: Arc::new(link.handle()),
            anonymous_read: campus.http.anonymous_read,
        }
    }

    /// Who may give orders, watched for those whose right has ended.
    fn operators(
        &self,
        site: &Arc<Site>,
        accounts: &Arc<Accounts>,
        link: LinkHandle,
        stopped: watch::Receiver<bool>,
    ) -> Arc<Operators> {
        let known = Arc::new(Operators::new(
            self.database.path().to_owned(),
            Arc::clone(site),
            self.topics.clone(),
            Arc::clone(accounts),
        ));
        let (journal, clock) = (self.journal.clone(), self.clock.clone());
        actix::spawn(operators::watch(Arc::clone(&known), link, journal, clock, stopped));
        known
    }

    /// Starts what tells the world of the facts on record after row `done`, as of which `alarms` stand.
    fn outbox(
        &self,
        (alarms, done): (AlarmBoard, u64),
        zone: Tz,
        stopped: watch::Receiver<bool>,
    ) -> Result<JoinHandle<()>, StoreFailure> {
        let topics = self.topics.clone();
        let outbox = Outbox {
            reader: JournalReader::open(self.journal.path())?,
            journal: self.journal.clone(),
            database: self.database.clone(),
            link: Arc::clone(&self.link),
            projection: Projection::new(topics, zone, CONTROLLER.to_owned(), alarms),
            metrics: self.metrics.clone(),
            done,
        };
        Ok(actix::spawn(outbox.run(stopped)))
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

/// Raises or clears the alarm that the last rows of the ledger do not hang together.
fn tell_damage(alarms: &Addr<Alarms>, books: &ledger::Opened, metrics: &Metrics) {
    let (area, device) = (WHOLE_SITE.to_owned(), CONTROLLER.to_owned());
    let subject = Subject { area, kind: DeviceKind::Controller, device };
    let standing = books.damage.as_ref().map(ToString::to_string);
    let changed = alarm::Changed { subject, reason: Reason::LedgerDamaged, standing };
    if alarms.try_send(changed).is_err() {
        metrics.refuse("alarm_lost");
    }
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
    if let Err(refusal) = link.publish(Outgoing { topic, payload, qos, retain: true, expiry: None })
    {
        warn!(%refusal, "the controller's availability was not published");
    }
}
