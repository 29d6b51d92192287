//! A room's balance falls with its meter, warns, is cut outside the protected time, and comes back at
//! a top-up; a register that cannot be is billed only when a person has decided.

use chrono::TimeDelta;
use onecard_rules::person::{CardState, PersonKind};
use onecard_simulators::power::{
    dormitory::{Dormitory, Plan},
    line::LineSettings,
    model::Model,
    wire::Framing,
};
use serde_json::{Value, json};

use crate::{
    campus::{Running, edit, holder, now},
    client::Client,
    rooms::{STEP_FEN, STEP_WH, draw, folder},
    world::{EVENTS, free, get, happened, post, token, until},
};

pub const CREDIT: &str = "low = \"16.00\"\nnearly_empty = \"11.00\"\nsign_s = 1\n\
                      protected = [\"always\"]\nprotect_holidays = false\nprotect_exams = false\n\
                      bill_every_s = 1\n";

pub async fn dormitory() -> Dormitory {
    let settings = LineSettings { framing: Framing::Tcp, timing: None, gateway_timeout: None };
    let plan = Plan::of_buildings(1, 2, 2, Model::Dds238, settings);
    Dormitory::start(plan, 7).await.expect("a dormitory")
}

pub fn cash(to: &str, amount: i64, receipt: u64) -> Value {
    json!({"to": to, "amount_fen": amount, "desk": "main", "receipt": receipt, "why": "cash"})
}

/// Waits for the room to come to a level; its balance then.
async fn level(client: &mut Client, level: &str) -> i64 {
    loop {
        let event = happened(client, "b1-001", "credit_level").await;
        if event["level"] == level {
            return event["balance_fen"].as_i64().expect("fen");
        }
    }
}

#[actix::test]
async fn a_balance_falls_with_its_meter_warns_cuts_outside_the_protected_time_and_comes_back() {
    let dormitory = dormitory().await;
    let line = dormitory.address("b1-line1").expect("a line");
    let folder = folder((free(), free()), line, 2, CREDIT);
    folder.people(&[holder("20240311", PersonKind::Student, "04A1B2C3D4E580", CardState::Active)]);
    let token = token(&folder);
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
    let http = controller.http;
    let room = "/api/rooms/b1-001";
    // Nobody has paid yet, and nobody owes anything.
    let account = "/api/rooms/b1-001/account";
    let new = until(http, account, |account| account["billed"].is_object()).await;
    assert_eq!((&new["balance_fen"], &new["dark"]), (&Value::Null, &json!("no")), "{new}");
    let (status, paid) =
        post(http, &token, "/api/money/top-up", cash("room:b1-001", 2_000, 1)).await;
    assert_eq!((status, &paid["to_balance_fen"]), (200, &json!(2_000)), "{paid}");
    until(http, room, |room| room["balance_fen"] == 2_000 && room["credit"] == "well").await;

    let heater = draw(&dormitory, "b1-001");
    let billed = happened(&mut client, "b1-001", "billed").await;
    let bill = &billed["bill"];
    let steps = bill["quantity_wh"].as_i64().expect("Wh") / STEP_WH;
    assert_eq!(bill["amount_fen"], steps * STEP_FEN, "{bill}");
    assert_eq!(bill["lines"][0]["tariff"], "dear");
    assert!(level(&mut client, "low").await < 1_600);
    assert!(level(&mut client, "nearly_empty").await < 1_100);
    let balance = level(&mut client, "spent").await;
    assert!(balance < 0 && balance % STEP_FEN == 0, "{balance}");
    happened(&mut client, "b1-001", "cut_deferred").await;
    let view = get(http, room).await;
    assert_eq!((&view["relay"], &view["credit"]), (&json!("closed"), &json!("spent")), "{view}");
    controller.stop();

    // The protected time is over.
    edit(&folder.campus(), "campus.toml", "protected = [\"always\"]", "protected = []");
    let controller = Running::start(&folder);
    let http = controller.http;
    let view = until(http, room, |room| room["relay"] == "open").await;
    assert!(!dormitory.truth("b1-001").expect("a room").contact_closed);
    let balance = view["balance_fen"].as_i64().expect("fen");
    let why = get(http, "/api/rooms/b1-001/why").await;
    let yuan = format!("{}.{:02}", balance / 100, balance.abs() % 100);
    assert!(why["zh"].as_str().expect("words").contains(&format!("当前余额{yuan}元")), "{why}");
    assert!(why["en"].as_str().expect("words").contains(&format!("balance is {yuan} yuan")));
    let other = get(http, "/api/rooms/b1-002").await;
    assert_eq!(other["relay"], "closed", "who owes nothing has light: {other}");
    dormitory.unplug("b1-001", heater).expect("a heater");

    // A roommate pays from a purse.
    let top_up = cash("purse:20240311", 10_000, 2);
    assert_eq!(post(http, &token, "/api/money/top-up", top_up).await.0, 200);
    let transfer = json!({"person": "20240311", "room": "b1-001", "amount_fen": 5_000,
                          "key": "evening", "why": "light"});
    let (status, paid) = post(http, &token, "/api/money/transfer", transfer).await;
    let committed = now();
    assert_eq!((status, &paid["to_balance_fen"]), (200, &json!(balance + 5_000)), "{paid}");
    while !dormitory.truth("b1-001").expect("a room").contact_closed {
        assert!(now() - committed < TimeDelta::seconds(2), "it is dark still");
        tokio::task::yield_now().await;
    }
    println!("lit {} after the top-up was answered", now() - committed);
    until(http, room, |room| room["relay"] == "closed" && room["off"] == json!([])).await;

    // What was billed, was paid for: line by line, and once.
    let statement = get(http, "/api/rooms/b1-001/statement?limit=1000").await;
    let lines = statement["lines"].as_array().expect("lines");
    let sum = |side: &str| lines.iter().filter_map(|line| line[side].as_i64()).sum::<i64>();
    let account = get(http, "/api/rooms/b1-001/account").await;
    assert_eq!(account["balance_fen"], sum("in_fen") - sum("out_fen"), "{account}");
    let income = get(http, "/api/accounts/income:electricity").await;
    assert_eq!(income["balance_fen"], sum("out_fen"));
    controller.stop();
}

