//! One unit on a line: its model, the rooms it is wired to, its counters, its settings, its faults.

use std::{collections::BTreeMap, time::Duration};

use crate::power::{
    appliance::Power,
    faults::{Fault, Faults},
    model::{Actuator, Model},
    pdu::{Answer, Exception, Request, encode},
    relay::Relay,
    room::{Counter, FREQUENCY_HZ, Room, SharedRoom},
};

/// What a meter shows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Reading {
    pub voltage_v: f64,
    pub current_a: f64,
    /// Negative active power flows out of the room, or through a reversed transformer.
    pub power: Power,
    pub frequency_hz: f64,
    pub import_wh: u64,
    pub export_wh: u64,
    pub import_varh: u64,
    pub export_varh: u64,
    pub water_m3: f64,
    pub water_m3_h: f64,
}

/// The counters of a meter, which begin when it is built in and go one way each.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Meter {
    import: Counter,
    export: Counter,
    import_var: Counter,
    export_var: Counter,
    seen: Counter,
    seen_var: Counter,
    /// What the water counter shows beyond the truth, in m³.
    water_offset_m3: f64,
}

impl Meter {
    /// Counts what the room used since the last look.
    fn follow(&mut self, room: &Room, swapped: bool) {
        let (active, reactive) = (room.active_energy(), room.reactive_energy());
        let (count, count_var) = if swapped {
            (&mut self.export, &mut self.export_var)
        } else {
            (&mut self.import, &mut self.import_var)
        };
        count.add_mj(active.since_mj(self.seen));
        count_var.add_mj(reactive.since_mj(self.seen_var));
        (self.seen, self.seen_var) = (active, reactive);
    }

    /// Sets every counter of energy to zero.
    pub(crate) fn clear(&mut self) {
        let zero = Counter::default();
        (self.import, self.export) = (zero, zero);
        (self.import_var, self.export_var) = (zero, zero);
    }
}

/// A fault that this model cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{model:?} has no contact and no valve; give {fault:?} to a unit that switches")]
pub struct NoContact {
    pub model: Model,
    pub fault: Fault,
}

/// A unit.
#[derive(Debug)]
pub struct Unit {
    pub(crate) id: u8,
    pub(crate) model: Model,
    pub(crate) rooms: Vec<SharedRoom>,
    /// The channels of a board that no room hangs on.
    spare: Vec<Relay>,
    pub(crate) meter: Meter,
    /// Registers that were written and mean nothing to the room.
    pub(crate) settings: BTreeMap<u16, u16>,
    faults: Faults,
    frozen: Option<Reading>,
}

impl Unit {
    /// A unit wired to rooms: a meter to one, channel by channel for a board.
    #[must_use]
    pub fn new(id: u8, model: Model, rooms: Vec<SharedRoom>) -> Self {
        let channels = usize::from(model.channels());
        let mut open = Relay::closed(Duration::ZERO);
        open.command(false, Duration::ZERO);
        let unit = Self {
            id,
            model,
            spare: vec![open; channels],
            rooms,
            meter: Meter::default(),
            settings: BTreeMap::new(),
            faults: Faults::default(),
            frozen: None,
        };
        if let Some(Actuator::Contact(travel)) = model.actuator() {
            unit.rooms.iter().for_each(|room| room.at(Duration::ZERO).relay.set_travel(travel));
        }
        unit
    }

    /// A unit whose meter stands at so many watt-hours when it is built in.
    #[must_use]
    pub fn with_reading(mut self, wh: u64) -> Self {
        self.meter.import = Counter::starting_at(wh);
        self
    }

    #[must_use]
    pub fn id(&self) -> u8 {
        self.id
    }

    #[must_use]
    pub fn model(&self) -> Model {
        self.model
    }

    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Switches a fault on.
    pub fn fault_on(&mut self, fault: Fault, now: Duration) -> Result<(), NoContact> {
        self.follow(now);
        self.set_contacts(fault, true, now)?;
        if fault == Fault::Frozen {
            self.frozen = Some(self.measure(now));
        }
        self.faults.on(fault);
        Ok(())
    }

    /// Switches a fault off.
    pub fn fault_off(&mut self, fault: Fault, now: Duration) -> Result<(), NoContact> {
        self.follow(now);
        self.set_contacts(fault, false, now)?;
        if fault == Fault::Frozen {
            self.frozen = None;
        }
        self.faults.off(fault);
        Ok(())
    }

