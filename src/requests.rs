//! Orders over MQTT: `{prefix}/_/controller/{controller}/request/{verb}`, answered at
//! `…/response/{verb}` or where the request says. `docs/requests.md` is the guide.
//!
//! What is ordered, and whether it may be, is decided where HTTP decides it. Here is what messages
//! add: they may come late and twice. A request says until when it is worth carrying out, and names
//! its transaction; the same transaction again gets the same answer, and is carried out once.

mod answered;
mod wire;

use std::{cell::RefCell, rc::Rc, sync::Arc};

use onecard_devices::{
    gate::wire::local,
    link::{Incoming, Outgoing, Publish, Qos, ReplyTo},
    topic::Topics,
};
use sha2::{Digest as _, Sha256};
use tokio::{
    sync::{OnceCell, mpsc, oneshot},
    task::{JoinHandle, JoinSet},
};

use self::{
    answered::Answered,
    wire::{Answer, Asked, Refusal},
};
use crate::http::{Backend, Verb};

/// Requests that may wait; what comes beyond is left with the broker or its sender.
const QUEUE: usize = 64;
/// Requests under way at a time.
const TOGETHER: usize = 8;

/// A request as it arrives.
#[derive(Debug)]
pub struct Heard {
    pub controller: String,
    pub verb: String,
    pub incoming: Incoming,
}

/// The desk and the end that [`start`] takes.
#[must_use]
pub fn desk() -> (mpsc::Sender<Heard>, mpsc::Receiver<Heard>) {
    mpsc::channel(QUEUE)
}

/// What answers requests.
pub struct Parts {
    pub backend: Backend,
    pub link: Arc<dyn Publish>,
    pub topics: Topics,
    /// The controller's code in topics.
    pub controller: String,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("controller", &self.controller).finish_non_exhaustive()
    }
}

/// The running desk.
#[derive(Debug)]
pub struct Requests {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Requests {
    /// Takes no more requests and answers those under way; what waits is left with its sender.
    pub async fn stop(self) {
        drop(self.stop);
        if let Err(error) = self.task.await {
            tracing::warn!(%error, "requests did not end in order");
        }
    }
}

/// Starts answering, on the arbiter that calls.
#[must_use]
pub fn start(parts: Parts, heard: mpsc::Receiver<Heard>) -> Requests {
    let (stop, stopped) = oneshot::channel();
    let desk = Rc::new(Desk { parts, answered: RefCell::default() });
    Requests { stop, task: actix::spawn(run(desk, heard, stopped)) }
}

async fn run(desk: Rc<Desk>, mut heard: mpsc::Receiver<Heard>, mut stopped: oneshot::Receiver<()>) {
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            // Either end of the sender's life means stop.
            _ = &mut stopped => break,
            Some(_) = under_way.join_next() => {}
            next = heard.recv(), if under_way.len() < TOGETHER => match next {
                Some(request) => drop(under_way.spawn_local(Rc::clone(&desk).take(request))),
                None => break,
            },
        }
    }
    heard.close();
    under_way.join_all().await;
}

struct Desk {
    parts: Parts,
    answered: RefCell<Answered<Rc<OnceCell<Answer>>>>,
}

impl Desk {
    async fn take(self: Rc<Self>, heard: Heard) {
        let Heard { controller, verb, incoming } = heard;
        let Incoming { payload, retained, reply_to, ack, .. } = incoming;
        let Parts { backend, controller: own, .. } = &self.parts;
        // Nobody may know when it was sent, and it would come again at every start.
        if retained || controller != *own {
            backend.metrics.refuse(if retained {
                "retained_request"
            } else {
                "unknown_controller"
            });
            tracing::warn!(verb, controller, retained, "a request that is not answered");
            return ack.accept();
        }
        let asked = Asked::read(&payload);
        let transaction = asked.transaction.clone();
        let (topic, answer) = match self.response_topic(&verb, &reply_to) {
            Ok(topic) => (topic, self.answer(&verb, asked, reply_to.correlation.as_deref()).await),
            Err(refusal) => (self.parts.topics.response(own, &verb), Err(refusal)),
        };
        if let Err(refusal) = &answer {
            backend.metrics.refuse("request");
            tracing::info!(verb, transaction, %refusal, "a request was refused");
        }
        let at = local(backend.clock.now(), backend.site.zone);
        let payload = wire::response(transaction.as_deref(), &at, &answer);
        let message = Outgoing {
            topic,
            payload,
            qos: Qos::AtLeastOnce,
            retain: false,
            expiry: None,
            correlation: reply_to.correlation,
        };
        match self.parts.link.publish(message) {
            Ok(_) => ack.accept(),
            // Left with its sender, it comes again, and gets its answer then.
            Err(refusal) => {
                tracing::warn!(%refusal, "the answer to a request did not go out");
                backend.metrics.refuse("response_not_sent");
            }
        }
    }

    /// Where the answer goes: the controller publishes nowhere else for others, above all no commands.
    fn response_topic(&self, verb: &str, to: &ReplyTo) -> Result<String, Refusal> {
        let Parts { topics, controller, .. } = &self.parts;
        let Some(asked) = &to.topic else { return Ok(topics.response(controller, verb)) };
        let below = topics.response(controller, "");
        let rest = asked.strip_prefix(&below).filter(|rest| !rest.is_empty());
        if rest.is_some_and(|rest| !rest.contains(['+', '#', '\0'])) {
            return Ok(asked.clone());
        }
        Err(Refusal::field(
            "response topic",
            format!("the response topic must begin with `{below}`"),
        ))
    }

    async fn answer(&self, verb: &str, asked: Asked, correlation: Option<&[u8]>) -> Answer {
        let backend = &self.parts.backend;
        let Some(verb) = Verb::ALL.into_iter().find(|known| known.as_str() == verb) else {
            return Err(Refusal::unknown_verb(verb));
        };
        let request = asked.request(verb)?;
        let now = backend.clock.now();
        let name = match (&asked.transaction, correlation) {
            (Some(transaction), _) => transaction.as_bytes(),
            (None, Some(correlation)) if !correlation.is_empty() => correlation,
            (None, _) => return Err(Refusal::no_transaction()),
        };
        let digest = Sha256::new()
            .chain_update(request.token.as_bytes())
            .chain_update([0])
            .chain_update(name)
            .finalize();
        let cell = {
            let mut answered = self.answered.borrow_mut();
            // What is answered already is, however late it is asked again.
            let new = || request.deadline.check(now).map(|()| Rc::default());
            let known = answered.find_or_add(digest.into(), &request.order, now, new)?;
            known.map(Rc::clone).ok_or_else(Refusal::other_order)?
        };
        let carried_out = || async {
            let outcome = request.order.carry_out(backend, request.token.clone()).await;
            outcome.map_err(Refusal::from)
        };
        cell.get_or_init(carried_out).await.clone()
    }
}
