//! Orders for rooms, floors and buildings, over HTTP and on the command line; lights-out.

use std::process::Command;

use chrono::{TimeDelta, Timelike as _};
use onecard_simulators::power::wire::Framing;
use serde_json::{Value, json};

use crate::{
    campus::{Running, edit, now},
    client::Client,
    world::{EVENTS, dormitory, folder, happened, post, token, until},
};

/// The command line against a controller: whether it went well, and what it said.
async fn onecard(controller: &Running, token: Option<&str>, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onecard"));
    command.args(arguments).args(["--http", &controller.http.to_string()]);
    command.env("ONECARD_TOKEN", token.unwrap_or_default());
    let ran = tokio::task::spawn_blocking(move || command.output());
    let output = ran.await.expect("it runs").expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).expect("text"))
}

fn all(rooms: &Value, relay: &str) -> bool {
    rooms.as_array().is_some_and(|rooms| rooms.iter().all(|room| room["relay"] == relay))
}

#[actix::test]
async fn a_building_is_cut_and_restored_in_turn_in_an_operators_name() {
    let dormitory = dormitory(Framing::Tcp).await;
    let power = "malicious = \"off\"\nrelay_interval_s = 0\nrestore_rooms = 2\nrestore_step_s = 2";
    let folder = folder(&dormitory, Framing::Tcp, power);
    let token = token(&folder);
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
    until(controller.http, "/api/rooms", |rooms| all(rooms, "closed")).await;

    let (good, said) =
        onecard(&controller, None, &["room", "cut", "--area", "dorm-1", "--why", "a drill"]).await;
    assert!(!good && said.contains("ONECARD_TOKEN"), "{said}");
    // `campus` is around the building.
    let cut = ["room", "cut", "--area", "campus", "--why", "the riser is wet"];
    let (good, said) = onecard(&controller, Some(&token), &cut).await;
    assert!(good && said.contains("4 rooms: b1-001 b1-002 b1-003 b1-004"), "{said}");
    until(controller.http, "/api/rooms", |rooms| all(rooms, "open")).await;
    let posted = happened(&mut client, "b1-004", "demand_posted").await;
    let why = json!({"demander": "operator", "by": "li.na", "words": "the riser is wet"});
    assert_eq!(posted["off"]["why"], why);

    let (good, said) = onecard(&controller, None, &["why", "b1-003"]).await;
    assert!(good && said.contains("li.na断电（the riser is wet）"), "{said}");
    assert!(said.contains("the operator li.na switched it off (the riser is wet)"), "{said}");
    let (_, said) = onecard(&controller, None, &["why", "b1-003", "--lang", "en"]).await;
    assert!(said.is_ascii(), "{said}");
    let (_, said) = onecard(&controller, None, &["room", "list", "--dark"]).await;
    assert_eq!(said.lines().count(), 4, "{said}");

    // Two at once, two in turn; the record says who, and each room when.
    let restore = ["room", "restore", "--area", "dorm-1", "--why", "it is dry"];
    let (good, said) = onecard(&controller, Some(&token), &restore).await;
    assert!(good && said.contains("4 rooms, the last at "), "{said}");
    let set = client
        .until(|topic, value| topic.contains("/room/") && value["what"] == "release_set")
        .await;
    let (_, set) = set.last().expect("an event");
    assert_eq!((&set["by"], &set["words"]), (&json!("li.na"), &json!("it is dry")), "{set}");
    until(controller.http, "/api/rooms", |rooms| all(rooms, "closed")).await;

    // One room, by a message; one by a command; and what cannot be.
    let deadline = (now() + TimeDelta::seconds(30)).to_rfc3339();
    let request = "onecard/west/_/controller/main/request/";
    for (verb, relay) in [("cut", "open"), ("restore", "closed")] {
        let asked = json!({
            "token": token, "transaction": verb, "deadline": deadline, "room": "b1-001", "why": "a leak",
        });
        client.publish(&format!("{request}{verb}"), asked.to_string()).await;
        until(controller.http, "/api/rooms/b1-001", |room| room["relay"] == relay).await;
    }
    let (good, said) =
        onecard(&controller, Some(&token), &["room", "cut", "b1-002", "--why", "a smell"]).await;
    assert!(good && said.contains("b1-002"), "{said}");
    until(controller.http, "/api/rooms/b1-002", |room| room["relay"] == "open").await;
    let (_, said) = onecard(&controller, None, &["room", "show", "b1-002"]).await;
    assert!(
        said.contains("relay     open") && said.contains("switched it off (a smell)"),
        "{said}"
    );
    let (good, _) =
        onecard(&controller, Some(&token), &["room", "restore", "b1-002", "--why", "it is gone"])
            .await;
    assert!(good);
    let (good, said) =
        onecard(&controller, Some(&token), &["room", "cut", "b1-009", "--why", "a smell"]).await;
    assert!(!good && said.contains("there is no room `b1-009`"), "{said}");
    controller.stop();
}

