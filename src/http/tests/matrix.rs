//! Every path of the document × every role × the own place and another's: who is let through, and
//! what lists show.

use std::collections::BTreeSet;

use actix_web::http::Method;
use onecard_rules::operator::{Rights, Role, Scope};
use serde_json::Value;

use super::{super::*, world::*};

/// One column a role: guard, dormitory manager, utilities, security, finance, auditor, administrator.
/// `all`: everywhere; `own`: at the own place, and refused at another; `-`: refused by role; `list`:
/// answered with what is the operator's; `site`: only by those who are there for the whole site.
const MATRIX: [(&str, &str, &str); 89] = [
    ("GET", "/api/campus", "list list list list list list list"),
    ("GET", "/api/entries", "list list - list - list list"),
    ("GET", "/api/facts", "- - - site - site site"),
    ("GET", "/api/audit", "- - - site - site site"),
    ("GET", "/api/journal/proof", "- - - site - site site"),
    ("GET", "/api/rules", "- - - site - site site"),
    ("GET", "/api/rules/versions", "- - - site - site site"),
    ("POST", "/api/rules/check", "- - - site - site site"),
    ("POST", "/api/rules/preview", "- - - site - site site"),
    ("POST", "/api/rules", "- - - - - - list"),
    ("GET", "/api/operators", "- - - - - - list"),
    ("POST", "/api/operators", "- - - - - - list"),
    ("POST", "/api/operators/{id}/rights", "- - - - - - list"),
    ("POST", "/api/operators/{id}/password", "- - - - - - list"),
    ("DELETE", "/api/operators/{id}/sessions", "- - - - - - list"),
    ("DELETE", "/api/operators/{id}", "- - - - - - list"),
    ("POST", "/api/operators/{id}/tokens", "- - - - - - list"),
    ("DELETE", "/api/operators/{id}/tokens/{label}", "- - - - - - list"),
    ("GET", "/api/devices", "- - - - - - list"),
    ("POST", "/api/devices/{username}/credential", "- - - - - - list"),
    ("DELETE", "/api/devices/{username}", "- - - - - - list"),
    ("GET", "/api/backups", "- - - - - - list"),
    ("POST", "/api/backups", "- - - - - - list"),
    ("POST", "/api/backups/{name}/verify", "- - - - - - list"),
    ("GET", "/api/proposals", "list list list list list list list"),
    ("DELETE", "/api/proposals/{id}", "list list list list list list list"),
    ("GET", "/api/alarms", "list list list list - list list"),
    ("GET", "/api/handovers", "list list - list - list list"),
    ("GET", "/api/flow", "list list - list - list list"),
    ("GET", "/api/people", "- list - list - list list"),
    // Of whom has not passed at an own gate there is no photo.
    ("GET", "/api/people/{id}/photo", "list list - list - list list"),
    ("GET", "/api/gates", "list list - list - list list"),
    ("GET", "/api/gates/{id}", "own own - own - own all"),
    ("GET", "/api/areas", "list list - list - list list"),
    ("GET", "/api/areas/{id}/people", "own own - own - own all"),
    ("GET", "/api/rooms", "- list list list - list list"),
    ("GET", "/api/rooms/{id}", "- own own own - own all"),
    ("GET", "/api/rooms/{id}/why", "- own own own - own all"),
    ("GET", "/api/rooms/{id}/events", "- own own own - own all"),
    ("GET", "/api/rooms/{id}/power", "- own own own - own all"),
    ("GET", "/api/feeders", "- list list list - list list"),
    ("GET", "/api/lines", "- list list list - list list"),
    ("GET", "/api/taps", "- list list list - list list"),
    ("GET", "/api/taps/{id}", "- own own own - own all"),
    ("POST", "/api/taps/{id}/shut", "- own own - - - all"),
    ("DELETE", "/api/taps/{id}/shut", "- own own - - - all"),
    ("POST", "/api/gates/{id}/open", "own own - own - - all"),
    ("POST", "/api/gates/{id}/mode", "own own - own - - all"),
    ("DELETE", "/api/gates/{id}/mode", "own own - own - - all"),
    ("POST", "/api/areas/{id}/lockdown", "own own - own - - all"),
    ("DELETE", "/api/areas/{id}/lockdown", "own own - own - - all"),
    ("POST", "/api/areas/{id}/release", "own own - own - - all"),
    ("POST", "/api/areas/{id}/emergency", "own own - own - - all"),
    ("DELETE", "/api/areas/{id}/emergency", "- - - own - - all"),
    ("POST", "/api/passback/forgive", "own own - own - - all"),
    ("POST", "/api/alarms/acknowledge", "own own - own - - all"),
    ("POST", "/api/alarms/note", "own own - own - - all"),
    ("POST", "/api/alarms/escalate", "own own - own - - all"),
    ("POST", "/api/alarms/assign", "own own - own - - all"),
    ("POST", "/api/alarms/page", "own own - own - - all"),
    ("POST", "/api/handovers", "own own - own - - all"),
    // A note at another's gates is as good as none.
    ("POST", "/api/handovers/{id}/take", "list list - list - - all"),
    ("POST", "/api/rooms/{id}/cut", "- own own - - - all"),
    ("POST", "/api/rooms/{id}/restore", "- own own - - - all"),
    ("POST", "/api/rooms/{id}/limits", "- - own - - - all"),
    ("POST", "/api/rooms/{id}/meter", "- - own - - - all"),
    ("POST", "/api/areas/{id}/rooms/cut", "- own own - - - all"),
    ("POST", "/api/areas/{id}/rooms/restore", "- own own - - - all"),
    ("POST", "/api/areas/{id}/rooms/limits", "- - own - - - all"),
    ("GET", "/api/accounts", "- - - - all site all"),
    ("GET", "/api/accounts/{id}", "- - - - all site all"),
    ("GET", "/api/accounts/{id}/statement", "- - - - all site all"),
    ("GET", "/api/people/{id}/accounts", "- - - - all site all"),
    ("GET", "/api/rooms/{id}/account", "- own own own - own all"),
    ("GET", "/api/rooms/{id}/statement", "- own own own - own all"),
    ("GET", "/api/money/days/{id}", "- - - - all site all"),
    ("GET", "/api/money/adjustments", "- - - - all site all"),
    ("POST", "/api/money/top-up", "- - - - all - all"),
    ("POST", "/api/money/transfer", "- - - - all - all"),
    ("POST", "/api/money/refund", "- - - - all - all"),
    ("POST", "/api/money/correct", "- - - - all - all"),
    ("POST", "/api/money/adjust", "- - - - all - all"),
    ("POST", "/api/money/adjustments/{id}/confirm", "- - - - all - all"),
    ("DELETE", "/api/money/adjustments/{id}", "- - - - all - all"),
    ("POST", "/api/money/days/{id}/close", "- - - - all - all"),
    ("GET", "/api/quarantine", "- - list - list list list"),
    ("POST", "/api/rooms/{id}/reading", "- - own - - - all"),
    // With a person: the search is a right of its own.
    ("GET", "/api/entries?person=even&why=theft", "- list - list - list list"),
    ("POST", "/api/passback/forgive?", "site site - site - - site"),
];

