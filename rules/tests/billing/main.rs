//! From registers to bills: every pitfall of meters, published tariffs, credit, water.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::type_complexity,
    clippy::wildcard_enum_match_arm,
    clippy::similar_names,
    clippy::cloned_ref_to_slice_refs,
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
