//! Notes at the change of a shift: one guard writes what the next must know of these gates, and it is
//! shown there until somebody has taken it over.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    ids::{GateId, OperatorId},
};

/// Notes that stand at a time; more must wait until some were taken over.
pub const NOTES_MAX: usize = 500;

/// A note that nobody has taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Names it; never used twice.
    pub note: String,
    pub at: Time,
    pub by: OperatorId,
    pub gates: BTreeSet<GateId>,
    pub text: String,
}

/// All notes that stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandoverBoard {
    notes: BTreeMap<String, Handover>,
}

impl HandoverBoard {
    /// A name for a note written now.
    #[must_use]
    pub fn name_for(by: &OperatorId, at: Time) -> String {
        format!("{by}-{}", at.timestamp_millis())
    }

    #[must_use]
    pub fn is_full(&self) -> bool {
        self.notes.len() >= NOTES_MAX
    }

    pub fn put(&mut self, note: Handover) {
        self.notes.insert(note.note.clone(), note);
    }

    /// Takes a note over; it stands no more.
    pub fn take(&mut self, note: &str) -> Option<Handover> {
        self.notes.remove(note)
    }

    #[must_use]
    pub fn find(&self, note: &str) -> Option<&Handover> {
        self.notes.get(note)
    }

    /// The notes that concern one of some gates, the oldest first.
    #[must_use]
    pub fn of(&self, is_own: impl Fn(&GateId) -> bool) -> Vec<&Handover> {
        let concerns = |note: &&Handover| note.gates.iter().any(&is_own);
        let mut found: Vec<&Handover> = self.notes.values().filter(concerns).collect();
        found.sort_by_key(|note| note.at);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_shown_at_its_gates_until_it_is_taken_over() {
        let by = OperatorId::new("li").expect("a code");
        let gate = |name: &str| GateId::new(name).expect("a code");
        let mut board = HandoverBoard::default();
        for (second, gates) in [(2, ["n-1", "n-2"]), (1, ["n-2", "n-3"])] {
            let at = Time::from_timestamp(second, 0).expect("a time");
            let note = HandoverBoard::name_for(&by, at);
            let gates = gates.map(gate).into();
            board.put(Handover { note, at, by: by.clone(), gates, text: "barrier slow".into() });
        }
        let at = |name: &str| -> Vec<i64> {
            board.of(|own| own.as_str() == name).iter().map(|note| note.at.timestamp()).collect()
        };
        assert_eq!((at("n-1"), at("n-2"), at("n-4")), (vec![2], vec![1, 2], vec![]));
        assert!(board.take("li-1000").is_some());
        assert!(board.take("li-1000").is_none(), "it was taken over");
        assert_eq!(board.of(|_| true).len(), 1);
    }
}
