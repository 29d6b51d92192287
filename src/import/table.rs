//! A CSV file as lines with named cells; what is wrong with its form is told here.

use std::collections::BTreeMap;

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

use super::{Mistake, Wrong, mistake::nearest};

/// Which columns the file has, and where.
pub(super) type Columns = BTreeMap<&'static str, usize>;

/// The lines of a file that have the right form.
pub(super) struct Table {
    columns: Columns,
    records: Vec<(u64, StringRecord)>,
    mistakes: Vec<Mistake>,
}

/// One line.
pub(super) struct Line<'a> {
    pub(super) number: u64,
    columns: &'a Columns,
    record: &'a StringRecord,
}

impl Table {
    /// Reads the heading and all lines. Lines of the wrong form are left out and told by
    /// [`Self::mistakes`]; a wrong heading makes all else meaningless.
    pub(super) fn read(
        file: &[u8],
        known: &'static [&'static str],
        needed: usize,
    ) -> Result<Self, Vec<Mistake>> {
        let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(file);
        let heading = reader.headers().map_err(|error| vec![mistake_of(&error, 1)])?;
        let columns = columns(heading, known, needed)?;
        let (mut records, mut mistakes) = (Vec::new(), Vec::new());
        let mut record = StringRecord::new();
        loop {
            let line = reader.position().line();
            match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {
                    let number = record.position().map_or(line, csv::Position::line);
                    // A row that a spreadsheet left behind: commas and nothing else.
                    if record.iter().any(|cell| !cell.is_empty()) {
                        records.push((number, record.clone()));
                    }
                }
                Err(error) => {
                    mistakes.push(mistake_of(&error, line));
                    if error.is_io_error() {
                        break;
                    }
                }
            }
        }
        Ok(Self { columns, records, mistakes })
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    pub(super) fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.records.iter().map(|(number, record)| Line {
            number: *number,
            columns: &self.columns,
            record,
        })
    }
}

impl Line<'_> {
    /// The cell in a column; empty when the file has no such column.
    pub(super) fn cell(&self, column: &str) -> &str {
        self.columns.get(column).and_then(|at| self.record.get(*at)).unwrap_or("")
    }

    pub(super) fn mistake(&self, column: &str, wrong: Wrong) -> Mistake {
        Mistake { line: self.number, column: column.to_owned(), wrong }
    }
}

fn columns(
    heading: &StringRecord,
    known: &'static [&'static str],
    needed: usize,
) -> Result<Columns, Vec<Mistake>> {
    let words = known.join(", ");
    let at = |column: &str, wrong| Mistake { line: 1, column: column.to_owned(), wrong };
    if heading.is_empty() {
        return Err(vec![at("", Wrong::NoHeading(words))]);
    }
    let (mut columns, mut mistakes) = (Columns::new(), Vec::new());
    for (index, name) in heading.iter().enumerate() {
        let Some(known) = known.iter().find(|known| known.eq_ignore_ascii_case(name)) else {
            let nearest = nearest(name, known.iter().copied());
            mistakes.push(at(name, Wrong::ColumnUnknown { nearest, columns: words.clone() }));
            continue;
        };
        if columns.insert(*known, index).is_some() {
            mistakes.push(at(name, Wrong::ColumnTwice));
        }
    }
    let missing = known.iter().take(needed).filter(|name| !columns.contains_key(*name));
    mistakes.extend(missing.map(|name| at(name, Wrong::ColumnMissing)));
    if mistakes.is_empty() { Ok(columns) } else { Err(mistakes) }
}

fn mistake_of(error: &csv::Error, line: u64) -> Mistake {
    let line = error.position().map_or(line, csv::Position::line);
    let wrong = match error.kind() {
        ErrorKind::Utf8 { .. } => Wrong::NotUtf8,
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Wrong::Cells { found: *len, expected: *expected_len }
        }
        ErrorKind::Io(_)
        | ErrorKind::Seek
        | ErrorKind::Serialize(_)
        | ErrorKind::Deserialize { .. }
        | _ => Wrong::Unreadable(error.to_string()),
    };
    Mistake { line, column: String::new(), wrong }
}
