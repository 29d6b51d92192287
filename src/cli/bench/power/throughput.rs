//! Transactions a second at full speed: our line driver beside a bare tokio-modbus client that asks in a
//! loop, over the same number of connections to the same simulated units.

use std::{
    cell::Cell,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use onecard_devices::{
    line::{
        driver::{Driver, Endpoint, Settings, Told},
        schedule::{Class, Manners, Poll, Schedule},
    },
    modbus::{Request, Unit, frame::Framing},
};
use serde::Serialize;
use tokio_modbus::client::{Context, Reader as _, rtu, tcp};
use tokio_modbus::slave::{Slave, SlaveContext as _};

use super::dormitory::{DormitoryVerb, Kind, Wired, Wrapped};
use crate::{
    cli::bench::process::{Talker, Usage},
    clock::monotonic,
};

/// The active power of an SDM120: the read that a fast poll is made of.
const START: u16 = 0x000C;
const COUNT: u16 = 2;
/// By turns, so that a change of the machine's mood meets both.
const TURNS: usize = 3;
const TURN: Duration = Duration::from_secs(2);

/// Both at one number of connections.
#[derive(Debug, Serialize)]
pub struct Row {
    pub framing: Wrapped,
    pub connections: usize,
    pub bare_per_s: f64,
    pub driver_per_s: f64,
    /// Of the driver's to the bare client's.
    pub ratio: f64,
    /// Processor time of the client's process a transaction, in microseconds.
    pub bare_cpu_us: f64,
    pub driver_cpu_us: f64,
    /// Reads of the driver that were not answered within its patience, as on a busy machine.
    pub driver_failed: u64,
}

/// Transactions in a time, and the processor time that they took.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    transactions: u64,
    failed: u64,
    time: Duration,
    cpu_ms: u64,
}

impl Run {
    #[expect(clippy::cast_precision_loss, reason = "figures for people to read")]
    fn per_s(&self) -> f64 {
        self.transactions as f64 / self.time.as_secs_f64().max(0.001)
    }

    #[expect(clippy::cast_precision_loss, reason = "figures for people to read")]
    fn cpu_us(&self) -> f64 {
        self.cpu_ms as f64 * 1_000.0 / self.transactions.max(1) as f64
    }

    fn add(&mut self, other: Self) {
        self.transactions += other.transactions;
        self.failed += other.failed;
        self.time += other.time;
        self.cpu_ms += other.cpu_ms;
    }
}

pub fn measure(framing: Wrapped, connections: usize, units: u8) -> anyhow::Result<Row> {
    let (dormitory, lines) = Talker::dormitory(&DormitoryVerb {
        lines: connections,
        units,
        dead: 0,
        model: Kind::Sdm120,
        framing,
        baud: 0,
        turnaround_ms: 0,
        seconds: 0,
    })?;
    let (mut bare, mut driver) = (Run::default(), Run::default());
    for _ in 0..TURNS {
        bare.add(timed(run_bare(framing, &lines))?);
        driver.add(timed(run_driver(framing, &lines))?);
    }
    drop(dormitory);
    Ok(Row {
        framing,
        connections,
        bare_per_s: bare.per_s(),
        driver_per_s: driver.per_s(),
        ratio: driver.per_s() / bare.per_s().max(1.0),
        bare_cpu_us: bare.cpu_us(),
        driver_cpu_us: driver.cpu_us(),
        driver_failed: driver.failed,
    })
}

/// Runs one way on a thread's runtime, as the controller does.
fn timed(way: impl Future<Output = anyhow::Result<Run>>) -> anyhow::Result<Run> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let before = Usage::of_this_process();
    let run = tokio::task::LocalSet::new().block_on(&runtime, way)?;
    let cpu_ms = Usage::of_this_process().cpu_ms - before.cpu_ms;
    Ok(Run { cpu_ms, ..run })
}

async fn run_bare(framing: Wrapped, lines: &[Wired]) -> anyhow::Result<Run> {
    let mut clients = Vec::new();
    for line in lines {
        clients.push((connect(framing, line.address).await?, units_of(line)));
    }
    let began = monotonic();
    let loops = clients
        .into_iter()
        .map(|(client, units)| tokio::task::spawn_local(ask_in_turn(client, units, began + TURN)));
    let mut sum = 0;
    for asked in loops.collect::<Vec<_>>() {
        sum += asked.await??;
    }
    Ok(Run { transactions: sum, time: began.elapsed(), ..Run::default() })
}

async fn connect(framing: Wrapped, address: SocketAddr) -> anyhow::Result<Context> {
    let stream = tokio::net::TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(match framing {
        Wrapped::Tcp => tcp::attach(stream),
        Wrapped::Rtu => rtu::attach(stream),
    })
}

fn units_of(line: &Wired) -> Vec<u8> {
    line.rooms.iter().map(|(unit, _)| *unit).collect()
}

async fn ask_in_turn(mut client: Context, units: Vec<u8>, until: Instant) -> anyhow::Result<u64> {
    let mut count = 0;
    for unit in units.iter().cycle() {
        client.set_slave(Slave(*unit));
        client.read_input_registers(START, COUNT).await??;
        count += 1;
        if monotonic() >= until {
            break;
        }
    }
    Ok(count)
}

async fn run_driver(framing: Wrapped, lines: &[Wired]) -> anyhow::Result<Run> {
    let framing = match framing {
        Wrapped::Tcp => Framing::Tcp,
        Wrapped::Rtu => Framing::Rtu,
    };
    let began = monotonic();
    let (mut commands, mut running, counts) = (Vec::new(), Vec::new(), Rc::new(Cell::new((0, 0))));
    for line in lines {
        let mut schedule = Schedule::new(Duration::ZERO);
        for unit in units_of(line) {
            let unit = Unit::new(unit).context("a unit of a line")?;
            schedule.add_unit(unit, Manners::default());
            schedule.add_poll(Poll {
                unit,
                requests: vec![Request::ReadInputRegisters { start: START, count: COUNT }],
                class: Class::Power,
                every: Duration::ZERO,
                tag: (),
            });
        }
        let endpoint = Endpoint::Tcp { address: line.address.to_string(), framing };
        let settings = Settings { endpoint, serial: None, seed: 1 };
        let (driver, sender) = Driver::new(settings, schedule, began.into());
        let counts = Rc::clone(&counts);
        commands.push(sender);
        running.push(tokio::task::spawn_local(driver.run(move |told| {
            if let Told::Report(report) = told {
                let (good, bad) = counts.get();
                let is_good = report.result.is_ok();
                counts.set((good + u64::from(is_good), bad + u64::from(!is_good)));
            }
        })));
    }
    tokio::time::sleep_until((began + TURN).into()).await;
    let ((good, bad), time) = (counts.get(), began.elapsed());
    // A driver ends when nobody can command it any more.
    drop(commands);
    for driver in running {
        driver.await?;
    }
    Ok(Run { transactions: good, failed: bad, time, ..Run::default() })
}
