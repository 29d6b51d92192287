//! The end of a session: its water is charged and its money let go, in one commit with its state.
//!
//! What the disk refuses is tried again, the very same: its cause is known, so that it counts once.

use std::time::Duration;

use actix::{ActorFutureExt as _, AsyncContext as _, Context, WrapFuture as _};
use onecard_devices::reader::wire::Payment;
use onecard_rules::{
    event::Event,
    ledger::{Ask, Cause, Order, Refusal, RowNo},
    money::Fen,
    reason::Reason,
    tariff::{Line, charge, total},
    usage::{Point, Used},
    water::{Happening, Input, Leak, Run, State, Stop},
};
use tracing::{error, warn};

use super::{Water, kept::STANDING, service::Asking};
use crate::store::{
    OnDurable, WriteFailure,
    ledger::{Answer, Done, Keep, With},
};

/// How soon it is tried again what the disk refused.
const AGAIN: Duration = Duration::from_secs(1);

/// What ends a session, until it is on disk.
#[derive(Debug, Clone)]
pub(super) struct Bill {
    order: Order,
    with: With,
    /// What the reader is shown then.
    payment: Payment,
    reason: Reason,
}

impl Water {
    /// The session's ending is kept; a swipe that ended it is acknowledged with that.
    pub(super) fn closing(&mut self, at: usize, context: &mut Context<Self>) {
        let Some(post) = self.posts.get_mut(at) else { return };
        let State::Closing { .. } = post.tap.snapshot() else { return };
        if matches!(post.kept.state, State::Closing { .. }) && post.ending.is_none() {
            return;
        }
        post.kept.state = post.tap.snapshot().clone();
        let keep = vec![post.kept.keep(&post.site.site.id)];
        let ending = post.ending.take();
        // One that is not kept is settled after a restart from the session's start.
        let kept = self.kept(With { keep, facts: Vec::new() }).into_actor(self);
        context.spawn(kept.map(move |durable, water, _| {
            if let Some(ending) = ending {
                water.recorded(at, ending, durable);
            }
        }));
    }

    /// Charges what has run, at most what was reserved.
    pub(super) fn settle(
        &mut self,
        at: usize,
        run: &Run,
        quantity: u64,
        why: Stop,
        context: &mut Context<Self>,
    ) {
        let Some(post) = self.posts.get(at) else { return };
        let register = post.tap.meter().map_or(run.start.register, |meter| meter.register);
        let ml = register.saturating_sub(run.start.register);
        let (lines, standing) = self.charged(at, run, quantity);
        let Some(post) = self.posts.get(at) else { return };
        let charged = total(&lines).min(post.kept.reserved);
        let closed = post.kept.customer.clone().map(|customer| Happening::Closed {
            session: run.session.number,
            customer,
            why,
            ml,
            quantity,
            unit: post.site.unit,
            charged_fen: charged,
            lines,
            reservation: run.reservation,
            register_ml: register,
        });
        let facts = closed.and_then(|closed| self.event(at, closed)).into_iter().collect();
        let ask = if charged.is_positive() {
            Ask::Post { reservation: run.reservation, amount: charged }
        } else {
            Ask::Release { reservation: run.reservation }
        };
        let order = self.ending(run.reservation, ask);
        let Some(post) = self.posts.get_mut(at) else { return };
        post.kept.state = State::Idle;
        let keep = std::iter::once(post.kept.keep(&post.site.site.id)).chain(standing).collect();
        if !post.unwell && ml > 0 {
            // Water has run and stopped as it should.
            for leak in Leak::ALL {
                self.alarm(at, leak.reason(), None);
            }
        }
        let (charged_fen, ml) = (Some(charged.get()), Some(ml));
        let payment = Payment { charged_fen, ml, ..Payment::default() };
        let (with, reason) = (With { keep, facts }, Reason::WaterBilled);
        self.pay(at, Bill { order, with, payment, reason }, context);
    }

    /// The lines of a charge, and what the person's next one depends on. It counts at once, so that
    /// two sessions of one person are charged one after the other.
    fn charged(&mut self, at: usize, run: &Run, quantity: u64) -> (Vec<Line>, Option<Keep>) {
        let now = self.now();
        let Some(post) = self.posts.get(at) else { return (Vec::new(), None) };
        let Some(customer) = &post.kept.customer else { return (Vec::new(), None) };
        let tariff = post.site.tariff_of(customer.kind).clone();
        let Some(versions) = self.around.tariffs.get(&tariff) else { return (Vec::new(), None) };
        let key = (customer.person.clone(), tariff);
        let mut standing = self.standings.get(&key).cloned().unwrap_or_default();
        let from = Point { at: run.opened, register: 0 };
        let to = Point { at: now.max(run.opened), register: quantity };
        let used = Used { epoch: run.session.number, from, to, quantity };
        match charge(versions, &mut standing, &used, self.place()) {
            Ok(lines) => {
                let body = serde_json::to_string(&standing).ok();
                let keep = Keep { kind: STANDING, key: format!("{}/{}", key.0, key.1), body };
                self.standings.insert(key, standing);
                (lines, Some(keep))
            }
            Err(wrong) => {
                error!(tap = %post.site.site.id, %wrong, "water has no price");
                (Vec::new(), None)
            }
        }
    }

