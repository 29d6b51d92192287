//! `campus.toml`: the site, its areas, limits and settings; gates and readers are `gates`'.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use onecard_rules::{
    calendar::Calendar,
    ids::{AreaId, SiteId, TrainingId},
    passback::PassbackMode,
    site::{Area, Limits, Site},
};

use super::{
    gates,
    mistake::{Mistake, mend_by},
    money::{self, Money},
    power::{self, Models, Power},
    ranges,
    settings::{self, BrokerSettings, HttpSettings, ProcessSettings},
    table::{Lined, Table},
    taps::{self, Taps},
    tariffs::Tariffs,
};

/// What a campus file becomes; `None` where something is wrong.
pub type Read = (Option<Site>, OfProcess, Power, Taps, Money);

/// How the controller reaches the world, and how it runs.
pub type OfProcess = (Option<BrokerSettings>, Option<HttpSettings>, ProcessSettings);

/// What other files say; `None` where something is wrong with them.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub calendar: Option<&'a Calendar>,
    pub tariffs: &'a Tariffs,
    /// Whether those are all; if not, nobody is blamed for naming another.
    pub all_tariffs: bool,
}

/// Reads the campus.
pub fn read(
    mut root: Table,
    folder: &Path,
    Known { calendar, tariffs, all_tariffs }: Known<'_>,
    mistakes: &mut Vec<Mistake>,
    warnings: &mut Vec<Mistake>,
) -> Read {
    let head = head(&mut root, mistakes);
    let broker = settings::broker(&mut root, folder, mistakes);
    let http = settings::http(&mut root, mistakes);
    let process = settings::process(&mut root, mistakes);
    let limits = limits(&mut root, mistakes);
    let areas = areas(&mut root, mistakes);
    let known = gates::Known { areas: &areas, calendar, trainings: &head.trainings };
    let gates = gates::gates(&mut root, folder, head.gates_csv.as_deref(), &known, mistakes);
    let csv = head.readers_csv.as_deref();
    let readers = gates::readers(&mut root, folder, csv, &gates, mistakes, warnings);
    let mut models = Models::of(folder, mistakes);
    let mut power = power::read(&mut root, &mut models, &areas, calendar, mistakes, warnings);
    let at_gates: BTreeSet<_> = readers.keys().cloned().collect();
    let water = all_tariffs.then_some(tariffs);
    let known = taps::Known { areas: &areas, tariffs: water, readers: &at_gates };
    let taps = taps::taps(&mut root, &known, &mut models, &mut power, mistakes, warnings);
    let known = money::Known { calendar, tariffs, power: &power };
    let money = money::read(&mut root, &known, mistakes);
    root.finish(mistakes);
    let areas = areas.into_iter().map(|(id, area)| (id, area.value)).collect();
    let gates = gates.read.into_iter().map(|(id, gate)| (id, gate.value)).collect();
    let named = head.id.zip(head.name).zip(head.zone);
    let site = named.map(|((id, name), zone)| {
        let topic_root = head.topic_root;
        let taps = taps.iter().map(|(id, tap)| (id.clone(), tap.site.clone())).collect();
        Site { id, name, zone, topic_root, areas, gates, readers, taps, limits }
    });
    (site, (broker, http, process), power, taps, money)
}

/// `[site]`; what is wrong in it does not make the rest unreadable.
#[derive(Default)]
struct Head {
    id: Option<SiteId>,
    name: Option<String>,
    zone: Option<chrono_tz::Tz>,
    topic_root: String,
    trainings: Vec<TrainingId>,
    gates_csv: Option<String>,
    readers_csv: Option<String>,
}

fn head(root: &mut Table, mistakes: &mut Vec<Mistake>) -> Head {
    let Some(mut table) = root.table("site", mistakes) else {
        let mend = "add `[site]` with `id`, `name` and `zone`".to_owned();
        mistakes.push(root.mistake(1, "site", "is missing".to_owned(), mend));
        return Head::default();
    };
    let id = table.required::<SiteId>("id", "a code such as \"college\"", mistakes);
    let name = table.required_text("name", mistakes);
    let zone = table.required("zone", "a zone such as \"Asia/Shanghai\"", mistakes);
    let topic_root = table.parsed::<SiteId>("topic_root", "a word such as \"onecard\"", mistakes);
    let mut trainings = Vec::new();
    for text in table.texts("trainings", mistakes) {
        match TrainingId::new(&text.value) {
            Ok(id) => trainings.push(id),
            Err(error) => {
                let mend = "write codes such as \"laser-safety\"".to_owned();
                mistakes.push(table.mistake(text.line, "trainings", error.to_string(), mend));
            }
        }
    }
    let mut file = |key| table.text(key, mistakes).map(|text| text.value);
    let (gates_csv, readers_csv) = (file("gates_csv"), file("readers_csv"));
    table.finish(mistakes);
    Head {
        id: id.map(|id| id.value),
        name: name.map(|name| name.value),
        zone: zone.map(|zone| zone.value),
        topic_root: topic_root.map_or_else(|| "onecard".to_owned(), |root| root.value.to_string()),
        trainings,
        gates_csv,
        readers_csv,
    }
}

