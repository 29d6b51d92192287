//! What the store promises: acknowledged is durable, once is once, a change to the journal shows,
//! and what the controller knew of the moment is there again after a start.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "store/chain.rs"]
mod chain;
#[path = "store/database.rs"]
mod database;
#[path = "store/journal.rs"]
mod journal;
#[path = "store/kill.rs"]
mod kill;
#[path = "store/search.rs"]
mod search;
#[path = "store/support.rs"]
mod support;
