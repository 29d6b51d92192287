//! The driver of a line against devices on real sockets and on a pair of pseudo-terminals.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test may fail loudly"
)]

use std::{io, time::Duration};

use onecard_devices::{
    line::{
        driver::{Command, Driver, Endpoint, Settings, Told},
        schedule::{Class, Manners, Poll, Report, Schedule, Work},
    },
    modbus::{
        Answer, Failure, Request, Unit,
        frame::{Framing, crc},
    },
    profile::Parity,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
    time::{Instant, timeout},
};

const PATIENCE: Duration = Duration::from_secs(20);

type Tag = &'static str;

fn unit(address: u8) -> Unit {
    Unit::new(address).expect("a unit")
}

fn read(start: u16) -> Request {
    Request::ReadHoldingRegisters { start, count: 1 }
}

/// What a device does with a frame.
enum Reply {
    /// `unit * 256 + register`, as every device here holds.
    Right,
    Nothing,
    /// The right answer only when the next request has come, and before that one's answer.
    Late,
    /// Bytes of the test's own, then the right answer.
    After(Vec<u8>),
    /// Bytes of the test's own alone.
    Only(Vec<u8>),
    Close,
}

/// Answers frames of eight bytes (RTU) or twelve (TCP) as `script` says, for one connection.
async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    framing: Framing,
    script: &mut (impl FnMut(u8, &[u8]) -> Reply + Send),
) -> io::Result<()> {
    let mut late: Vec<u8> = Vec::new();
    loop {
        let mut frame = vec![0; if framing == Framing::Tcp { 12 } else { 8 }];
        stream.read_exact(&mut frame).await?;
        let body = match framing {
            Framing::Tcp => frame[6..].to_vec(),
            Framing::Rtu => frame[..6].to_vec(),
        };
        let answer = answer_to(framing, &frame, &body);
        stream.write_all(&std::mem::take(&mut late)).await?;
        match script(body[0], &body) {
            Reply::Right => stream.write_all(&answer).await?,
            Reply::Nothing => {}
            Reply::Late => late = answer,
            Reply::After(bytes) => stream.write_all(&[bytes, answer].concat()).await?,
            Reply::Only(bytes) => stream.write_all(&bytes).await?,
            Reply::Close => return Ok(()),
        }
        stream.flush().await?;
    }
}

fn answer_to(framing: Framing, frame: &[u8], body: &[u8]) -> Vec<u8> {
    let answer = match body[1] {
        3 => vec![body[0], 3, 2, body[0], body[3]],
        _ => body.to_vec(),
    };
    match framing {
        Framing::Tcp => {
            let length = u8::try_from(answer.len()).expect("short");
            [&frame[..2], &[0, 0, 0, length], &answer].concat()
        }
        Framing::Rtu => [&answer[..], &crc(&answer).to_le_bytes()].concat(),
    }
}

/// A gateway that serves one connection after the other.
async fn gateway(
    framing: Framing,
    mut script: impl FnMut(u8, &[u8]) -> Reply + Send + 'static,
) -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // The end of a connection is the test's own doing.
            let _ = serve(stream, framing, &mut script).await;
        }
    });
    Endpoint::Tcp { address, framing }
}

fn schedule(units: u8, hold: Duration) -> Schedule<Tag> {
    let mut schedule = Schedule::new(hold);
    for address in 1..=units {
        let manners = Manners { turnaround: Some(Duration::from_millis(10)), ..Manners::default() };
        schedule.add_unit(unit(address), manners);
    }
    schedule
}

fn start(
    endpoint: Endpoint,
    schedule: Schedule<Tag>,
) -> (mpsc::Sender<Command<Tag>>, mpsc::Receiver<Told<Tag>>) {
    let settings = Settings { endpoint, serial: None, seed: 7 };
    let (driver, commands) = Driver::new(settings, schedule, Instant::now());
    let (tell, told) = mpsc::channel(100_000);
    // At the end of a test nobody listens any more.
    tokio::spawn(driver.run(move |news| drop(tell.try_send(news))));
    (commands, told)
}

async fn next_report(told: &mut mpsc::Receiver<Told<Tag>>) -> Report<Tag> {
    loop {
        match timeout(PATIENCE, told.recv()).await.expect("news in time").expect("a driver") {
            Told::Report(report) => return report,
            Told::Refused(work) => panic!("{work:?} was refused"),
            Told::Up | Told::Down(_) | Told::State(_) => {}
        }
    }
}

fn value(report: &Report<Tag>) -> Result<u16, Failure> {
    let answers = report.result.as_ref().map_err(|failure| *failure)?;
    match answers.first() {
        Some((_, Answer::Registers(values))) => Ok(*values.first().expect("one register")),
        other => panic!("{other:?}"),
    }
}

