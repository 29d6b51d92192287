//! Wrong attempts to sign in: how many by a name before it is locked, how many from an address before
//! it must wait. Pure; in memory only.
//!
//! Names that are not known here lock as known ones do, so a lock tells nothing. Whoever is signed in
//! already is not touched by a lock: nobody can throw a guard out by guessing.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
};

use chrono::TimeDelta;
use onecard_rules::Time;

/// Wrong passwords in a row that a name is allowed.
pub const WRONG_MAX: u32 = 5;
/// The first lock; each further wrong password after it doubles the lock, up to the longest.
const LOCK: TimeDelta = TimeDelta::minutes(1);
const LOCK_MAX: TimeDelta = TimeDelta::minutes(15);
/// Wrong passwords are forgotten after so long without one.
const FORGOTTEN: TimeDelta = TimeDelta::minutes(60);
/// Wrong passwords and tokens that one address may send a minute.
const WRONG_A_MINUTE: usize = 10;
/// Names and addresses that are counted; of more, the one that was wrong longest ago is forgotten.
const COUNTED_MAX: usize = 1024;

/// What is remembered of a name.
#[derive(Debug, Clone, Copy)]
struct Wrong {
    count: u32,
    last: Time,
    until: Option<Time>,
}

/// Everything that was wrong lately.
#[derive(Debug, Default)]
pub struct Attempts {
    names: HashMap<String, Wrong>,
    addresses: HashMap<IpAddr, VecDeque<Time>>,
}

impl Attempts {
    /// Until when a name is locked.
    pub fn locked(&self, name: &str, now: Time) -> Option<Time> {
        self.names.get(name)?.until.filter(|until| now < *until)
    }

    /// Counts a wrong password of a name; returns until when it is locked, if it is.
    pub fn wrong_password(&mut self, name: &str, now: Time) -> Option<Time> {
        if !self.names.contains_key(name) && self.names.len() >= COUNTED_MAX {
            let oldest = self.names.iter().min_by_key(|(_, wrong)| wrong.last);
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                self.names.remove(&oldest);
            }
        }
        let fresh = Wrong { count: 0, last: now, until: None };
        let wrong = self.names.entry(name.to_owned()).or_insert(fresh);
        if wrong.last + FORGOTTEN < now {
            *wrong = fresh;
        }
        wrong.count = wrong.count.saturating_add(1);
        wrong.last = now;
        if let Some(further) = wrong.count.checked_sub(WRONG_MAX) {
            let lock = LOCK * 2_i32.pow(further.min(4));
            wrong.until = Some(now + lock.min(LOCK_MAX));
        }
        wrong.until.filter(|until| now < *until)
    }

    /// Forgets what was wrong with a name: the password was right, or is another since.
    pub fn forget(&mut self, name: &str) {
        self.names.remove(name);
    }

    /// Whether an address has been wrong too often within the last minute.
    pub fn is_busy(&self, address: IpAddr, now: Time) -> bool {
        let recent = |times: &VecDeque<Time>| {
            times.iter().filter(|at| **at + TimeDelta::minutes(1) >= now).count()
        };
        self.addresses.get(&address).map_or(0, recent) >= WRONG_A_MINUTE
    }

    /// Counts something wrong from an address; returns whether there was too much before.
    pub fn wrong_from(&mut self, address: IpAddr, now: Time) -> bool {
        if !self.addresses.contains_key(&address) && self.addresses.len() >= COUNTED_MAX {
            let oldest = self.addresses.iter().min_by_key(|(_, times)| times.back().copied());
            if let Some(oldest) = oldest.map(|(address, _)| *address) {
                self.addresses.remove(&oldest);
            }
        }
        let times = self.addresses.entry(address).or_default();
        while times.front().is_some_and(|at| *at + TimeDelta::minutes(1) < now) {
            times.pop_front();
        }
        if times.len() >= WRONG_A_MINUTE {
            return true;
        }
        times.push_back(now);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn the_fifth_wrong_password_locks_and_each_further_one_locks_for_longer() {
        let mut attempts = Attempts::default();
        for second in 0..4 {
            assert_eq!(attempts.wrong_password("li", at(second)), None);
        }
        let mut now = 4;
        for minutes in [1, 2, 4, 8, 15, 15] {
            let until = at(now + minutes * 60);
            assert_eq!(attempts.wrong_password("li", at(now)), Some(until));
            assert_eq!(attempts.locked("li", at(now + 1)), Some(until));
            assert_eq!(attempts.locked("wang", at(now + 1)), None, "others are free");
            now += minutes * 60;
            assert_eq!(attempts.locked("li", at(now)), None);
        }
        attempts.forget("li");
        assert_eq!(attempts.wrong_password("li", at(now)), None);
    }

    #[test]
    fn what_was_wrong_long_ago_counts_no_more() {
        let mut attempts = Attempts::default();
        for second in 0..4 {
            attempts.wrong_password("li", at(second));
        }
        assert_eq!(attempts.wrong_password("li", at(3 + 3601)), None);
    }

    #[test]
    fn an_address_waits_after_ten_a_minute_and_the_table_does_not_grow() {
        let mut attempts = Attempts::default();
        let here: IpAddr = [10, 0, 0, 1].into();
        for second in 0..10 {
            assert!(!attempts.is_busy(here, at(second)));
            assert!(!attempts.wrong_from(here, at(second)));
        }
        assert!(attempts.is_busy(here, at(10)) && attempts.wrong_from(here, at(10)));
        assert!(!attempts.is_busy(here, at(61)));
        for n in 0..3000_u32 {
            attempts.wrong_from(IpAddr::from(n.to_be_bytes()), at(100));
            attempts.wrong_password(&n.to_string(), at(100));
        }
        assert!(attempts.addresses.len() <= COUNTED_MAX && attempts.names.len() <= COUNTED_MAX);
    }
}
