//! Commands: what to write to switch a relay or valve, for a time or until the next command, and how to see
//! that it happened.
//!
//! Not here: when to send it, and what to do when it fails.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Profile,
    decimal::Decimal,
    decode::{Readings, Value},
    plan::{ReadPlan, Wanted},
    point::{Evidence, Meaning, Point, WriteFunction},
};
use crate::modbus::Request;

/// Something that a device can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub name: String,
    pub write: WriteFunction,
    /// On the wire, counted from zero; of channel 0.
    pub address: u16,
    pub channels: u16,
    /// From one channel's address to the next.
    pub stride: u16,
    pub action: Action,
    /// The point that shows whether it happened; its states have the command's names.
    pub verify: Option<String>,
    /// How long the device needs before that point shows it.
    pub settle: Duration,
    pub evidence: Evidence,
}

/// What a command does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Brings about a state until the next command.
    Switch {
        states: BTreeMap<String, Vec<u16>>,
        /// Gives the control back to the device's own rules; for forced control.
        release: Option<Vec<u16>>,
    },
    /// Brings about a state for a time that the device itself keeps.
    Timed(Timer),
}

/// A time that a device keeps: a command `base + n` lasts `n × unit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    pub base: u16,
    pub unit: Duration,
    /// The largest `n`.
    pub most: u16,
    /// While the time runs.
    pub state: String,
    /// After it.
    pub afterwards: String,
    /// Ends it early.
    pub cancel: Option<u16>,
    /// The device does not obey a switch to `afterwards` while the time runs, so it must be ended first.
    pub blocks_switch: bool,
}

/// Writes to be sent in this order, and how to see that they worked.
#[derive(Debug, Clone, PartialEq)]
pub struct Orders {
    pub writes: Vec<Request>,
    pub verify: Option<Verify>,
}

/// What must be read afterwards, and what it must say.
#[derive(Debug, Clone, PartialEq)]
pub struct Verify {
    pub plan: ReadPlan,
    pub point: String,
    pub channel: u16,
    pub state: String,
    /// How long to wait first: a motor drive needs seconds.
    pub settle: Duration,
}

impl Verify {
    /// Whether the device is in the state asked for; `None` when the readings do not say.
    pub fn holds(&self, readings: &Readings) -> Option<bool> {
        match readings.value(&self.point, self.channel) {
            Some(Value::State(state)) => Some(*state == self.state),
            Some(Value::Measured(_) | Value::Counted(_) | Value::Flags(_) | Value::Text(_))
            | None => None,
        }
    }
}

/// Why a command cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the model has no command `{0}`")]
    NoCommand(String),
    #[error("the model has no point `{0}` that can be set")]
    NoSetting(String),
    #[error("channel {channel} is not one of the {channels} that there are, counted from 0")]
    NoChannel { channel: u16, channels: u16 },
    #[error("`{command}` knows no state `{state}`")]
    NoState { command: String, state: String },
    #[error("`{0}` does not keep a time")]
    NotTimed(String),
    #[error("`{0}` cannot be ended early or given back")]
    NoRelease(String),
    #[error("a time of {asked:?} is outside {least:?} to {most:?}")]
    Duration { asked: Duration, least: Duration, most: Duration },
    #[error("{value} is not within what `{point}` may be set to")]
    Limits { point: String, value: i64 },
}

impl Command {
    fn address_of(&self, channel: u16) -> Result<u16, Refusal> {
        let beyond = Refusal::NoChannel { channel, channels: self.channels };
        if channel >= self.channels {
            return Err(beyond);
        }
        let offset = self.stride.checked_mul(channel);
        offset.and_then(|offset| self.address.checked_add(offset)).ok_or(beyond)
    }

    fn request(&self, channel: u16, words: &[u16]) -> Result<Request, Refusal> {
        let address = self.address_of(channel)?;
        Ok(request(self.write, address, words))
    }
}

/// A write of registers or coils with some function.
fn request(write: WriteFunction, start: u16, words: &[u16]) -> Request {
    let value = words.first().copied().unwrap_or_default();
    match write {
        WriteFunction::Coil => Request::WriteCoil { address: start, value },
        WriteFunction::Register => Request::WriteRegister { address: start, value },
        WriteFunction::Coils => {
            let values = words.iter().map(|word| *word != 0).collect();
            Request::WriteCoils { start, values }
        }
        WriteFunction::Registers => Request::WriteRegisters { start, values: words.to_vec() },
    }
}

