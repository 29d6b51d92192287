//! Stories of administration at the real controller: operators, devices, rules, backups, the audit
//! trail; and orders that need two people.

#![expect(clippy::expect_used, clippy::panic, reason = "the helpers of tests may fail as tests do")]

use std::{fs, net::SocketAddr, time::Duration};

use onecard::store::operator::new_token;
use onecard_rules::operator::{Rights, Role, Scope};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

#[path = "support/campus.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod campus;

use campus::{Folder, Running, edit, now};

const PATIENCE: Duration = Duration::from_secs(20);

fn folder() -> (Folder, [String; 3]) {
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    let folder = Folder::new(free, free);
    let mut editor = folder.editor();
    let tokens = [
        ("li", Role::Administrator, Scope::Site),
        ("wu", Role::Administrator, Scope::Site),
        ("sun", Role::Auditor, Scope::Site),
    ]
    .map(|(name, role, scope)| {
        let id = name.parse().expect("a code");
        let (token, hash) = new_token(&id).expect("random numbers");
        editor.enrol(&id, name, &Rights { role, scope }, now()).expect("written");
        editor.put_operator(&id, &hash, now()).expect("written");
        token
    });
    (folder, tokens)
}

async fn send(
    running: &Running,
    token: &str,
    (method, path): (Method, &str),
    body: Value,
) -> (u16, Value) {
    let request = Client::new().request(method, format!("http://{}{path}", running.http));
    let request = request.bearer_auth(token);
    // What is taken back says why in its query.
    let request = if body.is_null() { request } else { request.json(&body) };
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
}

