//! A mistake in a campus folder, and how it is told: file, line, key, what is wrong, the mend.

use std::{collections::HashMap, fmt};

/// Something wrong in a campus folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Below the campus folder.
    pub file: String,
    /// From 1; `None`: the whole file.
    pub line: Option<usize>,
    /// The key, with the names of what it is in: `gates.north-1.from`.
    pub key: String,
    pub message: String,
    /// What to do.
    pub mend: String,
}

impl Mistake {
    /// A mistake of a whole file.
    #[must_use]
    pub fn of_file(file: &str, message: &str, mend: &str) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            key: String::new(),
            message: message.to_owned(),
            mend: mend.to_owned(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file)?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        if !self.key.is_empty() {
            write!(f, " {}:", self.key)?;
        }
        write!(f, " {}; {}", self.message, self.mend)
    }
}

/// All mistakes of a campus folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    /// Puts them in order of file and line, and tells once what a range repeats.
    pub(super) fn in_order(mistakes: Vec<Mistake>) -> Self {
        let mut kept: Vec<Mistake> = Vec::new();
        let mut first: HashMap<(String, Option<usize>, String), String> = HashMap::new();
        for mistake in mistakes {
            let own = mistake.key.rsplit('.').next().unwrap_or_default().to_owned();
            let place = (mistake.file.clone(), mistake.line, own);
            // The same key of another table on the same line: one table, written once.
            let repeated =
                mistake.line.is_some() && first.get(&place).is_some_and(|key| *key != mistake.key);
            if !repeated {
                first.entry(place).or_insert_with(|| mistake.key.clone());
                kept.push(mistake);
            }
        }
        kept.sort_by(|left, right| (&left.file, left.line).cmp(&(&right.file, right.line)));
        Self(kept)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mistake in &self.0 {
            writeln!(f, "{mistake}")?;
        }
        match self.0.len() {
            1 => write!(f, "1 mistake"),
            several => write!(f, "{several} mistakes"),
        }
    }
}

impl std::error::Error for Mistakes {}

/// The known word closest to `wrong`, if one is close enough to have been meant.
pub fn meant<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let reach = (wrong.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|word| (strsim::osa_distance(wrong, word), word))
        .filter(|(distance, _)| *distance <= reach)
        .min()
        .map(|(_, word)| word)
}

/// A mend that names the word that was meant, or all that there are.
pub fn mend_by<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(word) = meant(wrong, known.clone()) {
        return format!("did you mean `{word}`?");
    }
    let mut words: Vec<&str> = known.into_iter().take(13).collect();
    let more = words.len() > 12;
    words.truncate(12);
    let rest = if more { ", …" } else { "" };
    if words.is_empty() {
        "there is none yet".to_owned()
    } else {
        format!("use one of {}{rest}", words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_meant_is_found_and_a_far_one_is_not() {
        let known = ["campus", "library", "dorm-1"];
        for (wrong, expected) in [
            ("campsu", Some("campus")),
            ("libary", Some("library")),
            ("dorm1", Some("dorm-1")),
            ("canteen", None),
            ("x", None),
        ] {
            assert_eq!(meant(wrong, known), expected, "{wrong}");
        }
    }
}
