//! What the controller changes while it runs, kept as the newest state of each thing until it is
//! on disk.

use std::collections::HashMap;

use onecard_devices::give_way::GiveWay;
use onecard_rules::{
    alarm::Standing,
    event::Subject,
    handover::Handover,
    ids::{AreaId, FeederId, GateId, PersonId, RoomId},
    mode::{Measure, MeasureKind, Override},
    passback::Whereabouts,
    reason::Reason,
};
use rusqlite::{Transaction, params};
use serde::Serialize;

use crate::store::{
    Anchor, OnDurable,
    sqlite::{self, Stamp},
};

/// Events of one room that are kept beside the journal.
const ROOM_EVENTS: i64 = 300;

/// The new state of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Presence(PersonId, Whereabouts),
    /// Where this person is is not known any more.
    PresenceForgotten(PersonId),
    MeasureBegun(Measure),
    MeasureEnded(MeasureKind, AreaId),
    Override(GateId, Override),
    OverrideCleared(GateId),
    /// An alarm stands, noted by somebody or not.
    AlarmStands(Standing),
    AlarmCleared(Subject, Reason),
    /// What is to be remembered of a room, as the power service will read it.
    Room(RoomId, String),
    /// What is to be remembered of a feeder, in the same way.
    Feeder(FeederId, String),
    /// A note that nobody has taken over yet.
    HandoverStands(Handover),
    HandoverTaken(String),
    /// Something that happened to a room, by its row of the journal, as it went out.
    RoomEvent(RoomId, u64, String),
    /// A room's power on a day, as `power::history` writes it.
    PowerDay(RoomId, i64, Vec<u8>),
    /// Power before this day is not kept any more.
    PowerDaysForgotten(i64),
    /// A row of the journal, to prove the journal against later.
    Anchor(Anchor),
}

/// What a change is a change of; a later change of the same thing takes an earlier one's place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Thing {
    Presence(PersonId),
    Measure(MeasureKind, AreaId),
    Override(GateId),
    Alarm(Subject, Reason),
    Room(RoomId),
    Feeder(FeederId),
    Handover(String),
    RoomEvent(RoomId, u64),
    PowerDay(RoomId, i64),
    PowerDaysForgotten,
    Anchor,
}

/// The newest state of each thing.
pub(super) type Changes = HashMap<Thing, Change>;

impl Change {
    fn thing(&self) -> Thing {
        match self {
            Self::Presence(person, _) | Self::PresenceForgotten(person) => {
                Thing::Presence(person.clone())
            }
            Self::MeasureBegun(measure) => Thing::Measure(measure.kind, measure.area.clone()),
            Self::MeasureEnded(kind, area) => Thing::Measure(*kind, area.clone()),
            Self::Override(gate, _) | Self::OverrideCleared(gate) => Thing::Override(gate.clone()),
            Self::AlarmStands(Standing { alarm, .. }) => {
                Thing::Alarm(alarm.subject.clone(), alarm.reason)
            }
            Self::AlarmCleared(subject, reason) => Thing::Alarm(subject.clone(), *reason),
            Self::Room(room, _) => Thing::Room(room.clone()),
            Self::Feeder(feeder, _) => Thing::Feeder(feeder.clone()),
            Self::HandoverStands(note) => Thing::Handover(note.note.clone()),
            Self::HandoverTaken(note) => Thing::Handover(note.clone()),
            Self::RoomEvent(room, seq, _) => Thing::RoomEvent(room.clone(), *seq),
            Self::PowerDay(room, day, _) => Thing::PowerDay(room.clone(), *day),
            Self::PowerDaysForgotten(_) => Thing::PowerDaysForgotten,
            Self::Anchor(_) => Thing::Anchor,
        }
    }

    fn write(&self, to: &Transaction<'_>) -> rusqlite::Result<usize> {
        match self {
            Self::Presence(person, at) => put_presence(to, person, at),
            Self::PresenceForgotten(person) => {
                let sql = "DELETE FROM presence WHERE person = ?1";
                to.prepare_cached(sql)?.execute([person.as_str()])
            }
            Self::MeasureBegun(measure) => {
                let sql = "INSERT OR REPLACE INTO measures VALUES (?1, ?2, ?3)";
                let kind = measure_word(measure.kind);
                let values = params![kind, measure.area.as_str(), json(measure)?];
                to.prepare_cached(sql)?.execute(values)
            }
            Self::MeasureEnded(kind, area) => {
                let sql = "DELETE FROM measures WHERE kind = ?1 AND area = ?2";
                to.prepare_cached(sql)?.execute([measure_word(*kind), area.as_str()])
            }
            Self::Override(gate, order) => {
                let sql = "INSERT OR REPLACE INTO overrides VALUES (?1, ?2)";
                to.prepare_cached(sql)?.execute(params![gate.as_str(), json(order)?])
            }
            Self::OverrideCleared(gate) => {
                let sql = "DELETE FROM overrides WHERE gate = ?1";
                to.prepare_cached(sql)?.execute([gate.as_str()])
            }
            Self::AlarmStands(standing) => {
                let sql = "INSERT OR REPLACE INTO alarms VALUES (?1, ?2, ?3, ?4, ?5)";
                let Subject { area, kind, device } = &standing.alarm.subject;
                let reason = standing.alarm.reason.code();
                let values = params![area, kind.as_str(), device, reason, json(standing)?];
                to.prepare_cached(sql)?.execute(values)
            }
            Self::AlarmCleared(Subject { area, kind, device }, reason) => {
                let sql = "DELETE FROM alarms
                           WHERE area = ?1 AND kind = ?2 AND device = ?3 AND reason = ?4";
                let values = params![area, kind.as_str(), device, reason.code()];
                to.prepare_cached(sql)?.execute(values)
            }
            Self::Room(room, body) => {
                let sql = "INSERT OR REPLACE INTO rooms VALUES (?1, ?2)";
                to.prepare_cached(sql)?.execute([room.as_str(), body])
            }
            Self::Feeder(feeder, body) => {
                let sql = "INSERT OR REPLACE INTO feeders VALUES (?1, ?2)";
                to.prepare_cached(sql)?.execute([feeder.as_str(), body])
            }
            Self::HandoverStands(note) => {
                let sql = "INSERT OR REPLACE INTO handovers VALUES (?1, ?2)";
                to.prepare_cached(sql)?.execute(params![note.note, json(note)?])
            }
            Self::HandoverTaken(note) => {
                to.prepare_cached("DELETE FROM handovers WHERE note = ?1")?.execute([note])
            }
            Self::RoomEvent(room, seq, body) => put_room_event(to, room, *seq, body),
            Self::PowerDay(room, day, body) => {
                let sql = "INSERT OR REPLACE INTO power_days VALUES (?1, ?2, ?3)";
                to.prepare_cached(sql)?.execute(params![day, room.as_str(), body])
            }
            Self::PowerDaysForgotten(before) => {
                to.prepare_cached("DELETE FROM power_days WHERE day < ?1")?.execute([before])
            }
            Self::Anchor(anchor) => {
                // Never an earlier row: a journal cut short must not pass for a whole one.
                let sql = "UPDATE meta SET anchor_seq = ?1, anchor_hash = ?2
                           WHERE anchor_seq IS NULL OR anchor_seq < ?1";
                let values = params![sqlite::number(anchor.seq), anchor.hash];
                to.prepare_cached(sql)?.execute(values)
            }
        }
    }
}

