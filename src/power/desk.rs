//! One room's desk: its plans for reading, its orders for switching, and what answers mean to it.
//!
//! Nothing is decided here.

use std::time::Duration;

use onecard_devices::{
    line::schedule::{Class, Manners, Poll, Work},
    modbus::{Answer, Failure, Request, Unit},
    profile::{Count, Orders, Profile, ReadPlan, Readings, Value, Wanted, names},
};
use onecard_rules::{
    Time,
    power::{
        relay::{self, Command, Position},
        room::Input,
        sample::{Absence, Sample},
    },
};

use crate::campus::power::{IDENTITY_EVERY, Relay, Room};

/// What a work on a line is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// The regular reading of the room at this place.
    Reading(usize),
    /// A second look at it.
    Suspect(usize),
    /// Its relay read back.
    ReadBack(usize),
    /// Its energy counter.
    Energy(usize),
    /// Who its meter is.
    Identity(usize),
    /// The own meter of the feeder at this place.
    Feeder(usize),
    /// The valve at this place: its register and how it stands.
    Valve(usize),
    /// A command to it.
    Turn(usize),
    /// A command to its relay.
    Switch { room: usize, command: u64 },
}

/// The plans of one room.
#[derive(Debug)]
pub struct Desk {
    reading: ReadPlan,
    energy: Option<ReadPlan>,
    identity: Option<ReadPlan>,
    relay: Option<(Relay, ReadPlan)>,
}

/// How a model wants to be talked to.
pub fn manners(profile: &Profile) -> Manners {
    Manners {
        gap_after_self: profile.bus.gap_after_self,
        gap_after_other: profile.bus.gap_after_other,
        turnaround: profile.bus.turnaround_p99,
    }
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
        Some(Self {
            reading: room.meter.power_plan()?,
            energy: room.meter.energy_plan(),
            identity: room.identity_plan(),
            relay,
        })
    }

    /// Whether its meter has a number to be known by.
    pub fn has_identity(&self) -> bool {
        self.identity.is_some()
    }

    /// How the room's units want to be talked to.
    pub fn manners(&self, room: &Room) -> Vec<(Unit, Manners)> {
        let meter = (room.unit, manners(&room.meter));
        let relay = self.relay.as_ref().map(|(relay, _)| (relay.unit, manners(&relay.profile)));
        std::iter::once(meter).chain(relay.filter(|(unit, _)| *unit != room.unit)).collect()
    }

    /// The regular readings: power without a pause, the counter and who the meter is now and then.
    pub fn polls(&self, room: &Room, at: usize, energy_every: Duration) -> Vec<Poll<Tag>> {
        let poll = |plan: &ReadPlan, class, every, tag| Poll {
            unit: room.unit,
            requests: plan.requests().to_vec(),
            class,
            every,
            tag,
        };
        let power = poll(&self.reading, Class::Power, Duration::ZERO, Tag::Reading(at));
        let energy = self.energy.as_ref();
        let energy = energy.map(|plan| poll(plan, Class::Energy, energy_every, Tag::Energy(at)));
        let identity = self.identity.as_ref();
        let identity =
            identity.map(|plan| poll(plan, Class::Energy, IDENTITY_EVERY, Tag::Identity(at)));
        std::iter::once(power).chain(energy).chain(identity).collect()
    }

    /// A look at who the meter is: it was silent, and may be another.
    pub fn identify(&self, room: &Room, at: usize) -> Option<Work<Tag>> {
        let requests = self.identity.as_ref()?.requests().to_vec();
        Some(Work::new(room.unit, requests, Class::Suspect, Tag::Identity(at)))
    }

    /// The counter that bills are made from, as an answer gives it.
    pub fn counted(&self, room: &Room, answers: &[(Request, Answer)]) -> Option<Count> {
        let point = room.meter.billing_point()?;
        decode(self.energy.as_ref()?, answers).counted(&point.name)
    }

    /// The number of the meter, as an answer gives it.
    pub fn serial(&self, answers: &[(Request, Answer)]) -> Option<String> {
        let readings = decode(self.identity.as_ref()?, answers);
        match readings.value(names::SERIAL_NUMBER, 0)? {
            Value::Text(serial) => Some(serial.clone()),
            Value::Measured(_) | Value::Counted(_) | Value::State(_) | Value::Flags(_) => None,
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

pub fn decode(plan: &ReadPlan, answers: &[(Request, Answer)]) -> Readings {
    let outcomes: Vec<_> =
        answers.iter().map(|(request, answer)| (request.clone(), Ok(answer.clone()))).collect();
    plan.decode(&outcomes)
}
