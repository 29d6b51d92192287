//! Reading the database: all of it at the start, and whether somebody else has changed it.

use std::{collections::BTreeSet, path::Path};

use onecard_rules::{
    alarm::Standing,
    code::Phone,
    handover::Handover,
    ids::{FeederId, GateId, PersonId, RoomId},
    mode::{Measure, Orders, Override},
    passback::Whereabouts,
    person::{Card, Person},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::de::DeserializeOwned;

use super::{
    Account,
    editor::{ACCOUNTS, read_account},
    operators::{OPERATORS, SESSIONS, TOKENS, read_operator, read_session, read_token},
    people::{CARD, PERSON, read_card, read_person},
    phones::{PHONE, read_phone},
};
use crate::store::{
    Anchor, StoreFailure,
    operator::{Operator, Session, Token},
    sqlite::{self, damaged, parsed, parsed_if, time},
};

/// Everything a controller must know before it listens.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub people: Vec<Person>,
    pub cards: Vec<Card>,
    pub phones: Vec<Phone>,
    pub presence: Vec<(PersonId, Whereabouts)>,
    pub measures: Vec<Measure>,
    pub overrides: Vec<(GateId, Override)>,
    pub alarms: Vec<Standing>,
    /// What is remembered of each room, as the power service wrote it.
    pub rooms: Vec<(RoomId, String)>,
    /// What is remembered of each feeder, in the same way.
    pub feeders: Vec<(FeederId, String)>,
    /// Notes that nobody has taken over.
    pub handovers: Vec<Handover>,
    /// The power of rooms on the latest day that there is any of.
    pub power_days: Vec<PowerDay>,
    /// The row of the journal that presence, orders and alarms follow from; apply what is after it.
    pub as_of: u64,
    pub accounts: Vec<Account>,
    /// The row of the journal that was last noted here.
    pub anchor: Option<Anchor>,
    pub revisions: Revisions,
}

impl Loaded {
    /// The orders in force.
    #[must_use]
    pub fn orders(&self) -> Orders {
        Orders::restore(self.measures.clone(), self.overrides.clone())
    }
}

/// A room's power on a day, as `power::history` writes it.
pub type PowerDay = (RoomId, i64, Vec<u8>);

/// Counts that grow with each change of the tables that other processes change too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Revisions {
    pub people: u64,
    pub operators: u64,
    pub accounts: u64,
}

/// A connection that reads the database. Every call blocks.
#[derive(Debug)]
pub struct DatabaseReader {
    connection: Connection,
}

impl DatabaseReader {
    /// Opens the database at `path`, which a [`super::Database`] or [`super::Editor`] has created.
    ///
    /// # Errors
    /// When the file is not there or cannot be opened.
    pub fn open(path: &Path) -> Result<Self, StoreFailure> {
        Ok(Self { connection: sqlite::open_reader(path)? })
    }

    /// Everything, as of one moment.
    ///
    /// # Errors
    /// When the file cannot be read or holds what it never should.
    pub fn load(&mut self) -> Result<Loaded, StoreFailure> {
        let from = self.connection.transaction()?;
        let as_of =
            from.query_row("SELECT as_of_seq FROM meta", [], |row| sqlite::unsigned(row, 0))?;
        Ok(Loaded {
            people: all(&from, PERSON, read_person)?,
            cards: all(&from, CARD, read_card)?,
            phones: all(&from, PHONE, read_phone)?,
            presence: all(&from, "SELECT * FROM presence", read_presence)?,
            measures: all(&from, "SELECT body FROM measures", |row| json(row, 0))?,
            overrides: all(&from, "SELECT gate, body FROM overrides", |row| {
                Ok((parsed(row, 0)?, json(row, 1)?))
            })?,
            alarms: all(&from, "SELECT body FROM alarms", |row| json(row, 0))?,
            rooms: all(&from, "SELECT room, body FROM rooms", |row| {
                Ok((parsed(row, 0)?, row.get(1)?))
            })?,
            feeders: all(&from, "SELECT feeder, body FROM feeders", |row| {
                Ok((parsed(row, 0)?, row.get(1)?))
            })?,
            handovers: all(&from, "SELECT body FROM handovers", |row| json(row, 0))?,
            power_days: all(
                &from,
                "SELECT room, day, body FROM power_days
                 WHERE day = (SELECT max(day) FROM power_days)",
                |row| Ok((parsed(row, 0)?, row.get(1)?, row.get(2)?)),
            )?,
            as_of,
            accounts: all(&from, ACCOUNTS, read_account)?,
            anchor: anchor(&from)?,
            revisions: revisions(&from)?,
        })
    }

    /// The people and cards alone, after an import.
    ///
    /// # Errors
    /// When the file cannot be read or holds what it never should.
    pub fn people_and_cards(&mut self) -> Result<(Vec<Person>, Vec<Card>), StoreFailure> {
        let from = self.connection.transaction()?;
        Ok((all(&from, PERSON, read_person)?, all(&from, CARD, read_card)?))
    }

