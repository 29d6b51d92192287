//! The water actor: translate, ask the tap, hand on.
//!
//! Swipes are `swipes`', orders to the ledger `money`'s and `settle`'s, what people ask `orders`'.

use std::{collections::HashMap, sync::Arc};

use actix::{Actor, AsyncContext as _, Context, Handler, Recipient, SpawnHandle};
use chrono::NaiveDate;
use chrono_tz::Tz;
use onecard_devices::{
    alarm,
    clock::SharedClock,
    link::Ack,
    reader::{
        Ticket,
        actor::{Decided, Recorded},
        wire::Payment,
    },
    valve::{
        News, Order,
        actor::{Tell, Told},
    },
};
use onecard_rules::{
    Time,
    calendar::Calendar,
    event::{DeviceKind, Subject},
    ids::{DecisionId, PersonId, ReaderId, TapId, TariffId},
    ledger::RowNo,
    reason::Reason,
    tariff::{Place, Standing, day_of},
    water::{Action, Customer, Input, Leak, Tap},
};
use tracing::{error, info, warn};

use super::{
    MAILBOX,
    kept::{self, Kept},
    settle::Bill,
    view::Stand,
};
use crate::{
    access::WhoIs,
    campus::{
        taps::{self, Taps},
        tariffs::Tariffs,
    },
    metrics::Metrics,
    power::{TellValve, ValvesAt},
    reload::PricesEdited,
    store::{journal::Journal, ledger::Ledger},
};

/// The valve of a tap as seen from here.
#[derive(Debug, Clone)]
pub enum Door {
    /// It speaks for itself.
    Own(Recipient<Tell>),
    /// It hangs on a line.
    OnLine,
}

/// The reader before a tap as seen from here.
#[derive(Debug, Clone)]
pub struct Desk {
    pub decided: Recipient<Decided>,
    pub recorded: Recipient<Recorded>,
}

/// What the service is made of; everything in it is loaded.
#[derive(Debug)]
pub struct Parts {
    pub taps: Taps,
    pub tariffs: Tariffs,
    pub calendar: Calendar,
    pub zone: Tz,
    /// What was kept of each tap.
    pub kept: Vec<(String, String)>,
    /// What was kept of each person's earlier charges.
    pub standings: Vec<(String, String)>,
    pub valves: HashMap<TapId, Door>,
    pub readers: HashMap<ReaderId, Desk>,
    pub access: Recipient<WhoIs>,
    pub alarms: Recipient<alarm::Changed>,
    pub ledger: Ledger,
    pub journal: Journal,
    pub clock: SharedClock,
    pub metrics: Metrics,
}

/// Everything that the service tells things to.
#[derive(Debug)]
pub(super) struct Around {
    pub(super) tariffs: Tariffs,
    pub(super) calendar: Calendar,
    pub(super) zone: Tz,
    pub(super) access: Recipient<WhoIs>,
    pub(super) alarms: Recipient<alarm::Changed>,
    pub(super) ledger: Ledger,
    pub(super) journal: Journal,
    pub(super) clock: SharedClock,
    pub(super) metrics: Metrics,
}

/// A swipe that waits for its answer, or for its acknowledgement.
#[derive(Debug)]
pub(super) struct Asking {
    pub(super) ticket: Option<Ticket>,
    pub(super) decision: DecisionId,
    pub(super) ack: Option<Ack>,
    pub(super) customer: Option<Customer>,
}

/// A reservation that waits for the meter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub(super) reservation: RowNo,
    pub(super) affordable: u64,
    pub(super) until: Time,
}

/// A tap with all that belongs to it.
pub(super) struct Post {
    pub(super) site: taps::Tap,
    pub(super) tap: Tap,
    pub(super) kept: Kept,
    pub(super) valve: Option<Door>,
    pub(super) desk: Option<Desk>,
    /// The swipe of the session that is to begin.
    pub(super) asking: Option<Asking>,
    /// The swipe that ended the session.
    pub(super) ending: Option<Asking>,
    pub(super) held: Option<Held>,
    /// The meter was read since the swipe.
    pub(super) fresh: bool,
    /// The session's start is on disk: the valve may open.
    pub(super) open: bool,
    /// Why no water will run after all.
    pub(super) why_not: Reason,
    /// Something was wrong since the session began.
    pub(super) unwell: bool,
    /// What is to be paid, until it is.
    pub(super) bill: Option<Bill>,
    pub(super) stand: Stand,
    timer: Option<(Time, SpawnHandle)>,
}

