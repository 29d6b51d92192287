//! The controller is killed in the middle of a trip: the restart finishes it, and what was ordered
//! before is not carried out late.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use onecard_simulators::power::{
    appliance::KETTLE,
    dormitory::{Dormitory, Plan, UnitPlan},
    faults::Fault,
    line::LineSettings,
    model::Model,
    wire::Framing,
};
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Mutex,
};

use crate::{
    campus::Folder,
    client::Client,
    process::{self, Process},
    world::{EVENTS, boil, folder_of, happened, post, token},
};

const POWER: &str = "limit_w = 1200\noverload_s = 0\nreclose_after_s = 3600\nmalicious = \"off\"\n\
                     relay_interval_s = 0";

/// Four rooms with meters of their own, switched by one board at unit 9.
async fn dormitory() -> Dormitory {
    let settings = LineSettings { framing: Framing::Rtu, timing: None, gateway_timeout: None };
    let mut plan = Plan::of_buildings(1, 4, 4, Model::Sdm120, settings);
    let rooms = (1..=4).map(|room| format!("b1-00{room}")).collect();
    plan.lines[0].units.push(UnitPlan { id: 9, model: Model::Waveshare8, rooms });
    Dormitory::start(plan, 7).await.expect("a dormitory")
}

fn folder(mqtt: SocketAddr, http: SocketAddr, line: SocketAddr) -> Folder {
    let room = |room: usize| {
        format!(
            "\n[[rooms]]\nid = \"b1-00{room}\"\narea = \"dorm-1\"\nline = \"b1-line1\"\n\
             meter = \"SDM120\"\nunit = {room}\nrelay = \"Modbus RTU Relay 8CH\"\n\
             relay_unit = 9\nrelay_channel = {room}\n"
        )
    };
    let rooms: String = (1..=4).map(room).collect();
    folder_of((mqtt, http), line, Framing::Rtu, POWER, &rooms)
}

/// Asks again until the answer is as wanted; a controller that is not there gives none.
async fn until(http: SocketAddr, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    let patience = async {
        loop {
            let asked = path.to_owned();
            let answer = tokio::task::spawn_blocking(move || process::get(http, &asked)).await;
            last = answer
                .ok()
                .flatten()
                .and_then(|body| serde_json::from_str(&body).ok())
                .unwrap_or_default();
            if wanted(&last) {
                return;
            }
        }
    };
    let in_time = tokio::time::timeout(Duration::from_mins(1), patience).await;
    assert!(in_time.is_ok(), "{path} stays {last:#}");
    last
}

fn is_on(dormitory: &Dormitory, room: &str) -> bool {
    dormitory.truth(room).expect("a room").contact_closed
}

/// Whether its relay was seen open after the last command.
fn is_seen_dark(room: &Value) -> bool {
    let last = room["commands"].as_array().and_then(|commands| commands.last());
    room["relay"] == "open" && last.is_some_and(|record| record["outcome"][0] == "seen")
}

/// How often this happened to a room, by the journal.
async fn count(http: SocketAddr, room: &str, what: &str) -> usize {
    count_of(&until(http, FACTS, |facts| facts["rows"].is_array()).await, room, what)
}

const FACTS: &str = "/api/facts?after=0&limit=1000";

fn count_of(facts: &Value, room: &str, what: &str) -> usize {
    let of = |fact: &&Value| fact["room"] == room && fact["happening"]["what"] == what;
    facts["rows"].as_array().map_or(0, |rows| rows.iter().filter(of).count())
}

