//! Versions and transports.

use std::{net::SocketAddr, time::Duration};

use rumqttc::{
    NetworkOptions,
    v5::{
        AsyncClient, Event, EventLoop, MqttOptions,
        mqttbytes::{QoS, v5::Packet},
    },
};

use crate::{
    raw::{self, Raw},
    support::{COMMAND, Desk, SWIPE, outgoing, password_of, within},
};

fn version_5(address: SocketAddr, name: &str) -> (AsyncClient, EventLoop) {
    let mut options = MqttOptions::new(name, address.ip().to_string(), address.port());
    options.set_credentials(name, password_of(name));
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    options.set_network_options(network);
    AsyncClient::new(options, 16)
}

async fn packet(events: &mut EventLoop) -> Packet {
    loop {
        if let Event::Incoming(packet) = within("a packet", events.poll()).await.unwrap() {
            return packet;
        }
    }
}

#[tokio::test]
async fn both_versions_are_spoken_on_one_port() {
    let mut desk = Desk::start().await;
    let mut old = desk.client("r1").await;
    old.publish(SWIPE, rumqttc::QoS::AtLeastOnce, false, "3.1.1").await;
    assert_eq!(desk.accept(SWIPE).await, "3.1.1");
    old.acknowledged().await;

    let (client, mut events) = version_5(desk.address(), "r2");
    assert!(matches!(packet(&mut events).await, Packet::ConnAck(_)));
    let swipe = "onecard/main/north/reader/r2/swipe";
    client.publish(swipe, QoS::AtLeastOnce, false, "5").await.unwrap();
    let (taken, acknowledged) = tokio::join!(desk.accept(swipe), packet(&mut events));
    assert_eq!(taken, "5");
    assert!(matches!(acknowledged, Packet::PubAck(_)));
}

#[tokio::test]
async fn a_command_carries_what_is_left_of_its_life() {
    let desk = Desk::start().await;
    let (client, mut events) = version_5(desk.address(), "g1");
    assert!(matches!(packet(&mut events).await, Packet::ConnAck(_)));
    client.subscribe(COMMAND, QoS::AtLeastOnce).await.unwrap();
    assert!(matches!(packet(&mut events).await, Packet::SubAck(_)));
    let mut command = outgoing(COMMAND, "open", false);
    command.expiry = Some(Duration::from_mins(10));
    desk.broker.publisher().publish(command).unwrap();
    let Packet::Publish(publish) = packet(&mut events).await else { panic!("no command") };
    let left = publish.properties.unwrap().message_expiry_interval.unwrap();
    assert!((500..=600).contains(&left), "{left}");
    desk.publish(COMMAND, "lock", false).await;
    let Packet::Publish(publish) = packet(&mut events).await else { panic!("no command") };
    assert_eq!(publish.properties.and_then(|p| p.message_expiry_interval), None);
}

#[tokio::test]
async fn version_5_is_told_that_a_subscription_is_not_allowed() {
    let desk = Desk::start().await;
    let (client, mut events) = version_5(desk.address(), "g1");
    assert!(matches!(packet(&mut events).await, Packet::ConnAck(_)));
    client.subscribe("#", QoS::AtLeastOnce).await.unwrap();
    let Packet::SubAck(ack) = packet(&mut events).await else { panic!("no answer") };
    let refused = rumqttc::v5::mqttbytes::v5::SubscribeReasonCode::NotAuthorized;
    assert_eq!(ack.return_codes, [refused]);
}

#[tokio::test]
async fn a_screen_connects_by_websocket() {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let desk = Desk::start_with(|settings| settings.websocket = Some(any)).await;
    let address = desk.broker.addresses().websocket.unwrap();
    assert_ne!(address.port(), 0);
    let mut screen = Raw::open(address).await;
    assert_eq!(screen.upgrade().await, "HTTP/1.1 101 Switching Protocols");
    screen.send_frame(&raw::connect("screen")).await;
    // A binary frame of four bytes, CONNACK, accepted.
    assert_eq!(screen.read().await, Some(vec![0x82, 4, 0x20, 2, 0, 0]));
}
