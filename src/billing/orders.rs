//! What people ask of billing: how rooms stand, and what a register that is not believed is worth.

use actix::{ActorFutureExt as _, Handler, MessageResult, ResponseActFuture, WrapFuture as _};
use onecard_rules::{billing::Bill, power::room::Happening, reason::Reason};
use tracing::info;

use super::{
    BilledView, BillingRefusal, DecideReading, GetBilled, GetParked, ParkedView, decided_by,
    service::Billing,
};

impl Handler<GetParked> for Billing {
    type Result = MessageResult<GetParked>;

    fn handle(&mut self, _: GetParked, _: &mut Self::Context) -> Self::Result {
        let zone = self.parts.site.zone;
        let parked: Vec<ParkedView> =
            self.posts.iter().filter_map(|post| post.parked(zone)).collect();
        MessageResult(parked)
    }
}

impl Handler<GetBilled> for Billing {
    type Result = Result<BilledView, BillingRefusal>;

    fn handle(&mut self, GetBilled(room): GetBilled, _: &mut Self::Context) -> Self::Result {
        let post = self.posts.get(self.place(&room)?);
        let view = post.map(|post| post.view(self.parts.site.zone));
        view.ok_or(BillingRefusal::NotBilled(room))
    }
}

impl Handler<DecideReading> for Billing {
    type Result = ResponseActFuture<Self, Result<Option<Bill>, BillingRefusal>>;

    fn handle(&mut self, asked: DecideReading, _: &mut Self::Context) -> Self::Result {
        let DecideReading { room, decision } = asked;
        let at = match self.place(&room) {
            Ok(at) => at,
            Err(refusal) => return refused(refusal),
        };
        let Some(post) = self.posts.get(at).filter(|post| !post.busy) else {
            return refused(BillingRefusal::Busy(room));
        };
        let (spec, calendar, zone) = (post.any_spec(), &self.parts.calendar, self.parts.site.zone);
        let decided = post.billed.decide(&post.meter, &decision, post.by(&spec, calendar, zone));
        let (next, bill) = match decided {
            Ok(decided) => decided,
            Err(undecided) => return refused(BillingRefusal::of(&room, undecided)),
        };
        let (by, reason) = decided_by(&decision);
        info!(%room, %by, %reason, "a register was decided on");
        let mut happenings = vec![Happening::ReadingDecided { decision: decision.clone() }];
        happenings.extend(bill.clone().map(|bill| Happening::Billed { bill: Box::new(bill) }));
        let Some(settling) = self.settle(at, next.clone(), bill.as_ref(), happenings) else {
            return refused(BillingRefusal::NotBilled(room));
        };
        Box::pin(settling.into_actor(self).map(move |answer, billing, _| {
            let recorded = !matches!(answer, Err(_));
            match billing.settled(at, next, answer) {
                Ok(()) => {
                    billing.alarm(at, Reason::ReadingParked, None);
                    Ok(bill)
                }
                Err(why) if recorded => Err(BillingRefusal::Uncharged(why)),
                Err(_) => Err(BillingRefusal::NotRecorded),
            }
        }))
    }
}

fn refused<T: 'static>(
    refusal: BillingRefusal,
) -> ResponseActFuture<Billing, Result<T, BillingRefusal>> {
    Box::pin(actix::fut::ready(Err(refusal)))
}