async fn get(running: &Running, token: &str, path: &str) -> Value {
    let (status, body) = send(running, token, (Method::GET, path), Value::Null).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

async fn post(running: &Running, token: &str, path: &str, body: Value) -> (u16, Value) {
    send(running, token, (Method::POST, path), body).await
}

async fn sign_in(running: &Running, name: &str, password: &str) -> StatusCode {
    let asked = json!({"operator": name, "password": password});
    let request = Client::new().post(format!("http://{}/api/session", running.http)).json(&asked);
    request.send().await.expect("an answer").status()
}

#[tokio::test]
async fn an_administrator_manages_operators_and_each_change_has_a_name_on_it() {
    let (folder, [li, _, sun]) = folder();
    let running = Running::start(&folder);
    let guard = json!({"role": "guard", "areas": [], "gates": ["main-1"]});
    let new = json!({"operator": "zhao", "name": "赵师傅", "rights": guard, "why": "hired"});
    let (status, made) = post(&running, &li, "/api/operators", new.clone()).await;
    assert_eq!(status, 200, "{made}");
    let password = made["password"].as_str().expect("a password").to_owned();
    assert_eq!(sign_in(&running, "zhao", &password).await, 200);
    let rows = [
        ("/api/operators", new, 409, "operator_exists"),
        (
            "/api/operators/li/rights",
            json!({"name": "x", "rights": guard, "why": "x"}),
            409,
            "yourself",
        ),
        ("/api/operators/nobody/password", json!({"why": "x"}), 404, "unknown_operator"),
        (
            "/api/operators/zhao/rights",
            json!({"name": "x", "rights": {"role": "guard"}, "why": "x"}),
            422,
            "bad_field",
        ),
    ];
    for (path, body, status, code) in rows {
        let (got, answer) = post(&running, &li, path, body).await;
        assert_eq!((got, &answer["code"]), (status, &json!(code)), "{path}: {answer}");
    }
    let zhao = |all: &Value| {
        let all = all.as_array().expect("a list").clone();
        all.into_iter().find(|one| one["operator"] == "zhao").expect("zhao")
    };
    let shown = zhao(&get(&running, &li, "/api/operators").await);
    assert_eq!(shown["sessions"].as_array().map(Vec::len), Some(1), "{shown}");
    let end = (Method::DELETE, "/api/operators/zhao/sessions?why=left%20open");
    assert_eq!(send(&running, &li, end, Value::Null).await.0, 204);
    let dorm = json!({"role": "auditor", "areas": [], "gates": []});
    let body = json!({"label": "wall", "rights": dorm, "days": 9, "why": "the wall"});
    let (status, token) = post(&running, &li, "/api/operators/zhao/tokens", body).await;
    assert_eq!(status, 200, "{token}");
    let token = token["token"].as_str().expect("a token").to_owned();
    assert_eq!(send(&running, &token, (Method::GET, "/api/campus"), Value::Null).await.0, 200);
    let revoke = (Method::DELETE, "/api/operators/zhao/tokens/wall?why=done");
    assert_eq!(send(&running, &li, revoke.clone(), Value::Null).await.0, 204);
    assert_eq!(send(&running, &li, revoke, Value::Null).await.0, 404);
    assert_eq!(send(&running, &token, (Method::GET, "/api/campus"), Value::Null).await.0, 401);
    let (status, reset) =
        post(&running, &li, "/api/operators/zhao/password", json!({"why": "forgot"})).await;
    assert_eq!(status, 200, "{reset}");
    assert_eq!(sign_in(&running, "zhao", &password).await, 401);
    let gone = (Method::DELETE, "/api/operators/zhao?why=left");
    assert_eq!(send(&running, &li, gone, Value::Null).await.0, 204);
    let shown = zhao(&get(&running, &li, "/api/operators").await);
    assert_eq!(
        (&shown["sessions"], shown["revoked_at"].is_string()),
        (&json!([]), true),
        "{shown}"
    );

    // What somebody changes at the command line is noted as theirs; by then all that was changed above
    // would be noted too, were it taken for that.
    let rights = Rights { role: Role::Auditor, scope: Scope::Site };
    folder.editor().enrol(&"qian".parse().expect("a code"), "钱", &rights, now()).expect("written");
    tokio::time::timeout(PATIENCE, async {
        while get(&running, &sun, "/api/audit?action=operator_changed&place=qian").await["rows"]
            .as_array()
            .is_none_or(Vec::is_empty)
        {}
    })
    .await
    .expect("in time");
    let found = get(&running, &sun, "/api/audit?place=zhao&limit=1000").await;
    let rows = found["rows"].as_array().expect("rows");
    assert!(rows.iter().all(|row| row["did"]["deed"] != "operator_changed"), "{found}");
    let orders: Vec<_> = rows.iter().filter(|row| row["by"] == "li").collect();
    // One of them for nothing: the token was revoked before.
    assert_eq!(orders.len(), 7, "{found}");
    assert_eq!(get(&running, &sun, "/api/audit?who=sun").await["rows"], json!([]));
    let proof = get(&running, &sun, "/api/journal/proof").await;
    assert_eq!((&proof["whole"], &proof["flaw"]), (&json!(true), &Value::Null), "{proof}");
    running.stop();
}

#[tokio::test]
async fn rules_are_checked_saved_whole_and_known_by_who_put_them_in_place() {
    let (folder, [li, _, sun]) = folder();
    let running = Running::start(&folder);
    let files = get(&running, &sun, "/api/rules").await;
    let files = files["files"].as_array().expect("files").clone();
    let policy = files.iter().find(|file| file["name"] == "policies/entry.cedar").expect("there");
    let text = policy["text"].as_str().expect("text");
    let wrong = text.replace("Role::\"student\"", "Role::\"studnet\"");
    let edited =
        |text: &str| json!([{"name": policy["name"], "text": text, "version": policy["version"]}]);
    let (status, checked) =
        post(&running, &sun, "/api/rules/check", json!({"files": edited(&wrong)})).await;
    assert_eq!(status, 200, "{checked}");
    let mistake = &checked["mistakes"][0];
    assert_eq!(mistake["file"], "policies/entry.cedar");
    assert!(mistake["line"].is_number() && mistake["mend"].is_string(), "{checked}");
    let refused = json!({"files": edited(&wrong), "why": "a try"});
    let (_, answer) = post(&running, &li, "/api/rules", refused).await;
    assert_eq!(answer["saved"], false, "{answer}");
    let good = text.replace("1439", "1438");
    assert_ne!(good, text);
    let body = json!({"files": edited(&good), "why": "a minute earlier"});
    let (status, answer) = post(&running, &li, "/api/rules", body.clone()).await;
    assert_eq!((status, &answer["saved"]), (200, &json!(true)), "{answer}");
    assert_eq!(
        fs::read_to_string(folder.campus().join("policies/entry.cedar")).expect("there"),
        good
    );
    let (status, answer) = post(&running, &li, "/api/rules", body).await;
    assert_eq!((status, &answer["code"]), (409, &json!("rules_changed")), "another was faster");
    let sets = tokio::time::timeout(PATIENCE, async {
        loop {
            let sets = get(&running, &sun, "/api/rules/versions").await;
            if sets[0]["by"] == "li" {
                return sets;
            }
        }
    });
    let sets = sets.await.expect("the reload takes it over");
    assert_eq!(sets[0]["why"], "a minute earlier");
    for name in ["../campus.toml", "campus.toml", "policies/../x.cedar", "/etc/passwd"] {
        let asked = json!({"files": [{"name": name, "text": "", "version": null}], "why": "x"});
        let (status, answer) = post(&running, &li, "/api/rules", asked).await;
        assert_eq!((status, &answer["field"]), (422, &json!("files")), "{name}: {answer}");
    }
    running.stop();
}

#[tokio::test]
async fn backups_are_taken_and_proved_and_devices_get_passwords() {
    let (folder, [li, _, sun]) = folder();
    let running = Running::start(&folder);
    let (status, taken) =
        post(&running, &li, "/api/backups", json!({"why": "before the term"})).await;
    assert_eq!((status, &taken["finished"]), (200, &json!(true)), "{taken}");
    let name = taken["name"].as_str().expect("a name");
    assert_eq!(get(&running, &li, "/api/backups").await[0]["name"], name);
    let path = format!("/api/backups/{name}/verify");
    let (_, proof) = post(&running, &li, &path, Value::Null).await;
    assert_eq!(proof["whole"], true, "{proof}");
    let file = folder.data().join("backups").join(name).join("journal.db");
    let mut bytes = fs::read(&file).expect("there");
    bytes.truncate(bytes.len() - 1);
    fs::write(&file, bytes).expect("written");
    let (_, proof) = post(&running, &li, &path, Value::Null).await;
    assert_eq!(proof["whole"], false, "{proof}");
    let (status, _) = post(&running, &li, "/api/backups/..%2F..%2Fetc/verify", Value::Null).await;
    assert_eq!(status, 404);

    let path = "/api/devices/gate-main-1/credential";
    let (status, made) = post(&running, &li, path, json!({"why": "a new gate"})).await;
    assert_eq!((status, &made["client_id"]), (200, &json!("gate-main-1")), "{made}");
    let find = async || {
        let all = get(&running, &li, "/api/devices").await;
        let all = all.as_array().expect("a list").clone();
        all.into_iter().find(|one| one["username"] == "gate-main-1").expect("there")
    };
    assert!(find().await["created_at"].is_string());
    let revoke = (Method::DELETE, "/api/devices/gate-main-1?why=stolen");
    assert_eq!(send(&running, &li, revoke, Value::Null).await.0, 204);
    assert!(find().await["revoked_at"].is_string());
    let (status, _) =
        post(&running, &li, "/api/devices/gate-mian-1/credential", json!({"why": "x"})).await;
    assert_eq!(status, 404);
    let (status, _) = post(&running, &sun, path, json!({"why": "x"})).await;
    assert_eq!(status, 403, "an auditor changes nothing");
    running.stop();
}

#[tokio::test]
async fn what_the_campus_marks_waits_for_a_second_operator() {
    let (folder, [li, wu, sun]) = folder();
    edit(
        &folder.campus(),
        "campus.toml",
        "anonymous_read = true",
        "anonymous_read = true\ntwo_people = [\"begin_emergency\", \"manage_operators\"]",
    );
    let running = Running::start(&folder);
    assert_eq!(
        get(&running, &sun, "/api/campus").await["two_people"],
        json!(["begin_emergency", "manage_operators"])
    );
    let path = "/api/areas/campus/emergency";
    let order = json!({"why": "smoke"});
    for _ in 0..2 {
        let (status, answer) = post(&running, &li, path, order.clone()).await;
        assert_eq!((status, &answer["code"]), (409, &json!("needs_second")), "not by oneself");
    }
    assert_eq!(get(&running, &sun, "/api/proposals").await, json!([]), "no business of an auditor");
    let waiting = get(&running, &wu, "/api/proposals").await;
    let one = &waiting[0];
    assert_eq!(waiting.as_array().map(Vec::len), Some(1), "{waiting}");
    assert_eq!(
        (&one["by"], &one["own"], &one["path"]),
        (&json!("li"), &json!(false), &json!(path))
    );
    assert_eq!(get(&running, &li, "/api/proposals").await[0]["own"], true);
    // The second sends what the first sent, and nothing else.
    let other = json!({"why": "smoke!"});
    let (status, _) = post(&running, &wu, path, other).await;
    assert_eq!(status, 409);
    let body: Value = serde_json::from_str(one["body"].as_str().expect("text")).expect("JSON");
    let (status, answer) = post(&running, &wu, one["path"].as_str().expect("text"), body).await;
    assert_eq!(status, 200, "{answer}");
    let found = get(&running, &sun, "/api/audit?action=begin_emergency&who=wu").await;
    let given = &found["rows"][0]["did"];
    assert_eq!(
        (&given["deed"], &given["proposed_by"]),
        (&json!("ordered"), &json!("li")),
        "{found}"
    );
    // What waits can be declined, and is gone.
    let waiting = get(&running, &li, "/api/proposals").await;
    let id = waiting[0]["id"].as_str().expect("a name");
    let path = format!("/api/proposals/{id}?why=no%20need");
    assert_eq!(send(&running, &li, (Method::DELETE, &path), Value::Null).await.0, 204);
    assert_eq!(send(&running, &li, (Method::DELETE, &path), Value::Null).await.0, 404);
    assert_eq!(get(&running, &wu, "/api/proposals").await, json!([]));
    // Ending it needs nobody else, for the campus does not say so.
    let end = (Method::DELETE, "/api/areas/campus/emergency?why=all%20clear");
    assert_eq!(send(&running, &li, end, Value::Null).await.0, 200);
    running.stop();
}
