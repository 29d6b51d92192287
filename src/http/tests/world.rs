//! The services as stand-ins around a real journal and a real database.

use std::{
    path::PathBuf,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use actix::{Actor, Context, Handler, MessageResult};
use actix_web::{
    http::{Method, StatusCode},
    test,
};
use onecard_devices::{
    clock::Now,
    gate::{Snapshot, Stand},
    topic::Topics,
};
use onecard_rules::{
    Time,
    alarm::Standing,
    event::{Alarm, DeviceKind, Entry, Event, Inputs, Subject},
    handover::HandoverBoard,
    ids::{AreaId, DecisionId, OperatorId, PersonId, PolicyId, SiteId},
    mode::{Measure, MeasureKind, Mode, Owner},
    operator::Rights,
    passback::PassbackMode,
    reason::Reason,
    site::{Area, Direction, Gate, GateKind, GateTimes, Limits},
};
use serde_json::Value;

use super::super::*;
use crate::{
    access::{
        AreaView, BeginMeasure, EndMeasure, Forgive, Forgiven, GetAreas, GetPeopleWithin, OpenGate,
        OrderRefusal, SetOverride,
    },
    alarms::{Acknowledge, AcknowledgeRefusal, GetStanding, HandleAlarm},
    broker::accounts::Accounts,
    handovers::Handovers,
    store::{
        database::{self, Editor},
        journal::{self, Settings},
        ledger,
        operator::new_token,
    },
};

pub fn at(second: i64) -> Time {
    Time::from_timestamp(1_795_000_000 + second, 0).unwrap()
}

pub fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// A clock that stands until it is moved on.
#[derive(Debug)]
pub struct Stopped(AtomicI64);

impl Stopped {
    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Now for Stopped {
    fn now(&self) -> Time {
        at(self.0.load(Ordering::SeqCst))
    }
}

pub type Heard = Arc<Mutex<Vec<String>>>;

/// Stands in for the access service: writes down what it is asked, and refuses what it is told to.
pub struct Access {
    heard: Heard,
    refusal: Option<OrderRefusal>,
}

impl Actor for Access {
    type Context = Context<Self>;
}

impl Access {
    fn answer<T>(&self, heard: String, answer: T) -> Result<T, OrderRefusal> {
        self.heard.lock().unwrap().push(heard);
        self.refusal.clone().map_or(Ok(answer), Err)
    }
}

impl Handler<OpenGate> for Access {
    type Result = Result<DecisionId, OrderRefusal>;

    fn handle(&mut self, order: OpenGate, _: &mut Self::Context) -> Self::Result {
        let OpenGate { gate, direction, by, why } = order;
        let heard = format!("open {gate} {} by {by}: {why}", direction.as_str());
        self.answer(heard, id("01J"))
    }
}

impl Handler<BeginMeasure> for Access {
    type Result = Result<Vec<GateId>, OrderRefusal>;

    fn handle(&mut self, order: BeginMeasure, _: &mut Self::Context) -> Self::Result {
        let BeginMeasure { kind, area, by, why, until } = order;
        let until = until.map_or(0, |until| (until - at(0)).num_seconds());
        let heard = format!("begin {kind:?} of {area} by {by}: {why} until {until}");
        self.answer(heard, vec![id("library-1")])
    }
}

impl Handler<EndMeasure> for Access {
    type Result = Result<Vec<GateId>, OrderRefusal>;

    fn handle(&mut self, order: EndMeasure, _: &mut Self::Context) -> Self::Result {
        let EndMeasure { kind, area, by, why } = order;
        self.answer(format!("end {kind:?} of {area} by {by}: {why}"), vec![id("library-1")])
    }
}

impl Handler<SetOverride> for Access {
    type Result = Result<(), OrderRefusal>;

    fn handle(&mut self, order: SetOverride, _: &mut Self::Context) -> Self::Result {
        let SetOverride { gate, mode, by, why, .. } = order;
        self.answer(format!("{gate} to {mode:?} by {by}: {why}"), ())
    }
}

impl Handler<Forgive> for Access {
    type Result = Result<(), OrderRefusal>;

    fn handle(&mut self, order: Forgive, _: &mut Self::Context) -> Self::Result {
        let whom = match order.whom {
            Forgiven::Person(person) => format!("person {person}"),
            Forgiven::Area(area) => format!("area {area}"),
        };
        self.answer(format!("forgive {whom} by {}: {}", order.by, order.why), ())
    }
}

impl Handler<GetAreas> for Access {
    type Result = MessageResult<GetAreas>;

    fn handle(&mut self, _: GetAreas, _: &mut Self::Context) -> Self::Result {
        let (by, why) = (id("li"), "a drill".to_owned());
        let (kind, area) = (MeasureKind::Lockdown, id("campus"));
        let lockdown = Measure { kind, area, by, why, since: at(900), until: None };
        MessageResult(vec![
            AreaView { id: id("campus"), inside: 12, measures: vec![lockdown] },
            AreaView { id: id("library"), inside: 3, measures: Vec::new() },
        ])
    }
}

impl Handler<GetPeopleWithin> for Access {
    type Result = MessageResult<GetPeopleWithin>;

    fn handle(&mut self, asked: GetPeopleWithin, _: &mut Self::Context) -> Self::Result {
        MessageResult(vec![(id("20240311"), "王伟".to_owned(), asked.area, at(5))])
    }
}

/// Stands in for the alarm service: one alarm stands.
pub struct Alarms;

impl Actor for Alarms {
    type Context = Context<Self>;
}

pub fn subject() -> Subject {
    Subject { area: "library".into(), kind: DeviceKind::Gate, device: "library-1".into() }
}

impl Handler<GetStanding> for Alarms {
    type Result = MessageResult<GetStanding>;

    fn handle(&mut self, _: GetStanding, _: &mut Self::Context) -> Self::Result {
        let detail = "opened without a permit".to_owned();
        let alarm = Alarm { subject: subject(), reason: Reason::Forced, since: at(7), detail };
        let acknowledged = Some((id("li"), at(8)));
        MessageResult(vec![Standing { acknowledged, ..Standing::new(alarm) }])
    }
}

impl Handler<Acknowledge> for Alarms {
    type Result = Result<(), AcknowledgeRefusal>;

    fn handle(&mut self, asked: Acknowledge, _: &mut Self::Context) -> Self::Result {
        let known = asked.subject == subject() && asked.reason == Reason::Forced;
        if known { Ok(()) } else { Err(AcknowledgeRefusal::NotStanding) }
    }
}

impl Handler<HandleAlarm> for Alarms {
    type Result = Result<(), AcknowledgeRefusal>;

    fn handle(&mut self, asked: HandleAlarm, _: &mut Self::Context) -> Self::Result {
        let known = asked.subject == subject() && asked.reason == Reason::Forced;
        if known { Ok(()) } else { Err(AcknowledgeRefusal::NotStanding) }
    }
}

/// Stands in for a gate.
pub struct Leaf {
    mode: Mode,
    confirmed: bool,
}

impl Actor for Leaf {
    type Context = Context<Self>;
}

impl Handler<GetSnapshot> for Leaf {
    type Result = MessageResult<GetSnapshot>;

    fn handle(&mut self, _: GetSnapshot, _: &mut Self::Context) -> Self::Result {
        MessageResult(Snapshot {
            stand: Stand::Closed { since: at(1) },
            told: Some((self.mode, Owner::Standing)),
            confirmed: self.confirmed,
            online: Some(true),
            heard_at: Some(at(2)),
            awaited: 0,
        })
    }
}

/// A link that is up or down, and whose connections it was told to close.
#[derive(Debug)]
pub struct Link(pub bool, pub Arc<Mutex<Vec<String>>>);

impl LinkStatus for Link {
    fn is_up(&self) -> bool {
        self.0
    }

    fn counts(&self) -> Counts<'_> {
        Box::pin(async { vec![("connections", 3)] })
    }

    fn disconnect<'a>(&'a self, username: &'a str) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        self.1.lock().unwrap().push(username.to_owned());
        Box::pin(async {})
    }
}

