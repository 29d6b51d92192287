//! Reading one point.

use std::collections::BTreeMap;

use super::{Placed, address, channels, encoding::encoding, evidence, number::Numeric};
use crate::profile::{
    decimal::Decimal,
    encoding::{Encoding, Kind},
    names,
    point::{Area, Evidence, Meaning, Point, Role, Test, Validity, WriteFunction},
    quantity::misspelt,
    table::Table,
};

/// Names of points that are numbers or letters without arithmetic.
const NAMES: [&str; 4] = ["serial_number", "meter_number", "firmware_version", "hardware_version"];
/// Names of points that say which device it is.
const IDENTITY: [&str; 2] = ["serial_number", "meter_number"];

/// Reads one point; `None` when too much of it is wrong.
pub(super) fn point(
    name: String,
    mut table: Table<'_>,
    default: Option<&Evidence>,
) -> Option<Placed<Point>> {
    let (line, lines) = (table.line(), table.lines());
    spelling(&name, &table);
    let area = area(&mut table);
    let encoding = encoding(&mut table, area);
    let width = encoding.map_or(1, |encoding| encoding.registers);
    let (channels, stride) = channels(&mut table, width);
    let reach = u32::from(stride) * u32::from(channels.saturating_sub(1)) + u32::from(width);
    let address = address(&mut table, reach);
    let meaning = meaning(&name, &mut table, encoding);
    let roles =
        [("reading", Role::Reading), ("identity", Role::Identity), ("setting", Role::Setting)];
    let usual = if IDENTITY.contains(&name.as_str()) { Role::Identity } else { Role::Reading };
    let role = table.one_of("role", &roles).map_or(usual, |role| role.value);
    let times = table.texts("times").into_iter().map(|text| text.value).collect();
    let valid_only_if = validity(&mut table);
    let not_available = table.integer("not_available", &(i64::MIN..=i64::MAX));
    let written = table.has("write");
    let write = write(&mut table, area, encoding);
    let limits = limits(&mut table, written);
    let evidence = evidence(&mut table, default);
    table.finish();
    let item = Point {
        name,
        area: area?,
        address: address?,
        channels,
        stride,
        encoding: encoding?,
        meaning: meaning?,
        role,
        times,
        valid_only_if,
        not_available: not_available.map(|number| number.value),
        write,
        limits,
        evidence: evidence?,
    };
    Some(Placed { item, line, lines })
}

/// Names are lower case with underscores; one slip away from a standard name is a slip.
fn spelling(name: &str, table: &Table<'_>) {
    let plain = name.chars().all(|letter| matches!(letter, 'a'..='z' | '0'..='9' | '_'));
    if !plain {
        table.tell(table.line(), "", "is no name", "use small letters, digits and underscores");
    } else if let Some(standard) = misspelt(name) {
        let message = format!("is one slip away from `{standard}`");
        table.tell(table.line(), "", message, format!("did you mean `{standard}`?"));
    }
}

fn area(table: &mut Table<'_>) -> Option<Area> {
    if !table.has("read") {
        table.missing("read", "3");
    }
    let function = table.integer("read", &(1..=4))?;
    match function.value {
        1 => Some(Area::Coils),
        2 => Some(Area::DiscreteInputs),
        3 => Some(Area::HoldingRegisters),
        4 => Some(Area::InputRegisters),
        _ => None,
    }
}

