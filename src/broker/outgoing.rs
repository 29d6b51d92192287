//! What the controller publishes: one bounded queue, one task that forwards in its order.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use onecard_devices::link::{Outgoing, Publish, PublishRefusal, Qos, Receipt};
use rmqtt::{
    context::ServerContext,
    session::SessionState,
    types::{ClientId, CodecPublish, From, Id, QoS, TopicName},
    utils::timestamp_millis,
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

/// How many messages may wait for the forwarding task, which does not wait for any client. A full
/// queue refuses the message: `PublishRefusal::Full`.
pub(super) const QUEUE: usize = 8_192;

/// The name under which the controller publishes: for logs, it has no session.
const CONTROLLER: &str = "$controller";

struct Queued {
    message: Outgoing,
    receipt: oneshot::Sender<()>,
}

/// The controller's way out.
pub(super) struct Publisher {
    queue: mpsc::Sender<Queued>,
    payload_limit: usize,
}

impl Publish for Publisher {
    fn publish(&self, message: Outgoing) -> Result<Receipt, PublishRefusal> {
        if message.payload.len() > self.payload_limit {
            return Err(PublishRefusal::TooLong);
        }
        let (receipt, done) = oneshot::channel();
        self.queue.try_send(Queued { message, receipt }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => PublishRefusal::Full,
            mpsc::error::TrySendError::Closed(_) => PublishRefusal::Closed,
        })?;
        Ok(done)
    }
}

/// The task behind a [`Publisher`].
pub(super) struct Forwarder {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Forwarder {
    /// Starts forwarding, in the current runtime.
    pub fn start(context: ServerContext, payload_limit: usize) -> (Arc<Publisher>, Self) {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(run(context, waiting, stopped));
        (Arc::new(Publisher { queue, payload_limit }), Self { stop, task })
    }

    /// Takes no more messages and forwards those that wait.
    pub async fn stop(self) {
        drop(self.stop);
        // It fails only if the task panicked, and then there is nothing left to wait for.
        let _ = self.task.await;
    }
}

async fn run(
    context: ServerContext,
    mut waiting: mpsc::Receiver<Queued>,
    mut stopped: oneshot::Receiver<()>,
) {
    let from = From::from_system(Id::from(context.node.id(), ClientId::from_static(CONTROLLER)));
    loop {
        tokio::select! {
            biased;
            queued = waiting.recv() => match queued {
                Some(queued) => forward(&context, &from, queued).await,
                None => return,
            },
            // Either end of the sender's life means stop; what was queued before is still read.
            _ = &mut stopped, if !waiting.is_closed() => waiting.close(),
        }
    }
}

async fn forward(context: &ServerContext, from: &From, queued: Queued) {
    let Queued { message, receipt } = queued;
    let expiry = message.expiry.map(whole_seconds);
    let publish = CodecPublish {
        dup: false,
        retain: message.retain,
        qos: match message.qos {
            Qos::AtMostOnce => QoS::AtMostOnce,
            Qos::AtLeastOnce => QoS::AtLeastOnce,
        },
        topic: TopicName::from(message.topic),
        packet_id: None,
        payload: message.payload,
        properties: Some(rmqtt::codec::v5::PublishProperties {
            message_expiry_interval: expiry,
            correlation_data: message.correlation,
            ..Default::default()
        }),
    };
    // The age of a message is measured against rmqtt's own clock.
    let publish = rmqtt::types::Publish::from(publish).create_time(timestamp_millis());
    let held = expiry.map(|seconds| Duration::from_secs(u64::from(seconds.get())));
    match SessionState::forwards(context, from.clone(), publish, false, held).await {
        // Nobody need be interested in the receipt.
        Ok(()) => drop(receipt.send(())),
        Err(error) => tracing::error!(%error, "a message could not be forwarded"),
    }
}

/// MQTT counts in whole seconds; rounded up, for a command says its exact deadline in its payload.
fn whole_seconds(expiry: Duration) -> NonZeroU32 {
    let seconds = expiry.as_secs().saturating_add(u64::from(expiry.subsec_nanos() > 0));
    NonZeroU32::new(u32::try_from(seconds).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_is_never_shorter_than_asked_for() {
        for (milliseconds, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (5_000, 5)] {
            let expiry = whole_seconds(Duration::from_millis(milliseconds));
            assert_eq!(expiry.get(), seconds, "{milliseconds}");
        }
        assert_eq!(whole_seconds(Duration::MAX).get(), u32::MAX);
    }
}
