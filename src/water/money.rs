//! A session's money until the water runs: reserving, what it is good for, letting go of it.

use actix::{ActorFutureExt as _, AsyncContext as _, Context, WrapFuture as _};
use chrono::TimeDelta;
use onecard_devices::{reader::wire::Payment, valve};
use onecard_rules::{
    ledger::{AccountName, Ask, Cause, Order, Purpose, Refusal, RowNo, Terms},
    money::Fen,
    reason::Reason,
    tariff::{Standing, Unit, affordable, charge},
    usage::{Point, Used},
    water::{Customer, Happening, Input, Measure, Session, State},
};
use tracing::{error, warn};

use super::{
    Water,
    service::{Asking, Held},
};
use crate::{
    campus::taps::Tap,
    store::{
        OnDurable, WriteFailure,
        ledger::{Answer, Done, With},
    },
};

impl Water {
    /// Sees to it that the units that the water is paid to have their accounts.
    pub(super) fn open_accounts(&self) {
        let mut units: Vec<_> = self.posts.iter().map(|post| &post.site.income).collect();
        units.sort();
        units.dedup();
        for unit in units {
            let name = AccountName::Income(unit.clone());
            let then = OnDurable::Nothing;
            if let Err(refusal) = self.around.ledger.open_account(name, Terms::default(), then) {
                error!(%unit, %refusal, "the account of a unit could not be opened");
            }
        }
    }

    /// Reserves as much as the tap takes, or what is there.
    pub(super) fn reserve(&mut self, at: usize, session: Session, context: &mut Context<Self>) {
        let now = self.now();
        let day = self.day(now);
        let Some(post) = self.posts.get_mut(at) else { return };
        post.kept.state = post.tap.snapshot().clone();
        let amount = post.kept.reserved;
        let order = Order {
            cause: Cause::Tap { tap: post.site.site.id.clone(), session: session.number },
            at: now,
            day,
            by: None,
            why: None,
            ask: Ask::Reserve {
                purpose: Purpose::Water,
                from: session.payer.clone(),
                to: AccountName::Income(post.site.income.clone()),
                amount,
                // Whoever drew water pays for it; its own session ends it, however late.
                until: None,
            },
        };
        let with = With { keep: vec![post.kept.keep(&post.site.site.id)], facts: Vec::new() };
        let answer = self.around.ledger.order_and_wait(order, with).into_actor(self);
        context.spawn(answer.map(move |answer, water, context| {
            water.reserve_answered(at, session, amount, answer, context);
        }));
    }

    fn reserve_answered(
        &mut self,
        at: usize,
        session: Session,
        amount: Fen,
        answer: Result<Answer, WriteFailure>,
        context: &mut Context<Self>,
    ) {
        let reason = match answer {
            // The latter is found again after a restart.
            Ok(Ok(Done::Posted { entry, .. }) | Err(Refusal::Exists { entry })) => {
                return self.hold(at, entry, amount, context);
            }
            Ok(Err(Refusal::ExistsWithDifferentAmount { entry, amount })) => {
                return self.hold(at, entry, amount, context);
            }
            Ok(Err(refusal)) => {
                if let Some(less) = less_than(amount, &refusal) {
                    if let Some(post) = self.posts.get_mut(at) {
                        post.kept.reserved = less;
                    }
                    return self.reserve(at, session, context);
                }
                reason_of(&refusal)
            }
            Ok(Ok(Done::Account(_) | Done::Closed(_) | Done::Kept)) => Reason::DenyTapFault,
            Err(failure) => {
                warn!(%failure, "a reservation for water could not be written");
                Reason::DenyTapFault
            }
        };
        self.give(at, Input::Refused, context);
        let Some(post) = self.posts.get_mut(at) else { return };
        post.kept.state = State::Idle;
        if let Some(asking) = post.asking.take() {
            self.refuse(at, asking, reason, None);
        }
    }

