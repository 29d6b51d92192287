//! What the answers to a plan mean: values in standard units, or why there is none.
//!
//! Not here: whether a value is plausible or fresh.

use std::collections::BTreeMap;

use super::{
    decimal::Decimal,
    encoding::{Garbled, Raw},
    plan::{ReadPlan, Slot},
    point::{Counter, Meaning, Test, Validity},
};
use crate::modbus::{Answer, Failure, Request};

/// A value in the standard unit of its point.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Always finite.
    Measured(f64),
    Counted(Count),
    State(String),
    /// Those that are set, the lowest bit first; a bit that the profile does not name is `bit_N`.
    Flags(Vec<String>),
    Text(String),
}

/// A whole number of Wh, varh or mL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub value: i64,
    /// How it counts, with transformer ratios in its resolution; `None` for a balance that goes up and down.
    pub counter: Option<Counter>,
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    #[error("it was not read")]
    NotRead,
    #[error("{0}")]
    Failed(Failure),
    #[error("the registers hold no number of this type")]
    Garbled(Garbled),
    #[error("the device says that it has no value")]
    NotAvailable,
    #[error("the code {0} is not known")]
    UnknownCode(i64),
    #[error("`{point}` says that it cannot be believed")]
    NotValid { point: String },
    #[error("`{point}`, on which it depends, is missing")]
    Depends { point: String },
    #[error("the number is beyond all measure")]
    TooLarge,
}

/// What a unit said, point by point and channel by channel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Readings(BTreeMap<String, BTreeMap<u16, Result<Value, Missing>>>);

impl Readings {
    /// A channel's value or why it has none; `None` when it is not in the plan.
    pub fn get(&self, point: &str, channel: u16) -> Option<&Result<Value, Missing>> {
        self.0.get(point)?.get(&channel)
    }

    /// A channel's value, if it has one.
    pub fn value(&self, point: &str, channel: u16) -> Option<&Value> {
        self.get(point, channel)?.as_ref().ok()
    }

    /// The measured number of a point without channels.
    pub fn measured(&self, point: &str) -> Option<f64> {
        if let Value::Measured(number) = self.value(point, 0)? { Some(*number) } else { None }
    }

    /// The counter or balance of a point without channels.
    pub fn counted(&self, point: &str) -> Option<Count> {
        if let Value::Counted(count) = self.value(point, 0)? { Some(*count) } else { None }
    }

    /// The state of a channel.
    pub fn state(&self, point: &str, channel: u16) -> Option<&str> {
        if let Value::State(state) = self.value(point, channel)? { Some(state) } else { None }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u16, &Result<Value, Missing>)> {
        self.0.iter().flat_map(|(name, channels)| {
            channels.iter().map(move |(channel, value)| (name.as_str(), *channel, value))
        })
    }

    fn insert(&mut self, slot: &Slot, value: Result<Value, Missing>) {
        let channels = self.0.entry(slot.point.name.clone()).or_default();
        channels.insert(slot.channel, value);
    }

    /// A point's number for another of some channel.
    fn other(&self, point: &str, channel: u16) -> Option<&Value> {
        self.value(point, channel).or_else(|| self.value(point, 0))
    }
}

/// What became of one request.
pub type Outcome = (Request, Result<Answer, Failure>);

impl ReadPlan {
    /// What the answers say. A request without an outcome, or with a failure, costs only the points in it.
    pub fn decode(&self, outcomes: &[Outcome]) -> Readings {
        let mut readings = Readings::default();
        // What depends on nothing comes first; nothing depends on what depends on others.
        let (free, bound): (Vec<&Slot>, Vec<&Slot>) =
            self.slots.iter().partition(|slot| slot.point.depends_on().next().is_none());
        for slot in free.into_iter().chain(bound) {
            let value = self.raw(slot, outcomes).and_then(|raw| value(slot, &raw, &readings));
            readings.insert(slot, value);
        }
        readings
    }

    fn raw(&self, slot: &Slot, outcomes: &[Outcome]) -> Result<Raw, Missing> {
        let request = self.requests().get(slot.request).ok_or(Missing::NotRead)?;
        let outcome = outcomes.iter().find(|(asked, _)| asked == request);
        let (_, answer) = outcome.ok_or(Missing::NotRead)?;
        let words = match answer {
            Ok(answer) => words(request, answer, slot).ok_or(Missing::Garbled(Garbled::Length))?,
            Err(failure) => return Err(Missing::Failed(*failure)),
        };
        slot.point.encoding.read(&words).map_err(Missing::Garbled)
    }
}

/// The registers or the bit of a slot in an answer.
fn words(request: &Request, answer: &Answer, slot: &Slot) -> Option<Vec<u16>> {
    let (Request::ReadCoils { start, .. }
    | Request::ReadDiscreteInputs { start, .. }
    | Request::ReadHoldingRegisters { start, .. }
    | Request::ReadInputRegisters { start, .. }) = request
    else {
        return None;
    };
    let from = usize::from(slot.address.checked_sub(*start)?);
    match answer {
        Answer::Bits(bits) => bits.get(from).map(|bit| vec![u16::from(*bit)]),
        Answer::Registers(registers) => {
            let to = from.checked_add(slot.point.encoding.registers.into())?;
            registers.get(from..to).map(<[u16]>::to_vec)
        }
        Answer::Written => None,
    }
}

