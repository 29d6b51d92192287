//! What the lines of a campus have to carry, and what follows before any of them runs.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use onecard_devices::{
    line::bound::{Bound, Load, bound},
    modbus::Request,
    profile::{Profile, ReadPlan, Wanted, names},
    valve::wired::Wired,
};

use super::{Feeder, FeederMeter, Line, Power, Relay, Room, Valve};
use crate::campus::mistake::Mistake;

/// How often a meter is asked who it is.
pub const IDENTITY_EVERY: Duration = Duration::from_mins(10);

/// What a unit is waited for when its profile does not say, and nothing has been learnt.
const TURNAROUND: Duration = Duration::from_millis(20);

/// Longer than this at worst, a line is warned of where the campus says nothing.
const LONG: Duration = Duration::from_secs(3);

/// A line with all that hangs on it, and what follows.
#[derive(Debug, Clone)]
pub struct LineLoad<'a> {
    pub line: &'a Line,
    pub rooms: usize,
    /// The most samples that a room of it asks for before it trips.
    pub confirmation: u32,
    pub bound: Bound,
}

impl Power {
    /// What a line has to carry; `None` when there is no such line.
    #[must_use]
    pub fn load_of(&self, line: &str) -> Option<LineLoad<'_>> {
        let line = self.lines.get(line)?;
        let rooms: Vec<&Room> = self.rooms.values().filter(|room| room.line == line.id).collect();
        let meters = self.feeders.values().filter_map(|feeder| feeder.meter.as_ref());
        let meters = meters.filter(|meter| meter.line == line.id).map(FeederMeter::load);
        let valves = self.valves.values().filter(|valve| valve.line == line.id).map(Valve::load);
        let loads: Vec<Load> = rooms
            .iter()
            .map(|room| room.load(self.energy_every))
            .chain(meters)
            .chain(valves)
            .collect();
        let samples = rooms.iter().map(|room| room.settings.draft().confirmation_samples);
        let confirmation = samples.max().unwrap_or(1);
        let bound = bound(&line.serial, &loads, confirmation);
        Some(LineLoad { line, rooms: rooms.len(), confirmation, bound })
    }

    /// All lines with what they have to carry.
    pub fn loads(&self) -> impl Iterator<Item = LineLoad<'_>> {
        self.lines.keys().filter_map(|line| self.load_of(line))
    }

    /// What supplies a room, where that is watched.
    #[must_use]
    pub fn feeder_of(&self, room: &Room) -> Option<&Feeder> {
        self.feeders.get(room.feeder.as_ref()?)
    }
}

impl Room {
    /// Who its meter is, where it says.
    #[must_use]
    pub fn identity_plan(&self) -> Option<ReadPlan> {
        self.meter.plan(&[Wanted::all(names::SERIAL_NUMBER)]).ok()
    }

    fn load(&self, energy_every: Duration) -> Load {
        let requests =
            |plan: Option<ReadPlan>| plan.map(|plan| plan.requests().to_vec()).unwrap_or_default();
        let energy = requests(self.meter.energy_plan()).into_iter().map(|one| (one, energy_every));
        let identity = requests(self.identity_plan()).into_iter().map(|one| (one, IDENTITY_EVERY));
        Load {
            power: requests(self.meter.power_plan()),
            energy: energy.chain(identity).collect(),
            trip: self.relay.as_ref().and_then(Relay::trip),
            turnaround: turnaround(&self.meter),
            gap: self.meter.bus.gap_after_other,
        }
    }
}

impl Relay {
    /// What opens it, and what reads it back.
    fn trip(&self) -> Option<(Request, Request)> {
        let orders = self.profile.switch(names::RELAY, self.channel, "open").ok()?;
        let read_back = self.profile.relay_plan(self.channel)?;
        Some((orders.writes.last()?.clone(), read_back.requests().first()?.clone()))
    }
}

impl FeederMeter {
    fn load(&self) -> Load {
        let plan = self.profile.power_plan();
        Load {
            power: plan.map(|plan| plan.requests().to_vec()).unwrap_or_default(),
            energy: Vec::new(),
            trip: None,
            turnaround: turnaround(&self.profile),
            gap: self.profile.bus.gap_after_other,
        }
    }
}

/// How often a valve that water runs through is read.
const VALVE_EVERY: Duration = Duration::from_millis(500);

impl Valve {
    /// As if water ran all the time.
    fn load(&self) -> Load {
        let wired = Wired::new(Arc::clone(&self.profile), self.unit, self.channel);
        let requests = wired.map(|wired| wired.reading().to_vec()).unwrap_or_default();
        Load {
            power: Vec::new(),
            energy: requests.into_iter().map(|one| (one, VALVE_EVERY)).collect(),
            trip: None,
            turnaround: turnaround(&self.profile),
            gap: self.profile.bus.gap_after_other,
        }
    }
}

fn turnaround(profile: &Profile) -> Duration {
    profile.bus.turnaround_p99.unwrap_or(TURNAROUND)
}

/// Tells of lines on which an overload may last too long: a mistake where the campus says how long,
/// a warning where it does not.
pub(super) fn check(
    power: &Power,
    tables: &BTreeMap<String, (String, usize)>,
    asked: Option<Duration>,
    mistakes: &mut Vec<Mistake>,
    warnings: &mut Vec<Mistake>,
) {
    for LineLoad { line, rooms, bound, .. } in power.loads() {
        if bound.trip <= asked.unwrap_or(LONG) {
            continue;
        }
        let Some((file, place)) = tables.get(&line.id) else { continue };
        let wrong = Mistake {
            file: file.clone(),
            line: Some(*place),
            key: format!("lines.{}", line.id),
            message: format!(
                "an overload may last {:.1} s there with {rooms} rooms at {} baud{}",
                bound.trip.as_secs_f64(),
                line.serial.baud,
                asked
                    .map(|asked| format!(", and `power.worst_trip_ms = {}`", asked.as_millis()))
                    .unwrap_or_default(),
            ),
            mend: "put fewer rooms on it, or raise its baud".to_owned(),
        };
        if asked.is_some() { mistakes.push(wrong) } else { warnings.push(wrong) }
    }
}
