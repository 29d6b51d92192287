//! `onecard import`: people and cards from CSV, photos from a folder, after showing what would change.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use onecard_devices::clock::Now as _;

use super::{DataFolder, say};
use crate::{
    campus::Campus,
    clock::SystemClock,
    import::{self, ImportFailure, PhotoFailure, Preview, Progress, Settings, What},
    photos::Photos,
    store::database::{self, DatabaseReader, Editor},
};

/// Changes shown one by one.
const SHOWN: usize = 20;

/// Import people, cards or photos.
#[derive(Debug, Args)]
pub struct Import {
    #[command(subcommand)]
    what: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// Columns: person, name, kind; then any of groups, grants, dormitory, trainings, quarantined,
    /// `passback_exempt`, `valid_from`, `valid_until`.
    #[command(
        after_help = "Example:\n  onecard import people people.csv --data DIR --campus examples/college --apply"
    )]
    People(FromFile),
    /// Columns: card, person; then any of state, `valid_from`, `valid_until`.
    #[command(
        after_help = "Example:\n  onecard import cards cards.csv --data DIR --campus examples/college --apply"
    )]
    Cards(FromFile),
    /// A folder of photos, each called after its person's number, such as `20240311.jpg`: JPEG, PNG or
    /// `WebP`, 512 KiB at most.
    #[command(after_help = "Example:\n  onecard import photos FOLDER --data DIR --apply")]
    Photos(FromFolder),
}

#[derive(Debug, Args)]
struct FromFolder {
    folder: PathBuf,
    #[command(flatten)]
    data: DataFolder,
    /// Do it; without this only show what would change.
    #[arg(long)]
    apply: bool,
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
        Kind::Photos(from) => return photos(from),
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
            Ok(concluded(from.apply, preview.added + preview.changed))
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

fn photos(from: &FromFolder) -> anyhow::Result<ExitCode> {
    let data = &from.data.data;
    let people = DatabaseReader::open(&data.join(database::FILE_NAME))
        .and_then(|reader| reader.person_ids())
        .context("nobody is imported there yet; import people first")?;
    let kept = Photos::in_data(data);
    match import::import_photos(&from.folder, &kept, &people, from.apply, &mut progress) {
        Ok(preview) => {
            for file in preview.left_out.iter().take(SHOWN) {
                say(&format!("note: {file} is not called like a photo; it is left out"));
            }
            counted(preview.added, preview.changed, preview.unchanged);
            Ok(concluded(from.apply, preview.added + preview.changed))
        }
        Err(PhotoFailure::Mistakes(mistakes)) => {
            for mistake in &mistakes {
                say(&mistake.to_string());
            }
            say(&format!("{} mistakes; nothing was imported", mistakes.len()));
            Ok(ExitCode::FAILURE)
        }
        Err(failure) => Err(failure.into()),
    }
}

fn concluded(apply: bool, changes: usize) -> ExitCode {
    say(match (apply, changes) {
        (_, 0) => "there is nothing to do",
        (false, _) => "nothing was changed; `--apply` does it",
        (true, _) => "done; a running controller takes it over within a second",
    });
    ExitCode::SUCCESS
}

fn counted(added: usize, changed: usize, unchanged: usize) {
    say(&format!("{added} added, {changed} changed, {unchanged} unchanged"));
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
    counted(*added, *changed, *unchanged);
}