    /// Lets go of the money: no water has run.
    pub(super) fn release(
        &mut self,
        at: usize,
        session: u64,
        reservation: RowNo,
        context: &mut Context<Self>,
    ) {
        let Some(post) = self.posts.get_mut(at) else { return };
        post.kept.state = State::Idle;
        let (reason, customer) = (post.why_not, post.kept.customer.clone());
        let keep = vec![post.kept.keep(&post.site.site.id)];
        let released = customer.map(|customer| Happening::Released { session, customer, reason });
        let facts = released.and_then(|released| self.event(at, released)).into_iter().collect();
        let order = self.ending(reservation, Ask::Release { reservation });
        let payment = Payment::default();
        self.pay(at, Bill { order, with: With { keep, facts }, payment, reason }, context);
    }

    fn ending(&self, reservation: RowNo, ask: Ask) -> Order {
        let now = self.now();
        let (cause, day) = (Cause::End { reservation }, self.day(now));
        Order { cause, at: now, day, by: None, why: None, ask }
    }

    fn pay(&mut self, at: usize, bill: Bill, context: &mut Context<Self>) {
        let (order, with) = (bill.order.clone(), bill.with.clone());
        if let Some(post) = self.posts.get_mut(at) {
            post.bill = Some(bill);
        }
        let answer = self.around.ledger.order_and_wait(order, with).into_actor(self);
        context.spawn(answer.map(move |answer, water, context| water.paid(at, answer, context)));
    }

    fn paid(
        &mut self,
        at: usize,
        answer: Result<Answer, WriteFailure>,
        context: &mut Context<Self>,
    ) {
        let Some(bill) = self.posts.get_mut(at).and_then(|post| post.bill.take()) else { return };
        let balance = match answer {
            Ok(Ok(Done::Posted { from, .. })) => Some(from),
            Ok(Ok(Done::Account(_) | Done::Closed(_) | Done::Kept)) => None,
            // Paid before, and answered to nobody; what goes along is not written then.
            Ok(Err(Refusal::Exists { .. })) => {
                self.keep_alone(bill.with.clone());
                None
            }
            Ok(Err(refusal)) => {
                error!(%refusal, order = ?bill.order, "water could not be settled");
                let told = format!("{}: {refusal}", bill.order.cause);
                self.alarm(at, Reason::WaterUnsettled, Some(told));
                self.keep_alone(unpaid(bill.with.clone()));
                None
            }
            Err(failure) => {
                warn!(%failure, "water could not be settled; it is tried again");
                context.run_later(AGAIN, move |water, context| water.pay(at, bill, context));
                return;
            }
        };
        self.ended(at, &bill, balance);
        self.give(at, Input::Settled, context);
    }

    /// Shows what came of it.
    fn ended(&mut self, at: usize, bill: &Bill, balance: Option<Fen>) {
        let Some(post) = self.posts.get_mut(at) else { return };
        if let Some(asking) = post.asking.take() {
            // No water has run for this swipe.
            return self.show(at, &asking, (false, bill.reason), Payment::default());
        }
        let Some(post) = self.posts.get(at) else { return };
        let (Some(customer), Some(decision)) = (&post.kept.customer, &post.kept.decision) else {
            return;
        };
        let payment = Payment {
            balance_fen: balance.map(Fen::get),
            charged_fen: bill.payment.charged_fen,
            ml: bill.payment.ml,
            ..self.payment(at, customer)
        };
        let (decision, customer) = (decision.clone(), Some(customer.clone()));
        let later = Asking { ticket: None, decision, ack: None, customer };
        self.show(at, &later, (true, bill.reason), payment);
    }

    /// Keeps something where no money moves; resolves to whether it is on disk.
    pub(super) fn kept(&self, with: With) -> impl Future<Output = bool> + 'static + use<> {
        let (then, receipt) = OnDurable::receipt();
        let queued = self.around.ledger.keep(with, then);
        async move { queued.is_ok() && matches!(receipt.await, Ok(Ok(Ok(_)))) }
    }

    pub(super) fn keep_alone(&self, with: With) {
        if let Err(refusal) = self.around.ledger.keep(with, OnDurable::Nothing) {
            error!(%refusal, "a tap's state could not be kept");
        }
    }

    /// Lets go of what is reserved at taps that the campus has no more: nobody can read their meters.
    pub(super) fn let_orphans_go(&mut self, context: &mut Context<Self>) {
        for (tap, mut kept) in std::mem::take(&mut self.orphans) {
            let reservation = match &kept.state {
                State::Open { run, .. }
                | State::Closing { run, .. }
                | State::Settling { run, .. } => run.reservation,
                // One that was asked for and not answered is on record with this state.
                State::Reserving { .. } | State::Idle => continue,
            };
            warn!(%tap, session = kept.session, "a tap is gone with water unpaid; its money is let go");
            kept.state = State::Idle;
            let with = With { keep: vec![kept.keep(&tap)], facts: Vec::new() };
            let order = self.ending(reservation, Ask::Release { reservation });
            let answer = self.around.ledger.order_and_wait(order, with).into_actor(self);
            context.spawn(answer.map(move |answer, _, _| {
                if !matches!(answer, Ok(Ok(_))) {
                    error!(%tap, ?answer, "the money of a tap that is gone is still held back");
                }
            }));
        }
    }
}

/// What goes to disk where the money could not be moved: that nothing was charged.
fn unpaid(with: With) -> With {
    let nothing = |mut event: Event| {
        if let Event::TapHappened { happening, .. } = &mut event
            && let Happening::Closed { charged_fen, .. } = &mut **happening
        {
            *charged_fen = Fen::ZERO;
        }
        event
    };
    With { facts: with.facts.into_iter().map(nothing).collect(), ..with }
}