    /// The money is held back: how much water it is good for, and where the meter stands.
    fn hold(&mut self, at: usize, reservation: RowNo, amount: Fen, context: &mut Context<Self>) {
        let now = self.now();
        // The swipe is on record with its reservation. Its acknowledgement waits for no valve: that one may
        // be on the same connection, behind it.
        let swipe = self.posts.get_mut(at).and_then(|post| post.asking.as_mut());
        if let Some((ack, ticket)) = swipe.map(|asking| (asking.ack.take(), asking.ticket)) {
            self.acknowledge(at, ack, ticket, true);
        }
        let Some(post) = self.posts.get(at) else { return };
        let affordable = post
            .kept
            .customer
            .as_ref()
            .map(|customer| self.affordable(&post.site, customer, amount))
            .unwrap_or_default();
        let Some(post) = self.posts.get_mut(at) else { return };
        post.kept.reserved = amount;
        post.why_not = if affordable == 0 { Reason::DenyNoMoney } else { Reason::DenyTapFault };
        let held = Held { reservation, affordable, until: now + post.site.settings.patience };
        let abandoned = matches!(post.tap.snapshot(), State::Reserving { abandoned: true, .. });
        if post.fresh || abandoned || affordable == 0 {
            return self.reserved(at, held, context);
        }
        // What dripped since the meter was read last is nobody's.
        post.held = Some(held);
        self.set_timer(at, context);
    }

    pub(super) fn reserved(&mut self, at: usize, held: Held, context: &mut Context<Self>) {
        let Held { reservation, affordable, until: _ } = held;
        self.give(at, Input::Reserved { reservation, affordable }, context);
    }

    /// The most that an amount pays for, within what a session can take at all. Nothing where no
    /// tariff is in force.
    fn affordable(&self, site: &Tap, customer: &Customer, amount: Fen) -> u64 {
        let tariff = site.tariff_of(customer.kind);
        let Some(versions) = self.around.tariffs.get(tariff) else { return 0 };
        let key = (customer.person.clone(), tariff.clone());
        let standing = self.standings.get(&key).cloned().unwrap_or_default();
        let longest = site.settings.longest.num_seconds().unsigned_abs();
        let most = match site.settings.measure {
            Measure::Volume => site.settings.most_per_second.saturating_mul(longest),
            Measure::Time => longest,
            Measure::Use => 1,
        };
        let found = affordable(versions, &standing, self.now(), self.place(), amount, most);
        found.unwrap_or_else(|wrong| {
            error!(tap = %site.site.id, %tariff, %wrong, "water has no price");
            0
        })
    }

    /// The price of a litre, a minute or a use, in millionths of a fen.
    pub(super) fn price(&self, site: &Tap, customer: &Customer) -> Option<(u64, &'static str)> {
        let versions = self.around.tariffs.get(site.tariff_of(customer.kind))?;
        let now = self.now();
        let (from, to) = (Point { at: now, register: 0 }, Point { at: now, register: 1 });
        let used = Used { epoch: 0, from, to, quantity: 1 };
        let lines = charge(versions, &mut Standing::default(), &used, self.place()).ok()?;
        let price = lines.first()?.price.0;
        Some(match site.unit {
            Unit::Millilitre | Unit::WattHour => (price.saturating_mul(1_000), "litre"),
            Unit::Second => (price.saturating_mul(60), "minute"),
            Unit::Use => (price, "use"),
        })
    }

    /// A session's start goes to disk, and then the valve opens.
    pub(super) fn begin(&mut self, at: usize, lease: TimeDelta, context: &mut Context<Self>) {
        let Some(post) = self.posts.get_mut(at) else { return };
        let State::Open { run, .. } = post.tap.snapshot() else { return };
        let (run, customer) = (run.clone(), post.kept.customer.clone());
        if matches!(&post.kept.state, State::Open { run: kept, .. } if *kept == run) {
            // A renewal before the start is on disk: not yet.
            return;
        }
        post.kept.state = post.tap.snapshot().clone();
        let (session, reserved_fen) = (run.session.number, post.kept.reserved);
        let opened = customer.map(|customer| Happening::Opened {
            session,
            tariff: post.site.tariff_of(customer.kind).clone(),
            customer,
            reserved_fen,
            reservation: run.reservation,
            register_ml: run.start.register,
        });
        let keep = vec![post.kept.keep(&post.site.site.id)];
        let facts = opened.and_then(|opened| self.event(at, opened)).into_iter().collect();
        let kept = self.kept(With { keep, facts }).into_actor(self);
        context.spawn(kept.map(move |durable, water, context| {
            water.begun(at, session, lease, durable, context);
        }));
    }

