//! A contact that is moved by command: a meter's relay, a contactor, a motor breaker, a valve.
//!
//! What was commanded and where the contact stands are two things; between them lie the travel
//! time, a weld, and a lock set by hand.

use std::time::Duration;

/// A commanded contact. Closed means that power (or water) flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four facts that are independent of each other")]
pub struct Relay {
    commanded: bool,
    contact: bool,
    travel: Duration,
    moves: Option<(Duration, bool)>,
    returns: Option<(Duration, bool)>,
    welded: bool,
    locked: bool,
    opened_at: Option<Duration>,
}

impl Relay {
    /// A closed contact that needs `travel` from a command to its new position.
    #[must_use]
    pub fn closed(travel: Duration) -> Self {
        Self {
            commanded: true,
            contact: true,
            travel,
            moves: None,
            returns: None,
            welded: false,
            locked: false,
            opened_at: None,
        }
    }

    /// What was commanded last: what a driver's register reads back.
    #[must_use]
    pub fn commanded(&self) -> bool {
        self.commanded
    }

    /// Where the contact stands.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.contact
    }

    /// Whether it is on its way.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        self.moves.is_some()
    }

    /// Whether a timed state is running, after which it returns by itself.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        self.returns.is_some()
    }

    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.locked
    }

    #[must_use]
    pub fn is_welded(&self) -> bool {
        self.welded
    }

    /// When the contact opened last.
    #[must_use]
    pub fn opened_at(&self) -> Option<Duration> {
        self.opened_at
    }

    /// Sets how long it travels from now on.
    pub fn set_travel(&mut self, travel: Duration) {
        self.travel = travel;
    }

    /// Welds the contact where it stands, or frees it; freed, it goes where it was commanded.
    pub fn set_welded(&mut self, welded: bool, now: Duration) {
        self.welded = welded;
        if welded {
            self.moves = None;
        } else {
            self.travel_to(self.commanded, now);
        }
    }

    /// Sets or takes away the lock by hand, which keeps a command from closing it.
    pub fn set_locked(&mut self, locked: bool) {
        self.locked = locked;
    }

    /// Commands it, and ends a timed state.
    pub fn command(&mut self, closed: bool, now: Duration) {
        self.returns = None;
        self.go(closed, now);
    }

    /// Commands it for so long, and then the opposite.
    pub fn command_for(&mut self, closed: bool, length: Duration, now: Duration) {
        self.go(closed, now);
        self.returns = Some((now + length, !closed));
    }

    fn go(&mut self, closed: bool, now: Duration) {
        if closed && self.locked {
            return;
        }
        self.commanded = closed;
        self.travel_to(closed, now);
    }

    fn travel_to(&mut self, closed: bool, now: Duration) {
        self.moves = None;
        if self.welded || closed == self.contact {
            return;
        }
        if self.travel.is_zero() {
            self.stand(closed, now);
        } else {
            self.moves = Some((now + self.travel, closed));
        }
    }

    fn stand(&mut self, closed: bool, at: Duration) {
        self.contact = closed;
        if !closed {
            self.opened_at = Some(at);
        }
    }

    /// When it next does something by itself.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        [self.moves, self.returns].into_iter().flatten().map(|(at, _)| at).min()
    }

    /// Does what is due.
    pub fn handle_deadline(&mut self, now: Duration) {
        while let Some(due) = self.next_deadline().filter(|due| *due <= now) {
            if let Some((at, closed)) = self.moves.filter(|(at, _)| *at == due) {
                self.moves = None;
                self.stand(closed, at);
            } else if let Some((at, closed)) = self.returns.take() {
                self.go(closed, at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRAVEL: Duration = Duration::from_secs(3);

    fn s(s: u64) -> Duration {
        Duration::from_secs(s)
    }

    #[test]
    fn a_motor_needs_its_time_and_the_contact_stays_until_then() {
        let mut relay = Relay::closed(TRAVEL);
        relay.command(false, s(10));
        assert!(!relay.commanded() && relay.is_closed() && relay.is_moving());
        relay.handle_deadline(s(12));
        assert!(relay.is_closed());
        relay.handle_deadline(s(20));
        assert!(!relay.is_closed());
        assert_eq!(relay.opened_at(), Some(s(13)));
    }

    #[test]
    fn a_welded_contact_takes_the_command_and_stays() {
        let mut relay = Relay::closed(Duration::ZERO);
        relay.set_welded(true, s(0));
        relay.command(false, s(1));
        assert!(!relay.commanded() && relay.is_closed());
        relay.set_welded(false, s(2));
        assert!(!relay.is_closed());
    }

    #[test]
    fn a_lock_refuses_to_close_and_lets_open() {
        let mut relay = Relay::closed(Duration::ZERO);
        relay.set_locked(true);
        relay.command(false, s(1));
        assert!(!relay.is_closed());
        relay.command(true, s(2));
        assert!(!relay.is_closed() && !relay.commanded());
        relay.set_locked(false);
        relay.command(true, s(3));
        assert!(relay.is_closed());
    }

    #[test]
    fn a_timed_state_returns_by_itself_unless_a_command_ends_it() {
        let mut relay = Relay::closed(Duration::ZERO);
        relay.command_for(false, s(5), s(0));
        assert!(!relay.is_closed() && relay.is_timed());
        relay.handle_deadline(s(5));
        assert!(relay.is_closed());

        relay.command_for(false, s(5), s(10));
        relay.command(false, s(11));
        relay.handle_deadline(s(60));
        assert!(!relay.is_closed(), "the command ended the timer");
    }
}
