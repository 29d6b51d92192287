//! People and devices together: who stands at which reader, who walks through which gate, and what
//! the faults do to it all.
//!
//! No IO: times are arguments, messages come in and go out as values. `campus` moves them.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
    sync::Arc,
    time::Duration,
};

use onecard_devices::topic::Topics;
use onecard_rules::{Time, person::Card, site::Direction};
use serde::Serialize;

use crate::{
    campus::Encode,
    faults::{Fault, FaultCounts, FaultDice},
    gate::{GateSim, Obeyed},
    habits::{Habits, SimTime},
    line::DeviceAt,
    map::Map,
    outbox::{Publication, Token},
    reader::ReaderSim,
};

mod lane;
use lane::{Guest, Lane};

/// Most people who queue at one reader; whoever comes later turns away.
const QUEUE: usize = 40;

/// What came of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub swipes: u64,
    pub opened: u64,
    pub refused: u64,
    pub passed: u64,
    /// People whom nothing answered.
    pub unanswered: u64,
    /// Commands that came after their deadline, or that no gate understands.
    pub ignored_commands: u64,
    /// Connections that were lost, on purpose or not.
    pub lost_connections: u64,
    pub faults: FaultCounts,
}

#[derive(Debug)]
enum Timer {
    /// The next guest presents a card.
    Next {
        reader: usize,
    },
    GiveUp {
        reader: usize,
        turn: u64,
    },
    Walk {
        reader: usize,
        turn: u64,
    },
    Gate {
        gate: usize,
    },
    Deliver {
        device: DeviceAt,
        publication: Publication,
    },
}

/// Everything that the simulated campus is.
pub struct World {
    map: Arc<Map>,
    readers: Vec<ReaderSim>,
    gates: Vec<GateSim>,
    lanes: Vec<Lane>,
    topics: HashMap<String, DeviceAt>,
    gate_of_reader: Vec<Option<usize>>,
    pockets: Vec<Option<Card>>,
    encode: Encode,
    habits: Habits,
    dice: FaultDice,
    timers: BinaryHeap<Reverse<(Time, u64)>>,
    due: BTreeMap<u64, Timer>,
    next_timer: u64,
    /// What is to be published, in order.
    pub out: Vec<(DeviceAt, Publication)>,
    /// Readers whose connection is to be cut.
    pub cuts: Vec<DeviceAt>,
    pub summary: Summary,
}

impl World {
    /// `pockets` holds each person's card, in the order in which `habits` knows the people.
    pub fn new(
        map: Arc<Map>,
        topics: &Topics,
        habits: Habits,
        pockets: Vec<Option<Card>>,
        encode: Encode,
        dice: FaultDice,
        boot: u64,
    ) -> Self {
        let gates: Vec<_> = map
            .gates
            .iter()
            .map(|gate| GateSim::new(topics, gate.area.as_str(), gate.id.clone(), gate.sensor))
            .collect();
        let mut readers = Vec::new();
        let mut gate_of_reader = Vec::new();
        for reader in &map.readers {
            let gate = map.gates.iter().position(|gate| gate.id == reader.gate);
            let area = gate.and_then(|at| map.gates.get(at)).map_or("_", |gate| gate.area.as_str());
            readers.push(ReaderSim::new(topics, area, reader.id.clone(), boot));
            gate_of_reader.push(gate);
        }
        let commands = gates.iter().enumerate();
        let commands =
            commands.map(|(at, gate)| (gate.command_topic().to_owned(), DeviceAt::Gate(at)));
        let feedback = readers.iter().enumerate();
        let feedback =
            feedback.map(|(at, reader)| (reader.feedback_topic().to_owned(), DeviceAt::Reader(at)));
        let by_topic = commands.chain(feedback).collect();
        let lanes = readers.iter().map(|_| Lane::default()).collect();
        Self {
            map,
            readers,
            gates,
            lanes,
            topics: by_topic,
            gate_of_reader,
            pockets,
            encode,
            habits,
            dice,
            timers: BinaryHeap::new(),
            due: BTreeMap::new(),
            next_timer: 0,
            out: Vec::new(),
            cuts: Vec::new(),
            summary: Summary::default(),
        }
    }

    /// All devices, readers first.
    pub fn devices(&self) -> Vec<DeviceAt> {
        let readers = (0..self.readers.len()).map(DeviceAt::Reader);
        readers.chain((0..self.gates.len()).map(DeviceAt::Gate)).collect()
    }

    /// What a device listens to, and what it says at last.
    pub fn contract(&self, device: DeviceAt) -> Option<(String, Publication)> {
        match device {
            DeviceAt::Reader(at) => {
                self.readers.get(at).map(|r| (r.feedback_topic().to_owned(), r.farewell()))
            }
            DeviceAt::Gate(at) => {
                self.gates.get(at).map(|g| (g.command_topic().to_owned(), g.farewell()))
            }
        }
    }

    /// A device is connected: it says how it stands and sends again what nobody acknowledged.
    pub fn connected(&mut self, device: DeviceAt, now: Time) {
        let told = match device {
            DeviceAt::Reader(at) => self.readers.get(at).map(ReaderSim::connected),
            DeviceAt::Gate(at) => self.gates.get(at).map(|gate| gate.connected(now)),
        };
        self.out.extend(told.into_iter().flatten().map(|publication| (device, publication)));
    }

