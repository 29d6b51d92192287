//! The people at one reader: they queue, present a card, walk through or turn away; and what goes
//! wrong with a swipe.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use onecard_rules::Time;

use super::{Timer, World};
use crate::{faults::Fault, habits::SimTime, line::DeviceAt, outbox::Publication};

/// How often somebody with an unknown card tries.
const STUBBORN: usize = 6;
/// How long somebody looks at a reader that shows nothing.
const PATIENCE: Duration = Duration::from_secs(6);

/// Who stands at a reader.
#[derive(Debug, Clone)]
pub enum Guest {
    Person {
        person: usize,
        way: usize,
    },
    /// With a card that nobody knows.
    Stranger {
        card: Arc<str>,
    },
}

/// The people at one reader.
#[derive(Debug, Default)]
pub struct Lane {
    pub queue: VecDeque<Guest>,
    pub present: Option<Guest>,
    pub walking: bool,
    /// Counts guests, so that a timer knows whether it still means this one.
    pub turn: u64,
    /// The next guest has been called and is stepping up.
    pub called: bool,
}

impl World {
    pub(super) fn call_next(&mut self, reader: usize, now: Time, after: Duration) {
        let Some(lane) = self.lanes.get_mut(reader) else { return };
        if lane.present.is_none() && !lane.called && !lane.queue.is_empty() {
            lane.called = true;
            self.set(now + after, Timer::Next { reader });
        }
    }

    /// The next guest presents a card.
    pub(super) fn present(&mut self, at: usize, now: Time) {
        let (Some(lane), Some(reader)) = (self.lanes.get_mut(at), self.readers.get_mut(at)) else {
            return;
        };
        lane.called = false;
        let Some(guest) = lane.queue.pop_front() else { return };
        lane.turn += 1;
        lane.walking = false;
        let text = match &guest {
            Guest::Stranger { card } => Some(card.to_string()),
            Guest::Person { person, .. } => {
                let card = self.pockets.get(*person).and_then(Option::as_ref);
                card.map(|card| (self.encode)(reader.id(), &card.credential))
            }
        };
        lane.present = Some(guest);
        let turn = lane.turn;
        if let Some(text) = text {
            self.summary.swipes += 1;
            self.swipe(at, &text, now);
        }
        self.set(now + PATIENCE, Timer::GiveUp { reader: at, turn });
    }

    /// A swipe, with whatever goes wrong with it.
    fn swipe(&mut self, at: usize, text: &str, now: Time) {
        let device = DeviceAt::Reader(at);
        let reversed = self.dice.comes(Fault::ReversedUid).then(|| reverse_bytes(text));
        let Some(reader) = self.readers.get_mut(at) else { return };
        let swipe = reader.present(reversed.as_deref().unwrap_or(text), now);
        if self.dice.comes(Fault::Malformed) {
            const RUBBISH: [&[u8]; 5] =
                [b"{", b"{\"card\":17}", b"{\"at\":\"then\"}", b"\xff\xfe\x00", b"{\"ts\":1e999}"];
            let which = usize::try_from(self.dice.below(RUBBISH.len() as u64)).unwrap_or(0);
            let rubbish = RUBBISH.get(which).copied().unwrap_or(b"{");
            self.out.push((device, reader.garble(rubbish)));
        }
        if self.dice.comes(Fault::Delayed) {
            let after = Duration::from_millis(6_000 + self.dice.below(4_000));
            self.set(now + after, Timer::Deliver { device, publication: swipe });
        } else {
            if self.dice.comes(Fault::Duplicate) {
                // The copy asks for no PUBACK of its own: the first one will do.
                let copy = Publication { token: None, ..swipe.clone() };
                self.set(
                    now + Duration::from_millis(150),
                    Timer::Deliver { device, publication: copy },
                );
            }
            self.out.push((device, swipe));
        }
        if self.dice.comes(Fault::Reboot)
            && let Some(reader) = self.readers.get_mut(at)
        {
            reader.reboot();
        }
        if self.dice.comes(Fault::Disconnect) {
            self.cuts.push(device);
        }
        if self.dice.comes(Fault::UnknownCard)
            && let Some(lane) = self.lanes.get_mut(at)
        {
            let card: Arc<str> = Arc::from(format!("04FEED{:08X}", self.dice.below(1 << 32)));
            lane.queue.extend((0..STUBBORN).map(|_| Guest::Stranger { card: Arc::clone(&card) }));
        }
    }

