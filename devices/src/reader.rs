//! A card reader: which swipes are new, how old they are, what was read, and what is wrong with it.
//!
//! It does not know whose card it is, nor what it stands in front of. Its messages are in `wire`, its
//! actor in `actor`, its memory of swipes in `memory`.

use std::{collections::VecDeque, time::Duration};

use chrono::TimeDelta;
use onecard_rules::{
    Time,
    access::{Freshness, Presented},
    event::SwipeKey,
    ids::{DecisionId, ReaderId},
    normaliser::Normaliser,
    reason::Reason,
    site::Limits,
};

pub mod actor;
pub mod memory;
pub mod wire;

use crate::wire::Malformed;
use memory::{Memory, Recall};
use wire::{Swipe, SwipeText};

/// How long a device must send only good messages until the alarm about bad ones clears.
pub const MALFORMED_QUIET: Duration = Duration::from_mins(10);

/// Names a swipe between the reader and whoever decides it.
pub type Ticket = u64;

/// A swipe as it arrived.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub swipe: Swipe,
    /// See `link::Incoming::sent_after`.
    pub sent_after: Option<Time>,
    /// See `link::Incoming::redelivered`.
    pub redelivered: bool,
}

/// A swipe to be decided or recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub presented: Presented,
    pub freshness: Freshness,
    pub key: Option<SwipeKey>,
    pub presented_at: Option<Time>,
    /// The text as read.
    pub raw: String,
    /// Remarks: `clock_ahead`.
    pub flags: Vec<String>,
}

/// What to do about a swipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A new swipe: have it decided.
    Present { ticket: Ticket, read: Read },
    /// A copy of a swipe that is not on record yet: acknowledge it when that one is.
    Join { ticket: Ticket },
    /// A copy of a swipe that is on record, by redelivery or contact bounce: acknowledge it.
    Repeat,
    /// A swipe that was decided before comes as if new: record it once, open nothing.
    Replay { of: Option<DecisionId>, read: Read },
    /// It cannot be read: acknowledge it, for it will not get better.
    Refuse(Malformed),
}

/// An alarm of the reader that came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmChange {
    pub reason: Reason,
    /// What exactly; `None`: it is over.
    pub standing: Option<String>,
}

/// How a reader is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// `None`: it has not said.
    pub online: Option<bool>,
    pub swipes: u64,
    pub repeats: u64,
    pub malformed: u64,
}

/// A reader.
#[derive(Debug)]
pub struct Reader {
    id: ReaderId,
    /// How its texts become credentials.
    normaliser: Normaliser,
    limits: Limits,
    memory: Memory,
    online: Option<bool>,
    unknown_cards: VecDeque<Time>,
    /// When the alarm about unknown cards, if it stands, clears.
    unknown_until: Option<Time>,
    /// When the alarm about malformed messages, if it stands, clears.
    malformed_until: Option<Time>,
    swipes: u64,
    repeats: u64,
    malformed: u64,
}

impl Reader {
    #[must_use]
    pub fn new(id: ReaderId, normaliser: Normaliser, limits: Limits) -> Self {
        let memory = Memory::new(limits.debounce, limits.swipe_age);
        Self {
            id,
            normaliser,
            limits,
            memory,
            online: None,
            unknown_cards: VecDeque::new(),
            unknown_until: None,
            malformed_until: None,
            swipes: 0,
            repeats: 0,
            malformed: 0,
        }
    }

    #[must_use]
    pub fn id(&self) -> &ReaderId {
        &self.id
    }

    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Takes over a swipe that was decided before the controller started; oldest first.
    pub fn restore(&mut self, swipe: &Swipe, decision: DecisionId, at: Time) {
        self.memory.restore(swipe, decision, at);
    }

    /// Takes over an alarm that stood when the controller was last in charge, so that it clears when
    /// it is over.
    pub fn recover(&mut self, reason: Reason, now: Time) {
        if reason == Reason::Offline {
            self.online = Some(false);
        } else if reason == Reason::UnknownCards {
            self.unknown_until = Some(now + delta(self.limits.unknown_window));
        } else if reason == Reason::MalformedMessage {
            self.malformed_until = Some(now + delta(MALFORMED_QUIET));
        }
    }

    /// Takes a swipe.
    pub fn handle(&mut self, arrival: Arrival, now: Time) -> Action {
        let Arrival { swipe, sent_after, redelivered } = arrival;
        let recall = self.memory.recall(&swipe, redelivered, now);
        if let Recall::Pending(ticket) = recall {
            self.repeats += 1;
            return Action::Join { ticket };
        }
        if recall == Recall::Repeat {
            self.repeats += 1;
            return Action::Repeat;
        }
        let read = match self.read(&swipe, sent_after, now) {
            Ok(read) => read,
            Err(mistake) => return Action::Refuse(mistake),
        };
        match recall {
            Recall::Replay(of) => {
                self.repeats += 1;
                Action::Replay { of, read }
            }
            Recall::New | Recall::Pending(_) | Recall::Repeat => {
                self.swipes += 1;
                let ticket = self.memory.remember(&swipe, now);
                Action::Present { ticket, read }
            }
        }
    }

