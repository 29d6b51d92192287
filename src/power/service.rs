//! The power actor: translate, ask the room, hand on.
//!
//! What lines tell it is in `reports`, what people ask of it in `orders`, what it does in `act`;
//! counters are `meters`, feeders `supplies`, lights-out and power in turn `lights`.

use std::{collections::HashMap, sync::Arc, time::Duration};

use actix::{Actor, AsyncContext as _, Context, Message, Recipient, SpawnHandle};
use onecard_devices::{alarm, clock::SharedClock, line::driver::Told};
use onecard_rules::{
    Time,
    calendar::Calendar,
    ids::{FeederId, RoomId},
    power::{
        protection::Moment,
        relay::{Position, RelaySettings},
        room::{Room, Snapshot},
        stagger::Stagger,
    },
    site::Site,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tracing::{error, info, warn};

mod act;
mod lights;
mod meters;
mod orders;
mod reports;
mod supplies;
mod valves;

use lights::Group;
use valves::ValvePost;
pub use valves::{TellValve, ValvesAt};

use super::{
    Funds, MAILBOX, MeterRead, PowerRefusal, RoomView,
    desk::{Desk, Tag},
    history::{self, History},
    line::LinePost,
    meter::Meter,
    publish::Publisher,
    supply::Supply,
};
use crate::{
    campus::power as campus,
    metrics::Metrics,
    recovery::RoomRecord,
    store::{
        OnDurable,
        database::{Change, Database, PowerDay},
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
    pub site: Arc<Site>,
    /// What was stored of each room.
    pub stored: Vec<(RoomId, String)>,
    /// What was stored of each feeder.
    pub stored_feeders: Vec<(FeederId, String)>,
    /// The power of rooms on the latest day that there is any of.
    pub stored_power: Vec<PowerDay>,
    /// What happened to rooms since.
    pub since: Vec<RoomRecord>,
    pub journal: Journal,
    pub database: Database,
    pub clock: SharedClock,
    pub metrics: Metrics,
    pub alarms: Recipient<alarm::Changed>,
    /// Who serves the taps whose valves hang on lines.
    pub valves_at: Recipient<ValvesAt>,
    pub valves_told: Recipient<onecard_devices::valve::actor::Told>,
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
    meter: Meter,
    history: History,
    /// What it has left to pay with; `None`: not known, or it does not pay in advance.
    funds: Option<Funds>,
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
    /// The number of its meter.
    #[serde(default)]
    meter: Option<String>,
}

/// Watches and switches every room.
pub struct Power {
    posts: Vec<Post>,
    places: HashMap<RoomId, usize>,
    supplies: Vec<Supply>,
    /// The valves of taps that hang on lines.
    valves: Vec<ValvePost>,
    /// Who gets power back when, by what supplies them.
    staggers: HashMap<Group, Stagger>,
    lines: HashMap<String, LinePost>,
    /// Who is told of every reading of a counter.
    followers: Vec<Recipient<MeterRead>>,
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
        let zone = parts.site.zone;
        let stored: HashMap<RoomId, String> = parts.stored.drain(..).collect();
        let days = parts.stored_power.drain(..);
        let mut days: HashMap<RoomId, History> =
            days.map(|(room, day, body)| (room, History::of(day, body))).collect();
        let mut rooms = Vec::new();
        for (id, site) in &parts.power.rooms {
            let Some(desk) = Desk::of(site) else { continue };
            let stored: Stored = stored.get(id).map_or_else(Stored::default, |body| read(id, body));
            let relay = RelaySettings {
                interval_min_s: site.relay_interval_s,
                ..RelaySettings::of_settle(desk.settle(Position::Open).as_secs_f64())
            };
            let mut room = Room::restore(site.settings.clone(), relay, stored.state);
            let mut meter = Meter::new(desk.has_identity(), stored.meter);
            for record in parts.since.iter().filter(|record| {
                record.room == *id && stored.at.is_none_or(|stored| record.at > stored)
            }) {
                let date = record.at.with_timezone(&zone).date_naive();
                room.recover(&record.happening, date);
                meter.recover(&record.happening);
            }
            let site = site.clone();
            rooms.push(Post {
                site,
                room,
                desk,
                meter,
                history: days.remove(id).unwrap_or_default(),
                funds: None,
                timer: None,
                shown: None,
                settled: None,
                silent: None,
            });
        }
        let stored: HashMap<FeederId, String> = parts.stored_feeders.drain(..).collect();
        let supplies = parts.power.feeders.values().map(|site| {
            let id = &site.id;
            let stored = stored.get(id).map_or_else(Default::default, |body| read(id, body));
            let rooms = rooms.iter().enumerate();
            Supply::new(site, stored, rooms.map(|(at, post)| (at, &post.site, &post.room)))
        });
        let supplies = supplies.collect();
        let places = rooms.iter().enumerate().map(|(at, post)| (post.site.id.clone(), at));
        let places = places.collect();
        let moment = (minute(now), parts.calendar.moment(now, zone));
        Self {
            posts: rooms,
            places,
            supplies,
            valves: parts.power.valves.values().filter_map(ValvePost::of).collect(),
            staggers: HashMap::new(),
            lines: HashMap::new(),
            followers: Vec::new(),
            parts,
            moment,
        }
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

    pub(super) fn place(&self, room: &RoomId) -> Result<usize, PowerRefusal> {
        self.places.get(room).copied().ok_or_else(|| PowerRefusal::NoRoom(room.clone()))
    }

    /// Stores a room; what is not on disk when the controller dies follows from the journal.
    fn keep(&self, at: usize, now: Time) {
        let Some(post) = self.posts.get(at) else { return };
        let meter = post.meter.known().map(str::to_owned);
        let stored = Stored { at: Some(now), state: post.room.snapshot(), meter };
        let Ok(body) = serde_json::to_string(&stored) else { return };
        let change = Change::Room(post.site.id.clone(), body);
        if let Err(refusal) = self.parts.database.put([change], None, OnDurable::Nothing) {
            warn!(room = %post.site.id, %refusal, "a room could not be stored");
        }
    }

    /// Notes what a room draws; keeps five minutes that are over.
    fn remember(&mut self, at: usize, watts: f64, now: Time) {
        let Some(post) = self.posts.get_mut(at) else { return };
        let Some((day, body)) = post.history.take(now, watts) else { return };
        let forgotten = Change::PowerDaysForgotten(day - history::DAYS + 1);
        let changes = [Change::PowerDay(post.site.id.clone(), day, body), forgotten];
        if let Err(refusal) = self.parts.database.put(changes, None, OnDurable::Nothing) {
            warn!(room = %post.site.id, %refusal, "a room's power could not be kept");
        }
    }

    fn view(&self, post: &Post, now: Time) -> RoomView {
        let (zone, kept) = (self.parts.site.zone, (&post.meter, post.funds));
        RoomView::of(&post.site, &post.room, kept, zone, now)
    }

    /// Notes what a room has left; returns what was known before.
    pub(super) fn fund(&mut self, at: usize, funds: Option<Funds>) -> Option<Funds> {
        self.posts.get_mut(at).and_then(|post| std::mem::replace(&mut post.funds, funds))
    }

    pub(super) fn show_now(&mut self, at: usize) {
        self.show(at, self.now());
    }

    fn show(&mut self, at: usize, now: Time) {
        let Some(post) = self.posts.get(at) else { return };
        self.parts.publisher.room(&self.view(post, now));
        if let Some(post) = self.posts.get_mut(at) {
            post.shown = Some(now);
        }
    }
}

fn minute(now: Time) -> i64 {
    now.timestamp().div_euclid(60)
}

fn read<T: DeserializeOwned + Default>(of: &impl std::fmt::Display, body: &str) -> T {
    serde_json::from_str(body).unwrap_or_else(|wrong| {
        error!(%of, %wrong, "what was stored cannot be read; it begins anew");
        T::default()
    })
}

impl Actor for Power {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(MAILBOX);
        let now = self.now();
        for load in self.parts.power.loads() {
            let line = load.line.id.as_str();
            let every = self.parts.power.energy_every;
            let rooms = self.posts.iter().enumerate().filter(|(_, post)| post.site.line == line);
            let meters = self.supplies.iter().enumerate();
            let meters = meters.filter_map(|(at, supply)| supply.poll(line, at));
            let units = rooms.clone().flat_map(|(_, post)| post.desk.manners(&post.site));
            let valves = self.valves.iter().enumerate();
            let valves = valves.filter_map(|(at, valve)| valve.poll(line, at));
            let meters = meters.chain(valves);
            let units = units.chain(meters.clone().map(|(unit, manners, _)| (unit, manners)));
            let polls = rooms.flat_map(|(at, post)| post.desk.polls(&post.site, at, every));
            let polls = polls.chain(meters.map(|(_, _, poll)| poll));
            let post = LinePost::start(&load, units, polls, context.address().recipient());
            self.lines.insert(line.to_owned(), post);
        }
        for at in 0..self.posts.len() {
            let Some(post) = self.posts.get_mut(at) else { continue };
            // A room that cannot be switched has no relay to look for.
            let actions = if post.site.relay.is_some() { post.room.start(now) } else { Vec::new() };
            let events = self.act(at, actions, now, context);
            self.record(events);
        }
        self.lights(context);
        self.watch_valves(context);
        context.run_interval(LOOK, Self::look);
        info!(rooms = self.posts.len(), lines = self.lines.len(), "rooms are watched");
    }
}
