//! Recovery: what the database says of presence, orders and alarms, brought up to what the journal
//! knows. The journal is what happened; the database is a projection that may lag behind a crash.

use std::collections::{BTreeMap, HashMap};

use onecard_rules::{
    Time,
    alarm::{AlarmBoard, Remark},
    event::{Act, Event},
    handover::{Handover, HandoverBoard},
    ids::{AreaId, GateId, PersonId, RoomId},
    mode::{Measure, MeasureKind, Orders, Override},
    passback::{Presence, Whereabouts},
    power::room::Happening,
    site::Site,
};

use crate::store::database::Loaded;

/// What is being recovered.
#[derive(Debug, Default)]
pub struct Recovery {
    whereabouts: HashMap<PersonId, Whereabouts>,
    measures: BTreeMap<(MeasureKind, AreaId), Measure>,
    overrides: BTreeMap<GateId, Override>,
    alarms: AlarmBoard,
    handovers: HandoverBoard,
    /// What happened to rooms, in order.
    rooms: Vec<RoomRecord>,
}

/// Something that happened to a room, as it stands on record.
#[derive(Debug, Clone)]
pub struct RoomRecord {
    pub room: RoomId,
    pub at: Time,
    pub happening: Happening,
}

impl Recovery {
    /// Starts from the projection.
    #[must_use]
    pub fn from_database(loaded: &Loaded) -> Self {
        let mut alarms = AlarmBoard::default();
        for standing in &loaded.alarms {
            alarms.restore(standing.clone());
        }
        let mut handovers = HandoverBoard::default();
        for note in &loaded.handovers {
            handovers.put(note.clone());
        }
        let by_area = |m: &Measure| ((m.kind, m.area.clone()), m.clone());
        Self {
            whereabouts: loaded.presence.iter().cloned().collect(),
            measures: loaded.measures.iter().map(by_area).collect(),
            overrides: loaded.overrides.iter().cloned().collect(),
            alarms,
            handovers,
            rooms: Vec::new(),
        }
    }

    /// What happened to rooms since the projection, once.
    pub fn take_rooms(&mut self) -> Vec<RoomRecord> {
        std::mem::take(&mut self.rooms)
    }

    /// The notes at the change of a shift that stand, once.
    pub fn take_handovers(&mut self) -> HandoverBoard {
        std::mem::take(&mut self.handovers)
    }

    /// The alarms as they stand so far.
    #[must_use]
    pub fn alarms(&self) -> &AlarmBoard {
        &self.alarms
    }

    /// Takes in a fact that the projection does not reflect yet; in the order of the journal.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::PassageEnded(passage) => {
                if let (Some(person), Some(known)) = (&passage.person, &passage.whereabouts) {
                    self.whereabouts.insert(person.clone(), known.clone());
                }
            }
            Event::PresenceForgotten { people, .. } => {
                for person in people {
                    self.whereabouts.remove(person);
                }
            }
            Event::MeasureBegun { measure, .. } => {
                self.measures.insert((measure.kind, measure.area.clone()), measure.clone());
            }
            Event::MeasureEnded { measure, .. } => {
                self.measures.remove(&(measure.kind, measure.area.clone()));
            }
            Event::OperatorActed { at, by, why, act } => match act {
                Act::OverrideSet { gate, order } => {
                    self.overrides.insert(gate.clone(), order.clone());
                }
                Act::OverrideCleared { gate } => {
                    self.overrides.remove(gate);
                }
                Act::AlarmAcknowledged { subject, reason } => {
                    self.alarms.acknowledge(subject, *reason, by, *at);
                }
                Act::AlarmHandled { subject, reason, step } => {
                    let (step, text) = (step.clone(), why.clone());
                    let remark = Remark { at: *at, by: by.clone(), step, text };
                    self.alarms.handle(subject, *reason, remark);
                }
                Act::HandoverWritten { note, gates } => {
                    let gates = gates.iter().cloned().collect();
                    let (note, text) = (note.clone(), why.clone());
                    self.handovers.put(Handover { note, at: *at, by: by.clone(), gates, text });
                }
                Act::HandoverTaken { note, .. } => {
                    self.handovers.take(note);
                }
                Act::PassbackForgiven { .. } | Act::PassbackForgivenWithin { .. } => {}
            },
            Event::AlarmRaised { alarm, .. } => {
                self.alarms.raise(alarm.clone());
            }
            Event::AlarmCleared { subject, reason, .. } => {
                self.alarms.clear(subject, *reason);
            }
            Event::RoomHappened { at, room, happening, .. } => {
                let (room, happening) = (room.clone(), (**happening).clone());
                self.rooms.push(RoomRecord { room, at: *at, happening });
            }
            Event::EntryDecided(_)
            | Event::GateModeChanged { .. }
            | Event::Booted { .. }
            | Event::Stopped { .. }
            | Event::RulesLoaded { .. }
            | Event::RulesRefused { .. }
            | Event::TapHappened { .. }
            | Event::MoneyMoved(_)
            | Event::DayClosed { .. }
            | Event::PeopleImported { .. }
            | Event::Audited(_) => {}
        }
    }

    /// What was recovered. Orders on gates or areas that the site has no more are dropped.
    #[must_use]
    pub fn finish(self, site: &Site) -> (Presence, Orders, AlarmBoard) {
        let people = self.whereabouts.into_iter();
        let known = people.filter(|(_, known)| site.areas.contains_key(&known.area));
        let presence = Presence::restore(site, known);
        let measures = self.measures.into_values();
        let measures = measures.filter(|m| site.areas.contains_key(&m.area)).collect();
        let overrides = self.overrides.into_iter();
        let overrides = overrides.filter(|(gate, _)| site.gates.contains_key(gate)).collect();
        (presence, Orders::restore(measures, overrides), self.alarms)
    }
}
