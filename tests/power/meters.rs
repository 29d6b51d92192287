//! Counters: read now and then, shown, handed on with what is known of the meter that told them.

use std::time::Duration;

use actix::Actor as _;
use onecard::{
    campus::Campus,
    controller::Controller,
    power::{FollowMeters, MeterRead, Quality},
};
use onecard_simulators::power::{
    dormitory::{Dormitory, Plan},
    line::LineSettings,
    model::Model,
    wire::Framing,
};
use serde_json::json;
use tokio::sync::mpsc;

use crate::{
    campus::{Running, edit},
    client::Client,
    world::{EVENTS, folder_of, free, happened, post, token, until},
};

const ROOM: &str = "\n[[rooms]]\nid = \"b1-001\"\narea = \"dorm-1\"\nline = \"b1-line1\"\n\
                    meter = \"SDM120\"\nunit = 1\n";

/// Two meters that have numbers.
async fn meters() -> Dormitory {
    let settings = LineSettings { framing: Framing::Tcp, timing: None, gateway_timeout: None };
    let plan = Plan::of_buildings(1, 2, 2, Model::Sdm120, settings);
    Dormitory::start(plan, 7).await.expect("a dormitory")
}

#[actix::test]
async fn an_exchanged_meter_is_noticed_by_its_number_and_taken_by_a_person() {
    let dormitory = meters().await;
    let address = dormitory.address("b1-line1").expect("a line");
    let folder = folder_of((free(), free()), address, Framing::Tcp, "energy_every_s = 1", ROOM);
    let token = token(&folder);
    let controller = Running::start(&folder);
    let room = until(controller.http, "/api/rooms/b1-001", |room| {
        room["energy_wh"].is_i64() && room["meter_serial"] == "12000001"
    })
    .await;
    let truth = dormitory.truth("b1-001").expect("a room").energy_wh;
    let shown = room["energy_wh"].as_u64().expect("Wh");
    assert!(shown >= 1_000_000 && shown % 10 == 0, "{shown} Wh, {truth} Wh used: {room}");
    let (status, problem) =
        post(controller.http, &token, "/api/rooms/b1-001/meter", json!({"why": "?"})).await;
    assert_eq!((status, &problem["code"]), (409, &json!("same_meter")), "{problem}");
    controller.stop();

    // The same place, another meter.
    edit(
        &folder.campus(),
        "campus.toml",
        "meter = \"SDM120\"\nunit = 1",
        "meter = \"SDM120\"\nunit = 2",
    );
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
    until(controller.http, "/api/rooms/b1-001", |room| room["meter_serial"] == "12000002").await;
    let alarms = until(controller.http, "/api/alarms", |alarms| {
        alarms.to_string().contains("meter_changed")
    })
    .await;
    assert!(alarms.to_string().contains("12000001 is on record, 12000002 answers"), "{alarms}");
    let why = json!({"why": "the old one was burnt"});
    let (status, _) = post(controller.http, &token, "/api/rooms/b1-001/meter", why).await;
    assert_eq!(status, 200);
    let accepted = happened(&mut client, "b1-001", "meter_accepted").await;
    assert_eq!((&accepted["serial"], &accepted["by"]), (&json!("12000002"), &json!("li.na")));
    until(controller.http, "/api/alarms", |alarms| !alarms.to_string().contains("meter_changed"))
        .await;
    controller.stop();
}

/// Hands on what it is told.
struct Follower(mpsc::Sender<MeterRead>);

impl actix::Actor for Follower {
    type Context = actix::Context<Self>;
}

impl actix::Handler<MeterRead> for Follower {
    type Result = ();

    fn handle(&mut self, read: MeterRead, _: &mut Self::Context) {
        // The story may have heard enough.
        drop(self.0.try_send(read));
    }
}

#[actix::test]
async fn whoever_follows_the_meters_is_told_every_reading_with_its_quality() {
    let dormitory = meters().await;
    let address = dormitory.address("b1-line1").expect("a line");
    let folder = folder_of((free(), free()), address, Framing::Tcp, "energy_every_s = 1", ROOM);
    let campus = Campus::load(&folder.campus()).expect("a campus");
    let controller = Controller::start(campus, &folder.data()).await.expect("it starts");
    let (sender, mut reads) = mpsc::channel(64);
    let follower = Follower(sender).start().recipient();
    controller.power().send(FollowMeters(follower)).await.expect("it runs").expect("room");
    let read = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            let read = reads.recv().await.expect("a reading");
            if read.quality == Quality::Confirmed {
                return read;
            }
            assert_eq!(read.quality, Quality::Unidentified, "{read:?}");
        }
    });
    let read = read.await.expect("a reading in time");
    assert_eq!((read.room.as_str(), read.serial.as_deref()), ("b1-001", Some("12000001")));
    let counter = read.register.counter.expect("a counter");
    assert_eq!((counter.resolution, counter.resettable), (10, false));
    assert_eq!(read.register.value % 10, 0, "a multiple of the resolution");
    controller.stop().await;
}
