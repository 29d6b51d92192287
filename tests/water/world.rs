//! A campus with taps, people with money, and a hand on every valve.

use std::{
    collections::{HashMap, VecDeque},
    fs,
    net::SocketAddr,
    path::Path,
};

use onecard::store::{
    OnDurable,
    database::FILE_NAME,
    ledger::{self, Ledger, LedgerReader, With},
};
use onecard_rules::{
    ledger::{AccountName, Ask, Cause, Order, Purpose, Terms},
    money::Fen,
    person::{CardState, PersonKind},
};
use serde_json::{Value, json};

use crate::{
    campus::{Folder, Running, holder, now},
    client::Client,
};

pub const FREE: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// People, their cards, and what is in their purses; `None`: they have none.
pub const PEOPLE: [(&str, PersonKind, &str, CardState, Option<i64>); 5] = [
    ("li", PersonKind::Student, "04A1B2C3D4E501", CardState::Active, Some(1_500)),
    ("wang", PersonKind::Teacher, "04A1B2C3D4E502", CardState::Active, Some(30)),
    ("zhao", PersonKind::Student, "04A1B2C3D4E503", CardState::Lost, Some(1_000)),
    ("qian", PersonKind::Student, "04A1B2C3D4E504", CardState::Active, None),
    ("sun", PersonKind::Student, "04A1B2C3D4E505", CardState::Active, Some(1_000)),
];

const TARIFFS: &str = r#"
[[tariffs]]
id = "shower"
from = "2020-01-01"
unit = "litre"
[[tariffs.prices]]
all = "0.03"

[[tariffs]]
id = "staff-shower"
from = "2020-01-01"
unit = "litre"
[[tariffs.prices]]
all = "0.02"

[[tariffs]]
id = "boiler"
from = "2020-01-01"
unit = "use"
[[tariffs.prices]]
all = "0.20"
"#;

/// The campus with taps; `more` are further keys of each.
pub fn folder(mqtt: SocketAddr, http: SocketAddr, more: &str) -> Folder {
    folder_with(mqtt, http, more, "")
}

/// [`folder`] with further tables.
pub fn folder_with(mqtt: SocketAddr, http: SocketAddr, more: &str, tables: &str) -> Folder {
    let folder = Folder::new(mqtt, http);
    fs::write(folder.campus().join("tariffs.toml"), TARIFFS).expect("written");
    let file = folder.campus().join("campus.toml");
    let whole = fs::read_to_string(&file).expect("a campus");
    // By hand, litres run within a millisecond.
    let quick = if more.contains("most_l_per_min") { "" } else { "most_l_per_min = 1000" };
    let more = format!("{more}\n{quick}");
    let taps = format!(
        "\n[[taps]]\nid = \"shower-{{1..4}}\"\nname = \"淋浴{{n}}\"\narea = \"dorm-1\"\n\
         tariff = \"shower\"\ntariffs = {{ teacher = \"staff-shower\" }}\n{more}\n\
         \n[[taps]]\nid = \"boiler\"\narea = \"dorm-1\"\nreader = \"boiler-card\"\n\
         tariff = \"boiler\"\nmost_yuan = \"0.20\"\n{more}\n"
    );
    fs::write(file, whole + &taps + tables).expect("written");
    let holders: Vec<_> =
        PEOPLE.iter().map(|(id, kind, card, state, _)| holder(id, *kind, card, *state)).collect();
    folder.people(&holders);
    // The ledger is waited for, which a thread that runs a story must not do.
    let data = folder.data();
    std::thread::scope(|scope| scope.spawn(|| pay_in(&data)).join()).expect("paid in");
    folder
}

