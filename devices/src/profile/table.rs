//! Reading a profile's tables key by key, so that every mistake has its line: a wrong type, a missing key,
//! a key that nobody asked for.
//!
//! Which keys there are, and what they mean, is the callers'.

use std::{
    collections::BTreeMap,
    ops::{Range, RangeInclusive},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    decimal::Decimal,
    mistake::{Mistakes, mend_by},
};

/// A value and the line it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lined<T> {
    pub value: T,
    pub line: usize,
}

/// A value as the file gives it.
#[derive(Debug)]
pub enum Value {
    Text(String),
    Integer(i64),
    /// A float, or an integer beyond 64 bits; as written.
    Float(String),
    Flag(bool),
    List(Vec<Lined<Value>>),
    Table(Entries),
    /// A date, which no key of ours takes.
    Date(String),
}

impl Value {
    fn describe(&self) -> String {
        match self {
            Self::Text(text) | Self::Date(text) => format!("`{text}`"),
            Self::Integer(number) => number.to_string(),
            Self::Float(number) => number.clone(),
            Self::Flag(flag) => flag.to_string(),
            Self::List(_) => "a list".to_owned(),
            Self::Table(_) => "a table".to_owned(),
        }
    }
}

/// What a table holds, in the order of names.
type Entries = Vec<(String, Lined<Value>)>;
/// Names with the values of registers.
type NamedWords = Vec<(String, Vec<u16>)>;

/// A table, read key by key. What nobody asked for is told by [`Table::finish`].
#[derive(Debug)]
pub struct Table<'m> {
    mistakes: &'m Mistakes,
    path: String,
    line: usize,
    entries: Entries,
    asked: Vec<&'static str>,
}

impl<'m> Table<'m> {
    /// Parses a whole file; mistakes of syntax are told and give `None`.
    pub fn parse(text: &str, mistakes: &'m Mistakes) -> Option<Self> {
        let lines = Lines::of(text);
        match DeTable::parse(text) {
            Ok(root) => {
                let entries = lines.entries(root.into_inner());
                Some(Self { mistakes, path: String::new(), line: 1, entries, asked: Vec::new() })
            }
            Err(error) => {
                let line = error.span().map_or(1, |span| lines.at(&span));
                let message = format!("is not TOML: {}", error.message().replace('\n', ", "));
                mistakes.tell(line, "", message, "mend the syntax there");
                None
            }
        }
    }

    pub fn line(&self) -> usize {
        self.line
    }

    /// The lines of its keys.
    pub fn lines(&self) -> BTreeMap<String, usize> {
        self.entries.iter().map(|(key, value)| (key.clone(), value.line)).collect()
    }

    /// The key with the tables that it is in; the table itself for the empty key.
    pub fn path(&self, key: &str) -> String {
        match (self.path.as_str(), key) {
            ("", key) => key.to_owned(),
            (path, "") => path.to_owned(),
            (path, key) => format!("{path}.{key}"),
        }
    }

    /// Tells of a mistake at a key of this table.
    pub fn tell(
        &self,
        line: usize,
        key: &str,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.mistakes.tell(line, &self.path(key), message, mend);
    }

    /// Tells that a key is missing.
    pub fn missing(&self, key: &str, example: &str) {
        self.tell(self.line, key, "is missing", format!("add `{key} = {example}`"));
    }

