//! Simulated lines, seen by a Modbus client of others and byte by byte. The time of tokio is held
//! still and jumps to the next timer, so lengths are those of the simulated wire.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

use std::{collections::BTreeSet, time::Duration};

use onecard_simulators::power::{
    appliance::Appliance,
    clock::WorldClock,
    faults::Fault,
    line::{Line, LineSettings, Traffic},
    model::Model,
    room::{Room, SharedRoom},
    unit::Unit,
    wire::{Framing, Timing, crc},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    time::{Instant, advance, timeout},
};
use tokio_modbus::{
    ExceptionCode, Slave,
    client::{Context, Reader, Writer, rtu, tcp},
    slave::SlaveContext,
};

const AT_ONCE: LineSettings =
    LineSettings { framing: Framing::Rtu, timing: None, gateway_timeout: None };

const BOTH: [Framing; 2] = [Framing::Rtu, Framing::Tcp];

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Rooms that draw 1000 W and 500 var, and one unit at each, with ids from 1.
fn line_of(models: &[Model], settings: LineSettings) -> (Line, Vec<SharedRoom>) {
    let rooms: Vec<_> = models
        .iter()
        .map(|_| {
            let mut room = Room::new(1_200.0, Duration::ZERO);
            room.inject(Appliance::load(1_000.0, 500.0), Duration::ZERO);
            SharedRoom::new(room)
        })
        .collect();
    let unit = |((id, model), room): ((u8, &Model), &SharedRoom)| {
        Unit::new(id, *model, vec![room.clone()])
    };
    let units = (1..).zip(models).zip(&rooms).map(unit).collect();
    let clock = WorldClock::starting_at(Duration::ZERO, 1.0);
    (Line::new(settings, units, clock, 1), rooms)
}

fn plug(line: &Line) -> DuplexStream {
    let (ours, theirs) = duplex(4_096);
    line.attach(theirs);
    ours
}

fn client(line: &Line, framing: Framing, unit: u8) -> Context {
    match framing {
        Framing::Rtu => rtu::attach_slave(plug(line), Slave(unit)),
        Framing::Tcp => tcp::attach_slave(plug(line), Slave(unit)),
    }
}

fn float(words: &[u16]) -> f32 {
    f32::from_bits(u32::from(words[0]) << 16 | u32::from(words[1]))
}

#[track_caller]
fn near(got: f64, expected: f64, allowed: f64) {
    assert!((got - expected).abs() <= allowed, "{got} for {expected}");
}

