//! Counters: who the meter of a room is, what it has counted, and who wants to know.

use actix::{Context, Handler, Recipient};
use onecard_devices::{
    line::driver::Command,
    modbus::{Answer, Request},
};
use onecard_rules::{event::Event, power::room::Happening, reason::Reason};
use tracing::info;

use super::Power;
use crate::power::{
    FollowMeters,
    meter::{FOLLOWERS_MAX, TooManyFollow},
};

impl Power {
    /// A room's meter was read as a counter.
    pub(super) fn counted(&mut self, at: usize, answers: &[(Request, Answer)]) {
        let now = self.now();
        let Some(post) = self.posts.get_mut(at) else { return };
        let Some(register) = post.desk.counted(&post.site, answers) else { return };
        let read = post.meter.read(&post.site.id, register, now);
        for follower in &self.followers {
            if follower.try_send(read.clone()).is_err() {
                self.parts.metrics.refuse("meter_read_lost");
            }
        }
    }

    /// A room's meter has told its number, if it could be read.
    pub(super) fn identified(&mut self, at: usize, answers: &[(Request, Answer)]) {
        let Some(post) = self.posts.get_mut(at) else { return };
        let Some(serial) = post.desk.serial(answers) else { return };
        let first = post.meter.serial().is_none();
        let happening = post.meter.identified(serial);
        let another = post.meter.is_another();
        if first || happening.is_some() {
            self.meter_alarm(at);
        }
        if let Some(happening) = happening {
            let event = self.happened(at, happening);
            self.record(event.into_iter().collect());
            self.keep(at, self.now());
        }
        if first || another {
            self.show(at, self.now());
        }
    }

    /// A room's meter has fallen silent, or answers again: then it may be another.
    pub(super) fn silence(&mut self, at: usize, silent: bool) {
        let Some(post) = self.posts.get_mut(at) else { return };
        if silent {
            post.meter.away();
        } else if post.meter.serial().is_none() {
            self.ask(at, |post| post.desk.identify(&post.site, at).map(Command::Ask));
        }
    }

    /// Raises or clears the alarm that another meter answers.
    pub(super) fn meter_alarm(&self, at: usize) {
        let Some(post) = self.posts.get(at) else { return };
        let numbers = || {
            let (known, told) = (post.meter.known(), post.meter.serial());
            format!("{} is on record, {} answers", known.unwrap_or("none"), told.unwrap_or("none"))
        };
        self.alarm(at, Reason::MeterChanged, post.meter.is_another().then(numbers));
    }

    /// A happening of a room that none of its parts tells, as a fact.
    pub(super) fn happened(&self, at: usize, happening: Happening) -> Option<Event> {
        let post = self.posts.get(at)?;
        let (area, room) = (post.site.area.clone(), post.site.id.clone());
        info!(%room, ?happening, "a room");
        Some(Event::RoomHappened { at: self.now(), area, room, happening: Box::new(happening) })
    }
}

impl Handler<FollowMeters> for Power {
    type Result = Result<(), TooManyFollow>;

    fn handle(&mut self, FollowMeters(who): FollowMeters, _: &mut Context<Self>) -> Self::Result {
        self.followers.retain(Recipient::connected);
        if self.followers.len() >= FOLLOWERS_MAX {
            return Err(TooManyFollow);
        }
        self.followers.push(who);
        Ok(())
    }
}
