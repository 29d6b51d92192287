//! Sessions at a tap: every way in which water stops, and that all of it is settled once.

use chrono::TimeDelta;
use onecard_rules::{
    Time,
    ledger::RowNo,
    water::{Action, Input, Leak, Measure, Session, Settings, State, Stop, Tap},
};

const SETTINGS: Settings = Settings {
    measure: Measure::Volume,
    lease: TimeDelta::seconds(8),
    renew_every: TimeDelta::seconds(3),
    no_flow: TimeDelta::seconds(40),
    longest: TimeDelta::minutes(15),
    patience: TimeDelta::seconds(2),
    most_per_second: 500,
    leak: 50,
};

fn at(second: i64) -> Time {
    "2026-11-26T12:00:00Z".parse::<Time>().unwrap() + TimeDelta::seconds(second)
}

fn session(payer: &str) -> Session {
    Session { number: 7, payer: format!("purse:{payer}").parse().unwrap() }
}

/// A tap with its settings, and the valve's own timer.
struct Bench {
    tap: Tap,
    settings: Settings,
    told: Vec<Action>,
}

impl Bench {
    fn new(measure: Measure) -> Self {
        let settings = Settings { measure, ..SETTINGS };
        Self { tap: Tap::default(), settings, told: Vec::new() }
    }

    fn input(&mut self, second: i64, input: Input) -> Vec<Action> {
        let actions = self.tap.handle(input, at(second), &self.settings);
        self.told.extend(actions.clone());
        actions
    }

    /// Lets the time pass, and everything happen that is due by itself.
    fn until(&mut self, second: i64) -> Vec<Action> {
        let mut all = Vec::new();
        while let Some(due) =
            self.tap.next_deadline(&self.settings).filter(|due| *due <= at(second))
        {
            all.extend(self.tap.handle_deadline(due, &self.settings));
        }
        self.told.extend(all.clone());
        all
    }

    /// Somebody swipes at second 0, with the meter at 1,000 ml and money for `affordable`.
    fn open(measure: Measure, affordable: u64) -> Self {
        let mut bench = Self::new(measure);
        bench.input(-5, Input::Register(1_000));
        assert_eq!(bench.input(0, Input::Swiped(session("li"))), [Action::Reserve(session("li"))]);
        let reserved = Input::Reserved { reservation: RowNo(3), affordable };
        let lease = SETTINGS.lease;
        assert_eq!(bench.input(0, reserved), [Action::Open { lease }]);
        bench
    }

    /// The valve closes and the meter is read; what is settled.
    fn settled(&mut self, second: i64, register: u64) -> (u64, Stop) {
        assert_eq!(self.input(second, Input::ValveClosed), [Action::ReadMeter]);
        let actions = self.input(second, Input::Register(register));
        let [Action::Settle { quantity, why, run }] = actions.as_slice() else {
            panic!("{actions:?}")
        };
        assert_eq!(run.reservation, RowNo(3));
        let settled = (*quantity, *why);
        assert_eq!(self.input(second, Input::Settled), []);
        assert_eq!(self.tap.snapshot(), &State::Idle);
        settled
    }
}

#[test]
fn water_stops_for_each_reason_and_is_settled_by_the_meter() {
    let mut bench = Bench::open(Measure::Volume, 60_000);
    bench.input(2, Input::Register(1_900));
    assert_eq!(bench.input(3, Input::Swiped(session("li"))), [Action::Close]);
    assert_eq!(bench.settled(4, 2_000), (1_000, Stop::SecondSwipe));

    let mut bench = Bench::open(Measure::Volume, 60_000);
    bench.input(2, Input::Register(1_200));
    assert_eq!(bench.input(3, Input::CardRemoved), [Action::Close]);
    assert_eq!(bench.settled(4, 1_300), (300, Stop::CardRemoved));

    let mut bench = Bench::open(Measure::Volume, 1_000);
    bench.input(3, Input::Register(1_990));
    assert_eq!(bench.input(4, Input::Register(2_005)), [Action::Close]);
    assert_eq!(bench.settled(5, 2_030), (1_030, Stop::Spent));

    let mut bench = Bench::open(Measure::Volume, 60_000);
    bench.input(5, Input::Register(1_500));
    assert_eq!(bench.until(44).last(), Some(&Action::Open { lease: SETTINGS.lease }));
    assert_eq!(bench.until(45).last(), Some(&Action::Close));
    assert_eq!(bench.settled(46, 1_500), (500, Stop::NoFlow));

    let mut bench = Bench::open(Measure::Volume, 60_000_000);
    for second in 1..900 {
        bench.until(second);
        bench.input(second, Input::Register(1_000 + 10 * second.unsigned_abs()));
    }
    assert_eq!(bench.until(900), [Action::Close]);
    assert_eq!(bench.settled(901, 10_000), (9_000, Stop::TimeUp));

    let mut bench = Bench::open(Measure::Volume, 60_000);
    bench.input(3, Input::Register(1_200));
    assert_eq!(bench.input(3, Input::ValveClosed), [Action::Close], "somebody turned it off");
    assert_eq!(bench.settled(4, 1_200), (200, Stop::ClosedAtTap));

    let mut bench = Bench::open(Measure::Volume, 60_000);
    assert_eq!(bench.input(3, Input::Shut), [Action::Close]);
    assert_eq!(bench.settled(4, 1_250), (250, Stop::Operator));

    let mut bench = Bench::open(Measure::Volume, 60_000);
    let fault = bench.input(3, Input::ValveFault);
    assert_eq!(fault, [Action::Close, Action::Alarm(Leak::ValveFault)]);
    assert_eq!(bench.settled(4, 1_400), (400, Stop::Fault));
}

