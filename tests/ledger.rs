//! What the ledger on disk promises: acknowledged is durable and once, a change to it shows, a copy
//! taken under load is whole.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "ledger/backup.rs"]
mod backup;
#[path = "ledger/days.rs"]
mod days;
#[path = "ledger/kill.rs"]
mod kill;
#[path = "ledger/promises.rs"]
mod promises;
#[path = "ledger/support.rs"]
mod support;
#[path = "ledger/tampering.rs"]
mod tampering;
#[path = "ledger/terminals.rs"]
mod terminals;
