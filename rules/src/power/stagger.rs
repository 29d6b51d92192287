//! Giving power back to many rooms one group after the other, against the inrush of all at once.
//!
//! A room that has just paid does not queue here: it is restored by itself.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::span;
use crate::{Time, ids::RoomId};

/// How a group of rooms is given power back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaggerSettings {
    /// Seconds from one step to the next.
    pub step_delay_s: f64,
    /// Rooms in one step, 1 or more; 0 counts as 1.
    pub rooms_a_step: usize,
}

/// Rooms waiting for their turn.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Stagger {
    waiting: VecDeque<RoomId>,
    next: Option<Time>,
    /// From when the next group can be planned.
    #[serde(default)]
    free: Option<Time>,
}

impl Stagger {
    /// Adds rooms behind those that wait; one that waits already keeps its place. `turn` moves
    /// every time by one, such as the number of the day, so that not always the same rooms are
    /// first. The queue holds each room once and so is bounded by the campus.
    pub fn add(&mut self, mut rooms: Vec<RoomId>, turn: usize, now: Time) {
        rooms.sort();
        rooms.dedup();
        if !rooms.is_empty() {
            let first = turn % rooms.len();
            rooms.rotate_left(first);
        }
        for room in rooms {
            if !self.waiting.contains(&room) {
                self.waiting.push_back(room);
            }
        }
        if !self.waiting.is_empty() {
            self.next.get_or_insert(now);
        }
    }

    /// Takes a room out, because it is wanted dark again or has power already.
    pub fn remove(&mut self, room: &RoomId) {
        self.waiting.retain(|waiting| waiting != room);
        if self.waiting.is_empty() {
            self.next = None;
        }
    }

    /// The rooms that wait, the next first.
    pub fn waiting(&self) -> impl Iterator<Item = &RoomId> {
        self.waiting.iter()
    }

    /// When the next step is due.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        self.next
    }

    /// The turn of each of `rooms`, behind those planned before: for a caller that can have things
    /// happen at a moment by itself. `turn` is that of [`Self::add`].
    pub fn plan(
        &mut self,
        settings: &StaggerSettings,
        rooms: Vec<RoomId>,
        turn: usize,
        now: Time,
    ) -> Vec<(RoomId, Time)> {
        let begin = self.free.map_or(now, |free| free.max(now));
        self.add(rooms, turn, begin);
        let mut turns = Vec::new();
        while let Some(at) = self.next {
            let due = self.handle_deadline(settings, at);
            turns.extend(due.into_iter().map(|room| (room, at)));
            self.free = Some(at + span(settings.step_delay_s));
        }
        turns
    }

    /// The rooms whose turn it is; at most one step, however late the call comes.
    pub fn handle_deadline(&mut self, settings: &StaggerSettings, now: Time) -> Vec<RoomId> {
        if self.next.is_none_or(|next| next > now) {
            return Vec::new();
        }
        let count = settings.rooms_a_step.max(1).min(self.waiting.len());
        let rooms = self.waiting.drain(..count).collect();
        let more = !self.waiting.is_empty();
        self.next = more.then(|| now + span(settings.step_delay_s));
        rooms
    }
}
