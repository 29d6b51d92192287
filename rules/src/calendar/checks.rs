//! What can be wrong with a calendar whose syntax is right. Naming file and line is the controller's.

use std::collections::BTreeSet;

use super::{Calendar, MINUTES_A_DAY, Period, Span, Window};
use crate::ids::WindowId;

/// Which list of the calendar a period stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodKind {
    Term,
    Holiday,
    Exam,
}

impl PeriodKind {
    /// The word in messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Term => "term",
            Self::Holiday => "holiday",
            Self::Exam => "exam week",
        }
    }
}

/// Something wrong in a calendar. Periods, windows and spans are counted from 0 in their lists.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarMistake {
    #[error("the {} `{name}` ends before it begins; exchange its first and last day", kind.as_str())]
    LastBeforeFirst { kind: PeriodKind, period: usize, name: String },
    #[error("the terms `{first}` and `{second}` overlap; a day belongs to one term at most")]
    TermsOverlap { first: String, second: String, period: usize },
    #[error("the window `{id}` is there twice; give one of them another name, or join their spans")]
    SameWindow { window: usize, id: WindowId },
    #[error("the window `{id}` has no spans and would never be open; add a span or remove it")]
    NoSpans { window: usize, id: WindowId },
    #[error("a span of the window `{id}` names no weekday and would never be open; name its days")]
    NoWeekdays { window: usize, span: usize, id: WindowId },
    #[error(
        "a span of the window `{id}` begins or ends at minute {minute}, which no day has; write 00:00 to 23:59, or 24:00 as an end"
    )]
    MinuteOutOfRange { window: usize, span: usize, id: WindowId, minute: u16 },
    #[error(
        "a span of the window `{id}` ends when it begins; write 00:00 to 24:00 for a whole day"
    )]
    EmptySpan { window: usize, span: usize, id: WindowId },
}

impl Calendar {
    /// Everything that is wrong, in the order of the lists; empty when the calendar is good.
    #[must_use]
    pub fn checks(&self) -> Vec<CalendarMistake> {
        let mut mistakes = Vec::new();
        let lists = [
            (PeriodKind::Term, &self.terms),
            (PeriodKind::Holiday, &self.holidays),
            (PeriodKind::Exam, &self.exams),
        ];
        for (kind, periods) in lists {
            mistakes.extend(turned_round(kind, periods));
        }
        mistakes.extend(overlaps(&self.terms));
        let mut names = BTreeSet::new();
        for (at, window) in self.windows.iter().enumerate() {
            if !names.insert(&window.id) {
                mistakes.push(CalendarMistake::SameWindow { window: at, id: window.id.clone() });
            }
            mistakes.extend(window_mistakes(at, window));
        }
        mistakes
    }
}

fn turned_round(kind: PeriodKind, periods: &[Period]) -> impl Iterator<Item = CalendarMistake> {
    let wrong = periods.iter().enumerate().filter(|(_, term)| term.days.last < term.days.first);
    wrong.map(move |(period, term)| {
        let name = term.name.clone();
        CalendarMistake::LastBeforeFirst { kind, period, name }
    })
}

fn overlaps(terms: &[Period]) -> Vec<CalendarMistake> {
    let mut mistakes = Vec::new();
    for (period, second) in terms.iter().enumerate() {
        let earlier = terms.iter().take(period).find(|first| {
            first.days.first <= second.days.last && second.days.first <= first.days.last
        });
        if let Some(first) = earlier {
            let (first, second) = (first.name.clone(), second.name.clone());
            mistakes.push(CalendarMistake::TermsOverlap { first, second, period });
        }
    }
    mistakes
}

fn window_mistakes(window: usize, checked: &Window) -> Vec<CalendarMistake> {
    let id = || checked.id.clone();
    if checked.spans.is_empty() {
        return vec![CalendarMistake::NoSpans { window, id: id() }];
    }
    let mut mistakes = Vec::new();
    for (span, Span { weekdays, from, to }) in checked.spans.iter().enumerate() {
        if weekdays.is_empty() {
            mistakes.push(CalendarMistake::NoWeekdays { window, span, id: id() });
        }
        let beyond = [(*from, MINUTES_A_DAY - 1), (*to, MINUTES_A_DAY)];
        for (minute, _) in beyond.into_iter().filter(|(minute, last)| minute > last) {
            mistakes.push(CalendarMistake::MinuteOutOfRange { window, span, id: id(), minute });
        }
        if from == to {
            mistakes.push(CalendarMistake::EmptySpan { window, span, id: id() });
        }
    }
    mistakes
}
