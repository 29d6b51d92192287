//! Holding the parts of a profile against each other: points that overlap or cannot be read, names that lead
//! nowhere, commands that cannot switch off, limits above the rating.
//!
//! Not here: what one key alone can get wrong.

use super::{
    Bus, DeviceKind, Rating,
    command::{Action, Command},
    mistake::mend_by,
    names,
    point::{Meaning, Point, Test},
    quantity::{Dimension, dimension_of},
    read::Placed,
    table::Table,
};

/// What was read, as far as it was good.
pub(super) struct Parts<'p> {
    pub kind: Option<DeviceKind>,
    pub bus: Option<&'p Bus>,
    pub rating: Option<&'p Rating>,
    pub points: &'p [Placed<Point>],
    pub commands: &'p [Placed<Command>],
}

/// Tells of all that does not fit together.
pub(super) fn check(parts: &Parts<'_>, root: &Table<'_>) {
    for placed in parts.points {
        let point = &placed.item;
        let tell = |key: &str, message: String, mend: String| {
            let line = placed.line_of(key);
            root.tell(line, &format!("points.{}{key}", point.name), message, mend);
        };
        if let Some(bus) = parts.bus {
            readable(point, bus, &tell);
        }
        names(point, parts.points, &tell);
        counts(point, &tell);
        if let Some(rating) = parts.rating {
            within_rating(point, rating, &tell);
        }
    }
    overlaps(parts.points, root);
    for placed in parts.commands {
        let tell = |key: &str, message: String, mend: String| {
            let line = placed.line_of(key);
            root.tell(line, &format!("commands.{}{key}", placed.item.name), message, mend);
        };
        verified(&placed.item, parts.points, &tell);
        can_switch_off(&placed.item, &tell);
    }
    if let Some(kind) = parts.kind {
        serves(kind, parts, root);
    }
}

fn readable(point: &Point, bus: &Bus, tell: &impl Fn(&str, String, String)) {
    if point.area.is_bits() {
        return;
    }
    let width = point.encoding.registers;
    if width > bus.max_registers {
        let message =
            format!("takes {width} registers, more than one read of {}", bus.max_registers);
        tell(".type", message, "raise `bus.max_registers` or mend the type".to_owned());
    }
    if bus.even_only && point.address % 2 == 1 {
        let message = format!("is 0x{:04X}, but the model answers only even starts", point.address);
        tell(".address", message, "mend the address or `bus.even_only`".to_owned());
    }
    if bus.even_only && point.channels > 1 && point.stride % 2 == 1 {
        let message = "is odd, but the model answers only even starts".to_owned();
        tell(".stride", message, "mend the stride or `bus.even_only`".to_owned());
    }
}

/// The points that a point leads to exist, with the states that it names, and lead no further.
fn names(point: &Point, points: &[Placed<Point>], tell: &impl Fn(&str, String, String)) {
    for name in point.depends_on() {
        let Some(other) = find(points, name) else {
            let key = if point.times.iter().any(|times| times == name) {
                ".times"
            } else {
                ".valid_only_if"
            };
            let known = points.iter().map(|placed| placed.item.name.as_str());
            tell(
                key,
                format!("names the point `{name}`, which does not exist"),
                mend_by(name, known),
            );
            continue;
        };
        if other.depends_on().next().is_some() {
            let message = format!("depends on `{name}`, which depends on another point itself");
            tell("", message, "name a point that stands alone".to_owned());
        }
    }
    let Some(validity) = &point.valid_only_if else { return };
    let Some(other) = find(points, &validity.point) else { return };
    let wrong = |key: &str, message: String, known: Vec<&str>, name: &str| {
        tell(&format!(".valid_only_if.{key}"), message, mend_by(name, known));
    };
    match (&validity.test, &other.meaning) {
        (Test::Is(state) | Test::IsNot(state), Meaning::States(states)) => {
            if !states.values().any(|known| known == state) {
                let known = states.values().map(String::as_str).collect();
                let message = format!("`{state}` is no state of `{}`", other.name);
                wrong("is", message, known, state);
            }
        }
        (Test::Has(flag) | Test::HasNot(flag), Meaning::Flags(flags)) => {
            if !flags.values().any(|known| known == flag) {
                let known = flags.values().map(String::as_str).collect();
                let message = format!("`{flag}` is no bit of `{}`", other.name);
                wrong("has", message, known, flag);
            }
        }
        (
            Test::AtLeast(_) | Test::AtMost(_),
            Meaning::Measured { .. } | Meaning::Counted { .. },
        ) => {}
        (_, _) => {
            let message = format!("tests `{}` as something that it is not", other.name);
            let mend = "use is for states, has for bits, at_least and at_most for numbers";
            tell(".valid_only_if", message, mend.to_owned());
        }
    }
}

/// What bills are made from says how it counts.
fn counts(point: &Point, tell: &impl Fn(&str, String, String)) {
    let counts = point.name.ends_with("_energy_wh") || point.name.ends_with("volume_ml");
    let balance = point.name.starts_with("remaining_") || point.name.starts_with("net_");
    if let Meaning::Counted { counter: None, .. } = point.meaning
        && counts
        && !balance
    {
        let mend = "add `counter = { resettable = true }`".to_owned();
        tell(".counter", "is missing".to_owned(), mend);
    }
}

