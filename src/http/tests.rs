//! Stories of the interface over services that are stand-ins.

mod orders;
mod reading;
mod whole;
mod world;