    /// Loses its counters, as after a fault of its memory or a replacement.
    pub fn reset_counters(&mut self, now: Duration) {
        self.follow(now);
        self.meter.clear();
        if let Some(room) = self.rooms.first() {
            self.meter.water_offset_m3 = -room.at(now).water.total_m3();
        }
    }

    /// What the unit shows.
    pub fn reading(&mut self, now: Duration) -> Reading {
        self.follow(now);
        self.frozen.unwrap_or_else(|| self.measure(now))
    }

    /// Does what is asked and gives the bytes that answer.
    pub fn answer(&mut self, pdu: &[u8], now: Duration) -> Vec<u8> {
        let answer = Request::parse(pdu).and_then(|request| self.model.answer(&request, self, now));
        let miscounts = self.faults.has(Fault::WrongCount);
        let answer = match answer {
            Ok(Answer::Words(words)) if miscounts => Ok(Answer::Words(miscount(words))),
            answer => answer,
        };
        encode(pdu, answer)
    }

    /// Looks at, or moves, the contact of a channel.
    pub(crate) fn relay<T>(
        &mut self,
        channel: u16,
        now: Duration,
        act: impl FnOnce(&mut Relay) -> T,
    ) -> Result<T, Exception> {
        let channel = usize::from(channel);
        if channel >= usize::from(self.model.channels()) {
            return Err(Exception::Address);
        }
        self.follow(now);
        if let Some(room) = self.rooms.get(channel) {
            let mut room = room.at(now);
            let at = room.truth().at;
            let result = act(&mut room.relay);
            room.advance(at);
            return Ok(result);
        }
        let relay = self.spare.get_mut(channel).ok_or(Exception::Address)?;
        relay.handle_deadline(now);
        Ok(act(relay))
    }

    /// Looks at, or moves, the valve.
    pub(crate) fn valve<T>(&self, now: Duration, act: impl FnOnce(&mut Relay) -> T) -> Option<T> {
        let room = self.rooms.first()?;
        Some(act(&mut room.at(now).water.valve))
    }

    /// Writes the counter of water, in m³.
    pub(crate) fn set_water(&mut self, m3: f64, now: Duration) {
        let truth = self.rooms.first().map_or(0.0, |room| room.at(now).water.total_m3());
        self.meter.water_offset_m3 = m3 - truth;
    }

    fn set_contacts(&mut self, fault: Fault, on: bool, now: Duration) -> Result<(), NoContact> {
        let weld = fault == Fault::Welded;
        if !weld && fault != Fault::LocalLock {
            return Ok(());
        }
        let set = |relay: &mut Relay| {
            if weld { relay.set_welded(on, now) } else { relay.set_locked(on) }
        };
        match self.model.actuator() {
            None => return Err(NoContact { model: self.model, fault }),
            Some(Actuator::Valve) => {
                self.valve(now, set);
            }
            Some(Actuator::Contact(_)) => {
                for channel in 0..self.model.channels() {
                    self.relay(channel, now, set).ok();
                }
            }
        }
        Ok(())
    }

    fn follow(&mut self, now: Duration) {
        if let Some(room) = self.rooms.first() {
            self.meter.follow(&room.at(now), self.faults.has(Fault::SwappedCt));
        }
    }

    fn measure(&self, now: Duration) -> Reading {
        let Some(room) = self.rooms.first() else { return Reading::default() };
        let room = room.at(now);
        let (voltage_v, power) = (room.voltage(), room.power());
        let current_a = if voltage_v > 0.0 { power.apparent_va() / voltage_v } else { 0.0 };
        let swapped = self.faults.has(Fault::SwappedCt);
        Reading {
            voltage_v,
            current_a,
            power: if swapped { power.times(-1.0) } else { power },
            frequency_hz: FREQUENCY_HZ,
            import_wh: self.meter.import.wh(),
            export_wh: self.meter.export.wh(),
            import_varh: self.meter.import_var.wh(),
            export_varh: self.meter.export_var.wh(),
            water_m3: room.water.total_m3() + self.meter.water_offset_m3,
            water_m3_h: room.water.flow_m3_h(),
        }
    }
}

fn miscount(mut words: Vec<u16>) -> Vec<u16> {
    if words.len() == 1 {
        words.push(0);
    } else {
        words.pop();
    }
    words
}
