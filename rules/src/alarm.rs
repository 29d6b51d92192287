//! The alarm board: which alarms stand, how much hangs on each, and what operators did about them.
//!
//! At most one alarm stands per subject and reason. Raising and clearing come from devices, taking
//! note, remarks and escalation from operators; showing and sending is others' business.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    event::{Alarm, Subject},
    ids::OperatorId,
    reason::Reason,
};

/// Remarks that stay with an alarm that stands, the latest; the journal has all.
pub const REMARKS_MAX: usize = 50;

/// How much hangs on an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A nuisance.
    Minor,
    /// Something does not do its work.
    Serious,
    /// A life or a safety function is at stake.
    Critical,
}

impl Severity {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Serious => "serious",
            Self::Critical => "critical",
        }
    }

    /// One more; there is nothing above critical.
    #[must_use]
    pub fn raised(self) -> Self {
        match self {
            Self::Minor => Self::Serious,
            Self::Serious | Self::Critical => Self::Critical,
        }
    }

    /// What an alarm begins with.
    #[must_use]
    pub fn of(reason: Reason) -> Self {
        match reason {
            Reason::Forced
            | Reason::Tamper
            | Reason::GateUnconfirmed
            | Reason::RelayDisobeys
            | Reason::DrawsWhileOpen
            | Reason::ClosedByItself
            | Reason::MessagesDropped
            | Reason::LedgerDamaged => Self::Critical,
            Reason::Held
            | Reason::GateFault
            | Reason::Offline
            | Reason::LineDown
            | Reason::UnknownCards
            | Reason::RulesRefused
            | Reason::RelaySilent
            | Reason::MeterSilent
            | Reason::OpenedByItself
            | Reason::NotBilled
            | Reason::FlowWhileClosed
            | Reason::Burst
            | Reason::ValveUnconfirmed
            | Reason::WaterUnsettled => Self::Serious,
            Reason::ReadingParked
            | Reason::Grant
            | Reason::GrantEgress
            | Reason::GrantCommand
            | Reason::GrantFree
            | Reason::NoEntry
            | Reason::DenyUnknownCard
            | Reason::DenyLost
            | Reason::DenyFrozen
            | Reason::DenyBlacklisted
            | Reason::DenyCancelled
            | Reason::DenyExpired
            | Reason::DenyNotYet
            | Reason::DenyNoRight
            | Reason::DenySchedule
            | Reason::DenyNotResident
            | Reason::DenyTraining
            | Reason::DenyQuarantine
            | Reason::DenyLeave
            | Reason::DenyFull
            | Reason::DenyPassback
            | Reason::WarnPassback
            | Reason::DenyLockdown
            | Reason::DenyBlocked
            | Reason::DenyStale
            | Reason::DenyReplay
            | Reason::DenyPolicyFault
            | Reason::DenyCode
            | Reason::MalformedMessage
            | Reason::LocallyLocked
            | Reason::MeterImplausible
            | Reason::MeterChanged
            | Reason::FeederOverloaded
            | Reason::OpenWithoutFlow
            | Reason::ValveFault
            | Reason::GrantWater
            | Reason::WaterEnding
            | Reason::WaterBilled
            | Reason::DenyNoMoney
            | Reason::DenyPurse
            | Reason::DenyTapBusy
            | Reason::DenyTapShut
            | Reason::DenyTapFault => Self::Minor,
        }
    }
}

/// What an operator did about an alarm, beside taking note of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Wrote a remark.
    Noted,
    /// Handed it up to the security office; so much hangs on it since. It waits to be taken note of
    /// again.
    Escalated { severity: Severity },
    /// Somebody sees to it, or nobody any more.
    Assigned { to: Option<OperatorId> },
    /// Had it sound again wherever it is shown.
    Paged,
}

impl Step {
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Noted => "noted",
            Self::Escalated { .. } => "escalated",
            Self::Assigned { .. } => "assigned",
            Self::Paged => "paged",
        }
    }
}

/// A step as it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    pub at: Time,
    pub by: OperatorId,
    #[serde(flatten)]
    pub step: Step,
    pub text: String,
}

