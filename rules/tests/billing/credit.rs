//! Prepaid rooms: levels with hysteresis, protected times, exempt rooms, and that a top-up lights
//! what money has darkened and nothing else.

use chrono::TimeDelta;
use onecard_rules::{
    Time,
    calendar::{DayOfWeek, Moment},
    credit::{Action, Credit, Dark, Level, Settings, SettingsMistake, tenths_of_days_left},
    ids::OperatorId,
    money::Fen,
    power::demand::{DemandBoard, Demander, Off, Verdict, Why},
};

fn settings() -> Settings {
    Settings {
        low: Fen::new(2_000),
        nearly_empty: Fen::new(500),
        sign: Some(TimeDelta::seconds(10)),
        grace: Fen::new(500),
        hysteresis: Fen::new(100),
        restore_at: Fen::new(1),
        protected: vec!["night".parse().unwrap()],
        protect_holidays: true,
        protect_exams: true,
    }
}

fn moment(windows: &[&str]) -> Moment {
    Moment {
        date: "2026-11-26".parse().unwrap(),
        minute: 600,
        weekday: DayOfWeek::Thu,
        holiday: false,
        exam: false,
        term: None,
        windows: windows.iter().map(|window| window.parse().unwrap()).collect(),
    }
}

fn at(minute: i64) -> Time {
    "2026-11-26T02:00:00Z".parse::<Time>().unwrap() + TimeDelta::minutes(minute)
}

fn off(minute: i64, until: Option<Time>) -> Action {
    Action::Post(Off { why: Why::Credit, since: at(minute), until })
}

fn tell(level: Level, balance: i64) -> Action {
    Action::Tell { level, balance: Fen::new(balance) }
}

#[test]
fn a_balance_falls_through_four_levels_and_comes_back_clearly_above_each() {
    let sign = Some(at(2) + TimeDelta::seconds(10));
    let rows: Vec<(i64, Vec<Action>)> = vec![
        (5_000, vec![]),
        (1_999, vec![tell(Level::Low, 1_999)]),
        (499, vec![tell(Level::NearlyEmpty, 499), off(2, sign)]),
        (498, vec![]),
        (-1, vec![tell(Level::Arrears, -1)]),
        (-500, vec![]),
        (-501, vec![tell(Level::Spent, -501), off(6, None)]),
        (-499, vec![]),
        (0, vec![]),
        (99, vec![tell(Level::Arrears, 99), Action::Release]),
        (100, vec![tell(Level::NearlyEmpty, 100)]),
        (550, vec![]),
        (600, vec![tell(Level::Low, 600)]),
        (2_050, vec![]),
        (2_100, vec![tell(Level::Well, 2_100)]),
        (2_000, vec![]),
    ];
    let mut credit = Credit::default();
    for (minute, (balance, expected)) in (0..).zip(rows) {
        let found = credit.handle(Fen::new(balance), false, &settings(), &moment(&[]), at(minute));
        assert_eq!(found, expected, "at {balance}");
    }
}

#[test]
fn a_protected_time_defers_and_its_end_does_not_forget() {
    let mut exam = moment(&[]);
    exam.exam = true;
    let mut holiday = moment(&[]);
    holiday.holiday = true;
    for protected in [moment(&["night"]), exam, holiday] {
        let mut credit = Credit::default();
        let spent = Fen::new(-600);
        let found = credit.handle(spent, false, &settings(), &protected, at(0));
        assert_eq!(found, [tell(Level::Spent, -600), Action::TellDeferred { balance: spent }]);
        assert_eq!(credit.handle(spent, false, &settings(), &protected, at(1)), []);
        assert_eq!(credit.next_deadline(at(1)), Some(at(2)));
        assert_eq!(credit.demand(), None);
        let found = credit.handle(spent, false, &settings(), &moment(&["lunch"]), at(2));
        assert_eq!(found, [off(2, None)]);
        assert_eq!(credit.next_deadline(at(2)), None);
        assert!(credit.demand().is_some(), "it stands again after a restart");
        // A room that is dark stays so when the night begins.
        assert_eq!(credit.handle(spent, false, &settings(), &protected, at(3)), []);
    }
}

