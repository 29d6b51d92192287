//! The store: two SQLite files, a writer thread for each.
//!
//! `journal` holds what happened, and is never changed; `database` what is. What goes into them is
//! decided elsewhere.

use std::path::PathBuf;

pub mod database;
pub mod journal;
mod thread;

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreFailure {
    #[error("`{file}`: {source}; see that the folder is there, writable and not full")]
    Sqlite { file: PathBuf, source: rusqlite::Error },
    #[error("`{file}`: row {row} cannot be read: {what}")]
    Row { file: PathBuf, row: String, what: String },
    #[error("`{file}` is of version {found}, this program knows {known}; use a newer program")]
    Newer { file: PathBuf, found: u32, known: u32 },
    #[error("the writer of `{0}` cannot be started")]
    Thread(PathBuf),
}

/// Why something was not even queued for writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppendRefusal {
    #[error("the queue to the disk is full")]
    Full,
    #[error("the store is closed")]
    Closed,
}

/// It was queued but could not be written; nothing of it is on disk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the disk refused: {0}")]
pub struct WriteFailure(pub String);
