//! The embedded broker against real clients over loopback: one test a promise, and one a trap of
//! the library underneath.

#[path = "broker/delivery.rs"]
mod delivery;
#[path = "broker/permission.rs"]
mod permission;
#[path = "broker/protocol.rs"]
mod protocol;
#[path = "broker/raw.rs"]
mod raw;
#[path = "broker/running.rs"]
mod running;
#[path = "broker/support.rs"]
mod support;
#[path = "broker/taking.rs"]
mod taking;
