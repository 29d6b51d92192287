//! Giving orders: what reaches the services, and what is refused.

use actix_web::http::Method;
use onecard_rules::ids::GateId;
use serde_json::{Value, json};

use super::world::*;
use crate::access::{OrderRefusal, state::OrderMistake};

#[actix_web::test]
async fn orders_reach_the_services_with_name_and_reason() {
    let world = World::new();
    let post = Method::POST;
    let delete = Method::DELETE;
    let rows: &[(&Method, &str, &str, u16, Value, &str)] = &[
        (
            &post,
            "/api/gates/main-1/open",
            r#"{"direction":"in","why":" delivery "}"#,
            200,
            json!({"decision": "01J"}),
            "open main-1 in by wang.wei: delivery",
        ),
        (
            &post,
            "/api/gates/main-1/mode",
            r#"{"mode":"free","why":"parade"}"#,
            200,
            json!({"gates": ["main-1"]}),
            "main-1 to Some(Free) by wang.wei: parade",
        ),
        (
            &post,
            "/api/gates/main-1/mode",
            r#"{"mode":null,"why":"over"}"#,
            200,
            json!({"gates": ["main-1"]}),
            "main-1 to None by wang.wei: over",
        ),
        (
            &delete,
            "/api/gates/main-1/mode?why=over",
            "",
            200,
            json!({"gates": ["main-1"]}),
            "main-1 to None by wang.wei: over",
        ),
        (
            &post,
            "/api/areas/library/lockdown",
            r#"{"why":"parcel","until":"2026-11-19T00:00:00Z"}"#,
            200,
            json!({"gates": ["library-1"]}),
            "begin Lockdown of library by wang.wei: parcel until 46400",
        ),
        (
            &delete,
            "/api/areas/library/lockdown",
            r#"{"why":"over"}"#,
            200,
            json!({"gates": ["library-1"]}),
            "end Lockdown of library by wang.wei: over",
        ),
        (
            &post,
            "/api/areas/library/release",
            r#"{"why":"over"}"#,
            200,
            json!({"gates": ["library-1"]}),
            "end Lockdown of library by wang.wei: over",
        ),
        (
            &post,
            "/api/areas/library/emergency",
            r#"{"why":"fire"}"#,
            200,
            json!({"gates": ["library-1"]}),
            "begin Release of library by wang.wei: fire until 0",
        ),
        (
            &delete,
            "/api/areas/library/emergency?why=all%20clear",
            "",
            200,
            json!({"gates": ["library-1"]}),
            "end Release of library by wang.wei: all clear",
        ),
        (
            &post,
            "/api/passback/forgive",
            r#"{"person":"20240311","why":"lift broke"}"#,
            204,
            Value::Null,
            "forgive person 20240311 by wang.wei: lift broke",
        ),
        (
            &post,
            "/api/passback/forgive",
            r#"{"area":"library","why":"drill"}"#,
            204,
            Value::Null,
            "forgive area library by wang.wei: drill",
        ),
    ];
    for (method, path, body, status, answer, heard) in rows {
        let got = send(&world.parts(), (*method).clone(), path, &world.token, body).await;
        assert_eq!((got.status.as_u16(), &got.body), (*status, answer), "{path} {body}");
        assert_eq!(world.heard.lock().unwrap().pop().as_deref(), Some(*heard), "{path} {body}");
    }
    let seen =
        r#"{"area":"library","kind":"gate","device":"library-1","reason":"forced","why":"x"}"#;
    let parts = world.parts();
    let got = send(&parts, Method::POST, "/api/alarms/acknowledge", &world.token, seen).await;
    assert_eq!(got.status, 204);
}

