//! Stories of power: the real controller over the simulated dormitory's real Modbus lines.

#![expect(clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

use std::{fmt::Write as _, fs, net::SocketAddr, time::Duration};

use onecard::store::{
    database::{self, Editor},
    operator::new_token,
};
use onecard_simulators::power::{
    appliance::KETTLE,
    dormitory::{Dormitory, Plan},
    faults::Fault,
    habits::Socket,
    line::LineSettings,
    model::Model,
    wire::Framing,
};
use serde_json::{Value, json};

#[path = "support/asyncapi.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod asyncapi;
#[path = "support/campus.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod campus;
#[path = "support/client.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod client;

use campus::{Folder, Running, now};
use client::Client;

const EVENTS: [&str; 4] = [
    "onecard/west/+/room/+/event",
    "onecard/west/+/room/+/alarm",
    "onecard/west/+/room/+/state",
    "onecard/west/+/bus/+/state",
];

fn free() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Four rooms on a line that answers at once.
async fn dormitory(framing: Framing) -> Dormitory {
    let settings = LineSettings { framing, timing: None, gateway_timeout: None };
    let plan = Plan::of_buildings(1, 4, 4, Model::Dds238, settings);
    Dormitory::start(plan, 7).await.expect("a dormitory")
}

/// The campus with these rooms; `power` is the body of `[power]`.
fn folder(dormitory: &Dormitory, framing: Framing, power: &str) -> Folder {
    let folder = Folder::new(free(), free());
    let file = folder.campus().join("campus.toml");
    let mut text = fs::read_to_string(&file).expect("a campus");
    let scheme = match framing {
        Framing::Tcp => "tcp",
        Framing::Rtu => "rtu",
    };
    let address = dormitory.address("b1-line1").expect("a line");
    write!(
        text,
        "\n[power]\n{power}\n\n[[lines]]\nid = \"b1-line1\"\narea = \"campus\"\n\
         connect = \"{scheme}://{address}\"\n"
    )
    .expect("text");
    for unit in 1..=4 {
        write!(
            text,
            "\n[[rooms]]\nid = \"b1-00{unit}\"\nname = \"一号楼00{unit}\"\narea = \"campus\"\n\
             line = \"b1-line1\"\nmeter = \"DDS238-2 ZN/SR\"\nunit = {unit}\n"
        )
        .expect("text");
    }
    fs::write(file, text).expect("written");
    folder
}

/// Puts a kettle on in a room, now.
fn boil(dormitory: &Dormitory, room: &str) -> Socket {
    dormitory.inject(room, KETTLE, dormitory.clock().now()).expect("a room")
}

async fn happened(client: &mut Client, room: &str, what: &str) -> Value {
    let topic_end = format!("/room/{room}/event");
    let wanted = |topic: &str, value: &Value| topic.ends_with(&topic_end) && value["what"] == what;
    client.until(wanted).await.pop().expect("an event").1
}

async fn get(controller: &Running, path: &str) -> Value {
    let url = format!("http://{}{path}", controller.http);
    reqwest::get(url).await.expect("an answer").json().await.expect("JSON")
}