/// Serves every tap.
pub struct Water {
    pub(super) posts: Vec<Post>,
    places: HashMap<TapId, usize>,
    readers: HashMap<ReaderId, usize>,
    /// Where valves on lines are told something, once that is known.
    lines: Option<Recipient<TellValve>>,
    pub(super) standings: HashMap<(PersonId, TariffId), Standing>,
    pub(super) around: Around,
    /// Taps that the campus has no more, with what was kept of them.
    pub(super) orphans: Vec<(TapId, Kept)>,
    ids: ulid::Generator,
    /// What restored sessions want done once the actor runs.
    first: Vec<(usize, Vec<Action>)>,
}

impl std::fmt::Debug for Water {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Water").field("taps", &self.posts.len()).finish_non_exhaustive()
    }
}

impl Water {
    /// The service with its taps as they were, and nothing told yet.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let now = parts.clock.now();
        let mut stored = kept::read(&parts.kept);
        let (mut posts, mut first) = (Vec::new(), Vec::new());
        for (id, site) in parts.taps {
            let kept = stored.remove(id.as_str()).unwrap_or_default();
            let (tap, actions) = Tap::restore(kept.state.clone(), now, &site.settings);
            first.push((posts.len(), actions));
            posts.push(Post {
                valve: parts.valves.get(&id).cloned(),
                desk: parts.readers.get(&site.site.reader).cloned(),
                site,
                tap,
                kept,
                asking: None,
                ending: None,
                held: None,
                fresh: false,
                open: true,
                why_not: Reason::DenyTapFault,
                unwell: false,
                bill: None,
                stand: Stand { leaf: None, online: None },
                timer: None,
            });
        }
        let orphans = stored.into_iter().filter_map(|(tap, kept)| Some((tap.parse().ok()?, kept)));
        let orphans = orphans.collect();
        let numbered = || posts.iter().enumerate();
        let places = numbered().map(|(at, post)| (post.site.site.id.clone(), at)).collect();
        let readers = numbered().map(|(at, post)| (post.site.site.reader.clone(), at)).collect();
        let standings = parts.standings.iter().filter_map(|(key, body)| {
            let (person, tariff) = key.split_once('/')?;
            let standing = serde_json::from_str(body).ok()?;
            Some(((person.parse().ok()?, tariff.parse().ok()?), standing))
        });
        Self {
            standings: standings.collect(),
            around: Around {
                tariffs: parts.tariffs,
                calendar: parts.calendar,
                zone: parts.zone,
                access: parts.access,
                alarms: parts.alarms,
                ledger: parts.ledger,
                journal: parts.journal,
                clock: parts.clock,
                metrics: parts.metrics,
            },
            posts,
            places,
            readers,
            lines: None,
            orphans,
            ids: ulid::Generator::new(),
            first,
        }
    }

    pub(super) fn now(&self) -> Time {
        self.around.clock.now()
    }

    /// The day of the books.
    pub(super) fn day(&self, now: Time) -> NaiveDate {
        day_of(now, self.around.zone)
    }

    /// What a charge depends on beside the tariff; a session is one person's.
    pub(super) fn place(&self) -> Place<'_> {
        Place { zone: self.around.zone, calendar: &self.around.calendar, people: 1 }
    }

    pub(super) fn place_of(&self, tap: &TapId) -> Option<usize> {
        self.places.get(tap).copied()
    }

    pub(super) fn place_of_reader(&self, reader: &ReaderId) -> Option<usize> {
        self.readers.get(reader).copied()
    }

    pub(super) fn next_id(&mut self, now: Time) -> DecisionId {
        let time = std::time::SystemTime::from(now);
        // The generator counts up within a millisecond; it cannot run out of 2^80.
        let id = self.ids.generate_from_datetime(time);
        let id = id.unwrap_or_else(|_| ulid::Ulid::from_datetime(time));
        #[expect(clippy::expect_used, reason = "a ULID is 26 letters and digits")]
        DecisionId::new(&id.to_string()).expect("a ULID is a code")
    }

    /// Gives a tap an input, and does what comes of it.
    pub(super) fn give(&mut self, at: usize, input: Input, context: &mut Context<Self>) {
        let now = self.now();
        let Some(post) = self.posts.get_mut(at) else { return };
        let actions = post.tap.handle(input, now, &post.site.settings);
        self.act(at, actions, context);
    }

    pub(super) fn act(&mut self, at: usize, actions: Vec<Action>, context: &mut Context<Self>) {
        for action in actions {
            match action {
                Action::Reserve(session) => self.reserve(at, session, context),
                Action::Release { session, reservation } => {
                    self.release(at, session.number, reservation, context);
                }
                Action::Open { lease } => {
                    let Some(post) = self.posts.get(at) else { continue };
                    if post.open {
                        self.tell(at, Order::Open { lease });
                    } else {
                        self.begin(at, lease, context);
                    }
                }
                Action::Close => {
                    self.tell(at, Order::Close);
                    self.closing(at, context);
                }
                Action::ReadMeter => self.tell(at, Order::Report),
                Action::Settle { run, quantity, why } => {
                    self.settle(at, &run, quantity, why, context);
                }
                Action::Alarm(leak) => {
                    if let Some(post) = self.posts.get_mut(at) {
                        post.unwell = true;
                    }
                    self.alarm(at, leak.reason(), Some(told(leak)));
                }
                // Who swipes while somebody else's water runs was told so.
                Action::Busy => {}
            }
        }
        self.set_timer(at, context);
    }

    pub(super) fn tell(&self, at: usize, order: Order) {
        let Some(post) = self.posts.get(at) else { return };
        let told = match (&post.valve, &self.lines) {
            (Some(Door::Own(tell)), _) => tell.try_send(Tell(order)).is_ok(),
            (Some(Door::OnLine), Some(lines)) => {
                lines.try_send(TellValve { tap: post.site.site.id.clone(), order }).is_ok()
            }
            (Some(Door::OnLine), None) | (None, _) => false,
        };
        if !told {
            // A lease that is not renewed ends; what else was to be told is told again.
            self.around.metrics.refuse("valve_busy");
            warn!(tap = %post.site.site.id, ?order, "a valve takes no more commands");
        }
    }

    pub(super) fn alarm(&self, at: usize, reason: Reason, standing: Option<String>) {
        let Some(post) = self.posts.get(at) else { return };
        let (area, device) = (post.site.site.area.to_string(), post.site.site.id.to_string());
        let subject = Subject { area, kind: DeviceKind::Valve, device };
        if self.around.alarms.try_send(alarm::Changed { subject, reason, standing }).is_err() {
            self.around.metrics.refuse("alarm_lost");
            error!(tap = %post.site.site.id, %reason, "an alarm was lost: the alarm service is not taking any");
        }
    }

    /// Shows the answer to a swipe.
    pub(super) fn show(
        &self,
        at: usize,
        asking: &Asking,
        (granted, reason): (bool, Reason),
        payment: Payment,
    ) {
        let Some(desk) = self.posts.get(at).and_then(|post| post.desk.as_ref()) else { return };
        let holder = asking.customer.as_ref().map(|known| (known.name.clone(), known.kind));
        let (ticket, decision) = (asking.ticket, asking.decision.clone());
        let decided = Decided { ticket, decision, granted, reason, holder, payment };
        if desk.decided.try_send(decided).is_err() {
            self.around.metrics.refuse("reader_busy");
        }
    }

    /// A swipe is on record, or could not be recorded and will come again.
    pub(super) fn recorded(&self, at: usize, asking: Asking, durable: bool) {
        self.acknowledge(at, asking.ack, asking.ticket, durable);
    }

    pub(super) fn acknowledge(
        &self,
        at: usize,
        ack: Option<Ack>,
        ticket: Option<Ticket>,
        durable: bool,
    ) {
        if let Some(ack) = ack {
            if durable { ack.accept() } else { ack.refuse() }
        }
        let desk = self.posts.get(at).and_then(|post| post.desk.as_ref());
        if let Some((desk, ticket)) = desk.zip(ticket) {
            // A reader that misses this answers copies by redelivery, which is safe.
            let _ = desk.recorded.try_send(Recorded { ticket, durable });
        }
    }

    /// Arms the timer for what is due next at a tap.
    pub(super) fn set_timer(&mut self, at: usize, context: &mut Context<Self>) {
        let now = self.now();
        let Some(post) = self.posts.get_mut(at) else { return };
        let due = post.tap.next_deadline(&post.site.settings).into_iter();
        let due = due.chain(post.held.map(|held| held.until)).min();
        match (&post.timer, due) {
            (Some((armed, _)), Some(due)) if *armed == due => return,
            (Some((_, timer)), _) => {
                context.cancel_future(*timer);
            }
            (None, _) => {}
        }
        post.timer = due.map(|due| {
            let wait = (due - now).to_std().unwrap_or_default();
            (due, context.run_later(wait, move |water, context| water.due(at, context)))
        });
    }

    fn due(&mut self, at: usize, context: &mut Context<Self>) {
        let now = self.now();
        let Some(post) = self.posts.get_mut(at) else { return };
        post.timer = None;
        if let Some(held) = post.held.take_if(|held| held.until <= now) {
            // Without knowing where the meter stands nobody could say what has run.
            post.why_not = Reason::DenyTapFault;
            self.give(at, Input::CardRemoved, context);
            return self.reserved(at, held, context);
        }
        let actions = post.tap.handle_deadline(now, &post.site.settings);
        self.act(at, actions, context);
    }

    fn heard(&mut self, at: usize, news: &News, context: &mut Context<Self>) {
        let now = self.now();
        let Some(post) = self.posts.get_mut(at) else { return };
        match news {
            News::Closed => {
                // The register that it tells along is the one to settle by; no need to ask for it.
                post.tap.handle(Input::ValveClosed, now, &post.site.settings);
                self.set_timer(at, context);
            }
            News::ClosedItself => self.give(at, Input::ValveClosed, context),
            News::Fault(_) => self.give(at, Input::ValveFault, context),
            News::Register { ml, leaf } => {
                post.stand.leaf = Some(*leaf);
                post.fresh = true;
                let held = post.held.take();
                self.give(at, Input::Register(*ml), context);
                if let Some(held) = held {
                    self.reserved(at, held, context);
                }
            }
            News::Online(online) => post.stand.online = Some(*online),
        }
    }
}

