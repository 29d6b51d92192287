//! The wiring: starts every service and device, and shows who may tell whom.
//!
//! ```text
//! link ─> switchboard ─> reader ─> access ─> gate ─> link
//!                           ├──> alarms <──┘ │
//!                           └──> water ─> valve ─> link      (water ─> ledger ─> journal)
//!                                   └> journal <┘ ─> outbox ─> link, database
//! http ─> access, alarms, handovers, gates (questions and orders, answered after the commit)
//! switchboard ─> requests, which orders as http does ─> link
//! ```
//!
//! It starts things in the order in which they need each other; what they do is their own.

use std::{collections::HashMap, num::NonZeroU32, sync::Arc};

use actix::{Actor, Addr, Recipient};
use onecard_devices::{
    clock::SharedClock,
    gate::{
        Gate,
        actor::{GateActor, GetSnapshot, Surroundings as GateSurroundings},
    },
    link::Publish,
    reader::{
        Reader,
        actor::{ReaderActor, Surroundings as ReaderSurroundings},
        wire::{Swipe, SwipeText},
    },
    topic::Topics,
};
use onecard_rules::{
    alarm::{AlarmBoard, Standing},
    event::{DeviceKind, Subject},
    handover::HandoverBoard,
    ids::{GateId, ReaderId},
    reason::Reason,
    site::Site,
};
use tokio::sync::mpsc;

use crate::{
    access::{Access, GateDoor, ReaderDesk, Surroundings, state::AccessState},
    alarms::Alarms,
    handovers::Handovers,
    metrics::Metrics,
    requests,
    store::journal::{Journal, RecentSwipe},
    switchboard::Switchboard,
    water::Water,
};

mod taps;
pub use taps::TapParts;

/// What the services are wired from; everything in it is loaded.
pub struct Parts {
    pub site: Arc<Site>,
    pub alarms: AlarmBoard,
    pub handovers: HandoverBoard,
    /// The latest swipes on record, newest first.
    pub recent: Vec<RecentSwipe>,
    pub journal: Journal,
    pub clock: SharedClock,
    pub metrics: Metrics,
    pub link: Arc<dyn Publish>,
    pub topics: Topics,
    /// The controller's code in topics.
    pub controller: String,
    /// Names this run, in the ids of commands.
    pub run: String,
    /// Who takes requests.
    pub requests: mpsc::Sender<requests::Heard>,
    /// From how many swipes a second on processors are kept awake.
    pub awake_from: Option<NonZeroU32>,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("site", &self.site.id).finish_non_exhaustive()
    }
}

/// The running services.
#[derive(Debug)]
pub struct Services {
    pub access: Addr<Access>,
    pub alarms: Addr<Alarms>,
    pub water: Addr<Water>,
    pub handovers: Addr<Handovers>,
    pub gates: HashMap<GateId, Recipient<GetSnapshot>>,
    pub switchboard: Switchboard,
}

/// Starts all actors, on the arbiter that calls.
#[must_use]
pub fn start(parts: &Parts, state: AccessState, taps: TapParts) -> Services {
    let Parts { site, alarms, journal, clock, metrics, .. } = parts;
    let alarms = Alarms::new(alarms.clone(), journal.clone(), clock.clone(), metrics.clone());
    let alarms = alarms.start();
    let handovers = parts.handovers.clone();
    let handovers = Handovers::new(handovers, journal.clone(), clock.clone()).start();
    let mut switchboard = Switchboard {
        topics: parts.topics.clone(),
        readers: HashMap::new(),
        gates: HashMap::new(),
        valves: HashMap::new(),
        requests: parts.requests.clone(),
        metrics: metrics.clone(),
    };
    let mut gates = HashMap::new();
    let site = Arc::clone(site);
    let access = Access::create(|context| {
        let access = actix::AsyncContext::address(context);
        let (doors, snapshots) = start_gates(parts, &access, &alarms, &mut switchboard);
        let readers = start_readers(parts, &access, &alarms, &mut switchboard);
        gates = snapshots;
        let around = Surroundings {
            gates: doors,
            readers,
            alarms: alarms.clone().recipient(),
            journal: parts.journal.clone(),
            clock: parts.clock.clone(),
            metrics: parts.metrics.clone(),
            controller: parts.controller.clone(),
            awake_from: parts.awake_from,
        };
        Access::new(state, around)
    });
    let water = taps::start(parts, taps, &access, &alarms, &mut switchboard);
    tracing::info!(gates = site.gates.len(), readers = site.readers.len(), "devices are wired");
    Services { access, alarms, water, handovers, gates, switchboard }
}

