//! The controller as a whole: loads everything, starts everything, stops everything in order.
//!
//! **Load, then listen**: the first message is taken when every table is there.

use std::{
    mem::take,
    net::SocketAddr,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use actix::{Actor as _, Addr};
use bytes::Bytes;
use chrono_tz::Tz;
use onecard_devices::{
    clock::SharedClock,
    link::{Outgoing, Publish, Qos},
    reader::memory::REMEMBERED,
    topic::{Channel, Topics, WHOLE_SITE},
};
use onecard_rules::{
    Time,
    alarm::AlarmBoard,
    code::Phone,
    directory::{Directory, DirectoryMistake},
    event::{DeviceKind, Event},
    person::{Card, Person},
    site::Site,
};
use tokio::{sync::watch, task::JoinHandle};
use tracing::{error, info, warn};

use crate::{
    access::state::{AccessState, RuleSet},
    alarms::Alarms,
    broker::accounts::Accounts,
    campus::{Campus, Mistakes},
    clock::SystemClock,
    consequences::Projection,
    http::{self, AccessDesk, AlarmDesk, Backend, HttpFailure, PowerDesk, Supplies},
    late::LateReceiver,
    link::{Link, LinkFailure},
    metrics::Metrics,
    operators::{self, Operators},
    outbox::Outbox,
    power::{self, Power},
    recovery::{Recovery, RoomRecord},
    reload::{self, Reloading},
    store::{
        OnDurable, StoreFailure,
        database::{self, Database, Loaded},
        journal::{self, Journal, JournalReader, Opened, RecentSwipe, RecentSwipes},
    },
    wiring::{self, Parts},
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
    stop: watch::Sender<bool>,
    outbox: JoinHandle<()>,
    reloading: Reloading,
    power: Addr<Power>,
    topics: Topics,
    clock: SharedClock,
    pub metrics: Metrics,
}

/// What is read before anything starts.
struct Tables {
    database: Database,
    journal: Journal,
    opened: Opened,
    loaded: Loaded,
    directory: Directory,
    recovery: Recovery,
    recent: Vec<RecentSwipe>,
    accounts: Arc<Accounts>,
    /// The alarms as of the last row that the projections reflect.
    projected_alarms: AlarmBoard,
}

impl Tables {
    fn load(data: &Path, campus: &Campus, clock: &SharedClock) -> Result<Self, StartFailure> {
        std::fs::create_dir_all(data)
            .map_err(|source| StartFailure::Folder { folder: data.to_owned(), source })?;
        let database = Database::open(&data.join(database::FILE_NAME))?;
        let mut loaded = database.load()?;
        let (people, cards) = (take(&mut loaded.people), take(&mut loaded.cards));
        let phones = take(&mut loaded.phones);
        let directory = directory_of(people, cards, phones, &campus.site)?;
        let settings = journal::Settings { anchor: loaded.anchor, ..journal::Settings::default() };
        let (journal, opened) = Journal::open(&data.join(journal::FILE_NAME), settings)?;
        if let Some(damage) = &opened.damage {
            error!(%damage, "the journal is damaged; `onecard journal verify` tells more");
        }
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
            loaded,
            directory,
            recovery,
            recent,
            accounts,
            projected_alarms,
        })
    }
}

