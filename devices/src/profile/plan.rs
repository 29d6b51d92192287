//! Which requests read some points: batched as the model allows, never splitting a value.
//!
//! Not here: when they are sent, and what the answers mean.

use std::sync::Arc;

use super::{
    Bus, Profile, names,
    point::{Area, Point, Role},
};
use crate::modbus::{MOST_COILS_READ, Request};

/// A point to be read, with all its channels or one of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Wanted {
    pub point: String,
    /// `None`: all there are.
    pub channel: Option<u16>,
}

impl Wanted {
    pub fn all(point: &str) -> Self {
        Self { point: point.to_owned(), channel: None }
    }

    pub fn channel(point: &str, channel: u16) -> Self {
        Self { point: point.to_owned(), channel: Some(channel) }
    }
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    #[error("the model has no point `{0}`")]
    NoPoint(String),
    #[error("`{point}` has no channel {channel}, only {channels} counted from 0")]
    NoChannel { point: String, channel: u16, channels: u16 },
}

/// One value in a plan, and in which request it lies.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slot {
    pub point: Arc<Point>,
    pub channel: u16,
    pub address: u16,
    /// Which of the plan's requests.
    pub request: usize,
}

impl Slot {
    /// The first address behind it.
    fn end(&self) -> u32 {
        u32::from(self.address) + u32::from(self.point.encoding.registers)
    }
}

/// The requests that read some points of one unit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadPlan {
    requests: Vec<Request>,
    pub(super) slots: Vec<Slot>,
}

impl ReadPlan {
    /// What to ask, in any order.
    pub fn requests(&self) -> &[Request] {
        &self.requests
    }

    /// What is read, also for the sake of other points, with channels.
    pub fn points(&self) -> impl Iterator<Item = (&Point, u16)> {
        self.slots.iter().map(|slot| (slot.point.as_ref(), slot.channel))
    }

    /// How many registers or bits the requests ask for, a measure of the time that they take.
    pub fn weight(&self) -> u32 {
        self.requests.iter().map(|request| u32::from(count(request))).sum()
    }

    fn of(bus: &Bus, mut slots: Vec<Slot>) -> Self {
        slots.sort_by_key(|slot| (slot.point.area, slot.address));
        let mut spans: Vec<Span> = Vec::new();
        for slot in &mut slots {
            let joined = spans.last_mut().is_some_and(|span| span.join(bus, slot));
            if !joined {
                spans.push(Span::of(bus, slot));
            }
            slot.request = spans.len().saturating_sub(1);
        }
        Self { requests: spans.iter().map(Span::request).collect(), slots }
    }
}

fn count(request: &Request) -> u16 {
    match request {
        Request::ReadCoils { count, .. }
        | Request::ReadDiscreteInputs { count, .. }
        | Request::ReadHoldingRegisters { count, .. }
        | Request::ReadInputRegisters { count, .. } => *count,
        Request::WriteCoil { .. } | Request::WriteRegister { .. } => 1,
        Request::WriteCoils { .. } | Request::WriteRegisters { .. } => 0,
    }
}

/// What one request covers.
struct Span {
    area: Area,
    start: u16,
    count: u16,
}

impl Span {
    fn of(bus: &Bus, slot: &Slot) -> Self {
        let area = slot.point.area;
        let count = Self::reach(bus, area, slot.address, slot.end()).unwrap_or(1);
        Self { area, start: slot.address, count }
    }

    /// How many registers from a start to an end; an even number where only such are answered.
    fn reach(bus: &Bus, area: Area, start: u16, end: u32) -> Option<u16> {
        let count = u16::try_from(end.checked_sub(start.into())?).ok()?;
        if bus.even_only && !area.is_bits() {
            count.checked_next_multiple_of(2)
        } else {
            Some(count)
        }
    }

    /// Grows over a slot that lies behind, if the model allows.
    fn join(&mut self, bus: &Bus, slot: &Slot) -> bool {
        if slot.point.area != self.area {
            return false;
        }
        let end = u32::from(self.start) + u32::from(self.count);
        let hole = u32::from(slot.address).saturating_sub(end);
        if hole > bus.largest_hole.into() {
            return false;
        }
        let most = if self.area.is_bits() { MOST_COILS_READ } else { bus.max_registers };
        match Self::reach(bus, self.area, self.start, end.max(slot.end())) {
            Some(count) if count <= most => {
                self.count = count;
                true
            }
            Some(_) | None => false,
        }
    }