/// What exactly is wrong, for those who mend it.
fn told(leak: Leak) -> String {
    match leak {
        Leak::FlowWhileClosed => "the meter counts while the valve is closed",
        Leak::OpenWithoutFlow => "the valve was open and the meter did not count",
        Leak::Burst => "the meter counted more than the pipe can carry",
        Leak::DoesNotConfirm => "the valve did not say that it closed before its lease was over",
        Leak::ValveFault => "the valve reports a fault",
    }
    .to_owned()
}

impl Actor for Water {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(MAILBOX);
        self.open_accounts();
        self.let_orphans_go(context);
        let first = std::mem::take(&mut self.first);
        let unfinished = first.iter().filter(|(_, actions)| !actions.is_empty()).count();
        for (at, actions) in first {
            self.tell(at, Order::Report);
            self.act(at, actions, context);
        }
        info!(taps = self.posts.len(), unfinished, "taps are served");
    }
}

impl Handler<PricesEdited> for Water {
    type Result = ();

    fn handle(&mut self, edited: PricesEdited, _: &mut Self::Context) {
        let PricesEdited { calendar, tariffs } = edited;
        self.around.calendar = Arc::unwrap_or_clone(calendar);
        // A tap that the folder has given another tariff has its old one until the next start.
        self.around.tariffs.extend(Arc::unwrap_or_clone(tariffs));
    }
}

impl Handler<ValvesAt> for Water {
    type Result = ();

    fn handle(&mut self, ValvesAt(lines): ValvesAt, _: &mut Self::Context) {
        self.lines = Some(lines);
        for at in 0..self.posts.len() {
            if self.posts.get(at).is_some_and(|post| matches!(post.valve, Some(Door::OnLine))) {
                self.tell(at, Order::Report);
            }
        }
    }
}

impl Handler<Told> for Water {
    type Result = ();

    fn handle(&mut self, Told { tap, news }: Told, context: &mut Self::Context) {
        if let Some(at) = self.place_of(&tap) {
            self.heard(at, &news, context);
        }
    }
}
