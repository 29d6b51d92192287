//! What is read and written for each message: topics, swipes, commands, entry rows, Modbus frames,
//! each beside a floor: the same bytes through a JSON parser or writer that knows no meaning, or
//! copied.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use onecard_devices::{
    gate::wire::{Command, EntryRow, entry_row},
    modbus::{
        Request, Unit,
        frame::{Framing, Wire, crc},
    },
    reader::wire::parse_swipe,
    topic::{Channel, Topics},
};
use onecard_rules::{
    Time,
    event::{DeviceKind, Entry, Inputs},
    reason::Reason,
    site::Direction,
};
use serde_json::Value;

const SWIPE: &[u8] =
    br#"{"card":"04A1B2C3D4E580","at":"2026-11-23T07:45:12.123+08:00","seq":1841,"boot":7}"#;
/// Far above any message of the contract.
const PAYLOAD_BYTES: usize = 4096;

fn topics(criterion: &mut Criterion) {
    let topics = Topics::new("onecard", &"college".parse().unwrap());
    let text = "onecard/college/campus/reader/north-1-in/swipe";
    let mut group = criterion.benchmark_group("topic");
    group.bench_function("floor: split", |b| b.iter(|| black_box(text).split('/').count()));
    group.bench_function("parse", |b| b.iter(|| topics.parse(black_box(text)).unwrap()));
    group.bench_function("build", |b| {
        b.iter(|| topics.build(black_box("campus"), DeviceKind::Gate, "north-1", Channel::Command));
    });
    group.finish();
}

fn swipes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("swipe");
    group.bench_function("floor: any JSON", |b| {
        b.iter(|| serde_json::from_slice::<Value>(black_box(SWIPE)).unwrap());
    });
    group.bench_function("parse", |b| {
        b.iter(|| parse_swipe(black_box(SWIPE), PAYLOAD_BYTES).unwrap());
    });
    group.finish();
}

fn commands(criterion: &mut Criterion) {
    let command = Command::Open {
        direction: Direction::In,
        open_ms: 3_000,
        decision: "01JD0000000000000000000000".parse().unwrap(),
        deadline: "2026-11-23T07:45:15.123+08:00".to_owned(),
    };
    let bare = serde_json::to_value(&command).unwrap();
    let mut group = criterion.benchmark_group("gate command");
    group.bench_function("floor: any JSON", |b| {
        b.iter(|| serde_json::to_vec(black_box(&bare)).unwrap());
    });
    group.bench_function("write", |b| {
        b.iter(|| serde_json::to_vec(black_box(&command)).unwrap());
    });
    group.finish();
}

fn entry() -> Entry {
    Entry {
        decision: "01JD0000000000000000000000".parse().unwrap(),
        at: Time::from_timestamp_millis(1_795_000_000_000).unwrap(),
        presented_at: None,
        area: "campus".parse().unwrap(),
        gate: "north-1".parse().unwrap(),
        direction: Direction::In,
        reader: Some("north-1-in".parse().unwrap()),
        swipe: None,
        granted: true,
        reason: Reason::Grant,
        rules: vec!["students-main-gates".parse().unwrap()],
        flags: Vec::new(),
        rules_version: "9f1c".to_owned(),
        person: Some("20240311".parse().unwrap()),
        name: Some("张伟".to_owned()),
        kind: None,
        card: None,
        raw: Some("04A1B2C3D4E580".to_owned()),
        by: None,
        why: None,
        replay_of: None,
        inputs: Inputs::default(),
    }
}

fn entry_rows(criterion: &mut Criterion) {
    let entry = entry();
    let row = |seq| entry_row(black_box(&entry), seq, 3, Some(seq - 1), chrono_tz::Asia::Shanghai);
    let text = serde_json::to_vec(&row(90_211)).unwrap();
    let bare: Value = serde_json::from_slice(&text).unwrap();
    let mut group = criterion.benchmark_group("entry row");
    group.bench_function("floor: any JSON written", |b| {
        b.iter(|| serde_json::to_vec(black_box(&bare)).unwrap());
    });
    group.bench_function("write", |b| b.iter(|| serde_json::to_vec(&row(90_211)).unwrap()));
    group.bench_function("floor: any JSON read", |b| {
        b.iter(|| serde_json::from_slice::<Value>(black_box(&text)).unwrap());
    });
    group.bench_function("read", |b| {
        b.iter(|| serde_json::from_slice::<EntryRow>(black_box(&text)).unwrap());
    });
    group.finish();
}

/// The answer of a unit to a read of two registers.
fn answer(framing: Framing, asked: &[u8]) -> Vec<u8> {
    let body = [1, 3, 4, 0x43, 0x5C, 0x80, 0];
    match framing {
        Framing::Tcp => {
            let mut frame = asked.get(..2).unwrap().to_vec();
            frame.extend_from_slice(&[0, 0, 0, u8::try_from(body.len()).unwrap()]);
            frame.extend_from_slice(&body);
            frame
        }
        Framing::Rtu => {
            let mut frame = body.to_vec();
            frame.extend_from_slice(&crc(&body).to_le_bytes());
            frame
        }
    }
}

fn frames(criterion: &mut Criterion) {
    let unit = Unit::new(1).unwrap();
    let request = Request::ReadHoldingRegisters { start: 0x0C, count: 2 };
    let mut group = criterion.benchmark_group("frame");
    let bytes = answer(Framing::Rtu, &[]);
    let mut copy = Vec::with_capacity(64);
    group.bench_function("floor: copied", |b| {
        b.iter(|| {
            copy.clear();
            copy.extend_from_slice(black_box(&bytes));
        });
    });
    for (name, framing) in [("TCP", Framing::Tcp), ("RTU", Framing::Rtu)] {
        let mut wire = Wire::new(framing);
        group.bench_function(format!("asked and answered, {name}"), |b| {
            b.iter(|| {
                let frame = answer(framing, wire.ask(unit, black_box(&request)));
                wire.hear(&frame, unit, &request).unwrap().unwrap()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, topics, swipes, commands, entry_rows, frames);
criterion_main!(benches);
