//! Taps whose valve and meter hang on a Modbus line, with a simulated unit behind it.

use std::{net::SocketAddr, time::Duration};

use onecard_simulators::power::{
    dormitory::{Dormitory, LinePlan, Plan, UnitPlan},
    faults::Fault,
    line::LineSettings,
    model::Model,
    wire::Framing,
};
use serde_json::json;

use crate::world::{FREE, World, folder_with, get, money};

const LI: &str = "04A1B2C3D4E501";

/// A bath behind a valve of Xintai at unit 7, which turns in a quarter of a second here.
async fn bath() -> Dormitory {
    let settings = LineSettings { framing: Framing::Tcp, timing: None, gateway_timeout: None };
    let units = vec![UnitPlan { id: 7, model: Model::Xintai, rooms: vec!["bath".to_owned()] }];
    let line = LinePlan { name: "water".to_owned(), listen: FREE, settings, units };
    let plan = Plan {
        lines: vec![line],
        speed: 20.0,
        begins: Duration::ZERO,
        limit_w: 100_000.0,
        rates: None,
    };
    let bath = Dormitory::start(plan, 7).await.expect("a bath");
    turn(&bath, 0.0);
    let now = bath.clock().now();
    bath.rooms()["bath"].at(now).water.valve.command(false, now);
    bath
}

/// Somebody turns the tap.
fn turn(bath: &Dormitory, litres_per_minute: f64) {
    bath.rooms()["bath"].at(bath.clock().now()).water.set_tap(litres_per_minute);
}

fn truth_ml(bath: &Dormitory) -> f64 {
    bath.rooms()["bath"].at(bath.clock().now()).water.total_m3() * 1_000_000.0
}

fn campus(line: SocketAddr, more: &str) -> String {
    format!(
        "\n[[lines]]\nid = \"water\"\narea = \"dorm-1\"\nconnect = \"tcp://{line}\"\n\
         \n[[taps]]\nid = \"bath\"\narea = \"dorm-1\"\ntariff = \"shower\"\nline = \"water\"\n\
         valve = \"Xintai valve meter\"\nunit = 7\nmost_l_per_min = 1000\n{more}\n"
    )
}

async fn start(bath: &Dormitory, more: &str) -> World {
    let line = bath.address("water").expect("a line");
    World::on(folder_with(FREE, FREE, "", &campus(line, more))).await
}

/// So much has run, by what the meter shows.
async fn ran(world: &World, ml: u64) {
    loop {
        let tap = get(world.http(), "/api/taps/bath").await;
        if tap["session"]["ml"].as_u64().is_some_and(|ran| ran >= ml) {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_shower_behind_a_line_is_billed_by_its_register() {
    let bath = bath().await;
    let mut world = start(&bath, "").await;
    world.swipe("bath", LI).await;
    let opened = world.event("bath", "opened").await;
    world.feedback("bath", "grant_water").await;
    turn(&bath, 12.0);
    ran(&world, 20_000).await;
    world.swipe("bath", LI).await;
    let closed = world.event("bath", "closed").await;
    assert_eq!((&closed["why"], &closed["session"]), (&json!("second_swipe"), &json!(1)));
    let ml = closed["ml"].as_u64().expect("a number");
    assert_eq!(ml % 1_000, 0, "the meter counts litres");
    assert_eq!(closed["charged_fen"].as_u64(), Some(ml / 1_000 * 3));
    // What was billed is what ran, to the litre that the meter shows; nothing runs any more.
    let ran = truth_ml(&bath);
    #[expect(clippy::cast_precision_loss, reason = "some litres")]
    let billed = (opened["register_ml"].as_u64().expect("a number") + ml) as f64;
    assert!((ran - billed).abs() <= 1_000.0, "{ran} ran, {billed} on the register");
    let register = closed["register_ml"].as_u64().expect("a number");
    world.state("bath", ("closed", register)).await;
    assert_eq!(truth_ml(&bath).total_cmp(&ran), std::cmp::Ordering::Equal);
    let folder = world.end();
    let left = 1_500 - i64::try_from(ml / 1_000 * 3).expect("some fen");
    assert_eq!(money(&folder.data(), "purse:li"), (left, 0));
}

#[tokio::test]
async fn a_valve_that_sticks_open_is_an_alarm_and_billed_by_its_meter_all_the_same() {
    let bath = bath().await;
    let keys = "lease_ms = 1500\nrenew_ms = 500\npatience_ms = 500";
    let mut world = start(&bath, keys).await;
    world.swipe("bath", LI).await;
    world.event("bath", "opened").await;
    turn(&bath, 12.0);
    ran(&world, 5_000).await;
    bath.fault("water", 7, Fault::Welded, true).expect("a valve");
    world.swipe("bath", LI).await;
    world.alarm("bath", "valve_unconfirmed").await;
    let closed = world.event("bath", "closed").await;
    assert!(closed["ml"].as_u64().expect("a number") >= 5_000, "{closed}");
    world.end();
}
