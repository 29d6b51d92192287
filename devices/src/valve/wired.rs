//! A valve on a Modbus line: which requests move and read it, and what the answers say.
//!
//! Such a valve says nothing by itself and repeats no command's id: it is read, and that it is closed
//! counts from when it was told to. What is asked when is the line's business.

use std::sync::Arc;

use super::{News, Order, wire::Leaf};
use crate::{
    line::schedule::{Class, Manners},
    modbus::{Answer, Request, Unit},
    profile::{NoPlan, Profile, ReadPlan, Value, Wanted, names},
};

/// Where a model says that its valve is broken.
const FAULTS: &str = "valve_faults";
const FAULT: &str = "valve_fault";

/// Where a model keeps how long it waits for its master until it closes.
pub const SAFETY_TIMEOUT: &str = "safety_timeout_s";

/// A valve on a line.
#[derive(Debug)]
pub struct Wired {
    profile: Arc<Profile>,
    unit: Unit,
    channel: u16,
    plan: ReadPlan,
    /// What it was told last, if anything: to be open?
    told: Option<bool>,
    /// It was seen where it was told to be.
    obeyed: bool,
    leaf: Option<Leaf>,
}

impl Wired {
    /// # Errors
    /// When the model has no valve, or counts no water, or not on that channel.
    pub fn new(profile: Arc<Profile>, unit: Unit, channel: u16) -> Result<Self, NoPlan> {
        let mut wanted =
            vec![Wanted::channel(names::VOLUME, channel), Wanted::channel(names::VALVE, channel)];
        if profile.command(names::VALVE).is_none() {
            return Err(NoPlan::NoPoint(names::VALVE.to_owned()));
        }
        if profile.point(FAULTS).is_some() {
            wanted.push(Wanted::all(FAULTS));
        }
        let plan = profile.plan(&wanted)?;
        Ok(Self { profile, unit, channel, plan, told: None, obeyed: false, leaf: None })
    }

    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// How it wants to be talked to.
    #[must_use]
    pub fn manners(&self) -> Manners {
        Manners {
            gap_after_self: self.profile.bus.gap_after_self,
            gap_after_other: self.profile.bus.gap_after_other,
            turnaround: self.profile.bus.turnaround_p99,
        }
    }

    /// What reads its register and how it stands.
    #[must_use]
    pub fn reading(&self) -> &[Request] {
        self.plan.requests()
    }

    /// Whether it must be read again and again: water runs, or has not been seen to stop.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        match self.told {
            Some(true) => true,
            Some(false) => !self.obeyed,
            None => false,
        }
    }

    /// What carries an order out, and how urgent that is: water that must stop goes before all that
    /// is only to be known.
    pub fn order(&mut self, order: Order) -> (Vec<Request>, Class) {
        let (open, word, class) = match order {
            Order::Report => return (self.reading().to_vec(), Class::Suspect),
            Order::Open { .. } => (true, names::OPEN, Class::Restore),
            Order::Close => (false, names::CLOSED, Class::Trip),
        };
        // A lease that is renewed changes nothing; that it has closed is asked for each time.
        if self.told.replace(open) != Some(open) || !open {
            self.obeyed = false;
        }
        let orders = self.profile.switch(names::VALVE, self.channel, word);
        (orders.map(|orders| orders.writes).unwrap_or_default(), class)
    }

    /// What an answer to its reading says.
    pub fn answered(&mut self, answers: &[(Request, Answer)]) -> Vec<News> {
        let outcomes: Vec<_> =
            answers.iter().map(|(request, answer)| (request.clone(), Ok(answer.clone()))).collect();
        let readings = self.plan.decode(&outcomes);
        let broken = match readings.value(FAULTS, 0) {
            Some(Value::Flags(flags)) => flags.iter().any(|flag| *flag == *FAULT),
            Some(_) | None => false,
        };
        let stands = match readings.state(names::VALVE, self.channel) {
            Some(names::OPEN) => Some(true),
            Some(names::CLOSED) => Some(false),
            // It moves: it is where it was.
            Some(_) | None => None,
        };
        let mut news = Vec::new();
        let before = self.leaf;
        let leaf = match (broken, stands) {
            (true, _) => Leaf::Fault,
            (false, Some(true)) => Leaf::Open,
            (false, Some(false)) => Leaf::Closed,
            (false, None) => before.unwrap_or(Leaf::Closed),
        };
        self.leaf = Some(leaf);
        if leaf == Leaf::Fault && before != Some(Leaf::Fault) {
            news.push(News::Fault(String::new()));
        }
        match (self.told, stands) {
            (Some(false), Some(false)) if !self.obeyed => {
                self.obeyed = true;
                news.push(News::Closed);
            }
            (Some(true), Some(true)) => self.obeyed = true,
            (Some(true), Some(false)) if self.obeyed => {
                // It was open, and nobody here has closed it.
                (self.told, self.obeyed) = (None, false);
                news.push(News::ClosedItself);
            }
            (Some(true | false), Some(true | false) | None) | (None, _) => {}
        }
        if let Some(Value::Counted(count)) = readings.value(names::VOLUME, self.channel) {
            let ml = u64::try_from(count.value).ok();
            news.extend(ml.map(|ml| News::Register { ml, leaf }));
        }
        news
    }
}
