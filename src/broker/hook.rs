//! Where rmqtt asks and the controller answers: who may connect, publish and subscribe, and whether
//! a message is taken, before its sender is told so.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use onecard_devices::{
    link::{Ack, Answer, Incoming, Receive, ReplyTo},
    topic::Topics,
};
use onecard_rules::Time;
use rmqtt::{
    codec::v5::SubscribeAckReason,
    context::ServerContext,
    hook::{Handler, HookResult, Parameter, Register, ReturnType, Type},
    session::Session,
    types::{
        AuthResult, ClientId, ConnectInfo, From, FromType, Id, LastWill, Publish, PublishAclResult,
        QoS, Reason, Subscribe, SubscribeAclResult,
    },
};

use super::{
    Clock, DropCause, Dropped, OnDropped,
    accounts::{Account, Accounts, Rights},
    counters::Tally,
    heard::Heard,
    in_hand::InHand,
    permission::{self, Client, Refusal},
};

/// What all hooks share.
pub(super) struct Gatekeeper {
    pub context: ServerContext,
    pub topics: Topics,
    pub accounts: Arc<Accounts>,
    pub anonymous: bool,
    pub payload_limit: usize,
    pub answer_limit: Duration,
    pub receive: Receive,
    pub clock: Clock,
    pub last_alive: Time,
    pub on_dropped: OnDropped,
    pub tally: Arc<Tally>,
    pub heard: Mutex<Heard>,
    pub in_hand: InHand,
}

/// A client's rights as they are at this moment.
enum Whose {
    Account(Arc<Account>),
    Anonymous,
}

impl Whose {
    fn client(&self) -> Client<'_> {
        match self {
            Self::Account(account) => Client::Known(&account.rights),
            Self::Anonymous => Client::Anonymous,
        }
    }
}

impl Gatekeeper {
    fn authenticate(&self, connect: &ConnectInfo, holder: Option<&Id>) -> AuthResult {
        let client = &**connect.client_id();
        let whose = match connect.username() {
            Some(name) => {
                let password = connect.password().map_or(&b""[..], |password| password);
                self.accounts
                    .check(name, password)
                    .filter(|who| self.counts(who))
                    .map(Whose::Account)
            }
            None => self.anonymous.then_some(Whose::Anonymous),
        };
        let Some(whose) = whose else {
            tracing::info!(client, "a client without a valid name and secret was refused");
            return AuthResult::BadUsernameOrPassword;
        };
        let name = connect.username().map_or("", |name| &**name);
        if !may_be(&whose, name, client, |id| self.accounts.find(id).is_some())
            // A session keeps what it has subscribed to, so it belongs to the name that opened it.
            || holder.is_some_and(|id| id.username.as_ref() != connect.username())
        {
            tracing::info!(client, name, "a client with an id that is not its own was refused");
            return AuthResult::NotAuthorized;
        }
        // The will is published later without asking for permission.
        if let Some((topic, length)) = connect.last_will().as_ref().map(will_of)
            && let Err(refusal) = self.permit_will(whose.client(), &topic, length)
        {
            tracing::info!(client, name, %topic, %refusal, "a client was refused for its will");
            return AuthResult::NotAuthorized;
        }
        AuthResult::Allow(false, None)
    }

    fn permit_will(&self, client: Client<'_>, topic: &str, length: usize) -> Result<(), Refusal> {
        if length > self.payload_limit {
            return Err(Refusal::TooLong);
        }
        permission::will(&self.topics, client, topic)
    }

    fn whose(&self, id: &Id) -> Option<Whose> {
        match &id.username {
            Some(name) => {
                self.accounts.find(name).filter(|who| self.counts(who)).map(Whose::Account)
            }
            None => self.anonymous.then_some(Whose::Anonymous),
        }
    }

    /// Whether the time of an account is not over.
    fn counts(&self, account: &Account) -> bool {
        match &account.rights {
            Rights::Screen { until, .. } => (self.clock)() < *until,
            Rights::Device { .. } | Rights::Dashboard { .. } | Rights::System => true,
        }
    }

    fn permit(&self, id: &Id, publish: &Publish) -> Result<(), Refusal> {
        if publish.payload.len() > self.payload_limit {
            return Err(Refusal::TooLong);
        }
        let whose = self.whose(id).ok_or(Refusal::Topic)?;
        permission::publish(&self.topics, whose.client(), &publish.topic, publish.retain)
    }

