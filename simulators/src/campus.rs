//! A whole campus on the wire: people, readers and gates of a site against a real broker.
//!
//! It holds the clocks, the connections and the loop; what happens is `world`'s.

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use onecard_devices::topic::Topics;
use onecard_rules::{
    Time,
    credential::Credential,
    event::DeviceKind,
    ids::ReaderId,
    person::{Card, Person},
};
use rumqttc::QoS;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::sleep,
};

use crate::{
    clock,
    faults::{FaultDice, Faults},
    habits::{Habits, MINUTE, SimTime},
    line::{self, DeviceAt, Notice, ORDERS, Order},
    map::Map,
    wire::Dial,
    world::World,
};

pub use crate::world::Summary;

/// Connections that speak for all devices where no device signs in by itself.
const CONCENTRATORS: usize = 4;
/// The hour at which a simulated day begins by default: everybody is off to the first class.
const START: SimTime = (7 * 60 + 42) * MINUTE;
/// People who set out in the first seconds, and the real milliseconds between two of them.
const STIRRED: usize = 40;
const STIR_EVERY_MS: f64 = 200.0;
/// After so long the day begins though some devices are not connected; they keep their messages.
const BEGIN_ANYWAY: Duration = Duration::from_secs(5);
/// How long the end may take.
const GOODBYE: Duration = Duration::from_secs(3);

/// What a reader writes for a card; readers with other formats or byte orders write otherwise.
pub type Encode = Arc<dyn Fn(&ReaderId, &Credential) -> String + Send + Sync>;

/// Passwords of the devices: each signs in with its own client identifier, which is also its user
/// name, on a connection of its own.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Client identifier and password of each device.
    pub devices: BTreeMap<(DeviceKind, String), (String, String)>,
}

/// What to simulate.
#[derive(Clone)]
pub struct Settings {
    pub broker: SocketAddr,
    /// `None`: a few connections without password speak for all devices.
    pub credentials: Option<Credentials>,
    pub topics: Topics,
    /// The site on foot: `Map::of(&site)`.
    pub map: Arc<Map>,
    pub people: Vec<Person>,
    /// Of several cards of a person the last is the one in the pocket.
    pub cards: Vec<Card>,
    pub seed: u64,
    /// Simulated seconds in a real one.
    pub speed: f64,
    /// Minute of the simulated day to begin with; `None`: 07:42.
    pub start_minute: Option<u16>,
    /// After so long without a swipe somebody sets out for no reason, so that a demonstration is
    /// never still; `None`: habits alone decide.
    pub quiet: Option<Duration>,
    pub faults: Faults,
    /// `None`: upper-case hexadecimal.
    pub encode: Option<Encode>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("broker", &self.broker)
            .field("people", &self.people.len())
            .field("seed", &self.seed)
            .field("speed", &self.speed)
            .finish_non_exhaustive()
    }
}

/// Why a campus cannot be simulated.
#[derive(Debug, thiserror::Error)]
pub enum CampusError {
    #[error("the site has no readers to swipe at; add readers to its gates")]
    NoReaders,
    #[error("there are no people; give at least one")]
    NoPeople,
    #[error("speed `{0}` is not a positive number")]
    Speed(f64),
    #[error("no credentials are given for {kind} `{device}`; add it to the broker's users")]
    NoCredentials { kind: &'static str, device: String },
}

/// Runs the campus until `stop` turns true or its sender is gone. Connections are retried for ever.
///
/// # Errors
/// When the settings contradict themselves; never because the broker is away.
pub async fn run(
    settings: Settings,
    mut stop: watch::Receiver<bool>,
) -> Result<Summary, CampusError> {
    check(&settings)?;
    let start = settings.start_minute.map_or(START, |minute| SimTime::from(minute) * MINUTE);
    let pace = Pace { speed: settings.speed, start };
    let mut world = build(&settings, pace);
    let (told, mut notices) = mpsc::channel(ORDERS);
    let mut lines = Lines::open(&settings, &world, &told)?;
    drop(told);
    tracing::info!(
        seed = settings.seed,
        people = settings.people.len(),
        connections = lines.orders.len(),
        "the simulated campus begins"
    );
    let waited_since = clock::instant();
    let mut begun = None;
    let mut lull = Lull { quiet: settings.quiet, swipes: 0, since: waited_since };
    while !*stop.borrow() {
        if begun.is_none() && (lines.all_up() || elapsed(waited_since) > BEGIN_ANYWAY) {
            begun = Some(clock::instant());
        }
        let sim = pace.sim(begun.map(elapsed).unwrap_or_default());
        if begun.is_some() {
            lull.end(&mut world, sim);
            world.advance(clock::now(), sim);
        }
        lines.send(&mut world);
        let wait = match begun {
            Some(_) => lull.limit(pace.until_next(&world, sim, clock::now())),
            // Nothing is due before the connections are; their notices end the wait.
            None => Duration::from_millis(100),
        };
        tokio::select! {
            changed = stop.changed() => if changed.is_err() { break },
            notice = notices.recv() => match notice {
                Some(notice) => lines.notice(&mut world, notice, sim),
                None => break,
            },
            () = sleep(wait) => {}
        }
    }
    for device in world.devices() {
        if let Some((_, farewell)) = world.contract(device) {
            world.out.push((device, farewell));
        }
    }
    lines.send(&mut world);
    lines.close(notices).await;
    Ok(world.report())
}

/// Watches for times in which nothing happens.
struct Lull {
    quiet: Option<Duration>,
    swipes: u64,
    since: Instant,
}

impl Lull {
    /// Stirs somebody when it has been quiet for too long.
    fn end(&mut self, world: &mut World, sim: SimTime) {
        let swipes = world.summary.swipes;
        let too_long = self.quiet.is_some_and(|quiet| elapsed(self.since) >= quiet);
        if swipes == self.swipes && !too_long {
            return;
        }
        if swipes == self.swipes {
            world.stir(sim);
        }
        self.swipes = swipes;
        self.since = clock::instant();
    }

