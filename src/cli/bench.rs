//! `onecard bench`: the controller measured beside its floor, in the same run.

use std::process::ExitCode;

use clap::{Args, Subcommand};

mod broker;
mod campus;
mod entry;
mod ledger;
mod process;

/// Measure a real controller beside its floor.
#[derive(Debug, Args)]
pub struct Bench {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Swipe to gate command at rising rates, beside a responder without logic on the same broker.
    #[command(
        after_help = "Examples:\n  onecard bench entry\n  onecard bench entry --broker mosquitto --rates 100,1000,2000,8000 --json entry.json"
    )]
    Entry(entry::Entry),
    /// Durable postings a second by batch, beside the same rows written to `SQLite` directly.
    #[command(
        after_help = "Examples:\n  onecard bench ledger\n  onecard bench ledger --accounts 1000000 --postings 10000000 --json ledger.json"
    )]
    Ledger(ledger::Ledger),
    /// A bare embedded broker, the floor's part of `bench entry`.
    #[command(hide = true)]
    Broker(broker::Broker),
}

pub fn run(verb: &Bench) -> anyhow::Result<ExitCode> {
    match &verb.verb {
        Verb::Entry(entry) => entry::run(entry),
        Verb::Ledger(ledger) => ledger::run(ledger),
        Verb::Broker(broker) => broker::run(broker),
    }
}
