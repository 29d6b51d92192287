//! New passwords and tokens, and the database that keeps their hashes. Each is shown once.

use std::path::PathBuf;

use anyhow::Context as _;
use rand::TryRngCore as _;

use super::DataFolder;
use crate::{
    broker::accounts::{SECRET_BYTES, Secret, SecretHash},
    store::database,
};

fn random() -> anyhow::Result<[u8; SECRET_BYTES]> {
    let mut bytes = [0; SECRET_BYTES];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).context("the system gives no random bytes")?;
    Ok(bytes)
}

/// A password, and what is stored of it.
pub fn new_secret() -> anyhow::Result<(Secret, SecretHash)> {
    let secret = Secret::generate(random()?);
    let hash = secret.hash(random()?);
    Ok((secret, hash))
}

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
