//! `onecard import`: people and cards from CSV, after showing what would change.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::{DataFolder, say};
use crate::{
    controller::DATABASE_FILE,
    import::{self, Preview},
    store::database::people,
};

/// Changes shown one by one in a preview.
const SHOWN: usize = 20;

/// Import people or cards.
#[derive(Debug, Args)]
pub struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// People: person,name,kind,groups,grants,dormitory,trainings,quarantined,passback_exempt,valid_from,valid_until.
    #[command(after_help = "Example:\n  onecard import people people.csv --data DIR --apply")]
    People(FromFile),
    /// Cards: card,person,state,valid_from,valid_until.
    #[command(after_help = "Example:\n  onecard import cards cards.csv --data DIR --apply")]
    Cards(FromFile),
}

#[derive(Debug, Args)]
struct FromFile {
    file: PathBuf,
    #[command(flatten)]
    data: DataFolder,
    /// Do it; without this only show what would change.
    #[arg(long)]
    apply: bool,
}

pub fn run(verb: &Import) -> anyhow::Result<ExitCode> {
    let (What::People(from) | What::Cards(from)) = &verb.what;
    let name = from.file.display();
    let text = fs::read_to_string(&from.file).with_context(|| format!("cannot read `{name}`"))?;
    fs::create_dir_all(&from.data.data)?;
    let database = from.data.data.join(DATABASE_FILE);
    let known = people::load(&database)?;
    let planned = match &verb.what {
        What::People(_) => import::people(&text, &known).map(|plan| (plan.preview, plan.people, Vec::new())),
        What::Cards(_) => import::cards(&text, &known).map(|plan| (plan.preview, Vec::new(), plan.cards)),
    };
    let (preview, people, cards) = match planned {
        Ok(planned) => planned,
        Err(bad) => {
            for row in &bad {
                say(&format!("{name}:{row}"));
            }
            say(&format!("{} bad rows; nothing was imported", bad.len()));
            return Ok(ExitCode::FAILURE);
        }
    };
    show(&preview);
    if !from.apply {
        say("nothing was changed; `--apply` does it");
    } else if preview.added + preview.changed > 0 {
        people::put(&database, &people, &cards)?;
        say("done; a running controller takes it over within a second");
    } else {
        say("there is nothing to do");
    }
    Ok(ExitCode::SUCCESS)
}

fn show(preview: &Preview) {
    for change in preview.changes.iter().take(SHOWN) {
        say(change);
    }
    if preview.changes.len() > SHOWN {
        say(&format!("… and {} more", preview.changes.len() - SHOWN));
    }
    let Preview { added, changed, unchanged, .. } = preview;
    say(&format!("{added} added, {changed} changed, {unchanged} unchanged"));
}
