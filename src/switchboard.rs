//! The switchboard: from a topic to the actor of its device.
//!
//! It refuses what belongs to nobody. It does not look into payloads.

use std::{collections::HashMap, sync::Arc};

use actix::{Recipient, dev::SendError};
use onecard_devices::{
    gate,
    link::{Incoming, Receive},
    reader,
    topic::{Channel, Topic, Topics},
    valve,
};
use onecard_rules::event::DeviceKind;

use crate::metrics::Metrics;

/// The desk of every device, by its code.
#[derive(Debug)]
pub struct Switchboard {
    pub topics: Topics,
    /// With the area that the device's topics stand under.
    pub readers: HashMap<String, (String, Recipient<reader::actor::Heard>)>,
    pub gates: HashMap<String, (String, Recipient<gate::actor::Heard>)>,
    pub valves: HashMap<String, (String, Recipient<valve::actor::Heard>)>,
    pub metrics: Metrics,
}

impl Switchboard {
    /// Makes it the receiver of a link.
    #[must_use]
    pub fn receive(self) -> Receive {
        Arc::new(move |incoming| self.take(incoming))
    }

    fn take(&self, incoming: Incoming) {
        self.metrics.messages.inc();
        let topic = incoming.topic.clone();
        let Some(Topic { area, kind, device, channel }) = self.topics.parse(&topic) else {
            return self.unknown(incoming, "unknown_topic");
        };
        match kind {
            DeviceKind::Reader => match self.readers.get(device) {
                Some((home, desk)) if home == area => {
                    self.hand_on(&desk.try_send(reader::actor::Heard { channel, incoming }));
                }
                Some(_) | None => self.unknown(incoming, "unknown_device"),
            },
            DeviceKind::Gate => match self.gates.get(device) {
                Some((home, desk)) if home == area => {
                    self.hand_on(&desk.try_send(gate::actor::Heard { channel, incoming }));
                }
                Some(_) | None => self.unknown(incoming, "unknown_device"),
            },
            DeviceKind::Valve => match self.valves.get(device) {
                Some((home, desk)) if home == area => {
                    self.hand_on(&desk.try_send(valve::actor::Heard { channel, incoming }));
                }
                Some(_) | None => self.unknown(incoming, "unknown_device"),
            },
            DeviceKind::Room | DeviceKind::Bus | DeviceKind::Feeder | DeviceKind::Controller => {
                self.unknown(incoming, "unexpected_kind");
            }
        }
    }

    /// A message for a device that this campus does not have; it will not get better, so it is
    /// acknowledged, counted, and a swipe among them logged.
    fn unknown(&self, incoming: Incoming, what: &str) {
        self.metrics.refuse(what);
        if incoming.topic.ends_with(Channel::Swipe.as_str()) {
            tracing::warn!(topic = incoming.topic, what, "a swipe from nowhere");
        }
        incoming.ack.accept();
    }

    /// A full mailbox gives the message back and so drops its acknowledgement: it is delivered
    /// again.
    fn hand_on<M>(&self, sent: &Result<(), SendError<M>>) {
        if sent.is_err() {
            self.metrics.refuse("device_busy");
        }
    }
}

/// The filters that an outside broker must be asked for.
#[must_use]
pub fn subscriptions(topics: &Topics) -> Vec<String> {
    [
        (DeviceKind::Reader, Channel::Swipe),
        (DeviceKind::Reader, Channel::Availability),
        (DeviceKind::Gate, Channel::State),
        (DeviceKind::Gate, Channel::Passage),
        (DeviceKind::Gate, Channel::Availability),
        (DeviceKind::Valve, Channel::State),
        (DeviceKind::Valve, Channel::Availability),
    ]
    .into_iter()
    .map(|(kind, channel)| topics.all(kind, channel))
    .collect()
}
