//! Stories of entry: the real controller, its broker, real clients.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

use std::net::SocketAddr;

use onecard_rules::{
    code::{Phone, PhoneSecret},
    person::{Card, CardState, Person, PersonKind},
    reason::Reason,
};
use serde_json::{Value, json};

#[path = "support/asyncapi.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod asyncapi;
#[path = "support/campus.rs"]
mod campus;
#[path = "support/client.rs"]
mod client;

use campus::{Folder, Running, edit, holder, now};
use client::Client;

fn free() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

const GOOD: &str = "04A1B2C3D4E580";

fn people() -> Vec<(Person, Card)> {
    use CardState::{Active, Blacklisted, Cancelled, Frozen, Lost};
    let student = PersonKind::Student;
    let mut people = vec![
        holder("S1", student, GOOD, Active),
        holder("S2", student, "04000000000002", Lost),
        holder("S3", student, "04000000000003", Frozen),
        holder("S4", student, "04000000000004", Blacklisted),
        holder("S5", student, "04000000000005", Cancelled),
        holder("S6", student, "04000000000006", Active),
        holder("T1", PersonKind::Teacher, "04000000000007", Active),
        holder("M1", PersonKind::Merchant, "04000000000008", Active),
        holder("S9", student, "04000000000009", Active),
    ];
    people[5].1.valid_until = Some(now() - chrono::TimeDelta::days(1));
    people[8].1.valid_from = Some(now() + chrono::TimeDelta::days(1));
    people
}

const FILTERS: [&str; 3] = [
    "onecard/west/+/gate/+/command",
    "onecard/west/+/gate/+/entry",
    "onecard/west/+/reader/+/feedback",
];

fn swipe(reader: &str, area: &str) -> String {
    format!("onecard/west/{area}/reader/{reader}/swipe")
}

/// What followed a swipe: the entry row, and the open commands before it.
async fn follow(client: &mut Client) -> (Value, Vec<Value>) {
    let heard = client.until(|topic, _| topic.ends_with("/entry")).await;
    let opens = heard
        .iter()
        .filter(|(topic, value)| topic.ends_with("/command") && value["command"] == "open");
    let opens = opens.map(|(_, value)| value.clone()).collect();
    (heard.last().expect("an entry").1.clone(), opens)
}

#[actix::test]
async fn the_smallest_swipe_opens_the_gate_and_each_refusal_has_its_own_reason() {
    let folder = Folder::new(free(), free());
    folder.people(&people());
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &FILTERS).await;

    client.publish(&swipe("main-1-in", "campus"), r#"{"card": "04A1B2C3D4E580"}"#).await;
    let (entry, opens) = follow(&mut client).await;
    assert_eq!(entry["granted"], true, "{entry}");
    assert_eq!(entry["reason"], "grant");
    assert_eq!(entry["rule"], "members-enter-campus");
    assert_eq!(entry["card"], "04A1…80");
    assert_eq!(opens.len(), 1, "{opens:?}");
    assert_eq!(opens[0]["decision"], entry["decision"]);
    let mut seq = entry["seq"].as_u64().expect("a number");

    let old = (now() - chrono::TimeDelta::seconds(30)).to_rfc3339();
    let rows: &[(&str, &str, Value, Reason)] = &[
        ("main-2-in", "campus", json!({"card": "04FFFFFFFFFFFF"}), Reason::DenyUnknownCard),
        ("main-2-in", "campus", json!({"card": "04000000000002"}), Reason::DenyLost),
        ("main-2-in", "campus", json!({"card": "04000000000003"}), Reason::DenyFrozen),
        ("main-2-in", "campus", json!({"card": "04000000000004"}), Reason::DenyBlacklisted),
        ("main-2-in", "campus", json!({"card": "04000000000005"}), Reason::DenyCancelled),
        ("main-2-in", "campus", json!({"card": "04000000000006"}), Reason::DenyExpired),
        ("main-2-in", "campus", json!({"card": "04000000000009"}), Reason::DenyNotYet),
        ("main-2-in", "campus", json!({"card": "04000000000008"}), Reason::DenyNoRight),
        ("main-2-in", "campus", json!({"code": "x"}), Reason::DenyCode),
        ("main-2-in", "campus", json!({"card": GOOD, "at": old}), Reason::DenyStale),
        // This reader sends its bytes in reverse.
        ("library-1-in", "library", json!({"card": "07000000000004"}), Reason::DenySchedule),
        ("lab-door-in", "lab", json!({"card": GOOD}), Reason::DenyTraining),
        ("dorm-1-door-in", "dorm-1", json!({"card": GOOD}), Reason::DenyNotResident),
    ];
    for (reader, area, payload, reason) in rows {
        client.publish(&swipe(reader, area), payload.to_string()).await;
        let (entry, opens) = follow(&mut client).await;
        assert_eq!(entry["reason"], reason.code(), "{payload}: {entry}");
        assert_eq!(entry["granted"], false);
        assert!(opens.is_empty(), "{payload}: {opens:?}");
        assert!(entry["rule"].is_string(), "{entry}");
        assert!(entry["seq"].as_u64().expect("a number") > seq, "seq grows");
        seq = entry["seq"].as_u64().expect("a number");
    }
    controller.stop();
}

