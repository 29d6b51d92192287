//! Stories of people, readers and gates with a controller that is a few lines long.

use onecard_rules::ids::SiteId;
use serde_json::{Value, json};

use super::*;
use crate::{
    clock,
    faults::Faults,
    habits::MINUTE,
    map::tests::college,
    people::{Places, generate},
};

fn at(ms: u64) -> Time {
    Time::from_timestamp_millis(1_795_000_000_000 + i64::try_from(ms).unwrap()).unwrap()
}

const START: SimTime = 7 * 60 * MINUTE;

fn world(faults: Faults, seed: u64) -> World {
    let map = Arc::new(college());
    let topics = Topics::new("onecard", &SiteId::new("main").unwrap());
    let population = generate(&Places::default(), 60, 1, at(0));
    let mut habits = Habits::new(Arc::clone(&map), &population.people, seed, START);
    habits.stir(30, START, 200);
    let cards: HashMap<_, _> = population.cards.iter().map(|c| (&c.person, c)).collect();
    let pockets = population.people.iter().map(|p| Some(cards[&p.id].clone())).collect();
    let encode: Encode = Arc::new(|_, card| card.hex());
    World::new(map, &topics, habits, pockets, encode, FaultDice::new(faults, seed), 1)
}

/// Runs for so many milliseconds of real time at ten times the speed; `answer` is the controller:
/// from a swipe's reader and payload to messages for the devices.
fn run(
    world: &mut World,
    millis: u64,
    mut answer: impl FnMut(&World, usize, &[u8], Time) -> Vec<(String, String)>,
) -> Vec<Publication> {
    let mut seen = Vec::new();
    for ms in (0..millis).step_by(20) {
        let (now, sim) = (at(ms), START + ms * 10);
        world.advance(now, sim);
        for (device, publication) in std::mem::take(&mut world.out) {
            if let DeviceAt::Reader(reader) = device
                && publication.topic.ends_with("/swipe")
            {
                for (topic, payload) in answer(world, reader, &publication.payload, now) {
                    world.message(&topic, payload.as_bytes(), now, sim);
                }
            }
            if let Some(token) = publication.token {
                world.acknowledged(device, token);
            }
            seen.push(publication);
        }
    }
    seen
}

