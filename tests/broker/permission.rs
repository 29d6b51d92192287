//! Who may connect, publish and subscribe.

use onecard_devices::topic::Channel;
use onecard_rules::event::DeviceKind;
use rumqttc::{ConnectReturnCode, QoS};

use crate::{
    raw::{self, Raw},
    support::{
        AVAILABILITY, COMMAND, Desk, STATE, SWIPE, TestClient, accounts, options, password_of,
        topics, will,
    },
};

#[tokio::test]
async fn only_a_right_name_and_secret_connect() {
    let desk = Desk::start().await;
    let bad = Some(ConnectReturnCode::BadUserNamePassword);
    for (name, password, expected) in [
        ("r1", password_of("r1"), None),
        ("r1", password_of("r2"), bad),
        ("r1", String::new(), bad),
        ("stranger", password_of("stranger"), bad),
    ] {
        let mut options = desk.options("r1");
        options.set_credentials(name, password);
        assert_eq!(TestClient::connect(options).await.err(), expected, "{name}");
    }
    let nameless = options(desk.address(), "anything", None);
    assert_eq!(TestClient::connect(nameless).await.err(), bad);
    assert_eq!(desk.counters().await.failed_logins, 4);
}

#[tokio::test]
async fn a_client_takes_no_id_but_its_own() {
    let desk = Desk::start().await;
    let refused = Some(ConnectReturnCode::NotAuthorized);
    for (id, name, expected) in [
        ("r1", "r1", None),
        ("r2", "r1", refused),
        ("r1-spare", "r1", refused),
        ("screen", "screen", None),
        ("mosqsub|4711", "screen", None),
        ("r1", "screen", refused),
    ] {
        let found = TestClient::connect(options(desk.address(), id, Some(name))).await.err();
        assert_eq!(found, expected, "{id} as {name}");
    }
}

#[tokio::test]
async fn a_session_is_not_taken_over_by_another_account() {
    let desk = Desk::start().await;
    let persistent = |name| {
        let mut options = options(desk.address(), "wall", Some(name));
        options.set_clean_session(false);
        options
    };
    let mut screen = TestClient::connect(persistent("screen")).await.unwrap();
    assert!(screen.subscribe("onecard/main/+/gate/+/entry").await);
    drop(screen);
    let taken = TestClient::connect(persistent("north-screen")).await.err();
    assert_eq!(taken, Some(ConnectReturnCode::NotAuthorized));
    assert!(TestClient::connect(persistent("screen")).await.unwrap().session_present);
}

#[tokio::test]
async fn nobody_opens_a_gate_over_mqtt() {
    let mut desk = Desk::start().await;
    let mut gate = desk.client("g1").await;
    assert!(gate.subscribe(COMMAND).await);
    for name in ["r1", "g2", "screen", "office"] {
        let mut client = desk.client(name).await;
        client.publish(COMMAND, QoS::AtLeastOnce, false, "open").await;
        client.closed().await;
    }
    desk.publish(COMMAND, "from the controller", false).await;
    assert_eq!(gate.text().await, "from the controller");
    gate.publish(COMMAND, QoS::AtLeastOnce, false, "open").await;
    gate.closed().await;
    assert!(desk.incoming.try_recv().is_err(), "the controller hears none of it");
    assert_eq!(desk.counters().await.refused_publishes, 5);
}

#[tokio::test]
async fn a_device_reports_for_itself_only() {
    let mut desk = Desk::start().await;
    for topic in [SWIPE, AVAILABILITY, "onecard/main/south/gate/g2/state", "elsewhere"] {
        let mut gate = desk.client("g2").await;
        gate.publish(topic, QoS::AtLeastOnce, false, "x").await;
        gate.closed().await;
    }
    assert!(desk.incoming.try_recv().is_err());
}

#[tokio::test]
async fn a_device_hears_its_own_orders_only() {
    let desk = Desk::start().await;
    let mut gate = desk.client("g1").await;
    assert!(gate.subscribe(COMMAND).await);
    for filter in [
        "#",
        "onecard/main/north/gate/+/command",
        "onecard/main/north/gate/g2/command",
        "onecard/main/north/gate/g1/#",
        "onecard/main/north/reader/r1/feedback",
        "onecard/main/north/gate/g1/entry",
        "$SYS/#",
        "$share/gates/onecard/main/north/gate/g1/command",
    ] {
        assert!(!gate.subscribe(filter).await, "{filter}");
    }
    assert_eq!(desk.counters().await.refused_subscriptions, 8);
}

#[tokio::test]
async fn a_screen_reads_what_it_may_and_says_nothing() {
    let desk = Desk::start().await;
    let mut screen = desk.client("north-screen").await;
    for (filter, expected) in [
        ("onecard/main/north/gate/+/entry", true),
        ("onecard/main/north/+/+/alarm", true),
        ("onecard/main/+/gate/+/entry", false),
        ("onecard/main/south/gate/g9/entry", false),
        ("onecard/main/north/reader/+/swipe", false),
        ("onecard/main/north/#", false),
    ] {
        assert_eq!(screen.subscribe(filter).await, expected, "{filter}");
    }
    screen.publish(STATE, QoS::AtLeastOnce, true, "open").await;
    screen.closed().await;
}

