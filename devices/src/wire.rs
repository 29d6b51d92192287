//! Reading what devices send: strict where it matters, with mistakes that name the field and the
//! mend. Unknown fields are ignored, as the contract says.

use chrono::{DateTime, Datelike, FixedOffset};
use onecard_rules::Time;
use serde_json::{Map, Value};

/// Longest text taken in one field, in bytes.
pub const TEXT_BYTES_MAX: usize = 512;

/// What is wrong with a message from a device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the message is {bytes} bytes long, more than the {limit} allowed; send less")]
    TooLong { bytes: usize, limit: usize },
    #[error("the message is not JSON: {0}; send one JSON object in UTF-8")]
    NotJson(String),
    #[error("the message is not a JSON object; send fields in `{{…}}`")]
    NotAnObject,
    #[error("field `{0}` is missing; add it")]
    Missing(&'static str),
    #[error("field `{field}` is {found}, expected {expected}")]
    Field { field: &'static str, found: String, expected: &'static str },
    #[error("fields `{0}` and `{1}` exclude each other; send one of them")]
    Both(&'static str, &'static str),
}

impl Malformed {
    /// The kind of mistake, for counting.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "too_long",
            Self::NotJson(_) => "not_json",
            Self::NotAnObject => "not_an_object",
            Self::Missing(_) => "missing_field",
            Self::Field { .. } => "wrong_field",
            Self::Both(..) => "contradicting_fields",
        }
    }
}

/// The fields of a message.
#[derive(Debug)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Parses a payload of at most `limit` bytes.
    ///
    /// # Errors
    /// When it is longer, not JSON, or not an object.
    pub fn parse(payload: &[u8], limit: usize) -> Result<Self, Malformed> {
        if payload.len() > limit {
            return Err(Malformed::TooLong { bytes: payload.len(), limit });
        }
        match serde_json::from_slice(payload) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Malformed::NotAnObject),
            Err(error) => Err(Malformed::NotJson(error.to_string())),
        }
    }

    /// All of them, as they came.
    #[must_use]
    pub fn all(&self) -> &Map<String, Value> {
        &self.0
    }

    fn get(&self, field: &'static str) -> Option<&Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    /// A text of at most [`TEXT_BYTES_MAX`] bytes, if the field is there.
    ///
    /// # Errors
    /// When it is something else, or longer.
    pub fn text(&self, field: &'static str) -> Result<Option<&str>, Malformed> {
        let expected = "a text of at most 512 bytes";
        match self.get(field) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= TEXT_BYTES_MAX => Ok(Some(text)),
            Some(value) => Err(Malformed::Field { field, found: shown(value), expected }),
        }
    }

    /// A whole number from 0 to 2^63-1 (what the journal can hold), if the field is there.
    ///
    /// # Errors
    /// When it is something else.
    pub fn count(&self, field: &'static str) -> Result<Option<u64>, Malformed> {
        let expected = "a whole number from 0 to 9223372036854775807";
        let Some(value) = self.get(field) else { return Ok(None) };
        match value.as_u64().filter(|count| i64::try_from(*count).is_ok()) {
            Some(count) => Ok(Some(count)),
            None => Err(Malformed::Field { field, found: shown(value), expected }),
        }
    }

    /// True or false, if the field is there.
    ///
    /// # Errors
    /// When it is something else.
    pub fn flag(&self, field: &'static str) -> Result<Option<bool>, Malformed> {
        match self.get(field) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(value) => {
                Err(Malformed::Field { field, found: shown(value), expected: "true or false" })
            }
        }
    }

    /// A time as RFC 3339 writes it with its offset, in the years 2000 to 2199, if the field is there.
    ///
    /// # Errors
    /// When it is something else.
    pub fn time(&self, field: &'static str) -> Result<Option<Time>, Malformed> {
        let expected = "a time such as 2026-11-23T07:45:12.123+08:00";
        let Some(text) = self.text(field)? else { return Ok(None) };
        let time: Option<DateTime<FixedOffset>> = DateTime::parse_from_rfc3339(text)
            .ok()
            .filter(|time| (2000..2200).contains(&time.year()));
        match time {
            Some(time) => Ok(Some(time.to_utc())),
            None => Err(Malformed::Field { field, found: quoted(text), expected }),
        }
    }

    /// One of some words, if the field is there.
    ///
    /// # Errors
    /// When it is none of them.
    pub fn word<T: Copy>(
        &self,
        field: &'static str,
        words: &[(&str, T)],
        expected: &'static str,
    ) -> Result<Option<T>, Malformed> {
        let Some(text) = self.text(field)? else { return Ok(None) };
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, meaning)) => Ok(Some(*meaning)),
            None => Err(Malformed::Field { field, found: quoted(text), expected }),
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "true or false".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// A text in backticks, cut so that no message of ours grows with theirs.
fn quoted(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    let rest = if short.len() < text.len() { "…" } else { "" };
    format!("`{short}{rest}`")
}
