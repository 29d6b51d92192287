//! Importing a folder of photos, each called after its person's number: `20240311.jpg`.
//!
//! Like a file of people: every mistake is told at once and then nothing is imported; a photo that is
//! there already is left; a second time changes nothing. Each photo takes its place whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs, io,
    path::{Path, PathBuf},
};

use onecard_rules::ids::PersonId;

use super::{OnProgress, Progress};
use crate::photos::{Format, LONGEST, Photos};

/// What files of photos end in.
const ENDINGS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

/// A file that cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoMistake {
    /// Its name in the folder.
    pub file: String,
    pub wrong: PhotoWrong,
}

impl fmt::Display for PhotoMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.wrong)
    }
}

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhotoWrong {
    #[error("nobody of that number is registered; import the person first, or rename the file")]
    UnknownPerson,
    #[error("is no JPEG, PNG or WebP, whatever it is called; save it as one of these")]
    NoPhoto,
    #[error("has {0} bytes, more than {LONGEST}; make it smaller, 480 by 640 pixels are enough")]
    TooLong(u64),
    #[error("`{0}` is of the same person; keep one of them")]
    Twice(String),
    #[error("cannot be read: {0}")]
    Unreadable(String),
}

/// What an import changes, or would change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PhotoPreview {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Files whose names are not those of photos; they are left out.
    pub left_out: Vec<String>,
}

/// Why nothing, or not all, was imported.
#[derive(Debug, thiserror::Error)]
pub enum PhotoFailure {
    #[error("nothing was imported: {} mistakes", .0.len())]
    Mistakes(Vec<PhotoMistake>),
    #[error("cannot read the folder `{folder}`: {source}")]
    Folder { folder: PathBuf, source: io::Error },
    /// Those before it are in place; a second try does the rest.
    #[error("the photo of `{person}` cannot be kept: {source}; mend it and import again")]
    Photos { person: PersonId, source: io::Error },
}

/// A photo that differs from what is kept.
struct Due {
    person: PersonId,
    file: PathBuf,
}

/// Tells what the photos of a folder would change and, with `apply`, changes it.
///
/// # Errors
/// With every mistake in the folder, before anything is changed; or when a file cannot be read or
/// written.
pub fn import_photos(
    from: &Path,
    photos: &Photos,
    people: &BTreeSet<PersonId>,
    apply: bool,
    on_progress: OnProgress<'_>,
) -> Result<PhotoPreview, PhotoFailure> {
    let folder = |source| PhotoFailure::Folder { folder: from.to_owned(), source };
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(from).map_err(folder)? {
        let entry = entry.map_err(folder)?;
        if entry.file_type().map_err(folder)?.is_file() {
            files.insert(entry.file_name().to_string_lossy().into_owned(), entry.path());
        }
    }
    let (mut preview, mut mistakes, mut due) = (PhotoPreview::default(), Vec::new(), Vec::new());
    let mut seen: BTreeMap<PersonId, String> = BTreeMap::new();
    for (name, file) in files {
        let Some(number) = number(&name) else {
            preview.left_out.push(name);
            continue;
        };
        let wrong = match known(number, people) {
            Some(person) => match seen.insert(person.clone(), name.clone()) {
                Some(first) => Some(PhotoWrong::Twice(first)),
                None => match compare(&file, photos, &person) {
                    Ok(found) => {
                        match found {
                            Found::New => preview.added += 1,
                            Found::Other => preview.changed += 1,
                            Found::Same => preview.unchanged += 1,
                        }
                        if found != Found::Same {
                            due.push(Due { person, file });
                        }
                        None
                    }
                    Err(wrong) => Some(wrong),
                },
            },
            None => Some(PhotoWrong::UnknownPerson),
        };
        mistakes.extend(wrong.map(|wrong| PhotoMistake { file: name, wrong }));
    }
    if !mistakes.is_empty() {
        return Err(PhotoFailure::Mistakes(mistakes));
    }
    if apply {
        let rows = due.len();
        for (done, Due { person, file }) in due.iter().enumerate() {
            on_progress(Progress { done, rows });
            let kept = fs::read(file).and_then(|bytes| photos.put(person, &bytes));
            kept.map_err(|source| PhotoFailure::Photos { person: person.clone(), source })?;
        }
        on_progress(Progress { done: rows, rows });
    }
    Ok(preview)
}

/// The number that a file is called after, if it is called like a photo.
fn number(name: &str) -> Option<&str> {
    let (number, ending) = name.rsplit_once('.')?;
    let is_photo = ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known));
    (is_photo && !number.is_empty()).then_some(number)
}

fn known(number: &str, people: &BTreeSet<PersonId>) -> Option<PersonId> {
    PersonId::new(number).ok().filter(|person| people.contains(person))
}

/// A photo beside the one that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    New,
    Other,
    Same,
}

fn compare(file: &Path, photos: &Photos, person: &PersonId) -> Result<Found, PhotoWrong> {
    let unreadable = |error: io::Error| PhotoWrong::Unreadable(error.to_string());
    let length = fs::metadata(file).map_err(unreadable)?.len();
    if usize::try_from(length).map_or(true, |length| length > LONGEST) {
        return Err(PhotoWrong::TooLong(length));
    }
    let bytes = fs::read(file).map_err(unreadable)?;
    if Format::of(&bytes).is_none() {
        return Err(PhotoWrong::NoPhoto);
    }
    Ok(match photos.find(person).map_err(unreadable)? {
        None => Found::New,
        Some(kept) if kept == bytes => Found::Same,
        Some(_) => Found::Other,
    })
}
