//! A room as it is: what is plugged in, what it draws and at what voltage, its contact, its energy,
//! and when it was over its limit.
//!
//! It moves only when asked, by [`Room::advance`], from change to change: a room that nobody looks
//! at costs nothing. What a meter shows of it is the business of `model`.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::power::{
    appliance::{Appliance, NOMINAL_V, Nature, Power},
    habits::{Habits, Socket, Switch},
    relay::Relay,
    trace::Trace,
    water::Water,
};

/// The mains of China, in hertz.
pub const FREQUENCY_HZ: f64 = 50.0;

/// Resistance from the building's board to a socket and back, in ohms: 25 m of 2.5 mm² copper are
/// 0.0175 · 50 / 2.5 = 0.35 Ω. A kettle's 8 A drop 3 V over it.
const WIRING_OHM: f64 = 0.35;

/// The sockets of [`Room::inject`], above those of any student.
const INJECTED: Socket = 1_000;

/// Most overloads kept.
const MOST_OVERLOADS: usize = 256;

/// Millijoules in a watt-hour.
const MJ_PER_WH: u64 = 3_600_000;

/// A counter of energy: whole watt-hours (or var-hours) and what is left of the next one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counter {
    wh: u64,
    rest_mj: u64,
}

impl Counter {
    /// A counter that begins at so many watt-hours.
    #[must_use]
    pub fn starting_at(wh: u64) -> Self {
        Self { wh, rest_mj: 0 }
    }

    /// Whole watt-hours.
    #[must_use]
    pub fn wh(self) -> u64 {
        self.wh
    }

    /// Adds millijoules.
    pub fn add_mj(&mut self, mj: u64) {
        let rest = self.rest_mj + mj;
        self.wh += rest / MJ_PER_WH;
        self.rest_mj = rest % MJ_PER_WH;
    }

    /// What came since an earlier state of the same counter, in millijoules.
    #[must_use]
    pub fn since_mj(self, earlier: Self) -> u64 {
        (self.wh * MJ_PER_WH + self.rest_mj)
            .saturating_sub(earlier.wh * MJ_PER_WH + earlier.rest_mj)
    }
}

/// A time over the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overload {
    pub began: Duration,
    /// `None`: it lasts.
    pub ended: Option<Duration>,
    /// It ended because the contact opened.
    pub cut: bool,
}

/// What is true of a room at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Truth {
    pub at: Duration,
    pub power: Power,
    pub voltage_v: f64,
    pub contact_closed: bool,
    /// Active energy used, in whole watt-hours.
    pub energy_wh: u64,
    /// When the contact opened last.
    pub opened_at: Option<Duration>,
}

#[derive(Debug)]
struct Plugged {
    appliance: Appliance,
    /// When it got power; `None`: the room is dark.
    since: Option<Duration>,
}

/// A room.
#[derive(Debug)]
pub struct Room {
    now: Duration,
    limit_w: f64,
    supply_v: f64,
    plugged: BTreeMap<Socket, Plugged>,
    /// The contact between the mains and the room.
    pub relay: Relay,
    /// The water of the room, with its valve.
    pub water: Water,
    active: Counter,
    reactive: Counter,
    trace: Option<(Duration, Trace)>,
    habits: Option<Habits>,
    planned: Vec<Switch>,
    injections: Socket,
    overloads: VecDeque<Overload>,
}

impl Room {
    /// A room with nothing plugged in and its contact closed. Overloads are counted above `limit_w`.
    #[must_use]
    pub fn new(limit_w: f64, now: Duration) -> Self {
        Self {
            now,
            limit_w,
            supply_v: NOMINAL_V,
            plugged: BTreeMap::new(),
            relay: Relay::closed(Duration::ZERO),
            water: Water::new(),
            active: Counter::default(),
            reactive: Counter::default(),
            trace: None,
            habits: None,
            planned: Vec::new(),
            injections: 0,
            overloads: VecDeque::new(),
        }
    }

