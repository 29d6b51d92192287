//! Stories of the interface over services that are stand-ins.

mod orders;
mod reading;
mod rooms;
mod whole;
mod world;
