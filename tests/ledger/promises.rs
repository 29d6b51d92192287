//! Orders on disk: answered after the commit, found again after a restart, refused by name.

use onecard::store::{
    AppendRefusal, OnDurable, StoreFailure,
    journal::{self, Journal, JournalReader},
    ledger::{Done, Keep, Ledger, LedgerReader, Settings, With},
};
use onecard_rules::{
    event::Event,
    ledger::{Ask, Purpose, Refusal, RowNo},
    money::Fen,
};
use tempfile::tempdir;

use crate::support::{
    DAY, accounts, answer, at, entry, file, name, open, order, proof, reserve, some_history,
    transfer,
};

#[test]
fn balances_and_reservations_are_there_again_after_a_restart() {
    let folder = tempdir().unwrap();
    let (ledger, opened) = open(folder.path());
    assert_eq!((opened.accounts, opened.rows, opened.damage), (0, RowNo(0), None));
    some_history(&ledger);
    drop(ledger);

    let (ledger, opened) = open(folder.path());
    assert_eq!((opened.accounts, opened.rows, opened.damage), (7, RowNo(7), None));
    assert_eq!(opened.reservations, [(RowNo(5), Fen::new(500))]);
    let reader = LedgerReader::open(&file(folder.path())).unwrap();
    let held = |text: &str| {
        let (_, account) = reader.account(&name(text)).unwrap().unwrap();
        (account.balance().get(), account.available().get())
    };
    assert_eq!(held("purse:p0"), (10_000 - 1_250 - 230 + 250, 8_270));
    assert_eq!(held("room:r1"), (-777, -777));
    assert_eq!(held("income:water"), (230, 230));
    // What was held back before the restart is posted after it.
    let post = Ask::Post { reservation: RowNo(5), amount: Fen::new(500) };
    assert_eq!(entry(&ledger, order(8, DAY, post)), Ok(RowNo(8)));
    assert_eq!(held("purse:p0"), (8_270, 8_270));
    assert_eq!(proof(folder.path()).flaw, None);
}

#[test]
fn a_retry_is_answered_with_what_came_of_it_also_after_a_restart() {
    let folder = tempdir().unwrap();
    let (ledger, _) = open(folder.path());
    some_history(&ledger);
    let all = transfer(Purpose::Purchase, "purse:p0", "merchant:m", 8_270);
    assert_eq!(entry(&ledger, order(9, DAY, all.clone())), Ok(RowNo(8)));
    for _ in 0..2 {
        let (ledger, _) = {
            drop(ledger.clone());
            ledger.close();
            open(folder.path())
        };
        // There is nothing left to pay with, and yet it is no refusal.
        let exists = Err(Refusal::Exists { entry: RowNo(8) });
        assert_eq!(entry(&ledger, order(9, DAY, all.clone())), exists);
        let other = transfer(Purpose::Purchase, "purse:p0", "merchant:m", 1);
        let different =
            Refusal::ExistsWithDifferentAmount { entry: RowNo(8), amount: Fen::new(8_270) };
        assert_eq!(entry(&ledger, order(9, DAY, other)), Err(different));
        let ended = Ask::Release { reservation: RowNo(3) };
        let refusal = entry(&ledger, order(10, DAY, ended)).unwrap_err();
        assert_eq!(refusal.code(), "reservation_ended");
        let again = Ask::Correct { row: RowNo(2), amount: Fen::new(1_001) };
        let refusal = entry(&ledger, order(11, DAY, again)).unwrap_err();
        assert_eq!(refusal, Refusal::ExceedsRow { left: Fen::new(1_000) });
        ledger.close();
    }
}

#[test]
fn orders_of_one_batch_see_each_other() {
    let folder = tempdir().unwrap();
    let (ledger, _) = open(folder.path());
    accounts(&ledger, 1);
    let top_up = transfer(Purpose::TopUp, "clearing:icbc", "purse:p0", 100);
    let buy = || transfer(Purpose::Purchase, "purse:p0", "merchant:m", 60);
    let asks = [(1, top_up), (2, buy()), (2, buy()), (3, buy())];
    let receipts: Vec<_> = asks
        .into_iter()
        .map(|(receipt, ask)| {
            let (then, answer) = OnDurable::receipt();
            ledger.order(order(receipt, DAY, ask), With::default(), then).unwrap();
            answer
        })
        .collect();
    let codes: Vec<&str> = receipts
        .into_iter()
        .map(|receipt| match receipt.blocking_recv().unwrap().unwrap() {
            Ok(_) => "done",
            Err(refusal) => refusal.code(),
        })
        .collect();
    assert_eq!(codes, ["done", "done", "exists", "insufficient_funds"]);
}