    fn limit(&self, wait: Duration) -> Duration {
        self.quiet.map_or(wait, |quiet| wait.min(quiet))
    }
}

fn elapsed(since: Instant) -> Duration {
    clock::instant().saturating_duration_since(since)
}

fn check(settings: &Settings) -> Result<(), CampusError> {
    if settings.map.readers.is_empty() {
        return Err(CampusError::NoReaders);
    }
    if settings.people.is_empty() {
        return Err(CampusError::NoPeople);
    }
    if !settings.speed.is_finite() || settings.speed <= 0.0 {
        return Err(CampusError::Speed(settings.speed));
    }
    Ok(())
}

fn build(settings: &Settings, pace: Pace) -> World {
    let map = Arc::clone(&settings.map);
    let mut habits = Habits::new(Arc::clone(&map), &settings.people, settings.seed, pace.start);
    habits.stir(STIRRED, pace.start, to_millis(STIR_EVERY_MS * settings.speed));
    // Later cards of a person replace earlier ones here.
    let cards: HashMap<_, _> = settings.cards.iter().map(|card| (&card.person, card)).collect();
    let pocket = |person: &Person| cards.get(&person.id).map(|card| (*card).clone());
    let pockets = settings.people.iter().map(pocket).collect();
    let encode = settings.encode.clone().unwrap_or_else(|| Arc::new(|_, card| card.hex()));
    // Its own stream of chance, so that faults do not change where people go.
    let dice = FaultDice::new(settings.faults, settings.seed.wrapping_add(1));
    // A device counts its starts; seconds do as well, since they only grow.
    let boot = u64::try_from(clock::now().timestamp()).unwrap_or(1);
    World::new(map, &settings.topics, habits, pockets, encode, dice, boot)
}

/// How simulated time runs.
#[derive(Debug, Clone, Copy)]
struct Pace {
    speed: f64,
    start: SimTime,
}

impl Pace {
    fn sim(self, elapsed: Duration) -> SimTime {
        self.start + to_millis(elapsed.as_secs_f64() * 1e3 * self.speed)
    }