fn value(slot: &Slot, raw: &Raw, readings: &Readings) -> Result<Value, Missing> {
    let point = &slot.point;
    if let Raw::Integer(number, _) = raw
        && point.not_available.is_some()
        && number.whole() == point.not_available
    {
        return Err(Missing::NotAvailable);
    }
    if let Some(validity) = &point.valid_only_if {
        believe(validity, slot.channel, readings)?;
    }
    let mut ratio = Decimal::ONE;
    for name in &point.times {
        let factor = readings.other(name, slot.channel).and_then(whole);
        let factor = factor.filter(|factor| *factor > 0);
        let factor = factor.ok_or_else(|| Missing::Depends { point: name.clone() })?;
        ratio = ratio.times(Decimal::new(factor.into(), 0)).ok_or(Missing::TooLarge)?;
    }
    match &point.meaning {
        Meaning::Measured { scale, offset } => {
            let number = match raw {
                Raw::Integer(number, _) => number
                    .times(*scale)
                    .and_then(|number| number.plus(*offset))
                    .and_then(|number| number.times(ratio))
                    .map(Decimal::to_f64),
                Raw::Float(number) => {
                    Some((scale.times_float(*number) + offset.to_f64()) * ratio.to_f64())
                }
                Raw::Text(_) => None,
            };
            let finite = number.filter(|number| number.is_finite());
            finite.map(Value::Measured).ok_or(Missing::TooLarge)
        }
        Meaning::Counted { scale, offset, counter } => {
            let counter = counter.map(|counter| scaled(counter, ratio)).transpose()?;
            let number = match raw {
                Raw::Integer(number, _) => number
                    .times(*scale)
                    .and_then(|number| number.plus(*offset))
                    .and_then(|number| number.times(ratio))
                    .and_then(Decimal::floor),
                Raw::Float(number) => {
                    let resolution = counter.map_or(1, |counter| counter.resolution);
                    let float = scale.times_float(*number) + offset.to_f64();
                    rounded(float * ratio.to_f64(), resolution)
                }
                Raw::Text(_) => None,
            };
            let value = number.ok_or(Missing::TooLarge)?;
            Ok(Value::Counted(Count { value, counter }))
        }
        Meaning::States(states) => {
            let code = code(raw)?;
            let state = states.get(&code).ok_or(Missing::UnknownCode(code))?;
            Ok(Value::State(state.clone()))
        }
        Meaning::Flags(names) => {
            let lowest = point.encoding.mask.map_or(0, u64::trailing_zeros);
            Ok(Value::Flags(flags(code(raw)?, lowest, names)))
        }
        Meaning::Text => Ok(Value::Text(match raw {
            Raw::Integer(number, digits) => {
                let whole = number.whole().ok_or(Missing::TooLarge)?;
                format!("{whole:0digits$}")
            }
            Raw::Float(number) => number.to_string(),
            Raw::Text(text) => text.clone(),
        })),
    }
}

fn code(raw: &Raw) -> Result<i64, Missing> {
    match raw {
        Raw::Integer(number, _) => number.whole(),
        // Some makers keep codes as floats: 2.0 is the code 2.
        Raw::Float(number) => rounded(*number, 1),
        Raw::Text(_) => None,
    }
    .ok_or(Missing::TooLarge)
}

/// The names of the bits that are set, numbered as in the register: a packed field begins above bit 0.
fn flags(code: i64, lowest: u32, names: &BTreeMap<u8, String>) -> Vec<String> {
    let code = code.cast_unsigned().checked_shl(lowest).unwrap_or(0);
    let set = (0..64_u8).filter(|bit| (code >> bit) & 1 == 1);
    set.map(|bit| names.get(&bit).cloned().unwrap_or_else(|| format!("bit_{bit}"))).collect()
}

fn scaled(counter: Counter, ratio: Decimal) -> Result<Counter, Missing> {
    let resolution = Decimal::new(counter.resolution.into(), 0).times(ratio);
    let resolution =
        resolution.and_then(Decimal::whole).and_then(|whole| u64::try_from(whole).ok());
    Ok(Counter { resolution: resolution.ok_or(Missing::TooLarge)?, ..counter })
}

/// A float to the nearest multiple of the resolution; `None` when it is beyond exact whole numbers.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "held within ±2^53, where every whole number is a float"
)]
fn rounded(number: f64, resolution: u64) -> Option<i64> {
    let steps = (number / resolution as f64).round();
    if !(-9_007_199_254_740_992.0..=9_007_199_254_740_992.0).contains(&steps) {
        return None;
    }
    (steps as i64).checked_mul(i64::try_from(resolution).ok()?)
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Measured(number) => rounded(*number, 1),
        Value::Counted(count) => Some(count.value),
        Value::State(_) | Value::Flags(_) | Value::Text(_) => None,
    }
}

fn believe(validity: &Validity, channel: u16, readings: &Readings) -> Result<(), Missing> {
    let point = validity.point.clone();
    let Some(value) = readings.other(&point, channel) else {
        return Err(Missing::Depends { point });
    };
    if passes(&validity.test, value) { Ok(()) } else { Err(Missing::NotValid { point }) }
}

#[expect(clippy::cast_precision_loss, reason = "a limit for belief needs no more digits")]
fn passes(test: &Test, value: &Value) -> bool {
    let number = match value {
        Value::Measured(number) => Some(*number),
        Value::Counted(count) => Some(count.value as f64),
        Value::State(_) | Value::Flags(_) | Value::Text(_) => None,
    };
    match test {
        Test::Is(name) => matches!(value, Value::State(state) if state == name),
        Test::IsNot(name) => matches!(value, Value::State(state) if state != name),
        Test::Has(name) => matches!(value, Value::Flags(flags) if flags.contains(name)),
        Test::HasNot(name) => matches!(value, Value::Flags(flags) if !flags.contains(name)),
        Test::AtLeast(least) => number.is_some_and(|number| number >= least.to_f64()),
        Test::AtMost(most) => number.is_some_and(|number| number <= most.to_f64()),
    }
}
