//! The switchboard: from a topic to the actor of its device, or to the desk that takes requests.
//!
//! It refuses what belongs to nobody. It does not look into payloads.

use std::{collections::HashMap, sync::Arc};

use actix::{Recipient, dev::SendError};
use onecard_devices::{
    gate,
    link::{Incoming, Receive},
    reader,
    topic::{Channel, Request, Topic, Topics},
    valve,
};
use onecard_rules::event::DeviceKind;
use tokio::sync::mpsc;

use crate::{metrics::Metrics, requests};

/// The desk of every device, by its code.
#[derive(Debug)]
pub struct Switchboard {
    pub topics: Topics,
    /// With the area that the device's topics stand under.
    pub readers: HashMap<String, (String, Recipient<reader::actor::Heard>)>,
    pub gates: HashMap<String, (String, Recipient<gate::actor::Heard>)>,
    pub valves: HashMap<String, (String, Recipient<valve::actor::Heard>)>,
    pub requests: mpsc::Sender<requests::Heard>,
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
            return match self.topics.parse_request(&topic) {
                Some(Request { controller, verb }) => self.request(controller, verb, incoming),
                None => self.unknown(incoming, "unknown_topic"),
            };
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

    fn request(&self, controller: &str, verb: &str, incoming: Incoming) {
        let (controller, verb) = (controller.to_owned(), verb.to_owned());
        let heard = requests::Heard { controller, verb, incoming };
        // Given back, it loses its acknowledgement and is delivered again.
        if self.requests.try_send(heard).is_err() {
            self.metrics.refuse("requests_busy");
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
pub fn subscriptions(topics: &Topics, controller: &str) -> Vec<String> {
    let reports = [
        (DeviceKind::Reader, Channel::Swipe),
        (DeviceKind::Reader, Channel::Availability),
        (DeviceKind::Gate, Channel::State),
        (DeviceKind::Gate, Channel::Passage),
        (DeviceKind::Gate, Channel::Availability),
        (DeviceKind::Valve, Channel::State),
        (DeviceKind::Valve, Channel::Availability),
    ]
    .into_iter()
    .map(|(kind, channel)| topics.all(kind, channel));
    reports.chain([topics.request(controller, "+")]).collect()
}
