//! Starting and stopping.

use std::{net::SocketAddr, sync::Arc};

use onecard::broker::{self, BrokerFailure, Settings, Tls, accounts::Accounts};
use onecard_devices::link::Receive;
use rumqttc::QoS;
use tokio::net::TcpStream;

use crate::support::{
    AVAILABILITY, COMMAND, Desk, SWIPE, TestClient, at, outgoing, topics, will, within,
};

fn settings(address: SocketAddr) -> Settings {
    Settings::new(address, topics(), Arc::new(|| at(0)))
}

async fn failure(settings: Settings) -> BrokerFailure {
    let nobody: Receive = Arc::new(|_| {});
    broker::start(settings, Arc::new(Accounts::default()), nobody).await.unwrap_err()
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let desk = Desk::start().await;
    let address = desk.address();
    let message = failure(settings(address)).await.to_string();
    assert!(message.starts_with(&format!("cannot listen on `{address}`")), "{message}");
}

#[tokio::test]
async fn clients_without_a_name_are_allowed_on_loopback_only() {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let everywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let mut tcp = settings(everywhere);
    tcp.anonymous = true;
    let mut websocket = settings(loopback);
    websocket.anonymous = true;
    websocket.websocket = Some(everywhere);
    for settings in [tcp, websocket] {
        let failure = failure(settings).await;
        assert!(
            matches!(failure, BrokerFailure::AnonymousOffLoopback { address } if address == everywhere),
            "{failure}"
        );
    }
}

#[tokio::test]
async fn a_missing_certificate_is_named() {
    let mut settings = settings(SocketAddr::from(([127, 0, 0, 1], 0)));
    let address = settings.tcp;
    settings.tls =
        Some(Tls { address, certificate: "no-such-cert.pem".into(), key: "no-key.pem".into() });
    let message = failure(settings).await.to_string();
    assert!(message.contains("no-such-cert.pem"), "{message}");
}

#[tokio::test]
async fn stopping_sends_what_is_queued_and_ends_every_connection_without_wills() {
    let mut desk = Desk::start().await;
    let address = desk.address();
    let mut options = desk.options("g1");
    options.set_last_will(will(AVAILABILITY, "offline"));
    let mut gate = TestClient::connect(options).await.unwrap();
    assert!(gate.subscribe(COMMAND).await);
    let publisher = desk.broker.publisher();
    for number in 0..100 {
        publisher.publish(outgoing(COMMAND, &number.to_string(), false)).unwrap();
    }
    within("the broker to stop", desk.broker.stop()).await;
    for number in 0..100 {
        assert_eq!(gate.text().await, number.to_string());
    }
    gate.closed().await;
    assert!(desk.incoming.try_recv().is_err(), "no gate was lost");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens");
    // Another takes its place at once.
    let nobody: Receive = Arc::new(|_| {});
    let next = broker::start(settings(address), Arc::default(), nobody).await.unwrap();
    next.stop().await;
}

#[tokio::test]
async fn stopping_waits_for_the_answers_it_owes() {
    let mut desk = Desk::start().await;
    let mut reader = desk.client("r1").await;
    reader.publish(SWIPE, QoS::AtLeastOnce, false, "swipe").await;
    let swipe = desk.next().await;
    let publisher = desk.broker.publisher();
    let stopping = tokio::spawn(desk.broker.stop());
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    // The answer may mean commands, so the way out is open until it is given.
    assert!(publisher.publish(outgoing(COMMAND, "open", false)).is_ok());
    swipe.ack.accept();
    reader.acknowledged().await;
    reader.closed().await;
    within("the broker to stop", stopping).await.unwrap();
}

#[actix_web::test]
async fn it_runs_within_an_actix_system() {
    let mut desk = Desk::start().await;
    let mut reader = desk.client("r1").await;
    let mut gate = desk.client("g1").await;
    assert!(gate.subscribe(COMMAND).await);
    reader.publish(SWIPE, QoS::AtLeastOnce, false, "swipe").await;
    assert_eq!(desk.accept(SWIPE).await, "swipe");
    desk.publish(COMMAND, "open", false).await;
    assert_eq!(gate.text().await, "open");
    reader.acknowledged().await;
    desk.broker.stop().await;
}
