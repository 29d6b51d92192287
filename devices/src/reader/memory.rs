//! A reader's memory of its latest swipes, by which a copy is told from a new one.
//!
//! A swipe with `boot` and `seq` is known by them; one with a time by card and time; one with
//! neither by its card, within the debounce time. The memory is bounded: a swipe older than all it
//! holds is told by its `seq` being far behind.

use std::{
    collections::VecDeque,
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use hashbrown::HashTable;
use onecard_rules::{Time, ids::DecisionId};

use super::{
    Ticket, delta,
    wire::{Swipe, SwipeText},
};

/// How many swipes are remembered.
pub const REMEMBERED: usize = 4096;

/// What a swipe is known by.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Identity<'swipe> {
    Counted(u64, u64),
    Timed(&'swipe SwipeText, Time),
    Plain(&'swipe SwipeText),
}

impl<'swipe> Identity<'swipe> {
    fn of(swipe: &'swipe Swipe) -> Self {
        match (swipe.key, swipe.at) {
            (Some((boot, seq)), _) => Self::Counted(boot, seq),
            (None, Some(at)) => Self::Timed(&swipe.text, at),
            (None, None) => Self::Plain(&swipe.text),
        }
    }
}

#[derive(Debug)]
struct Remembered {
    swipe: Swipe,
    /// Of its identity.
    hash: u64,
    arrived: Time,
    decision: Option<DecisionId>,
    durable: bool,
    /// Its coming again was recorded once.
    replayed: bool,
}

/// What is known of a swipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recall {
    New,
    /// It came before and is not on record yet.
    Pending(Ticket),
    /// It is on record, and its coming again is of no interest.
    Repeat,
    /// It is on record, under this decision if it is known, and comes as if it were new.
    Replay(Option<DecisionId>),
}

/// The latest swipes of one reader.
#[derive(Debug)]
pub struct Memory {
    debounce: Duration,
    /// How long a redelivered swipe without a time can be the same as an earlier one.
    redelivery: Duration,
    /// In the order of their tickets, without a gap: the first has the ticket `oldest`.
    swipes: VecDeque<Remembered>,
    oldest: Ticket,
    /// The latest of each identity; by ticket, so that an identity is kept once only, with its swipe.
    latest: HashTable<Ticket>,
    hasher: RandomState,
    /// The highest `seq` of the latest boot.
    highest: Option<(u64, u64)>,
}

impl Memory {
    #[must_use]
    pub fn new(debounce: Duration, redelivery: Duration) -> Self {
        Self {
            debounce,
            redelivery,
            swipes: VecDeque::new(),
            oldest: 1,
            latest: HashTable::new(),
            hasher: RandomState::new(),
            highest: None,
        }
    }

    /// What is known of `swipe`.
    pub fn recall(&mut self, swipe: &Swipe, redelivered: bool, now: Time) -> Recall {
        let identity = Identity::of(swipe);
        let ticket = self.find(self.hasher.hash_one(&identity), &identity);
        let (debounce, redelivery) = (self.debounce, self.redelivery);
        let Some((ticket, known)) = ticket.and_then(|ticket| Some((ticket, self.known(ticket)?)))
        else {
            return if self.is_behind(swipe) { Recall::Replay(None) } else { Recall::New };
        };
        let is_bounce = matches!(identity, Identity::Plain(_));
        if is_bounce {
            let window = if redelivered { redelivery } else { debounce };
            if known.arrived + delta(window) <= now {
                return Recall::New;
            }
        }
        let same = known.swipe.text == swipe.text && known.swipe.at == swipe.at;
        if same && !known.durable {
            return Recall::Pending(ticket);
        }
        if same && (redelivered || is_bounce || known.replayed) {
            return Recall::Repeat;
        }
        if known.replayed {
            return Recall::Repeat;
        }
        known.replayed = true;
        Recall::Replay(known.decision.clone())
    }

    /// Remembers a new swipe; returns the ticket that it is decided under.
    pub fn remember(&mut self, swipe: &Swipe, now: Time) -> Ticket {
        while self.swipes.len() >= REMEMBERED || self.is_oldest_of_no_use(now) {
            self.forget_oldest();
        }
        let identity = Identity::of(swipe);
        let hash = self.hasher.hash_one(&identity);
        if let Some(earlier) = self.find(hash, &identity) {
            self.forget(hash, earlier);
        }
        let remembered = Remembered {
            swipe: swipe.clone(),
            hash,
            arrived: now,
            decision: None,
            durable: false,
            replayed: false,
        };
        let (swipes, oldest) = (&self.swipes, self.oldest);
        let ticket = oldest + swipes.len() as u64;
        let hash_of = |ticket: &Ticket| {
            place(oldest, *ticket).and_then(|place| swipes.get(place)).map_or(0, |known| known.hash)
        };
        self.latest.insert_unique(hash, ticket, hash_of);
        self.swipes.push_back(remembered);
        self.highest = self.highest.max(swipe.key);
        ticket
    }

    /// Takes over a swipe that is on record.
    pub fn restore(&mut self, swipe: &Swipe, decision: DecisionId, at: Time) {
        let ticket = self.remember(swipe, at);
        self.decided(ticket, decision);
        self.recorded(ticket, true);
    }

    /// Notes the decision of a swipe.
    pub fn decided(&mut self, ticket: Ticket, decision: DecisionId) {
        if let Some(known) = self.known(ticket) {
            known.decision = Some(decision);
        }
    }

    /// Notes that a swipe is on record; or forgets it, because it is not and will come again.
    pub fn recorded(&mut self, ticket: Ticket, durable: bool) {
        let Some(known) = self.known(ticket) else { return };
        known.durable = durable;
        if !durable {
            let hash = known.hash;
            self.forget(hash, ticket);
        }
    }

    fn known(&mut self, ticket: Ticket) -> Option<&mut Remembered> {
        self.swipes.get_mut(place(self.oldest, ticket)?)
    }

    /// The latest swipe of an identity.
    fn find(&self, hash: u64, identity: &Identity<'_>) -> Option<Ticket> {
        let is_it = |ticket: &Ticket| {
            let known = place(self.oldest, *ticket).and_then(|place| self.swipes.get(place));
            known.is_some_and(|known| Identity::of(&known.swipe) == *identity)
        };
        self.latest.find(hash, is_it).copied()
    }

    fn forget(&mut self, hash: u64, ticket: Ticket) {
        if let Ok(entry) = self.latest.find_entry(hash, |known| *known == ticket) {
            entry.remove();
        }
    }

    /// Whether the oldest is known by its card alone, and so is not the same as any that comes now.
    fn is_oldest_of_no_use(&self, now: Time) -> bool {
        self.swipes.front().is_some_and(|oldest| {
            matches!(Identity::of(&oldest.swipe), Identity::Plain(_))
                && oldest.arrived + delta(self.redelivery.max(self.debounce)) <= now
        })
    }

    fn forget_oldest(&mut self) {
        if let Some(known) = self.swipes.pop_front() {
            self.forget(known.hash, self.oldest);
            self.oldest += 1;
        }
    }

    /// Whether the swipe's `seq` is so far behind that it must have been forgotten.
    fn is_behind(&self, swipe: &Swipe) -> bool {
        match (swipe.key, self.highest) {
            (Some((boot, seq)), Some((highest_boot, highest_seq))) => {
                boot == highest_boot && seq.saturating_add(REMEMBERED as u64) <= highest_seq
            }
            (None | Some(_), None | Some(_)) => false,
        }
    }
}

/// Where the swipe of a ticket is among those from `oldest` on.
fn place(oldest: Ticket, ticket: Ticket) -> Option<usize> {
    usize::try_from(ticket.checked_sub(oldest)?).ok()
}