#[actix_web::test]
async fn a_wrong_order_is_refused_with_code_and_field_and_reaches_nobody() {
    let world = World::new();
    let open = "/api/gates/main-1/open";
    let long = format!(r#"{{"direction":"in","why":"{}"}}"#, "x".repeat(70_000));
    let wordy = format!(r#"{{"direction":"in","why":"{}"}}"#, "门".repeat(501));
    let rows: &[(&str, &str, u16, &str, &str, &str)] = &[
        (open, r#"{"direction":"in"}"#, 422, "bad_field", "why", "`why` is missing"),
        (open, r#"{"direction":"in","why":"  "}"#, 422, "bad_field", "why", "say why"),
        (open, &wordy, 422, "bad_field", "why", "1 to 500"),
        (open, r#"{"direction":"in","why":5}"#, 422, "bad_field", "why", "expected a string"),
        (open, r#"{"why":"x"}"#, 422, "bad_field", "direction", "is missing"),
        (open, r#"{"direction":"up","why":"x"}"#, 422, "bad_field", "direction", "`in` or `out`"),
        (open, r#"{"directoin":"in","why":"x"}"#, 422, "bad_field", "directoin", "`direction`?"),
        (open, r#"{"why":"x","why":"y"}"#, 422, "bad_field", "why", "twice"),
        (open, "[]", 422, "bad_field", "", ""),
        (open, "", 400, "not_json", "", "not JSON"),
        (open, "{", 400, "not_json", "", "not JSON"),
        (open, &long, 413, "body_too_long", "", "64 KiB"),
        ("/api/gates/mian-1/open", "{}", 422, "bad_field", "direction", "is missing"),
        (
            "/api/gates/mian-1/open",
            r#"{"direction":"in","why":"x"}"#,
            404,
            "unknown_gate",
            "gate",
            "did you mean `main-1`?",
        ),
        (
            "/api/areas/librari/lockdown",
            r#"{"why":"x"}"#,
            404,
            "unknown_area",
            "area",
            "did you mean `library`?",
        ),
        (
            "/api/areas/library/lockdown",
            r#"{"why":"x","until":"soon"}"#,
            422,
            "bad_field",
            "until",
            "2026-11-23T07:45:12+08:00",
        ),
        (
            "/api/areas/library/lockdown",
            r#"{"why":"x","until":"2020-01-01T00:00:00Z"}"#,
            422,
            "bad_field",
            "until",
            "past",
        ),
        ("/api/gates/main-1/mode", r#"{"why":"x"}"#, 422, "bad_field", "mode", "is missing"),
        (
            "/api/gates/main-1/mode",
            r#"{"mode":"locked_down","why":"x"}"#,
            422,
            "bad_field",
            "mode",
            "`secure`, `free`, `blocked`",
        ),
        ("/api/passback/forgive", r#"{"why":"x"}"#, 422, "bad_field", "person", "either"),
        (
            "/api/passback/forgive",
            r#"{"person":"a b","why":"x"}"#,
            422,
            "bad_field",
            "person",
            "letters",
        ),
        (
            "/api/alarms/acknowledge",
            r#"{"area":"_","kind":"gate","device":"g","reason":"held","why":"x"}"#,
            409,
            "alarm_not_standing",
            "",
            "no such alarm",
        ),
        ("/api/nonsense", "{}", 404, "unknown_path", "", "openapi.json"),
        ("/api/gates", "{}", 405, "method_not_allowed", "", "use GET"),
    ];
    for (path, body, status, code, field, words) in rows {
        let shown: String = body.chars().take(80).collect();
        let got = send(&world.parts(), Method::POST, path, &world.token, body).await;
        assert_eq!(got.status.as_u16(), *status, "{path} {shown}: {}", got.text);
        assert_eq!(got.body["code"], *code, "{path} {shown}: {}", got.text);
        assert_eq!(got.body["status"], *status, "{path} {shown}");
        assert_eq!(got.header("content-type"), "application/problem+json");
        let named = got.body["field"].as_str().unwrap_or_default();
        assert!(field.is_empty() || named == *field, "{path} {shown}: {}", got.text);
        let detail = got.body["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{path} {shown}: {detail}");
    }
    assert!(world.heard.lock().unwrap().is_empty());
}

#[actix_web::test]
async fn what_the_services_refuse_has_a_code_each() {
    let gate = || id::<GateId>("main-1");
    let mistake = OrderRefusal::Mistake;
    let rows = [
        (mistake(OrderMistake::UnknownGate(gate())), 404, "unknown_gate"),
        (mistake(OrderMistake::UnknownArea(id("x"))), 404, "unknown_area"),
        (mistake(OrderMistake::NothingToEnd(id("x"))), 409, "nothing_to_end"),
        (mistake(OrderMistake::NoOverride(gate())), 409, "no_override"),
        (mistake(OrderMistake::NothingToForgive(id("p"))), 409, "nothing_to_forgive"),
        (OrderRefusal::NotRecorded, 503, "not_recorded"),
        (OrderRefusal::GateBusy(gate()), 503, "gate_busy"),
    ];
    for (refusal, status, code) in rows {
        let world = World::refusing(Some(refusal));
        let (path, body) = ("/api/gates/main-1/open", r#"{"direction":"in","why":"x"}"#);
        let got = send(&world.parts(), Method::POST, path, &world.token, body).await;
        assert_eq!((got.status.as_u16(), &got.body["code"]), (status, &json!(code)));
    }
}
