//! Money over HTTP: every refusal by its own name, everything once, and two persons above a limit.

use actix_web::http::Method;
use onecard_rules::operator::{Rights, Role, Scope};
use serde_json::{Value, json};

use super::world::*;
use crate::store::{
    OnDurable,
    database::Editor,
    ledger::{Answer, Done},
};

/// A world with a desk, a bank, two people and a room whose accounts are open.
async fn world() -> World {
    let world = World::new();
    let people = ["even", "odd"].map(|number| onecard_rules::person::Person {
        id: id(number),
        name: number.to_owned(),
        kind: onecard_rules::person::PersonKind::Student,
        groups: [].into(),
        grants: [].into(),
        dormitory: None,
        trainings: [].into(),
        quarantined: false,
        passback_exempt: false,
        valid_from: None,
        valid_until: None,
    });
    Editor::open(&world.file()).unwrap().put_people_and_cards(&people, []).unwrap();
    for name in
        ["cash_desk:main", "clearing:icbc", "income:electricity", "room:own-room", "suspense"]
    {
        assert!(open(&world, name).await.is_ok());
    }
    world
}

async fn open(world: &World, name: &str) -> Answer {
    let (then, receipt) = OnDurable::receipt();
    let ledger = &world.backend.ledger;
    ledger.open_account(id(name), onecard_rules::ledger::Terms::default(), then).unwrap();
    receipt.await.unwrap().unwrap()
}

async fn post(world: &World, path: &str, body: Value) -> super::world::Answer {
    send(&world.parts(), Method::POST, path, &world.token, &body.to_string()).await
}

fn cash(to: &str, amount: Value, receipt: u64) -> Value {
    json!({"to": to, "amount_fen": amount, "desk": "main", "receipt": receipt, "why": "cash"})
}

fn to_room(person: &str, room: &str, amount: i64, key: &str) -> Value {
    json!({"person": person, "room": room, "amount_fen": amount, "key": key, "why": "light"})
}

fn by_hand(from: &str, to: &str, amount: i64, key: &str) -> Value {
    json!({"from": from, "to": to, "amount_fen": amount, "key": key, "why": "a slip"})
}

#[actix_web::test]
async fn every_refusal_has_its_own_name_and_status() {
    let world = world().await;
    let got = post(&world, "/api/money/top-up", cash("purse:even", json!(1_000), 1)).await;
    assert_eq!(
        (got.status.as_u16(), &got.body["outcome"]),
        (200, &json!("posted")),
        "{}",
        got.text
    );
    let got = post(&world, "/api/money/days/2026-11-17/close", json!({"why": "over"})).await;
    assert_eq!(got.status.as_u16(), 200, "{}", got.text);
    let max = i64::MAX;
    let top_up = "/api/money/top-up";
    let rows: &[(&str, Value, u16, &str)] = &[
        (top_up, cash("purse:even", json!(-5), 2), 422, "not_positive"),
        (top_up, cash("purse:even", json!(0), 2), 422, "not_positive"),
        (top_up, cash("purse:even", json!(1.5), 2), 422, "bad_field"),
        (top_up, cash("purse:even", json!("5"), 2), 422, "bad_field"),
        (top_up, cash("purse:even", json!(max), 2), 422, "overflow"),
        (top_up, cash("purse:nobody", json!(5), 2), 404, "unknown_person"),
        (top_up, cash("room:other-room", json!(5), 2), 404, "unknown_account"),
        (top_up, cash("wallet:even", json!(5), 2), 404, "unknown_account"),
        (top_up, cash("income:electricity", json!(5), 2), 422, "wrong_accounts"),
        (top_up, cash("purse:even", json!(2_000), 1), 409, "exists_with_different_amount"),
        (top_up, cash("purse:odd", json!(1_000), 1), 409, "exists_with_different_order"),
        (top_up, json!({"to": "purse:even", "amount_fen": 5, "why": "x"}), 422, "bad_field"),
        (
            "/api/money/transfer",
            to_room("even", "own-room", 1_001, "k1"),
            409,
            "insufficient_funds",
        ),
        ("/api/money/transfer", to_room("odd", "own-room", 1, "k1"), 409, "insufficient_funds"),
        (
            "/api/money/refund",
            by_hand("cash_desk:main", "purse:even", 1, "k2"),
            422,
            "wrong_accounts",
        ),
        ("/api/money/adjust", by_hand("suspense", "suspense", 1, "k3"), 422, "same_account"),
        ("/api/money/adjust", by_hand("suspense", "suspense", 20_000, "k3"), 422, "same_account"),
        (
            "/api/money/adjust",
            by_hand("purse:even", "suspense", 9_999, "k3"),
            409,
            "insufficient_funds",
        ),
        (
            "/api/money/correct",
            json!({"row": 99, "amount_fen": 1, "key": "k4", "why": "x"}),
            404,
            "row_unknown",
        ),
        (
            "/api/money/correct",
            json!({"row": 1, "amount_fen": 1_001, "key": "k4", "why": "x"}),
            409,
            "exceeds_row",
        ),
        ("/api/money/adjustments/x.y/confirm", json!({"why": "x"}), 404, "nothing_to_confirm"),
        ("/api/money/days/2026-11-17/close", json!({"why": "x"}), 409, "day_closed"),
        ("/api/money/days/2026-11-19/close", json!({"why": "x"}), 409, "day_not_over"),
        ("/api/money/days/yesterday/close", json!({"why": "x"}), 422, "bad_field"),
        (
            "/api/rooms/own-room/reading",
            json!({"decision": "discard", "why": "x"}),
            409,
            "nothing_parked",
        ),
        (
            "/api/rooms/own-room/reading",
            json!({"decision": "discard", "quantity_wh": 5, "why": "x"}),
            422,
            "bad_field",
        ),
        ("/api/rooms/own-room/reading", json!({"decision": "guess", "why": "x"}), 422, "bad_field"),
    ];
    for (path, body, status, code) in rows {
        let got = post(&world, path, body.clone()).await;
        let found = (got.status.as_u16(), got.body["code"].as_str().unwrap_or_default());
        assert_eq!(found, (*status, *code), "{path} {body}: {}", got.text);
    }
    let got = get(&world, "/api/accounts/purse:even").await;
    assert_eq!(got.body["balance_fen"], 1_000, "nothing was moved: {}", got.text);
}

