//! Valves on lines: what a model's registers say of a valve, and which orders write what.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::sync::Arc;

use chrono::TimeDelta;
use onecard_devices::{
    line::schedule::Class,
    modbus::{Answer, Request, Unit},
    profile::Library,
    valve::{News, Order, wire::Leaf, wired::Wired},
};

const OPEN: Order = Order::Open { lease: TimeDelta::seconds(8) };

fn wired(model: &str, channel: u16) -> Wired {
    let profile = Library::of_shipped().unwrap().model(model).unwrap().clone();
    Wired::new(Arc::new(profile), Unit::new(7).unwrap(), channel).unwrap()
}

/// Answers each reading with the registers at their places, and zero elsewhere.
fn says(valve: &mut Wired, registers: &[(u16, u16)]) -> Vec<News> {
    let answers: Vec<_> = valve
        .reading()
        .iter()
        .map(|request| {
            let find = |address: u16| {
                registers.iter().find(|(at, _)| *at == address).map_or(0, |(_, word)| *word)
            };
            let answer = match request {
                Request::ReadHoldingRegisters { start, count }
                | Request::ReadInputRegisters { start, count } => {
                    Answer::Registers((*start..start + count).map(find).collect())
                }
                Request::ReadCoils { start, count }
                | Request::ReadDiscreteInputs { start, count } => {
                    Answer::Bits((*start..start + count).map(|at| find(at) != 0).collect())
                }
                other @ (Request::WriteCoil { .. }
                | Request::WriteRegister { .. }
                | Request::WriteCoils { .. }
                | Request::WriteRegisters { .. }) => panic!("not a reading: {other:?}"),
            };
            (request.clone(), answer)
        })
        .collect();
    valve.answered(&answers)
}

/// 12.5 m³ as Xintai writes it, and the valve's word.
fn xintai(valve: u16) -> [(u16, u16); 3] {
    let [a, b, c, d] = 12.5_f32.to_be_bytes();
    [(1, u16::from_be_bytes([d, c])), (2, u16::from_be_bytes([b, a])), (0x1C, valve)]
}

/// What it is told and then reads, in turn; what is heard of it.
type Row<'a> = (&'a [(Option<Order>, u16)], Vec<News>);

#[test]
fn orders_write_what_the_model_wants_in_the_class_of_their_urgency() {
    let rows = [
        ("Xintai valve meter", 0, OPEN, Class::Restore),
        ("Xintai valve meter", 0, Order::Close, Class::Trip),
        ("Ultrasonic kiosk meter", 0, OPEN, Class::Restore),
        ("Ultrasonic kiosk meter", 0, Order::Close, Class::Trip),
        ("WB-MWAC v2", 1, OPEN, Class::Restore),
        ("WB-MWAC v2", 1, Order::Close, Class::Trip),
    ];
    let written: Vec<_> = rows
        .iter()
        .map(|(model, channel, order, class)| {
            let (requests, found) = wired(model, *channel).order(*order);
            assert_eq!(found, *class, "{model} {order:?}");
            requests
        })
        .collect();
    let word = |value| vec![Request::WriteRegister { address: 0x1C, value }];
    let words = |value| vec![Request::WriteRegisters { start: 0x60, values: vec![value] }];
    let coil = |value| vec![Request::WriteCoil { address: 1, value }];
    assert_eq!(written, [word(1), word(2), words(1), words(2), coil(0xFF00), coil(0)]);
    let (reading, class) = wired("Xintai valve meter", 0).order(Order::Report);
    assert_eq!((reading.len(), class), (2, Class::Suspect));
}

#[test]
fn what_registers_say_counts_from_when_the_valve_was_told() {
    const LITRES: u64 = 12_500_000;
    let register = |leaf| News::Register { ml: LITRES, leaf };
    let fault = || News::Fault(String::new());
    // What it is told and what its valve's register shows (1 open, 2 closed, 4 broken), in turn; the news
    // of the last.
    let rows: &[Row<'_>] = &[
        (&[(None, 2)], vec![register(Leaf::Closed)]),
        (&[(None, 1)], vec![register(Leaf::Open)]),
        // Still closed: it has not turned yet.
        (&[(Some(OPEN), 2)], vec![register(Leaf::Closed)]),
        (&[(Some(OPEN), 0)], vec![register(Leaf::Closed)]),
        (&[(Some(OPEN), 1), (None, 2)], vec![News::ClosedItself, register(Leaf::Closed)]),
        (&[(Some(OPEN), 1), (Some(OPEN), 2)], vec![News::ClosedItself, register(Leaf::Closed)]),
        (&[(Some(OPEN), 1), (Some(Order::Close), 1)], vec![register(Leaf::Open)]),
        (&[(Some(OPEN), 1), (Some(Order::Close), 0)], vec![register(Leaf::Open)]),
        (
            &[(Some(OPEN), 1), (Some(Order::Close), 0), (None, 2)],
            vec![News::Closed, register(Leaf::Closed)],
        ),
        (&[(Some(Order::Close), 2), (None, 2)], vec![register(Leaf::Closed)]),
        (
            &[(Some(Order::Close), 2), (Some(Order::Close), 2)],
            vec![News::Closed, register(Leaf::Closed)],
        ),
        (&[(Some(OPEN), 5)], vec![fault(), register(Leaf::Fault)]),
        (&[(Some(OPEN), 5), (None, 5)], vec![register(Leaf::Fault)]),
    ];
    for (steps, expected) in rows {
        let mut valve = wired("Xintai valve meter", 0);
        let mut last = Vec::new();
        for (order, shown) in *steps {
            if let Some(order) = order {
                valve.order(*order);
            }
            last = says(&mut valve, &xintai(*shown));
        }
        assert_eq!(last, *expected, "{steps:?}");
    }
}

#[test]
fn it_is_watched_until_it_was_seen_to_close() {
    let mut valve = wired("Xintai valve meter", 0);
    assert!(!valve.is_watched());
    valve.order(OPEN);
    says(&mut valve, &xintai(1));
    assert!(valve.is_watched());
    valve.order(Order::Close);
    says(&mut valve, &xintai(1));
    assert!(valve.is_watched(), "water may still run");
    says(&mut valve, &xintai(2));
    assert!(!valve.is_watched());
}

#[test]
fn each_channel_of_a_board_is_a_valve_of_its_own() {
    let mut second = wired("WB-MWAC v2", 1);
    second.order(OPEN);
    // 3,000 l and 41 l: eight bytes each; the first valve is open, the second closed.
    let counts = [(1068 + 3, 3_000), (1072 + 3, 41), (0, 1), (1, 0)];
    let news = says(&mut second, &counts);
    assert_eq!(news, [News::Register { ml: 41_000, leaf: Leaf::Closed }]);
}

#[test]
fn a_model_without_valve_or_without_meter_is_none() {
    let library = Library::of_shipped().unwrap();
    for model in ["TUF-2000M", "SDM120", "R421A08"] {
        let profile = Arc::new(library.model(model).unwrap().clone());
        assert!(Wired::new(profile, Unit::new(7).unwrap(), 0).is_err(), "{model}");
    }
    let board = Arc::new(library.model("WB-MWAC v2").unwrap().clone());
    assert!(Wired::new(board, Unit::new(7).unwrap(), 2).is_err(), "it has two");
}