    /// Lets students live in it. They have since midnight of day 0, so it is as they left it by now;
    /// its energy is counted from now on.
    #[must_use]
    pub fn with_habits(mut self, habits: Habits) -> Self {
        self.habits = Some(habits);
        self.happen();
        self
    }

    /// Draws a trace beside what is plugged in, from now on.
    pub fn play(&mut self, trace: Trace) {
        self.trace = Some((self.now, trace));
        self.judge();
    }

    /// Switches an appliance on at a socket, or off, at its time or, if that is past, at once.
    pub fn switch(&mut self, switch: Switch) {
        self.planned.push(Switch { at: switch.at.max(self.now), ..switch });
    }

    /// Plugs an appliance into a free socket at that time; gives the socket.
    pub fn inject(&mut self, appliance: Appliance, at: Duration) -> Socket {
        let socket = INJECTED + self.injections;
        self.injections = (self.injections + 1) % INJECTED;
        self.switch(Switch { at, socket, appliance: Some(appliance) });
        socket
    }

    /// Sets the voltage at the building's board, in volts: a sag, or a swell.
    pub fn set_supply(&mut self, supply_v: f64) {
        self.supply_v = supply_v;
        self.judge();
    }

    /// Moves to a later moment, through all that happens until then.
    pub fn advance(&mut self, to: Duration) {
        while self.now < to {
            let next = self.next_change().map_or(to, |next| next.clamp(self.now, to));
            self.integrate(next);
            self.now = next;
            self.happen();
        }
        self.happen();
    }

    /// What is true now.
    #[must_use]
    pub fn truth(&self) -> Truth {
        let power = self.power();
        Truth {
            at: self.now,
            power,
            voltage_v: self.voltage(),
            contact_closed: self.relay.is_closed(),
            energy_wh: self.active.wh(),
            opened_at: self.relay.opened_at(),
        }
    }

    /// The power through the contact.
    #[must_use]
    pub fn power(&self) -> Power {
        self.mean_power(self.now)
    }

    /// The voltage at the meter, in volts: before the contact, so there when the room is dark.
    #[must_use]
    pub fn voltage(&self) -> f64 {
        if let Some(voltage) = self.trace_row().and_then(|row| row.voltage_v) {
            return voltage;
        }
        if !self.relay.is_closed() {
            return self.supply_v;
        }
        // A drop of a few volts changes the current little: the second step is exact to 0.01 V.
        let drop =
            |voltage| self.nominal_at(voltage, self.now).apparent_va() / voltage * WIRING_OHM;
        let first = (self.supply_v - drop(self.supply_v.max(1.0))).max(0.5 * self.supply_v);
        (self.supply_v - drop(first.max(1.0))).max(0.5 * self.supply_v)
    }

    /// Active energy used so far.
    #[must_use]
    pub fn active_energy(&self) -> Counter {
        self.active
    }

    /// Reactive energy so far, in var-hours, by magnitude.
    #[must_use]
    pub fn reactive_energy(&self) -> Counter {
        self.reactive
    }

    /// When it was over its limit, the oldest first.
    pub fn overloads(&self) -> impl Iterator<Item = &Overload> {
        self.overloads.iter()
    }

    fn next_change(&mut self) -> Option<Duration> {
        let now = self.now;
        let edges = self.plugged.values().filter_map(|plugged| {
            let since = plugged.since?;
            Some(since + plugged.appliance.next_edge(now.saturating_sub(since))?)
        });
        let trace = self
            .trace
            .as_ref()
            .and_then(|(start, trace)| Some(*start + trace.next_edge(now.saturating_sub(*start))?));
        let planned = self.planned.iter().map(|switch| switch.at);
        let habit = self.habits.as_mut().and_then(|habits| habits.peek().map(|next| next.at));
        let deadlines =
            [trace, habit, self.relay.next_deadline(), self.water.valve.next_deadline()];
        edges.chain(planned).chain(deadlines.into_iter().flatten()).min()
    }

