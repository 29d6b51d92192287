//! Cause and effect: what follows from each fact, once it is on record.
//!
//! One exhaustive match; adding a fact without saying what follows does not compile. Carrying the
//! consequences out is the outbox's business.

use std::collections::HashMap;

use bytes::Bytes;
use chrono_tz::Tz;
use onecard_devices::{
    gate::wire::entry_row,
    topic::{Channel, Topics, WHOLE_SITE},
};
use onecard_rules::{
    Time,
    alarm::{AlarmBoard, Remark, Severity, Standing},
    event::{Act, DeviceKind, Event, Passage, Subject},
    handover::Handover,
    ids::OperatorId,
    power::room::Happening,
    reason::{Language, Reason},
    water,
};
use serde::Serialize;

use crate::store::{database::Change, journal::Row};

/// Something to do because of a fact.
#[derive(Debug)]
pub enum Consequence {
    /// Tell everybody over MQTT.
    Publish { topic: String, payload: Bytes, retain: bool },
    /// Keep a projection of it in the database.
    Store(Change),
}

/// What must be remembered of earlier facts to say what follows from the next.
#[derive(Debug)]
pub struct Projection {
    topics: Topics,
    zone: Tz,
    controller: String,
    alarms: AlarmBoard,
    /// The last fact published on each topic, for `prev_seq`.
    last: HashMap<String, u64>,
}

/// A fact of the whole site as it goes out.
#[derive(Debug, Serialize)]
struct FactRow<'a> {
    seq: u64,
    boot: u64,
    prev_seq: Option<u64>,
    #[serde(flatten)]
    event: &'a Event,
}

/// Something that happened to a room as it goes out.
#[derive(Debug, Serialize)]
struct RoomEventRow<'a> {
    seq: u64,
    boot: u64,
    prev_seq: Option<u64>,
    at: String,
    room: &'a str,
    #[serde(flatten)]
    happening: &'a Happening,
}

/// Something that happened at a tap as it goes out.
#[derive(Debug, Serialize)]
struct TapEventRow<'a> {
    seq: u64,
    boot: u64,
    prev_seq: Option<u64>,
    at: String,
    tap: &'a str,
    #[serde(flatten)]
    happening: &'a water::Happening,
}

/// The alarms of one device as they go out: the latest in full, all that stand in short.
#[derive(Debug, Serialize)]
struct AlarmRow<'a> {
    seq: u64,
    boot: u64,
    prev_seq: Option<u64>,
    state: &'static str,
    reason: Reason,
    severity: Severity,
    since: String,
    detail: &'a str,
    text_zh: &'static str,
    text_en: &'static str,
    standing: Vec<StandingRow>,
}

#[derive(Debug, Serialize)]
struct StandingRow {
    reason: Reason,
    severity: Severity,
    since: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    escalated_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_to: Option<String>,
    /// When it was to sound again.
    #[serde(skip_serializing_if = "Option::is_none")]
    paged_at: Option<String>,
    /// How many remarks there are; `/api/alarms` has them.
    remarks: usize,
}

impl Projection {
    #[must_use]
    pub fn new(topics: Topics, zone: Tz, controller: String, alarms: AlarmBoard) -> Self {
        Self { topics, zone, controller, alarms, last: HashMap::new() }
    }

