//! The interface as a whole: tokens, health, the contract, listening and stopping.

use std::sync::Arc;

use actix_web::http::Method;
use serde_json::{Value, json};

use super::{super::*, world::*};
use crate::store::database::{self, Editor};

#[actix_web::test]
async fn without_a_good_token_nothing_personal_is_shown_and_nothing_done() {
    let world = World::new();
    let (parts, token) = (world.parts(), world.token.clone());
    let (_, other) = token.split_at(3);
    let wrong = [String::new(), "nonsense".into(), format!("{token}0"), format!("Wan{other}")];
    for (pattern, item) in &openapi::document().paths.paths {
        let path = filled(pattern);
        for method in openapi::methods(item) {
            let open = ["/health", "/metrics", "/openapi.json", "/api/version"];
            let signs_in = pattern == "/api/session" && method == "POST";
            if open.contains(&pattern.as_str()) || signs_in {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let got = send(&parts, method.clone(), &path, "", "").await;
            assert_eq!((got.status.as_u16(), &got.body["code"]), (401, &json!("unauthorized")));
            assert_eq!(got.header("www-authenticate"), "Bearer", "{method} {path}");
        }
    }
    for token in wrong {
        let got = send(&parts, Method::GET, "/api/gates", &token, "").await;
        assert_eq!(got.status, 401, "{token}");
    }
    assert_eq!(send(&parts, Method::GET, "/api/gates", &token, "").await.status, 200);
    let file = world.folder.path().join(database::FILE_NAME);
    Editor::open(&file).unwrap().revoke_operator(&id("wang.wei"), at(999)).unwrap();
    let got = send(&parts, Method::GET, "/api/gates", &token, "").await;
    assert_eq!(got.status, 401, "a revoked token is worth nothing at once");
}

#[actix_web::test]
async fn guessing_is_stopped_and_does_not_keep_an_operator_out() {
    let world = World::new();
    let parts = world.parts();
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(send(&parts, Method::GET, "/api/gates", "a.b", "").await.status.as_u16());
    }
    assert_eq!(statuses[..10], [401; 10]);
    assert_eq!(statuses[10..], [429; 2]);
    assert_eq!(send(&parts, Method::GET, "/api/gates", &world.token, "").await.status, 200);
}

#[actix_web::test]
async fn anybody_may_read_where_the_campus_says_so_and_nobody_may_act() {
    let mut world = World::new();
    world.backend.anonymous_read = true;
    let parts = world.parts();
    assert_eq!(send(&parts, Method::GET, "/api/gates", "", "").await.status, 200);
    assert_eq!(send(&parts, Method::GET, "/api/gates", "a.b", "").await.status, 401);
    let body = r#"{"direction":"in","why":"x"}"#;
    let got = send(&parts, Method::POST, "/api/gates/main-1/open", "", body).await;
    assert_eq!(got.status, 401);
}

#[actix_web::test]
async fn health_is_red_while_the_broker_is_away() {
    let mut world = World::new();
    world.record(2).await;
    let got = send(&world.parts(), Method::GET, "/health", "", "").await;
    assert_eq!((got.status.as_u16(), &got.body["status"]), (200, &json!("ok")), "{}", got.text);
    assert_eq!((&got.body["last_seq"], &got.body["boot"]), (&json!(2), &json!(1)));
    assert_eq!(got.body["last_recorded_ms"], 999_000);
    world.backend.link = Arc::new(Link(false, Arc::default()));
    let got = send(&world.parts(), Method::GET, "/health", "", "").await;
    assert_eq!((got.status.as_u16(), &got.body["link_up"]), (503, &json!(false)));
    let got = send(&world.parts(), Method::GET, "/metrics", "", "").await;
    for line in ["onecard_link_up 0", "onecard_link_connections 3", "onecard_journal_last_seq 2"] {
        assert!(got.text.lines().any(|there| there == line), "{line} in\n{}", got.text);
    }
    assert!(got.text.ends_with("# EOF\n"));
}

/// Every reference within a JSON document.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[actix_web::test]
async fn every_path_of_the_document_is_served_with_the_headers_that_protect() {
    let world = World::new();
    let got = send(&world.parts(), Method::GET, "/openapi.json", "", "").await;
    let paths = got.body["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 85, "the paths of the interface: {:?}", paths.keys());
    for (pattern, item) in paths {
        let operations = item.as_object().unwrap();
        for (method, operation) in operations {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let path = filled(pattern);
            let got = send(&world.parts(), method.clone(), &path, &world.token, "").await;
            let code = got.body["code"].as_str().unwrap_or_default();
            let served = !["unknown_path", "method_not_allowed"].contains(&code);
            assert!(served, "{method} {path}: {}", got.text);
            let said = &operation["responses"][got.status.as_str()];
            assert!(said.is_object(), "{method} {path} answers {}: {}", got.status, got.text);
            for (header, value) in
                [("x-content-type-options", "nosniff"), ("cache-control", "no-store")]
            {
                assert_eq!(got.header(header), value, "{method} {path}");
            }
            assert!(got.header("access-control-allow-origin").is_empty());
        }
    }
    let mut found = Vec::new();
    references(&got.body, &mut found);
    for reference in found {
        assert!(got.body.pointer(&reference[1..]).is_some(), "`{reference}` leads nowhere");
    }
}

#[actix_web::test]
async fn it_listens_answers_and_stops_and_a_taken_address_is_named() {
    let world = World::new();
    let listen = "127.0.0.1:0".parse().unwrap();
    let server = start(listen, world.backend.clone()).unwrap();
    let address = server.address();
    let answer = reqwest::get(format!("http://{address}/health")).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let taken = start(address, world.backend.clone()).unwrap_err().to_string();
    assert!(taken.contains(&address.to_string()), "{taken}");
    server.stop().await;
    assert!(reqwest::get(format!("http://{address}/health")).await.is_err());
}

/// A path with something in place of each name.
fn filled(pattern: &str) -> String {
    let names = ["{id}", "{label}", "{username}", "{name}"];
    names.into_iter().fold(pattern.to_owned(), |path, name| path.replace(name, "main-1"))
}
