//! Child processes of a benchmark: started, waited for until they listen, read for CPU and memory,
//! ended.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail};
use clap::ValueEnum as _;
use serde::{Serialize, de::DeserializeOwned};

use super::power::dormitory::{DormitoryVerb, Wired};
use crate::clock::monotonic;

/// How long a child may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// A port of loopback that is free at the moment.
pub fn free_port() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((super::super::LOOPBACK, 0))?.local_addr()?)
}

/// What a process has used so far.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Usage {
    /// Processor time, user and system, in milliseconds.
    pub cpu_ms: u64,
    /// Most memory held at once, in KiB.
    pub peak_memory_kib: u64,
}

/// A child that ends with its owner.
#[derive(Debug)]
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts a command without output of its own and waits until `listens` takes connections.
    pub fn start(mut command: Command, name: &str, listens: SocketAddr) -> anyhow::Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {name}; is it installed?"))?;
        let mut process = Self { child };
        let began = monotonic();
        while TcpStream::connect(listens).is_err() {
            if let Some(status) = process.child.try_wait()? {
                bail!("{name} ended before it listened on {listens}: {status}");
            }
            if began.elapsed() > PATIENCE {
                bail!("{name} does not listen on {listens}");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(process)
    }

    /// Whether it has a file open; false where the system does not tell (outside Linux).
    pub fn has_open(&self, file: &str) -> bool {
        let folder = format!("/proc/{}/fd", self.child.id());
        let open = std::fs::read_dir(folder).into_iter().flatten().flatten();
        open.filter_map(|entry| std::fs::read_link(entry.path()).ok())
            .any(|target| target == std::path::Path::new(file))
    }

    /// What it has used so far.
    pub fn usage(&self) -> Usage {
        Usage::of(&self.child.id().to_string())
    }
}

impl Usage {
    /// What this process has used so far.
    pub fn of_this_process() -> Self {
        Self::of("self")
    }

    /// Zero where the system does not tell (outside Linux).
    fn of(process: &str) -> Self {
        let read = |file: &str| {
            std::fs::read_to_string(format!("/proc/{process}/{file}")).unwrap_or_default()
        };
        // The command's name may hold spaces; the fields after its bracket are fixed.
        let stat = read("stat");
        let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks: u64 =
            fields.split_whitespace().skip(11).take(2).filter_map(|f| f.parse::<u64>().ok()).sum();
        let status = read("status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|line| line.split_whitespace().next()?.parse().ok());
        // A tick is 10 ms on every Linux that this runs on (USER_HZ is 100).
        Usage { cpu_ms: ticks * 10, peak_memory_kib: kib.unwrap_or(0) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A child that speaks in lines of JSON.
#[derive(Debug)]
pub struct Talker {
    /// Ends it when this is dropped.
    _process: Process,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Talker {
    /// Starts a simulated dormitory; returns its lines, too.
    pub fn dormitory(verb: &DormitoryVerb) -> anyhow::Result<(Self, Vec<Wired>)> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "dormitory"]);
        let mut flag = |name: &str, value: String| {
            command.arg(name).arg(value);
        };
        flag("--lines", verb.lines.to_string());
        flag("--units", verb.units.to_string());
        flag("--dead", verb.dead.to_string());
        flag("--baud", verb.baud.to_string());
        flag("--turnaround-ms", verb.turnaround_ms.to_string());
        flag("--seconds", verb.seconds.to_string());
        let words = [
            ("--model", verb.model.to_possible_value()),
            ("--framing", verb.framing.to_possible_value()),
        ];
        for (name, word) in words {
            flag(name, word.context("a flag has a word")?.get_name().to_owned());
        }
        let mut talker = Self::start(command, "the simulated dormitory")?;
        let lines = talker.hear().context("the dormitory does not start")?;
        Ok((talker, lines))
    }

    /// Starts a child that speaks and listens.
    pub fn start(mut command: Command, name: &str) -> anyhow::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let process = Process { child };
        let (input, output) = input.zip(output).context("a child has its pipes")?;
        Ok(Self { _process: process, input, output: BufReader::new(output) })
    }

    pub fn say(&mut self, line: &str) -> anyhow::Result<()> {
        writeln!(self.input, "{line}")?;
        Ok(self.input.flush()?)
    }

    /// Waits for the next line.
    pub fn hear<T: DeserializeOwned>(&mut self) -> anyhow::Result<T> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}
