//! Reading a profile from its file: the parts besides points and commands.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    Bus, DeviceKind, FirmwareRange, Identity, Parity, Profile, Rating, Serial, Version, check,
    mistake::{Mistake, Mistakes},
    point::{Evidence, Sure},
    table::Table,
};
use crate::modbus::{MOST_REGISTERS_READ, Unit};

mod command;
mod encoding;
mod number;
mod point;

/// Longest silence or time to settle that a profile may ask for, in milliseconds.
const MS_MAX: i64 = 60_000;
/// Over how many registers a read may reach where holes may be bridged and the profile does not say: at 9600
/// baud 16 registers take as long as another request.
const LARGEST_HOLE: u16 = 16;

/// A point or command with the lines it stands on, for checks of one against another.
#[derive(Debug)]
pub(super) struct Placed<T> {
    pub item: T,
    pub line: usize,
    /// Those of its keys.
    pub lines: BTreeMap<String, usize>,
}

impl<T> Placed<T> {
    /// The line of a key such as `.address`, or of the whole when the key is not there.
    pub fn line_of(&self, key: &str) -> usize {
        let own = key.trim_start_matches('.').split('.').next().unwrap_or_default();
        self.lines.get(own).copied().unwrap_or(self.line)
    }
}

/// Reads a whole profile.
pub(super) fn profile(name: &str, text: &str) -> Result<Profile, Vec<Mistake>> {
    let mistakes = Mistakes::of(name);
    let profile = Table::parse(text, &mistakes).and_then(whole);
    let mistakes = mistakes.into_inner();
    match profile {
        Some(profile) if mistakes.is_empty() => Ok(profile),
        Some(_) | None => Err(mistakes),
    }
}

fn whole(mut root: Table<'_>) -> Option<Profile> {
    let default = evidence(&mut root, None);
    let identity = part(&mut root, "identity", identity);
    let serial = part(&mut root, "serial", |table| serial(table, default.as_ref()));
    let bus = part(&mut root, "bus", bus);
    let rating = root.table("rating").map(|table| rating(table, default.as_ref()));
    let points = root.table("points").map_or_else(Vec::new, |table| {
        let points = table.into_tables().into_iter();
        points.filter_map(|(name, table)| point::point(name, table, default.as_ref())).collect()
    });
    let commands = root.table("commands").map_or_else(Vec::new, |table| {
        let commands = table.into_tables().into_iter();
        commands
            .filter_map(|(name, table)| command::command(name, table, default.as_ref()))
            .collect()
    });
    let parts = check::Parts {
        kind: identity.as_ref().map(|identity| identity.kind),
        bus: bus.as_ref(),
        rating: rating.as_ref(),
        points: &points,
        commands: &commands,
    };
    check::check(&parts, &root);
    root.finish();
    let mut points: Vec<_> = points.into_iter().map(|placed| Arc::new(placed.item)).collect();
    points.sort_by_key(|point| (point.area, point.address));
    Some(Profile {
        identity: identity?,
        serial: serial?,
        bus: bus?,
        rating: rating.unwrap_or_default(),
        points,
        commands: commands.into_iter().map(|placed| placed.item).collect(),
    })
}

/// A table that must be there.
fn part<'m, T>(
    root: &mut Table<'m>,
    key: &'static str,
    read: impl FnOnce(Table<'m>) -> Option<T>,
) -> Option<T> {
    if !root.has(key) {
        root.tell(1, key, "is missing", format!("add a table `[{key}]`"));
    }
    root.table(key).and_then(read)
}

/// Where it comes from and how sure we are; what the table does not say is as in the whole file.
fn evidence(table: &mut Table<'_>, default: Option<&Evidence>) -> Option<Evidence> {
    let source = table.text("source").map(|source| source.value);
    let sure =
        table.one_of("sure", &[("verified", Sure::Verified), ("unverified", Sure::Unverified)]);
    let Some(source) = source.or_else(|| default.map(|default| default.source.clone())) else {
        table.missing("source", "\"where it comes from\"");
        return None;
    };
    let Some(sure) = sure.map(|sure| sure.value).or(default.map(|default| default.sure)) else {
        table.missing("sure", "\"verified\"");
        return None;
    };
    Some(Evidence { source, sure })
}

fn identity(mut table: Table<'_>) -> Option<Identity> {
    let maker = table.required_text("maker", "\"Eastron\"").map(|text| text.value);
    let model = table.required_text("model", "\"SDM120\"").map(|text| text.value);
    let also = table.texts("also").into_iter().map(|text| text.value).collect();
    let kinds = [
        ("meter", DeviceKind::Meter),
        ("relay", DeviceKind::Relay),
        ("breaker", DeviceKind::Breaker),
        ("water_meter", DeviceKind::WaterMeter),
        ("valve", DeviceKind::Valve),
    ];
    if !table.has("kind") {
        table.missing("kind", "\"meter\"");
    }
    let kind = table.one_of("kind", &kinds).map(|kind| kind.value);
    let firmware = table.table("firmware").map_or_else(FirmwareRange::default, firmware);
    let note = table.text("note").map(|text| text.value);
    table.finish();
    Some(Identity { maker: maker?, model: model?, also, kind: kind?, firmware, note })
}

