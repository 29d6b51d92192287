//! What a gate sends and is sent: state, passages, commands; and the rows of the entry log.

use chrono::SecondsFormat;
use chrono_tz::Tz;
use onecard_rules::{
    Time,
    event::Entry,
    ids::{DecisionId, PolicyId},
    mode::Mode,
    person::PersonKind,
    reason::{Language, Reason},
    site::Direction,
};
use serde::{Deserialize, Serialize};

use crate::wire::{Fields, Malformed};

/// Longest message of a gate, in bytes.
pub const PAYLOAD_BYTES_MAX: usize = 4096;

/// How the leaf stands, as the gate tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leaf {
    Closed,
    Open,
    /// Open for too long, by the gate's own judgement.
    Held,
    /// Opened without a command, by the gate's own judgement.
    Forced,
    Fault,
}

/// What a gate says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateReport {
    pub leaf: Leaf,
    /// The `id` of the last command that it has executed.
    pub command: Option<String>,
    pub tamper: bool,
    pub detail: Option<String>,
}

/// What a gate says of somebody going through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageReport {
    /// The decision of the open command that it belongs to, if the gate keeps it.
    pub decision: Option<DecisionId>,
    pub direction: Direction,
    /// False: nobody went through in time.
    pub passed: bool,
}

/// Reads a state report.
///
/// # Errors
/// When something is missing or not as the contract says.
pub fn parse_state(payload: &[u8]) -> Result<StateReport, Malformed> {
    let fields = Fields::parse(payload, PAYLOAD_BYTES_MAX)?;
    let words = [
        ("closed", Leaf::Closed),
        ("locked", Leaf::Closed),
        ("open", Leaf::Open),
        ("held", Leaf::Held),
        ("forced", Leaf::Forced),
        ("fault", Leaf::Fault),
    ];
    let expected = "`closed`, `open`, `held`, `forced` or `fault`";
    let leaf = fields.word("state", &words, expected)?.ok_or(Malformed::Missing("state"))?;
    let owned = |text: &str| text.to_owned();
    fields.time("at")?;
    Ok(StateReport {
        leaf,
        command: fields.text("command")?.map(owned),
        tamper: fields.flag("tamper")?.unwrap_or(false),
        detail: fields.text("detail")?.map(owned),
    })
}

/// Reads a passage report.
///
/// # Errors
/// When something is missing or not as the contract says.
pub fn parse_passage(payload: &[u8]) -> Result<PassageReport, Malformed> {
    let fields = Fields::parse(payload, PAYLOAD_BYTES_MAX)?;
    let words = [("in", Direction::In), ("out", Direction::Out)];
    let direction = fields
        .word("direction", &words, "`in` or `out`")?
        .ok_or(Malformed::Missing("direction"))?;
    let passed = fields.flag("passed")?.ok_or(Malformed::Missing("passed"))?;
    let decision = match fields.text("decision")? {
        None => None,
        Some(text) => Some(DecisionId::new(text).map_err(|mistake| Malformed::Field {
            field: "decision",
            found: mistake.to_string(),
            expected: "the decision of the open command",
        })?),
    };
    fields.time("at")?;
    Ok(PassageReport { decision, direction, passed })
}

/// What a gate must do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Release once, for `open_ms` at the most; never after the deadline.
    Open { direction: Direction, open_ms: u64, decision: DecisionId, deadline: String },
    /// Stand open until told otherwise.
    HoldOpen { id: String, mode: Mode, deadline: String },
    /// Stand shut; open for `open` commands only.
    Lock { id: String, mode: Mode, deadline: String },
}

/// One row of the entry log, as published and as HTTP gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRow {
    pub seq: u64,
    pub boot: u64,
    /// The `seq` of the row before it on the same topic.
    pub prev_seq: Option<u64>,
    pub at: String,
    pub decision: DecisionId,
    pub area: String,
    pub gate: String,
    pub direction: Direction,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
    pub granted: bool,
    pub reason: Reason,
    /// The rule that decided.
    pub rule: Option<PolicyId>,
    /// All rules that decided, that one first.
    pub rules: Vec<PolicyId>,
    pub rules_version: String,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub flags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<PersonKind>,
    /// With its middle hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
    /// Where the photo is, below the controller's HTTP address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo: Option<String>,
    /// The operator, when one opened by hand, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay_of: Option<DecisionId>,
    pub text_zh: String,
    pub text_en: String,
}

