//! A card at a terminal counts once, however long ago it was.

use onecard::store::{
    OnDurable,
    ledger::{Ledger, LedgerReader, With},
};
use onecard_rules::{
    ledger::{Cause, Order, Purpose, Refusal, RowNo},
    money::Fen,
};
use rusqlite::Connection;
use tempfile::tempdir;

use crate::support::{DAY, accounts, entry, file, open, order, proof, transfer};

/// Rows of more than two spans, of a few terminals in turn.
const POSTINGS: u64 = 9_000;
const TERMINALS: u64 = 7;

fn at_terminal(number: u64, fen: i64) -> Order {
    let terminal = format!("pos-{}", number % TERMINALS).parse().unwrap();
    let ask = transfer(Purpose::Purchase, "purse:p0", "merchant:m", fen);
    Order { cause: Cause::Terminal { terminal, boot: 1, seq: number }, ..order(number, DAY, ask) }
}

/// Every hundredth card is told only later.
fn is_late(number: u64) -> bool {
    number % 100 == 50
}

fn post(ledger: &Ledger, numbers: impl Iterator<Item = u64>) {
    let mut last = None;
    for (place, number) in numbers.enumerate() {
        let (then, receipt) = OnDurable::receipt();
        ledger.order(at_terminal(number, 1), With::default(), then).unwrap();
        last = Some(receipt);
        if place % 1_000 == 0 {
            // The queue is bounded.
            last.take().unwrap().blocking_recv().unwrap().unwrap().unwrap();
        }
    }
    last.unwrap().blocking_recv().unwrap().unwrap().unwrap();
}

fn each_is_known(ledger: &Ledger, when: &str) {
    for number in (1..=POSTINGS).step_by(371).filter(|number| !is_late(*number)) {
        let refusal = entry(ledger, at_terminal(number, 1)).unwrap_err();
        let Refusal::Exists { entry: first } = refusal else { panic!("{when}: {refusal:?}") };
        let other = Refusal::ExistsWithDifferentAmount { entry: first, amount: Fen::new(1) };
        assert_eq!(entry(ledger, at_terminal(number, 2)), Err(other), "{when}: {number}");
        let reader = LedgerReader::open(ledger.path()).unwrap();
        let read = reader.entry(&at_terminal(number, 1).cause).unwrap();
        assert_eq!(read, Some((first, Fen::new(1))), "{when}: {number}");
    }
}

#[test]
fn a_card_at_a_terminal_counts_once_however_old_it_is() {
    let folder = tempdir().unwrap();
    let (ledger, _) = open(folder.path());
    accounts(&ledger, 1);
    let funds = transfer(Purpose::TopUp, "clearing:icbc", "purse:p0", 1_000_000);
    entry(&ledger, order(POSTINGS + 1, DAY, funds)).unwrap();
    post(&ledger, (1..=POSTINGS).filter(|number| !is_late(*number)));
    each_is_known(&ledger, "in one run");
    ledger.close();

    let (ledger, opened) = open(folder.path());
    each_is_known(&ledger, "over a restart");
    let reader = LedgerReader::open(ledger.path()).unwrap();
    assert_eq!(reader.entry(&at_terminal(50, 1).cause).unwrap(), None);
    let late = entry(&ledger, at_terminal(50, 1)).unwrap();
    assert_eq!(late, opened.rows.later(1), "what comes late is new all the same");
    assert_eq!(entry(&ledger, at_terminal(50, 1)), Err(Refusal::Exists { entry: late }));
    ledger.close();

    // As a ledger from before there was such an index.
    let emptied = "DELETE FROM ledger_causes; DELETE FROM ledger_terminals";
    Connection::open(file(folder.path())).unwrap().execute_batch(emptied).unwrap();
    let (ledger, _) = open(folder.path());
    each_is_known(&ledger, "indexed anew");
    assert_eq!(entry(&ledger, at_terminal(50, 1)), Err(Refusal::Exists { entry: late }));
    let rows = ledger.health().rows;
    assert_eq!(rows, 0, "nothing was written that was there");
    ledger.close();
    assert_eq!(proof(folder.path()).flaw, None);
    assert_eq!(opened.rows, RowNo(POSTINGS - POSTINGS / 100 + 1));
}
