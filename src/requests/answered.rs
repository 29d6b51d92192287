//! What was answered lately, by transaction. Pure; who sent what is a digest here.

use std::collections::{HashMap, VecDeque, hash_map::Entry};

use chrono::TimeDelta;
use onecard_rules::Time;

use crate::http::Order;

/// How long an answer is kept: far beyond any deadline, for senders that try again late.
const KEPT: TimeDelta = TimeDelta::minutes(10);
/// Most that are kept; then the oldest are forgotten.
const MOST: usize = 10_000;

/// Who sent it, and what they call it.
type Name = [u8; 32];

#[derive(Debug)]
struct Kept<A> {
    order: Order,
    answer: A,
}

/// Answers by transaction; `A` is an answer, or where it will be.
#[derive(Debug)]
pub(super) struct Answered<A> {
    kept: HashMap<Name, Kept<A>>,
    oldest: VecDeque<(Time, Name)>,
}

impl<A> Default for Answered<A> {
    fn default() -> Self {
        Self { kept: HashMap::new(), oldest: VecDeque::new() }
    }
}

impl<A> Answered<A> {
    /// The answer of that transaction, a new one if it is not known; `None` when it was another
    /// order's.
    ///
    /// # Errors
    /// Those of `new`; nothing is kept then.
    pub fn find_or_add<E>(
        &mut self,
        name: Name,
        order: &Order,
        now: Time,
        new: impl FnOnce() -> Result<A, E>,
    ) -> Result<Option<&A>, E> {
        while let Some((since, oldest)) = self.oldest.front().copied() {
            if now - since < KEPT && self.oldest.len() < MOST {
                break;
            }
            self.oldest.pop_front();
            self.kept.remove(&oldest);
        }
        let kept = match self.kept.entry(name) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let answer = new()?;
                self.oldest.push_back((now, name));
                place.insert(Kept { order: order.clone(), answer })
            }
        };
        Ok((kept.order == *order).then_some(&kept.answer))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::http::Verb;

    fn at(second: i64) -> Time {
        Time::from_timestamp(1_800_000_000 + second, 0).expect("a moment")
    }

    fn order(gate: &str) -> Order {
        let Value::Object(said) = json!({"gate": gate, "direction": "in", "why": "delivery"})
        else {
            panic!("an object")
        };
        Order::read(Verb::Open, &said).expect("an order")
    }

    #[test]
    fn a_transaction_is_one_order_until_it_is_forgotten() {
        let mut answered = Answered::default();
        let name = [1; 32];
        let rows = [
            (name, "a", 0, Err("late"), Err("late")),
            (name, "a", 0, Ok(1), Ok(Some(1))),
            (name, "a", 599, Err("late"), Ok(Some(1))),
            (name, "b", 599, Ok(3), Ok(None)),
            ([2; 32], "b", 599, Ok(4), Ok(Some(4))),
            (name, "b", 600, Ok(5), Ok(Some(5))),
            ([2; 32], "b", 600, Ok(6), Ok(Some(4))),
        ];
        for (step, (name, gate, second, new, expected)) in (1..).zip(rows) {
            let found = answered.find_or_add(name, &order(gate), at(second), || new);
            assert_eq!(found.map(Option::<&u8>::copied), expected, "step {step}");
        }
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let mut answered = Answered::default();
        for number in 0..u64::try_from(MOST).expect("a number") * 2 {
            let mut name = [0; 32];
            name[..8].copy_from_slice(&number.to_le_bytes());
            let added = answered.find_or_add(name, &order("a"), at(0), || Ok::<_, ()>(number));
            assert_eq!(added, Ok(Some(&number)));
            assert!(answered.kept.len() <= MOST);
            assert_eq!(answered.kept.len(), answered.oldest.len());
        }
    }
}
