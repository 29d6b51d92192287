//! `onecard bench power`: overload to relay written on lines with the wire's own timing, beside the bound
//! that arithmetic gives; what the controller uses for it; and the line driver at full speed beside a bare
//! client.
//!
//! The controller and the simulated dormitory are processes of their own: nothing of the simulation is
//! counted as the controller's.

use std::{
    fmt::Write as _,
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use clap::Args;
use onecard_devices::{
    line::{
        bound::{Bound, Load, bound},
        timing::Serial,
    },
    profile::{Library, Wanted},
};
use serde::Serialize;

use super::{
    campus,
    process::{Process, Talker, Usage, free_port},
};
use crate::{cli::say, power::LineView};

pub mod dormitory;
mod throughput;

use dormitory::{DormitoryVerb, Kind, LIMIT_W, Seen, Wired, Wrapped};

/// The meter of every room: it measures and switches.
const METER: &str = "DDS238-2 ZN/SR";
/// Samples that confirm an overload.
const CONFIRMATION: u32 = 2;
/// A room has power again after so long, and so often; no room comes up again sooner.
const RECLOSE_AFTER_S: u64 = 15;
const TRIES_PER_DAY: u64 = 20;
/// Until every relay is known and the dead are known to be dead.
const SETTLE: Duration = Duration::from_secs(12);

/// Overload to relay.
#[derive(Debug, Args)]
pub struct Power {
    /// Modbus lines.
    #[arg(long, default_value_t = 125)]
    lines: usize,
    /// Units of a line, a room each.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u8).range(1..=247))]
    units: u8,
    /// Units of each line that do not answer, one run each.
    #[arg(long, value_delimiter = ',', default_value = "0,1,4")]
    dead: Vec<u8>,
    /// Bits a second of the wire.
    #[arg(long, default_value_t = 9_600, value_parser = clap::value_parser!(u32).range(300..))]
    baud: u32,
    /// From a request to its answer, in milliseconds.
    #[arg(long, default_value_t = 20)]
    turnaround_ms: u64,
    /// How frames are wrapped.
    #[arg(long, value_enum, default_value = "rtu")]
    framing: Wrapped,
    /// How long rooms are overloaded in each run, in seconds.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Lines of the run at full speed, where every answer comes at once; 0: no such run.
    #[arg(long, default_value_t = 8)]
    full_speed_lines: usize,
    /// Connections for the driver beside a bare tokio-modbus client, one run each.
    #[arg(long, value_delimiter = ',', default_value = "1,8,32")]
    connections: Vec<usize>,
    /// Write the figures to this file as JSON, too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// One run of the controller.
#[derive(Debug, Serialize)]
struct Row {
    lines: usize,
    units: u8,
    dead: u8,
    /// `None`: full speed.
    baud: Option<u32>,
    overloads: usize,
    missed: u64,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    /// The longest time from an overload to its relay read back, asking suspects again at once; `None` at
    /// full speed, where the wire sets no bound.
    bound_ms: Option<f64>,
    /// The same asking in turn.
    round_robin_ms: Option<f64>,
    /// Of p99 to the bound.
    p99_to_bound: Option<f64>,
    /// The mean share of the lines' time in use, in thousandths, as the controller says.
    busy_permille: u32,
    frames_per_s: f64,
    /// Of one core.
    cpu_cores: f64,
    peak_memory_kib: u64,
}

#[derive(Debug, Serialize)]
struct Report {
    overload: Vec<Row>,
    full_speed: Vec<throughput::Row>,
}

pub fn run(verb: &Power) -> anyhow::Result<ExitCode> {
    let folder = std::env::temp_dir().join(format!("onecard-bench-{}", std::process::id()));
    let outcome = measure(verb, &folder);
    // Left-overs in the temporary folder are harmless.
    let _ = fs::remove_dir_all(&folder);
    let report = outcome?;
    if let Some(file) = &verb.json {
        let text = serde_json::to_string_pretty(&report)?;
        fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    let missed: u64 = report.overload.iter().map(|row| row.missed).sum();
    Ok(if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn measure(verb: &Power, folder: &Path) -> anyhow::Result<Report> {
    say(&format!(
        "overload to relay written: {} rooms a line, {} samples confirm, {:?} framing; times in ms",
        verb.units, CONFIRMATION, verb.framing
    ));
    say(
        "             wire |        | overload → relay written            | bound               p99/  | line       frames | controller",
    );
    say(
        "            lines |  dead  |     p50     p99     max  n / missed | suspect  in turn   bound | busy ‰        /s  | cores  peak MiB",
    );
    let mut overload = Vec::new();
    for (at, dead) in verb.dead.iter().enumerate() {
        let wire = Some(verb.baud);
        overload.push(run_once(verb, &folder.join(at.to_string()), verb.lines, *dead, wire)?);
    }
    if verb.full_speed_lines > 0 {
        overload.push(run_once(verb, &folder.join("full"), verb.full_speed_lines, 0, None)?);
    }
    say("");
    say(&format!(
        "at full speed, {} units a line: line driver beside a bare tokio-modbus client",
        verb.units
    ));
    say(
        "framing  connections |   bare /s  driver /s  ratio | CPU µs a transaction: bare  driver | failed",
    );
    let mut full_speed = Vec::new();
    for framing in [Wrapped::Tcp, Wrapped::Rtu] {
        for connections in &verb.connections {
            let row = throughput::measure(framing, *connections, verb.units)?;
            say(&format!(
                "{:<8} {:>11} | {:>9.0} {:>10.0} {:>6.2} | {:>26.1} {:>7.1} | {:>6}",
                format!("{framing:?}").to_lowercase(),
                row.connections,
                row.bare_per_s,
                row.driver_per_s,
                row.ratio,
                row.bare_cpu_us,
                row.driver_cpu_us,
                row.driver_failed,
            ));
            full_speed.push(row);
        }
    }
    Ok(Report { overload, full_speed })
}

fn run_once(
    verb: &Power,
    folder: &Path,
    lines: usize,
    dead: u8,
    baud: Option<u32>,
) -> anyhow::Result<Row> {
    let (mut dormitory, wired) = Talker::dormitory(&DormitoryVerb {
        lines,
        units: verb.units,
        dead,
        model: Kind::Dds238,
        framing: verb.framing,
        baud: baud.unwrap_or(0),
        turnaround_ms: if baud.is_some() { verb.turnaround_ms } else { 0 },
        seconds: verb.seconds,
    })?;
    let http = free_port()?;
    write_campus(folder, http, &wired, baud.unwrap_or(115_200), verb.framing)?;
    let mut command = std::process::Command::new(std::env::current_exe()?);
    command.arg("serve").arg(folder.join("campus")).arg("--data").arg(folder.join("data"));
    command.env("RUST_LOG", "error");
    let controller = Process::start(command, "the controller", http)?;
    std::thread::sleep(SETTLE);
    let before = controller.usage();
    dormitory.say("go")?;
    let seen: Seen = dormitory.hear()?;
    let usage = controller.usage();
    let busy_permille = busy(http).context("the controller says nothing of its lines")?;
    let bound = baud.map(|baud| bound_of(verb, baud)).transpose()?;
    let row = row(verb, (lines, dead, baud), seen, (before, usage), busy_permille, bound);
    print(&row);
    Ok(row)
}

/// A campus with these lines and rooms, and an embedded broker that nobody talks to.
fn write_campus(
    folder: &Path,
    http: SocketAddr,
    lines: &[Wired],
    baud: u32,
    framing: Wrapped,
) -> anyhow::Result<()> {
    let broker = free_port()?;
    let mut text = format!(
        r#"[site]
id = "bench"
name = "bench"
zone = "Asia/Shanghai"
[broker]
listen = "{broker}"
anonymous = true
[http]
listen = "{http}"
anonymous_read = true
[[areas]]
id = "outside"
name = "outside"
[[areas]]
id = "campus"
name = "campus"
[power]
limit_w = {LIMIT_W}
overload_s = 0
confirmation_samples = {CONFIRMATION}
malicious = "off"
reclose_after_s = {RECLOSE_AFTER_S}
tries_per_day = {TRIES_PER_DAY}
"#
    );
    let scheme = match framing {
        Wrapped::Tcp => "tcp",
        Wrapped::Rtu => "rtu",
    };
    for Wired { line, address, rooms } in lines {
        write!(
            text,
            "[[lines]]\nid = \"{line}\"\narea = \"campus\"\nconnect = \"{scheme}://{address}\"\nbaud = {baud}\n"
        )?;
        for (unit, room) in rooms {
            write!(
                text,
                "[[rooms]]\nid = \"{room}\"\narea = \"campus\"\nline = \"{line}\"\nmeter = \"{METER}\"\nunit = {unit}\n"
            )?;
        }
    }
    let campus = folder.join("campus");
    fs::create_dir_all(campus.join("policies"))?;
    fs::create_dir_all(folder.join("data"))?;
    fs::write(campus.join("campus.toml"), text)?;
    fs::write(campus.join("calendar.toml"), campus::CALENDAR)?;
    fs::write(campus.join("policies/bench.cedar"), campus::POLICY)?;
    Ok(())
}

/// What the arithmetic of the wire says of a line of living units.
fn bound_of(verb: &Power, baud: u32) -> anyhow::Result<Bound> {
    let library = Library::of_shipped().unwrap_or_default();
    let meter = library.model(METER).context("the meter's profile is shipped")?;
    let power = meter.power_plan().context("it measures power")?.requests().to_vec();
    let orders = meter.switch("relay", 0, "open").ok();
    let write = orders.and_then(|orders| orders.writes.last().cloned());
    let read = meter.plan(&[Wanted::channel("relay", 0)]).ok();
    let read = read.and_then(|plan| plan.requests().first().cloned());
    let load = Load {
        power,
        energy: Vec::new(),
        trip: write.zip(read),
        turnaround: Duration::from_millis(verb.turnaround_ms),
        gap: Duration::ZERO,
    };
    let serial = Serial { baud, bits_per_character: 10 };
    Ok(bound(&serial, &vec![load; usize::from(verb.units)], CONFIRMATION))
}

/// How busy the lines were in the last second, on the mean.
fn busy(http: SocketAddr) -> anyhow::Result<u32> {
    let mut stream = TcpStream::connect(http)?;
    write!(stream, "GET /api/lines HTTP/1.0\r\nHost: {http}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").context("an answer has a body")?;
    let lines: Vec<LineView> = serde_json::from_str(body)?;
    let busy: Vec<u32> = lines.iter().filter_map(|line| line.busy_permille).collect();
    let count = u32::try_from(busy.len()).unwrap_or(u32::MAX);
    Ok(busy.iter().sum::<u32>() / count.max(1))
}

fn row(
    verb: &Power,
    (lines, dead, baud): (usize, u8, Option<u32>),
    mut seen: Seen,
    (before, after): (Usage, Usage),
    busy_permille: u32,
    bound: Option<Bound>,
) -> Row {
    seen.latencies_us.sort_unstable();
    let in_ms = |span: Duration| span.as_secs_f64() * 1_000.0;
    let quantile = |share: f64| in_ms(Duration::from_micros(quantile(&seen.latencies_us, share)));
    let p99_ms = quantile(0.99);
    #[expect(clippy::cast_precision_loss, reason = "figures for people to read")]
    let (frames, cpu_s) = (seen.requests as f64, (after.cpu_ms - before.cpu_ms) as f64 / 1_000.0);
    Row {
        lines,
        units: verb.units,
        dead,
        baud,
        overloads: seen.latencies_us.len(),
        missed: seen.missed,
        p50_ms: quantile(0.5),
        p99_ms,
        max_ms: quantile(1.0),
        bound_ms: bound.map(|bound| in_ms(bound.trip)),
        round_robin_ms: bound.map(|bound| in_ms(bound.trip_round_robin)),
        p99_to_bound: bound.map(|bound| p99_ms / in_ms(bound.trip)),
        busy_permille,
        frames_per_s: frames / seen.seconds.max(0.001),
        cpu_cores: cpu_s / seen.seconds.max(0.001),
        peak_memory_kib: after.peak_memory_kib,
    }
}

/// The least value that this share of all stays within; zero of none.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a list of measurements"
)]
fn quantile(sorted: &[u64], share: f64) -> u64 {
    let place = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

fn print(row: &Row) {
    let wire = row.baud.map_or_else(|| "full speed".to_owned(), |baud| format!("{baud} baud"));
    let or_dash =
        |number: Option<f64>, places| number.map_or("-".to_owned(), |n| format!("{n:.places$}"));
    say(&format!(
        "{wire:>10} × {:>4} | {:>6} | {:>7.0} {:>7.0} {:>7.0} {:>5} / {:<5}| {:>7} {:>8} {:>7} | {:>6} {:>9.0}  | {:>5.2} {:>9}",
        row.lines,
        row.dead,
        row.p50_ms,
        row.p99_ms,
        row.max_ms,
        row.overloads,
        row.missed,
        or_dash(row.bound_ms, 0),
        or_dash(row.round_robin_ms, 0),
        or_dash(row.p99_to_bound, 2),
        row.busy_permille,
        row.frames_per_s,
        row.cpu_cores,
        row.peak_memory_kib / 1024,
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_least_that_so_many_stay_within() {
        let hundred: Vec<u64> = (1..=100).collect();
        assert_eq!(quantile(&hundred, 0.5), 50);
        assert_eq!(quantile(&hundred, 0.99), 99);
        assert_eq!(quantile(&hundred, 1.0), 100);
        assert_eq!(quantile(&[7], 0.5), 7);
        assert_eq!(quantile(&[], 0.5), 0);
    }
}
