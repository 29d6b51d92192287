//! Reading TOML tables key by key, so that every mistake has its line: a wrong type, a missing key, a
//! key that nobody asked for.
//!
//! Which keys there are, and what they mean, is the callers'.

use std::{
    fmt::Display,
    ops::{Range, RangeInclusive},
    str::FromStr,
    sync::Arc,
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::mistake::{Mistake, mend_by};

/// A value and the line it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lined<T> {
    pub value: T,
    pub line: usize,
}

/// A value as TOML and CSV files give it.
#[derive(Debug, Clone)]
pub enum Value {
    Text(String),
    Integer(i64),
    Flag(bool),
    List(Vec<Lined<Value>>),
    Table(Vec<(String, Lined<Value>)>),
    /// A float, or a date, which no key of ours takes; as written.
    Other(String),
}

impl Value {
    fn describe(&self) -> String {
        match self {
            Self::Text(text) | Self::Other(text) => format!("`{text}`"),
            Self::Integer(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::List(_) => "a list".to_owned(),
            Self::Table(_) => "a table".to_owned(),
        }
    }
}

/// A table, read key by key.
#[derive(Debug)]
pub struct Table {
    file: Arc<str>,
    /// The names of what it is in, for messages.
    path: String,
    line: usize,
    entries: Vec<(String, Lined<Value>)>,
    /// Where each key was written; it outlives the taking of its value.
    places: Vec<(String, usize)>,
    asked: Vec<&'static str>,
    /// One of a range: numbers may come from texts.
    of_range: bool,
}

impl Table {
    /// Parses a whole file; mistakes of syntax are told and give `None`.
    pub fn parse(file: &str, text: &str, mistakes: &mut Vec<Mistake>) -> Option<Self> {
        let lines = Lines::of(text);
        match DeTable::parse(text) {
            Ok(root) => {
                let entries = lines.entries(root.into_inner());
                Some(Self::new(file, "", 1, entries))
            }
            Err(error) => {
                mistakes.push(Mistake {
                    file: file.to_owned(),
                    line: error.span().map(|span| lines.at(&span)),
                    key: String::new(),
                    message: format!("is not TOML: {}", error.message().replace('\n', ", ")),
                    mend: "mend the syntax there".to_owned(),
                });
                None
            }
        }
    }

    /// A table of entries that were read from elsewhere.
    pub fn new(file: &str, path: &str, line: usize, entries: Vec<(String, Lined<Value>)>) -> Self {
        let path = path.to_owned();
        let places = entries.iter().map(|(key, value)| (key.clone(), value.line)).collect();
        let asked = Vec::new();
        Self { file: file.into(), path, line, entries, places, asked, of_range: false }
    }

    pub fn line(&self) -> usize {
        self.line
    }

    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line of a key, or of the table when the key was not written.
    pub fn line_of(&self, key: &str) -> usize {
        let there = self.places.iter().find(|(name, _)| name == key);
        there.map_or(self.line, |(_, line)| *line)
    }

    /// Whether a key was written, taken or not.
    pub fn wrote(&self, key: &str) -> bool {
        self.places.iter().any(|(name, _)| name == key)
    }