    fn wrong(&self, value: &Lined<Value>, key: &str, expected: &str) {
        let message = format!("is {}", value.value.describe());
        self.tell(value.line, key, message, format!("write {expected}"));
    }

    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, _)| name == key)
    }

    pub fn take(&mut self, key: &'static str) -> Option<Lined<Value>> {
        self.asked.push(key);
        let at = self.entries.iter().position(|(name, _)| name == key)?;
        Some(self.entries.remove(at).1)
    }

    /// A text.
    pub fn text(&mut self, key: &'static str) -> Option<Lined<String>> {
        let value = self.take(key)?;
        let Value::Text(text) = value.value else {
            self.wrong(&value, key, "a text in quotation marks");
            return None;
        };
        if text.trim().is_empty() {
            self.tell(value.line, key, "is empty", "write something or leave the key out");
            return None;
        }
        Some(Lined { value: text, line: value.line })
    }

    /// A text that must be there.
    pub fn required_text(&mut self, key: &'static str, example: &str) -> Option<Lined<String>> {
        if !self.has(key) {
            self.missing(key, example);
        }
        self.text(key)
    }

    /// A whole number within a range.
    pub fn integer(
        &mut self,
        key: &'static str,
        range: &RangeInclusive<i64>,
    ) -> Option<Lined<i64>> {
        let value = self.take(key)?;
        if let Value::Integer(number) = value.value
            && range.contains(&number)
        {
            return Some(Lined { value: number, line: value.line });
        }
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.wrong(&value, key, &expected);
        None
    }

    /// A whole number of some unsigned type, within a range.
    pub fn number<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        range: &RangeInclusive<i64>,
    ) -> Option<T> {
        self.integer(key, range).and_then(|number| T::try_from(number.value).ok())
    }

    /// A decimal number, whole or not.
    pub fn decimal(&mut self, key: &'static str) -> Option<Lined<Decimal>> {
        let value = self.take(key)?;
        let decimal = match &value.value {
            Value::Integer(number) => Some(Decimal::new((*number).into(), 0)),
            Value::Float(written) => written.parse().ok(),
            Value::Text(_) | Value::Flag(_) | Value::List(_) | Value::Table(_) | Value::Date(_) => {
                None
            }
        };
        if decimal.is_none() {
            self.wrong(&value, key, "a number such as 0.01");
        }
        Some(Lined { value: decimal?, line: value.line })
    }

    /// True or false; `None` when it is not there.
    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        let value = self.take(key)?;
        let Value::Flag(flag) = value.value else {
            self.wrong(&value, key, "`true` or `false`");
            return None;
        };
        Some(flag)
    }

    /// One of some words.
    pub fn one_of<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<Lined<T>> {
        let text = self.text(key)?;
        let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text.value) else {
            let mend = mend_by(&text.value, words.iter().map(|(word, _)| *word));
            self.tell(text.line, key, format!("`{}` is not known", text.value), mend);
            return None;
        };
        Some(Lined { value: *meaning, line: text.line })
    }

    /// A list of texts; empty when it is not there.
    pub fn texts(&mut self, key: &'static str) -> Vec<Lined<String>> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let Value::List(items) = value.value else {
            self.wrong(&value, key, "a list of texts such as [\"a\", \"b\"]");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            if let Value::Text(text) = item.value {
                texts.push(Lined { value: text, line: item.line });
            } else {
                self.wrong(&item, key, "a text in quotation marks");
            }
        }
        texts
    }

    /// Register values: one number or a list of them.
    pub fn words(&mut self, key: &'static str) -> Option<Lined<Vec<u16>>> {
        let value = self.take(key)?;
        let words = words(&value.value);
        if words.is_none() {
            self.wrong(&value, key, "a register's value from 0 to 0xFFFF, or a list of them");
        }
        Some(Lined { value: words?, line: value.line })
    }

    /// Names with whole numbers; `None` when it is not there.
    pub fn codes(
        &mut self,
        key: &'static str,
        range: &RangeInclusive<i64>,
    ) -> Option<Lined<Vec<(String, i64)>>> {
        let table = self.table(key)?;
        let mut codes = Vec::new();
        for (name, value) in &table.entries {
            if let Value::Integer(code) = value.value
                && range.contains(&code)
            {
                codes.push((name.clone(), code));
            } else {
                let expected = format!("a whole number from {} to {}", range.start(), range.end());
                table.wrong(value, name, &expected);
            }
        }
        if table.entries.is_empty() {
            self.tell(table.line, key, "is empty", "name at least one");
        }
        Some(Lined { value: codes, line: table.line })
    }

    /// Names with register values; `None` when it is not there.
    pub fn named_words(&mut self, key: &'static str) -> Option<Lined<NamedWords>> {
        let table = self.table(key)?;
        let mut named = Vec::new();
        for (name, value) in &table.entries {
            match words(&value.value) {
                Some(words) => named.push((name.clone(), words)),
                None => table.wrong(value, name, "a register's value from 0 to 0xFFFF, or a list"),
            }
        }
        Some(Lined { value: named, line: table.line })
    }

    /// A table of its own; `None` when it is not there.
    pub fn table(&mut self, key: &'static str) -> Option<Self> {
        let value = self.take(key)?;
        let Value::Table(entries) = value.value else {
            self.wrong(&value, key, &format!("a table: `[{}]`", self.path(key)));
            return None;
        };
        let path = self.path(key);
        Some(Self { mistakes: self.mistakes, path, line: value.line, entries, asked: Vec::new() })
    }

    /// All entries as tables with their names: for names that the file chooses.
    pub fn into_tables(self) -> Vec<(String, Self)> {
        let mut tables = Vec::new();
        for (name, value) in self.entries {
            let path = format!("{}.{name}", self.path);
            if let Value::Table(entries) = value.value {
                let line = value.line;
                let mistakes = self.mistakes;
                tables.push((name, Self { mistakes, path, line, entries, asked: Vec::new() }));
            } else {
                let message = format!("is {}", value.value.describe());
                self.mistakes.tell(
                    value.line,
                    &path,
                    message,
                    format!("write a table: `[{path}]`"),
                );
            }
        }
        tables
    }

    /// Tells of every key that nobody asked for.
    pub fn finish(self) {
        for (key, value) in &self.entries {
            let mend = mend_by(key, self.asked.iter().copied());
            self.tell(value.line, key, "is not a key of this table", mend);
        }
    }
}

fn words(value: &Value) -> Option<Vec<u16>> {
    if let Value::List(items) = value {
        let words: Option<Vec<u16>> = items.iter().map(|item| word(&item.value)).collect();
        return words.filter(|words| !words.is_empty());
    }
    word(value).map(|word| vec![word])
}

fn word(value: &Value) -> Option<u16> {
    if let Value::Integer(number) = value { u16::try_from(*number).ok() } else { None }
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

    fn entries(&self, table: DeTable<'_>) -> Entries {
        let entry = |(key, value): (Spanned<std::borrow::Cow<'_, str>>, Spanned<DeValue<'_>>)| {
            let key_line = self.at(&key.span());
            let mut value = self.value(value);
            // A table in brackets has no place of its own but that of its key.
            value.line = value.line.max(key_line);
            (key.into_inner().into_owned(), value)
        };
        table.into_iter().map(entry).collect()
    }

    fn value(&self, value: Spanned<DeValue<'_>>) -> Lined<Value> {
        let line = self.at(&value.span());
        let value = match value.into_inner() {
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| Value::Float(number.to_string()), Value::Integer),
            DeValue::Boolean(flag) => Value::Flag(flag),
            DeValue::Float(number) => Value::Float(number.as_str().to_owned()),
            DeValue::Datetime(time) => Value::Date(time.to_string()),
            DeValue::Array(items) => {
                Value::List(items.into_iter().map(|item| self.value(item)).collect())
            }
            DeValue::Table(table) => Value::Table(self.entries(table)),
        };
        Lined { value, line }
    }
}
