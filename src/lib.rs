//! The controller: configuration, wiring, services, the store, the broker and the HTTP interface.

pub mod import;
pub mod store;
