//! What the calendar says of given moments, by the wall clock of the campus.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may panic as tests do"
)]

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::{Asia::Shanghai, Europe::Berlin, Tz};
use onecard_rules::{
    Time,
    calendar::{
        Calendar, CalendarMistake, DayOfWeek, Days, InForce, Period, PeriodKind, Span, Window,
    },
    ids::WindowId,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn period(name: &str, first: &str, last: &str) -> Period {
    Period { name: name.to_owned(), days: Days { first: day(first), last: day(last) } }
}

fn span(days: &[DayOfWeek], from: u16, to: u16) -> Span {
    Span { weekdays: days.iter().copied().collect(), from, to }
}

fn window(id: &str, in_force: InForce, spans: Vec<Span>) -> Window {
    Window { id: WindowId::new(id).unwrap(), in_force, spans }
}

fn college() -> Calendar {
    let all = &DayOfWeek::ALL[..];
    Calendar {
        terms: vec![
            period("spring", "2026-03-01", "2026-07-05"),
            period("autumn", "2026-09-01", "2027-01-17"),
        ],
        holidays: vec![period("national", "2026-10-01", "2026-10-07")],
        exams: vec![period("finals", "2026-06-22", "2026-07-05")],
        windows: vec![
            window(
                "library-hours",
                InForce::NotHolidays,
                vec![span(&all[..5], 480, 1320), span(&all[5..], 540, 1260)],
            ),
            window("curfew", InForce::Always, vec![span(all, 1380, 360)]),
            window("friday-night", InForce::Always, vec![span(&[DayOfWeek::Fri], 1320, 120)]),
            window("term-night", InForce::Terms, vec![span(all, 1320, 120)]),
            window("holiday-night", InForce::Holidays, vec![span(all, 1320, 120)]),
            window("all-day", InForce::Exams, vec![span(all, 0, 1440)]),
        ],
    }
}

fn at(text: &str) -> Time {
    text.parse().unwrap()
}

#[test]
fn windows_hold_by_the_wall_clock_and_the_day_they_begin_on() {
    let rows: &[(&str, Tz, &str)] = &[
        // 2026-03-02 is a Monday.
        ("2026-03-02T00:00:00+08:00", Shanghai, "curfew term-night"),
        ("2026-03-02T01:59:59+08:00", Shanghai, "curfew term-night"),
        ("2026-03-02T02:00:00+08:00", Shanghai, "curfew"),
        ("2026-03-02T05:59:59+08:00", Shanghai, "curfew"),
        ("2026-03-02T06:00:00+08:00", Shanghai, ""),
        ("2026-03-02T08:00:00+08:00", Shanghai, "library-hours"),
        ("2026-03-02T21:59:59+08:00", Shanghai, "library-hours"),
        ("2026-03-02T22:00:00+08:00", Shanghai, "term-night"),
        ("2026-03-07T21:30:00+08:00", Shanghai, ""),
        // Friday night lasts into Saturday, and Saturday night is none.
        ("2026-08-07T23:30:00+08:00", Shanghai, "curfew friday-night"),
        ("2026-08-08T01:30:00+08:00", Shanghai, "curfew friday-night"),
        ("2026-08-08T23:30:00+08:00", Shanghai, "curfew"),
        ("2026-08-07T01:30:00+08:00", Shanghai, "curfew"),
        // The night after the last day of term and of the holiday still belongs to them.
        ("2026-07-06T01:00:00+08:00", Shanghai, "curfew term-night"),
        ("2026-07-06T22:30:00+08:00", Shanghai, ""),
        ("2026-03-01T01:00:00+08:00", Shanghai, "curfew"),
        ("2026-10-01T01:00:00+08:00", Shanghai, "curfew term-night"),
        ("2026-10-08T01:00:00+08:00", Shanghai, "curfew holiday-night term-night"),
        ("2026-10-01T10:00:00+08:00", Shanghai, ""),
        ("2026-06-22T00:00:00+08:00", Shanghai, "all-day curfew term-night"),
        ("2026-07-05T23:59:59+08:00", Shanghai, "all-day curfew term-night"),
        // Berlin, spring forward on 2026-03-29: 02:00 does not exist.
        ("2026-03-29T00:59:59Z", Berlin, "curfew term-night"),
        ("2026-03-29T01:00:00Z", Berlin, "curfew"),
        ("2026-03-29T03:59:59Z", Berlin, "curfew"),
        ("2026-03-29T04:00:00Z", Berlin, ""),
        // Fall back on 2026-10-25: 02:30 comes twice.
        ("2026-10-24T23:59:59Z", Berlin, "curfew term-night"),
        ("2026-10-25T00:30:00Z", Berlin, "curfew"),
        ("2026-10-25T01:30:00Z", Berlin, "curfew"),
        ("2026-10-25T04:59:59Z", Berlin, "curfew"),
        ("2026-10-25T05:00:00Z", Berlin, ""),
    ];
    let calendar = college();
    for (text, zone, windows) in rows {
        let moment = calendar.moment(at(text), *zone);
        let open: Vec<_> = moment.windows.iter().map(WindowId::as_str).collect();
        assert_eq!(open.join(" "), *windows, "{text} {zone}");
    }
}

#[test]
fn a_moment_tells_the_local_day_and_what_it_is() {
    let moment = college().moment(at("2026-06-30T17:05:59Z"), Shanghai);
    assert_eq!((moment.date, moment.minute), (day("2026-07-01"), 65));
    assert_eq!(moment.weekday, DayOfWeek::Wed);
    assert_eq!((moment.holiday, moment.exam), (false, true));
    assert_eq!(moment.term.as_deref(), Some("spring"));
    let moment = college().moment(at("2026-10-07T15:59:59Z"), Shanghai);
    assert!(moment.holiday);
    assert_eq!(college().moment(at("2026-08-01T00:00:00Z"), Shanghai).term, None);
}

#[test]
fn a_moment_holds_for_its_minute_and_no_longer() {
    let moment = college().moment(at("2026-03-02T08:00:30Z"), Shanghai);
    let rows = [
        ("2026-03-02T08:00:00Z", true),
        ("2026-03-02T08:00:59.999Z", true),
        ("2026-03-02T08:01:00Z", false),
        ("2026-03-02T07:59:59.999Z", false),
        ("2026-03-03T08:00:30Z", false),
    ];
    for (text, holds) in rows {
        assert_eq!(moment.holds_at(at(text), Shanghai), holds, "{text}");
    }
    assert!(!moment.holds_at(at("2026-03-02T08:00:30Z"), Berlin));
}

#[test]
fn a_window_is_found_by_its_name() {
    let calendar = college();
    let curfew = WindowId::new("curfew").unwrap();
    assert_eq!(calendar.window(&curfew).map(|window| &window.id), Some(&curfew));
    assert_eq!(calendar.window(&WindowId::new("curfev").unwrap()), None);
}

#[test]
fn a_good_calendar_has_no_mistakes() {
    assert_eq!(college().checks(), []);
    assert_eq!(Calendar::default().checks(), []);
}

#[test]
fn every_mistake_of_a_calendar_is_found_and_placed() {
    let all = DayOfWeek::ALL;
    let id = |text: &str| WindowId::new(text).unwrap();
    let calendar = Calendar {
        terms: vec![
            period("spring", "2026-03-01", "2026-07-05"),
            period("summer", "2026-07-05", "2026-08-31"),
        ],
        holidays: vec![period("national", "2026-10-07", "2026-10-01")],
        exams: vec![],
        windows: vec![
            window("a", InForce::Always, vec![span(&all, 60, 60), span(&[], 0, 60)]),
            window("a", InForce::Always, vec![span(&all, 1440, 1441)]),
            window("b", InForce::Always, vec![]),
        ],
    };
    let expected = vec![
        CalendarMistake::LastBeforeFirst {
            kind: PeriodKind::Holiday,
            period: 0,
            name: "national".to_owned(),
        },
        CalendarMistake::TermsOverlap {
            first: "spring".to_owned(),
            second: "summer".to_owned(),
            period: 1,
        },
        CalendarMistake::EmptySpan { window: 0, span: 0, id: id("a") },
        CalendarMistake::NoWeekdays { window: 0, span: 1, id: id("a") },
        CalendarMistake::SameWindow { window: 1, id: id("a") },
        CalendarMistake::MinuteOutOfRange { window: 1, span: 0, id: id("a"), minute: 1440 },
        CalendarMistake::MinuteOutOfRange { window: 1, span: 0, id: id("a"), minute: 1441 },
        CalendarMistake::NoSpans { window: 2, id: id("b") },
    ];
    assert_eq!(calendar.checks(), expected);
    let words: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
    assert_eq!(words.len(), expected.len());
}
