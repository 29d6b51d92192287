//! What the electricity of last month would have cost under tariffs that do not count yet.
//!
//! What was used is read back from what was billed; how a tariff charges is `rules::tariff`'s.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, TimeZone as _};
use onecard_rules::{
    Time,
    billing::told,
    ids::{RoomId, TariffId},
    ledger::{AccountName, Cause, Purpose, RowNo},
    money::Fen,
    tariff::{Period, Place, Tariff, preview},
    usage::{Point, Used},
};

use crate::{
    campus::{Campus, power::Room},
    store::{
        StoreFailure,
        ledger::{LedgerReader, Line},
    },
};

/// Lines of a statement that are read together.
const LINES: usize = 500;

/// The last month that is over, and what it would have cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The first day of the month, and the first after it.
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// The rooms of each tariff that has any.
    pub rooms: BTreeMap<TariffId, Vec<Priced>>,
}

impl Preview {
    /// Of the last month that is over `today`, without any room.
    #[must_use]
    pub fn of(today: NaiveDate) -> Self {
        let to = today.with_day(1).unwrap_or(today);
        let last = to.checked_sub_days(Days::new(1)).unwrap_or(to);
        Self { from: last.with_day(1).unwrap_or(last), to, rooms: BTreeMap::new() }
    }
}

/// What one room has used, was charged, and would have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    pub room: RoomId,
    pub used_wh: u64,
    pub charged: Fen,
    pub then: Fen,
}

/// Charges last month's usage again by the newest version of each tariff of `campus`, as if it had
/// been in force. A campus whose rooms do not pay has nothing to preview.
///
/// # Errors
/// When the ledger cannot be read.
pub fn last_month(
    campus: &Campus,
    reader: &LedgerReader,
    today: NaiveDate,
) -> Result<Preview, StoreFailure> {
    let mut found = Preview::of(today);
    let month = (found.from, found.to);
    let Some(prepaid) = &campus.money.prepaid else { return Ok(found) };
    for room in campus.power.rooms.values() {
        let tariff = room.tariff.as_ref().unwrap_or(&prepaid.tariff);
        let newest = campus.tariffs.get(tariff).and_then(|versions| versions.last());
        let Some(newest) = newest else { continue };
        let priced = priced(campus, reader, room, newest, month)?;
        found.rooms.entry(tariff.clone()).or_default().push(priced);
    }
    Ok(found)
}

fn priced(
    campus: &Campus,
    reader: &LedgerReader,
    room: &Room,
    newest: &Tariff,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Priced, StoreFailure> {
    let by_year = newest.tiers.as_ref().is_some_and(|tiers| tiers.period == Period::Year);
    let counted_from = if by_year { from.with_month(1).unwrap_or(from) } else { from };
    let zone = campus.site.zone;
    let midnight = |day: NaiveDate| {
        let at = zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest();
        at.map_or(Time::MAX_UTC, |at| at.to_utc())
    };
    let account = AccountName::Room(room.id.clone());
    let lines = bills(reader, &account, midnight(counted_from), midnight(to))?;
    let since = midnight(from);
    let used = used(&lines);
    let place = Place { zone, calendar: &campus.calendar, people: room.people };
    let in_month = |line: &&Line| line.at > since;
    Ok(Priced {
        room: room.id.clone(),
        used_wh: used.iter().filter(|used| used.to.at > since).map(|used| used.quantity).sum(),
        charged: lines
            .iter()
            .filter(in_month)
            .fold(Fen::ZERO, |sum, line| sum.plus(line.what.amount).unwrap_or(Fen::MAX)),
        // A version that is always in force charges every day.
        then: preview(newest, &used, since, place).unwrap_or(Fen::ZERO),
    })
}

/// What an account was billed from a moment on and before another, the oldest first, led by the last
/// bill before.
fn bills(
    reader: &LedgerReader,
    account: &AccountName,
    from: Time,
    to: Time,
) -> Result<Vec<Line>, StoreFailure> {
    let mut found = Vec::new();
    let mut before: Option<RowNo> = None;
    'read: loop {
        let lines = reader.statement(account, before, LINES)?;
        let Some(last) = lines.last() else { break };
        before = Some(last.row);
        for line in lines {
            let is_bill = line.what.purpose == Purpose::Usage && !line.incoming;
            if !is_bill || line.at >= to {
                continue;
            }
            let is_before = line.at < from;
            found.push(line);
            if is_before {
                break 'read;
            }
        }
    }
    found.reverse();
    Ok(found)
}

/// What was used up to each bill since the one before. What was too little for a fen was not billed
/// then; the registers tell of it.
fn used(lines: &[Line]) -> Vec<Used> {
    let mut found: Vec<Used> = Vec::new();
    for line in lines {
        let Some(told) = line.why.as_deref().and_then(told) else { continue };
        let Some(Cause::Reading { epoch, .. }) = line.cause else { continue };
        let before = found.last();
        // A new meter counts from elsewhere.
        let same = before.filter(|before| before.epoch == epoch);
        let between = same.map_or(0, |before| told.from.saturating_sub(before.to.register));
        let at = before.map_or(line.at, |before| before.to.at);
        let from = Point { at, register: told.from - between };
        let to = Point { at: line.at, register: told.to };
        found.push(Used { epoch, from, to, quantity: told.quantity_wh + between });
    }
    found
}
