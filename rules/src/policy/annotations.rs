//! The annotations of a policy: its name, and what to tell people when it decides.

use cedar_policy::{Effect, Policy};

use super::vocabulary::nearest;
use crate::{ids::PolicyId, reason::Reason};

const KEYS: [&str; 4] = ["id", "reason", "otherwise", "flag"];

/// Names that rules in code bear.
const RESERVED: &str = "builtin.";

/// What stands before a policy.
#[derive(Debug)]
pub(super) struct Annotations {
    /// `@id`: the policy's name in every record.
    pub id: PolicyId,
    /// `@reason` of a forbid: what is told when it decides.
    pub reason: Option<Reason>,
    /// `@otherwise` of a permit: what is told when its scope matched and its conditions did not.
    pub otherwise: Option<Reason>,
    /// `@flag` of a permit: a remark on the record when it decides.
    pub flag: Option<String>,
}

/// A mistake in an annotation: what to find in the text, message, mend.
pub(super) struct AnnotationMistake {
    pub needle: String,
    pub message: String,
    pub mend: String,
}

impl Annotations {
    /// Reads and checks the annotations of `policy`.
    pub fn of(policy: &Policy) -> Result<Self, Vec<AnnotationMistake>> {
        let mut mistakes: Vec<AnnotationMistake> = policy
            .annotations()
            .filter(|(key, _)| !KEYS.contains(key))
            .map(|(key, _)| unknown_key(key))
            .collect();
        let permits = policy.effect() == Effect::Permit;
        let id = keep(id_of(policy).map(Some), &mut mistakes);
        let reason = keep(reason_of(policy.annotation("reason"), permits), &mut mistakes);
        let otherwise = keep(otherwise_of(policy.annotation("otherwise"), permits), &mut mistakes);
        let flag = keep(flag_of(policy.annotation("flag"), permits), &mut mistakes);
        match id {
            Some(id) if mistakes.is_empty() => Ok(Self { id, reason, otherwise, flag }),
            Some(_) | None => Err(mistakes),
        }
    }
}

/// The value, or nothing and one mistake more.
fn keep<T>(
    result: Result<Option<T>, AnnotationMistake>,
    mistakes: &mut Vec<AnnotationMistake>,
) -> Option<T> {
    result.unwrap_or_else(|mistake| {
        mistakes.push(mistake);
        None
    })
}

fn reason_of(code: Option<&str>, permits: bool) -> Result<Option<Reason>, AnnotationMistake> {
    match (code, permits) {
        (Some(_), true) => Err(mistake(
            "@reason",
            "a permit has no `@reason`; nobody asks why they were let in",
            "write `@otherwise` for the reason told when its conditions do not hold",
        )),
        (Some(code), false) => denial("reason", code).map(Some),
        (None, false) => Err(mistake(
            "forbid",
            "the forbid has no `@reason`, so nobody could be told why",
            "write `@reason(\"deny_schedule\")` or another `deny_` code before it",
        )),
        (None, true) => Ok(None),
    }
}

fn otherwise_of(code: Option<&str>, permits: bool) -> Result<Option<Reason>, AnnotationMistake> {
    match (code, permits) {
        (Some(code), true) => denial("otherwise", code).map(Some),
        (Some(_), false) => Err(mistake(
            "@otherwise",
            "a forbid has no `@otherwise`",
            "write `@reason` for the reason told when it forbids",
        )),
        (None, true | false) => Ok(None),
    }
}

fn mistake(needle: &str, message: &str, mend: &str) -> AnnotationMistake {
    let (needle, message, mend) = (needle.to_owned(), message.to_owned(), mend.to_owned());
    AnnotationMistake { needle, message, mend }
}

fn unknown_key(key: &str) -> AnnotationMistake {
    let mend = match nearest(key, KEYS.into_iter()) {
        Some(meant) => format!("did you mean `@{meant}`?"),
        None => {
            "write `@id`, `@reason`, `@otherwise` or `@flag`; comments begin with `//`".to_owned()
        }
    };
    mistake(&format!("@{key}"), &format!("there is no annotation `@{key}`"), &mend)
}

fn id_of(policy: &Policy) -> Result<PolicyId, AnnotationMistake> {
    let Some(text) = policy.annotation("id") else {
        return Err(mistake(
            "",
            "the policy has no `@id`, by which the record names it",
            "write `@id(\"a-name-of-its-own\")` before it",
        ));
    };
    if text.starts_with(RESERVED) {
        let message = format!("`{text}` is the name of a rule that is built in");
        return Err(mistake("@id", &message, "choose a name that does not begin with `builtin.`"));
    }
    PolicyId::new(text).map_err(|error| {
        mistake("@id", &error.to_string(), "write a name such as `library-in-hours`")
    })
}

/// The reason that `code` names, if it is one for refusing.
fn denial(key: &str, code: &str) -> Result<Reason, AnnotationMistake> {
    let denials =
        || Reason::ALL.iter().copied().filter(|reason| reason.code().starts_with("deny_"));
    if let Some(reason) = denials().find(|reason| reason.code() == code) {
        return Ok(reason);
    }
    let mend = match nearest(code, denials().map(Reason::code)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "write a `deny_` code such as `deny_schedule` or `deny_no_right`".to_owned(),
    };
    Err(mistake(&format!("@{key}"), &format!("`{code}` is no reason for refusing"), &mend))
}

fn flag_of(flag: Option<&str>, permits: bool) -> Result<Option<String>, AnnotationMistake> {
    let Some(flag) = flag else { return Ok(None) };
    if !permits {
        return Err(mistake(
            "@flag",
            "a forbid has no `@flag`; its reason stands on the record",
            "remove it, or make the rule a permit",
        ));
    }
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if flag.is_empty() || flag.len() > 64 || !flag.bytes().all(allowed) {
        let message = format!("`{flag}` is no flag");
        let mend = "write up to 64 lower-case letters, digits and `_`, such as `late_return`";
        return Err(mistake("@flag", &message, mend));
    }
    if Reason::parse(flag).is_some() {
        let message = format!("`{flag}` is the code of a reason and would be taken for it");
        return Err(mistake("@flag", &message, "choose another word, such as `late_return`"));
    }
    Ok(Some(flag.to_owned()))
}