    /// The phones that are bound to cards.
    ///
    /// # Errors
    /// When the file cannot be read or holds what it never should.
    pub fn phones(&self) -> Result<Vec<Phone>, StoreFailure> {
        Ok(all(&self.connection, PHONE, read_phone)?)
    }

    /// The row of the journal that was last noted here, to prove the journal against.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn anchor(&self) -> Result<Option<Anchor>, StoreFailure> {
        Ok(anchor(&self.connection)?)
    }

    /// # Errors
    /// When the file cannot be read or holds what it never should.
    pub fn operators(&self) -> Result<Vec<Operator>, StoreFailure> {
        Ok(all(&self.connection, OPERATORS, read_operator)?)
    }

    /// The tokens of all operators, good or not.
    ///
    /// # Errors
    /// When the file cannot be read or holds what it never should.
    pub fn tokens(&self) -> Result<Vec<Token>, StoreFailure> {
        Ok(all(&self.connection, TOKENS, read_token)?)
    }

    /// The sessions that were not ended, expired or not.
    ///
    /// # Errors
    /// When the file cannot be read or holds what it never should.
    pub fn sessions(&self) -> Result<Vec<Session>, StoreFailure> {
        Ok(all(&self.connection, SESSIONS, read_session)?)
    }

    /// # Errors
    /// When the file cannot be read or holds what it never should.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreFailure> {
        Ok(all(&self.connection, ACCOUNTS, read_account)?)
    }

    /// What happened to a room last, as it went out, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn room_events(&self, room: &RoomId, limit: usize) -> Result<Vec<String>, StoreFailure> {
        let sql = "SELECT body FROM room_events WHERE room = ?1 ORDER BY seq DESC LIMIT ?2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![room.as_str(), limit], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// A room's power from a day on, the oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn power_days(
        &self,
        room: &RoomId,
        days: std::ops::RangeInclusive<i64>,
    ) -> Result<Vec<(i64, Vec<u8>)>, StoreFailure> {
        let sql = "SELECT body FROM power_days WHERE day = ?1 AND room = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut found = Vec::new();
        for day in days {
            let values = params![day, room.as_str()];
            let body: Option<Vec<u8>> = statement.query_row(values, |row| row.get(0)).optional()?;
            found.extend(body.map(|body| (day, body)));
        }
        Ok(found)
    }

    /// The people whose name holds `part`, or whose number begins with it, at most `limit`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn people_called(&self, part: &str, limit: usize) -> Result<Vec<Person>, StoreFailure> {
        let sql = format!(
            "{PERSON} WHERE instr(lower(name), lower(?1)) > 0 OR instr(id, ?1) = 1
             ORDER BY name, id LIMIT ?2"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![part, limit], read_person)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Everybody's number.
    ///
    /// # Errors
    /// When the file cannot be read or holds what it never should.
    pub fn person_ids(&self) -> Result<BTreeSet<PersonId>, StoreFailure> {
        let mut statement = self.connection.prepare_cached("SELECT id FROM people")?;
        let rows = statement.query_map([], |row| parsed(row, 0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The counts now; some 10 µs, so ask every second whether to load again.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn revisions(&self) -> Result<Revisions, StoreFailure> {
        Ok(revisions(&self.connection)?)
    }
}

fn anchor(from: &Connection) -> rusqlite::Result<Option<Anchor>> {
    from.query_row("SELECT anchor_seq, anchor_hash FROM meta", [], |row| {
        match row.get::<_, Option<i64>>(0)? {
            Some(seq) => Ok(Some(Anchor { seq: seq.cast_unsigned(), hash: row.get(1)? })),
            None => Ok(None),
        }
    })
}

fn revisions(from: &Connection) -> rusqlite::Result<Revisions> {
    from.prepare_cached("SELECT people_revision, operators_revision, accounts_revision FROM meta")?
        .query_row([], |row| {
            Ok(Revisions {
                people: sqlite::unsigned(row, 0)?,
                operators: sqlite::unsigned(row, 1)?,
                accounts: sqlite::unsigned(row, 2)?,
            })
        })
}

fn all<T>(
    from: &Connection,
    sql: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    from.prepare_cached(sql)?.query_map([], read)?.collect()
}

fn read_presence(row: &Row<'_>) -> rusqlite::Result<(PersonId, Whereabouts)> {
    let since = time(row, 2)?.ok_or_else(|| damaged(2, "no time"))?;
    let timed_entry = parsed_if(row, 3)?.zip(time(row, 4)?);
    Ok((parsed(row, 0)?, Whereabouts { area: parsed(row, 1)?, since, timed_entry }))
}

fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(column)?.as_str()?)
        .map_err(|error| damaged(column, Box::new(error)))
}