/// Everybody's money, paid in at the cash desk.
fn pay_in(data: &Path) {
    let (ledger, _) =
        Ledger::open(&data.join(FILE_NAME), ledger::Settings::default()).expect("a ledger");
    let open = |name: &str| {
        let (then, receipt) = OnDurable::receipt();
        let name: AccountName = name.parse().expect("an account");
        ledger.open_account(name, Terms::default(), then).expect("queued");
        receipt.blocking_recv().expect("answered").expect("written").expect("opened");
    };
    open("cash_desk:d1");
    for (receipt, (person, .., money)) in (1..).zip(PEOPLE) {
        let Some(money) = money else { continue };
        open(&format!("purse:{person}"));
        let at = now();
        let order = Order {
            cause: Cause::Desk { desk: "d1".parse().expect("a code"), receipt },
            at,
            day: at.date_naive(),
            by: None,
            why: None,
            ask: Ask::Transfer {
                purpose: Purpose::TopUp,
                from: "cash_desk:d1".parse().expect("an account"),
                to: format!("purse:{person}").parse().expect("an account"),
                amount: Fen::new(money),
            },
        };
        let (then, receipt) = OnDurable::receipt();
        ledger.order(order, With::default(), then).expect("queued");
        receipt.blocking_recv().expect("answered").expect("written").expect("posted");
    }
    ledger.close();
}

/// What is in an account, and what of it is held back.
pub fn money(data: &Path, account: &str) -> (i64, i64) {
    let reader = LedgerReader::open(&data.join(FILE_NAME)).expect("readable");
    let account = account.parse().expect("an account");
    let (_, account) = reader.account(&account).expect("readable").expect("known");
    (account.balance().get(), account.debits_reserved.get())
}

/// The books hang together and add up.
pub fn assert_books(data: &Path) {
    let proof = ledger::verify(&data.join(FILE_NAME)).expect("readable");
    assert_eq!(proof.flaw, None);
}

/// A valve that does what its hand wants.
#[derive(Debug, Clone)]
pub struct Valve {
    pub state: &'static str,
    pub register: u64,
    pub command: Option<String>,
    /// Obeys and answers at once.
    pub obeys: bool,
}

/// A running campus with a hand on every valve.
pub struct World {
    pub folder: Folder,
    pub running: Option<Running>,
    client: Client,
    log: VecDeque<(String, Value)>,
    pub valves: HashMap<&'static str, Valve>,
    /// The next swipe's number, for all readers.
    seq: u64,
}

const FILTERS: [&str; 5] = [
    "onecard/west/+/valve/+/command",
    "onecard/west/+/valve/bath/state",
    "onecard/west/+/valve/+/event",
    "onecard/west/+/valve/+/alarm",
    "onecard/west/+/reader/+/feedback",
];

fn topic(kind: &str, device: &str, channel: &str) -> String {
    format!("onecard/west/dorm-1/{kind}/{device}/{channel}")
}

impl World {
    /// Starts a controller; its valves are closed, and have told so.
    pub async fn start(more: &str) -> Self {
        Self::on(folder(FREE, FREE, more)).await
    }

    pub async fn on(folder: Folder) -> Self {
        let running = Running::start(&folder);
        let client = Client::connect(running.mqtt, "hand", &FILTERS).await;
        let valve = |register| Valve { state: "closed", register, command: None, obeys: true };
        let valves =
            [("shower-1", valve(1_000_000)), ("shower-2", valve(77)), ("boiler", valve(5))];
        let log = VecDeque::new();
        let (running, valves) = (Some(running), valves.into());
        let mut world = Self { folder, running, client, log, valves, seq: 0 };
        for tap in ["shower-1", "shower-2", "boiler"] {
            world.report(tap).await;
        }
        world
    }

    /// Stops the controller in order, and starts it again. The valves close meanwhile by their own
    /// timers, after so much more water.
    pub async fn restart(mut self, more_ml: u64) -> Self {
        if let Some(running) = self.running.take() {
            running.stop();
        }
        for valve in self.valves.values_mut().filter(|valve| valve.state == "open") {
            valve.state = "closed";
            valve.register += more_ml;
        }
        let running = Running::start(&self.folder);
        self.client = Client::connect(running.mqtt, "hand", &FILTERS).await;
        self.running = Some(running);
        self
    }

    pub fn http(&self) -> SocketAddr {
        self.running.as_ref().expect("a controller").http
    }

    /// Ends the story: stops the controller, and looks at the books.
    pub fn end(mut self) -> Folder {
        if let Some(running) = self.running.take() {
            running.stop();
        }
        assert_books(&self.folder.data());
        self.folder
    }