    fn integrate(&mut self, to: Duration) {
        let length = to.saturating_sub(self.now);
        if length.is_zero() {
            return;
        }
        let mean = self.mean_power(to);
        self.active.add_mj(millijoules(mean.active_w, length));
        self.reactive.add_mj(millijoules(mean.reactive_var.abs(), length));
        self.water.flow(length);
    }

    fn happen(&mut self) {
        self.relay.handle_deadline(self.now);
        self.water.valve.handle_deadline(self.now);
        while let Some(switch) = self.due() {
            match switch.appliance {
                Some(appliance) => {
                    let since = self.relay.is_closed().then_some(switch.at);
                    self.plugged.insert(switch.socket, Plugged { appliance, since });
                }
                None => {
                    self.plugged.remove(&switch.socket);
                }
            }
        }
        let since = self.relay.is_closed().then_some(self.now);
        for plugged in self.plugged.values_mut() {
            plugged.since = since.map(|now| plugged.since.unwrap_or(now));
        }
        self.judge();
    }

    fn due(&mut self) -> Option<Switch> {
        let now = self.now;
        if self.habits.as_mut().and_then(Habits::peek).is_some_and(|next| next.at <= now) {
            return self.habits.as_mut()?.next();
        }
        let planned = self.planned.iter().enumerate().filter(|(_, switch)| switch.at <= now);
        let (at, _) = planned.min_by_key(|(_, switch)| switch.at)?;
        Some(self.planned.remove(at))
    }

    /// Notes whether the room is over its limit.
    fn judge(&mut self) {
        let over = self.power().active_w > self.limit_w;
        let open = self.overloads.back_mut().filter(|overload| overload.ended.is_none());
        match open {
            None if over => {
                if self.overloads.len() == MOST_OVERLOADS {
                    self.overloads.pop_front();
                }
                let began = self.now;
                self.overloads.push_back(Overload { began, ended: None, cut: false });
            }
            Some(overload) if !over => {
                overload.cut = !self.relay.is_closed();
                let end = self.relay.opened_at().filter(|_| overload.cut).unwrap_or(self.now);
                overload.ended = Some(end);
            }
            _ => {}
        }
    }

    fn trace_row(&self) -> Option<&crate::power::trace::Row> {
        let (start, trace) = self.trace.as_ref()?;
        trace.at(self.now.checked_sub(*start)?)
    }

    fn mean_power(&self, to: Duration) -> Power {
        if self.relay.is_closed() { self.nominal_at(self.voltage(), to) } else { Power::default() }
    }

    /// What everything would draw at a voltage, on the mean between now and then.
    fn nominal_at(&self, voltage_v: f64, to: Duration) -> Power {
        let trace = self.trace_row().map_or_else(Power::default, |row| row.power);
        self.plugged.values().fold(trace, |sum, plugged| {
            let Some(since) = plugged.since else { return sum };
            let under_power = |at: Duration| at.saturating_sub(since);
            let mean = plugged.appliance.mean(under_power(self.now), under_power(to));
            sum + match plugged.appliance.nature {
                Nature::Constant => mean,
                Nature::Resistive => mean.times((voltage_v / NOMINAL_V).powi(2)),
            }
        })
    }
}

/// Energy to the nearest millijoule; power that flows back counts nothing.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative, and below 2^53 for any room in any lifetime"
)]
fn millijoules(watts: f64, length: Duration) -> u64 {
    (watts.max(0.0) * 1_000.0 * length.as_secs_f64()).round() as u64
}

/// A room that units and observers look at together.
#[derive(Debug, Clone)]
pub struct SharedRoom(Arc<Mutex<Room>>);

impl SharedRoom {
    #[must_use]
    pub fn new(room: Room) -> Self {
        Self(Arc::new(Mutex::new(room)))
    }

    /// The room at that moment, or later if somebody has looked later. Do not hold it.
    pub fn at(&self, now: Duration) -> MutexGuard<'_, Room> {
        let mut room = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        room.advance(now);
        room
    }
}

#[cfg(test)]
mod tests;
