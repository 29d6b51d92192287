//! Gates and readers of `campus.toml` and of the CSV files that it names.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::Path,
    time::Duration,
};

use onecard_rules::{
    calendar::Calendar,
    credential::CredentialFormat,
    ids::{AreaId, GateId, ReaderId, TrainingId, WindowId},
    normaliser::{ByteOrder, Carries, Kept, Normaliser, Radix},
    site::{Area, Direction, Gate, GateKind, GateTimes, Reader},
};

use super::{
    csv_table,
    mistake::{Mistake, mend_by},
    ranges,
    table::{Lined, Table},
};

/// What gates may name.
pub struct Known<'a> {
    pub areas: &'a BTreeMap<AreaId, Lined<Area>>,
    /// `None`: the calendar could not be read, and no window is wrong for it.
    pub calendar: Option<&'a Calendar>,
    pub trainings: &'a [TrainingId],
}

/// The gates that were read, and the names of those in which something is wrong: a reader of such a
/// gate is not wrong for it.
#[derive(Debug, Default)]
pub struct Gates {
    pub read: BTreeMap<GateId, Lined<Gate>>,
    wrong: BTreeSet<GateId>,
}

impl Gates {
    fn has(&self, id: &GateId) -> bool {
        self.read.contains_key(id) || self.wrong.contains(id)
    }

    fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.read.keys().chain(&self.wrong).map(GateId::as_str)
    }
}

const KINDS: [(&str, GateKind); 3] =
    [("turnstile", GateKind::Turnstile), ("door", GateKind::Door), ("vehicle", GateKind::Vehicle)];

/// Reads all gates.
pub fn gates(
    root: &mut Table,
    folder: &Path,
    csv: Option<&str>,
    known: &Known<'_>,
    mistakes: &mut Vec<Mistake>,
) -> Gates {
    let mut tables = root.tables("gates", mistakes);
    tables
        .extend(csv.into_iter().flat_map(|file| csv_table::rows(folder, file, "gates", mistakes)));
    let mut gates = Gates::default();
    for table in tables {
        for mut table in ranges::expanded(table, mistakes) {
            let line = table.line();
            let Some(id) = table.required::<GateId>("id", "a code such as \"north-1\"", mistakes)
            else {
                continue;
            };
            table.call(format!("gates.{}", id.value));
            if gates.has(&id.value) {
                let message = format!("`{}` is there twice", id.value);
                let mend = "give one of them another id".to_owned();
                mistakes.push(table.mistake(id.line, "id", message, mend));
            }
            let gate = gate(&mut table, &id.value, known, mistakes);
            table.finish(mistakes);
            match gate {
                Some(gate) => {
                    gates.read.insert(id.value, Lined { value: gate, line });
                }
                None => {
                    gates.wrong.insert(id.value);
                }
            }
        }
    }
    gates
}

fn gate(
    table: &mut Table,
    id: &GateId,
    known: &Known<'_>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Gate> {
    let name = table.required_text("name", mistakes);
    let from = area(table, "from", true, known, mistakes);
    let to = area(table, "to", true, known, mistakes);
    let home = area(table, "area", false, known, mistakes);
    let kind = table.one_of("kind", &KINDS, mistakes);
    let times = times(table, mistakes);
    let passage_sensor = table.flag("passage_sensor", mistakes).unwrap_or(true);
    let escape_route = table.flag("escape_route", mistakes).unwrap_or(false);
    let trainings = known.trainings.iter().map(TrainingId::as_str);
    let requires = named(table, "requires", "training", &trainings, mistakes);
    let open_during = if let Some(calendar) = known.calendar {
        let windows = calendar.windows.iter().map(|window| window.id.as_str());
        named(table, "open_during", "window", &windows, mistakes)
    } else {
        let windows = table.texts("open_during", mistakes).into_iter();
        windows.map(|window| window.value).collect()
    };
    if let (Some(from), Some(to)) = (&from, &to)
        && from.value == to.value
    {
        let message = format!("leads from `{}` into itself", from.value);
        let mend = "name the areas on the two sides of the gate".to_owned();
        mistakes.push(table.mistake(to.line, "to", message, mend));
    }
    let to = to?.value;
    Some(Gate {
        id: id.clone(),
        name: name?.value,
        area: home.map_or_else(|| to.clone(), |home| home.value),
        from: from?.value,
        to,
        kind: kind.map_or(GateKind::Door, |kind| kind.value),
        times,
        requires: requires.iter().filter_map(|id| TrainingId::new(id).ok()).collect(),
        passage_sensor,
        escape_route,
        open_during: open_during.iter().filter_map(|id| WindowId::new(id).ok()).collect(),
    })
}

