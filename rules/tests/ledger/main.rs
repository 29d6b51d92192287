//! The ledger: its rules as tables, and a million random orders against a small model.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "keeper.rs"]
mod keeper;
#[path = "model.rs"]
mod model;
#[path = "table.rs"]
mod table;
#[path = "vocabulary.rs"]
mod vocabulary;