/// The directory, unless two cards cannot be told apart at some reader.
pub fn directory_of(
    people: Vec<Person>,
    cards: Vec<Card>,
    phones: Vec<Phone>,
    site: &Site,
) -> Result<Directory, StartFailure> {
    let mut seen = std::collections::HashSet::new();
    for reader in site.readers.values() {
        if !seen.insert(reader.normaliser) {
            continue;
        }
        let credentials = cards.iter().map(|card| &card.credential);
        let collisions = onecard_rules::normaliser::collisions(credentials, reader.normaliser);
        if let Some((first, second)) = collisions.first() {
            return Err(StartFailure::Collision {
                reader: reader.id.to_string(),
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

impl Controller {
    /// Starts the controller of a campus on the arbiter that calls.
    ///
    /// # Errors
    /// When something cannot be loaded or listened on; nothing runs then.
    pub async fn start(campus: Campus, data: &Path) -> Result<Self, StartFailure> {
        let clock: SharedClock = Arc::new(SystemClock);
        let tables = Tables::load(data, &campus, &clock)?;
        let rules = rules_of(&campus)?;
        let metrics = Metrics::new();
        let site = Arc::new(campus.site.clone());
        let topics = Topics::new(&site.topic_root, &site.id);
        let late = LateReceiver::default();
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
            loaded,
            directory,
            mut recovery,
            recent,
            accounts,
            projected_alarms,
        } = tables;
        let rooms_since = recovery.take_rooms();
        let (presence, orders, alarms) = recovery.finish(&site);
        let now = clock.now();
        let (people, cards) = (directory.people_count(), directory.card_count());
        let rules_version = rules.version.clone();
        let state = AccessState::new(Arc::clone(&site), rules, directory, presence, orders, now);
        let services = wiring::start(Parts {
            site: Arc::clone(&site),
            state,
            alarms,
            recent,
            journal: journal.clone(),
            clock: clock.clone(),
            metrics: metrics.clone(),
            link: link.publisher(),
            topics: topics.clone(),
            controller: CONTROLLER.to_owned(),
            run: opened.boot.to_string(),
        });
        late.name(services.switchboard.receive());
        let common = Common { journal, database, clock, metrics, topics, link: link.publisher() };
        let power = common.power(&campus, &site, &loaded, rooms_since, &services.alarms);

        let (stop, stopped) = watch::channel(false);
        let outbox = common.outbox(projected_alarms, site.zone, loaded.as_of)?;
        let outbox = actix::spawn(outbox.run(stopped.clone()));
        let Common { journal, database, clock, metrics, topics, .. } = common;
        let known = Arc::new(Operators::new(
            database.path().to_owned(),
            Arc::clone(&site),
            topics.clone(),
            Arc::clone(&accounts),
        ));
        let watched = Arc::clone(&known);
        let (held, noted) = (link.handle(), journal.clone());
        actix::spawn(operators::watch(watched, held, noted, clock.clone(), stopped.clone()));
        record(&journal, booted(now, people, cards, rules_version));
        link.listen();
        publish(&*link.publisher(), &topics, "online");
        let reloading = reload::start(reload::Parts {
            folder: campus.folder.clone(),
            revisions: loaded.revisions,
            database: database.clone(),
            journal: journal.clone(),
            accounts,
            access: services.access.clone(),
            link: link.handle(),
            clock: clock.clone(),
            retention: site.limits.retention,
            stop: stopped,
        });
        let backend = Backend {
            site,
            access: AccessDesk::of(&services.access),
            alarms: AlarmDesk::of(&services.alarms),
            power: PowerDesk::of(&power),
            gates: Arc::new(services.gates),
            journal: journal.clone(),
            operators: known,
            supplies: Arc::new(Supplies::of(&campus.power)),
            websocket: link.websocket(&campus),
            metrics: metrics.clone(),
            clock: clock.clone(),
            link: Arc::new(link.handle()),
            anonymous_read: campus.http.anonymous_read,
        };
        let http = http::start(campus.http.listen, backend)?;
        info!(boot = opened.boot, people, cards, "in charge");
        Ok(Self {
            link,
            http,
            journal,
            database,
            stop,
            outbox,
            reloading,
            power,
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

/// What every service is given.
struct Common {
    journal: Journal,
    database: Database,
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

    /// What tells the world of the facts on record after row `done`.
    fn outbox(&self, alarms: AlarmBoard, zone: Tz, done: u64) -> Result<Outbox, StoreFailure> {
        let topics = self.topics.clone();
        Ok(Outbox {
            reader: JournalReader::open(self.journal.path())?,
            journal: self.journal.clone(),
            database: self.database.clone(),
            link: Arc::clone(&self.link),
            projection: Projection::new(topics, zone, CONTROLLER.to_owned(), alarms),
            metrics: self.metrics.clone(),
            done,
        })
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
    if let Err(refusal) = link.publish(Outgoing { topic, payload, qos, retain: true, expiry: None })
    {
        warn!(%refusal, "the controller's availability was not published");
    }
}
