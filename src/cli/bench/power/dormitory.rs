//! The simulated dormitory of `bench power`: a process of its own, so that what the controller uses is
//! measured alone. It overloads one room of each line at a time and sees when its relay is written.
//!
//! It speaks in lines of JSON: on standard output what it is, then what it saw; a line on standard input
//! begins the measurement.

use std::{
    io::{BufRead as _, Write as _},
    net::SocketAddr,
    process::ExitCode,
    time::Duration,
};

use clap::{Args, ValueEnum};
use onecard_simulators::power::{
    appliance::Appliance,
    dormitory::{Dormitory, Plan},
    faults::Fault,
    line::LineSettings,
    model::{Actuator, Model},
    wire::{Framing, Timing},
};
use rand::{Rng as _, SeedableRng as _, rngs::SmallRng};
use serde::{Deserialize, Serialize};

/// What a room must not draw, and what the bench lets it draw, in watts.
pub const LIMIT_W: f64 = 1_200.0;
const OVERLOAD_W: f64 = 2_000.0;
/// Pauses between the overloads of a line: no multiple of its cycle, so that every phase comes.
const PAUSE_MS: std::ops::Range<u64> = 500..2_500;
/// How often a room is looked at; what is measured are the simulated world's own times.
const LOOK: Duration = Duration::from_millis(20);
/// An overload that was not cut by then was missed.
const MISSED: Duration = Duration::from_secs(20);

/// A simulated dormitory for a measurement.
#[derive(Debug, Clone, Args)]
pub struct DormitoryVerb {
    #[arg(long)]
    pub lines: usize,
    #[arg(long)]
    pub units: u8,
    /// Units of each line that do not answer.
    #[arg(long)]
    pub dead: u8,
    #[arg(long, value_enum)]
    pub model: Kind,
    #[arg(long, value_enum)]
    pub framing: Wrapped,
    /// Bits a second of the wire; 0: everything is answered at once.
    #[arg(long)]
    pub baud: u32,
    /// From a request to its answer, in milliseconds.
    #[arg(long)]
    pub turnaround_ms: u64,
    /// How long to overload rooms; 0: only answer, until standard input ends.
    #[arg(long)]
    pub seconds: u64,
}

/// What every room has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A meter without a relay.
    Sdm120,
    /// A meter with a relay.
    Dds238,
}

impl Kind {
    fn model(self) -> Model {
        match self {
            Self::Sdm120 => Model::Sdm120,
            Self::Dds238 => Model::Dds238,
        }
    }
}

/// How frames are wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrapped {
    Tcp,
    Rtu,
}

/// A line of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wired {
    pub line: String,
    pub address: SocketAddr,
    /// Its rooms by unit.
    pub rooms: Vec<(u8, String)>,
}

/// What it saw.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Seen {
    /// From the beginning of each overload to its relay having been written, in microseconds.
    pub latencies_us: Vec<u64>,
    pub missed: u64,
    /// Frames that reached the wires.
    pub requests: u64,
    pub seconds: f64,
}

pub fn run(verb: &DormitoryVerb) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let dormitory = start(verb).await?;
        tell(&wired(&dormitory))?;
        // What begins the measurement comes, or nobody is there any more.
        let go = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).is_ok_and(|count| count > 0)
        });
        if go.await? && verb.seconds > 0 {
            tell(&overload_all(verb, &dormitory).await)?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn tell(what: &impl Serialize) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, what)?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}

async fn start(verb: &DormitoryVerb) -> anyhow::Result<Dormitory> {
    let turnaround = Duration::from_millis(verb.turnaround_ms);
    let settings = LineSettings {
        framing: match verb.framing {
            Wrapped::Tcp => Framing::Tcp,
            Wrapped::Rtu => Framing::Rtu,
        },
        timing: (verb.baud > 0).then(|| Timing::at(verb.baud).steady(turnaround)),
        gateway_timeout: None,
    };
    let units = usize::from(verb.units);
    let plan = Plan {
        limit_w: LIMIT_W,
        ..Plan::of_buildings(verb.lines, units, verb.units, verb.model.model(), settings)
    };
    let dormitory = Dormitory::start(plan, 1).await?;
    for line in dormitory.lines().keys() {
        // From the end, so that the living are 1 and on.
        for id in (1..=verb.units).rev().take(usize::from(verb.dead)) {
            dormitory.fault(line, id, Fault::Silent, true)?;
        }
    }
    Ok(dormitory)
}

