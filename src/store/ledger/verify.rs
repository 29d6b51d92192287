//! Proving the ledger: every hash, every link, every balance computed anew, by means that know
//! nothing of how the books came to them.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    path::Path,
};

use onecard_rules::ledger::{Phase, RowNo};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{
    close::SIDES,
    load,
    row::{self, Columns, GENESIS},
};
use crate::store::{StoreFailure, sqlite};

/// Rows of the tail that are proved at each start.
const TAIL: u64 = 256;

/// What was found to be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub rows: u64,
    pub accounts: usize,
    /// Days closed, each with its totals.
    pub days: u64,
    /// Reservations that are open.
    pub reservations: usize,
    /// The hash of the last row, to be kept elsewhere.
    pub head: [u8; 32],
    /// The first thing that is not as it should be.
    pub flaw: Option<Flaw>,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    Missing(RowNo),
    Changed(RowNo),
    /// It does not name the row before it on one of its accounts.
    WrongLink(RowNo),
    /// It belongs to a day that was closed when it was written.
    DayWasClosed(RowNo),
    /// It ends or corrects what is not there to be.
    WrongAbout(RowNo),
    /// An account does not hold what its rows come to.
    Balance {
        account: String,
        found: i64,
        computed: i64,
    },
    /// Another sum of an account is not what its rows come to.
    Sums {
        account: String,
    },
    UnknownAccount(RowNo),
    /// The list of open reservations is not what the rows say.
    Reservations,
    /// The totals of a closed day are not what its rows come to.
    Totals {
        day: String,
    },
    /// The hash noted when a day was closed is not that of the row.
    Rewritten(RowNo),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(row) => write!(f, "row {row} is missing"),
            Self::Changed(row) => write!(f, "row {row} was changed or moved"),
            Self::WrongLink(row) => write!(f, "row {row} does not follow on its accounts"),
            Self::DayWasClosed(row) => write!(f, "row {row} was added to a closed day"),
            Self::WrongAbout(row) => write!(f, "row {row} ends or corrects what it cannot"),
            Self::Balance { account, found, computed } => {
                write!(f, "`{account}` holds {found} fen, and its rows come to {computed}")
            }
            Self::Sums { account } => {
                write!(f, "what is reserved or last of `{account}` is not what its rows say")
            }
            Self::UnknownAccount(row) => write!(f, "row {row} names an account that is not there"),
            Self::Reservations => f.write_str("the open reservations are not those of the rows"),
            Self::Totals { day } => write!(f, "the totals of {day} are not what its rows come to"),
            Self::Rewritten(row) => {
                write!(f, "row {row} or one before it was written anew after its day was closed")
            }
        }
    }
}

/// The sums of one account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sums {
    debits: i128,
    credits: i128,
    debits_reserved: i128,
    credits_reserved: i128,
    last: Option<i64>,
}

/// A row that may be ended or corrected.
struct Subject {
    phase: Phase,
    amount: i128,
    open: bool,
}

/// Proves the whole ledger in the database at `path`, also while a controller writes to it.
///
/// # Errors
/// When the file cannot be opened or read.
pub fn verify(path: &Path) -> Result<Proof, StoreFailure> {
    let mut connection = sqlite::open_reader(path)?;
    // One snapshot, so that rows and sums belong together.
    let snapshot = connection.transaction()?;
    let (_, head) = load::last(&snapshot)?;
    let mut proof = Proof { rows: 0, accounts: 0, days: 0, reservations: 0, head, flaw: None };
    let mut walk = Walk::new(days(&snapshot)?);
    proof.flaw = chain(&snapshot, RowNo(0), GENESIS, |columns| walk.take(columns))?;
    proof.rows = walk.rows;
    if proof.flaw.is_none() {
        proof.flaw = accounts(&snapshot, &walk, &mut proof)?;
    }
    if proof.flaw.is_none() {
        proof.flaw = reservations(&snapshot, &walk, &mut proof)?;
    }
    if proof.flaw.is_none() {
        proof.flaw = totals(&snapshot, &mut proof)?;
    }
    Ok(proof)
}

