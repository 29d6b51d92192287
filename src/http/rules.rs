//! Policies, calendar and tariffs: reading them, checking an edit, putting it in place. The reload takes
//! it over; which rule sets there were, and by whom, the journal says.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use actix_web::{get, post, web};
use onecard_devices::gate::wire::local;
use onecard_rules::{
    audit::Deed,
    event::Event,
    operator::{Action, Place},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{
    Backend,
    asked::{Body, Why},
    operator::{Operator, Reader},
    problem::{Code, OrderRefusals, Problem, Refusals},
    read::read,
};
use crate::{
    campus::{Campus, Edits, Mistake},
    store::{journal::DeedsAsked, operator::hex},
};

const CALENDAR: &str = "calendar.toml";
const TARIFFS: &str = "tariffs.toml";
/// Rule sets in one answer.
const VERSIONS_MAX: usize = 100;
/// Most deeds that are looked through for them.
const DEEDS_MAX: usize = 2000;

/// A file of rules.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleFile {
    /// Below the campus folder, such as `policies/10-everybody.cedar`.
    name: String,
    text: String,
    /// To be sent back with an edit, so that nobody overwrites another's.
    version: String,
}

/// The rules as they are on disk.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleFiles {
    /// Policies in their order, the calendar, the tariffs.
    files: Vec<RuleFile>,
}

fn version_of(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// Whether it is the name of a file that may be edited here.
fn is_rule_file(name: &str) -> bool {
    let plain = |stem: &str| {
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (1..=60).contains(&stem.len()) && stem.chars().all(letters)
    };
    let policy = name.strip_prefix("policies/").and_then(|name| name.strip_suffix(".cedar"));
    [CALENDAR, TARIFFS].contains(&name) || policy.is_some_and(plain)
}

/// A file that is there, or that it is not.
fn text_of(folder: &Path, name: &str) -> io::Result<Option<String>> {
    match fs::read_to_string(folder.join(name)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.join("policies"))? {
        names.extend(entry?.file_name().into_string().ok().map(|name| format!("policies/{name}")));
    }
    names.retain(|name| is_rule_file(name));
    names.sort();
    names.extend([CALENDAR, TARIFFS].map(str::to_owned));
    Ok(names)
}

fn unreadable(error: &io::Error) -> Problem {
    let detail = format!("the campus folder: {error}; look at its rights and free space");
    Problem::new(Code::FolderUnusable, detail)
}

/// Does something with the campus folder on a thread that may block.
pub(super) async fn in_folder<T: Send + 'static>(
    backend: &Backend,
    run: impl FnOnce(&Path) -> T + Send + 'static,
) -> Result<T, Problem> {
    let folder = backend.folder.clone();
    web::block(move || run(&folder)).await.map_err(|_| Problem::no_answer())
}

/// The rules: policies, calendar, tariffs.
#[utoipa::path(
    responses((status = 200, body = RuleFiles), Refusals), security(("token" = []))
)]
#[get("/api/rules")]
pub async fn get_rules(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<RuleFiles>, Problem> {
    who.must_be_known()?;
    who.must_see(&backend, Place::Site)?;
    let found = in_folder(&backend, |folder| {
        let mut files = Vec::new();
        for name in names(folder)? {
            if let Some(text) = text_of(folder, &name)? {
                files.push(RuleFile { version: version_of(&text), name, text });
            }
        }
        Ok(files)
    });
    let files = found.await?.map_err(|error: io::Error| unreadable(&error))?;
    Ok(web::Json(RuleFiles { files }))
}

/// A file as it shall be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleEdit {
    name: String,
    text: String,
    /// The `version` that was edited; null: the file is new.
    version: Option<String>,
}

/// Files that differ from those on disk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckAsked {
    pub(super) files: Vec<RuleEdit>,
}

/// Something wrong in a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct MistakeView {
    file: String,
    /// From 1; null: the whole file.
    line: Option<usize>,
    key: String,
    message: String,
    /// What to do.
    mend: String,
}

/// What checking an edit came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checked {
    /// Whether it was put in place; never by a mere check.
    saved: bool,
    mistakes: Vec<MistakeView>,
    warnings: Vec<MistakeView>,
    /// Of the policies that there are then; null: there are mistakes.
    version: Option<String>,
    policies: Option<usize>,
}

