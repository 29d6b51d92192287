//! Each refusal of the ledger by its own name, over HTTP and on the command line.

use std::process::Command;

use onecard_rules::person::{CardState, PersonKind};
use onecard_simulators::power::{
    dormitory::{Dormitory, Plan},
    line::LineSettings,
    model::Model,
    wire::Framing,
};
use serde_json::{Value, json};

use crate::{
    campus::{Running, holder},
    rooms::folder,
    world::{free, post, token},
};

/// The name of a refusal; a path and a body, and words and flags, that are refused by it.
type Row<'a> = (&'a str, &'a str, Value, Vec<&'a str>, &'a [&'a str]);

/// The command line against a controller: whether it went well, and what it said.
async fn onecard(controller: &Running, token: &str, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onecard"));
    command.args(arguments).args(["--http", &controller.http.to_string()]);
    command.env("ONECARD_TOKEN", token);
    let ran = tokio::task::spawn_blocking(move || command.output());
    let output = ran.await.expect("it runs").expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).expect("text"))
}

#[actix::test]
async fn each_is_refused_by_name_over_every_interface() {
    let settings = LineSettings { framing: Framing::Tcp, timing: None, gateway_timeout: None };
    let plan = Plan::of_buildings(1, 1, 1, Model::Dds238, settings);
    let dormitory = Dormitory::start(plan, 7).await.expect("a dormitory");
    let line = dormitory.address("b1-line1").expect("a line");
    let folder = folder((free(), free()), line, 1, "");
    folder.people(&[holder("20240311", PersonKind::Student, "04A1B2C3D4E580", CardState::Active)]);
    let token = token(&folder);
    let controller = Running::start(&folder);

    let (good, said) = onecard(
        &controller,
        &token,
        &[
            "money",
            "top-up",
            "purse:20240311",
            "50",
            "--desk",
            "main",
            "--receipt",
            "1",
            "--why",
            "x",
        ],
    )
    .await;
    assert!(good && said.contains("50.00"), "{said}");
    // Asked again it is told as done, by either.
    let cash = |to: &str, amount: i64| json!({"to": to, "amount_fen": amount, "desk": "main", "receipt": 1, "why": "x"});
    let (status, again) =
        post(controller.http, &token, "/api/money/top-up", cash("purse:20240311", 5_000)).await;
    assert_eq!((status, &again["outcome"]), (200, &json!("exists")), "{again}");
    let (good, said) =
        onecard(&controller, &token, &["money", "close-day", "2020-01-01", "--why", "x"]).await;
    assert!(good, "{said}");

    let top_up = "/api/money/top-up";
    let desk = |to: &str, amount: Value| json!({"to": to, "amount_fen": amount, "desk": "main", "receipt": 2, "why": "x"});
    let to_room = |amount: i64| json!({"person": "20240311", "room": "b1-001", "amount_fen": amount, "key": "k", "why": "x"});
    let cash_words = ["--desk", "main", "--receipt", "2", "--why", "x"];
    let first_words = ["--desk", "main", "--receipt", "1", "--why", "x"];
    let key_words = ["--key", "k", "--why", "x"];
    let most = "92233720368547758.07";
    let rows: Vec<Row<'_>> = vec![
        (
            "insufficient_funds",
            "/api/money/transfer",
            to_room(5_001),
            vec!["transfer", "20240311", "b1-001", "50.01"],
            &key_words,
        ),
        (
            "not_positive",
            top_up,
            desk("purse:20240311", json!(-5)),
            vec!["top-up", "purse:20240311", "-0.05"],
            &cash_words,
        ),
        (
            "overflow",
            top_up,
            desk("purse:20240311", json!(i64::MAX)),
            vec!["top-up", "purse:20240311", most],
            &cash_words,
        ),
        (
            "unknown_account",
            top_up,
            desk("room:attic", json!(5)),
            vec!["top-up", "room:attic", "0.05"],
            &cash_words,
        ),
        (
            "unknown_person",
            top_up,
            desk("purse:nobody", json!(5)),
            vec!["top-up", "purse:nobody", "0.05"],
            &cash_words,
        ),
        (
            "day_closed",
            "/api/money/days/2019-12-31/close",
            json!({"why": "x"}),
            vec!["close-day", "2019-12-31"],
            &["--why", "x"],
        ),
        (
            "exists_with_different_amount",
            top_up,
            cash("purse:20240311", 4_999),
            vec!["top-up", "purse:20240311", "49.99"],
            &first_words,
        ),
        (
            "exists_with_different_order",
            top_up,
            cash("room:b1-001", 5_000),
            vec!["top-up", "room:b1-001", "50"],
            &first_words,
        ),
        (
            "wrong_accounts",
            "/api/money/refund",
            json!({"from": "cash_desk:main", "to": "room:b1-001", "amount_fen": 5, "key": "k",
                   "why": "x"}),
            vec!["refund", "cash_desk:main", "room:b1-001", "0.05"],
            &key_words,
        ),
        (
            "same_account",
            "/api/money/adjust",
            json!({"from": "suspense", "to": "suspense", "amount_fen": 5, "key": "k", "why": "x"}),
            vec!["adjust", "suspense", "suspense", "0.05"],
            &key_words,
        ),
        (
            "row_unknown",
            "/api/money/correct",
            json!({"row": 4_711, "amount_fen": 5, "key": "k", "why": "x"}),
            vec!["correct", "4711", "0.05"],
            &key_words,
        ),
        (
            "exceeds_row",
            "/api/money/correct",
            json!({"row": 1, "amount_fen": 5_001, "key": "k", "why": "x"}),
            vec!["correct", "1", "50.01"],
            &key_words,
        ),
        (
            "nothing_parked",
            "/api/rooms/b1-001/reading",
            json!({"decision": "discard", "why": "x"}),
            vec!["decide", "b1-001", "discard"],
            &["--why", "x"],
        ),
        (
            "nothing_to_confirm",
            "/api/money/adjustments/x.y/confirm",
            json!({"why": "x"}),
            vec!["confirm", "x.y"],
            &["--why", "x"],
        ),
    ];
    for (name, path, body, words, more) in rows {
        let (status, problem) = post(controller.http, &token, path, body.clone()).await;
        assert!(status >= 400, "{path} {body}");
        assert_eq!(problem["code"], name, "{path} {body}: {problem}");
        let arguments = [&["money"], &words[..], more].concat();
        let (good, said) = onecard(&controller, &token, &arguments).await;
        assert!(!good && said.contains(name), "{arguments:?}: {said}");
    }
    let (good, said) = onecard(&controller, &token, &["money", "account", "purse:20240311"]).await;
    assert!(good && said.contains("50.00"), "nothing was moved: {said}");
    let (good, said) =
        onecard(&controller, &token, &["money", "statement", "purse:20240311"]).await;
    assert!(good && said.contains("cash desk main receipt 1"), "{said}");
    controller.stop();
}