pub fn site() -> Site {
    let area = |name: &str, parent: Option<&str>| Area {
        id: id::<AreaId>(name),
        name: name.to_owned(),
        parent: parent.map(id),
        capacity: Some(100),
        passback: PassbackMode::Off,
    };
    let gate = |name: &str, from: &str, to: &str| Gate {
        id: id::<GateId>(name),
        name: name.to_owned(),
        area: id(to),
        from: id(from),
        to: id(to),
        kind: GateKind::Door,
        times: GateTimes::default(),
        requires: Vec::new(),
        passage_sensor: true,
        escape_route: false,
        open_during: Vec::new(),
    };
    let areas =
        [area("outside", None), area("campus", Some("outside")), area("library", Some("campus"))];
    let gates = [
        gate("main-1", "outside", "campus"),
        gate("main-2", "outside", "campus"),
        gate("library-1", "campus", "library"),
        gate("out-1", "campus", "outside"),
    ];
    Site {
        id: id::<SiteId>("college"),
        name: "College".into(),
        zone: chrono_tz::Asia::Shanghai,
        topic_root: "onecard".into(),
        areas: areas.into_iter().map(|area| (area.id.clone(), area)).collect(),
        gates: gates.into_iter().map(|gate| (gate.id.clone(), gate)).collect(),
        readers: std::collections::BTreeMap::default(),
        taps: super::taps::taps().into(),
        limits: Limits::default(),
    }
}

