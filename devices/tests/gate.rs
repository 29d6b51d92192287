//! Stories of one gate: what is told to it, what it tells, with leaps in time.

#![expect(clippy::expect_used, reason = "helpers of tests may fail loudly")]

use std::time::Duration;

use chrono::TimeDelta;
use onecard_devices::gate::{
    Action, Gate, Input, PassageEnd, Stand,
    wire::{Leaf, PassageReport, StateReport},
};
use onecard_rules::{
    Time,
    access::Permit,
    ids::{AreaId, DecisionId, GateId, OperatorId},
    mode::{Mode, Owner},
    reason::Reason,
    site::{self, Direction, GateKind, GateTimes},
};
use proptest::prelude::*;

fn at(seconds: i64) -> Time {
    chrono::DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("a time")
}

fn gate_with(passage_sensor: bool) -> Gate {
    let area = |code: &str| AreaId::new(code).expect("a code");
    let site = site::Gate {
        id: GateId::new("north-1").expect("a code"),
        name: "北门1".into(),
        area: area("campus"),
        from: area("outside"),
        to: area("campus"),
        kind: GateKind::Turnstile,
        times: GateTimes::default(),
        requires: Vec::new(),
        passage_sensor,
        escape_route: true,
        open_during: Vec::new(),
    };
    Gate::new(site, "7")
}

fn gate() -> Gate {
    gate_with(true)
}

fn permit(decision: &str) -> Permit {
    let by = OperatorId::new("li").expect("a code");
    let gate = GateId::new("north-1").expect("a code");
    Permit::by_operator(decision_id(decision), gate, Direction::In, &by)
}

fn decision_id(code: &str) -> DecisionId {
    DecisionId::new(code).expect("a code")
}

fn leaf(leaf: Leaf) -> Input {
    reported(leaf, None)
}

fn reported(leaf: Leaf, command: Option<&str>) -> Input {
    let command = command.map(ToOwned::to_owned);
    let report = StateReport { leaf, command, tamper: false, detail: None };
    Input::Reported { report, retained: false }
}

fn passed(passed: bool, decision: Option<&str>) -> Input {
    let decision = decision.map(decision_id);
    Input::Passed(PassageReport { decision, direction: Direction::In, passed })
}

fn mode(mode: Mode) -> Input {
    Input::SetMode { mode, owner: Owner::Standing }
}

/// The alarms among actions: reason, and whether it was raised.
fn alarms(actions: &[Action]) -> Vec<(Reason, bool)> {
    let alarm = |action: &Action| match action {
        Action::Alarm { reason, standing } => Some((*reason, standing.is_some())),
        Action::SendOpen { .. } | Action::SendMode { .. } | Action::EndPassage(_) => None,
    };
    actions.iter().filter_map(alarm).collect()
}

fn ends(actions: &[Action]) -> Vec<(Option<&str>, bool)> {
    let end = |action| match action {
        &Action::EndPassage(PassageEnd { ref decision, passed, .. }) => {
            Some((decision.as_ref().map(DecisionId::as_str), passed))
        }
        &Action::Alarm { .. } | &Action::SendOpen { .. } | &Action::SendMode { .. } => None,
    };
    actions.iter().filter_map(end).collect()
}

fn last_command(actions: &[Action]) -> Option<String> {
    actions.iter().rev().find_map(|action| match action {
        Action::SendMode { command, .. } => Some(command.clone()),
        Action::SendOpen { .. } | Action::EndPassage(_) | Action::Alarm { .. } => None,
    })
}

#[test]
fn an_open_command_is_worthless_after_the_pulse() {
    let mut gate = gate();
    let actions = gate.handle(Input::Open(permit("d1")), at(0));
    let open = Duration::from_secs(3);
    let expected = Action::SendOpen { permit: permit("d1"), open, deadline: at(3) };
    assert_eq!(actions, [expected]);
}

#[test]
fn who_is_let_pass_and_passes_ends_a_passage() {
    let mut gate = gate();
    gate.handle(leaf(Leaf::Closed), at(0));
    gate.handle(Input::Open(permit("d1")), at(1));
    assert!(alarms(&gate.handle(leaf(Leaf::Open), at(2))).is_empty(), "it opens by right");
    assert_eq!(ends(&gate.handle(passed(true, Some("d1")), at(3))), [(Some("d1"), true)]);
    assert!(gate.handle(leaf(Leaf::Closed), at(4)).is_empty());
    assert!(gate.handle_deadline(at(60)).is_empty(), "nothing is left to wait for");
}

#[test]
fn who_does_not_pass_in_time_is_told_as_no_entry() {
    let mut gate = gate();
    gate.handle(Input::Open(permit("d1")), at(0));
    assert_eq!(gate.next_deadline(), Some(at(8)));
    assert!(gate.handle_deadline(at(7)).is_empty());
    assert_eq!(ends(&gate.handle_deadline(at(8))), [(Some("d1"), false)]);
    assert_eq!(
        ends(&gate.handle(passed(true, Some("d1")), at(9))),
        [(Some("d1"), true)],
        "late, but true"
    );
}

