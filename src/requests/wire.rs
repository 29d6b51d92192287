//! What a request says and what it is answered, as JSON. Pure.

use std::fmt;

use bytes::Bytes;
use chrono::TimeDelta;
use onecard_devices::wire::{Fields, Malformed};
use onecard_rules::Time;
use serde::Serialize;
use serde_json::Value;

use crate::http::{Order, Problem, Verb};

/// Longest request, in bytes; a reason has at most 500 characters.
const PAYLOAD_BYTES_MAX: usize = 4096;
/// Longest name of a transaction, in bytes.
const TRANSACTION_BYTES_MAX: usize = 64;
/// A deadline further ahead is a mistake, or a clock that is wrong.
const AHEAD_MAX: TimeDelta = TimeDelta::seconds(60);

/// A message as it was read so far; its transaction is known even where the rest makes no sense.
#[derive(Debug)]
pub(super) struct Asked {
    pub transaction: Option<String>,
    fields: Result<Fields, Malformed>,
}

/// A request that makes sense.
#[derive(Debug)]
pub(super) struct Request {
    pub token: String,
    pub deadline: Deadline,
    pub order: Order,
}

/// Until when it is worth carrying out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Time);

impl Asked {
    pub fn read(payload: &[u8]) -> Self {
        let fields = Fields::parse(payload, PAYLOAD_BYTES_MAX);
        let named =
            fields.as_ref().ok().and_then(|fields| fields.text("transaction").ok().flatten());
        let short = |name: &&str| (1..=TRANSACTION_BYTES_MAX).contains(&name.len());
        Self { transaction: named.filter(short).map(str::to_owned), fields }
    }

    /// # Errors
    /// When something is missing or makes no sense; of several mistakes the first.
    pub fn request(&self, verb: Verb) -> Result<Request, Refusal> {
        let fields = self.fields.as_ref().map_err(Refusal::from)?;
        if fields.text("transaction")?.is_some() && self.transaction.is_none() {
            let detail = format!("`transaction` has 1 to {TRANSACTION_BYTES_MAX} bytes");
            return Err(Refusal::field("transaction", detail));
        }
        let token = fields.text("token")?.ok_or(Malformed::Missing("token"))?.to_owned();
        let deadline = fields.time("deadline")?.ok_or(Malformed::Missing("deadline"))?;
        let order = Order::read(verb, fields.all())?;
        Ok(Request { token, deadline: Deadline(deadline), order })
    }
}

impl Deadline {
    /// # Errors
    /// When it is past, or so far ahead that it cannot be meant.
    pub fn check(self, now: Time) -> Result<(), Refusal> {
        if self.0 <= now {
            let late = (now - self.0).num_milliseconds();
            let detail = format!("the deadline was {late} ms ago; the order is not carried out");
            return Err(Refusal {
                code: "too_late".into(),
                detail,
                field: Some("deadline".into()),
            });
        }
        if self.0 - now > AHEAD_MAX {
            let most = AHEAD_MAX.num_seconds();
            let detail = format!(
                "the deadline is more than {most} s ahead; say a nearer one, by a right clock"
            );
            return Err(Refusal::field("deadline", detail));
        }
        Ok(())
    }
}

/// What an order came to.
pub(super) type Answer = Result<Value, Refusal>;

/// Why a request was not carried out: a stable code for programs, the mend for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    code: String,
    detail: String,
    field: Option<String>,
}

impl Refusal {
    pub fn field(field: &str, detail: String) -> Self {
        Self { code: "bad_field".into(), detail, field: Some(field.to_owned()) }
    }

    pub fn unknown_verb(verb: &str) -> Self {
        let known: Vec<_> = Verb::ALL.iter().map(|verb| format!("`{}`", verb.as_str())).collect();
        let detail = format!("`{verb}` cannot be requested; known are {}", known.join(", "));
        Self { code: "unknown_verb".into(), detail, field: None }
    }

    pub fn no_transaction() -> Self {
        let detail = "`transaction` is missing: name it, or send correlation data, so that a second \
                      delivery is known for one";
        Self::field("transaction", detail.to_owned())
    }