/// A backend of stand-ins.
pub struct World {
    pub folder: tempfile::TempDir,
    pub backend: Backend,
    pub heard: Heard,
    pub token: String,
    pub clock: Arc<Stopped>,
    pub accounts: Arc<Accounts>,
    /// Whose connections were to be closed.
    pub closed: Arc<Mutex<Vec<String>>>,
}

impl World {
    pub fn new() -> Self {
        Self::refusing(None)
    }

    pub fn refusing(refusal: Option<OrderRefusal>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(database::FILE_NAME);
        let (token, hash) = new_token(&id::<OperatorId>("wang.wei")).unwrap();
        Editor::open(&file).unwrap().put_operator(&id("wang.wei"), &hash, at(0)).unwrap();
        let path = folder.path().join(journal::FILE_NAME);
        let (journal, _) = Journal::open(&path, Settings::default()).unwrap();
        let (ledger, _) = ledger::Ledger::open(&file, ledger::Settings::default()).unwrap();
        let (clock, closed) = (Arc::new(Stopped(AtomicI64::new(1000))), Arc::default());
        let time = Arc::clone(&clock) as SharedClock;
        let rooms = super::rooms::supplies().rooms;
        let rooms = rooms.into_iter().map(|(room, place)| (room, place.area)).collect();
        let two = onecard_rules::money::Fen::new(10_000);
        let cashier = Cashier::new((ledger.clone(), time, site().zone), rooms, two);
        let heard = Heard::default();
        let access = Access { heard: Arc::clone(&heard), refusal }.start();
        let gates = [
            ("main-1", Mode::LockedDown, true),
            ("main-2", Mode::LockedDown, false),
            // Not told yet: it has confirmed how it stood before.
            ("library-1", Mode::Secure, true),
            ("out-1", Mode::Secure, true),
        ];
        let gates = gates.map(|(name, mode, confirmed)| {
            (id::<GateId>(name), Leaf { mode, confirmed }.start().recipient())
        });
        let accounts = Arc::new(Accounts::default());
        let backend = Backend {
            site: Arc::new(site()),
            access: AccessDesk::of(&access),
            alarms: AlarmDesk::of(&Alarms.start()),
            handovers: HandoverDesk::of(
                &Handovers::new(
                    HandoverBoard::default(),
                    journal.clone(),
                    Arc::clone(&clock) as SharedClock,
                )
                .start(),
            ),
            database: file.clone(),
            folder: folder.path().join("campus"),
            backups: OneAtATime::default(),
            proposals: Arc::default(),
            power: PowerDesk::of(&super::rooms::Rooms.start()),
            water: WaterDesk::of(&super::taps::Taps.start()),
            billing: BillingDesk::of(&super::bills::Bills.start()),
            cashier: Arc::new(cashier),
            gates: Arc::new(gates.into_iter().collect()),
            journal,
            ledger,
            operators: Arc::new(Operators::new(
                file,
                Arc::new(site()),
                Topics::new("onecard", &id("college")),
                Arc::clone(&accounts),
            )),
            supplies: Arc::new(super::rooms::supplies()),
            websocket: Websocket::Open("127.0.0.1:8083".parse().unwrap()),
            metrics: Metrics::new(),
            clock: Arc::clone(&clock) as SharedClock,
            link: Arc::new(Link(true, Arc::clone(&closed))),
            anonymous_read: false,
        };
        Self { folder, backend, heard, token, clock, accounts, closed }
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join(database::FILE_NAME)
    }

