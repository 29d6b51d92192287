//! A load trace from outside, as CSV: what a room drew, second by second.
//!
//! Columns by name, in any order: `seconds`, `active_power_w`, `reactive_power_var`, and where
//! known `voltage_v`. A row holds until the next one; the last one until the end of the world.

use std::{io, time::Duration};

use crate::power::appliance::Power;

/// Most rows taken: a week by the second.
const MOST_ROWS: usize = 7 * 86_400;

/// A row of a trace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Since the trace began.
    pub at: Duration,
    pub power: Power,
    /// The voltage at the room, if the trace says it, in volts.
    pub voltage_v: Option<f64>,
}

/// A load trace: rows in order of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    rows: Vec<Row>,
}

/// Why a trace cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    #[error("the trace cannot be read: {0}")]
    Csv(#[from] csv::Error),
    #[error(
        "line 1: the column `{column}` is missing; begin the file with \
         `seconds,active_power_w,reactive_power_var`, and `,voltage_v` if it is known"
    )]
    ColumnMissing { column: &'static str },
    #[error("line {line}, column `{column}`: `{text}` is no number; write one such as 152.5")]
    NotANumber { line: u64, column: &'static str, text: String },
    #[error("line {line}, column `{column}`: {value} is out of range; write {least} to {most}")]
    OutOfRange { line: u64, column: &'static str, value: f64, least: f64, most: f64 },
    #[error("line {line}: {seconds} s is not after the row before; sort the rows by `seconds`")]
    NotInOrder { line: u64, seconds: f64 },
    #[error("the trace has no rows; add at least one after the names of the columns")]
    Empty,
    #[error("line {line}: more than {MOST_ROWS} rows; cut the trace into shorter ones")]
    TooLong { line: u64 },
}

/// A column: its name and the range of what can be real in a room.
type Column = (&'static str, f64, f64);

const SECONDS: Column = ("seconds", 0.0, 3.2e7);
const ACTIVE: Column = ("active_power_w", -50_000.0, 50_000.0);
const REACTIVE: Column = ("reactive_power_var", -50_000.0, 50_000.0);
const VOLTAGE: Column = ("voltage_v", 0.0, 500.0);

impl Trace {
    /// Reads a trace.
    pub fn read(input: impl io::Read) -> Result<Self, TraceError> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(input);
        let header = reader.headers()?.clone();
        let find = |column: Column| header.iter().position(|name| name == column.0);
        let need =
            |column: Column| find(column).ok_or(TraceError::ColumnMissing { column: column.0 });
        let (seconds, active, reactive) = (need(SECONDS)?, need(ACTIVE)?, need(REACTIVE)?);
        let voltage = find(VOLTAGE);
        let mut rows: Vec<Row> = Vec::new();
        for record in reader.records() {
            let record = record?;
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |column, at| number(line, column, record.get(at).unwrap_or_default());
            let second = cell(SECONDS, seconds)?;
            let at = Duration::from_secs_f64(second);
            if rows.last().is_some_and(|last| at <= last.at) {
                return Err(TraceError::NotInOrder { line, seconds: second });
            }
            if rows.len() == MOST_ROWS {
                return Err(TraceError::TooLong { line });
            }
            let power = Power::new(cell(ACTIVE, active)?, cell(REACTIVE, reactive)?);
            let voltage_v = voltage.map(|at| cell(VOLTAGE, at)).transpose()?;
            rows.push(Row { at, power, voltage_v });
        }
        if rows.is_empty() { Err(TraceError::Empty) } else { Ok(Self { rows }) }
    }

    /// The row that holds so long after the trace began; `None` before the first.
    #[must_use]
    pub fn at(&self, since: Duration) -> Option<&Row> {
        self.rows.get(self.after(since).checked_sub(1)?)
    }

    /// When after `since` the next row begins.
    #[must_use]
    pub fn next_edge(&self, since: Duration) -> Option<Duration> {
        self.rows.get(self.after(since)).map(|row| row.at)
    }

    fn after(&self, since: Duration) -> usize {
        self.rows.partition_point(|row| row.at <= since)
    }
}

fn number(line: u64, (column, least, most): Column, text: &str) -> Result<f64, TraceError> {
    match text.parse::<f64>() {
        Ok(value) if (least..=most).contains(&value) => Ok(value),
        Ok(value) => Err(TraceError::OutOfRange { line, column, value, least, most }),
        Err(_) => Err(TraceError::NotANumber { line, column, text: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "seconds,active_power_w,reactive_power_var";

    #[test]
    fn a_row_holds_until_the_next() {
        let text =
            "seconds,reactive_power_var,active_power_w,voltage_v\n0,5,100,221.5\n10.5,0,1900,214\n";
        let trace = Trace::read(text.as_bytes()).unwrap();
        let s = Duration::from_secs_f64;
        assert_eq!(trace.at(s(10.4)).unwrap().power, Power::new(100.0, 5.0));
        assert_eq!(trace.at(s(10.5)).unwrap().power, Power::new(1_900.0, 0.0));
        assert_eq!(trace.at(s(9_999.0)).unwrap().voltage_v, Some(214.0));
        assert_eq!(trace.next_edge(s(0.0)), Some(s(10.5)));
        assert_eq!(trace.next_edge(s(10.5)), None);
    }

    #[test]
    fn each_mistake_is_named_with_its_line_and_mend() {
        let table = [
            ("seconds,power\n0,1\n".to_owned(), "line 1: the column `active_power_w` is missing"),
            (format!("{HEAD}\n0,1,0\n1,much,0\n"), "line 3, column `active_power_w`: `much` is no"),
            (format!("{HEAD}\n0,1,0\n1,NaN,0\n"), "line 3, column `active_power_w`: NaN is out of"),
            (format!("{HEAD}\n0,99999,0\n"), "99999 is out of range; write -50000 to 50000"),
            (format!("{HEAD}\n5,1,0\n5,1,0\n"), "line 3: 5 s is not after the row before; sort"),
            (format!("{HEAD}\n"), "no rows"),
            (format!("{HEAD}\n1,2\n"), "line: 2"),
        ];
        for (text, part) in table {
            let error = Trace::read(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(part), "{error:?} for {part:?}");
        }
    }
}
