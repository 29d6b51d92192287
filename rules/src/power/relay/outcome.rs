//! Following a command to its outcome: seen, expired, unanswered, disobeyed or superseded.

use super::{Action, HISTORY_MAX, Outcome, Position, RelayAlarm, RelayControl};
use crate::{Time, power::span};

impl RelayControl {
    pub(super) fn may_have_been_told(&self, position: Position) -> bool {
        let last = self.state.pending.as_ref().or(self.state.history.back());
        last.is_some_and(|record| {
            let open_end = match record.outcome {
                None
                | Some((Outcome::Unanswered | Outcome::Superseded | Outcome::Interrupted, _)) => {
                    true
                }
                Some((
                    Outcome::Seen | Outcome::Expired | Outcome::Refused | Outcome::Disobeyed,
                    _,
                )) => false,
            };
            record.command.to == position && open_end
        })
    }

    /// Watches for current through an open contact.
    pub(super) fn compare_current(&mut self, now: Time, actions: &mut Vec<Action>) {
        let open_since = self.state.seen.filter(|(position, _)| *position == Position::Open);
        let flows =
            self.state.current.is_some_and(|(amperes, _)| amperes > self.settings.idle_current_a);
        if open_since.is_none() || !flows {
            self.state.drawing_since = None;
            self.clear(RelayAlarm::DrawsWhileOpen, actions);
            return;
        }
        let since = *self.state.drawing_since.get_or_insert(now);
        if now - since >= span(self.settings.current_gone_within_s) {
            self.raise(RelayAlarm::DrawsWhileOpen, actions);
        }
    }

    /// Ends the command under way as seen, when it is.
    pub(super) fn conclude(&mut self, now: Time, actions: &mut Vec<Action>) {
        let Some(sent) = self.state.pending.as_ref().and_then(|record| record.sent) else { return };
        let to = self.state.pending.as_ref().map(|record| record.command.to);
        let agrees = self.state.seen.is_some_and(|(seen, at)| Some(seen) == to && at >= sent);
        let gone = self
            .state
            .current
            .is_some_and(|(amperes, at)| at >= sent && amperes <= self.settings.idle_current_a);
        if agrees && (gone || to == Some(Position::Closed)) {
            self.finish(Outcome::Seen, now, actions);
        }
    }

    /// The deadline of the command under way has passed.
    pub(super) fn fail(&mut self, now: Time, actions: &mut Vec<Action>) {
        let Some(record) = &self.state.pending else { return };
        let (Some(sent), to) = (record.sent, record.command.to) else {
            self.finish(Outcome::Expired, now, actions);
            // It never went out, so a trip is issued anew at once and is no second attempt.
            if !self.is_urgent() {
                self.retry_later(now);
            }
            return;
        };
        let flows = self
            .state
            .current
            .is_some_and(|(amperes, at)| at >= sent && amperes > self.settings.idle_current_a);
        match self.state.seen.filter(|(_, at)| *at >= sent) {
            // Read back as open, and no current was measured that would say otherwise.
            Some((seen, _)) if seen == to && !flows => self.finish(Outcome::Seen, now, actions),
            Some((seen, _)) if seen == to => {
                self.finish(Outcome::Disobeyed, now, actions);
                self.raise(RelayAlarm::DrawsWhileOpen, actions);
            }
            Some(_) => self.disobeyed(Outcome::Disobeyed, now, actions),
            None => {
                self.finish(Outcome::Unanswered, now, actions);
                (self.state.seen, self.state.in_the_dark) = (None, true);
                self.raise(RelayAlarm::Silent, actions);
                self.state.asked = None;
                self.retry_later(now);
                self.read(now, actions);
            }
        }
    }

    pub(super) fn disobeyed(&mut self, outcome: Outcome, now: Time, actions: &mut Vec<Action>) {
        self.finish(outcome, now, actions);
        self.raise(RelayAlarm::Disobeys, actions);
        self.state.failures = self.state.failures.saturating_add(1);
        self.state.held = self.state.failures >= self.settings.attempts_max;
        self.retry_later(now);
    }

    /// Ends a command that the board no longer wants; one already sent may still be carried out.
    pub(super) fn supersede(&mut self, now: Time, actions: &mut Vec<Action>) {
        let Some(record) = &self.state.pending else { return };
        if record.sent.is_some() {
            (self.state.seen, self.state.in_the_dark) = (None, true);
        } else {
            actions.push(Action::Withdraw { id: record.command.id });
        }
        self.finish(Outcome::Superseded, now, actions);
    }

    pub(super) fn finish(&mut self, outcome: Outcome, now: Time, actions: &mut Vec<Action>) {
        let Some(mut record) = self.state.pending.take() else { return };
        record.outcome = Some((outcome, now));
        if self.state.history.len() >= HISTORY_MAX {
            self.state.history.pop_front();
        }
        self.state.history.push_back(record.clone());
        actions.push(Action::Done(record));
    }
}
