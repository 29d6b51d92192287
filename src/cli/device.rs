//! `onecard device`: accounts of devices on the embedded broker, and profiles of models.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand, ValueEnum};

use super::DataFolder;

mod accounts;
mod profiles;

/// Devices: their accounts on the embedded broker, and the profiles of their models.
#[derive(Debug, Args)]
pub struct Device {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Add an account, or give it a new password; the password is shown once.
    #[command(
        after_help = "Examples:\n  onecard device add --data DIR reader north-1-in --area campus\n  onecard device add --data DIR dashboard guard-room"
    )]
    Add {
        #[command(flatten)]
        data: DataFolder,
        kind: Kind,
        /// The device's code; for a dashboard or a system, the account's name.
        name: String,
        /// The area in the device's topics; for a dashboard, one it may see (all if none is named).
        #[arg(long)]
        area: Vec<String>,
    },
    /// Add accounts for every reader, gate and valve of a campus; prints name and password of each as CSV.
    #[command(
        after_help = "Example:\n  onecard device add-all examples/college --data DIR > passwords.csv"
    )]
    AddAll {
        /// The folder with `campus.toml`.
        folder: PathBuf,
        #[command(flatten)]
        data: DataFolder,
    },
    /// List the accounts.
    List(DataFolder),
    /// Remove an account; its sessions end.
    Remove {
        #[command(flatten)]
        data: DataFolder,
        username: String,
    },
    /// List the models that can be wired to a line: what each measures and switches, and how sure we are.
    #[command(
        after_help = "Examples:\n  onecard device profiles\n  onecard device profiles --kind relay"
    )]
    Profiles(profiles::List),
    /// Work with a profile of one's own.
    Profile(Profile),
}

/// Work with a profile of one's own.
#[derive(Debug, Args)]
struct Profile {
    #[command(subcommand)]
    verb: ProfileVerb,
}

#[derive(Debug, Subcommand)]
enum ProfileVerb {
    /// Check profile files: every mistake with file, line, key and mend, then advice.
    #[command(
        after_help = "Example:\n  onecard device profile lint my-meter.toml\n\nExit code 0: no mistakes; 1: at least one. Advice changes nothing about it."
    )]
    Lint(profiles::Lint),
}

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Reader,
    Gate,
    Valve,
    Dashboard,
    System,
}

pub fn run(verb: &Device) -> anyhow::Result<ExitCode> {
    match &verb.verb {
        Verb::Add { data, kind, name, area } => accounts::add(data, *kind, name, area)?,
        Verb::AddAll { folder, data } => accounts::add_all(folder, data)?,
        Verb::List(data) => accounts::list(data)?,
        Verb::Remove { data, username } => accounts::remove(data, username)?,
        Verb::Profiles(list) => return profiles::list(list),
        Verb::Profile(Profile { verb: ProfileVerb::Lint(lint) }) => {
            return Ok(profiles::lint(lint));
        }
    }
    Ok(ExitCode::SUCCESS)
}
