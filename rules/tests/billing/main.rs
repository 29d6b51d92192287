//! From registers to bills: every pitfall of meters, published tariffs, credit, water.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "credit.rs"]
mod credit;
#[path = "tariff.rs"]
mod tariff;
#[path = "usage.rs"]
mod usage;
#[path = "water.rs"]
mod water;
