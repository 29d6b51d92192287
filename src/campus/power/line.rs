//! `[[lines]]`: where a Modbus line ends, and how fast its wire is.

use onecard_devices::{
    line::{driver::Endpoint, timing::Serial},
    modbus::frame::Framing,
    profile::Parity,
};
use onecard_rules::ids::RoomId;

use super::{Areas, Line, area, ranged};
use crate::campus::{mistake::Mistake, table::Table};

pub(super) fn line(table: &mut Table, areas: &Areas, mistakes: &mut Vec<Mistake>) -> Option<Line> {
    let expected = "a code such as \"north-3-a\"";
    // The same form as a room's, for it stands in topics too.
    let id = table.required::<RoomId>("id", expected, mistakes)?;
    table.call(format!("lines.{}", id.value));
    let area = area(table, areas, mistakes);
    let connect = table.required_text("connect", mistakes);
    let baud = ranged(table, "baud", 300, 1_000_000, mistakes).unwrap_or(9_600);
    let parities = [("none", Parity::None), ("even", Parity::Even), ("odd", Parity::Odd)];
    let parity = table.one_of("parity", &parities, mistakes).map_or(Parity::None, |p| p.value);
    let baud = u32::try_from(baud).unwrap_or(9_600);
    let connect = connect?;
    let endpoint = endpoint(&connect.value, baud, parity);
    if endpoint.is_none() {
        let message = format!("`{}` is not good", connect.value);
        let mend = "write \"tcp://host:502\" for Modbus TCP, \"rtu://host:4001\" for a transparent \
                    gateway, or \"serial:///dev/ttyUSB0\"";
        mistakes.push(table.mistake(connect.line, "connect", message, mend.to_owned()));
    }
    let bits_per_character = if parity == Parity::None { 10 } else { 11 };
    let serial = Serial { baud, bits_per_character };
    Some(Line { id: id.value.to_string(), area: area?, endpoint: endpoint?, serial })
}

fn endpoint(text: &str, baud: u32, parity: Parity) -> Option<Endpoint> {
    let (kind, rest) = text.split_once("://")?;
    let gateway = |framing| {
        let (host, port) = rest.rsplit_once(':')?;
        (!host.is_empty() && port.parse::<u16>().is_ok())
            .then(|| Endpoint::Tcp { address: rest.to_owned(), framing })
    };
    match kind {
        "tcp" => gateway(Framing::Tcp),
        "rtu" => gateway(Framing::Rtu),
        "serial" if !rest.is_empty() => {
            Some(Endpoint::Serial { path: rest.to_owned(), baud, parity })
        }
        _ => None,
    }
}
