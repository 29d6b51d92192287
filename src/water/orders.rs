//! What people ask of the water service: views, and orders in an operator's name.

use actix::{Context, Handler, MessageResult, ResponseFuture};
use onecard_rules::{
    event::Event,
    ids::TapId,
    reason::Reason,
    water::{Happening, Input},
};

use super::{
    FreeTap, GetTap, GetTaps, ShutTap, TapView, Water, WaterRefusal, kept::Shut, service::Post,
};
use crate::store::ledger::With;

type Carried = ResponseFuture<Result<(), WaterRefusal>>;

impl Water {
    fn view(&self, post: &Post) -> TapView {
        TapView::of(&post.site, &post.tap, &post.kept, &post.stand, self.around.zone)
    }

    fn find(&self, tap: &TapId) -> Result<usize, WaterRefusal> {
        self.place_of(tap).ok_or_else(|| WaterRefusal::NoTap(tap.clone()))
    }

    /// Keeps a tap with the fact; resolves when both are on disk.
    fn carry_out(&self, at: usize, fact: Option<Event>) -> Carried {
        let Some(post) = self.posts.get(at) else { return refused(WaterRefusal::NotRecorded) };
        let keep = vec![post.kept.keep(&post.site.site.id)];
        let kept = self.kept(With { keep, facts: fact.into_iter().collect() });
        Box::pin(async move {
            let kept = kept.await;
            if kept { Ok(()) } else { Err(WaterRefusal::NotRecorded) }
        })
    }
}

fn refused(refusal: WaterRefusal) -> Carried {
    Box::pin(async move { Err(refusal) })
}

impl Handler<GetTaps> for Water {
    type Result = MessageResult<GetTaps>;

    fn handle(&mut self, _: GetTaps, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.posts.iter().map(|post| self.view(post)).collect())
    }
}

impl Handler<GetTap> for Water {
    type Result = Result<TapView, WaterRefusal>;

    fn handle(&mut self, GetTap(tap): GetTap, _: &mut Self::Context) -> Self::Result {
        let post = self.posts.get(self.find(&tap)?);
        post.map(|post| self.view(post)).ok_or(WaterRefusal::NoTap(tap))
    }
}

impl Handler<ShutTap> for Water {
    type Result = Carried;

    fn handle(&mut self, order: ShutTap, context: &mut Self::Context) -> Self::Result {
        let ShutTap { tap, by, why: words } = order;
        let at = match self.find(&tap) {
            Ok(at) => at,
            Err(refusal) => return refused(refusal),
        };
        let since = self.now();
        if let Some(post) = self.posts.get_mut(at) {
            post.kept.shut = Some(Shut { by: by.clone(), words: words.clone(), since });
            post.why_not = Reason::DenyTapShut;
        }
        let fact = self.event(at, Happening::Shut { by, words });
        let carried = self.carry_out(at, fact);
        self.give(at, Input::Shut, context);
        carried
    }
}

impl Handler<FreeTap> for Water {
    type Result = Carried;

    fn handle(&mut self, order: FreeTap, _: &mut Context<Self>) -> Self::Result {
        let FreeTap { tap, by, why: words } = order;
        let at = match self.find(&tap) {
            Ok(at) => at,
            Err(refusal) => return refused(refusal),
        };
        let shut = self.posts.get_mut(at).and_then(|post| post.kept.shut.take());
        if shut.is_none() {
            return refused(WaterRefusal::NotShut(tap));
        }
        let fact = self.event(at, Happening::Freed { by, words });
        self.carry_out(at, fact)
    }
}
