//! Taps and showers with people before them, on one connection to the broker: who has no money goes
//! away, who has showers until done, or until the water stops.
//!
//! Who comes when is drawn from a seed; what a shower costs is not known here.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use onecard_devices::topic::Topics;
use onecard_rules::{
    Time,
    ids::{ReaderId, TapId},
};
use rand::{Rng, SeedableRng, rngs::SmallRng};
use rumqttc::{Packet, QoS};
use tokio::{sync::watch, time::sleep};

use crate::{
    clock,
    outbox::{Publication, Token},
    reader::ReaderSim,
    tap::{Fault, TapSim},
    wire::{self, Backoff, Dial, Sender, WireError},
};

/// A shower takes 8 to 12 litres a minute.
const FLOW_ML_S: std::ops::Range<u64> = 133..200;
/// Nobody waits longer for an answer of the reader.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where a tap is, and the reader before it.
#[derive(Debug, Clone)]
pub struct Place {
    pub tap: TapId,
    pub reader: ReaderId,
    pub area: String,
}

/// What is simulated.
#[derive(Debug, Clone)]
pub struct Settings {
    pub broker: SocketAddr,
    pub topics: Topics,
    pub places: Vec<Place>,
    /// What the readers read of the cards of those who shower.
    pub cards: Vec<String>,
    pub seed: u64,
    /// How long a tap is free between two who use it, and how long they use it, in seconds.
    pub free_s: std::ops::Range<f64>,
    pub use_s: std::ops::Range<f64>,
    /// How many come in all; who comes and who is there is counted down in `present`.
    pub people: u64,
    pub present: Arc<AtomicU64>,
    /// Faults that hold from the beginning.
    pub faults: Vec<(TapId, Fault)>,
}

/// What happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub swipes: u64,
    pub begun: u64,
    pub refused: u64,
    /// Showers that somebody ended by a second swipe, and those whose water stopped before.
    pub ended: u64,
    pub stopped: u64,
}

/// Somebody before a tap.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Person {
    /// Nobody, until then.
    Nobody {
        until: Time,
    },
    /// Has swiped and waits.
    Asks {
        card: String,
        until: Time,
    },
    Showers {
        card: String,
        until: Time,
    },
}

struct Cabin {
    tap: TapSim,
    reader: ReaderSim,
    person: Person,
}

struct Showers {
    settings: Settings,
    cabins: Vec<Cabin>,
    /// The cabin of each topic that is listened to.
    topics: HashMap<String, usize>,
    /// The cabin that each swipe came from, by its topic.
    swiped: HashMap<Arc<str>, usize>,
    /// Swipes that wait for their acknowledgement, by packet.
    in_flight: HashMap<u16, (Arc<str>, Token)>,
    last: u16,
    /// How many have not come yet.
    to_come: u64,
    dice: SmallRng,
    summary: Summary,
}

/// Runs until `stop` turns true or its sender is gone.
///
/// # Errors
/// When the broker refuses the connection for good.
pub async fn run(
    settings: Settings,
    mut stop: watch::Receiver<bool>,
) -> Result<Summary, WireError> {
    let mut showers = Showers::new(settings);
    let mut dial = Dial::anonymous(showers.settings.broker, "showers");
    dial.filters = showers.topics.keys().map(|topic| (topic.clone(), QoS::AtLeastOnce)).collect();
    let mut backoff = Backoff::new();
    loop {
        let ended = tokio::select! {
            ended = showers.connection(&dial) => ended,
            _ = stop.wait_for(|stop| *stop) => return Ok(showers.summary),
        };
        if let Err(refused @ (WireError::Refused { .. } | WireError::SubscriptionRefused { .. })) =
            ended
        {
            return Err(refused);
        }
        tokio::select! {
            () = sleep(backoff.pause()) => {}
            _ = stop.wait_for(|stop| *stop) => return Ok(showers.summary),
        }
    }
}