    /// Whoever stands at the reader sets out, if the gate is open for them.
    pub(super) fn start_walking(&mut self, reader: usize, now: Time) {
        let gate = self.gate_of_reader.get(reader).copied().flatten();
        let direction = self.map.readers.get(reader).map(|reader| reader.direction);
        let open = gate
            .and_then(|at| self.gates.get(at))
            .zip(direction)
            .is_some_and(|(gate, direction)| gate.is_open_for(direction));
        let Some(lane) = self.lanes.get_mut(reader).filter(|_| open) else { return };
        if lane.walking || lane.present.is_none() {
            return;
        }
        let turn = lane.turn;
        if self.dice.comes(Fault::NoEntry) {
            return;
        }
        lane.walking = true;
        let pace = Duration::from_millis(500 + self.dice.below(900));
        self.set(now + pace, Timer::Walk { reader, turn });
    }

    pub(super) fn walk(&mut self, reader: usize, turn: u64, now: Time, sim: SimTime) {
        let gate = self.gate_of_reader.get(reader).copied().flatten();
        let direction = self.map.readers.get(reader).map(|reader| reader.direction);
        let Some(lane) = self.lanes.get_mut(reader).filter(|lane| lane.turn == turn) else {
            return;
        };
        let (Some(at), Some(direction)) = (gate, direction) else { return };
        let through = self.gates.get_mut(at).and_then(|gate| gate.walk_through(direction, now));
        let Some(said) = through else {
            self.turn_away(reader, now, sim);
            return;
        };
        if let Some(Guest::Person { person, way }) = lane.present.take() {
            self.habits.passed(person, way, sim);
        }
        self.summary.passed += 1;
        self.say(DeviceAt::Gate(at), said);
        self.call_next(reader, now, Duration::from_millis(300));
    }

    pub(super) fn refused(&mut self, reader: usize, now: Time, sim: SimTime) {
        let stands = self.lanes.get(reader).is_some_and(|l| l.present.is_some() && !l.walking);
        if !stands {
            return;
        }
        self.summary.refused += 1;
        self.turn_away(reader, now, sim);
        if self.dice.comes(Fault::ForcedDoor)
            && let Some(at) = self.gate_of_reader.get(reader).copied().flatten()
            && let Some(gate) = self.gates.get_mut(at)
        {
            let said = gate.force(now + Duration::from_secs(5), now);
            self.say(DeviceAt::Gate(at), vec![said]);
            self.watch_gate(at);
        }
    }

    pub(super) fn turn_away(&mut self, reader: usize, now: Time, sim: SimTime) {
        let Some(lane) = self.lanes.get_mut(reader) else { return };
        // A late answer must not move whoever comes next.
        lane.turn += 1;
        lane.walking = false;
        if let Some(Guest::Person { person, .. }) = lane.present.take() {
            self.habits.turned_away(person, sim);
        }
        self.call_next(reader, now, Duration::from_millis(1_600));
    }
}

/// The bytes of a hexadecimal text in reverse order; anything else stays what it is.
fn reverse_bytes(text: &str) -> String {
    let bytes: Vec<_> = text.as_bytes().chunks(2).rev().map(String::from_utf8_lossy).collect();
    if text.len().is_multiple_of(2) && text.is_ascii() { bytes.concat() } else { text.to_owned() }
}
