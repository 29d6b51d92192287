//! `onecard serve`: the controller of a campus, until it is told to stop.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::Args;

use super::{DataFolder, logging, signals};
use crate::{campus::Campus, controller::Controller, memory};

/// Run the controller of a campus.
#[derive(Debug, Args)]
pub struct Serve {
    /// The folder with `campus.toml`.
    folder: PathBuf,
    #[command(flatten)]
    data: DataFolder,
}

pub fn run(verb: &Serve) -> anyhow::Result<ExitCode> {
    logging::start("info");
    memory::in_small_pages();
    let campus = Campus::load(&verb.folder)?;
    for warning in &campus.warnings {
        tracing::warn!("{warning}");
    }
    actix::System::new().block_on(async {
        let controller = Controller::start(campus, &verb.data.data).await?;
        let signal = signals::stop_ordered().await.context("cannot wait for signals")?;
        tracing::info!(signal, "told to stop");
        controller.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}
