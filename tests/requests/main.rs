//! Stories of orders over MQTT: an operator's system asks, the controller does it or says why not.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests may fail as tests do"
)]

#[path = "../support/asyncapi.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod asyncapi;
#[path = "../support/campus.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod campus;
#[path = "../support/client.rs"]
mod client;

#[cfg(feature = "outside-programs")]
#[path = "../support/mosquitto.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod mosquitto;
#[cfg(feature = "outside-programs")]
#[path = "../support/pace.rs"]
mod pace;
#[cfg(feature = "outside-programs")]
#[path = "../support/process.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod process;

mod embedded;
#[cfg(feature = "outside-programs")]
mod outside;
mod world;
