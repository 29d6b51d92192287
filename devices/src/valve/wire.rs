//! What a valve sends and is sent: its state with its register, and commands.

use serde::{Deserialize, Serialize};

use crate::wire::{Fields, Malformed};

/// Longest message of a valve, in bytes.
pub const PAYLOAD_BYTES_MAX: usize = 4096;

/// How the valve stands, as it tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leaf {
    Closed,
    Open,
    Fault,
}

impl Leaf {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::Fault => "fault",
        }
    }
}

/// What a valve says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateReport {
    pub leaf: Leaf,
    /// All that has ever run, in millilitres.
    pub register: u64,
    /// The `id` of the last command to open or close that it has obeyed.
    pub command: Option<String>,
    pub detail: Option<String>,
}

/// Reads a state report.
///
/// # Errors
/// When something is missing or not as the contract says.
pub fn parse_state(payload: &[u8]) -> Result<StateReport, Malformed> {
    let fields = Fields::parse(payload, PAYLOAD_BYTES_MAX)?;
    let words = [("closed", Leaf::Closed), ("open", Leaf::Open), ("fault", Leaf::Fault)];
    let expected = "`closed`, `open` or `fault`";
    let leaf = fields.word("state", &words, expected)?.ok_or(Malformed::Missing("state"))?;
    let register = fields.count("register_ml")?.ok_or(Malformed::Missing("register_ml"))?;
    let owned = |text: &str| text.to_owned();
    fields.time("at")?;
    let command = fields.text("command")?.map(owned);
    Ok(StateReport { leaf, register, command, detail: fields.text("detail")?.map(owned) })
}

/// What a valve must do. None of it is done after its deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Open, or stay open, and close by itself after `lease_ms`.
    Open {
        id: String,
        lease_ms: u64,
        deadline: String,
    },
    Close {
        id: String,
        deadline: String,
    },
    /// Say the state and the register, whatever they are.
    Report {
        id: String,
        deadline: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_and_a_mistake_names_the_field() {
        let state = br#"{"state":"open","register_ml":1234567,"command":"3-7","more":1}"#;
        let state = parse_state(state).expect("a state");
        let (leaf, register) = (Leaf::Open, 1_234_567);
        let expected = StateReport { leaf, register, command: Some("3-7".into()), detail: None };
        assert_eq!(state, expected);
        let rows: &[(&[u8], &str)] = &[
            (br#"{"state":"ajar","register_ml":1}"#, "`state` is `ajar`"),
            (br#"{"register_ml":1}"#, "`state` is missing"),
            (br#"{"state":"open"}"#, "`register_ml` is missing"),
            (br#"{"state":"open","register_ml":-1}"#, "`register_ml` is -1"),
            (br#"{"state":"open","register_ml":1.5}"#, "`register_ml` is 1.5"),
            (br#"{"state":"open","register_ml":"1"}"#, "`register_ml` is `1`"),
            (br#"{"state":"open","register_ml":9223372036854775808}"#, "`register_ml` is 9223"),
            (br#"{"state":"open","register_ml":1,"at":"now"}"#, "`at` is `now`"),
            (br#"{"state":"open","register_ml":1,"command":7}"#, "`command` is 7"),
            (b"\xff\xfe", "not JSON"),
            (b"[]", "not a JSON object"),
        ];
        for (payload, fragment) in rows {
            let mistake = parse_state(payload).expect_err(fragment).to_string();
            assert!(mistake.contains(fragment), "{mistake}");
        }
        let long = vec![b' '; PAYLOAD_BYTES_MAX + 1];
        assert!(matches!(parse_state(&long), Err(Malformed::TooLong { .. })));
    }

    #[test]
    fn a_command_is_written_as_the_contract_shows_it() {
        let deadline = "2026-11-23T21:45:15.123+08:00".to_owned();
        let open = Command::Open { id: "3-7".into(), lease_ms: 8_000, deadline };
        let text = serde_json::to_string(&open).expect("JSON");
        assert_eq!(
            text,
            r#"{"command":"open","id":"3-7","lease_ms":8000,"deadline":"2026-11-23T21:45:15.123+08:00"}"#
        );
    }
}
