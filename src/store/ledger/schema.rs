//! The ledger's tables in `onecard.db`.
//!
//! Amounts are fen, times milliseconds since 1970 in UTC, days days since 1970. There is no index of
//! accounts over rows: each row names the row before it on either account, and an account its last,
//! so that a statement is a walk, and writing costs nothing for it.

/// The step of the layout that makes them.
pub(in crate::store) const SCHEMA: &str = "
    CREATE TABLE ledger_accounts (
        number           INTEGER PRIMARY KEY,
        name             TEXT NOT NULL UNIQUE,
        terms            TEXT NOT NULL,
        debits           INTEGER NOT NULL,
        credits          INTEGER NOT NULL,
        debits_reserved  INTEGER NOT NULL,
        credits_reserved INTEGER NOT NULL,
        spent_on         INTEGER NOT NULL,
        spent            INTEGER NOT NULL,
        last_row         INTEGER
    ) STRICT;

    CREATE TABLE ledger_rows (
        number        INTEGER PRIMARY KEY,
        entry         INTEGER NOT NULL,
        at_ms         INTEGER NOT NULL,
        day           INTEGER NOT NULL,
        phase         TEXT NOT NULL,
        purpose       TEXT NOT NULL,
        debit         INTEGER NOT NULL,
        credit        INTEGER NOT NULL,
        amount        INTEGER NOT NULL,
        about         INTEGER,
        debit_before  INTEGER,
        credit_before INTEGER,
        until_ms      INTEGER,
        cause         BLOB,
        operator      TEXT,
        why           TEXT,
        hash          BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX ledger_rows_cause ON ledger_rows (cause) WHERE cause IS NOT NULL;
    CREATE INDEX ledger_rows_about ON ledger_rows (about) WHERE about IS NOT NULL;

    -- Reservations that are open, by their first row.
    CREATE TABLE ledger_reservations (entry INTEGER PRIMARY KEY) STRICT;

    CREATE TABLE ledger_days (
        day       INTEGER PRIMARY KEY,
        closed_ms INTEGER NOT NULL,
        operator  TEXT,
        -- The last row when it was closed, the first row of a day left open, and the hash of the former.
        last_row  INTEGER NOT NULL,
        open_from INTEGER NOT NULL,
        hash      BLOB NOT NULL
    ) STRICT;
    CREATE TABLE ledger_totals (
        day     INTEGER NOT NULL,
        account INTEGER NOT NULL,
        purpose TEXT NOT NULL,
        debits  INTEGER NOT NULL,
        credits INTEGER NOT NULL,
        PRIMARY KEY (day, account, purpose)
    ) STRICT, WITHOUT ROWID;

    -- What changes together with money: meters, sessions at taps.
    CREATE TABLE ledger_states (
        kind TEXT NOT NULL,
        key  TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (kind, key)
    ) STRICT, WITHOUT ROWID;

    -- Facts that the journal has not got yet.
    CREATE TABLE ledger_outbox (
        id   INTEGER PRIMARY KEY AUTOINCREMENT,
        body TEXT NOT NULL
    ) STRICT;
";

/// The step that sets the balances apart. A commit writes those of every account that it touches, and
/// what is agreed about an account hardly ever: of rows a third as long, a commit writes fewer pages.
pub(in crate::store) const BALANCES: &str = "
    CREATE TABLE ledger_balances (
        number           INTEGER PRIMARY KEY,
        debits           INTEGER NOT NULL,
        credits          INTEGER NOT NULL,
        debits_reserved  INTEGER NOT NULL,
        credits_reserved INTEGER NOT NULL,
        spent_on         INTEGER NOT NULL,
        spent            INTEGER NOT NULL,
        last_row         INTEGER
    ) STRICT;
    INSERT INTO ledger_balances
        SELECT number, debits, credits, debits_reserved, credits_reserved, spent_on, spent, last_row
        FROM ledger_accounts;
    ALTER TABLE ledger_accounts DROP COLUMN debits;
    ALTER TABLE ledger_accounts DROP COLUMN credits;
    ALTER TABLE ledger_accounts DROP COLUMN debits_reserved;
    ALTER TABLE ledger_accounts DROP COLUMN credits_reserved;
    ALTER TABLE ledger_accounts DROP COLUMN spent_on;
    ALTER TABLE ledger_accounts DROP COLUMN spent;
    ALTER TABLE ledger_accounts DROP COLUMN last_row;
";
