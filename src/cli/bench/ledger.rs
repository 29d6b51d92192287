//! `onecard bench ledger`: durable postings a second by batch, beside the same rows written to
//! `SQLite` directly; the latency at an offered rate; the time of a start.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use clap::Args;
use hdrhistogram::Histogram;
use onecard_devices::clock::Now as _;
use onecard_rules::{
    Time,
    ledger::{AccountName, Ask, Cause, Order, Purpose, Terms},
    money::Fen,
};
use rand::{Rng as _, SeedableRng as _, rngs::SmallRng};
use serde::Serialize;

use crate::{
    cli::say,
    clock::{SystemClock, monotonic},
    store::{
        OnDurable,
        database::FILE_NAME,
        ledger::{
            self, Settings, With,
            floor::{Floor, Posting},
        },
    },
};

/// Merchants that are paid.
const MERCHANTS: u32 = 100;
/// What everybody has, in fen: more than is spent.
const FUNDS: i64 = 1_000_000_000;

/// Durable postings a second.
#[derive(Debug, Args)]
pub struct Ledger {
    /// Postings in one commit, one run each.
    #[arg(long, value_delimiter = ',', default_value = "1,8,64,512")]
    batches: Vec<usize>,
    /// How long each is measured, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Purses.
    #[arg(long, default_value_t = 100_000)]
    accounts: u32,
    /// Bring the ledger to so many postings before the last measurements.
    #[arg(long, default_value_t = 0)]
    postings: u64,
    /// Postings a second to offer, for the latency.
    #[arg(long, default_value_t = 5_000)]
    rate: u32,
    /// Folder for the files; a temporary one if none is named.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Write the figures to this file as JSON, too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What one run came to.
#[derive(Debug, Clone, Copy, Serialize)]
struct Run {
    per_second: f64,
    p50_us: f64,
    p99_us: f64,
    /// Postings in a commit, on average.
    batch: f64,
}

/// One batch size, both ways.
#[derive(Debug, Serialize)]
struct Row {
    batch: usize,
    sqlite: Run,
    ledger: Run,
    ratio: f64,
}

#[derive(Debug, Serialize)]
struct Figures {
    accounts: u32,
    rows: Vec<Row>,
    offered: Offered,
    postings: u64,
    start_ms: f64,
    verify_ms: f64,
}

#[derive(Debug, Serialize)]
struct Offered {
    rate: u32,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
}

pub fn run(verb: &Ledger) -> anyhow::Result<ExitCode> {
    let own = std::env::temp_dir().join(format!("onecard-bench-ledger-{}", std::process::id()));
    let folder = verb.folder.clone().unwrap_or_else(|| own.clone());
    fs::create_dir_all(&folder)?;
    let outcome = measure(verb, &folder);
    // Left-overs in the temporary folder are harmless.
    let _ = fs::remove_dir_all(&own);
    let figures = outcome?;
    if let Some(file) = &verb.json {
        let text = serde_json::to_string_pretty(&figures)?;
        fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(verb: &Ledger, folder: &Path) -> anyhow::Result<Figures> {
    let floor_file = folder.join("floor.db");
    let mut floor = Floor::create(&floor_file, verb.accounts + MERCHANTS)?;
    let mut bench = Bench::open(folder, verb.accounts)?;
    bench.prepare()?;
    say(&format!("{} purses, {MERCHANTS} merchants; {}s a run", verb.accounts, verb.seconds));
    say("batch   SQLite/s    p50 ms  p99 ms   ledger/s    p50 ms  p99 ms  in a commit   ratio");
    let time = Duration::from_secs(verb.seconds);
    let mut rows = Vec::new();
    let mut random = SmallRng::seed_from_u64(7);
    let mut causes = 0;
    for batch in &verb.batches {
        let sqlite = run_floor(&mut floor, *batch, time, verb.accounts, &mut random, &mut causes)?;
        bench.reopen(*batch)?;
        let ledger = bench.run(*batch * 2, time)?;
        let ratio = ledger.per_second / sqlite.per_second;
        say(&format!(
            "{batch:>5} {:>10.0} {:>9.2} {:>7.2} {:>10.0} {:>9.2} {:>7.2} {:>12.1} {ratio:>7.2}",
            sqlite.per_second,
            sqlite.p50_us / 1e3,
            sqlite.p99_us / 1e3,
            ledger.per_second,
            ledger.p50_us / 1e3,
            ledger.p99_us / 1e3,
            ledger.batch,
        ));
        rows.push(Row { batch: *batch, sqlite, ledger, ratio });
    }
    bench.reopen(Settings::default().batch)?;
    bench.grow(verb.postings)?;
    let offered = bench.offer(verb.rate, time)?;
    say(&format!(
        "{} postings a second offered: p50 {:.2} ms, p99 {:.2} ms, most {:.2} ms",
        offered.rate, offered.p50_ms, offered.p99_ms, offered.max_ms
    ));
    let began = monotonic();
    bench.reopen(Settings::default().batch)?;
    let start_ms = millis(began.elapsed());
    let postings = bench.posted;
    bench.ledger.close();
    let began = monotonic();
    let proof = ledger::verify(&folder.join(FILE_NAME))?;
    let verify_ms = millis(began.elapsed());
    if let Some(flaw) = proof.flaw {
        bail!("the ledger does not prove whole: {flaw}");
    }
    let accounts = proof.accounts;
    say(&format!(
        "start with {accounts} accounts and {} rows: {start_ms:.0} ms; all of it proved in {verify_ms:.0} ms",
        proof.rows
    ));
    Ok(Figures { accounts: verb.accounts, rows, offered, postings, start_ms, verify_ms })
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn run_floor(
    floor: &mut Floor,
    batch: usize,
    time: Duration,
    accounts: u32,
    random: &mut SmallRng,
    causes: &mut u64,
) -> anyhow::Result<Run> {
    let mut latency = Histogram::<u64>::new(3)?;
    let (mut busy, mut postings) = (Duration::ZERO, 0_u64);
    let began = monotonic();
    while began.elapsed() < time {
        let rows: Vec<Posting> = (0..batch)
            .map(|_| {
                *causes += 1;
                Posting {
                    debit: MERCHANTS + random.random_range(0..accounts),
                    credit: random.random_range(0..MERCHANTS),
                    amount: 1_250,
                    cause: cause(*causes).bytes(),
                }
            })
            .collect();
        let at = monotonic();
        floor.write(&rows, 1_795_000_000_000)?;
        busy += at.elapsed();
        postings += u64::try_from(batch)?;
        latency.record(nanos(at.elapsed()))?;
    }
    Ok(told(&latency, postings, busy, batch_of(batch)))
}

fn batch_of(batch: usize) -> f64 {
    f64::from(u32::try_from(batch).unwrap_or(u32::MAX))
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn told(latency: &Histogram<u64>, postings: u64, time: Duration, batch: f64) -> Run {
    let micros = |quantile| latency.value_at_quantile(quantile) as f64 / 1e3;
    let per_second = postings as f64 / time.as_secs_f64();
    Run { per_second, p50_us: micros(0.5), p99_us: micros(0.99), batch }
}

/// A terminal's count, as the cards of two hundred terminals come in.
fn cause(number: u64) -> Cause {
    let terminal = format!("pos-{}", number % 200);
    match terminal.parse() {
        Ok(terminal) => Cause::Terminal { terminal, boot: 1, seq: number },
        Err(_) => Cause::End { reservation: onecard_rules::ledger::RowNo(number) },
    }
}

struct Bench {
    file: PathBuf,
    ledger: ledger::Ledger,
    purses: Vec<AccountName>,
    merchants: Vec<AccountName>,
    random: SmallRng,
    posted: u64,
    at: Time,
    answers: (SyncSender<Instant>, Receiver<Instant>),
}

/// More than are ever in flight.
const IN_FLIGHT_MAX: usize = 16_384;

impl Bench {
    fn open(folder: &Path, accounts: u32) -> anyhow::Result<Self> {
        let file = folder.join(FILE_NAME);
        let (ledger, opened) = ledger::Ledger::open(&file, Settings::default())?;
        if opened.rows.0 > 0 {
            bail!("`{}` holds a ledger; name another folder", file.display());
        }
        let names = |kind: &str, count: u32| -> anyhow::Result<Vec<AccountName>> {
            (0..count).map(|number| Ok(format!("{kind}:p{number}").parse()?)).collect()
        };
        let purses = names("purse", accounts)?;
        let merchants = names("merchant", MERCHANTS)?;
        let random = SmallRng::seed_from_u64(8);
        let (at, answers) = (SystemClock.now(), sync_channel(IN_FLIGHT_MAX));
        Ok(Self { file, ledger, purses, merchants, random, posted: 0, at, answers })
    }

    /// Opens all accounts and gives everybody something to spend.
    fn prepare(&mut self) -> anyhow::Result<()> {
        let bank: AccountName = "clearing:bank".parse()?;
        let names = [vec![bank.clone()], self.merchants.clone(), self.purses.clone()].concat();
        for name in names {
            loop {
                let (name, terms) = (name.clone(), Terms::default());
                match self.ledger.open_account(name, terms, OnDurable::Nothing) {
                    Ok(()) => break,
                    Err(_) => std::thread::yield_now(),
                }
            }
        }
        // The queue is full of them by now, and what follows does not ask twice.
        while self.ledger.health().waiting > 0 {
            std::thread::yield_now();
        }
        let mut in_flight = 0;
        for place in 0..self.purses.len() {
            let Some(to) = self.purses.get(place).cloned() else { continue };
            let (purpose, from, amount) = (Purpose::TopUp, bank.clone(), Fen::new(FUNDS));
            self.submit(Ask::Transfer { purpose, from, to, amount }, monotonic())?;
            in_flight += 1;
            if in_flight == 4_096 {
                self.answered()?;
                in_flight -= 1;
            }
        }
        for _ in 0..in_flight {
            self.answered()?;
        }
        Ok(())
    }

    fn reopen(&mut self, batch: usize) -> anyhow::Result<()> {
        self.ledger.close();
        let settings = Settings { batch, ..Settings::default() };
        (self.ledger, _) = ledger::Ledger::open(&self.file, settings)?;
        Ok(())
    }

    fn submit(&mut self, ask: Ask, since: Instant) -> anyhow::Result<()> {
        self.posted += 1;
        let order = Order {
            cause: cause(self.posted),
            at: self.at,
            day: self.at.date_naive(),
            by: None,
            why: None,
            ask,
        };
        let answers = self.answers.0.clone();
        let then = OnDurable::Call(Box::new(move |answer: Result<ledger::Answer, _>| {
            // An order that failed is not counted, and the run ends in want of its answer.
            if matches!(answer, Ok(Ok(_))) {
                let _ = answers.try_send(since);
            }
        }));
        self.ledger.order(order, With::default(), then).context("the queue to the disk is full")
    }

    fn purchase(&mut self) -> anyhow::Result<Ask> {
        let purse = self.random.random_range(0..self.purses.len());
        let merchant = self.random.random_range(0..self.merchants.len());
        let from = self.purses.get(purse).cloned().context("a purse")?;
        let to = self.merchants.get(merchant).cloned().context("a merchant")?;
        Ok(Ask::Transfer { purpose: Purpose::Purchase, from, to, amount: Fen::new(1_250) })
    }

    fn answered(&self) -> anyhow::Result<Instant> {
        let patience = Duration::from_secs(30);
        self.answers.1.recv_timeout(patience).context("an order was not carried out")
    }

    /// Keeps so many in flight.
    fn run(&mut self, in_flight: usize, time: Duration) -> anyhow::Result<Run> {
        let mut latency = Histogram::<u64>::new(3)?;
        let commits = self.ledger.health().commits;
        let (mut open, mut done) = (0_usize, 0_u64);
        let began = monotonic();
        while began.elapsed() < time {
            while open < in_flight {
                let ask = self.purchase()?;
                self.submit(ask, monotonic())?;
                open += 1;
            }
            latency.record(nanos(self.answered()?.elapsed()))?;
            (open, done) = (open - 1, done + 1);
        }
        let elapsed = began.elapsed();
        for _ in 0..open {
            self.answered()?;
        }
        let commits = self.ledger.health().commits - commits;
        let all = done + u64::try_from(open)?;
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        let batch = all as f64 / commits.max(1) as f64;
        Ok(told(&latency, done, elapsed, batch))
    }

    fn grow(&mut self, postings: u64) -> anyhow::Result<()> {
        let mut open = 0;
        while self.posted < postings {
            let ask = self.purchase()?;
            self.submit(ask, monotonic())?;
            open += 1;
            if open == 4_096 {
                self.answered()?;
                open -= 1;
            }
        }
        for _ in 0..open {
            self.answered()?;
        }
        Ok(())
    }

    /// Offers so many a second, whatever becomes of them.
    fn offer(&mut self, rate: u32, time: Duration) -> anyhow::Result<Offered> {
        let mut latency = Histogram::<u64>::new(3)?;
        let began = monotonic();
        let (mut offered, mut open) = (0_u32, 0_usize);
        while began.elapsed() < time {
            let due = Duration::from_secs_f64(f64::from(offered) / f64::from(rate.max(1)));
            let ahead = due.saturating_sub(began.elapsed());
            if !ahead.is_zero() {
                std::thread::sleep(ahead.min(Duration::from_micros(200)));
            }
            while let Ok(since) = self.answers.1.try_recv() {
                latency.record(nanos(since.elapsed()))?;
                open -= 1;
            }
            if began.elapsed() >= due {
                let ask = self.purchase()?;
                // From when it was due, so that a load that falls behind hides nothing.
                self.submit(ask, began + due)?;
                (offered, open) = (offered + 1, open + 1);
            }
        }
        for _ in 0..open {
            latency.record(nanos(self.answered()?.elapsed()))?;
        }
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        let millis = |nanos: u64| nanos as f64 / 1e6;
        Ok(Offered {
            rate,
            p50_ms: millis(latency.value_at_quantile(0.5)),
            p99_ms: millis(latency.value_at_quantile(0.99)),
            max_ms: millis(latency.max()),
        })
    }
}
