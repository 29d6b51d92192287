//! The devices of a campus as state machines, wire formats and actors, and the link they speak over.
//!
//! **Invariant:** nothing here knows of people, money, SQL or HTTP. State machines take the time as
//! an argument; actors get it from the clock that they are given.

pub mod alarm;
pub mod clock;
pub mod gate;
pub mod give_way;
pub mod line;
pub mod link;
pub mod modbus;
mod pace;
pub mod profile;
pub mod reader;
pub mod topic;
pub mod valve;
pub mod wire;
