//! Copies of the store: taking one, listing them, proving them. Putting one back needs the controller
//! to stand still, and so the command line.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, TryLockError},
};

use actix_web::{get, post, web};
use onecard_rules::operator::Place;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Backend,
    act::WhyAsked,
    asked::Body,
    operator::{Operator, Reader},
    problem::{Code, OrderRefusals, Problem, Refusals},
};
use crate::store::backup::{self, BackupFailure, Listed};

/// The folder of copies in the data folder.
const FOLDER: &str = "backups";

/// Lets one copy be made or proved at a time.
#[derive(Debug, Default, Clone)]
pub struct OneAtATime(Arc<Mutex<()>>);

/// A copy.
#[derive(Debug, Serialize, ToSchema)]
pub struct BackupView {
    /// When it was begun, in UTC: the name of its folder.
    name: String,
    /// False: it is being made, or was broken off.
    finished: bool,
    bytes: u64,
    ledger_rows: Option<u64>,
    journal_rows: Option<u64>,
}

/// What proving a copy came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct BackupProof {
    /// Whether every file is as it was copied, and both chains hold.
    whole: bool,
    /// What is wrong; null: nothing.
    flaw: Option<String>,
    ledger_rows: Option<u64>,
    journal_rows: Option<u64>,
}

fn folder_of(backend: &Backend) -> PathBuf {
    let data = backend.database.parent().unwrap_or_else(|| Path::new("."));
    data.join(FOLDER)
}

fn view(folder: &Path, name: String) -> BackupView {
    let listed = backup::listed(&folder.join(&name)).ok();
    let bytes = listed.as_ref().map_or_else(
        || {
            let files = fs::read_dir(folder.join(&name)).into_iter().flatten().flatten();
            files.filter_map(|file| file.metadata().ok()).map(|about| about.len()).sum()
        },
        |listed| listed.files.iter().map(|file| file.bytes).sum(),
    );
    BackupView {
        name,
        finished: listed.is_some(),
        bytes,
        ledger_rows: listed.as_ref().map(|listed| listed.ledger_rows),
        journal_rows: listed.as_ref().map(|listed| listed.journal_rows),
    }
}

/// The copies that there are, the latest first.
#[utoipa::path(
    responses((status = 200, body = [BackupView]), Refusals), security(("token" = []))
)]
#[get("/api/backups")]
pub async fn get_backups(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<BackupView>>, Problem> {
    who.must_be_known()?;
    who.must_see(&backend, Place::Site)?;
    let folder = folder_of(&backend);
    let found = web::block(move || {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.collect();
        names.sort_by(|a, b| b.cmp(a));
        Ok(names.into_iter().map(|name| view(&folder, name)).collect())
    });
    let found = found.await.map_err(|_| Problem::no_answer())?;
    found.map(web::Json).map_err(|error| unusable(&error.to_string()))
}

fn unusable(wrong: &str) -> Problem {
    Problem::new(Code::FolderUnusable, format!("the folder of backups: {wrong}"))
}

fn busy() -> Problem {
    Problem::new(Code::BackupRunning, "another backup is being made or proved; wait for it")
}

/// Runs one at a time on a thread that may block; goes on when nobody waits any more.
async fn alone(
    backend: &Backend,
    run: impl FnOnce() -> Result<Listed, BackupFailure> + Send + 'static,
) -> Result<Result<Listed, BackupFailure>, Problem> {
    let OneAtATime(turn) = backend.backups.clone();
    let done = web::block(move || match turn.try_lock() {
        Ok(_guard) => Some(run()),
        Err(TryLockError::Poisoned(poisoned)) => {
            let _guard = poisoned.into_inner();
            Some(run())
        }
        Err(TryLockError::WouldBlock) => None,
    });
    done.await.map_err(|_| Problem::no_answer())?.ok_or_else(busy)
}

/// Copies both databases while the controller runs, and proves the copy.
#[utoipa::path(
    request_body = WhyAsked,
    responses((status = 200, body = BackupView), OrderRefusals), security(("token" = []))
)]
#[post("/api/backups")]
pub async fn take_backup(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<BackupView>, Problem> {
    let name = backend.clock.now().format("%Y%m%dT%H%M%S%3fZ").to_string();
    let (_, audited) = by.order(&backend, Place::Site, &name, &asked.why)?;
    audited.await?;
    let (folder, to) = (folder_of(&backend), folder_of(&backend).join(&name));
    let data = backend.database.parent().unwrap_or_else(|| Path::new(".")).to_owned();
    let done = alone(&backend, move || backup::backup(&data, &to)).await?;
    done.map_err(|failure| unusable(&failure.to_string()))?;
    Ok(web::Json(view(&folder, name)))
}

/// Proves a copy: every file as it was copied, and both chains whole.
#[utoipa::path(
    params(("name" = String, Path)),
    responses((status = 200, body = BackupProof), OrderRefusals), security(("token" = []))
)]
#[post("/api/backups/{name}/verify")]
pub async fn verify_backup(
    who: Reader,
    backend: web::Data<Backend>,
    name: web::Path<String>,
) -> Result<web::Json<BackupProof>, Problem> {
    who.must_be_known()?;
    who.must_see(&backend, Place::Site)?;
    let folder = folder_of(&backend);
    // Nothing but the name of a folder there: no path leads out of it.
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric());
    if !plain || !folder.join(&**name).is_dir() {
        return Err(Problem::unknown(Code::UnknownBackup, "backup", &name, None));
    }
    let from = folder.join(&**name);
    let done = alone(&backend, move || backup::verify(&from)).await?;
    let (flaw, listed) = match done {
        Ok(listed) => (None, Some(listed)),
        Err(failure) => (Some(failure.to_string()), None),
    };
    Ok(web::Json(BackupProof {
        whole: flaw.is_none(),
        flaw,
        ledger_rows: listed.as_ref().map(|listed| listed.ledger_rows),
        journal_rows: listed.as_ref().map(|listed| listed.journal_rows),
    }))
}