    /// A token of an operator with these rights.
    pub fn token_of(&self, name: &str, rights: &Rights) -> String {
        let operator = id::<OperatorId>(name);
        let (token, hash) = new_token(&operator).unwrap();
        let mut editor = Editor::open(&self.file()).unwrap();
        editor.enrol(&operator, name, rights, at(0)).unwrap();
        editor.put_operator(&operator, &hash, at(0)).unwrap();
        token
    }

    pub fn parts(&self) -> Parts {
        Parts::new(self.backend.clone())
    }

    /// Records so many entries, every third refused for a lost card; waits until they are on disk.
    pub async fn record(&self, count: u64) {
        for n in 0..count {
            let recorded = self.backend.journal.append_and_wait(entry(n));
            recorded.await.unwrap();
        }
    }
}

pub fn entry(n: u64) -> Event {
    let lost = n % 3 == 2;
    Event::EntryDecided(Box::new(Entry {
        decision: id::<DecisionId>(&format!("D{n}")),
        at: at(i64::try_from(n).unwrap()),
        presented_at: None,
        area: id("library"),
        gate: id("library-1"),
        direction: Direction::In,
        reader: None,
        swipe: None,
        granted: !lost,
        reason: if lost { Reason::DenyLost } else { Reason::Grant },
        rules: vec![id::<PolicyId>("everybody")],
        flags: Vec::new(),
        rules_version: "v1".into(),
        person: Some(id::<PersonId>(if n.is_multiple_of(2) { "even" } else { "odd" })),
        name: None,
        kind: None,
        card: None,
        raw: None,
        by: None,
        why: None,
        replay_of: None,
        inputs: Inputs::default(),
    }))
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: actix_web::http::header::HeaderMap,
    pub text: String,
    pub body: Value,
}

impl Answer {
    /// The value of a header; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Sends one request; `token` may be empty for none.
pub async fn send(parts: &Parts, method: Method, path: &str, token: &str, body: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let header = [("authorization", bearer.as_str())];
    let headers = if token.is_empty() { &[][..] } else { &header[..] };
    send_with(parts, method, path, headers, body).await
}

/// Sends one request with these headers.
pub async fn send_with(
    parts: &Parts,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let service = test::init_service(app(parts.clone())).await;
    let mut request = test::TestRequest::default().method(method).uri(path);
    request = request.set_payload(body.to_owned());
    for header in headers {
        request = request.append_header(*header);
    }
    let response = test::call_service(&service, request.to_request()).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = test::read_body(response).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { status, headers, text, body }
}

pub async fn get(world: &World, path: &str) -> Answer {
    send(&world.parts(), Method::GET, path, &world.token, "").await
}
