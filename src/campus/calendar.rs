//! `calendar.toml`: terms, holidays, exam weeks, weekly windows.

use chrono::NaiveDate;
use onecard_rules::{
    calendar::{
        Calendar, CalendarMistake, DayOfWeek, Days, InForce, Period, PeriodKind, Span, Window,
    },
    ids::WindowId,
};

use super::{
    mistake::Mistake,
    table::{Lined, Table},
};

const FILE: &str = "calendar.toml";

const IN_FORCE: [(&str, InForce); 5] = [
    ("always", InForce::Always),
    ("terms", InForce::Terms),
    ("holidays", InForce::Holidays),
    ("exams", InForce::Exams),
    ("not_holidays", InForce::NotHolidays),
];

/// Lines of what the calendar's own checks speak of by its place.
#[derive(Debug, Default)]
struct Places {
    terms: Vec<usize>,
    holidays: Vec<usize>,
    exams: Vec<usize>,
    windows: Vec<usize>,
}

/// Reads the calendar; what is wrong is told, what is right is kept. `None`: nothing is known of it.
pub fn read(text: &str, mistakes: &mut Vec<Mistake>) -> Option<Calendar> {
    let mut root = Table::parse(FILE, text, mistakes)?;
    let before = mistakes.len();
    let mut places = Places::default();
    let calendar = Calendar {
        terms: periods(&mut root, "terms", &mut places.terms, mistakes),
        holidays: periods(&mut root, "holidays", &mut places.holidays, mistakes),
        exams: periods(&mut root, "exams", &mut places.exams, mistakes),
        windows: windows(&mut root, &mut places.windows, mistakes),
    };
    root.finish(mistakes);
    if mistakes.len() == before {
        mistakes.extend(calendar.checks().into_iter().map(|wrong| located(&wrong, &places)));
    }
    Some(calendar)
}

fn periods(
    root: &mut Table,
    key: &'static str,
    lines: &mut Vec<usize>,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Period> {
    let mut found = Vec::new();
    for mut table in root.tables(key, mistakes) {
        let line = table.line();
        let name = table.required_text("name", mistakes);
        if let Some(name) = &name {
            table.call(format!("{key}.{}", name.value));
        }
        let expected = "a day such as \"2026-09-01\"";
        let first = table.required::<NaiveDate>("first", expected, mistakes);
        let last = table.required::<NaiveDate>("last", expected, mistakes);
        table.finish(mistakes);
        if let (Some(name), Some(first), Some(last)) = (name, first, last) {
            lines.push(line);
            let days = Days { first: first.value, last: last.value };
            found.push(Period { name: name.value, days });
        }
    }
    found
}

fn windows(root: &mut Table, lines: &mut Vec<usize>, mistakes: &mut Vec<Mistake>) -> Vec<Window> {
    let mut found = Vec::new();
    for mut table in root.tables("windows", mistakes) {
        let line = table.line();
        let id = table.required::<WindowId>("id", "a code such as \"library-hours\"", mistakes);
        if let Some(id) = &id {
            table.call(format!("windows.{}", id.value));
        }
        let in_force = table.one_of("in_force", &IN_FORCE, mistakes);
        let tables = table.tables("spans", mistakes);
        let spans = tables.into_iter().filter_map(|table| span(table, mistakes)).collect();
        table.finish(mistakes);
        if let Some(id) = id {
            lines.push(line);
            let in_force = in_force.map_or(InForce::Always, |in_force| in_force.value);
            found.push(Window { id: id.value, in_force, spans });
        }
    }
    found
}

fn span(mut table: Table, mistakes: &mut Vec<Mistake>) -> Option<Span> {
    let days = table.texts("days", mistakes);
    if days.is_empty() {
        let mend = "add `days = [\"mon-fri\"]` or the like".to_owned();
        mistakes.push(table.mistake(table.line(), "days", "is missing or empty".to_owned(), mend));
    }
    let mut weekdays = std::collections::BTreeSet::new();
    for day in days {
        if let Some(found) = weekdays_of(&day.value) {
            weekdays.extend(found);
        } else {
            let message = format!("`{}` is no day of the week", day.value);
            let mend = "write mon, tue, wed, thu, fri, sat, sun, or a range such as mon-fri";
            mistakes.push(table.mistake(day.line, "days", message, mend.to_owned()));
        }
    }
    let from = minute(&mut table, "from", mistakes);
    let to = minute(&mut table, "to", mistakes);
    table.finish(mistakes);
    Some(Span { weekdays, from: from?.value, to: to?.value })
}

fn weekdays_of(text: &str) -> Option<Vec<DayOfWeek>> {
    let place = |word: &str| DayOfWeek::ALL.iter().position(|day| day.as_str() == word);
    match text.split_once('-') {
        None => place(text).and_then(|at| DayOfWeek::ALL.get(at)).map(|day| vec![*day]),
        Some((first, last)) => {
            let (first, last) = (place(first)?, place(last)?);
            // A range may go over the end of the week: fri-mon.
            let count = (last + 7 - first) % 7 + 1;
            Some(DayOfWeek::ALL.iter().cycle().skip(first).take(count).copied().collect())
        }
    }
}

fn minute(table: &mut Table, key: &'static str, mistakes: &mut Vec<Mistake>) -> Option<Lined<u16>> {
    let text = table.required_text(key, mistakes)?;
    let minute = text.value.split_once(':').and_then(|(hours, minutes)| {
        let two = |digits: &str| {
            let good = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            good.then(|| digits.parse::<u16>().ok()).flatten()
        };
        let minute = two(hours)? * 60 + two(minutes).filter(|minutes| *minutes < 60)?;
        (minute <= 1440).then_some(minute)
    });
    let Some(value) = minute else {
        let message = format!("`{}` is no time of day", text.value);
        let mend = "write hours and minutes from \"00:00\" to \"24:00\"".to_owned();
        mistakes.push(table.mistake(text.line, key, message, mend));
        return None;
    };
    Some(Lined { value, line: text.line })
}

fn located(wrong: &CalendarMistake, places: &Places) -> Mistake {
    let (lines, at, key) = match wrong {
        CalendarMistake::LastBeforeFirst { kind, period, name } => {
            let (lines, list) = match kind {
                PeriodKind::Term => (&places.terms, "terms"),
                PeriodKind::Holiday => (&places.holidays, "holidays"),
                PeriodKind::Exam => (&places.exams, "exams"),
            };
            (lines, *period, format!("{list}.{name}"))
        }
        CalendarMistake::TermsOverlap { period, second, .. } => {
            (&places.terms, *period, format!("terms.{second}"))
        }
        CalendarMistake::SameWindow { window, id }
        | CalendarMistake::NoSpans { window, id }
        | CalendarMistake::NoWeekdays { window, id, .. }
        | CalendarMistake::MinuteOutOfRange { window, id, .. }
        | CalendarMistake::EmptySpan { window, id, .. } => {
            (&places.windows, *window, format!("windows.{id}"))
        }
    };
    let told = wrong.to_string();
    let (message, mend) = told.split_once("; ").unwrap_or((&told, "mend it there"));
    Mistake {
        file: FILE.to_owned(),
        line: lines.get(at).copied(),
        key,
        message: message.to_owned(),
        mend: mend.to_owned(),
    }
}