fn wired(dormitory: &Dormitory) -> Vec<Wired> {
    let lines = dormitory.lines().iter().filter_map(|(name, line)| {
        let building = name.split('-').next()?;
        let units = (1..=247).filter(|id| line.unit(*id, |_, _| ()).is_some());
        let rooms = units.map(|id| (id, format!("{building}-{id:03}"))).collect();
        Some(Wired { line: name.clone(), address: line.address()?, rooms })
    });
    lines.collect()
}

async fn overload_all(verb: &DormitoryVerb, dormitory: &Dormitory) -> Seen {
    let requests = || dormitory.lines().values().map(|line| line.traffic().requests).sum::<u64>();
    let (before, began) = (requests(), dormitory.clock().now());
    let until = began + Duration::from_secs(verb.seconds);
    let alive = u64::from(verb.units.saturating_sub(verb.dead).max(1));
    let overloads = (0..verb.lines).map(|line| overload(dormitory, line, alive, until));
    let lines = futures_util::future::join_all(overloads).await;
    let mut seen = Seen::default();
    for (latencies, missed) in lines {
        seen.latencies_us.extend(latencies);
        seen.missed += missed;
    }
    seen.seconds = dormitory.clock().now().saturating_sub(began).as_secs_f64();
    seen.requests = requests() - before;
    seen
}

/// Overloads the rooms of one line in turn; returns each latency, and how often nothing happened.
async fn overload(
    dormitory: &Dormitory,
    line: usize,
    alive: u64,
    until: Duration,
) -> (Vec<u64>, u64) {
    let mut rng = SmallRng::seed_from_u64(u64::try_from(line).unwrap_or_default());
    let pause = |rng: &mut SmallRng| Duration::from_millis(rng.random_range(PAUSE_MS));
    let (mut latencies, mut missed) = (Vec::new(), 0);
    tokio::time::sleep(pause(&mut rng)).await;
    // Some steps at a time through all rooms, so that neighbours do not follow each other.
    let step = [7, 5, 3].into_iter().find(|step| !alive.is_multiple_of(*step)).unwrap_or(1);
    for turn in (0_u64..).map(|turn| turn * step % alive) {
        let now = dormitory.clock().now();
        if now >= until {
            break;
        }
        let room = format!("b{}-{:03}", line + 1, turn + 1);
        if dormitory.truth(&room).is_some_and(|truth| !truth.contact_closed) {
            // Still dark from its last overload.
            tokio::time::sleep(LOOK).await;
            continue;
        }
        let load = Appliance::load(OVERLOAD_W, 0.0);
        let Some(socket) = dormitory.inject(&room, load, now) else { break };
        match cut(dormitory, &room, now).await {
            Some(latency) => latencies.push(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX)),
            None => missed += 1,
        }
        dormitory.unplug(&room, socket);
        tokio::time::sleep(pause(&mut rng)).await;
    }
    (latencies, missed)
}

/// From the beginning of a room's overload to its relay having been written; the contact opens after
/// that.
async fn cut(dormitory: &Dormitory, room: &str, began: Duration) -> Option<Duration> {
    let travel = match Model::Dds238.actuator() {
        Some(Actuator::Contact(travel)) => travel,
        Some(Actuator::Valve) | None => Duration::ZERO,
    };
    while dormitory.clock().now().saturating_sub(began) < MISSED {
        tokio::time::sleep(LOOK).await;
        let opened = dormitory.truth(room)?.opened_at.filter(|at| *at >= began);
        if let Some(opened) = opened {
            return Some(opened.saturating_sub(travel).saturating_sub(began));
        }
    }
    None
}