fn grant(world: &World, reader: usize, now: Time) -> Vec<(String, String)> {
    let gate = world.gate_of_reader[reader].unwrap();
    let command = json!({
        "command": "open", "direction": world.map.readers[reader].direction.as_str(),
        "open_ms": 3000, "decision": "D", "deadline": clock::stamp(now + Duration::from_secs(3)),
    });
    vec![
        (world.gates[gate].command_topic().to_owned(), command.to_string()),
        (world.readers[reader].feedback_topic().to_owned(), r#"{"granted":true}"#.to_owned()),
    ]
}

fn refuse(world: &World, reader: usize) -> Vec<(String, String)> {
    vec![(world.readers[reader].feedback_topic().to_owned(), r#"{"granted":false}"#.to_owned())]
}

fn on<'a>(seen: &'a [Publication], channel: &str) -> Vec<(&'a str, Value)> {
    seen.iter()
        .filter(|publication| publication.topic.ends_with(channel))
        .filter_map(|p| Some((&*p.topic, serde_json::from_slice(&p.payload).ok()?)))
        .collect()
}

#[test]
fn whoever_is_granted_walks_through_and_the_gate_says_so() {
    let mut world = world(Faults::default(), 1);
    let seen = run(&mut world, 60_000, |world, reader, _, now| grant(world, reader, now));
    let summary = world.report();
    assert!(summary.swipes > 20, "{summary:?}");
    assert_eq!(summary.unanswered + summary.refused + summary.ignored_commands, 0, "{summary:?}");
    assert!(summary.swipes - summary.passed < 5, "all but those on their way: {summary:?}");
    let passages = on(&seen, "/passage");
    assert_eq!(passages.len() as u64, summary.passed);
    assert!(passages.iter().all(|(_, body)| body["passed"] == true && body["decision"] == "D"));
}

#[test]
fn whoever_is_refused_turns_away_and_nobody_passes() {
    let mut world = world(Faults::default(), 1);
    let seen = run(&mut world, 30_000, |world, reader, _, _| refuse(world, reader));
    let summary = world.report();
    assert!(summary.refused > 20, "{summary:?}");
    assert_eq!((summary.passed, summary.opened), (0, 0));
    assert_eq!(on(&seen, "/passage").len(), 0);
}

#[test]
fn nobody_waits_for_ever_at_a_reader_that_shows_nothing() {
    let mut world = world(Faults::default(), 1);
    run(&mut world, 30_000, |_, _, _, _| Vec::new());
    let summary = world.report();
    assert!(summary.unanswered > 5, "{summary:?}");
    assert_eq!(summary.passed, 0);
}

#[test]
fn each_fault_shows_on_the_wire() {
    let certain = |set: fn(&mut Faults)| {
        let mut faults = Faults::default();
        set(&mut faults);
        let mut world = world(faults, 1);
        let seen = run(&mut world, 30_000, |world, reader, payload, now| {
            if payload.windows(6).any(|w| w == b"04FEED") || payload.len() < 40 {
                return refuse(world, reader);
            }
            grant(world, reader, now)
        });
        (world, seen)
    };
    let key = |body: &Value| (body["boot"].as_u64(), body["seq"].as_u64());

    let (_, seen) = certain(|faults| faults.duplicate = 1.0);
    let swipes = on(&seen, "/swipe");
    let (topic, first) = &swipes[0];
    let copies = swipes.iter().filter(|(t, body)| t == topic && key(body) == key(first));
    assert_eq!(copies.count(), 2);

    let (world, seen) = certain(|faults| faults.silent_gate = 1.0);
    assert_eq!((world.summary.opened, on(&seen, "/state").len()), (0, 0));

    let (_, seen) = certain(|faults| faults.reversed_uid = 1.0);
    for (_, body) in on(&seen, "/swipe") {
        assert!(body["card"].as_str().unwrap().ends_with("04"));
    }

    let (_, seen) = certain(|faults| faults.reboot = 1.0);
    assert!(on(&seen, "/swipe").iter().all(|(_, body)| body["seq"] == 1));

    let (world, _) = certain(|faults| faults.disconnect = 1.0);
    assert_eq!(world.cuts.len() as u64, world.summary.swipes);

    let (world, _) = certain(|faults| faults.no_entry = 1.0);
    assert_eq!(world.summary.passed, 0);

    let (world, seen) = certain(|faults| faults.malformed = 1.0);
    let sent = seen.iter().filter(|p| p.topic.ends_with("/swipe")).count();
    assert_eq!(sent as u64, 2 * world.summary.swipes);

    let (_, seen) = certain(|faults| faults.unknown_card = 0.2);
    let unknown = on(&seen, "/swipe");
    let unknown =
        unknown.iter().filter(|(_, body)| body["card"].as_str().unwrap().starts_with("04FEED"));
    assert!(unknown.count() >= 5);

    let (_, seen) = certain(|faults| faults.bounce = 1.0);
    let states: Vec<_> = on(&seen, "/state").iter().map(|(_, b)| b["state"].clone()).collect();
    assert_eq!(states[..3], ["open", "closed", "open"]);

    let (world, _) = certain(|faults| faults.held_door = 1.0);
    assert!(world.gates.iter().any(|gate| gate.next_deadline().is_some()));
}

#[test]
fn a_delayed_swipe_still_says_when_it_was_made() {
    let mut world = world(Faults { delayed: 1.0, ..Faults::default() }, 1);
    let mut ages = Vec::new();
    run(&mut world, 30_000, |_, _, payload, now| {
        let body: Value = serde_json::from_slice(payload).unwrap();
        let made: Time = body["at"].as_str().unwrap().parse().unwrap();
        ages.push((now - made).num_milliseconds());
        Vec::new()
    });
    assert!(!ages.is_empty());
    assert!(ages.iter().all(|age| (6_000..10_100).contains(age)), "{ages:?}");
}

#[test]
fn a_forced_gate_stands_open_without_a_command() {
    let mut world = world(Faults { forced_door: 1.0, ..Faults::default() }, 1);
    let seen = run(&mut world, 30_000, |world, reader, _, _| refuse(world, reader));
    let states = on(&seen, "/state");
    assert!(
        states.iter().any(|(_, body)| body["state"] == "open" && body.get("command").is_none())
    );
    assert_eq!(world.summary.opened, 0);
}
