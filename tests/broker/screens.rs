//! The pages of operators at the broker: role × topic, and that a ticket ends with its time, its
//! session and its operator. Real clients, a real broker, real sessions in a database.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use onecard::{
    operators::{Operators, Signed, Ticket, password},
    store::database::Editor,
};
use onecard_devices::topic::Channel;
use onecard_rules::{
    event::DeviceKind,
    ids::{AreaId, GateId, OperatorId, ReaderId, SiteId},
    normaliser::Normaliser,
    operator::{Rights, Role, Scope},
    passback::PassbackMode,
    site::{Area, Direction, Gate, GateKind, GateTimes, Limits, Reader, Site},
};
use rumqttc::{ConnectReturnCode, QoS};
use tempfile::TempDir;

use crate::support::{Desk, Happening, TestClient, at, options, topics, within};

const PASSWORD: &str = "correct horse";

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// Two buildings, each with a gate and a reader; the north one with an inner part.
fn site() -> Site {
    let area = |name: &str, parent: Option<&str>| Area {
        id: id::<AreaId>(name),
        name: name.to_owned(),
        parent: parent.map(id),
        capacity: None,
        passback: PassbackMode::Off,
    };
    let gate = |name: &str, to: &str| Gate {
        id: id::<GateId>(name),
        name: name.to_owned(),
        area: id(to),
        from: id("campus"),
        to: id(to),
        kind: GateKind::Door,
        times: GateTimes::default(),
        requires: Vec::new(),
        passage_sensor: true,
        escape_route: false,
        open_during: Vec::new(),
    };
    let reader = |name: &str, gate: &str| Reader {
        id: id::<ReaderId>(name),
        gate: id(gate),
        direction: Direction::In,
        normaliser: Normaliser::default(),
    };
    let areas = [
        area("campus", None),
        area("north", Some("campus")),
        area("north-east", Some("north")),
        area("south", Some("campus")),
    ];
    let gates = [gate("g1", "north"), gate("g2", "south")];
    let readers = [reader("r1", "g1"), reader("r2", "g2")];
    Site {
        id: id::<SiteId>("main"),
        name: String::new(),
        zone: chrono_tz::Asia::Shanghai,
        topic_root: "onecard".into(),
        areas: areas.into_iter().map(|area| (area.id.clone(), area)).collect(),
        gates: gates.into_iter().map(|gate| (gate.id.clone(), gate)).collect(),
        readers: readers.into_iter().map(|reader| (reader.id.clone(), reader)).collect(),
        taps: [].into(),
        limits: Limits::default(),
    }
}

struct Office {
    desk: Desk,
    operators: Operators,
    folder: TempDir,
}

impl Office {
    async fn open() -> Self {
        let desk = Desk::start().await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("onecard.db");
        drop(Editor::open(&file).unwrap());
        let accounts = Arc::clone(&desk.accounts);
        let operators = Operators::new(file, Arc::new(site()), topics(), accounts);
        Self { desk, operators, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("onecard.db")
    }

    fn now(&self) -> onecard_rules::Time {
        at(self.desk.second.load(std::sync::atomic::Ordering::SeqCst))
    }

    fn forward(&self, seconds: i64) {
        self.desk.second.fetch_add(seconds, std::sync::atomic::Ordering::SeqCst);
    }

    fn sign_in(&self, name: &str, role: Role, scope: Scope) -> Signed {
        let mut editor = Editor::open(&self.file()).unwrap();
        let operator = id::<OperatorId>(name);
        editor.enrol(&operator, name, &Rights { role, scope }, at(0)).unwrap();
        editor.set_password(&operator, &password::hash(PASSWORD).unwrap()).unwrap();
        let (_, signed) =
            self.operators.sign_in(name, PASSWORD, "10.0.0.1", self.now()).unwrap().unwrap();
        signed
    }

    fn ticket(&self, signed: &Signed) -> Ticket {
        self.operators.admit(signed, None, self.now()).unwrap()
    }

    /// A page with its ticket, by that client id.
    async fn connect(
        &self,
        ticket: &Ticket,
        client: &str,
    ) -> Result<TestClient, ConnectReturnCode> {
        let mut options = options(self.desk.address(), client, None);
        options.set_credentials(ticket.name.as_str(), ticket.password.as_str());
        TestClient::connect(options).await
    }

    /// What the controller does twice a second.
    async fn sweep(&self) -> usize {
        let gone = self.operators.dismiss_guests(self.now()).unwrap();
        for name in &gone {
            self.desk.broker.handle().disconnect(name).await;
        }
        gone.len()
    }
}

fn places(areas: &[&str], gates: &[&str]) -> Scope {
    Scope::Places {
        areas: areas.iter().map(|area| id(area)).collect(),
        gates: gates.iter().map(|gate| id(gate)).collect(),
    }
}

/// What a page can hear of each kind of device, by role.
fn heard(role: Role, kind: DeviceKind) -> &'static [Channel] {
    use Channel::{Alarm, Availability, Entry, Event, State};
    use Role::{Administrator, Auditor, DormitoryManager, Finance, Guard, Security, Utilities};
    match (kind, role) {
        (DeviceKind::Gate, Guard | DormitoryManager | Security | Auditor | Administrator) => {
            &[Entry, State, Availability, Alarm]
        }
        (DeviceKind::Reader, Guard | DormitoryManager | Security | Auditor | Administrator) => {
            &[Availability, Alarm]
        }
        (
            DeviceKind::Room | DeviceKind::Valve,
            DormitoryManager | Utilities | Security | Auditor | Administrator,
        ) => &[State, Event, Availability, Alarm],
        (DeviceKind::Bus, DormitoryManager | Utilities | Security | Auditor | Administrator) => {
            &[State, Availability, Alarm]
        }
        (DeviceKind::Feeder, DormitoryManager | Utilities | Security | Auditor | Administrator) => {
            &[State, Alarm]
        }
        (DeviceKind::Controller, _) => &[Availability],
        (DeviceKind::Gate | DeviceKind::Reader, Utilities | Finance)
        | (
            DeviceKind::Room | DeviceKind::Valve | DeviceKind::Bus | DeviceKind::Feeder,
            Guard | Finance,
        ) => &[],
    }
}