type Doors = (HashMap<GateId, GateDoor>, HashMap<GateId, Recipient<GetSnapshot>>);

fn start_gates(
    parts: &Parts,
    access: &Addr<Access>,
    alarms: &Addr<Alarms>,
    switchboard: &mut Switchboard,
) -> Doors {
    let around = GateSurroundings {
        topics: parts.topics.clone(),
        zone: parts.site.zone,
        clock: parts.clock.clone(),
        passages: access.clone().recipient(),
        alarms: alarms.clone().recipient(),
        refused: access.clone().recipient(),
    };
    let mut doors = HashMap::new();
    let mut snapshots = HashMap::new();
    for site in parts.site.gates.values() {
        let mut gate = Gate::new(site.clone(), &parts.run);
        let mut malformed = false;
        for standing in stood(parts, site.area.as_str(), DeviceKind::Gate, site.id.as_str()) {
            gate.recover(standing.alarm.reason, standing.alarm.since);
            malformed |= standing.alarm.reason == Reason::MalformedMessage;
        }
        let actor = GateActor::new(gate, around.clone(), Arc::clone(&parts.link));
        let actor = actor.after_malformed(malformed).start();
        let desk = (site.area.to_string(), actor.clone().recipient());
        switchboard.gates.insert(site.id.to_string(), desk);
        snapshots.insert(site.id.clone(), actor.clone().recipient());
        let door = GateDoor { open: actor.clone().recipient(), set_mode: actor.recipient() };
        doors.insert(site.id.clone(), door);
    }
    (doors, snapshots)
}

fn start_readers(
    parts: &Parts,
    access: &Addr<Access>,
    alarms: &Addr<Alarms>,
    switchboard: &mut Switchboard,
) -> HashMap<ReaderId, ReaderDesk> {
    let mut readers: HashMap<&ReaderId, Reader> = parts
        .site
        .readers
        .values()
        .map(|reader| {
            let (id, normaliser) = (reader.id.clone(), reader.normaliser);
            (&reader.id, Reader::new(id, normaliser, parts.site.limits))
        })
        .collect();
    for swipe in parts.recent.iter().rev() {
        restore(&mut readers, swipe);
    }
    let mut desks = HashMap::new();
    for (id, mut reader) in readers {
        let gate = parts.site.readers.get(id).map(|reader| &reader.gate);
        let gate = gate.and_then(|gate| parts.site.gates.get(gate));
        let area = gate.map(|gate| gate.area.to_string()).unwrap_or_default();
        for standing in stood(parts, &area, DeviceKind::Reader, id.as_str()) {
            reader.recover(standing.alarm.reason, parts.clock.now());
        }
        let around = ReaderSurroundings {
            topics: parts.topics.clone(),
            area: area.clone(),
            clock: parts.clock.clone(),
            presented: access.clone().recipient(),
            removed: None,
            alarms: alarms.clone().recipient(),
            refused: access.clone().recipient(),
        };
        let actor = ReaderActor::new(reader, around, Arc::clone(&parts.link)).start();
        switchboard.readers.insert(id.to_string(), (area, actor.clone().recipient()));
        let desk = ReaderDesk { decided: actor.clone().recipient(), recorded: actor.recipient() };
        desks.insert(id.clone(), desk);
    }
    desks
}

/// The alarms of a device that stood when the controller was last in charge.
fn stood<'a>(parts: &'a Parts, area: &str, kind: DeviceKind, device: &str) -> Vec<&'a Standing> {
    let (area, device) = (area.to_owned(), device.to_owned());
    parts.alarms.of(&Subject { area, kind, device })
}

/// Gives a swipe on record back to its reader's memory, so that a copy of it is known.
fn restore(readers: &mut HashMap<&ReaderId, Reader>, swipe: &RecentSwipe) {
    let Some(reader) = readers.get_mut(&swipe.reader) else { return };
    let Some(raw) = &swipe.raw else { return };
    let text = match swipe.card {
        Some(_) => SwipeText::Card(raw.clone()),
        None => SwipeText::Code(raw.clone()),
    };
    let key = swipe.swipe.as_ref().map(|key| (key.boot, key.seq));
    let known = Swipe { text, at: swipe.presented_at, key, removed: false };
    reader.restore(&known, swipe.decision.clone(), swipe.at);
}
