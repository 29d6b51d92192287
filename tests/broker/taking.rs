//! A message is acknowledged when the controller has taken it, and only then.

use std::{sync::atomic::Ordering, time::Duration};

use rumqttc::QoS;

use crate::{
    raw::{self, Raw},
    support::{
        AVAILABILITY, Desk, Happening, READER_AVAILABILITY, STATE, SWIPE, TestClient, at, will,
    },
};

#[tokio::test]
async fn a_message_is_acknowledged_after_the_controller_took_it_and_others_need_not_wait() {
    let mut desk = Desk::start().await;
    let mut reader = desk.client("r1").await;
    let mut gate = desk.client("g1").await;
    reader.publish(SWIPE, QoS::AtLeastOnce, false, "swipe").await;
    let swipe = desk.next().await;
    assert_eq!((swipe.topic.as_str(), &swipe.payload[..]), (SWIPE, &b"swipe"[..]));
    assert_eq!((swipe.retained, swipe.redelivered, swipe.sent_after), (false, false, None));

    gate.publish(STATE, QoS::AtLeastOnce, true, "closed").await;
    let state = desk.next().await;
    assert_eq!((state.topic.as_str(), state.retained), (STATE, false));
    state.ack.accept();
    gate.acknowledged().await;

    assert!(reader.is_quiet(), "the swipe is not taken yet");
    swipe.ack.accept();
    reader.acknowledged().await;
    assert_eq!(desk.counters().await.messages_in, 2);
}

#[tokio::test]
async fn a_message_that_is_not_taken_closes_the_connection_and_stays_with_its_sender() {
    let mut desk = Desk::start().await;
    for refuse_by_dropping in [false, true] {
        let mut reader = desk.client("r1").await;
        reader.publish(SWIPE, QoS::AtLeastOnce, false, "swipe").await;
        let swipe = desk.next().await;
        if refuse_by_dropping {
            drop(swipe);
        } else {
            swipe.ack.refuse();
        }
        reader.closed().await;
    }
    assert_eq!(desk.counters().await.closed_without_puback, 2);
}

#[tokio::test]
async fn a_message_without_an_answer_counts_as_not_taken() {
    let limit = Duration::from_millis(10);
    let mut desk = Desk::start_with(|settings| settings.answer_limit = limit).await;
    let mut reader = desk.client("r1").await;
    reader.publish(SWIPE, QoS::AtLeastOnce, false, "swipe").await;
    let swipe = desk.next().await;
    reader.closed().await;
    swipe.ack.accept(); // Too late, and harmless.
    assert_eq!(desk.counters().await.closed_without_puback, 1);
}

#[tokio::test]
async fn a_message_that_is_not_taken_reaches_nobody() {
    let mut desk = Desk::start().await;
    let mut screen = desk.client("screen").await;
    assert!(screen.subscribe("onecard/main/+/gate/+/state").await);
    let mut gate = desk.client("g1").await;
    gate.publish(STATE, QoS::AtLeastOnce, true, "nonsense").await;
    desk.next().await.ack.refuse();
    gate.closed().await;
    desk.publish(STATE, "closed", true).await;
    assert_eq!(screen.text().await, "closed");
}

#[tokio::test]
async fn messages_at_qos_0_and_2_are_taken_too() {
    let mut desk = Desk::start().await;
    let mut reader = desk.client("r1").await;
    reader.publish(SWIPE, QoS::AtMostOnce, false, "zero").await;
    assert_eq!(desk.accept(SWIPE).await, "zero");
    reader.publish(SWIPE, QoS::ExactlyOnce, false, "two").await;
    assert_eq!(desk.accept(SWIPE).await, "two");
    assert!(matches!(reader.next().await, Happening::Completed));
    // At QoS 0 the sender keeps nothing, so closing its connection would gain nothing.
    reader.publish(SWIPE, QoS::AtMostOnce, false, "refused").await;
    desk.next().await.ack.refuse();
    reader.publish(SWIPE, QoS::AtLeastOnce, false, "one").await;
    assert_eq!(desk.accept(SWIPE).await, "one");
    reader.acknowledged().await;
    assert_eq!(desk.counters().await.closed_without_puback, 0);
}

