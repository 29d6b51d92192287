//! `onecard demo`: a simulated college on embedded defaults, live on the terminal.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use clap::Args;
use onecard_devices::{clock::Now as _, gate::wire::entry_row, topic::Topics};
use onecard_rules::{event::Event, ids::OperatorId, person::PersonKind, site::Site};
use onecard_simulators::{
    campus as simulated,
    faults::Faults,
    map::Map,
    people::{self, Places, Population},
};
use tokio::sync::watch;

mod accounts;
mod college;
mod dormitory;
mod roommates;
mod showers;

use super::{
    entry_line::entry_line, logging, operator::add_administrator, room_line::room_line, say,
    signals, tap_line::tap_line,
};
use crate::{
    campus::{Campus, power::Power},
    clock::SystemClock,
    controller::Controller,
    memory,
    store::{
        database::{self, Editor},
        journal::{Journal, Row},
    },
};

/// After so long without a swipe somebody sets out, so that the log is never still.
const QUIET: Duration = Duration::from_millis(400);
/// Rows followed in one go.
const ROWS: usize = 256;

/// Run a simulated campus.
#[derive(Debug, Args)]
pub struct Demo {
    /// People on campus, one card each.
    #[arg(long, default_value_t = people::PEOPLE)]
    people: usize,
    /// Simulated seconds in a real one.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Seed of everything random.
    #[arg(long, default_value_t = 20_261_123)]
    seed: u64,
    /// Keep the databases here; without it they are temporary.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// End after so many seconds.
    #[arg(long = "for", value_name = "SECONDS")]
    seconds: Option<u64>,
    /// Port of the MQTT broker; 0: any that is free.
    #[arg(long, default_value_t = 1883)]
    mqtt_port: u16,
    /// Port of the broker for pages, over WebSocket; 0: any that is free.
    #[arg(long, default_value_t = 8083)]
    websocket_port: u16,
    /// Port of the HTTP interface; 0: any that is free.
    #[arg(long, default_value_t = 8080)]
    http_port: u16,
    /// Dormitory rooms on each of four Modbus lines, at most 32; 0: no dormitory.
    #[arg(long, default_value_t = 16)]
    rooms: usize,
    /// Everything works: no faults are simulated.
    #[arg(long)]
    no_faults: bool,
}

pub fn run(verb: &Demo) -> anyhow::Result<ExitCode> {
    logging::start("warn");
    memory::in_small_pages();
    let temporary;
    let data = if let Some(data) = &verb.data {
        data.as_path()
    } else {
        temporary = Temporary::new()?;
        &temporary.0
    };
    let campus = college::college(verb, &data.join("campus"))?;
    let population =
        people::generate(&Places::of(&campus.site), verb.people, verb.seed, SystemClock.now());
    let file = data.join(database::FILE_NAME);
    Editor::open(&file)?.put_people_and_cards(&population.people, &population.cards)?;
    let token = add_administrator(&file, &OperatorId::new("demo")?)?;
    let rooms = campus.power.rooms.values().map(|room| &room.area).next();
    let accounts = accounts::add(&file, &campus.site, rooms)?;
    actix::System::new().block_on(show(verb, campus, data, population, &token, &accounts))
}

/// Says what is there, and where.
fn introduce(
    verb: &Demo,
    (site, population): (&Site, &Population),
    (broker, http): (SocketAddr, SocketAddr),
    token: &str,
) {
    let (people, gates, readers) = (population.people.len(), site.gates.len(), site.readers.len());
    say(&format!(
        "{}: {people} people, {gates} gates, {readers} readers; seed {}",
        site.name, verb.seed
    ));
    say(&format!("MQTT  mqtt://{broker}  (no password: loopback only, for this demonstration)"));
    say(&format!(
        "HTTP  http://{http}/api/entries  /api/gates  /api/areas  /api/rooms  /api/lines  /openapi.json  /metrics"
    ));
    say(&format!("token {token}  (for orders: Authorization: Bearer …)"));
}

fn introduce_rooms(power: &Power, http: SocketAddr) {
    if let Some(room) = power.rooms.keys().next() {
        say(&format!(
            "{} rooms on {} Modbus lines of 9600 baud: they trip, come back by rule, and some lock out; ask",
            power.rooms.len(),
            power.lines.len(),
        ));
        say(
            "electricity is dear here, so that minutes show: rooms run out, go dark, and are topped up",
        );
        say(&format!(
            "money curl http://{http}/api/rooms/{room}/account  or  onecard money statement room:{room}"
        ));
        say(&format!("why   curl http://{http}/api/rooms/{room}/why  or  onecard why {room}"));
    }
}

