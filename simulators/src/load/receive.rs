//! The receiving threads of a load: PUBACKs of the senders, and the commands.

use std::{
    io::{self, Write},
    net::TcpStream,
    sync::atomic::Ordering,
};

use bytes::BytesMut;
use hdrhistogram::Histogram;
use mio::{Events, Interest, Poll, Token};
use rumqttc::{Packet, PubAck, Publish, QoS};
use serde::Deserialize;

use super::{ByTopic, Shared, connection, intended, measured::histogram};
use crate::wire::{self, WireError};

/// What the watcher saw.
#[derive(Debug)]
pub struct Watched {
    pub from_intended: Histogram<u64>,
    pub from_send: Histogram<u64>,
    pub surplus: u64,
}

/// One connection that swipes are sent over, as its acknowledgements come in.
struct Acked<'a> {
    stream: mio::net::TcpStream,
    /// The n-th message on it is `swipes[n]`.
    swipes: &'a [usize],
    buffer: BytesMut,
    count: usize,
}

/// Counts the PUBACKs on all connections; the n-th message of each is its `swipes[n]`.
pub fn acks(
    streams: Vec<TcpStream>,
    swipes: &[Vec<usize>],
    warm_up: usize,
    shared: &Shared,
) -> Result<Histogram<u64>, WireError> {
    let mut poll = Poll::new()?;
    let mut connections = Vec::with_capacity(streams.len());
    for (at, (stream, swipes)) in streams.into_iter().zip(swipes).enumerate() {
        let mut stream = mio::net::TcpStream::from_std(stream);
        poll.registry().register(&mut stream, Token(at), Interest::READABLE)?;
        connections.push(Acked { stream, swipes, buffer: BytesMut::new(), count: 0 });
    }
    let mut times = histogram();
    let mut space = vec![0; 1 << 16];
    let mut events = Events::with_capacity(connections.len().max(1));
    while !shared.stop.load(Ordering::Acquire) {
        match poll.poll(&mut events, Some(connection::LOOK_UP)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            polled => polled?,
        }
        let now = shared.nanos();
        for event in &events {
            let Some(connection) = connections.get_mut(event.token().0) else { continue };
            connection.read(&mut space, warm_up, now, shared, &mut times)?;
        }
    }
    Ok(times)
}

impl Acked<'_> {
    /// Takes all that is there: a readiness is told once.
    fn read(
        &mut self,
        space: &mut [u8],
        warm_up: usize,
        now: u64,
        shared: &Shared,
        times: &mut Histogram<u64>,
    ) -> Result<(), WireError> {
        while connection::fill(&mut self.stream, space, &mut self.buffer)? {}
        let before = self.count;
        while let Some(packet) = wire::decode(&mut self.buffer)? {
            let Packet::PubAck(ack) = packet else { continue };
            let swipe = self.swipes.get(nth(ack.pkid, self.count)).copied();
            self.count += 1;
            if let Some(swipe) = swipe.filter(|swipe| *swipe >= warm_up)
                && let Some(sent) = shared.sent.get(swipe)
            {
                let sent = sent.load(Ordering::Acquire);
                times.saturating_record(now.saturating_sub(sent) / 1_000);
            }
        }
        shared.acked.fetch_add((self.count - before) as u64, Ordering::AcqRel);
        Ok(())
    }
}

/// How the command that answers a swipe begins.
const OPEN: &[u8] = br#"{"command":"open""#;

/// Says in a gate's name that it stands as it was told: gates that never do so are told again and
/// again, and that is not the load to measure.
fn confirm(told: &Publish, out: &mut BytesMut) -> Result<(), WireError> {
    #[derive(Deserialize)]
    struct Told {
        id: String,
    }
    let told_id = serde_json::from_slice::<Told>(&told.payload);
    if let (Ok(Told { id }), Some(gate)) = (told_id, told.topic.strip_suffix("/command")) {
        let state = serde_json::json!({ "state": "closed", "command": id }).to_string();
        Publish::new(format!("{gate}/state"), QoS::AtMostOnce, state).write(out)?;
    }
    Ok(())
}

/// Which message `pkid` names when about `count` were acknowledged: the nearest with that identifier.
fn nth(pkid: u16, count: usize) -> usize {
    let turn = usize::from(u16::MAX);
    let expected = count % turn;
    let ahead = (usize::from(pkid.saturating_sub(1)) + turn - expected) % turn;
    if ahead <= turn / 2 { count + ahead } else { (count + ahead).saturating_sub(turn) }
}

/// Matches commands to swipes, in the order of each gate.
pub fn commands(
    mut stream: TcpStream,
    mut buffer: BytesMut,
    gates: ByTopic,
    rate: u32,
    warm_up: usize,
    shared: &Shared,
) -> Result<Watched, WireError> {
    let mut watched = Watched { from_intended: histogram(), from_send: histogram(), surplus: 0 };
    let mut gates: std::collections::HashMap<_, _> =
        gates.into_iter().map(|(topic, swipes)| (topic, swipes.into_iter())).collect();
    let mut space = vec![0; 1 << 16];
    let mut acks = BytesMut::new();
    while !shared.stop.load(Ordering::Acquire) {
        if !connection::fill(&mut stream, &mut space, &mut buffer)? {
            continue;
        }
        let now = shared.nanos();
        let mut matched = 0;
        while let Some(packet) = wire::decode(&mut buffer)? {
            let Packet::Publish(command) = packet else { continue };
            if command.pkid != 0 {
                PubAck::new(command.pkid).write(&mut acks)?;
            }
            // A controller also tells a gate how to stand; only an opening answers a swipe.
            if !command.payload.starts_with(OPEN) {
                confirm(&command, &mut acks)?;
                continue;
            }
            let Some(swipe) = gates.get_mut(&command.topic).and_then(Iterator::next) else {
                watched.surplus += 1;
                continue;
            };
            let sent = shared.sent.get(swipe).map_or(0, |sent| sent.load(Ordering::Acquire));
            matched += 1;
            if swipe >= warm_up && sent != 0 {
                let intended = intended(swipe, rate);
                watched.from_intended.saturating_record(now.saturating_sub(intended) / 1_000);
                watched.from_send.saturating_record(now.saturating_sub(sent) / 1_000);
            }
        }
        shared.commands.fetch_add(matched, Ordering::AcqRel);
        stream.write_all(&acks)?;
        acks.clear();
    }
    Ok(watched)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::send::pkid;

    #[test]
    fn an_acknowledgement_finds_its_message_across_the_turn_of_identifiers() {
        for n in [0, 1, 65_533, 65_534, 65_535, 65_536, 131_069, 131_070, 200_000] {
            for drift in [0, 1, 500] {
                assert_eq!(nth(pkid(n), n + drift), n, "{n} after {drift} later ones");
                assert_eq!(nth(pkid(n + drift), n), n + drift, "{n} before {drift}");
            }
        }
    }
}
