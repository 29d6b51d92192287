//! Showers as people have them: billed to the millilitre and the fen, stopped for each reason.

use serde_json::{Value, json};

use crate::world::{World, get, money};

const LI: &str = "04A1B2C3D4E501";
const WANG: &str = "04A1B2C3D4E502";
const SUN: &str = "04A1B2C3D4E505";

#[tokio::test]
async fn a_shower_is_billed_to_the_millilitre_and_the_fen() {
    let mut world = World::start("").await;
    world.swipe("shower-1", LI).await;
    let open = world.command("shower-1", "open").await;
    assert_eq!(open["lease_ms"], 8_000);
    let shown = world.feedback("shower-1", "grant_water").await;
    assert_eq!((&shown["granted"], &shown["name"]), (&json!(true), &json!("人li")));
    assert_eq!((&shown["reserved_fen"], &shown["price_per"]), (&json!(500), &json!("litre")));
    assert_eq!(shown["price_micro_fen"], 3_000_000, "3 fen a litre");
    let opened = world.event("shower-1", "opened").await;
    assert_eq!((&opened["person"], &opened["session"]), (&json!("li"), &json!(1)));
    assert_eq!((&opened["register_ml"], &opened["reserved_fen"]), (&json!(1_000_000), &json!(500)));
    assert_eq!(money(&world.folder.data(), "purse:li"), (1_500, 500), "held back, not spent");

    world.flow("shower-1", 15_000).await;
    world.flow("shower-1", 15_000).await;
    world.swipe("shower-1", LI).await;
    world.feedback("shower-1", "water_ending").await;
    // A little runs until the valve has closed.
    world.valves.get_mut("shower-1").expect("a valve").register += 915;
    world.command("shower-1", "close").await;
    let closed = world.event("shower-1", "closed").await;
    assert_eq!((&closed["ml"], &closed["why"]), (&json!(30_915), &json!("second_swipe")));
    assert_eq!(closed["charged_fen"], 92, "92.745 fen, rounded down");
    assert_eq!(closed["lines"][0]["price_micro_fen"], 3_000);
    let paid = world.feedback("shower-1", "water_billed").await;
    assert_eq!((&paid["charged_fen"], &paid["balance_fen"]), (&json!(92), &json!(1_408)));
    assert_eq!(paid["ml"], 30_915);
    assert_eq!(money(&world.folder.data(), "purse:li"), (1_408, 0));

    // What the first charge left below a fen is carried: 0.745 and 0.3 make one.
    world.swipe("shower-1", LI).await;
    world.command("shower-1", "open").await;
    world.flow("shower-1", 100).await;
    world.swipe("shower-1", LI).await;
    let closed = world.event("shower-1", "closed").await;
    assert_eq!((&closed["ml"], &closed["charged_fen"]), (&json!(100), &json!(1)));

    let folder = world.end();
    assert_eq!(money(&folder.data(), "purse:li"), (1_407, 0));
    assert_eq!(money(&folder.data(), "income:water"), (93, 0));
}

#[tokio::test]
async fn a_shower_stops_when_the_money_does() {
    let mut world = World::start("").await;
    // 30 fen at the staff's 2 fen a litre.
    world.swipe("shower-1", WANG).await;
    let shown = world.feedback("shower-1", "grant_water").await;
    assert_eq!(
        (&shown["reserved_fen"], &shown["price_micro_fen"]),
        (&json!(30), &json!(2_000_000))
    );
    world.command("shower-1", "open").await;
    world.flow("shower-1", 15_000).await;
    world.flow("shower-1", 499).await;
    assert!(!world.heard("/command", |command| command["command"] == "close"), "paid for so far");
    world.flow("shower-1", 1).await;
    world.command("shower-1", "close").await;
    let closed = world.event("shower-1", "closed").await;
    assert_eq!((&closed["why"], &closed["ml"]), (&json!("spent"), &json!(15_500)));
    assert_eq!(closed["charged_fen"], 30, "never more than was reserved");
    let paid = world.feedback("shower-1", "water_billed").await;
    assert_eq!(paid["balance_fen"], 0);

    world.swipe("shower-1", WANG).await;
    let refused = world.feedback("shower-1", "deny_no_money").await;
    assert_eq!(refused["granted"], false);
    let refused = world.event("shower-1", "refused").await;
    assert_eq!((&refused["reason"], &refused["person"]), (&json!("deny_no_money"), &json!("wang")));
    let folder = world.end();
    assert_eq!(money(&folder.data(), "purse:wang"), (0, 0));
}

