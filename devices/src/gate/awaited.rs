//! The people who were let pass and have not passed yet, oldest first.

use std::collections::VecDeque;

use onecard_rules::{
    Time,
    access::Permit,
    ids::{DecisionId, PersonId},
    site::Direction,
};

/// Most people awaited at one gate; a permit beyond it ends the oldest wait as `no_entry`.
pub const AWAITED_MAX: usize = 64;

/// Somebody who was let pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub decision: DecisionId,
    pub person: Option<PersonId>,
    pub direction: Direction,
    /// Not awaited from this moment on.
    pub until: Time,
}

/// Everybody awaited.
#[derive(Debug, Default)]
pub struct Awaited {
    people: VecDeque<Due>,
    /// Until when an opening is explained by a permit.
    opening_until: Option<Time>,
    /// The latest passages that ended, for reports that come late or again.
    ended: VecDeque<(Due, bool)>,
}

/// Passages remembered after their end.
const ENDED_MAX: usize = 64;

impl Awaited {
    /// Awaits the holder of `permit`; returns whoever is awaited no more for want of room.
    pub fn push(&mut self, permit: &Permit, until: Time) -> Option<Due> {
        let crowded_out =
            if self.people.len() >= AWAITED_MAX { self.people.pop_front() } else { None };
        self.people.push_back(Due {
            decision: permit.decision().clone(),
            person: permit.person().cloned(),
            direction: permit.direction(),
            until,
        });
        self.expect_opening(until);
        crowded_out
    }

    /// Notes that the gate may open until then.
    pub fn expect_opening(&mut self, until: Time) {
        self.opening_until = self.opening_until.max(Some(until));
    }

    /// Whether an opening at `now` has a permit behind it.
    pub fn explains_opening(&self, now: Time) -> bool {
        self.opening_until.is_some_and(|until| now <= until)
    }

    /// Takes out who passed: by the decision if the gate tells it, else whoever waited longest to
    /// go that way.
    pub fn take(&mut self, decision: Option<&DecisionId>, direction: Direction) -> Option<Due> {
        let at = match decision {
            Some(decision) => self.people.iter().position(|due| due.decision == *decision),
            None => self.people.iter().position(|due| due.direction == direction),
        }?;
        self.people.remove(at)
    }

    /// Notes how a wait ended.
    pub fn ended(&mut self, due: Due, passed: bool) {
        if self.ended.len() >= ENDED_MAX {
            self.ended.pop_front();
        }
        self.ended.push_back((due, passed));
    }

    /// How the wait of this decision ended, if it did lately.
    pub fn how_ended(&mut self, decision: &DecisionId) -> Option<&mut (Due, bool)> {
        self.ended.iter_mut().find(|(due, _)| due.decision == *decision)
    }

    /// Takes out everybody who was awaited until `now` at the most.
    pub fn overdue(&mut self, now: Time) -> Vec<Due> {
        let mut overdue = Vec::new();
        while self.people.front().is_some_and(|due| due.until <= now) {
            overdue.extend(self.people.pop_front());
        }
        overdue
    }

    pub fn next_deadline(&self) -> Option<Time> {
        self.people.front().map(|due| due.until)
    }

    pub fn len(&self) -> usize {
        self.people.len()
    }
}
