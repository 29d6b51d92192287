//! With the embedded broker.

use std::net::SocketAddr;

use chrono::TimeDelta;
use rumqttc::{
    NetworkOptions,
    v5::{
        AsyncClient, Event, EventLoop, MqttOptions,
        mqttbytes::{
            QoS,
            v5::{Packet, Publish, PublishProperties},
        },
    },
};
use serde_json::{Value, json};

use crate::{
    campus::{Folder, Running, edit, now},
    client::Client,
    world::{RESPONSES, ask, audited, open, request, request_topic, say, tokens},
};

fn free() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

const ENTRIES: &str = "onecard/west/+/gate/+/entry";

#[actix::test]
async fn an_order_is_carried_out_once_however_often_it_arrives() {
    let folder = Folder::new(free(), free());
    let [office, ..] = tokens(&folder);
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "dispatch", &[RESPONSES, ENTRIES]).await;

    let asked = request(&office, "d-1", &open("main-1"));
    client.publish(&request_topic("open"), asked.to_string()).await;
    let (mut entry, mut response) = (None, None);
    let _ = client
        .until(|topic, value| {
            // They come in either order.
            if topic.ends_with("/entry") { &mut entry } else { &mut response }
                .replace(value.clone());
            entry.is_some() && response.is_some()
        })
        .await;
    let (entry, response) = (entry.expect("a row"), response.expect("a response"));
    assert_eq!(response["transaction"], "d-1");
    assert_eq!(response["ok"], true, "{response}");
    assert_eq!(response["decision"], entry["decision"]);
    assert_eq!((&entry["gate"], &entry["by"]), (&json!("main-1"), &json!("office")));

    // The same again, as a sender does that has heard no answer; then something new.
    let again = ask(&mut client, "open", &asked).await;
    assert_eq!(again["decision"], response["decision"]);
    client
        .publish(&request_topic("open"), request(&office, "d-2", &open("main-2")).to_string())
        .await;
    let heard = client.until(|topic, _| topic.ends_with("/entry")).await;
    assert_eq!(heard.last().expect("a row").1["gate"], "main-2", "not a second time main-1");

    let lines = audited(controller.http, &office, "main-1").await;
    let ordered: Vec<_> = lines.iter().filter(|l| l.to_string().contains("ordered")).collect();
    assert_eq!(ordered.len(), 1, "{lines:#?}");
    assert!(ordered[0].to_string().contains("MQTT"), "it says from where: {}", ordered[0]);
    controller.stop();
}

