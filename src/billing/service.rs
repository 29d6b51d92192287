//! The billing actor: readings in, orders out; balances in, demands out.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use actix::{
    Actor, ActorFutureExt as _, AsyncContext as _, Context, Handler, Message, Recipient,
    WrapFuture as _,
};
use onecard_devices::{alarm, clock::SharedClock};
use onecard_rules::{
    Time,
    billing::{Bill, Billed, News},
    calendar::Calendar,
    credit::{Action, Level},
    event::{DeviceKind, Event, Subject},
    ids::{RoomId, UnitId},
    ledger::{AccountName, Ask, Order, Purpose, Refusal},
    money::Fen,
    power::room::Happening,
    reason::Reason,
    site::Site,
    tariff::day_of,
};
use serde::de::DeserializeOwned;
use tracing::{error, info, warn};

use super::{
    BillingRefusal, MAILBOX,
    post::{CREDIT, METER, Post},
};
use crate::{
    campus::{
        money::{Money, Prepaid},
        power::Power as Rooms,
        tariffs::Tariffs,
    },
    metrics::Metrics,
    power::{Change, FollowMeters, Funds, MeterRead, Quality, SetFunds},
    reload::PricesEdited,
    store::{
        OnDurable, StoreFailure, WriteFailure,
        ledger::{Answer, Balances, Done, Keep, Ledger, LedgerReader, With},
    },
};

/// What the service is made of; everything in it is loaded.
pub struct Parts {
    pub site: Arc<Site>,
    pub rooms: Rooms,
    pub tariffs: Tariffs,
    pub money: Money,
    pub calendar: Calendar,
    pub ledger: Ledger,
    pub clock: SharedClock,
    pub metrics: Metrics,
    pub alarms: Recipient<alarm::Changed>,
    pub meters: Recipient<FollowMeters>,
    pub funds: Recipient<SetFunds>,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("site", &self.site.id).finish_non_exhaustive()
    }
}

/// Charges rooms for what they have used.
pub struct Billing {
    pub(super) posts: Vec<Post>,
    places: HashMap<RoomId, usize>,
    pub(super) parts: Parts,
    /// The minute that protected times were looked at last.
    minute: i64,
}

impl std::fmt::Debug for Billing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Billing").field("rooms", &self.posts.len()).finish_non_exhaustive()
    }
}

/// Rooms have so much left.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Changed(BTreeMap<RoomId, Fen>);

impl Billing {
    /// The service with its rooms as they were kept.
    ///
    /// # Errors
    /// When what was kept cannot be read.
    pub fn new(parts: Parts) -> Result<Self, StoreFailure> {
        let reader = LedgerReader::open(parts.ledger.path())?;
        let mut meters: HashMap<String, String> = reader.states(METER)?.into_iter().collect();
        let mut credits: HashMap<String, String> = reader.states(CREDIT)?.into_iter().collect();
        let mut posts = Vec::new();
        if let Some(prepaid) = &parts.money.prepaid {
            for site in parts.rooms.rooms.values() {
                let tariff = site.tariff.as_ref().unwrap_or(&prepaid.tariff);
                let versions = parts.tariffs.get(tariff).cloned().unwrap_or_default();
                let Some(mut post) = Post::new(site, tariff, versions) else { continue };
                post.billed = kept(&post.room, meters.remove(post.room.as_str()));
                post.credit = kept(&post.room, credits.remove(post.room.as_str()));
                posts.push(post);
            }
        }
        let places = posts.iter().enumerate().map(|(at, post)| (post.room.clone(), at)).collect();
        Ok(Self { posts, places, parts, minute: 0 })
    }

    fn now(&self) -> Time {
        self.parts.clock.now()
    }

    fn prepaid(&self) -> Option<&Prepaid> {
        self.parts.money.prepaid.as_ref()
    }

    pub(super) fn place(&self, room: &RoomId) -> Result<usize, BillingRefusal> {
        self.places.get(room).copied().ok_or_else(|| BillingRefusal::NotBilled(room.clone()))
    }

