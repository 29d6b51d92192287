//! Stories of water: the real controller, its ledger and its broker; taps played by hand, where
//! every millilitre counts.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

#[path = "support/asyncapi.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod asyncapi;
#[path = "support/campus.rs"]
mod campus;
#[path = "support/client.rs"]
mod client;
#[path = "support/pace.rs"]
mod pace;
#[path = "support/process.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod process;

#[path = "water/refusals.rs"]
mod refusals;
#[path = "water/restart.rs"]
mod restart;
#[path = "water/sessions.rs"]
mod sessions;
#[path = "water/wired.rs"]
mod wired;
#[path = "water/world.rs"]
mod world;
