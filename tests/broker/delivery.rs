//! What the controller publishes arrives: in order, retained, and after an absence.

use onecard::broker::{DropCause, Dropped};
use onecard_devices::link::PublishRefusal;
use rumqttc::{MqttOptions, QoS};

use crate::support::{COMMAND, Desk, STATE, TestClient, outgoing, within};

fn persistent(desk: &Desk, name: &str) -> MqttOptions {
    let mut options = desk.options(name);
    options.set_clean_session(false);
    options
}

#[tokio::test]
async fn commands_arrive_in_order() {
    let desk = Desk::start().await;
    let mut gate = desk.client("g1").await;
    assert!(gate.subscribe(COMMAND).await);
    let publisher = desk.broker.publisher();
    let receipts: Vec<_> = (0..500)
        .map(|number| publisher.publish(outgoing(COMMAND, &number.to_string(), false)).unwrap())
        .collect();
    for (number, receipt) in receipts.into_iter().enumerate() {
        within("a receipt", receipt).await.unwrap();
        assert_eq!(gate.text().await, number.to_string());
    }
}

#[tokio::test]
async fn state_reaches_late_subscribers_until_it_is_cleared() {
    let mut desk = Desk::start().await;
    let mut gate = desk.client("g1").await;
    gate.publish(STATE, QoS::AtLeastOnce, true, "closed").await;
    desk.accept(STATE).await;
    gate.acknowledged().await;
    let alarm = "onecard/main/north/gate/g1/alarm";
    desk.publish(alarm, "forced", true).await;
    desk.publish("onecard/main/south/gate/g7/state", "open", true).await;
    desk.publish("onecard/main/north/gate/g1/entry", "an event", false).await;
    assert_eq!(desk.counters().await.retained, 3);

    for (filter, mut expected) in [
        (STATE, vec!["closed"]),
        ("onecard/main/+/gate/+/state", vec!["closed", "open"]),
        ("onecard/main/north/+/+/alarm", vec!["forced"]),
    ] {
        let mut screen = desk.client("screen").await;
        assert!(screen.subscribe(filter).await);
        let mut found = Vec::new();
        for _ in &expected {
            let message = screen.message().await;
            assert!(message.retain, "{filter}");
            found.push(String::from_utf8(message.payload.to_vec()).unwrap());
        }
        found.sort();
        expected.sort_unstable();
        assert_eq!(found, expected, "{filter}");
    }

    desk.publish(alarm, "", true).await;
    assert_eq!(desk.counters().await.retained, 2);
    let mut screen = desk.client("screen").await;
    assert!(screen.subscribe(alarm).await);
    desk.publish(alarm, "raised anew", false).await;
    assert_eq!(screen.text().await, "raised anew", "and nothing before it");
}

#[tokio::test]
async fn an_absent_client_finds_everything_in_order_when_it_returns() {
    const COUNT: usize = 2_000;
    let desk = Desk::start().await;
    let mut gate = TestClient::connect(persistent(&desk, "g1")).await.unwrap();
    assert!(!gate.session_present);
    assert!(gate.subscribe(COMMAND).await);
    drop(gate);
    for number in 0..COUNT {
        desk.publish(COMMAND, &number.to_string(), false).await;
    }
    let mut gate = TestClient::connect(persistent(&desk, "g1")).await.unwrap();
    assert!(gate.session_present);
    for number in 0..COUNT {
        assert_eq!(gate.text().await, number.to_string());
    }
    assert_eq!(desk.counters().await.dropped, 0);
    assert!(desk.dropped.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_was_not_acknowledged_comes_again_first_and_oldest_first() {
    for broken_off in [true, false] {
        let desk = Desk::start().await;
        let options = || {
            let mut options = persistent(&desk, "g1");
            options.set_manual_acks(true);
            options
        };
        let mut gate = TestClient::connect(options()).await.unwrap();
        assert!(gate.subscribe(COMMAND).await);
        for number in 0..10 {
            desk.publish(COMMAND, &number.to_string(), false).await;
            assert_eq!(gate.text().await, number.to_string());
        }
        let mut older = None;
        if broken_off {
            drop(gate);
        } else {
            older = Some(gate);
        }
        if broken_off {
            for number in 10..20 {
                desk.publish(COMMAND, &number.to_string(), false).await;
            }
        }
        // Otherwise the client connects again before the broker misses it.
        let mut gate = TestClient::connect(options()).await.unwrap();
        assert!(gate.session_present);
        if !broken_off {
            for number in 10..20 {
                desk.publish(COMMAND, &number.to_string(), false).await;
            }
        }
        for number in 0..20 {
            let message = gate.message().await;
            assert_eq!(message.payload, number.to_string(), "broken off: {broken_off}");
            if number < 10 {
                assert!(message.dup, "{number} was delivered before");
            }
            gate.client.ack(&message).await.unwrap();
        }
        drop(older);
    }
}

#[tokio::test]
async fn a_full_queue_drops_its_oldest_message_and_says_so() {
    let desk = Desk::start_with(|settings| settings.session_queue = 10).await;
    let mut gate = TestClient::connect(persistent(&desk, "g1")).await.unwrap();
    assert!(gate.subscribe(COMMAND).await);
    gate.leave().await;
    // The session is away when this is no longer counted.
    within("the broker to notice", async {
        while desk.counters().await.connections > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    for number in 0..12 {
        desk.publish(COMMAND, &number.to_string(), false).await;
    }
    let mut gate = TestClient::connect(persistent(&desk, "g1")).await.unwrap();
    for number in 2..12 {
        assert_eq!(gate.text().await, number.to_string());
    }
    let dropped =
        Dropped { client: "g1".into(), topic: COMMAND.into(), cause: DropCause::QueueFull };
    assert_eq!(*desk.dropped.lock().unwrap(), [dropped.clone(), dropped]);
    assert_eq!(desk.counters().await.dropped, 2);
}

#[tokio::test]
async fn publishing_never_blocks_and_a_full_queue_refuses() {
    let desk = Desk::start_with(|settings| settings.payload_limit = 100).await;
    let publisher = desk.broker.publisher();
    let message = outgoing(COMMAND, "x", false);
    // The forwarding task cannot run while this one does not wait.
    let mut receipts = Vec::new();
    let refusal = loop {
        match publisher.publish(message.clone()) {
            Ok(receipt) => receipts.push(receipt),
            Err(refusal) => break refusal,
        }
    };
    assert_eq!((refusal, receipts.len()), (PublishRefusal::Full, 8_192));
    for receipt in receipts {
        within("a receipt", receipt).await.unwrap();
    }
    let long = outgoing(COMMAND, &"x".repeat(101), false);
    assert_eq!(publisher.publish(long).err(), Some(PublishRefusal::TooLong));
    desk.broker.stop().await;
    assert_eq!(publisher.publish(message).err(), Some(PublishRefusal::Closed));
}
