//! Splitting what was used between two readings by local day and band.
//!
//! Where the clock is put forward or back, an hour is missing or comes twice; the real time counts.

use chrono::{Datelike as _, NaiveDate, Offset as _, TimeDelta, Timelike as _, Weekday};
use chrono_tz::Tz;

use super::{Band, Days, Segment};
use crate::{Time, calendar::Calendar, usage::Used};

/// Minutes in a day.
pub(super) const DAY: u16 = 1_440;

/// What was used within one local day and band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) day: NaiveDate,
    pub(super) band: Band,
    pub(super) quantity: u64,
}

/// Splits what was used. `days` finds the segments in force on a day, or fails.
pub(super) fn split<'a, E>(
    used: &Used,
    zone: Tz,
    calendar: &Calendar,
    days: impl Fn(NaiveDate) -> Result<Option<&'a Days>, E>,
) -> Result<Vec<Piece>, E> {
    let (from, to) = (used.from.at, used.to.at.max(used.from.at));
    let whole = (to - from).num_milliseconds().unsigned_abs();
    let mut pieces = Vec::with_capacity(1);
    let (mut at, mut given) = (from, 0);
    loop {
        let (day, minute) = local(at, zone);
        let (band, until) = band(days(day)?, calendar, day, minute);
        let end = end(at, day, until, zone).min(to);
        // Of the whole, in proportion to the time up to here: the parts add up to it exactly.
        let passed = (end - from).num_milliseconds().unsigned_abs();
        let share = u128::from(used.quantity) * u128::from(passed);
        let upto = share.checked_div(whole.into()).unwrap_or(used.quantity.into());
        let upto = if end == to { used.quantity } else { u64::try_from(upto).unwrap_or(given) };
        pieces.push(Piece { day, band, quantity: upto - given });
        (at, given) = (end, upto);
        if at >= to {
            return Ok(pieces);
        }
    }
}

fn local(at: Time, zone: Tz) -> (NaiveDate, u16) {
    let local = at.with_timezone(&zone).naive_local();
    let minute = local.hour() * 60 + local.minute();
    (local.date(), u16::try_from(minute).unwrap_or(DAY - 1))
}

/// The band of a local minute, and the minute at which the next one begins.
fn band(days: Option<&Days>, calendar: &Calendar, day: NaiveDate, minute: u16) -> (Band, u16) {
    let Some(days) = days else { return (Band::Flat, DAY) };
    let is_holiday = calendar.holidays.iter().any(|holiday| holiday.days.contains(day));
    let segments: &[Segment] = match day.weekday() {
        _ if is_holiday => &days.holiday,
        Weekday::Sat | Weekday::Sun => &days.weekend,
        Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => &days.workday,
    };
    let next = segments.partition_point(|segment| segment.from <= minute);
    let current = next.checked_sub(1).and_then(|place| segments.get(place));
    let until = segments.get(next).map_or(DAY, |segment| segment.from);
    (current.map_or(Band::Flat, |segment| segment.band), until)
}

/// The moment at which the clock shows minute `until` of `day`, or is put forward or back before.
fn end(at: Time, day: NaiveDate, until: u16, zone: Tz) -> Time {
    let offset = |at: Time| at.with_timezone(&zone).offset().fix();
    let begun = at.with_timezone(&zone).naive_local();
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    let left = midnight + TimeDelta::minutes(until.into()) - begun;
    let end = at + left.max(TimeDelta::milliseconds(1));
    if offset(at) == offset(end) {
        return end;
    }
    // The first moment with another offset, by halving.
    let (mut before, mut after) = (at, end);
    while after - before > TimeDelta::milliseconds(1) {
        let middle = before + (after - before) / 2;
        if offset(middle) == offset(at) { before = middle } else { after = middle }
    }
    after
}