#[actix::test]
async fn a_controller_killed_in_the_middle_of_a_trip_finishes_it_after_the_restart() {
    let (mqtt, http) = (process::free(), process::free());
    let dormitory = dormitory().await;
    let folder = folder(mqtt, http, dormitory.address("b1-line1").expect("a line"));
    let mut controller = Process::start(&folder);
    until(http, "/api/rooms/b1-001", |room| room["relay"] == "closed").await;
    let mut client = Client::connect(mqtt, "story", &EVENTS).await;

    // The board hears nothing: the trip is decided, on record, and not carried out.
    dormitory.fault("b1-line1", 9, Fault::Silent, true).expect("a board");
    boil(&dormitory, "b1-001");
    let tripped = happened(&mut client, "b1-001", "tripped").await;
    drop(client);
    controller.kill();
    assert!(is_on(&dormitory, "b1-001"), "killed in the middle of it");

    dormitory.fault("b1-line1", 9, Fault::Silent, false).expect("a board");
    let mut controller = Process::start(&folder);
    let room = until(http, "/api/rooms/b1-001", is_seen_dark).await;
    assert!(!is_on(&dormitory, "b1-001"));
    assert_eq!(room["evidence"], tripped["evidence"], "it rests on what it was decided by");
    assert_eq!(count(http, "b1-001", "tripped").await, 1, "decided once");
    assert!(is_on(&dormitory, "b1-002"), "nobody else is switched off");
    controller.kill();
}

#[actix::test]
async fn wherever_a_trip_is_cut_short_the_room_is_dark_in_the_end() {
    const SEED: u64 = 20_261_126;
    println!("seed {SEED}");
    let mut random = rand::rngs::StdRng::seed_from_u64(SEED);
    let (mqtt, http) = (process::free(), process::free());
    let dormitory = dormitory().await;
    let folder = folder(mqtt, http, dormitory.address("b1-line1").expect("a line"));
    let mut controller = Process::start(&folder);
    for room in ["b1-001", "b1-002", "b1-003", "b1-004"] {
        let path = format!("/api/rooms/{room}");
        until(http, &path, |room| room["relay"] == "closed" && room["reading"] == "fresh").await;
        dormitory.inject(room, KETTLE, dormitory.clock().now()).expect("a room");
        // From the first high sample to the relay seen open pass some milliseconds.
        let until_killed = Duration::from_micros(random.random_range(0..12_000));
        tokio::task::spawn_blocking(move || crate::pace::pause(until_killed))
            .await
            .expect("a pause");
        controller.kill();
        let dark = !is_on(&dormitory, room);
        controller = Process::start(&folder);
        let is_told = |room: &Value| {
            room["relay"] == "open" && (room["off"] != json!([]) || room["alarms"] != json!([]))
        };
        let view = until(http, &path, is_told).await;
        assert!(!is_on(&dormitory, room));
        // A trip waits for no disk. One that got to the relay and not on record is found at the
        // start, told as what it looks like, and left to a person; never undone.
        let found = view["alarms"] == json!(["opened_by_itself"]);
        if !found {
            until(http, FACTS, |facts| count_of(facts, room, "tripped") > 0).await;
        }
        let tripped = count(http, room, "tripped").await;
        assert_eq!(tripped + usize::from(found), 1, "{room}: {view:#}");
        println!("{room}: killed after {until_killed:?}, dark by then: {dark}");
    }
    controller.kill();
}

/// What stands between controller and gateway: passes bytes while it is open, and keeps the frames
/// that went to the line. While it is closed nobody listens there.
struct Hatch {
    address: SocketAddr,
    line: SocketAddr,
    passing: Option<tokio::task::JoinHandle<()>>,
    frames: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Hatch {
    async fn to(line: SocketAddr) -> Self {
        let address = process::free();
        let mut hatch = Self { address, line, passing: None, frames: Arc::default() };
        hatch.open().await;
        hatch
    }

    async fn open(&mut self) {
        self.frames.lock().await.clear();
        let listener = TcpListener::bind(self.address).await.expect("the port");
        let (line, frames) = (self.line, Arc::clone(&self.frames));
        self.passing = Some(actix::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                pass(stream, line, &frames).await;
            }
        }));
    }

    fn close(&mut self) {
        if let Some(passing) = self.passing.take() {
            passing.abort();
        }
    }

    /// The functions of the frames to a unit since it was opened.
    async fn functions(&self, unit: u8) -> Vec<u8> {
        let frames = self.frames.lock().await;
        frames.iter().filter(|frame| frame[0] == unit).map(|frame| frame[1]).collect()
    }
}

