//! Whole dormitories: rooms with students on lines that listen, from a plan and a seed, and the
//! handles to see the truth and to meddle with it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use rand::{Rng, SeedableRng, rngs::SmallRng};

use crate::power::{
    appliance::Appliance,
    clock::WorldClock,
    faults::Fault,
    habits::{Habits, Rates, Socket, Switch},
    line::{Line, LineSettings},
    model::{Actuator, Model},
    room::{Overload, Room, SharedRoom, Truth},
    trace::Trace,
    unit::{NoContact, Unit},
};

/// A unit of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitPlan {
    /// 1 to 247.
    pub id: u8,
    pub model: Model,
    /// What it is wired to: a meter to one room, a board to one for each channel.
    pub rooms: Vec<String>,
}

/// A line of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct LinePlan {
    pub name: String,
    /// Where its gateway listens; port 0 takes a free one.
    pub listen: SocketAddr,
    pub settings: LineSettings,
    pub units: Vec<UnitPlan>,
}

/// What there is.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub lines: Vec<LinePlan>,
    /// Simulated seconds a second.
    pub speed: f64,
    /// The simulated time at the start, since midnight of day 0.
    pub begins: Duration,
    /// Above so many watts a room counts as overloaded.
    pub limit_w: f64,
    /// How students live; `None`: nobody is home.
    pub rates: Option<Rates>,
}

/// Why a plan cannot be built or a dormitory not started.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("there are two lines `{0}`; give each its own name")]
    TwoLines(String),
    #[error("line `{line}`: {id} is no unit id; take one of 1 to 247")]
    NoUnitId { line: String, id: u8 },
    #[error("line `{line}`: two units have the id {id}; give each its own")]
    TwoUnits { line: String, id: u8 },
    #[error("line `{line}`, unit {id}: {model:?} takes 1 to {most} rooms and not {count}")]
    Rooms { line: String, id: u8, model: Model, most: usize, count: usize },
    #[error("line `{line}`, unit {id}: room `{room}` has a contact already; wire it to one")]
    TwoContacts { line: String, id: u8, room: String },
    #[error("line `{line}` cannot listen at {at}: {error}; choose a free port, or 0 for any")]
    Listen { line: String, at: SocketAddr, error: io::Error },
}

/// Why nothing could be done to a unit.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoSuch {
    #[error("there is no line `{0}`; see the plan for the names")]
    Line(String),
    #[error("line `{line}` has no unit {id}; see the plan for the ids")]
    Unit { line: String, id: u8 },
    #[error(transparent)]
    Contact(#[from] NoContact),
}

impl Plan {
    /// Equal buildings of rooms, one unit for each room, on lines of so many units at free ports of
    /// the loopback. Rooms are called `b1-001` and on, lines `b1-line1` and on; units count from 1.
    #[must_use]
    pub fn of_buildings(
        buildings: usize,
        rooms: usize,
        units_a_line: u8,
        model: Model,
        settings: LineSettings,
    ) -> Self {
        let line = |building: usize, number: usize, first: usize| {
            let last = rooms.min(first + usize::from(units_a_line.max(1)) - 1);
            let units = (1..).zip(first..=last).map(|(id, room)| UnitPlan {
                id,
                model,
                rooms: vec![format!("b{building}-{room:03}")],
            });
            LinePlan {
                name: format!("b{building}-line{number}"),
                listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                settings,
                units: units.collect(),
            }
        };
        let lines = (1..=buildings).flat_map(|building| {
            let firsts = (1..=rooms).step_by(usize::from(units_a_line.max(1)));
            (1..).zip(firsts).map(move |(number, first)| line(building, number, first))
        });
        Self {
            lines: lines.collect(),
            speed: 1.0,
            begins: Duration::from_hours(19),
            limit_w: 1_200.0,
            rates: None,
        }
    }

    /// Looks for what contradicts itself.
    pub fn check(&self) -> Result<(), PlanError> {
        let mut names = BTreeSet::new();
        let mut contacts = BTreeSet::new();
        for line in &self.lines {
            let name = || line.name.clone();
            if !names.insert(&line.name) {
                return Err(PlanError::TwoLines(name()));
            }
            let mut ids = BTreeSet::new();
            for UnitPlan { id, model, rooms } in &line.units {
                let (id, model) = (*id, *model);
                if !(1..=247).contains(&id) {
                    return Err(PlanError::NoUnitId { line: name(), id });
                }
                if !ids.insert(id) {
                    return Err(PlanError::TwoUnits { line: name(), id });
                }
                let (most, count) = (model.most_rooms(), rooms.len());
                if !(1..=most).contains(&count) {
                    return Err(PlanError::Rooms { line: name(), id, model, most, count });
                }
                let switches = matches!(model.actuator(), Some(Actuator::Contact(_)));
                if let Some(room) = rooms.iter().find(|room| switches && !contacts.insert(*room)) {
                    return Err(PlanError::TwoContacts { line: name(), id, room: room.clone() });
                }
            }
        }
        Ok(())
    }
}

