//! Stories of power: the real controller over the simulated dormitory's real Modbus lines.

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
#[expect(dead_code, reason = "shared with other tests")]
mod campus;
#[path = "support/client.rs"]
mod client;
#[path = "support/pace.rs"]
mod pace;
#[path = "support/process.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod process;

#[path = "power/feeders.rs"]
mod feeders;
#[path = "power/kill.rs"]
mod kill;
#[path = "power/meters.rs"]
mod meters;
#[path = "power/orders.rs"]
mod orders;
#[path = "power/trips.rs"]
mod trips;
#[path = "power/world.rs"]
mod world;