impl Showers {
    fn new(settings: Settings) -> Self {
        let (now, mut dice) = (clock::now(), SmallRng::seed_from_u64(settings.seed));
        let (mut cabins, mut topics) = (Vec::new(), HashMap::new());
        // A life of its own each time, so that no swipe looks like one of an earlier run.
        let boot = now.timestamp().unsigned_abs();
        for Place { tap, reader, area } in &settings.places {
            let register = dice.random_range(10_000..90_000_000);
            let tap = TapSim::new(&settings.topics, area, tap.clone(), register, now);
            let reader = ReaderSim::new(&settings.topics, area, reader.clone(), boot);
            topics.insert(tap.command_topic().to_owned(), cabins.len());
            topics.insert(reader.feedback_topic().to_owned(), cabins.len());
            let until = now + seconds(dice.random_range(0.2..settings.free_s.end.max(0.3)));
            cabins.push(Cabin { tap, reader, person: Person::Nobody { until } });
        }
        for (tap, fault) in &settings.faults {
            for cabin in cabins.iter_mut().filter(|cabin| cabin.tap.id() == tap) {
                // Told with the first connection.
                cabin.tap.fault(*fault, true, now);
            }
        }
        let to_come = settings.people;
        settings.present.store(to_come, Ordering::Relaxed);
        Self {
            to_come,
            settings,
            cabins,
            topics,
            swiped: HashMap::new(),
            in_flight: HashMap::new(),
            last: 0,
            dice,
            summary: Summary::default(),
        }
    }

    /// One connection, until it breaks.
    async fn connection(&mut self, dial: &Dial) -> Result<(), WireError> {
        let (mut sender, mut receiver) = wire::open(dial).await?;
        self.in_flight.clear();
        let now = clock::now();
        let mut out = Vec::new();
        for cabin in &mut self.cabins {
            out.extend(cabin.reader.connected());
            out.extend(cabin.tap.connected(now));
        }
        self.send(&mut sender, out).await?;
        loop {
            let wait = self.next().map(|due| (due - clock::now()).to_std().unwrap_or_default());
            let out = tokio::select! {
                packet = receiver.receive() => {
                    let packet = packet?;
                    if let Packet::Publish(message) = &packet
                        && message.pkid != 0
                    {
                        sender.acknowledge(message.pkid)?;
                    }
                    self.heard(packet)
                }
                () = sleep(wait.unwrap_or(PATIENCE)) => self.due(clock::now()),
            };
            self.send(&mut sender, out).await?;
            self.count();
        }
    }

    fn next(&self) -> Option<Time> {
        let due = self.cabins.iter().flat_map(|cabin| {
            let (Person::Nobody { until }
            | Person::Asks { until, .. }
            | Person::Showers { until, .. }) = &cabin.person;
            [cabin.tap.next_deadline(), Some(*until)]
        });
        due.flatten().min()
    }

    fn heard(&mut self, packet: Packet) -> Vec<Publication> {
        if let Packet::PubAck(ack) = &packet {
            self.acknowledged(ack.pkid);
        }
        let Packet::Publish(message) = packet else { return Vec::new() };
        let Some(at) = self.topics.get(&message.topic).copied() else { return Vec::new() };
        let now = clock::now();
        let Some(cabin) = self.cabins.get_mut(at) else { return Vec::new() };
        if message.topic == cabin.tap.command_topic() {
            return cabin.tap.handle_command(&message.payload, now).1;
        }
        self.shown(at, &message.payload, now)
    }

