//! Commands to a relay and their outcomes; relays that do not obey; start-up.

use onecard_rules::power::{
    demand::{DemandBoard, Demander, Verdict},
    relay::{
        Action, Input, Outcome,
        Position::{Closed, Open},
        RelayAlarm, RelayControl, RelaySettings, Want,
    },
};

use crate::{
    demand::off,
    room::{after, operator},
};

fn words(action: &Action) -> String {
    match action {
        Action::Read => "read".to_owned(),
        Action::Send(command) => {
            let urgent = if command.urgent { " urgently" } else { "" };
            format!("send {} {:?}{urgent}", command.id, command.to)
        }
        Action::Withdraw { id } => format!("withdraw {id}"),
        Action::Done(record) => {
            format!("{} {:?}", record.command.id, record.outcome.expect("an ended command").0)
        }
        Action::Raise(alarm) => format!("raise {alarm:?}"),
        Action::Clear(alarm) => format!("clear {alarm:?}"),
    }
}

/// The board's verdict when these hold a demand.
pub fn want(demanders: &[Demander]) -> Input {
    let mut board = DemandBoard::default();
    for demander in demanders {
        board.post(off(*demander));
    }
    Input::Want(Want::from(&board.verdict()))
}

fn on() -> Input {
    Input::Want(Want::from(&Verdict::On))
}

fn trip() -> Input {
    want(&[Demander::Protection])
}

fn unpaid() -> Input {
    want(&[Demander::Credit])
}

struct Desk {
    relay: RelayControl,
}

impl Desk {
    /// A relay that is closed, wanted so, and draws 5 A.
    fn running() -> Self {
        let mut desk = Self { relay: RelayControl::new(RelaySettings::default()) };
        let actions: Vec<String> = desk.relay.start(after(0.0)).iter().map(words).collect();
        assert_eq!(actions, ["read"]);
        desk.does(0.1, Input::Position(Closed), &[]);
        desk.does(0.2, on(), &[]);
        desk.does(0.3, Input::Current(5.0), &[]);
        desk
    }

    #[track_caller]
    fn does(&mut self, seconds: f64, input: Input, expected: &[&str]) {
        let told = format!("{input:?} at {seconds}");
        let found: Vec<String> =
            self.relay.handle(input, after(seconds)).iter().map(words).collect();
        assert_eq!(found, expected, "{told}");
    }

    /// The next deadline is at `seconds` and not before; lets it pass.
    #[track_caller]
    fn due(&mut self, seconds: f64, expected: &[&str]) {
        assert_eq!(self.relay.next_deadline(), Some(after(seconds)));
        assert!(self.relay.handle_deadline(after(seconds - 0.001)).is_empty(), "too early");
        let found: Vec<String> =
            self.relay.handle_deadline(after(seconds)).iter().map(words).collect();
        assert_eq!(found, expected, "at {seconds}");
    }

    #[track_caller]
    fn rests(&self) {
        assert_eq!(self.relay.next_deadline(), None);
        assert!(self.relay.pending().is_none());
    }
}

#[test]
fn a_trip_is_accepted_sent_answered_and_seen() {
    let mut desk = Desk::running();
    desk.does(1.0, trip(), &["send 0 Open urgently"]);
    desk.does(1.1, Input::Sent { id: 0 }, &[]);
    desk.does(1.2, Input::Answered { id: 0 }, &["read"]);
    desk.does(1.3, Input::Position(Open), &[]);
    desk.does(1.4, Input::Current(0.0), &["0 Seen"]);
    desk.rests();
    let record = desk.relay.history().next().expect("it is kept").clone();
    assert_eq!(record.sent, Some(after(1.1)));
    assert_eq!(record.answered, Some(after(1.2)));
    assert_eq!(record.outcome, Some((Outcome::Seen, after(1.4))));
    assert_eq!(record.command.why, Some(off(Demander::Protection).why));
    let text = serde_json::to_string(&record).expect("the chain of commands is stored");
    assert_eq!(
        serde_json::from_str::<onecard_rules::power::relay::Record>(&text).ok(),
        Some(record)
    );
}