#[actix::test]
async fn a_phone_bound_to_a_card_opens_with_its_code_once_a_direction() {
    let folder = Folder::new(free(), free());
    folder.people(&people());
    let secret = PhoneSecret::of(&[7; 32]);
    let (person, card) = ("S1".parse().expect("a code"), GOOD.parse().expect("a card"));
    let phone = Phone { person, card, key: secret.key(), since: now() };
    folder.editor().put_phone(&phone).expect("bound");
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &FILTERS).await;
    let code = json!({ "code": secret.code(&phone.person, now()) }).to_string();

    let rows = [
        ("main-1-in", true, "grant"),
        ("main-2-in", false, "deny_replay"),
        ("main-1-out", true, "grant"),
    ];
    for (reader, granted, reason) in rows {
        client.publish(&swipe(reader, "campus"), code.as_str()).await;
        let (entry, opens) = follow(&mut client).await;
        assert_eq!((&entry["granted"], &entry["reason"]), (&json!(granted), &json!(reason)));
        assert_eq!((&entry["person"], &entry["card"]), (&json!("S1"), &json!("04A1…80")));
        assert_eq!(opens.len(), usize::from(granted), "{reader}: {opens:?}");
    }
    let forged = PhoneSecret::of(&[8; 32]).code(&phone.person, now());
    client.publish(&swipe("main-2-in", "campus"), json!({ "code": forged }).to_string()).await;
    let (entry, opens) = follow(&mut client).await;
    assert_eq!((&entry["reason"], &entry["flags"]), (&json!("deny_code"), &json!(["code_forged"])));
    assert!(entry["person"].is_null() && opens.is_empty(), "{entry}");
    controller.stop();
}

#[actix::test]
async fn the_same_swipe_a_second_time_is_a_replay_and_opens_nothing() {
    let folder = Folder::new(free(), free());
    folder.people(&people());
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &FILTERS).await;
    let topic = swipe("main-1-in", "campus");
    let payload = json!({"card": GOOD, "boot": 7, "seq": 1841, "at": now().to_rfc3339()});
    client.publish(&topic, payload.to_string()).await;
    let (first, opens) = follow(&mut client).await;
    assert_eq!((first["reason"].as_str(), opens.len()), (Some("grant"), 1));
    client.publish(&topic, payload.to_string()).await;
    let (second, opens) = follow(&mut client).await;
    assert_eq!((second["reason"].as_str(), opens.len()), (Some("deny_replay"), 0));
    assert_eq!(second["replay_of"], first["decision"]);
    assert_eq!(second["prev_seq"], first["seq"], "nothing was missed at this gate");
    controller.stop();

    // The controller remembers over a restart.
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &FILTERS).await;
    client.publish(&topic, payload.to_string()).await;
    let (third, opens) = follow(&mut client).await;
    assert_eq!((third["reason"].as_str(), opens.len()), (Some("deny_replay"), 0));
    assert!(third["boot"].as_u64() > first["boot"].as_u64());
    controller.stop();
    let journal = folder.data().join("journal.db");
    let found = onecard::store::journal::verify(&journal, None).expect("readable");
    assert_eq!(found.broken, None);
}

/// An operator of the campus, and a call to its HTTP interface.
struct Desk {
    http: SocketAddr,
    token: String,
    client: reqwest::Client,
}

impl Desk {
    fn new(folder: &Folder, http: SocketAddr) -> Self {
        let name = "li.wei".parse().expect("a code");
        let (token, hash) = onecard::store::operator::new_token(&name).expect("random numbers");
        let file = folder.data().join(onecard::store::database::FILE_NAME);
        let mut editor = onecard::store::database::Editor::open(&file).expect("a database");
        editor.put_operator(&name, &hash, now()).expect("written");
        Self { http, token, client: reqwest::Client::new() }
    }

    async fn call(&self, method: reqwest::Method, path: &str, body: Value) -> (u16, Value) {
        let url = format!("http://{}{path}", self.http);
        let request = self.client.request(method, url).bearer_auth(&self.token).json(&body);
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(reqwest::Method::POST, path, body).await
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(reqwest::Method::GET, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}

#[actix::test]
async fn a_lock_down_keeps_people_out_never_in_and_names_the_gates_that_do_not_confirm() {
    let folder = Folder::new(free(), free());
    folder.people(&people());
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "story", &FILTERS).await;
    let desk = Desk::new(&folder, controller.http);

    let (status, answer) = desk.post("/api/areas/campus/lockdown", json!({"why": ""})).await;
    assert_eq!((status, answer["field"].as_str()), (422, Some("why")));
    let (status, answer) = desk.post("/api/areas/campsu/lockdown", json!({"why": "drill"})).await;
    assert_eq!(status, 404);
    assert!(answer["detail"].as_str().expect("a text").contains("did you mean `campus`?"));
    let (status, answer) = desk.post("/api/areas/campus/lockdown", json!({"why": "drill"})).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["gates"].as_array().expect("gates").len(), 9);