#[actix::test]
async fn a_register_that_falls_is_billed_only_when_a_person_has_decided() {
    let dormitory = dormitory().await;
    let line = dormitory.address("b1-line1").expect("a line");
    let folder = folder((free(), free()), line, 2, CREDIT);
    let token = token(&folder);
    let controller = Running::start(&folder);
    let http = controller.http;
    let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
    let account = "/api/rooms/b1-001/account";
    let start = until(http, account, |account| account["billed"].is_object()).await;
    let start = start["billed"]["register_wh"].as_u64().expect("Wh");

    dormitory.reset_counters("b1-line1", 1).expect("a meter");
    let parked = happened(&mut client, "b1-001", "reading_parked").await;
    assert_eq!(parked["parked"]["why"], "dropped", "{parked}");
    assert_eq!(parked["parked"]["billed"]["register"], start);
    until(http, "/api/alarms", |alarms| alarms.to_string().contains("reading_parked")).await;
    let parked = until(http, "/api/quarantine", |parked| parked[0].is_object()).await;
    assert_eq!((&parked[0]["room"], &parked[1]), (&json!("b1-001"), &Value::Null), "{parked}");
    controller.stop();

    // It waits over a restart.
    let controller = Running::start(&folder);
    let http = controller.http;
    let mut client = Client::connect(controller.mqtt, "story", &EVENTS).await;
    let asked = json!({"decision": "go_on", "quantity_wh": 20, "why": "the meter was reset"});
    let (status, decided) = post(http, &token, "/api/rooms/b1-001/reading", asked.clone()).await;
    assert_eq!((status, &decided["amount_fen"]), (200, &json!(2 * STEP_FEN)), "{decided}");
    let told = happened(&mut client, "b1-001", "reading_decided").await;
    assert_eq!(told["decision"]["by"], "li.na", "{told}");
    let (status, problem) = post(http, &token, "/api/rooms/b1-001/reading", asked).await;
    assert_eq!((status, &problem["code"]), (409, &json!("nothing_parked")), "{problem}");
    until(http, "/api/alarms", |alarms| !alarms.to_string().contains("reading_parked")).await;
    let statement = get(http, "/api/rooms/b1-001/statement").await;
    assert_eq!(statement["lines"][0]["out_fen"], 2 * STEP_FEN, "{statement}");

    // From here on it counts again.
    draw(&dormitory, "b1-001");
    let billed = happened(&mut client, "b1-001", "billed").await;
    let billed = if billed["bill"]["decided"] == true {
        happened(&mut client, "b1-001", "billed").await
    } else {
        billed
    };
    assert_eq!(billed["bill"]["epoch"], 2, "{billed}");
    controller.stop();
}

#[actix::test]
async fn a_controller_whose_port_is_taken_says_so_and_ends() {
    let taken = std::net::TcpListener::bind(free()).expect("a port");
    let http = taken.local_addr().expect("an address");
    let folder = folder((free(), http), free(), 1, CREDIT);
    let ended = std::process::Command::new(env!("CARGO_BIN_EXE_onecard"))
        .args(["serve".as_ref(), folder.campus().as_os_str()])
        .args(["--data".as_ref(), folder.data().as_os_str()])
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains(&http.to_string()), "{said}");
    // A release build would have ended there, and the reason would not have been told.
    assert!(!said.contains("panicked"), "{said}");
}