#[test]
fn closing_needs_no_current_to_be_seen() {
    let mut desk = Desk { relay: RelayControl::new(RelaySettings::default()) };
    desk.relay.start(after(0.0));
    desk.does(0.1, Input::Position(Open), &[]);
    desk.does(0.2, on(), &["send 0 Closed"]);
    desk.does(0.3, Input::Sent { id: 0 }, &[]);
    desk.does(0.4, Input::Answered { id: 0 }, &["read"]);
    desk.does(0.5, Input::Position(Closed), &["0 Seen"]);
    desk.rests();
}

#[test]
fn a_read_back_from_before_the_command_proves_nothing() {
    let mut desk = Desk::running();
    desk.does(1.0, trip(), &["send 0 Open urgently"]);
    desk.does(1.05, Input::Position(Open), &[]);
    desk.does(1.06, Input::Current(0.0), &[]);
    assert!(desk.relay.pending().is_some());
    desk.does(1.1, Input::Sent { id: 0 }, &[]);
    desk.does(1.2, Input::Position(Open), &[]);
    desk.does(1.3, Input::Current(0.0), &["0 Seen"]);
}

#[test]
fn an_expired_command_is_never_sent_and_a_trip_is_issued_anew() {
    let mut desk = Desk::running();
    desk.does(1.0, trip(), &["send 0 Open urgently"]);
    let command = desk.relay.pending().expect("a command").command.clone();
    assert!(!command.is_expired(after(2.999)) && command.is_expired(after(3.0)));
    desk.due(3.0, &["0 Expired", "send 1 Open urgently"]);
    // The line reports the first one after all: it is nobody's any more.
    desk.does(3.1, Input::Sent { id: 0 }, &[]);
    assert_eq!(desk.relay.pending().map(|record| record.sent), Some(None));
    // An ordinary command waits its pause out.
    let mut desk = Desk::running();
    desk.does(1.0, unpaid(), &["send 0 Open"]);
    desk.due(3.0, &["0 Expired"]);
    desk.due(13.0, &["send 1 Open"]);
}

#[test]
fn a_relay_that_disobeys_is_tried_again_only_on_what_is_seen_and_not_for_ever() {
    let mut desk = Desk::running();
    desk.does(1.0, trip(), &["send 0 Open urgently"]);
    let mut at = 1.0;
    for attempt in 0..3_u64 {
        desk.does(at + 0.1, Input::Sent { id: attempt }, &[]);
        desk.does(at + 0.2, Input::Answered { id: attempt }, &["read"]);
        desk.does(at + 0.3, Input::Position(Closed), &[]);
        let ended = format!("{attempt} Disobeyed");
        let raised: &[&str] = &[&ended, "raise Disobeys"];
        desk.due(at + 2.0, if attempt == 0 { raised } else { &raised[..1] });
        if attempt < 2 {
            let next = format!("send {} Open urgently", attempt + 1);
            desk.due(at + 12.0, &[&next]);
        }
        at += 12.0;
    }
    desk.does(100.0, Input::Position(Closed), &[]);
    assert!(desk.relay.pending().is_none(), "after three attempts a person has to look");
    desk.does(200.0, Input::Retry { by: operator("li") }, &["clear Disobeys", "read"]);
    desk.does(200.1, Input::Position(Closed), &["send 3 Open urgently"]);
}

#[test]
fn a_refusal_counts_as_disobeying() {
    let mut desk = Desk::running();
    desk.does(1.0, trip(), &["send 0 Open urgently"]);
    desk.does(1.1, Input::Sent { id: 0 }, &[]);
    desk.does(1.2, Input::Refused { id: 0 }, &["0 Refused", "raise Disobeys"]);
    desk.due(11.2, &["send 1 Open urgently"]);
    desk.does(11.3, Input::Sent { id: 1 }, &[]);
    desk.does(11.4, Input::Position(Open), &["clear Disobeys"]);
    desk.does(11.5, Input::Current(0.0), &["1 Seen"]);
}

#[test]
fn a_trip_goes_out_to_a_unit_that_answers_nothing() {
    let mut desk = Desk { relay: RelayControl::new(RelaySettings::default()) };
    desk.relay.start(after(0.0));
    desk.does(0.5, trip(), &[]);
    desk.due(2.0, &["raise Silent", "send 0 Open urgently"]);
    desk.does(2.1, Input::Sent { id: 0 }, &[]);
    desk.due(4.0, &["0 Unanswered", "read"]);
    desk.due(6.0, &[]);
    desk.due(16.0, &["send 1 Open urgently"]);
    desk.does(16.1, Input::Sent { id: 1 }, &[]);
    // It had heard the first one: the read-back shows it.
    desk.does(16.2, Input::Position(Open), &["clear Silent"]);
    desk.does(16.3, Input::Current(0.0), &["1 Seen"]);
}

