//! Ledgers and orders to test with.

use std::path::{Path, PathBuf};

use onecard::store::{
    OnDurable,
    database::FILE_NAME,
    ledger::{Answer, Done, Ledger, Opened, Proof, Settings, With, verify},
};
use onecard_rules::{
    Time,
    ledger::{AccountName, Ask, Cause, Order, Purpose, Refusal, RowNo, Terms},
    money::Fen,
};

pub fn file(folder: &Path) -> PathBuf {
    folder.join(FILE_NAME)
}

pub fn open(folder: &Path) -> (Ledger, Opened) {
    Ledger::open(&file(folder), Settings::default()).unwrap()
}

pub fn proof(folder: &Path) -> Proof {
    verify(&file(folder)).unwrap()
}

pub fn name(text: &str) -> AccountName {
    text.parse().unwrap()
}

pub fn at(second: i64) -> Time {
    Time::from_timestamp(1_795_000_000 + second, 0).unwrap()
}

pub fn order(receipt: u64, day: &str, ask: Ask) -> Order {
    Order {
        cause: Cause::Desk { desk: "d1".parse().unwrap(), receipt },
        at: at(receipt.cast_signed()),
        day: day.parse().unwrap(),
        by: None,
        why: None,
        ask,
    }
}

pub const DAY: &str = "2026-11-26";

pub fn transfer(purpose: Purpose, from: &str, to: &str, fen: i64) -> Ask {
    Ask::Transfer { purpose, from: name(from), to: name(to), amount: Fen::new(fen) }
}

pub fn reserve(from: &str, to: &str, fen: i64) -> Ask {
    let (purpose, amount) = (Purpose::Water, Fen::new(fen));
    Ask::Reserve { purpose, from: name(from), to: name(to), amount, until: None }
}

/// Waits for an answer.
pub fn answer(ledger: &Ledger, order: Order, with: With) -> Answer {
    let (then, receipt) = OnDurable::receipt();
    ledger.order(order, with, then).unwrap();
    receipt.blocking_recv().unwrap().unwrap()
}

/// The first row of what an order comes to.
pub fn entry(ledger: &Ledger, order: Order) -> Result<RowNo, Refusal> {
    match answer(ledger, order, With::default())? {
        Done::Posted { entry, .. } => Ok(entry),
        other @ (Done::Account(_) | Done::Closed(_) | Done::Kept) => panic!("{other:?}"),
    }
}

pub fn open_account(ledger: &Ledger, text: &str, terms: Terms) {
    let (then, receipt) = OnDurable::receipt();
    ledger.open_account(name(text), terms, then).unwrap();
    receipt.blocking_recv().unwrap().unwrap().unwrap();
}

/// Opens what a small campus has.
pub fn accounts(ledger: &Ledger, people: u32) {
    let others = ["clearing:icbc", "income:water", "income:power", "merchant:m", "room:r1"];
    for text in others {
        open_account(ledger, text, Terms::default());
    }
    for person in 0..people {
        open_account(ledger, &format!("purse:p{person}"), Terms::default());
    }
}

/// A few entries of each kind.
pub fn some_history(ledger: &Ledger) {
    accounts(ledger, 2);
    let top_up = transfer(Purpose::TopUp, "clearing:icbc", "purse:p0", 10_000);
    entry(ledger, order(1, DAY, top_up)).unwrap();
    let lunch = transfer(Purpose::Purchase, "purse:p0", "merchant:m", 1_250);
    entry(ledger, order(2, DAY, lunch)).unwrap();
    let held = entry(ledger, order(3, DAY, reserve("purse:p0", "income:water", 600))).unwrap();
    let post = Ask::Post { reservation: held, amount: Fen::new(230) };
    entry(ledger, order(4, DAY, post)).unwrap();
    entry(ledger, order(5, DAY, reserve("purse:p0", "income:water", 500))).unwrap();
    let usage = transfer(Purpose::Usage, "room:r1", "income:power", 777);
    entry(ledger, order(6, DAY, usage)).unwrap();
    let correct = Ask::Correct { row: RowNo(2), amount: Fen::new(250) };
    entry(ledger, order(7, DAY, correct)).unwrap();
}
