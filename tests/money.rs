//! Stories of money: the real controller over the simulated dormitory's real meters and over taps.
//! `ONECARD_KILLS` sets how often it is killed.

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
#[path = "power/world.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod world;

#[path = "water/world.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod taps;

#[path = "money/credit.rs"]
mod credit;
#[path = "money/kill.rs"]
mod kill;
#[path = "money/names.rs"]
mod names;
#[path = "money/payer.rs"]
mod payer;
#[path = "money/preview.rs"]
mod preview;
#[path = "money/prices.rs"]
mod prices;
#[path = "money/rooms.rs"]
mod rooms;
#[path = "money/showers.rs"]
mod showers;
