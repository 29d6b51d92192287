//! Doing what rooms want: asking their lines, recording, raising alarms, waking them in time.

use actix::{AsyncContext as _, Context};
use onecard_devices::{alarm, line::driver::Command};
use onecard_rules::{
    Time,
    event::{DeviceKind, Event, Subject},
    power::{
        freshness::Freshness,
        relay::{self, RelayAlarm},
        room::{Action, Input},
        sample::Absence,
    },
    reason::Reason,
};
use tracing::{error, info, warn};

use super::{Post, Power, SHOW_EVERY};
use crate::{power::desk::Tag, store::OnDurable};

impl Power {
    /// Gives a room an input, and does what comes of it.
    pub(in crate::power) fn give(
        &mut self,
        at: usize,
        input: Input,
        context: &mut Context<Self>,
    ) -> Vec<Event> {
        let now = self.now();
        let moment = self.moment(now);
        let Some(post) = self.posts.get_mut(at) else { return Vec::new() };
        let actions = post.room.handle(input, moment);
        self.act(at, actions, now, context)
    }

    /// Does what a room wants; returns the facts, which are not recorded yet.
    pub(super) fn act(
        &mut self,
        at: usize,
        actions: Vec<Action>,
        now: Time,
        context: &mut Context<Self>,
    ) -> Vec<Event> {
        let mut events = Vec::new();
        let news = !actions.is_empty();
        for action in actions {
            match action {
                Action::Suspect => {
                    self.ask(at, |post| Some(Command::Ask(post.desk.suspect(&post.site, at))));
                }
                Action::Read => self.read_back(at, now, context),
                Action::Send(command) => self.send(at, &command, now),
                Action::Withdraw { id } => {
                    let tag = Tag::Switch { room: at, command: id };
                    self.ask(at, |_| Some(Command::Withdraw(tag)));
                }
                Action::Happened(happening) => {
                    let Some(post) = self.posts.get(at) else { continue };
                    let (area, room) = (post.site.area.clone(), post.site.id.clone());
                    info!(%room, ?happening, "a room");
                    let happening = Box::new(happening);
                    events.push(Event::RoomHappened { at: now, area, room, happening });
                }
                Action::Raise(alarm) => {
                    self.alarm(at, reason_of(alarm), Some(format!("{alarm:?}")));
                }
                Action::Clear(alarm) => self.alarm(at, reason_of(alarm), None),
            }
        }
        if news {
            self.keep(at, now);
            self.show(at, now);
        }
        self.set_timer(at, now, context);
        events
    }

    pub(in crate::power) fn record(&self, events: Vec<Event>) {
        for event in events {
            if let Err(refusal) = self.parts.journal.append(event, OnDurable::Nothing) {
                self.parts.metrics.refuse("journal_busy");
                error!(%refusal, "what happened to a room could not be recorded");
            }
        }
    }

    /// Asks a room's line something.
    pub(super) fn ask(&self, at: usize, what: impl FnOnce(&Post) -> Option<Command<Tag>>) {
        let Some(post) = self.posts.get(at) else { return };
        let Some(line) = self.lines.get(&post.site.line) else { return };
        if let Some(command) = what(post)
            && !line.ask(command)
        {
            self.parts.metrics.refuse("line_busy");
            warn!(room = %post.site.id, line = post.site.line, "a line takes nothing more");
        }
    }

    fn read_back(&mut self, at: usize, now: Time, context: &mut Context<Self>) {
        let Some(post) = self.posts.get(at) else { return };
        let urgent = post.room.relay().wanted().is_some_and(relay::Want::is_urgent);
        let wait = post.settled.and_then(|settled| (settled - now).to_std().ok());
        let ask = move |power: &Self| {
            power.ask(at, |post| post.desk.read_back(at, urgent).map(Command::Ask));
        };
        match wait {
            Some(wait) if !wait.is_zero() => {
                context.run_later(wait, move |power, _| ask(power));
            }
            Some(_) | None => ask(self),
        }
    }

    fn send(&mut self, at: usize, command: &relay::Command, now: Time) {
        let Some(post) = self.posts.get(at) else { return };
        let Some(line) = self.lines.get(&post.site.line) else { return };
        let within = (command.deadline - now).to_std().unwrap_or_default();
        let deadline = line.elapsed() + within;
        self.ask(at, |post| post.desk.switch(at, command, deadline).map(Command::Ask));
    }

    pub(super) fn alarm(&self, at: usize, reason: Reason, standing: Option<String>) {
        let Some(post) = self.posts.get(at) else { return };
        let (area, device) = (post.site.area.to_string(), post.site.id.to_string());
        self.raise(Subject { area, kind: DeviceKind::Room, device }, reason, standing);
    }

    pub(super) fn raise(&self, subject: Subject, reason: Reason, standing: Option<String>) {
        if self.parts.alarms.try_send(alarm::Changed { subject, reason, standing }).is_err() {
            self.parts.metrics.refuse("alarm_lost");
            error!(%reason, "an alarm was lost: the alarm service is not taking any");
        }
    }

    fn set_timer(&mut self, at: usize, now: Time, context: &mut Context<Self>) {
        let Some(post) = self.posts.get_mut(at) else { return };
        let Some(deadline) = post.room.next_deadline() else { return };
        match &post.timer {
            Some((armed, _)) if *armed <= deadline => return,
            Some((_, timer)) => {
                context.cancel_future(*timer);
            }
            None => {}
        }
        let wait = (deadline - now).to_std().unwrap_or_default();
        let timer = context.run_later(wait, move |power, context| {
            let now = power.now();
            let moment = power.moment(now);
            let Some(post) = power.posts.get_mut(at) else { return };
            post.timer = None;
            let actions = post.room.handle_deadline(moment);
            let events = power.act(at, actions, now, context);
            power.record(events);
        });
        if let Some(post) = self.posts.get_mut(at) {
            post.timer = Some((deadline, timer));
        }
    }

    /// Takes a reading, or that there is none.
    pub(super) fn read(&mut self, at: usize, input: Input, context: &mut Context<Self>) {
        let events = self.give(at, input, context);
        self.record(events);
        let now = self.now();
        let Some(post) = self.posts.get_mut(at) else { return };
        let missing = match post.room.sample(now) {
            Freshness::Fresh(_) => None,
            Freshness::Stale(_) => Some(Absence::NoAnswer),
            Freshness::Missing(why) => Some(why),
        };
        let overdue = post.shown.is_none_or(|shown| now - shown >= SHOW_EVERY);
        if post.silent != Some(missing.is_some()) {
            post.silent = Some(missing.is_some());
            let implausible = missing == Some(Absence::Implausible);
            let told = missing.map(|why| format!("no reading: {why:?}"));
            let silent = told.clone().filter(|_| !implausible);
            self.alarm(at, Reason::MeterSilent, silent);
            self.alarm(at, Reason::MeterImplausible, told.filter(|_| implausible));
            self.silence(at, missing.is_some());
        }
        if overdue {
            self.show(at, now);
        }
    }
}

fn reason_of(alarm: RelayAlarm) -> Reason {
    match alarm {
        RelayAlarm::Disobeys => Reason::RelayDisobeys,
        RelayAlarm::DrawsWhileOpen => Reason::DrawsWhileOpen,
        RelayAlarm::LocallyLocked => Reason::LocallyLocked,
        RelayAlarm::OpenedByItself => Reason::OpenedByItself,
        RelayAlarm::ClosedByItself => Reason::ClosedByItself,
        RelayAlarm::Silent => Reason::RelaySilent,
    }
}