fn limits(root: &mut Table, mistakes: &mut Vec<Mistake>) -> Limits {
    let mut limits = Limits::default();
    let Some(mut table) = root.table("limits", mistakes) else { return limits };
    let mut number = |key, range: std::ops::Range<i64>| {
        let found: Option<Lined<i64>> = table.integer(key, &range, mistakes);
        found.and_then(|found| u64::try_from(found.value).ok())
    };
    let seconds = Duration::from_secs;
    // The law's floor for a decision is 2 s, and people do not wait a minute at a gate.
    limits.swipe_age = number("swipe_age_s", 1..61).map_or(limits.swipe_age, seconds);
    limits.clock_ahead = number("clock_ahead_s", 1..61).map_or(limits.clock_ahead, seconds);
    let debounce = number("debounce_ms", 0..10_001).map(Duration::from_millis);
    limits.debounce = debounce.unwrap_or(limits.debounce);
    // GB 50396-2007, 5.1.5: an alarm after at most five wrong attempts.
    let unknown = number("unknown_cards", 1..6).and_then(|count| u32::try_from(count).ok());
    limits.unknown_cards = unknown.unwrap_or(limits.unknown_cards);
    limits.unknown_window =
        number("unknown_window_s", 1..3601).map_or(limits.unknown_window, seconds);
    let payload = number("payload_bytes", 256..65_537).and_then(|size| usize::try_from(size).ok());
    limits.payload_bytes = payload.unwrap_or(limits.payload_bytes);
    // GB 50396-2007, 5.2.2: at least 180 days.
    let days = |days: u64| Duration::from_hours(24 * days);
    limits.retention = number("retention_days", 180..36_501).map_or(limits.retention, days);
    table.finish(mistakes);
    limits
}

fn areas(root: &mut Table, mistakes: &mut Vec<Mistake>) -> BTreeMap<AreaId, Lined<Area>> {
    let mut areas = BTreeMap::new();
    let mut parents: Vec<(AreaId, Lined<AreaId>, Mistake)> = Vec::new();
    for table in root.tables("areas", mistakes) {
        for mut table in ranges::expanded(table, mistakes) {
            let line = table.line();
            let Some(id) = table.required::<AreaId>("id", "a code such as \"library\"", mistakes)
            else {
                continue;
            };
            table.call(format!("areas.{}", id.value));
            let name = table.required_text("name", mistakes).map(|name| name.value);
            let parent = table.parsed::<AreaId>("parent", "the id of an area", mistakes);
            let capacity = table.integer("capacity", &(1..1_000_001), mistakes);
            let passback = passback(&mut table, mistakes);
            if let Some(parent) = &parent {
                let unknown = table.mistake(parent.line, "parent", String::new(), String::new());
                parents.push((id.value.clone(), parent.clone(), unknown));
            }
            if areas.contains_key(&id.value) {
                let message = format!("`{}` is there twice", id.value);
                let mend = "give one of them another id".to_owned();
                mistakes.push(table.mistake(id.line, "id", message, mend));
            }
            table.finish(mistakes);
            let capacity = capacity.and_then(|capacity| u32::try_from(capacity.value).ok());
            let (id, parent) = (id.value, parent.map(|parent| parent.value));
            let name = name.unwrap_or_default();
            let area = Area { id: id.clone(), name, parent, capacity, passback };
            areas.insert(id, Lined { value: area, line });
        }
    }
    for (area, parent, blank) in parents {
        let wrong = if !areas.contains_key(&parent.value) {
            let known = areas.keys().map(AreaId::as_str);
            let mend = mend_by(parent.value.as_str(), known);
            Some((format!("no area is called `{}`", parent.value), mend))
        } else if is_around_itself(&areas, &area) {
            let mend = "let one of them have another parent, or none".to_owned();
            Some(("lies inside itself by this".to_owned(), mend))
        } else {
            None
        };
        mistakes.extend(wrong.map(|(message, mend)| Mistake { message, mend, ..blank }));
    }
    areas
}

fn is_around_itself(areas: &BTreeMap<AreaId, Lined<Area>>, id: &AreaId) -> bool {
    let parent = |id: &AreaId| areas.get(id).and_then(|area| area.value.parent.clone());
    let mut around = parent(id);
    for _ in 0..areas.len() {
        match around {
            Some(outer) if outer == *id => return true,
            Some(outer) => around = parent(&outer),
            None => return false,
        }
    }
    // It ends in a loop that it is not part of; those in the loop are told.
    false
}

fn passback(table: &mut Table, mistakes: &mut Vec<Mistake>) -> PassbackMode {
    let words = [("off", 0), ("soft", 1), ("hard", 2), ("timed", 3)];
    let mode = table.one_of("passback", &words, mistakes);
    let minutes = table.integer("passback_minutes", &(1..1441), mistakes);
    let (timed, line) = mode.map_or((false, table.line()), |mode| (mode.value == 3, mode.line));
    match (timed, &minutes) {
        (true, None) => {
            let mend = "add `passback_minutes = 10`".to_owned();
            mistakes.push(table.mistake(line, "passback_minutes", "is missing".to_owned(), mend));
        }
        (false, Some(minutes)) => {
            let message = "is for timed anti-passback".to_owned();
            let mend = "set `passback = \"timed\"` or remove it".to_owned();
            mistakes.push(table.mistake(minutes.line, "passback_minutes", message, mend));
        }
        (true, Some(_)) | (false, None) => {}
    }
    let minutes = minutes.and_then(|minutes| u32::try_from(minutes.value).ok());
    match mode.map(|mode| mode.value) {
        Some(1) => PassbackMode::Soft,
        Some(2) => PassbackMode::Hard,
        Some(3) => PassbackMode::Timed { minutes: minutes.unwrap_or(1) },
        Some(_) | None => PassbackMode::Off,
    }
}
