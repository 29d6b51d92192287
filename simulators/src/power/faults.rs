//! What goes wrong with one unit: faults that are switched on and off while it runs.
//!
//! Here is only which of them are on; `unit` and `line` say what they do.

use std::{mem::discriminant, time::Duration};

/// A thing that is wrong with a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// It neither obeys nor answers.
    Silent,
    /// It obeys, and its answer does not come.
    Mute,
    /// Its answer comes so much later than it should.
    Late(Duration),
    /// It answers noise of the right length.
    Garbage,
    /// Its answer bears another unit's id.
    WrongUnit(u8),
    /// The check sum of its answer is wrong. A Modbus TCP gateway drops such an answer.
    SpoiltCrc,
    /// Its readings stand still.
    Frozen,
    /// Its contact (or valve) stays where it is, whatever is commanded.
    Welded,
    /// A lock set by hand keeps its contact from closing by command.
    LocalLock,
    /// Its current transformer is wired in reverse: power is negative, and the export counts.
    SwappedCt,
    /// It answers one register fewer than asked for, or two for one.
    WrongCount,
}

impl Fault {
    /// One of each.
    pub const EXAMPLES: &[Self] = &[
        Self::Silent,
        Self::Mute,
        Self::Late(Duration::from_millis(500)),
        Self::Garbage,
        Self::WrongUnit(99),
        Self::SpoiltCrc,
        Self::Frozen,
        Self::Welded,
        Self::LocalLock,
        Self::SwappedCt,
        Self::WrongCount,
    ];
}

/// The faults of a unit that are on; one of each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Switches a fault on, in the place of one of its kind.
    pub fn on(&mut self, fault: Fault) {
        self.off(fault);
        self.0.push(fault);
    }

    /// Switches off the fault of this kind, whatever its number.
    pub fn off(&mut self, fault: Fault) {
        self.0.retain(|on| discriminant(on) != discriminant(&fault));
    }

    /// Whether exactly this fault is on.
    #[must_use]
    pub fn has(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }

    /// How much later it answers.
    #[must_use]
    pub fn late(&self) -> Duration {
        let late = |fault: &Fault| if let Fault::Late(by) = fault { Some(*by) } else { None };
        self.0.iter().find_map(late).unwrap_or_default()
    }

    /// The unit id that it answers with instead of its own.
    #[must_use]
    pub fn wrong_unit(&self) -> Option<u8> {
        let wrong = |fault: &Fault| if let Fault::WrongUnit(id) = fault { Some(*id) } else { None };
        self.0.iter().find_map(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_takes_the_place_of_its_kind_and_goes_by_its_kind() {
        let mut faults = Faults::default();
        faults.on(Fault::Late(Duration::from_millis(50)));
        faults.on(Fault::Late(Duration::from_millis(80)));
        faults.on(Fault::Silent);
        assert_eq!(faults.late(), Duration::from_millis(80));
        faults.off(Fault::Late(Duration::ZERO));
        assert_eq!(faults.late(), Duration::ZERO);
        assert!(faults.has(Fault::Silent) && !faults.has(Fault::Garbage));
    }
}
