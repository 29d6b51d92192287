//! The models of devices that a campus names.

use std::{collections::HashMap, sync::Arc};

use onecard_devices::profile::{Library, Profile};

use crate::campus::{
    mistake::{Mistake, mend_by},
    table::{Lined, Table},
};

/// The profiles, each read once.
pub(in crate::campus) struct Models {
    library: Library,
    shared: HashMap<String, Arc<Profile>>,
}

impl Models {
    pub fn new() -> Self {
        // The shipped profiles are held by tests; without them every model is unknown, and told so.
        let library = Library::of_shipped().unwrap_or_default();
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
