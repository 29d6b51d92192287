//! The words a policy may use: the names of this campus and of the schema, and what a misspelt one
//! was meant to be.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::EntityUid;

use crate::{
    calendar::{Calendar, DayOfWeek},
    ids::PersonId,
    person::PersonKind,
    site::{GateKind, Site},
};

/// Every name that policies can check against, by type of entity. People and groups are not among
/// them: they change while the rules stand.
#[derive(Debug)]
pub(super) struct Vocabulary {
    types: BTreeMap<&'static str, Words>,
}

/// The names of one type.
#[derive(Debug)]
struct Words {
    /// What a message calls one of them.
    noun: &'static str,
    /// Where they are declared.
    source: &'static str,
    names: BTreeSet<String>,
}

impl Vocabulary {
    pub fn of(site: &Site, calendar: &Calendar) -> Self {
        let campus = "campus.toml";
        let schema = "the schema";
        let gates = site.gates.keys().map(|gate| gate.as_str().to_owned());
        let trainings = site.gates.values().flat_map(|gate| &gate.requires);
        let kinds = [GateKind::Turnstile, GateKind::Door, GateKind::Vehicle];
        let words = |noun, source, names| Words { noun, source, names };
        let areas = site.areas.keys().map(|area| area.as_str().to_owned()).collect();
        let trainings = trainings.map(|training| training.as_str().to_owned()).collect();
        let windows = calendar.windows.iter().map(|window| window.id.as_str().to_owned());
        let roles = PersonKind::ALL.map(|kind| kind.as_str().to_owned());
        let weekdays = DayOfWeek::ALL.map(|day| day.as_str().to_owned());
        let kinds = kinds.map(|kind| kind.as_str().to_owned());
        let actions = ["enter", "leave"].map(str::to_owned);
        let types = BTreeMap::from([
            ("Area", words("area", campus, areas)),
            ("Gate", words("gate", campus, gates.collect())),
            ("Training", words("training that a gate requires", campus, trainings)),
            ("Window", words("window", "calendar.toml", windows.collect())),
            ("Role", words("role", schema, roles.into())),
            ("Weekday", words("weekday", schema, weekdays.into())),
            ("GateKind", words("kind of gate", schema, kinds.into())),
            ("Action", words("action", schema, actions.into())),
        ]);
        Self { types }
    }

    /// What is wrong with an entity that a policy names: message and mend; `None` if nothing is.
    pub fn mistake(&self, entity: &EntityUid) -> Option<(String, String)> {
        let kind = entity.type_name().basename();
        let name = entity.id().unescaped();
        if matches!(kind, "Person" | "Group") {
            let mistake = PersonId::new(name).err()?;
            return Some((
                mistake.to_string(),
                "write the number or code as registered".to_owned(),
            ));
        }
        let words = self.types.get(kind)?;
        if words.names.contains(name) {
            return None;
        }
        let message = format!("`{name}` is no {} of {}", words.noun, words.source);
        let mend = match nearest(name, words.names.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if words.names.is_empty() => {
                format!("{} declares none; add it there or remove it here", words.source)
            }
            None => {
                let some: Vec<&str> = words.names.iter().take(8).map(String::as_str).collect();
                let more = if words.names.len() > some.len() { ", …" } else { "" };
                format!("write one of {}{more}", some.join(", "))
            }
        };
        Some((message, mend))
    }

    /// All names, for the fingerprint of the rule set.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.types.iter().flat_map(|(kind, words)| {
            std::iter::once(*kind).chain(words.names.iter().map(String::as_str))
        })
    }
}

/// The known word nearest to a misspelt one; `None` if none is near: more than a third of its
/// letters would have to change.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let bound = (word.chars().count() / 3).max(1);
    known
        .map(|candidate| (edits(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= bound)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters must be put in, taken out, changed or exchanged with their neighbour to make
/// one word from the other.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    let mut earlier = None;
    for (row, letter) in left.chars().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let at =
                |cells: &[usize], index: usize| cells.get(index).copied().unwrap_or(usize::MAX);
            let substituted = at(&above, column).saturating_add(usize::from(letter != *other));
            let removed = at(&above, column + 1).saturating_add(1);
            let added = at(&line, column).saturating_add(1);
            let mut best = substituted.min(removed).min(added);
            let previous = column.checked_sub(1).and_then(|before| right.get(before));
            if let Some(previous) = previous
                && earlier == Some(*other)
                && letter == *previous
            {
                best = best.min(at(&before, column - 1).saturating_add(1));
            }
            line.push(best);
        }
        before = std::mem::replace(&mut above, line);
        earlier = Some(letter);
    }
    above.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_count_letters_put_in_taken_out_changed_and_exchanged() {
        let rows = [
            ("", "", 0),
            ("library", "libary", 1),
            ("student", "studnet", 1),
            ("lab", "laboratory", 7),
            ("gate", "gaet", 1),
            ("kitten", "sitting", 3),
            ("宿舍", "宿", 1),
        ];
        for (left, right, expected) in rows {
            assert_eq!(edits(left, right), expected, "{left} {right}");
            assert_eq!(edits(right, left), expected, "{right} {left}");
        }
    }

    #[test]
    fn only_a_near_word_is_suggested() {
        let known = ["library", "laboratory", "campus"];
        assert_eq!(nearest("libary", known.into_iter()), Some("library"));
        assert_eq!(nearest("canteen", known.into_iter()), None);
    }
}