    /// Permission first, then the controller's answer. Whatever is not accepted closes the
    /// connection without PUBACK, except that a client at `QoS` 0 has nothing to keep.
    async fn publish(&self, id: &Id, publish: &Publish) -> PublishAclResult {
        self.tally.messages_in.add();
        let (client, topic) = (&*id.client_id, &*publish.topic);
        if let Err(refusal) = self.permit(id, publish) {
            self.tally.refused_publishes.add();
            tracing::info!(client, topic, %refusal, "a publish was refused");
            return PublishAclResult::rejected(true, Some(refusal.to_string().into()));
        }
        if self.ask(id, publish).await == Answer::Accepted {
            return PublishAclResult::allow();
        }
        let keeps = publish.qos != QoS::AtMostOnce;
        if keeps {
            self.tally.closed_without_puback.add();
        }
        tracing::info!(client, topic, "the controller did not take a message");
        PublishAclResult::rejected(keeps, Some("the controller did not take it".into()))
    }

    async fn ask(&self, id: &Id, publish: &Publish) -> Answer {
        let Some(_waiting) = self.in_hand.enter() else { return Answer::Refused };
        let (ack, answer) = Ack::new();
        (self.receive)(self.incoming(id, publish, ack));
        match tokio::time::timeout(self.answer_limit, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Answer::Refused,
            Err(_) => {
                tracing::warn!(topic = &*publish.topic, "no answer in time; the sender keeps it");
                Answer::Refused
            }
        }
    }

    fn incoming(&self, id: &Id, publish: &Publish, ack: Ack) -> Incoming {
        let before = || self.heard().before(&id.client_id).unwrap_or(self.last_alive);
        Incoming {
            topic: publish.topic.to_string(),
            payload: publish.payload.clone(),
            // It comes from the device itself, and so is news, though it will be kept for others.
            retained: false,
            sent_after: publish.dup.then(before),
            redelivered: publish.dup,
            reply_to: reply_to(publish),
            ack,
        }
    }

    /// A last will, permitted when its client connected, reaches the controller like any publish,
    /// but nobody waits for the answer. Gives back what to publish in its place, where it must not
    /// be published.
    ///
    /// rmqtt may publish the will of a connection after the same client has connected again; then
    /// it would declare a device lost that is there.
    async fn will(&self, from: &From, publish: &Publish) -> Option<Publish> {
        let holder = holder(&self.context, &from.id).await;
        let stale = holder.is_some_and(|current| current != from.id);
        if stale || self.in_hand.is_closing() {
            return Some(addressed_to_nobody(publish));
        }
        self.tally.messages_in.add();
        let (ack, _nobody) = Ack::new();
        (self.receive)(self.incoming(&from.id, publish, ack));
        None
    }

    fn subscribe(&self, id: &Id, subscribe: &Subscribe) -> SubscribeAclResult {
        let filter = &*subscribe.topic_filter;
        let allowed = self
            .whose(id)
            .is_some_and(|whose| permission::subscribe(&self.topics, whose.client(), filter));
        if allowed {
            return SubscribeAclResult::new_success(subscribe.opts.qos(), None);
        }
        self.tally.refused_subscriptions.add();
        tracing::info!(client = &*id.client_id, filter, "a subscription was refused");
        SubscribeAclResult::new_failure(SubscribeAckReason::NotAuthorized)
    }

