//! A campus whose security office has a token, and what its system says.

use std::net::SocketAddr;

use chrono::TimeDelta;
use onecard::store::operator::new_token;
use onecard_rules::operator::{Rights, Role, Scope};
use serde_json::{Value, json};

use crate::{
    asyncapi::Contract,
    campus::{Folder, now},
    client::Client,
};

pub const RESPONSES: &str = "onecard/west/_/controller/main/response/+";

pub fn request_topic(verb: &str) -> String {
    format!("onecard/west/_/controller/main/request/{verb}")
}

/// Tokens of a security office, of a guard of `main-1`, and of another security office.
pub fn tokens(folder: &Folder) -> [String; 3] {
    let own = Scope::Places { areas: [].into(), gates: ["main-1".parse().expect("a code")].into() };
    let mut editor = folder.editor();
    [
        ("office", Role::Security, Scope::Site),
        ("zhao", Role::Guard, own),
        ("night", Role::Security, Scope::Site),
    ]
    .map(|(name, role, scope)| {
        let id = name.parse().expect("a code");
        let (token, hash) = new_token(&id).expect("random numbers");
        editor.enrol(&id, name, &Rights { role, scope }, now()).expect("written");
        editor.put_operator(&id, &hash, now()).expect("written");
        token
    })
}

/// A request that is good for half a minute.
pub fn request(token: &str, transaction: &str, order: &Value) -> Value {
    let deadline = (now() + TimeDelta::seconds(30)).to_rfc3339();
    let mut request = json!({"token": token, "transaction": transaction, "deadline": deadline});
    for (field, value) in order.as_object().expect("fields") {
        request[field] = value.clone();
    }
    request
}

pub fn open(gate: &str) -> Value {
    json!({"gate": gate, "direction": "in", "why": "delivery"})
}

/// Sends a request, which is as the contract says, and waits for what it comes to.
pub async fn ask(client: &mut Client, verb: &str, request: &Value) -> Value {
    let (topic, payload) = (request_topic(verb), request.to_string());
    assert_eq!(Contract::load().check(&topic, payload.as_bytes()), Ok(()));
    say(client, verb, payload).await
}

/// Sends whatever it is, and waits for what it comes to.
pub async fn say(client: &mut Client, verb: &str, payload: impl Into<Vec<u8>>) -> Value {
    client.publish(&request_topic(verb), payload).await;
    let end = format!("/response/{verb}");
    let heard = client.until(|topic, _| topic.ends_with(&end)).await;
    heard.last().expect("a response").1.clone()
}

/// The lines of the audit trail that name that target, newest first.
pub async fn audited(http: SocketAddr, token: &str, target: &str) -> Vec<Value> {
    let answer = reqwest::Client::new()
        .get(format!("http://{http}/api/audit?limit=100"))
        .bearer_auth(token)
        .send()
        .await
        .expect("an answer");
    let found: Value = answer.json().await.expect("JSON");
    let rows = found["rows"].as_array().expect("rows").clone();
    rows.into_iter().filter(|row| row.to_string().contains(target)).collect()
}
