//! The alarm board: which alarms stand, and which of them somebody has taken note of.
//!
//! At most one alarm stands per subject and reason. Raising and clearing come from devices, taking
//! note from operators; showing and sending is others' business.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    event::{Alarm, Subject},
    ids::OperatorId,
    reason::Reason,
};

/// An alarm that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    #[serde(flatten)]
    pub alarm: Alarm,
    /// Who took note, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<(OperatorId, Time)>,
}

/// All alarms that stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlarmBoard {
    standing: BTreeMap<Subject, BTreeMap<Reason, Standing>>,
}

impl AlarmBoard {
    /// Raises an alarm; returns whether it is news.
    pub fn raise(&mut self, alarm: Alarm) -> bool {
        let of_subject = self.standing.entry(alarm.subject.clone()).or_default();
        let news = !of_subject.contains_key(&alarm.reason);
        if news {
            of_subject.insert(alarm.reason, Standing { alarm, acknowledged: None });
        }
        news
    }

    /// Takes in an alarm as it stood, with who had taken note of it.
    pub fn restore(&mut self, standing: Standing) {
        let of_subject = self.standing.entry(standing.alarm.subject.clone()).or_default();
        of_subject.insert(standing.alarm.reason, standing);
    }

    /// Clears an alarm; returns whether it stood.
    pub fn clear(&mut self, subject: &Subject, reason: Reason) -> bool {
        let Some(of_subject) = self.standing.get_mut(subject) else { return false };
        let stood = of_subject.remove(&reason).is_some();
        if of_subject.is_empty() {
            self.standing.remove(subject);
        }
        stood
    }

    /// Notes that an operator has seen an alarm; returns whether it stands.
    pub fn acknowledge(
        &mut self,
        subject: &Subject,
        reason: Reason,
        by: &OperatorId,
        at: Time,
    ) -> bool {
        let alarm = self.standing.get_mut(subject).and_then(|known| known.get_mut(&reason));
        let Some(standing) = alarm else { return false };
        standing.acknowledged.get_or_insert_with(|| (by.clone(), at));
        true
    }

    /// The alarms of one subject, the latest first.
    #[must_use]
    pub fn of(&self, subject: &Subject) -> Vec<&Standing> {
        let mut alarms: Vec<&Standing> =
            self.standing.get(subject).into_iter().flat_map(BTreeMap::values).collect();
        alarms.sort_by_key(|standing| std::cmp::Reverse(standing.alarm.since));
        alarms
    }

    /// All alarms, by subject.
    pub fn all(&self) -> impl Iterator<Item = &Standing> {
        self.standing.values().flat_map(BTreeMap::values)
    }

    /// How many alarms stand.
    #[must_use]
    pub fn len(&self) -> usize {
        self.standing.values().map(BTreeMap::len).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.standing.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::DeviceKind;

    fn subject() -> Subject {
        let (area, device) = ("north".to_owned(), "n-1".to_owned());
        Subject { area, kind: DeviceKind::Gate, device }
    }

    fn alarm(reason: Reason, second: u32) -> Alarm {
        let since = chrono::DateTime::from_timestamp(i64::from(second), 0).expect("a time");
        Alarm { subject: subject(), reason, since, detail: String::new() }
    }

    #[test]
    fn an_alarm_stands_once_until_it_is_cleared() {
        let mut board = AlarmBoard::default();
        assert!(board.raise(alarm(Reason::Forced, 1)));
        assert!(!board.raise(alarm(Reason::Forced, 2)), "it stands already");
        assert!(board.raise(alarm(Reason::Offline, 3)));
        let reasons: Vec<Reason> = board.of(&subject()).iter().map(|s| s.alarm.reason).collect();
        assert_eq!(reasons, [Reason::Offline, Reason::Forced], "the latest comes first");
        assert!(board.clear(&subject(), Reason::Forced));
        assert!(!board.clear(&subject(), Reason::Forced), "it stood no more");
        assert!(board.clear(&subject(), Reason::Offline));
        assert!(board.is_empty());
    }

    #[test]
    fn the_first_to_acknowledge_is_remembered() {
        let mut board = AlarmBoard::default();
        let (li, wang) =
            (OperatorId::new("li").expect("a code"), OperatorId::new("wang").expect("a code"));
        assert!(!board.acknowledge(&subject(), Reason::Held, &li, alarm(Reason::Held, 1).since));
        board.raise(alarm(Reason::Held, 1));
        assert!(board.acknowledge(&subject(), Reason::Held, &li, alarm(Reason::Held, 2).since));
        assert!(board.acknowledge(&subject(), Reason::Held, &wang, alarm(Reason::Held, 3).since));
        let by = board.of(&subject())[0].acknowledged.as_ref().map(|(by, _)| by.clone());
        assert_eq!(by, Some(li));
    }
}
