//! `[[rooms]]`: a room with its meter, its relay and how it is protected.

use std::sync::Arc;

use onecard_devices::{modbus::Unit, profile::Profile};
use onecard_rules::ids::{RoomId, TariffId};

use super::{
    Areas, Names, Relay, Room, area, line_named, meter_unit, models::Models,
    protection::Protection, ranged, unit,
};
use crate::campus::{
    mistake::Mistake,
    table::{Lined, Table},
};

/// Who share a room that does not say.
const PEOPLE: i64 = 4;

type Known<'a> = (&'a Names, &'a Areas, &'a Protection);

pub(super) fn room(
    table: &mut Table,
    (names, areas, protection): Known<'_>,
    models: &mut Models,
    mistakes: &mut Vec<Mistake>,
) -> Option<Room> {
    let id = table.required::<RoomId>("id", "a code such as \"north-3-301\"", mistakes)?.value;
    table.call(format!("rooms.{id}"));
    let name = table.text("name", mistakes).map_or_else(|| id.to_string(), |name| name.value);
    let area = area(table, areas, mistakes);
    let line = line_named(table, names, mistakes);
    let unit = meter_unit(table, mistakes);
    let meter = models.meter(table, mistakes);
    let relay = relay(table, unit, meter.as_ref(), models, mistakes);
    let bears_a = meter.as_ref().and_then(|meter| meter.value.rating.current_a);
    let own = protection.read(table, mistakes);
    let settings = own.settings(bears_a, table, mistakes);
    let tariff = table.parsed::<TariffId>("tariff", "the id of a tariff", mistakes);
    let people = ranged(table, "people", 0, 1_000, mistakes).unwrap_or(PEOPLE);
    let exempt = table.flag("exempt", mistakes).unwrap_or(false);
    let lights_out = table.flag("lights_out", mistakes).unwrap_or(true);
    Some(Room {
        id,
        name,
        area: area?,
        line: line?,
        meter: meter?.value,
        unit: unit?,
        relay,
        settings: settings?,
        relay_interval_s: own.relay_interval_s,
        lights_out,
        tariff: tariff.map(|tariff| tariff.value),
        people: u32::try_from(people).unwrap_or(0),
        exempt,
        feeder: None,
    })
}

/// The relay of a room: its meter's own, or a channel of a board.
fn relay(
    table: &mut Table,
    unit_of_meter: Option<Unit>,
    meter: Option<&Lined<Arc<Profile>>>,
    models: &mut Models,
    mistakes: &mut Vec<Mistake>,
) -> Option<Relay> {
    let board = models.find(table, "relay", mistakes);
    let unit = unit(table, "relay_unit", mistakes);
    let channel = ranged(table, "relay_channel", 1, 64, mistakes);
    let switches = |profile: &Profile| profile.command("relay").is_some();
    match board {
        Some(board) if switches(&board.value) => {
            let channel = u16::try_from(channel.unwrap_or(1) - 1).unwrap_or(0);
            let channels = board.value.command("relay").map_or(0, |command| command.channels);
            if channel >= channels {
                let message = format!("`{}` has {channels} channels", board.value.identity.model);
                let mend = format!("give one from 1 to {channels}");
                let line = table.line_of("relay_channel");
                mistakes.push(table.mistake(line, "relay_channel", message, mend));
            }
            Some(Relay { profile: board.value, unit: unit.or(unit_of_meter)?, channel })
        }
        Some(board) => {
            let message = format!("`{}` switches nothing", board.value.identity.model);
            let mend = "name a relay board, a breaker or a meter with a relay".to_owned();
            mistakes.push(table.mistake(board.line, "relay", message, mend));
            None
        }
        None => {
            let meter = meter.filter(|meter| switches(&meter.value))?;
            Some(Relay { profile: Arc::clone(&meter.value), unit: unit_of_meter?, channel: 0 })
        }
    }
}
