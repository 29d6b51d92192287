//! The controller goes away in the middle of a session and comes back.

use serde_json::json;

use crate::world::{World, get, money};

const LI: &str = "04A1B2C3D4E501";
const SUN: &str = "04A1B2C3D4E505";

#[tokio::test]
async fn an_unfinished_session_is_settled_once_from_its_stored_start() {
    let mut world = World::start("").await;
    world.swipe("shower-1", LI).await;
    world.event("shower-1", "opened").await;
    world.command("shower-1", "open").await;
    world.flow("shower-1", 10_000).await;
    let mut world = world.restart(2_000).await;
    // It is told to close, confirms, and what it shows is what has run.
    world.command("shower-1", "close").await;
    let closed = world.event("shower-1", "closed").await;
    assert_eq!((&closed["why"], &closed["ml"]), (&json!("restart"), &json!(12_000)));
    assert_eq!((&closed["session"], &closed["charged_fen"]), (&json!(1), &json!(36)));

    // Once: another restart finds nothing to do, and the next session has another number.
    let mut world = world.restart(0).await;
    let tap = get(world.http(), "/api/taps/shower-1").await;
    assert_eq!((&tap["state"], &tap["session"]), (&json!("idle"), &json!(null)));
    world.swipe("shower-1", SUN).await;
    let opened = world.event("shower-1", "opened").await;
    assert_eq!(opened["session"], 2);
    world.command("shower-1", "open").await;
    world.flow("shower-1", 1_000).await;
    world.swipe("shower-1", SUN).await;
    let closed = world.event("shower-1", "closed").await;
    assert_eq!((&closed["person"], &closed["charged_fen"]), (&json!("sun"), &json!(3)));
    let folder = world.end();
    assert_eq!(money(&folder.data(), "purse:li"), (1_464, 0));
    assert_eq!(money(&folder.data(), "purse:sun"), (997, 0));
    assert_eq!(money(&folder.data(), "income:water"), (39, 0));
}

#[tokio::test]
async fn a_tap_that_is_gone_after_a_restart_keeps_nobodys_money() {
    let mut world = World::start("").await;
    world.swipe("boiler-card", SUN).await;
    world.event("boiler", "opened").await;
    assert_eq!(money(&world.folder.data(), "purse:sun"), (1_000, 20));
    let file = world.folder.campus().join("campus.toml");
    let campus = std::fs::read_to_string(&file).expect("a campus");
    let (before, _) = campus.split_once("[[taps]]\nid = \"boiler\"").expect("the last tap");
    std::fs::write(&file, before).expect("written");
    let world = world.restart(0).await;
    assert_eq!(get(world.http(), "/api/taps").await.as_array().map(Vec::len), Some(4));
    let folder = world.end();
    assert_eq!(money(&folder.data(), "purse:sun"), (1_000, 0));
}

#[tokio::test]
async fn the_same_swipe_told_again_begins_nothing_new() {
    let mut world = World::start("").await;
    world.swipe("shower-1", LI).await;
    world.command("shower-1", "open").await;
    world.event("shower-1", "opened").await;
    world.flow("shower-1", 1_000).await;
    // The first copy's acknowledgement was lost.
    let at = crate::campus::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, false);
    let again = json!({"card": LI, "at": at, "boot": 1, "seq": 1});
    world.send("reader", "shower-1", "swipe", again).await;
    world.feedback("shower-1", "deny_replay").await;
    assert!(!world.heard("/command", |command| command["command"] == "close"));
    world.swipe("shower-1", LI).await;
    world.event("shower-1", "closed").await;
    world.end();
}
