//! Closing a day: what each account and purpose came to, which ties to the fen.

use chrono::NaiveDate;
use onecard_rules::{Time, ids::OperatorId, ledger::RowNo, money::Fen};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::{load::day_number, row};
use crate::store::sqlite::Stamp;

/// What a day came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayTotals {
    pub day: NaiveDate,
    /// Rows that moved money.
    pub rows: u64,
    /// What was moved; as much went out of accounts as came in.
    pub moved: Fen,
    /// The last row when it was closed.
    pub last: RowNo,
}

/// The rows of a day that move money, by account and side.
pub(super) const SIDES: &str = "
    SELECT debit AS account, purpose, amount AS debits, 0 AS credits FROM ledger_rows
        WHERE number > ?2 AND number <= ?3 AND day = ?1 AND phase IN ('transfer', 'post', 'correct')
    UNION ALL
    SELECT credit, purpose, 0, amount FROM ledger_rows
        WHERE number > ?2 AND number <= ?3 AND day = ?1 AND phase IN ('transfer', 'post', 'correct')";

/// Closes a day. Days between the one closed before and this one have rows too, if they were skipped:
/// each gets its totals.
pub(super) fn close(
    to: &Transaction<'_>,
    day: NaiveDate,
    at: Time,
    by: Option<&OperatorId>,
    (last, hash): (RowNo, [u8; 32]),
) -> rusqlite::Result<DayTotals> {
    let (closed, after) = before(to)?;
    let through = day_number(day);
    let sql = "SELECT DISTINCT day FROM ledger_rows WHERE number > ?1 AND day <= ?2 AND day > ?3";
    let mut days: Vec<i64> = to
        .prepare(sql)?
        .query_map(params![after, through, closed], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if !days.contains(&through) {
        days.push(through);
    }
    let sql = "SELECT min(number) FROM ledger_rows WHERE number > ?1 AND day > ?2";
    let open: Option<i64> = to.query_row(sql, params![after, through], |row| row.get(0))?;
    let open_from = open.unwrap_or_else(|| row::number(last.later(1)));
    let operator = by.map(OperatorId::as_str);
    for day in days {
        let sql = format!(
            "INSERT INTO ledger_totals SELECT ?1, account, purpose, sum(debits), sum(credits)
             FROM ({SIDES}) GROUP BY account, purpose"
        );
        to.execute(&sql, params![day, after, row::number(last)])?;
        let sql = "INSERT INTO ledger_days VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let values = params![day, Stamp(at), operator, row::number(last), open_from, hash];
        to.execute(sql, values)?;
    }
    let sql = format!("SELECT count(*) / 2, coalesce(sum(debits), 0) FROM ({SIDES})");
    to.query_row(&sql, params![through, after, row::number(last)], |found| {
        let rows: i64 = found.get(0)?;
        Ok(DayTotals { day, rows: rows.unsigned_abs(), moved: Fen::new(found.get(1)?), last })
    })
}

/// The last day closed, and the last row before the first that belongs to a day still open.
fn before(from: &Connection) -> rusqlite::Result<(i64, i64)> {
    let sql = "SELECT day, open_from - 1 FROM ledger_days ORDER BY day DESC LIMIT 1";
    let found = from.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(found.unwrap_or((i64::MIN, 0)))
}
