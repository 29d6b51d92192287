//! A controller that is killed outright loses nothing that it acknowledged.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use onecard::store::{OnDurable, journal::verify};
use onecard_rules::event::Event;
use tempfile::tempdir;

use crate::support::{decided, entry, key, open, rows};

const FOLDER: &str = "ONECARD_TEST_KILLED_FOLDER";

/// Not a test by itself: the process that is killed. Prints each number once it is on disk.
#[test]
fn records_until_it_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let (journal, _) = open(folder.as_ref());
    for seq in 0_u32.. {
        let swipe = Some(key("r1", journal.boot(), seq.into()));
        let print = Box::new(|recorded| {
            let mut out = std::io::stdout().lock();
            writeln!(out, "durable {recorded:?}").unwrap();
        });
        let event = decided(entry(seq.into(), "main-1", Some("p1"), swipe));
        while journal.append(event.clone(), OnDurable::Nothing).is_err() {
            std::thread::yield_now();
        }
        // The same swipe again: it is acknowledged, and recorded once.
        let _ = journal.append(event, OnDurable::Call(print));
    }
}

#[test]
fn nothing_acknowledged_is_missing_after_a_kill() {
    let folder = tempdir().unwrap();
    let mut acknowledged = 0;
    for boot in 1..=5_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::records_until_it_is_killed", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut last = 0;
        let mut count = 0;
        for line in lines.map_while(Result::ok) {
            let Some((_, rest)) = line.split_once("seq: ") else { continue };
            let Some(seq) = rest.split(' ').next().and_then(|seq| seq.parse::<u64>().ok()) else {
                continue;
            };
            last = last.max(seq);
            count += 1;
            if count == 200 {
                // What it still writes before it dies is read on, to the end.
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(count >= 200, "it died by itself");
        let (_journal, opened) = open(folder.path());
        assert!(opened.last_seq >= last, "acknowledged {last}, on disk {}", opened.last_seq);
        assert_eq!(opened.damage, None);
        // Each boot of ours comes between two of the child's.
        assert_eq!(opened.boot, boot * 2);
        acknowledged = last;
    }
    let (journal, _) = open(folder.path());
    let proof = verify(journal.path(), None).unwrap();
    assert!(proof.rows >= acknowledged);
    assert_eq!(proof.broken, None);
    let mut swipes = std::collections::HashSet::new();
    for row in rows(&journal) {
        let Event::EntryDecided(entry) = row.event.as_ref() else { panic!("{:?}", row.event) };
        let swipe = entry.swipe.clone().unwrap();
        assert!(swipes.insert(swipe), "row {} is a second copy", row.seq);
    }
}
