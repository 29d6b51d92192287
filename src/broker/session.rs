//! Sessions that change hands in order.
//!
//! When a client comes back to its session, rmqtt 0.24 forwards the messages that the client had
//! not acknowledged latest first, so that "open, lock" would arrive as "lock, open". A session here
//! puts them, oldest first, ahead of the messages that were still waiting, just before rmqtt hands
//! all of it to the new connection.

use std::sync::Arc;

use async_trait::async_trait;
use rmqtt::{
    Result,
    context::ServerContext,
    inflight::MomentStatus,
    session::{DefaultSession, SessionLike, SessionManager},
    types::{
        ConnectInfo, ConnectInfoType, Disconnect, DisconnectInfo, FitterType, Id, IsPing,
        ListenerConfig, MessageQueueType, OutInflightType, Password, Reason, SessionSubs,
        SubscriptionOptions, Subscriptions, TimestampMillis, TopicFilter, UserName,
    },
};

/// Makes [`Ordered`] sessions.
pub(super) struct OrderedSessions;

#[async_trait]
impl SessionManager for OrderedSessions {
    async fn create(
        &self,
        id: Id,
        context: ServerContext,
        listener: ListenerConfig,
        _fitter: FitterType,
        subscriptions: SessionSubs,
        queue: MessageQueueType,
        inflight: OutInflightType,
        connect: ConnectInfoType,
        created_at: TimestampMillis,
        connected_at: TimestampMillis,
        present: bool,
        superuser: bool,
        connected: bool,
        disconnect: Option<DisconnectInfo>,
        _last: Option<Id>,
    ) -> Result<Arc<dyn SessionLike>> {
        Ok(Arc::new(Ordered(DefaultSession::new(
            id,
            context,
            listener,
            subscriptions,
            queue,
            inflight,
            connect,
            created_at,
            connected_at,
            present,
            superuser,
            connected,
            disconnect,
        ))))
    }
}

/// rmqtt's own session, but for [`Ordered::put_unacknowledged_first`].
struct Ordered(DefaultSession);

impl Ordered {
    /// Moves what the client has not acknowledged to the head of its queue, marked as delivered
    /// before. Half-finished `QoS` 2 deliveries, of which only the release is owed, stay.
    async fn put_unacknowledged_first(&self) {
        let queue = self.0.deliver_queue();
        let mut waiting = Vec::with_capacity(queue.len());
        while let Some(message) = queue.pop() {
            waiting.push(message);
        }
        let mut inflight = self.0.out_inflight().write().await;
        let mut released = Vec::new();
        let mut first = Vec::new();
        while let Some(mut message) = inflight.pop_front() {
            if message.status == MomentStatus::UnComplete {
                released.push(message);
            } else {
                message.publish.dup = true;
                first.push((message.from, message.publish));
            }
        }
        for message in released {
            inflight.push_back(message);
        }
        drop(inflight);
        for (from, publish) in first.into_iter().chain(waiting) {
            if let Err((from, publish)) = queue.push((from, publish)) {
                let (hooks, to) = (self.0.context().extends.hook_mgr(), self.0.id().clone());
                hooks.message_dropped(Some(to), from, publish, Reason::MessageQueueFull).await;
            }
        }
    }
}

#[async_trait]
impl SessionLike for Ordered {
    /// rmqtt asks for this once: when the session is about to change hands.
    async fn subscriptions_drain(&self) -> Result<Subscriptions> {
        let subscriptions = self.0.subscriptions_drain().await?;
        self.put_unacknowledged_first().await;
        Ok(subscriptions)
    }

    fn id(&self) -> &Id {
        self.0.id()
    }

    fn context(&self) -> &ServerContext {
        self.0.context()
    }

    fn listen_cfg(&self) -> &ListenerConfig {
        self.0.listen_cfg()
    }

    fn deliver_queue(&self) -> &MessageQueueType {
        self.0.deliver_queue()
    }

    fn out_inflight(&self) -> &OutInflightType {
        self.0.out_inflight()
    }

    async fn subscriptions(&self) -> Result<SessionSubs> {
        self.0.subscriptions().await
    }

    async fn subscriptions_add(
        &self,
        filter: TopicFilter,
        options: SubscriptionOptions,
    ) -> Result<Option<SubscriptionOptions>> {
        self.0.subscriptions_add(filter, options).await
    }

    async fn subscriptions_remove(
        &self,
        filter: &str,
    ) -> Result<Option<(TopicFilter, SubscriptionOptions)>> {
        self.0.subscriptions_remove(filter).await
    }

    async fn subscriptions_extend(&self, other: Subscriptions) -> Result<()> {
        self.0.subscriptions_extend(other).await
    }

    async fn created_at(&self) -> Result<TimestampMillis> {
        self.0.created_at().await
    }

    async fn session_present(&self) -> Result<bool> {
        self.0.session_present().await
    }

    async fn connect_info(&self) -> Result<Arc<ConnectInfo>> {
        self.0.connect_info().await
    }

    fn username(&self) -> Option<&UserName> {
        self.0.username()
    }

    fn password(&self) -> Option<&Password> {
        self.0.password()
    }

    async fn protocol(&self) -> Result<u8> {
        self.0.protocol().await
    }

    async fn superuser(&self) -> Result<bool> {
        self.0.superuser().await
    }

    async fn connected(&self) -> Result<bool> {
        self.0.connected().await
    }

    async fn connected_at(&self) -> Result<TimestampMillis> {
        self.0.connected_at().await
    }

    async fn disconnected_at(&self) -> Result<TimestampMillis> {
        self.0.disconnected_at().await
    }

    async fn disconnected_reasons(&self) -> Result<Vec<Reason>> {
        self.0.disconnected_reasons().await
    }

    async fn disconnected_reason(&self) -> Result<Reason> {
        self.0.disconnected_reason().await
    }

    async fn disconnected_reason_has(&self) -> bool {
        self.0.disconnected_reason_has().await
    }

    async fn disconnected_reason_add(&self, reason: Reason) -> Result<()> {
        self.0.disconnected_reason_add(reason).await
    }

    async fn disconnected_reason_take(&self) -> Result<Reason> {
        self.0.disconnected_reason_take().await
    }

    async fn disconnect(&self) -> Result<Option<Disconnect>> {
        self.0.disconnect().await
    }

    async fn disconnected_set(
        &self,
        disconnect: Option<Disconnect>,
        reason: Option<Reason>,
    ) -> Result<()> {
        self.0.disconnected_set(disconnect, reason).await
    }

    async fn on_drop(&self) -> Result<()> {
        self.0.on_drop().await
    }

    async fn keepalive(&self, ping: IsPing) {
        self.0.keepalive(ping).await;
    }
}
