//! The receiving threads of a load: PUBACKs of the senders, and the commands.

use std::{io::Write, net::TcpStream, sync::atomic::Ordering};

use bytes::BytesMut;
use hdrhistogram::Histogram;
use rumqttc::{Packet, PubAck};

use super::{ByTopic, Latency, Shared, connection, intended};
use crate::wire::{self, WireError};

/// What the watcher saw.
#[derive(Debug)]
pub struct Watched {
    pub from_intended: Histogram<u64>,
    pub from_send: Histogram<u64>,
    pub surplus: u64,
}

/// A histogram from 1 µs to a minute, three digits.
pub fn histogram() -> Histogram<u64> {
    #[expect(clippy::expect_used, reason = "the bounds are constants that the crate accepts")]
    Histogram::new_with_bounds(1, 60_000_000, 3).expect("good bounds")
}

/// The percentiles that are reported.
pub fn summary(histogram: &Histogram<u64>) -> Latency {
    Latency {
        count: histogram.len(),
        p50_us: histogram.value_at_quantile(0.5),
        p99_us: histogram.value_at_quantile(0.99),
        p999_us: histogram.value_at_quantile(0.999),
        max_us: histogram.max(),
    }
}

/// Counts the PUBACKs on one connection, whose n-th message is `swipes[n]`.
pub fn acks(
    mut stream: TcpStream,
    swipes: &[usize],
    warm_up: usize,
    shared: &Shared,
) -> Result<Histogram<u64>, WireError> {
    let mut times = histogram();
    let mut buffer = BytesMut::new();
    let mut space = vec![0; 1 << 16];
    let mut count = 0_usize;
    while !shared.stop.load(Ordering::Acquire) {
        if !connection::fill(&mut stream, &mut space, &mut buffer)? {
            continue;
        }
        let now = shared.nanos();
        let before = count;
        while let Some(packet) = wire::decode(&mut buffer)? {
            let Packet::PubAck(ack) = packet else { continue };
            let swipe = swipes.get(nth(ack.pkid, count)).copied();
            count += 1;
            if let Some(swipe) = swipe.filter(|swipe| *swipe >= warm_up)
                && let Some(sent) = shared.sent.get(swipe)
            {
                let sent = sent.load(Ordering::Acquire);
                times.saturating_record(now.saturating_sub(sent) / 1_000);
            }
        }
        shared.acked.fetch_add((count - before) as u64, Ordering::AcqRel);
    }
    Ok(times)
}

/// How the command that answers a swipe begins.
const OPEN: &[u8] = br#"{"command":"open""#;

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