#[test]
fn whoever_pays_while_it_is_deferred_never_sits_in_the_dark() {
    let mut credit = Credit::default();
    credit.handle(Fen::new(-600), false, &settings(), &moment(&["night"]), at(0));
    let found = credit.handle(Fen::new(3_000), false, &settings(), &moment(&["night"]), at(1));
    assert_eq!(found, [tell(Level::Well, 3_000)]);
    assert_eq!(credit.dark, Dark::No);
    assert_eq!(credit.handle(Fen::new(3_000), false, &settings(), &moment(&[]), at(2)), []);
}

#[test]
fn an_exempt_room_is_warned_and_never_dark() {
    let mut credit = Credit::default();
    let found = credit.handle(Fen::new(499), true, &settings(), &moment(&[]), at(0));
    assert_eq!(found, [tell(Level::NearlyEmpty, 499)]);
    let found = credit.handle(Fen::new(-9_000), true, &settings(), &moment(&[]), at(1));
    assert_eq!(found, [tell(Level::Spent, -9_000)]);
    // Exempted while it is dark, it is lit.
    let mut dark = Credit::default();
    dark.handle(Fen::new(-9_000), false, &settings(), &moment(&[]), at(0));
    let found = dark.handle(Fen::new(-9_000), true, &settings(), &moment(&[]), at(1));
    assert_eq!(found, [Action::Release]);
}

#[test]
fn a_top_up_lights_no_room_that_somebody_else_has_darkened() {
    let (mut credit, mut board) = (Credit::default(), DemandBoard::default());
    let by: OperatorId = "li".parse().unwrap();
    let why = Why::Operator { by, words: "repairs".to_owned() };
    board.post(Off { why, since: at(0), until: None });
    let carry_out = |board: &mut DemandBoard, actions: Vec<Action>| {
        for action in actions {
            match action {
                Action::Post(off) => drop(board.post(off)),
                Action::Release => drop(board.release(Demander::Credit)),
                Action::Tell { .. } | Action::TellDeferred { .. } => {}
            }
        }
    };
    let spent = credit.handle(Fen::new(-600), false, &settings(), &moment(&[]), at(1));
    carry_out(&mut board, spent);
    assert!(board.of(Demander::Credit).is_some());
    let paid = credit.handle(Fen::new(5_000), false, &settings(), &moment(&[]), at(2));
    carry_out(&mut board, paid);
    let Verdict::Off { winner, others } = board.verdict() else { panic!("it is lit") };
    assert_eq!((winner.why.demander(), others.len()), (Demander::Operator, 0));
    board.release(Demander::Operator);
    assert_eq!(board.verdict(), Verdict::On);
}

#[test]
fn settings_that_would_flicker_are_refused() {
    assert_eq!(settings().check(), Ok(()));
    let rows = [
        (Settings { low: Fen::new(499), ..settings() }, SettingsMistake::LevelsDoNotFall),
        (Settings { nearly_empty: Fen::new(-1), ..settings() }, SettingsMistake::LevelsDoNotFall),
        (Settings { grace: Fen::new(-1), ..settings() }, SettingsMistake::Negative),
        (Settings { hysteresis: Fen::new(-1), ..settings() }, SettingsMistake::Negative),
        (Settings { restore_at: Fen::new(-500), ..settings() }, SettingsMistake::RestoreTooLow),
    ];
    for (settings, mistake) in rows {
        assert_eq!(settings.check(), Err(mistake));
    }
}

#[test]
fn days_left_are_those_at_the_pace_of_the_days_known() {
    let fen = |amount| Some(Fen::new(amount));
    let rows: &[(i64, &[Option<Fen>], Option<u64>)] = &[
        (1_000, &[fen(100), fen(100)], Some(100)),
        (1_000, &[fen(100), None, fen(300)], Some(50)),
        (150, &[fen(100)], Some(15)),
        (-5, &[fen(100)], Some(0)),
        (1_000, &[fen(0), fen(0)], None),
        (1_000, &[None], None),
        (1_000, &[], None),
    ];
    for (balance, spent, expected) in rows {
        assert_eq!(
            tenths_of_days_left(Fen::new(*balance), spent),
            *expected,
            "{balance} {spent:?}"
        );
    }
}
