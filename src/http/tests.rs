//! The interface over services that are stand-ins, a real journal and a real database.

use std::sync::Mutex;

use actix::{Actor, Context, Handler, MessageResult};
use actix_web::{
    http::{Method, StatusCode},
    test,
};
use onecard_devices::{
    clock::Now,
    gate::{Snapshot, Stand},
};
use onecard_rules::{
    Time,
    alarm::Standing,
    event::{Alarm, DeviceKind, Entry, Event, Inputs, Subject},
    ids::{AreaId, DecisionId, OperatorId, PersonId, PolicyId, SiteId},
    mode::{Measure, MeasureKind, Mode, Owner},
    passback::PassbackMode,
    reason::Reason,
    site::{Area, Direction, Gate, GateKind, GateTimes, Limits},
};
use serde_json::{Value, json};

use super::*;
use crate::{
    access::{
        AreaView, BeginMeasure, EndMeasure, Forgive, Forgiven, GetAreas, GetPeopleWithin, OpenGate,
        OrderRefusal, SetOverride, state::OrderMistake,
    },
    alarms::{Acknowledge, AcknowledgeRefusal, GetStanding},
    store::{
        database::{self, Editor},
        journal::{self, Settings},
        operator::new_token,
    },
};

fn at(second: i64) -> Time {
    Time::from_timestamp(1_795_000_000 + second, 0).unwrap()
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// A clock that stands.
#[derive(Debug)]
struct Stopped;

impl Now for Stopped {
    fn now(&self) -> Time {
        at(1000)
    }
}

type Heard = Arc<Mutex<Vec<String>>>;

/// Stands in for the access service: writes down what it is asked, and refuses what it is told to.
struct Access {
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
struct Alarms;

impl Actor for Alarms {
    type Context = Context<Self>;
}

fn subject() -> Subject {
    Subject { area: "library".into(), kind: DeviceKind::Gate, device: "library-1".into() }
}

impl Handler<GetStanding> for Alarms {
    type Result = MessageResult<GetStanding>;

    fn handle(&mut self, _: GetStanding, _: &mut Self::Context) -> Self::Result {
        let detail = "opened without a permit".to_owned();
        let alarm = Alarm { subject: subject(), reason: Reason::Forced, since: at(7), detail };
        MessageResult(vec![Standing { alarm, acknowledged: Some((id("li"), at(8))) }])
    }
}

impl Handler<Acknowledge> for Alarms {
    type Result = Result<(), AcknowledgeRefusal>;

    fn handle(&mut self, asked: Acknowledge, _: &mut Self::Context) -> Self::Result {
        let known = asked.subject == subject() && asked.reason == Reason::Forced;
        if known { Ok(()) } else { Err(AcknowledgeRefusal::NotStanding) }
    }
}

/// Stands in for a gate.
struct Leaf {
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

/// A link that is up or down.
#[derive(Debug)]
struct Link(bool);

impl LinkStatus for Link {
    fn is_up(&self) -> bool {
        self.0
    }

    fn counts(&self) -> Counts<'_> {
        Box::pin(async { vec![("connections", 3)] })
    }
}

fn site() -> Site {
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
        limits: Limits::default(),
    }
}

/// A backend of stand-ins.
struct World {
    folder: tempfile::TempDir,
    backend: Backend,
    heard: Heard,
    token: String,
}

impl World {
    fn new() -> Self {
        Self::refusing(None)
    }

    fn refusing(refusal: Option<OrderRefusal>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(database::FILE_NAME);
        let (token, hash) = new_token(&id::<OperatorId>("wang.wei")).unwrap();
        Editor::open(&file).unwrap().put_operator(&id("wang.wei"), &hash, at(0)).unwrap();
        let path = folder.path().join(journal::FILE_NAME);
        let (journal, _) = Journal::open(&path, Settings::default()).unwrap();
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
        let backend = Backend {
            site: Arc::new(site()),
            access: AccessDesk::of(&access),
            alarms: AlarmDesk::of(&Alarms.start()),
            gates: Arc::new(gates.into_iter().collect()),
            journal,
            database: file,
            metrics: Metrics::new(),
            clock: Arc::new(Stopped),
            link: Arc::new(Link(true)),
            anonymous_read: false,
        };
        Self { folder, backend, heard, token }
    }

    fn parts(&self) -> Parts {
        Parts::new(self.backend.clone())
    }

    /// Records so many entries, every third refused for a lost card; waits until they are on disk.
    async fn record(&self, count: u64) {
        for n in 0..count {
            let recorded = self.backend.journal.append_and_wait(entry(n));
            recorded.await.unwrap();
        }
    }
}

fn entry(n: u64) -> Event {
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

struct Answer {
    status: StatusCode,
    headers: actix_web::http::header::HeaderMap,
    text: String,
    body: Value,
}

impl Answer {
    /// The value of a header; empty when it is not there.
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Sends one request; `token` may be empty for none.
async fn send(parts: &Parts, method: Method, path: &str, token: &str, body: &str) -> Answer {
    let service = test::init_service(app(parts.clone())).await;
    let mut request = test::TestRequest::default().method(method).uri(path);
    request = request.set_payload(body.to_owned());
    if !token.is_empty() {
        request = request.insert_header(("authorization", format!("Bearer {token}")));
    }
    let response = test::call_service(&service, request.to_request()).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = test::read_body(response).await;
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { status, headers, text, body }
}

async fn get(world: &World, path: &str) -> Answer {
    send(&world.parts(), Method::GET, path, &world.token, "").await
}

#[actix_web::test]
async fn orders_reach_the_services_with_name_and_reason() {
    let world = World::new();
    let post = Method::POST;
    let delete = Method::DELETE;
    let rows: &[(&Method, &str, &str, u16, Value, &str)] = &[
        (
            &post,
            "/api/gates/main-1/open",
            r#"{"direction":"in","why":" delivery "}"#,
            200,
            json!({"decision": "01J"}),
            "open main-1 in by wang.wei: delivery",
        ),
        (
            &post,
            "/api/gates/main-1/mode",
            r#"{"mode":"free","why":"parade"}"#,
            200,
            json!({"gates": ["main-1"]}),
            "main-1 to Some(Free) by wang.wei: parade",
        ),
        (
            &post,
            "/api/gates/main-1/mode",
            r#"{"mode":null,"why":"over"}"#,
            200,
            json!({"gates": ["main-1"]}),
            "main-1 to None by wang.wei: over",
        ),
        (
            &delete,
            "/api/gates/main-1/mode?why=over",
            "",
            200,
            json!({"gates": ["main-1"]}),
            "main-1 to None by wang.wei: over",
        ),
        (
            &post,
            "/api/areas/library/lockdown",
            r#"{"why":"parcel","until":"2026-11-19T00:00:00Z"}"#,
            200,
            json!({"gates": ["library-1"]}),
            "begin Lockdown of library by wang.wei: parcel until 46400",
        ),
        (
            &delete,
            "/api/areas/library/lockdown",
            r#"{"why":"over"}"#,
            200,
            json!({"gates": ["library-1"]}),
            "end Lockdown of library by wang.wei: over",
        ),
        (
            &post,
            "/api/areas/library/release",
            r#"{"why":"over"}"#,
            200,
            json!({"gates": ["library-1"]}),
            "end Lockdown of library by wang.wei: over",
        ),
        (
            &post,
            "/api/areas/library/emergency",
            r#"{"why":"fire"}"#,
            200,
            json!({"gates": ["library-1"]}),
            "begin Release of library by wang.wei: fire until 0",
        ),
        (
            &delete,
            "/api/areas/library/emergency?why=all%20clear",
            "",
            200,
            json!({"gates": ["library-1"]}),
            "end Release of library by wang.wei: all clear",
        ),
        (
            &post,
            "/api/passback/forgive",
            r#"{"person":"20240311","why":"lift broke"}"#,
            204,
            Value::Null,
            "forgive person 20240311 by wang.wei: lift broke",
        ),
        (
            &post,
            "/api/passback/forgive",
            r#"{"area":"library","why":"drill"}"#,
            204,
            Value::Null,
            "forgive area library by wang.wei: drill",
        ),
    ];
    for (method, path, body, status, answer, heard) in rows {
        let got = send(&world.parts(), (*method).clone(), path, &world.token, body).await;
        assert_eq!((got.status.as_u16(), &got.body), (*status, answer), "{path} {body}");
        assert_eq!(world.heard.lock().unwrap().pop().as_deref(), Some(*heard), "{path} {body}");
    }
    let seen =
        r#"{"area":"library","kind":"gate","device":"library-1","reason":"forced","why":"x"}"#;
    let parts = world.parts();
    let got = send(&parts, Method::POST, "/api/alarms/acknowledge", &world.token, seen).await;
    assert_eq!(got.status, 204);
}

#[actix_web::test]
async fn a_wrong_order_is_refused_with_code_and_field_and_reaches_nobody() {
    let world = World::new();
    let open = "/api/gates/main-1/open";
    let long = format!(r#"{{"direction":"in","why":"{}"}}"#, "x".repeat(70_000));
    let wordy = format!(r#"{{"direction":"in","why":"{}"}}"#, "门".repeat(501));
    let rows: &[(&str, &str, u16, &str, &str, &str)] = &[
        (open, r#"{"direction":"in"}"#, 422, "bad_field", "why", "`why` is missing"),
        (open, r#"{"direction":"in","why":"  "}"#, 422, "bad_field", "why", "say why"),
        (open, &wordy, 422, "bad_field", "why", "1 to 500"),
        (open, r#"{"direction":"in","why":5}"#, 422, "bad_field", "why", "expected a string"),
        (open, r#"{"why":"x"}"#, 422, "bad_field", "direction", "is missing"),
        (open, r#"{"direction":"up","why":"x"}"#, 422, "bad_field", "direction", "`in` or `out`"),
        (open, r#"{"directoin":"in","why":"x"}"#, 422, "bad_field", "directoin", "`direction`?"),
        (open, r#"{"why":"x","why":"y"}"#, 422, "bad_field", "why", "twice"),
        (open, "[]", 422, "bad_field", "", ""),
        (open, "", 400, "not_json", "", "not JSON"),
        (open, "{", 400, "not_json", "", "not JSON"),
        (open, &long, 413, "body_too_long", "", "64 KiB"),
        ("/api/gates/mian-1/open", "{}", 422, "bad_field", "direction", "is missing"),
        (
            "/api/gates/mian-1/open",
            r#"{"direction":"in","why":"x"}"#,
            404,
            "unknown_gate",
            "gate",
            "did you mean `main-1`?",
        ),
        (
            "/api/areas/librari/lockdown",
            r#"{"why":"x"}"#,
            404,
            "unknown_area",
            "area",
            "did you mean `library`?",
        ),
        (
            "/api/areas/library/lockdown",
            r#"{"why":"x","until":"soon"}"#,
            422,
            "bad_field",
            "until",
            "",
        ),
        (
            "/api/areas/library/lockdown",
            r#"{"why":"x","until":"2020-01-01T00:00:00Z"}"#,
            422,
            "bad_field",
            "until",
            "past",
        ),
        ("/api/gates/main-1/mode", r#"{"why":"x"}"#, 422, "bad_field", "mode", "is missing"),
        (
            "/api/gates/main-1/mode",
            r#"{"mode":"locked_down","why":"x"}"#,
            422,
            "bad_field",
            "mode",
            "`secure`, `free`, `blocked`",
        ),
        ("/api/passback/forgive", r#"{"why":"x"}"#, 422, "bad_field", "person", "either"),
        (
            "/api/passback/forgive",
            r#"{"person":"a b","why":"x"}"#,
            422,
            "bad_field",
            "person",
            "letters",
        ),
        (
            "/api/alarms/acknowledge",
            r#"{"area":"_","kind":"gate","device":"g","reason":"held","why":"x"}"#,
            409,
            "alarm_not_standing",
            "",
            "no such alarm",
        ),
        ("/api/nonsense", "{}", 404, "unknown_path", "", "openapi.json"),
        ("/api/gates", "{}", 405, "method_not_allowed", "", "use GET"),
    ];
    for (path, body, status, code, field, words) in rows {
        let shown: String = body.chars().take(80).collect();
        let got = send(&world.parts(), Method::POST, path, &world.token, body).await;
        assert_eq!(got.status.as_u16(), *status, "{path} {shown}: {}", got.text);
        assert_eq!(got.body["code"], *code, "{path} {shown}: {}", got.text);
        assert_eq!(got.body["status"], *status, "{path} {shown}");
        assert_eq!(got.header("content-type"), "application/problem+json");
        let named = got.body["field"].as_str().unwrap_or_default();
        assert!(field.is_empty() || named == *field, "{path} {shown}: {}", got.text);
        let detail = got.body["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{path} {shown}: {detail}");
    }
    assert!(world.heard.lock().unwrap().is_empty());
}

#[actix_web::test]
async fn what_the_services_refuse_has_a_code_each() {
    let gate = || id::<GateId>("main-1");
    let mistake = OrderRefusal::Mistake;
    let rows = [
        (mistake(OrderMistake::UnknownGate(gate())), 404, "unknown_gate"),
        (mistake(OrderMistake::UnknownArea(id("x"))), 404, "unknown_area"),
        (mistake(OrderMistake::NothingToEnd(id("x"))), 409, "nothing_to_end"),
        (mistake(OrderMistake::NoOverride(gate())), 409, "no_override"),
        (mistake(OrderMistake::NothingToForgive(id("p"))), 409, "nothing_to_forgive"),
        (OrderRefusal::NotRecorded, 503, "not_recorded"),
        (OrderRefusal::GateBusy(gate()), 503, "gate_busy"),
    ];
    for (refusal, status, code) in rows {
        let world = World::refusing(Some(refusal));
        let (path, body) = ("/api/gates/main-1/open", r#"{"direction":"in","why":"x"}"#);
        let got = send(&world.parts(), Method::POST, path, &world.token, body).await;
        assert_eq!((got.status.as_u16(), &got.body["code"]), (status, &json!(code)));
    }
}

#[actix_web::test]
async fn without_a_good_token_nothing_personal_is_shown_and_nothing_done() {
    let world = World::new();
    let (parts, token) = (world.parts(), world.token.clone());
    let (_, other) = token.split_at(3);
    let wrong = [String::new(), "nonsense".into(), format!("{token}0"), format!("Wan{other}")];
    for (pattern, item) in &openapi::document().paths.paths {
        let path = pattern.replace("{id}", "main-1");
        for method in openapi::methods(item) {
            let open = ["/health", "/metrics", "/openapi.json", "/api/version"];
            if open.contains(&pattern.as_str()) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let got = send(&parts, method.clone(), &path, "", "").await;
            assert_eq!((got.status.as_u16(), &got.body["code"]), (401, &json!("unauthorized")));
            assert_eq!(got.header("www-authenticate"), "Bearer", "{method} {path}");
        }
    }
    for token in wrong {
        let got = send(&parts, Method::GET, "/api/gates", &token, "").await;
        assert_eq!(got.status, 401, "{token}");
    }
    assert_eq!(send(&parts, Method::GET, "/api/gates", &token, "").await.status, 200);
    let file = world.folder.path().join(database::FILE_NAME);
    Editor::open(&file).unwrap().revoke_operator(&id("wang.wei"), at(999)).unwrap();
    let got = send(&parts, Method::GET, "/api/gates", &token, "").await;
    assert_eq!(got.status, 401, "a revoked token is worth nothing at once");
}

#[actix_web::test]
async fn guessing_is_stopped_and_does_not_keep_an_operator_out() {
    let world = World::new();
    let parts = world.parts();
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(send(&parts, Method::GET, "/api/gates", "a.b", "").await.status.as_u16());
    }
    assert_eq!(statuses[..10], [401; 10]);
    assert_eq!(statuses[10..], [429; 2]);
    assert_eq!(send(&parts, Method::GET, "/api/gates", &world.token, "").await.status, 200);
}

#[actix_web::test]
async fn anybody_may_read_where_the_campus_says_so_and_nobody_may_act() {
    let mut world = World::new();
    world.backend.anonymous_read = true;
    let parts = world.parts();
    assert_eq!(send(&parts, Method::GET, "/api/gates", "", "").await.status, 200);
    assert_eq!(send(&parts, Method::GET, "/api/gates", "a.b", "").await.status, 401);
    let body = r#"{"direction":"in","why":"x"}"#;
    let got = send(&parts, Method::POST, "/api/gates/main-1/open", "", body).await;
    assert_eq!(got.status, 401);
}

#[actix_web::test]
async fn a_follower_gets_every_entry_it_missed_in_order() {
    let world = World::new();
    world.record(7).await;
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let got = get(&world, &format!("/api/entries?after={after}&limit=3")).await;
        let rows = got.body["rows"].as_array().unwrap().clone();
        seen.extend(rows.iter().map(|row| row["seq"].as_u64().unwrap()));
        after = got.body["next_after"].as_u64().unwrap();
        assert_eq!(got.body["last_seq"], 7);
        assert_eq!(got.body["next_before"], Value::Null);
        if rows.is_empty() {
            break;
        }
    }
    assert_eq!((seen, after), ((1..=7).collect(), 7));
    let got = get(&world, "/api/facts?after=5").await;
    let facts: Vec<(u64, &str)> = got.body["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fact| (fact["seq"].as_u64().unwrap(), fact["fact"].as_str().unwrap()))
        .collect();
    assert_eq!(facts, [(6, "entry_decided"), (7, "entry_decided")]);
    assert_eq!(got.body["next_after"], 7);
}

#[actix_web::test]
async fn entries_are_found_by_what_is_asked_the_newest_first() {
    let world = World::new();
    world.record(7).await;
    let rows: &[(&str, &[u64], Value)] = &[
        ("", &[7, 6, 5, 4, 3, 2, 1], Value::Null),
        ("?limit=2", &[7, 6], json!(6)),
        ("?limit=2&before=6", &[5, 4], json!(4)),
        ("?person=even", &[7, 5, 3, 1], Value::Null),
        ("?granted=false", &[6, 3], Value::Null),
        ("?reason=deny_lost&person=even", &[3], Value::Null),
        ("?gate=main-1", &[], Value::Null),
        ("?area=library&limit=1", &[7], json!(7)),
        ("?from=2026-11-18T11:06:42Z&to=2026-11-18T11:06:44Z", &[4, 3], Value::Null),
        ("?from=2026-11-18T19:06:45%2B08:00", &[7, 6], Value::Null),
        ("?from=2026-11-18T19:06:45+08:00", &[7, 6], Value::Null),
    ];
    for (query, expected, next) in rows {
        let got = get(&world, &format!("/api/entries{query}")).await;
        let found = got.body["rows"].as_array().unwrap_or_else(|| panic!("{query}: {}", got.text));
        let seqs: Vec<u64> = found.iter().map(|row| row["seq"].as_u64().unwrap()).collect();
        assert_eq!((seqs.as_slice(), &got.body["next_before"]), (*expected, next), "{query}");
    }
    let got = get(&world, "/api/entries?limit=1").await;
    assert_eq!(got.body["rows"][0]["at"], "2026-11-18T19:06:46.000+08:00");
    assert_eq!(got.body["rows"][0]["text_en"], "Let pass");
}

#[actix_web::test]
async fn a_wrong_parameter_is_named() {
    let world = World::new();
    let rows = [
        ("/api/entries?limit=0", "limit", "1 to 1000"),
        ("/api/entries?limit=1001", "limit", "1 to 1000"),
        ("/api/entries?limit=many", "limit", "`many`"),
        ("/api/entries?after=-1", "after", "`-1`"),
        ("/api/entries?granted=yes", "granted", "`yes`"),
        ("/api/entries?reason=deny_lots", "reason", "did you mean `deny_lost`?"),
        ("/api/entries?person=a%20b", "person", "letters"),
        ("/api/entries?from=today", "from", "2026-11-23T07:45:12"),
        ("/api/entries?from=2026-11-18T11:06:42Z&to=2026-11-18T11:06:42Z", "to", "later"),
        ("/api/entries?gaet=main-1", "gaet", "did you mean `gate`?"),
        ("/api/facts?after=x", "after", "`x`"),
        ("/api/gates?unconfirmed=2", "unconfirmed", "`2`"),
    ];
    for (path, field, words) in rows {
        let got = get(&world, path).await;
        assert_eq!((got.status.as_u16(), &got.body["field"]), (422, &json!(field)), "{path}");
        assert!(got.body["detail"].as_str().unwrap().contains(words), "{path}: {}", got.text);
    }
}

#[actix_web::test]
async fn a_lock_down_names_the_gates_that_have_not_confirmed() {
    let world = World::new();
    let got = get(&world, "/api/areas").await;
    let campus = &got.body[0];
    assert_eq!((&campus["id"], &campus["inside"]), (&json!("campus"), &json!(12)));
    assert_eq!((&campus["parent"], &campus["capacity"]), (&json!("outside"), &json!(100)));
    let lockdown = &campus["measures"][0];
    assert_eq!((&lockdown["kind"], &lockdown["by"]), (&json!("lockdown"), &json!("li")));
    // One has not answered, one was not told yet; the one that leads out is no concern.
    assert_eq!(lockdown["unconfirmed"], json!(["library-1", "main-2"]));
    assert_eq!(got.body[1]["measures"], json!([]));
}

#[actix_web::test]
async fn gates_people_and_alarms_are_shown_as_they_are() {
    let world = World::new();
    let got = get(&world, "/api/gates/main-1").await;
    let expected = json!({
        "id": "main-1", "name": "main-1", "area": "campus", "from": "outside", "to": "campus",
        "kind": "door", "escape_route": false, "state": "closed",
        "since": "2026-11-18T19:06:41.000+08:00", "availability": "online", "mode": "locked_down",
        "owner": {"layer": "standing"}, "confirmed": true,
        "heard_at": "2026-11-18T19:06:42.000+08:00", "awaited": 0
    });
    assert_eq!(got.body, expected);
    let ids = |answer: &Answer| -> Vec<String> {
        let gates = answer.body.as_array().unwrap();
        gates.iter().map(|gate| gate["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = get(&world, "/api/gates").await;
    assert_eq!(ids(&all), ["library-1", "main-1", "main-2", "out-1"]);
    assert_eq!(ids(&get(&world, "/api/gates?unconfirmed=true").await), ["main-2"]);
    let got = get(&world, "/api/gates/main-9").await;
    assert_eq!((got.status.as_u16(), &got.body["code"]), (404, &json!("unknown_gate")));
    let got = get(&world, "/api/areas/library/people").await;
    assert_eq!(got.body[0]["person"], "20240311");
    assert_eq!(got.body[0]["name"], "王伟");
    let got = get(&world, "/api/alarms").await;
    assert_eq!(got.body[0]["reason"], "forced");
    assert_eq!(got.body[0]["acknowledged_by"], "li");
}

#[actix_web::test]
async fn health_is_red_while_the_broker_is_away() {
    let mut world = World::new();
    world.record(2).await;
    let got = send(&world.parts(), Method::GET, "/health", "", "").await;
    assert_eq!((got.status.as_u16(), &got.body["status"]), (200, &json!("ok")), "{}", got.text);
    assert_eq!((&got.body["last_seq"], &got.body["boot"]), (&json!(2), &json!(1)));
    assert_eq!(got.body["last_recorded_ms"], 999_000);
    world.backend.link = Arc::new(Link(false));
    let got = send(&world.parts(), Method::GET, "/health", "", "").await;
    assert_eq!((got.status.as_u16(), &got.body["link_up"]), (503, &json!(false)));
    let got = send(&world.parts(), Method::GET, "/metrics", "", "").await;
    for line in ["onecard_link_up 0", "onecard_link_connections 3", "onecard_journal_last_seq 2"] {
        assert!(got.text.lines().any(|there| there == line), "{line} in\n{}", got.text);
    }
    assert!(got.text.ends_with("# EOF\n"));
}

/// Every reference within a JSON document.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[actix_web::test]
async fn every_path_of_the_document_is_served_with_the_headers_that_protect() {
    let world = World::new();
    let got = send(&world.parts(), Method::GET, "/openapi.json", "", "").await;
    let paths = got.body["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 18, "the paths of the interface: {:?}", paths.keys());
    for (pattern, item) in paths {
        let operations = item.as_object().unwrap();
        for (method, operation) in operations {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let path = pattern.replace("{id}", "main-1");
            let got = send(&world.parts(), method.clone(), &path, &world.token, "").await;
            let code = got.body["code"].as_str().unwrap_or_default();
            let served = !["unknown_path", "method_not_allowed"].contains(&code);
            assert!(served, "{method} {path}: {}", got.text);
            let said = &operation["responses"][got.status.as_str()];
            assert!(said.is_object(), "{method} {path} answers {}: {}", got.status, got.text);
            for (header, value) in
                [("x-content-type-options", "nosniff"), ("cache-control", "no-store")]
            {
                assert_eq!(got.header(header), value, "{method} {path}");
            }
            assert!(got.header("access-control-allow-origin").is_empty());
        }
    }
    let mut found = Vec::new();
    references(&got.body, &mut found);
    for reference in found {
        assert!(got.body.pointer(&reference[1..]).is_some(), "`{reference}` leads nowhere");
    }
}

#[actix_web::test]
async fn it_listens_answers_and_stops_and_a_taken_address_is_named() {
    let world = World::new();
    let listen = "127.0.0.1:0".parse().unwrap();
    let server = start(listen, world.backend.clone()).unwrap();
    let address = server.address();
    let answer = reqwest::get(format!("http://{address}/health")).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let taken = start(address, world.backend.clone()).unwrap_err().to_string();
    assert!(taken.contains(&address.to_string()), "{taken}");
    server.stop().await;
    assert!(reqwest::get(format!("http://{address}/health")).await.is_err());
}
