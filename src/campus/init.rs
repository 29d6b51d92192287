//! `onecard init`: the commented starter campus.

use std::{
    fs,
    path::{Path, PathBuf},
};

use onecard_rules::{ids::SiteId, policy::SCHEMA};

/// The files of the starter, below the new folder.
const FILES: [(&str, &str); 3] = [
    ("campus.toml", include_str!("starter/campus.toml")),
    ("calendar.toml", include_str!("starter/calendar.toml")),
    ("policies/entry.cedar", include_str!("starter/entry.cedar")),
];

/// Where the schema of the policies is written, for editors that understand it.
const SCHEMA_FILE: &str = "policies/onecard.cedarschema";

/// Why a starter campus was not written.
#[derive(Debug, thiserror::Error)]
pub enum InitFailure {
    #[error("`{0}` is there already; choose another folder")]
    Exists(PathBuf),
    #[error("`{0}` is no site code: {1}")]
    Site(String, onecard_rules::ids::CodeMistake),
    #[error("`{file}` cannot be written: {source}")]
    Write { file: PathBuf, source: std::io::Error },
}

/// Writes a starter campus into `folder`; returns the files.
///
/// # Errors
/// When one of the files is there already (nothing is written then), or the folder is not writable.
pub fn init(folder: &Path, site: &str) -> Result<Vec<PathBuf>, InitFailure> {
    SiteId::new(site).map_err(|mistake| InitFailure::Site(site.to_owned(), mistake))?;
    let texts = FILES.iter().map(|(name, text)| {
        (folder.join(name), text.replace("id = \"campus-site\"", &format!("id = \"{site}\"")))
    });
    let schema = (folder.join(SCHEMA_FILE), SCHEMA.to_owned());
    let texts: Vec<(PathBuf, String)> = texts.chain([schema]).collect();
    if let Some((there, _)) = texts.iter().find(|(file, _)| file.exists()) {
        return Err(InitFailure::Exists(there.clone()));
    }
    for (file, text) in &texts {
        let write = || {
            file.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(file, text)
        };
        write().map_err(|source| InitFailure::Write { file: file.clone(), source })?;
    }
    Ok(texts.into_iter().map(|(file, _)| file).collect())
}
