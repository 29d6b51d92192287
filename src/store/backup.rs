//! Copies of the whole store: taken while a controller works, proved before they count, and put
//! back.
//!
//! A copy is made from one snapshot that a reading connection holds: writers go on, and nothing they
//! do makes it begin again. (From a connection without a snapshot, every commit of another one
//! would.) The list of files with their hashes is written last: a copy without it is none.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, backup::Backup};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{StoreFailure, database, journal, ledger, operator, sqlite};

/// The list of the files of a copy.
pub const LIST: &str = "backup.json";
/// The files of a data folder.
const FILES: [&str; 2] = [database::FILE_NAME, journal::FILE_NAME];
/// Pages copied at a time: a megabyte or so.
const PAGES: i32 = 256;

/// Why a copy was not made or not put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupFailure {
    #[error(transparent)]
    Store(#[from] StoreFailure),
    #[error("cannot copy `{}`: {source}", path.display())]
    Sql { path: PathBuf, source: rusqlite::Error },
    #[error("`{}`: {source}; look at the folder's rights and free space", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("`{}` holds a backup or data already; name an empty folder", path.display())]
    NotEmpty { path: PathBuf },
    #[error("`{}` is not a backup: it has no readable `{LIST}`; the copy was not finished", path.display())]
    NoList { path: PathBuf },
    #[error("`{}` is not the file that was backed up: {why}; take another backup", path.display())]
    Damaged { path: PathBuf, why: String },
}

/// One file of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    pub file: String,
    pub bytes: u64,
    pub sha256: String,
}

/// What a copy holds, and what was proved of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub files: Vec<Copied>,
    /// Rows of the ledger and of the journal.
    pub ledger_rows: u64,
    pub journal_rows: u64,
}

fn file_failure(path: &Path) -> impl FnOnce(io::Error) -> BackupFailure {
    let path = path.to_owned();
    move |source| BackupFailure::File { path, source }
}

/// Copies the store in `data` into the folder `to`, which is made, and proves the copy.
///
/// # Errors
/// When it cannot be copied, or the copy does not prove whole.
pub fn backup(data: &Path, to: &Path) -> Result<Listed, BackupFailure> {
    make_empty(to)?;
    let mut files = Vec::new();
    // The journal last: it then knows of every row of the database that it has been told.
    for file in FILES {
        let (from, copy) = (data.join(file), to.join(file));
        if from.exists() {
            copy_snapshot(&from, &copy)?;
            files.push(list(to, file)?);
        }
    }
    let (ledger_rows, journal_rows) = prove(to, &files)?;
    let listed = Listed { files, ledger_rows, journal_rows };
    let text = serde_json::to_string_pretty(&listed).unwrap_or_default();
    let path = to.join(LIST);
    fs::write(&path, text).map_err(file_failure(&path))?;
    sync(&path)?;
    Ok(listed)
}

/// Puts the copy in `from` back into the empty data folder `data`, having proved it.
///
/// # Errors
/// When it is not the copy that was made, or `data` is not empty; nothing is put back then.
pub fn restore(from: &Path, data: &Path) -> Result<Listed, BackupFailure> {
    let listed = check(from)?;
    make_empty(data)?;
    for Copied { file, .. } in &listed.files {
        let (copy, part) = (data.join(file), data.join(format!("{file}.part")));
        fs::copy(from.join(file), &part).map_err(file_failure(&part))?;
        sync(&part)?;
        fs::rename(&part, &copy).map_err(file_failure(&copy))?;
    }
    prove(data, &listed.files)?;
    Ok(listed)
}

/// What a copy says that it holds; nothing is proved.
///
/// # Errors
/// When it is no finished copy.
pub fn listed(from: &Path) -> Result<Listed, BackupFailure> {
    let text = fs::read_to_string(from.join(LIST));
    let listed: Option<Listed> = text.ok().and_then(|text| serde_json::from_str(&text).ok());
    listed.ok_or_else(|| BackupFailure::NoList { path: from.to_owned() })
}

