//! `onecard why` and `onecard room`: the power of rooms, asked of a running controller.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use onecard_rules::ids::{AreaId, RoomId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ask::Controller, say};
use crate::power::{RoomView, Told};

/// In which language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lang {
    Zh,
    En,
    /// 中文 and English.
    Both,
}

/// Why a room is dark.
#[derive(Debug, Args)]
pub struct Why {
    room: RoomId,
    #[arg(long, value_enum, default_value = "both")]
    lang: Lang,
    #[command(flatten)]
    controller: Controller,
}

#[derive(Debug, Deserialize)]
struct WhyTold {
    zh: String,
    en: String,
}

pub fn run_why(verb: &Why) -> anyhow::Result<ExitCode> {
    let why: WhyTold = verb.controller.get(&format!("/api/rooms/{}/why", verb.room))?;
    if verb.lang != Lang::En {
        say(&why.zh);
    }
    if verb.lang != Lang::Zh {
        say(&why.en);
    }
    Ok(ExitCode::SUCCESS)
}

/// The power of rooms.
#[derive(Debug, Args)]
pub struct Room {
    #[command(subcommand)]
    verb: RoomVerb,
}

/// One room, or all within an area.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Whom {
    /// The room's code.
    room: Option<RoomId>,
    /// All rooms within this area: a floor, a building.
    #[arg(long)]
    area: Option<AreaId>,
}

#[derive(Debug, Subcommand)]
enum RoomVerb {
    /// List rooms, one a line: code, relay, watts, limit, why it is dark.
    List {
        /// Only rooms whose topics stand under this area.
        #[arg(long)]
        area: Option<AreaId>,
        /// Only rooms that somebody wants dark, or whose relay is open.
        #[arg(long)]
        dark: bool,
        #[command(flatten)]
        controller: Controller,
    },
    /// Show one room with all that is known of it.
    Show {
        room: RoomId,
        #[command(flatten)]
        controller: Controller,
    },
    /// Make a room, or all rooms within an area, dark.
    Cut {
        #[command(flatten)]
        whom: Whom,
        /// Why; it goes on record with your name, and the room is told.
        #[arg(long)]
        why: String,
        /// It ends by itself then, such as 2026-11-23T22:00:00+08:00.
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        #[command(flatten)]
        controller: Controller,
    },
    /// Take a cut back. Of a single room, also release a trip, and have its relay tried again.
    Restore {
        #[command(flatten)]
        whom: Whom,
        /// Why; it goes on record with your name.
        #[arg(long)]
        why: String,
        #[command(flatten)]
        controller: Controller,
    },
    /// Give a room, or all rooms within an area, other limits.
    Limit {
        #[command(flatten)]
        whom: Whom,
        /// In watts; never above what the circuit is rated for.
        #[arg(long)]
        watts: f64,
        /// At night; none unless given.
        #[arg(long)]
        night_watts: Option<f64>,
        /// Why; it goes on record with your name.
        #[arg(long)]
        why: String,
        #[command(flatten)]
        controller: Controller,
    },
    /// Put the meter that answers on record as the room's: it was exchanged.
    AcceptMeter {
        room: RoomId,
        /// Why; it goes on record with your name.
        #[arg(long)]
        why: String,
        #[command(flatten)]
        controller: Controller,
    },
}

