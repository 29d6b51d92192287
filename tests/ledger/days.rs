//! Closing days: the totals tie to the fen, late rows are found, a closed day stays closed.

use onecard::store::{
    OnDurable,
    ledger::{Answer, Done, Ledger, LedgerReader},
};
use onecard_rules::{ledger::Purpose, money::Fen};
use tempfile::tempdir;

use crate::support::{accounts, at, entry, file, open, order, proof, some_history, transfer};

fn close(ledger: &Ledger, day: &str) -> Answer {
    let (then, receipt) = OnDurable::receipt();
    ledger.close_day(day.parse().unwrap(), at(0), None, then).unwrap();
    receipt.blocking_recv().unwrap().unwrap()
}

fn closed(answer: Answer) -> (u64, i64) {
    match answer {
        Ok(Done::Closed(totals)) => (totals.rows, totals.moved.get()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_day_is_closed_with_what_it_came_to() {
    let folder = tempdir().unwrap();
    let (ledger, _) = open(folder.path());
    some_history(&ledger);
    assert_eq!(closed(close(&ledger, "2026-11-26")), (5, 10_000 + 1_250 + 230 + 777 + 250));
    let reader = LedgerReader::open(&file(folder.path())).unwrap();
    let totals = reader.totals("2026-11-26".parse().unwrap()).unwrap();
    let sum = |of: fn(&Fen, &Fen) -> i64| -> i64 {
        totals.iter().map(|(_, _, debits, credits)| of(debits, credits)).sum()
    };
    assert_eq!(sum(|debits, credits| debits.get() - credits.get()), 0, "as much out as in");
    let of = |account: &str, purpose: &str| {
        let found = totals.iter().find(|row| row.0.to_string() == account && row.1 == purpose);
        found.map(|(_, _, debits, credits)| (debits.get(), credits.get()))
    };
    assert_eq!(of("purse:p0", "purchase"), Some((1_250, 250)));
    assert_eq!(of("merchant:m", "purchase"), Some((250, 1_250)));
    assert_eq!(of("income:water", "water"), Some((0, 230)));
    assert_eq!(of("clearing:icbc", "top_up"), Some((10_000, 0)));
    assert_eq!(reader.closed_through().unwrap(), "2026-11-26".parse().ok());
    let found = proof(folder.path());
    assert_eq!((found.days, found.flaw), (1, None));
}

#[test]
fn late_and_early_rows_count_for_their_own_day() {
    let folder = tempdir().unwrap();
    let (ledger, _) = open(folder.path());
    accounts(&ledger, 1);
    let top_up = |receipt, day: &str, fen| {
        let ask = transfer(Purpose::TopUp, "clearing:icbc", "purse:p0", fen);
        entry(&ledger, order(receipt, day, ask))
    };
    top_up(1, "2026-11-25", 1).unwrap();
    top_up(2, "2026-11-27", 20).unwrap();
    top_up(3, "2026-11-26", 300).unwrap();
    top_up(4, "2026-11-25", 4_000).unwrap();
    assert_eq!(closed(close(&ledger, "2026-11-25")), (2, 4_001));
    assert_eq!(top_up(5, "2026-11-25", 1).unwrap_err().code(), "day_closed");
    assert_eq!(close(&ledger, "2026-11-25").unwrap_err().code(), "day_closed");
    top_up(6, "2026-11-26", 50_000).unwrap();
    assert_eq!(closed(close(&ledger, "2026-11-26")), (2, 50_300));
    // Days on which nothing happened, and one that was left out.
    top_up(7, "2026-11-29", 600_000).unwrap();
    drop(ledger);
    let (ledger, _) = open(folder.path());
    assert_eq!(closed(close(&ledger, "2026-11-28")), (0, 0));
    assert_eq!(closed(close(&ledger, "2026-11-29")), (1, 600_000));
    let reader = LedgerReader::open(&file(folder.path())).unwrap();
    let of = |day: &str| reader.totals(day.parse().unwrap()).unwrap().len();
    assert_eq!((of("2026-11-27"), of("2026-11-28"), of("2026-11-29")), (2, 0, 2));
    let found = proof(folder.path());
    assert_eq!((found.days, found.flaw), (5, None));
}