    pub(super) fn alarm(&self, at: usize, reason: Reason, standing: Option<String>) {
        let Some(post) = self.posts.get(at) else { return };
        let (area, device) = (post.area.to_string(), post.room.to_string());
        let subject = Subject { area, kind: DeviceKind::Room, device };
        if self.parts.alarms.try_send(alarm::Changed { subject, reason, standing }).is_err() {
            self.parts.metrics.refuse("alarm_lost");
            error!(%reason, "an alarm was lost: the alarm service is not taking any");
        }
    }

    /// Raises or clears the alarm that a room cannot be billed.
    fn unbilled(&mut self, at: usize, why: Option<String>) {
        let Some(post) = self.posts.get_mut(at) else { return };
        if why.is_some() != post.unbilled.is_some() {
            post.unbilled.clone_from(&why);
            self.alarm(at, Reason::NotBilled, why);
        }
    }

    fn happened(&self, at: usize, happening: Happening) -> Option<Event> {
        let post = self.posts.get(at)?;
        let (area, room) = (post.area.clone(), post.room.clone());
        Some(Event::RoomHappened { at: self.now(), area, room, happening: Box::new(happening) })
    }

    /// A reading, or a decision on one, is to be kept and perhaps paid for; what is answered comes to
    /// `then`.
    pub(super) fn settle(
        &mut self,
        at: usize,
        next: &Billed,
        bill: Option<&Bill>,
        happenings: Vec<Happening>,
    ) -> Option<impl Future<Output = Result<Answer, WriteFailure>> + use<>> {
        let facts = happenings.into_iter().filter_map(|happening| self.happened(at, happening));
        let facts: Vec<Event> = facts.collect();
        let unit = self.prepaid()?.unit.clone();
        let (now, zone) = (self.now(), self.parts.site.zone);
        let post = self.posts.get_mut(at)?;
        let keep = post.keep_meter(next).into_iter().collect();
        post.busy = true;
        let with = With { keep, facts };
        let (then, receipt) = OnDurable::receipt();
        let ledger = &self.parts.ledger;
        let queued = match bill.filter(|bill| bill.amount.is_positive()) {
            Some(bill) => ledger.order(order_of(post, bill, unit, now, zone), with, then),
            None => ledger.keep(with, then),
        };
        Some(async move {
            queued?;
            receipt.await.unwrap_or(Err(WriteFailure::Closed))
        })
    }

    /// Takes over what was to be kept, when it is on disk; whether it is.
    pub(super) fn settled(
        &mut self,
        at: usize,
        next: Billed,
        answer: Result<Answer, WriteFailure>,
    ) -> Result<(), String> {
        let Some(post) = self.posts.get_mut(at) else { return Ok(()) };
        post.busy = false;
        match answer {
            Ok(Ok(Done::Posted { .. } | Done::Kept | Done::Account(_) | Done::Closed(_))) => {
                post.billed = next;
                Ok(())
            }
            // Paid for, but not kept: another run has billed up to here.
            Ok(Err(Refusal::Exists { entry })) => {
                warn!(room = %post.room, %entry, "what was used is billed already");
                let keep: Vec<Keep> = post.keep_meter(&next).into_iter().collect();
                post.billed = next;
                let with = With { keep, facts: Vec::new() };
                let kept = self.parts.ledger.keep(with, OnDurable::Nothing);
                kept.map_err(|refusal| refusal.to_string())
            }
            Ok(Err(refusal)) => Err(refusal.to_string()),
            // The next reading is billed from the same register again.
            Err(failure) => Err(failure.to_string()),
        }
    }

