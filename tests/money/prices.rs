//! Prices are edited while the controller runs.

use serde_json::json;

use crate::{
    campus::{Running, edit},
    client::Client,
    credit::{CREDIT, cash, dormitory},
    rooms::{STEP_FEN, STEP_WH, draw, folder},
    world::{EVENTS, free, get, happened, post, token},
};

/// What a step of the meter cost in the next bill, in fen.
async fn price(client: &mut Client) -> i64 {
    let billed = happened(client, "b1-001", "billed").await;
    let bill = &billed["bill"];
    let steps = bill["quantity_wh"].as_i64().expect("Wh") / STEP_WH;
    bill["amount_fen"].as_i64().expect("fen") / steps
}

#[actix::test]
async fn edited_tariffs_count_from_the_next_bill_on_and_mistaken_ones_do_not() {
    let dormitory = dormitory().await;
    let line = dormitory.address("b1-line1").expect("a line");
    let folder = folder((free(), free()), line, 2, CREDIT);
    let token = token(&folder);
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
    let paid = cash("room:b1-001", 5_000_000, 1);
    assert_eq!(post(controller.http, &token, "/api/money/top-up", paid).await.0, 200);
    draw(&dormitory, "b1-001");
    assert_eq!(price(&mut client).await, STEP_FEN);

    edit(&folder.campus(), "tariffs.toml", "all = \"500\"", "all = \"100\"");
    let cheaper = STEP_FEN / 5;
    loop {
        match price(&mut client).await {
            STEP_FEN => {}
            now => break assert_eq!(now, cheaper),
        }
    }

    edit(&folder.campus(), "tariffs.toml", "all = \"100\"", "all = \"a lot\"");
    let told = |alarms: &serde_json::Value| alarms.to_string().contains("tariffs.toml");
    while !told(&get(controller.http, "/api/alarms").await) {
        tokio::task::yield_now().await;
    }
    assert_eq!(price(&mut client).await, cheaper);
    let room = get(controller.http, "/api/rooms/b1-001").await;
    assert_eq!(room["relay"], json!("closed"), "{room}");
    controller.stop();
}
