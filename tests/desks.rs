//! Stories of the desks at the real controller: what operators do about alarms, notes at the change of
//! a shift, how many passed, who somebody is; and that all of it outlives a restart.

#![expect(clippy::expect_used, clippy::panic, reason = "the helpers of tests may fail as tests do")]

use std::{net::SocketAddr, time::Duration};

use onecard::store::{
    database::{self, Editor},
    operator::new_token,
};
use onecard_rules::{
    operator::{Rights, Role, Scope},
    person::{CardState, PersonKind},
};
use reqwest::{Client, Method, StatusCode};
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use serde_json::{Value, json};

#[path = "support/asyncapi.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod asyncapi;
#[path = "support/campus.rs"]
mod campus;

use asyncapi::Contract;
use campus::{Folder, Running, holder, now};

/// Far more than anything takes.
const PATIENCE: Duration = Duration::from_secs(20);
const ALARM: &str = "onecard/west/campus/gate/main-1/alarm";

fn folder() -> (Folder, [String; 3]) {
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    let folder = Folder::new(free, free);
    folder.people(&[holder("20240311", PersonKind::Student, "04A1B2C3", CardState::Active)]);
    let own = Scope::Places { areas: [].into(), gates: ["main-1".parse().expect("a code")].into() };
    let mut editor = Editor::open(&folder.data().join(database::FILE_NAME)).expect("a database");
    let tokens = [
        ("zhao", Role::Guard, own.clone()),
        ("qian", Role::Guard, own),
        ("office", Role::Security, Scope::Site),
    ]
    .map(|(name, role, scope)| {
        let id = name.parse().expect("a code");
        let (token, hash) = new_token(&id).expect("random numbers");
        editor.enrol(&id, name, &Rights { role, scope }, now()).expect("written");
        editor.put_operator(&id, &hash, now()).expect("written");
        token
    });
    (folder, tokens)
}

async fn send(
    running: &Running,
    token: &str,
    method: Method,
    path: &str,
    body: Value,
) -> (StatusCode, Value) {
    let request = Client::new().request(method, format!("http://{}{path}", running.http));
    let answer = request.bearer_auth(token).json(&body).send().await.expect("an answer");
    (answer.status(), answer.json().await.unwrap_or(Value::Null))
}

