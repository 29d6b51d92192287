//! An MQTT client for stories: publishes, and waits for what it expects.

use std::{collections::VecDeque, net::SocketAddr, time::Duration};

use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, NetworkOptions, Packet, QoS};
use serde_json::Value;

use super::asyncapi::Contract;

/// Far more than anything takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client that hears what it has subscribed to.
pub struct Client {
    requests: AsyncClient,
    events: EventLoop,
    heard: VecDeque<(String, Vec<u8>)>,
    contract: Contract,
}

impl Client {
    /// Connects and subscribes.
    pub async fn connect(broker: SocketAddr, id: &str, filters: &[&str]) -> Self {
        let options = MqttOptions::new(id, broker.ip().to_string(), broker.port());
        let (client, mut events) = AsyncClient::new(options, 64);
        let mut network = NetworkOptions::new();
        network.set_tcp_nodelay(true);
        events.set_network_options(network);
        for filter in filters {
            client.subscribe(*filter, QoS::AtLeastOnce).await.expect("queued");
        }
        let contract = Contract::load();
        let mut client = Self { requests: client, events, heard: VecDeque::new(), contract };
        let mut waiting = filters.len();
        while waiting > 0 {
            if matches!(client.poll().await, Event::Incoming(Packet::SubAck(_))) {
                waiting -= 1;
            }
        }
        client
    }

    async fn poll(&mut self) -> Event {
        let event = tokio::time::timeout(PATIENCE, self.events.poll()).await;
        let event = event.expect("something happens in time").expect("the connection holds");
        if let Event::Incoming(Packet::Publish(publish)) = &event {
            let (topic, payload) = (publish.topic.clone(), publish.payload.to_vec());
            if let Err(mistake) = self.contract.check(&topic, &payload) {
                panic!("{topic} is not as the contract says: {mistake}");
            }
            self.heard.push_back((topic, payload));
        }
        event
    }

    /// Publishes and waits for the acknowledgement.
    pub async fn publish(&mut self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.requests.publish(topic, QoS::AtLeastOnce, false, payload).await.expect("queued");
        while !matches!(self.poll().await, Event::Incoming(Packet::PubAck(_))) {}
    }

    /// Everything heard on topics that end so, up to the first that does `enough`.
    pub async fn until(
        &mut self,
        mut enough: impl FnMut(&str, &Value) -> bool,
    ) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        loop {
            while let Some((topic, payload)) = self.heard.pop_front() {
                let value: Value = serde_json::from_slice(&payload).unwrap_or(Value::Null);
                let done = enough(&topic, &value);
                all.push((topic, value));
                if done {
                    return all;
                }
            }
            self.poll().await;
        }
    }
}
