//! The fact that a device has an alarm, or has it no more. What becomes of it is the controller's.

use actix::Message;
use onecard_rules::{event::Subject, reason::Reason};

/// An alarm was raised or cleared. Raising one that stands changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub struct Changed {
    pub subject: Subject,
    pub reason: Reason,
    /// What exactly is wrong; `None`: it is right again.
    pub standing: Option<String>,
}