#[test]
fn who_is_answered_is_told_both_balances() {
    let folder = tempdir().unwrap();
    let (ledger, _) = open(folder.path());
    accounts(&ledger, 1);
    let ask = transfer(Purpose::TopUp, "clearing:icbc", "purse:p0", 100);
    let done = answer(&ledger, order(1, DAY, ask), With::default());
    let (from, to) = (Fen::new(-100), Fen::new(100));
    assert_eq!(done, Ok(Done::Posted { entry: RowNo(1), from, to }));
}

#[test]
fn what_goes_along_is_there_if_the_order_is_and_only_then() {
    let folder = tempdir().unwrap();
    let (ledger, _) = open(folder.path());
    accounts(&ledger, 1);
    let fact = |second| Event::Stopped { at: at(second) };
    let with = |body: &str, second| With {
        keep: vec![Keep { kind: "meter", key: "m1".to_owned(), body: Some(body.to_owned()) }],
        facts: vec![fact(second)],
    };
    let usage = |fen| transfer(Purpose::Usage, "room:r1", "income:power", fen);
    answer(&ledger, order(1, DAY, usage(5)), with("one", 1)).unwrap();
    // Known already, and impossible: neither changes anything.
    answer(&ledger, order(1, DAY, usage(5)), with("two", 2)).unwrap_err();
    answer(&ledger, order(2, DAY, usage(-1)), with("three", 3)).unwrap_err();
    let reader = LedgerReader::open(&file(folder.path())).unwrap();
    assert_eq!(reader.states("meter").unwrap(), [("m1".to_owned(), "one".to_owned())]);
    let outbox = reader.outbox(10).unwrap();
    assert_eq!(outbox.len(), 1);
    assert_eq!(serde_json::from_str::<Event>(&outbox[0].1).unwrap(), fact(1));
    // Told to the journal, it is forgotten; a new one has a new number.
    ledger.told(outbox[0].0, OnDurable::Nothing).unwrap();
    answer(&ledger, order(3, DAY, usage(5)), with("four", 4)).unwrap();
    let later = reader.outbox(10).unwrap();
    assert_eq!(later.len(), 1);
    assert!(later[0].0 > outbox[0].0);
    assert_eq!(reader.states("meter").unwrap()[0].1, "four");
}

#[test]
fn a_statement_is_a_walk_from_the_newest_line() {
    let folder = tempdir().unwrap();
    let (ledger, _) = open(folder.path());
    some_history(&ledger);
    let reader = LedgerReader::open(&file(folder.path())).unwrap();
    let purse = name("purse:p0");
    let rows = |before, limit| -> Vec<u64> {
        let lines = reader.statement(&purse, before, limit).unwrap();
        lines.iter().map(|line| line.row.0).collect()
    };
    assert_eq!(rows(None, 10), [7, 5, 4, 3, 2, 1]);
    assert_eq!(rows(None, 2), [7, 5]);
    assert_eq!(rows(Some(RowNo(5)), 2), [4, 3]);
    assert!(rows(Some(RowNo(1)), 2).is_empty());
    let lines = reader.statement(&purse, None, 10).unwrap();
    assert!(lines[0].incoming, "the correction");
    assert_eq!(lines[0].other, name("merchant:m"));
    assert_eq!(lines[0].what.about, Some(RowNo(2)));
    assert!(lines.iter().all(|line| line.cause.is_some()));
    assert_eq!(reader.accounts("purse:").unwrap().len(), 2);
    assert_eq!(reader.account(&name("purse:nobody")).unwrap(), None);
}

#[test]
fn a_second_controller_on_the_same_ledger_is_refused() {
    let folder = tempdir().unwrap();
    let (_ledger, _) = open(folder.path());
    let second = Ledger::open(&file(folder.path()), Settings::default());
    assert!(matches!(second, Err(StoreFailure::InUse { .. })));
}