/// Dormitories that run and answer for as long as this lives.
#[derive(Debug)]
pub struct Dormitory {
    clock: WorldClock,
    rooms: BTreeMap<String, SharedRoom>,
    lines: BTreeMap<String, Line>,
}

impl Dormitory {
    /// Builds everything and listens. The same plan and seed give the same rooms, meters and
    /// turnarounds.
    pub async fn start(plan: Plan, seed: u64) -> Result<Self, PlanError> {
        plan.check()?;
        let mut rng = SmallRng::seed_from_u64(seed);
        let names: BTreeSet<_> =
            plan.lines.iter().flat_map(|line| &line.units).flat_map(|unit| &unit.rooms).collect();
        let rooms: BTreeMap<_, _> = names
            .into_iter()
            .map(|name| {
                let mut room = Room::new(plan.limit_w, plan.begins);
                if let Some(rates) = plan.rates {
                    room = room.with_habits(Habits::new(rates, rng.random()));
                }
                (name.clone(), SharedRoom::new(room))
            })
            .collect();
        let clock = WorldClock::starting_at(plan.begins, plan.speed);
        let mut lines = BTreeMap::new();
        for line in plan.lines {
            let build = |unit: UnitPlan| {
                let wired = unit.rooms.iter().filter_map(|name| rooms.get(name).cloned());
                let unit = Unit::new(unit.id, unit.model, wired.collect());
                // Meters were built in years ago: some 1 to 9 MWh.
                unit.with_reading(rng.random_range(1_000_000..9_000_000))
            };
            let units = line.units.into_iter().map(build).collect();
            let mut running = Line::new(line.settings, units, clock, rng.random());
            if let Err(error) = running.listen(line.listen).await {
                return Err(PlanError::Listen { line: line.name, at: line.listen, error });
            }
            lines.insert(line.name, running);
        }
        Ok(Self { clock, rooms, lines })
    }

    /// The simulated time.
    #[must_use]
    pub fn clock(&self) -> WorldClock {
        self.clock
    }

    /// The lines by name.
    #[must_use]
    pub fn lines(&self) -> &BTreeMap<String, Line> {
        &self.lines
    }

    /// Where a line listens.
    #[must_use]
    pub fn address(&self, line: &str) -> Option<SocketAddr> {
        self.lines.get(line)?.address()
    }

    /// The rooms by name: their switches, taps and supply.
    #[must_use]
    pub fn rooms(&self) -> &BTreeMap<String, SharedRoom> {
        &self.rooms
    }

    /// What is true of a room now.
    #[must_use]
    pub fn truth(&self, room: &str) -> Option<Truth> {
        Some(self.rooms.get(room)?.at(self.clock.now()).truth())
    }

    /// When a room was over its limit so far, and how each time ended.
    #[must_use]
    pub fn overloads(&self, room: &str) -> Option<Vec<Overload>> {
        Some(self.rooms.get(room)?.at(self.clock.now()).overloads().copied().collect())
    }

    /// Plugs an appliance into a room at a simulated time, or now if that is past. Gives its socket.
    pub fn inject(&self, room: &str, appliance: Appliance, at: Duration) -> Option<Socket> {
        Some(self.rooms.get(room)?.at(self.clock.now()).inject(appliance, at))
    }

    /// Unplugs what is at a socket, now.
    pub fn unplug(&self, room: &str, socket: Socket) -> Option<()> {
        let at = self.clock.now();
        let mut room = self.rooms.get(room)?.at(at);
        room.switch(Switch { at, socket, appliance: None });
        room.advance(at);
        Some(())
    }

    /// Draws a trace in a room from now on, beside what is plugged in.
    pub fn play(&self, room: &str, trace: Trace) -> Option<()> {
        self.rooms.get(room)?.at(self.clock.now()).play(trace);
        Some(())
    }

    /// Switches a fault of a unit on or off.
    pub fn fault(&self, line: &str, id: u8, fault: Fault, on: bool) -> Result<(), NoSuch> {
        self.with(line, id, |unit, now| {
            if on { unit.fault_on(fault, now) } else { unit.fault_off(fault, now) }
        })?
        .map_err(NoSuch::from)
    }

    /// Lets a meter lose its counters.
    pub fn reset_counters(&self, line: &str, id: u8) -> Result<(), NoSuch> {
        self.with(line, id, Unit::reset_counters)
    }

    fn with<T>(
        &self,
        line: &str,
        id: u8,
        act: impl FnOnce(&mut Unit, Duration) -> T,
    ) -> Result<T, NoSuch> {
        let running = self.lines.get(line).ok_or_else(|| NoSuch::Line(line.to_owned()))?;
        running.unit(id, act).ok_or_else(|| NoSuch::Unit { line: line.to_owned(), id })
    }
}