#[actix_web::test]
async fn what_is_asked_again_is_done_once_and_told_as_done() {
    let world = world().await;
    let top_up = || cash("purse:even", json!(5_000), 7);
    let first = post(&world, "/api/money/top-up", top_up()).await;
    assert_eq!(first.body["to_balance_fen"], 5_000, "{}", first.text);
    let again = post(&world, "/api/money/top-up", top_up()).await;
    assert_eq!((again.status.as_u16(), &again.body["outcome"]), (200, &json!("exists")));
    assert_eq!(again.body["entry"], first.body["entry"]);
    let bank = json!({"to": "room:own-room", "amount_fen": 300, "bank": "icbc",
                      "reference": "2026-1", "why": "transfer"});
    for outcome in ["posted", "exists"] {
        let got = post(&world, "/api/money/top-up", bank.clone()).await;
        assert_eq!(got.body["outcome"], outcome, "{}", got.text);
        let got =
            post(&world, "/api/money/transfer", to_room("even", "own-room", 2_000, "k")).await;
        assert_eq!(got.body["outcome"], outcome, "{}", got.text);
    }
    let got = get(&world, "/api/people/even/accounts").await;
    assert_eq!(got.body[0]["balance_fen"], 3_000, "{}", got.text);
    let got = get(&world, "/api/rooms/own-room/account").await;
    assert_eq!(got.body["accounts"][0]["balance_fen"], 2_300, "{}", got.text);
    let got = get(&world, "/api/accounts?prefix=c").await;
    let sum = got.body.as_array().unwrap().iter().map(|a| a["balance_fen"].as_i64().unwrap());
    assert_eq!(sum.sum::<i64>(), -5_300, "{}", got.text);
}