#[tokio::test]
async fn an_operators_system_makes_requests_and_reads_the_responses() {
    let mut desk = Desk::start().await;
    let mut office = desk.client("office").await;
    assert!(office.subscribe("onecard/main/_/controller/c1/response/#").await);
    assert!(office.subscribe("onecard/main/+/gate/+/entry").await);
    let request = "onecard/main/_/controller/c1/request/lock-down";
    office.publish(request, QoS::AtLeastOnce, false, "{}").await;
    assert_eq!(desk.accept(request).await, "{}");
    office.acknowledged().await;
    desk.publish("onecard/main/_/controller/c1/response/lock-down", "done", false).await;
    assert_eq!(office.text().await, "done");
}

#[tokio::test]
async fn a_will_on_a_forbidden_topic_is_refused_with_its_connection() {
    let desk = Desk::start().await;
    for (topic, expected) in [
        (AVAILABILITY, None),
        (STATE, None),
        (COMMAND, Some(ConnectReturnCode::NotAuthorized)),
        ("onecard/main/north/gate/g2/availability", Some(ConnectReturnCode::NotAuthorized)),
        ("onecard/main/north/gate/g1/passage", Some(ConnectReturnCode::NotAuthorized)),
        ("onecard/main/+/gate/g1/availability", Some(ConnectReturnCode::NotAuthorized)),
    ] {
        let mut options = desk.options("g1");
        options.set_last_will(will(topic, "x"));
        assert_eq!(TestClient::connect(options).await.err(), expected, "{topic}");
    }
}

#[tokio::test]
async fn news_is_not_retained() {
    let mut desk = Desk::start().await;
    let mut reader = desk.client("r1").await;
    reader.publish(SWIPE, QoS::AtLeastOnce, true, "swipe").await;
    reader.closed().await;
    assert!(desk.incoming.try_recv().is_err());
}

#[tokio::test]
async fn a_publish_on_a_topic_with_wildcards_is_refused() {
    for anonymous in [false, true] {
        let mut desk = Desk::start_with(|settings| settings.anonymous = anonymous).await;
        for topic in ["onecard/main/north/gate/+/state", "onecard/main/north/gate/g1/#", "#"] {
            let mut gate = Raw::connect(desk.address(), "g1").await;
            gate.send(&raw::publish(topic, "open", false)).await;
            assert_eq!(gate.read().await, None, "{topic}");
        }
        assert!(desk.incoming.try_recv().is_err());
    }
}

#[tokio::test]
async fn a_payload_too_long_is_refused() {
    let mut desk = Desk::start_with(|settings| settings.payload_limit = 1_000).await;
    let mut reader = desk.client("r1").await;
    reader.publish(SWIPE, QoS::AtLeastOnce, false, &"x".repeat(1_000)).await;
    assert_eq!(desk.accept(SWIPE).await.len(), 1_000);
    reader.acknowledged().await;
    for length in [1_001, 100_000] {
        let mut reader = desk.client("r1").await;
        reader.publish(SWIPE, QoS::AtLeastOnce, false, &"x".repeat(length)).await;
        reader.closed().await;
    }
    assert!(desk.incoming.try_recv().is_err());
}

#[tokio::test]
async fn rights_taken_away_count_at_once() {
    let mut desk = Desk::start().await;
    let mut reader = desk.client("r1").await;
    let mut gate = desk.client("g1").await;
    desk.accounts.replace(accounts().into_iter().filter(|(name, _)| name != "r1"));
    reader.publish(SWIPE, QoS::AtLeastOnce, false, "swipe").await;
    reader.closed().await;
    assert!(desk.incoming.try_recv().is_err());
    // What was subscribed to before ends with the session.
    desk.broker.handle().disconnect("g1").await;
    gate.closed().await;
}

#[tokio::test]
async fn without_names_anything_is_reported_and_read_but_nothing_commanded() {
    let mut desk = Desk::start_with(|settings| settings.anonymous = true).await;
    let nameless = |id: &str| options(desk.address(), id, None);
    let mut watcher = TestClient::connect(nameless("watcher")).await.unwrap();
    assert!(watcher.subscribe("#").await);
    let taken = TestClient::connect(nameless("g1")).await.err();
    assert_eq!(taken, Some(ConnectReturnCode::NotAuthorized), "an account's name");
    let mut forbidden = nameless("forbidden");
    forbidden.set_last_will(will(COMMAND, "open"));
    let found = TestClient::connect(forbidden).await.err();
    assert_eq!(found, Some(ConnectReturnCode::NotAuthorized), "its will is looked at");

    let mut simulator = TestClient::connect(nameless("simulator")).await.unwrap();
    for (kind, channel) in
        [(DeviceKind::Reader, Channel::Swipe), (DeviceKind::Valve, Channel::State)]
    {
        let topic = topics().build("south", kind, "any", channel);
        simulator.publish(&topic, QoS::AtLeastOnce, false, "x").await;
        desk.accept(&topic).await;
        simulator.acknowledged().await;
        assert_eq!(watcher.message().await.topic, topic);
    }
    simulator.publish(COMMAND, QoS::AtLeastOnce, false, "open").await;
    simulator.closed().await;
}