#[tokio::test]
async fn a_second_delivery_says_after_when_it_can_have_been_sent() {
    let mut desk = Desk::start_with(|settings| settings.last_alive = Some(at(-100))).await;
    // Not seen in this run: it may have been sent since the previous run ended.
    let mut reader = Raw::connect(desk.address(), "r1").await;
    reader.send(&raw::publish(SWIPE, "first", true)).await;
    let swipe = desk.next().await;
    assert_eq!((swipe.redelivered, swipe.sent_after), (true, Some(at(-100))));
    swipe.ack.accept();
    assert_eq!(reader.read().await, Some(vec![0x40, 2, 0, 7]));

    // Last heard at second 30, then not taken, then lost, then back.
    desk.second.store(30, Ordering::SeqCst);
    reader.send(&raw::publish(SWIPE, "second", false)).await;
    assert_eq!(desk.accept(SWIPE).await, "second");
    assert_eq!(reader.read().await, Some(vec![0x40, 2, 0, 7]));
    desk.second.store(31, Ordering::SeqCst);
    reader.send(&raw::publish(SWIPE, "third", false)).await;
    desk.next().await.ack.refuse();
    assert_eq!(reader.read().await, None);
    desk.second.store(900, Ordering::SeqCst);
    let mut reader = Raw::connect(desk.address(), "r1").await;
    reader.send(&raw::publish(SWIPE, "third", true)).await;
    let swipe = desk.next().await;
    assert_eq!((swipe.redelivered, swipe.sent_after), (true, Some(at(30))));
}

#[tokio::test]
async fn a_second_delivery_of_which_nothing_is_known_may_be_of_any_age() {
    let mut desk = Desk::start().await;
    let mut reader = Raw::connect(desk.address(), "r1").await;
    reader.send(&raw::publish(SWIPE, "swipe", true)).await;
    assert_eq!(desk.next().await.sent_after, Some(onecard_rules::Time::UNIX_EPOCH));
}

#[tokio::test]
async fn a_lost_devices_will_reaches_the_controller_and_the_screens() {
    let mut desk = Desk::start().await;
    let mut screen = desk.client("screen").await;
    assert!(screen.subscribe("onecard/main/+/+/+/availability").await);
    let mut options = desk.options("g1");
    options.set_last_will(will(AVAILABILITY, "offline"));
    let gate = TestClient::connect(options).await.unwrap();
    drop(gate);
    let lost = desk.next().await;
    assert_eq!((lost.topic.as_str(), &lost.payload[..]), (AVAILABILITY, &b"offline"[..]));
    assert!(!lost.retained);
    assert_eq!(screen.text().await, "offline");
    let mut late = desk.client("north-screen").await;
    assert!(late.subscribe("onecard/main/north/+/+/availability").await);
    assert_eq!(late.text().await, "offline");
}

#[tokio::test]
async fn the_will_of_a_connection_that_was_replaced_declares_nobody_lost() {
    let mut desk = Desk::start().await;
    let mut options = desk.options("r1");
    options.set_last_will(will(READER_AVAILABILITY, "offline"));
    // The older connection ends late, for it still waits for an answer when the newer one, after
    // the library's five seconds, takes its place.
    let mut older = TestClient::connect(options.clone()).await.unwrap();
    older.publish(SWIPE, QoS::AtLeastOnce, false, "slow").await;
    let slow = desk.next().await;
    let mut newer = TestClient::connect(options).await.unwrap();
    newer.publish(READER_AVAILABILITY, QoS::AtLeastOnce, true, "online").await;
    assert_eq!(desk.accept(READER_AVAILABILITY).await, "online");
    newer.acknowledged().await;
    slow.ack.refuse();
    older.closed().await;

    newer.publish(SWIPE, QoS::AtLeastOnce, false, "next").await;
    assert_eq!(desk.accept(SWIPE).await, "next", "and nothing before it");
    let mut screen = desk.client("screen").await;
    assert!(screen.subscribe(READER_AVAILABILITY).await);
    assert_eq!(screen.text().await, "online");
    assert_eq!(desk.counters().await.dropped, 0, "a will that goes nowhere is no loss");
}
