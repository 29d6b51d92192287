//! What somebody must look at: water that runs when it should not, or does not when it should.

use serde::{Deserialize, Serialize};

use crate::reason::Reason;

/// What is wrong with a tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leak {
    /// The meter counts while the valve is closed.
    FlowWhileClosed,
    /// The valve was opened and the meter never counted: shut off, blocked, or the meter is dead.
    OpenWithoutFlow,
    /// More flows than the pipe can carry.
    Burst,
    /// The valve did not say that it has closed; its own timer has closed it.
    DoesNotConfirm,
    ValveFault,
}

impl Leak {
    pub const ALL: [Self; 5] = [
        Self::FlowWhileClosed,
        Self::OpenWithoutFlow,
        Self::Burst,
        Self::DoesNotConfirm,
        Self::ValveFault,
    ];

    /// The reason of its alarm.
    #[must_use]
    pub fn reason(self) -> Reason {
        match self {
            Self::FlowWhileClosed => Reason::FlowWhileClosed,
            Self::OpenWithoutFlow => Reason::OpenWithoutFlow,
            Self::Burst => Reason::Burst,
            Self::DoesNotConfirm => Reason::ValveUnconfirmed,
            Self::ValveFault => Reason::ValveFault,
        }
    }
}