pub(super) fn mistake(mistake: Mistake) -> MistakeView {
    let Mistake { file, line, key, message, mend } = mistake;
    MistakeView { file, line, key, message, mend }
}

fn check(folder: &Path, edits: &Edits) -> Checked {
    let campus = match Campus::load_edited(folder, edits) {
        Ok(campus) => campus,
        Err(mistakes) => {
            let mistakes = mistakes.0.into_iter().map(mistake).collect();
            let warnings = Vec::new();
            return Checked { saved: false, mistakes, warnings, version: None, policies: None };
        }
    };
    let (version, mistakes) = match campus.compile() {
        Ok(policies) => (Some(policies.version().to_owned()), Vec::new()),
        Err(mistakes) => (None, mistakes.0.into_iter().map(mistake).collect()),
    };
    Checked {
        saved: false,
        mistakes,
        version,
        policies: Some(campus.policy_count()),
        warnings: campus.warnings.into_iter().map(mistake).collect(),
    }
}

pub(super) fn edits_of(files: &[RuleEdit]) -> Result<Edits, Problem> {
    if files.is_empty() {
        return Err(Problem::bad_field("files", "name at least one file"));
    }
    if let Some(other) = files.iter().find(|file| !is_rule_file(&file.name)) {
        let detail = format!(
            "`{}` cannot be edited here; use `{CALENDAR}`, `{TARIFFS}` or `policies/….cedar`",
            other.name
        );
        return Err(Problem::bad_field("files", detail));
    }
    Ok(files.iter().map(|file| (file.name.clone(), file.text.clone())).collect())
}

/// Checks an edit as `onecard check` does; nothing is written.
#[utoipa::path(
    request_body = CheckAsked,
    responses((status = 200, body = Checked), OrderRefusals), security(("token" = []))
)]
#[post("/api/rules/check")]
pub async fn check_rules(
    who: Reader,
    backend: web::Data<Backend>,
    Body(asked): Body<CheckAsked>,
) -> Result<web::Json<Checked>, Problem> {
    who.must_be_known()?;
    who.must_see(&backend, Place::Site)?;
    let edits = edits_of(&asked.files)?;
    Ok(web::Json(in_folder(&backend, move |folder| check(folder, &edits)).await?))
}

/// Files to be put in place.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveAsked {
    files: Vec<RuleEdit>,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

/// The first file that is not as it was when it was taken to be edited.
fn changed_since(folder: &Path, files: &[RuleEdit]) -> io::Result<Option<String>> {
    for file in files {
        let there = text_of(folder, &file.name)?.map(|text| version_of(&text));
        if there != file.version {
            return Ok(Some(file.name.clone()));
        }
    }
    Ok(None)
}

/// Writes each file beside its place and moves it there: a reader finds the old or the new.
fn put(folder: &Path, edits: &Edits) -> io::Result<()> {
    let mut moves = Vec::new();
    for (name, text) in edits {
        let place = folder.join(name);
        let part = place.with_extension("part");
        let mut file = File::create(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        moves.push((part, place));
    }
    for (part, place) in moves {
        fs::rename(&part, &place)?;
        if let Some(parent) = place.parent() {
            File::open(parent)?.sync_all()?;
        }
    }
    Ok(())
}

/// Checks an edit and, if it has no mistakes, puts it in place; it counts within a second.
#[utoipa::path(
    request_body = SaveAsked,
    responses((status = 200, body = Checked), OrderRefusals), security(("token" = []))
)]
#[post("/api/rules")]
pub async fn save_rules(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<SaveAsked>,
) -> Result<web::Json<Checked>, Problem> {
    let edits = edits_of(&asked.files)?;
    let (files, checked) = (asked.files, edits.clone());
    let found = in_folder(&backend, move |folder| {
        Ok((changed_since(folder, &files)?, check(folder, &checked)))
    });
    let (changed, mut checked) = found.await?.map_err(|error: io::Error| unreadable(&error))?;
    if let Some(name) = changed {
        let detail = format!("`{name}` was changed meanwhile; read it again and edit that");
        return Err(Problem::new(Code::RulesChanged, detail));
    }
    let Some(version) = checked.version.clone() else { return Ok(web::Json(checked)) };
    let names: Vec<&str> = edits.keys().map(String::as_str).collect();
    let target = format!("{} {version}", names.join(" "));
    let (_, audited) = by.order(&backend, Place::Site, &target, &asked.why)?;
    // On record before it counts.
    audited.await?;
    let put = in_folder(&backend, move |folder| put(folder, &edits)).await?;
    put.map_err(|error| unreadable(&error))?;
    checked.saved = true;
    Ok(web::Json(checked))
}

