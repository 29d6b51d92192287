//! `[[feeders]]`: what supplies some rooms together, and how much it bears.

use std::collections::BTreeSet;

use onecard_rules::{
    ids::{AreaId, FeederId, RoomId},
    power::feeder::{FeederMistake, FeederSettings},
};

use super::{
    Areas, Feeder, FeederMeter, Names, Power, Wired, area, line_named, meter_unit, models::Models,
    wire,
};
use crate::campus::{
    mistake::{Mistake, mend_by},
    table::Table,
};

/// Depth of areas within each other; loops are told where areas are read.
const DEPTH: usize = 64;

pub(super) fn feeder(
    table: &mut Table,
    known: (&Names, &Areas),
    power: &mut Power,
    models: &mut Models,
    wired: &mut Wired,
    mistakes: &mut Vec<Mistake>,
) -> Option<Feeder> {
    let (names, areas) = known;
    let id = table.required::<FeederId>("id", "a code such as \"north-3\"", mistakes)?;
    let line = id.line;
    let id = id.value;
    table.call(format!("feeders.{id}"));
    if power.feeders.contains_key(&id) {
        let mend = "give one of them another id".to_owned();
        mistakes.push(table.mistake(line, "id", format!("`{id}` is there twice"), mend));
    }
    let name = table.text("name", mistakes).map_or_else(|| id.to_string(), |name| name.value);
    let area = area(table, areas, mistakes);
    let meter = meter(table, id.as_str(), names, models, wired, mistakes);
    let settings = settings(table, names, mistakes);
    let area = area?;
    let rooms = rooms(table, &id, &area, known, power, mistakes);
    Some(Feeder { id, name, area, settings: settings?, rooms, meter: meter.ok()? })
}

/// The rooms of a feeder: those it lists, or all of its area and within.
fn rooms(
    table: &mut Table,
    id: &FeederId,
    area: &AreaId,
    (names, areas): (&Names, &Areas),
    power: &mut Power,
    mistakes: &mut Vec<Mistake>,
) -> BTreeSet<RoomId> {
    let line = table.line_of("rooms");
    let rooms: BTreeSet<RoomId> = if table.has("rooms") {
        named_rooms(table, "rooms", names, mistakes)
    } else {
        let all = power.rooms.values().filter(|room| is_within(areas, &room.area, area));
        all.map(|room| room.id.clone()).collect()
    };
    if rooms.is_empty() && names.rooms.len() == power.rooms.len() {
        let mend = "list its `rooms`, or name the `area` that they are in".to_owned();
        mistakes.push(table.mistake(line, "rooms", "has no room".to_owned(), mend));
    }
    for room in &rooms {
        let Some(room) = power.rooms.get_mut(room) else { continue };
        if let Some(other) = room.feeder.replace(id.clone()) {
            let message = format!("`{}` hangs on feeder `{other}` too", room.id);
            let mend = "let each room hang on one feeder".to_owned();
            mistakes.push(table.mistake(line, "rooms", message, mend));
        }
    }
    rooms
}

fn named_rooms(
    table: &mut Table,
    key: &'static str,
    names: &Names,
    mistakes: &mut Vec<Mistake>,
) -> BTreeSet<RoomId> {
    let mut rooms = BTreeSet::new();
    for text in table.texts(key, mistakes) {
        if names.rooms.contains(&text.value) {
            rooms.extend(RoomId::new(&text.value));
        } else {
            let mend = mend_by(&text.value, names.rooms.iter().map(String::as_str));
            let message = format!("no room is called `{}`", text.value);
            mistakes.push(table.mistake(text.line, key, message, mend));
        }
    }
    rooms
}

fn is_within(areas: &Areas, inner: &AreaId, outer: &AreaId) -> bool {
    let around = std::iter::successors(Some(inner), |area| {
        areas.get(*area).and_then(|area| area.value.parent.as_ref())
    });
    around.take(DEPTH).any(|area| area == outer)
}

/// Its own meter; `Err`: one is named that is none.
fn meter(
    table: &mut Table,
    owner: &str,
    names: &Names,
    models: &mut Models,
    wired: &mut Wired,
    mistakes: &mut Vec<Mistake>,
) -> Result<Option<FeederMeter>, ()> {
    if !table.has("meter") {
        for key in ["line", "unit"] {
            if let Some(line) = table.drop_key(key) {
                let message = "stands without a `meter`".to_owned();
                let mend = "name the model of the feeder's meter, or take it out".to_owned();
                mistakes.push(table.mistake(line, key, message, mend));
            }
        }
        return Ok(None);
    }
    let profile = models.meter(table, mistakes);
    let line = line_named(table, names, mistakes);
    let unit = meter_unit(table, mistakes);
    let (Some(profile), Some(line), Some(unit)) = (profile, line, unit) else { return Err(()) };
    wire(wired, table, (&line, unit, None), owner, mistakes);
    Ok(Some(FeederMeter { profile: profile.value, line, unit }))
}

fn settings(
    table: &mut Table,
    names: &Names,
    mistakes: &mut Vec<Mistake>,
) -> Option<FeederSettings> {
    const WATTS: std::ops::RangeInclusive<f64> = 1.0..=100_000_000.0;
    if !table.has("limit_w") {
        let mend = "add what the feeder may carry, in watts".to_owned();
        mistakes.push(table.mistake(table.line(), "limit_w", "is missing".to_owned(), mend));
    }
    let limit_w = table.number("limit_w", &WATTS, mistakes).map(|limit| limit.value);
    let mut number = |key, least: f64, most: f64| {
        table.number(key, &(least..=most), mistakes).map(|number| number.value)
    };
    let rating_w = number("rated_w", 1.0, 100_000_000.0);
    let target_w = number("target_w", 0.0, 100_000_000.0);
    let step_delay_s = number("step_s", 0.1, 3_600.0).unwrap_or(10.0);
    let inrush_w = number("inrush_w", 0.0, 100_000_000.0);
    let rotate_after_s = number("rotate_after_s", 60.0, 86_400.0).unwrap_or(1_800.0);
    let samples = table.integer("confirmation_samples", &(1..101), mistakes);
    let exempt = named_rooms(table, "exempt", names, mistakes);
    let limit_w = limit_w?;
    let settings = FeederSettings {
        limit_w,
        target_w: target_w.unwrap_or(limit_w * 0.9),
        confirmation_samples: samples.map_or(3, |n| u32::try_from(n.value).unwrap_or(3)),
        step_delay_s,
        inrush_cap_w: inrush_w.unwrap_or(limit_w * 0.2),
        rotate_after_s,
        exempt,
    };
    if let Err(wrong) = settings.check(rating_w.unwrap_or(limit_w)) {
        let key = match &wrong {
            FeederMistake::Range { field, .. } => field,
            FeederMistake::TargetAboveLimit { .. } => "target_w",
            FeederMistake::AboveRating { .. } => "limit_w",
        };
        let told = wrong.to_string();
        let (message, mend) = told.split_once("; ").unwrap_or((&told, "change it"));
        let (message, mend) = (message.to_owned(), mend.to_owned());
        mistakes.push(table.mistake(table.line_of(key), key, message, mend));
        return None;
    }
    Some(settings)
}
