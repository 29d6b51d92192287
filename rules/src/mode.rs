//! Who says how a gate stands: layers with one winner, and measures over whole areas.
//!
//! Each layer is held by one authority. Precedence: life safety > lock-down > operator > schedule >
//! standing rule. Driving a gate into the mode that won, and waiting for it to confirm, is the
//! gate's own state machine.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    ids::{AreaId, GateId, OperatorId, WindowId},
    site::{Gate, Site},
};

/// How a gate stands, after the door modes of ONVIF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Shut; each passage needs a permit.
    Secure,
    /// Open to everybody.
    Free,
    /// Shut; no permit opens it on the way in (out of use).
    Blocked,
    /// Shut by a lock-down: nobody enters, anybody may leave.
    LockedDown,
    /// Held open for everybody in an emergency; passages are counted, nothing is refused.
    Released,
}

/// Who holds the layer that won.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "layer", rename_all = "snake_case")]
pub enum Owner {
    Emergency { area: AreaId, by: OperatorId, why: String },
    Lockdown { area: AreaId, by: OperatorId, why: String },
    Operator { by: OperatorId, why: String, until: Option<Time> },
    Schedule { window: WindowId },
    Standing,
}

/// What a measure over an area does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    /// Nobody enters the area, anybody may leave.
    Lockdown,
    /// Every gate into or inside the area stands open (fire, evacuation).
    Release,
}

/// A lock-down or emergency release of an area, by a named operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    pub kind: MeasureKind,
    pub area: AreaId,
    pub by: OperatorId,
    pub why: String,
    pub since: Time,
    /// Ends by itself at this moment; `None`: only by an operator.
    pub until: Option<Time>,
}

/// An operator's standing order to one gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    pub mode: Mode,
    pub by: OperatorId,
    pub why: String,
    pub since: Time,
    pub until: Option<Time>,
}

/// All orders in force: measures by area and overrides by gate.
#[derive(Debug, Clone, Default)]
pub struct Orders {
    measures: BTreeMap<(MeasureKind, AreaId), Measure>,
    overrides: BTreeMap<GateId, Override>,
}

impl Orders {
    /// The orders as stored.
    #[must_use]
    pub fn restore(measures: Vec<Measure>, overrides: Vec<(GateId, Override)>) -> Self {
        Self {
            measures: measures.into_iter().map(|m| ((m.kind, m.area.clone()), m)).collect(),
            overrides: overrides.into_iter().collect(),
        }
    }

    /// Puts a measure in force, in place of one of the same kind over the same area.
    pub fn begin(&mut self, measure: Measure) {
        self.measures.insert((measure.kind, measure.area.clone()), measure);
    }

    /// Ends a measure; returns it if it was in force.
    pub fn end(&mut self, kind: MeasureKind, area: &AreaId) -> Option<Measure> {
        self.measures.remove(&(kind, area.clone()))
    }

    /// Gives one gate an order of an operator, in place of the one before.
    pub fn set_override(&mut self, gate: GateId, order: Override) {
        self.overrides.insert(gate, order);
    }

    /// Takes an operator's order back; returns it if there was one.
    pub fn clear_override(&mut self, gate: &GateId) -> Option<Override> {
        self.overrides.remove(gate)
    }

    pub fn measures(&self) -> impl Iterator<Item = &Measure> {
        self.measures.values()
    }

    pub fn overrides(&self) -> impl Iterator<Item = (&GateId, &Override)> {
        self.overrides.iter()
    }

    /// The next moment at which an order ends by itself.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        let measures = self.measures.values().filter_map(|measure| measure.until);
        let overrides = self.overrides.values().filter_map(|order| order.until);
        measures.chain(overrides).min()
    }

    /// Takes out every measure and override that has ended by `now`; returns them.
    pub fn handle_deadline(&mut self, now: Time) -> (Vec<Measure>, Vec<GateId>) {
        let over = |until: Option<Time>| until.is_some_and(|until| until <= now);
        let measures: Vec<Measure> =
            self.measures.values().filter(|measure| over(measure.until)).cloned().collect();
        let gates: Vec<GateId> = self
            .overrides
            .iter()
            .filter(|(_, order)| over(order.until))
            .map(|(gate, _)| gate.clone())
            .collect();
        self.measures.retain(|_, measure| !over(measure.until));
        self.overrides.retain(|_, order| !over(order.until));
        (measures, gates)
    }

    /// How `gate` stands, and who says so. `open_windows` tells which windows are open.
    #[must_use]
    pub fn winner(
        &self,
        site: &Site,
        gate: &Gate,
        open_windows: &std::collections::BTreeSet<WindowId>,
    ) -> (Mode, Owner) {
        let measure = |kind: MeasureKind| {
            let around = site.around(&gate.to).chain(site.around(&gate.from));
            let mut reach = around.map(|area| &area.id);
            reach.find_map(|area| self.measures.get(&(kind, area.clone())))
        };
        if let Some(m) = measure(MeasureKind::Release) {
            let (area, by, why) = (m.area.clone(), m.by.clone(), m.why.clone());
            return (Mode::Released, Owner::Emergency { area, by, why });
        }
        // A lock-down keeps people out of an area; a gate that leads out of it only is no concern.
        let lockdown = site
            .around(&gate.to)
            .find_map(|area| self.measures.get(&(MeasureKind::Lockdown, area.id.clone())));
        if let Some(m) = lockdown {
            let (area, by, why) = (m.area.clone(), m.by.clone(), m.why.clone());
            return (Mode::LockedDown, Owner::Lockdown { area, by, why });
        }
        if let Some(order) = self.overrides.get(&gate.id) {
            let (by, why) = (order.by.clone(), order.why.clone());
            return (order.mode, Owner::Operator { by, why, until: order.until });
        }
        match gate.open_during.iter().find(|window| open_windows.contains(*window)) {
            Some(window) => (Mode::Free, Owner::Schedule { window: window.clone() }),
            None => (Mode::Secure, Owner::Standing),
        }
    }
}
