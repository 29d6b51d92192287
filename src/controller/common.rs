//! What every service is given, and how the services that need much of it are started.

use std::{collections::HashMap, sync::Arc};

use actix::{Actor as _, Addr, Recipient};
use chrono_tz::Tz;
use onecard_devices::{
    alarm,
    clock::SharedClock,
    gate::actor::GetSnapshot,
    link::Publish,
    topic::{Topics, WHOLE_SITE},
};
use onecard_rules::{
    alarm::AlarmBoard,
    event::{DeviceKind, Event, Subject},
    ids::GateId,
    reason::Reason,
    site::Site,
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use super::{CONTROLLER, StartFailure, publish, record};
use crate::{
    access::Access,
    alarms::Alarms,
    billing::{self, Billing},
    broker::accounts::Accounts,
    campus::Campus,
    consequences::Projection,
    http::{
        AccessDesk, AlarmDesk, Backend, BillingDesk, HandoverDesk, OneAtATime, PowerDesk,
        Proposals, Supplies, WaterDesk,
    },
    link::{Link, LinkHandle},
    metrics::Metrics,
    money::{self, Cashier},
    operators::{self, Operators},
    outbox::Outbox,
    power::{self, Power},
    recovery::RoomRecord,
    reload::{self, PricesEdited, Reloading},
    requests::{self, Requests},
    store::{
        StoreFailure,
        database::{Database, Loaded, Revisions},
        journal::{Journal, JournalReader},
        ledger::{self, Ledger},
    },
    water::Water,
};

/// What every service is given.
pub(super) struct Common {
    pub(super) journal: Journal,
    pub(super) database: Database,
    pub(super) ledger: Ledger,
    pub(super) clock: SharedClock,
    pub(super) metrics: Metrics,
    pub(super) topics: Topics,
    pub(super) link: Arc<dyn Publish>,
}

/// Whom HTTP asks.
pub(super) struct Asked {
    pub(super) access: AccessDesk,
    pub(super) alarms: AlarmDesk,
    pub(super) handovers: HandoverDesk,
    pub(super) power: PowerDesk,
    pub(super) water: WaterDesk,
    pub(super) billing: BillingDesk,
    pub(super) cashier: Arc<Cashier>,
    pub(super) gates: Arc<HashMap<GateId, Recipient<GetSnapshot>>>,
    pub(super) operators: Arc<Operators>,
}

impl Common {
    /// Starts the service that watches rooms.
    pub(super) fn power(
        &self,
        campus: &Campus,
        site: &Arc<Site>,
        loaded: &Loaded,
        since: Vec<RoomRecord>,
        (alarms, water): (&Addr<Alarms>, &Addr<Water>),
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
            valves_at: water.clone().recipient(),
            valves_told: water.clone().recipient(),
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
    pub(super) fn backend(
        &self,
        campus: &Campus,
        site: &Arc<Site>,
        asked: Asked,
        link: &Link,
    ) -> Backend {
        let Asked { access, alarms, handovers, power, water, billing, cashier, gates, operators } =
            asked;
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
            water,
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

    /// Starts what answers requests over MQTT.
    pub(super) fn requests(
        &self,
        backend: &Backend,
        heard: mpsc::Receiver<requests::Heard>,
    ) -> Requests {
        let (backend, link) = (backend.clone(), Arc::clone(&self.link));
        let (topics, controller) = (self.topics.clone(), CONTROLLER.to_owned());
        requests::start(requests::Parts { backend, link, topics, controller }, heard)
    }

    /// Who may give orders, watched for those whose right has ended.
    pub(super) fn operators(
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
    pub(super) fn outbox(
        &self,
        (alarms, done): (AlarmBoard, u64),
        zone: Tz,
        stopped: watch::Receiver<bool>,
    ) -> Result<JoinHandle<()>, StoreFailure> {
        let topics = self.topics.clone();
        let reader = JournalReader::open(self.journal.path())?;
        let outbox = Outbox {
            last_entries: reader.last_entries(done)?,
            reader,
            journal: self.journal.clone(),
            database: self.database.clone(),
            link: Arc::clone(&self.link),
            projection: Projection::new(topics, zone, CONTROLLER.to_owned(), alarms),
            metrics: self.metrics.clone(),
            done,
        };
        Ok(actix::spawn(outbox.run(stopped)))
    }

    /// From here on devices are listened to, and everybody knows.
    pub(super) fn begin(&self, booted: Event, link: &mut Link) {
        record(&self.journal, booted);
        link.listen();
        publish(&*link.publisher(), &self.topics, "online");
    }

    /// Brings the facts born with money to the journal, and tells whether the last rows of the ledger
    /// hang together.
    pub(super) fn telling(
        &self,
        books: &ledger::Opened,
        alarms: &Addr<Alarms>,
    ) -> Result<(), StartFailure> {
        let (area, device) = (WHOLE_SITE.to_owned(), CONTROLLER.to_owned());
        let subject = Subject { area, kind: DeviceKind::Controller, device };
        let standing = books.damage.as_ref().map(ToString::to_string);
        let changed = alarm::Changed { subject, reason: Reason::LedgerDamaged, standing };
        if alarms.try_send(changed).is_err() {
            self.metrics.refuse("alarm_lost");
        }
        self.ledger.tell(self.journal.clone()).map_err(StartFailure::Telling)
    }

    /// Opens the accounts of the campus, and starts who charges rooms and who moves money.
    pub(super) async fn money(
        &self,
        campus: &Campus,
        site: &Arc<Site>,
        power: &Addr<Power>,
        alarms: &Addr<Alarms>,
    ) -> Result<(Addr<Billing>, Cashier), StartFailure> {
        money::open_accounts(&self.ledger, campus).await.map_err(StartFailure::Accounts)?;
        let billing = self.billing(campus, site, power, alarms)?;
        Ok((billing, Cashier::of(self.ledger.clone(), self.clock.clone(), campus)))
    }

    /// Starts what takes over edits of the campus and of the database.
    pub(super) fn reloading(
        &self,
        campus: &Campus,
        revisions: Revisions,
        accounts: Arc<Accounts>,
        access: Addr<Access>,
        prices: Vec<Recipient<PricesEdited>>,
        (link, stop): (LinkHandle, watch::Receiver<bool>),
    ) -> Reloading {
        reload::start(reload::Parts {
            folder: campus.folder.clone(),
            revisions,
            database: self.database.clone(),
            journal: self.journal.clone(),
            accounts,
            access,
            prices,
            link,
            clock: self.clock.clone(),
            retention: campus.site.limits.retention,
            stop,
        })
    }
}
