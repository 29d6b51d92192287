//! Random orders, judged by the books and by a model that is too simple to be wrong in the same way:
//! balances in a map, reservations in a list. `ONECARD_LEDGER_ORDERS` sets how many,
//! `ONECARD_SEED` which.

use std::collections::HashMap;

use chrono::NaiveDate;
use onecard_rules::{
    Time,
    ledger::{AccountName, Ask, Cause, Order, Purpose, RowNo, Terms},
    money::Fen,
};

use crate::keeper::Keeper;

/// Numbers that look random, from a seed: xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()].clone()
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[derive(Clone)]
struct Held {
    row: u64,
    parts: Vec<(String, i64)>,
    to: String,
    person: Option<usize>,
    day: u32,
}

const PEOPLE: usize = 12;
const DAILY: i64 = 5_000;

/// What money there is, by the simplest means.
#[derive(Default)]
struct Model {
    balance: HashMap<String, i64>,
    held_back: HashMap<String, i64>,
    held: Vec<Held>,
    spent: HashMap<(usize, u32), i64>,
    newest_day: HashMap<usize, u32>,
    causes: HashMap<u64, (String, i64)>,
    rows: u64,
    closed: u32,
    /// What each row has moved: from, to, how much is left to be corrected.
    moved: HashMap<u64, (String, String, i64)>,
}

impl Model {
    fn available(&self, name: &str) -> i64 {
        let of = |map: &HashMap<String, i64>| map.get(name).copied().unwrap_or(0);
        of(&self.balance) - of(&self.held_back)
    }

    fn pay(&mut self, from: &str, to: &str, amount: i64) {
        *self.balance.entry(from.to_owned()).or_default() -= amount;
        *self.balance.entry(to.to_owned()).or_default() += amount;
    }

    /// A person's subsidy comes first, then the purse; a room may come to owe.
    fn parts(&self, purpose: Purpose, from: &str, amount: i64) -> Option<Vec<(String, i64)>> {
        if from.starts_with("room") && purpose == Purpose::Usage || from.starts_with("clearing") {
            return Some(vec![(from.to_owned(), amount)]);
        }
        let mut rest = amount;
        let mut parts = Vec::new();
        let subsidy = format!("{}:meals", from.replace("purse", "subsidy"));
        let with_subsidy = matches!(purpose, Purpose::Purchase | Purpose::Water);
        let names =
            if with_subsidy { vec![subsidy, from.to_owned()] } else { vec![from.to_owned()] };
        for name in names {
            let part = self.available(&name).clamp(0, rest);
            if part > 0 {
                parts.push((name, part));
            }
            rest -= part;
        }
        (rest == 0).then_some(parts)
    }
}

fn order(cause: u64, day: u32, ask: Ask) -> Order {
    Order {
        cause: Cause::Desk { desk: "d1".parse().unwrap(), receipt: cause },
        at: Time::UNIX_EPOCH,
        day: date(day),
        by: None,
        why: None,
        ask,
    }
}

fn date(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(day.into())
}

fn name(text: &str) -> AccountName {
    text.parse().unwrap()
}

