//! One row of the journal: the fact, its number, and what of it is chained and indexed.

use std::sync::Arc;

use onecard_rules::{Time, event::Event};
use sha2::{Digest, Sha256};

use crate::store::sqlite;

/// A fact on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub seq: u64,
    /// The run of the controller that recorded it.
    pub boot: u64,
    /// When it happened, to the millisecond.
    pub at: Time,
    pub event: Arc<Event>,
    /// The fact as JSON, byte for byte as chained.
    pub body: Arc<str>,
}

/// The hash before the first row.
pub(super) const GENESIS: [u8; 32] = [0; 32];

/// What of a row is chained, beside its number: the columns as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns<'a> {
    pub(super) boot: i64,
    pub(super) at_ms: i64,
    pub(super) fact: &'a str,
    pub(super) gate: Option<&'a str>,
    pub(super) person: Option<&'a str>,
    pub(super) reader: Option<&'a str>,
    pub(super) swipe_boot: Option<i64>,
    pub(super) swipe_seq: Option<i64>,
    pub(super) body: &'a str,
}

impl<'a> Columns<'a> {
    pub(super) fn of(event: &'a Event, boot: u64, body: &'a str) -> Self {
        let swipe = match event {
            // A row that says that it is a replay stands beside the one it repeats.
            Event::EntryDecided(entry) if entry.replay_of.is_none() => entry.swipe.as_ref(),
            Event::EntryDecided(_)
            | Event::PassageEnded(_)
            | Event::Booted { .. }
            | Event::Stopped { .. }
            | Event::GateModeChanged { .. }
            | Event::MeasureBegun { .. }
            | Event::MeasureEnded { .. }
            | Event::PresenceForgotten { .. }
            | Event::OperatorActed { .. }
            | Event::AlarmRaised { .. }
            | Event::AlarmCleared { .. }
            | Event::RulesLoaded { .. }
            | Event::RulesRefused { .. }
            | Event::RoomHappened { .. }
            | Event::MoneyMoved(_)
            | Event::DayClosed { .. }
            | Event::PeopleImported { .. }
            | Event::Audited(_) => None,
        };
        Self {
            boot: sqlite::number(boot),
            at_ms: event.at().timestamp_millis(),
            fact: event.name(),
            gate: event.gate().map(onecard_rules::ids::GateId::as_str),
            person: event.person().map(onecard_rules::ids::PersonId::as_str),
            reader: swipe.map(|key| key.reader.as_str()),
            swipe_boot: swipe.map(|key| sqlite::number(key.boot)),
            swipe_seq: swipe.map(|key| sqlite::number(key.seq)),
            body,
        }
    }

    /// The hash of the row `seq` with these columns after a row with hash `previous`.
    pub(super) fn hash(&self, previous: &[u8; 32], seq: u64) -> [u8; 32] {
        const ABSENT: [u8; 8] = [0xFF; 8];
        let mut hasher = Sha256::new();
        hasher.update(previous);
        hasher.update(seq.to_be_bytes());
        hasher.update(self.boot.to_be_bytes());
        hasher.update(self.at_ms.to_be_bytes());
        for number in [self.swipe_boot, self.swipe_seq] {
            hasher.update(number.map_or(ABSENT, i64::to_be_bytes));
        }
        for text in [Some(self.fact), self.gate, self.person, self.reader, Some(self.body)] {
            match text {
                None => hasher.update(ABSENT),
                Some(text) => {
                    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
                    hasher.update(length.to_be_bytes());
                    hasher.update(text);
                }
            }
        }
        hasher.finalize().into()
    }

    /// The columns of a stored row; `first` is the column of `boot`.
    pub(super) fn read(row: &'a rusqlite::Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            boot: row.get(first)?,
            at_ms: row.get(first + 1)?,
            fact: row.get_ref(first + 2)?.as_str()?,
            gate: row.get_ref(first + 3)?.as_str_or_null()?,
            person: row.get_ref(first + 4)?.as_str_or_null()?,
            reader: row.get_ref(first + 5)?.as_str_or_null()?,
            swipe_boot: row.get(first + 6)?,
            swipe_seq: row.get(first + 7)?,
            body: row.get_ref(first + 8)?.as_str()?,
        })
    }
}
