//! `onecard journal`: proving that the journal is whole.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{DataFolder, say};
use crate::store::{
    database::{self, DatabaseReader},
    journal,
};

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
    let file = data.data.join(journal::FILE_NAME);
    // What was noted of the journal elsewhere shows rows that were cut off at its end.
    let anchor = DatabaseReader::open(&data.data.join(database::FILE_NAME))
        .and_then(|reader| reader.anchor())
        .unwrap_or(None);
    let found = journal::verify(&file, anchor)?;
    match found.broken {
        None => {
            let (rows, first, last) = (found.rows, found.first.unwrap_or(0), found.last.seq);
            say(&format!(
                "{}: {rows} rows from {first} to {last}: the chain holds",
                file.display()
            ));
            Ok(ExitCode::SUCCESS)
        }
        Some(broken) => {
            say(&format!("{}: {broken}", file.display()));
            say(&format!("the {} rows before it are good", found.rows));
            Ok(ExitCode::FAILURE)
        }
    }
}
