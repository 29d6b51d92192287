//! `onecard init`: a commented starter campus in a new folder.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::Args;

use super::say;
use crate::campus;

/// Write a commented starter campus into a new folder.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder to make; it must not hold a campus yet.
    folder: PathBuf,
    /// The site's code, the second segment of every topic.
    #[arg(long, default_value = "campus")]
    site: String,
}

pub fn run(verb: &Init) -> anyhow::Result<ExitCode> {
    let folder = verb.folder.display();
    let written = campus::init(&verb.folder, &verb.site)
        .with_context(|| format!("cannot write a campus into `{folder}`"))?;
    for file in written {
        say(&format!("wrote {}", file.display()));
    }
    say(&format!("edit them, then try `onecard check {folder}`"));
    Ok(ExitCode::SUCCESS)
}