#[test]
fn an_ordinary_demand_is_never_sent_to_a_relay_that_cannot_be_read() {
    for demand in [unpaid(), on()] {
        let mut desk = Desk { relay: RelayControl::new(RelaySettings::default()) };
        desk.relay.start(after(0.0));
        desk.does(0.5, demand, &[]);
        desk.due(2.0, &["raise Silent"]);
        desk.due(12.0, &["read"]);
        desk.due(14.0, &[]);
        desk.due(24.0, &["read"]);
    }
}

#[test]
fn the_start_reads_compares_and_only_then_acts() {
    // How it stands, what is wanted, and what follows.
    let rows: [(_, Input, &[&str]); 6] = [
        (Closed, on(), &[]),
        (Open, unpaid(), &[]),
        (Open, trip(), &[]),
        (Open, on(), &["send 0 Closed"]),
        (Closed, unpaid(), &["send 0 Open"]),
        (Closed, trip(), &["send 0 Open urgently"]),
    ];
    for (position, demand, expected) in rows {
        let mut desk = Desk { relay: RelayControl::new(RelaySettings::default()) };
        desk.relay.start(after(0.0));
        desk.does(0.1, demand, &[]);
        desk.does(0.2, Input::Position(position), expected);
    }
}

#[test]
fn the_contact_rests_between_two_operations_but_never_delays_a_trip() {
    let mut desk = Desk::running();
    desk.does(1.0, unpaid(), &["send 0 Open"]);
    desk.does(1.1, Input::Sent { id: 0 }, &[]);
    desk.does(1.2, Input::Position(Open), &[]);
    desk.does(1.3, Input::Current(0.0), &["0 Seen"]);
    desk.does(2.0, on(), &[]);
    desk.due(11.1, &["send 1 Closed"]);
    desk.does(11.2, Input::Sent { id: 1 }, &[]);
    desk.does(11.3, Input::Position(Closed), &["1 Seen"]);
    desk.does(12.0, unpaid(), &[]);
    desk.does(12.5, on(), &[]);
    desk.rests();
    desk.does(13.0, trip(), &["send 2 Open urgently"]);
}

#[test]
fn a_trip_overtakes_what_is_under_way() {
    // An ordinary opening that has not gone out makes room for the trip.
    let mut desk = Desk::running();
    desk.does(1.0, unpaid(), &["send 0 Open"]);
    let both = want(&[Demander::Credit, Demander::Protection]);
    desk.does(1.1, both, &["withdraw 0", "0 Superseded", "send 1 Open urgently"]);
    // A closing that is on the wire may yet be carried out: the trip goes out behind it at once,
    // though the last read-back said open.
    let mut desk = Desk { relay: RelayControl::new(RelaySettings::default()) };
    desk.relay.start(after(0.0));
    desk.does(0.1, Input::Position(Open), &[]);
    desk.does(0.2, on(), &["send 0 Closed"]);
    desk.does(0.3, Input::Sent { id: 0 }, &[]);
    desk.does(0.4, trip(), &["0 Superseded", "send 1 Open urgently"]);
    // An ordinary change of mind reads first.
    let mut desk = Desk { relay: RelayControl::new(RelaySettings::default()) };
    desk.relay.start(after(0.0));
    desk.does(0.1, Input::Position(Open), &[]);
    desk.does(0.2, on(), &["send 0 Closed"]);
    desk.does(0.3, Input::Sent { id: 0 }, &[]);
    desk.does(0.4, unpaid(), &["0 Superseded", "read"]);
    desk.does(0.5, Input::Position(Closed), &[]);
    desk.due(10.3, &["send 1 Open"]);
}

#[test]
fn a_top_up_does_not_withdraw_a_trip() {
    let mut desk = Desk::running();
    let both = want(&[Demander::Credit, Demander::Protection]);
    desk.does(1.0, both, &["send 0 Open urgently"]);
    desk.does(1.1, trip(), &[]);
    desk.does(1.2, Input::Sent { id: 0 }, &[]);
    desk.does(1.3, Input::Position(Open), &[]);
    desk.does(1.4, Input::Current(0.0), &["0 Seen"]);
    desk.rests();
}

