//! A flood of garbage from one client, and people who enter at another gate meanwhile.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use onecard_rules::Time;
use rand::{Rng, SeedableRng, rngs::StdRng};
use rumqttc::mqttbytes::v4::Packet;
use serde_json::{Value, json};

use super::{
    campus::now,
    garbage::{As, Garbage, Maker},
    line::Line,
    pace::pause,
    process::get,
};

pub const SEED: u64 = 20_261_123;
/// Messages that a client sends before it waits for what is to be acknowledged.
const BURST: usize = 32;
/// The card of somebody who may enter.
pub const GOOD: &str = "04A1B2C3D4E580";
/// Where people enter meanwhile.
pub const BESIDE: &str = "main-1-in";

/// How many messages of each sort were sent.
pub type Sent = BTreeMap<As, u64>;

/// How many messages of garbage there shall be.
pub fn wanted() -> u64 {
    let count = std::env::var("ONECARD_GARBAGE").ok();
    count.map_or(20_000, |count| count.parse().expect("a whole number"))
}

pub fn swipe_topic(reader: &str) -> String {
    format!("onecard/west/campus/reader/{reader}/swipe")
}

/// Sends garbage through one connection, which must hold, with a pause after each burst.
pub fn flood(broker: SocketAddr, number: usize, count: u64, between: Duration) -> Sent {
    let random = StdRng::seed_from_u64(SEED + number as u64);
    let mut qos = StdRng::seed_from_u64(SEED - number as u64);
    let mut maker = Maker::new(random, number, now());
    let mut line = Line::open(broker, &format!("garbage-{number}")).expect("a connection");
    let mut sent = Sent::new();
    let mut left = count;
    while left > 0 {
        let mut acknowledged = 0;
        for id in 1..=BURST.min(usize::try_from(left).unwrap_or(BURST)) {
            let Garbage { topic, payload, taken_as } = maker.next();
            // The last of all is acknowledged, and so all before it were handled.
            let id = if left > 1 && qos.random() { 0 } else { u16::try_from(id).expect("few") };
            acknowledged += usize::from(id > 0);
            line.send(&topic, payload, id, false).expect("the connection holds");
            *sent.entry(taken_as).or_default() += 1;
            left -= 1;
        }
        while acknowledged > 0 {
            let packet = line.packet().expect("the connection holds");
            acknowledged -= usize::from(matches!(packet, Packet::PubAck(_)));
        }
        pause(between);
    }
    sent
}

/// Swipes a good card at a gate beside, one after the other, until the flood is over; answers when
/// each was presented, and when it was acknowledged.
pub fn enter_meanwhile(broker: SocketAddr, over: &AtomicBool) -> Vec<(Time, Time)> {
    let mut line = Line::open(broker, "beside").expect("a connection");
    let (mut times, mut seq) = (Vec::new(), 0);
    while !over.load(Ordering::Relaxed) {
        seq += 1;
        let at = now();
        let swipe = json!({"card": GOOD, "boot": 1, "seq": seq, "at": at.to_rfc3339()});
        let swipe = swipe.to_string().into_bytes();
        line.publish(&swipe_topic(BESIDE), swipe, false).expect("it is taken");
        times.push((at, now()));
        pause(Duration::from_millis(20));
    }
    times
}

/// The devices that are alarmed about for what they send.
pub fn alarmed(http: SocketAddr) -> Vec<String> {
    let alarms = serde_json::from_str::<Value>(&get(http, "/api/alarms").expect("alarms"));
    let alarms = alarms.expect("JSON");
    let malformed = alarms.as_array().expect("alarms").iter();
    let malformed = malformed.filter(|alarm| alarm["reason"] == "malformed_message");
    malformed.map(|alarm| alarm["device"].as_str().expect("a device").to_owned()).collect()
}

/// The sum of the series that begin so.
pub fn sum(metrics: &str, series: &str) -> u64 {
    let lines = metrics.lines().filter(|line| line.starts_with(series));
    lines.map(|line| line.rsplit(' ').next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0)).sum()
}

/// Prints how long it took that people were let in.
pub fn tell_took(mut took: Vec<chrono::TimeDelta>, until: &str) {
    took.sort_unstable();
    println!(
        "{} people entered meanwhile: median {} ms, p99 {} ms, max {} ms until {until}",
        took.len(),
        took[took.len() / 2].num_milliseconds(),
        took[took.len() * 99 / 100].num_milliseconds(),
        took[took.len() - 1].num_milliseconds(),
    );
}
