//! `onecard check`: every mistake of a campus folder at once.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::say;
use crate::campus::Campus;

/// Validate a campus folder.
#[derive(Debug, Args)]
pub struct Check {
    /// The folder with `campus.toml`.
    folder: PathBuf,
}

pub fn run(verb: &Check) -> ExitCode {
    match Campus::load(&verb.folder) {
        Ok(campus) => {
            for warning in &campus.warnings {
                say(&format!("warning: {warning}"));
            }
            let site = &campus.site;
            say(&format!(
                "{}: {} areas, {} gates, {} readers, {} policies: no mistakes",
                site.name,
                site.areas.len(),
                site.gates.len(),
                site.readers.len(),
                campus.policy_count(),
            ));
            ExitCode::SUCCESS
        }
        Err(mistakes) => {
            say(&mistakes.to_string());
            ExitCode::FAILURE
        }
    }
}
