//! A mistake in a profile, and how it is told: file, line, key, what is wrong, the mend.

use std::{cell::RefCell, fmt};

/// Something wrong in a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The name that the profile was given when it was read, such as its file.
    pub file: String,
    /// From 1; `None`: the whole file.
    pub line: Option<usize>,
    /// The key with the tables that it is in: `points.voltage_v.address`.
    pub key: String,
    pub message: String,
    /// What to do.
    pub mend: String,
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

/// The mistakes of one file while it is read.
#[derive(Debug)]
pub(super) struct Mistakes {
    file: String,
    found: RefCell<Vec<Mistake>>,
}

impl Mistakes {
    pub fn of(file: &str) -> Self {
        Self { file: file.to_owned(), found: RefCell::new(Vec::new()) }
    }

    pub fn tell(
        &self,
        line: usize,
        key: &str,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        let mistake = Mistake {
            file: self.file.clone(),
            line: Some(line),
            key: key.to_owned(),
            message: message.into(),
            mend: mend.into(),
        };
        self.found.borrow_mut().push(mistake);
    }

    /// All of them, in the order of the file.
    pub fn into_inner(self) -> Vec<Mistake> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|mistake| mistake.line);
        found
    }
}

/// The known words closest to `wrong`, if they are close enough to have been meant.
fn meant<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let reach = (wrong.chars().count() / 3).clamp(1, 3);
    let distance = |word: &str| {
        let same = wrong.eq_ignore_ascii_case(word);
        if same { 0 } else { strsim::osa_distance(wrong, word) }
    };
    let near = known.into_iter().map(|word| (distance(word), word));
    let near: Vec<_> = near.filter(|(distance, _)| *distance <= reach).collect();
    let closest = near.iter().map(|(distance, _)| *distance).min();
    near.into_iter().filter(|(own, _)| Some(*own) == closest).map(|(_, word)| word).collect()
}

/// A mend that names the words that may have been meant, or all that there are.
pub(super) fn mend_by<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let near = meant(wrong, known.clone());
    if !near.is_empty() {
        let near: Vec<String> = near.iter().map(|word| format!("`{word}`")).collect();
        return format!("did you mean {}?", near.join(" or "));
    }
    let words: Vec<&str> = known.into_iter().collect();
    if words.is_empty() {
        "take it out".to_owned()
    } else {
        format!("use one of {}", words.join(", "))
    }
}
