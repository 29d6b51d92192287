//! `docs/asyncapi.yaml` against the code: the words are the same, the examples are right, and what
//! the code builds is what the contract says.

#![expect(clippy::expect_used, reason = "the helpers of tests may fail as tests do")]

use std::collections::BTreeSet;

use onecard::{
    consequences::{Consequence, Projection},
    store::journal::Row,
};
use onecard_devices::{
    gate::wire::{Command, entry_row, parse_passage, parse_state},
    reader::wire::{Feedback, Payment, parse_swipe},
    topic::{Channel, Topics},
    valve,
};
use onecard_rules::{
    Time,
    alarm::{AlarmBoard, Severity, Step},
    billing::Bill,
    credential::Credential,
    credit::Level,
    event::{Act, DeviceKind, Entry, Event, Inputs, Moved, Subject, SwipeKey},
    ids::{AreaId, DecisionId, GateId, OperatorId, PersonId, PolicyId, ReaderId, SiteId, WindowId},
    ledger::{AccountName, Cause, Purpose, RowNo},
    mode::{Measure, MeasureKind, Mode, Override, Owner},
    money::Fen,
    person::PersonKind,
    power::{demand::Demander, room::Happening},
    reason::Reason,
    site::Direction,
    tariff::{Band, Line, Price, Unit},
    usage::{Decision, Parked, Point, Why},
    water::{self, Customer, Stop},
};
use serde_json::{Value, json};

#[path = "support/asyncapi.rs"]
mod asyncapi;

use asyncapi::{Contract, members};

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

fn at(millis: i64) -> Time {
    Time::from_timestamp_millis(1_795_000_000_000 + millis).expect("a time")
}

fn topics() -> Topics {
    Topics::new("onecard", &SiteId::new("main").expect("a site"))
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a code")
}

/// An entry that says only what every entry says.
fn bare(granted: bool, reason: Reason) -> Entry {
    Entry {
        decision: id::<DecisionId>("01JDC5W2M0Q4Z8Y6T3R1N9K7HB"),
        at: at(0),
        presented_at: None,
        area: id::<AreaId>("campus"),
        gate: id::<GateId>("main-1"),
        direction: Direction::In,
        reader: None,
        swipe: None,
        granted,
        reason,
        rules: vec![id::<PolicyId>("students-main-gates")],
        flags: Vec::new(),
        rules_version: "v1".into(),
        person: None,
        name: None,
        kind: None,
        card: None,
        raw: None,
        by: None,
        why: None,
        replay_of: None,
        inputs: Inputs::default(),
    }
}

/// An entry that says everything that an entry can say.
fn full(kind: PersonKind) -> Entry {
    let reader = id::<ReaderId>("main-1-in");
    Entry {
        presented_at: Some(at(-200)),
        direction: Direction::Out,
        swipe: Some(SwipeKey { reader: reader.clone(), boot: 7, seq: 1841 }),
        reader: Some(reader),
        flags: vec!["late_return".into()],
        person: Some(id::<PersonId>("20240311")),
        name: Some("王伟".into()),
        kind: Some(kind),
        card: Credential::uid(&[4, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x80]),
        raw: Some("04A1B2C3D4E580".into()),
        by: Some(id::<OperatorId>("wang.wei")),
        why: Some("delivery".into()),
        replay_of: Some(id::<DecisionId>("01JDC5W2M0Q4Z8Y6T3R1N9K7HA")),
        ..bare(true, Reason::Grant)
    }
}

#[test]
fn every_example_is_what_its_schema_says() {
    let contract = Contract::load();
    let mut seen = BTreeSet::new();
    for message in contract.channels.iter().flat_map(|channel| &channel.messages) {
        assert!(!message.examples.is_empty(), "{} has no example", message.name);
        for example in &message.examples {
            let checked = message.check_value(example);
            assert_eq!(checked, Ok(()), "the example of {}: {example}", message.name);
        }
        seen.insert(message.name.as_str());
    }
    let known: BTreeSet<&str> =
        members(&contract.document, "/components/messages").map(|(name, _)| &**name).collect();
    assert_eq!(seen, known, "every message is on a channel");
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let contract = Contract::load();
    let mut found = BTreeSet::new();
    references(&contract.document, &mut found);
    for reference in &found {
        let target = contract.document.pointer(reference.trim_start_matches('#'));
        assert!(target.is_some(), "`{reference}` leads nowhere");
    }
    for (name, _) in members(&contract.document, "/components/schemas") {
        let reference = format!("#/components/schemas/{name}");
        assert!(found.contains(reference.as_str()), "nobody uses the schema `{name}`");
    }
}

