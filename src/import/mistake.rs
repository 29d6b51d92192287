//! What can be wrong with a row of an import, and the mend.

use std::fmt;

use onecard_rules::{credential::CredentialMistake, ids::CodeMistake};

/// Something wrong at a place of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The line of the file, the heading being line 1.
    pub line: u64,
    /// The column's name; empty when it is about the whole line.
    pub column: String,
    pub wrong: Wrong,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.column.is_empty() {
            write!(f, ", column `{}`", self.column)?;
        }
        write!(f, ": {}", self.wrong)
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("the file has no heading; its first line must name the columns: {0}")]
    NoHeading(String),
    #[error("the file has no such column; add it")]
    ColumnMissing,
    #[error("there is no column of this name{}; the columns are {columns}", meant(.nearest.as_ref()))]
    ColumnUnknown { nearest: Option<String>, columns: String },
    #[error("the column is there twice; remove one")]
    ColumnTwice,
    #[error("not UTF-8; save the file as CSV UTF-8")]
    NotUtf8,
    #[error(
        "{found} cells where the heading has {expected}; look for a missing or surplus comma or quote"
    )]
    Cells { found: u64, expected: u64 },
    #[error("cannot be read: {0}")]
    Unreadable(String),
    #[error("must not be empty")]
    Empty,
    #[error(transparent)]
    Code(#[from] CodeMistake),
    #[error(transparent)]
    Card(#[from] CredentialMistake),
    #[error("`{text}` is not one of {words}{}", meant(.nearest.as_ref()))]
    Word { text: String, words: String, nearest: Option<String> },
    #[error("`{0}` is neither yes nor no; write `yes` or `no`")]
    YesOrNo(String),
    #[error(
        "`{0}` is not a time; write a day such as `2027-07-15`, or `2027-07-15T18:00:00+08:00`"
    )]
    Time(String),
    #[error("ends before it begins")]
    EndsBeforeItBegins,
    #[error("the site has no area `{text}`{}", meant(.nearest.as_ref()))]
    Area { text: String, nearest: Option<String> },
    #[error("no gate asks for training `{text}`{}", meant(.nearest.as_ref()))]
    Training { text: String, nearest: Option<String> },
    #[error("`{text}` is in line {first} already; keep one of them")]
    Twice { text: String, first: u64 },
    #[error("nobody has number `{0}`; import the person first")]
    UnknownPerson(String),
    #[error("card `{card}` is held by `{holder}`; two people cannot hold one card")]
    HeldByAnother { card: String, holder: String },
}

fn meant(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
}

/// The word most like `text`, if any is like it at all.
pub(super) fn nearest<'a>(text: &str, words: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let text = text.to_lowercase();
    let limit = text.chars().count() / 4 + 1;
    words
        .into_iter()
        .map(|word| (strsim::osa_distance(&text, &word.to_lowercase()), word))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, word)| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_the_word_and_another_word_finds_none() {
        let words = ["teacher", "student", "visitor"];
        let rows = [
            ("studnet", Some("student")),
            ("Teacher", Some("teacher")),
            ("vistor", Some("visitor")),
            ("janitor", None),
            ("x", None),
        ];
        for (text, found) in rows {
            assert_eq!(nearest(text, words).as_deref(), found, "`{text}`");
        }
    }
}