    /// What follows from `row`. Rows must come in the order of their `seq`. `earlier` finds the
    /// fact before this one on a topic that was not used since the start.
    pub fn follow(
        &mut self,
        row: &Row,
        earlier: &dyn Fn(&Event) -> Option<u64>,
    ) -> Vec<Consequence> {
        match &*row.event {
            Event::EntryDecided(entry) => {
                let (area, gate) = (entry.area.as_str(), entry.gate.as_str());
                let topic = self.topics.build(area, DeviceKind::Gate, gate, Channel::Entry);
                let prev = self.previous(&topic, row, earlier);
                let payload = entry_row(entry, row.seq, row.boot, prev, self.zone);
                vec![publish(topic, &payload, false)]
            }
            Event::PassageEnded(passage) => moved(passage).into_iter().collect(),
            Event::PresenceForgotten { people, .. } => {
                let people = people.clone();
                let forgotten = |person| Consequence::Store(Change::PresenceForgotten(person));
                people.into_iter().map(forgotten).collect()
            }
            Event::MeasureBegun { measure, .. } => {
                vec![
                    Consequence::Store(Change::MeasureBegun(measure.clone())),
                    self.fact(row, earlier),
                ]
            }
            Event::MeasureEnded { measure, .. } => {
                let (kind, area) = (measure.kind, measure.area.clone());
                vec![Consequence::Store(Change::MeasureEnded(kind, area)), self.fact(row, earlier)]
            }
            Event::OperatorActed { at, by, why, act } => {
                let mut follows = self.acted(row, (*at, by, why), act, earlier);
                follows.push(self.fact(row, earlier));
                follows
            }
            Event::AlarmRaised { alarm, .. } => {
                self.alarms.raise(alarm.clone());
                let mut follows = vec![self.alarm(row, &alarm.subject, earlier)];
                follows.extend(self.stands(&alarm.subject, alarm.reason));
                follows
            }
            Event::AlarmCleared { subject, reason, .. } => {
                self.alarms.clear(subject, *reason);
                let cleared = Change::AlarmCleared(subject.clone(), *reason);
                vec![self.alarm(row, subject, earlier), Consequence::Store(cleared)]
            }
            Event::GateModeChanged { .. }
            | Event::Booted { .. }
            | Event::Stopped { .. }
            | Event::RulesLoaded { .. }
            | Event::RulesRefused { .. }
            | Event::PeopleImported { .. } => vec![self.fact(row, earlier)],
            Event::MoneyMoved(_) | Event::DayClosed { .. } => vec![self.money(row, earlier)],
            // Who searched whom, and from where, is for those who may read the journal.
            Event::Audited(_) => Vec::new(),
            Event::RoomHappened { at, area, room, happening } => {
                let topic = self.topics.build(
                    area.as_str(),
                    DeviceKind::Room,
                    room.as_str(),
                    Channel::Event,
                );
                let prev_seq = self.previous(&topic, row, earlier);
                let message = RoomEventRow {
                    seq: row.seq,
                    boot: row.boot,
                    prev_seq,
                    at: local(*at, self.zone),
                    room: room.as_str(),
                    happening,
                };
                let mut follows = vec![publish(topic, &message, false)];
                // Bills come every few minutes and stand in the room's statement; here they would drive
                // out the trips.
                let is_kept = !matches!(**happening, Happening::Billed { .. });
                if let Ok(body) = serde_json::to_string(&message)
                    && is_kept
                {
                    follows.push(Consequence::Store(Change::RoomEvent(
                        room.clone(),
                        row.seq,
                        body,
                    )));
                }
                follows
            }
            Event::TapHappened { at, area, tap, happening } => {
                let (area, kind, device) = (area.as_str(), DeviceKind::Valve, tap.as_str());
                let topic = self.topics.build(area, kind, device, Channel::Event);
                let (at, prev_seq) = (local(*at, self.zone), self.previous(&topic, row, earlier));
                let (seq, boot) = (row.seq, row.boot);
                let message = TapEventRow { seq, boot, prev_seq, at, tap: device, happening };
                vec![publish(topic, &message, false)]
            }
        }
    }
}

impl Projection {
    /// What follows from an operator's act, beside telling everybody.
    fn acted(
        &mut self,
        row: &Row,
        (at, by, why): (Time, &OperatorId, &str),
        act: &Act,
        earlier: &dyn Fn(&Event) -> Option<u64>,
    ) -> Vec<Consequence> {
        match act {
            Act::OverrideSet { gate, order } => {
                let (gate, order) = (gate.clone(), order.clone());
                vec![Consequence::Store(Change::Override(gate, order))]
            }
            Act::OverrideCleared { gate } => {
                vec![Consequence::Store(Change::OverrideCleared(gate.clone()))]
            }
            Act::AlarmAcknowledged { subject, reason } => {
                self.alarms.acknowledge(subject, *reason, by, at);
                let mut follows = vec![self.alarm(row, subject, earlier)];
                follows.extend(self.stands(subject, *reason));
                follows
            }
            Act::AlarmHandled { subject, reason, step } => {
                let (by, step, text) = (by.clone(), step.clone(), why.to_owned());
                self.alarms.handle(subject, *reason, Remark { at, by, step, text });
                let mut follows = vec![self.alarm(row, subject, earlier)];
                follows.extend(self.stands(subject, *reason));
                follows
            }
            Act::HandoverWritten { note, gates } => {
                let (note, by, text) = (note.clone(), by.clone(), why.to_owned());
                let gates = gates.iter().cloned().collect();
                let note = Handover { note, at, by, gates, text };
                vec![Consequence::Store(Change::HandoverStands(note))]
            }
            Act::HandoverTaken { note, .. } => {
                vec![Consequence::Store(Change::HandoverTaken(note.clone()))]
            }
            // Whose whereabouts were forgotten is a fact of its own.
            Act::PassbackForgiven { .. } | Act::PassbackForgivenWithin { .. } => Vec::new(),
        }
    }

