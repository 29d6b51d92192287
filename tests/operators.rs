//! Stories of operators at the real controller: signing in over HTTP, hearing the own gates live over
//! the broker, and losing both when an administrator says so.

#![expect(clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

use std::{net::SocketAddr, time::Duration};

use onecard::{
    operators::password,
    store::database::{self, Editor},
};
use onecard_rules::{
    operator::{Rights, Role, Scope},
    person::{CardState, PersonKind},
};
use reqwest::{Client as Browser, Method, StatusCode};
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS, SubscribeReasonCode};
use serde_json::{Value, json};

#[path = "support/campus.rs"]
mod campus;

use campus::{Folder, Running, edit, holder, now};

const PASSWORD: &str = "correct horse";
/// Far more than anything takes.
const PATIENCE: Duration = Duration::from_secs(20);

fn free() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// The starter campus with a listener for pages, a guard of one gate and a security office.
fn folder() -> Folder {
    let folder = Folder::new(free(), free());
    edit(
        &folder.campus(),
        "campus.toml",
        "anonymous = true",
        "anonymous = true\nwebsocket = \"127.0.0.1:0\"",
    );
    folder.people(&[holder("20240311", PersonKind::Student, "04A1B2C3", CardState::Active)]);
    let mut editor = editor(&folder);
    let own = Scope::Places { areas: [].into(), gates: ["main-1".parse().expect("a code")].into() };
    for (name, role, scope) in
        [("zhao", Role::Guard, own), ("security", Role::Security, Scope::Site)]
    {
        let name = name.parse().expect("a code");
        editor.enrol(&name, "赵师傅", &Rights { role, scope }, now()).expect("written");
        let hash = password::hash(PASSWORD).expect("a hash");
        editor.set_password(&name, &hash).expect("written");
    }
    folder
}

fn editor(folder: &Folder) -> Editor {
    Editor::open(&folder.data().join(database::FILE_NAME)).expect("a database")
}

/// A browser that has signed in.
struct Page {
    browser: Browser,
    http: SocketAddr,
    cookie: String,
    csrf: String,
}

impl Page {
    async fn sign_in(http: SocketAddr, name: &str) -> Self {
        let browser = Browser::new();
        let asked = json!({"operator": name, "password": PASSWORD});
        let request = browser.post(format!("http://{http}/api/session")).json(&asked);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        let cookie = answer.headers().get("set-cookie").expect("a cookie");
        let cookie = cookie.to_str().expect("text").split(';').next().expect("a pair").to_owned();
        let body: Value = answer.json().await.expect("JSON");
        let csrf = body["csrf"].as_str().expect("a proof").to_owned();
        Self { browser, http, cookie, csrf }
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = self.browser.request(method, format!("http://{}{path}", self.http));
        let request = request.header("cookie", &self.cookie).header("x-csrf-token", &self.csrf);
        let answer = request.json(body).send().await.expect("an answer");
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(Method::GET, path, &Value::Null).await
    }

    /// Connects to the broker with a new ticket, and subscribes to all that it allows.
    async fn hear(&self, mqtt: SocketAddr) -> (EventLoop, AsyncClient) {
        let (status, ticket) = self.send(Method::POST, "/api/session/mqtt", &json!({})).await;
        assert_eq!(status, StatusCode::OK, "{ticket}");
        let text = |field: &str| ticket[field].as_str().expect("text").to_owned();
        assert!(text("url").starts_with("ws://127.0.0.1:"), "{ticket}");
        let mut options = MqttOptions::new(text("client_id"), mqtt.ip().to_string(), mqtt.port());
        options.set_credentials(text("username"), text("password"));
        let (client, mut events) = AsyncClient::new(options, 64);
        let filters = ticket["subscribe"].as_array().expect("a list").clone();
        for filter in &filters {
            client
                .subscribe(filter.as_str().expect("text"), QoS::AtLeastOnce)
                .await
                .expect("queued");
        }
        let mut waiting = filters.len();
        while waiting > 0 {
            if let Event::Incoming(Packet::SubAck(ack)) = events.poll().await.expect("it holds") {
                assert_eq!(ack.return_codes, [SubscribeReasonCode::Success(QoS::AtLeastOnce)]);
                waiting -= 1;
            }
        }
        (events, client)
    }
}

