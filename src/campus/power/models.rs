//! The models of devices that a campus names: those that are shipped, and its own.

use std::{collections::HashMap, fs, path::Path, sync::Arc};

use onecard_devices::profile::{Library, Profile};

use crate::campus::{
    mistake::{Mistake, mend_by},
    table::{Lined, Table},
};

/// Where a campus keeps profiles of its own.
const FOLDER: &str = "profiles";

/// The profiles, each read once.
pub(in crate::campus) struct Models {
    library: Library,
    shared: HashMap<String, Arc<Profile>>,
}

impl Models {
    /// The shipped profiles, and those in `profiles/` of the campus folder, which go before them.
    pub fn of(folder: &Path, mistakes: &mut Vec<Mistake>) -> Self {
        // The shipped profiles are held by tests; without them every model is unknown, and told so.
        let mut library = Library::of_shipped().unwrap_or_default();
        for (file, text) in own(folder, mistakes) {
            match Profile::parse(&file, &text) {
                Ok(profile) => library.add(profile),
                Err(found) => mistakes.extend(found.into_iter().map(as_ours)),
            }
        }
        Self { library, shared: HashMap::new() }
    }

    pub fn find(
        &mut self,
        table: &mut Table,
        key: &'static str,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Lined<Arc<Profile>>> {
        let Lined { value: name, line } = table.text(key, mistakes)?;
        if let Some(profile) = self.shared.get(&name) {
            return Some(Lined { value: Arc::clone(profile), line });
        }
        let Some(profile) = self.library.model(&name) else {
            let models: Vec<&str> =
                self.library.iter().map(|profile| profile.identity.model.as_str()).collect();
            let message = format!("no profile is for `{name}`");
            let mend = mend_by(&name, models.iter().copied());
            mistakes.push(table.mistake(line, key, message, mend));
            return None;
        };
        let profile = Arc::new(profile.clone());
        self.shared.insert(name, Arc::clone(&profile));
        Some(Lined { value: profile, line })
    }

    /// The electricity meter that a table must name.
    pub fn meter(
        &mut self,
        table: &mut Table,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Lined<Arc<Profile>>> {
        if !table.has("meter") {
            let mend = "add its model; `onecard device profiles` lists them".to_owned();
            mistakes.push(table.mistake(table.line(), "meter", "is missing".to_owned(), mend));
        }
        let meter = self.find(table, "meter", mistakes)?;
        if meter.value.power_plan().is_none() {
            let message = format!("`{}` measures no power", meter.value.identity.model);
            let mend = "name an electricity meter".to_owned();
            mistakes.push(table.mistake(meter.line, "meter", message, mend));
        }
        Some(meter)
    }
}

/// The campus' own profiles, by name: file and text. Most have none.
fn own(folder: &Path, mistakes: &mut Vec<Mistake>) -> Vec<(String, String)> {
    let Ok(entries) = fs::read_dir(folder.join(FOLDER)) else { return Vec::new() };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> =
        names.filter(|name| Path::new(name).extension().is_some_and(|end| end == "toml")).collect();
    names.sort();
    let texts = names.into_iter().filter_map(|name| {
        let file = format!("{FOLDER}/{name}");
        crate::campus::read(folder, &file, mistakes).map(|text| (file, text))
    });
    texts.collect()
}

fn as_ours(mistake: onecard_devices::profile::Mistake) -> Mistake {
    let onecard_devices::profile::Mistake { file, line, key, message, mend } = mistake;
    Mistake { file, line, key, message, mend }
}
