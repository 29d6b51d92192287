//! The school's calendar: terms, holidays, exam weeks and named weekly windows, and what of it
//! holds at a given moment.
//!
//! Reading `calendar.toml` and telling mistakes in it is the controller's `campus` module.
//!
//! A *window* is a named set of weekly spans, such as `library-hours`; a span may cross midnight,
//! and then belongs to the day on which it begins. A *moment* is the calendar's answer for one
//! local minute; a decision reads it instead of the clock.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, Timelike as _, Weekday};
use serde::{Deserialize, Serialize};

use crate::{Time, ids::WindowId};

mod checks;
pub use checks::{CalendarMistake, PeriodKind};

/// Minutes in a day; a span ends at most here.
pub const MINUTES_A_DAY: u16 = 1440;

/// A range of days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    pub first: NaiveDate,
    pub last: NaiveDate,
}

/// A named range of days: a term, a holiday, an exam week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    pub name: String,
    pub days: Days,
}

/// One span of a window: on these weekdays, from minute `from` up to and not including `to`, local
/// time. With `to` not after `from` it ends on the following day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub weekdays: BTreeSet<DayOfWeek>,
    /// 0 to 1,439.
    pub from: u16,
    /// 0 to 1,440.
    pub to: u16,
}

/// On which days a window is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InForce {
    Always,
    /// Only within a term.
    Terms,
    /// Only on holidays.
    Holidays,
    /// Only in exam weeks.
    Exams,
    /// On all days but holidays.
    NotHolidays,
}

/// A named set of weekly spans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub id: WindowId,
    pub in_force: InForce,
    pub spans: Vec<Span>,
}

/// A day of the week, Monday first as ISO 8601 counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayOfWeek {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl DayOfWeek {
    pub const ALL: [Self; 7] =
        [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }
}

impl From<Weekday> for DayOfWeek {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Mon => Self::Mon,
            Weekday::Tue => Self::Tue,
            Weekday::Wed => Self::Wed,
            Weekday::Thu => Self::Thu,
            Weekday::Fri => Self::Fri,
            Weekday::Sat => Self::Sat,
            Weekday::Sun => Self::Sun,
        }
    }
}

/// The whole calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    pub terms: Vec<Period>,
    pub holidays: Vec<Period>,
    pub exams: Vec<Period>,
    pub windows: Vec<Window>,
}

/// What the calendar says of one local minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The local day.
    pub date: NaiveDate,
    /// Minute of the local day, 0 to 1,439.
    pub minute: u16,
    pub weekday: DayOfWeek,
    pub holiday: bool,
    pub exam: bool,
    /// The term, if within one.
    pub term: Option<String>,
    /// The windows that are open.
    pub windows: BTreeSet<WindowId>,
}

/// The local wall clock, to the minute.
fn wall_clock(now: Time, zone: chrono_tz::Tz) -> (NaiveDateTime, u16) {
    let local = now.with_timezone(&zone).naive_local();
    let minute = local.hour() * 60 + local.minute();
    (local, u16::try_from(minute).unwrap_or(MINUTES_A_DAY - 1))
}

impl Days {
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

impl Span {
    /// Whether the span ends on the day after the one it begins on.
    #[must_use]
    pub fn crosses_midnight(&self) -> bool {
        self.to <= self.from
    }
}

impl Moment {
    /// Whether this is still the calendar's answer at `now`: the wall clock shows the same minute.
    #[must_use]
    pub fn holds_at(&self, now: Time, zone: chrono_tz::Tz) -> bool {
        let (local, minute) = wall_clock(now, zone);
        self.minute == minute && self.date == local.date()
    }
}

impl Calendar {
    /// What holds at `now` by the wall clock of `zone`.
    ///
    /// A span that crosses midnight belongs to the day it begins on: whether its window is in force
    /// is asked of that day. In an hour that the clock shows twice, windows hold twice.
    #[must_use]
    pub fn moment(&self, now: Time, zone: chrono_tz::Tz) -> Moment {
        let (local, minute) = wall_clock(now, zone);
        let date = local.date();
        let open = self.windows.iter().filter(|window| self.is_open(window, date, minute));
        Moment {
            date,
            minute,
            weekday: date.weekday().into(),
            holiday: any_contains(&self.holidays, date),
            exam: any_contains(&self.exams, date),
            term: self
                .terms
                .iter()
                .find(|term| term.days.contains(date))
                .map(|term| term.name.clone()),
            windows: open.map(|window| window.id.clone()).collect(),
        }
    }

    /// The window named `id`.
    #[must_use]
    pub fn window(&self, id: &WindowId) -> Option<&Window> {
        self.windows.iter().find(|window| window.id == *id)
    }

    fn is_open(&self, window: &Window, date: NaiveDate, minute: u16) -> bool {
        let begins_on = |day: NaiveDate, span: &Span| {
            span.weekdays.contains(&day.weekday().into()) && self.is_in_force(window.in_force, day)
        };
        window.spans.iter().any(|span| {
            let since_today = minute >= span.from && (span.crosses_midnight() || minute < span.to);
            let since_yesterday = span.crosses_midnight() && minute < span.to;
            (since_today && begins_on(date, span))
                || (since_yesterday && date.pred_opt().is_some_and(|day| begins_on(day, span)))
        })
    }

    fn is_in_force(&self, in_force: InForce, day: NaiveDate) -> bool {
        match in_force {
            InForce::Always => true,
            InForce::Terms => any_contains(&self.terms, day),
            InForce::Holidays => any_contains(&self.holidays, day),
            InForce::Exams => any_contains(&self.exams, day),
            InForce::NotHolidays => !any_contains(&self.holidays, day),
        }
    }
}

fn any_contains(periods: &[Period], day: NaiveDate) -> bool {
    periods.iter().any(|period| period.days.contains(day))
}