#[test]
fn the_words_are_those_of_the_code() {
    fn sorted(words: impl IntoIterator<Item = Value>) -> Vec<String> {
        let mut words: Vec<String> =
            words.into_iter().filter_map(|word| word.as_str().map(str::to_owned)).collect();
        words.sort();
        words
    }
    let modes = [Mode::Secure, Mode::Free, Mode::Blocked, Mode::LockedDown, Mode::Released];
    let rows = [
        ("demander", sorted(Demander::ALL.iter().map(|demander| json!(demander)))),
        ("reason", sorted(Reason::ALL.iter().map(|reason| json!(reason)))),
        ("personKind", sorted(PersonKind::ALL.iter().map(|kind| json!(kind)))),
        ("deviceKind", sorted(DeviceKind::ALL.iter().map(|kind| json!(kind)))),
        ("mode", sorted(modes.iter().map(|mode| json!(mode)))),
        ("creditLevel", sorted(Level::ALL.iter().map(|level| json!(level)))),
        ("purpose", sorted(Purpose::ALL.iter().map(|purpose| json!(purpose)))),
        ("direction", sorted([json!(Direction::In), json!(Direction::Out)])),
    ];
    let contract = Contract::load();
    for (schema, expected) in rows {
        let pointer = format!("/components/schemas/{schema}/enum");
        let words = contract.document.pointer(&pointer).and_then(Value::as_array);
        let written = sorted(words.expect("an enum").iter().cloned());
        assert_eq!(written, expected, "the words of `{schema}`");
    }
}

#[test]
fn every_topic_that_the_code_builds_has_its_channel() {
    use DeviceKind::{Bus, Controller, Feeder, Gate, Reader, Room, Valve};
    let rows = [
        ("campus", Reader, Channel::Swipe, "readerSwipe"),
        ("campus", Reader, Channel::Feedback, "readerFeedback"),
        ("campus", Gate, Channel::Command, "gateCommand"),
        ("campus", Gate, Channel::State, "gateState"),
        ("campus", Gate, Channel::Passage, "gatePassage"),
        ("campus", Gate, Channel::Entry, "gateEntry"),
        ("campus", Gate, Channel::Alarm, "alarm"),
        ("campus", Reader, Channel::Availability, "availability"),
        ("campus", Room, Channel::State, "roomState"),
        ("campus", Room, Channel::Event, "roomEvent"),
        ("campus", Room, Channel::Alarm, "alarm"),
        ("campus", Valve, Channel::Command, "valveCommand"),
        ("campus", Valve, Channel::State, "valveState"),
        ("campus", Valve, Channel::Event, "valveEvent"),
        ("campus", Valve, Channel::Alarm, "alarm"),
        ("campus", Valve, Channel::Availability, "availability"),
        ("campus", Bus, Channel::State, "busState"),
        ("campus", Bus, Channel::Alarm, "alarm"),
        ("campus", Feeder, Channel::State, "feederState"),
        ("campus", Feeder, Channel::Alarm, "alarm"),
        ("_", Controller, Channel::Availability, "availability"),
        ("_", Controller, Channel::Event, "controllerEvent"),
        ("_", Controller, Channel::Alarm, "alarm"),
        ("_", Controller, Channel::Ledger, "controllerLedger"),
    ];
    let contract = Contract::load();
    for (area, kind, channel, expected) in rows {
        let topic = topics().build(area, kind, "x-1", channel);
        let found = contract.channel_of(&topic).map(|channel| channel.name.as_str());
        assert_eq!(found, Some(expected), "{topic}");
    }
    for stranger in ["onecard/main/campus/gate/x-1", "onecard/main/campus/gate/x-1/entry/more"] {
        assert!(contract.channel_of(stranger).is_none(), "{stranger}");
    }
}

