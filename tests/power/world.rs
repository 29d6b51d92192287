//! A dormitory of four rooms, its campus, and how stories ask and wait.

use std::{fs, net::SocketAddr, time::Duration};

use onecard::store::{
    database::{self, Editor},
    operator::new_token,
};
use onecard_simulators::power::{
    appliance::KETTLE,
    dormitory::{Dormitory, Plan},
    habits::Socket,
    line::LineSettings,
    model::Model,
    wire::Framing,
};
use serde_json::Value;

use crate::{
    campus::{Folder, now},
    client::Client,
};

pub const EVENTS: [&str; 6] = [
    "onecard/west/+/room/+/event",
    "onecard/west/+/room/+/alarm",
    "onecard/west/+/room/+/state",
    "onecard/west/+/bus/+/state",
    "onecard/west/+/feeder/+/state",
    "onecard/west/+/feeder/+/alarm",
];

pub fn free() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Four rooms on a line that answers at once.
pub async fn dormitory(framing: Framing) -> Dormitory {
    let settings = LineSettings { framing, timing: None, gateway_timeout: None };
    let plan = Plan::of_buildings(1, 4, 4, Model::Dds238, settings);
    Dormitory::start(plan, 7).await.expect("a dormitory")
}

/// The campus with the rooms of [`dormitory`]; `power` is the body of `[power]`.
pub fn folder(dormitory: &Dormitory, framing: Framing, power: &str) -> Folder {
    let address = dormitory.address("b1-line1").expect("a line");
    let room = |unit: usize| {
        format!(
            "\n[[rooms]]\nid = \"b1-00{unit}\"\nname = \"一号楼00{unit}\"\narea = \"dorm-1\"\n\
             line = \"b1-line1\"\nmeter = \"DDS238-2 ZN/SR\"\nunit = {unit}\n"
        )
    };
    let rooms: String = (1..=4).map(room).collect();
    folder_of((free(), free()), address, framing, power, &rooms)
}

/// The campus with one line at an address; `rooms` is what hangs on it.
pub fn folder_of(
    (mqtt, http): (SocketAddr, SocketAddr),
    line: SocketAddr,
    framing: Framing,
    power: &str,
    rooms: &str,
) -> Folder {
    let folder = Folder::new(mqtt, http);
    wire(&folder, line, framing, power, rooms);
    folder
}

/// Adds a line at an address, and what hangs on it, to a campus.
pub fn wire(folder: &Folder, line: SocketAddr, framing: Framing, power: &str, rooms: &str) {
    let scheme = match framing {
        Framing::Tcp => "tcp",
        Framing::Rtu => "rtu",
    };
    let text = format!(
        "\n[power]\n{power}\n\n[[lines]]\nid = \"b1-line1\"\narea = \"dorm-1\"\n\
         connect = \"{scheme}://{line}\"\n{rooms}"
    );
    add(folder, &text);
}

/// Adds to the campus file.
pub fn add(folder: &Folder, text: &str) {
    let file = folder.campus().join("campus.toml");
    let whole = fs::read_to_string(&file).expect("a campus") + text;
    fs::write(file, whole).expect("written");
}

/// An operator `li.na`; her token.
pub fn token(folder: &Folder) -> String {
    let (token, hash) = new_token(&"li.na".parse().expect("a code")).expect("a token");
    fs::create_dir_all(folder.data()).expect("a folder");
    Editor::open(&folder.data().join(database::FILE_NAME))
        .expect("a database")
        .put_operator(&"li.na".parse().expect("a code"), &hash, now())
        .expect("an operator");
    token
}

/// Gives an order; the status and the answer.
pub async fn post(http: SocketAddr, token: &str, path: &str, body: Value) -> (u16, Value) {
    let answer = reqwest::Client::new()
        .post(format!("http://{http}{path}"))
        .bearer_auth(token)
        .json(&body)
        .send()
        .await
        .expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

/// Puts a kettle on in a room, now.
pub fn boil(dormitory: &Dormitory, room: &str) -> Socket {
    dormitory.inject(room, KETTLE, dormitory.clock().now()).expect("a room")
}

pub async fn happened(client: &mut Client, room: &str, what: &str) -> Value {
    let topic_end = format!("/room/{room}/event");
    let wanted = |topic: &str, value: &Value| topic.ends_with(&topic_end) && value["what"] == what;
    client.until(wanted).await.pop().expect("an event").1
}

pub async fn get(http: SocketAddr, path: &str) -> Value {
    let url = format!("http://{http}{path}");
    reqwest::get(url).await.expect("an answer").json().await.expect("JSON")
}

/// Asks again until the answer is as wanted.
pub async fn until(http: SocketAddr, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    let patience = async {
        loop {
            last = get(http, path).await;
            if wanted(&last) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(30), patience).await;
    assert!(in_time.is_ok(), "{path} stays {last:#}");
    last
}
