//! Reading single cells: codes, lists, times, yes and no.

use std::str::FromStr;

use chrono::{Days, NaiveDate, NaiveTime, TimeZone as _};
use chrono_tz::Tz;
use onecard_rules::{Time, ids::AreaId, site::Site};

use super::{Notes, Wrong, mistake::nearest, table::Line};

/// Which end of a span a day stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Its first moment.
    From,
    /// The first moment of the day after it: the day itself is included.
    Until,
}

/// The cells of one line, with what was found wrong with them.
pub(super) struct Cells<'a, 'n> {
    pub(super) line: &'a Line<'a>,
    pub(super) notes: &'n mut Notes,
}

impl<'a> Cells<'a, '_> {
    /// Keeps what was read; notes what was wrong.
    pub(super) fn check<T>(&mut self, column: &str, result: Result<T, Wrong>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.notes.mistakes.push(self.line.mistake(column, wrong));
                None
            }
        }
    }

    pub(super) fn text(&self, column: &str) -> &'a str {
        self.line.cell(column)
    }

    /// A cell that must not be empty.
    pub(super) fn needed<T>(&mut self, column: &str) -> Option<T>
    where
        T: FromStr,
        Wrong: From<T::Err>,
    {
        let text = self.text(column);
        let result =
            if text.is_empty() { Err(Wrong::Empty) } else { text.parse().map_err(Wrong::from) };
        self.check(column, result)
    }

    /// A list of codes separated by `;`.
    pub(super) fn list<T, C>(&mut self, column: &str) -> Option<C>
    where
        T: FromStr,
        Wrong: From<T::Err>,
        C: FromIterator<T>,
    {
        let result =
            pieces(self.text(column)).map(|code| code.parse().map_err(Wrong::from)).collect();
        self.check(column, result)
    }

    /// One of a few words; empty: `default`.
    pub(super) fn word<T>(
        &mut self,
        column: &str,
        default: Option<T>,
        parse: impl Fn(&str) -> Option<T>,
        words: &[&str],
    ) -> Option<T> {
        let text = self.text(column);
        let found = match (text.is_empty(), default) {
            (true, Some(default)) => Ok(default),
            (true, None) => Err(Wrong::Empty),
            (false, _) => parse(&text.to_lowercase()).ok_or_else(|| Wrong::Word {
                text: text.to_owned(),
                words: words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
                nearest: nearest(text, words.iter().copied()),
            }),
        };
        self.check(column, found)
    }

    /// Yes or no; empty: no.
    pub(super) fn flag(&mut self, column: &str) -> Option<bool> {
        let text = self.text(column);
        let found = match text.to_lowercase().as_str() {
            "" | "no" | "false" | "0" | "否" => Ok(false),
            "yes" | "true" | "1" | "是" => Ok(true),
            _ => Err(Wrong::YesOrNo(text.to_owned())),
        };
        self.check(column, found)
    }

    /// A begin and an end, each of which may be open. The outer `None`: something was wrong.
    #[expect(clippy::option_option, reason = "wrong and open are two things")]
    pub(super) fn time(&mut self, column: &str, zone: Tz, end: End) -> Option<Option<Time>> {
        let text = self.text(column);
        let found = if text.is_empty() { Ok(None) } else { moment(text, zone, end).map(Some) };
        self.check(column, found)
    }

    /// Both ends of the validity.
    pub(super) fn validity(&mut self, zone: Tz) -> Option<(Option<Time>, Option<Time>)> {
        let from = self.time("valid_from", zone, End::From);
        let until = self.time("valid_until", zone, End::Until);
        let (from, until) = (from?, until?);
        let is_empty = from.zip(until).is_some_and(|(from, until)| until <= from);
        let result = if is_empty { Err(Wrong::EndsBeforeItBegins) } else { Ok((from, until)) };
        self.check("valid_until", result)
    }

    /// Notes every area that the site does not have.
    pub(super) fn areas<'i>(
        &mut self,
        column: &str,
        site: Option<&Site>,
        areas: impl IntoIterator<Item = &'i AreaId>,
    ) {
        let Some(site) = site else { return };
        for area in areas {
            if !site.areas.contains_key(area) {
                let known = site.areas.keys().map(AreaId::as_str);
                let nearest = nearest(area.as_str(), known);
                let wrong = Wrong::Area { text: area.to_string(), nearest };
                self.notes.mistakes.push(self.line.mistake(column, wrong));
            }
        }
    }
}

/// The pieces of a list.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|piece| !piece.is_empty())
}

/// A day or a moment, to the millisecond, as it is stored.
pub(super) fn moment(text: &str, zone: Tz, end: End) -> Result<Time, Wrong> {
    let wrong = || Wrong::Time(text.to_owned());
    if let Ok(moment) = chrono::DateTime::parse_from_rfc3339(text) {
        return Time::from_timestamp_millis(moment.timestamp_millis()).ok_or_else(wrong);
    }
    let day: NaiveDate = text.parse().map_err(|_| wrong())?;
    let day = match end {
        End::From => Some(day),
        End::Until => day.checked_add_days(Days::new(1)),
    };
    // Where the clocks go forward at midnight, the day begins an hour later.
    let begin = day.and_then(|day| {
        let midnight = day.and_time(NaiveTime::MIN);
        let later = midnight + chrono::TimeDelta::hours(1);
        [midnight, later].into_iter().find_map(|at| zone.from_local_datetime(&at).earliest())
    });
    begin.map(|begin| begin.to_utc()).ok_or_else(wrong)
}
