//! The power actor: translate, ask the room, hand on.
//!
//! What lines tell it is in `reports`, what people ask of it in `orders`.

use std::{collections::HashMap, time::Duration};

use actix::{Actor, AsyncContext as _, Context, Message, Recipient, SpawnHandle};
use chrono_tz::Tz;
use onecard_devices::{
    alarm,
    clock::SharedClock,
    line::driver::{Command, Told},
};
use onecard_rules::{
    Time,
    calendar::Calendar,
    event::{DeviceKind, Event, Subject},
    ids::RoomId,
    power::{
        demand::{Demander, Off, Why},
        freshness::Freshness,
        protection::Moment,
        relay::{self, RelayAlarm, RelaySettings},
        room::{Action, Input, Room, Snapshot},
        sample::Absence,
    },
    reason::Reason,
};
use serde::{Deserialize, Serialize};
use tracing::{error, info, warn};

mod orders;
mod reports;

use super::{
    MAILBOX, PowerRefusal, RoomView,
    desk::{Desk, Tag},
    line::LinePost,
    publish::Publisher,
};
use crate::{
    campus::power as campus,
    metrics::Metrics,
    recovery::RoomRecord,
    store::{
        OnDurable,
        database::{Change, Database},
        journal::Journal,
    },
};

/// How often a room's state goes out while nothing happens there.
const SHOW_EVERY: chrono::TimeDelta = chrono::TimeDelta::seconds(10);
/// How often windows are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What the service is made of; everything in it is loaded.
#[derive(Debug)]
pub struct Parts {
    pub power: campus::Power,
    pub calendar: Calendar,
    pub zone: Tz,
    /// What was stored of each room.
    pub stored: Vec<(RoomId, String)>,
    /// What happened to rooms since.
    pub since: Vec<RoomRecord>,
    pub journal: Journal,
    pub database: Database,
    pub clock: SharedClock,
    pub metrics: Metrics,
    pub alarms: Recipient<alarm::Changed>,
    pub publisher: Publisher,
}

/// A line told something.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(super) struct LineTold {
    pub line: std::sync::Arc<str>,
    pub told: Told<Tag>,
}

/// A room with all that belongs to it.
struct Post {
    site: campus::Room,
    room: Room,
    desk: Desk,
    timer: Option<(Time, SpawnHandle)>,
    shown: Option<Time>,
    /// Its relay moves until then.
    settled: Option<Time>,
    /// Whether its readings are missing; `None`: not known since the start.
    silent: Option<bool>,
}

/// What is stored of a room, and when that was true.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Stored {
    at: Option<Time>,
    state: Snapshot,
}

/// Watches and switches every room.
pub struct Power {
    posts: Vec<Post>,
    places: HashMap<RoomId, usize>,
    lines: HashMap<String, LinePost>,
    parts: Parts,
    /// What the calendar says, and of which minute.
    moment: (i64, onecard_rules::calendar::Moment),
}

impl std::fmt::Debug for Power {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Power").field("rooms", &self.posts.len()).finish_non_exhaustive()
    }
}

impl Power {
    /// The service with its rooms as they were, and nothing asked yet.
    #[must_use]
    pub fn new(mut parts: Parts) -> Self {
        let now = parts.clock.now();
        let stored: HashMap<RoomId, String> = parts.stored.drain(..).collect();
        let mut rooms = Vec::new();
        for (id, site) in &parts.power.rooms {
            let Some(desk) = Desk::of(site) else { continue };
            let stored = stored.get(id).map_or_else(Stored::default, |body| read(id, body));
            let relay = RelaySettings::default();
            let mut room = Room::restore(site.settings.clone(), relay, stored.state);
            for record in parts.since.iter().filter(|record| {
                record.room == *id && stored.at.is_none_or(|stored| record.at > stored)
            }) {
                let date = record.at.with_timezone(&parts.zone).date_naive();
                room.recover(&record.happening, date);
            }
            let site = site.clone();
            rooms.push(Post {
                site,
                room,
                desk,
                timer: None,
                shown: None,
                settled: None,
                silent: None,
            });
        }
        let places = rooms.iter().enumerate().map(|(at, post)| (post.site.id.clone(), at));
        let places = places.collect();
        let moment = (minute(now), parts.calendar.moment(now, parts.zone));
        Self { posts: rooms, places, lines: HashMap::new(), parts, moment }
    }

    fn now(&self) -> Time {
        self.parts.clock.now()
    }

    fn is_open(&self, window: Option<&onecard_rules::ids::WindowId>) -> bool {
        window.is_some_and(|window| self.moment.1.windows.contains(window))
    }

    fn moment(&self, now: Time) -> Moment {
        let night = self.is_open(self.parts.power.night.as_ref());
        Moment { now, date: self.moment.1.date, night }
    }

    fn place(&self, room: &RoomId) -> Result<usize, PowerRefusal> {
        self.places.get(room).copied().ok_or_else(|| PowerRefusal::NoRoom(room.clone()))
    }