#[test]
fn a_room_that_draws_with_its_relay_open_is_an_alarm_and_no_reason_to_switch() {
    let mut desk = Desk::running();
    desk.does(1.0, trip(), &["send 0 Open urgently"]);
    desk.does(1.1, Input::Sent { id: 0 }, &[]);
    desk.does(1.2, Input::Position(Open), &[]);
    desk.does(1.3, Input::Current(5.0), &[]);
    desk.due(3.0, &["0 Disobeyed", "raise DrawsWhileOpen"]);
    desk.does(4.0, Input::Current(5.0), &[]);
    desk.does(5.0, Input::Position(Open), &[]);
    desk.rests();
    desk.does(6.0, Input::Current(0.05), &["clear DrawsWhileOpen"]);
    // It begins while nothing is under way: three seconds make the alarm.
    desk.does(10.0, Input::Current(2.0), &[]);
    desk.does(12.9, Input::Current(2.0), &[]);
    desk.does(13.0, Input::Current(2.0), &["raise DrawsWhileOpen"]);
    desk.rests();
}

#[test]
fn a_locked_breaker_is_an_alarm_and_is_not_closed() {
    let mut desk = Desk { relay: RelayControl::new(RelaySettings::default()) };
    desk.relay.start(after(0.0));
    desk.does(0.1, Input::LocallyLocked(true), &["raise LocallyLocked"]);
    desk.does(0.2, Input::Position(Open), &[]);
    desk.does(0.3, on(), &[]);
    desk.rests();
    desk.does(60.0, Input::LocallyLocked(false), &["clear LocallyLocked", "read"]);
    desk.does(60.1, Input::Position(Open), &["send 0 Closed"]);
    // A trip of one that is closed is tried all the same.
    let mut desk = Desk::running();
    desk.does(1.0, Input::LocallyLocked(true), &["raise LocallyLocked"]);
    desk.does(1.1, unpaid(), &[]);
    desk.does(1.2, trip(), &["send 0 Open urgently"]);
}

#[test]
fn a_relay_that_opened_by_itself_is_left_open_until_a_person_has_looked() {
    let mut desk = Desk::running();
    desk.does(1.0, Input::Position(Open), &["raise OpenedByItself"]);
    desk.does(60.0, Input::Position(Open), &[]);
    desk.rests();
    desk.does(90.0, Input::Retry { by: operator("li") }, &["clear OpenedByItself", "read"]);
    desk.does(90.1, Input::Position(Open), &["send 0 Closed"]);
}

#[test]
fn a_relay_closed_by_a_hand_is_opened_again() {
    let mut desk = Desk { relay: RelayControl::new(RelaySettings::default()) };
    desk.relay.start(after(0.0));
    desk.does(0.1, Input::Position(Open), &[]);
    desk.does(0.2, trip(), &[]);
    desk.does(9.0, Input::Position(Closed), &["raise ClosedByItself", "send 0 Open urgently"]);
    desk.does(9.1, Input::Sent { id: 0 }, &[]);
    desk.does(9.2, Input::Position(Open), &["clear ClosedByItself"]);
    desk.does(9.3, Input::Current(0.0), &["0 Seen"]);
    assert!(!desk.relay.alarms().contains(&RelayAlarm::ClosedByItself));
}

#[test]
fn the_history_is_bounded() {
    let mut desk = Desk::running();
    for round in 0..12_u64 {
        let at = 100.0 * f64::from(u32::try_from(round).expect("small"));
        let (to, demand) = if round % 2 == 0 { (Open, unpaid()) } else { (Closed, on()) };
        desk.relay.handle(demand, after(at + 20.0));
        desk.relay.handle(Input::Sent { id: round }, after(at + 20.1));
        desk.relay.handle(Input::Position(to), after(at + 20.2));
        desk.relay.handle(Input::Current(0.0), after(at + 20.3));
    }
    let ids: Vec<u64> = desk.relay.history().map(|record| record.command.id).collect();
    assert_eq!(ids, (4..12).collect::<Vec<u64>>());
}