#[actix::test]
async fn a_refused_request_says_why_and_does_nothing() {
    let folder = Folder::new(free(), free());
    let [office, guard, _] = tokens(&folder);
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "dispatch", &[RESPONSES, ENTRIES]).await;

    let with = |field: &str, value: Value| {
        let mut request = request(&office, "r-1", &open("main-1"));
        request[field] = value;
        request
    };
    let at = |seconds| json!((now() + TimeDelta::seconds(seconds)).to_rfc3339());
    let area = json!({"area": "library", "why": "a gas leak"});
    let rows: &[(&str, Value, &str, Value)] = &[
        ("fly", with("why", json!("x")), "unknown_verb", Value::Null),
        ("open", json!([]), "not_json", Value::Null),
        ("open", with("token", json!("nobody.123")), "unauthorized", Value::Null),
        ("open", with("token", Value::Null), "bad_field", json!("token")),
        ("open", with("gate", json!("main-11")), "unknown_gate", json!("gate")),
        ("open", with("gate", Value::Null), "bad_field", json!("gate")),
        ("open", with("direction", json!("up")), "bad_field", json!("direction")),
        ("open", with("why", json!(" ")), "bad_field", json!("why")),
        ("open", with("transaction", Value::Null), "bad_field", json!("transaction")),
        ("open", with("deadline", Value::Null), "bad_field", json!("deadline")),
        ("open", with("deadline", at(-1)), "too_late", json!("deadline")),
        ("open", with("deadline", at(3_600)), "bad_field", json!("deadline")),
        ("open", request(&guard, "g-1", &open("main-2")), "out_of_scope", Value::Null),
        ("lockdown", request(&guard, "g-2", &area), "out_of_scope", Value::Null),
        ("release", request(&office, "r-2", &area), "nothing_to_end", Value::Null),
        (
            "cut",
            request(&office, "r-3", &json!({"room": "x", "why": "y"})),
            "forbidden",
            Value::Null,
        ),
    ];
    for (count, (verb, request, code, field)) in (0..).zip(rows) {
        let mut request = request.clone();
        if request["transaction"] == "r-1" {
            request["transaction"] = json!(format!("r-1-{count}"));
        }
        let response = say(&mut client, verb, request.to_string()).await;
        assert_eq!(response["ok"], false, "{request}: {response}");
        assert_eq!((&response["code"], &response["field"]), (&json!(code), field), "{request}");
        let named = request.get("transaction").filter(|name| name.is_string());
        assert_eq!(response.get("transaction"), named, "{request}");
    }
    let unread = say(&mut client, "open", vec![0xFF; 5_000]).await;
    assert_eq!(unread["code"], "body_too_long");

    // One transaction is one order.
    let first = ask(&mut client, "open", &request(&office, "same", &open("main-1"))).await;
    assert_eq!(first["ok"], true, "{first}");
    let other = ask(&mut client, "open", &request(&office, "same", &open("main-2"))).await;
    assert_eq!(other["code"], "exists_with_different_order");
    let others = ask(&mut client, "open", &request(&guard, "same", &open("main-1"))).await;
    assert_eq!(others["ok"], true, "another's transaction is another: {others}");

    let entries = reqwest::get(format!("http://{}/api/entries", controller.http)).await;
    let entries: Value = entries.expect("an answer").json().await.expect("JSON");
    assert_eq!(entries["rows"].as_array().map(Vec::len), Some(2), "{entries:#}");
    controller.stop();
}

#[actix::test]
async fn measures_begin_and_end() {
    let folder = Folder::new(free(), free());
    let [office, ..] = tokens(&folder);
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "dispatch", &[RESPONSES]).await;
    let area = json!({"area": "library", "why": "a gas leak"});
    for (verb, transaction) in
        [("lockdown", "1"), ("release", "2"), ("emergency", "3"), ("end_emergency", "4")]
    {
        let response = ask(&mut client, verb, &request(&office, transaction, &area)).await;
        assert_eq!(response["ok"], true, "{verb}: {response}");
        let gates = response["gates"].as_array().expect("gates");
        assert!(gates.contains(&json!("library-1")), "{verb}: {response}");
    }
    controller.stop();
}

#[actix::test]
async fn what_needs_two_people_waits_for_the_second_over_either_way() {
    let folder = Folder::new(free(), free());
    let [office, _, night] = tokens(&folder);
    let (from, to) =
        ("anonymous_read = true", "anonymous_read = true\ntwo_people = [\"begin_emergency\"]");
    edit(&folder.campus(), "campus.toml", from, to);
    let controller = Running::start(&folder);
    let mut client = Client::connect(controller.mqtt, "dispatch", &[RESPONSES]).await;
    let area = json!({"area": "library", "why": "fire"});

    let first = ask(&mut client, "emergency", &request(&office, "1", &area)).await;
    assert_eq!(first["code"], "needs_second", "{first}");
    let second = ask(&mut client, "emergency", &request(&night, "1", &area)).await;
    assert_eq!(second["ok"], true, "{second}");

    let first = ask(&mut client, "emergency", &request(&office, "2", &area)).await;
    assert_eq!(first["code"], "needs_second", "{first}");
    let http = reqwest::Client::new();
    let url = |path: &str| format!("http://{}{path}", controller.http);
    let waiting = http.get(url("/api/proposals")).bearer_auth(&night).send().await.expect("told");
    let waiting: Value = waiting.json().await.expect("JSON");
    let (path, body) = (waiting[0]["path"].as_str(), waiting[0]["body"].as_str());
    let (path, body) = (path.expect("a path"), body.expect("a body").to_owned());
    let second = http.post(url(path)).bearer_auth(&night).body(body).send().await.expect("told");
    assert_eq!(second.status(), 200);
    controller.stop();
}

