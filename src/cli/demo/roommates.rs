//! Roommates of the demonstration: they pay a little in advance, notice when the light goes out for want
//! of money, and pay again, some from a purse and some at the counter. All of it is real money of the
//! demonstration's ledger.

use std::{collections::BTreeMap, time::Duration};

use onecard_rules::{
    credit::Level,
    event::Event,
    ids::{DeskId, OperatorId, PersonId, RequestKey, RoomId},
    ledger::{AccountName, Cause, Purpose},
    money::Fen,
    power::room::Happening,
};
use rand::{Rng, SeedableRng, rngs::SmallRng};
use tokio::time::Instant;
use tracing::warn;

use super::next_rows;
use crate::{
    money::{Cashier, MoneyRefusal, Payment, Source},
    store::journal::Journal,
};

/// How long somebody sits in the dark before paying.
const REACTION_S: std::ops::Range<f64> = 6.0..15.0;
/// What a room has in the beginning, in fen: a few steps of its meter, or more.
const FIRST_FEN: std::ops::Range<i64> = 110..400;
/// What is paid in at a time, in fen.
const AGAIN_FEN: std::ops::Range<i64> = 120..600;
/// What is in a purse when it is filled, in fen.
const PURSE_FEN: i64 = 5_000;

/// The people of the rooms, and how they pay.
pub struct Roommates {
    cashier: Cashier,
    journal: Journal,
    random: SmallRng,
    /// Who pays for which room.
    payers: BTreeMap<RoomId, PersonId>,
    desk: DeskId,
    clerk: OperatorId,
    /// Receipts of this run come after those of all runs before.
    receipt: u64,
}

impl std::fmt::Debug for Roommates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Roommates").field("rooms", &self.payers.len()).finish_non_exhaustive()
    }
}

impl Roommates {
    pub fn new(
        (cashier, journal): (Cashier, Journal),
        rooms: impl Iterator<Item = RoomId>,
        people: impl Iterator<Item = PersonId>,
        desk: DeskId,
        clerk: OperatorId,
        seed: u64,
    ) -> Self {
        let receipt = journal.boot().saturating_mul(1_000_000);
        let payers = rooms.zip(people).collect();
        let random = SmallRng::seed_from_u64(seed);
        Self { cashier, journal, random, payers, desk, clerk, receipt }
    }

    /// Pays in for every room, then waits for rooms that run out; ends with the journal.
    pub async fn run(mut self) {
        let mut committed = self.journal.committed();
        let mut seen = *committed.borrow();
        for room in self.payers.keys().cloned().collect::<Vec<_>>() {
            let amount = self.random.random_range(FIRST_FEN);
            self.at_the_counter(AccountName::Room(room), amount).await;
        }
        let mut due: BTreeMap<RoomId, Instant> = BTreeMap::new();
        loop {
            let next = due.values().min().copied();
            let next = next.unwrap_or_else(|| Instant::now() + Duration::from_hours(1));
            tokio::select! {
                changed = committed.changed() => if changed.is_err() { return },
                () = tokio::time::sleep_until(next) => {}
            }
            while let Some(rows) = next_rows(&self.journal, &mut seen) {
                for row in rows {
                    if let Event::RoomHappened { room, happening, .. } = &*row.event
                        && matches!(**happening, Happening::CreditLevel { level: Level::Spent, .. })
                    {
                        let wait = Duration::from_secs_f64(self.random.random_range(REACTION_S));
                        due.entry(room.clone()).or_insert_with(|| Instant::now() + wait);
                    }
                }
            }
            let now = Instant::now();
            for (room, _) in due.extract_if(.., |_, at| *at <= now).collect::<Vec<_>>() {
                self.pay_for(room).await;
            }
        }
    }

    async fn pay_for(&mut self, room: RoomId) {
        let amount = self.random.random_range(AGAIN_FEN);
        let Some(person) = self.payers.get(&room).cloned() else { return };
        if self.random.random_bool(0.5) {
            return self.at_the_counter(AccountName::Room(room), amount).await;
        }
        match self.pay_by_card(&person, &room, amount).await {
            Ok(()) => {}
            Err(MoneyRefusal::Ledger(refusal)) if refusal.code() == "insufficient_funds" => {
                self.at_the_counter(AccountName::Purse(person.clone()), PURSE_FEN).await;
                if let Err(refusal) = self.pay_by_card(&person, &room, amount).await {
                    warn!(%room, %refusal, "nobody paid for a room");
                }
            }
            Err(refusal) => warn!(%room, %refusal, "nobody paid for a room"),
        }
    }

    async fn at_the_counter(&mut self, to: AccountName, fen: i64) {
        self.receipt += 1;
        let (desk, receipt) = (self.desk.clone(), self.receipt);
        let (from, cause) = Source::Desk { desk, receipt }.account();
        let payment = Payment {
            cause,
            purpose: Purpose::TopUp,
            from,
            to,
            amount: Fen::new(fen),
            by: self.clerk.clone(),
            why: "演示：现金充值 cash at the counter".to_owned(),
        };
        if let Err(refusal) = self.cashier.pay(payment).await {
            warn!(%refusal, "nobody took the cash");
        }
    }

    async fn pay_by_card(
        &mut self,
        person: &PersonId,
        room: &RoomId,
        fen: i64,
    ) -> Result<(), MoneyRefusal> {
        self.receipt += 1;
        let by = self.clerk.clone();
        let Ok(key) = RequestKey::new(&format!("demo-{}", self.receipt)) else { return Ok(()) };
        let payment = Payment {
            cause: Cause::Request { by: by.clone(), key },
            purpose: Purpose::RoomTopUp,
            from: AccountName::Purse(person.clone()),
            to: AccountName::Room(room.clone()),
            amount: Fen::new(fen),
            by,
            why: "演示：校园卡转电费 from the card".to_owned(),
        };
        self.cashier.pay(payment).await.map(drop)
    }
}
