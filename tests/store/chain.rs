//! The chain: every tampering is seen at the first row it touches, and pruning is none.

use onecard::store::{
    Anchor, OnDurable,
    journal::{Break, BrokenRow, verify},
};
use rusqlite::Connection;
use tempfile::{TempDir, tempdir};
use tokio::sync::oneshot;

use crate::support::{answer, at, decided, entry, key, open, open_with, reader, record, rows};

/// A closed journal of ten rows, five of them of a second boot.
fn ten_rows() -> (TempDir, std::path::PathBuf, Anchor) {
    let folder = tempdir().unwrap();
    for boot in 0..2_i64 {
        let (journal, _) = open(folder.path());
        for second in boot * 5..boot * 5 + 5 {
            let swipe = Some(key("r1", 1, second.unsigned_abs()));
            record(&journal, decided(entry(second, "main-1", Some("p1"), swipe)));
        }
    }
    let path = folder.path().join("journal.db");
    let last = verify(&path, None).unwrap().last;
    (folder, path, last)
}

#[test]
fn every_tampering_is_named_by_the_first_row_it_touches() {
    let table: &[(&str, &str, u64, Break)] = &[
        (
            "a changed body",
            "UPDATE journal SET body = replace(body, '张伟', '李娜') WHERE seq = 4",
            4,
            Break::Changed,
        ),
        ("a changed time", "UPDATE journal SET at_ms = at_ms + 1 WHERE seq = 7", 7, Break::Changed),
        ("a changed person", "UPDATE journal SET person = 'p2' WHERE seq = 2", 2, Break::Changed),
        ("a removed gate", "UPDATE journal SET gate = NULL WHERE seq = 2", 2, Break::Changed),
        ("a changed swipe", "UPDATE journal SET swipe_seq = 99 WHERE seq = 3", 3, Break::Changed),
        ("a changed boot", "UPDATE journal SET boot = 9 WHERE seq = 3", 3, Break::Changed),
        (
            "a changed hash",
            "UPDATE journal SET hash = zeroblob(32) WHERE seq = 5",
            5,
            Break::Changed,
        ),
        ("a short hash", "UPDATE journal SET hash = x'00' WHERE seq = 5", 5, Break::Changed),
        ("a deleted row", "DELETE FROM journal WHERE seq = 6", 6, Break::Missing),
        ("a deleted first row", "DELETE FROM journal WHERE seq = 1", 1, Break::Missing),
        (
            "two rows exchanged",
            "UPDATE journal SET seq = 100 WHERE seq = 3; UPDATE journal SET seq = 3 WHERE seq = 8;
             UPDATE journal SET seq = 8 WHERE seq = 100",
            3,
            Break::Changed,
        ),
        (
            "an inserted row",
            "UPDATE journal SET seq = seq + 100 WHERE seq > 5;
             UPDATE journal SET seq = seq - 99 WHERE seq > 100;
             INSERT INTO journal SELECT 6, boot, at_ms, fact, gate, person, NULL, NULL, NULL, body,
                 hash FROM journal WHERE seq = 5",
            6,
            Break::Changed,
        ),
        (
            "a row before the first",
            "INSERT INTO journal SELECT 0, boot, at_ms, fact, gate, person, NULL, NULL, NULL, body,
                 hash FROM journal WHERE seq = 5",
            0,
            Break::Inserted,
        ),
        ("a cut tail", "DELETE FROM journal WHERE seq > 8", 9, Break::Truncated { known: 10 }),
        ("an emptied journal", "DELETE FROM journal", 1, Break::Truncated { known: 10 }),
    ];
    for (name, sql, seq, what) in table {
        let (folder, path, last) = ten_rows();
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let expected = Some(BrokenRow { seq: *seq, what: *what });
        assert_eq!(verify(&path, Some(last)).unwrap().broken, expected, "{name}");
        let settings =
            onecard::store::journal::Settings { anchor: Some(last), ..Default::default() };
        let (_, opened) = open_with(folder.path(), settings);
        assert_eq!(opened.damage, expected, "{name}, at the start");
        // Nothing that was written is counted again, whatever was cut off.
        assert_eq!(opened.last_seq.max(10), opened.last_seq, "{name}");
    }
}