/// The next message on a topic that ends so.
async fn next(events: &mut EventLoop, end: &str) -> Value {
    loop {
        let event = tokio::time::timeout(PATIENCE, events.poll()).await.expect("in time");
        if let Event::Incoming(Packet::Publish(publish)) = event.expect("the connection holds")
            && publish.topic.ends_with(end)
        {
            return serde_json::from_slice(&publish.payload).expect("JSON");
        }
    }
}

/// Waits until the broker has closed the connection.
async fn closed(events: &mut EventLoop) {
    let ended = async { while events.poll().await.is_ok() {} };
    tokio::time::timeout(PATIENCE, ended).await.expect("the broker closes it");
}

/// Presents a card at a reader, as a device does.
async fn swipe(mqtt: SocketAddr, topic: &str) {
    let options = MqttOptions::new("a-reader", mqtt.ip().to_string(), mqtt.port());
    let (client, mut events) = AsyncClient::new(options, 8);
    client.publish(topic, QoS::AtLeastOnce, false, r#"{"card":"04A1B2C3"}"#).await.expect("queued");
    while !matches!(events.poll().await.expect("it holds"), Event::Incoming(Packet::PubAck(_))) {}
}

#[tokio::test]
async fn a_guard_sees_the_own_gate_live_and_loses_it_with_the_account() {
    let folder = folder();
    let running = Running::start(&folder);
    let guard = Page::sign_in(running.http, "zhao").await;
    let office = Page::sign_in(running.http, "security").await;
    let (mut own, _guard) = guard.hear(running.mqtt).await;
    let (mut all, _office) = office.hear(running.mqtt).await;

    // What happens at another gate the office hears, and the guard does not.
    let (status, gates) = office.get("/api/gates").await;
    assert_eq!(status, StatusCode::OK);
    let gates: Vec<_> = gates.as_array().expect("a list").iter().map(|g| g["id"].clone()).collect();
    let other = gates.iter().find(|gate| **gate != json!("main-1")).expect("another gate");
    let other = other.as_str().expect("text");
    let order = json!({"direction": "in", "why": "delivery"});
    let (status, answer) =
        office.send(Method::POST, &format!("/api/gates/{other}/open"), &order).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(next(&mut all, "/entry").await["gate"], other);
    swipe(running.mqtt, "onecard/west/campus/reader/main-1-in/swipe").await;
    let row = next(&mut own, "/entry").await;
    assert_eq!((&row["gate"], &row["person"]), (&json!("main-1"), &json!("20240311")), "{row}");
    assert_eq!(next(&mut all, "/entry").await["seq"], row["seq"]);

    let (status, rows) = guard.get("/api/entries").await;
    assert_eq!((status, rows["rows"].as_array().expect("a list").len()), (StatusCode::OK, 1));
    let (_, shown) = guard.get("/api/gates").await;
    assert_eq!(shown.as_array().expect("a list").len(), 1, "{shown}");
    for path in [format!("/api/gates/{other}/open"), "/api/areas/campus/lockdown".to_owned()] {
        let (status, answer) = guard.send(Method::POST, &path, &order).await;
        let wrong = status == StatusCode::FORBIDDEN || answer["field"] == "direction";
        assert!(wrong, "{path}: {answer}");
    }
    let (status, answer) =
        guard.send(Method::POST, "/api/areas/campus/lockdown", &json!({"why": "x"})).await;
    assert_eq!((status, &answer["code"]), (StatusCode::FORBIDDEN, &json!("out_of_scope")));
    let (status, _) = guard.send(Method::POST, "/api/gates/main-1/open", &order).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(next(&mut own, "/entry").await["by"], "zhao");

    // The administrator's shell, while the controller runs.
    editor(&folder).revoke_operator(&"zhao".parse().expect("a code"), now()).expect("written");
    closed(&mut own).await;
    assert_eq!(guard.get("/api/session").await.0, StatusCode::UNAUTHORIZED);

    // Signing out closes the connection at once.
    let (status, _) = office.send(Method::DELETE, "/api/session", &Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    closed(&mut all).await;
    assert_eq!(office.get("/api/session").await.0, StatusCode::UNAUTHORIZED);
    running.stop();
}
