//! The controller: configuration, wiring, services, the store, the broker and the HTTP interface.
//!
//! `ARCHITECTURE.md` shows how they fit together.

pub mod access;
pub mod accounts;
pub mod alarms;
pub mod billing;
pub mod broker;
pub mod campus;
pub mod cli;
pub mod clock;
pub mod consequences;
pub mod controller;
mod courtesy;
pub mod handovers;
pub mod http;
pub mod import;
pub mod late;
pub mod link;
pub mod memory;
pub mod metrics;
pub mod money;
pub mod operators;
pub mod outbox;
pub mod photos;
pub mod power;
pub mod recovery;
pub mod reload;
pub mod requests;
pub mod store;
pub mod switchboard;
pub mod water;
pub mod wiring;
