//! `onecard bench entry`: swipe to gate command, beside the floor, at rising rates.
//!
//! The floor is a responder without logic on the same kind of broker: it answers each swipe at once
//! with a prepared message. Both are measured by the same load from this process; the controller,
//! the responder and the broker are processes of their own.
//!
//! A machine has better and worse minutes, and a percentile of a few seconds tells which it was. So
//! floor and controller take turns, round after round, each with everything started afresh, and the
//! latencies of all rounds make the percentiles.

use std::{fs, net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use bytes::Bytes;
use clap::{Args, ValueEnum};
use onecard_devices::topic::Topics;
use onecard_rules::event::DeviceKind;
use onecard_simulators::load::{self, Load, LoadReport, Measured, OfferedSwipe};
use serde::Serialize;

use super::{
    campus::{self, BenchCampus, Wanted},
    process::{Process, Talker, Usage, free_port},
    responder::{Answer, ways},
};
use crate::{
    access::{WAKEFULNESS_DEVICE, stay_awake},
    cli::say,
};

/// How long a rate is offered before what is measured, at the floor and at the controller: until a
/// reader forgets as many swipes as come, and its memory grows no more.
const WARM_UP_SECONDS: usize = 6;

/// Swipe to gate command.
#[derive(Debug, Args)]
pub struct Entry {
    /// Swipes a second to offer.
    #[arg(long, value_delimiter = ',', default_value = "100,1000,2000,4000,8000")]
    rates: Vec<u32>,
    /// How long each rate is measured in a round, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u32,
    /// How often floor and controller take turns; the figures are those of all rounds together.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// People, one card each.
    #[arg(long, default_value_t = 17_600)]
    people: usize,
    /// Gates, with a reader each.
    #[arg(long, default_value_t = 200)]
    gates: usize,
    /// The broker between readers and controller.
    #[arg(long, value_enum, default_value = "embedded")]
    broker: Kind,
    /// Let the processors sleep between swipes: the controller does not keep them awake in a rush.
    #[arg(long)]
    drowsy: bool,
    /// Keep the processors awake under the floor, too.
    #[arg(long, conflicts_with = "drowsy")]
    awake: bool,
    /// Write the figures to this file as JSON, too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// A kind of broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// The controller's own; it decides in the broker's hook.
    Embedded,
    /// mosquitto, which must be installed.
    Mosquitto,
}

/// One rate, both ways, as measured.
struct Pair {
    floor: Measured,
    controller: Measured,
    usage: Usage,
    kept_awake: bool,
}

/// One rate, both ways, as told.
#[derive(Debug, Serialize)]
struct Row {
    rate: u32,
    floor: LoadReport,
    controller: LoadReport,
    /// Of the controller's p50 to the floor's.
    p50_ratio: f64,
    p99_ratio: f64,
    /// The p99 ratio of each round by itself.
    p99_ratio_by_round: Vec<f64>,
    /// Of the controller: processor time of all rounds, most memory of any.
    usage: Usage,
    /// Whether the controller kept the processors awake, which the floor does with `--awake` only.
    kept_awake: bool,
}

impl Entry {
    fn wanted(&self, broker: SocketAddr, outside: bool) -> Wanted {
        let (people, gates) = (self.people, self.gates);
        Wanted { people, gates, broker, outside, drowsy: self.drowsy }
    }
}

pub fn run(verb: &Entry) -> anyhow::Result<ExitCode> {
    let awake = verb.awake.then(stay_awake).transpose();
    let _awake =
        awake.with_context(|| format!("cannot write `{WAKEFULNESS_DEVICE}`: run it as root"))?;
    let folder = std::env::temp_dir().join(format!("onecard-bench-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let rounds = (0..verb.rounds).map(|round| {
        let folder = folder.join(round.to_string());
        fs::create_dir_all(&folder)?;
        measure(verb, &folder)
    });
    let outcome = rounds.collect::<anyhow::Result<Vec<_>>>();
    // Left-overs in the temporary folder are harmless.
    let _ = fs::remove_dir_all(&folder);
    let rows = rows(&outcome?);
    print(verb, &rows);
    if let Some(file) = &verb.json {
        let text = serde_json::to_string_pretty(&rows)?;
        fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    let lost: u64 = rows.iter().map(|row| row.controller.lost).sum();
    Ok(if lost == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One round: every rate at the floor, then every rate at the controller.
fn measure(verb: &Entry, folder: &std::path::Path) -> anyhow::Result<Vec<Pair>> {
    let broker = free_port()?;
    let outside = match verb.broker {
        Kind::Embedded => None,
        Kind::Mosquitto => Some(start_mosquitto(folder, broker)?),
    };
    let bench = campus::prepare(folder, &verb.wanted(broker, outside.is_some()))?;
    let program = std::env::current_exe()?;

    let floor = {
        let _broker = match verb.broker {
            Kind::Embedded => {
                let mut command = std::process::Command::new(&program);
                let site = bench.site.id.as_str();
                command.args(["bench", "broker", "--site", site, "--listen", &broker.to_string()]);
                Some(Process::start(command, "the bare broker", broker)?)
            }
            Kind::Mosquitto => None,
        };
        let (answer, word) = match verb.broker {
            Kind::Embedded => (Answer::Passage, "passage"),
            Kind::Mosquitto => (Answer::Command, "command"),
        };
        let mut command = std::process::Command::new(&program);
        command.args(["bench", "responder"]).arg(&bench.folder);
        command.args(["--broker", &broker.to_string(), "--answer", word]);
        let mut responder = Talker::start(command, "the responder")?;
        let _: bool = responder.hear().context("the responder is not subscribed")?;
        offer_all(verb, &bench, broker, answer, |_, _| {})?
    };

    let mut command = std::process::Command::new(&program);
    command.arg("serve").arg(&bench.folder).arg("--data").arg(&bench.data);
    let controller = Process::start(command, "the controller", bench.http)?;
    let mut usages = Vec::new();
    let reports = offer_all(verb, &bench, broker, Answer::Command, |before: &mut Usage, done| {
        let after = controller.usage();
        if done {
            let cpu_ms = after.cpu_ms - before.cpu_ms;
            let usage = Usage { cpu_ms, peak_memory_kib: after.peak_memory_kib };
            usages.push((usage, controller.has_open(WAKEFULNESS_DEVICE)));
        }
        *before = after;
    })?;
    let pairs = floor.into_iter().zip(reports).zip(usages);
    let pairs = pairs.map(|((floor, controller), (usage, kept_awake))| Pair {
        floor,
        controller,
        usage,
        kept_awake,
    });
    Ok(pairs.collect())
}

fn offer_all(
    verb: &Entry,
    bench: &BenchCampus,
    broker: SocketAddr,
    answer: Answer,
    mut watch: impl FnMut(&mut Usage, bool),
) -> anyhow::Result<Vec<Measured>> {
    let mut before = Usage::default();
    let mut reports = Vec::new();
    let mut first_card = 0;
    for rate in &verb.rates {
        watch(&mut before, false);
        let load = load_of(bench, broker, answer, *rate, verb.seconds, first_card);
        first_card += load.swipes.len();
        reports.push(load::run(&load)?);
        watch(&mut before, true);
    }
    Ok(reports)
}

/// Swipes at every reader in turn, each with the next card from `first_card` on, so that no card
/// comes back to a reader within the debounce time.
fn load_of(
    bench: &BenchCampus,
    broker: SocketAddr,
    answer: Answer,
    rate: u32,
    seconds: u32,
    first_card: usize,
) -> Load {
    let topics = Topics::new(&bench.site.topic_root, &bench.site.id);
    let filter = topics.all(DeviceKind::Gate, answer.channel());
    let ways = ways(&bench.site, &topics, answer);
    let swipe_topics: Vec<Arc<str>> =
        ways.iter().map(|way| Arc::from(way.swipe.as_str())).collect();
    let measured = rate as usize * seconds as usize;
    let warm_up = rate as usize * WARM_UP_SECONDS;
    let swipes = (0..measured + warm_up)
        .zip(swipe_topics.iter().enumerate().cycle())
        .zip(bench.cards.iter().cycle().skip(first_card % bench.cards.len().max(1)))
        .map(|((_, (gate, topic)), card)| OfferedSwipe {
            topic: Arc::clone(topic),
            payload: Bytes::from(format!("{{\"card\":\"{card}\"}}")),
            gate,
        })
        .collect();
    Load {
        command_topics: ways.into_iter().map(|way| way.answer).collect(),
        swipes,
        rate,
        warm_up,
        settle: Duration::from_secs(10),
        // A connection a reader, as in the field: a broker takes the messages of each in turn.
        ..Load::anonymous(broker, bench.site.gates.len(), filter)
    }
}

fn start_mosquitto(folder: &std::path::Path, listen: SocketAddr) -> anyhow::Result<Process> {
    let file = folder.join("mosquitto.conf");
    let settings = format!(
        "listener {} {}\nallow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0\n\
         max_inflight_messages 0\npersistence false\n",
        listen.port(),
        listen.ip()
    );
    fs::write(&file, settings)?;
    let mut command = std::process::Command::new("mosquitto");
    command.arg("-c").arg(&file);
    // Where Debian puts it, which is not on everybody's path.
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{path}:/usr/sbin:/usr/local/sbin"));
    Process::start(command, "mosquitto", listen)
}

/// The rows of all rounds together.
fn rows(rounds: &[Vec<Pair>]) -> Vec<Row> {
    let Some(first) = rounds.first() else { return Vec::new() };
    (0..first.len())
        .filter_map(|rate| {
            let pairs: Vec<&Pair> = rounds.iter().filter_map(|round| round.get(rate)).collect();
            pooled(&pairs)
        })
        .collect()
}

/// One rate in all rounds together.
fn pooled(pairs: &[&Pair]) -> Option<Row> {
    let (first, others) = pairs.split_first()?;
    let (mut floor, mut controller) = (first.floor.clone(), first.controller.clone());
    let mut usage = first.usage;
    for pair in others {
        floor.pool(&pair.floor);
        controller.pool(&pair.controller);
        usage.cpu_ms += pair.usage.cpu_ms;
        usage.peak_memory_kib = usage.peak_memory_kib.max(pair.usage.peak_memory_kib);
    }
    let (floor, controller) = (floor.report(), controller.report());
    let p99_of = |measured: &Measured| measured.report().latency.p99_us;
    Some(Row {
        rate: floor.rate,
        p50_ratio: ratio(controller.latency.p50_us, floor.latency.p50_us),
        p99_ratio: ratio(controller.latency.p99_us, floor.latency.p99_us),
        p99_ratio_by_round: pairs
            .iter()
            .map(|pair| ratio(p99_of(&pair.controller), p99_of(&pair.floor)))
            .collect(),
        floor,
        controller,
        usage,
        kept_awake: pairs.iter().any(|pair| pair.kept_awake),
    })
}

fn ratio(ours: u64, floors: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a ratio for people to read")]
    let ratio = ours as f64 / floors.max(1) as f64;
    ratio
}

fn print(verb: &Entry, rows: &[Row]) {
    say(&format!(
        "swipe to gate command, {} people, {} gates, {:?} broker, QoS 1, {} rounds of {} s, times in µs",
        verb.people, verb.gates, verb.broker, verb.rounds, verb.seconds
    ));
    say(
        "            |        floor          |            controller               | ratio        | controller           | p99 ratio",
    );
    say(
        "   offered  |   p50     p99   p99.9 |   p50     p99   p99.9  sent/s  lost | p50    p99   | CPU ms   peak MiB    | by round",
    );
    for row in rows {
        let (floor, ours) = (row.floor.latency, row.controller.latency);
        say(&format!(
            "{:>9}/s | {:>5} {:>7} {:>7} | {:>5} {:>7} {:>7} {:>7.0} {:>5} | {:>4.2}  {:>5.2}  | {:>6} {:>10}    | {}",
            row.rate,
            floor.p50_us,
            floor.p99_us,
            floor.p999_us,
            ours.p50_us,
            ours.p99_us,
            ours.p999_us,
            row.controller.achieved,
            row.controller.lost,
            row.p50_ratio,
            row.p99_ratio,
            row.usage.cpu_ms,
            row.usage.peak_memory_kib / 1024,
            row.p99_ratio_by_round
                .iter()
                .map(|ratio| format!("{ratio:.2}"))
                .collect::<Vec<_>>()
                .join(" "),
        ));
    }
    let awake: Vec<_> =
        rows.iter().filter(|row| row.kept_awake).map(|row| format!("{}/s", row.rate)).collect();
    say(&if verb.awake {
        "the processors did not sleep, under the controller as under the floor".to_owned()
    } else if awake.is_empty() {
        "the processors slept between swipes, under the controller as under the floor".to_owned()
    } else {
        format!(
            "under the controller, which asks for it in a rush, the processors did not sleep at {}; \
             under the floor they did (under both: `--drowsy`; under neither: `--awake`)",
            awake.join(", ")
        )
    });
    say("every command's swipe was acknowledged after its record was on disk (synchronous=FULL)");
}