/// Proves that the copy in `from` is the one that was made, and whole.
///
/// # Errors
/// When it is not.
pub fn verify(from: &Path) -> Result<Listed, BackupFailure> {
    let listed = check(from)?;
    prove(from, &listed.files)?;
    Ok(listed)
}

/// Whether the files of a copy are those that were listed.
fn check(from: &Path) -> Result<Listed, BackupFailure> {
    let listed = listed(from)?;
    for expected in &listed.files {
        let path = from.join(&expected.file);
        let damaged = |why: String| BackupFailure::Damaged { path: path.clone(), why };
        if !FILES.contains(&expected.file.as_str()) {
            return Err(damaged("no such file belongs to a backup".to_owned()));
        }
        let found = list(from, &expected.file)?;
        if found.bytes != expected.bytes {
            return Err(damaged(format!("{} bytes instead of {}", found.bytes, expected.bytes)));
        }
        if found.sha256 != expected.sha256 {
            return Err(damaged("its content was changed".to_owned()));
        }
    }
    Ok(listed)
}

fn make_empty(folder: &Path) -> Result<(), BackupFailure> {
    fs::create_dir_all(folder).map_err(file_failure(folder))?;
    let mut inside = fs::read_dir(folder).map_err(file_failure(folder))?;
    match inside.next() {
        None => Ok(()),
        Some(_) => Err(BackupFailure::NotEmpty { path: folder.to_owned() }),
    }
}

fn copy_snapshot(from: &Path, copy: &Path) -> Result<(), BackupFailure> {
    let failed = |source| BackupFailure::Sql { path: from.to_owned(), source };
    let mut source = sqlite::open_reader(from)?;
    let snapshot = source.transaction().map_err(failed)?;
    // The snapshot is taken by the first read.
    let sql = "SELECT count(*) FROM sqlite_schema";
    let _: i64 = snapshot.query_row(sql, [], |row| row.get(0)).map_err(failed)?;
    let mut target = Connection::open(copy).map_err(failed)?;
    {
        let backup = Backup::new(&snapshot, &mut target).map_err(failed)?;
        backup.run_to_completion(PAGES, Duration::ZERO, None).map_err(failed)?;
    }
    // A copy is one file, without a log beside it.
    target.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(())).map_err(failed)?;
    drop(target);
    sync(copy)
}

fn sync(path: &Path) -> Result<(), BackupFailure> {
    fs::File::open(path).and_then(|file| file.sync_all()).map_err(file_failure(path))
}

fn list(folder: &Path, file: &str) -> Result<Copied, BackupFailure> {
    let path = folder.join(file);
    let mut hasher = Sha256::new();
    let mut source = fs::File::open(&path).map_err(file_failure(&path))?;
    let bytes = io::copy(&mut source, &mut hasher).map_err(file_failure(&path))?;
    let hash = hasher.finalize();
    let sha256 = operator::hex(&hash);
    Ok(Copied { file: file.to_owned(), bytes, sha256 })
}

/// Proves the files of a copy; returns the rows of the ledger and of the journal.
fn prove(folder: &Path, files: &[Copied]) -> Result<(u64, u64), BackupFailure> {
    let (mut ledger_rows, mut journal_rows) = (0, 0);
    for Copied { file, .. } in files {
        let path = folder.join(file);
        let damaged = |why: String| BackupFailure::Damaged { path: path.clone(), why };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let found: Result<String, _> = Connection::open_with_flags(&path, flags)
            .and_then(|file| file.query_row("PRAGMA integrity_check", [], |row| row.get(0)));
        match found {
            Ok(word) if word == "ok" => {}
            Ok(why) => return Err(damaged(why)),
            Err(error) => return Err(damaged(error.to_string())),
        }
        if file == database::FILE_NAME {
            let proof = ledger::verify(&path)?;
            if let Some(flaw) = proof.flaw {
                return Err(damaged(flaw.to_string()));
            }
            ledger_rows = proof.rows;
        } else {
            let proof = journal::verify(&path, None)?;
            if let Some(broken) = proof.broken {
                return Err(damaged(broken.to_string()));
            }
            journal_rows = proof.rows;
        }
    }
    Ok((ledger_rows, journal_rows))
}