#[test]
fn entry_rows_are_as_the_contract_says() {
    let contract = Contract::load();
    let topic = topics().build("campus", DeviceKind::Gate, "main-1", Channel::Entry);
    let mut entries: Vec<Entry> =
        Reason::ALL.iter().flat_map(|reason| [bare(true, *reason), bare(false, *reason)]).collect();
    entries.extend(PersonKind::ALL.map(full));
    for entry in &entries {
        for prev_seq in [None, Some(90_210)] {
            let row = entry_row(entry, 90_211, 3, prev_seq, ZONE);
            let payload = serde_json::to_vec(&row).expect("JSON");
            assert_eq!(contract.check(&topic, &payload), Ok(()));
        }
    }
}

#[test]
fn commands_and_feedback_are_as_the_contract_says() {
    let contract = Contract::load();
    let topic = topics().build("campus", DeviceKind::Gate, "main-1", Channel::Command);
    let deadline = || "2026-11-23T07:45:15.123+08:00".to_owned();
    let standing = |mode: Mode| {
        let (id, deadline) = ("3-main-1-12".to_owned(), deadline());
        match mode {
            Mode::Free | Mode::Released => Command::HoldOpen { id, mode, deadline },
            Mode::Secure | Mode::Blocked | Mode::LockedDown => Command::Lock { id, mode, deadline },
        }
    };
    let decision = || id::<DecisionId>("01JDC5W2M0Q4Z8Y6T3R1N9K7HB");
    let mut commands = vec![Command::Open {
        direction: Direction::In,
        open_ms: 3000,
        decision: decision(),
        deadline: deadline(),
    }];
    let modes = [Mode::Secure, Mode::Free, Mode::Blocked, Mode::LockedDown, Mode::Released];
    commands.extend(modes.map(standing));
    for command in commands {
        let payload = serde_json::to_vec(&command).expect("JSON");
        assert_eq!(contract.check(&topic, &payload), Ok(()));
    }
    let topic = topics().build("campus", DeviceKind::Reader, "main-1-in", Channel::Feedback);
    for reason in Reason::ALL {
        let known = Some(("王伟".to_owned(), PersonKind::Student));
        for (granted, holder) in [(true, known), (false, None)] {
            let feedback = Feedback::new(decision(), granted, *reason, holder);
            let payload = serde_json::to_vec(&feedback).expect("JSON");
            assert_eq!(contract.check(&topic, &payload), Ok(()));
            for price_per in ["litre", "minute", "use"] {
                let payment = Payment {
                    price_micro_fen: Some(3_000_000),
                    price_per: Some(price_per.to_owned()),
                    reserved_fen: Some(500),
                    charged_fen: Some(92),
                    balance_fen: Some(-3),
                    ml: Some(30_915),
                };
                let feedback = feedback.clone().with_payment(payment);
                let payload = serde_json::to_vec(&feedback).expect("JSON");
                assert_eq!(contract.check(&topic, &payload), Ok(()));
            }
        }
    }
    let topic = topics().build("campus", DeviceKind::Valve, "shower-1", Channel::Command);
    let id = || "3-7".to_owned();
    for command in [
        valve::wire::Command::Open { id: id(), lease_ms: 8_000, deadline: deadline() },
        valve::wire::Command::Close { id: id(), deadline: deadline() },
        valve::wire::Command::Report { id: id(), deadline: deadline() },
    ] {
        let payload = serde_json::to_vec(&command).expect("JSON");
        assert_eq!(contract.check(&topic, &payload), Ok(()));
    }
}

