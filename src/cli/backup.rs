//! `onecard backup` and `onecard restore`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::{DataFolder, say};
use crate::store::backup::{self, Listed};

/// Copy the databases into a new folder.
#[derive(Debug, Args)]
pub struct Backup {
    /// The folder to make.
    to: PathBuf,
    #[command(flatten)]
    data: DataFolder,
}

/// Put a backup back.
#[derive(Debug, Args)]
pub struct Restore {
    /// The folder of the backup.
    from: PathBuf,
    #[command(flatten)]
    data: DataFolder,
}

pub fn run(verb: &Backup) -> anyhow::Result<ExitCode> {
    let listed = backup::backup(&verb.data.data, &verb.to)?;
    say(&format!("{}: {}", verb.to.display(), told(&listed)));
    Ok(ExitCode::SUCCESS)
}

pub fn run_restore(verb: &Restore) -> anyhow::Result<ExitCode> {
    let listed = backup::restore(&verb.from, &verb.data.data)?;
    say(&format!("{}: {}", verb.data.data.display(), told(&listed)));
    Ok(ExitCode::SUCCESS)
}

fn told(listed: &Listed) -> String {
    let bytes: u64 = listed.files.iter().map(|file| file.bytes).sum();
    let Listed { ledger_rows, journal_rows, .. } = listed;
    format!(
        "{bytes} bytes, {ledger_rows} rows of the ledger, {journal_rows} of the journal, proved whole"
    )
}
