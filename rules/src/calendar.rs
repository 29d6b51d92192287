//! The school's calendar: terms, holidays, exam weeks and named weekly windows, and what of it
//! holds at a given moment.
//!
//! Reading `calendar.toml` and telling mistakes in it is the controller's `campus` module.
//!
//! A *window* is a named set of weekly spans, such as `library-hours`; a span may cross midnight,
//! and then belongs to the day on which it begins. A *moment* is the calendar's answer for one
//! local minute; a decision reads it instead of the clock.

use std::collections::BTreeSet;

use chrono::{NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::ids::WindowId;

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