impl Profile {
    /// Brings a channel into a state until the next command: `switch("relay", 0, "open")`.
    ///
    /// # Errors
    /// When the model has no such command, channel or state.
    pub fn switch(&self, command: &str, channel: u16, state: &str) -> Result<Orders, Refusal> {
        let command = self.known_command(command)?;
        let no_state =
            || Refusal::NoState { command: command.name.clone(), state: state.to_owned() };
        let Action::Switch { states, .. } = &command.action else { return Err(no_state()) };
        let words = states.get(state).ok_or_else(no_state)?;
        let mut writes = self.ends_of_timers(command, channel, state)?;
        writes.push(command.request(channel, words)?);
        Ok(Orders { writes, verify: self.verify(command, channel, state) })
    }

    /// Brings a channel into a state for a time that the device keeps, at most as long as asked.
    ///
    /// # Errors
    /// When the model has no such command or channel, or cannot keep such a time.
    pub fn hold(&self, command: &str, channel: u16, duration: Duration) -> Result<Orders, Refusal> {
        let command = self.known_command(command)?;
        let Action::Timed(timer) = &command.action else {
            return Err(Refusal::NotTimed(command.name.clone()));
        };
        let steps = duration.as_millis().checked_div(timer.unit.as_millis()).unwrap_or(0);
        let steps = u16::try_from(steps).ok().filter(|steps| (1..=timer.most).contains(steps));
        let value = steps.and_then(|steps| timer.base.checked_add(steps));
        let most = timer.unit.saturating_mul(timer.most.into());
        let outside = Refusal::Duration { asked: duration, least: timer.unit, most };
        let writes = vec![command.request(channel, &[value.ok_or(outside)?])?];
        Ok(Orders { writes, verify: self.verify(command, channel, &timer.state) })
    }

    /// Ends a time early, or gives forced control back to the device's own rules.
    ///
    /// # Errors
    /// When the model has no such command or channel, or it has no end.
    pub fn release(&self, command: &str, channel: u16) -> Result<Orders, Refusal> {
        let command = self.known_command(command)?;
        let none = || Refusal::NoRelease(command.name.clone());
        match &command.action {
            Action::Switch { release, .. } => {
                let words = release.as_ref().ok_or_else(none)?;
                Ok(Orders { writes: vec![command.request(channel, words)?], verify: None })
            }
            Action::Timed(timer) => {
                let word = timer.cancel.ok_or_else(none)?;
                let verify = self.verify(command, channel, &timer.afterwards);
                Ok(Orders { writes: vec![command.request(channel, &[word])?], verify })
            }
        }
    }

    /// Sets a point that can be set, given in whole standard units, or by the code of a state.
    ///
    /// # Errors
    /// When the model has no such setting or channel, or the value is not allowed.
    pub fn set(&self, point: &str, channel: u16, value: i64) -> Result<Request, Refusal> {
        let none = || Refusal::NoSetting(point.to_owned());
        let point = self.point(point).ok_or_else(none)?;
        let write = point.write.ok_or_else(none)?;
        let channels = point.channels;
        let address = point.address_of(channel).ok_or(Refusal::NoChannel { channel, channels })?;
        let limits = || Refusal::Limits { point: point.name.clone(), value };
        let words = raw(point, value).and_then(|raw| point.encoding.write(raw));
        Ok(request(write, address, &words.ok_or_else(limits)?))
    }

    fn known_command(&self, name: &str) -> Result<&Command, Refusal> {
        self.command(name).ok_or_else(|| Refusal::NoCommand(name.to_owned()))
    }

    /// The writes that end the timers which would keep the device from obeying a switch to what comes after
    /// them anyway.
    fn ends_of_timers(
        &self,
        switch: &Command,
        channel: u16,
        state: &str,
    ) -> Result<Vec<Request>, Refusal> {
        let mut writes = Vec::new();
        for command in self.commands.iter().filter(|timed| timed.verify == switch.verify) {
            let Action::Timed(timer) = &command.action else { continue };
            if let Some(cancel) = timer.cancel
                && timer.blocks_switch
                && timer.afterwards == state
            {
                writes.push(command.request(channel, &[cancel])?);
            }
        }
        Ok(writes)
    }

    fn verify(&self, command: &Command, channel: u16, state: &str) -> Option<Verify> {
        let point = command.verify.clone()?;
        let plan = self.plan(&[Wanted::channel(&point, channel)]).ok()?;
        let state = state.to_owned();
        Some(Verify { plan, point, channel, state, settle: command.settle })
    }
}

/// The raw number to write for a value that is allowed; `None` when it is not.
fn raw(point: &Point, value: i64) -> Option<i64> {
    if let Some((least, most)) = point.limits
        && !(least.floor()?..=most.floor()?).contains(&value)
    {
        return None;
    }
    match &point.meaning {
        Meaning::Measured { scale, offset } | Meaning::Counted { scale, offset, .. } => {
            let shifted = Decimal::new(value.into(), 0).plus(offset.negated())?;
            shifted.divided_by(*scale)?.whole()
        }
        Meaning::States(states) => states.contains_key(&value).then_some(value),
        Meaning::Flags(_) | Meaning::Text => None,
    }
}
