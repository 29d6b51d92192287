//! Questions to the journal, on a connection that only reads. They block; ask them off the
//! real-time path, or only what an index answers at once.

use std::path::{Path, PathBuf};

use onecard_rules::{
    Time,
    event::{Entry, Event},
    ids::{AreaId, GateId, PersonId},
    reason::Reason,
};
use rusqlite::{Connection, OptionalExtension as _, ToSql};

use super::Row;
use crate::store::{StoreFailure, thread::open_reader};

/// Rows looked through for one answer; an answer cut short by it says where to go on.
const LOOKED_THROUGH: usize = 100_000;

/// Which entries are wanted. What is `None` does not matter.
#[derive(Debug, Clone, Default)]
pub struct EntryQuery {
    pub person: Option<PersonId>,
    pub gate: Option<GateId>,
    pub area: Option<AreaId>,
    pub from: Option<Time>,
    /// Not included.
    pub to: Option<Time>,
    /// Only rows after this one; then the oldest come first, else the newest.
    pub after: Option<u64>,
    pub granted: Option<bool>,
    pub reason: Option<Reason>,
    pub limit: usize,
}

/// Reads the journal.
#[derive(Debug)]
pub struct JournalReader {
    connection: Connection,
    file: PathBuf,
}

impl JournalReader {
    /// Opens a journal for reading.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open(file: &Path) -> Result<Self, StoreFailure> {
        Ok(Self { connection: open_reader(file)?, file: file.to_owned() })
    }

    /// The entries that are asked for.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn entries(&self, query: &EntryQuery) -> Result<Vec<Row>, StoreFailure> {
        let mut conditions = vec!["fact = 'entry_decided'"];
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let mut want = |condition, value: Option<Box<dyn ToSql>>| {
            if let Some(value) = value {
                conditions.push(condition);
                values.push(value);
            }
        };
        let text = |code: String| Box::new(code) as Box<dyn ToSql>;
        want("person = ?", query.person.as_ref().map(|person| text(person.to_string())));
        want("gate = ?", query.gate.as_ref().map(|gate| text(gate.to_string())));
        let millis = |time: Time| Box::new(time.timestamp_millis()) as Box<dyn ToSql>;
        want("at_ms >= ?", query.from.map(millis));
        want("at_ms < ?", query.to.map(millis));
        want("seq > ?", query.after.map(|after| Box::new(after) as Box<dyn ToSql>));
        let order = if query.after.is_some() { "ASC" } else { "DESC" };
        let sql = format!(
            "SELECT seq, boot, at_ms, body FROM facts WHERE {} ORDER BY seq {order} LIMIT {LOOKED_THROUGH}",
            conditions.join(" AND ")
        );
        let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
        let mut found = Vec::new();
        self.each(&sql, &values, |row| {
            if let Event::EntryDecided(entry) = &*row.event
                && query.area.as_ref().is_none_or(|area| entry.area == *area)
                && query.granted.is_none_or(|granted| entry.granted == granted)
                && query.reason.is_none_or(|reason| entry.reason == reason)
            {
                found.push(row);
            }
            found.len() < query.limit
        })?;
        Ok(found)
    }

    /// Up to `limit` facts after `seq`, in order.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn facts_after(&self, seq: u64, limit: usize) -> Result<Vec<Row>, StoreFailure> {
        let mut rows = Vec::new();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = "SELECT seq, boot, at_ms, body FROM facts WHERE seq > ?1 ORDER BY seq LIMIT ?2";
        self.each(sql, &[&seq, &limit], |row| {
            rows.push(row);
            true
        })?;
        Ok(rows)
    }

    /// Shows every fact after `seq` to `look`, in order.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn replay(&self, seq: u64, mut look: impl FnMut(&Event)) -> Result<(), StoreFailure> {
        let sql = "SELECT seq, boot, at_ms, body FROM facts WHERE seq > ?1 ORDER BY seq";
        self.each(sql, &[&seq], |row| {
            look(&row.event);
            true
        })
    }

    /// The last entry at a gate before `seq`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn last_entry_at(&self, gate: &GateId, seq: u64) -> Result<Option<u64>, StoreFailure> {
        let sql = "SELECT seq FROM facts WHERE gate = ?1 AND seq < ?2 AND fact = 'entry_decided'
                   ORDER BY seq DESC LIMIT 1";
        let find = || -> rusqlite::Result<Option<u64>> {
            let mut statement = self.connection.prepare_cached(sql)?;
            statement.query_row((gate.as_str(), seq), |row| row.get(0)).optional()
        };
        find().map_err(|source| self.failed(source))
    }

    /// The latest `limit` swipes since `since`, oldest first; replays are not among them.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn recent_swipes(&self, since: Time, limit: usize) -> Result<Vec<Entry>, StoreFailure> {
        let mut entries = Vec::new();
        let sql = "SELECT seq, boot, at_ms, body FROM facts ORDER BY seq DESC LIMIT ?1";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.each(sql, &[&limit], |row| {
            if row.at < since {
                return false;
            }
            if let Event::EntryDecided(entry) = &*row.event
                && entry.reader.is_some()
                && entry.reason != Reason::DenyReplay
            {
                entries.push(Entry::clone(entry));
            }
            true
        })?;
        entries.reverse();
        Ok(entries)
    }

    /// Shows the rows of a statement to `look` until it says false.
    fn each(
        &self,
        sql: &str,
        values: &[&dyn ToSql],
        mut look: impl FnMut(Row) -> bool,
    ) -> Result<(), StoreFailure> {
        let failed = |source| self.failed(source);
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(values).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let read = || -> rusqlite::Result<(u64, u64, i64, String)> {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            };
            let (seq, boot, at_ms, body) = read().map_err(failed)?;
            let unreadable = |what: String| StoreFailure::Row {
                file: self.file.clone(),
                row: seq.to_string(),
                what,
            };
            let event: Event =
                serde_json::from_str(&body).map_err(|error| unreadable(error.to_string()))?;
            let at = Time::from_timestamp_millis(at_ms)
                .ok_or_else(|| unreadable("its time is out of range".to_owned()))?;
            if !look(Row { seq, boot, at, event: event.into() }) {
                break;
            }
        }
        Ok(())
    }

    fn failed(&self, source: rusqlite::Error) -> StoreFailure {
        StoreFailure::Sqlite { file: self.file.clone(), source }
    }
}
