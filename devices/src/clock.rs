//! The clock as devices see it: something that tells the time, given to them.

use std::{fmt, sync::Arc};

use onecard_rules::Time;

/// Tells the time.
pub trait Now: Send + Sync + fmt::Debug {
    fn now(&self) -> Time;
}

/// A clock that many hold.
pub type SharedClock = Arc<dyn Now>;