struct World {
    keeper: Keeper,
    model: Model,
    random: Random,
    day: u32,
    causes: u64,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut keeper = Keeper::default();
        let mut open = |text: &str, terms: Terms| {
            keeper.books.open(&name(text), terms).unwrap();
        };
        for person in 0..PEOPLE {
            let mut terms = Terms::default();
            terms.limits.daily = Some(Fen::new(DAILY));
            open(&format!("purse:p{person}"), terms);
            open(&format!("subsidy:p{person}:meals"), Terms { rank: 1, ..Terms::default() });
        }
        for text in
            ["room:r0", "room:r1", "clearing:icbc", "income:power", "income:aid", "merchant:m"]
        {
            open(text, Terms::default());
        }
        let random = Random(seed.wrapping_mul(2).wrapping_add(1));
        Self { keeper, model: Model::default(), random, day: 2, causes: 0 }
    }

    fn step(&mut self) {
        if self.random.below(5_000) == 0 {
            self.model.closed = self.day;
            self.keeper.books.close(date(self.day)).unwrap();
            self.day += 1;
        }
        match self.random.below(10) {
            0..=4 => self.transfer(),
            5 | 6 => self.reserve(),
            7 | 8 => self.end(),
            _ => self.correct(),
        }
    }

    /// A new cause, or now and then an old one.
    fn cause(&mut self) -> u64 {
        if self.causes > 0 && self.random.below(10) == 0 {
            return self.random.below(self.causes);
        }
        self.causes += 1;
        self.causes - 1
    }

    /// What the books say: the code of the refusal, or the first row.
    fn told(&mut self, order: &Order) -> Result<u64, &'static str> {
        self.keeper.handle(order).map(|row| row.0).map_err(|refusal| refusal.code())
    }

    fn movement(&mut self) -> (Purpose, String, String, i64) {
        let (person, other) = (self.random.below(PEOPLE as u64), self.random.below(2));
        let purse = format!("purse:p{person}");
        let amount = i64::try_from(self.random.below(1_500)).unwrap() - 3;
        let (purpose, from, to) = self.random.of(&[
            (Purpose::TopUp, "clearing:icbc".to_owned(), purse.clone()),
            (Purpose::Grant, "income:aid".to_owned(), format!("subsidy:p{person}:meals")),
            (Purpose::Purchase, purse.clone(), "merchant:m".to_owned()),
            (Purpose::Purchase, purse.clone(), "merchant:m".to_owned()),
            (Purpose::RoomTopUp, purse.clone(), format!("room:r{other}")),
            (Purpose::Usage, format!("room:r{other}"), "income:power".to_owned()),
            (Purpose::Refund, format!("room:r{other}"), purse),
            (Purpose::TopUp, "clearing:nobank".to_owned(), "purse:p1".to_owned()),
        ]);
        (purpose, from, to, amount)
    }

    /// What the model expects of an order that moves or holds back.
    fn expect(
        &self,
        cause: u64,
        day: u32,
        (purpose, from, to, amount): (Purpose, &str, &str, i64),
        what: &str,
    ) -> Result<Vec<(String, i64)>, &'static str> {
        if let Some((known, known_amount)) = self.model.causes.get(&cause) {
            let is_same = *known == format!("{what} {purpose:?} {from} {to}");
            return Err(match (is_same, *known_amount == amount) {
                (false, _) => "exists_with_different_order",
                (true, false) => "exists_with_different_amount",
                (true, true) => "exists",
            });
        }
        if amount <= 0 {
            return Err("not_positive");
        }
        if day <= self.model.closed {
            return Err("day_closed");
        }
        if from == "clearing:nobank" {
            return Err("unknown_account");
        }
        if purpose.is_spending() {
            let person = person_of(from);
            let spent = self.model.spent.get(&(person, day)).copied().unwrap_or(0);
            let newest = self.model.newest_day.get(&person).copied().unwrap_or(0);
            if day >= newest && spent + amount > DAILY || amount > DAILY {
                return Err("limit_exceeded");
            }
        }
        let parts = match from {
            "income:aid" => Some(vec![(from.to_owned(), amount)]),
            _ => self.model.parts(purpose, from, amount),
        };
        parts.ok_or("insufficient_funds")
    }

    fn transfer(&mut self) {
        let (purpose, from, to, amount) = self.movement();
        let cause = self.cause();
        let day = self.day - u32::try_from(self.random.below(2)).unwrap();
        let expected = self.expect(cause, day, (purpose, &from, &to, amount), "transfer");
        let ask =
            Ask::Transfer { purpose, from: name(&from), to: name(&to), amount: Fen::new(amount) };
        let told = self.told(&order(cause, day, ask));
        let model = &mut self.model;
        match expected {
            Err(code) => assert_eq!(told, Err(code)),
            Ok(parts) => {
                assert_eq!(told, Ok(model.rows + 1));
                for (part, amount) in parts {
                    model.rows += 1;
                    model.pay(&part, &to, amount);
                    model.moved.insert(model.rows, (part, to.clone(), amount));
                }
                if purpose.is_spending() {
                    spend(model, person_of(&from), day, amount);
                }
                model.causes.insert(cause, (format!("transfer {purpose:?} {from} {to}"), amount));
            }
        }
    }

    fn reserve(&mut self) {
        let from = format!("purse:p{}", self.random.below(PEOPLE as u64));
        let amount = i64::try_from(self.random.below(1_000)).unwrap();
        let (purpose, to) = (Purpose::Water, "income:power");
        let (cause, day) = (self.cause(), self.day);
        let expected = self.expect(cause, day, (purpose, &from, to, amount), "reserve");
        let amount_fen = Fen::new(amount);
        let ask = Ask::Reserve {
            purpose,
            from: name(&from),
            to: name(to),
            amount: amount_fen,
            until: None,
        };
        let told = self.told(&order(cause, day, ask));
        let model = &mut self.model;
        match expected {
            Err(code) => assert_eq!(told, Err(code)),
            Ok(parts) => {
                assert_eq!(told, Ok(model.rows + 1));
                for (part, amount) in &parts {
                    *model.held_back.entry(part.clone()).or_default() += amount;
                }
                let person = Some(person_of(&from));
                let row = model.rows + 1;
                model.rows += parts.len() as u64;
                model.held.push(Held { row, parts, to: to.to_owned(), person, day });
                spend(model, person_of(&from), day, amount);
                model.causes.insert(cause, (format!("reserve {purpose:?} {from} {to}"), amount));
            }
        }
    }

    /// Posts part of a reservation or lets go of it.
    fn end(&mut self) {
        if self.model.held.is_empty() {
            return;
        }
        let place = usize::try_from(self.random.below(self.model.held.len() as u64)).unwrap();
        let held = self.model.held[place].clone();
        let all: i64 = held.parts.iter().map(|(_, amount)| amount).sum();
        let posted = i64::try_from(self.random.below(1_100)).unwrap();
        let reservation = RowNo(held.row);
        self.causes += 1;
        let cause = self.causes - 1;
        let ask = match posted {
            0 => Ask::Release { reservation },
            _ => Ask::Post { reservation, amount: Fen::new(posted) },
        };
        let told = self.told(&order(cause, self.day, ask));
        if posted > all {
            assert_eq!(told, Err("exceeds_reserved"));
            return;
        }
        let model = &mut self.model;
        assert_eq!(told, Ok(model.rows + 1));
        let mut rest = posted;
        for (part, amount) in &held.parts {
            let moved = rest.min(*amount);
            rest -= moved;
            *model.held_back.get_mut(part).unwrap() -= amount;
            model.pay(part, &held.to, moved);
            model.rows += 1;
            if moved > 0 {
                model.moved.insert(model.rows, (part.clone(), held.to.clone(), moved));
            }
        }
        let person = held.person.unwrap();
        if model.newest_day.get(&person) == Some(&held.day) {
            *model.spent.get_mut(&(person, held.day)).unwrap() -= all - posted;
        }
        model.held.remove(place);
        model.causes.insert(cause, (format!("end {}", held.row), posted));
    }

    fn correct(&mut self) {
        if self.model.rows == 0 {
            return;
        }
        let row = self.random.below(self.model.rows) + 1;
        let amount = i64::try_from(self.random.below(300)).unwrap() + 1;
        self.causes += 1;
        let cause = self.causes - 1;
        let ask = Ask::Correct { row: RowNo(row), amount: Fen::new(amount) };
        let told = self.told(&order(cause, self.day, ask));
        let model = &mut self.model;
        let Some((from, to, left)) = model.moved.get(&row).cloned() else {
            assert_eq!(told, Err("nothing_to_correct"));
            return;
        };
        let guarded = to.starts_with("purse") || to.starts_with("subsidy");
        if amount > left {
            assert_eq!(told, Err("exceeds_row"));
        } else if guarded && model.available(&to) < amount {
            assert_eq!(told, Err("insufficient_funds"));
        } else {
            assert_eq!(told, Ok(model.rows + 1));
            model.rows += 1;
            model.pay(&to, &from, amount);
            model.moved.insert(row, (from, to, left - amount));
            model.causes.insert(cause, (format!("correct {row}"), amount));
        }
    }

    fn compare(&self) {
        self.keeper.assert_invariants();
        for (_, account) in self.keeper.books.accounts() {
            let text = account.name.to_string();
            let balance = self.model.balance.get(&text).copied().unwrap_or(0);
            assert_eq!(account.balance().get(), balance, "{text}");
            assert_eq!(account.available().get(), self.model.available(&text), "{text}");
        }
    }
}

fn spend(model: &mut Model, person: usize, day: u32, amount: i64) {
    let newest = model.newest_day.entry(person).or_default();
    if day >= *newest {
        *newest = day;
        *model.spent.entry((person, day)).or_default() += amount;
    }
}

fn person_of(from: &str) -> usize {
    from.trim_start_matches("purse:p").parse().unwrap()
}

#[test]
fn random_orders_come_out_as_a_simple_model_says_to_the_fen() {
    let (orders, seed) =
        (setting("ONECARD_LEDGER_ORDERS", 60_000), setting("ONECARD_SEED", 20_261));
    println!("ONECARD_SEED={seed} ONECARD_LEDGER_ORDERS={orders}");
    let mut world = World::new(seed);
    for count in 0..orders {
        world.step();
        if count % 1_000 == 0 {
            world.compare();
        }
    }
    world.compare();
    assert!(world.model.rows > orders / 10, "many orders are carried out");
}
