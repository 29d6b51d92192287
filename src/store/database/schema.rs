//! The layout of `onecard.db`, step by step.
//!
//! Times are milliseconds since 1970 in UTC. Lists of codes are joined by `;`, which no code can
//! contain.

pub(in crate::store) const STEPS: &[&str] = &[
    "
    CREATE TABLE people (
        id              TEXT PRIMARY KEY,
        name            TEXT NOT NULL,
        kind            TEXT NOT NULL,
        groups          TEXT NOT NULL,
        grants          TEXT NOT NULL,
        dormitory       TEXT,
        trainings       TEXT NOT NULL,
        quarantined     INTEGER NOT NULL,
        passback_exempt INTEGER NOT NULL,
        valid_from_ms   INTEGER,
        valid_until_ms  INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE cards (
        credential     TEXT PRIMARY KEY,
        person         TEXT NOT NULL REFERENCES people (id),
        state          TEXT NOT NULL,
        state_since_ms INTEGER,
        valid_from_ms  INTEGER,
        valid_until_ms INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX cards_person ON cards (person);

    -- Somebody may be inside who is not among the people any more.
    CREATE TABLE presence (
        person         TEXT PRIMARY KEY,
        area           TEXT NOT NULL,
        since_ms       INTEGER NOT NULL,
        timed_area     TEXT,
        timed_since_ms INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE measures (
        kind TEXT NOT NULL,
        area TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (kind, area)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE overrides (
        gate TEXT PRIMARY KEY,
        body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE alarms (
        area   TEXT NOT NULL,
        kind   TEXT NOT NULL,
        device TEXT NOT NULL,
        reason TEXT NOT NULL,
        body   TEXT NOT NULL,
        PRIMARY KEY (area, kind, device, reason)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE operators (
        id         TEXT PRIMARY KEY,
        token      TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        revoked_ms INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE accounts (
        username   TEXT PRIMARY KEY,
        area       TEXT NOT NULL,
        kind       TEXT NOT NULL,
        device     TEXT NOT NULL,
        rights     TEXT NOT NULL,
        hash       TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        revoked_ms INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE meta (
        id                 INTEGER PRIMARY KEY CHECK (id = 1),
        as_of_seq          INTEGER NOT NULL,
        anchor_seq         INTEGER,
        anchor_hash        BLOB,
        people_revision    INTEGER NOT NULL,
        operators_revision INTEGER NOT NULL,
        accounts_revision  INTEGER NOT NULL
    ) STRICT;
    INSERT INTO meta VALUES (1, 0, NULL, NULL, 0, 0, 0);
",
    "
    CREATE TABLE rooms (
        room TEXT PRIMARY KEY,
        body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    -- The public half of the key that a person's phone signs its codes with.
    CREATE TABLE phones (
        person   TEXT PRIMARY KEY REFERENCES people (id),
        card     TEXT NOT NULL,
        key      TEXT NOT NULL,
        since_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    -- Whoever had a token before there were roles might do everything.
    CREATE TABLE tokens (
        operator   TEXT NOT NULL,
        label      TEXT NOT NULL,
        hash       TEXT NOT NULL,
        -- Absent: whatever the operator may.
        role       TEXT,
        areas      TEXT,
        gates      TEXT,
        created_ms INTEGER NOT NULL,
        expires_ms INTEGER,
        revoked_ms INTEGER,
        PRIMARY KEY (operator, label)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO tokens (operator, label, hash, created_ms)
        SELECT id, 'main', token, created_ms FROM operators;

    CREATE TABLE operators_with_roles (
        id         TEXT PRIMARY KEY,
        name       TEXT NOT NULL,
        role       TEXT NOT NULL,
        -- Absent: the whole site.
        areas      TEXT,
        gates      TEXT,
        password   TEXT,
        created_ms INTEGER NOT NULL,
        revoked_ms INTEGER
    ) STRICT, WITHOUT ROWID;
    INSERT INTO operators_with_roles
        SELECT id, id, 'administrator', NULL, NULL, NULL, created_ms, revoked_ms FROM operators;
    DROP TABLE operators;
    ALTER TABLE operators_with_roles RENAME TO operators;

    CREATE TABLE sessions (
        hash       TEXT PRIMARY KEY,
        operator   TEXT NOT NULL,
        origin     TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        expires_ms INTEGER NOT NULL,
        seen_ms    INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    crate::store::ledger::SCHEMA,
    crate::store::ledger::BALANCES,
    crate::store::ledger::CAUSES,
    "
    CREATE TABLE feeders (
        feeder TEXT PRIMARY KEY,
        body   TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    -- Notes at the change of a shift that nobody has taken over.
    CREATE TABLE handovers (
        note TEXT PRIMARY KEY,
        body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- The latest that happened to each room, as it went out; the journal has all.
    CREATE TABLE room_events (
        room TEXT NOT NULL,
        seq  INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (room, seq)
    ) STRICT;

    -- A room's power in means of five minutes, a row a day (UTC): see `power::history`.
    CREATE TABLE power_days (
        day  INTEGER NOT NULL,
        room TEXT NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (day, room)
    ) STRICT, WITHOUT ROWID;
",
];