fn put_presence(
    to: &Transaction<'_>,
    person: &PersonId,
    at: &Whereabouts,
) -> rusqlite::Result<usize> {
    let (timed_area, timed_since) =
        at.timed_entry.as_ref().map(|(area, since)| (area.as_str(), Stamp(*since))).unzip();
    let sql = "INSERT OR REPLACE INTO presence VALUES (?1, ?2, ?3, ?4, ?5)";
    let (person, area) = (person.as_str(), at.area.as_str());
    let values = params![person, area, Stamp(at.since), timed_area, timed_since];
    to.prepare_cached(sql)?.execute(values)
}

fn put_room_event(
    to: &Transaction<'_>,
    room: &RoomId,
    seq: u64,
    body: &str,
) -> rusqlite::Result<usize> {
    let sql = "INSERT OR REPLACE INTO room_events VALUES (?1, ?2, ?3)";
    to.prepare_cached(sql)?.execute(params![room.as_str(), sqlite::number(seq), body])?;
    let sql = "DELETE FROM room_events WHERE room = ?1 AND seq <= (
                   SELECT seq FROM room_events WHERE room = ?1
                   ORDER BY seq DESC LIMIT 1 OFFSET ?2)";
    to.prepare_cached(sql)?.execute(params![room.as_str(), ROOM_EVENTS])
}

fn measure_word(kind: MeasureKind) -> &'static str {
    match kind {
        MeasureKind::Lockdown => "lockdown",
        MeasureKind::Release => "release",
    }
}

fn json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// What is not on disk yet. As large as there are people, gates and alarms, and no larger.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    pub(super) changes: Changes,
    pub(super) as_of: Option<u64>,
    pub(super) answers: Vec<OnDurable<()>>,
    /// The writer knows that something waits.
    pub(super) nudged: bool,
}

impl Waiting {
    /// Nothing, with memory to gather changes in.
    pub(super) fn gather_in(changes: Changes) -> Self {
        Self { changes, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.as_of.is_none() && self.answers.is_empty()
    }

    /// Whether somebody waits for an answer.
    pub(super) fn is_waited_for(&self) -> bool {
        !self.answers.is_empty()
    }

    pub(super) fn add(
        &mut self,
        changes: impl IntoIterator<Item = Change>,
        as_of: Option<u64>,
        then: OnDurable<()>,
    ) {
        self.changes.extend(changes.into_iter().map(|change| (change.thing(), change)));
        self.as_of = self.as_of.max(as_of);
        match then {
            OnDurable::Nothing => {}
            OnDurable::Ack(_) | OnDurable::Call(_) | OnDurable::Receipt(_) => {
                self.answers.push(then);
            }
        }
    }

    /// Takes back what could not be written; what came since is newer and stays.
    pub(super) fn put_back(&mut self, earlier: Self) {
        let since = std::mem::replace(&mut self.changes, earlier.changes);
        self.changes.extend(since);
        self.as_of = self.as_of.max(earlier.as_of);
    }

    pub(super) fn write(
        &self,
        to: &Transaction<'_>,
        courtesy: &mut GiveWay,
    ) -> rusqlite::Result<()> {
        // In the order of the tables' keys, which the file takes best.
        let mut changes: Vec<_> = self.changes.iter().collect();
        changes.sort_unstable_by_key(|(thing, _)| *thing);
        for (_, change) in changes {
            // Whoever is woken on this processor for a swipe would wait until all are written.
            courtesy.give_way();
            change.write(to)?;
        }
        if let Some(as_of) = self.as_of {
            to.prepare_cached("UPDATE meta SET as_of_seq = max(as_of_seq, ?1)")?
                .execute([sqlite::number(as_of)])?;
        }
        Ok(())
    }
}
