//! Cards before taps: whose they are, what they begin and what they end.

use actix::{ActorFutureExt as _, AsyncContext as _, Context, Handler, WrapFuture as _};
use onecard_devices::reader::{
    actor::{AsWhat, CardPresented, CardRemoved},
    wire::Payment,
};
use onecard_rules::{
    event::Event,
    ledger::AccountName,
    reason::Reason,
    water::{Customer, Happening, Input, Session, State},
};
use tracing::warn;

use super::{Water, kept::LastSwipe, service::Asking};
use crate::{
    access::{NotServed, Presenter, WhoIs},
    store::OnDurable,
};

impl Handler<CardPresented> for Water {
    type Result = ();

    fn handle(&mut self, presented: CardPresented, context: &mut Self::Context) {
        let CardPresented { reader, read, as_what, ack } = presented;
        let Some(at) = self.place_of_reader(&reader) else { return };
        let now = self.now();
        let decision = self.next_id(now);
        let ticket = match as_what {
            AsWhat::New { ticket } => Some(ticket),
            AsWhat::Replay { .. } => None,
        };
        let swipe = LastSwipe::of(&read, decision.clone(), now);
        let asking = Asking { ticket, decision, ack: Some(ack), customer: None };
        let who = WhoIs {
            presented: read.presented,
            freshness: read.freshness,
            presented_at: read.presented_at,
        };
        let answer = self.around.access.send(who).into_actor(self);
        context.spawn(answer.map(move |answer, water, context| {
            let Ok(answer) = answer else {
                // The access service ends with the controller; the swipe comes again.
                return water.recorded(at, asking, false);
            };
            water.presented(at, asking, swipe, answer, context);
        }));
    }
}

impl Handler<CardRemoved> for Water {
    type Result = ();

    fn handle(&mut self, removed: CardRemoved, context: &mut Self::Context) {
        let CardRemoved { reader, ack } = removed;
        if let Some(at) = self.place_of_reader(&reader) {
            if let Some(post) = self.posts.get_mut(at) {
                post.why_not = Reason::WaterEnding;
            }
            self.give(at, Input::CardRemoved, context);
        }
        ack.accept();
    }
}

impl Water {
    fn presented(
        &mut self,
        at: usize,
        mut asking: Asking,
        swipe: LastSwipe,
        answer: Result<Presenter, NotServed>,
        context: &mut Context<Self>,
    ) {
        let (customer, used) = match answer {
            Ok(Presenter { customer, used }) => (customer, used),
            Err(NotServed { reason, customer, card }) => {
                asking.customer = customer;
                return self.refuse(at, asking, reason, card);
            }
        };
        asking.customer = Some(customer.clone());
        if asking.ticket.is_none() {
            return self.refuse(at, asking, Reason::DenyReplay, None);
        }
        let Some(post) = self.posts.get_mut(at) else { return };
        let payer = AccountName::Purse(customer.person.clone());
        match post.tap.snapshot() {
            State::Open { run, .. } if run.session.payer == payer => {
                let session = run.session.clone();
                post.kept.swipe = Some(swipe);
                let price = self.payment(at, &customer);
                self.show(at, &asking, (true, Reason::WaterEnding), price);
                if let Some(post) = self.posts.get_mut(at) {
                    post.ending = Some(asking);
                }
                self.give(at, Input::Swiped(session), context);
            }
            State::Idle if used => self.refuse(at, asking, Reason::DenyReplay, None),
            State::Idle if post.kept.shut.is_some() => {
                self.refuse(at, asking, Reason::DenyTapShut, None);
            }
            State::Idle => {
                post.kept.session += 1;
                post.kept.customer = Some(customer);
                post.kept.decision = Some(asking.decision.clone());
                post.kept.reserved = post.site.most;
                post.kept.swipe = Some(swipe);
                (post.fresh, post.open, post.unwell) = (false, false, false);
                post.asking = Some(asking);
                let session = Session { number: post.kept.session, payer };
                self.tell(at, onecard_devices::valve::Order::Report);
                self.give(at, Input::Swiped(session), context);
            }
            State::Reserving { .. }
            | State::Open { .. }
            | State::Closing { .. }
            | State::Settling { .. } => self.refuse(at, asking, Reason::DenyTapBusy, None),
        }
    }

    /// No water: the reader is told, then the journal, and then the swipe is acknowledged.
    pub(super) fn refuse(&self, at: usize, asking: Asking, reason: Reason, card: Option<String>) {
        let price = asking.customer.as_ref().map(|customer| self.payment(at, customer));
        self.show(at, &asking, (false, reason), price.unwrap_or_default());
        let customer = asking.customer.clone();
        let Some(event) = self.event(at, Happening::Refused { reason, customer, card }) else {
            return;
        };
        let desk = self.posts.get(at).and_then(|post| post.desk.as_ref());
        let (recorded, ticket, ack) =
            (desk.map(|desk| desk.recorded.clone()), asking.ticket, asking.ack);
        let then = OnDurable::Call(Box::new(move |written: Result<_, _>| {
            let durable = written.is_ok();
            if let Some(ack) = ack {
                if durable { ack.accept() } else { ack.refuse() }
            }
            if let Some((recorded, ticket)) = recorded.zip(ticket) {
                let recorded =
                    recorded.try_send(onecard_devices::reader::actor::Recorded { ticket, durable });
                // A reader that misses this answers copies by redelivery, which is safe.
                drop(recorded);
            }
        }));
        if let Err(refusal) = self.around.journal.append(event, then) {
            self.around.metrics.refuse("journal_busy");
            warn!(%refusal, "a refusal at a tap could not be recorded; its swipe will come again");
        }
    }

    /// The fact that something happened at a tap.
    pub(super) fn event(&self, at: usize, happening: Happening) -> Option<Event> {
        let site = &self.posts.get(at)?.site.site;
        let (area, tap) = (site.area.clone(), site.id.clone());
        Some(Event::TapHappened { at: self.now(), area, tap, happening: Box::new(happening) })
    }

    /// What the water costs somebody here, to be shown.
    pub(super) fn payment(&self, at: usize, customer: &Customer) -> Payment {
        let price = self.posts.get(at).and_then(|post| self.price(&post.site, customer));
        let (price_micro_fen, price_per) = price.unzip();
        Payment { price_micro_fen, price_per: price_per.map(str::to_owned), ..Payment::default() }
    }
}