    fn read(&mut self, at: usize, read: &MeterRead, context: &mut Context<Self>) {
        let (calendar, zone) = (&self.parts.calendar, self.parts.site.zone);
        let Some(post) = self.posts.get(at).filter(|post| !post.busy) else { return };
        let Some((spec, reading)) = post.spec(&read.register).zip(Post::reading(read)) else {
            return;
        };
        let outcome = post.billed.read(&post.meter, &reading, post.by(&spec, calendar, zone));
        let (next, news) = match outcome {
            Ok(outcome) => outcome,
            Err(wrong) => return self.unbilled(at, Some(wrong.to_string())),
        };
        let (bill, happenings) = match news {
            News::Nothing | News::ReadAgain(_) => {
                if let Some(post) = self.posts.get_mut(at) {
                    post.billed = next;
                }
                return;
            }
            News::NewEpoch(start) => {
                info!(room = %post.room, register = start.register, "a meter counts from here on");
                (None, Vec::new())
            }
            News::Parked(parked) => (None, vec![Happening::ReadingParked { parked }]),
            News::Bill(bill) if self.is_due(post, &bill, reading.at) => {
                let told = Happening::Billed { bill: Box::new(bill.clone()) };
                (Some(bill), vec![told])
            }
            News::Bill(_) => return,
        };
        let Some(settling) = self.settle(at, &next, bill.as_ref(), happenings) else {
            return;
        };
        let settled = settling.into_actor(self).map(move |answer, billing, _| {
            let parked = next.meter.parked;
            let refused = billing.settled(at, next, answer).err();
            if refused.is_none()
                && let Some(parked) = parked
            {
                let (why, first) = (parked.why, parked.first.register);
                let told = format!("{why:?}: the register shows {first} Wh");
                billing.alarm(at, Reason::ReadingParked, Some(told));
            }
            billing.unbilled(at, refused);
        });
        context.spawn(settled);
    }

    /// Whether it is time to bill: at once where little is left, now and then elsewhere.
    fn is_due(&self, post: &Post, bill: &Bill, now: Time) -> bool {
        let Some(prepaid) = self.prepaid() else { return false };
        let over = post.billed_at().is_none_or(|billed| now - billed >= prepaid.bill_every);
        let left = post.balance.and_then(|balance| balance.minus(bill.amount));
        let low = left.is_none_or(|left| left < prepaid.settings.low);
        over || low && bill.amount.is_positive()
    }

    /// Looks whether a room is to be dark, or no longer, for want of money.
    fn look(&mut self, at: usize) {
        let now = self.now();
        let moment = self.parts.calendar.moment(now, self.parts.site.zone);
        let Some(prepaid) = &self.parts.money.prepaid else { return };
        let Some(post) = self.posts.get_mut(at) else { return };
        let Some(balance) = post.balance else { return };
        let before = post.credit.clone();
        let actions = post.credit.handle(balance, post.exempt, &prepaid.settings, &moment, now);
        let rose = post.credit.level < before.level;
        let mut change = match (post.untold, post.credit.demand()) {
            // Whatever the board was when the controller last stopped.
            (true, Some(off)) => Change::Post(off),
            (true, None) => Change::Release,
            (false, _) => Change::None,
        };
        // Who has paid does not sit out the moment of dark that was the sign to pay.
        if rose && before.level == Level::NearlyEmpty {
            change = Change::Release;
        }
        let mut happenings = Vec::new();
        for action in actions {
            match action {
                Action::Tell { level, balance } => {
                    happenings.push(Happening::CreditLevel { level, balance });
                }
                Action::TellDeferred { balance } => {
                    happenings.push(Happening::CutDeferred { balance });
                }
                Action::Post(off) => change = Change::Post(off),
                Action::Release => change = Change::Release,
            }
        }
        let level = post.credit.level;
        let keep: Vec<Keep> =
            (post.credit != before).then(|| post.keep_credit()).flatten().into_iter().collect();
        let (room, funds) = (post.room.clone(), Some(Funds { balance, level }));
        post.untold = self.parts.funds.try_send(SetFunds { room, funds, change }).is_err();
        let facts = happenings.into_iter().filter_map(|happening| self.happened(at, happening));
        let with = With { keep, facts: facts.collect() };
        if with != With::default()
            && let Err(refusal) = self.parts.ledger.keep(with, OnDurable::Nothing)
        {
            // It follows from the balance again after a restart.
            self.parts.metrics.refuse("credit_not_kept");
            warn!(%refusal, "how a room stands could not be kept");
        }
    }

