//! The campus folder: reading it, and telling every mistake in it at once.
//!
//! `campus.toml`, `calendar.toml`, `policies/*.cedar`, `profiles/*.toml`, and CSV files that
//! `campus.toml` names become a `Site`, a `Calendar` and policies that compile. `docs/campus.md` lists
//! every key.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use onecard_rules::{
    calendar::Calendar,
    policy::{Policies, PolicySource},
    site::Site,
};

mod calendar;
mod csv_table;
mod files;
mod gates;
mod init;
mod mistake;
pub mod money;
pub mod power;
mod ranges;
mod settings;
mod site;
mod table;
pub mod taps;
pub mod tariffs;

pub use init::{InitFailure, init};
pub use mistake::{Mistake, Mistakes, meant};
pub use settings::{BrokerSettings, Embedded, HttpSettings, Outside, ProcessSettings, TlsFiles};

use table::Table;

/// Largest file read, in bytes; a campus of ten thousand gates stays far below.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A campus folder without mistakes.
#[derive(Debug)]
pub struct Campus {
    pub folder: PathBuf,
    pub site: Site,
    pub calendar: Calendar,
    pub sources: Vec<PolicySource>,
    pub broker: BrokerSettings,
    pub http: HttpSettings,
    pub process: ProcessSettings,
    pub power: power::Power,
    pub tariffs: tariffs::Tariffs,
    pub taps: taps::Taps,
    pub money: money::Money,
    /// What is allowed but odd.
    pub warnings: Vec<Mistake>,
    policies: usize,
}

impl Campus {
    /// Reads and checks a campus folder.
    ///
    /// # Errors
    /// All mistakes of all files.
    pub fn load(folder: &Path) -> Result<Self, Mistakes> {
        Self::load_edited(folder, &BTreeMap::new())
    }

    /// Reads and checks a campus folder as it would be with these files in it, by name below the
    /// folder: `calendar.toml`, `tariffs.toml` and policies. Nothing is written.
    ///
    /// # Errors
    /// All mistakes of all files.
    pub fn load_edited(folder: &Path, edits: &Edits) -> Result<Self, Mistakes> {
        let mut mistakes = Vec::new();
        let mut warnings = Vec::new();
        let calendar_text = read_edited(folder, "calendar.toml", edits, &mut mistakes);
        let calendar = calendar_text.and_then(|text| calendar::read(&text, &mut mistakes));
        let (tariffs, all_tariffs) = read_tariffs(folder, edits, &mut mistakes);
        let sources = read_policies(folder, edits, &mut mistakes);
        let campus = read(folder, "campus.toml", &mut mistakes).and_then(|text| {
            let root = Table::parse("campus.toml", &text, &mut mistakes)?;
            let calendar = calendar.as_ref();
            let known = site::Known { calendar, tariffs: &tariffs, all_tariffs };
            Some(site::read(root, folder, known, &mut mistakes, &mut warnings))
        });
        let (site, (broker, http, process), power, taps, money) = campus.unwrap_or_default();
        let policies = match (&site, &calendar) {
            (Some(site), Some(calendar)) if mistakes.iter().all(leaves_names) => {
                compile(&sources, site, calendar, &mut mistakes)
            }
            (Some(_) | None, Some(_) | None) => None,
        };
        match (site, calendar, broker, http, policies) {
            (Some(site), Some(calendar), Some(broker), Some(http), Some(policies))
                if mistakes.is_empty() =>
            {
                let folder = folder.to_owned();
                let policies = policies.len();
                Ok(Self {
                    folder,
                    site,
                    calendar,
                    sources,
                    broker,
                    http,
                    process,
                    power,
                    tariffs,
                    taps,
                    money,
                    warnings,
                    policies,
                })
            }
            _ => Err(Mistakes::in_order(mistakes)),
        }
    }

    /// Compiles the policies.
    ///
    /// # Errors
    /// Their mistakes; there are none after [`Campus::load`].
    pub fn compile(&self) -> Result<Policies, Mistakes> {
        let mut mistakes = Vec::new();
        compile(&self.sources, &self.site, &self.calendar, &mut mistakes).ok_or(Mistakes(mistakes))
    }

