//! The wiring of water: a valve and a reader for each tap, and the service behind both.

use std::{collections::HashMap, sync::Arc};

use actix::{Actor as _, Addr, AsyncContext as _};
use onecard_devices::{
    reader::{
        Reader,
        actor::{ReaderActor, Surroundings as ReaderSurroundings},
        wire::{Swipe, SwipeText},
    },
    valve::{
        Valve,
        actor::{Surroundings as ValveSurroundings, ValveActor},
    },
};
use onecard_rules::{event::DeviceKind, ids::ReaderId, reason::Reason, site};

use super::{Parts, stood};
use crate::{
    access::Access,
    alarms::Alarms,
    campus::{taps::Taps, tariffs::Tariffs},
    store::ledger::Ledger,
    switchboard::Switchboard,
    water::{self, Desk, Door, Water},
};

/// What taps are wired from beside what every device is; everything in it is loaded.
#[derive(Debug)]
pub struct TapParts {
    pub taps: Taps,
    pub tariffs: Tariffs,
    pub calendar: onecard_rules::calendar::Calendar,
    /// What was kept of taps, and of people's earlier charges.
    pub kept: Vec<(String, String)>,
    pub standings: Vec<(String, String)>,
    pub ledger: Ledger,
}

/// Starts what serves taps.
pub(super) fn start(
    parts: &Parts,
    taps: TapParts,
    access: &Addr<Access>,
    alarms: &Addr<Alarms>,
    switchboard: &mut Switchboard,
) -> Addr<Water> {
    Water::create(|context| {
        let water = context.address();
        let (mut valves, mut readers) = (HashMap::new(), HashMap::new());
        for tap in taps.taps.values() {
            let door = if tap.wired {
                Door::OnLine
            } else {
                valve(parts, &tap.site, &water, access, alarms, switchboard)
            };
            valves.insert(tap.site.id.clone(), door);
            let last = water::last_swipe(&taps.kept, &tap.site.id);
            let devices = (&water, access, alarms);
            let (id, desk) = reader(parts, &tap.site, last, devices, switchboard);
            readers.insert(id, desk);
        }
        Water::new(water::Parts {
            taps: taps.taps,
            tariffs: taps.tariffs,
            calendar: taps.calendar,
            zone: parts.site.zone,
            kept: taps.kept,
            standings: taps.standings,
            valves,
            readers,
            access: access.clone().recipient(),
            alarms: alarms.clone().recipient(),
            ledger: taps.ledger,
            journal: parts.journal.clone(),
            clock: parts.clock.clone(),
            metrics: parts.metrics.clone(),
        })
    })
}

fn valve(
    parts: &Parts,
    tap: &site::Tap,
    water: &Addr<Water>,
    access: &Addr<Access>,
    alarms: &Addr<Alarms>,
    switchboard: &mut Switchboard,
) -> Door {
    let mut valve = Valve::new(tap.id.clone(), &parts.run);
    let mut malformed = false;
    for standing in stood(parts, tap.area.as_str(), DeviceKind::Valve, tap.id.as_str()) {
        valve.recover(standing.alarm.reason);
        malformed |= standing.alarm.reason == Reason::MalformedMessage;
    }
    let around = ValveSurroundings {
        topics: parts.topics.clone(),
        area: tap.area.to_string(),
        zone: parts.site.zone,
        clock: parts.clock.clone(),
        told: water.clone().recipient(),
        alarms: alarms.clone().recipient(),
        refused: access.clone().recipient(),
    };
    let actor = ValveActor::new(valve, around, Arc::clone(&parts.link), malformed).start();
    let desk = (tap.area.to_string(), actor.clone().recipient());
    switchboard.valves.insert(tap.id.to_string(), desk);
    Door::Own(actor.recipient())
}

fn reader(
    parts: &Parts,
    tap: &site::Tap,
    last: Option<water::LastSwipe>,
    (water, access, alarms): (&Addr<Water>, &Addr<Access>, &Addr<Alarms>),
    switchboard: &mut Switchboard,
) -> (ReaderId, Desk) {
    let mut reader = Reader::new(tap.reader.clone(), tap.normaliser, parts.site.limits);
    if let Some(last) = last {
        let text = if last.code { SwipeText::Code(last.raw) } else { SwipeText::Card(last.raw) };
        let known = Swipe { text, at: last.presented_at, key: last.key, removed: false };
        reader.restore(&known, last.decision, last.at);
    }
    for standing in stood(parts, tap.area.as_str(), DeviceKind::Reader, tap.reader.as_str()) {
        reader.recover(standing.alarm.reason, parts.clock.now());
    }
    let around = ReaderSurroundings {
        topics: parts.topics.clone(),
        area: tap.area.to_string(),
        clock: parts.clock.clone(),
        presented: water.clone().recipient(),
        removed: Some(water.clone().recipient()),
        alarms: alarms.clone().recipient(),
        refused: access.clone().recipient(),
    };
    let actor = ReaderActor::new(reader, around, Arc::clone(&parts.link)).start();
    let heard = (tap.area.to_string(), actor.clone().recipient());
    switchboard.readers.insert(tap.reader.to_string(), heard);
    let desk = Desk { decided: actor.clone().recipient(), recorded: actor.recipient() };
    (tap.reader.clone(), desk)
}
