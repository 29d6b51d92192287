//! Stories of the interface over services that are stand-ins.

mod bills;
mod matrix;
mod money;
mod orders;
mod pages;
mod photos;
mod reading;
mod rooms;
mod session;
mod taps;
mod whole;
mod world;