    fn read(&self, swipe: &Swipe, sent_after: Option<Time>, now: Time) -> Result<Read, Malformed> {
        let presented = match &swipe.text {
            SwipeText::Code(text) => Presented::Code(text.clone()),
            SwipeText::Card(text) => match self.normaliser.normalise(text) {
                Ok(credential) => Presented::Card(credential),
                Err(mistake) => {
                    return Err(Malformed::Field {
                        field: "card",
                        found: mistake.to_string(),
                        expected: "a card number in this reader's format",
                    });
                }
            },
        };
        let (freshness, flags) = self.age(swipe.at, sent_after, now);
        let key = swipe.key.map(|(boot, seq)| SwipeKey { reader: self.id.clone(), boot, seq });
        let raw = swipe.text.as_str().to_owned();
        Ok(Read { presented, freshness, key, presented_at: swipe.at, raw, flags })
    }

    /// How old the swipe is. Where its time does not tell, for there is none or it is still to come,
    /// one that may have waited somewhere for longer than the limit cannot be shown to be fresh, and
    /// so is not.
    fn age(
        &self,
        at: Option<Time>,
        sent_after: Option<Time>,
        now: Time,
    ) -> (Freshness, Vec<String>) {
        let age_ms = at.map(|at| (now - at).num_milliseconds());
        if let Some(age_ms) = age_ms.filter(|age_ms| exceeds(*age_ms, self.limits.swipe_age)) {
            return (Freshness::Stale { age_ms }, Vec::new());
        }
        let ahead = |age_ms: i64| exceeds(age_ms.saturating_neg(), self.limits.clock_ahead);
        let mut flags = Vec::new();
        if let Some(age_ms) = age_ms {
            if !ahead(age_ms) {
                return (Freshness::Fresh { age_ms: Some(age_ms) }, flags);
            }
            flags.push("clock_ahead".to_owned());
        }
        let waited = sent_after.map(|sent| (now - sent).num_milliseconds());
        match waited {
            Some(age_ms) if exceeds(age_ms, self.limits.swipe_age) => {
                flags.push("age_unknown".to_owned());
                (Freshness::Stale { age_ms }, flags)
            }
            Some(_) | None => (Freshness::Fresh { age_ms }, flags),
        }
    }

    /// Notes what was decided, and that it is told apart from swipes to come.
    pub fn decided(
        &mut self,
        ticket: Ticket,
        decision: DecisionId,
        reason: Reason,
        now: Time,
    ) -> Option<AlarmChange> {
        self.memory.decided(ticket, decision);
        if reason != Reason::DenyUnknownCard {
            return None;
        }
        let window = delta(self.limits.unknown_window);
        self.unknown_cards.push_back(now);
        while self.unknown_cards.front().is_some_and(|first| *first + window < now) {
            self.unknown_cards.pop_front();
        }
        if self.unknown_cards.len() < self.limits.unknown_cards as usize {
            return None;
        }
        // No more are needed to raise it; the queue stays as long as the limit.
        self.unknown_cards.pop_front();
        let news = self.unknown_until.is_none();
        self.unknown_until = Some(now + window);
        let detail = format!(
            "{} unknown cards within {} s",
            self.limits.unknown_cards,
            self.limits.unknown_window.as_secs()
        );
        news.then_some(AlarmChange { reason: Reason::UnknownCards, standing: Some(detail) })
    }

    /// Notes that a decision is on record, or that it could not be recorded and will come again.
    pub fn recorded(&mut self, ticket: Ticket, durable: bool) {
        self.memory.recorded(ticket, durable);
    }

    /// Notes a message that could not be read.
    pub fn malformed(&mut self, mistake: &Malformed, now: Time) -> Option<AlarmChange> {
        self.malformed += 1;
        let news = self.malformed_until.is_none();
        self.malformed_until = Some(now + delta(MALFORMED_QUIET));
        let (reason, standing) = (Reason::MalformedMessage, Some(mistake.to_string()));
        news.then_some(AlarmChange { reason, standing })
    }

    /// Notes whether the reader is connected.
    pub fn availability(&mut self, online: bool) -> Option<AlarmChange> {
        let changed = self.online != Some(online);
        let was_known = self.online.replace(online).is_some();
        if !changed || (online && !was_known) {
            return None;
        }
        let standing = (!online).then(|| "the reader's connection is gone".to_owned());
        Some(AlarmChange { reason: Reason::Offline, standing })
    }

    /// The next moment at which an alarm clears by itself.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        self.unknown_until.into_iter().chain(self.malformed_until).min()
    }

    /// Clears the alarms whose quiet time is over.
    pub fn handle_deadline(&mut self, now: Time) -> Vec<AlarmChange> {
        let mut cleared = Vec::new();
        if self.unknown_until.take_if(|until| *until <= now).is_some() {
            cleared.push(AlarmChange { reason: Reason::UnknownCards, standing: None });
        }
        if self.malformed_until.take_if(|until| *until <= now).is_some() {
            cleared.push(AlarmChange { reason: Reason::MalformedMessage, standing: None });
        }
        cleared
    }

    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let Self { online, swipes, repeats, malformed, .. } = *self;
        Snapshot { online, swipes, repeats, malformed }
    }
}

fn exceeds(age_ms: i64, limit: Duration) -> bool {
    u128::try_from(age_ms).is_ok_and(|age| age > limit.as_millis())
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
