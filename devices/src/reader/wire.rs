//! What a reader sends and is sent: swipes, and what to show for them.

use onecard_rules::{
    Time,
    ids::DecisionId,
    person::PersonKind,
    reason::{Language, Reason},
};
use serde::{Deserialize, Serialize};

use crate::wire::{Fields, Malformed};

/// What was presented, as the reader tells it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SwipeText {
    Card(String),
    /// The text of a phone's code.
    Code(String),
}

impl SwipeText {
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Card(text) | Self::Code(text) => text,
        }
    }
}

/// A swipe as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swipe {
    pub text: SwipeText,
    /// When it was presented, by the reader's clock.
    pub at: Option<Time>,
    /// The reader's count of its starts, and of its swipes since; both or none.
    pub key: Option<(u64, u64)>,
    /// The card was taken out of the reader again.
    pub removed: bool,
}

/// Reads a swipe of at most `limit` bytes. A `seq` without `boot` counts from the reader's first
/// start.
///
/// # Errors
/// When something is missing or not as the contract says.
pub fn parse_swipe(payload: &[u8], limit: usize) -> Result<Swipe, Malformed> {
    let fields = Fields::parse(payload, limit)?;
    let text = match (fields.text("card")?, fields.text("code")?) {
        (Some(_), Some(_)) => return Err(Malformed::Both("card", "code")),
        (Some(card), None) => SwipeText::Card(card.to_owned()),
        (None, Some(code)) => SwipeText::Code(code.to_owned()),
        (None, None) => return Err(Malformed::Missing("card")),
    };
    let key = match (fields.count("boot")?, fields.count("seq")?) {
        (boot, Some(seq)) => Some((boot.unwrap_or(0), seq)),
        (Some(_), None) => return Err(Malformed::Missing("seq")),
        (None, None) => None,
    };
    let removed = fields.flag("removed")?.unwrap_or(false);
    Ok(Swipe { text, at: fields.time("at")?, key, removed })
}

/// What a device says of being there.
///
/// # Errors
/// When it is neither `online` nor `offline`, plain or as a JSON text.
pub fn parse_availability(payload: &[u8]) -> Result<bool, Malformed> {
    match payload {
        b"online" | b"\"online\"" => Ok(true),
        b"offline" | b"\"offline\"" => Ok(false),
        _ => Err(Malformed::Field {
            field: "availability",
            found: format!("{} other bytes", payload.len()),
            expected: "`online` or `offline`",
        }),
    }
}

/// What to show and beep for a swipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    pub decision: DecisionId,
    pub granted: bool,
    pub reason: Reason,
    pub text_zh: String,
    pub text_en: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<PersonKind>,
    #[serde(flatten)]
    pub payment: Payment,
}

/// What a reader shows of money, where something is paid for in front of it; what is absent is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// In millionths of a fen, for `price_per`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub price_micro_fen: Option<u64>,
    /// `litre`, `minute` or `use`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub price_per: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reserved_fen: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub charged_fen: Option<i64>,
    /// What is left.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub balance_fen: Option<i64>,
    /// What has run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ml: Option<u64>,
}

impl Feedback {
    /// The answer to a swipe, in the person's words.
    #[must_use]
    pub fn new(
        decision: DecisionId,
        granted: bool,
        reason: Reason,
        holder: Option<(String, PersonKind)>,
    ) -> Self {
        let (name, kind) = holder.unzip();
        Self {
            decision,
            granted,
            reason,
            text_zh: reason.for_person(Language::Chinese).to_owned(),
            text_en: reason.for_person(Language::English).to_owned(),
            name,
            kind,
            payment: Payment::default(),
        }
    }

    /// With what is to be shown of money.
    #[must_use]
    pub fn with_payment(self, payment: Payment) -> Self {
        Self { payment, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(payload: &str) -> Result<Swipe, Malformed> {
        parse_swipe(payload.as_bytes(), 4096)
    }

    #[test]
    fn the_least_and_the_full_swipe_of_the_contract_are_read() {
        let least = parse(r#"{"card": "04A1B2C3D4E580"}"#).expect("the least swipe");
        let card = SwipeText::Card("04A1B2C3D4E580".into());
        let removed = false;
        assert_eq!(least, Swipe { text: card.clone(), at: None, key: None, removed });
        let full = parse(
            r#"{"card": "04A1B2C3D4E580", "at": "2026-11-23T07:45:12.123+08:00", "seq": 1841, "boot": 7, "x": []}"#,
        )
        .expect("the full swipe");
        let at = "2026-11-22T23:45:12.123Z".parse().ok();
        assert_eq!(full, Swipe { text: card.clone(), at, key: Some((7, 1841)), removed });
        let taken =
            parse(r#"{"card": "04A1B2C3D4E580", "removed": true}"#).expect("a card taken out");
        assert_eq!(taken, Swipe { text: card, at: None, key: None, removed: true });
        let code = parse(r#"{"code":"q"}"#).expect("a code");
        assert_eq!(code.text, SwipeText::Code("q".into()));
    }

    #[test]
    fn what_is_wrong_with_a_swipe_names_the_field() {
        let rows: &[(&str, &str)] = &[
            ("", "not JSON"),
            ("[]", "not a JSON object"),
            ("\"04A1\"", "not a JSON object"),
            ("{", "not JSON"),
            ("{}", "`card` is missing"),
            (r#"{"card": null}"#, "`card` is missing"),
            (r#"{"card": 4}"#, "`card` is 4, expected a text"),
            (r#"{"card": ["04"]}"#, "`card` is a list"),
            (r#"{"card": "04", "code": "x"}"#, "`card` and `code`"),
            (r#"{"card": "04", "boot": 7}"#, "`seq` is missing"),
            (r#"{"card": "04", "seq": -1}"#, "`seq` is -1"),
            (r#"{"card": "04", "seq": 1.5}"#, "`seq` is 1.5"),
            (r#"{"card": "04", "seq": 18446744073709551615}"#, "`seq` is 18446744073709551615"),
            (r#"{"card": "04", "seq": 1e999}"#, "not JSON"),
            (r#"{"card": "04", "seq": "7"}"#, "`seq` is `7`"),
            (r#"{"card": "04", "removed": 1}"#, "`removed` is 1"),
            (r#"{"card": "04", "at": "yesterday"}"#, "`at` is `yesterday`"),
            (r#"{"card": "04", "at": "2026-11-23T07:45:12"}"#, "`at` is"),
            (r#"{"card": "04", "at": "9999-11-23T07:45:12Z"}"#, "`at` is"),
            (r#"{"card": "04", "at": 1763855112}"#, "`at` is 1763855112"),
        ];
        for (payload, fragment) in rows {
            let mistake = parse(payload).expect_err(payload).to_string();
            assert!(mistake.contains(fragment), "{payload}: {mistake}");
        }
        let long = format!(r#"{{"card": "{}"}}"#, "A".repeat(5000));
        assert!(matches!(parse(&long), Err(Malformed::TooLong { .. })));
        let deep = "[".repeat(4000);
        assert!(matches!(parse(&deep), Err(Malformed::NotJson(_))));
        let text = format!(r#"{{"card": "{}"}}"#, "A".repeat(600));
        assert!(matches!(parse(&text), Err(Malformed::Field { field: "card", .. })));
    }
}
