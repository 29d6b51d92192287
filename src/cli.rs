//! The command line: verbs, their flags and help. Each verb's work is in a file of its own.

use std::{net::IpAddr, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

mod ask;
mod backup;
mod bench;
mod card;
mod check;
mod demo;
mod device;
mod entry_line;
mod init;
mod journal;
mod ledger;
mod logging;
mod money;
mod operator;
mod people;
mod phone;
mod room;
mod room_line;
mod secrets;
mod serve;
mod signals;
mod tap;
mod tap_line;
mod watch;

/// `OneCard`: the real-time control system behind a campus card (校园一卡通).
#[derive(Debug, Parser)]
#[command(name = "onecard", version, about, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Write a commented starter campus into a new folder.
    #[command(after_help = "Example:\n  onecard init my-campus")]
    Init(init::Init),
    /// Validate a campus folder; print every mistake with file, line, key and mend.
    #[command(after_help = "Example:\n  onecard check examples/college")]
    Check(check::Check),
    /// Run the controller of a campus.
    #[command(after_help = "Example:\n  onecard serve examples/college --data /var/lib/onecard")]
    Serve(serve::Serve),
    /// Run a simulated campus on embedded defaults, with a live log of entries and rooms on the terminal.
    #[command(
        after_help = "Examples:\n  onecard demo\n  onecard demo --people 500 --speed 4 --seed 7 --for 30\n  onecard demo --rooms 32 --no-faults"
    )]
    Demo(demo::Demo),
    /// Follow the entry log of a running controller over MQTT.
    #[command(
        after_help = "Examples:\n  onecard watch --broker 127.0.0.1:1883 --site college\n  onecard watch --refused --area library"
    )]
    Watch(watch::Watch),
    /// Measure a real controller beside its floor.
    #[command(
        after_help = "Examples:\n  onecard bench entry --rates 100,1000,2000 --json entry.json\n  onecard bench power --lines 16 --dead 0,4"
    )]
    Bench(bench::Bench),
    /// Import people or cards from CSV, or a folder of photos; shows what would change, `--apply` does it.
    #[command(
        after_help = "Examples:\n  onecard import people people.csv --data DIR\n  onecard import cards cards.csv --data DIR --apply"
    )]
    Import(people::Import),
    /// Phones in place of cards: bind a phone's key, and try codes.
    #[command(
        after_help = "Examples:\n  onecard phone key my-phone.key\n  onecard phone bind --data DIR 20240311 PUBLIC-KEY\n  onecard phone code my-phone.key 20240311"
    )]
    Phone(phone::Phone),
    /// Work with card numbers.
    #[command(after_help = "Example:\n  onecard card explain 7186A61E")]
    Card(card::Card),
    /// Accounts of devices and other systems on the embedded broker; profiles of models.
    #[command(
        after_help = "Examples:\n  onecard device add --data DIR reader north-1-in --area campus\n  onecard device profiles\n  onecard device profile lint my-meter.toml"
    )]
    Device(device::Device),
    /// Operators: roles, passwords, tokens.
    #[command(
        after_help = "Example:\n  onecard operator add --data DIR li.wei --role administrator"
    )]
    Operator(operator::Operator),
    /// Say why a room is dark, what happens next and when.
    #[command(
        after_help = "Examples:\n  onecard why north-3-301\n  onecard why north-3-301 --lang en --http 10.0.0.5:8080 --token-file ~/.onecard"
    )]
    Why(room::Why),
    /// Look at the power of rooms, and give orders there by name.
    #[command(
        after_help = "Examples:\n  onecard room list --dark\n  onecard room cut north-3-301 --why \"smell of burning\"\n  onecard room restore --area north-3 --why \"the riser is repaired\""
    )]
    Room(room::Room),
    /// Look at taps and showers, and take them out of use by name.
    #[command(
        after_help = "Examples:\n  onecard tap list --open\n  onecard tap shut dorm-1-shower-3 --why \"the hose is off\"\n  onecard tap free dorm-1-shower-3 --why repaired"
    )]
    Tap(tap::Tap),
    /// Work with the journal.
    #[command(after_help = "Example:\n  onecard journal verify --data DIR")]
    Journal(journal::Journal),
    /// Work with the ledger: balances, statements, transfers; prove that it is whole.
    #[command(
        after_help = "Examples:\n  onecard ledger verify --data DIR\n  onecard ledger balance purse:2024001 --data DIR"
    )]
    Ledger(ledger::Ledger),
    /// Money and bills: accounts, top-ups, transfers, corrections, closed days, quarantine.
    #[command(
        after_help = "Examples:\n  onecard money account room:dorm-3-412\n  onecard money top-up room:dorm-3-412 50 --desk main --receipt 1841 --why cash"
    )]
    Money(money::Money),
    /// Copy the databases into a new folder, also while a controller runs, and prove the copy.
    #[command(after_help = "Example:\n  onecard backup /backup/2026-11-26 --data DIR")]
    Backup(backup::Backup),
    /// Put a backup back into an empty data folder.
    #[command(after_help = "Example:\n  onecard restore /backup/2026-11-26 --data DIR")]
    Restore(backup::Restore),
}

