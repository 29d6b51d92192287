//! `onecard import`: people and cards from CSV, after showing what would change.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use onecard_devices::clock::Now as _;

use super::{DataFolder, say};
use crate::{
    campus::Campus,
    clock::SystemClock,
    import::{self, ImportFailure, Preview, Progress, Settings, What},
    store::database::{self, Editor},
};

/// Changes shown one by one.
const SHOWN: usize = 20;

/// Import people or cards.
#[derive(Debug, Args)]
pub struct Import {
    #[command(subcommand)]
    what: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// Columns: person, name, kind; then any of groups, grants, dormitory, trainings, quarantined, `passback_exempt`, `valid_from`, `valid_until`.
    #[command(
        after_help = "Example:\n  onecard import people people.csv --data DIR --campus examples/college --apply"
    )]
    People(FromFile),
    /// Columns: card, person; then any of state, `valid_from`, `valid_until`.
    #[command(
        after_help = "Example:\n  onecard import cards cards.csv --data DIR --campus examples/college --apply"
    )]
    Cards(FromFile),
}

#[derive(Debug, Args)]
struct FromFile {
    file: PathBuf,
    #[command(flatten)]
    data: DataFolder,
    /// The campus folder: its zone is that of days in the file, its areas may be named there.
    #[arg(long, value_name = "FOLDER")]
    campus: Option<PathBuf>,
    /// Do it; without this only show what would change.
    #[arg(long)]
    apply: bool,
}

pub fn run(verb: &Import) -> anyhow::Result<ExitCode> {
    let (what, from) = match &verb.what {
        Kind::People(from) => (What::People, from),
        Kind::Cards(from) => (What::Cards, from),
    };
    let name = from.file.display().to_string();
    let file = fs::read(&from.file).with_context(|| format!("cannot read `{name}`"))?;
    let campus = from.campus.as_deref().map(Campus::load).transpose()?;
    let site = campus.as_ref().map(|campus| &campus.site);
    let zone = site.map_or(chrono_tz::Asia::Shanghai, |site| site.zone);
    let settings = Settings { zone, site, now: SystemClock.now(), differences: SHOWN };
    fs::create_dir_all(&from.data.data)?;
    let mut editor = Editor::open(&from.data.data.join(database::FILE_NAME))?;
    let outcome = if from.apply {
        import::import(&mut editor, what, &file, settings, &mut progress)
    } else {
        import::preview(&mut editor, what, &file, settings)
    };
    match outcome {
        Ok(preview) => {
            show(&preview);
            say(match (from.apply, preview.added + preview.changed) {
                (_, 0) => "there is nothing to do",
                (false, _) => "nothing was changed; `--apply` does it",
                (true, _) => "done; a running controller takes it over within a second",
            });
            Ok(ExitCode::SUCCESS)
        }
        Err(ImportFailure::Mistakes(mistakes)) => {
            for mistake in &mistakes {
                say(&format!("{name}: {mistake}"));
            }
            say(&format!("{} mistakes; nothing was imported", mistakes.len()));
            Ok(ExitCode::FAILURE)
        }
        Err(failure) => Err(failure.into()),
    }
}

fn progress(Progress { done, rows }: Progress) {
    if done == rows || done.is_multiple_of(5000) {
        say(&format!("{done} of {rows} rows"));
    }
}

fn show(preview: &Preview) {
    for remark in &preview.remarks {
        say(&format!("note: {remark}"));
    }
    for difference in &preview.differences {
        say(&difference.to_string());
    }
    let Preview { added, changed, unchanged, .. } = preview;
    say(&format!("{added} added, {changed} changed, {unchanged} unchanged"));
}