async fn show(
    verb: &Demo,
    mut campus: Campus,
    data: &Path,
    population: Population,
    token: &str,
    accounts: &[accounts::Account],
) -> anyhow::Result<ExitCode> {
    let site = campus.site.clone();
    let dormitory = dormitory::start(&mut campus.power, verb.seed, !verb.no_faults).await?;
    let power = campus.power.clone();
    let desk = campus.money.desks.first().cloned();
    let controller = Controller::start(campus, data).await.with_context(
        || "the demo cannot start; are the ports taken? try `--mqtt-port 0 --websocket-port 0 --http-port 0`",
    )?;
    let broker = controller.broker_address().context("the embedded broker has an address")?;
    let http = controller.http_address();
    introduce(verb, (&site, &population), (broker, http), token);
    accounts::show(accounts, http);
    introduce_rooms(&power, http);
    let bathers = showers::bathers(&population.cards);
    if let Some(desk) = desk.as_ref().filter(|_| !site.taps.is_empty()) {
        showers::pay_in(controller.cashier(), desk, &bathers).await?;
        say(&format!(
            "{} taps and showers, paid for by card to the millilitre and the fen",
            site.taps.len()
        ));
        say(&format!("water curl http://{http}/api/taps  or  onecard tap list --open"));
    }
    say("Ctrl-C ends it.\n");

    if let Some(desk) = desk {
        let students = population.people.iter();
        let students = students.filter(|person| person.kind == PersonKind::Student);
        let roommates = roommates::Roommates::new(
            (controller.cashier().clone(), controller.journal().clone()),
            power.rooms.keys().cloned(),
            students.map(|person| person.id.clone()).collect::<Vec<_>>().into_iter(),
            desk,
            OperatorId::new("demo")?,
            verb.seed,
        );
        actix::spawn(roommates.run());
    }
    let (stop, stopped) = watch::channel(false);
    let settings = simulated::Settings {
        broker,
        credentials: None,
        topics: Topics::new(&site.topic_root, &site.id),
        map: Arc::new(Map::of(&site)),
        people: population.people,
        cards: population.cards,
        seed: verb.seed,
        speed: verb.speed,
        start_minute: None,
        quiet: Some(QUIET),
        faults: if verb.no_faults { Faults::default() } else { Faults::demo() },
        encode: None,
    };
    // On a thread of its own, as devices are elsewhere, too.
    let simulation =
        std::thread::Builder::new().name("simulation".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(simulated::run(settings, stopped)).map_err(anyhow::Error::from)
        })?;
    let water = showers::start(&site, broker, &bathers, verb.seed, !verb.no_faults)?;
    let limit = verb.seconds.map_or(Duration::MAX, Duration::from_secs);
    tokio::select! {
        signal = signals::stop_ordered() => { signal?; }
        () = follow(controller.journal().clone(), site.zone, &power) => {}
        () = tokio::time::sleep(limit) => {}
    }
    // The controller first: devices that leave in order are no alarm at the end of a demonstration.
    controller.stop().await;
    let water = water.and_then(showers::Running::end);
    // The lines went down in order, too.
    drop(dormitory);
    // The simulation ends with the flag, and with its sender.
    let _ = stop.send(true);
    let summary = simulation.join().map_err(|_| anyhow::anyhow!("the simulation failed"))??;
    say(&format!(
        "\n{} swipes, {} opened, {} refused, {} passed; faults: {:?}",
        summary.swipes, summary.opened, summary.refused, summary.passed, summary.faults
    ));
    if let Some(water) = water {
        say(&format!(
            "{} showers begun, {} refused, {} ended by card, {} stopped by themselves",
            water.begun, water.refused, water.ended, water.stopped
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints entries, and what happens to rooms and at taps, as they are recorded.
async fn follow(journal: Journal, zone: chrono_tz::Tz, power: &Power) {
    let mut committed = journal.committed();
    let mut shown = *committed.borrow();
    while committed.changed().await.is_ok() {
        while let Some(rows) = next_rows(&journal, &mut shown) {
            for row in rows {
                if let Event::EntryDecided(entry) = &*row.event {
                    say(&entry_line(&entry_row(entry, row.seq, row.boot, None, zone)));
                } else if let Some(line) = room_line(&row.event, power, zone) {
                    say(&line);
                } else if let Some(line) = tap_line(&row.event, zone) {
                    say(&line);
                }
            }
        }
    }
}

/// The rows after `seen`, which moves on to the last of them; `None`: there are none. Who has fallen
/// behind what the journal keeps in memory goes on with what comes next.
fn next_rows(journal: &Journal, seen: &mut u64) -> Option<Vec<Arc<Row>>> {
    let Some(rows) = journal.after(*seen, ROWS) else {
        *seen = *journal.committed().borrow();
        return None;
    };
    *seen = rows.last()?.seq;
    Some(rows)
}

/// A folder that goes with the demonstration.
#[derive(Debug)]
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(format!("onecard-demo-{}", std::process::id()));
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make `{}`", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What cannot be removed from the temporary folder is harmless there.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use onecard_devices::clock::Now as _;

    use super::*;
    use crate::store::{OnDurable, journal};

    #[test]
    fn who_has_fallen_behind_the_journals_memory_goes_on_with_what_comes_next() {
        let folder = tempfile::tempdir().unwrap();
        let settings = journal::Settings { recent: 2, ..journal::Settings::default() };
        let (journal, _) =
            Journal::open(&folder.path().join(journal::FILE_NAME), settings).unwrap();
        let record = || {
            let (done, recorded) = std::sync::mpsc::sync_channel(1);
            let then = OnDurable::Call(Box::new(move |_| done.send(()).unwrap()));
            journal.append(Event::Stopped { at: SystemClock.now() }, then).unwrap();
            recorded.recv().unwrap();
        };
        let mut seen = 0;
        for _ in 0..4 {
            record();
        }
        assert!(next_rows(&journal, &mut seen).is_none(), "row 1 is not kept any more");
        record();
        let rows = next_rows(&journal, &mut seen).unwrap();
        assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [5]);
        assert_eq!((seen, next_rows(&journal, &mut seen).is_none()), (5, true));
    }
}