/// An alarm that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    #[serde(flatten)]
    pub alarm: Alarm,
    /// Who took note, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<(OperatorId, Time)>,
    /// Who handed it up to the security office last, and how much hangs on it since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated: Option<(OperatorId, Severity)>,
    /// Who sees to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<OperatorId>,
    /// When it was to sound again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paged: Option<Time>,
    /// What operators did and wrote, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
}

impl Standing {
    /// One that nobody has done anything about.
    #[must_use]
    pub fn new(alarm: Alarm) -> Self {
        Self {
            alarm,
            acknowledged: None,
            escalated: None,
            assigned: None,
            paged: None,
            remarks: Vec::new(),
        }
    }

    /// How much hangs on it.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let escalated = self.escalated.as_ref().map(|(_, severity)| *severity);
        escalated.unwrap_or_else(|| Severity::of(self.alarm.reason))
    }

    fn take(&mut self, remark: Remark) {
        match &remark.step {
            Step::Noted => {}
            Step::Escalated { severity } => {
                self.escalated = Some((remark.by.clone(), *severity));
                self.acknowledged = None;
            }
            Step::Assigned { to } => self.assigned.clone_from(to),
            Step::Paged => self.paged = Some(remark.at),
        }
        self.remarks.push(remark);
        let over = self.remarks.len().saturating_sub(REMARKS_MAX);
        self.remarks.drain(..over);
    }
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
            of_subject.insert(alarm.reason, Standing::new(alarm));
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
        let Some(standing) = self.find_mut(subject, reason) else { return false };
        standing.acknowledged.get_or_insert_with(|| (by.clone(), at));
        true
    }

    /// Takes in what an operator did about an alarm; returns whether it stands.
    pub fn handle(&mut self, subject: &Subject, reason: Reason, remark: Remark) -> bool {
        let Some(standing) = self.find_mut(subject, reason) else { return false };
        standing.take(remark);
        true
    }

    /// The alarm, if it stands.
    #[must_use]
    pub fn find(&self, subject: &Subject, reason: Reason) -> Option<&Standing> {
        self.standing.get(subject)?.get(&reason)
    }

    fn find_mut(&mut self, subject: &Subject, reason: Reason) -> Option<&mut Standing> {
        self.standing.get_mut(subject)?.get_mut(&reason)
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
    fn what_operators_do_about_an_alarm_stays_with_it() {
        let (li, wang) =
            (OperatorId::new("li").expect("a code"), OperatorId::new("wang").expect("a code"));
        let at = |second| alarm(Reason::Held, second).since;
        let remark =
            |second, step| Remark { at: at(second), by: li.clone(), step, text: "look".to_owned() };
        let mut board = AlarmBoard::default();
        assert!(!board.handle(&subject(), Reason::Held, remark(1, Step::Noted)));
        board.raise(alarm(Reason::Held, 1));
        board.acknowledge(&subject(), Reason::Held, &wang, at(2));
        let steps = [
            Step::Noted,
            Step::Assigned { to: Some(wang.clone()) },
            Step::Paged,
            Step::Escalated { severity: Severity::Critical },
        ];
        for (second, step) in (3..).zip(steps) {
            assert!(board.handle(&subject(), Reason::Held, remark(second, step)));
        }
        let found = board.find(&subject(), Reason::Held).expect("it stands");
        assert_eq!(found.severity(), Severity::Critical);
        assert_eq!(found.acknowledged, None, "the office must take note of it anew");
        assert_eq!((&found.assigned, found.paged), (&Some(wang), Some(at(5))));
        let kept: Standing =
            serde_json::from_str(&serde_json::to_string(found).expect("JSON")).expect("the same");
        assert_eq!(kept, *found);
        for second in 7..100 {
            board.handle(&subject(), Reason::Held, remark(second, Step::Noted));
        }
        let found = board.find(&subject(), Reason::Held).expect("it stands");
        assert_eq!(found.remarks.len(), REMARKS_MAX);
        assert_eq!(found.remarks.last().map(|remark| remark.at), Some(at(99)));
        assert_eq!(Severity::Minor.raised().raised().raised(), Severity::Critical);
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