/// Seeds of the faulty devices; a failure names its seed.
const SEEDS: u64 = 6;

#[tokio::test]
async fn whatever_a_sick_unit_sends_no_other_ever_gets_its_value() {
    for framing in [Framing::Tcp, Framing::Rtu] {
        for seed in 1..=SEEDS {
            let mut random = seed;
            let mut draw = move |below: u64| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (random >> 33) % below
            };
            // Unit 2 is sick.
            let endpoint = gateway(framing, move |address, body| {
                if address != 2 {
                    return Reply::Right;
                }
                let stranger: Vec<u8> = match framing {
                    Framing::Rtu => {
                        let body = [9, 3, 2, 0x66, 0x66];
                        [&body[..], &crc(&body).to_le_bytes()].concat()
                    }
                    Framing::Tcp => vec![0, 0, 0, 0, 0, 5, 9, 3, 2, 0x66, 0x66],
                };
                match draw(6) {
                    0 => Reply::Nothing,
                    1 => Reply::Late,
                    2 => Reply::After(stranger),
                    3 if framing == Framing::Rtu => {
                        Reply::Only((0..draw(30)).map(|n| (n * 37) as u8).collect())
                    }
                    4 if framing == Framing::Rtu => Reply::Only(body.to_vec()),
                    _ => Reply::Right,
                }
            })
            .await;
            let hold =
                if framing == Framing::Rtu { Duration::from_millis(30) } else { Duration::ZERO };
            let mut schedule = schedule(3, hold);
            for (address, tag) in [(1, "one"), (2, "two"), (3, "three")] {
                schedule.add_poll(Poll {
                    unit: unit(address),
                    requests: vec![read(u16::from(address) * 10)],
                    class: Class::Power,
                    every: Duration::ZERO,
                    tag,
                });
            }
            let (_commands, mut told) = start(endpoint, schedule);
            let mut good = 0;
            while good < 60 {
                let report = next_report(&mut told).await;
                let address = u16::from(report.unit.address());
                match value(&report) {
                    Ok(found) => {
                        assert_eq!(found, address * 256 + address * 10, "{framing:?} seed {seed}");
                        good += 1;
                    }
                    // A busy machine may be slower than a unit's patience: no answer, and no lie.
                    Err(Failure::Silent) => {}
                    Err(failure) => assert_eq!(address, 2, "{framing:?} seed {seed}: {failure}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn a_line_that_breaks_comes_back_and_what_waits_is_sent_then() {
    let mut frames = 0;
    let endpoint = gateway(Framing::Tcp, move |_, _| {
        frames += 1;
        if frames % 5 == 0 { Reply::Close } else { Reply::Right }
    })
    .await;
    let (commands, mut told) = start(endpoint, schedule(1, Duration::ZERO));
    let mut down = 0;
    for _ in 0..12 {
        let work = Work::new(unit(1), vec![read(4)], Class::Suspect, "look");
        commands.send(Command::Ask(work)).await.expect("a driver");
        match value(&next_report(&mut told).await) {
            Ok(found) => assert_eq!(found, 0x0104),
            Err(failure) => {
                assert_eq!(failure, Failure::LineDown);
                down += 1;
            }
        }
    }
    assert_eq!(down, 2);
}

#[tokio::test]
async fn a_command_for_a_line_that_is_down_ends_by_its_deadline_unsent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let endpoint = Endpoint::Tcp { address, framing: Framing::Tcp };
    let (commands, mut told) = start(endpoint, schedule(1, Duration::ZERO));
    let write = Request::WriteCoil { address: 0, value: 0 };
    let work = Work::new(unit(1), vec![write], Class::Trip, "trip").by(Duration::from_millis(200));
    commands.send(Command::Ask(work)).await.expect("a driver");
    assert_eq!(next_report(&mut told).await.result, Err(Failure::Expired));
}

#[tokio::test]
async fn a_serial_port_carries_the_same_frames() {
    let (far, near) = tokio_serial::SerialStream::pair().expect("a pair of pseudo-terminals");
    let path = tokio_serial::SerialPort::name(&near).expect("the terminal has a path");
    tokio::spawn(async move {
        // The end of the test is the end of the line.
        let _ = serve(far, Framing::Rtu, &mut |_, _| Reply::Right).await;
    });
    let endpoint = Endpoint::Serial { path, baud: 9_600, parity: Parity::None };
    let (commands, mut told) = start(endpoint, schedule(3, Duration::ZERO));
    for address in [1, 3, 2] {
        let work = Work::new(unit(address), vec![read(0x2A)], Class::Suspect, "look");
        commands.send(Command::Ask(work)).await.expect("a driver");
        let found = value(&next_report(&mut told).await);
        assert_eq!(found, Ok(u16::from(address) * 256 + 0x2A));
    }
}
