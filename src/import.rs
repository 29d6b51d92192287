//! Importing people and cards from CSV files: `onecard import people FILE` and `… cards FILE`; and
//! a folder of photos (see `photos`).
//!
//! All or nothing: a file with one bad row changes nothing, and every bad row is told at once with
//! its line, column and mend. A preview and an import are the same run, the one taken back, the
//! other committed. Nobody is ever deleted by a file. A column that is not in the file leaves what
//! is stored; an empty cell clears it. Importing a file twice changes nothing the second time.
//!
//! `people`: `person`, `name`, `kind`, then optionally `groups`, `grants`, `dormitory`, `trainings`,
//! `quarantined`, `passback_exempt`, `valid_from`, `valid_until`. `cards`: `card`, `person`, then
//! optionally `state`, `valid_from`, `valid_until`. Lists are separated by `;`; a training is
//! `id` or `id@until`. A time is a day, in the site's zone, or RFC 3339 with an offset; a day as an
//! end is included. Files are UTF-8, with or without a byte order mark.
//!
//! Finding a file, showing progress and recording `PeopleImported` are the command's business.

mod cards;
mod cell;
mod mistake;
mod people;
mod photos;
mod table;

use std::fmt;

use chrono_tz::Tz;
use onecard_rules::{Time, site::Site};
use rusqlite::Transaction;

use crate::store::{StoreFailure, database::Editor};
pub use mistake::{Mistake, Wrong};
pub use photos::{PhotoFailure, PhotoMistake, PhotoPreview, PhotoWrong, import_photos};
use table::{Columns, Line, Table};

/// What is in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    People,
    Cards,
}

/// What an import must know.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// The zone that days in the file are days of.
    pub zone: Tz,
    /// The site whose areas the file may name; `None`: names are not checked.
    pub site: Option<&'a Site>,
    /// The moment of the import, for cards that change their state.
    pub now: Time,
    /// Most differences to list one by one.
    pub differences: usize,
}

/// How far an import has come, in rows of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub done: usize,
    pub rows: usize,
}

/// Told now and then how far the import has come.
pub type OnProgress<'a> = &'a mut dyn FnMut(Progress);

/// What an import changes, or would change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Always 0: a file never deletes anybody. Here so that whoever reads it need not wonder.
    pub removed: usize,
    /// The first changes, field by field.
    pub differences: Vec<Difference>,
    /// What is odd but not wrong, such as a training that no gate asks for.
    pub remarks: Vec<Mistake>,
}

/// One field of one person or card that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The person's number or the card.
    pub key: String,
    /// The column's name.
    pub field: &'static str,
    pub old: String,
    pub new: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, field, old, new } = self;
        write!(f, "{key}: {field} `{old}` becomes `{new}`")
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportFailure {
    #[error("nothing was imported: {} mistakes, the first: {}", .0.len(), .0.first().map_or_else(String::new, ToString::to_string))]
    Mistakes(Vec<Mistake>),
    #[error(transparent)]
    Store(#[from] StoreFailure),
}

impl From<rusqlite::Error> for ImportFailure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Tells what [`import`] would change, and changes nothing.
///
/// # Errors
/// With every mistake in the file, or when the database cannot be read.
pub fn preview(
    editor: &mut Editor,
    what: What,
    file: &[u8],
    settings: Settings<'_>,
) -> Result<Preview, ImportFailure> {
    let (preview, transaction) = run(editor, what, file, settings, &mut |_| {})?;
    transaction.rollback()?;
    Ok(preview)
}

/// Imports a file and tells what changed.
///
/// # Errors
/// With every mistake in the file, or when the database cannot be written; nothing has changed then.
pub fn import(
    editor: &mut Editor,
    what: What,
    file: &[u8],
    settings: Settings<'_>,
    on_progress: OnProgress<'_>,
) -> Result<Preview, ImportFailure> {
    let (preview, transaction) = run(editor, what, file, settings, on_progress)?;
    if preview.added + preview.changed > 0 {
        crate::store::database::bump_people(&transaction)?;
    }
    transaction.commit()?;
    Ok(preview)
}

fn run<'e>(
    editor: &'e mut Editor,
    what: What,
    file: &[u8],
    settings: Settings<'_>,
    on_progress: OnProgress<'_>,
) -> Result<(Preview, Transaction<'e>), ImportFailure> {
    let transaction = editor.begin()?;
    let preview = match what {
        What::People => sift::<people::PersonRow>(&transaction, file, settings, on_progress)?,
        What::Cards => sift::<cards::CardRow>(&transaction, file, settings, on_progress)?,
    };
    Ok((preview, transaction))
}