#[test]
fn an_untouched_journal_is_whole() {
    let (_folder, path, last) = ten_rows();
    let proof = verify(&path, Some(last)).unwrap();
    assert_eq!((proof.rows, proof.first, proof.last.seq), (10, Some(1), 10));
    assert_eq!((proof.pruned, proof.broken), (0, None));
}

#[test]
fn a_chain_written_anew_differs_from_the_row_known_elsewhere() {
    let (_folder, path, last) = ten_rows();
    let forged = Anchor { hash: [7; 32], ..last };
    let expected = Some(BrokenRow { seq: 10, what: Break::Rewritten });
    assert_eq!(verify(&path, Some(forged)).unwrap().broken, expected);
}

#[test]
fn recording_after_a_cut_leaves_the_gap_as_evidence() {
    let (folder, path, last) = ten_rows();
    Connection::open(&path).unwrap().execute_batch("DELETE FROM journal WHERE seq > 8").unwrap();
    let settings = onecard::store::journal::Settings { anchor: Some(last), ..Default::default() };
    let (journal, _) = open_with(folder.path(), settings);
    assert_eq!(journal.head(), None);
    record(&journal, decided(entry(50, "main-1", None, None)));
    assert_eq!(journal.head(), Some(reader(&journal).last().unwrap()));
    assert_eq!(rows(&journal).last().unwrap().seq, 11);
    let broken = verify(&path, None).unwrap().broken;
    assert_eq!(broken, Some(BrokenRow { seq: 9, what: Break::Missing }));
}

fn prune(journal: &onecard::store::journal::Journal, before: i64) -> u64 {
    let (sender, receipt) = oneshot::channel();
    journal.prune(at(before), Box::new(move |result| sender.send(result).unwrap())).unwrap();
    answer(receipt).unwrap()
}

#[test]
fn pruning_keeps_the_chain_provable_and_spares_what_is_not_published() {
    let folder = tempdir().unwrap();
    let (journal, _) = open(folder.path());
    for second in 0..1000 {
        let event = decided(entry(second, "main-1", None, None));
        journal.append(event, OnDurable::Nothing).unwrap();
    }
    record(&journal, decided(entry(1000, "main-1", None, None)));
    assert_eq!(prune(&journal, 900), 0, "nothing is published yet");
    journal.mark_published(800);
    journal.touch_alive(at(1001));
    record(&journal, decided(entry(1001, "main-1", None, None)));
    assert_eq!(prune(&journal, 600), 600);
    assert_eq!(prune(&journal, 900), 200, "up to the last published");
    let anchor = reader(&journal).anchor(900).unwrap();
    let proof = verify(journal.path(), anchor).unwrap();
    assert_eq!((proof.first, proof.pruned, proof.broken), (Some(801), 800, None));
    assert_eq!(proof.rows, 202);
    drop(journal);
    let (journal, opened) = open(folder.path());
    assert_eq!((opened.last_seq, opened.damage), (1002, None));
    Connection::open(journal.path())
        .unwrap()
        .execute_batch("DELETE FROM journal WHERE seq <= 810")
        .unwrap();
    let broken = verify(journal.path(), None).unwrap().broken;
    assert_eq!(broken, Some(BrokenRow { seq: 801, what: Break::Missing }));
}

#[test]
fn pruning_never_deletes_the_newest_row() {
    let (folder, path, _) = ten_rows();
    let (journal, _) = open(folder.path());
    journal.mark_published(10);
    journal.touch_alive(at(100));
    record(&journal, decided(entry(11, "main-1", None, None)));
    journal.mark_published(11);
    journal.touch_alive(at(200));
    assert_eq!(prune(&journal, 1_000_000), 10);
    let proof = verify(&path, None).unwrap();
    assert_eq!((proof.rows, proof.first, proof.broken), (1, Some(11), None));
}
