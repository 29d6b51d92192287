//! Ranges: `id = "dorm-{1..20}"` stands for twenty tables, with `{n}` the number in every other text,
//! and in what would be a number: `unit = "{n}"`.

use super::{mistake::Mistake, table::Table};

/// Most things that one range may stand for.
const RANGE_MAX: i64 = 100_000;

/// The tables that a table with a range in its `id` stands for; itself when there is none.
pub fn expanded(table: Table, mistakes: &mut Vec<Mistake>) -> Vec<Table> {
    let Some((id, line)) = table.peek("id") else { return vec![table] };
    let Some((head, rest)) = id.split_once('{') else { return vec![table] };
    let range = rest.split_once('}').and_then(|(range, tail)| {
        let (first, last) = range.split_once("..")?;
        let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
        (0 <= first && first <= last && last - first < RANGE_MAX).then_some((first, last, tail))
    });
    let Some((first, last, tail)) = range else {
        let message = format!("`{id}` is no range");
        let mend = "write first and last number, such as \"dorm-{1..20}\"".to_owned();
        mistakes.push(table.mistake(line, "id", message, mend));
        return Vec::new();
    };
    let (whole, head, tail) = (id.to_owned(), head.to_owned(), tail.to_owned());
    let one = |number: i64| {
        table.with_texts(&|text| {
            if text == whole {
                format!("{head}{number}{tail}").replace("{n}", &number.to_string())
            } else {
                text.replace("{n}", &number.to_string())
            }
        })
    };
    (first..=last).map(one).collect()
}
