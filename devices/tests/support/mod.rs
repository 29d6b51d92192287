//! What the stories of this crate share.

pub mod broker;
