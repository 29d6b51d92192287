//! Kills under a mixed load: what was acknowledged is there, once; what is tried again is known; the
//! books balance and no reservation is forgotten. `ONECARD_KILLS` sets how often.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use onecard::store::{
    OnDurable,
    ledger::{Done, Ledger, With},
};
use onecard_rules::{
    ledger::{Ask, Order, Purpose, Refusal, RowNo},
    money::Fen,
};
use tempfile::tempdir;

use crate::support::{DAY, accounts, entry, open, order, proof, reserve, transfer};

const FOLDER: &str = "ONECARD_TEST_KILLED_LEDGER";
const PEOPLE: u64 = 20;

/// The order that receipt `number` is for; the same one whenever it is asked again.
fn ask(number: u64) -> Order {
    let purse = format!("purse:p{}", number % PEOPLE);
    let ask = match number % 4 {
        0 => transfer(Purpose::TopUp, "clearing:icbc", &purse, 500),
        1 => transfer(Purpose::Usage, "room:r1", "income:power", 7),
        2 => reserve(&format!("purse:p{}", (number - 2) % PEOPLE), "income:water", 90),
        _ => transfer(
            Purpose::Purchase,
            &format!("purse:p{}", (number - 3) % PEOPLE),
            "merchant:m",
            100,
        ),
    };
    order(number, DAY, ask)
}

/// The end of the reservation that receipt `number` has made.
fn end(number: u64, reservation: RowNo) -> Order {
    let amount = Fen::new(41);
    order(1_000_000_000 + number, DAY, Ask::Post { reservation, amount })
}

/// Not a test by itself: the process that is killed. Prints each order once it is on disk.
#[test]
fn carries_out_orders_until_it_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let (ledger, opened) = open(folder.as_ref());
    if opened.accounts == 0 {
        accounts(&ledger, u32::try_from(PEOPLE).unwrap());
    }
    let first = std::env::var("ONECARD_TEST_FIRST").map_or(0, |text| text.parse().unwrap());
    for number in first.. {
        submit(&ledger, number);
    }
}

fn submit(ledger: &Ledger, number: u64) {
    let again = ledger.clone();
    let call = move |answer: Result<Result<Done, Refusal>, _>| {
        let Ok(Ok(Done::Posted { entry, .. })) = answer else { return };
        say(&format!("done {number} {entry}"));
        if number % 4 == 2 && !number.is_multiple_of(3) {
            let then = Box::new(move |answer: Result<Result<Done, Refusal>, _>| {
                if let Ok(Ok(Done::Posted { entry: ended, .. })) = answer {
                    say(&format!("ended {number} {entry} {ended}"));
                }
            });
            // A full queue leaves the reservation open, as a crash would.
            let _ = again.order(end(number, entry), With::default(), OnDurable::Call(then));
        }
    };
    let mut call = Some(call);
    while let Some(then) = call.take() {
        let retry = then.clone();
        let queued = ledger.order(ask(number), With::default(), OnDurable::Call(Box::new(then)));
        if queued.is_err() {
            std::thread::yield_now();
            call = Some(retry);
        }
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{line}").unwrap();
}

#[derive(Default)]
struct Seen {
    done: BTreeMap<u64, RowNo>,
    ended: BTreeMap<u64, (RowNo, RowNo)>,
}

/// Runs the other process until it has acknowledged some more, and kills it.
fn run_and_kill(folder: &Path, seen: &mut Seen, more: usize) {
    let first = seen.done.keys().next_back().map_or(0, |last| last + 1);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::carries_out_orders_until_it_is_killed", "--nocapture"])
        .env(FOLDER, folder)
        .env("ONECARD_TEST_FIRST", first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut count = 0;
    for line in lines.map_while(Result::ok) {
        let number = |text: &str| text.parse::<u64>().ok();
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["done", order, row] => {
                let (Some(order), Some(row)) = (number(order), number(row)) else { continue };
                seen.done.insert(order, RowNo(row));
                count += 1;
            }
            ["ended", order, row, ended] => {
                let (Some(order), Some(row)) = (number(order), number(row)) else { continue };
                let Some(ended) = number(ended) else { continue };
                seen.ended.insert(order, (RowNo(row), RowNo(ended)));
            }
            _ => {}
        }
        if count == more {
            // What it still writes before it dies is read on, to the end.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(count >= more, "it died by itself");
}

#[test]
fn what_was_acknowledged_before_a_kill_is_there_once_and_known_when_tried_again() {
    let kills: usize = std::env::var("ONECARD_KILLS").map_or(8, |text| text.parse().unwrap());
    let folder = tempdir().unwrap();
    let mut seen = Seen::default();
    for kill in 0..kills {
        run_and_kill(folder.path(), &mut seen, 150 + kill * 37 % 200);
        let found = proof(folder.path());
        assert_eq!(found.flaw, None, "after kill {kill}");
    }
    let (ledger, opened) = open(folder.path());
    assert_eq!(opened.damage, None);
    for (number, row) in &seen.done {
        let exists = Err(Refusal::Exists { entry: *row });
        assert_eq!(entry(&ledger, ask(*number)), exists, "order {number}");
    }
    for (number, (reservation, ended)) in &seen.ended {
        let exists = Err(Refusal::Exists { entry: *ended });
        assert_eq!(entry(&ledger, end(*number, *reservation)), exists, "end of {number}");
    }
    // Every reservation that was acknowledged and not ended is held back still, or its end was on
    // disk before anybody was told.
    let held: Vec<RowNo> = opened.reservations.iter().map(|(row, _)| *row).collect();
    for (number, row) in seen.done.iter().filter(|(number, _)| *number % 4 == 2) {
        if seen.ended.contains_key(number) || held.contains(row) {
            continue;
        }
        let refusal = entry(&ledger, end(*number, *row)).unwrap_err();
        assert_eq!(refusal.code(), "exists", "reservation {row} of order {number} is forgotten");
    }
    for (row, _) in &opened.reservations {
        let order = order(2_000_000_000 + row.0, DAY, Ask::Release { reservation: *row });
        entry(&ledger, order).unwrap();
    }
    ledger.close();
    let found = proof(folder.path());
    assert_eq!((found.flaw, found.reservations), (None, 0));
    println!("{kills} kills, {} orders acknowledged, {} rows", seen.done.len(), found.rows);
}