fn times(table: &mut Table, mistakes: &mut Vec<Mistake>) -> GateTimes {
    let mut number = |key, range: std::ops::Range<i64>| {
        let found: Option<Lined<i64>> = table.integer(key, &range, mistakes);
        found.and_then(|found| u64::try_from(found.value).ok())
    };
    let times = GateTimes::default();
    let (millis, seconds) = (Duration::from_millis, Duration::from_secs);
    GateTimes {
        pulse: number("pulse_ms", 100..60_001).map_or(times.pulse, millis),
        held_open: number("held_open_s", 1..3601).map_or(times.held_open, seconds),
        passage: number("passage_s", 1..301).map_or(times.passage, seconds),
        confirm: number("confirm_ms", 100..60_001).map_or(times.confirm, millis),
    }
}

fn area(
    table: &mut Table,
    key: &'static str,
    required: bool,
    known: &Known<'_>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Lined<AreaId>> {
    let expected = "the id of an area";
    let id = if required {
        table.required::<AreaId>(key, expected, mistakes)
    } else {
        table.parsed::<AreaId>(key, expected, mistakes)
    }?;
    if known.areas.contains_key(&id.value) {
        return Some(id);
    }
    let mend = mend_by(id.value.as_str(), known.areas.keys().map(AreaId::as_str));
    let message = format!("no area is called `{}`", id.value);
    mistakes.push(table.mistake(id.line, key, message, mend));
    None
}

/// A list of names, each of which must be known.
fn named<'a>(
    table: &mut Table,
    key: &'static str,
    what: &str,
    known: &(impl Iterator<Item = &'a str> + Clone),
    mistakes: &mut Vec<Mistake>,
) -> Vec<String> {
    let mut good = Vec::new();
    for name in table.texts(key, mistakes) {
        if known.clone().any(|known| known == name.value) {
            good.push(name.value);
        } else {
            let line = if name.line == 0 { table.line() } else { name.line };
            let message = format!("no {what} is called `{}`", name.value);
            let mend = mend_by(&name.value, known.clone());
            mistakes.push(table.mistake(line, key, message, mend));
        }
    }
    good
}

/// Reads all readers; a gate without one is odd, but allowed.
pub fn readers(
    root: &mut Table,
    folder: &Path,
    csv: Option<&str>,
    gates: &Gates,
    mistakes: &mut Vec<Mistake>,
    warnings: &mut Vec<Mistake>,
) -> BTreeMap<ReaderId, Reader> {
    let mut tables = root.tables("readers", mistakes);
    tables.extend(
        csv.into_iter().flat_map(|file| csv_table::rows(folder, file, "readers", mistakes)),
    );
    let mut readers: BTreeMap<ReaderId, Reader> = BTreeMap::new();
    for table in tables {
        for mut table in ranges::expanded(table, mistakes) {
            let expected = "a code such as \"north-1-in\"";
            let Some(id) = table.required::<ReaderId>("id", expected, mistakes) else { continue };
            table.call(format!("readers.{}", id.value));
            if readers.contains_key(&id.value) {
                let message = format!("`{}` is there twice", id.value);
                let mend = "give one of them another id".to_owned();
                mistakes.push(table.mistake(id.line, "id", message, mend));
            }
            let reader = reader(&mut table, &id.value, gates, mistakes);
            table.finish(mistakes);
            if let Some(reader) = reader {
                readers.insert(id.value, reader);
            }
        }
    }
    let served: HashSet<&GateId> = readers.values().map(|reader| &reader.gate).collect();
    // When readers are wrong, gates without one are no news.
    let bare = gates.read.iter().filter(|(id, _)| mistakes.is_empty() && !served.contains(id));
    warnings.extend(bare.map(|(id, gate)| Mistake {
        file: root.file().to_owned(),
        line: Some(gate.line),
        key: format!("gates.{id}"),
        message: "has no reader".to_owned(),
        mend: "add one, unless it is opened by operators only".to_owned(),
    }));
    readers
}