/// Proves the chain of the last rows.
pub(super) fn tail(from: &Connection) -> rusqlite::Result<Option<Flaw>> {
    let (last, _) = load::last(from)?;
    let before = RowNo(last.0.saturating_sub(TAIL));
    let sql = format!("{} WHERE number = ?1", row::SELECT);
    let hash = from.query_row(&sql, [row::number(before)], row::hash_of).optional()?;
    match hash {
        None if before.0 > 0 => Ok(Some(Flaw::Missing(before))),
        hash => chain(from, before, hash.unwrap_or(GENESIS), |_| Ok(None)),
    }
}

/// Walks the rows after `before`; `each` may find more that is wrong than the chain shows.
fn chain(
    from: &Connection,
    before: RowNo,
    mut previous: [u8; 32],
    mut each: impl FnMut(&Columns<'_>) -> rusqlite::Result<Option<Flaw>>,
) -> rusqlite::Result<Option<Flaw>> {
    let sql = format!("{} WHERE number > ?1 ORDER BY number", row::SELECT);
    let mut statement = from.prepare(&sql)?;
    let mut rows = statement.query([row::number(before)])?;
    let mut expected = before.later(1);
    while let Some(found) = rows.next()? {
        let number = RowNo(sqlite::unsigned(found, 0)?);
        if number != expected {
            return Ok(Some(Flaw::Missing(expected)));
        }
        let hash = row::hash_of(found)?;
        // Only a changed row holds another type than was written.
        let Ok(columns) = Columns::read(found) else { return Ok(Some(Flaw::Changed(number))) };
        if columns.hash(&previous) != hash {
            return Ok(Some(Flaw::Changed(number)));
        }
        if let Some(flaw) = each(&columns)? {
            return Ok(Some(flaw));
        }
        previous = hash;
        expected = expected.later(1);
    }
    Ok(None)
}

/// Days closed: the last row when each was.
fn days(from: &Connection) -> rusqlite::Result<BTreeMap<i64, i64>> {
    let mut statement = from.prepare("SELECT day, last_row FROM ledger_days")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// What the rows come to.
struct Walk {
    rows: u64,
    days: BTreeMap<i64, i64>,
    sums: HashMap<u32, Sums>,
    /// Rows that may still be ended or corrected.
    subjects: HashMap<i64, Subject>,
    open: u64,
}

impl Walk {
    fn new(days: BTreeMap<i64, i64>) -> Self {
        Self { rows: 0, days, sums: HashMap::new(), subjects: HashMap::new(), open: 0 }
    }

    fn take(&mut self, columns: &Columns<'_>) -> rusqlite::Result<Option<Flaw>> {
        self.rows += 1;
        let (number, at) = (row::number(columns.number), columns.number);
        // The first closing of this day or one after it came before the row.
        let closed = self.days.range(columns.day..).map(|(_, last)| *last).min();
        if closed.is_some_and(|last| number > last) {
            return Ok(Some(Flaw::DayWasClosed(at)));
        }
        let phase = columns.phase()?;
        let amount = i128::from(columns.amount);
        let held = match (phase, columns.about) {
            (Phase::Transfer | Phase::Reserve, None) => 0,
            (Phase::Post | Phase::Release | Phase::Expire, Some(about)) => {
                match self.subjects.get_mut(&about) {
                    Some(subject) if subject.open && amount <= subject.amount => {
                        subject.open = false;
                        self.open = self.open.saturating_sub(1);
                        subject.amount
                    }
                    _ => return Ok(Some(Flaw::WrongAbout(at))),
                }
            }
            (Phase::Correct, Some(about)) => match self.subjects.get_mut(&about) {
                Some(subject) if subject.phase.moves() && amount <= subject.amount => {
                    subject.amount -= amount;
                    0
                }
                _ => return Ok(Some(Flaw::WrongAbout(at))),
            },
            (Phase::Transfer | Phase::Reserve, Some(_))
            | (Phase::Post | Phase::Release | Phase::Expire | Phase::Correct, None) => {
                return Ok(Some(Flaw::WrongAbout(at)));
            }
        };
        self.open += u64::from(phase == Phase::Reserve);
        let open = phase == Phase::Reserve;
        self.subjects.insert(number, Subject { phase, amount, open });
        for (account, before, is_debit) in [
            (columns.debit.0, columns.debit_before, true),
            (columns.credit.0, columns.credit_before, false),
        ] {
            let sums = self.sums.entry(account).or_default();
            if sums.last != before {
                return Ok(Some(Flaw::WrongLink(at)));
            }
            sums.last = Some(number);
            let (moved, reserved) = if is_debit {
                (&mut sums.debits, &mut sums.debits_reserved)
            } else {
                (&mut sums.credits, &mut sums.credits_reserved)
            };
            *moved += if phase.moves() { amount } else { 0 };
            *reserved += if phase == Phase::Reserve { amount } else { -held };
        }
        Ok(None)
    }
}

fn accounts(from: &Connection, walk: &Walk, proof: &mut Proof) -> rusqlite::Result<Option<Flaw>> {
    let (books, _) = load::books(from)?;
    for (number, account) in books.accounts() {
        proof.accounts += 1;
        let computed = walk.sums.get(&number.0).copied().unwrap_or_default();
        let name = || account.name.to_string();
        let found = i128::from(account.credits.get()) - i128::from(account.debits.get());
        let (found, computed_balance) = (found, computed.credits - computed.debits);
        if found != computed_balance {
            let small = |sum: i128| i64::try_from(sum).unwrap_or(i64::MAX);
            let (found, computed) = (small(found), small(computed_balance));
            return Ok(Some(Flaw::Balance { account: name(), found, computed }));
        }
        let sums = Sums {
            debits: account.debits.get().into(),
            credits: account.credits.get().into(),
            debits_reserved: account.debits_reserved.get().into(),
            credits_reserved: account.credits_reserved.get().into(),
            last: account.last.map(row::number),
        };
        if sums != computed {
            return Ok(Some(Flaw::Sums { account: name() }));
        }
    }
    let known = u32::try_from(proof.accounts).unwrap_or(u32::MAX);
    let stray = walk.sums.iter().filter(|(number, _)| **number >= known);
    let first = stray.filter_map(|(_, sums)| sums.last).min();
    Ok(first.map(|row| Flaw::UnknownAccount(RowNo(row.cast_unsigned()))))
}

fn reservations(
    from: &Connection,
    walk: &Walk,
    proof: &mut Proof,
) -> rusqlite::Result<Option<Flaw>> {
    let open = load::reservations(from)?;
    proof.reservations = open.len();
    let mut rows = 0;
    for (first, reservation) in &open {
        for (place, _) in reservation.rows.iter().enumerate() {
            let subject = walk.subjects.get(&row::number(first.later(place)));
            if !subject.is_some_and(|subject| subject.open) {
                return Ok(Some(Flaw::Reservations));
            }
            rows += 1;
        }
    }
    Ok((rows != walk.open).then_some(Flaw::Reservations))
}

fn totals(from: &Connection, proof: &mut Proof) -> rusqlite::Result<Option<Flaw>> {
    let mut statement = from.prepare(
        "SELECT day, last_row, hash, (SELECT hash FROM ledger_rows WHERE number = last_row)
         FROM ledger_days ORDER BY day",
    )?;
    let mut closed = statement.query([])?;
    while let Some(found) = closed.next()? {
        let (day, last): (i64, i64) = (found.get(0)?, found.get(1)?);
        let noted: [u8; 32] = found.get(2)?;
        let actual = found.get::<_, Option<[u8; 32]>>(3)?.unwrap_or(GENESIS);
        if noted != actual {
            return Ok(Some(Flaw::Rewritten(RowNo(last.cast_unsigned()))));
        }
        let sql = format!(
            "SELECT count(*) FROM (
                 SELECT * FROM (SELECT account, purpose, sum(debits), sum(credits) FROM ({SIDES})
                     GROUP BY account, purpose)
                 EXCEPT SELECT account, purpose, debits, credits FROM ledger_totals WHERE day = ?1)"
        );
        let missing: i64 = from.query_row(&sql, params![day, 0, last], |row| row.get(0))?;
        let sql = format!(
            "SELECT count(*) FROM (
                 SELECT account, purpose, debits, credits FROM ledger_totals WHERE day = ?1
                 EXCEPT SELECT account, purpose, sum(debits), sum(credits) FROM ({SIDES})
                     GROUP BY account, purpose)"
        );
        let surplus: i64 = from.query_row(&sql, params![day, 0, last], |row| row.get(0))?;
        if missing + surplus > 0 {
            let day = load::day(day)?.to_string();
            return Ok(Some(Flaw::Totals { day }));
        }
        proof.days += 1;
    }
    Ok(None)
}
