//! What people ask of the power service: views, and orders in an operator's name.

use actix::{Context, Handler, MessageResult, ResponseFuture};
use onecard_rules::{
    event::Event,
    ids::RoomId,
    power::{
        protection::{Draft, Settings},
        room::Input,
    },
};

use super::Power;
use crate::power::{
    CutRoom, GetLines, GetRoom, GetRooms, LimitRoom, LineView, PowerRefusal, RestoreRoom, RoomView,
    line::LinePost,
};

impl Power {
    /// Records what an order caused; resolves when all of it is on disk.
    fn carry_out(&self, events: Vec<Event>) -> ResponseFuture<Result<(), PowerRefusal>> {
        let waiting: Vec<_> =
            events.into_iter().map(|event| self.parts.journal.append_and_wait(event)).collect();
        Box::pin(async move {
            for recorded in waiting {
                recorded.await.map_err(|_| PowerRefusal::NotRecorded)?;
            }
            Ok(())
        })
    }

    fn order(
        &mut self,
        room: &RoomId,
        input: Input,
        context: &mut Context<Self>,
    ) -> ResponseFuture<Result<(), PowerRefusal>> {
        match self.place(room) {
            Ok(at) => {
                let events = self.give(at, input, context);
                self.carry_out(events)
            }
            Err(refusal) => Box::pin(async move { Err(refusal) }),
        }
    }
}

impl Handler<GetRooms> for Power {
    type Result = MessageResult<GetRooms>;

    fn handle(&mut self, _: GetRooms, _: &mut Self::Context) -> Self::Result {
        let now = self.now();
        MessageResult(self.posts.iter().map(|post| self.view(post, now)).collect())
    }
}

impl Handler<GetRoom> for Power {
    type Result = Result<RoomView, PowerRefusal>;

    fn handle(&mut self, GetRoom(room): GetRoom, _: &mut Self::Context) -> Self::Result {
        let now = self.now();
        let post = self.posts.get(self.place(&room)?);
        post.map(|post| self.view(post, now)).ok_or(PowerRefusal::NoRoom(room))
    }
}

impl Handler<GetLines> for Power {
    type Result = MessageResult<GetLines>;

    fn handle(&mut self, _: GetLines, _: &mut Self::Context) -> Self::Result {
        let mut lines: Vec<LineView> = self.lines.values().map(LinePost::view).collect();
        lines.sort_by(|a, b| a.line.cmp(&b.line));
        MessageResult(lines)
    }
}

impl Handler<CutRoom> for Power {
    type Result = ResponseFuture<Result<(), PowerRefusal>>;

    fn handle(&mut self, order: CutRoom, context: &mut Self::Context) -> Self::Result {
        let CutRoom { room, by, why: words, until } = order;
        self.order(&room, Input::Cut { by, words, until }, context)
    }
}

impl Handler<RestoreRoom> for Power {
    type Result = ResponseFuture<Result<(), PowerRefusal>>;

    fn handle(&mut self, order: RestoreRoom, context: &mut Self::Context) -> Self::Result {
        let RestoreRoom { room, by, why: words } = order;
        self.order(&room, Input::Restore { by, words }, context)
    }
}

impl Handler<LimitRoom> for Power {
    type Result = ResponseFuture<Result<(), PowerRefusal>>;

    fn handle(&mut self, order: LimitRoom, context: &mut Self::Context) -> Self::Result {
        let LimitRoom { room, limit_w, night_limit_w, by, why: words } = order;
        let known = match self.place(&room) {
            Ok(at) => self.posts.get(at).map(|post| post.room.protection().settings().clone()),
            Err(refusal) => return Box::pin(async move { Err(refusal) }),
        };
        let Some(known) = known else {
            return Box::pin(async move { Err(PowerRefusal::NoRoom(room)) });
        };
        let draft = Draft { limit_w, night_limit_w, ..known.draft().clone() };
        match Settings::new(known.limits().clone(), draft) {
            Ok(settings) => {
                let settings = Box::new(settings);
                self.order(&room, Input::Limits { settings, by, words }, context)
            }
            Err(wrong) => Box::pin(async move { Err(PowerRefusal::Limits(wrong.to_string())) }),
        }
    }
}