/// Asks again until the answer is as wanted.
async fn until(controller: &Running, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    let patience = async {
        loop {
            last = get(controller, path).await;
            if wanted(&last) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(30), patience).await;
    assert!(in_time.is_ok(), "{path} stays {last:#}");
    last
}

#[actix::test]
async fn an_overloaded_room_trips_recloses_by_rule_locks_out_and_is_released_by_a_person() {
    for framing in [Framing::Rtu, Framing::Tcp] {
        let dormitory = dormitory(framing).await;
        let power = "limit_w = 1200\noverload_s = 0\nreclose_after_s = 2\ntries_per_day = 1\n\
                     malicious = \"off\"";
        let folder = folder(&dormitory, framing, power);
        let (token, hash) = new_token(&"li.na".parse().expect("a code")).expect("a token");
        fs::create_dir_all(folder.data()).expect("a folder");
        Editor::open(&folder.data().join(database::FILE_NAME))
            .expect("a database")
            .put_operator(&"li.na".parse().expect("a code"), &hash, now())
            .expect("an operator");
        let controller = Running::start(&folder);
        let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
        until(&controller, "/api/rooms/b1-001", |room| room["relay"] == "closed").await;

        let kettle = boil(&dormitory, "b1-001");
        let tripped = happened(&mut client, "b1-001", "tripped").await;
        let evidence = &tripped["evidence"];
        assert_eq!(evidence["rule"]["rule"], "room_limit", "{tripped}");
        assert_eq!(evidence["rule"]["limit_w"], 1200.0);
        assert!(evidence["samples"].as_array().expect("samples").len() >= 2, "{evidence}");
        let seen = happened(&mut client, "b1-001", "command_ended").await;
        assert_eq!(seen["record"]["outcome"][0], "seen", "{seen}");
        assert_eq!(seen["record"]["command"]["urgent"], true);

        let why = get(&controller, "/api/rooms/b1-001/why").await;
        assert_eq!(why["dark"], true, "{why}");
        assert!(why["zh"].as_str().expect("words").contains("停电"), "{why}");
        // The neighbours are untouched.
        let other = get(&controller, "/api/rooms/b1-002").await;
        assert_eq!((&other["relay"], &other["off"]), (&json!("closed"), &json!([])));

        happened(&mut client, "b1-001", "reclosed").await;
        // The kettle is still on: the second trip of the day is the last.
        happened(&mut client, "b1-001", "locked_out").await;
        let room = until(&controller, "/api/rooms/b1-001", |room| room["relay"] == "open").await;
        assert_eq!(room["evidence"]["then"]["then"], "locked_out", "{room}");

        dormitory.unplug("b1-001", kettle).expect("a kettle");
        let released = reqwest::Client::new()
            .post(format!("http://{}/api/rooms/b1-001/restore", controller.http))
            .bearer_auth(&token)
            .json(&json!({"why": "the kettle was handed in"}))
            .send()
            .await
            .expect("an answer");
        assert_eq!(released.status(), 200);
        until(&controller, "/api/rooms/b1-001", |room| room["relay"] == "closed").await;
        controller.stop();
    }
}

#[actix::test]
async fn a_trip_survives_a_restart_and_nobody_but_protection_ends_it() {
    let dormitory = dormitory(Framing::Rtu).await;
    let power = "limit_w = 1200\noverload_s = 0\nreclose_after_s = 3600\nmalicious = \"off\"";
    let folder = folder(&dormitory, Framing::Rtu, power);
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
    until(&controller, "/api/rooms/b1-003", |room| room["relay"] == "closed").await;
    boil(&dormitory, "b1-003");
    happened(&mut client, "b1-003", "tripped").await;
    drop(client);
    controller.stop();

    let controller = Running::start(&folder);
    let room = until(&controller, "/api/rooms/b1-003", |room| room["relay"] == "open").await;
    assert_eq!(room["evidence"]["rule"]["rule"], "room_limit", "{room}");
    assert_eq!(room["off"].as_array().expect("demands").len(), 1);
    assert_eq!(room["alarms"], json!([]));
    controller.stop();
}

#[actix::test]
async fn a_welded_relay_is_an_alarm_and_a_silent_unit_does_not_slow_its_neighbours() {
    let dormitory = dormitory(Framing::Tcp).await;
    let power = "limit_w = 1200\noverload_s = 0\nmalicious = \"off\"";
    let folder = folder(&dormitory, Framing::Tcp, power);
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
    until(&controller, "/api/rooms/b1-001", |room| room["relay"] == "closed").await;
    dormitory.fault("b1-line1", 2, Fault::Silent, true).expect("a unit");
    dormitory.fault("b1-line1", 1, Fault::Welded, true).expect("a unit");
    boil(&dormitory, "b1-001");
    happened(&mut client, "b1-001", "tripped").await;
    let alarm = client
        .until(|topic, value| {
            topic.ends_with("/room/b1-001/alarm")
                && (value["reason"] == "relay_disobeys" || value["reason"] == "draws_while_open")
        })
        .await;
    assert!(!alarm.is_empty());
    let silent = until(&controller, "/api/lines", |lines| {
        lines[0]["units"].as_array().is_some_and(|units| {
            units.iter().any(|unit| unit["unit"] == 2 && unit["alive"] == false)
        })
    })
    .await;
    assert!(silent[0]["worst_trip_ms"].as_u64().expect("a bound") > 0, "{silent}");
    boil(&dormitory, "b1-004");
    happened(&mut client, "b1-004", "tripped").await;
    controller.stop();
}
