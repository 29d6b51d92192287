//! The vocabulary of `OneCard` and every decision it makes, as pure functions.
//!
//! **Invariant:** nothing here reads a clock, does IO, logs, is asynchronous, or draws a random
//! number. Time comes in as an argument; what to do comes out as a value.

pub mod access;
pub mod alarm;
pub mod audit;
pub mod billing;
pub mod calendar;
pub mod code;
pub mod credential;
pub mod credit;
pub mod directory;
pub mod event;
pub mod handover;
pub mod ids;
pub mod ledger;
pub mod mode;
pub mod money;
pub mod normaliser;
pub mod operator;
pub mod passback;
pub mod person;
pub mod policy;
pub mod power;
pub mod reason;
pub mod site;
pub mod tariff;
pub mod usage;
pub mod water;

/// A moment in UTC, as given by the caller's clock.
pub type Time = chrono::DateTime<chrono::Utc>;