fn within_rating(point: &Point, rating: &Rating, tell: &impl Fn(&str, String, String)) {
    let Some((_, most)) = point.limits else { return };
    let dimension = dimension_of(&point.name);
    let rated = [(Dimension::Current, rating.current_a), (Dimension::ActivePower, rating.power_w)];
    let rated = rated.into_iter().find(|(of, _)| *of == dimension).and_then(|(_, rated)| rated);
    if let Some(rated) = rated
        && most.to_f64() > f64::from(rated)
    {
        let message = format!("is {}, above the rating of {rated}", most.to_f64());
        tell(".most", message, format!("write at most {rated}"));
    }
}

fn overlaps(points: &[Placed<Point>], root: &Table<'_>) {
    for (at, one) in points.iter().enumerate() {
        for other in points.iter().skip(at + 1) {
            if let Some(address) = overlap(&one.item, &other.item) {
                let (first, last) =
                    if one.line <= other.line { (one, other) } else { (other, one) };
                let key = format!("points.{}.address", last.item.name);
                let message = format!("overlaps `{}` at 0x{address:04X}", first.item.name);
                let mend = "mend one address, or give both a `mask` for bits of their own";
                root.tell(last.line_of("address"), &key, message, mend);
            }
        }
    }
}

/// The first address that two points claim both, unless each has bits of its own there.
fn overlap(one: &Point, other: &Point) -> Option<u16> {
    if one.area != other.area {
        return None;
    }
    let (one_mask, other_mask) = (one.encoding.mask, other.encoding.mask);
    let apart = one.encoding.registers == other.encoding.registers
        && one_mask.zip(other_mask).is_some_and(|(one, other)| one & other == 0);
    let spans = |point: &Point| -> Vec<(u32, u32)> {
        let starts = (0..point.channels).filter_map(|channel| point.address_of(channel));
        starts
            .map(|start| (start.into(), u32::from(start) + u32::from(point.encoding.registers)))
            .collect()
    };
    let others = spans(other);
    for (start, end) in spans(one) {
        for (other_start, other_end) in &others {
            let same_place = start == *other_start;
            if start < *other_end && *other_start < end && !(apart && same_place) {
                return u16::try_from(start.max(*other_start)).ok();
            }
        }
    }
    None
}

fn verified(command: &Command, points: &[Placed<Point>], tell: &impl Fn(&str, String, String)) {
    let Some(verify) = &command.verify else { return };
    let Some(point) = find(points, verify) else {
        let known = points.iter().map(|placed| placed.item.name.as_str());
        let message = format!("names the point `{verify}`, which does not exist");
        tell(".verify", message, mend_by(verify, known));
        return;
    };
    let Meaning::States(known) = &point.meaning else {
        let mend = "name a point with `states`".to_owned();
        tell(".verify", format!("names `{verify}`, which has no states"), mend);
        return;
    };
    let states: Vec<&String> = match &command.action {
        Action::Switch { states, .. } => states.keys().collect(),
        Action::Timed(timer) => vec![&timer.state, &timer.afterwards],
    };
    for state in states {
        if !known.values().any(|known| known == state) {
            let message = format!("`{state}` is no state that `{verify}` can show");
            tell(".states", message, mend_by(state, known.values().map(String::as_str)));
        }
    }
    if point.channels != command.channels {
        let message = format!("is {} here and {} at `{verify}`", command.channels, point.channels);
        tell(".channels", message, "give both the same channels".to_owned());
    }
}

/// A switch that cannot cut off is worse than none.
fn can_switch_off(command: &Command, tell: &impl Fn(&str, String, String)) {
    let Action::Switch { states, .. } = &command.action else { return };
    let drives = command.verify.as_deref().unwrap_or(&command.name);
    let off = if drives == names::VALVE { names::CLOSED } else { names::OPEN };
    if [names::RELAY, names::VALVE].contains(&drives) && !states.contains_key(off) {
        let message = format!("has no `{off}`, so it could never cut off");
        tell(".states", message, format!("add the value for `{off}`"));
    }
}

/// A device has what its kind is there for.
fn serves(kind: DeviceKind, parts: &Parts<'_>, root: &Table<'_>) {
    let has = |name: &str| find(parts.points, name).is_some();
    let drives = |name: &str| {
        let named = |placed: &Placed<Command>| placed.item.name == name;
        parts.commands.iter().any(named)
    };
    let tell = |key: &str, message: &str, mend: &str| root.tell(1, key, message, mend);
    match kind {
        DeviceKind::Meter => {
            let serves = [names::ACTIVE_POWER, names::IMPORT_ENERGY, names::TOTAL_ENERGY];
            if !serves.into_iter().any(has) && !drives(names::RELAY) && !drives("forced_relay") {
                let mend = "add active_power_w, import_energy_wh or total_energy_wh";
                tell("points", "measure nothing that a meter is there for", mend);
            }
        }
        DeviceKind::Relay | DeviceKind::Breaker if !drives(names::RELAY) => {
            tell("commands.relay", "is missing", "add `[commands.relay]`");
        }
        DeviceKind::WaterMeter if !has(names::VOLUME) => {
            tell("points.volume_ml", "is missing", "add `[points.volume_ml]`");
        }
        DeviceKind::Valve if !drives(names::VALVE) => {
            tell("commands.valve", "is missing", "add `[commands.valve]`");
        }
        DeviceKind::Relay | DeviceKind::Breaker | DeviceKind::WaterMeter | DeviceKind::Valve => {}
    }
}

fn find<'p>(points: &'p [Placed<Point>], name: &str) -> Option<&'p Point> {
    points.iter().map(|placed| &placed.item).find(|point| point.name == name)
}
