//! The campus that a benchmark runs on: many gates of one kind, everybody let in, anti-passback off.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use onecard_devices::clock::Now as _;
use onecard_rules::{credential::Credential, site::Site};
use onecard_simulators::people::{self, Places};

use super::process::free_port;
use crate::{
    campus::Campus,
    clock::SystemClock,
    store::database::{self, Editor},
};

/// What is run on.
#[derive(Debug)]
pub struct BenchCampus {
    pub folder: PathBuf,
    pub data: PathBuf,
    pub site: Site,
    pub cards: Vec<Credential>,
    pub http: SocketAddr,
}

/// Everybody may enter; a rule of each sort keeps the decision as long as a college's.
pub const POLICY: &str = r#"
@id("members-enter") permit (principal, action == Action::"enter", resource in Area::"campus")
when { [Role::"student", Role::"teacher", Role::"merchant", Role::"family", Role::"temporary", Role::"visitor"].contains(principal.role) };
@id("granted-areas") permit (principal, action == Action::"enter", resource)
when { principal.grants.containsAny(resource.areas) };
@id("at-night") @flag("night") permit (principal, action == Action::"enter", resource)
when { context.windows.contains(Window::"night") };
@id("training-first") @reason("deny_training") forbid (principal, action == Action::"enter", resource)
unless { principal.trainings.containsAll(resource.requires) };
@id("leaving") permit (principal, action == Action::"leave", resource);
"#;

pub const CALENDAR: &str = r#"
[[windows]]
id = "night"
spans = [{ days = ["mon-sun"], from = "23:00", to = "06:00" }]
"#;

/// What campus a benchmark wants.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub people: usize,
    pub gates: usize,
    pub broker: SocketAddr,
    /// Whether that is a broker of its own.
    pub outside: bool,
    /// Whether the processors may sleep in a rush, too.
    pub drowsy: bool,
}

/// Writes the campus and fills its database.
pub fn prepare(folder: &Path, wanted: &Wanted) -> anyhow::Result<BenchCampus> {
    let Wanted { people, gates, broker, outside, drowsy } = *wanted;
    let http = free_port()?;
    let listen = if outside {
        format!("outside = \"{broker}\"")
    } else {
        format!("listen = \"{broker}\"\nanonymous = true")
    };
    let process = if drowsy { "[process]\nawake_from = 0" } else { "" };
    // The gates report no passages: a grant counts as one, and is recorded as one.
    let campus = format!(
        r#"[site]
id = "bench"
name = "bench"
zone = "Asia/Shanghai"
[broker]
{listen}
[http]
listen = "{http}"
anonymous_read = true
{process}
[[areas]]
id = "outside"
name = "outside"
[[areas]]
id = "campus"
name = "campus"
[[gates]]
id = "gate-{{1..{gates}}}"
name = "gate {{n}}"
from = "outside"
to = "campus"
kind = "turnstile"
passage_sensor = false
[[readers]]
id = "reader-{{1..{gates}}}"
gate = "gate-{{n}}"
direction = "in"
"#
    );
    let (campus_folder, data) = (folder.join("campus"), folder.join("data"));
    fs::create_dir_all(campus_folder.join("policies"))?;
    fs::create_dir_all(&data)?;
    fs::write(campus_folder.join("campus.toml"), campus)?;
    fs::write(campus_folder.join("calendar.toml"), CALENDAR)?;
    fs::write(campus_folder.join("policies/bench.cedar"), POLICY)?;
    let campus = Campus::load(&campus_folder)?;
    let population = people::generate(&Places::of(&campus.site), people, 1, SystemClock.now());
    let good = |card: &&onecard_rules::person::Card| {
        card.state == onecard_rules::person::CardState::Active
            && card.valid_from.is_none()
            && card.valid_until.is_none()
    };
    let limited: std::collections::HashSet<_> = population
        .people
        .iter()
        .filter(|person| person.valid_from.is_some() || person.valid_until.is_some())
        .map(|person| person.id.clone())
        .collect();
    let cards = population.cards.iter().filter(good);
    let cards = cards.filter(|card| !limited.contains(&card.person));
    let cards = cards.map(|card| card.credential).collect();
    Editor::open(&data.join(database::FILE_NAME))?
        .put_people_and_cards(&population.people, &population.cards)?;
    Ok(BenchCampus { folder: campus_folder, data, site: campus.site, cards, http })
}