    /// The reader shows something.
    fn shown(&mut self, at: usize, payload: &[u8], now: Time) -> Vec<Publication> {
        let shown: serde_json::Value = serde_json::from_slice(payload).unwrap_or_default();
        let granted = shown.get("granted").and_then(serde_json::Value::as_bool);
        let charged = shown.get("charged_fen").is_some();
        let free = self.pause();
        let flow = self.dice.random_range(FLOW_ML_S);
        let lasts = seconds(self.dice.random_range(self.settings.use_s.clone()));
        let Some(cabin) = self.cabins.get_mut(at) else { return Vec::new() };
        match (&cabin.person, granted) {
            (Person::Asks { card, .. }, Some(true)) if !charged => {
                self.summary.begun += 1;
                cabin.person = Person::Showers { card: card.clone(), until: now + lasts };
                cabin.tap.turn(flow, now)
            }
            (Person::Asks { .. }, Some(false)) => {
                self.summary.refused += 1;
                cabin.person = Person::Nobody { until: now + free };
                Vec::new()
            }
            // The water has stopped, and it is paid for.
            (Person::Showers { .. }, Some(true)) if charged => {
                self.summary.stopped += 1;
                cabin.person = Person::Nobody { until: now + free };
                cabin.tap.turn(0, now)
            }
            (Person::Nobody { .. } | Person::Asks { .. } | Person::Showers { .. }, _) => Vec::new(),
        }
    }

    fn due(&mut self, now: Time) -> Vec<Publication> {
        let mut out = Vec::new();
        for at in 0..self.cabins.len() {
            let (free, card) = (self.pause(), self.card());
            let Some(cabin) = self.cabins.get_mut(at) else { continue };
            out.extend(cabin.tap.handle_deadline(now));
            match cabin.person.clone() {
                Person::Nobody { until } if until <= now => {
                    let Some(card) = card.filter(|_| self.to_come > 0) else {
                        cabin.person = Person::Nobody { until: now + PATIENCE };
                        continue;
                    };
                    self.to_come -= 1;
                    self.summary.swipes += 1;
                    let swipe = cabin.reader.present(&card, now);
                    self.swiped.insert(Arc::clone(&swipe.topic), at);
                    out.push(swipe);
                    cabin.person = Person::Asks { card, until: now + PATIENCE };
                }
                Person::Asks { until, .. } if until <= now => {
                    cabin.person = Person::Nobody { until: now + free };
                }
                Person::Showers { card, until } if until <= now => {
                    self.summary.swipes += 1;
                    self.summary.ended += 1;
                    out.push(cabin.reader.present(&card, now));
                    out.extend(cabin.tap.turn(0, now));
                    cabin.person = Person::Nobody { until: now + free };
                }
                Person::Nobody { .. } | Person::Asks { .. } | Person::Showers { .. } => {}
            }
        }
        out
    }

    fn count(&self) {
        let here = |cabin: &&Cabin| !matches!(cabin.person, Person::Nobody { .. });
        let here = u64::try_from(self.cabins.iter().filter(here).count()).unwrap_or(u64::MAX);
        let all = self.to_come.saturating_add(here);
        self.settings.present.store(all, Ordering::Relaxed);
    }

    fn acknowledged(&mut self, packet: u16) {
        let Some((topic, token)) = self.in_flight.remove(&packet) else { return };
        let cabin = self.swiped.get(&topic).and_then(|at| self.cabins.get_mut(*at));
        if let Some(cabin) = cabin {
            cabin.reader.acknowledged(token);
        }
    }

    async fn send(&mut self, to: &mut Sender, out: Vec<Publication>) -> Result<(), WireError> {
        for publication in &out {
            self.last = self.last.checked_add(1).unwrap_or(1);
            if let Some(token) = publication.token {
                self.in_flight.insert(self.last, (Arc::clone(&publication.topic), token));
            }
            to.publish(publication, self.last)?;
        }
        to.flush().await
    }

    fn pause(&mut self) -> Duration {
        seconds(self.dice.random_range(self.settings.free_s.clone()))
    }

    /// Somebody's card.
    fn card(&mut self) -> Option<String> {
        let cards = &self.settings.cards;
        (!cards.is_empty())
            .then(|| self.dice.random_range(0..cards.len()))
            .and_then(|place| cards.get(place).cloned())
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds.max(0.0))
}
