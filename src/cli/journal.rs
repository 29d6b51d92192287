//! `onecard journal`: proving that the journal is whole.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{DataFolder, say};
use crate::{controller::JOURNAL_FILE, store::journal};

/// Work with the journal.
#[derive(Debug, Args)]
pub struct Journal {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Recompute the hash chain; name the first broken row.
    #[command(after_help = "Example:\n  onecard journal verify --data DIR")]
    Verify(DataFolder),
}

pub fn run(verb: &Journal) -> anyhow::Result<ExitCode> {
    let Verb::Verify(data) = &verb.verb;
    let file = data.data.join(JOURNAL_FILE);
    let found = journal::verify(&file)?;
    match found.broken {
        None => {
            let (rows, first, last) = (found.rows, found.first_seq, found.last_seq);
            say(&format!("{}: {rows} rows from {first} to {last}: the chain holds", file.display()));
            Ok(ExitCode::SUCCESS)
        }
        Some(broken) => {
            let (seq, what) = (broken.seq, broken.what);
            say(&format!("{}: row {seq} is broken: {what}", file.display()));
            say(&format!("the {} rows before it are good", found.rows));
            Ok(ExitCode::FAILURE)
        }
    }
}