    pub fn acknowledged(&mut self, device: DeviceAt, token: Token) {
        match device {
            DeviceAt::Reader(at) => {
                if let Some(reader) = self.readers.get_mut(at) {
                    reader.acknowledged(token);
                }
            }
            DeviceAt::Gate(at) => {
                if let Some(gate) = self.gates.get_mut(at) {
                    gate.acknowledged(token);
                }
            }
        }
    }

    /// A message for one of the devices arrived.
    pub fn message(&mut self, topic: &str, payload: &[u8], now: Time, sim: SimTime) {
        match self.topics.get(topic).copied() {
            Some(DeviceAt::Reader(reader)) => {
                match ReaderSim::read_feedback(payload).map(|feedback| feedback.granted) {
                    Some(true) => self.start_walking(reader, now),
                    Some(false) => self.refused(reader, now, sim),
                    None => {}
                }
            }
            Some(DeviceAt::Gate(gate)) => self.command(gate, payload, now),
            None => {}
        }
    }

    /// When it must be called again for the devices' sake; the people's is [`Habits::next_at`].
    pub fn next_deadline(&self) -> Option<Time> {
        self.timers.peek().map(|Reverse((at, _))| *at)
    }

    /// When the next person sets out.
    pub fn next_step(&self) -> Option<SimTime> {
        self.habits.next_at()
    }

    /// Somebody who has nothing better to do sets out now.
    pub fn stir(&mut self, sim: SimTime) {
        self.habits.stir(1, sim, 0);
    }

    /// Does what is due.
    pub fn advance(&mut self, now: Time, sim: SimTime) {
        while let Some(step) = self.habits.step(sim) {
            let way = self.map.ways.get(step.way).and_then(|way| way.reader);
            let lane = way.and_then(|reader| Some((reader, self.lanes.get_mut(reader)?)));
            match lane {
                Some((reader, lane)) if lane.queue.len() < QUEUE => {
                    lane.queue.push_back(Guest::Person { person: step.person, way: step.way });
                    self.call_next(reader, now, Duration::ZERO);
                }
                Some(_) | None => self.habits.turned_away(step.person, sim),
            }
        }
        while let Some(Reverse((at, id))) = self.timers.peek().copied() {
            if at > now {
                break;
            }
            self.timers.pop();
            if let Some(timer) = self.due.remove(&id) {
                self.timer(timer, now, sim);
            }
        }
    }

    fn timer(&mut self, timer: Timer, now: Time, sim: SimTime) {
        match timer {
            Timer::Next { reader } => self.present(reader, now),
            Timer::GiveUp { reader, turn } => {
                let lane = self.lanes.get(reader);
                if lane.is_some_and(|lane| lane.turn == turn && !lane.walking) {
                    self.summary.unanswered += 1;
                    self.turn_away(reader, now, sim);
                }
            }
            Timer::Walk { reader, turn } => self.walk(reader, turn, now, sim),
            Timer::Gate { gate } => {
                let said = self.gates.get_mut(gate).map(|gate| gate.handle_deadline(now));
                self.say(DeviceAt::Gate(gate), said.unwrap_or_default());
                self.watch_gate(gate);
            }
            Timer::Deliver { device, publication } => self.out.push((device, publication)),
        }
    }

    fn command(&mut self, at: usize, payload: &[u8], now: Time) {
        if self.dice.comes(Fault::SilentGate) {
            return;
        }
        let Some(gate) = self.gates.get_mut(at) else { return };
        let (obeyed, mut said) = gate.handle_command(payload, now);
        match obeyed {
            Obeyed::Opened(direction) => {
                self.summary.opened += 1;
                if self.dice.comes(Fault::HeldDoor) {
                    gate.hold(now + Duration::from_secs(45));
                }
                if self.dice.comes(Fault::Bounce) {
                    said.extend(gate.bounce(now));
                }
                for reader in self.readers_of(at, direction) {
                    self.start_walking(reader, now);
                }
            }
            Obeyed::Stands => {}
            Obeyed::TooLate | Obeyed::NotUnderstood => self.summary.ignored_commands += 1,
        }
        self.say(DeviceAt::Gate(at), said);
        self.watch_gate(at);
    }

    fn readers_of(&self, gate: usize, direction: Direction) -> Vec<usize> {
        let ways = self.map.ways.iter();
        ways.filter(|way| way.gate == gate && way.direction == direction)
            .filter_map(|way| way.reader)
            .collect()
    }

    fn say(&mut self, device: DeviceAt, said: Vec<Publication>) {
        self.out.extend(said.into_iter().map(|publication| (device, publication)));
    }

    fn watch_gate(&mut self, gate: usize) {
        if let Some(at) = self.gates.get(gate).and_then(GateSim::next_deadline) {
            self.set(at, Timer::Gate { gate });
        }
    }

    fn set(&mut self, at: Time, timer: Timer) {
        self.next_timer += 1;
        self.timers.push(Reverse((at, self.next_timer)));
        self.due.insert(self.next_timer, timer);
    }

    /// What came of it all so far.
    pub fn report(&self) -> Summary {
        Summary { faults: self.dice.counts(), ..self.summary }
    }
}

#[cfg(test)]
mod tests;
