//! Signing in, staying, being locked out; the cookie and its proof; the ticket to the broker; and
//! what stands in the audit trail afterwards.

use actix_web::http::Method;
use onecard_rules::operator::{Rights, Role, Scope};
use serde_json::{Value, json};

use super::{super::*, world::*};
use crate::{operators::password, store::database::Editor};

const PASSWORD: &str = "correct horse";
const JSON: (&str, &str) = ("content-type", "application/json");

/// A guard of the library with a password, and an administrator.
fn prepared(world: &World) {
    let guard = Scope::Places { areas: [id("library")].into(), gates: [].into() };
    let hash = password::hash(PASSWORD).unwrap();
    let mut editor = Editor::open(&world.file()).unwrap();
    for (name, role, scope) in
        [("zhao", Role::Guard, guard), ("admin", Role::Administrator, Scope::Site)]
    {
        editor.enrol(&id(name), "赵师傅", &Rights { role, scope }, at(0)).unwrap();
        editor.set_password(&id(name), &hash).unwrap();
    }
}

async fn sign_in(parts: &Parts, name: &str, password: &str) -> Answer {
    let body = json!({"operator": name, "password": password}).to_string();
    send_with(parts, Method::POST, "/api/session", &[JSON], &body).await
}

/// A browser that has signed in.
struct Browser {
    cookie: String,
    csrf: String,
}

impl Browser {
    async fn begin(parts: &Parts, name: &str) -> Self {
        let got = sign_in(parts, name, PASSWORD).await;
        assert_eq!(got.status, 200, "{}", got.text);
        let cookie = got.header("set-cookie").split(';').next().unwrap().to_owned();
        Self { cookie, csrf: got.body["csrf"].as_str().unwrap().to_owned() }
    }

    async fn send(&self, parts: &Parts, method: Method, path: &str, body: &str) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("x-csrf-token", self.csrf.as_str())];
        send_with(parts, method, path, &headers, body).await
    }

    async fn get(&self, parts: &Parts, path: &str) -> Answer {
        send_with(parts, Method::GET, path, &[("cookie", &self.cookie)], "").await
    }
}

/// The audit trail, from its first line on.
async fn trail(world: &World) -> Vec<Value> {
    // What nobody waits for is on disk when what comes after it is.
    world.record(1).await;
    let got = get(world, "/api/facts?limit=1000").await;
    let facts = got.body["rows"].as_array().unwrap().clone();
    facts.into_iter().filter(|fact| fact["fact"] == "audited").collect()
}

#[actix_web::test]
async fn signing_in_gives_a_cookie_that_scripts_cannot_read_and_other_sites_cannot_send() {
    let world = World::new();
    prepared(&world);
    let parts = world.parts();
    let got = sign_in(&parts, "zhao", PASSWORD).await;
    assert_eq!(got.status, 200, "{}", got.text);
    let cookie = got.header("set-cookie").to_owned();
    let attributes: Vec<&str> = cookie.split("; ").collect();
    assert!(attributes[0].starts_with("onecard_session=") && attributes[0].len() == 16 + 64);
    for wanted in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(attributes.contains(&wanted), "{cookie}");
    }
    let mut expected = json!({
        "operator": "zhao", "name": "赵师傅", "role": "guard", "areas": ["library"], "gates": [],
        "expires_at": "2026-11-19T07:23:20.000+08:00",
    });
    expected["csrf"] = got.body["csrf"].clone();
    assert_eq!(got.body, expected);
    let browser = Browser::begin(&parts, "zhao").await;
    let again = browser.get(&parts, "/api/session").await;
    assert_eq!((again.status.as_u16(), &again.body["csrf"]), (200, &json!(browser.csrf)));
    let whole = Browser::begin(&parts, "admin").await.get(&parts, "/api/session").await;
    assert_eq!((&whole.body["areas"], &whole.body["gates"]), (&Value::Null, &Value::Null));
    // Only hashes of it are kept.
    let secret = browser.cookie.split('=').nth(1).unwrap();
    let file = std::fs::read(world.file()).unwrap();
    let wal = std::fs::read(world.folder.path().join("onecard.db-wal")).unwrap_or_default();
    for bytes in [file, wal] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
    // A form of another site can send neither the type nor the body.
    let body = json!({"operator": "zhao", "password": PASSWORD}).to_string();
    for headers in [&[][..], &[("content-type", "text/plain")][..]] {
        let got = send_with(&parts, Method::POST, "/api/session", headers, &body).await;
        assert_eq!((got.status.as_u16(), &got.body["code"]), (403, &json!("csrf")));
    }
}

