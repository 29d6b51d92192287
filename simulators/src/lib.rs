//! Physical truth for demonstrations, tests and benchmarks: people who walk, readers and gates that
//! speak the real MQTT contract, faults, and an open-loop load generator.
//!
//! **Invariant:** nothing here shares code with the controller beyond the vocabulary and the topics,
//! so that a mistake of the controller is not repeated on both ends of the wire. Everything random
//! comes from a seed.

pub mod campus;
pub mod clock;
pub mod faults;
pub mod gate;
pub mod habits;
pub mod line;
pub mod load;
pub mod map;
pub mod outbox;
pub mod people;
pub mod power;
pub mod reader;
pub mod showers;
pub mod tap;
pub mod wire;
mod world;
