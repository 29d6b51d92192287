//! What supplies several rooms is overloaded: rooms are shed and come back by themselves.

use onecard_simulators::power::{
    dormitory::{Dormitory, Plan, UnitPlan},
    faults::Fault,
    line::LineSettings,
    model::Model,
    wire::Framing,
};
use serde_json::{Value, json};

use crate::{
    campus::Running,
    client::Client,
    world::{EVENTS, add, boil, dormitory, folder, get, happened, until},
};

/// Rooms that may draw much, relays that may move often, and no other reason to trip.
const POWER: &str = "limit_w = 3400\nmalicious = \"off\"\nrelay_interval_s = 0";

const FEEDER: &str = "\n[[feeders]]\nid = \"dorm-1\"\nname = \"一号楼\"\narea = \"dorm-1\"\n\
                      confirmation_samples = 2\nstep_s = 1\ninrush_w = 2000\n";

fn relays(rooms: &Value) -> Vec<&str> {
    rooms
        .as_array()
        .expect("rooms")
        .iter()
        .map(|room| room["relay"].as_str().unwrap_or("?"))
        .collect()
}

fn all_on(rooms: &Value) -> bool {
    relays(rooms) == ["closed"; 4]
}

#[actix::test]
async fn a_feeder_above_its_limit_sheds_rooms_and_restores_them_when_there_is_room() {
    let dormitory = dormitory(Framing::Tcp).await;
    let folder = folder(&dormitory, Framing::Tcp, POWER);
    add(&folder, &format!("{FEEDER}limit_w = 3000\ntarget_w = 2800\nexempt = [\"b1-001\"]\n"));
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
    until(controller.http, "/api/rooms", all_on).await;

    let kettle = boil(&dormitory, "b1-001");
    boil(&dormitory, "b1-002");
    // 3,600 W: the room that may be shed is, and told why.
    let posted = happened(&mut client, "b1-002", "demand_posted").await;
    assert_eq!(posted["off"]["why"], json!({"demander": "feeder", "feeder": "dorm-1"}), "{posted}");
    let feeders = until(controller.http, "/api/feeders", |feeders| {
        feeders[0]["power_w"].as_f64().is_some_and(|watts| watts < 3_000.0)
    })
    .await;
    assert_eq!(feeders[0]["shed"][0]["room"], "b1-002", "{feeders}");
    assert_eq!(feeders[0]["measured"], false);
    let why = get(controller.http, "/api/rooms/b1-002/why").await;
    assert!(why["en"].as_str().expect("words").contains("rooms take turns"), "{why}");
    let others = get(controller.http, "/api/rooms").await;
    assert_eq!(relays(&others)[0], "closed", "{others}");

    // Over a restart it stays shed, and comes back when the other kettle is done.
    drop(client);
    controller.stop();
    let controller = Running::start(&folder);
    until(controller.http, "/api/rooms/b1-002", |room| room["relay"] == "open").await;
    let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
    dormitory.unplug("b1-001", kettle).expect("a kettle");
    let released = happened(&mut client, "b1-002", "demand_released").await;
    assert_eq!(released["off"]["why"]["demander"], "feeder");
    until(controller.http, "/api/rooms", all_on).await;
    controller.stop();
}

#[actix::test]
async fn the_own_meter_of_a_feeder_counts_and_its_silence_and_helplessness_are_alarms() {
    let settings = LineSettings { framing: Framing::Tcp, timing: None, gateway_timeout: None };
    let mut plan = Plan::of_buildings(1, 4, 4, Model::Dds238, settings);
    // Stands for the meter in front of all: it sees what room 1 draws.
    let rooms = vec!["b1-001".to_owned()];
    plan.lines[0].units.push(UnitPlan { id: 9, model: Model::Sdm120, rooms });
    let dormitory = Dormitory::start(plan, 7).await.expect("a dormitory");
    let folder = folder(&dormitory, Framing::Tcp, POWER);
    let exempt = "exempt = [\"b1-001\", \"b1-002\", \"b1-003\", \"b1-004\"]";
    let meter = "meter = \"SDM120\"\nline = \"b1-line1\"\nunit = 9";
    add(&folder, &format!("{FEEDER}limit_w = 1500\n{meter}\n{exempt}\n"));
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
    until(controller.http, "/api/rooms", all_on).await;

    // Not in front of this meter, whatever the rooms add up to.
    boil(&dormitory, "b1-002");
    until(controller.http, "/api/rooms/b1-002", |room| {
        room["power_w"].as_f64().is_some_and(|watts| watts > 1_500.0)
    })
    .await;
    let feeders = get(controller.http, "/api/feeders").await;
    assert_eq!((&feeders[0]["measured"], &feeders[0]["exhausted"]), (&json!(true), &json!(false)));

    let kettle = boil(&dormitory, "b1-001");
    let alarm = |reason: &'static str| {
        move |topic: &str, value: &Value| {
            topic.ends_with("/feeder/dorm-1/alarm") && value["reason"] == reason
        }
    };
    client.until(alarm("feeder_overloaded")).await;
    dormitory.unplug("b1-001", kettle).expect("a kettle");
    client.until(|topic, value| topic.ends_with("/feeder/dorm-1/alarm") && value.is_null()).await;
    dormitory.fault("b1-line1", 9, Fault::Silent, true).expect("a unit");
    client.until(alarm("meter_silent")).await;
    let feeders = get(controller.http, "/api/feeders").await;
    assert!(feeders[0].get("power_w").is_none(), "{feeders}");
    controller.stop();
}