#[actix_web::test]
async fn a_cookie_alone_changes_nothing() {
    let world = World::new();
    prepared(&world);
    let parts = world.parts();
    let browser = Browser::begin(&parts, "zhao").await;
    let (path, body) = ("/api/gates/library-1/open", r#"{"direction":"in","why":"x"}"#);
    let other = Browser::begin(&parts, "zhao").await;
    for proof in ["", "x", &browser.csrf[1..], &other.csrf] {
        let headers = [("cookie", browser.cookie.as_str()), ("x-csrf-token", proof)];
        let headers = if proof.is_empty() { &headers[..1] } else { &headers[..] };
        let got = send_with(&parts, Method::POST, path, headers, body).await;
        assert_eq!((got.status.as_u16(), &got.body["code"]), (403, &json!("csrf")), "{proof}");
        let got = send_with(&parts, Method::DELETE, "/api/session", headers, "").await;
        assert_eq!(got.status, 403);
    }
    assert!(world.heard.lock().unwrap().is_empty());
    assert_eq!(browser.send(&parts, Method::POST, path, body).await.status, 200);
    assert_eq!(world.heard.lock().unwrap().pop().unwrap(), "open library-1 in by zhao: x");
    // With a token, no cookie counts and no proof is asked for.
    let bearer = format!("Bearer {}", world.token);
    let headers = [("cookie", browser.cookie.as_str()), ("authorization", bearer.as_str())];
    let got = send_with(&parts, Method::POST, path, &headers, body).await;
    assert_eq!(got.status, 200);
    assert!(world.heard.lock().unwrap().pop().unwrap().contains("by wang.wei"));
}

#[actix_web::test]
async fn a_session_ends_by_its_time_by_silence_by_order_and_by_a_new_password() {
    let world = World::new();
    prepared(&world);
    let parts = world.parts();
    let alive =
        async |browser: &Browser| browser.get(&parts, "/api/session").await.status.as_u16() == 200;
    let silent = Browser::begin(&parts, "zhao").await;
    let busy = Browser::begin(&parts, "zhao").await;
    for _ in 0..2 {
        world.clock.forward(20 * 60);
        assert!(alive(&busy).await);
    }
    assert!(!alive(&silent).await, "after 30 minutes without a request");
    for _ in 0..33 {
        world.clock.forward(20 * 60);
        assert!(alive(&busy).await);
    }
    world.clock.forward(20 * 60);
    assert!(!alive(&busy).await, "after twelve hours, used or not");

    let here = Browser::begin(&parts, "zhao").await;
    let there = Browser::begin(&parts, "zhao").await;
    let got = here.send(&parts, Method::DELETE, "/api/session", "").await;
    assert_eq!(got.status, 204);
    assert!(got.header("set-cookie").contains("Max-Age=0"), "{}", got.header("set-cookie"));
    assert!(!alive(&here).await && alive(&there).await);
    let hash = password::hash("another horse").unwrap();
    Editor::open(&world.file()).unwrap().set_password(&id("zhao"), &hash).unwrap();
    assert!(!alive(&there).await, "a new password ends it at once");
    assert_eq!(sign_in(&parts, "zhao", PASSWORD).await.status, 401);

    let admin = Browser::begin(&parts, "admin").await;
    let now = world.backend.clock.now();
    Editor::open(&world.file()).unwrap().revoke_operator(&id("admin"), now).unwrap();
    assert!(!alive(&admin).await);
    assert_eq!(sign_in(&parts, "admin", PASSWORD).await.status, 401);
    for nonsense in ["onecard_session=", "onecard_session=x", "other=1"] {
        let got = send_with(&parts, Method::GET, "/api/session", &[("cookie", nonsense)], "").await;
        assert_eq!(got.status, 401, "{nonsense}");
    }
}

#[actix_web::test]
async fn guessing_locks_the_name_for_a_while_and_leaves_those_inside_alone() {
    let world = World::new();
    prepared(&world);
    let parts = world.parts();
    let inside = Browser::begin(&parts, "zhao").await;
    for name in ["zhao", "nobody"] {
        for attempt in 1..=5 {
            let got = sign_in(&parts, name, "wrong").await;
            let expected =
                if attempt < 5 { (401, "wrong_credentials") } else { (429, "locked_out") };
            assert_eq!((got.status.as_u16(), got.body["code"].as_str().unwrap()), expected);
        }
        world.clock.forward(30);
        let got = sign_in(&parts, name, PASSWORD).await;
        assert_eq!((got.status.as_u16(), &got.body["code"]), (429, &json!("locked_out")), "{name}");
        assert_eq!(got.header("retry-after"), "30");
        world.clock.forward(60);
    }
    assert_eq!(inside.get(&parts, "/api/session").await.status, 200);
    assert_eq!(sign_in(&parts, "zhao", PASSWORD).await.status, 200, "the lock has ended");
    // An administrator's new password ends a lock at once.
    for _ in 0..5 {
        sign_in(&parts, "zhao", "wrong").await;
    }
    assert_eq!(sign_in(&parts, "zhao", PASSWORD).await.status, 429);
    let hash = password::hash(PASSWORD).unwrap();
    Editor::open(&world.file()).unwrap().set_password(&id("zhao"), &hash).unwrap();
    assert_eq!(sign_in(&parts, "zhao", PASSWORD).await.status, 200);
}

#[actix_web::test]
async fn an_address_that_is_wrong_too_often_waits_and_others_do_not() {
    let world = World::new();
    prepared(&world);
    let parts = world.parts();
    let from = async |address: &str, name: &str, password: &str| {
        let body = json!({"operator": name, "password": password}).to_string();
        let headers = [JSON, ("x-forwarded-for", address)];
        // The proxy is on this machine.
        let service = actix_web::test::init_service(app(parts.clone())).await;
        let mut request = actix_web::test::TestRequest::post().uri("/api/session");
        request = request.peer_addr("127.0.0.1:5000".parse().unwrap()).set_payload(body);
        for header in headers {
            request = request.insert_header(header);
        }
        actix_web::test::call_service(&service, request.to_request()).await.status().as_u16()
    };
    for n in 0..10 {
        assert_eq!(from("6.6.6.6, 10.0.0.1", &format!("name-{n}"), "wrong").await, 401);
    }
    assert_eq!(from("10.0.0.1", "zhao", PASSWORD).await, 429);
    assert_eq!(from("10.0.0.2", "zhao", PASSWORD).await, 200);
    world.clock.forward(61);
    assert_eq!(from("10.0.0.1", "zhao", PASSWORD).await, 200);
}

#[actix_web::test]
async fn a_ticket_opens_the_broker_for_what_the_operator_may_hear() {
    let world = World::new();
    prepared(&world);
    let parts = world.parts();
    let browser = Browser::begin(&parts, "zhao").await;
    let got = browser.send(&parts, Method::POST, "/api/session/mqtt", "").await;
    assert_eq!(got.status, 200, "{}", got.text);
    let ticket = &got.body;
    assert_eq!(
        (&ticket["url"], &ticket["site"]),
        (&json!("ws://127.0.0.1:8083"), &json!("college"))
    );
    assert_eq!(ticket["client_id"], ticket["username"]);
    assert_eq!(ticket["expires_at"], "2026-11-18T19:33:20.000+08:00");
    let filters: Vec<&str> =
        ticket["subscribe"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
    assert_eq!(
        filters,
        [
            "onecard/college/library/gate/+/entry",
            "onecard/college/library/gate/+/state",
            "onecard/college/library/gate/+/availability",
            "onecard/college/library/gate/+/alarm",
            "onecard/college/library/reader/+/availability",
            "onecard/college/library/reader/+/alarm",
            "onecard/college/_/controller/+/availability",
        ]
    );
    let (name, password) =
        (ticket["username"].as_str().unwrap(), ticket["password"].as_str().unwrap());
    assert!(world.accounts.check(name, password.as_bytes()).is_some());
    assert!(world.accounts.check(name, b"guess").is_none());

    // Renewed, it is the same client for longer, with a new password; another's is not to be had.
    world.clock.forward(300);
    let renew = json!({"client_id": name}).to_string();
    let again = browser.send(&parts, Method::POST, "/api/session/mqtt", &renew).await;
    assert_eq!(again.body["client_id"], ticket["client_id"]);
    assert_eq!(again.body["expires_at"], "2026-11-18T19:38:20.000+08:00");
    assert!(world.accounts.check(name, password.as_bytes()).is_none());
    let other = Browser::begin(&parts, "admin").await;
    let got = other.send(&parts, Method::POST, "/api/session/mqtt", &renew).await;
    assert_ne!(got.body["client_id"], ticket["client_id"]);
    let another = got.body["client_id"].as_str().unwrap().to_owned();

    // With the session the ticket goes, and its connection.
    assert_eq!(browser.send(&parts, Method::DELETE, "/api/session", "").await.status, 204);
    assert!(world.accounts.find(name).is_none() && world.accounts.find(&another).is_some());
    assert_eq!(*world.closed.lock().unwrap(), [name]);
    assert_eq!(browser.send(&parts, Method::POST, "/api/session/mqtt", "").await.status, 401);
}

#[actix_web::test]
async fn tickets_do_not_pile_up_and_end_with_their_time_and_with_changed_rights() {
    let world = World::new();
    prepared(&world);
    let parts = world.parts();
    let (browser, other) =
        (Browser::begin(&parts, "zhao").await, Browser::begin(&parts, "admin").await);
    let ticket = async |browser: &Browser| {
        let got = browser.send(&parts, Method::POST, "/api/session/mqtt", "").await;
        got.body["client_id"].as_str().unwrap().to_owned()
    };
    let first = ticket(&browser).await;
    world.clock.forward(1);
    let kept = ticket(&other).await;
    let mut latest = String::new();
    for _ in 0..16 {
        latest = ticket(&browser).await;
    }
    assert!(world.accounts.find(&first).is_none(), "a window too many takes the oldest's place");
    assert_eq!(*world.closed.lock().unwrap(), [first]);
    let dismissed = |seconds| {
        world.clock.forward(seconds);
        world.backend.operators.dismiss_guests(world.backend.clock.now()).unwrap()
    };
    assert!(dismissed(1).is_empty());
    let (role, scope) = (Role::Utilities, Scope::Site);
    let mut editor = Editor::open(&world.file()).unwrap();
    editor.enrol(&id("zhao"), "赵", &Rights { role, scope }, at(0)).unwrap();
    let gone = dismissed(1);
    assert!(gone.contains(&latest) && gone.len() == 16, "{gone:?}");
    assert_eq!(dismissed(600), [kept]);
}

#[actix_web::test]
async fn a_campus_whose_broker_gives_no_tickets_says_so() {
    for (websocket, code) in
        [(Websocket::Outside, "outside_broker"), (Websocket::Closed, "no_websocket")]
    {
        let mut world = World::new();
        prepared(&world);
        world.backend.websocket = websocket;
        let parts = world.parts();
        let browser = Browser::begin(&parts, "zhao").await;
        let got = browser.send(&parts, Method::POST, "/api/session/mqtt", "").await;
        assert_eq!((got.status.as_u16(), &got.body["code"]), (503, &json!(code)));
    }
}

#[actix_web::test]
async fn who_signed_in_ordered_and_searched_is_on_record_with_why_and_from_where() {
    let world = World::new();
    prepared(&world);
    let parts = world.parts();
    sign_in(&parts, "zhao", "wrong").await;
    let browser = Browser::begin(&parts, "zhao").await;
    let open = r#"{"direction":"in","why":"delivery"}"#;
    browser.send(&parts, Method::POST, "/api/gates/library-1/open", open).await;
    browser.send(&parts, Method::POST, "/api/gates/main-1/open", open).await;
    browser.send(&parts, Method::POST, "/api/rooms/own-room/cut", r#"{"why":"x"}"#).await;
    get(&world, "/api/entries?person=even&why=a%20theft").await;
    browser.get(&parts, "/api/entries?person=even&why=curious").await;
    browser.send(&parts, Method::DELETE, "/api/session", "").await;
    let address = "0.0.0.0";
    let (session, main) = (json!("session"), json!({"token": "main"}));
    let rows = [
        (
            Value::Null,
            json!("password"),
            json!({"deed": "sign_in_refused", "claimed": "zhao", "locked": false}),
        ),
        (json!("zhao"), json!("password"), json!({"deed": "signed_in"})),
        (
            json!("zhao"),
            session.clone(),
            json!({
                "deed": "ordered", "action": "open_gate", "target": "library-1", "why": "delivery"
            }),
        ),
        (
            json!("zhao"),
            session.clone(),
            json!({
                "deed": "ordered", "action": "open_gate", "target": "main-1", "why": "delivery",
                "refused": "gate `main-1` is not within the places of this guard"
            }),
        ),
        (
            json!("zhao"),
            session.clone(),
            json!({
                "deed": "ordered", "action": "cut_room", "target": "/api/rooms/own-room/cut", "why": "",
                "refused": "the role guard does not include cut_room"
            }),
        ),
        (json!("wang.wei"), main, json!({"deed": "searched", "person": "even", "why": "a theft"})),
        (json!("zhao"), session, json!({"deed": "signed_out"})),
    ];
    let found = trail(&world).await;
    assert_eq!(found.len(), rows.len(), "{found:#?}");
    for (line, (by, means, did)) in found.iter().zip(rows) {
        assert_eq!((&line["by"], &line["did"]), (&by, &did));
        assert_eq!(line["from"], json!({"address": address, "means": means}));
    }
    assert_eq!(found[2]["role"], "guard");
    assert_eq!(world.heard.lock().unwrap().len(), 1, "what was refused reached nobody");
}

#[actix_web::test]
async fn what_others_change_of_operators_is_told_once() {
    use onecard_rules::audit::OperatorChange::{Added, Password, Revoked, Rights as Role_, Tokens};
    let world = World::new();
    let operators = &world.backend.operators;
    assert!(operators.changes().unwrap().is_empty(), "what was there before is no news");
    prepared(&world);
    let told = |expected: &[(&str, onecard_rules::audit::OperatorChange)]| {
        let mut found = operators.changes().unwrap();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let found: Vec<_> = found.iter().map(|(name, what, _)| (name.as_str(), *what)).collect();
        assert_eq!(found, expected);
        assert!(operators.changes().unwrap().is_empty());
    };
    told(&[("admin", Added), ("zhao", Added)]);
    let mut editor = Editor::open(&world.file()).unwrap();
    let rights = Rights { role: Role::Auditor, scope: Scope::Site };
    editor.enrol(&id("zhao"), "赵", &rights, at(0)).unwrap();
    told(&[("zhao", Role_)]);
    editor.set_password(&id("zhao"), "another").unwrap();
    world.token_of("admin", &Rights { role: Role::Administrator, scope: Scope::Site });
    told(&[("admin", Tokens), ("zhao", Password)]);
    editor.revoke_operator(&id("zhao"), at(1)).unwrap();
    told(&[("zhao", Revoked)]);
    editor.enrol(&id("zhao"), "赵", &rights, at(2)).unwrap();
    told(&[("zhao", Added)]);
}
