//! A valve's state machine: which of its words count, and which answer which command.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use chrono::TimeDelta;
use onecard_devices::valve::{
    Action, Input, News, Order, Valve,
    wire::{Leaf, StateReport},
};
use onecard_rules::{Time, reason::Reason};

const LEASE: TimeDelta = TimeDelta::seconds(8);

fn at(second: i64) -> Time {
    "2026-11-26T12:00:00Z".parse::<Time>().unwrap() + TimeDelta::seconds(second)
}

fn valve() -> Valve {
    Valve::new("shower-1".parse().unwrap(), "3")
}

fn says(leaf: Leaf, register: u64, command: Option<&str>) -> Input {
    let (command, detail) = (command.map(str::to_owned), None);
    Input::Reported { report: StateReport { leaf, register, command, detail }, retained: false }
}

fn told(news: News) -> Action {
    Action::Tell(news)
}

/// Orders, how the valve says that it stands, the command that it names, and what that is to others.
type Row<'a> = (&'a [Order], Leaf, Option<&'a str>, Option<News>);

#[test]
fn commands_have_ids_of_their_own_and_end_in_time() {
    let mut valve = valve();
    let rows = [
        (Order::Open { lease: LEASE }, "3-1", 2),
        (Order::Open { lease: LEASE }, "3-2", 2),
        (Order::Report, "3-3", 2),
        (Order::Close, "3-4", 10),
    ];
    for (order, id, within) in rows {
        let expected = Action::Send { id: id.to_owned(), order, deadline: at(within) };
        assert_eq!(valve.handle(Input::Ordered(order), at(0)), [expected]);
    }
}

#[test]
fn only_an_answer_to_the_last_command_says_that_it_has_closed() {
    let (open, close) = (Order::Open { lease: LEASE }, Order::Close);
    let register = |leaf| told(News::Register { ml: 7, leaf });
    // What it was told, what it says, under which command; what follows before the register.
    let rows: &[Row<'_>] = &[
        (&[], Leaf::Closed, None, None),
        (&[], Leaf::Closed, Some("2-9"), None),
        (&[open], Leaf::Closed, None, None),
        (&[open], Leaf::Closed, Some("2-9"), None),
        (&[open], Leaf::Open, Some("3-1"), None),
        (&[open], Leaf::Closed, Some("3-1"), Some(News::ClosedItself)),
        // It has not heard the renewal yet.
        (&[open, open], Leaf::Closed, Some("3-1"), None),
        (&[open, open], Leaf::Closed, Some("3-2"), Some(News::ClosedItself)),
        (&[open, close], Leaf::Closed, Some("3-1"), None),
        (&[open, close], Leaf::Open, Some("3-1"), None),
        (&[open, close], Leaf::Closed, Some("3-2"), Some(News::Closed)),
        (&[open, close, Order::Report], Leaf::Closed, Some("3-2"), Some(News::Closed)),
        (&[open, close, open], Leaf::Closed, Some("3-2"), None),
    ];
    for (orders, leaf, command, expected) in rows {
        let mut valve = valve();
        for order in *orders {
            valve.handle(Input::Ordered(*order), at(0));
        }
        let found = valve.handle(says(*leaf, 7, *command), at(1));
        let expected: Vec<_> =
            expected.clone().map(told).into_iter().chain([register(*leaf)]).collect();
        assert_eq!(found, expected, "{orders:?} {leaf:?} {command:?}");
    }
}

#[test]
fn a_fault_is_an_alarm_until_it_is_over_and_is_told_once() {
    let mut valve = valve();
    let alarm = |standing: Option<&str>| Action::Alarm {
        reason: Reason::ValveFault,
        standing: standing.map(str::to_owned),
    };
    let register = |leaf| told(News::Register { ml: 1, leaf });
    let first = valve.handle(says(Leaf::Fault, 1, None), at(0));
    let raised = alarm(Some("the valve reports a fault"));
    assert_eq!(first, [raised, told(News::Fault(String::new())), register(Leaf::Fault)]);
    assert_eq!(valve.handle(says(Leaf::Fault, 1, None), at(1)), [register(Leaf::Fault)]);
    assert_eq!(
        valve.handle(says(Leaf::Closed, 1, None), at(2)),
        [alarm(None), register(Leaf::Closed)]
    );

    // After a restart it clears what stood before.
    let mut back = Valve::new("shower-1".parse().unwrap(), "4");
    back.recover(Reason::ValveFault);
    assert_eq!(
        back.handle(says(Leaf::Closed, 1, None), at(3)),
        [alarm(None), register(Leaf::Closed)]
    );
}

#[test]
fn what_the_broker_kept_is_no_register_of_now() {
    let mut valve = valve();
    let report = StateReport { leaf: Leaf::Closed, register: 9, command: None, detail: None };
    assert_eq!(valve.handle(Input::Reported { report, retained: true }, at(0)), []);
    assert_eq!(valve.snapshot().register, Some(9));
}

#[test]
fn a_connection_that_is_gone_is_an_alarm() {
    let mut valve = valve();
    let online = |online| Input::Availability { online };
    assert_eq!(valve.handle(online(true), at(0)), [told(News::Online(true))]);
    let gone = valve.handle(online(false), at(1));
    let Action::Alarm { reason: Reason::Offline, standing: Some(_) } = &gone[1] else {
        panic!("{gone:?}")
    };
    assert_eq!(gone[0], told(News::Online(false)));
    assert_eq!(valve.handle(online(false), at(2)), []);
    let over = Action::Alarm { reason: Reason::Offline, standing: None };
    assert_eq!(valve.handle(online(true), at(3)), [told(News::Online(true)), over]);
}
