//! Reading how a point's value lies in registers.

use crate::profile::{
    encoding::{Encoding, Kind, Order},
    point::Area,
    table::{Lined, Table},
};

/// What a type is called, of what it is, and in how many registers; 0: as the profile says.
const TYPES: [(&str, (Kind, u16)); 11] = [
    ("bit", (Kind::Bit, 1)),
    ("u16", (Kind::Unsigned, 1)),
    ("s16", (Kind::Signed, 1)),
    ("u32", (Kind::Unsigned, 2)),
    ("s32", (Kind::Signed, 2)),
    ("u64", (Kind::Unsigned, 4)),
    ("s64", (Kind::Signed, 4)),
    ("f32", (Kind::Float, 2)),
    ("f64", (Kind::Float, 4)),
    ("bcd", (Kind::Bcd, 0)),
    ("text", (Kind::Text, 0)),
];

/// Reads type, width, order and mask.
pub(super) fn encoding(table: &mut Table<'_>, area: Option<Area>) -> Option<Encoding> {
    let bits = area.is_some_and(Area::is_bits);
    if !table.has("type") && !bits {
        table.missing("type", "\"u16\"");
    }
    let kind = table.one_of("type", &TYPES);
    if let (Some(kind), Some(area)) = (kind, area)
        && area.is_bits() != (kind.value.0 == Kind::Bit)
    {
        let (message, mend) = if area.is_bits() {
            (
                "is a register's, though functions 1 and 2 read bits",
                "leave it out, or read with 3 or 4",
            )
        } else {
            (
                "is `bit`, though functions 3 and 4 read registers",
                "use `u16`, with `mask` or `bits`",
            )
        };
        table.tell(kind.line, "type", message, mend);
    }
    let asked = table.integer("registers", &(1..=16));
    let order = table.text("order");
    let mask = table.integer("mask", &(1..=i64::MAX));
    let (kind, registers) = match kind {
        Some(kind) => kind.value,
        None if bits => (Kind::Bit, 1),
        None => return None,
    };
    let registers = match (registers, asked) {
        (0, Some(asked)) => u16::try_from(asked.value).ok()?,
        (0, None) => {
            table.missing("registers", "3");
            return None;
        }
        (fixed, Some(asked)) => {
            let message = format!("is given though the type always takes {fixed}");
            table.tell(asked.line, "registers", message, "take it out");
            fixed
        }
        (fixed, None) => fixed,
    };
    let order = order.map_or(Some(Order::default()), |order| read_order(table, &order, registers));
    let mask = mask.and_then(|mask| read_mask(table, &mask, kind, registers));
    Some(Encoding { kind, registers, order: order?, mask })
}

fn read_order(table: &Table<'_>, order: &Lined<String>, registers: u16) -> Option<Order> {
    let known = Order::ALL.into_iter().find(|known| known.letters(registers) == order.value);
    if known.is_none() {
        let mut letters = Order::ALL.map(|known| known.letters(registers)).to_vec();
        letters.dedup();
        let message = format!("`{}` is no order of {registers} registers", order.value);
        let mend = format!("use one of {}", letters.join(", "));
        table.tell(order.line, "order", message, mend);
    }
    known
}

fn read_mask(table: &Table<'_>, mask: &Lined<i64>, kind: Kind, registers: u16) -> Option<u64> {
    let bits = u64::try_from(mask.value).ok()?;
    if kind != Kind::Unsigned {
        table.tell(
            mask.line,
            "mask",
            "is given for what is no unsigned number",
            "use u16, u32 or u64",
        );
    }
    if registers < 4 && bits >> (u32::from(registers) * 16) != 0 {
        let message = format!("is wider than {registers} registers");
        table.tell(mask.line, "mask", message, "take the upper bits out or use a wider type");
    }
    let lowest = bits >> bits.trailing_zeros();
    if lowest & (lowest + 1) != 0 {
        table.tell(mask.line, "mask", "has a hole", "name bits that lie side by side");
    }
    Some(bits)
}
