//! Physical truth of dormitory rooms and what hangs on their Modbus lines: appliances that draw,
//! relays that move, water that flows, meters and boards that answer on real wires, and faults.
//!
//! **Invariant:** the register images and the frames are written here by hand from the makers'
//! documents, and share nothing with the controller's profiles or codecs.

pub mod appliance;
pub mod clock;
pub mod dormitory;
pub mod evening;
pub mod faults;
pub mod habits;
pub mod line;
pub mod model;
pub mod pdu;
pub mod relay;
pub mod room;
pub mod trace;
pub mod unit;
pub mod water;
pub mod wire;