fn reader(
    table: &mut Table,
    id: &ReaderId,
    gates: &Gates,
    mistakes: &mut Vec<Mistake>,
) -> Option<Reader> {
    let gate = table.required::<GateId>("gate", "the id of a gate", mistakes);
    if let Some(gate) = &gate
        && !gates.has(&gate.value)
    {
        let mend = mend_by(gate.value.as_str(), gates.names());
        let message = format!("no gate is called `{}`", gate.value);
        mistakes.push(table.mistake(gate.line, "gate", message, mend));
    }
    let directions = [("in", Direction::In), ("out", Direction::Out)];
    if table.peek("direction").is_none() {
        let mend = "add `direction = \"in\"` or \"out\"".to_owned();
        mistakes.push(table.mistake(table.line(), "direction", "is missing".to_owned(), mend));
    }
    let direction = table.one_of("direction", &directions, mistakes);
    let normaliser = normaliser(table, mistakes);
    let direction = direction?.value;
    Some(Reader { id: id.clone(), gate: gate?.value, direction, normaliser })
}

/// How the texts of a reader become credentials.
pub fn normaliser(table: &mut Table, mistakes: &mut Vec<Mistake>) -> Normaliser {
    let formats = [
        ("uid", CredentialFormat::Uid),
        ("wiegand26", CredentialFormat::Wiegand26),
        ("wiegand34", CredentialFormat::Wiegand34),
        ("wiegand37", CredentialFormat::Wiegand37),
    ];
    let (format_line, before) = (table.line_of("format"), mistakes.len());
    let format = table.one_of("format", &formats, mistakes);
    let format_wrong = mistakes.len() > before;
    let texts = [("hex", Radix::Hex), ("decimal", Radix::Decimal)];
    let radix = table.one_of("text", &texts, mistakes);
    let orders = [("as_read", ByteOrder::AsRead), ("reversed", ByteOrder::Reversed)];
    let order = table.one_of("byte_order", &orders, mistakes);
    let kept = table.one_of("kept", &[("first", Kept::First), ("last", Kept::Last)], mistakes);
    let inverted = table.flag("inverted", mistakes).unwrap_or(false);
    let parity_line = table.line_of("parity");
    let parity = table.flag("parity", mistakes).unwrap_or(false);
    // An unknown format is told of already; what it goes with is not known.
    let is_uid = !format_wrong && format.is_none_or(|format| format.value == CredentialFormat::Uid);
    if let Some(kept) = kept.filter(|_| is_uid) {
        let message = "is for Wiegand readers; a UID is kept whole".to_owned();
        let mend = "remove it, or set `format` to a Wiegand format".to_owned();
        mistakes.push(table.mistake(kept.line, "kept", message, mend));
    }
    if parity && is_uid {
        let message = "is for Wiegand readers; a UID has none".to_owned();
        let mend = "remove it, or set `format` to a Wiegand format".to_owned();
        mistakes.push(table.mistake(parity_line, "parity", message, mend));
    }
    let good = Normaliser::default();
    let normaliser = Normaliser {
        format: format.map_or(good.format, |format| format.value),
        radix: radix.map_or(good.radix, |radix| radix.value),
        order: order.map_or(good.order, |order| order.value),
        inverted,
        carries: if parity { Carries::Frame } else { Carries::Number },
        kept: kept.map_or(good.kept, |kept| kept.value),
    };
    if let Err(wrong) = normaliser.check() {
        let told = wrong.to_string();
        let (message, mend) = told.split_once("; ").unwrap_or((&told, "choose another format"));
        let (message, mend) = (message.to_owned(), mend.to_owned());
        mistakes.push(table.mistake(format_line, "format", message, mend));
    }
    normaliser
}