pub fn run(verb: &Room) -> anyhow::Result<ExitCode> {
    match &verb.verb {
        RoomVerb::List { area, dark, controller } => {
            let rooms: Vec<RoomView> = controller.get("/api/rooms")?;
            let within =
                |room: &&RoomView| area.as_ref().is_none_or(|area| room.area == area.as_str());
            let is_dark = |room: &RoomView| !room.off.is_empty() || is_open(room);
            for room in rooms.iter().filter(within).filter(|room| !dark || is_dark(room)) {
                say(&in_short(room));
            }
        }
        RoomVerb::Show { room, controller } => {
            let room: RoomView = controller.get(&format!("/api/rooms/{room}"))?;
            show(&room);
        }
        RoomVerb::Cut { whom, why, until, controller } => {
            order(controller, whom, "cut", &json!({"why": why, "until": until}))?;
        }
        RoomVerb::Restore { whom, why, controller } => {
            order(controller, whom, "restore", &json!({"why": why}))?;
        }
        RoomVerb::Limit { whom, watts, night_watts, why, controller } => {
            let body = json!({"limit_w": watts, "night_limit_w": night_watts, "why": why});
            order(controller, whom, "limits", &body)?;
        }
        RoomVerb::AcceptMeter { room, why, controller } => {
            let path = format!("/api/rooms/{room}/meter");
            let room: RoomView = controller.post(&path, &json!({"why": why}))?;
            say(&in_short(&room));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What an order for an area came to.
#[derive(Debug, Deserialize)]
struct RoomsTold {
    rooms: Vec<String>,
    done_at: Option<String>,
}

fn order(controller: &Controller, whom: &Whom, verb: &str, body: &Value) -> anyhow::Result<()> {
    if let Some(room) = &whom.room {
        let room: RoomView = controller.post(&format!("/api/rooms/{room}/{verb}"), body)?;
        say(&in_short(&room));
    }
    if let Some(area) = &whom.area {
        let path = format!("/api/areas/{area}/rooms/{verb}");
        let told: RoomsTold = controller.post(&path, body)?;
        let last = told.done_at.map(|at| format!(", the last at {at}")).unwrap_or_default();
        say(&format!("{} rooms{last}: {}", told.rooms.len(), told.rooms.join(" ")));
    }
    Ok(())
}

fn is_open(room: &RoomView) -> bool {
    room.relay.as_deref() == Some("open")
}

fn watts(room: &RoomView) -> String {
    match (room.power_w, room.reading.as_str()) {
        (Some(watts), "fresh") => format!("{watts:.0} W"),
        (Some(watts), worth) => format!("{watts:.0} W ({worth})"),
        (None, _) => room.absence.clone().unwrap_or_else(|| "no reading".to_owned()),
    }
}

fn in_short(room: &RoomView) -> String {
    let relay = match room.relay.as_deref() {
        Some("open") => "dark",
        Some(_) => "on",
        None => "?",
    };
    let why = room.off.first().map(|off| format!("  {} {}", off.why_zh, off.why_en));
    let why = why.unwrap_or_default();
    format!("{:<16} {relay:<4} {:>14} of {:.0} W{why}", room.room, watts(room), room.limit_w)
}

fn show(room: &RoomView) {
    say(&format!("{}  {}  (area {}, line {})", room.room, room.name, room.area, room.line));
    say(&format!("relay     {}", room.relay.as_deref().unwrap_or("not known")));
    say(&format!("power     {} of {:.0} W", watts(room), room.limit_w));
    if let Some(night) = room.night_limit_w {
        say(&format!("at night  {night:.0} W"));
    }
    if let (Some(wh), Some(at)) = (room.energy_wh, &room.energy_at) {
        say(&format!("counter   {wh} Wh at {at}"));
    }
    if let Some(serial) = &room.meter_serial {
        say(&format!("meter     {serial}"));
    }
    if let Some(feeder) = &room.feeder {
        say(&format!("feeder    {feeder}"));
    }
    for alarm in &room.alarms {
        say(&format!("alarm     {alarm}"));
    }
    for Told { why_zh, why_en, next_zh, next_en } in &room.off {
        say(&format!("dark      {why_zh}{next_zh}"));
        say(&format!("          {why_en} {next_en}"));
    }
    for record in &room.commands {
        let to = if record.command.to == onecard_rules::power::relay::Position::Open {
            "open"
        } else {
            "close"
        };
        let outcome = record.outcome.map_or_else(
            || "under way".to_owned(),
            |(outcome, at)| format!("{outcome:?} at {at}").to_lowercase(),
        );
        say(&format!("command   {} to {to}: {outcome}", record.command.id));
    }
}