async fn get(running: &Running, token: &str, path: &str) -> Value {
    let (status, body) = send(running, token, Method::GET, path, Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

async fn hear(mqtt: SocketAddr, name: &str) -> (EventLoop, AsyncClient) {
    let options = MqttOptions::new(name, mqtt.ip().to_string(), mqtt.port());
    let (client, events) = AsyncClient::new(options, 64);
    client.subscribe("onecard/#", QoS::AtLeastOnce).await.expect("queued");
    (events, client)
}

/// The next message on a topic for which `is_it` holds; it is as the contract says.
async fn next(events: &mut EventLoop, topic: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    let contract = Contract::load();
    loop {
        let event = tokio::time::timeout(PATIENCE, events.poll()).await.expect("in time");
        if let Event::Incoming(Packet::Publish(publish)) = event.expect("the connection holds")
            && publish.topic == topic
        {
            assert_eq!(contract.check(topic, &publish.payload), Ok(()));
            let body = serde_json::from_slice(&publish.payload).unwrap_or(Value::Null);
            if is_it(&body) {
                return body;
            }
        }
    }
}

#[tokio::test]
async fn what_is_done_about_an_alarm_reaches_every_screen_and_outlives_a_restart() {
    let (folder, [zhao, _, office]) = folder();
    let running = Running::start(&folder);
    let (mut events, device) = hear(running.mqtt, "gate-main-1").await;
    let wrong = "{\"state\": 5}";
    let topic = "onecard/west/campus/gate/main-1/state";
    device.publish(topic, QoS::AtLeastOnce, false, wrong).await.expect("queued");
    let raised = next(&mut events, ALARM, |alarm| alarm["state"] == "raised").await;
    assert_eq!(
        (&raised["severity"], &raised["standing"][0]["remarks"]),
        (&json!("minor"), &json!(0))
    );
    let alarm = json!({"area": "campus", "kind": "gate", "device": "main-1",
                       "reason": "malformed_message", "why": "the cable is loose"});
    let with = |key: &str, value: Value| {
        let mut body = alarm.clone();
        body[key] = value;
        body
    };
    for (path, token, body, status) in [
        ("acknowledge", &zhao, alarm.clone(), 204),
        ("note", &zhao, alarm.clone(), 204),
        ("assign", &office, with("to", json!("zhoa")), 404),
        ("assign", &office, with("to", json!("zhao")), 204),
        ("page", &office, alarm.clone(), 204),
        ("escalate", &zhao, alarm.clone(), 204),
        ("note", &zhao, with("reason", json!("forced")), 409),
        ("note", &zhao, with("device", json!("library-1")), 403),
    ] {
        let path = format!("/api/alarms/{path}");
        let (got, answer) = send(&running, token, Method::POST, &path, body).await;
        assert_eq!(got.as_u16(), status, "{path}: {answer}");
    }
    let told = next(&mut events, ALARM, |alarm| alarm["standing"][0]["remarks"] == 4).await;
    let short = &told["standing"][0];
    assert_eq!((&told["state"], &told["severity"]), (&json!("raised"), &json!("serious")));
    assert_eq!((&short["escalated_by"], &short["assigned_to"]), (&json!("zhao"), &json!("zhao")));
    assert!(short["paged_at"].is_string(), "{told}");
    let before = get(&running, &office, "/api/alarms").await;
    let steps: Vec<&str> = before[0]["remarks"]
        .as_array()
        .expect("remarks")
        .iter()
        .map(|remark| remark["step"].as_str().expect("a word"))
        .collect();
    assert_eq!(steps, ["noted", "assigned", "paged", "escalated"]);
    running.stop();
    let running = Running::start(&folder);
    assert_eq!(get(&running, &office, "/api/alarms").await, before);
    running.stop();
}

#[tokio::test]
async fn a_note_for_the_next_shift_waits_for_it() {
    let (folder, [zhao, qian, office]) = folder();
    let running = Running::start(&folder);
    let note = json!({"gates": ["main-1"], "text": "道闸反应慢，已报修"});
    let (status, written) =
        send(&running, &zhao, Method::POST, "/api/handovers", note.clone()).await;
    assert_eq!(status, StatusCode::OK, "{written}");
    let other = json!({"gates": ["library-1"], "text": "x"});
    let (status, _) = send(&running, &zhao, Method::POST, "/api/handovers", other).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    running.stop();
    let running = Running::start(&folder);
    let shown = get(&running, &qian, "/api/handovers").await;
    assert_eq!((&shown[0]["by"], &shown[0]["text"]), (&json!("zhao"), &note["text"]));
    let path = format!("/api/handovers/{}/take", written["id"].as_str().expect("a name"));
    let seen = json!({"why": "seen"});
    let (status, _) = send(&running, &qian, Method::POST, &path, seen.clone()).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _) = send(&running, &zhao, Method::POST, &path, seen).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "somebody has taken it over");
    running.stop();
    let running = Running::start(&folder);
    assert_eq!(get(&running, &office, "/api/handovers").await, json!([]));
    running.stop();
}

#[tokio::test]
async fn passages_are_counted_by_the_hour_and_people_found_by_name() {
    let (folder, [zhao, _, office]) = folder();
    let running = Running::start(&folder);
    let (mut events, device) = hear(running.mqtt, "a-reader").await;
    for card in ["04A1B2C3", "04FFFFFF"] {
        let (topic, swipe) = ("onecard/west/campus/reader/main-1-in/swipe", json!({"card": card}));
        device.publish(topic, QoS::AtLeastOnce, false, swipe.to_string()).await.expect("queued");
        let entry = "onecard/west/campus/gate/main-1/entry";
        next(&mut events, entry, |_| true).await;
    }
    let flow = get(&running, &zhao, "/api/flow").await;
    let hour = &flow[0];
    assert_eq!(flow.as_array().map(Vec::len), Some(1), "{flow}");
    assert_eq!(
        (&hour["gate"], &hour["entered"], &hour["left"], &hour["refused"]),
        (&json!("main-1"), &json!(1), &json!(0), &json!(1))
    );
    assert!(hour["hour"].as_str().expect("a time").contains(":00:00.000+08:00"), "{hour}");
    let (status, _) =
        send(&running, &zhao, Method::GET, "/api/people?name=2&why=x", json!({})).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a guard sees who passes, and no more");
    let found = get(&running, &office, "/api/people?name=2024&why=lost%20wallet").await;
    assert_eq!(found[0]["person"], "20240311");
    running.stop();
}
