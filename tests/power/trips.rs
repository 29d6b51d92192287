//! A room trips for its reason, comes back by rule, and is released by a person.

use onecard_simulators::power::{faults::Fault, wire::Framing};
use serde_json::json;

use crate::{
    campus::Running,
    client::Client,
    world::{EVENTS, boil, dormitory, folder, get, happened, post, token, until},
};

#[actix::test]
async fn an_overloaded_room_trips_recloses_by_rule_locks_out_and_is_released_by_a_person() {
    for framing in [Framing::Rtu, Framing::Tcp] {
        let dormitory = dormitory(framing).await;
        let power = "limit_w = 1200\noverload_s = 0\nreclose_after_s = 2\ntries_per_day = 1\n\
                     malicious = \"off\"\nrelay_interval_s = 0";
        let folder = folder(&dormitory, framing, power);
        let token = token(&folder);
        let controller = Running::start(&folder);
        let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
        until(controller.http, "/api/rooms/b1-001", |room| room["relay"] == "closed").await;

        let kettle = boil(&dormitory, "b1-001");
        let tripped = happened(&mut client, "b1-001", "tripped").await;
        let evidence = &tripped["evidence"];
        assert_eq!(evidence["rule"]["rule"], "room_limit", "{tripped}");
        assert_eq!(evidence["rule"]["limit_w"], 1200.0);
        assert!(evidence["samples"].as_array().expect("samples").len() >= 2, "{evidence}");
        let seen = happened(&mut client, "b1-001", "command_ended").await;
        assert_eq!(seen["record"]["outcome"][0], "seen", "{seen}");
        assert_eq!(seen["record"]["command"]["urgent"], true);

        let why = get(controller.http, "/api/rooms/b1-001/why").await;
        assert_eq!(why["dark"], true, "{why}");
        assert!(why["zh"].as_str().expect("words").contains("停电"), "{why}");
        // The neighbours are untouched.
        let other = get(controller.http, "/api/rooms/b1-002").await;
        assert_eq!((&other["relay"], &other["off"]), (&json!("closed"), &json!([])));

        happened(&mut client, "b1-001", "reclosed").await;
        // The kettle is still on: the second trip of the day is the last.
        happened(&mut client, "b1-001", "locked_out").await;
        let room =
            until(controller.http, "/api/rooms/b1-001", |room| room["relay"] == "open").await;
        assert_eq!(room["evidence"]["then"]["then"], "locked_out", "{room}");

        dormitory.unplug("b1-001", kettle).expect("a kettle");
        let why = json!({"why": "the kettle was handed in"});
        let (status, _) = post(controller.http, &token, "/api/rooms/b1-001/restore", why).await;
        assert_eq!(status, 200);
        until(controller.http, "/api/rooms/b1-001", |room| room["relay"] == "closed").await;
        controller.stop();
    }
}

#[actix::test]
async fn a_trip_survives_a_restart_and_nobody_but_protection_ends_it() {
    let dormitory = dormitory(Framing::Rtu).await;
    let power = "limit_w = 1200\noverload_s = 0\nreclose_after_s = 3600\nmalicious = \"off\"\nrelay_interval_s = 0";
    let folder = folder(&dormitory, Framing::Rtu, power);
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
    until(controller.http, "/api/rooms/b1-003", |room| room["relay"] == "closed").await;
    boil(&dormitory, "b1-003");
    happened(&mut client, "b1-003", "tripped").await;
    drop(client);
    controller.stop();

    let controller = Running::start(&folder);
    let room = until(controller.http, "/api/rooms/b1-003", |room| room["relay"] == "open").await;
    assert_eq!(room["evidence"]["rule"]["rule"], "room_limit", "{room}");
    assert_eq!(room["off"].as_array().expect("demands").len(), 1);
    assert_eq!(room["alarms"], json!([]));
    controller.stop();
}

#[actix::test]
async fn a_welded_relay_is_an_alarm_and_a_silent_unit_does_not_slow_its_neighbours() {
    let dormitory = dormitory(Framing::Tcp).await;
    let power = "limit_w = 1200\noverload_s = 0\nmalicious = \"off\"\nrelay_interval_s = 0";
    let folder = folder(&dormitory, Framing::Tcp, power);
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
    until(controller.http, "/api/rooms/b1-001", |room| room["relay"] == "closed").await;
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
    let silent = until(controller.http, "/api/lines", |lines| {
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