#[test]
fn the_lease_is_renewed_as_long_as_water_runs_and_not_longer() {
    let mut bench = Bench::open(Measure::Volume, 60_000);
    let renewals = bench.until(30);
    assert_eq!(renewals.len(), 10, "{renewals:?}");
    assert!(renewals.iter().all(|action| *action == Action::Open { lease: SETTINGS.lease }));
    bench.input(30, Input::CardRemoved);
    let after = bench.until(60);
    assert!(!after.contains(&Action::Open { lease: SETTINGS.lease }), "{after:?}");
}

#[test]
fn seconds_and_uses_are_counted_too() {
    let mut bench = Bench::open(Measure::Time, 30);
    assert_eq!(bench.until(30).last(), Some(&Action::Close));
    assert_eq!(bench.settled(30, 4_000), (30, Stop::Spent));
    let mut bench = Bench::open(Measure::Use, 1);
    bench.input(20, Input::CardRemoved);
    assert_eq!(bench.settled(21, 9_000), (1, Stop::CardRemoved));
}

#[test]
fn who_has_no_money_gets_no_water_and_who_waits_in_vain_gets_it_back() {
    let mut bench = Bench::new(Measure::Volume);
    bench.input(-5, Input::Register(1_000));
    bench.input(0, Input::Swiped(session("li")));
    assert_eq!(bench.input(0, Input::Refused), []);
    assert_eq!(bench.tap.snapshot(), &State::Idle);

    // The card is gone before the money is reserved.
    bench.input(1, Input::Swiped(session("li")));
    bench.input(1, Input::CardRemoved);
    let release = Action::Release { session: session("li"), reservation: RowNo(9) };
    let reserved = Input::Reserved { reservation: RowNo(9), affordable: 10 };
    assert_eq!(bench.input(2, reserved.clone()), [release.clone()]);

    // The meter was never read.
    let mut blind = Bench::new(Measure::Volume);
    blind.input(0, Input::Swiped(session("li")));
    assert_eq!(blind.input(0, reserved), [release]);
}

#[test]
fn a_stranger_does_not_stop_somebody_elses_water() {
    let mut bench = Bench::open(Measure::Volume, 60_000);
    assert_eq!(bench.input(3, Input::Swiped(session("wang"))), [Action::Busy]);
    assert!(matches!(bench.tap.snapshot(), State::Open { .. }));
}

#[test]
fn a_valve_that_does_not_confirm_is_told_again_until_its_own_timer_has_closed_it() {
    let mut bench = Bench::open(Measure::Volume, 60_000);
    bench.input(2, Input::Register(1_500));
    bench.input(3, Input::CardRemoved);
    let all = bench.until(11);
    let expected = [
        Action::Close,
        Action::Close,
        Action::Close,
        Action::Alarm(Leak::DoesNotConfirm),
        Action::ReadMeter,
    ];
    assert_eq!(all, expected);
    // A meter that does not answer is asked again.
    assert_eq!(bench.until(15), [Action::ReadMeter, Action::ReadMeter]);
    let actions = bench.input(16, Input::Register(1_700));
    assert!(matches!(actions.as_slice(), [Action::Settle { quantity: 700, .. }]), "{actions:?}");
}