    /// Gives a room an input, and does what comes of it.
    fn give(&mut self, at: usize, input: Input, context: &mut Context<Self>) -> Vec<Event> {
        let now = self.now();
        let moment = self.moment(now);
        let Some(post) = self.posts.get_mut(at) else { return Vec::new() };
        let actions = post.room.handle(input, moment);
        self.act(at, actions, now, context)
    }

    /// Does what a room wants; returns the facts, which are not recorded yet.
    fn act(
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

    fn record(&self, events: Vec<Event>) {
        for event in events {
            if let Err(refusal) = self.parts.journal.append(event, OnDurable::Nothing) {
                self.parts.metrics.refuse("journal_busy");
                error!(%refusal, "what happened to a room could not be recorded");
            }
        }
    }

    /// Asks a room's line something.
    fn ask(&self, at: usize, what: impl FnOnce(&Post) -> Option<Command<Tag>>) {
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

    fn alarm(&self, at: usize, reason: Reason, standing: Option<String>) {
        let Some(post) = self.posts.get(at) else { return };
        let (area, device) = (post.site.area.to_string(), post.site.id.to_string());
        self.raise(Subject { area, kind: DeviceKind::Room, device }, reason, standing);
    }

    fn raise(&self, subject: Subject, reason: Reason, standing: Option<String>) {
        if self.parts.alarms.try_send(alarm::Changed { subject, reason, standing }).is_err() {
            self.parts.metrics.refuse("alarm_lost");
            error!(%reason, "an alarm was lost: the alarm service is not taking any");
        }
    }

    /// Stores a room; what is not on disk when the controller dies follows from the journal.
    fn keep(&self, at: usize, now: Time) {
        let Some(post) = self.posts.get(at) else { return };
        let stored = Stored { at: Some(now), state: post.room.snapshot() };
        let Ok(body) = serde_json::to_string(&stored) else { return };
        let change = Change::Room(post.site.id.clone(), body);
        if let Err(refusal) = self.parts.database.put([change], None, OnDurable::Nothing) {
            warn!(room = %post.site.id, %refusal, "a room could not be stored");
        }
    }

    fn view(&self, post: &Post, now: Time) -> RoomView {
        RoomView::of(&post.site, &post.room, self.parts.zone, now)
    }

    fn show(&mut self, at: usize, now: Time) {
        let Some(post) = self.posts.get(at) else { return };
        self.parts.publisher.room(&self.view(post, now));
        if let Some(post) = self.posts.get_mut(at) {
            post.shown = Some(now);
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
    fn read(&mut self, at: usize, input: Input, context: &mut Context<Self>) {
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
        }
        if overdue {
            self.show(at, now);
        }
    }

    /// Looks at the clock: a new minute may open or close a window.
    fn look(&mut self, context: &mut Context<Self>) {
        let now = self.now();
        if self.moment.0 == minute(now) {
            return;
        }
        self.moment = (minute(now), self.parts.calendar.moment(now, self.parts.zone));
        self.lights(context);
    }

    /// Brings the rooms' lights in line with the window for lights-out.
    fn lights(&mut self, context: &mut Context<Self>) {
        let Some(window) = self.parts.power.lights_out.clone() else { return };
        let (out, now) = (self.is_open(Some(&window)), self.now());
        for at in 0..self.posts.len() {
            let Some(post) = self.posts.get(at).filter(|post| post.site.lights_out) else {
                continue;
            };
            let dark = post.room.demands(Demander::Schedule);
            let input = match (out, dark) {
                (true, false) => {
                    let why = Why::Schedule { window: window.clone() };
                    Input::Post(Off { why, since: now, until: None })
                }
                (false, true) => Input::Release(Demander::Schedule),
                (true, true) | (false, false) => continue,
            };
            let events = self.give(at, input, context);
            self.record(events);
        }
    }
}

fn minute(now: Time) -> i64 {
    now.timestamp().div_euclid(60)
}

fn read(room: &RoomId, body: &str) -> Stored {
    serde_json::from_str(body).unwrap_or_else(|wrong| {
        error!(%room, %wrong, "what was stored of a room cannot be read; it begins anew");
        Stored::default()
    })
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

impl Actor for Power {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(MAILBOX);
        let now = self.now();
        for (id, line) in &self.parts.power.lines {
            let rooms = self.posts.iter().enumerate().filter(|(_, post)| post.site.line == *id);
            let rooms = rooms.map(|(at, post)| (at, &post.site, &post.desk));
            let post = LinePost::start(line, rooms, context.address().recipient());
            self.lines.insert(id.clone(), post);
        }
        for at in 0..self.posts.len() {
            let Some(post) = self.posts.get_mut(at) else { continue };
            // A room that cannot be switched has no relay to look for.
            let actions = if post.site.relay.is_some() { post.room.start(now) } else { Vec::new() };
            let events = self.act(at, actions, now, context);
            self.record(events);
        }
        self.lights(context);
        context.run_interval(LOOK, Self::look);
        info!(rooms = self.posts.len(), lines = self.lines.len(), "rooms are watched");
    }
}
