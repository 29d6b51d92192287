//! A Modbus line: one owner of one bus, with one frame in flight.
//!
//! `schedule` decides what goes out next, `patience` how long each unit may take, `timing` what the
//! wire itself takes, `bound` the worst case that follows; `driver` owns the connection. What a
//! register means is the profiles', who wants what read or switched is the controller's.

pub mod bound;
pub mod driver;
pub mod patience;
pub mod schedule;
pub mod timing;
mod transport;