    /// The valve says how it stands.
    pub async fn report(&mut self, tap: &str) {
        let valve = &self.valves[tap];
        let mut body = json!({"state": valve.state, "register_ml": valve.register});
        if let Some(command) = &valve.command {
            body["command"] = command.as_str().into();
        }
        self.client.publish(&topic("valve", tap, "state"), body.to_string()).await;
    }

    /// So much flows, and the valve says so.
    pub async fn flow(&mut self, tap: &str, ml: u64) {
        self.valves.get_mut(tap).expect("a valve").register += ml;
        self.report(tap).await;
    }

    pub async fn swipe(&mut self, reader: &str, card: &str) {
        self.seq += 1;
        let at = now().to_rfc3339_opts(chrono::SecondsFormat::Millis, false);
        let body = json!({"card": card, "at": at, "boot": 1, "seq": self.seq});
        self.client.publish(&topic("reader", reader, "swipe"), body.to_string()).await;
    }

    pub async fn send(&mut self, kind: &str, device: &str, channel: &str, body: Value) {
        self.client.publish(&topic(kind, device, channel), body.to_string()).await;
    }

    /// The next message that is as wanted; meanwhile the valves do as they are told.
    async fn next(&mut self, wanted: impl Fn(&str, &Value) -> bool) -> Value {
        let mut looked = 0;
        loop {
            if let Some(at) = (looked..self.log.len())
                .find(|at| self.log.get(*at).is_some_and(|(topic, value)| wanted(topic, value)))
            {
                return self.log.remove(at).expect("it is there").1;
            }
            looked = self.log.len();
            let (topic, value) = self.client.until(|_, _| true).await.pop().expect("a message");
            self.obey(&topic, &value).await;
            self.log.push_back((topic, value));
        }
    }

    async fn obey(&mut self, topic: &str, command: &Value) {
        let Some(tap) = topic.strip_suffix("/command").and_then(|rest| rest.rsplit('/').next())
        else {
            return;
        };
        let Some(valve) = self.valves.get_mut(tap).filter(|valve| valve.obeys) else { return };
        let id = command["id"].as_str().map(str::to_owned);
        match command["command"].as_str() {
            Some("open") => (valve.state, valve.command) = ("open", id),
            Some("close") => (valve.state, valve.command) = ("closed", id),
            Some(_) | None => {}
        }
        let tap = tap.to_owned();
        self.report(&tap).await;
    }

    pub async fn command(&mut self, tap: &str, verb: &str) -> Value {
        let topic = topic("valve", tap, "command");
        self.next(|heard, value| heard == topic && value["command"] == verb).await
    }

    pub async fn event(&mut self, tap: &str, what: &str) -> Value {
        let topic = topic("valve", tap, "event");
        self.next(|heard, value| heard == topic && value["what"] == what).await
    }

    /// What the controller tells of a valve on a line.
    pub async fn state(&mut self, tap: &str, (state, register): (&str, u64)) -> Value {
        let topic = topic("valve", tap, "state");
        let wanted = |value: &Value| value["state"] == state && value["register_ml"] == register;
        self.next(|heard, value| heard == topic && wanted(value)).await
    }

    pub async fn alarm(&mut self, tap: &str, reason: &str) -> Value {
        let topic = topic("valve", tap, "alarm");
        self.next(|heard, value| {
            let standing = value["standing"].as_array().into_iter().flatten();
            heard == topic && standing.into_iter().any(|alarm| alarm["reason"] == reason)
        })
        .await
    }

    /// No alarm stands there any more.
    pub async fn all_clear(&mut self, tap: &str) {
        let topic = topic("valve", tap, "alarm");
        self.next(|heard, value| heard == topic && value.is_null()).await;
    }

    pub async fn feedback(&mut self, reader: &str, reason: &str) -> Value {
        let topic = topic("reader", reader, "feedback");
        self.next(|heard, value| heard == topic && value["reason"] == reason).await
    }

    /// Whether anything of that kind was heard and not asked for.
    pub fn heard(&self, channel: &str, of: impl Fn(&Value) -> bool) -> bool {
        self.log.iter().any(|(topic, value)| topic.ends_with(channel) && of(value))
    }
}

pub async fn get(http: SocketAddr, path: &str) -> Value {
    let url = format!("http://{http}{path}");
    reqwest::get(url).await.expect("an answer").json().await.expect("JSON")
}