#[test]
fn without_decisions_people_pass_in_the_order_in_which_they_were_let_pass() {
    let mut gate = gate();
    for decision in ["d1", "d2", "d3"] {
        gate.handle(Input::Open(permit(decision)), at(0));
    }
    assert_eq!(ends(&gate.handle(passed(true, Some("d2")), at(1))), [(Some("d2"), true)]);
    assert_eq!(ends(&gate.handle(passed(true, None), at(2))), [(Some("d1"), true)]);
    assert_eq!(ends(&gate.handle(passed(false, None), at(3))), [(Some("d3"), false)]);
    assert_eq!(ends(&gate.handle(passed(true, None), at(4))), [(None, true)], "nobody knows who");
}

#[test]
fn at_a_gate_without_a_passage_sensor_a_grant_is_a_passage() {
    let mut gate = gate_with(false);
    gate.handle(leaf(Leaf::Closed), at(0));
    let actions = gate.handle(Input::Open(permit("d1")), at(0));
    assert_eq!(ends(&actions), [(Some("d1"), true)]);
    assert!(alarms(&gate.handle(leaf(Leaf::Open), at(2))).is_empty());
}

#[test]
fn a_gate_that_opens_without_a_permit_is_forced_until_it_closes() {
    let mut gate = gate();
    gate.handle(mode(Mode::Secure), at(0));
    gate.handle(reported(Leaf::Closed, Some("7-1")), at(0));
    assert_eq!(alarms(&gate.handle(leaf(Leaf::Open), at(5))), [(Reason::Forced, true)]);
    assert_eq!(alarms(&gate.handle(leaf(Leaf::Open), at(6))), [], "told once");
    assert_eq!(alarms(&gate.handle(leaf(Leaf::Closed), at(7))), [(Reason::Forced, false)]);
}

#[test]
fn a_state_that_the_broker_kept_is_no_new_opening() {
    let mut gate = gate();
    let report = StateReport { leaf: Leaf::Open, command: None, tamper: false, detail: None };
    let kept = Input::Reported { report, retained: true };
    assert!(alarms(&gate.handle(kept, at(0))).is_empty());
    assert_eq!(alarms(&gate.handle_deadline(at(30))), [(Reason::Held, true)], "but it is open");
}

#[test]
fn a_gate_open_for_too_long_is_held_until_it_closes() {
    let mut gate = gate();
    gate.handle(leaf(Leaf::Closed), at(0));
    gate.handle(Input::Open(permit("d1")), at(0));
    gate.handle(leaf(Leaf::Open), at(1));
    gate.handle(passed(true, None), at(2));
    assert_eq!(gate.next_deadline(), Some(at(31)));
    assert_eq!(alarms(&gate.handle_deadline(at(31))), [(Reason::Held, true)]);
    assert_eq!(alarms(&gate.handle(leaf(Leaf::Closed), at(40))), [(Reason::Held, false)]);
}

#[test]
fn a_gate_that_stands_open_by_order_is_neither_forced_nor_held() {
    for open_mode in [Mode::Free, Mode::Released] {
        let mut gate = gate();
        gate.handle(leaf(Leaf::Closed), at(0));
        let command = last_command(&gate.handle(mode(open_mode), at(0)));
        let actions = gate.handle(reported(Leaf::Open, command.as_deref()), at(1));
        assert!(alarms(&actions).is_empty());
        assert!(alarms(&gate.handle_deadline(at(3600))).is_empty());
    }
}

#[test]
fn an_emergency_release_clears_the_forced_alarm() {
    let mut gate = gate();
    gate.handle(leaf(Leaf::Closed), at(0));
    gate.handle(leaf(Leaf::Open), at(1));
    let actions = gate.handle(mode(Mode::Released), at(2));
    assert_eq!(alarms(&actions), [(Reason::Forced, false)]);
}

#[test]
fn a_mode_that_is_not_confirmed_is_alarmed_and_sent_again_until_it_is() {
    let mut gate = gate();
    let first = last_command(&gate.handle(mode(Mode::LockedDown), at(0))).expect("a command");
    let actions = gate.handle_deadline(at(2));
    assert_eq!(alarms(&actions), [(Reason::GateUnconfirmed, true)]);
    assert!(!gate.snapshot().confirmed);
    let mut waited = at(0);
    for at_least in [2, 4, 8, 16, 32, 60, 60] {
        let due = gate.next_deadline().expect("it is sent again");
        let wait = (due - waited).num_milliseconds();
        let (shortest, longest) = (at_least * 1000, at_least * 1000 + 2000);
        assert!((shortest..longest).contains(&wait), "{wait} ms, of at least {at_least} s");
        let actions = gate.handle_deadline(due);
        assert_eq!(last_command(&actions), Some(first.clone()), "the same order, not a new one");
        waited = due;
    }
    let actions = gate.handle(reported(Leaf::Closed, Some(&first)), waited);
    assert_eq!(alarms(&actions), [(Reason::GateUnconfirmed, false)]);
    assert!(gate.snapshot().confirmed);
    assert_eq!(gate.next_deadline(), None);
}

