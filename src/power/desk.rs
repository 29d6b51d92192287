//! One room's desk: its plans for reading, its orders for switching, and what answers mean to it.
//!
//! Nothing is decided here.

use std::time::Duration;

use onecard_devices::{
    line::{
        bound::Load,
        schedule::{Class, Manners, Poll, Work},
    },
    modbus::{Answer, Failure, Request},
    profile::{Orders, Profile, ReadPlan, Readings, Wanted},
};
use onecard_rules::{
    Time,
    power::{
        relay::{self, Command, Position},
        room::Input,
        sample::{Absence, Sample},
    },
};

use crate::campus::power::{Relay, Room};

/// What a work on a line is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// The regular reading of the room at this place.
    Reading(usize),
    /// A second look at it.
    Suspect(usize),
    /// Its relay read back.
    ReadBack(usize),
    /// A command to its relay.
    Switch { room: usize, command: u64 },
}

/// What a unit is waited for when its profile does not say, and nothing has been learnt.
const TURNAROUND: Duration = Duration::from_millis(20);

/// The plans of one room.
#[derive(Debug)]
pub struct Desk {
    reading: ReadPlan,
    relay: Option<(Relay, ReadPlan)>,
}

impl Desk {
    /// `None` when its meter measures no power; the campus folder refuses that.
    pub fn of(room: &Room) -> Option<Self> {
        let relay = room.relay.clone().and_then(|relay| {
            let mut wanted = vec![Wanted::channel("relay", relay.channel)];
            if relay.profile.point("locked").is_some() {
                wanted.push(Wanted::all("locked"));
            }
            let plan = relay.profile.plan(&wanted).ok()?;
            Some((relay, plan))
        });
        Some(Self { reading: room.meter.power_plan()?, relay })
    }

    /// How the room's units want to be talked to.
    pub fn manners(&self, room: &Room) -> Vec<(onecard_devices::modbus::Unit, Manners)> {
        let of = |profile: &Profile| Manners {
            gap_after_self: profile.bus.gap_after_self,
            gap_after_other: profile.bus.gap_after_other,
            turnaround: profile.bus.turnaround_p99,
        };
        let meter = (room.unit, of(&room.meter));
        let relay = self.relay.as_ref().map(|(relay, _)| (relay.unit, of(&relay.profile)));
        std::iter::once(meter).chain(relay.filter(|(unit, _)| *unit != room.unit)).collect()
    }

    /// The regular reading.
    pub fn poll(&self, room: &Room, at: usize) -> Poll<Tag> {
        Poll {
            unit: room.unit,
            requests: self.reading.requests().to_vec(),
            class: Class::Power,
            every: Duration::ZERO,
            tag: Tag::Reading(at),
        }
    }

    /// A second look.
    pub fn suspect(&self, room: &Room, at: usize) -> Work<Tag> {
        let requests = self.reading.requests().to_vec();
        Work::new(room.unit, requests, Class::Suspect, Tag::Suspect(at))
    }

    /// The relay's read-back; `None`: the room has no relay.
    pub fn read_back(&self, at: usize, urgent: bool) -> Option<Work<Tag>> {
        let (relay, plan) = self.relay.as_ref()?;
        let class = if urgent { Class::Trip } else { Class::Suspect };
        Some(Work::new(relay.unit, plan.requests().to_vec(), class, Tag::ReadBack(at)))
    }

    /// The orders that bring the relay where a command wants it.
    pub fn orders(&self, to: Position) -> Option<Orders> {
        let (relay, _) = self.relay.as_ref()?;
        relay.profile.switch("relay", relay.channel, super::view::position_word(to)).ok()
    }

    /// How long the relay needs before a read-back shows where it stands.
    pub fn settle(&self, to: Position) -> Duration {
        let verify = self.orders(to).and_then(|orders| orders.verify);
        verify.map_or(Duration::ZERO, |verify| verify.settle)
    }

    /// A command as work; `deadline` on the line's own scale.
    pub fn switch(&self, at: usize, command: &Command, deadline: Duration) -> Option<Work<Tag>> {
        let (relay, _) = self.relay.as_ref()?;
        let class = if command.urgent { Class::Trip } else { Class::Restore };
        let tag = Tag::Switch { room: at, command: command.id };
        let writes = self.orders(command.to)?.writes;
        Some(Work::new(relay.unit, writes, class, tag).by(deadline))
    }

    /// What the line must be able to carry for this room.
    pub fn load(&self, room: &Room) -> Load {
        let trip = self.orders(Position::Open).and_then(|orders| {
            let write = orders.writes.last()?.clone();
            let read = self.relay.as_ref()?.1.requests().first()?.clone();
            Some((write, read))
        });
        Load {
            power: self.reading.requests().to_vec(),
            energy: Vec::new(),
            trip,
            turnaround: room.meter.bus.turnaround_p99.unwrap_or(TURNAROUND),
            gap: room.meter.bus.gap_after_other,
        }
    }

    /// What a reading says of the room.
    pub fn sample(&self, result: Result<&[(Request, Answer)], Failure>, now: Time) -> Input {
        let answers = match result {
            Ok(answers) => answers,
            Err(Failure::Exception(_)) => return Input::Absent(Absence::Refused),
            Err(Failure::Spoilt) => return Input::Absent(Absence::Garbled),
            Err(Failure::Silent | Failure::LineDown | Failure::Expired) => {
                return Input::Absent(Absence::NoAnswer);
            }
        };
        let readings = decode(&self.reading, answers);
        let voltage_v = readings.measured("voltage_v");
        let active_power_w = readings.measured("active_power_w");
        let apparent = readings.measured("apparent_power_va").zip(voltage_v);
        // A meter that gives no current gives what it follows from.
        let current_a = readings
            .measured("current_a")
            .or_else(|| apparent.map(|(apparent, volts)| apparent / volts.max(1.0)))
            .or_else(|| active_power_w.zip(voltage_v).map(|(watts, volts)| watts / volts.max(1.0)));
        match (voltage_v, current_a, active_power_w) {
            (Some(voltage_v), Some(current_a), Some(active_power_w)) => {
                let reactive_power_var = readings.measured("reactive_power_var");
                Input::Sample(Sample {
                    at: now,
                    voltage_v,
                    current_a,
                    active_power_w,
                    reactive_power_var,
                })
            }
            _ => Input::Absent(Absence::Garbled),
        }
    }

    /// What a read-back says of the relay.
    pub fn position(&self, answers: &[(Request, Answer)]) -> Vec<relay::Input> {
        let Some((relay, plan)) = &self.relay else { return Vec::new() };
        let readings = decode(plan, answers);
        let locked = match readings.state("locked", 0) {
            Some("yes") => Some(relay::Input::LocallyLocked(true)),
            Some(_) => Some(relay::Input::LocallyLocked(false)),
            None => None,
        };
        let position = match readings.state("relay", relay.channel) {
            Some("open") => Some(relay::Input::Position(Position::Open)),
            Some("closed") => Some(relay::Input::Position(Position::Closed)),
            Some(_) | None => None,
        };
        locked.into_iter().chain(position).collect()
    }
}

fn decode(plan: &ReadPlan, answers: &[(Request, Answer)]) -> Readings {
    let outcomes: Vec<_> =
        answers.iter().map(|(request, answer)| (request.clone(), Ok(answer.clone()))).collect();
    plan.decode(&outcomes)
}
