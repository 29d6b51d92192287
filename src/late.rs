//! A receiver that is named after the broker that feeds it has started.
//!
//! The broker needs a receiver to start, and the actors behind the receiver need the broker's
//! publisher. Nothing comes in between, for all are on one arbiter and nothing yields there; if
//! something did, it would be refused, and so be delivered again.

use std::sync::{Arc, OnceLock};

use onecard_devices::link::Receive;

/// Where the receiver is named.
#[derive(Clone, Default)]
pub struct LateReceiver(Arc<OnceLock<Receive>>);

impl std::fmt::Debug for LateReceiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LateReceiver").field(&self.0.get().is_some()).finish()
    }
}

impl LateReceiver {
    /// The receiver to start a link with.
    #[must_use]
    pub fn receive(&self) -> Receive {
        let named = Arc::clone(&self.0);
        Arc::new(move |incoming| match named.get() {
            Some(receive) => receive(incoming),
            None => incoming.ack.refuse(),
        })
    }

    /// Names who takes the messages; the first name counts.
    pub fn name(&self, receive: Receive) {
        // A second name would be a slip of the wiring; the first keeps working.
        let _ = self.0.set(receive);
    }
}