    #[must_use]
    pub fn policy_count(&self) -> usize {
        self.policies
    }
}

/// Whether all areas, gates, trainings and windows are known in spite of this mistake. Where they
/// are not, policies that name them would be blamed for it.
fn leaves_names(mistake: &Mistake) -> bool {
    const OTHERS: [&str; 16] = [
        "broker", "http", "process", "limits", "readers", "terms", "holidays", "exams", "power",
        "lines", "rooms", "feeders", "tariffs", "money", "credit", "taps",
    ];
    let table = mistake.key.split('.').next().unwrap_or_default();
    OTHERS.contains(&table) || mistake.file.starts_with("profiles/")
}

fn compile(
    sources: &[PolicySource],
    site: &Site,
    calendar: &Calendar,
    mistakes: &mut Vec<Mistake>,
) -> Option<Policies> {
    match Policies::compile(sources, site, calendar) {
        Ok(policies) => Some(policies),
        Err(found) => {
            mistakes.extend(found.into_iter().map(|mistake| Mistake {
                file: mistake.file,
                line: Some(mistake.line),
                key: mistake.policy.unwrap_or_else(|| "policy".to_owned()),
                message: mistake.message,
                mend: mistake.mend,
            }));
            None
        }
    }
}

/// Texts in place of files of a campus folder, by name below it.
pub type Edits = BTreeMap<String, String>;

fn read_edited(
    folder: &Path,
    name: &str,
    edits: &Edits,
    mistakes: &mut Vec<Mistake>,
) -> Option<String> {
    edits.get(name).cloned().or_else(|| read(folder, name, mistakes))
}

/// Reads a file of the folder; what is wrong with it becomes a mistake.
fn read(folder: &Path, name: &str, mistakes: &mut Vec<Mistake>) -> Option<String> {
    let path = folder.join(name);
    let too_long = fs::metadata(&path).is_ok_and(|about| about.len() > FILE_BYTES_MAX);
    let wrong = if too_long {
        "it is longer than 64 MiB".to_owned()
    } else {
        match fs::read_to_string(&path) {
            Ok(text) => return Some(text),
            Err(error) => error.to_string(),
        }
    };
    let message = format!("cannot be read: {wrong}");
    let mend = "see that it is there, readable, and text in UTF-8; `onecard init` writes one";
    mistakes.push(Mistake::of_file(name, &message, mend));
    None
}

/// The tariffs, and whether that is all of them; a campus that sells nothing has none.
fn read_tariffs(
    folder: &Path,
    edits: &Edits,
    mistakes: &mut Vec<Mistake>,
) -> (tariffs::Tariffs, bool) {
    if !edits.contains_key(tariffs::FILE) && !folder.join(tariffs::FILE).exists() {
        return (tariffs::Tariffs::default(), true);
    }
    let before = mistakes.len();
    let text = read_edited(folder, tariffs::FILE, edits, mistakes);
    let tariffs = text.and_then(|text| tariffs::read(&text, mistakes)).unwrap_or_default();
    (tariffs, mistakes.len() == before)
}

fn read_policies(folder: &Path, edits: &Edits, mistakes: &mut Vec<Mistake>) -> Vec<PolicySource> {
    let mut names: Vec<String> = Vec::new();
    match fs::read_dir(folder.join("policies")) {
        Ok(entries) => {
            let files = entries.flatten().map(|entry| entry.file_name());
            names.extend(files.filter_map(|name| name.into_string().ok()));
        }
        Err(error) => {
            let mend = "make the folder and put the school's rules there as `*.cedar`";
            mistakes.push(Mistake::of_file("policies", &format!("cannot be read: {error}"), mend));
        }
    }
    names.retain(|name| Path::new(name).extension().is_some_and(|end| end == "cedar"));
    names.extend(edits.keys().filter_map(|name| name.strip_prefix("policies/")).map(str::to_owned));
    names.sort();
    names.dedup();
    let sources = names.into_iter().filter_map(|name| {
        let file = format!("policies/{name}");
        read_edited(folder, &file, edits, mistakes).map(|text| PolicySource { file, text })
    });
    sources.collect()
}
