//! When each client was last heard: the earliest moment at which a message that it delivers a
//! second time can have been sent.
//!
//! A client's packets arrive in order and a message that was not taken closes its connection, so
//! whatever is delivered again was sent after the last packet heard on an earlier connection.

use std::collections::HashMap;

use onecard_rules::Time;

/// The most clients remembered; beyond it the ones not heard for longest are forgotten, and their
/// second deliveries count as sent at any time since the controller's previous run.
const CLIENTS_MAX: usize = 100_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    /// The last packet of the present or latest connection.
    last: Time,
    /// The last packet of the connection before it.
    before: Option<Time>,
}

/// The clients of this run, in two generations so that forgetting takes no search.
#[derive(Debug)]
pub(super) struct Heard {
    recent: HashMap<String, Seen>,
    older: HashMap<String, Seen>,
    generation: usize,
}

impl Default for Heard {
    fn default() -> Self {
        Self::with_generation(CLIENTS_MAX / 2)
    }
}

impl Heard {
    fn with_generation(generation: usize) -> Self {
        Self { recent: HashMap::new(), older: HashMap::new(), generation }
    }

    /// A connection begins.
    pub fn connected(&mut self, client: &str, now: Time) {
        let before = self.find(client).map(|seen| seen.last);
        self.put(client, Seen { last: now, before });
    }

    /// A packet of the client was handled.
    pub fn heard(&mut self, client: &str, now: Time) {
        if let Some(seen) = self.recent.get_mut(client) {
            seen.last = now;
            return;
        }
        let before = self.older.get(client).and_then(|seen| seen.before);
        self.put(client, Seen { last: now, before });
    }

    /// When the client was last heard before its present connection, if it was in this run.
    pub fn before(&self, client: &str) -> Option<Time> {
        self.find(client).and_then(|seen| seen.before)
    }

    fn find(&self, client: &str) -> Option<Seen> {
        self.recent.get(client).or_else(|| self.older.get(client)).copied()
    }

    fn put(&mut self, client: &str, seen: Seen) {
        if self.recent.len() >= self.generation && !self.recent.contains_key(client) {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(client.to_owned(), seen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::from_timestamp(1_800_000_000 + second, 0).expect("a moment")
    }

    #[test]
    fn a_second_connection_knows_when_the_first_was_last_heard() {
        let mut heard = Heard::default();
        heard.connected("a", at(0));
        assert_eq!(heard.before("a"), None);
        heard.heard("a", at(5));
        heard.connected("a", at(60));
        assert_eq!(heard.before("a"), Some(at(5)));
        heard.heard("a", at(61));
        assert_eq!(heard.before("a"), Some(at(5)), "it is about the connection before this one");
        assert_eq!(heard.before("b"), None);
    }

    #[test]
    fn it_remembers_no_more_clients_than_two_generations() {
        let mut heard = Heard::with_generation(10);
        for client in 0..1_000 {
            heard.connected(&client.to_string(), at(client));
            heard.heard(&client.to_string(), at(client));
            assert!(heard.recent.len() + heard.older.len() <= 20);
        }
        heard.connected("999", at(2_000));
        assert_eq!(heard.before("999"), Some(at(999)));
        heard.connected("0", at(2_000));
        assert_eq!(heard.before("0"), None, "long forgotten");
    }
}
