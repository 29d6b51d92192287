//! Every change to the ledger behind its back is found.

use onecard::store::ledger::Flaw;
use onecard_rules::ledger::RowNo;
use rusqlite::Connection;
use tempfile::tempdir;

use crate::support::{DAY, file, open, proof, some_history};

#[test]
fn every_tampering_is_found() {
    let closing =
        "INSERT INTO ledger_days SELECT 1, 0, NULL, 1, 2, hash FROM ledger_rows WHERE number = 1;";
    let balance = |change: &str| {
        format!(
            "UPDATE ledger_balances SET {change}
             WHERE number = (SELECT number FROM ledger_accounts WHERE name = 'purse:p0')"
        )
    };
    let table: Vec<(&str, String, Flaw)> = vec![
        (
            "an amount",
            "UPDATE ledger_rows SET amount = 1 WHERE number = 2".to_owned(),
            Flaw::Changed(RowNo(2)),
        ),
        (
            "who was paid",
            "UPDATE ledger_rows SET credit = 5 WHERE number = 2".to_owned(),
            Flaw::Changed(RowNo(2)),
        ),
        (
            "a cause",
            "UPDATE ledger_rows SET cause = x'00' WHERE number = 3".to_owned(),
            Flaw::Changed(RowNo(3)),
        ),
        (
            "a reason added",
            "UPDATE ledger_rows SET why = 'x' WHERE number = 3".to_owned(),
            Flaw::Changed(RowNo(3)),
        ),
        (
            "a row gone",
            "DELETE FROM ledger_rows WHERE number = 4".to_owned(),
            Flaw::Missing(RowNo(4)),
        ),
        (
            "the last row gone",
            "DELETE FROM ledger_rows WHERE number = 7".to_owned(),
            Flaw::Balance { account: "merchant:m".to_owned(), found: 1_000, computed: 1_250 },
        ),
        (
            "a balance",
            balance("credits = credits + 1"),
            Flaw::Balance { account: "purse:p0".to_owned(), found: 8_771, computed: 8_770 },
        ),
        (
            "both sums of an account",
            balance("credits = credits + 1, debits = debits + 1"),
            Flaw::Sums { account: "purse:p0".to_owned() },
        ),
        (
            "what is reserved",
            balance("debits_reserved = 0"),
            Flaw::Sums { account: "purse:p0".to_owned() },
        ),
        (
            "a reservation forgotten",
            "DELETE FROM ledger_reservations".to_owned(),
            Flaw::Reservations,
        ),
        (
            "a reservation invented",
            "INSERT INTO ledger_reservations VALUES (3)".to_owned(),
            Flaw::Reservations,
        ),
        (
            "a total invented",
            format!("{closing} INSERT INTO ledger_totals VALUES (1, 0, 'fee', 1, 1)"),
            Flaw::Totals { day: "1970-01-02".to_owned() },
        ),
        (
            "a closing with another hash",
            "INSERT INTO ledger_days VALUES (1, 0, NULL, 1, 2, zeroblob(32))".to_owned(),
            Flaw::Rewritten(RowNo(1)),
        ),
    ];
    for (what, sql, flaw) in table {
        let folder = tempdir().unwrap();
        let (ledger, _) = open(folder.path());
        some_history(&ledger);
        drop(ledger);
        assert_eq!(proof(folder.path()).flaw, None, "{DAY}");
        let connection = Connection::open(file(folder.path())).unwrap();
        connection.execute_batch(&sql).unwrap();
        assert_eq!(proof(folder.path()).flaw, Some(flaw), "{what}");
    }
}

#[test]
fn damage_at_the_end_shows_at_the_start() {
    let folder = tempdir().unwrap();
    let (ledger, _) = open(folder.path());
    some_history(&ledger);
    drop(ledger);
    let connection = Connection::open(file(folder.path())).unwrap();
    connection.execute("UPDATE ledger_rows SET amount = 2 WHERE number = 6", []).unwrap();
    let (_, opened) = open(folder.path());
    assert_eq!(opened.damage, Some(Flaw::Changed(RowNo(6))));
}
