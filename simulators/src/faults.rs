//! What goes wrong, how often: rates, a seeded die, and a count of each fault that came.
//!
//! It decides only that a fault happens; what the fault does to the wire is `world`'s business.

use rand::{Rng, SeedableRng, rngs::SmallRng};
use serde::Serialize;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident $field:ident $mild:literal;)*) => {
        /// A thing that goes wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fault {
            $($(#[$doc])* $name,)*
        }

        impl Fault {
            pub const ALL: &[Self] = &[$(Self::$name,)*];
        }

        /// How often each fault comes, as a probability from 0 to 1 each time that it could; all
        /// zero by default.
        #[derive(Debug, Clone, Copy, Default, PartialEq)]
        pub struct Faults {
            $($(#[$doc])* pub $field: f64,)*
        }

        impl Faults {
            /// A bad but ordinary day, for the demonstration: some of everything now and then.
            #[must_use]
            pub fn demo() -> Self {
                Self { $($field: $mild,)* }
            }

            /// The rate of one fault.
            #[must_use]
            pub fn rate(&self, fault: Fault) -> f64 {
                match fault {
                    $(Fault::$name => self.$field,)*
                }
            }
        }

        /// How often each fault came.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
        pub struct FaultCounts {
            $(pub $field: u64,)*
        }

        impl FaultCounts {
            fn count(&mut self, fault: Fault) {
                match fault {
                    $(Fault::$name => self.$field += 1,)*
                }
            }

            /// How often one fault came.
            #[must_use]
            pub fn of(&self, fault: Fault) -> u64 {
                match fault {
                    $(Fault::$name => self.$field,)*
                }
            }
        }
    };
}

faults! {
    /// A swipe is sent twice, with the same `boot` and `seq`. Per swipe.
    Duplicate duplicate 0.01;
    /// A swipe arrives some seconds after it was made. Per swipe.
    Delayed delayed 0.004;
    /// The reader reads the bytes of the card in reverse. Per swipe.
    ReversedUid reversed_uid 0.002;
    /// The reader sends bytes that are no swipe, beside the swipe. Per swipe.
    Malformed malformed 0.002;
    /// Somebody tries an unknown card at this reader again and again. Per swipe.
    UnknownCard unknown_card 0.002;
    /// The reader loses power and starts anew, with the next `boot`. Per swipe.
    Reboot reboot 0.002;
    /// The reader's connection is cut without farewell. Per swipe.
    Disconnect disconnect 0.001;
    /// The gate neither obeys nor answers. Per command.
    SilentGate silent_gate 0.002;
    /// The contact of the gate chatters. Per opening.
    Bounce bounce 0.01;
    /// Somebody keeps the gate from closing. Per opening.
    HeldDoor held_door 0.001;
    /// Nobody goes through, though the gate opened. Per opening.
    NoEntry no_entry 0.004;
    /// Somebody forces the gate open while it is shut. Per refusal.
    ForcedDoor forced_door 0.02;
}

/// The die: which faults come is a function of the seed and of the order of the questions.
#[derive(Debug)]
pub struct FaultDice {
    faults: Faults,
    rng: SmallRng,
    counts: FaultCounts,
}

impl FaultDice {
    #[must_use]
    pub fn new(faults: Faults, seed: u64) -> Self {
        Self { faults, rng: SmallRng::seed_from_u64(seed), counts: FaultCounts::default() }
    }

    /// Whether the fault comes this time. A rate outside 0 to 1 counts as the nearer end.
    pub fn comes(&mut self, fault: Fault) -> bool {
        let rate = self.faults.rate(fault);
        let comes = rate > 0.0 && self.rng.random_bool(rate.min(1.0));
        if comes {
            self.counts.count(fault);
        }
        comes
    }

    /// A number below `end`, from the same die; 0 for an `end` of 0.
    pub fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.rng.random_range(0..end) }
    }

    #[must_use]
    pub fn counts(&self) -> FaultCounts {
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_rates_nothing_ever_goes_wrong() {
        let mut dice = FaultDice::new(Faults::default(), 1);
        for fault in Fault::ALL {
            assert!((0..1_000).all(|_| !dice.comes(*fault)), "{fault:?}");
        }
        assert_eq!(dice.counts(), FaultCounts::default());
    }

    #[test]
    fn each_fault_comes_at_its_rate_and_is_counted() {
        let seed = 42;
        for fault in Fault::ALL {
            let mut dice = FaultDice::new(Faults::demo(), seed);
            let rate = Faults::demo().rate(*fault);
            let trials = 200_000_u32;
            let came = (0..trials).filter(|_| dice.comes(*fault)).count();
            let expected = rate * f64::from(trials);
            let allowed = 5.0 * expected.sqrt();
            let came_f = f64::from(u32::try_from(came).unwrap());
            assert!(
                (came_f - expected).abs() < allowed,
                "{fault:?}: {came} for {expected}, seed {seed}"
            );
            assert_eq!(dice.counts().of(*fault), came as u64);
        }
    }

    #[test]
    fn a_certain_fault_always_comes_even_with_a_rate_beyond_one() {
        let mut dice = FaultDice::new(Faults { duplicate: 7.0, ..Faults::default() }, 1);
        assert!((0..100).all(|_| dice.comes(Fault::Duplicate)));
    }

    #[test]
    fn the_same_seed_brings_the_same_faults() {
        let run = |seed| {
            let mut dice = FaultDice::new(Faults { duplicate: 0.5, ..Faults::default() }, seed);
            (0..64).map(|_| dice.comes(Fault::Duplicate)).collect::<Vec<_>>()
        };
        assert_eq!(run(3), run(3));
        assert_ne!(run(3), run(4));
    }
}
