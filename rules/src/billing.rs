//! Billing one room: from a reading of its meter to a bill, and to what must be kept with it.
//!
//! `usage` says what was used and `tariff` what that costs; here the two go together, so that money
//! and meter change in one step or not at all. Nothing here changes what is kept: the caller takes
//! the next state over when it is on disk, and charges anew from the old one when it is not.
//!
//! Who pays is `ledger`'s business, whether the room goes dark `credit`'s.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::{
    ids::MeterId,
    ledger::Cause,
    money::Fen,
    tariff::{self, Line, NoTariff, Place, Standing, Tariff},
    usage::{Decision, Meter, NothingParked, Outcome, Parked, Point, Reading, Spec, Used, Why},
};

/// What is kept of a room that is billed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Billed {
    pub meter: Meter,
    pub standing: Standing,
}

/// What was used between two readings, line by line, and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    pub meter: MeterId,
    pub epoch: u64,
    pub from: Point,
    pub to: Point,
    pub quantity_wh: u64,
    pub lines: Vec<Line>,
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
    /// A person has said what was used.
    pub decided: bool,
}

/// What a reading comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Nothing to bill.
    Nothing,
    /// It is not believed yet: the meter must be read again.
    ReadAgain(Why),
    /// It is not believed for good: a person must decide.
    Parked(Parked),
    /// Another device counts from here on.
    NewEpoch(Point),
    Bill(Bill),
}

/// How a room is charged.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    pub spec: &'a Spec,
    /// The versions of its tariff.
    pub versions: &'a [Tariff],
    pub place: Place<'a>,
}

/// Why a decision on a parked register cannot be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    #[error(transparent)]
    NothingParked(#[from] NothingParked),
    #[error(transparent)]
    NoTariff(#[from] NoTariff),
}

impl Billed {
    /// What a reading comes to, and what is to be kept then.
    ///
    /// # Errors
    /// When no tariff is in force on a day in between.
    pub fn read(
        &self,
        meter: &MeterId,
        reading: &Reading,
        by: By<'_>,
    ) -> Result<(Self, News), NoTariff> {
        let mut next = self.clone();
        let news = match next.meter.handle(reading, by.spec) {
            Outcome::Used(used) => News::Bill(next.charge(meter, &used, by)?),
            Outcome::Nothing(_) => News::Nothing,
            Outcome::ReadAgain(why) => News::ReadAgain(why),
            Outcome::Parked(parked) => News::Parked(parked),
            Outcome::NewEpoch { start, .. } => News::NewEpoch(start),
        };
        Ok((next, news))
    }

    /// What a decision on a parked register comes to, and what is to be kept then.
    ///
    /// # Errors
    /// When nothing waits for one, or no tariff is in force.
    pub fn decide(
        &self,
        meter: &MeterId,
        decision: &Decision,
        by: By<'_>,
    ) -> Result<(Self, Option<Bill>), Undecided> {
        let mut next = self.clone();
        let used = next.meter.decide(decision)?;
        let bill = used.map(|used| next.charge(meter, &used, by)).transpose()?;
        Ok((next, bill.map(|bill| Bill { decided: true, ..bill })))
    }

    fn charge(&mut self, meter: &MeterId, used: &Used, by: By<'_>) -> Result<Bill, NoTariff> {
        let lines = tariff::charge(by.versions, &mut self.standing, used, by.place)?;
        Ok(Bill {
            meter: meter.clone(),
            epoch: used.epoch,
            from: used.from,
            to: used.to,
            quantity_wh: used.quantity,
            amount: tariff::total(&lines),
            lines,
            decided: false,
        })
    }
}

impl Bill {
    /// What it is known by when it comes again.
    #[must_use]
    pub fn cause(&self) -> Cause {
        let (meter, epoch, register) = (self.meter.clone(), self.epoch, self.to.register);
        // A register that a person has decided on may have been billed as another's before.
        Cause::Reading { meter, epoch, register, line: self.decided.into() }
    }

    /// The particulars for a statement, such as `1230 Wh, 8001230 to 8002460; dorm-power/1 flat, tier
    /// 1: 1230 Wh at 0.4883`; prices are yuan for a kWh.
    #[must_use]
    pub fn words(&self) -> String {
        let (from, to) = (self.from.register, self.to.register);
        let mut words = format!("{} Wh, {from} to {to}", self.quantity_wh);
        for line in &self.lines {
            let tier = line.tier.map_or("free".to_owned(), |tier| format!("tier {tier}"));
            let (tariff, version, quantity) = (&line.tariff, line.version, line.quantity);
            let band = line.band.as_str();
            // Writing to a text cannot fail.
            let _ = write!(words, "; {tariff}/{version} {band}, {tier}: {quantity} Wh");
            if line.tier.is_some() {
                let _ = write!(words, " at {}", yuan_a_kwh(line.price.0));
            }
        }
        words
    }
}

/// What a bill's words tell of its meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    pub quantity_wh: u64,
    /// What the register showed before and after.
    pub from: u64,
    pub to: u64,
}

/// Reads back what [`Bill::words`] has written; `None`: it was written by somebody else.
#[must_use]
pub fn told(words: &str) -> Option<Told> {
    let (quantity, rest) = words.split_once(" Wh, ")?;
    let (from, rest) = rest.split_once(" to ")?;
    let to = rest.split(';').next()?;
    let number = |text: &str| text.parse().ok();
    Some(Told { quantity_wh: number(quantity)?, from: number(from)?, to: number(to)? })
}

/// Micro-fen for a Wh as yuan for a kWh, without zeros at the end.
fn yuan_a_kwh(price: u64) -> String {
    let (yuan, part) = (price / 100_000, price % 100_000);
    let text = format!("{yuan}.{part:05}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_billed_is_read_back_from_its_words() {
        let point = |register| Point { at: crate::Time::UNIX_EPOCH, register };
        let bill = Bill {
            meter: MeterId::new("r1").unwrap(),
            epoch: 0,
            from: point(8_001_230),
            to: point(8_002_460),
            quantity_wh: 1_230,
            lines: Vec::new(),
            amount: Fen::ZERO,
            decided: false,
        };
        let is = Told { quantity_wh: 1_230, from: 8_001_230, to: 8_002_460 };
        assert_eq!(told(&bill.words()), Some(is));
        assert_eq!(
            told("1230 Wh, 8001230 to 8002460; dorm/1 flat, tier 1: 1230 Wh at 1"),
            Some(is)
        );
        for words in ["", "cash", "1230 Wh", "1230 Wh, 1 to x", "-1 Wh, 1 to 2"] {
            assert_eq!(told(words), None, "{words}");
        }
    }

    #[test]
    fn a_price_is_written_as_people_know_it() {
        for (price, text) in
            [(48_830, "0.4883"), (100_000, "1"), (0, "0"), (5_000_000, "50"), (1, "0.00001")]
        {
            assert_eq!(yuan_a_kwh(price), text);
        }
    }
}