    client.publish(&swipe("main-1-in", "campus"), json!({"card": GOOD}).to_string()).await;
    let (entry, opens) = follow(&mut client).await;
    assert_eq!((entry["reason"].as_str(), opens.len()), (Some("deny_lockdown"), 0));
    client.publish(&swipe("main-1-out", "campus"), json!({"card": GOOD}).to_string()).await;
    let (entry, opens) = follow(&mut client).await;
    assert_eq!((entry["granted"].as_bool(), opens.len()), (Some(true), 1), "{entry}");
    client
        .publish(&swipe("main-2-out", "campus"), json!({"card": "04FFFFFFFFFFFF"}).to_string())
        .await;
    let (entry, opens) = follow(&mut client).await;
    assert_eq!((entry["reason"].as_str(), opens.len()), (Some("grant_egress"), 1), "{entry}");
    assert_eq!(entry["flags"], json!(["deny_unknown_card"]));

    let areas = desk.get("/api/areas").await;
    let areas = areas.as_array().expect("areas");
    let campus = areas.iter().find(|area| area["id"] == "campus").expect("the campus");
    assert_eq!(
        campus["measures"][0]["unconfirmed"].as_array().expect("gates").len(),
        9,
        "no gate is there"
    );
    assert_eq!(campus["measures"][0]["by"], "li.wei");

    let (status, _) = desk.post("/api/areas/campus/release", json!({"why": "over"})).await;
    assert_eq!(status, 200);
    let (status, _) = desk.post("/api/areas/campus/release", json!({"why": "again"})).await;
    assert_eq!(status, 409);
    client.publish(&swipe("main-3-in", "campus"), json!({"card": GOOD}).to_string()).await;
    let (entry, _) = follow(&mut client).await;
    assert_eq!(entry["granted"], true, "{entry}");

    let (status, opened) =
        desk.post("/api/gates/main-1/open", json!({"direction": "in", "why": "wheelchair"})).await;
    assert_eq!(status, 200, "{opened}");
    let (entry, opens) = follow(&mut client).await;
    assert_eq!(entry["reason"], "grant_command");
    assert_eq!((entry["by"].as_str(), entry["why"].as_str()), (Some("li.wei"), Some("wheelchair")));
    assert_eq!(opens[0]["decision"], opened["decision"]);

    let log = desk.get("/api/entries?limit=3").await;
    assert_eq!(log["rows"][0]["decision"], entry["decision"], "{log}");
    let refused = desk.get("/api/entries?reason=deny_lockdown").await;
    assert_eq!(refused["rows"].as_array().expect("rows").len(), 1);
    controller.stop();
}

#[actix::test]
async fn a_passage_counts_people_and_an_edit_of_the_rules_counts_at_once_or_is_refused() {
    let folder = Folder::new(free(), free());
    folder.people(&people());
    let controller = Running::start(&folder);
    let all =
        [&FILTERS[..], &["onecard/west/_/controller/+/event", "onecard/west/+/controller/+/alarm"]]
            .concat();
    let mut client = Client::connect(controller.mqtt, "story", &all).await;
    let desk = Desk::new(&folder, controller.http);

    client.publish(&swipe("main-1-in", "campus"), json!({"card": GOOD}).to_string()).await;
    let (entry, _) = follow(&mut client).await;
    let passage = json!({"decision": entry["decision"], "direction": "in", "passed": true});
    client.publish("onecard/west/campus/gate/main-1/passage", passage.to_string()).await;
    let inside = desk.get("/api/areas/campus/people").await;
    assert_eq!(inside[0]["person"], "S1");

    edit(
        &folder.campus(),
        "policies/entry.cedar",
        "@id(\"members-enter-campus\")\npermit",
        "@id(\"members-enter-campus\")\nprmit",
    );
    client.until(|_, value| value["fact"] == "rules_refused").await;
    client
        .publish(&swipe("main-2-in", "campus"), json!({"card": "04000000000007"}).to_string())
        .await;
    let (entry, _) = follow(&mut client).await;
    assert_eq!(entry["granted"], true, "the old rules stay: {entry}");

    edit(&folder.campus(), "policies/entry.cedar", "prmit", "@flag(\"seen\")\npermit");
    client.until(|_, value| value["fact"] == "rules_loaded").await;
    client
        .publish(&swipe("main-3-in", "campus"), json!({"card": "04000000000007"}).to_string())
        .await;
    let (entry, _) = follow(&mut client).await;
    assert_eq!(entry["flags"], json!(["seen"]), "{entry}");
    controller.stop();

    // Presence survives the restart.
    let controller = Running::start(&folder);
    let desk = Desk::new(&folder, controller.http);
    let inside = desk.get("/api/areas/campus/people").await;
    assert_eq!(inside[0]["person"], "S1");
    controller.stop();
}