/// A rule set that came into force, or was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleSetView {
    at: String,
    /// Null: it was refused.
    version: Option<String>,
    policies: Option<usize>,
    mistakes: Vec<String>,
    /// Who put it in place from a page; null: the folder was edited by other means.
    by: Option<String>,
    why: Option<String>,
    files: Option<String>,
}

/// The rule sets that there were, the latest first.
#[utoipa::path(
    responses((status = 200, body = [RuleSetView]), Refusals), security(("token" = []))
)]
#[get("/api/rules/versions")]
pub async fn get_rule_sets(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<RuleSetView>>, Problem> {
    who.must_be_known()?;
    who.must_see(&backend, Place::Site)?;
    let asked = |action: &str| DeedsAsked {
        action: Some(action.to_owned()),
        limit: DEEDS_MAX,
        ..DeedsAsked::default()
    };
    let wanted =
        [asked("booted"), asked("rules_loaded"), asked("rules_refused"), asked("manage_rules")];
    let found = read(&backend, move |reader| {
        let mut rows = Vec::new();
        for asked in &wanted {
            rows.extend(reader.deeds(asked)?.rows);
        }
        Ok(rows)
    });
    let mut rows = found.await?;
    rows.sort_by_key(|row| row.seq);
    let zone = backend.site.zone;
    // Who ordered which version last.
    let mut ordered: BTreeMap<String, (Option<String>, String, String)> = BTreeMap::new();
    let (mut sets, mut last) = (Vec::new(), None);
    for row in &rows {
        match &*row.event {
            Event::Audited(audit) => {
                if let Deed::Ordered {
                    action: Action::ManageRules, target, why, refused: None, ..
                } = &audit.did
                    && let Some((files, version)) = target.rsplit_once(' ')
                {
                    let by = audit.by.as_ref().map(ToString::to_string);
                    ordered.insert(version.to_owned(), (by, why.clone(), files.to_owned()));
                }
            }
            Event::RulesLoaded { at, version, policies } => {
                let (by, why, files) = match ordered.remove(version) {
                    Some((by, why, files)) => (by, Some(why), Some(files)),
                    None => (None, None, None),
                };
                last = Some(version.clone());
                let (version, policies) = (last.clone(), Some(*policies));
                let (at, mistakes) = (local(*at, zone), Vec::new());
                sets.push(RuleSetView { at, version, policies, mistakes, by, why, files });
            }
            Event::RulesRefused { at, mistakes } => sets.push(RuleSetView {
                at: local(*at, zone),
                version: None,
                policies: None,
                mistakes: mistakes.clone(),
                by: None,
                why: None,
                files: None,
            }),
            // With the start of the controller, if the folder was edited while it stood still.
            Event::Booted { at, rules_version, .. } if last.as_ref() != Some(rules_version) => {
                last = Some(rules_version.clone());
                sets.push(RuleSetView {
                    at: local(*at, zone),
                    version: last.clone(),
                    policies: None,
                    mistakes: Vec::new(),
                    by: None,
                    why: None,
                    files: None,
                });
            }
            Event::Booted { .. }
            | Event::Stopped { .. }
            | Event::EntryDecided(_)
            | Event::PassageEnded(_)
            | Event::GateModeChanged { .. }
            | Event::MeasureBegun { .. }
            | Event::MeasureEnded { .. }
            | Event::PresenceForgotten { .. }
            | Event::OperatorActed { .. }
            | Event::AlarmRaised { .. }
            | Event::AlarmCleared { .. }
            | Event::RoomHappened { .. }
            | Event::TapHappened { .. }
            | Event::PeopleImported { .. }
            | Event::MoneyMoved(_)
            | Event::DayClosed { .. } => {}
        }
    }
    sets.reverse();
    sets.truncate(VERSIONS_MAX);
    Ok(web::Json(sets))
}