/// Where the controller keeps its databases.
#[derive(Debug, Clone, Args)]
pub struct DataFolder {
    /// Folder of the databases; made if it is not there.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

/// Where an MQTT broker listens.
#[derive(Debug, Clone, Args)]
pub struct BrokerAddress {
    /// Host and port of the broker.
    #[arg(long, default_value = "127.0.0.1:1883", value_name = "HOST:PORT")]
    broker: String,
    /// User name at the broker, when it asks for one.
    #[arg(long)]
    username: Option<String>,
    /// File that holds the password, on its first line.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// The address on which a demonstration listens.
pub const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.verb {
        Verb::Init(verb) => init::run(&verb),
        Verb::Check(verb) => Ok(check::run(&verb)),
        Verb::Serve(verb) => serve::run(&verb),
        Verb::Demo(verb) => demo::run(&verb),
        Verb::Watch(verb) => watch::run(&verb),
        Verb::Bench(verb) => bench::run(&verb),
        Verb::Import(verb) => people::run(&verb),
        Verb::Phone(verb) => phone::run(&verb),
        Verb::Card(verb) => card::run(&verb),
        Verb::Device(verb) => device::run(&verb),
        Verb::Operator(verb) => operator::run(&verb),
        Verb::Why(verb) => room::run_why(&verb),
        Verb::Room(verb) => room::run(&verb),
        Verb::Tap(verb) => tap::run(&verb),
        Verb::Journal(verb) => journal::run(&verb),
        Verb::Ledger(verb) => ledger::run(&verb),
        Verb::Money(verb) => money::run(&verb),
        Verb::Backup(verb) => backup::run(&verb),
        Verb::Restore(verb) => backup::run_restore(&verb),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "a command line speaks on standard error")]
            {
                eprintln!("onecard: {}", told(&error));
            }
            ExitCode::FAILURE
        }
    }
}

/// A failure with its causes. Most tell their cause themselves, and it is not told twice.
fn told(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}

/// Says a line on standard output; a closed pipe ends the program quietly.
fn say(line: &str) {
    use std::io::Write as _;
    if writeln!(anstream::stdout(), "{line}").is_err() {
        std::process::exit(0);
    }
}

#[cfg(test)]
mod tests {
    use anyhow::{Context as _, anyhow};

    use super::told;

    #[test]
    fn a_cause_that_a_failure_tells_itself_is_told_once() {
        let disk = || anyhow!("the disk is full");
        let rows = [
            (disk(), "the disk is full"),
            (disk().context("cannot write"), "cannot write: the disk is full"),
            (disk().context("cannot write: the disk is full"), "cannot write: the disk is full"),
        ];
        for (failure, expected) in rows {
            assert_eq!(told(&failure), expected);
        }
        let twice = Err::<(), _>(disk().context("cannot write")).context("no backup");
        assert_eq!(told(&twice.unwrap_err()), "no backup: cannot write: the disk is full");
    }
}
