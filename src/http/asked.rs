//! What a request says: its body and its parameters, with mistakes that name the field.

use std::{future::Future, pin::Pin, str::FromStr};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    error::{Error, PayloadError, QueryPayloadError},
    http::Method,
    web::{Bytes, Query},
};
use chrono::DateTime;
use onecard_rules::Time;
use serde::{Deserialize, de::DeserializeOwned};

use super::problem::{Code, Problem};
use crate::campus::meant;

/// Most characters in a reason.
const WHY_CHARS_MAX: usize = 500;

/// Why an operator orders something: 1 to 500 characters.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Why(pub String);

impl TryFrom<String> for Why {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > WHY_CHARS_MAX {
            return Err(format!("say why, in 1 to {WHY_CHARS_MAX} characters"));
        }
        Ok(Self(text.to_owned()))
    }
}

/// The body of a request as it came.
#[derive(Debug, Clone)]
pub struct RawBody(pub Bytes);

/// A JSON body. An order that takes something back may say it in the query instead.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let in_query = request.method() == Method::DELETE && !request.query_string().is_empty();
        let query = in_query.then(|| request.query_string().to_owned());
        let bytes = Bytes::from_request(request, payload);
        let sent = request.clone();
        Box::pin(async move {
            let bytes = bytes.await.map_err(|error| unreadable(&error))?;
            // Where two people must order the same, it is held against what the first sent.
            sent.extensions_mut().insert(RawBody(bytes.clone()));
            let read = match query {
                Some(query) if bytes.is_empty() => {
                    Query::<T>::from_query(&query).map(Query::into_inner).map_err(bad_query)
                }
                Some(_) | None => read_json(&bytes),
            };
            read.map(Self)
        })
    }
}

/// What a JSON body says.
///
/// # Errors
/// When it is not JSON, or no `T`.
pub fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| bad_json(&error, bytes))
}

fn unreadable(error: &Error) -> Problem {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => {
            let kib = super::BODY_BYTES_MAX / 1024;
            Problem::new(Code::BodyTooLong, format!("the body is longer than {kib} KiB"))
        }
        Some(_) | None => Problem::new(Code::NotJson, format!("the body cannot be read: {error}")),
    }
}

fn bad_json(error: &serde_json::Error, body: &[u8]) -> Problem {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text);
    if !error.is_data() {
        let detail = format!("the body is not JSON: {text}; send an object with a `why`");
        return Problem::new(Code::NotJson, detail);
    }
    named(message).unwrap_or_else(|| {
        let field = last_key(body, error.line(), error.column());
        let field = field.unwrap_or_else(|| "body".to_owned());
        Problem::bad_field(&field, format!("`{field}`: {message}"))
    })
}

/// What is wrong with the parameters of a query.
pub fn bad_query(error: QueryPayloadError) -> Problem {
    let text = match error {
        QueryPayloadError::Deserialize(mistake) => mistake.to_string(),
        other => other.to_string(),
    };
    named(&text).unwrap_or_else(|| Problem::bad_field("query", text))
}

/// The problem with a field that the message names itself: one missing, unknown or twice there.
fn named(message: &str) -> Option<Problem> {
    let mut parts = message.split('`');
    let (kind, field) = (parts.next()?, parts.next()?);
    let detail = match kind {
        "missing field " => format!("`{field}` is missing"),
        "duplicate field " => format!("`{field}` is there twice"),
        "unknown field " => {
            let known: Vec<&str> = parts.skip(1).step_by(2).collect();
            let mend = match meant(field, known.iter().copied()) {
                Some(word) => format!("did you mean `{word}`?"),
                None if known.is_empty() => "leave it out".to_owned(),
                None => format!("use `{}`", known.join("`, `")),
            };
            format!("`{field}` is not known; {mend}")
        }
        _ => return None,
    };
    Some(Problem::bad_field(field, detail))
}

/// The last key of an object before a place in a JSON text, counted from 1.
fn last_key(body: &[u8], line: usize, column: usize) -> Option<String> {
    let before: usize =
        body.split(|byte| *byte == b'\n').take(line.checked_sub(1)?).map(|l| l.len() + 1).sum();
    let head = body.get(..(before + column).min(body.len()))?;
    let (mut key, mut text, mut escaped) = (None, None::<Vec<u8>>, false);
    let mut latest = None;
    for byte in head {
        match (&mut text, byte) {
            (Some(_), b'"') if !escaped => latest = text.take(),
            (Some(kept), byte) => {
                escaped = *byte == b'\\' && !escaped;
                kept.push(*byte);
            }
            (None, b'"') => text = Some(Vec::new()),
            (None, b':') => key = latest.take(),
            (None, _) => {}
        }
    }
    key.and_then(|key| String::from_utf8(key).ok())
}

/// A parameter that may be absent.
///
/// # Errors
/// When it is there and is not a `T`.
pub fn parameter<T: FromStr<Err: ToString>>(
    field: &str,
    text: Option<&str>,
) -> Result<Option<T>, Problem> {
    let parse = |text: &str| {
        let wrong = |wrong: T::Err| {
            Problem::bad_field(field, format!("`{field}` is `{text}`: {}", wrong.to_string()))
        };
        text.parse().map_err(wrong)
    };
    text.map(parse).transpose()
}

/// A moment in a parameter.
///
/// # Errors
/// When it is there and is not RFC 3339.
pub fn moment(field: &str, text: Option<&str>) -> Result<Option<Time>, Problem> {
    let parse = |text: &str| {
        // A `+` that was not escaped arrives as a space.
        let text = text.replace(' ', "+");
        parse_moment(&text).map_err(|mend| {
            Problem::bad_field(field, format!("`{field}` is `{text}`; {mend}, in a URL with `%2B`"))
        })
    };
    text.map(parse).transpose()
}

fn parse_moment(text: &str) -> Result<Time, &'static str> {
    let mend = "write it as `2026-11-23T07:45:12+08:00`";
    DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc()).map_err(|_| mend)
}

/// When an order ends by itself.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct Until(Time);

impl TryFrom<String> for Until {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        parse_moment(&text).map(Self)
    }
}

/// When an order ends by itself: in the future.
///
/// # Errors
/// When it is past.
pub fn until(asked: Option<Until>, now: Time) -> Result<Option<Time>, Problem> {
    match asked {
        Some(Until(until)) if until <= now => {
            Err(Problem::bad_field("until", "`until` is past; leave it out or say a later moment"))
        }
        other => Ok(other.map(|Until(until)| until)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_before_a_mistake_is_found_whatever_the_texts_hold() {
        let rows: &[(&str, Option<&str>)] = &[
            (r#"{"why": 5"#, Some("why")),
            (r#"{"why": "a: \"b\": c", "until": "x"#, Some("until")),
            ("{\n  \"a\": 1,\n  \"b\": tr", Some("b")),
            ("[1", None),
            ("", None),
        ];
        for (body, expected) in rows {
            let line = body.split('\n').count();
            let column = body.rsplit('\n').next().map_or(0, str::len);
            assert_eq!(last_key(body.as_bytes(), line, column).as_deref(), *expected, "{body}");
        }
    }
}