fn firmware(mut table: Table<'_>) -> FirmwareRange {
    let line = table.line();
    let mut version = |key| {
        let text = table.text(key)?;
        let version = Version::new(&text.value);
        if version.is_none() {
            let message = format!("`{}` is no version", text.value);
            table.tell(text.line, key, message, "write numbers and dots, such as \"2.10\"");
        }
        version
    };
    let range = FirmwareRange { from: version("from"), below: version("below") };
    if let (Some(from), Some(below)) = (&range.from, &range.below)
        && from >= below
    {
        table.tell(line, "below", "is not above `from`", "write the first version it is not for");
    }
    table.finish();
    range
}

fn serial(mut table: Table<'_>, default: Option<&Evidence>) -> Option<Serial> {
    const BAUDS: [i64; 9] = [1200, 2400, 4800, 9600, 14_400, 19_200, 38_400, 57_600, 115_200];
    for (key, example) in [("baud", "9600"), ("parity", "\"none\""), ("unit", "1")] {
        if !table.has(key) {
            table.missing(key, example);
        }
    }
    let baud = table.integer("baud", &(1200..=115_200));
    if let Some(baud) = baud
        && !BAUDS.contains(&baud.value)
    {
        let rates = BAUDS.map(|rate| rate.to_string()).join(", ");
        table.tell(baud.line, "baud", format!("is {}", baud.value), format!("use one of {rates}"));
    }
    let parities = [("none", Parity::None), ("even", Parity::Even), ("odd", Parity::Odd)];
    let parity = table.one_of("parity", &parities).map(|parity| parity.value);
    let stop_bits = table.number("stop_bits", &(1..=2)).unwrap_or(1);
    let unit = table.number("unit", &(1..=247)).and_then(Unit::new);
    let evidence = evidence(&mut table, default);
    table.finish();
    let baud = baud.and_then(|baud| u32::try_from(baud.value).ok());
    Some(Serial { baud: baud?, parity: parity?, stop_bits, unit: unit?, evidence: evidence? })
}

fn bus(mut table: Table<'_>) -> Option<Bus> {
    for (key, example) in [("max_registers", "10"), ("bridge_holes", "false")] {
        if !table.has(key) {
            table.missing(key, example);
        }
    }
    let max_registers = table.integer("max_registers", &(1..=MOST_REGISTERS_READ.into()));
    let bridge = table.flag("bridge_holes");
    let hole = table.integer("largest_hole", &(1..=MOST_REGISTERS_READ.into()));
    if let (Some(hole), Some(false)) = (hole, bridge) {
        let message = "is given though holes may not be bridged";
        table.tell(hole.line, "largest_hole", message, "take it out or set `bridge_holes = true`");
    }
    let even_only = table.flag("even_only").unwrap_or(false);
    if let Some(max) = max_registers
        && even_only
        && max.value % 2 == 1
    {
        let message = format!("is {} though only even counts are answered", max.value);
        table.tell(max.line, "max_registers", message, format!("write {}", max.value - 1));
    }
    let hole = hole.and_then(|hole| u16::try_from(hole.value).ok()).unwrap_or(LARGEST_HOLE);
    let bus = Bus {
        max_registers: u16::try_from(max_registers?.value).ok()?,
        largest_hole: if bridge? { hole } else { 0 },
        even_only,
        gap_after_self: milliseconds(&mut table, "gap_after_self_ms").unwrap_or_default(),
        gap_after_other: milliseconds(&mut table, "gap_after_other_ms").unwrap_or_default(),
        turnaround_p99: milliseconds(&mut table, "turnaround_p99_ms"),
    };
    table.finish();
    Some(bus)
}

fn rating(mut table: Table<'_>, default: Option<&Evidence>) -> Rating {
    let current_a = table.number("current_a", &(1..=6300));
    let power_w = table.number("power_w", &(1..=10_000_000));
    let evidence = evidence(&mut table, default);
    if current_a.is_none() && power_w.is_none() {
        table.missing("current_a", "63");
    }
    table.finish();
    Rating { current_a, power_w, evidence }
}

fn milliseconds(table: &mut Table<'_>, key: &'static str) -> Option<Duration> {
    table.number(key, &(0..=MS_MAX)).map(Duration::from_millis)
}

/// Channels and the way from one to the next; one channel when the table does not say.
fn channels(table: &mut Table<'_>, width: u16) -> (u16, u16) {
    let channels = table.number("channels", &(1..=64)).unwrap_or(1);
    let stride = table.integer("stride", &(1..=1000));
    if let Some(stride) = stride
        && stride.value < width.into()
    {
        let message = format!("is {} though a value takes {width} registers", stride.value);
        table.tell(stride.line, "stride", message, format!("write at least {width}"));
    }
    let stride = stride.and_then(|stride| u16::try_from(stride.value).ok()).unwrap_or(width);
    (channels, stride)
}

/// An address with room for what lies there.
fn address(table: &mut Table<'_>, reach: u32) -> Option<u16> {
    if !table.has("address") {
        table.missing("address", "0x0000");
    }
    let address = table.integer("address", &(0..=0xFFFF))?;
    let end = u32::try_from(address.value).ok()? + reach;
    if end > 0x1_0000 {
        let message = "reaches beyond the last address, 0xFFFF";
        table.tell(address.line, "address", message, "lower it, or the width or channels");
    }
    u16::try_from(address.value).ok()
}