#[tokio::test]
async fn water_by_use_costs_what_a_use_costs_however_much_it_is() {
    let mut world = World::start("").await;
    world.swipe("boiler-card", SUN).await;
    world.command("boiler", "open").await;
    let shown = world.feedback("boiler-card", "grant_water").await;
    assert_eq!((&shown["price_per"], &shown["reserved_fen"]), (&json!("use"), &json!(20)));
    world.flow("boiler", 1_234).await;
    let removed = json!({"card": SUN, "removed": true});
    world.send("reader", "boiler-card", "swipe", removed).await;
    let closed = world.event("boiler", "closed").await;
    assert_eq!((&closed["why"], &closed["ml"]), (&json!("card_removed"), &json!(1_234)));
    let unit = (&closed["unit"], &closed["quantity"], &closed["charged_fen"]);
    assert_eq!(unit, (&json!("use"), &json!(1), &json!(20)));
    world.end();
}

#[tokio::test]
async fn water_stops_when_time_is_up() {
    let mut world = World::start("no_flow_s = 60\nlongest_s = 1").await;
    world.swipe("shower-1", LI).await;
    world.command("shower-1", "open").await;
    world.flow("shower-1", 400).await;
    let closed = world.event("shower-1", "closed").await;
    assert_eq!((&closed["why"], &closed["ml"]), (&json!("time_up"), &json!(400)));
    world.end();
}

#[tokio::test]
async fn water_stops_at_the_tap_and_when_nothing_flows() {
    let mut world = World::start("no_flow_s = 1").await;
    // Somebody closes the valve by its own button.
    world.swipe("shower-1", LI).await;
    world.event("shower-1", "opened").await;
    world.command("shower-1", "open").await;
    world.flow("shower-1", 40).await;
    world.valves.get_mut("shower-1").expect("a valve").state = "closed";
    world.report("shower-1").await;
    let closed = world.event("shower-1", "closed").await;
    assert_eq!((&closed["why"], &closed["ml"]), (&json!("closed_at_tap"), &json!(40)));

    // Nobody turns it on: an alarm, and nothing to pay.
    world.swipe("shower-2", LI).await;
    world.command("shower-2", "open").await;
    let closed = world.event("shower-2", "closed").await;
    assert_eq!((&closed["why"], &closed["charged_fen"]), (&json!("no_flow"), &json!(0)));
    world.alarm("shower-2", "open_without_flow").await;

    // The next shower there ends well, and the alarm is over.
    world.swipe("shower-2", SUN).await;
    world.command("shower-2", "open").await;
    world.flow("shower-2", 300).await;
    world.swipe("shower-2", SUN).await;
    world.event("shower-2", "closed").await;
    world.all_clear("shower-2").await;
    world.end();
}

#[tokio::test]
async fn leaks_and_bursts_are_alarms() {
    let mut world = World::start("most_l_per_min = 30").await;
    // A little at a time, with the valve closed.
    for _ in 0..5 {
        world.flow("shower-1", 10).await;
    }
    let alarm = world.alarm("shower-1", "flow_while_closed").await;
    assert_eq!(alarm["state"], "raised");

    world.swipe("shower-2", LI).await;
    world.command("shower-2", "open").await;
    world.flow("shower-2", 60_000).await;
    world.command("shower-2", "close").await;
    world.alarm("shower-2", "burst").await;
    let closed = world.event("shower-2", "closed").await;
    assert_eq!((&closed["why"], &closed["ml"]), (&json!("fault"), &json!(60_000)));

    // A valve that says that it is broken.
    world.valves.get_mut("boiler").expect("a valve").state = "fault";
    world.report("boiler").await;
    world.alarm("boiler", "valve_fault").await;
    world.valves.get_mut("boiler").expect("a valve").state = "closed";
    world.report("boiler").await;
    world.all_clear("boiler").await;

    let alarms = get(world.http(), "/api/alarms").await;
    let standing = |tap: &str, reason: &str| {
        let all = alarms.as_array().expect("a list").iter();
        all.into_iter().any(|alarm: &Value| alarm["device"] == tap && alarm["reason"] == reason)
    };
    assert!(standing("shower-1", "flow_while_closed"), "{alarms}");
    assert!(standing("shower-2", "burst"), "{alarms}");
    world.end();
}
