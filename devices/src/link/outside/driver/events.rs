//! What the driver does about each thing that happens on a connection. It waits for nothing.

use std::time::Duration;

use onecard_rules::Time;
use rumqttc::{ConnAck, Packet as Got, QoS, SubscribeReasonCode};
use tokio::time::Instant;

use super::{Driver, End, Progress};
use crate::link::{
    Ack, Answer, Incoming, Outgoing, Qos, ReplyTo,
    outside::{
        connection::{Connection, Packet},
        wire::WireFailure,
    },
};

impl Driver {
    pub(super) fn packet(
        &mut self,
        got: Got,
        link: &mut Connection,
        on: &mut Progress,
    ) -> Result<(), End> {
        match got {
            Got::Publish(publish) => self.arrived(publish, link, on)?,
            Got::PubAck(answer) => link.answered(answer.pkid, &self.outbox),
            Got::SubAck(answer) => {
                link.answered(answer.pkid, &self.outbox);
                self.subscribed(&answer.return_codes);
            }
            Got::Disconnect => return Err(WireFailure::Closed.into()),
            Got::Connect(_)
            | Got::ConnAck(_)
            | Got::PubRec(_)
            | Got::PubRel(_)
            | Got::PubComp(_)
            | Got::Subscribe(_)
            | Got::Unsubscribe(_)
            | Got::UnsubAck(_)
            | Got::PingReq
            | Got::PingResp => {}
        }
        Ok(())
    }

    fn subscribed(&self, answers: &[SubscribeReasonCode]) {
        if answers.contains(&SubscribeReasonCode::Failure) {
            // Half of the devices unheard is not in charge.
            let client = &self.settings.client_id;
            tracing::error!("the broker refuses a subscription: let `{client}` read its topics");
        } else {
            self.connected.send_replace(true);
        }
    }

    pub(super) fn accepted(
        &mut self,
        accepted: &ConnAck,
        link: &mut Connection,
    ) -> Result<(), WireFailure> {
        self.connections += 1;
        if self.connections > 1 {
            self.counters.reconnects.count();
        }
        // With a session too: it may have the subscriptions of older settings, and mosquitto, killed
        // between two writes of its store, comes back with a session that has none at all.
        let probe = (self.settings.probe_topic.clone(), Qos::AtLeastOnce);
        link.subscribe(self.settings.subscriptions.iter().cloned().chain([probe]))?;
        self.outbox.online();
        if self.stop_by.is_some() {
            self.say_goodbye();
        } else if let Some(said) = &self.settings.availability {
            // The will has spoken, or nobody has yet.
            self.outbox.push(retained(&said.topic, &said.online));
        }
        tracing::info!(session = accepted.session_present, "connected to the broker");
        Ok(())
    }

    pub(super) fn say_goodbye(&self) {
        if let Some(said) = &self.settings.availability {
            self.outbox.push(retained(&said.topic, &said.offline));
        }
    }

    fn arrived(
        &mut self,
        publish: rumqttc::Publish,
        link: &mut Connection,
        on: &mut Progress,
    ) -> Result<(), WireFailure> {
        // More than at-least-once is not asked for.
        let packet = (publish.qos != QoS::AtMostOnce).then_some(Packet(publish.pkid));
        if publish.topic == self.settings.probe_topic {
            self.probe_returned(&publish.payload, on);
            return packet.map_or(Ok(()), |packet| link.acknowledge(packet));
        }
        if self.stop_by.is_some() {
            // Unacknowledged, it is the next start's.
            return Ok(());
        }
        if publish.size() > self.settings.max_packet {
            self.counters.oversized.count();
            tracing::warn!(topic = publish.topic, "a message longer than the limit is thrown away");
            return packet.map_or(Ok(()), |packet| link.acknowledge(packet));
        }
        if publish.dup {
            self.counters.redelivered.count();
        }
        let now = (self.settings.now)();
        let id = packet.map(|packet| packet.0);
        let waited_since = self.freshness.arrived(id, publish.dup, now);
        // A retained message may have been sent at any time at all.
        let sent_after = if publish.retain { Some(Time::UNIX_EPOCH) } else { waited_since };
        let (ack, answer) = Ack::new();
        (self.receive)(Incoming {
            topic: publish.topic,
            payload: publish.payload,
            retained: publish.retain,
            sent_after,
            redelivered: publish.dup,
            reply_to: ReplyTo::default(),
            ack,
        });
        if let Some(packet) = packet {
            link.await_answer(packet, answer);
        }
        Ok(())
    }

    fn probe_returned(&mut self, payload: &[u8], on: &mut Progress) {
        let awaited = self.freshness.awaited().map(|number| self.probe(number));
        if awaited.is_some_and(|awaited| awaited.as_bytes() == payload) {
            self.freshness.probe_returned();
            if !on.caught_up {
                on.caught_up = true;
                // Only now has the connection been of use; one that dies before is not tried at once.
                self.retry.reset();
            }
        }
    }

    fn probe(&self, number: u64) -> String {
        format!("{}.{}.{number}", self.run, self.connections)
    }

    pub(super) fn answered(
        &mut self,
        link: &mut Connection,
        on: &mut Progress,
        of: Packet,
        answer: Answer,
    ) -> Result<(), WireFailure> {
        match answer {
            Answer::Accepted => {
                self.freshness.acknowledged(of.0);
                link.acknowledge(of)?;
            }
            Answer::Refused => {
                self.counters.refused.count();
                // A broker delivers again only to a new connection.
                if on.deliver_again.is_none() && self.stop_by.is_none() {
                    on.deliver_again = Some(Instant::now() + self.refusal_pause());
                }
            }
        }
        Ok(())
    }

    /// Doubles while refusals follow each other, and starts again after a calm.
    fn refusal_pause(&mut self) -> Duration {
        let now = (self.settings.now)();
        let calm = 10 * self.settings.timings.refusal_cap;
        let since = self.last_refusal.replace(now).map(|before| now.signed_duration_since(before));
        if since.is_none_or(|since| since.to_std().is_ok_and(|since| since > calm)) {
            self.refusal.reset();
            // The first pause of a row is none.
            self.refusal.next();
        }
        self.refusal.next()
    }

    /// Sends a probe or, after a silence of ours, a sign of life; gives up a connection whose oldest
    /// packet is never answered.
    pub(super) fn tick(&mut self, link: &mut Connection, on: &mut Progress) -> Result<(), End> {
        let waiting_at = link.waiting_at();
        on.stuck_ticks = match waiting_at {
            Some(_) if waiting_at == on.stuck_at => on.stuck_ticks + 1,
            Some(_) | None => 0,
        };
        on.stuck_at = waiting_at;
        if self.settings.timings.probe * on.stuck_ticks >= self.settings.timings.stuck {
            self.counters.stalls.count();
            return Err(End::Stuck);
        }
        let now = (self.settings.now)();
        if self.stop_by.is_none()
            && let Some(number) = self.freshness.probe(now)
        {
            let payload = self.probe(number);
            if !link.probe(&self.settings.probe_topic, payload)? {
                self.freshness.probe_failed();
            }
        }
        if link.wire.last_sent().elapsed() >= self.settings.timings.keep_alive / 2 {
            link.ping()?;
        }
        Ok(())
    }
}

fn retained(topic: &str, payload: &bytes::Bytes) -> Outgoing {
    let (topic, payload) = (topic.to_owned(), payload.clone());
    let qos = Qos::AtLeastOnce;
    Outgoing { topic, payload, qos, retain: true, expiry: None, correlation: None }
}
