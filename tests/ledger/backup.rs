//! Copies taken under load restore to a ledger that proves whole; a damaged copy is refused.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use onecard::store::{
    OnDurable,
    backup::{BackupFailure, LIST, backup, restore},
    database::{Change, Database},
    ledger::With,
};
use onecard_rules::ledger::Purpose;
use tempfile::tempdir;

use crate::support::{DAY, accounts, file, open, order, proof, some_history, transfer};

#[test]
fn a_copy_taken_while_others_write_is_whole_and_restores() {
    let folder = tempdir().unwrap();
    let (ledger, _) = open(folder.path());
    accounts(&ledger, 50);
    // The other writer of the same file.
    let database = Database::open(&file(folder.path())).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let written = Arc::new(AtomicU64::new(0));
    let load = {
        let (ledger, stop, written) = (ledger.clone(), Arc::clone(&stop), Arc::clone(&written));
        thread::spawn(move || {
            for number in 0_u64.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let purse = format!("purse:p{}", number % 50);
                let ask = transfer(Purpose::TopUp, "clearing:icbc", &purse, 1);
                let written = Arc::clone(&written);
                let count = OnDurable::Call(Box::new(move |answer: Result<_, _>| {
                    assert!(answer.is_ok());
                    written.fetch_add(1, Ordering::Relaxed);
                }));
                if ledger.order(order(number, DAY, ask), With::default(), count).is_err() {
                    thread::yield_now();
                }
                let room = Change::Room("r1".parse().unwrap(), number.to_string());
                database.put([room], None, OnDurable::Nothing).unwrap();
            }
        })
    };
    let mut copied = Vec::new();
    for round in 0..3 {
        let before = written.load(Ordering::Relaxed);
        while written.load(Ordering::Relaxed) < before + 2_000 {
            thread::yield_now();
        }
        let to = folder.path().join(format!("copy-{round}"));
        let acknowledged = written.load(Ordering::Relaxed);
        let listed = backup(folder.path(), &to).unwrap();
        assert!(listed.ledger_rows >= acknowledged, "all that was acknowledged is in the copy");
        copied.push((to, listed.ledger_rows));
    }
    stop.store(true, Ordering::Relaxed);
    load.join().unwrap();
    ledger.close();
    assert!(copied[2].1 > copied[0].1);
    for (place, (copy, rows)) in copied.iter().enumerate() {
        let back = folder.path().join(format!("back-{place}"));
        assert_eq!(restore(copy, &back).unwrap().ledger_rows, *rows);
        let (ledger, opened) = open(&back);
        assert_eq!((opened.rows.0, opened.damage), (*rows, None));
        // And it works on.
        let ask = transfer(Purpose::TopUp, "clearing:icbc", "purse:p0", 1);
        crate::support::entry(&ledger, order(9_000_000_000, DAY, ask)).unwrap();
        ledger.close();
        assert_eq!(proof(&back).flaw, None);
    }
}

fn copy_of_some_history(folder: &Path) -> std::path::PathBuf {
    let data = folder.join("data");
    fs::create_dir(&data).unwrap();
    let (ledger, _) = open(&data);
    some_history(&ledger);
    ledger.close();
    let copy = folder.join("copy");
    backup(&data, &copy).unwrap();
    copy
}

#[test]
fn a_damaged_copy_is_refused_with_the_name_of_the_file() {
    type Harm = fn(&Path);
    let database = |copy: &Path| copy.join("onecard.db");
    let harms: [(&str, Harm); 4] = [
        ("truncated", |file| {
            let bytes = fs::read(file).unwrap();
            fs::write(file, &bytes[..bytes.len() - 4_096]).unwrap();
        }),
        ("a flipped bit", |file| {
            let mut bytes = fs::read(file).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(file, bytes).unwrap();
        }),
        ("empty", |file| fs::write(file, []).unwrap()),
        ("a bit in the first page", |file| {
            let mut bytes = fs::read(file).unwrap();
            bytes[20] ^= 0x40;
            fs::write(file, bytes).unwrap();
        }),
    ];
    for (what, harm) in harms {
        let folder = tempdir().unwrap();
        let copy = copy_of_some_history(folder.path());
        harm(&database(&copy));
        let back = folder.path().join("back");
        let refused = restore(&copy, &back).unwrap_err();
        assert!(matches!(&refused, BackupFailure::Damaged { .. }), "{what}: {refused}");
        assert!(refused.to_string().contains("onecard.db"), "{refused}");
        assert!(!back.join("onecard.db").exists(), "{what}: nothing is put back");
    }
}

#[test]
fn an_unfinished_copy_is_none_and_data_is_never_overwritten() {
    let folder = tempdir().unwrap();
    let copy = copy_of_some_history(folder.path());
    let data = folder.path().join("data");
    let refused = restore(&copy, &data).unwrap_err();
    assert!(matches!(refused, BackupFailure::NotEmpty { .. }), "{refused}");
    let refused = backup(&data, &copy).unwrap_err();
    assert!(matches!(refused, BackupFailure::NotEmpty { .. }), "{refused}");
    fs::remove_file(copy.join(LIST)).unwrap();
    let refused = restore(&copy, &folder.path().join("back")).unwrap_err();
    assert!(matches!(refused, BackupFailure::NoList { .. }), "{refused}");
}
