//! Reading one command.

use std::{collections::BTreeMap, time::Duration};

use super::{Placed, address, channels, evidence, milliseconds};
use crate::{
    modbus::MOST_REGISTERS_WRITTEN,
    profile::{
        command::{Action, Command, Timer},
        point::{Evidence, WriteFunction},
        table::Table,
    },
};

/// Reads one command; `None` when too much of it is wrong.
pub(super) fn command(
    name: String,
    mut table: Table<'_>,
    default: Option<&Evidence>,
) -> Option<Placed<Command>> {
    let (line, lines) = (table.line(), table.lines());
    let write = function(&mut table);
    let (channels, stride) = channels(&mut table, 1);
    let reach = u32::from(stride) * u32::from(channels.saturating_sub(1)) + 1;
    let address = address(&mut table, reach);
    let action = match table.table("timer") {
        Some(clock) => {
            for key in ["states", "release"] {
                if table.has(key) {
                    table.tell(line, key, "is given beside `timer`", "make two commands of it");
                    table.take(key);
                }
            }
            read_timer(clock).map(Action::Timed)
        }
        None => switch(&mut table, write),
    };
    let verify = table.text("verify").map(|point| point.value);
    let settle = milliseconds(&mut table, "settle_ms").unwrap_or_default();
    let evidence = evidence(&mut table, default);
    table.finish();
    let item = Command {
        name,
        write: write?,
        address: address?,
        channels,
        stride,
        action: action?,
        verify,
        settle,
        evidence: evidence?,
    };
    Some(Placed { item, line, lines })
}

fn function(table: &mut Table<'_>) -> Option<WriteFunction> {
    if !table.has("write") {
        table.missing("write", "5");
    }
    let function = table.integer("write", &(1..=255))?;
    match function.value {
        5 => Some(WriteFunction::Coil),
        6 => Some(WriteFunction::Register),
        15 => Some(WriteFunction::Coils),
        16 => Some(WriteFunction::Registers),
        other => {
            let message = format!("is {other}, which is no standard function that writes");
            let mend = "use 5, 6, 15 or 16; a maker's private function cannot be offered";
            table.tell(function.line, "write", message, mend);
            None
        }
    }
}

fn switch(table: &mut Table<'_>, write: Option<WriteFunction>) -> Option<Action> {
    if !table.has("states") && !table.has("timer") {
        table.missing("states", "{ closed = 0xFF00, open = 0x0000 }");
    }
    let states = table.named_words("states");
    let release = table.words("release");
    let most = match write {
        Some(WriteFunction::Coil | WriteFunction::Register) => 1,
        Some(WriteFunction::Coils | WriteFunction::Registers) | None => MOST_REGISTERS_WRITTEN,
    };
    let mut known: BTreeMap<String, Vec<u16>> = BTreeMap::new();
    let states = states?;
    for (state, words) in states.value {
        if words.len() > most {
            let message =
                format!("`{state}` has {} values, more than the function writes", words.len());
            table.tell(states.line, "states", message, "use function 16, or one value");
        }
        if let Some((other, _)) = known.iter().find(|(_, other)| **other == words) {
            let message = format!("writes the same for `{other}` and `{state}`");
            table.tell(states.line, "states", message, "give each state a value of its own");
        }
        known.insert(state, words);
    }
    if let Some(release) = &release
        && release.value.len() > most
    {
        let message = format!("has {} values, more than the function writes", release.value.len());
        table.tell(release.line, "release", message, "use function 16, or one value");
    }
    Some(Action::Switch { states: known, release: release.map(|release| release.value) })
}

fn read_timer(mut table: Table<'_>) -> Option<Timer> {
    for (key, example) in [("unit_ms", "100"), ("most", "255"), ("state", "\"closed\"")] {
        if !table.has(key) {
            table.missing(key, example);
        }
    }
    if !table.has("afterwards") {
        table.missing("afterwards", "\"open\"");
    }
    let base = table.number("base", &(0..=0xFFFF)).unwrap_or(0_u16);
    let unit = table.number("unit_ms", &(1..=3_600_000)).map(Duration::from_millis);
    let most = table.integer("most", &(1..=0xFFFF));
    if let Some(most) = most
        && most.value + i64::from(base) > 0xFFFF
    {
        let message = "and `base` are together beyond a register, 0xFFFF";
        table.tell(most.line, "most", message, "lower one of them");
    }
    let state = table.text("state").map(|state| state.value);
    let afterwards = table.text("afterwards");
    if let (Some(state), Some(afterwards)) = (&state, &afterwards)
        && *state == afterwards.value
    {
        let message = format!("is `{state}`, as while the time runs");
        table.tell(afterwards.line, "afterwards", message, "name the state that comes after it");
    }
    let cancel = table.integer("cancel", &(0..=0xFFFF));
    let blocks_switch = table.flag("blocks_switch").unwrap_or(false);
    if blocks_switch && cancel.is_none() {
        let message = "is missing though the time keeps the device from obeying a switch";
        table.tell(table.line(), "cancel", message, "add the value that ends the time");
    }
    table.finish();
    Some(Timer {
        base,
        unit: unit?,
        most: u16::try_from(most?.value).ok()?,
        state: state?,
        afterwards: afterwards?.value,
        cancel: cancel.and_then(|cancel| u16::try_from(cancel.value).ok()),
        blocks_switch,
    })
}