fn meaning(name: &str, table: &mut Table<'_>, encoding: Option<Encoding>) -> Option<Meaning> {
    let states = table.codes("states", &(i64::MIN..=i64::MAX));
    let flags = table.codes("bits", &(0..=63));
    let numeric = Numeric::take(table);
    let bit = encoding.is_some_and(|encoding| encoding.kind == Kind::Bit);
    let text = encoding.is_some_and(|encoding| encoding.kind == Kind::Text);
    let line = table.line();
    if let (Some(_), Some(flags)) = (&states, &flags) {
        table.tell(flags.line, "bits", "is given beside `states`", "keep one of them");
    }
    if states.is_some() || flags.is_some() || bit || text || NAMES.contains(&name) {
        numeric.refuse(table);
    }
    if let Some(states) = states {
        let mut meanings = BTreeMap::new();
        for (state, code) in states.value {
            if let Some(other) = meanings.insert(code, state.clone()) {
                let message = format!("gives {code} to both `{other}` and `{state}`");
                table.tell(states.line, "states", message, "give each state a code of its own");
            }
        }
        Some(Meaning::States(meanings))
    } else if let Some(flags) = flags {
        let mut names = BTreeMap::new();
        for (flag, bit) in flags.value {
            if let Some(other) = names.insert(u8::try_from(bit).ok()?, flag.clone()) {
                let message = format!("gives bit {bit} to both `{other}` and `{flag}`");
                table.tell(flags.line, "bits", message, "give each bit one name");
            }
        }
        Some(Meaning::Flags(names))
    } else if bit {
        let (on, off) =
            if name == names::RELAY { (names::CLOSED, names::OPEN) } else { ("on", "off") };
        if name == names::VALVE {
            table.tell(line, "states", "is missing", "add `states = { open = 1, closed = 0 }`");
        }
        Some(Meaning::States(BTreeMap::from([(1, on.to_owned()), (0, off.to_owned())])))
    } else if name == names::RELAY || name == names::VALVE {
        table.missing("states", "{ closed = 1, open = 0 }");
        None
    } else if text || NAMES.contains(&name) {
        Some(Meaning::Text)
    } else {
        numeric.meaning(name, table, encoding)
    }
}

fn validity(table: &mut Table<'_>) -> Option<Validity> {
    let mut condition = table.table("valid_only_if")?;
    let point = condition.required_text("point", "\"quality\"").map(|text| text.value);
    let mut tests = Vec::new();
    for (key, make) in [
        ("is", Test::Is as fn(String) -> Test),
        ("is_not", Test::IsNot),
        ("has", Test::Has),
        ("has_not", Test::HasNot),
    ] {
        tests.extend(condition.text(key).map(|text| make(text.value)));
    }
    for (key, make) in
        [("at_least", Test::AtLeast as fn(Decimal) -> Test), ("at_most", Test::AtMost)]
    {
        tests.extend(condition.decimal(key).map(|number| make(number.value)));
    }
    if tests.len() != 1 {
        let message = format!("has {} tests", tests.len());
        let mend = "give one of is, is_not, has, has_not, at_least, at_most";
        condition.tell(condition.line(), "", message, mend);
    }
    condition.finish();
    Some(Validity { point: point?, test: tests.pop()? })
}

fn write(
    table: &mut Table<'_>,
    area: Option<Area>,
    encoding: Option<Encoding>,
) -> Option<WriteFunction> {
    let function = table.integer("write", &(5..=16))?;
    let registers = encoding.map_or(1, |encoding| encoding.registers);
    let (message, mend) = match (function.value, area?) {
        (6, Area::HoldingRegisters) if registers == 1 => return Some(WriteFunction::Register),
        (16, Area::HoldingRegisters) => return Some(WriteFunction::Registers),
        (15, Area::Coils) => return Some(WriteFunction::Coils),
        (6, Area::HoldingRegisters) => ("writes one register, but the value takes more", "use 16"),
        (_, Area::HoldingRegisters) => ("does not write holding registers", "use 6 or 16"),
        (_, Area::Coils) => {
            ("does not set a coil; to switch is a command", "use 15, or `[commands]`")
        }
        (_, Area::DiscreteInputs | Area::InputRegisters) => {
            ("is given for what can only be read", "take it out, or read with 1 or 3")
        }
    };
    table.tell(function.line, "write", message, mend);
    None
}

fn limits(table: &mut Table<'_>, written: bool) -> Option<(Decimal, Decimal)> {
    let (least, most) = (table.decimal("least"), table.decimal("most"));
    let line = least.or(most)?.line;
    if !written {
        table.tell(
            line,
            "least",
            "is given for what is not written",
            "take `least` and `most` out",
        );
    }
    let (Some(least), Some(most)) = (least, most) else {
        table.tell(line, "least", "comes without its other end", "give both `least` and `most`");
        return None;
    };
    if least.value.to_f64() > most.value.to_f64() {
        table.tell(least.line, "least", "is above `most`", "exchange them");
    }
    Some((least.value, most.value))
}
