//! What people ask of the power service: views, and orders in an operator's name.

use actix::{Context, Handler, MessageResult, ResponseFuture};
use onecard_rules::{
    Time,
    event::Event,
    ids::{AreaId, RoomId},
    power::{
        demand::Demander,
        protection::{Draft, Settings},
        room::{Happening, Input},
    },
};

use super::Power;
use crate::power::{
    AcceptMeter, CutRoom, CutRooms, GetLines, GetRoom, GetRooms, LimitRoom, LimitRooms, LineView,
    PowerRefusal, RestoreRoom, RestoreRooms, RoomView, line::LinePost,
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

impl Power {
    /// The rooms within an area.
    fn within(&self, area: &AreaId) -> Result<Vec<usize>, PowerRefusal> {
        let all = self.posts.iter().enumerate();
        let within = all.filter(|(_, post)| self.parts.site.is_within(&post.site.area, area));
        let rooms: Vec<usize> = within.map(|(at, _)| at).collect();
        if rooms.is_empty() { Err(PowerRefusal::NoRooms(area.clone())) } else { Ok(rooms) }
    }

    /// Gives inputs to rooms; resolves with `told` when all that they caused is on disk.
    fn order_all<T: 'static>(
        &mut self,
        inputs: Vec<(usize, Input)>,
        told: Vec<T>,
        context: &mut Context<Self>,
    ) -> ResponseFuture<Result<Vec<T>, PowerRefusal>> {
        let mut events = Vec::new();
        for (at, input) in inputs {
            events.extend(self.give(at, input, context));
        }
        let carried_out = self.carry_out(events);
        Box::pin(async move { carried_out.await.map(|()| told) })
    }

    fn ids(&self, rooms: &[usize]) -> Vec<RoomId> {
        rooms.iter().filter_map(|at| Some(self.posts.get(*at)?.site.id.clone())).collect()
    }

    /// The settings of a room with other limits.
    fn limited(
        &self,
        at: usize,
        limit_w: f64,
        night_limit_w: Option<f64>,
    ) -> Result<Box<Settings>, PowerRefusal> {
        let wrong = |told: String| PowerRefusal::Limits(told);
        let post = self.posts.get(at).ok_or_else(|| wrong("the room is gone".to_owned()))?;
        let known = post.room.protection().settings();
        let draft = Draft { limit_w, night_limit_w, ..known.draft().clone() };
        let settings = Settings::new(known.limits().clone(), draft);
        settings.map(Box::new).map_err(|told| wrong(format!("room `{}`: {told}", post.site.id)))
    }
}

fn refused<T: 'static>(refusal: PowerRefusal) -> ResponseFuture<Result<T, PowerRefusal>> {
    Box::pin(async move { Err(refusal) })
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
        let settings = self.place(&room).and_then(|at| self.limited(at, limit_w, night_limit_w));
        match settings {
            Ok(settings) => self.order(&room, Input::Limits { settings, by, words }, context),
            Err(refusal) => refused(refusal),
        }
    }
}

impl Handler<CutRooms> for Power {
    type Result = ResponseFuture<Result<Vec<RoomId>, PowerRefusal>>;

    fn handle(&mut self, order: CutRooms, context: &mut Self::Context) -> Self::Result {
        let CutRooms { area, by, why, until } = order;
        let rooms = match self.within(&area) {
            Ok(rooms) => rooms,
            Err(refusal) => return refused(refusal),
        };
        let cut = |at| (at, Input::Cut { by: by.clone(), words: why.clone(), until });
        let inputs = rooms.iter().copied().map(cut).collect();
        self.order_all(inputs, self.ids(&rooms), context)
    }
}

impl Handler<RestoreRooms> for Power {
    type Result = ResponseFuture<Result<Vec<(RoomId, Time)>, PowerRefusal>>;

    fn handle(&mut self, order: RestoreRooms, context: &mut Self::Context) -> Self::Result {
        let RestoreRooms { area, by, why } = order;
        let mut rooms = match self.within(&area) {
            Ok(rooms) => rooms,
            Err(refusal) => return refused(refusal),
        };
        let demander = Demander::Operator;
        let cut = |at: &usize| {
            self.posts.get(*at).is_some_and(|post| post.room.demand_of(demander).is_some())
        };
        rooms.retain(cut);
        let now = self.now();
        let turns = self.turns(rooms, now);
        let restore = |(room, at): &(usize, Time)| {
            let (by, words) = (Some(by.clone()), Some(why.clone()));
            (*room, Input::ReleaseAt { demander, at: *at, by, words })
        };
        let inputs = turns.iter().map(restore).collect();
        let told = turns
            .iter()
            .filter_map(|(room, at)| Some((self.posts.get(*room)?.site.id.clone(), *at)));
        let told = told.collect();
        self.order_all(inputs, told, context)
    }
}

impl Handler<LimitRooms> for Power {
    type Result = ResponseFuture<Result<Vec<RoomId>, PowerRefusal>>;

    fn handle(&mut self, order: LimitRooms, context: &mut Self::Context) -> Self::Result {
        let LimitRooms { area, limit_w, night_limit_w, by, why } = order;
        let limit = |at: usize| {
            let settings = self.limited(at, limit_w, night_limit_w)?;
            Ok((at, Input::Limits { settings, by: by.clone(), words: why.clone() }))
        };
        let rooms = self.within(&area);
        let inputs = rooms.and_then(|rooms| rooms.into_iter().map(limit).collect());
        match inputs {
            Ok(inputs) => {
                let inputs: Vec<(usize, Input)> = inputs;
                let rooms: Vec<usize> = inputs.iter().map(|(at, _)| *at).collect();
                self.order_all(inputs, self.ids(&rooms), context)
            }
            Err(refusal) => refused(refusal),
        }
    }
}

impl Handler<AcceptMeter> for Power {
    type Result = ResponseFuture<Result<(), PowerRefusal>>;

    fn handle(&mut self, order: AcceptMeter, _: &mut Self::Context) -> Self::Result {
        let AcceptMeter { room, by, why: words } = order;
        let at = match self.place(&room) {
            Ok(at) => at,
            Err(refusal) => return refused(refusal),
        };
        let accepted = self.posts.get_mut(at).and_then(|post| post.meter.accept());
        let Some(serial) = accepted else { return refused(PowerRefusal::SameMeter(room)) };
        let event = self.happened(at, Happening::MeterAccepted { serial, by, words });
        self.meter_alarm(at);
        self.keep(at, self.now());
        self.show(at, self.now());
        self.carry_out(event.into_iter().collect())
    }
}