    /// Whether a key is there to be taken.
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, _)| name == key)
    }

    /// Lets go of a key that must not be there; returns its line when it was.
    pub fn drop_key(&mut self, key: &'static str) -> Option<usize> {
        self.take(key).map(|value| value.line)
    }

    /// Renames the table in messages, once its own name is known.
    pub fn call(&mut self, path: String) {
        self.path = path;
    }

    /// A mistake at a key of this table.
    pub fn mistake(&self, line: usize, key: &str, message: String, mend: String) -> Mistake {
        let key = match (self.path.as_str(), key) {
            ("", key) => key.to_owned(),
            (path, "") => path.to_owned(),
            (path, key) => format!("{path}.{key}"),
        };
        Mistake { file: self.file.to_string(), line: Some(line), key, message, mend }
    }

    fn take(&mut self, key: &'static str) -> Option<Lined<Value>> {
        self.asked.push(key);
        let at = self.entries.iter().position(|(name, _)| name == key)?;
        Some(self.entries.remove(at).1)
    }

    fn wrong(&self, value: &Lined<Value>, key: &str, expected: &str) -> Mistake {
        let message = format!("is {}", value.value.describe());
        self.mistake(value.line, key, message, format!("write {expected}"))
    }

    /// A text.
    pub fn text(
        &mut self,
        key: &'static str,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Lined<String>> {
        let value = self.take(key)?;
        let Value::Text(text) = value.value else {
            mistakes.push(self.wrong(&value, key, "a text in quotation marks"));
            return None;
        };
        Some(Lined { value: text, line: value.line })
    }

    /// A text that must be there.
    pub fn required_text(
        &mut self,
        key: &'static str,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Lined<String>> {
        let there = self.entries.iter().any(|(name, _)| name == key);
        if !there {
            self.asked.push(key);
            let mend = format!("add `{key} = …`");
            mistakes.push(self.mistake(self.line, key, "is missing".to_owned(), mend));
            return None;
        }
        self.text(key, mistakes)
    }

    /// A text that is parsed into something, such as a code or an address.
    pub fn parsed<T: FromStr<Err: Display>>(
        &mut self,
        key: &'static str,
        expected: &str,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Lined<T>> {
        let text = self.text(key, mistakes)?;
        self.parse_text(&text, key, expected, mistakes)
    }

    /// [`Table::parsed`] for what must be there.
    pub fn required<T: FromStr<Err: Display>>(
        &mut self,
        key: &'static str,
        expected: &str,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Lined<T>> {
        let text = self.required_text(key, mistakes)?;
        self.parse_text(&text, key, expected, mistakes)
    }

    fn parse_text<T: FromStr<Err: Display>>(
        &self,
        text: &Lined<String>,
        key: &str,
        expected: &str,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Lined<T>> {
        let line = text.line;
        match text.value.parse() {
            Ok(value) => Some(Lined { value, line }),
            Err(error) => {
                let message = format!("`{}` is not good: {error}", text.value);
                mistakes.push(self.mistake(line, key, message, format!("write {expected}")));
                None
            }
        }
    }

    /// A whole number within a range, both ends included. In one of a range of tables it may stand as
    /// text, for it is the text that the range's number is put into.
    pub fn integer(
        &mut self,
        key: &'static str,
        range: &Range<i64>,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Lined<i64>> {
        let value = self.take(key)?;
        let expected = format!("a whole number from {} to {}", range.start, range.end - 1);
        let number = match &value.value {
            Value::Integer(number) => Some(*number),
            Value::Text(text) if self.of_range => text.parse().ok(),
            Value::Text(_)
            | Value::Flag(_)
            | Value::List(_)
            | Value::Table(_)
            | Value::Other(_) => None,
        };
        if let Some(number) = number.filter(|number| range.contains(number)) {
            return Some(Lined { value: number, line: value.line });
        }
        mistakes.push(self.wrong(&value, key, &expected));
        None
    }

    /// A number, whole or not, within a range, both ends included.
    pub fn number(
        &mut self,
        key: &'static str,
        range: &RangeInclusive<f64>,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Lined<f64>> {
        let value = self.take(key)?;
        let written = match &value.value {
            Value::Integer(number) => number.to_string().parse().ok(),
            Value::Other(text) => text.replace('_', "").parse().ok(),
            Value::Text(_) | Value::Flag(_) | Value::List(_) | Value::Table(_) => None,
        };
        let good = written.filter(|number| range.contains(number));
        if good.is_none() {
            let expected = format!("a number from {} to {}", range.start(), range.end());
            mistakes.push(self.wrong(&value, key, &expected));
        }
        good.map(|number| Lined { value: number, line: value.line })
    }

    /// True or false.
    pub fn flag(&mut self, key: &'static str, mistakes: &mut Vec<Mistake>) -> Option<bool> {
        let value = self.take(key)?;
        let Value::Flag(flag) = value.value else {
            mistakes.push(self.wrong(&value, key, "`true` or `false`"));
            return None;
        };
        Some(flag)
    }

    /// One of some words.
    pub fn one_of<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&str, T)],
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Lined<T>> {
        let text = self.text(key, mistakes)?;
        let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text.value) else {
            let mend = mend_by(&text.value, words.iter().map(|(word, _)| *word));
            let message = format!("`{}` is not known", text.value);
            mistakes.push(self.mistake(text.line, key, message, mend));
            return None;
        };
        Some(Lined { value: *meaning, line: text.line })
    }

    /// A list of texts; empty when it is not there.
    pub fn texts(&mut self, key: &'static str, mistakes: &mut Vec<Mistake>) -> Vec<Lined<String>> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let Value::List(items) = value.value else {
            mistakes.push(self.wrong(&value, key, "a list of texts such as [\"a\", \"b\"]"));
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            if let Value::Text(text) = item.value {
                texts.push(Lined { value: text, line: item.line });
            } else {
                mistakes.push(self.wrong(&item, key, "a text in quotation marks"));
            }
        }
        texts
    }

    /// A table of its own; `None` when it is not there.
    pub fn table(&mut self, key: &'static str, mistakes: &mut Vec<Mistake>) -> Option<Self> {
        let value = self.take(key)?;
        let Value::Table(entries) = value.value else {
            mistakes.push(self.wrong(&value, key, &format!("a table: `[{key}]`")));
            return None;
        };
        Some(Self::new(&self.file, &self.below(key), value.line, entries))
    }

    /// A list of tables; empty when it is not there.
    pub fn tables(&mut self, key: &'static str, mistakes: &mut Vec<Mistake>) -> Vec<Self> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let expected = format!("tables: `[[{key}]]`");
        let Value::List(items) = value.value else {
            mistakes.push(self.wrong(&value, key, &expected));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            if let Value::Table(entries) = item.value {
                tables.push(Self::new(&self.file, &self.below(key), item.line, entries));
            } else {
                mistakes.push(self.wrong(&item, key, &expected));
            }
        }
        tables
    }

    fn below(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Changes every text in the table, for ranges.
    #[must_use]
    pub fn with_texts(&self, change: &impl Fn(&str) -> String) -> Self {
        let entries =
            self.entries.iter().map(|(key, value)| (key.clone(), changed(value, change))).collect();
        Self { of_range: true, ..Self::new(&self.file, &self.path, self.line, entries) }
    }

    /// The text of a key, without taking it.
    pub fn peek(&self, key: &str) -> Option<(&str, usize)> {
        let (_, value) = self.entries.iter().find(|(name, _)| name == key)?;
        if let Value::Text(text) = &value.value { Some((text.as_str(), value.line)) } else { None }
    }

    /// Tells of every key that nobody asked for.
    pub fn finish(self, mistakes: &mut Vec<Mistake>) {
        for (key, value) in &self.entries {
            let mend = mend_by(key, self.asked.iter().copied());
            let message = "is not a key of this table".to_owned();
            mistakes.push(self.mistake(value.line, key, message, mend));
        }
    }
}

fn changed(value: &Lined<Value>, change: &impl Fn(&str) -> String) -> Lined<Value> {
    let line = value.line;
    let value = match &value.value {
        Value::Text(text) => Value::Text(change(text)),
        Value::List(items) => Value::List(items.iter().map(|item| changed(item, change)).collect()),
        Value::Integer(_) | Value::Flag(_) | Value::Table(_) | Value::Other(_) => {
            value.value.clone()
        }
    };
    Lined { value, line }
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    fn at(&self, span: &Range<usize>) -> usize {
        self.0.partition_point(|end| *end < span.start) + 1
    }

    fn entries(&self, table: DeTable<'_>) -> Vec<(String, Lined<Value>)> {
        let entry = |(key, value): (Spanned<_>, Spanned<DeValue<'_>>)| {
            let key_line = self.at(&key.span());
            let name: std::borrow::Cow<'_, str> = key.into_inner();
            let mut value = self.value(value);
            // A table in brackets has no place of its own but that of its key.
            value.line = value.line.max(key_line);
            (name.into_owned(), value)
        };
        table.into_iter().map(entry).collect()
    }

    fn value(&self, value: Spanned<DeValue<'_>>) -> Lined<Value> {
        let line = self.at(&value.span());
        let value = match value.into_inner() {
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Integer(number) => {
                let radix = number.radix();
                let parsed = i64::from_str_radix(&number.as_str().replace('_', ""), radix);
                parsed.map_or_else(|_| Value::Other(number.to_string()), Value::Integer)
            }
            DeValue::Boolean(flag) => Value::Flag(flag),
            DeValue::Float(number) => Value::Other(number.to_string()),
            DeValue::Datetime(time) => Value::Other(time.to_string()),
            DeValue::Array(items) => {
                Value::List(items.into_iter().map(|item| self.value(item)).collect())
            }
            DeValue::Table(table) => Value::Table(self.entries(table)),
        };
        Lined { value, line }
    }
}