#[test]
fn leaks_and_bursts_are_noticed() {
    let mut bench = Bench::new(Measure::Volume);
    bench.input(0, Input::Register(1_000));
    assert_eq!(bench.input(60, Input::Register(1_049)), [], "a drip");
    let leak = bench.input(120, Input::Register(1_099));
    assert_eq!(leak, [Action::Alarm(Leak::FlowWhileClosed)]);

    // A little at a time, however often the meter is read.
    let mut slow = Bench::new(Measure::Volume);
    slow.input(0, Input::Register(1_000));
    let told: Vec<_> = (1..=10)
        .filter(|second| {
            !slow.input(*second, Input::Register(1_000 + 5 * second.unsigned_abs())).is_empty()
        })
        .collect();
    assert_eq!(told, [10], "at the fiftieth millilitre");

    let mut dry = Bench::open(Measure::Volume, 60_000);
    let all = dry.until(40);
    assert_eq!(all.last(), Some(&Action::Alarm(Leak::OpenWithoutFlow)));

    let mut burst = Bench::open(Measure::Volume, 60_000);
    burst.input(1, Input::Register(1_100));
    let actions = burst.input(2, Input::Register(2_200));
    assert_eq!(actions, [Action::Close, Action::Alarm(Leak::Burst)]);
}

#[test]
fn an_unfinished_session_is_closed_and_settled_after_a_restart() {
    let stored = |bench: &Bench| -> State {
        let text = serde_json::to_string(bench.tap.snapshot()).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let restart = |state: State| {
        let (tap, actions) = Tap::restore(state, at(100), &SETTINGS);
        (Bench { tap, settings: SETTINGS, told: Vec::new() }, actions)
    };

    let open = Bench::open(Measure::Volume, 60_000);
    let (mut back, actions) = restart(stored(&open));
    assert_eq!(actions, [Action::Close]);
    assert_eq!(back.settled(101, 3_500), (2_500, Stop::Restart), "from the stored start");

    let mut closing = Bench::open(Measure::Volume, 60_000);
    closing.input(3, Input::CardRemoved);
    let (mut back, actions) = restart(stored(&closing));
    assert_eq!(actions, [Action::Close]);
    assert_eq!(back.settled(101, 1_700), (700, Stop::CardRemoved));

    let mut settling = Bench::open(Measure::Volume, 60_000);
    settling.input(3, Input::CardRemoved);
    settling.input(4, Input::ValveClosed);
    let settle = settling.input(4, Input::Register(1_250));
    let (_, actions) = restart(stored(&settling));
    assert_eq!(actions, settle, "the same again: its cause is known");

    let mut reserving = Bench::new(Measure::Volume);
    reserving.input(-1, Input::Register(1_000));
    reserving.input(0, Input::Swiped(session("li")));
    let (mut back, actions) = restart(stored(&reserving));
    assert_eq!(actions, [Action::Reserve(session("li"))], "the same cause finds what it has held");
    let reserved = Input::Reserved { reservation: RowNo(3), affordable: 10 };
    let release = Action::Release { session: session("li"), reservation: RowNo(3) };
    assert_eq!(back.input(101, reserved), [release]);
}

#[test]
fn every_input_in_every_state_is_handled_and_the_valve_opens_only_for_money() {
    let inputs = [
        Input::Swiped(session("li")),
        Input::Swiped(session("wang")),
        Input::CardRemoved,
        Input::Shut,
        Input::Reserved { reservation: RowNo(3), affordable: 500 },
        Input::Refused,
        Input::Register(1_100),
        Input::Register(1_900),
        Input::ValveClosed,
        Input::ValveFault,
        Input::Settled,
    ];
    // All sequences of four inputs.
    let count = inputs.len();
    for sequence in 0..count.pow(4) {
        let mut bench = Bench::new(Measure::Volume);
        bench.input(0, Input::Register(1_000));
        for (second, place) in (1..).zip([1, count, count.pow(2), count.pow(3)]) {
            let was_reserving = matches!(bench.tap.snapshot(), State::Reserving { .. });
            let actions = bench.input(second, inputs[sequence / place % count].clone());
            if actions.iter().any(|action| matches!(action, Action::Open { .. })) {
                assert!(was_reserving, "{:?}", bench.told);
            }
        }
        let settles =
            bench.told.iter().filter(|told| matches!(told, Action::Settle { .. })).count();
        assert!(settles <= 1, "{:?}", bench.told);
    }
}
