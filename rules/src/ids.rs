//! Codes that name things: areas, gates, readers, people, operators.
//!
//! A code is what stands in topics, tables and on screens; it is checked once, where it enters the
//! program, and is cheap to clone ever after. Card data is not a code: see `credential`.

use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// The longest code, in characters; it keeps topics far below MQTT's 65,535 bytes.
pub const CODE_LENGTH_MAX: usize = 64;

/// Why a text is not a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeMistake {
    #[error("a code must not be empty")]
    Empty,
    #[error("`{0}` is longer than {CODE_LENGTH_MAX} characters")]
    TooLong(String),
    #[error("`{text}` contains `{character}`; use letters, digits, `-`, `_` and `.` only")]
    Character { text: String, character: char },
}

fn check(text: &str) -> Result<(), CodeMistake> {
    if text.is_empty() {
        return Err(CodeMistake::Empty);
    }
    if text.chars().count() > CODE_LENGTH_MAX {
        return Err(CodeMistake::TooLong(text.to_owned()));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    match text.chars().find(|c| !allowed(*c)) {
        Some(character) => Err(CodeMistake::Character { text: text.to_owned(), character }),
        None => Ok(()),
    }
}

macro_rules! code {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks `text` and makes it a code.
            ///
            /// # Errors
            /// When it is empty, too long or contains a character that a topic cannot carry.
            pub fn new(text: &str) -> Result<Self, CodeMistake> {
                check(text)?;
                Ok(Self(Arc::from(text)))
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = CodeMistake;
            fn from_str(text: &str) -> Result<Self, CodeMistake> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = CodeMistake;
            fn try_from(text: String) -> Result<Self, CodeMistake> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.0.as_ref().to_owned()
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

code! {
    /// A campus, the second segment of every topic.
    SiteId
}
code! {
    /// A part of the site that people can be inside of: a zone, a building, a floor.
    AreaId
}
code! {
    /// A gate: one leaf, barrier or turnstile lane that opens.
    GateId
}
code! {
    /// A card or code reader; it belongs to one gate and one direction.
    ReaderId
}
code! {
    /// A person's number in the college's registry, such as a student number.
    PersonId
}
code! {
    /// The name an operator signs in with and by which each of their acts is recorded.
    OperatorId
}
code! {
    /// One decision, by a time-ordered ULID; the record, the command and the passage share it.
    DecisionId
}
code! {
    /// The `@id` of a policy of the school.
    PolicyId
}
code! {
    /// A weekly window of the calendar, such as `library-hours`.
    WindowId
}
code! {
    /// A group that people belong to beside their kind, such as a class or a club.
    GroupId
}
code! {
    /// A training without which some areas stay shut, such as `laser-safety`.
    TrainingId
}
code! {
    /// A room whose power or water is metered and switched, such as `dorm-3-412`.
    RoomId
}
code! {
    /// A supply that several rooms share: a riser, a floor, a building.
    FeederId
}

code! {
    /// A merchant that is paid with the card: a canteen counter, a shop.
    MerchantId
}
code! {
    /// A unit of the college that has income of its own, such as `electricity` or `tuition`.
    UnitId
}
code! {
    /// A bank that money comes from and goes to.
    BankId
}
code! {
    /// A bank's own name for one of its transfers.
    BankReference
}
code! {
    /// A desk where cash is taken and paid out.
    DeskId
}
code! {
    /// A fund that a subsidy is paid from, such as `meals-2026`.
    FundId
}
code! {
    /// The key that a caller has chosen for a request, so that it is known when it comes again.
    RequestKey
}
code! {
    /// A terminal that cards pay at.
    TerminalId
}
code! {
    /// A meter's place on the campus; the device there may be exchanged.
    MeterId
}
code! {
    /// A tariff of `tariffs.toml`.
    TariffId
}
code! {
    /// A tap or shower with a valve and a meter.
    TapId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_carries_only_what_a_topic_segment_may() {
        let rows: &[(&str, bool)] = &[
            ("main-1", true),
            ("A.b_c-9", true),
            ("", false),
            ("a/b", false),
            ("a+b", false),
            ("#", false),
            ("主门", false),
            ("with space", false),
        ];
        for (text, good) in rows {
            assert_eq!(GateId::new(text).is_ok(), *good, "`{text}`");
        }
        assert!(GateId::new(&"x".repeat(CODE_LENGTH_MAX)).is_ok());
        assert!(GateId::new(&"x".repeat(CODE_LENGTH_MAX + 1)).is_err());
    }
}