    /// How long nothing happens by itself, a second at most.
    fn until_next(self, world: &World, sim: SimTime, now: Time) -> Duration {
        let device = world.next_deadline().map(|at| (at - now).to_std().unwrap_or_default());
        let person = world.next_step().map(|at| {
            #[expect(clippy::cast_precision_loss, reason = "a wait of hours fits well")]
            let millis = at.saturating_sub(sim) as f64;
            // Rounded up: a wait that ends too early would be repeated at once.
            Duration::from_secs_f64((millis / 1e3 / self.speed).min(1.0))
        });
        let wait = [device, person].into_iter().flatten().min();
        wait.unwrap_or(Duration::from_secs(1)).min(Duration::from_secs(1))
            + Duration::from_millis(1)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times here are positive and far below 2^53 ms; the cast saturates"
)]
fn to_millis(millis: f64) -> u64 {
    millis as u64
}

/// The connections and which device is behind which.
struct Lines {
    orders: Vec<mpsc::Sender<Order>>,
    up: Vec<bool>,
    of_device: HashMap<DeviceAt, usize>,
    tasks: JoinSet<()>,
}

impl Lines {
    fn open(
        settings: &Settings,
        world: &World,
        told: &mpsc::Sender<Notice>,
    ) -> Result<Self, CampusError> {
        let mut dials: Vec<Dial> = Vec::new();
        let mut of_device = HashMap::new();
        if settings.credentials.is_none() {
            let client = |at| format!("simulators-{at}");
            dials
                .extend((0..CONCENTRATORS).map(|at| Dial::anonymous(settings.broker, &client(at))));
        }
        for (turn, device) in world.devices().into_iter().enumerate() {
            let Some((filter, farewell)) = world.contract(device) else { continue };
            let line = if let Some(credentials) = &settings.credentials {
                let (client, password) = sign_in(credentials, settings, device)?;
                dials.push(Dial {
                    password: Some(password),
                    will: Some(farewell),
                    ..Dial::anonymous(settings.broker, &client)
                });
                dials.len() - 1
            } else {
                turn % CONCENTRATORS
            };
            if let Some(dial) = dials.get_mut(line) {
                dial.filters.push((filter, QoS::AtLeastOnce));
            }
            of_device.insert(device, line);
        }
        let mut tasks = JoinSet::new();
        let mut orders = Vec::new();
        // A connection without a device has nothing to say.
        for (at, dial) in dials.into_iter().enumerate() {
            let (order, ordered) = mpsc::channel(ORDERS);
            orders.push(order);
            tasks.spawn(line::keep(at, dial, ordered, told.clone()));
        }
        Ok(Self { up: vec![false; orders.len()], orders, of_device, tasks })
    }

    /// Whether every connection is up.
    fn all_up(&self) -> bool {
        self.up.iter().all(|up| *up)
    }

    fn notice(&mut self, world: &mut World, notice: Notice, sim: SimTime) {
        match notice {
            Notice::Up { line } => {
                self.set_up(line, true);
                for (device, at) in &self.of_device {
                    if *at == line {
                        world.connected(*device, clock::now());
                    }
                }
            }
            Notice::Lost { line, error } => {
                tracing::debug!(line, %error, "a simulated connection is down");
                if self.set_up(line, false) {
                    world.summary.lost_connections += 1;
                }
            }
            Notice::Acknowledged { device, token } => world.acknowledged(device, token),
            Notice::Message { topic, payload } => {
                world.message(&topic, &payload, clock::now(), sim);
            }
        }
    }

    /// Returns what it was before.
    fn set_up(&mut self, line: usize, up: bool) -> bool {
        self.up.get_mut(line).is_some_and(|slot| std::mem::replace(slot, up))
    }

    /// Hands over what the world has to say. A message for a full line stays with its device if
    /// it must not be lost.
    fn send(&self, world: &mut World) {
        let to = |device: DeviceAt| self.orders.get(self.of_device.get(&device).copied()?);
        for (device, publication) in world.out.drain(..) {
            if let Some(orders) = to(device)
                && orders.try_send(Order::Publish { device, publication }).is_err()
            {
                tracing::debug!(?device, "a simulated connection takes no more");
            }
        }
        for device in world.cuts.drain(..) {
            if let Some(orders) = to(device)
                && orders.try_send(Order::Cut).is_err()
            {
                tracing::debug!(?device, "a simulated connection is too busy to be cut");
            }
        }
    }

    /// Ends all connections in order.
    async fn close(mut self, mut notices: mpsc::Receiver<Notice>) {
        self.orders.clear();
        let all = async {
            loop {
                tokio::select! {
                    ended = self.tasks.join_next() => if ended.is_none() { return },
                    // Somebody must listen, or a line would wait to tell its last news.
                    Some(_) = notices.recv() => {}
                }
            }
        };
        if tokio::time::timeout(GOODBYE, all).await.is_err() {
            tracing::debug!("some simulated connections did not end in time");
        }
    }
}

fn sign_in(
    credentials: &Credentials,
    settings: &Settings,
    device: DeviceAt,
) -> Result<(String, String), CampusError> {
    let (kind, code) = match device {
        DeviceAt::Reader(at) => {
            (DeviceKind::Reader, settings.map.readers.get(at).map(|reader| reader.id.to_string()))
        }
        DeviceAt::Gate(at) => {
            (DeviceKind::Gate, settings.map.gates.get(at).map(|gate| gate.id.to_string()))
        }
    };
    let key = (kind, code.unwrap_or_default());
    let found = credentials.devices.get(&key).cloned();
    found.ok_or(CampusError::NoCredentials { kind: kind.as_str(), device: key.1 })
}