    fn dropped(&self, to: &Id, publish: &Publish, reason: &Reason) {
        if to.client_id.is_empty() {
            return; // A will that was addressed to nobody.
        }
        let cause = if matches!(reason, Reason::MessageQueueFull) {
            DropCause::QueueFull
        } else if matches!(reason, Reason::MessageExpiration) {
            return self.tally.expired.add();
        } else if matches!(reason, Reason::Error(_)) && publish.qos != QoS::AtMostOnce {
            DropCause::NoSession
        } else {
            return self.tally.abandoned.add();
        };
        self.tally.dropped.add();
        let (client, topic) = (to.client_id.to_string(), publish.topic.to_string());
        tracing::warn!(client, topic, ?cause, "a message will not reach its subscriber");
        (self.on_dropped)(&Dropped { client, topic, cause });
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a client of that name may have that id. A device has one session, its own, so its id is
/// its name. Screens and systems choose their ids, but none that is another account's name.
fn may_be(whose: &Whose, name: &str, client: &str, is_account: impl Fn(&str) -> bool) -> bool {
    match whose {
        Whose::Account(account) => match account.rights {
            Rights::Device { .. } | Rights::Screen { .. } => client == name,
            Rights::Dashboard { .. } | Rights::System => client == name || !is_account(client),
        },
        Whose::Anonymous => !is_account(client),
    }
}

/// Topic and payload length.
fn will_of(will: &LastWill<'_>) -> (String, usize) {
    match will {
        LastWill::V3(will) => (will.topic.to_string(), will.message.len()),
        LastWill::V5(will) => (will.topic.to_string(), will.message.len()),
    }
}

/// Where the sender wants the response, as MQTT 5 says it.
fn reply_to(publish: &Publish) -> ReplyTo {
    let properties = publish.properties.as_ref();
    ReplyTo {
        topic: properties.and_then(|said| said.response_topic.as_ref()).map(ToString::to_string),
        correlation: properties.and_then(|said| said.correlation_data.clone()),
    }
}

/// Whose session the client id is at this moment.
async fn holder(context: &ServerContext, id: &Id) -> Option<Id> {
    let shared = context.extends.shared().await;
    shared.entry(id.clone()).session().map(|session: Session| session.id.clone())
}

/// rmqtt cannot be told to drop a will, but one for a client that cannot exist goes nowhere.
fn addressed_to_nobody(publish: &Publish) -> Publish {
    let mut publish = publish.clone().target_clientid(ClientId::default());
    publish.retain = false;
    publish
}

/// A [`Gatekeeper`] as rmqtt calls it.
struct Hook(Arc<Gatekeeper>);

/// Puts the gatekeeper into the broker.
pub(super) async fn install(gatekeeper: &Arc<Gatekeeper>) {
    let register: Box<dyn Register> = gatekeeper.context.extends.hook_mgr().register();
    for event in [
        Type::ClientAuthenticate,
        Type::ClientConnected,
        Type::ClientKeepalive,
        Type::ClientSubscribeCheckAcl,
        Type::MessagePublishCheckAcl,
        Type::MessagePublish,
        Type::MessageDropped,
    ] {
        register.add(event, Box::new(Hook(Arc::clone(gatekeeper)))).await;
    }
    register.start().await;
}

#[async_trait]
impl Handler for Hook {
    #[expect(clippy::wildcard_enum_match_arm, reason = "rmqtt's events; `install` names ours")]
    async fn hook(&self, event: &Parameter, before: Option<HookResult>) -> ReturnType {
        let gatekeeper = &*self.0;
        let result = match event {
            Parameter::MessagePublishCheckAcl(session, publish) => {
                Some(HookResult::PublishAclResult(gatekeeper.publish(&session.id, publish).await))
            }
            Parameter::MessagePublish(_, from, publish) => match from.typ() {
                FromType::LastWill => gatekeeper.will(from, publish).await.map(HookResult::Publish),
                // It holds a token, and is for the controller alone, whoever subscribes to it.
                _ if gatekeeper.topics.parse_request(&publish.topic).is_some() => {
                    Some(HookResult::Publish(addressed_to_nobody(publish)))
                }
                _ => before,
            },
            Parameter::ClientKeepalive(session, _) => {
                let now = (gatekeeper.clock)();
                gatekeeper.heard().heard(&session.id.client_id, now);
                before
            }
            Parameter::ClientConnected(session) => {
                gatekeeper.tally.logins.add();
                let now = (gatekeeper.clock)();
                gatekeeper.heard().connected(&session.id.client_id, now);
                before
            }
            Parameter::ClientAuthenticate(connect) => {
                let holder = holder(&gatekeeper.context, connect.id()).await;
                let result = if gatekeeper.in_hand.is_closing() {
                    AuthResult::NotAuthorized
                } else {
                    gatekeeper.authenticate(connect, holder.as_ref())
                };
                if !matches!(result, AuthResult::Allow(..)) {
                    gatekeeper.tally.failed_logins.add();
                }
                Some(HookResult::AuthResult(result))
            }
            Parameter::ClientSubscribeCheckAcl(session, subscribe) => {
                let result = gatekeeper.subscribe(&session.id, subscribe);
                Some(HookResult::SubscribeAclResult(result))
            }
            Parameter::MessageDropped(Some(to), _, publish, reason) => {
                gatekeeper.dropped(to, publish, reason);
                before
            }
            _ => before,
        };
        (true, result)
    }
}