    /// Once a second: what is due by itself, what power has not heard, what the time has changed.
    fn tick(&mut self, _: &mut Context<Self>) {
        let now = self.now();
        let day = day_of(now, self.parts.site.zone);
        if self.parts.ledger.carry_out_due(now, day, OnDurable::Nothing).is_err() {
            self.parts.metrics.refuse("ledger_busy");
        }
        let minute = now.timestamp().div_euclid(60);
        let is_new = std::mem::replace(&mut self.minute, minute) != minute;
        for at in 0..self.posts.len() {
            let waits = |post: &Post| {
                post.untold && post.balance.is_some()
                    || is_new && post.credit.next_deadline(now).is_some()
            };
            if self.posts.get(at).is_some_and(waits) {
                self.look(at);
            }
        }
    }

    /// Rooms that do not pay in advance are not dark for want of money.
    fn forget(&self) {
        for room in self.parts.rooms.rooms.keys().filter(|room| !self.places.contains_key(*room)) {
            let told = SetFunds { room: room.clone(), funds: None, change: Change::Release };
            if self.parts.funds.try_send(told).is_err() {
                self.parts.metrics.refuse("funds_not_told");
            }
        }
    }
}

fn order_of(post: &Post, bill: &Bill, unit: UnitId, at: Time, zone: chrono_tz::Tz) -> Order {
    Order {
        cause: bill.cause(),
        at,
        day: day_of(at, zone),
        by: None,
        why: Some(bill.words()),
        ask: Ask::Transfer {
            purpose: Purpose::Usage,
            from: post.account(),
            to: AccountName::Income(unit),
            amount: bill.amount,
        },
    }
}

fn kept<T: DeserializeOwned + Default>(room: &RoomId, body: Option<String>) -> T {
    let Some(body) = body else { return T::default() };
    serde_json::from_str(&body).unwrap_or_else(|wrong| {
        error!(%room, %wrong, "what was kept of a room cannot be read; it begins anew");
        T::default()
    })
}

impl Actor for Billing {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(MAILBOX);
        self.forget();
        for at in 0..self.posts.len() {
            let parked = self.posts.get(at).and_then(|post| post.billed.meter.parked);
            let told = parked.map(|parked| format!("{:?}: not decided yet", parked.why));
            self.alarm(at, Reason::ReadingParked, told);
            self.alarm(at, Reason::NotBilled, None);
        }
        let following = self.parts.meters.send(FollowMeters(context.address().recipient()));
        actix::spawn(async move {
            if !matches!(following.await, Ok(Ok(()))) {
                error!("the meters cannot be followed; nothing is billed");
            }
        });
        let (balances, billing): (Balances, _) = (self.parts.ledger.balances(), context.address());
        actix::spawn(async move {
            while billing.send(Changed(balances.changed().await)).await.is_ok() {}
        });
        context.run_interval(Money::DUE_EVERY, Self::tick);
        info!(rooms = self.posts.len(), "rooms are billed");
    }
}

impl Handler<MeterRead> for Billing {
    type Result = ();

    fn handle(&mut self, read: MeterRead, context: &mut Self::Context) {
        let Some(at) = self.places.get(&read.room).copied() else { return };
        match read.quality {
            Quality::Confirmed | Quality::Unnamed => self.read(at, &read, context),
            // Whose it is, is not known: what it counts waits until a person has said so.
            Quality::Unidentified | Quality::AnotherMeter => {}
        }
    }
}

impl Handler<PricesEdited> for Billing {
    type Result = ();

    fn handle(&mut self, edited: PricesEdited, _: &mut Self::Context) {
        let PricesEdited { calendar, tariffs } = edited;
        for post in &mut self.posts {
            // Which tariff a room has is the campus' own to say, and that is read at the start: one that
            // it does not have any more stays what it was.
            if let Some(versions) = tariffs.get(&post.tariff) {
                post.versions.clone_from(versions);
            }
        }
        self.parts.calendar = Arc::unwrap_or_clone(calendar);
        self.parts.tariffs.extend(Arc::unwrap_or_clone(tariffs));
    }
}

impl Handler<Changed> for Billing {
    type Result = ();

    fn handle(&mut self, Changed(balances): Changed, _: &mut Self::Context) {
        for (room, balance) in balances {
            let Some(at) = self.places.get(&room).copied() else { continue };
            if let Some(post) = self.posts.get_mut(at) {
                post.balance = Some(balance);
            }
            self.look(at);
        }
    }
}