#[test]
fn a_full_queue_refuses_and_loses_nothing() {
    let folder = tempdir().unwrap();
    let settings = Settings { queue: 4, batch: 2 };
    let (ledger, _) = Ledger::open(&file(folder.path()), settings).unwrap();
    accounts(&ledger, 1);
    let (mut receipts, mut refused) = (Vec::new(), 0);
    for receipt in 0..2_000 {
        let (then, answer) = OnDurable::receipt();
        let ask = transfer(Purpose::TopUp, "clearing:icbc", "purse:p0", 1);
        match ledger.order(order(receipt, DAY, ask), With::default(), then) {
            Ok(()) => receipts.push(answer),
            Err(_) => refused += 1,
        }
    }
    let taken = i64::try_from(receipts.len()).unwrap();
    for receipt in receipts {
        receipt.blocking_recv().unwrap().unwrap().unwrap();
    }
    assert!(refused > 0);
    let reader = LedgerReader::open(&file(folder.path())).unwrap();
    let (_, purse) = reader.account(&name("purse:p0")).unwrap().unwrap();
    assert_eq!(purse.balance(), Fen::new(taken));
}

#[test]
fn what_is_refused_leaves_no_trace() {
    let folder = tempdir().unwrap();
    let (ledger, _) = open(folder.path());
    accounts(&ledger, 1);
    let rows = [
        (transfer(Purpose::TopUp, "clearing:icbc", "purse:nobody", 1), "unknown_account"),
        (transfer(Purpose::TopUp, "clearing:icbc", "purse:p0", 0), "not_positive"),
        (transfer(Purpose::Purchase, "purse:p0", "merchant:m", 1), "insufficient_funds"),
        (transfer(Purpose::Purchase, "room:r1", "merchant:m", 1), "wrong_accounts"),
        (reserve("purse:p0", "income:water", 1), "insufficient_funds"),
        (Ask::Release { reservation: RowNo(1) }, "reservation_unknown"),
        (Ask::Correct { row: RowNo(1), amount: Fen::new(1) }, "row_unknown"),
    ];
    for (receipt, (ask, code)) in (0..).zip(rows) {
        let refusal = entry(&ledger, order(receipt, DAY, ask)).unwrap_err();
        assert_eq!(refusal.code(), code);
    }
    let found = proof(folder.path());
    assert_eq!((found.rows, found.flaw), (0, None));
}

#[test]
fn facts_reach_the_journal_also_those_that_an_earlier_run_has_left() {
    let folder = tempdir().unwrap();
    let fact = |second| Event::Stopped { at: at(second) };
    let usage = || transfer(Purpose::Usage, "room:r1", "income:power", 5);
    let with = |second| With { keep: Vec::new(), facts: vec![fact(second)] };
    let (ledger, _) = open(folder.path());
    accounts(&ledger, 1);
    answer(&ledger, order(1, DAY, usage()), with(1)).unwrap();
    ledger.close();
    drop(ledger);

    let (ledger, _) = open(folder.path());
    let path = folder.path().join("journal.db");
    let (journal, _) = Journal::open(&path, journal::Settings::default()).unwrap();
    ledger.tell(journal.clone()).unwrap();
    ledger.tell(journal.clone()).unwrap();
    answer(&ledger, order(2, DAY, usage()), with(2)).unwrap();
    // Nobody waits for this one. What is queued is carried out, and told, before it ends.
    ledger.order(order(3, DAY, usage()), with(3), OnDurable::Nothing).unwrap();
    ledger.close();
    let late = ledger.order(order(4, DAY, usage()), with(4), OnDurable::Nothing);
    assert_eq!(late, Err(AppendRefusal::Closed));
    drop(ledger);
    assert_eq!(LedgerReader::open(&file(folder.path())).unwrap().outbox(9).unwrap(), []);
    let mut found = Vec::new();
    JournalReader::open(&path)
        .unwrap()
        .replay(0, |row| {
            found.push((*row.event).clone());
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    // An orderly end comes never between telling a fact and noting that it is told.
    assert_eq!(found, [fact(1), fact(2), fact(3)]);
}
