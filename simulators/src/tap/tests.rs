//! A simulated valve: its lease, its register, its faults.

use chrono::TimeDelta;
use onecard_rules::ids::SiteId;
use serde_json::Value;

use super::*;

fn at(ms: i64) -> Time {
    "2026-11-26T21:00:00Z".parse::<Time>().unwrap() + TimeDelta::milliseconds(ms)
}

fn tap() -> TapSim {
    let topics = Topics::new("onecard", &SiteId::new("main").unwrap());
    TapSim::new(&topics, "dorm-1", "shower-1".parse().unwrap(), 1_000, at(0))
}

fn command(verb: &str, id: &str, deadline_ms: i64) -> Vec<u8> {
    let deadline = clock::stamp(at(deadline_ms));
    json!({"command": verb, "id": id, "lease_ms": 8_000, "deadline": deadline})
        .to_string()
        .into_bytes()
}

fn says(publications: &[Publication]) -> Vec<(String, u64, Option<String>)> {
    let one = |publication: &Publication| {
        let body: Value = serde_json::from_slice(&publication.payload).unwrap();
        let text = |key: &str| body[key].as_str().map(str::to_owned);
        (text("state").unwrap(), body["register_ml"].as_u64().unwrap(), text("command"))
    };
    publications.iter().map(one).collect()
}

#[test]
fn water_flows_under_a_lease_and_the_valve_closes_when_nobody_renews_it() {
    let mut tap = tap();
    let (obeyed, out) = tap.handle_command(&command("open", "1-1", 2_000), at(0));
    assert_eq!(obeyed, Obeyed::Opened);
    assert_eq!(says(&out), [("open".into(), 1_000, Some("1-1".into()))]);
    assert_eq!(&*out[0].topic, "onecard/main/dorm-1/valve/shower-1/state");
    tap.turn(150, at(0));
    let (_, out) = tap.handle_command(&command("open", "1-2", 5_000), at(3_000));
    assert_eq!(says(&out).last().unwrap().1, 1_450);
    // The lease of the second ends at 11 s, however late somebody looks.
    let out = tap.handle_deadline(at(60_000));
    assert_eq!(says(&out)[0], ("closed".into(), 1_000 + 150 * 11, Some("1-2".into())));
    assert!(!tap.is_open());
    assert_eq!(tap.register_ml(), 2_650, "nothing flows after that");
}

#[test]
fn a_command_that_is_late_or_no_command_is_not_obeyed() {
    let mut tap = tap();
    let (obeyed, out) = tap.handle_command(&command("open", "1-1", 2_000), at(2_001));
    assert_eq!((obeyed, out.len(), tap.is_open()), (Obeyed::TooLate, 0, false));
    let deadline = clock::stamp(at(9_000));
    for wrong in [
        "{}".to_owned(),
        "[]".to_owned(),
        json!({"command": "open", "id": "1", "deadline": deadline}).to_string(),
        json!({"command": "open", "id": "1", "lease_ms": 8_000}).to_string(),
        json!({"command": "explode", "id": "1", "deadline": deadline}).to_string(),
    ] {
        let (obeyed, _) = tap.handle_command(wrong.as_bytes(), at(3_000));
        assert_eq!((obeyed, tap.is_open()), (Obeyed::NotUnderstood, false), "{wrong}");
    }
}

#[test]
fn each_fault_shows_in_what_flows_and_in_what_is_told() {
    let flowed = |fault: Fault, open: bool| {
        let mut tap = tap();
        if open {
            tap.handle_command(&command("open", "1-1", 2_000), at(0));
        }
        tap.turn(150, at(0));
        tap.fault(fault, true, at(0));
        tap.handle_deadline(at(4_000));
        tap.register_ml() - 1_000
    };
    let rows = [
        (Fault::NoFlow, true, 0),
        (Fault::Leak, false, 40),
        (Fault::Leak, true, 600),
        (Fault::Burst, true, 12_000),
        (Fault::Burst, false, 0),
    ];
    for (fault, open, expected) in rows {
        assert_eq!(flowed(fault, open), expected, "{fault:?} {open}");
    }
    let mut stuck = tap();
    stuck.handle_command(&command("open", "1-1", 2_000), at(0));
    stuck.fault(Fault::Stuck, true, at(0));
    let (obeyed, out) = stuck.handle_command(&command("close", "1-2", 60_000), at(20_000));
    assert_eq!((obeyed, stuck.is_open()), (Obeyed::Not, true));
    assert_eq!(says(&out).last().unwrap().2.as_deref(), Some("1-1"));
    let mut broken = tap();
    let out = broken.fault(Fault::Broken, true, at(0));
    assert_eq!(says(&out)[0].0, "fault");
    assert_eq!(broken.handle_command(&command("open", "1-1", 2_000), at(0)).0, Obeyed::Not);
}
