//! With mosquitto, which keeps requests for a controller that is away.

use std::net::SocketAddr;

use chrono::TimeDelta;
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use serde_json::{Value, json};

use crate::{
    campus::{Folder, now},
    mosquitto::Mosquitto,
    process::{Process, free, link_is_up, outside_broker, until},
    world::{RESPONSES, open, request, request_topic, tokens},
};

struct Dispatch {
    client: AsyncClient,
    events: EventLoop,
}

impl Dispatch {
    async fn connect(broker: SocketAddr) -> Self {
        let options = MqttOptions::new("dispatch", broker.ip().to_string(), broker.port());
        let (client, events) = AsyncClient::new(options, 16);
        client.subscribe(RESPONSES, QoS::AtLeastOnce).await.expect("queued");
        let mut dispatch = Self { client, events };
        while !matches!(dispatch.packet().await, Packet::SubAck(_)) {}
        dispatch
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

    /// Sends, and waits until the broker has it.
    async fn send(&mut self, request: &Value, retain: bool) {
        let (topic, payload) = (request_topic("open"), request.to_string());
        self.client.publish(topic, QoS::AtLeastOnce, retain, payload).await.expect("queued");
        while !matches!(self.packet().await, Packet::PubAck(_)) {}
    }

    async fn answer(&mut self) -> Value {
        loop {
            if let Packet::Publish(publish) = self.packet().await {
                return serde_json::from_slice(&publish.payload).expect("JSON");
            }
        }
    }

    /// The answers to these transactions. One that was answered before a kill, but not acknowledged,
    /// may be answered again in between.
    async fn answers<const N: usize>(&mut self, of: [&str; N]) -> [Value; N] {
        let mut answers = of.map(|_| Value::Null);
        while answers.contains(&Value::Null) {
            let answer = self.answer().await;
            if let Some(at) = of.iter().position(|name| answer["transaction"] == *name) {
                answers[at] = answer;
            }
        }
        answers
    }
}

#[actix::test]
async fn what_waited_at_the_broker_beyond_its_deadline_is_not_carried_out() {
    let broker = Mosquitto::start().await;
    let mqtt = SocketAddr::from(([127, 0, 0, 1], broker.port));
    let http = free();
    let folder = Folder::new(mqtt, http);
    outside_broker(&folder, mqtt);
    let [office, ..] = tokens(&folder);
    let mut controller = Process::start(&folder);
    until("the controller has subscribed", || link_is_up(http));
    let mut dispatch = Dispatch::connect(mqtt).await;

    dispatch.send(&request(&office, "d-1", &open("main-1")), false).await;
    let first = dispatch.answer().await;
    assert_eq!((&first["transaction"], &first["ok"]), (&json!("d-1"), &json!(true)), "{first}");

    controller.kill();
    let deadline = now() + TimeDelta::milliseconds(200);
    let mut late = request(&office, "d-2", &open("main-1"));
    late["deadline"] = json!(deadline.to_rfc3339());
    dispatch.send(&late, false).await;
    dispatch.send(&request(&office, "d-3", &open("main-1")), false).await;
    // It would come again at every start.
    dispatch.send(&request(&office, "d-4", &open("main-1")), true).await;
    until("the deadline is past", || now() > deadline);
    controller = Process::start(&folder);
    let answers = dispatch.answers(["d-2", "d-3", "d-4"]).await;
    let told = answers.each_ref().map(|answer| answer["ok"] == true);
    // The last is news to those who have subscribed before, and kept for those who will.
    assert_eq!(told, [false, true, true], "{answers:#?}");
    assert_eq!(answers[0]["code"], "too_late");

    // In order: what was answered is acknowledged, and does not come again.
    assert_eq!(controller.terminate().code(), Some(0));
    controller = Process::start(&folder);
    dispatch.send(&request(&office, "d-5", &open("main-1")), false).await;
    let mut after = dispatch.answer().await;
    while after["transaction"] == "d-1" {
        after = dispatch.answer().await;
    }
    assert_eq!(after["transaction"], "d-5", "what is retained is not carried out: {after}");
    assert_eq!(controller.terminate().code(), Some(0));
}
