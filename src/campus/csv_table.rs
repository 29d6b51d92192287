//! CSV files as tables: each row a table with the columns as keys, lists separated by `;`.

use std::path::Path;

use super::{
    mistake::Mistake,
    table::{Lined, Table, Value},
};

/// Columns that hold lists.
const LISTS: [&str; 2] = ["requires", "open_during"];
/// Columns that hold numbers.
const NUMBERS: [&str; 4] = ["pulse_ms", "held_open_s", "passage_s", "confirm_ms"];
/// Columns that hold `true` or `false`.
const FLAGS: [&str; 4] = ["passage_sensor", "escape_route", "inverted", "parity"];

/// The rows of a file below the campus folder. Empty cells are keys that are not there.
pub fn rows(folder: &Path, file: &str, path: &str, mistakes: &mut Vec<Mistake>) -> Vec<Table> {
    let reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(folder.join(file));
    let mut reader = match reader {
        Ok(reader) => reader,
        Err(error) => {
            let mend = "see that it is there and readable";
            mistakes.push(Mistake::of_file(file, &format!("cannot be read: {error}"), mend));
            return Vec::new();
        }
    };
    let names: Vec<String> = match reader.headers() {
        Ok(names) => {
            names.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect()
        }
        Err(error) => {
            let mend = "begin it with a line of column names";
            mistakes.push(Mistake::of_file(file, &format!("cannot be read: {error}"), mend));
            return Vec::new();
        }
    };
    let mut tables = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line =
                    record.position().map_or(1, |at| usize::try_from(at.line()).unwrap_or(1));
                let filled = names.iter().zip(record.iter()).filter(|(_, cell)| !cell.is_empty());
                let entries = filled
                    .map(|(name, cell)| (name.clone(), Lined { value: value(name, cell), line }))
                    .collect();
                tables.push(Table::new(file, path, line, entries));
            }
            Err(error) => {
                let line = error.position().and_then(|at| usize::try_from(at.line()).ok());
                mistakes.push(Mistake {
                    line,
                    ..Mistake::of_file(
                        file,
                        &format!("cannot be read: {error}"),
                        "give each row as many cells as there are columns, in UTF-8",
                    )
                });
            }
        }
    }
    tables
}

fn value(name: &str, cell: &str) -> Value {
    if LISTS.contains(&name) {
        let items = cell.split(';').map(str::trim).filter(|item| !item.is_empty());
        let item = |item: &str| Lined { value: Value::Text(item.to_owned()), line: 0 };
        return Value::List(items.map(item).collect());
    }
    if NUMBERS.contains(&name) {
        return cell.parse().map_or_else(|_| Value::Text(cell.to_owned()), Value::Integer);
    }
    if FLAGS.contains(&name) {
        return cell.parse().map_or_else(|_| Value::Text(cell.to_owned()), Value::Flag);
    }
    Value::Text(cell.to_owned())
}