/// The row of the entry log for a decision on record as `seq` of `boot`.
#[must_use]
pub fn entry_row(entry: &Entry, seq: u64, boot: u64, prev_seq: Option<u64>, zone: Tz) -> EntryRow {
    let person = entry.person.as_ref().map(ToString::to_string);
    EntryRow {
        seq,
        boot,
        prev_seq,
        at: local(entry.at, zone),
        decision: entry.decision.clone(),
        area: entry.area.to_string(),
        gate: entry.gate.to_string(),
        direction: entry.direction,
        reader: entry.reader.as_ref().map(ToString::to_string),
        granted: entry.granted,
        reason: entry.reason,
        rule: entry.rules.first().cloned(),
        rules: entry.rules.clone(),
        rules_version: entry.rules_version.clone(),
        flags: entry.flags.clone(),
        photo: person.as_ref().map(|person| format!("/api/people/{person}/photo")),
        person,
        name: entry.name.clone(),
        kind: entry.kind,
        card: entry.card.map(|card| card.masked()),
        by: entry.by.as_ref().map(ToString::to_string),
        why: entry.why.clone(),
        replay_of: entry.replay_of.clone(),
        text_zh: entry.reason.for_guard(Language::Chinese).to_owned(),
        text_en: entry.reason.for_guard(Language::English).to_owned(),
    }
}

/// A time as the contract writes it: RFC 3339 with the site's offset, to the millisecond.
#[must_use]
pub fn local(time: Time, zone: Tz) -> String {
    time.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Millis, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_and_passage_are_read_and_mistakes_name_the_field() {
        let state = parse_state(br#"{"state":"open","command":"c1","more":1}"#).expect("a state");
        assert_eq!((state.leaf, state.command.as_deref()), (Leaf::Open, Some("c1")));
        let passage = parse_passage(br#"{"direction":"in","passed":true}"#).expect("a passage");
        let expected = PassageReport { decision: None, direction: Direction::In, passed: true };
        assert_eq!(passage, expected);
        let rows: &[(&[u8], &str)] = &[
            (br#"{"state":"ajar"}"#, "`state` is `ajar`"),
            (b"{}", "`state` is missing"),
            (br#"{"state":"open","tamper":"no"}"#, "`tamper` is `no`"),
            (br#"{"state":"open","at":"now"}"#, "`at` is `now`"),
            (b"\xff\xfe", "not JSON"),
        ];
        for (payload, fragment) in rows {
            let mistake = parse_state(payload).expect_err(fragment).to_string();
            assert!(mistake.contains(fragment), "{mistake}");
        }
        let rows: &[(&[u8], &str)] = &[
            (br#"{"passed":true}"#, "`direction` is missing"),
            (br#"{"direction":"in"}"#, "`passed` is missing"),
            (br#"{"direction":"up","passed":true}"#, "`direction` is `up`"),
            (br#"{"direction":"in","passed":1}"#, "`passed` is 1"),
            (br#"{"direction":"in","passed":true,"decision":"a b"}"#, "`decision` is"),
        ];
        for (payload, fragment) in rows {
            let mistake = parse_passage(payload).expect_err(fragment).to_string();
            assert!(mistake.contains(fragment), "{mistake}");
        }
    }

    #[test]
    fn an_open_command_is_written_as_the_contract_shows_it() {
        let command = Command::Open {
            direction: Direction::In,
            open_ms: 3000,
            decision: DecisionId::new("01J").expect("a code"),
            deadline: "2026-11-23T07:45:15.123+08:00".into(),
        };
        assert_eq!(
            serde_json::to_string(&command).expect("JSON"),
            r#"{"command":"open","direction":"in","open_ms":3000,"decision":"01J","deadline":"2026-11-23T07:45:15.123+08:00"}"#
        );
    }
}