#[test]
fn what_happens_at_taps_is_as_the_contract_says() {
    let customer = |kind| Customer { person: id("20240311"), name: "王伟".into(), kind };
    let line = |tier| Line {
        tariff: id("shower"),
        version: 1,
        band: Band::Valley,
        tier,
        quantity: 30_915,
        price: Price(3_000),
        amount: Fen::new(92),
    };
    let closed = |why, unit| water::Happening::Closed {
        session: 81,
        customer: customer(PersonKind::Student),
        why,
        ml: 30_915,
        quantity: 30_915,
        unit,
        charged_fen: Fen::new(92),
        lines: vec![line(Some(1)), line(None)],
        reservation: RowNo(90_211),
        register_ml: 1_265_482,
    };
    let mut all = vec![
        water::Happening::Shut { by: id("li"), words: "the hose is off".into() },
        water::Happening::Freed { by: id("li"), words: "it is on".into() },
        water::Happening::Refused { reason: Reason::DenyStale, customer: None, card: None },
    ];
    all.extend(PersonKind::ALL.map(|kind| water::Happening::Opened {
        session: 81,
        customer: customer(kind),
        tariff: id("shower"),
        reserved_fen: Fen::new(500),
        reservation: RowNo(90_211),
        register_ml: 1_234_567,
    }));
    let units = [Unit::Millilitre, Unit::Second, Unit::Use];
    all.extend(Stop::ALL.into_iter().flat_map(|why| units.map(|unit| closed(why, unit))));
    for reason in Reason::ALL {
        let (customer, card) = (customer(PersonKind::Student), Some("04A1…81".to_owned()));
        let known = Some(customer.clone());
        all.push(water::Happening::Refused { reason: *reason, customer: known, card });
        all.push(water::Happening::Released { session: 81, customer, reason: *reason });
    }
    let contract = Contract::load();
    let area = || id::<AreaId>("dorm-1");
    let projection = |event: Event| {
        let alarms = AlarmBoard::default();
        let mut projection = Projection::new(topics(), ZONE, "c".to_owned(), alarms);
        let row = Row { seq: 101, boot: 3, at: at(0), event: event.into(), body: "".into() };
        projection.follow(&row, &|_| Some(99))
    };
    for happening in all {
        let happening = Box::new(happening);
        let event = Event::TapHappened { at: at(0), area: area(), tap: id("shower-3"), happening };
        let follows = projection(event);
        let [Consequence::Publish { topic, payload, retain: false }] = follows.as_slice() else {
            panic!("{follows:?}")
        };
        assert_eq!(topic, "onecard/main/dorm-1/valve/shower-3/event");
        assert_eq!(contract.check(topic, payload), Ok(()));
    }
}

#[test]
fn facts_of_the_whole_site_are_as_the_contract_says() {
    let (by, area, gate) = (id::<OperatorId>("li"), id::<AreaId>("library"), id::<GateId>("l-1"));
    let (why, until) = ("a drill".to_owned(), Some(at(60_000)));
    let measure = |kind, until| {
        let (area, by, why) = (area.clone(), by.clone(), why.clone());
        Measure { kind, area, by, why, since: at(0), until }
    };
    let owners = [
        Owner::Emergency { area: area.clone(), by: by.clone(), why: why.clone() },
        Owner::Lockdown { area: area.clone(), by: by.clone(), why: why.clone() },
        Owner::Operator { by: by.clone(), why: why.clone(), until },
        Owner::Schedule { window: id::<WindowId>("library-hours") },
        Owner::Standing,
    ];
    let device = || Subject { area: "_".into(), kind: DeviceKind::Controller, device: "c".into() };
    let order =
        Override { mode: Mode::Free, by: by.clone(), why: why.clone(), since: at(0), until };
    let handled =
        |step| Act::AlarmHandled { subject: device(), reason: Reason::RulesRefused, step };
    let acts = [
        Act::OverrideSet { gate: gate.clone(), order },
        Act::OverrideCleared { gate: gate.clone() },
        Act::PassbackForgiven { person: id::<PersonId>("20240311") },
        Act::PassbackForgivenWithin { area: area.clone(), people: 7 },
        Act::AlarmAcknowledged { subject: device(), reason: Reason::RulesRefused },
        handled(Step::Noted),
        handled(Step::Escalated { severity: Severity::Critical }),
        handled(Step::Assigned { to: Some(by.clone()) }),
        handled(Step::Assigned { to: None }),
        handled(Step::Paged),
        Act::HandoverWritten { note: "li-1".into(), gates: vec![gate.clone()] },
        Act::HandoverTaken { note: "li-1".into(), written_by: by.clone() },
    ];
    let version = "v1".to_owned();
    let mut events = vec![
        Event::Booted {
            at: at(1),
            version: version.clone(),
            people: 1,
            cards: 2,
            rules_version: version.clone(),
        },
        Event::Stopped { at: at(0) },
        Event::MeasureBegun { at: at(0), measure: measure(MeasureKind::Lockdown, until) },
        Event::MeasureEnded {
            at: at(0),
            measure: measure(MeasureKind::Release, None),
            by: Some(by.clone()),
            why: Some(why.clone()),
        },
        Event::MeasureEnded {
            at: at(0),
            measure: measure(MeasureKind::Lockdown, until),
            by: None,
            why: None,
        },
        Event::RulesLoaded { at: at(0), version, policies: 12 },
        Event::RulesRefused { at: at(0), mistakes: vec!["a mistake".into()] },
        Event::PeopleImported { at: at(0), people: 17_600, cards: 17_650 },
    ];
    events.extend(owners.map(|owner| {
        let (area, gate) = (area.clone(), gate.clone());
        Event::GateModeChanged { at: at(0), area, gate, mode: Mode::Free, owner }
    }));
    events.extend(acts.map(|act| {
        let (by, why) = (by.clone(), why.clone());
        Event::OperatorActed { at: at(0), by, why, act }
    }));
    let contract = Contract::load();
    let topic = topics().build("_", DeviceKind::Controller, "c", Channel::Event);
    for event in events {
        let mut fact = json!(event);
        fact["seq"] = json!(7);
        fact["boot"] = json!(1);
        fact["prev_seq"] = Value::Null;
        assert_eq!(contract.check(&topic, fact.to_string().as_bytes()), Ok(()));
    }
}