#[actix_web::test]
async fn a_large_adjustment_needs_a_second_person_and_a_small_one_does_not() {
    let world = world().await;
    let rights = Rights { role: Role::Finance, scope: Scope::Site };
    let second = world.token_of("zhao", &rights);
    let asked = || by_hand("suspense", "room:own-room", 10_001, "big");
    let small =
        post(&world, "/api/money/adjust", by_hand("suspense", "room:own-room", 10_000, "s"));
    assert_eq!(small.await.body["outcome"], "posted");
    for _ in 0..2 {
        let got = post(&world, "/api/money/adjust", asked()).await;
        assert_eq!((&got.body["outcome"], &got.body["entry"]), (&json!("waits"), &Value::Null));
    }
    let other = by_hand("suspense", "room:own-room", 20_000, "big");
    let got = post(&world, "/api/money/adjust", other).await;
    assert_eq!(got.body["code"], "exists_with_different_amount", "{}", got.text);
    let waiting = get(&world, "/api/money/adjustments").await;
    assert_eq!(waiting.body[0]["amount_fen"], 10_001, "{}", waiting.text);
    let name = waiting.body[0]["adjustment"].as_str().unwrap().to_owned();
    let path = format!("/api/money/adjustments/{name}/confirm");
    let got = post(&world, &path, json!({"why": "looked at"})).await;
    assert_eq!((got.status.as_u16(), &got.body["code"]), (409, &json!("same_person")));
    let confirm =
        async || send(&world.parts(), Method::POST, &path, &second, r#"{"why":"looked at"}"#).await;
    assert_eq!(confirm().await.body["outcome"], "posted");
    assert_eq!(confirm().await.body["code"], "nothing_to_confirm");
    let got = post(&world, "/api/money/adjust", asked()).await;
    assert_eq!(got.body["outcome"], "exists", "{}", got.text);
    let got = get(&world, "/api/accounts/room:own-room/statement").await;
    let line = &got.body["lines"][0];
    assert_eq!((&line["in_fen"], &line["by"]), (&json!(10_001), &json!("wang.wei")));
    assert_eq!(line["why"], "a slip; confirmed by zhao: looked at");

    let got = post(&world, "/api/money/adjust", by_hand("suspense", "room:own-room", 50_000, "w"));
    let name = got.await.body["adjustment"].as_str().unwrap().to_owned();
    let path = format!("/api/money/adjustments/{name}?why=wrong");
    let got = send(&world.parts(), Method::DELETE, &path, &world.token, "").await;
    assert_eq!(got.status.as_u16(), 200, "{}", got.text);
    assert_eq!(get(&world, "/api/money/adjustments").await.body, json!([]));
}

#[actix_web::test]
async fn a_statement_comes_in_pages_as_json_csv_and_xlsx() {
    let world = world().await;
    for receipt in 1..=3 {
        let body = cash("purse:even", json!(100), receipt);
        assert_eq!(post(&world, "/api/money/top-up", body).await.status.as_u16(), 200);
    }
    let path = "/api/accounts/purse:even/statement";
    let first = get(&world, &format!("{path}?limit=2")).await;
    assert_eq!(first.body["lines"].as_array().unwrap().len(), 2);
    assert_eq!(first.body["lines"][0]["cause"], "cash desk main receipt 3");
    let before = first.body["next_before"].as_u64().unwrap();
    let rest = get(&world, &format!("{path}?limit=2&before={before}")).await;
    assert_eq!(rest.body["lines"].as_array().unwrap().len(), 1);
    assert_eq!(rest.body["next_before"], Value::Null);
    let csv = get(&world, &format!("{path}?format=csv")).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").contains("purse-even.csv"));
    let lines: Vec<&str> = csv.text.lines().collect();
    assert_eq!(lines[0], "\u{feff}row,at,day,phase,purpose,account,in,out,cause,by,why");
    assert!(lines[1].contains(",transfer,top_up,cash_desk:main,1.00,,"), "{}", lines[1]);
    let xlsx = get(&world, &format!("{path}?format=xlsx")).await;
    assert!(xlsx.text.starts_with("PK"), "a workbook is an archive");
    for (query, code) in [
        ("format=pdf", "bad_field"),
        ("limit=0", "bad_field"),
        ("limit=10001", "bad_field"),
        ("before=x", "bad_field"),
        ("page=2", "bad_field"),
    ] {
        assert_eq!(get(&world, &format!("{path}?{query}")).await.body["code"], code, "{query}");
    }
    let got = get(&world, "/api/accounts/purse:nobody/statement").await;
    assert_eq!((got.status.as_u16(), &got.body["code"]), (404, &json!("unknown_account")));
}

#[actix_web::test]
async fn a_day_that_is_over_is_closed_with_totals_that_tie() {
    let world = world().await;
    let top_up = cash("purse:even", json!(700), 1);
    assert_eq!(post(&world, "/api/money/top-up", top_up).await.status.as_u16(), 200);
    world.clock.forward(24 * 3_600);
    let today = world.backend.cashier.day(world.backend.clock.now());
    let day = today.pred_opt().unwrap();
    let shown = get(&world, &format!("/api/money/days/{day}")).await;
    assert_eq!((&shown.body["closed"], &shown.body["totals"]), (&json!(false), &json!([])));
    let path = format!("/api/money/days/{day}/close");
    let got = post(&world, &path, json!({"why": "the day is over"})).await;
    assert_eq!((&got.body["rows"], &got.body["moved_fen"]), (&json!(1), &json!(700)));
    let shown = get(&world, &format!("/api/money/days/{day}")).await;
    assert_eq!(
        (&shown.body["closed"], &shown.body["closed_by"]),
        (&json!(true), &json!("wang.wei"))
    );
    let totals = shown.body["totals"].as_array().unwrap();
    let sum = |side: &str| totals.iter().map(|total| total[side].as_i64().unwrap()).sum::<i64>();
    assert_eq!((sum("in_fen"), sum("out_fen")), (700, 700), "{}", shown.text);
}

#[actix_web::test]
async fn both_readings_of_a_meter_that_is_not_believed_are_shown_and_decided_on() {
    let world = world().await;
    let got = get(&world, "/api/quarantine").await;
    let parked = &got.body[0];
    assert_eq!(parked["billed"]["register_wh"], 1_000);
    assert_eq!(parked["latest"]["register_wh"], 9_000_010);
    let decision = json!({"decision": "go_on", "quantity_wh": 0, "why": "a new meter"});
    let got = post(&world, "/api/rooms/own-room/reading", decision).await;
    assert_eq!((got.status.as_u16(), &got.body["amount_fen"]), (200, &json!(0)), "{}", got.text);
    assert!(matches!(open(&world, "purse:odd").await, Ok(Done::Account(_))));
}