/// Paths that ask for no role: they need a session, or nothing.
const WITHOUT_ROLE: [&str; 6] =
    ["/api/session", "/api/session/mqtt", "/api/version", "/health", "/metrics", "/openapi.json"];

/// On duty for the library alone, where the role can be.
fn limited(role: Role) -> Rights {
    let scope = match role {
        Role::Finance | Role::Administrator => Scope::Site,
        Role::Guard | Role::DormitoryManager | Role::Utilities | Role::Security | Role::Auditor => {
            Scope::Places { areas: [id("library")].into(), gates: [].into() }
        }
    };
    Rights { role, scope }
}

/// The body of an order, about a place of the library or another.
fn body(pattern: &str, own: bool) -> String {
    let (area, gate) = if own { ("library", "library-1") } else { ("campus", "main-1") };
    match pattern {
        "/api/gates/{id}/open" => r#"{"direction":"in","why":"x"}"#.to_owned(),
        "/api/gates/{id}/mode" => r#"{"mode":"blocked","why":"x"}"#.to_owned(),
        "/api/rooms/{id}/limits" | "/api/areas/{id}/rooms/limits" => {
            r#"{"limit_w":500,"why":"x"}"#.to_owned()
        }
        "/api/rooms/{id}/reading" => r#"{"decision":"go_on","why":"x"}"#.to_owned(),
        "/api/money/top-up" => {
            r#"{"to":"purse:p1","amount_fen":1,"desk":"d","receipt":1,"why":"x"}"#.to_owned()
        }
        "/api/money/transfer" => {
            r#"{"person":"p1","room":"own-room","amount_fen":1,"key":"k","why":"x"}"#.to_owned()
        }
        "/api/money/refund" | "/api/money/adjust" => {
            r#"{"from":"suspense","to":"purse:p1","amount_fen":1,"key":"k","why":"x"}"#.to_owned()
        }
        "/api/money/correct" => r#"{"row":1,"amount_fen":1,"key":"k","why":"x"}"#.to_owned(),
        "/api/passback/forgive" => format!(r#"{{"area":"{area}","why":"x"}}"#),
        "/api/passback/forgive?" => r#"{"person":"even","why":"x"}"#.to_owned(),
        "/api/rules/check" | "/api/rules/preview" => {
            r#"{"files":[{"name":"calendar.toml","text":"","version":null}]}"#.to_owned()
        }
        "/api/rules" => {
            r#"{"files":[{"name":"calendar.toml","text":"","version":null}],"why":"x"}"#.to_owned()
        }
        "/api/operators" => {
            r#"{"operator":"new","name":"n","rights":{"role":"auditor"},"why":"x"}"#.to_owned()
        }
        "/api/operators/{id}/rights" => {
            r#"{"name":"n","rights":{"role":"auditor"},"why":"x"}"#.to_owned()
        }
        "/api/operators/{id}/tokens" => {
            r#"{"label":"l","rights":null,"days":null,"why":"x"}"#.to_owned()
        }
        "/api/handovers" => format!(r#"{{"gates":["{gate}"],"text":"x"}}"#),
        "/api/alarms/assign" => format!(
            r#"{{"area":"{area}","kind":"gate","device":"{gate}","reason":"forced","to":null,"why":"x"}}"#
        ),
        _ if pattern.starts_with("/api/alarms/") => format!(
            r#"{{"area":"{area}","kind":"gate","device":"{gate}","reason":"forced","why":"x"}}"#
        ),
        _ => r#"{"why":"x"}"#.to_owned(),
    }
}

fn path(method: &str, pattern: &str, own: bool) -> String {
    let target = match pattern {
        _ if pattern.starts_with("/api/gates") => {
            if own {
                "library-1"
            } else {
                "main-1"
            }
        }
        _ if pattern.starts_with("/api/taps") => {
            if own {
                "own-tap"
            } else {
                "other-tap"
            }
        }
        _ if pattern.starts_with("/api/rooms") => {
            if own {
                "own-room"
            } else {
                "other-room"
            }
        }
        _ => {
            if own {
                "library"
            } else {
                "campus"
            }
        }
    };
    let names = ["{id}", "{label}", "{username}", "{name}"];
    let path = names.into_iter().fold(pattern.to_owned(), |path, name| path.replace(name, target));
    let path = if pattern == "/api/people" { format!("{path}?name=x&why=x") } else { path };
    if method == "DELETE" { format!("{path}?why=x") } else { path }
}

#[actix_web::test]
async fn nobody_does_or_sees_anything_but_by_role_and_at_the_own_place() {
    let world = World::new();
    let parts = world.parts();
    for (at, role) in Role::ALL.into_iter().enumerate() {
        let own_only = limited(role);
        let token = world.token_of(role.as_str(), &own_only);
        for (method, pattern, columns) in MATRIX {
            let expected = columns.split(' ').nth(at).unwrap();
            for own in [true, false] {
                let path = path(method, pattern, own);
                let body = if method == "POST" { body(pattern, own) } else { String::new() };
                let asked = Method::from_bytes(method.as_bytes()).unwrap();
                world.heard.lock().unwrap().clear();
                let got = send(&parts, asked, &path, &token, &body).await;
                let code = got.body["code"].as_str().unwrap_or_default();
                let shown = format!("{role} {method} {path} {body}: {} {}", got.status, got.text);
                let site_wide = own_only.scope == Scope::Site;
                match expected {
                    "-" => assert_eq!((got.status.as_u16(), code), (403, "forbidden"), "{shown}"),
                    "own" if !own => {
                        assert_eq!((got.status.as_u16(), code), (403, "out_of_scope"), "{shown}");
                    }
                    "site" if !site_wide => {
                        assert_eq!((got.status.as_u16(), code), (403, "out_of_scope"), "{shown}");
                    }
                    "own" | "all" | "site" | "list" => {
                        assert!(![401, 403].contains(&got.status.as_u16()), "{shown}");
                    }
                    other => panic!("what is `{other}`?"),
                }
                if got.status == 403 {
                    assert!(world.heard.lock().unwrap().is_empty(), "an order went on: {shown}");
                }
            }
        }
    }
}

#[actix_web::test]
async fn the_matrix_has_every_path_of_the_document() {
    let mut known = BTreeSet::new();
    for (pattern, item) in &openapi::document().paths.paths {
        for method in openapi::methods(item) {
            let has_role =
                rights::action_of(&Method::from_bytes(method.as_bytes()).unwrap(), pattern)
                    .is_some();
            let exempt = WITHOUT_ROLE.contains(&pattern.as_str());
            assert!(has_role != exempt, "{method} {pattern} has no right in `rights`");
            if has_role {
                known.insert((method.to_owned(), pattern.clone()));
            }
        }
    }
    let tested = MATRIX.iter().filter(|(_, pattern, _)| !pattern.contains('?'));
    let tested = tested.map(|(method, pattern, _)| ((*method).to_owned(), (*pattern).to_owned()));
    assert_eq!(tested.collect::<BTreeSet<_>>(), known);
}

fn names(answer: &Value, field: &str) -> Vec<String> {
    let rows = answer.as_array().unwrap_or_else(|| panic!("no list but {answer}"));
    rows.iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn lists_show_what_is_the_operators_and_nothing_else() {
    let world = World::new();
    world.record(4).await;
    let parts = world.parts();
    let site_wide = Rights { role: Role::Auditor, scope: Scope::Site };
    let one_gate = Scope::Places { areas: [].into(), gates: [id("main-1")].into() };
    let rows = [
        ("whole", site_wide, "campus library", "library-1 main-1 main-2 out-1", 4, 2, 2, 1),
        ("dorm", limited(Role::DormitoryManager), "library", "library-1", 4, 1, 1, 1),
        ("gate", Rights { role: Role::Guard, scope: one_gate }, "", "main-1", 0, 0, 0, 0),
    ];
    for (name, rights, areas, gates, entries, rooms, lines, alarms) in rows {
        let token = world.token_of(name, &rights);
        let ask = async |path: &str| send(&parts, Method::GET, path, &token, "").await.body;
        assert_eq!(names(&ask("/api/areas").await, "id").join(" "), areas, "{name}");
        assert_eq!(names(&ask("/api/gates").await, "id").join(" "), gates, "{name}");
        let found = ask("/api/entries").await;
        assert_eq!(found["rows"].as_array().unwrap().len(), entries, "{name}");
        let found = ask("/api/entries?after=0").await;
        assert_eq!(found["rows"].as_array().unwrap().len(), entries, "{name}");
        assert_eq!(found["next_after"].as_u64(), found["last_seq"].as_u64(), "{name}");
        assert_eq!(ask("/api/alarms").await.as_array().unwrap().len(), alarms, "{name}");
        let campus = ask("/api/campus").await;
        assert_eq!(names(&campus["gates"], "id").join(" "), gates, "{name}");
        assert_eq!(campus["rooms"].as_array().unwrap().len(), rooms, "{name}");
        assert_eq!(campus["lines"].as_array().unwrap().len(), lines, "{name}");
        if rooms > 0 {
            assert_eq!(names(&ask("/api/rooms").await, "room").len(), rooms, "{name}");
            assert_eq!(names(&ask("/api/lines").await, "line").len(), lines, "{name}");
        }
    }
    // Another's gate is refused by name too, not answered with nothing.
    let token = world.token_of("dorm", &limited(Role::DormitoryManager));
    let got = send(&parts, Method::GET, "/api/entries?gate=main-1", &token, "").await;
    assert_eq!((got.status.as_u16(), &got.body["code"]), (403, &serde_json::json!("out_of_scope")));
    let own = names(&send(&parts, Method::GET, "/api/rooms", &token, "").await.body, "room");
    assert_eq!(own, ["own-room"]);
}

#[actix_web::test]
async fn a_token_narrows_its_operator_and_ends_by_its_own_time() {
    use crate::store::{
        database::Editor,
        operator::{Token, new_token},
    };
    let world = World::new();
    let operator = id::<onecard_rules::ids::OperatorId>("wang.wei");
    let (text, hash) = new_token(&operator).unwrap();
    let token = Token {
        operator,
        label: "wall".to_owned(),
        hash,
        rights: Some(limited(Role::Guard)),
        created: at(0),
        expires: Some(at(2000)),
        revoked: None,
    };
    Editor::open(&world.file()).unwrap().put_token(&token).unwrap();
    let parts = world.parts();
    let ask = async |token: &str, path: &str| {
        send(&parts, Method::GET, path, token, "").await.status.as_u16()
    };
    assert_eq!(ask(&world.token, "/api/gates/main-1").await, 200);
    assert_eq!(ask(&text, "/api/gates/library-1").await, 200);
    assert_eq!(ask(&text, "/api/gates/main-1").await, 403);
    assert_eq!(ask(&text, "/api/facts").await, 403);
    world.clock.forward(1000);
    assert_eq!(ask(&text, "/api/gates/library-1").await, 401);
    assert_eq!(ask(&world.token, "/api/gates/main-1").await, 200);
}
