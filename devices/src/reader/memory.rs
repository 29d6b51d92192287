//! A reader's memory of its latest swipes, by which a copy is told from a new one.
//!
//! A swipe with `boot` and `seq` is known by them; one with a time by card and time; one with
//! neither by its card, within the debounce time. The memory is bounded: a swipe older than all it
//! holds is told by its `seq` being far behind.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use onecard_rules::{Time, ids::DecisionId};

use super::{
    Ticket, delta,
    wire::{Swipe, SwipeText},
};

/// How many swipes are remembered.
pub const REMEMBERED: usize = 4096;

/// What a swipe is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Identity {
    Counted(u64, u64),
    Timed(SwipeKind, String, Time),
    Plain(SwipeKind, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum SwipeKind {
    Card,
    Code,
}

impl Identity {
    fn of(swipe: &Swipe) -> Self {
        if let Some((boot, seq)) = swipe.key {
            return Self::Counted(boot, seq);
        }
        let (kind, text) = match &swipe.text {
            SwipeText::Card(text) => (SwipeKind::Card, text.clone()),
            SwipeText::Code(text) => (SwipeKind::Code, text.clone()),
        };
        match swipe.at {
            Some(at) => Self::Timed(kind, text, at),
            None => Self::Plain(kind, text),
        }
    }
}

#[derive(Debug, Clone)]
struct Remembered {
    ticket: Ticket,
    text: SwipeText,
    at: Option<Time>,
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
    swipes: HashMap<Identity, Remembered>,
    /// Oldest first; a swipe that was forgotten or came anew leaves its old ticket here.
    order: VecDeque<(Identity, Ticket)>,
    tickets: HashMap<Ticket, Identity>,
    next_ticket: Ticket,
    /// The highest `seq` of the latest boot.
    latest: Option<(u64, u64)>,
}

impl Memory {
    #[must_use]
    pub fn new(debounce: Duration, redelivery: Duration) -> Self {
        Self {
            debounce,
            redelivery,
            swipes: HashMap::new(),
            order: VecDeque::new(),
            tickets: HashMap::new(),
            next_ticket: 1,
            latest: None,
        }
    }

    /// What is known of `swipe`.
    pub fn recall(&mut self, swipe: &Swipe, redelivered: bool, now: Time) -> Recall {
        let identity = Identity::of(swipe);
        let Some(known) = self.swipes.get_mut(&identity) else {
            return if self.is_behind(swipe) { Recall::Replay(None) } else { Recall::New };
        };
        if let Identity::Plain(..) = identity {
            let window = if redelivered { self.redelivery } else { self.debounce };
            if known.arrived + delta(window) <= now {
                return Recall::New;
            }
        }
        let is_bounce = matches!(identity, Identity::Plain(..));
        let same = known.text == swipe.text && known.at == swipe.at;
        if same && !known.durable {
            return Recall::Pending(known.ticket);
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
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let remembered = Remembered {
            ticket,
            text: swipe.text.clone(),
            at: swipe.at,
            arrived: now,
            decision: None,
            durable: false,
            replayed: false,
        };
        let identity = Identity::of(swipe);
        self.order.push_back((identity.clone(), ticket));
        self.tickets.insert(ticket, identity.clone());
        if let Some(earlier) = self.swipes.insert(identity, remembered) {
            self.tickets.remove(&earlier.ticket);
        }
        self.latest = self.latest.max(swipe.key);
        while self.order.len() > REMEMBERED {
            self.forget_oldest();
        }
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
        if let Some(known) = self.by_ticket(ticket) {
            known.decision = Some(decision);
        }
    }

    /// Notes that a swipe is on record; or forgets it, because it is not and will come again.
    pub fn recorded(&mut self, ticket: Ticket, durable: bool) {
        if !durable {
            if let Some(identity) = self.tickets.remove(&ticket) {
                self.swipes.remove(&identity);
            }
            return;
        }
        if let Some(known) = self.by_ticket(ticket) {
            known.durable = true;
        }
    }

    fn by_ticket(&mut self, ticket: Ticket) -> Option<&mut Remembered> {
        self.swipes.get_mut(self.tickets.get(&ticket)?)
    }

    fn forget_oldest(&mut self) {
        if let Some((identity, ticket)) = self.order.pop_front()
            && self.tickets.remove(&ticket).is_some()
        {
            self.swipes.remove(&identity);
        }
    }

    /// Whether the swipe's `seq` is so far behind that it must have been forgotten.
    fn is_behind(&self, swipe: &Swipe) -> bool {
        match (swipe.key, self.latest) {
            (Some((boot, seq)), Some((latest_boot, latest_seq))) => {
                boot == latest_boot && seq.saturating_add(REMEMBERED as u64) <= latest_seq
            }
            (None | Some(_), None | Some(_)) => false,
        }
    }
}