#[test]
fn a_gate_that_comes_back_is_told_its_mode_again() {
    let mut gate = gate();
    let told = last_command(&gate.handle(mode(Mode::LockedDown), at(0))).expect("a command");
    gate.handle(reported(Leaf::Closed, Some(&told)), at(1));
    let actions = gate.handle(Input::Availability { online: false }, at(2));
    assert_eq!(alarms(&actions), [(Reason::Offline, true)]);
    assert_eq!(gate.snapshot().stand, Stand::Unknown);
    let actions = gate.handle(Input::Availability { online: true }, at(9));
    assert_eq!(alarms(&actions), [(Reason::Offline, false)]);
    assert_eq!(last_command(&actions), Some(told));
    assert!(!gate.snapshot().confirmed);
}

#[test]
fn a_confirmation_of_another_run_confirms_nothing() {
    let mut gate = gate();
    gate.handle(mode(Mode::Secure), at(0));
    gate.handle(reported(Leaf::Closed, Some("6-1")), at(1));
    assert!(!gate.snapshot().confirmed);
}

#[test]
fn tamper_and_fault_are_alarms_that_clear() {
    let mut gate = gate();
    let report = |leaf, tamper| {
        let report = StateReport { leaf, command: None, tamper, detail: None };
        Input::Reported { report, retained: false }
    };
    let raised = alarms(&gate.handle(report(Leaf::Fault, true), at(0)));
    assert_eq!(raised, [(Reason::Tamper, true), (Reason::GateFault, true)]);
    let cleared = alarms(&gate.handle(report(Leaf::Closed, false), at(1)));
    assert_eq!(cleared, [(Reason::Tamper, false), (Reason::GateFault, false)]);
}

fn any_input() -> impl Strategy<Value = Input> {
    let leaves = prop_oneof![
        Just(Leaf::Closed),
        Just(Leaf::Open),
        Just(Leaf::Held),
        Just(Leaf::Forced),
        Just(Leaf::Fault)
    ];
    let modes = prop_oneof![
        Just(Mode::Secure),
        Just(Mode::Free),
        Just(Mode::Blocked),
        Just(Mode::LockedDown),
        Just(Mode::Released)
    ];
    prop_oneof![
        (0..50_u32).prop_map(|n| Input::Open(permit(&format!("d{n}")))),
        modes.prop_map(mode),
        (leaves, any::<bool>(), 1..9_u32, any::<bool>()).prop_map(|(leaf, tamper, n, retained)| {
            let command = Some(format!("7-{n}"));
            let report = StateReport { leaf, command, tamper, detail: None };
            Input::Reported { report, retained }
        }),
        (any::<bool>(), proptest::option::of(0..50_u32)).prop_map(|(done, n)| {
            let decision = n.map(|n| format!("d{n}"));
            passed(done, decision.as_deref())
        }),
        any::<bool>().prop_map(|online| Input::Availability { online }),
    ]
}

proptest! {
    /// Whatever happens: alarms alternate between raised and cleared, every awaited passage ends
    /// once, no command is sent later than its deadline, and closing the gate clears its leaf alarms.
    #[test]
    fn whatever_happens_to_a_gate_its_books_are_in_order(
        inputs in proptest::collection::vec((any_input(), 0..40_i64), 1..120)
    ) {
        let mut gate = gate();
        let mut now = at(0);
        let mut standing: Vec<Reason> = Vec::new();
        let (mut opened, mut ended) = (0_usize, 0_usize);
        let mut check = |actions: Vec<Action>, now: Time, opened: &mut usize, ended: &mut usize| {
            for action in actions {
                match action {
                    Action::SendOpen { deadline, .. } => { *opened += 1; assert!(deadline >= now); }
                    Action::SendMode { deadline, .. } => assert!(deadline >= now),
                    Action::EndPassage(end) => if end.decision.is_some() { *ended += 1 },
                    Action::Alarm { reason, standing: raised } => {
                        let stood = standing.contains(&reason);
                        if raised.is_some() {
                            assert!(!stood, "{reason} raised twice");
                            standing.push(reason);
                        } else {
                            assert!(stood, "{reason} cleared without standing");
                            standing.retain(|known| *known != reason);
                        }
                    }
                }
            }
            standing.clone()
        };
        for (input, wait) in inputs {
            now += TimeDelta::seconds(wait);
            let is_report = matches!(input, Input::Passed(_));
            let actions = gate.handle_deadline(now);
            check(actions, now, &mut opened, &mut ended);
            let before = ended;
            let actions = gate.handle(input, now);
            check(actions, now, &mut opened, &mut ended);
            if is_report && ended > before && gate.snapshot().awaited == 0 { /* a late one may come */ }
        }
        let closed = gate.handle(leaf(Leaf::Closed), now);
        let left = check(closed, now, &mut opened, &mut ended);
        for reason in [Reason::Held, Reason::Forced, Reason::GateFault] {
            prop_assert!(!left.contains(&reason), "{reason} outlives the closing");
        }
        let overdue = gate.handle_deadline(now + TimeDelta::hours(1));
        check(overdue, now, &mut opened, &mut ended);
        prop_assert_eq!(gate.snapshot().awaited, 0);
    }
}