    fn request(&self) -> Request {
        let Self { start, count, .. } = *self;
        match self.area {
            Area::Coils => Request::ReadCoils { start, count },
            Area::DiscreteInputs => Request::ReadDiscreteInputs { start, count },
            Area::HoldingRegisters => Request::ReadHoldingRegisters { start, count },
            Area::InputRegisters => Request::ReadInputRegisters { start, count },
        }
    }
}

impl Profile {
    /// The requests that read some points, and those that they depend on.
    ///
    /// # Errors
    /// When the model has no such point or channel.
    pub fn plan(&self, wanted: &[Wanted]) -> Result<ReadPlan, NoPlan> {
        let mut slots: Vec<Slot> = Vec::new();
        for Wanted { point: name, channel } in wanted {
            let point = self.shared_point(name).ok_or_else(|| NoPlan::NoPoint(name.clone()))?;
            let channels = match *channel {
                Some(channel) => channel..channel.saturating_add(1),
                None => 0..point.channels,
            };
            for channel in channels {
                add(&mut slots, point, channel)?;
                for name in point.depends_on() {
                    let other =
                        self.shared_point(name).ok_or_else(|| NoPlan::NoPoint(name.to_owned()))?;
                    let own = if other.channels > 1 { channel } else { 0 };
                    add(&mut slots, other, own)?;
                }
            }
        }
        Ok(ReadPlan::of(&self.bus, slots))
    }

    /// What protection needs of a meter, at the least weight on the line: active power, reactive power or the
    /// power factor, voltage and current. `None` when it does not measure active power.
    pub fn power_plan(&self) -> Option<ReadPlan> {
        let present = |names: &[&str]| -> Vec<Wanted> {
            names
                .iter()
                .filter(|name| self.point(name).is_some())
                .map(|name| Wanted::all(name))
                .collect()
        };
        let mut base = present(&[names::ACTIVE_POWER]);
        if base.is_empty() {
            return None;
        }
        base.extend(present(&[names::VOLTAGE, "voltage_l1_v", "voltage_l2_v", "voltage_l3_v"]));
        base.extend(present(&[names::CURRENT, "current_l1_a", "current_l2_a", "current_l3_a"]));
        let plans = [names::REACTIVE_POWER, names::POWER_FACTOR].map(|name| {
            let phase = present(&[name]);
            let plan = self.plan(&[base.as_slice(), phase.as_slice()].concat()).ok()?;
            Some((phase.is_empty(), plan.requests.len(), plan.weight(), plan))
        });
        let best = plans
            .into_iter()
            .flatten()
            .min_by_key(|(without, requests, weight, _)| (*without, *requests, *weight));
        best.map(|(_, _, _, plan)| plan)
    }

    /// The counter that bills are made from: imported energy before total, whose meaning a setting may
    /// change; forward volume of water.
    pub fn billing_point(&self) -> Option<&Point> {
        [names::IMPORT_ENERGY, names::TOTAL_ENERGY, names::VOLUME]
            .into_iter()
            .find_map(|name| self.point(name))
    }

    /// What a bill needs. `None` when it counts nothing.
    pub fn energy_plan(&self) -> Option<ReadPlan> {
        self.plan(&[Wanted::all(&self.billing_point()?.name)]).ok()
    }

    /// Who the device is, and the settings that change what its readings mean. `None` when it does not say.
    pub fn identity_plan(&self) -> Option<ReadPlan> {
        let named = self.points.iter().filter(|point| point.role != Role::Reading);
        let wanted: Vec<Wanted> = named.map(|point| Wanted::all(&point.name)).collect();
        if wanted.is_empty() { None } else { self.plan(&wanted).ok() }
    }

    /// How one relay stands. `None` when there is no such relay.
    pub fn relay_plan(&self, channel: u16) -> Option<ReadPlan> {
        self.plan(&[Wanted::channel(names::RELAY, channel)]).ok()
    }

    /// How one valve stands. `None` when there is no such valve.
    pub fn valve_plan(&self, channel: u16) -> Option<ReadPlan> {
        self.plan(&[Wanted::channel(names::VALVE, channel)]).ok()
    }
}

fn add(slots: &mut Vec<Slot>, point: &Arc<Point>, channel: u16) -> Result<(), NoPlan> {
    if slots.iter().any(|slot| slot.point.name == point.name && slot.channel == channel) {
        return Ok(());
    }
    let (name, channels) = (&point.name, point.channels);
    let no_channel = || NoPlan::NoChannel { point: name.clone(), channel, channels };
    let address = point.address_of(channel).ok_or_else(no_channel)?;
    slots.push(Slot { point: Arc::clone(point), channel, address, request: 0 });
    Ok(())
}
