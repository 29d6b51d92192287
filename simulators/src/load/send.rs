//! The sending thread of a load: each swipe at its time, whatever became of those before.

use std::{net::TcpStream, sync::atomic::Ordering, thread, time::Duration};

use bytes::BytesMut;

use super::{Load, LoadError, Plan, Shared, connection, intended};
use crate::{outbox::Publication, wire};

/// Sends all swipes and says how many. The packet identifier of the n-th swipe on a connection is
/// `n % 65,535 + 1`.
pub fn all(
    load: &Load,
    plan: &Plan,
    streams: &mut [TcpStream],
    shared: &Shared,
) -> Result<u64, LoadError> {
    let mut buffers: Vec<(BytesMut, usize)> =
        plan.of_sender.iter().map(|_| (BytesMut::with_capacity(1 << 14), 0)).collect();
    let mut swipes = load.swipes.iter().enumerate().peekable();
    let mut sent = 0;
    while let Some((first, _)) = swipes.peek() {
        let due = intended(*first, load.rate);
        wait_until(due, shared);
        let now = shared.nanos();
        // Everything due by now goes out together: one write a connection.
        while let Some((at, swipe)) = swipes.next_if(|(at, _)| intended(*at, load.rate) <= now) {
            let sender = swipe.gate % streams.len();
            let Some((buffer, count)) = buffers.get_mut(sender) else { continue };
            let publication = Publication {
                topic: swipe.topic.clone(),
                payload: swipe.payload.clone(),
                token: None,
                retain: false,
                dup: false,
            };
            wire::encode_publish(buffer, &publication, pkid(*count))?;
            *count += 1;
            if let Some(slot) = shared.sent.get(at) {
                slot.store(now.max(1), Ordering::Release);
            }
            sent += 1;
            if buffer.len() > 1 << 14 {
                break;
            }
        }
        for (stream, (buffer, _)) in streams.iter_mut().zip(&mut buffers) {
            if !buffer.is_empty() {
                connection::write_all(stream, buffer)?;
                buffer.clear();
            }
        }
    }
    Ok(sent)
}

/// The packet identifier of the n-th message on a connection.
pub fn pkid(count: usize) -> u16 {
    u16::try_from(count % usize::from(u16::MAX)).map_or(1, |below| below + 1)
}

fn wait_until(due: u64, shared: &Shared) {
    let start = shared.start;
    let now = crate::clock::instant();
    let wait = (start + Duration::from_nanos(due)).saturating_duration_since(now);
    if !wait.is_zero() {
        thread::sleep(wait);
    }
}