async fn pass(mut here: TcpStream, line: SocketAddr, frames: &Mutex<Vec<Vec<u8>>>) {
    let Ok(mut there) = TcpStream::connect(line).await else { return };
    let (mut asked, mut answered) = ([0; 512], [0; 512]);
    loop {
        tokio::select! {
            read = here.read(&mut asked) => match read {
                Ok(count) if count > 0 => {
                    frames.lock().await.push(asked[..count].to_vec());
                    if there.write_all(&asked[..count]).await.is_err() { return }
                }
                Ok(_) | Err(_) => return,
            },
            read = there.read(&mut answered) => match read {
                Ok(count) if count > 0 => {
                    if here.write_all(&answered[..count]).await.is_err() { return }
                }
                Ok(_) | Err(_) => return,
            },
        }
    }
}

/// Reads coils; everything else on the board writes.
const READ_COILS: u8 = 1;

#[actix::test]
async fn a_command_past_its_deadline_is_never_sent_over_a_dead_line_nor_over_a_kill() {
    for killed in [false, true] {
        let (mqtt, http) = (process::free(), process::free());
        let dormitory = dormitory().await;
        let mut hatch = Hatch::to(dormitory.address("b1-line1").expect("a line")).await;
        let folder = folder(mqtt, http, hatch.address);
        let token = token(&folder);
        let mut controller = Process::start(&folder);
        until(http, "/api/rooms/b1-001", |room| room["relay"] == "closed").await;

        hatch.close();
        until(http, "/api/lines", |lines| lines[0]["up"] == false).await;
        let why = json!({"why": "a leak"});
        let (status, _) = post(http, &token, "/api/rooms/b1-001/cut", why).await;
        assert_eq!(status, 200);
        let under_way = until(http, "/api/rooms/b1-001", |room| {
            room["commands"].as_array().is_some_and(|commands| !commands.is_empty())
        })
        .await;
        let first = under_way["commands"][0]["command"].clone();
        if killed {
            controller.kill();
        }
        // Its deadline passes while nothing can be sent.
        let deadline: onecard_rules::Time =
            serde_json::from_value(first["deadline"].clone()).expect("a deadline");
        tokio::task::spawn_blocking(move || {
            process::until("the deadline is past", || crate::campus::now() > deadline);
        })
        .await
        .expect("a pause");
        hatch.open().await;
        if killed {
            controller = Process::start(&folder);
        }

        // What is wanted still is: it is looked at first, and then ordered anew.
        let room = until(http, "/api/rooms/b1-001", is_seen_dark).await;
        let commands = room["commands"].as_array().expect("commands");
        let issued = |record: &Value| {
            serde_json::from_value::<onecard_rules::Time>(record["command"]["issued"].clone())
                .expect("a time")
        };
        let (old, new): (Vec<_>, Vec<_>) =
            commands.iter().partition(|record| issued(record) < deadline);
        assert!(old.iter().all(|record| record["sent"].is_null()), "{old:#?}");
        if !killed {
            assert_eq!(old[0]["outcome"][0], "expired", "{old:#?}");
        }
        assert_eq!(new.len(), 1, "{commands:#?}");
        let functions = hatch.functions(9).await;
        if killed {
            let first = functions.first();
            assert_eq!(first, Some(&READ_COILS), "a start reads before it writes: {functions:?}");
        }
        let writes = functions.iter().filter(|function| **function != READ_COILS).count();
        assert_eq!(writes, 1, "one command was sent, not two: {functions:?}");
        controller.kill();
    }
}
