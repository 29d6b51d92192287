//! The embedded broker against real clients over loopback: one test a promise, and one a trap of
//! the library underneath.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests may fail as tests do"
)]

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
#[path = "broker/screens.rs"]
mod screens;
#[path = "broker/support.rs"]
mod support;
#[path = "broker/taking.rs"]
mod taking;