struct Modern {
    client: AsyncClient,
    events: EventLoop,
}

impl Modern {
    async fn connect(broker: SocketAddr, id: &str, filter: &str) -> Self {
        let mut options = MqttOptions::new(id, broker.ip().to_string(), broker.port());
        let mut network = NetworkOptions::new();
        network.set_tcp_nodelay(true);
        options.set_network_options(network);
        let (client, events) = AsyncClient::new(options, 16);
        client.subscribe(filter, QoS::AtLeastOnce).await.expect("queued");
        let mut modern = Self { client, events };
        while !matches!(modern.packet().await, Packet::SubAck(_)) {}
        modern
    }

    async fn packet(&mut self) -> Packet {
        loop {
            let patience = std::time::Duration::from_secs(20);
            let event = tokio::time::timeout(patience, self.events.poll()).await;
            if let Event::Incoming(packet) = event.expect("in time").expect("it holds") {
                return packet;
            }
        }
    }

    async fn ask(&mut self, request: &Value, response_topic: &str) -> Publish {
        let properties = PublishProperties {
            response_topic: Some(response_topic.to_owned()),
            correlation_data: Some(vec![0, 255, 7].into()),
            ..PublishProperties::default()
        };
        let (topic, payload) = (request_topic("open"), request.to_string());
        let sent = self.client.publish_with_properties(
            topic,
            QoS::AtLeastOnce,
            false,
            payload,
            properties,
        );
        sent.await.expect("queued");
        loop {
            if let Packet::Publish(publish) = self.packet().await {
                let topic = String::from_utf8_lossy(&publish.topic).into_owned();
                assert!(!topic.contains("/request/"), "a token is for the controller alone");
                if !topic.contains("/response/") {
                    continue;
                }
                let said = publish.properties.as_ref();
                let correlation = said.and_then(|said| said.correlation_data.as_deref());
                assert_eq!(correlation, Some(&[0, 255, 7][..]));
                return publish;
            }
        }
    }
}

#[actix::test]
async fn version_5_says_where_the_answer_goes_and_nobody_overhears_the_token() {
    let folder = Folder::new(free(), free());
    let [office, ..] = tokens(&folder);
    let controller = Running::start(&folder);
    // It hears everything that a client without a name can hear.
    let mut client = Modern::connect(controller.mqtt, "dispatch", "onecard/west/_/#").await;

    let own = "onecard/west/_/controller/main/response/open/dispatch";
    let mut asked = request(&office, "unused", &open("main-1"));
    asked.as_object_mut().expect("fields").remove("transaction");
    let answer = client.ask(&asked, own).await;
    let said: Value = serde_json::from_slice(&answer.payload).expect("JSON");
    assert_eq!((answer.topic.as_ref(), &said["ok"]), (own.as_bytes(), &json!(true)), "{said}");
    let again = client.ask(&asked, own).await;
    let again: Value = serde_json::from_slice(&again.payload).expect("JSON");
    assert_eq!(again["decision"], said["decision"], "the correlation names the transaction");

    let command = "onecard/west/campus/gate/main-1/command";
    let answer = client.ask(&asked, command).await;
    let said: Value = serde_json::from_slice(&answer.payload).expect("JSON");
    assert_eq!(answer.topic.as_ref(), b"onecard/west/_/controller/main/response/open");
    assert_eq!((&said["code"], &said["field"]), (&json!("bad_field"), &json!("response topic")));
    controller.stop();
}
