//! Proves how old an incoming message can be at most, from the order in which things come back from
//! the broker. It believes no device's clock and reads none.
//!
//! MQTT 3.1.1 does not tell a message sent just now from one that waited in the broker. So a
//! **probe**, a message of our own, is published to a topic that we subscribe to. A broker hands a
//! client's messages on in the order in which it took them, so what arrives after a probe was sent
//! after that probe. What arrives before the first probe of a connection may have waited since the
//! last connection. A second delivery may be as old as the oldest message for which the broker is
//! not known to have taken our acknowledgement.

use std::collections::HashMap;

use chrono::TimeDelta;
use onecard_rules::Time;

/// What is known of the age of messages.
#[derive(Debug)]
pub(super) struct Freshness {
    /// What was waiting when this connection began was sent after this.
    waiting_since: Time,
    /// What arrives now was sent after this; `None` until the first probe has come back.
    horizon: Option<Time>,
    /// The probe on its way, and when it was sent.
    probe: Option<(u64, Time)>,
    probes: u64,
    /// Messages that the broker may deliver again, by packet identifier.
    unproven: HashMap<u16, Unproven>,
    /// How old a horizon may be for a message to count as sent just now.
    fresh: TimeDelta,
}

#[derive(Debug, Clone, Copy)]
struct Unproven {
    /// The message was sent after this.
    bound: Time,
    /// Set once acknowledged: the probe whose return proves that the broker knows.
    settled_by: Option<u64>,
}

impl Freshness {
    /// `last_alive`: when the controller was last in charge; `None` when nobody knows.
    pub fn new(last_alive: Option<Time>, fresh: TimeDelta) -> Self {
        Self {
            waiting_since: last_alive.unwrap_or(Time::UNIX_EPOCH),
            horizon: None,
            probe: None,
            probes: 0,
            unproven: HashMap::new(),
            fresh,
        }
    }

    /// A message has arrived (`packet`: its identifier, if it is to be acknowledged). Answers the
    /// earliest moment at which it can have been sent; `None`: just now.
    pub fn arrived(&mut self, packet: Option<u16>, redelivered: bool, now: Time) -> Option<Time> {
        let horizon = self.horizon.filter(|_| !redelivered);
        let bound = horizon.unwrap_or(self.waiting_since);
        if let Some(packet) = packet {
            self.unproven.insert(packet, Unproven { bound, settled_by: None });
        }
        let just_now = horizon.is_some_and(|since| now.signed_duration_since(since) <= self.fresh);
        (!just_now).then_some(bound)
    }

    /// An acknowledgement goes to the broker, ahead of every later probe.
    pub fn acknowledged(&mut self, packet: u16) {
        let next = self.probes + 1;
        if let Some(message) = self.unproven.get_mut(&packet) {
            message.settled_by = Some(next);
        }
    }

    /// The number of the probe to send now; `None` while one is on its way.
    pub fn probe(&mut self, now: Time) -> Option<u64> {
        if self.probe.is_some() {
            return None;
        }
        self.probes += 1;
        self.probe = Some((self.probes, now));
        Some(self.probes)
    }

    /// The probe was not sent after all.
    pub fn probe_failed(&mut self) {
        self.probe = None;
    }

    /// The probe that is on its way.
    pub fn awaited(&self) -> Option<u64> {
        self.probe.map(|(number, _)| number)
    }

    /// The awaited probe has come back.
    pub fn probe_returned(&mut self) {
        let Some((number, sent)) = self.probe.take() else { return };
        self.horizon = Some(sent);
        self.unproven
            .retain(|_, message| message.settled_by.is_none_or(|settled_by| settled_by > number));
    }

    /// The connection has ended.
    pub fn lost(&mut self) {
        let horizon = self.horizon.take().unwrap_or(self.waiting_since);
        let oldest = self.unproven.drain().map(|(_, message)| message.bound).min();
        self.waiting_since = oldest.map_or(horizon, |oldest| oldest.min(horizon));
        self.probe = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Time {
        Time::UNIX_EPOCH + TimeDelta::milliseconds(millis)
    }

    fn returned(freshness: &mut Freshness, sent: i64) {
        freshness.probe(at(sent)).expect("no probe on its way");
        freshness.probe_returned();
    }

    fn started(last_alive: Option<i64>) -> Freshness {
        Freshness::new(last_alive.map(at), TimeDelta::milliseconds(2_000))
    }

    #[test]
    fn before_the_first_probe_returns_a_message_may_have_waited_since_the_controller_was_alive() {
        for (last_alive, bound) in [(Some(5_000), at(5_000)), (None, at(0))] {
            let mut freshness = started(last_alive);
            assert_eq!(freshness.arrived(Some(1), false, at(10_000)), Some(bound));
            freshness.probe(at(10_000));
            assert_eq!(freshness.arrived(Some(2), false, at(10_001)), Some(bound));
            freshness.probe_returned();
            assert_eq!(freshness.arrived(Some(3), false, at(10_002)), None);
        }
    }

    #[test]
    fn a_message_that_waited_behind_a_full_window_is_not_taken_for_fresh() {
        let mut freshness = started(None);
        returned(&mut freshness, 10_000);
        assert_eq!(freshness.arrived(Some(1), false, at(12_000)), None);
        assert_eq!(freshness.arrived(Some(2), false, at(12_001)), Some(at(10_000)));
    }

    #[test]
    fn after_a_lost_link_what_waited_was_sent_after_the_last_returned_probe() {
        let mut freshness = started(None);
        returned(&mut freshness, 10_000);
        freshness.lost();
        assert_eq!(freshness.arrived(Some(1), false, at(11_000)), Some(at(10_000)));
        freshness.lost();
        assert_eq!(freshness.arrived(Some(1), true, at(12_000)), Some(at(10_000)));
    }

    #[test]
    fn a_second_delivery_is_as_old_as_the_oldest_message_not_proven_acknowledged() {
        let mut freshness = started(None);
        returned(&mut freshness, 10_000);
        freshness.arrived(Some(1), false, at(10_100));
        returned(&mut freshness, 60_000);
        freshness.lost();
        assert_eq!(freshness.arrived(Some(1), true, at(61_000)), Some(at(10_000)));
        // Still so when it is refused again and a probe has come back meanwhile.
        returned(&mut freshness, 61_000);
        freshness.lost();
        assert_eq!(freshness.arrived(Some(1), true, at(62_000)), Some(at(10_000)));
    }

    #[test]
    fn an_acknowledgement_counts_once_a_later_probe_has_returned() {
        for (probe_after, bound) in [(false, at(10_000)), (true, at(60_000))] {
            let mut freshness = started(None);
            returned(&mut freshness, 10_000);
            freshness.arrived(Some(1), false, at(10_100));
            freshness.probe(at(20_000));
            freshness.acknowledged(1);
            // This one was sent ahead of the acknowledgement and proves nothing.
            freshness.probe_returned();
            if probe_after {
                returned(&mut freshness, 60_000);
            }
            freshness.lost();
            assert_eq!(freshness.arrived(Some(9), true, at(61_000)), Some(bound));
        }
    }
}
