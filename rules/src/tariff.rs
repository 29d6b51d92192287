//! What is used becomes a price: flat, by tiers, by time of day, with a free allowance; every line
//! of a charge says which of these it was.
//!
//! **Words.** A *tariff* has versions, each in force from a day on. A *band* is one of the four
//! prices of a day (尖峰平谷), a *tier* one of the steps of a month's or year's quantity. Quantities
//! are Wh, ml, seconds or uses; a *price* is micro-fen for one of them.
//!
//! **Invariant.** What is charged over any number of readings is the exact sum in micro-fen, rounded
//! down once to the fen: what a charge leaves below a fen is carried to the next.
//!
//! Reading `tariffs.toml` is the controller's `campus` module's business, who pays `ledger`'s.

mod affordable;
mod allowance;
mod pieces;

use chrono::{Datelike as _, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::{Time, calendar::Calendar, ids::TariffId, money::Fen, usage::Used};
pub use affordable::affordable;
pub use allowance::{Allowance, CarryOver};
use pieces::Piece;

/// Micro-fen in a fen.
pub const MICRO: u64 = 1_000_000;

/// What a quantity is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    WattHour,
    Millilitre,
    Second,
    Use,
}

/// Micro-fen for one Wh, ml, second or use. A yuan for a kWh is 100,000.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Price(pub u64);

/// One of the four prices of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    Sharp,
    Peak,
    Flat,
    Valley,
}

/// A price for each band.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    pub sharp: Price,
    pub peak: Price,
    pub flat: Price,
    pub valley: Price,
}

/// From this minute of the local day on, this band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    pub from: u16,
    pub band: Band,
}

/// The segments of the kinds of days; the first of each begins at minute 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    pub workday: Vec<Segment>,
    pub weekend: Vec<Segment>,
    pub holiday: Vec<Segment>,
}

/// What a tier counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Month,
    Year,
}

/// Where one tier ends and the next begins, by the quantity used in the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tiers {
    pub period: Period,
    /// Whether what was free counts, too.
    pub count_allowance: bool,
    /// The upper ends of all tiers but the last, rising.
    pub up_to: Vec<u64>,
}

/// One version of a tariff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    pub id: TariffId,
    pub version: u32,
    /// The first local day on which it is in force.
    pub from: NaiveDate,
    /// What its prices are for.
    pub unit: Unit,
    /// Absent: the flat band all day.
    pub days: Option<Days>,
    pub tiers: Option<Tiers>,
    /// One for each tier; one alone without tiers.
    pub prices: Vec<Prices>,
    pub allowance: Option<Allowance>,
}

/// Why a tariff cannot be charged by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TariffMistake {
    #[error("there are {found} prices and {needed} tiers; give each tier its prices")]
    Prices { found: usize, needed: usize },
    #[error("the ends of the tiers must rise")]
    TiersDoNotRise,
    #[error("the segments of a {day} must begin at 00:00, rise, and end before 24:00")]
    Segments { day: &'static str },
}

/// What of earlier charges the next one depends on. Stored with what was billed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Micro-fen below a fen that are still to be charged.
    pub carried: u64,
    /// The first day of the period that `counted` was used in.
    pub period: Option<NaiveDate>,
    pub counted: u64,
    /// The first day of the month that the allowance was last given for, and what is left of it.
    pub month: Option<NaiveDate>,
    pub free: u64,
}

/// One line of a charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub tariff: TariffId,
    pub version: u32,
    pub band: Band,
    /// Counted from 1; `None`: out of the free allowance.
    pub tier: Option<usize>,
    pub quantity: u64,
    #[serde(rename = "price_micro_fen")]
    pub price: Price,
    /// What it adds to the bill; the rest below a fen is carried.
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
}

/// No version of the tariff is in force on this day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no version of the tariff is in force on {day}")]
pub struct NoTariff {
    pub day: NaiveDate,
}

/// What a charge depends on beside the tariff.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub zone: Tz,
    pub calendar: &'a Calendar,
    /// How many share the allowance.
    pub people: u32,
}

impl Band {
    pub const ALL: [Self; 4] = [Self::Sharp, Self::Peak, Self::Flat, Self::Valley];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sharp => "sharp",
            Self::Peak => "peak",
            Self::Flat => "flat",
            Self::Valley => "valley",
        }
    }
}

impl Prices {
    /// The same price in all bands.
    #[must_use]
    pub fn all(price: Price) -> Self {
        Self { sharp: price, peak: price, flat: price, valley: price }
    }

    #[must_use]
    pub fn of(&self, band: Band) -> Price {
        match band {
            Band::Sharp => self.sharp,
            Band::Peak => self.peak,
            Band::Flat => self.flat,
            Band::Valley => self.valley,
        }
    }
}

impl Tariff {
    /// # Errors
    /// When it cannot be charged by.
    pub fn check(&self) -> Result<(), TariffMistake> {
        let ends = self.tiers.as_ref().map_or(&[][..], |tiers| &tiers.up_to);
        if !ends.is_sorted_by(|a, b| a < b) || ends.first() == Some(&0) {
            return Err(TariffMistake::TiersDoNotRise);
        }
        let (found, needed) = (self.prices.len(), ends.len() + 1);
        if found != needed {
            return Err(TariffMistake::Prices { found, needed });
        }
        let Some(days) = &self.days else { return Ok(()) };
        for (day, segments) in
            [("workday", &days.workday), ("weekend", &days.weekend), ("holiday", &days.holiday)]
        {
            let rises = segments.is_sorted_by(|a, b| a.from < b.from);
            let whole = segments.first().is_some_and(|first| first.from == 0)
                && segments.last().is_some_and(|last| last.from < pieces::DAY);
            if !rises || !whole {
                return Err(TariffMistake::Segments { day });
            }
        }
        Ok(())
    }

