//! The profiles that are shipped, and looking models up by name.

use super::{Mistake, Profile};

/// The files of `devices/profiles/`, with their names.
static SHIPPED: [(&str, &str); 18] = [
    ("acrel-adl200.toml", include_str!("../../profiles/acrel-adl200.toml")),
    ("acrel-ddsy1352.toml", include_str!("../../profiles/acrel-ddsy1352.toml")),
    ("acrel-dtsd1352.toml", include_str!("../../profiles/acrel-dtsd1352.toml")),
    ("chint-ddsu666.toml", include_str!("../../profiles/chint-ddsu666.toml")),
    ("eastron-sdm120.toml", include_str!("../../profiles/eastron-sdm120.toml")),
    ("eastron-sdm230.toml", include_str!("../../profiles/eastron-sdm230.toml")),
    ("hiking-dds238-2.toml", include_str!("../../profiles/hiking-dds238-2.toml")),
    ("lx47le-125.toml", include_str!("../../profiles/lx47le-125.toml")),
    ("orno-or-we-514.toml", include_str!("../../profiles/orno-or-we-514.toml")),
    ("pzem-016.toml", include_str!("../../profiles/pzem-016.toml")),
    ("r421a08.toml", include_str!("../../profiles/r421a08.toml")),
    ("schneider-iem3000.toml", include_str!("../../profiles/schneider-iem3000.toml")),
    ("tuf-2000m.toml", include_str!("../../profiles/tuf-2000m.toml")),
    ("ultrasonic-kiosk-meter.toml", include_str!("../../profiles/ultrasonic-kiosk-meter.toml")),
    ("waveshare-relay-8ch.toml", include_str!("../../profiles/waveshare-relay-8ch.toml")),
    ("wb-mr6c.toml", include_str!("../../profiles/wb-mr6c.toml")),
    ("wb-mwac-v2.toml", include_str!("../../profiles/wb-mwac-v2.toml")),
    ("xintai-valve-meter.toml", include_str!("../../profiles/xintai-valve-meter.toml")),
];

/// The shipped profiles as they are written: name of the file and text.
pub fn shipped() -> &'static [(&'static str, &'static str)] {
    &SHIPPED
}

/// Profiles that can be looked up by model.
#[derive(Debug, Clone, Default)]
pub struct Library(Vec<Profile>);

impl Library {
    /// The shipped profiles.
    ///
    /// # Errors
    /// The mistakes in them; there are none in a build whose tests passed.
    pub fn of_shipped() -> Result<Self, Vec<Mistake>> {
        let mut library = Self::default();
        let mut mistakes = Vec::new();
        for (name, text) in shipped() {
            match Profile::parse(name, text) {
                Ok(profile) => library.add(profile),
                Err(found) => mistakes.extend(found),
            }
        }
        if mistakes.is_empty() { Ok(library) } else { Err(mistakes) }
    }

    /// Adds a profile; it takes the place of those before it for the models that it names.
    pub fn add(&mut self, profile: Profile) {
        self.0.push(profile);
    }

    /// The profile for a model, by its name or one of its other names, with or without its maker, in any
    /// case: `sdm120`, `Eastron SDM120`.
    pub fn model(&self, name: &str) -> Option<&Profile> {
        let wanted = plain(name);
        self.0.iter().rev().find(|profile| {
            let identity = &profile.identity;
            let maker = plain(&identity.maker);
            std::iter::once(&identity.model)
                .chain(&identity.also)
                .map(|model| plain(model))
                .any(|model| wanted == model || wanted == format!("{maker}{model}"))
        })
    }

    /// All profiles, the first added first.
    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.0.iter()
    }
}

/// A name without what people write differently: case, blanks, hyphens.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