    /// A fact of the whole site, on the controller's own topic.
    fn fact(&mut self, row: &Row, earlier: &dyn Fn(&Event) -> Option<u64>) -> Consequence {
        let kind = DeviceKind::Controller;
        let topic = self.topics.build(WHOLE_SITE, kind, &self.controller, Channel::Event);
        let prev_seq = self.previous(&topic, row, earlier);
        let fact = FactRow { seq: row.seq, boot: row.boot, prev_seq, event: &row.event };
        publish(topic, &fact, false)
    }

    /// What is the finance office's business, on a channel of its own.
    fn money(&mut self, row: &Row, earlier: &dyn Fn(&Event) -> Option<u64>) -> Consequence {
        let kind = DeviceKind::Controller;
        let topic = self.topics.build(WHOLE_SITE, kind, &self.controller, Channel::Ledger);
        let prev_seq = self.previous(&topic, row, earlier);
        let fact = FactRow { seq: row.seq, boot: row.boot, prev_seq, event: &row.event };
        publish(topic, &fact, false)
    }

    /// The retained message about the alarms of one device; empty when none stands.
    fn alarm(
        &mut self,
        row: &Row,
        subject: &Subject,
        earlier: &dyn Fn(&Event) -> Option<u64>,
    ) -> Consequence {
        let Subject { area, kind, device } = subject;
        let topic = self.topics.build(area, *kind, device, Channel::Alarm);
        let prev_seq = self.previous(&topic, row, earlier);
        let standing = self.alarms.of(subject);
        let Some(latest) = standing.first() else {
            return Consequence::Publish { topic, payload: Bytes::new(), retain: true };
        };
        let alarm = &latest.alarm;
        let message = AlarmRow {
            seq: row.seq,
            boot: row.boot,
            prev_seq,
            state: if latest.acknowledged.is_some() { "acknowledged" } else { "raised" },
            reason: alarm.reason,
            severity: latest.severity(),
            since: local(alarm.since, self.zone),
            detail: &alarm.detail,
            text_zh: alarm.reason.for_guard(Language::Chinese),
            text_en: alarm.reason.for_guard(Language::English),
            standing: standing.iter().map(|standing| self.standing_row(standing)).collect(),
        };
        publish(topic, &message, true)
    }

    /// The alarm as it stands, to be kept; none when it was cleared meanwhile.
    fn stands(&self, subject: &Subject, reason: Reason) -> Option<Consequence> {
        let mut of_subject = self.alarms.of(subject).into_iter();
        let standing = of_subject.find(|standing| standing.alarm.reason == reason)?;
        Some(Consequence::Store(Change::AlarmStands(standing.clone())))
    }

    fn standing_row(&self, standing: &Standing) -> StandingRow {
        StandingRow {
            reason: standing.alarm.reason,
            severity: standing.severity(),
            since: local(standing.alarm.since, self.zone),
            acknowledged_by: standing.acknowledged.as_ref().map(|(by, _)| by.to_string()),
            escalated_by: standing.escalated.as_ref().map(|(by, _)| by.to_string()),
            assigned_to: standing.assigned.as_ref().map(ToString::to_string),
            paged_at: standing.paged.map(|at| local(at, self.zone)),
            remarks: standing.remarks.len(),
        }
    }

    /// The fact before `row` on `topic`, and from here on `row` is that.
    fn previous(
        &mut self,
        topic: &str,
        row: &Row,
        earlier: &dyn Fn(&Event) -> Option<u64>,
    ) -> Option<u64> {
        if let Some(last) = self.last.get_mut(topic) {
            Some(std::mem::replace(last, row.seq))
        } else {
            self.last.insert(topic.to_owned(), row.seq);
            earlier(&row.event)
        }
    }
}

/// A passage that moved somebody, as the presence table keeps it.
fn moved(passage: &Passage) -> Option<Consequence> {
    let (person, whereabouts) = (passage.person.clone()?, passage.whereabouts.clone()?);
    Some(Consequence::Store(Change::Presence(person, whereabouts)))
}

fn publish(topic: String, message: &impl Serialize, retain: bool) -> Consequence {
    #[expect(clippy::expect_used, reason = "our own types have string keys and cannot fail")]
    let payload = serde_json::to_vec(message).expect("a message of ours is JSON");
    Consequence::Publish { topic, payload: payload.into(), retain }
}

/// RFC 3339 in the site's zone, to the millisecond, as everywhere on the wire.
fn local(time: Time, zone: Tz) -> String {
    time.with_timezone(&zone).to_rfc3339_opts(chrono::SecondsFormat::Millis, false)
}