/// Every topic of two buildings and of the site.
fn all_topics() -> Vec<(String, &'static str, DeviceKind, Channel)> {
    let mut found = Vec::new();
    for kind in DeviceKind::ALL {
        for channel in Channel::ALL {
            for area in ["north", "north-east", "south", "campus", "_"] {
                let device = match (kind, area) {
                    (DeviceKind::Gate, "north") => "g1",
                    (DeviceKind::Gate, "south") => "g2",
                    (DeviceKind::Reader, "north") => "r1",
                    (DeviceKind::Reader, "south") => "r2",
                    _ => "d1",
                };
                found.push((topics().build(area, kind, device, channel), area, kind, channel));
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_hears_the_topics_of_its_role_and_place_and_no_others() {
    let office = Office::open().await;
    let own = ["north", "north-east"];
    let everywhere = ["north", "north-east", "south", "campus", "_"];
    let rows: [(Role, Scope, &[&str]); 9] = [
        (Role::Guard, places(&["north"], &[]), &own),
        (Role::Guard, places(&[], &["g1"]), &["north"]),
        (Role::DormitoryManager, places(&["north"], &[]), &own),
        (Role::Utilities, places(&["north"], &[]), &own),
        (Role::Utilities, Scope::Site, &everywhere),
        (Role::Security, Scope::Site, &everywhere),
        (Role::Finance, Scope::Site, &everywhere),
        (Role::Auditor, Scope::Site, &everywhere),
        (Role::Administrator, Scope::Site, &everywhere),
    ];
    let mut pages = Vec::new();
    for (number, (role, scope, areas)) in rows.into_iter().enumerate() {
        let site_wide = scope == Scope::Site;
        let signed = office.sign_in(&format!("o{number}"), role, scope);
        let ticket = office.ticket(&signed);
        let mut page = office.connect(&ticket, &ticket.name).await.unwrap();
        let expected: BTreeSet<String> = all_topics()
            .into_iter()
            .filter(|(_, area, kind, channel)| {
                if *kind == DeviceKind::Controller {
                    let told = matches!(role, Role::Security | Role::Auditor | Role::Administrator);
                    let more = matches!(channel, Channel::Event | Channel::Alarm);
                    let keeps = matches!(role, Role::Finance | Role::Auditor | Role::Administrator);
                    let money = keeps && *channel == Channel::Ledger;
                    let all = *channel == Channel::Availability;
                    return *area == "_" && (all || (site_wide && (told && more || money)));
                }
                areas.contains(area) && heard(role, *kind).contains(channel)
            })
            .map(|(topic, ..)| topic)
            .collect();
        // Each topic by name: answered by the broker one by one.
        for (topic, ..) in all_topics() {
            let subscribed = page.subscribe(&topic).await;
            assert_eq!(subscribed, expected.contains(&topic), "{role} {topic}");
        }
        for filter in [
            "#",
            "onecard/#",
            "onecard/main/#",
            "onecard/main/+/+/+/+",
            "onecard/main/+/gate/+/command",
            "onecard/main/+/reader/+/swipe",
            "onecard/main/south/+/+/state",
            "$SYS/#",
            "$share/x/onecard/main/+/gate/+/entry",
            "onecard/main/+/+/+/state",
            "onecard/main/_/controller/main/response/#",
        ] {
            assert!(!page.subscribe(filter).await, "{role} {filter}");
        }
        // What it was told that it may subscribe to, it may.
        for filter in ticket.filters.iter() {
            assert!(page.subscribe(filter).await, "{role} {filter}");
        }
        pages.push((role, ticket, expected, page));
    }
    // Everything is published once, and heard by whom it concerns alone.
    for (topic, ..) in all_topics() {
        office.desk.publish(&topic, &topic, false).await;
    }
    let end = "onecard/main/_/controller/d1/availability";
    office.desk.publish(end, "end", false).await;
    for (role, _, expected, page) in &mut pages {
        let mut found = BTreeSet::new();
        loop {
            let message = page.message().await;
            if message.payload.as_ref() == b"end" {
                break;
            }
            found.insert(message.topic);
        }
        assert_eq!(found, *expected, "{role}");
    }
}

#[tokio::test]
async fn a_page_publishes_nothing_leaves_no_will_and_is_no_other_client() {
    let office = Office::open().await;
    let signed = office.sign_in("admin", Role::Administrator, Scope::Site);
    let ticket = office.ticket(&signed);
    for client in ["", "g1", "screen~other", "anything"] {
        assert!(office.connect(&ticket, client).await.is_err(), "as `{client}`");
    }
    let mut wrong = ticket.clone();
    wrong.password = "guess".to_owned();
    assert!(office.connect(&wrong, &ticket.name).await.is_err());
    let mut with_will = options(office.desk.address(), &ticket.name, None);
    with_will.set_credentials(ticket.name.as_str(), ticket.password.as_str());
    with_will.set_last_will(crate::support::will("onecard/main/north/gate/g1/availability", "x"));
    assert!(TestClient::connect(with_will).await.is_err());
    for topic in [
        "onecard/main/north/gate/g1/command",
        "onecard/main/north/gate/g1/state",
        "onecard/main/north/reader/r1/swipe",
        "onecard/main/_/controller/main/request/open",
        "somewhere/else",
    ] {
        let mut page = office.connect(&ticket, &ticket.name).await.unwrap();
        page.publish(topic, QoS::AtLeastOnce, false, "{}").await;
        page.closed().await;
    }
    let mut desk = office.desk;
    assert!(desk.incoming.try_recv().is_err(), "nothing reached the controller");
}

/// What an administrator does at the command line.
type Revoke = fn(&mut Editor, &OperatorId);

#[tokio::test]
async fn a_ticket_ends_with_its_time_its_session_and_its_operators_rights() {
    let office = Office::open().await;
    let of = |name| office.sign_in(name, Role::Guard, places(&["north"], &[]));
    let live = async |ticket: &Ticket| {
        let mut page = office.connect(ticket, &ticket.name).await.unwrap();
        assert!(page.subscribe("onecard/main/north/gate/+/entry").await);
        page
    };
    // By its time: nothing of it is left but the refusal.
    let signed = of("a");
    let ticket = office.ticket(&signed);
    let mut page = live(&ticket).await;
    office.forward(599);
    assert_eq!(office.sweep().await, 0);
    let renewed = office.operators.admit(&signed, Some(&ticket.name), office.now()).unwrap();
    office.forward(1);
    assert_eq!(office.sweep().await, 0, "it was renewed");
    office.desk.publish("onecard/main/north/gate/g1/entry", "row", false).await;
    assert_eq!(page.text().await, "row");
    office.forward(600);
    assert!(!page.subscribe("onecard/main/north/gate/+/state").await, "it is over already");
    assert!(office.connect(&renewed, &renewed.name).await.is_err());
    assert_eq!(office.sweep().await, 1);
    page.closed().await;

    // By signing out, here, and by an administrator at the command line.
    let signed = of("b");
    let ticket = office.ticket(&signed);
    let mut page = live(&ticket).await;
    for name in office.operators.sign_out(&signed.session, office.now()).unwrap() {
        office.desk.broker.handle().disconnect(&name).await;
    }
    page.closed().await;
    assert!(office.connect(&ticket, &ticket.name).await.is_err());

    let revoked: [(&str, Revoke); 3] = [
        ("c", |editor, id| assert!(editor.revoke_operator(id, at(0)).unwrap())),
        ("d", |editor, id| assert!(editor.set_password(id, "$argon2id$").unwrap())),
        ("e", |editor, id| {
            let rights = Rights { role: Role::Guard, scope: places(&["south"], &[]) };
            editor.enrol(id, "e", &rights, at(0)).unwrap();
        }),
    ];
    for (name, revoke) in revoked {
        let ticket = office.ticket(&of(name));
        let mut page = live(&ticket).await;
        assert_eq!(office.sweep().await, 0);
        revoke(&mut Editor::open(&office.file()).unwrap(), &id(name));
        assert_eq!(office.sweep().await, 1, "{name}");
        page.closed().await;
        assert!(office.connect(&ticket, &ticket.name).await.is_err(), "{name}");
    }

    // By the session's own end, however busy the page was.
    let signed = of("f");
    office.forward(29 * 60);
    let ticket = office.ticket(&signed);
    let mut page = live(&ticket).await;
    office.forward(2 * 60);
    assert_eq!(office.sweep().await, 1, "the session was silent for half an hour");
    let next = within("the connection to close", page.next()).await;
    assert!(matches!(next, Happening::Closed), "{next:?}");
}