    pub fn other_order() -> Self {
        let detail = "this transaction was another order; give each its own".to_owned();
        let code = "exists_with_different_order".to_owned();
        Self { code, detail, field: Some("transaction".to_owned()) }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl From<&Malformed> for Refusal {
    fn from(mistake: &Malformed) -> Self {
        let (code, field) = match mistake {
            Malformed::TooLong { .. } => ("body_too_long", None),
            Malformed::NotJson(_) | Malformed::NotAnObject => ("not_json", None),
            Malformed::Missing(field) | Malformed::Field { field, .. } => {
                ("bad_field", Some(*field))
            }
            Malformed::Both(field, _) => ("bad_field", Some(*field)),
        };
        let field = field.map(str::to_owned);
        Self { code: code.to_owned(), detail: mistake.to_string(), field }
    }
}

impl From<Malformed> for Refusal {
    fn from(mistake: Malformed) -> Self {
        Self::from(&mistake)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        // A code is a word.
        let code = serde_json::to_value(problem.code()).ok();
        let code = code.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
        let field = problem.field().map(str::to_owned);
        Self { code, detail: problem.to_string(), field }
    }
}

#[derive(Serialize)]
struct Response<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<&'a str>,
    at: &'a str,
    ok: bool,
    /// `decision` of an opening, `gates` that a measure told.
    #[serde(flatten)]
    outcome: Option<&'a Value>,
    #[serde(flatten)]
    refusal: Option<Refused<'a>>,
}

#[derive(Serialize)]
struct Refused<'a> {
    code: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

/// The answer as it goes out; `at` as the contract writes times.
pub(super) fn response(transaction: Option<&str>, at: &str, answer: &Answer) -> Bytes {
    let outcome = answer.as_ref().ok().filter(|outcome| outcome.is_object());
    let refusal = answer.as_ref().err().map(|refusal| Refused {
        code: &refusal.code,
        detail: &refusal.detail,
        field: refusal.field.as_deref(),
    });
    let response = Response { transaction, at, ok: answer.is_ok(), outcome, refusal };
    // Texts and codes always serialise.
    Bytes::from(serde_json::to_vec(&response).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Time {
        Time::from_timestamp(1_795_000_000, 0).expect("a moment")
    }

    /// What an `open` comes to before anybody is asked.
    fn checked(payload: &str) -> Result<(), String> {
        let request = Asked::read(payload.as_bytes()).request(Verb::Open);
        let checked = request.and_then(|request| request.deadline.check(now()));
        checked.map_err(|refusal| {
            format!("{} {}", refusal.code, refusal.field.as_deref().unwrap_or("-"))
        })
    }

    #[test]
    fn a_request_says_who_what_where_and_until_when() {
        let soon = "2026-11-18T19:06:50+08:00";
        let whole = format!(r#"{{"token":"t","transaction":"1","gate":"a","deadline":"{soon}"}}"#);
        let rows: &[(String, Result<(), &str>)] = &[
            (whole.clone(), Ok(())),
            (whole.replace("\"gate\"", "\"more\":{},\"gate\""), Ok(())),
            ("{".to_owned(), Err("not_json -")),
            ("[]".to_owned(), Err("not_json -")),
            (format!("{{\"why\":\"{}\"}}", "x".repeat(PAYLOAD_BYTES_MAX)), Err("body_too_long -")),
            (whole.replace("token", "tokn"), Err("bad_field token")),
            (whole.replace("\"t\"", "7"), Err("bad_field token")),
            (whole.replace("gate", "gat"), Err("bad_field gate")),
            (whole.replace("\"a\"", "\"\""), Err("bad_field gate")),
            (whole.replace("\"1\"", "\"\""), Err("bad_field transaction")),
            (
                whole.replace("\"1\"", &format!("\"{}\"", "x".repeat(65))),
                Err("bad_field transaction"),
            ),
            (whole.replace("deadline", "until"), Err("bad_field deadline")),
            (whole.replace(soon, "soon"), Err("bad_field deadline")),
            (whole.replace(soon, "2026-11-18T19:06:40+08:00"), Err("too_late deadline")),
            (whole.replace(soon, "2026-11-18T19:08:41+08:00"), Err("bad_field deadline")),
        ];
        for (payload, expected) in rows {
            let expected = expected.map_err(str::to_owned);
            assert_eq!(checked(payload), expected, "{payload}");
        }
    }

    #[test]
    fn the_transaction_is_told_even_of_what_makes_no_sense() {
        let asked = Asked::read(br#"{"transaction":"t-1","token":7}"#);
        assert_eq!(asked.transaction.as_deref(), Some("t-1"));
        let refusal = asked.request(Verb::Open).expect_err("no token");
        let told = response(asked.transaction.as_deref(), "now", &Err(refusal));
        let told: Value = serde_json::from_slice(&told).expect("JSON");
        assert_eq!(told["transaction"], "t-1");
        assert_eq!(told["ok"], false);
        assert_eq!(told["field"], "token");
    }
}