#[test]
fn money_of_rooms_and_of_the_books_is_as_the_contract_says() {
    let contract = Contract::load();
    let by = id::<OperatorId>("li");
    let point = |register| Point { at: at(0), register };
    let line = |tier, price| Line {
        tariff: id("dorm-power"),
        version: 2,
        band: Band::Peak,
        tier,
        quantity: 1_230,
        price: Price(price),
        amount: Fen::new(60),
    };
    let bill = Box::new(Bill {
        meter: id("dorm-1-101"),
        epoch: 1,
        from: point(10),
        to: point(1_240),
        quantity_wh: 1_230,
        lines: vec![line(None, 0), line(Some(1), 48_830)],
        amount: Fen::new(60),
        decided: false,
    });
    let parked = |billed| Parked { why: Why::Jumped, billed, first: point(9), latest: point(9) };
    let reason = "exchanged".to_owned();
    let mut happenings = vec![
        Happening::Billed { bill },
        Happening::ReadingParked { parked: parked(Some(point(5))) },
        Happening::ReadingParked { parked: parked(None) },
        Happening::ReadingDecided {
            decision: Decision::GoOnFrom { quantity: 7, by: by.clone(), reason: reason.clone() },
        },
        Happening::ReadingDecided { decision: Decision::Discard { by: by.clone(), reason } },
        Happening::CutDeferred { balance: Fen::new(-600) },
    ];
    happenings.extend(Purpose::ALL.map(|purpose| Happening::Credited {
        purpose,
        amount: Fen::new(5_000),
        by: Some(by.clone()),
    }));
    happenings
        .extend(Level::ALL.map(|level| Happening::CreditLevel { level, balance: Fen::new(-1) }));
    let topic = topics().build("dorm-1", DeviceKind::Room, "dorm-1-101", Channel::Event);
    for happening in happenings {
        let mut event = json!(happening);
        let head = json!({"seq": 7, "boot": 1, "prev_seq": null, "room": "dorm-1-101",
                          "at": "2026-11-23T07:45:15.123+08:00"});
        let object = event.as_object_mut().expect("an object");
        object.extend(head.as_object().expect("an object").clone());
        assert_eq!(contract.check(&topic, event.to_string().as_bytes()), Ok(()));
    }
    let day = "2026-11-26".parse().expect("a day");
    let account = |text: &str| text.parse::<AccountName>().expect("an account");
    let moved = |from: &str, to: &str, caused_by, by| {
        let (from, to, amount) = (account(from), account(to), Fen::new(5_000));
        let (purpose, why) = (Purpose::TopUp, Some("cash".to_owned()));
        Box::new(Moved { at: at(0), day, purpose, from, to, amount, caused_by, by, why })
    };
    let desk = Cause::Desk { desk: id("main"), receipt: 7 };
    let request = Cause::Request { by: by.clone(), key: id("k1") };
    let events = [
        Event::MoneyMoved(moved("cash_desk:main", "purse:20240311", desk, Some(by.clone()))),
        Event::MoneyMoved(moved("suspense", "room_subsidy:dorm-1-101:heat", request, None)),
        Event::DayClosed { at: at(0), day, by, rows: 7, moved: Fen::new(5_000) },
    ];
    let topic = topics().build("_", DeviceKind::Controller, "main", Channel::Ledger);
    for event in events {
        let mut fact = json!(event);
        fact["seq"] = json!(7);
        fact["boot"] = json!(1);
        fact["prev_seq"] = Value::Null;
        assert_eq!(contract.check(&topic, fact.to_string().as_bytes()), Ok(()));
    }
}

