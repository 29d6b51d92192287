//! The database that keeps the hashes of passwords and tokens.

use std::path::PathBuf;

use anyhow::Context as _;

use super::DataFolder;
use crate::store::database;

/// The database in a data folder, which is made if it is not there.
///
/// # Errors
/// When the folder cannot be made.
pub fn file_in(data: &DataFolder) -> anyhow::Result<PathBuf> {
    let folder = &data.data;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make `{}`", folder.display()))?;
    Ok(folder.join(database::FILE_NAME))
}