#[tokio::test(start_paused = true)]
async fn what_is_read_is_what_the_room_draws() {
    for framing in BOTH {
        let models = [Model::Sdm120, Model::Pzem016, Model::Dds238];
        let (line, rooms) = line_of(&models, LineSettings { framing, ..AT_ONCE });
        let mut client = client(&line, framing, 1);
        let words = client.read_input_registers(0x000C, 2).await.unwrap().unwrap();
        near(f64::from(float(&words)), 1_000.0, 0.001);
        let words = client.read_input_registers(0x0000, 2).await.unwrap().unwrap();
        let truth = rooms[0].at(Duration::ZERO).truth();
        near(f64::from(float(&words)), truth.voltage_v, 0.001);
        client.set_slave(Slave(2));
        let words = client.read_input_registers(0x0003, 2).await.unwrap().unwrap();
        assert_eq!(words, [10_000, 0], "steps of 0.1 W, low word first");
        client.set_slave(Slave(3));
        advance(Duration::from_hours(1)).await;
        let words = client.read_holding_registers(0x0000, 27).await.unwrap().unwrap();
        assert_eq!((words[1], words[0x0E], words[0x0F], words[0x1A]), (100, 1_000, 500, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_moves_the_contact_and_the_room_goes_dark() {
    for framing in BOTH {
        let models = [Model::Dds238, Model::Waveshare8, Model::Lx47le, Model::R421a08];
        let (line, rooms) = line_of(&models, LineSettings { framing, ..AT_ONCE });
        let mut client = client(&line, framing, 1);
        let refused = client.write_single_register(0x001A, 0).await.unwrap();
        assert_eq!(refused, Err(ExceptionCode::IllegalFunction), "function 16 only");
        client.write_multiple_registers(0x001A, &[0]).await.unwrap().unwrap();
        client.set_slave(Slave(2));
        client.write_single_coil(0, false).await.unwrap().unwrap();
        client.set_slave(Slave(3));
        client.write_single_register(0x000D, 0).await.unwrap().unwrap();
        client.set_slave(Slave(4));
        client.write_single_register(1, 0x0200).await.unwrap().unwrap();
        advance(Duration::from_secs(4)).await;
        client.set_slave(Slave(1));
        let power = client.read_holding_registers(0x000E, 1).await.unwrap().unwrap();
        assert_eq!(power, [0]);
        let opened: Vec<_> = rooms
            .iter()
            .map(|room| room.at(Duration::from_secs(4)).truth().opened_at.unwrap().as_millis())
            .collect();
        assert_eq!(opened, [20, 30, 3_000, 30]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_transaction_takes_the_time_of_its_characters_and_the_turnaround() {
    // Two registers: 8 + 9 characters and the silence between; T of the reference without the
    // silence after, which only the next one waits for.
    let table = [
        (9_600, 20, 17.0 * 1.041_667 + 3.646 + 20.0),
        (2_400, 20, 17.0 * 4.166_667 + 14.583 + 20.0),
        (115_200, 50, 17.0 * 0.086_806 + 1.75 + 50.0),
    ];
    for (baud, turnaround, expected_ms) in table {
        for framing in BOTH {
            let timing = Some(Timing::at(baud).steady(ms(turnaround)));
            let settings = LineSettings { framing, timing, ..AT_ONCE };
            let (line, _rooms) = line_of(&[Model::Sdm120], settings);
            let mut client = client(&line, framing, 1);
            let start = Instant::now();
            client.read_input_registers(0x000C, 2).await.unwrap().unwrap();
            let took = start.elapsed().as_secs_f64() * 1_000.0;
            // Timers of tokio count whole milliseconds.
            assert!((expected_ms - 0.01..=expected_ms + 2.1).contains(&took), "{baud}: {took} ms");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_who_ask_at_once_share_one_wire() {
    let timing = Some(Timing::at(9_600).steady(ms(20)));
    let (line, _rooms) = line_of(&[Model::Sdm120; 2], LineSettings { timing, ..AT_ONCE });
    let start = Instant::now();
    let read = async |unit| {
        let mut client = client(&line, Framing::Rtu, unit);
        client.read_input_registers(0x000C, 2).await.unwrap().unwrap();
        start.elapsed()
    };
    let (first, second) = tokio::join!(read(1), read(2));
    // 41.4 ms, then the silence, then 41.4 ms again: 86.4 ms.
    assert!(first < ms(45), "{first:?}");
    assert!((ms(86)..ms(90)).contains(&second), "{second:?}");
}

#[tokio::test(start_paused = true)]
async fn turnarounds_stay_in_their_range_and_come_from_the_seed() {
    let round = async |seed: u64| {
        let timing = Timing { jitter: 0.2, turnaround: (ms(10), ms(40)), ..Timing::at(115_200) };
        let room = SharedRoom::new(Room::new(1_200.0, Duration::ZERO));
        let units = (1..=20).map(|id| Unit::new(id, Model::Pzem016, vec![room.clone()])).collect();
        let settings = LineSettings { timing: Some(timing), ..AT_ONCE };
        let line = Line::new(settings, units, WorldClock::starting_at(ms(0), 1.0), seed);
        let mut client = client(&line, Framing::Rtu, 1);
        let mut lengths = Vec::new();
        for unit in 1..=20 {
            client.set_slave(Slave(unit));
            let start = Instant::now();
            client.read_input_registers(0, 1).await.unwrap().unwrap();
            lengths.push(start.elapsed());
        }
        lengths
    };
    let lengths = round(3).await;
    assert_eq!(lengths, round(3).await);
    assert_ne!(lengths, round(4).await);
    // 8 ms to 48 ms, 15 characters and two silences of 4.8 ms, and the rounding.
    assert!(lengths.iter().all(|took| (ms(10)..ms(57)).contains(took)), "{lengths:?}");
    assert!(lengths.iter().collect::<BTreeSet<_>>().len() > 5, "{lengths:?}");
}

/// What comes within so long, byte by byte.
async fn exchange(stream: &mut DuplexStream, request: &[u8], within: Duration) -> Vec<u8> {
    stream.write_all(request).await.unwrap();
    let mut got = Vec::new();
    let mut all = async || while stream.read_buf(&mut got).await.unwrap() > 0 {};
    timeout(within, all()).await.ok();
    got
}

fn rtu_frame(body: &[u8]) -> Vec<u8> {
    [body, &crc(body).to_le_bytes()].concat()
}

/// A read of the power of a DDSU666 at unit 1, its answer (1.0 kW), and the line with the fault on.
fn faulty(framing: Framing, fault: Fault) -> (Line, DuplexStream, Vec<u8>, Vec<u8>) {
    let (line, _rooms) = line_of(&[Model::Ddsu666], LineSettings { framing, ..AT_ONCE });
    line.unit(1, |unit, now| unit.fault_on(fault, now)).unwrap().unwrap();
    let stream = plug(&line);
    let (ask, answer) = ([1, 3, 0x20, 4, 0, 2], [1, 3, 4, 0x3F, 0x80, 0, 0]);
    let framed = |body: &[u8]| match framing {
        Framing::Rtu => rtu_frame(body),
        Framing::Tcp => [&[0x12, 0x34, 0, 0, 0, u8::try_from(body.len()).unwrap()], body].concat(),
    };
    (line, stream, framed(&ask), framed(&answer))
}

#[tokio::test(start_paused = true)]
async fn each_fault_shows_on_the_wire_as_it_is_named() {
    let second = Duration::from_secs(1);
    for framing in BOTH {
        for fault in [Fault::Silent, Fault::Mute] {
            let (_line, mut stream, ask, _) = faulty(framing, fault);
            assert!(exchange(&mut stream, &ask, second).await.is_empty(), "{framing:?} {fault:?}");
        }

        let (_line, mut stream, ask, answer) = faulty(framing, Fault::Late(ms(500)));
        assert!(exchange(&mut stream, &ask, ms(499)).await.is_empty(), "{framing:?} late");
        assert_eq!(exchange(&mut stream, &[], ms(20)).await, answer, "{framing:?} late");

        let (_line, mut stream, ask, answer) = faulty(framing, Fault::WrongUnit(9));
        let got = exchange(&mut stream, &ask, second).await;
        let mut body = vec![9];
        body.extend(&answer[if framing == Framing::Rtu { 1..7 } else { 7..13 }]);
        if framing == Framing::Rtu {
            assert_eq!(got, rtu_frame(&body));
        } else {
            assert_eq!(got[6..], body);
        }

        let (_line, mut stream, ask, answer) = faulty(framing, Fault::Garbage);
        let got = exchange(&mut stream, &ask, second).await;
        assert_eq!(got.len(), answer.len(), "{framing:?} garbage");
        assert_ne!(got, answer, "{framing:?} garbage");

        let (_line, mut stream, ask, answer) = faulty(framing, Fault::WrongCount);
        let got = exchange(&mut stream, &ask, second).await;
        assert_eq!(got.len(), answer.len() - 2, "{framing:?} wrong count");
        assert_eq!(got[if framing == Framing::Rtu { 2 } else { 8 }], 2, "bytes announced");

        // −1.0 kW = bf800000.
        let (_line, mut stream, ask, answer) = faulty(framing, Fault::SwappedCt);
        let got = exchange(&mut stream, &ask, second).await;
        let at = if framing == Framing::Rtu { 3 } else { 9 };
        assert_eq!((answer[at], got[at]), (0x3F, 0xBF), "{framing:?} swapped");
    }

    let (_line, mut stream, ask, answer) = faulty(Framing::Rtu, Fault::SpoiltCrc);
    let got = exchange(&mut stream, &ask, second).await;
    assert_eq!(got[..7], answer[..7]);
    assert_ne!(got[7..], answer[7..]);
    let (_line, mut stream, ask, _) = faulty(Framing::Tcp, Fault::SpoiltCrc);
    assert!(exchange(&mut stream, &ask, second).await.is_empty(), "a gateway drops it");
}

#[tokio::test(start_paused = true)]
async fn a_mute_unit_obeys_and_a_silent_one_does_not() {
    for (fault, closed) in [(Fault::Mute, false), (Fault::Silent, true)] {
        let (line, rooms) = line_of(&[Model::Waveshare8], AT_ONCE);
        line.unit(1, |unit, now| unit.fault_on(fault, now)).unwrap().unwrap();
        let off = rtu_frame(&[1, 5, 0, 0, 0, 0]);
        let got = exchange(&mut plug(&line), &off, ms(200)).await;
        assert!(got.is_empty(), "{fault:?}");
        assert_eq!(rooms[0].at(ms(200)).truth().contact_closed, closed, "{fault:?}");
        line.unit(1, |unit, now| unit.fault_off(fault, now)).unwrap().unwrap();
        assert_eq!(exchange(&mut plug(&line), &off, ms(200)).await, off);
    }
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_waits_answers_for_the_silent_and_keeps_the_wire_meanwhile() {
    let timing = Some(Timing::at(9_600).steady(ms(10)));
    let framing = Framing::Tcp;
    let settings = LineSettings { framing, timing, gateway_timeout: Some(ms(300)) };
    let (line, _rooms) = line_of(&[Model::Sdm120; 2], settings);
    line.unit(1, |unit, now| unit.fault_on(Fault::Silent, now)).unwrap().unwrap();
    let start = Instant::now();
    let read = async |unit| {
        let mut client = client(&line, framing, unit);
        (client.read_input_registers(0x000C, 2).await.unwrap(), start.elapsed())
    };
    let (silent, healthy) = tokio::join!(read(1), read(2));
    assert_eq!(silent.0, Err(ExceptionCode::GatewayTargetDevice));
    assert!((ms(300)..ms(320)).contains(&silent.1), "{silent:?}");
    assert!(healthy.0.is_ok());
    assert!((ms(330)..ms(360)).contains(&healthy.1), "{healthy:?}");
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_waited_long_enough_drops_the_late_answer() {
    let framing = Framing::Tcp;
    let settings = LineSettings { framing, gateway_timeout: Some(ms(300)), ..AT_ONCE };
    let (line, _rooms) = line_of(&[Model::Ddsu666], settings);
    let mut stream = plug(&line);
    let ask = [0, 7, 0, 0, 0, 6, 1, 3, 0x20, 4, 0, 2];
    for (late, expected) in [(200, 13), (400, 9)] {
        line.unit(1, |unit, now| unit.fault_on(Fault::Late(ms(late)), now)).unwrap().unwrap();
        let got = exchange(&mut stream, &ask, Duration::from_secs(1)).await;
        assert_eq!(got.len(), expected, "{late} ms: {got:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn endless_noise_is_thrown_away_and_a_torn_frame_of_tcp_closes_the_connection() {
    let (line, _rooms) = line_of(&[Model::Ddsu666], AT_ONCE);
    let mut stream = plug(&line);
    let noise = [0x55; 10_000];
    assert!(exchange(&mut stream, &noise, ms(200)).await.is_empty());
    let ask = rtu_frame(&[1, 3, 0x20, 4, 0, 2]);
    assert_eq!(exchange(&mut stream, &ask, ms(200)).await.len(), 9);
    assert!(line.traffic().garbled >= 10, "{:?}", line.traffic());

    let (line, _rooms) =
        line_of(&[Model::Ddsu666], LineSettings { framing: Framing::Tcp, ..AT_ONCE });
    let mut stream = plug(&line);
    stream.write_all(&[0, 7, 0, 0, 0, 6, 1]).await.unwrap();
    let closed = timeout(Duration::from_secs(2), stream.read_u8()).await;
    assert!(closed.is_ok_and(|read| read.is_err()));
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_comes_where_the_next_one_is_expected() {
    let (line, _rooms) = line_of(&[Model::Ddsu666; 2], AT_ONCE);
    line.unit(1, |unit, now| unit.fault_on(Fault::Late(ms(100)), now)).unwrap().unwrap();
    line.unit(2, |unit, now| unit.fault_on(Fault::Late(ms(60)), now)).unwrap().unwrap();
    let mut stream = plug(&line);
    let ask = |unit| rtu_frame(&[unit, 3, 0x20, 4, 0, 2]);
    assert!(exchange(&mut stream, &ask(1), ms(80)).await.is_empty());
    let got = exchange(&mut stream, &ask(2), ms(50)).await;
    assert_eq!(got.first(), Some(&1), "the answer of the unit that was asked before");
    assert_eq!(exchange(&mut stream, &[], ms(50)).await.first(), Some(&2));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_frame_is_forgotten_after_a_silence() {
    let (line, _rooms) = line_of(&[Model::Ddsu666], AT_ONCE);
    let mut stream = plug(&line);
    let ask = rtu_frame(&[1, 3, 0x20, 4, 0, 2]);
    assert!(exchange(&mut stream, &ask[..5], ms(100)).await.is_empty());
    assert_eq!(exchange(&mut stream, &ask, ms(100)).await.len(), 9);
    let mut spoilt = ask.clone();
    spoilt[6] ^= 1;
    assert!(exchange(&mut stream, &spoilt, ms(100)).await.is_empty());
    // Nobody is unit 9, and function 0x2B is unknown.
    assert!(exchange(&mut stream, &rtu_frame(&[9, 3, 0, 0, 0, 1]), ms(100)).await.is_empty());
    let unknown = exchange(&mut stream, &rtu_frame(&[1, 0x2B, 14, 1, 0]), ms(100)).await;
    assert_eq!(unknown, rtu_frame(&[1, 0xAB, 1]));
    assert_eq!(line.traffic(), Traffic { requests: 3, answers: 2, garbled: 2 });
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_moves_every_board_and_nobody_answers() {
    let models = [Model::Waveshare8, Model::Waveshare8, Model::Dds238];
    let (line, rooms) = line_of(&models, AT_ONCE);
    let all_off = rtu_frame(&[0, 5, 0, 0xFF, 0, 0]);
    assert!(exchange(&mut plug(&line), &all_off, ms(100)).await.is_empty());
    let closed: Vec<_> = rooms.iter().map(|room| room.at(ms(100)).truth().contact_closed).collect();
    assert_eq!(closed, [false, false, true]);
}

#[tokio::test]
async fn a_gateway_on_a_socket_serves_several_and_lets_them_come_back() {
    let (mut line, _rooms) =
        line_of(&[Model::Sdm120], LineSettings { framing: Framing::Tcp, ..AT_ONCE });
    let address = line.listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    assert_eq!(line.address(), Some(address));
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(tcp::connect_slave(address, Slave(1)).await.unwrap());
    }
    for client in &mut clients {
        let words = client.read_input_registers(0x000C, 2).await.unwrap().unwrap();
        near(f64::from(float(&words)), 1_000.0, 0.001);
    }
    line.hang_up();
    assert!(clients[0].read_input_registers(0x000C, 2).await.is_err());
    let mut again = tcp::connect_slave(address, Slave(1)).await.unwrap();
    again.read_input_registers(0x000C, 2).await.unwrap().unwrap();
    drop(line);
    assert!(again.read_input_registers(0x000C, 2).await.is_err());
}