#[test]
fn what_the_contract_lets_devices_send_the_code_reads() {
    let contract = Contract::load();
    for message in contract.channels.iter().flat_map(|channel| &channel.messages) {
        for example in &message.examples {
            let payload = example.to_string();
            let read = match message.name.as_str() {
                "swipe" => parse_swipe(payload.as_bytes(), 4096).map(drop),
                "gateState" => parse_state(payload.as_bytes()).map(drop),
                "passage" => parse_passage(payload.as_bytes()).map(drop),
                "valveState" => valve::wire::parse_state(payload.as_bytes()).map(drop),
                _ => continue,
            };
            assert!(read.is_ok(), "{payload}: {read:?}");
        }
    }
}

#[test]
fn devices_may_say_more_than_the_contract_knows_and_the_controller_may_not() {
    let contract = Contract::load();
    let rows: &[(&str, &str, bool)] = &[
        ("onecard/main/campus/reader/r/swipe", r#"{"card":"04","firmware":"1.2"}"#, true),
        ("onecard/main/campus/reader/r/swipe", r#"{"card":"04","code":"x"}"#, false),
        ("onecard/main/campus/reader/r/swipe", r#"{"seq":1}"#, false),
        ("onecard/main/campus/reader/r/swipe", r#"{"card":4}"#, false),
        ("onecard/main/campus/reader/r/swipe", r#"{"card":"04","at":"yesterday"}"#, false),
        ("onecard/main/campus/gate/g/state", r#"{"state":"ajar"}"#, false),
        ("onecard/main/campus/gate/g/state", r#"{"state":"open","temperature":3}"#, true),
        ("onecard/main/campus/gate/g/passage", r#"{"direction":"in"}"#, false),
        ("onecard/main/campus/gate/g/command", r#"{"command":"explode"}"#, false),
        ("onecard/main/dorm/valve/v/state", r#"{"state":"open","register_ml":7,"bar":3}"#, true),
        ("onecard/main/dorm/valve/v/state", r#"{"state":"open"}"#, false),
        ("onecard/main/dorm/valve/v/state", r#"{"state":"ajar","register_ml":7}"#, false),
        (
            "onecard/main/dorm/valve/v/command",
            r#"{"command":"open","id":"1","deadline":"2026-11-23T07:45:15.123+08:00"}"#,
            false,
        ),
        ("onecard/main/campus/gate/g/availability", "online", true),
        ("onecard/main/campus/gate/g/availability", "away", false),
        ("onecard/main/campus/gate/g/alarm", "", true),
        ("onecard/main/campus/gate/g/alarm", "{}", false),
        (
            "onecard/main/campus/reader/r/feedback",
            r#"{"granted":true,"reason":"grant","text_zh":"a","text_en":"b","balance":1}"#,
            false,
        ),
        ("onecard/main/_/controller/c/event", r#"{"seq":1,"boot":1,"fact":"flew"}"#, false),
        (
            "onecard/main/_/controller/c/event",
            r#"{"seq":1,"boot":1,"prev_seq":null,"fact":"stopped","at":"2026-11-23T06:00:00Z"}"#,
            true,
        ),
        ("onecard/main/campus/gate/g/nonsense", "{}", false),
    ];
    for (topic, payload, good) in rows {
        let checked = contract.check(topic, payload.as_bytes());
        assert_eq!(checked.is_ok(), *good, "{topic} {payload}: {checked:?}");
    }
}