#[actix::test]
async fn limits_of_a_building_are_set_for_all_of_its_rooms_or_for_none() {
    let dormitory = dormitory(Framing::Tcp).await;
    let folder = folder(&dormitory, Framing::Tcp, "malicious = \"off\"");
    let limit = "meter = \"DDS238-2 ZN/SR\"\nunit = 3";
    edit(&folder.campus(), "campus.toml", limit, &format!("{limit}\nrated_current_a = 6"));
    let token = token(&folder);
    let controller = Running::start(&folder);
    let path = "/api/areas/dorm-1/rooms/limits";
    let order = |watts: f64| json!({"limit_w": watts, "night_limit_w": 500, "why": "exams"});
    let (status, told) = post(controller.http, &token, path, order(2_000.0)).await;
    assert_eq!((status, &told["field"]), (422, &json!("limit_w")), "{told}");
    assert!(told["detail"].as_str().expect("words").contains("b1-003"), "{told}");
    until(controller.http, "/api/rooms/b1-001", |room| room["limit_w"] == 1200.0).await;
    let limit = ["room", "limit", "--area", "dorm-1", "--watts", "1000", "--night-watts", "500"];
    let limit = [&limit[..], &["--why", "exams"]].concat();
    let (good, said) = onecard(&controller, Some(&token), &limit).await;
    assert!(good && said.contains("4 rooms"), "{said}");
    for room in ["b1-001", "b1-003"] {
        let path = format!("/api/rooms/{room}");
        let room = until(controller.http, &path, |room| room["limit_w"] == 1000.0).await;
        assert_eq!(room["night_limit_w"], 500.0);
    }
    let (status, told) =
        post(controller.http, &token, "/api/areas/library/rooms/cut", json!({"why": "?"})).await;
    assert_eq!((status, &told["code"]), (404, &json!("no_rooms")), "{told}");
    controller.stop();
}

#[actix::test]
async fn lights_go_out_together_and_come_back_in_turn() {
    let dormitory = dormitory(Framing::Tcp).await;
    let power = "lights_out = \"night\"\nmalicious = \"off\"\nrelay_interval_s = 0\n\
                 restore_rooms = 1\nrestore_step_s = 1";
    let folder = folder(&dormitory, Framing::Tcp, power);
    let window = |from: &str, to: &str| {
        format!(
            "[[windows]]\nid = \"night\"\n\
             spans = [{{ days = [\"mon-sun\"], from = \"{from}\", to = \"{to}\" }}]\n"
        )
    };
    let always = window("00:00", "24:00");
    let first = "[[windows]]\nid = \"curfew\"";
    edit(&folder.campus(), "calendar.toml", first, &format!("{always}\n{first}"));
    let room = "unit = 2\n";
    edit(&folder.campus(), "campus.toml", room, &format!("{room}lights_out = false\n"));
    let controller = Running::start(&folder);
    for room in ["b1-001", "b1-003", "b1-004"] {
        until(controller.http, &format!("/api/rooms/{room}"), |room| room["relay"] == "open").await;
    }
    until(controller.http, "/api/rooms/b1-002", |room| room["relay"] == "closed").await;
    controller.stop();

    // The controller comes back when the night is over: a window that begins in two hours.
    let local = now().with_timezone(&chrono_tz::Asia::Shanghai) + TimeDelta::hours(2);
    let hour = format!("{:02}:00", local.hour());
    let next = format!("{:02}:59", local.hour());
    edit(&folder.campus(), "calendar.toml", &always, &window(&hour, &next));
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
    let mut released = Vec::new();
    client
        .until(|topic, value| {
            if topic.ends_with("/event") && value["what"] == "demand_released" {
                assert_eq!(value["off"]["why"]["demander"], "schedule", "{value}");
            }
            topic.ends_with("/event") && value["what"] == "demand_released"
        })
        .await
        .into_iter()
        .for_each(|(topic, _)| released.push(topic));
    until(controller.http, "/api/rooms", |rooms| all(rooms, "closed")).await;
    controller.stop();
}
