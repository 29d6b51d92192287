//! Who gets no water, and why; taps that are out of use or do not answer.

use onecard::store::{
    database::{self, Editor},
    operator::new_token,
};
use serde_json::{Value, json};

use crate::{
    campus::now,
    world::{FREE, World, folder, get, money},
};

const LI: &str = "04A1B2C3D4E501";
const SUN: &str = "04A1B2C3D4E505";

#[tokio::test]
async fn who_must_not_draw_water_is_told_why_and_nothing_opens() {
    let mut world = World::start("").await;
    // The card, what the reader shows, whom the record names.
    let rows = [
        ("04A1B2C3D4E503", "deny_lost", Some("zhao")),
        ("04A1B2C3D4E5FF", "deny_unknown_card", None),
        // Who never paid anything in.
        ("04A1B2C3D4E504", "deny_no_money", Some("qian")),
    ];
    for (card, reason, person) in rows {
        world.swipe("shower-1", card).await;
        let shown = world.feedback("shower-1", reason).await;
        assert_eq!(shown["granted"], false, "{card}");
        let refused = world.event("shower-1", "refused").await;
        assert_eq!(refused["reason"], reason, "{card}");
        assert_eq!(refused.get("person").and_then(Value::as_str), person, "{card}");
    }
    // A swipe of yesterday opens nothing.
    let stale = json!({"card": LI, "at": "2026-01-01T00:00:00Z", "boot": 1, "seq": 900});
    world.send("reader", "shower-1", "swipe", stale).await;
    world.feedback("shower-1", "deny_stale").await;

    // Somebody else's water is neither stopped nor shared.
    world.swipe("shower-1", LI).await;
    world.command("shower-1", "open").await;
    world.swipe("shower-1", SUN).await;
    let busy = world.feedback("shower-1", "deny_tap_busy").await;
    assert_eq!(busy["name"], "人sun");
    world.flow("shower-1", 500).await;
    assert!(!world.heard("/command", |command| command["command"] == "close"));
    world.swipe("shower-1", LI).await;
    let closed = world.event("shower-1", "closed").await;
    assert_eq!((&closed["person"], &closed["charged_fen"]), (&json!("li"), &json!(1)));
    let folder = world.end();
    assert_eq!(money(&folder.data(), "purse:sun"), (1_000, 0));
    assert_eq!(money(&folder.data(), "purse:zhao"), (1_000, 0));
}

#[tokio::test]
async fn a_tap_whose_meter_does_not_answer_opens_nothing_and_keeps_no_money() {
    let mut world = World::start("patience_ms = 200").await;
    world.valves.get_mut("shower-1").expect("a valve").obeys = false;
    world.swipe("shower-1", LI).await;
    let shown = world.feedback("shower-1", "deny_tap_fault").await;
    assert_eq!(shown["granted"], false);
    let released = world.event("shower-1", "released").await;
    assert_eq!(
        (&released["reason"], &released["person"]),
        (&json!("deny_tap_fault"), &json!("li"))
    );
    assert!(!world.heard("/command", |command| command["command"] == "open"));
    let folder = world.end();
    assert_eq!(money(&folder.data(), "purse:li"), (1_500, 0));
}

#[tokio::test]
async fn a_valve_that_does_not_confirm_is_an_alarm_and_is_billed_by_its_meter_all_the_same() {
    let keys = "patience_ms = 100\nlease_ms = 400\nrenew_ms = 100";
    let mut world = World::start(keys).await;
    world.swipe("shower-1", LI).await;
    world.command("shower-1", "open").await;
    world.flow("shower-1", 1_000).await;
    // It still answers what its meter shows, and never that it has closed.
    let valve = world.valves.get_mut("shower-1").expect("a valve");
    valve.obeys = false;
    world.swipe("shower-1", LI).await;
    world.command("shower-1", "close").await;
    world.alarm("shower-1", "valve_unconfirmed").await;
    world.command("shower-1", "report").await;
    world.flow("shower-1", 200).await;
    let closed = world.event("shower-1", "closed").await;
    assert_eq!((&closed["ml"], &closed["charged_fen"]), (&json!(1_200), &json!(3)));
    world.end();
}

#[tokio::test]
async fn an_operator_takes_a_tap_out_of_use_with_a_reason_and_gives_it_back() {
    let folder = folder(FREE, FREE, "");
    let (token, hash) = new_token(&"li.na".parse().expect("a code")).expect("a token");
    Editor::open(&folder.data().join(database::FILE_NAME))
        .expect("a database")
        .put_operator(&"li.na".parse().expect("a code"), &hash, now())
        .expect("an operator");
    let mut world = World::on(folder).await;
    world.swipe("shower-1", LI).await;
    world.command("shower-1", "open").await;
    world.flow("shower-1", 2_000).await;
    let http = world.http();
    let tap = get(http, "/api/taps/shower-1").await;
    assert_eq!((&tap["state"], &tap["valve"]), (&json!("open"), &json!("open")));
    assert_eq!((&tap["session"]["person"], &tap["session"]["ml"]), (&json!("li"), &json!(2_000)));

    let url = format!("http://{http}/api/taps/shower-1/shut");
    let client = reqwest::Client::new();
    let body = json!({"why": "the hose is off"});
    let answer = client.post(&url).bearer_auth(&token).json(&body).send().await.expect("sent");
    assert_eq!(answer.status().as_u16(), 200);
    let tap: Value = answer.json().await.expect("JSON");
    assert_eq!(
        (&tap["shut"]["by"], &tap["shut"]["why"]),
        (&json!("li.na"), &json!("the hose is off"))
    );
    let shut = world.event("shower-1", "shut").await;
    assert_eq!((&shut["by"], &shut["words"]), (&json!("li.na"), &json!("the hose is off")));
    let closed = world.event("shower-1", "closed").await;
    assert_eq!((&closed["why"], &closed["charged_fen"]), (&json!("operator"), &json!(6)));
    world.swipe("shower-1", SUN).await;
    world.feedback("shower-1", "deny_tap_shut").await;

    // It stays so over a restart.
    let mut world = world.restart(0).await;
    let url = format!("http://{}/api/taps/shower-1/shut", world.http());
    world.swipe("shower-1", SUN).await;
    world.feedback("shower-1", "deny_tap_shut").await;
    let unknown = format!("http://{}/api/taps/no-such/shut", world.http());
    for (url, status) in [(&url, 200), (&url, 409), (&unknown, 404)] {
        let answer = client.delete(url).query(&[("why", "repaired")]);
        let answer = answer.bearer_auth(&token).send().await.expect("sent");
        assert_eq!(answer.status().as_u16(), status, "{url}");
    }
    world.event("shower-1", "freed").await;
    world.swipe("shower-1", SUN).await;
    world.command("shower-1", "open").await;
    world.swipe("shower-1", SUN).await;
    world.event("shower-1", "closed").await;
    world.end();
}
