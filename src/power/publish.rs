//! What the service tells everybody: the retained states of rooms, feeders and lines.

use std::sync::Arc;

use chrono_tz::Tz;
use onecard_devices::{
    gate::wire::local,
    link::{Outgoing, Publish, Qos},
    topic::{Channel, Topics},
    valve::wire::Leaf,
};
use onecard_rules::{Time, event::DeviceKind};
use serde::Serialize;

use super::{FeederView, LineView, RoomView};
use crate::metrics::Metrics;

/// How a valve stands.
#[derive(Debug, Serialize)]
struct ValveState {
    state: Leaf,
    register_ml: u64,
    at: String,
}

/// Publishes states; a newer one makes a lost one good.
pub struct Publisher {
    link: Arc<dyn Publish>,
    topics: Topics,
    metrics: Metrics,
}

impl std::fmt::Debug for Publisher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publisher").finish_non_exhaustive()
    }
}

impl Publisher {
    #[must_use]
    pub fn new(link: Arc<dyn Publish>, topics: Topics, metrics: Metrics) -> Self {
        Self { link, topics, metrics }
    }

    pub(super) fn room(&self, view: &RoomView) {
        self.state(&view.area, DeviceKind::Room, &view.room, view);
    }

    pub(super) fn feeder(&self, view: &FeederView) {
        self.state(&view.area, DeviceKind::Feeder, &view.feeder, view);
    }

    pub(super) fn line(&self, view: &LineView) {
        self.state(&view.area, DeviceKind::Bus, &view.line, view);
    }

    /// A valve on a line as one that speaks for itself would tell it.
    pub(super) fn valve(
        &self,
        (area, tap): (&str, &str),
        leaf: Leaf,
        register_ml: u64,
        (at, zone): (Time, Tz),
    ) {
        let state = ValveState { state: leaf, register_ml, at: local(at, zone) };
        self.state(area, DeviceKind::Valve, tap, &state);
    }

    fn state(&self, area: &str, kind: DeviceKind, device: &str, state: &impl Serialize) {
        let Ok(payload) = serde_json::to_vec(state) else { return };
        let topic = self.topics.build(area, kind, device, Channel::State);
        let (payload, qos) = (payload.into(), Qos::AtMostOnce);
        let message =
            Outgoing { topic, payload, qos, retain: true, expiry: None, correlation: None };
        if self.link.publish(message).is_err() {
            self.metrics.refuse("state_not_sent");
        }
    }
}