/// A kind of row: how it is read, and compared with what is stored.
trait Record: Sized {
    const COLUMNS: &'static [&'static str];
    /// The first so many columns must be in the file.
    const NEEDED: usize;

    /// Reads a row and tells what is wrong with it.
    fn read(line: &Line<'_>, settings: Settings<'_>, notes: &mut Notes) -> Option<Self>;

    /// What no two rows of a file may share, and its column.
    fn key(&self) -> (&'static str, String);

    /// Writes the row where it differs from what is stored.
    fn put(
        self,
        to: &Transaction<'_>,
        given: &Columns,
        settings: Settings<'_>,
    ) -> rusqlite::Result<Result<Put, (&'static str, Wrong)>>;
}

/// What became of one row.
enum Put {
    Added,
    Changed(Vec<Difference>),
    Unchanged,
}

/// What is wrong, and what is odd.
#[derive(Default)]
struct Notes {
    mistakes: Vec<Mistake>,
    remarks: Vec<Mistake>,
}

fn sift<R: Record>(
    to: &Transaction<'_>,
    file: &[u8],
    settings: Settings<'_>,
    on_progress: OnProgress<'_>,
) -> Result<Preview, ImportFailure> {
    let table = Table::read(file, R::COLUMNS, R::NEEDED).map_err(ImportFailure::Mistakes)?;
    let (mut notes, mut preview) = (Notes::default(), Preview::default());
    notes.mistakes.extend(table.mistakes().iter().cloned());
    let mut seen = std::collections::HashMap::new();
    let rows = table.len();
    for (done, line) in table.lines().enumerate() {
        if done % 1000 == 0 {
            on_progress(Progress { done, rows });
        }
        let Some(record) = R::read(&line, settings, &mut notes) else { continue };
        let (column, key) = record.key();
        if let Some(first) = seen.insert(key.clone(), line.number) {
            notes.mistakes.push(line.mistake(column, Wrong::Twice { text: key, first }));
            continue;
        }
        match record.put(to, table.columns(), settings)? {
            Ok(Put::Added) => preview.added += 1,
            Ok(Put::Unchanged) => preview.unchanged += 1,
            Ok(Put::Changed(differences)) => {
                preview.changed += 1;
                let room = settings.differences.saturating_sub(preview.differences.len());
                preview.differences.extend(differences.into_iter().take(room));
            }
            Err((column, wrong)) => notes.mistakes.push(line.mistake(column, wrong)),
        }
    }
    on_progress(Progress { done: rows, rows });
    if notes.mistakes.is_empty() {
        preview.remarks = notes.remarks;
        return Ok(preview);
    }
    notes.mistakes.sort_by_key(|mistake| mistake.line);
    Err(ImportFailure::Mistakes(notes.mistakes))
}

/// The fields that differ between what is stored and what is to be.
fn differences(
    key: &str,
    old: Vec<(&'static str, String)>,
    new: Vec<(&'static str, String)>,
) -> Vec<Difference> {
    old.into_iter()
        .zip(new)
        .filter(|((_, old), (_, new))| old != new)
        .map(|((field, old), (_, new))| Difference { key: key.to_owned(), field, old, new })
        .collect()
}

/// A moment as differences show it.
fn shown(time: Option<Time>) -> String {
    time.map_or_else(String::new, |time| time.to_rfc3339())
}