    fn price(&self, tier: usize, band: Band) -> Price {
        let prices = self.prices.get(tier).or_else(|| self.prices.last());
        prices.map(|prices| prices.of(band)).unwrap_or_default()
    }

    /// The tier that the next of a period's quantity falls into, and how much of it is left.
    fn tier(&self, counted: u64) -> (usize, u64) {
        let ends = self.tiers.as_ref().map_or(&[][..], |tiers| &tiers.up_to);
        let tier = ends.partition_point(|end| *end <= counted);
        (tier, ends.get(tier).map_or(u64::MAX, |end| end - counted))
    }
}

/// The version in force on `day`.
fn in_force(versions: &[Tariff], day: NaiveDate) -> Result<&Tariff, NoTariff> {
    let begun = versions.iter().filter(|tariff| tariff.from <= day);
    begun.max_by_key(|tariff| (tariff.from, tariff.version)).ok_or(NoTariff { day })
}

/// What was used between two readings is charged as if it had been used evenly.
///
/// # Errors
/// When no version is in force on one of the days; nothing has changed then.
pub fn charge(
    versions: &[Tariff],
    standing: &mut Standing,
    used: &Used,
    place: Place<'_>,
) -> Result<Vec<Line>, NoTariff> {
    let days = |day| in_force(versions, day).map(|tariff| tariff.days.as_ref());
    let mut next = standing.clone();
    let mut lines = Vec::new();
    for piece in pieces::split(used, place.zone, place.calendar, days)? {
        let tariff = in_force(versions, piece.day)?;
        next.enter(tariff, piece.day, place.people);
        next.take(tariff, piece, &mut lines);
    }
    for line in &mut lines {
        line.amount = next.round(line.quantity, line.price);
    }
    *standing = next;
    Ok(lines)
}

impl Standing {
    /// Begins the periods that `day` is in, if it is the first of them seen.
    fn enter(&mut self, tariff: &Tariff, day: NaiveDate, people: u32) {
        let month = day.with_day(1).unwrap_or(day);
        let period = match tariff.tiers.as_ref().map(|tiers| tiers.period) {
            Some(Period::Year) => month.with_month(1).unwrap_or(month),
            Some(Period::Month) | None => month,
        };
        if self.period.is_none_or(|begun| begun < period) {
            (self.period, self.counted) = (Some(period), 0);
        }
        if let Some(allowance) = &tariff.allowance {
            self.free = allowance.left(self.free, self.month, month, people);
        }
        self.month = self.month.max(Some(month));
    }

    fn take(&mut self, tariff: &Tariff, piece: Piece, lines: &mut Vec<Line>) {
        let mut line = |tier: Option<usize>, price, quantity| {
            let band = piece.band;
            let same = |line: &&mut Line| {
                (line.tier, line.band, line.version) == (tier, band, tariff.version)
            };
            if let Some(line) = lines.iter_mut().rev().find(same) {
                line.quantity += quantity;
            } else {
                let (id, version) = (tariff.id.clone(), tariff.version);
                let amount = Fen::ZERO;
                lines.push(Line { tariff: id, version, band, tier, quantity, price, amount });
            }
        };
        let free = if tariff.allowance.is_some() { self.free.min(piece.quantity) } else { 0 };
        if free > 0 {
            self.free -= free;
            line(None, Price(0), free);
            if tariff.tiers.as_ref().is_some_and(|tiers| tiers.count_allowance) {
                self.counted = self.counted.saturating_add(free);
            }
        }
        let mut rest = piece.quantity - free;
        while rest > 0 {
            let (tier, left) = tariff.tier(self.counted);
            let part = rest.min(left);
            line(Some(tier + 1), tariff.price(tier, piece.band), part);
            self.counted = self.counted.saturating_add(part);
            rest -= part;
        }
    }

    /// The price of a quantity in whole fen, with what was carried; carries the rest.
    fn round(&mut self, quantity: u64, price: Price) -> Fen {
        let exact = u128::from(quantity) * u128::from(price.0) + u128::from(self.carried);
        let (fen, rest) = (exact / u128::from(MICRO), exact % u128::from(MICRO));
        self.carried = u64::try_from(rest).unwrap_or(0);
        Fen::new(i64::try_from(fen).unwrap_or(i64::MAX))
    }
}

/// What all lines come to.
#[must_use]
pub fn total(lines: &[Line]) -> Fen {
    lines.iter().fold(Fen::ZERO, |sum, line| sum.plus(line.amount).unwrap_or(Fen::MAX))
}

/// What a version would have charged, had it always been in force, for what was used since `since`;
/// what was used before only fills its tiers and its allowance.
///
/// # Errors
/// None, for a version that is in force on every day.
pub fn preview(
    version: &Tariff,
    used: &[Used],
    since: Time,
    place: Place<'_>,
) -> Result<Fen, NoTariff> {
    let versions = [Tariff { from: NaiveDate::MIN, ..version.clone() }];
    let mut standing = Standing::default();
    used.iter().try_fold(Fen::ZERO, |sum, used| {
        let amount = total(&charge(&versions, &mut standing, used, place)?);
        let counts = used.to.at > since;
        Ok(if counts { sum.plus(amount).unwrap_or(Fen::MAX) } else { sum })
    })
}

/// When the clock of `zone` shows midnight at the end of `day`, for tests and closings.
#[must_use]
pub fn day_of(at: Time, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}