    fn begun(
        &mut self,
        at: usize,
        session: u64,
        lease: TimeDelta,
        durable: bool,
        context: &mut Context<Self>,
    ) {
        let Some(post) = self.posts.get_mut(at) else { return };
        let is_open = matches!(
            post.tap.snapshot(),
            State::Open { run, .. } if run.session.number == session
        );
        let asking = post.asking.take();
        if durable && is_open {
            post.open = true;
            self.tell(at, valve::Order::Open { lease });
            if let Some(asking) = asking {
                self.show_opened(at, &asking);
            }
        } else {
            // It was stopped meanwhile, or its start is not on disk: nothing has run.
            if let Some(asking) = asking {
                let why = if durable { Reason::WaterEnding } else { Reason::DenyTapFault };
                self.show(at, &asking, (durable, why), Payment::default());
            }
            if is_open {
                self.give(at, Input::CardRemoved, context);
            }
        }
    }

    fn show_opened(&self, at: usize, asking: &Asking) {
        let (Some(post), Some(customer)) = (self.posts.get(at), &asking.customer) else { return };
        let payment =
            Payment { reserved_fen: Some(post.kept.reserved.get()), ..self.payment(at, customer) };
        self.show(at, asking, (true, Reason::GrantWater), payment);
    }
}

/// A smaller amount to try, where there is some money, but not so much.
fn less_than(amount: Fen, refusal: &Refusal) -> Option<Fen> {
    let less = match refusal {
        Refusal::InsufficientFunds { available } => *available,
        // How much of a day's limit is left is not said.
        Refusal::LimitExceeded { at_most, .. } => (*at_most).min(Fen::new(amount.get() / 2)),
        Refusal::Exists { .. }
        | Refusal::ExistsWithDifferentAmount { .. }
        | Refusal::ExistsWithDifferentOrder { .. }
        | Refusal::NotPositive { .. }
        | Refusal::DayClosed
        | Refusal::UnknownAccount { .. }
        | Refusal::SameAccount
        | Refusal::AccountClosed { .. }
        | Refusal::AccountFrozen { .. }
        | Refusal::AccountNotEmpty { .. }
        | Refusal::WrongAccounts { .. }
        | Refusal::ReservationUnknown
        | Refusal::ReservationEnded { .. }
        | Refusal::ExceedsReserved { .. }
        | Refusal::NotExpired
        | Refusal::RowUnknown
        | Refusal::NothingToCorrect
        | Refusal::ExceedsRow { .. }
        | Refusal::Overflow => return None,
    };
    (less.is_positive() && less < amount).then_some(less)
}

/// What somebody is told whose money could not be reserved.
fn reason_of(refusal: &Refusal) -> Reason {
    match refusal {
        // Who never paid anything in has no purse yet.
        Refusal::InsufficientFunds { .. } | Refusal::UnknownAccount { .. } => Reason::DenyNoMoney,
        Refusal::LimitExceeded { .. }
        | Refusal::AccountFrozen { .. }
        | Refusal::AccountClosed { .. } => Reason::DenyPurse,
        Refusal::Exists { .. }
        | Refusal::ExistsWithDifferentAmount { .. }
        | Refusal::ExistsWithDifferentOrder { .. }
        | Refusal::NotPositive { .. }
        | Refusal::DayClosed
        | Refusal::SameAccount
        | Refusal::AccountNotEmpty { .. }
        | Refusal::WrongAccounts { .. }
        | Refusal::ReservationUnknown
        | Refusal::ReservationEnded { .. }
        | Refusal::ExceedsReserved { .. }
        | Refusal::NotExpired
        | Refusal::RowUnknown
        | Refusal::NothingToCorrect
        | Refusal::ExceedsRow { .. }
        | Refusal::Overflow => Reason::DenyTapFault,
    }
}
