//! The gate's behaviour, told as stories.

use onecard_rules::ids::SiteId;
use serde_json::Value;

use super::*;

fn gate() -> GateSim {
    let topics = Topics::new("onecard", &SiteId::new("main").unwrap());
    GateSim::new(&topics, "north", GateId::new("north-1").unwrap(), true)
}

fn at(ms: i64) -> Time {
    Time::from_timestamp_millis(1_795_000_000_000 + ms).unwrap()
}

fn open(deadline: Time) -> Vec<u8> {
    let body = json!({
        "command": "open", "direction": "in", "open_ms": 3000, "decision": "D1",
        "deadline": clock::stamp(deadline),
    });
    body.to_string().into_bytes()
}

fn body(publication: &Publication) -> Value {
    serde_json::from_slice(&publication.payload).unwrap()
}

#[test]
fn a_command_past_its_deadline_is_ignored() {
    let mut gate = gate();
    let (obeyed, out) = gate.handle_command(&open(at(2_000)), at(2_001));
    assert_eq!((obeyed, out.len()), (Obeyed::TooLate, 0));
    assert!(!gate.is_open_for(Direction::In));
    let (obeyed, out) = gate.handle_command(&open(at(2_000)), at(2_000));
    assert_eq!(obeyed, Obeyed::Opened(Direction::In));
    assert_eq!(out.len(), 1);
}

#[test]
fn an_opened_gate_lets_one_person_through_and_shuts() {
    let mut gate = gate();
    let (_, out) = gate.handle_command(&open(at(2_000)), at(0));
    let state = body(&out[0]);
    assert_eq!((&state["state"], &state["command"]), (&json!("open"), &json!("D1")));
    assert!(out[0].retain);
    assert!(gate.walk_through(Direction::Out, at(400)).is_none());
    let passage = gate.walk_through(Direction::In, at(500)).unwrap().remove(0);
    assert_eq!(&*passage.topic, "onecard/main/north/gate/north-1/passage");
    let told = body(&passage);
    assert_eq!(told["decision"], "D1");
    assert_eq!((&told["passed"], &told["direction"]), (&json!(true), &json!("in")));
    assert!(gate.walk_through(Direction::In, at(600)).is_none(), "one permit, one person");
    assert_eq!(gate.next_deadline(), Some(at(3_000)));
    let out = gate.handle_deadline(at(3_000));
    assert_eq!(out.len(), 1);
    assert_eq!(body(&out[0])["state"], "closed");
    assert_eq!(gate.next_deadline(), None);
}

#[test]
fn nobody_walking_through_is_reported() {
    let mut gate = gate();
    gate.handle_command(&open(at(2_000)), at(0));
    let out = gate.handle_deadline(at(3_000));
    assert_eq!(body(&out[0])["passed"], false);
    assert_eq!(body(&out[1])["state"], "closed");
}

#[test]
fn a_gate_held_open_lets_everybody_through_until_it_is_secured() {
    let mut gate = gate();
    let hold = br#"{"command":"hold_open","id":"C1","mode":"free"}"#;
    let (obeyed, out) = gate.handle_command(hold, at(0));
    assert_eq!(obeyed, Obeyed::Stands);
    let state = body(&out[0]);
    assert_eq!(
        (&state["state"], &state["command"], &state["mode"]),
        (&json!("open"), &json!("C1"), &json!("free"))
    );
    for ms in [1, 2, 3] {
        let passage = gate.walk_through(Direction::Out, at(ms)).unwrap().remove(0);
        assert_eq!(body(&passage).get("decision"), None);
    }
    let (_, out) = gate.handle_command(br#"{"command":"secure","id":"C2","mode":"secure"}"#, at(9));
    assert_eq!(body(&out[0])["state"], "closed");
    assert!(gate.walk_through(Direction::Out, at(10)).is_none());
}

#[test]
fn a_locked_gate_still_obeys_a_permit() {
    let mut gate = gate();
    gate.handle_command(br#"{"command":"lock","id":"C1","mode":"locked_down"}"#, at(0));
    assert!(gate.walk_through(Direction::In, at(1)).is_none());
    let (obeyed, _) = gate.handle_command(&open(at(2_000)), at(2));
    assert_eq!(obeyed, Obeyed::Opened(Direction::In));
}

#[test]
fn a_text_that_is_no_command_moves_nothing() {
    for payload in [
        "",
        "{}",
        r#"{"command":"explode"}"#,
        r#"{"command":"open","direction":"in","open_ms":3000}"#,
        r#"{"command":"open","deadline":"soon"}"#,
    ] {
        let (obeyed, out) = gate().handle_command(payload.as_bytes(), at(0));
        assert_eq!((obeyed, out.len()), (Obeyed::NotUnderstood, 0), "{payload}");
    }
}

#[test]
fn a_forced_gate_is_open_without_a_command_until_it_falls_shut() {
    let mut gate = gate();
    let state = body(&gate.force(at(5_000), at(0)));
    assert_eq!((&state["state"], state.get("command")), (&json!("open"), None));
    assert!(gate.walk_through(Direction::In, at(1)).is_none(), "the sensor is not asked");
    assert!(gate.handle_deadline(at(4_999)).is_empty());
    assert_eq!(body(&gate.handle_deadline(at(5_000))[0])["state"], "closed");
}

#[test]
fn a_held_leaf_stays_open_after_its_opening() {
    let mut gate = gate();
    gate.handle_command(&open(at(2_000)), at(0));
    gate.walk_through(Direction::In, at(1)).unwrap();
    gate.hold(at(60_000));
    assert!(gate.handle_deadline(at(3_000)).is_empty());
    assert_eq!(body(&gate.handle_deadline(at(60_000))[0])["state"], "closed");
}

#[test]
fn an_unacknowledged_passage_returns_on_the_next_connection() {
    let mut gate = gate();
    gate.handle_command(&open(at(2_000)), at(0));
    let passage = gate.walk_through(Direction::In, at(1)).unwrap().remove(0);
    let told = gate.connected(at(2));
    assert_eq!(told[0].payload.as_ref(), b"online");
    assert_eq!(body(&told[1])["state"], "open");
    assert_eq!(told[2].payload, passage.payload);
    gate.acknowledged(passage.token.unwrap());
    assert_eq!(gate.connected(at(3)).len(), 2);
}

#[test]
fn a_bouncing_contact_ends_as_it_was() {
    let mut gate = gate();
    gate.handle_command(&open(at(2_000)), at(0));
    let states: Vec<_> =
        gate.bounce(at(1)).iter().map(|state| body(state)["state"].clone()).collect();
    assert_eq!(states, ["closed", "open"]);
}
