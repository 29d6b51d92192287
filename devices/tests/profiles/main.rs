//! Device profiles: the bytes that every shipped model is asked and told with, what its answers mean, the
//! mistakes that are found in a profile, and what holds of every plan.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why"
)]

mod acrel;
mod breaker;
mod bytes;
mod contradictions;
mod electricity;
mod format;
mod meters;
mod mistakes;
mod properties;
mod relays;
mod water;
