//! `onecard bench`: the controller measured beside its floor, in the same run.

use std::process::ExitCode;

use clap::{Args, Subcommand};

mod broker;
mod campus;
mod entry;
mod ledger;
mod power;
mod process;
mod responder;

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
    /// Overload to relay written on Modbus lines with the wire's own timing, beside its bound; the line
    /// driver at full speed beside a bare client.
    #[command(
        after_help = "Examples:\n  onecard bench power\n  onecard bench power --lines 16 --dead 0,4 --seconds 60 --json power.json"
    )]
    Power(power::Power),
    /// A simulated dormitory, the other end of `bench power`.
    #[command(hide = true)]
    Dormitory(power::dormitory::DormitoryVerb),
    /// A bare embedded broker, the floor's part of `bench entry`.
    #[command(hide = true)]
    Broker(broker::Broker),
    /// A responder without logic, the floor of `bench entry`.
    #[command(hide = true)]
    Responder(responder::ResponderVerb),
}

pub fn run(verb: &Bench) -> anyhow::Result<ExitCode> {
    match &verb.verb {
        Verb::Entry(entry) => entry::run(entry),
        Verb::Ledger(ledger) => ledger::run(ledger),
        Verb::Power(power) => power::run(power),
        Verb::Dormitory(dormitory) => power::dormitory::run(dormitory),
        Verb::Broker(broker) => broker::run(broker),
        Verb::Responder(responder) => responder::run(responder),
    }
}
