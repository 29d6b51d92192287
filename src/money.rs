//! Money that people move: at a cash desk, from a bank, from a purse to a room, back, and by hand.
//!
//! Each order becomes one order of the ledger with its cause, and the facts that tell of it; what is
//! permitted is `rules::ledger`'s to say. What rooms have used is `billing`'s, who may order is asked
//! before.

use std::{collections::BTreeMap, sync::Arc};

use chrono_tz::Tz;
use onecard_devices::clock::SharedClock;
use onecard_rules::{
    Time,
    event::{Event, Moved},
    ids::{AreaId, BankId, BankReference, DeskId, OperatorId, RequestKey, RoomId},
    ledger::{AccountName, AccountNo, Ask, Cause, Order, Purpose, Refusal, RowNo, Terms},
    money::Fen,
    power::room::Happening,
    tariff::day_of,
};

use crate::{
    campus::{Campus, money::Money},
    store::{
        OnDurable, StoreFailure, WriteFailure,
        ledger::{Answer, DayTotals, Done, Keep, Ledger, LedgerReader, With},
    },
};

mod adjust;

pub use adjust::{Adjusted, Adjustment};

/// Accounts that are opened together.
const OPENED: usize = 1_024;

/// Why money was not moved; nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum MoneyRefusal {
    #[error(transparent)]
    Ledger(#[from] Refusal),
    #[error(transparent)]
    Store(#[from] StoreFailure),
    /// It may have been carried out: asked again with the same cause, that is told.
    #[error("{0}")]
    NotRecorded(#[from] WriteFailure),
    #[error("nobody of the number `{0}` is registered; import the person first")]
    NoPerson(String),
    #[error("no adjustment `{0}` waits for a second person")]
    NothingToConfirm(String),
    #[error("who has asked for an adjustment cannot confirm it; let a colleague do so")]
    SamePerson,
    #[error("{0} is not over; close a day that is")]
    DayNotOver(chrono::NaiveDate),
    #[error("the disk's own thread has ended; look at the controller's log")]
    NoAnswer,
}

/// Money that is to be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    pub cause: Cause,
    pub purpose: Purpose,
    pub from: AccountName,
    pub to: AccountName,
    pub amount: Fen,
    pub by: OperatorId,
    pub why: String,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paid {
    pub entry: RowNo,
    /// It was carried out before, and not again.
    pub again: bool,
    /// The balances of who paid and who was paid, after it; absent when it was carried out before.
    pub balances: Option<(Fen, Fen)>,
}

/// Where money comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Cash, with the number of its receipt.
    Desk { desk: DeskId, receipt: u64 },
    /// A bank's transfer, by the bank's own name for it.
    Bank { bank: BankId, reference: BankReference },
}

impl Source {
    /// The account that it comes from, and what it is known by.
    #[must_use]
    pub fn account(self) -> (AccountName, Cause) {
        match self {
            Self::Desk { desk, receipt } => {
                (AccountName::CashDesk(desk.clone()), Cause::Desk { desk, receipt })
            }
            Self::Bank { bank, reference } => {
                (AccountName::Clearing(bank.clone()), Cause::Bank { bank, reference })
            }
        }
    }
}

/// Moves money in people's names.
#[derive(Debug, Clone)]
pub struct Cashier {
    ledger: Ledger,
    clock: SharedClock,
    zone: Tz,
    rooms: Arc<BTreeMap<RoomId, AreaId>>,
    two_persons_above: Fen,
}

impl Cashier {
    /// `rooms` are those that pay, with their areas; an adjustment above the amount needs a second
    /// person.
    #[must_use]
    pub fn new(
        (ledger, clock, zone): (Ledger, SharedClock, Tz),
        rooms: BTreeMap<RoomId, AreaId>,
        two_persons_above: Fen,
    ) -> Self {
        Self { ledger, clock, zone, rooms: Arc::new(rooms), two_persons_above }
    }

    /// Of a campus.
    #[must_use]
    pub fn of(ledger: Ledger, clock: SharedClock, campus: &Campus) -> Self {
        let rooms = campus.power.rooms.values();
        let rooms = rooms.map(|room| (room.id.clone(), room.area.clone())).collect();
        Self::new((ledger, clock, campus.site.zone), rooms, campus.money.two_persons_above)
    }

    /// The day of the books at a moment.
    #[must_use]
    pub fn day(&self, at: Time) -> chrono::NaiveDate {
        day_of(at, self.zone)
    }

    /// The ledger, for whoever reads it.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Moves money, once for each cause.
    ///
    /// # Errors
    /// When the ledger refuses, or the disk does.
    pub async fn pay(&self, payment: Payment) -> Result<Paid, MoneyRefusal> {
        self.pay_with(payment, Vec::new()).await
    }

    async fn pay_with(&self, payment: Payment, keep: Vec<Keep>) -> Result<Paid, MoneyRefusal> {
        let now = self.clock.now();
        let with = With { keep, facts: self.facts(&payment, now) };
        let order = self.order_of(payment, now);
        match self.carry_out(order.clone(), with.clone()).await {
            Err(MoneyRefusal::Ledger(Refusal::UnknownAccount { account })) => {
                // A person's purse is opened when it is first used.
                self.open_purse(account).await?;
                self.carry_out(order, with).await
            }
            other => other,
        }
    }

    /// Moves back so much of what a row has moved.
    ///
    /// # Errors
    /// As [`Self::pay`].
    pub async fn correct(
        &self,
        (row, amount): (RowNo, Fen),
        key: RequestKey,
        by: OperatorId,
        why: String,
    ) -> Result<Paid, MoneyRefusal> {
        let now = self.clock.now();
        let order = Order {
            cause: Cause::Request { by: by.clone(), key },
            at: now,
            day: day_of(now, self.zone),
            by: Some(by),
            why: Some(why),
            ask: Ask::Correct { row, amount },
        };
        self.carry_out(order, With::default()).await
    }

    /// Closes a day that is over, and all before it.
    ///
    /// # Errors
    /// When it is not over, or closed already.
    pub async fn close(
        &self,
        day: chrono::NaiveDate,
        by: OperatorId,
    ) -> Result<DayTotals, MoneyRefusal> {
        let now = self.clock.now();
        if day >= day_of(now, self.zone) {
            return Err(MoneyRefusal::DayNotOver(day));
        }
        let (then, receipt) = OnDurable::receipt();
        self.ledger.close_day(day, now, Some(by.clone()), then).map_err(WriteFailure::from)?;
        let answer = receipt.await.map_err(|_| MoneyRefusal::NoAnswer)??;
        let Done::Closed(totals) = answer? else { return Err(MoneyRefusal::NoAnswer) };
        let (rows, moved) = (totals.rows, totals.moved);
        let facts = vec![Event::DayClosed { at: now, day, by, rows, moved }];
        let with = With { keep: Vec::new(), facts };
        // The day is closed, whether or not anybody is told of it.
        if let Err(refusal) = self.ledger.keep(with, OnDurable::Nothing) {
            tracing::warn!(%day, %refusal, "that a day was closed could not be told");
        }
        Ok(totals)
    }

    /// Reads the ledger on a thread where that may take its time.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&LedgerReader) -> Result<T, StoreFailure> + Send + 'static,
    ) -> Result<T, MoneyRefusal> {
        let path = self.ledger.path().to_owned();
        let reading = tokio::task::spawn_blocking(move || read(&LedgerReader::open(&path)?));
        Ok(reading.await.map_err(|_| MoneyRefusal::NoAnswer)??)
    }

    async fn carry_out(&self, order: Order, with: With) -> Result<Paid, MoneyRefusal> {
        match self.ledger.order_and_wait(order, with).await? {
            Ok(Done::Posted { entry, from, to }) => {
                Ok(Paid { entry, again: false, balances: Some((from, to)) })
            }
            Ok(Done::Account(_) | Done::Closed(_) | Done::Kept) => Err(MoneyRefusal::NoAnswer),
            Err(Refusal::Exists { entry }) => Ok(Paid { entry, again: true, balances: None }),
            Err(refusal) => Err(refusal.into()),
        }
    }

    async fn open_purse(&self, account: AccountName) -> Result<(), MoneyRefusal> {
        let AccountName::Purse(person) = &account else {
            return Err(Refusal::UnknownAccount { account }.into());
        };
        let known = person.clone();
        if !self.read(move |reader| reader.knows(&known)).await? {
            return Err(MoneyRefusal::NoPerson(person.to_string()));
        }
        let (then, receipt) = OnDurable::receipt();
        let opened = self.ledger.open_account(account, Terms::default(), then);
        opened.map_err(WriteFailure::from)?;
        receipt.await.map_err(|_| MoneyRefusal::NoAnswer)??.map(drop).map_err(Into::into)
    }

    fn order_of(&self, payment: Payment, at: Time) -> Order {
        let Payment { cause, purpose, from, to, amount, by, why } = payment;
        let day = day_of(at, self.zone);
        let ask = Ask::Transfer { purpose, from, to, amount };
        Order { cause, at, day, by: Some(by), why: Some(why), ask }
    }

    /// What tells of a payment: the finance office, and the room that is paid for.
    fn facts(&self, payment: &Payment, at: Time) -> Vec<Event> {
        let Payment { cause, purpose, from, to, amount, by, why } = payment.clone();
        let credited = match &to {
            AccountName::Room(room) | AccountName::RoomSubsidy(room, _) => {
                self.rooms.get(room).map(|area| {
                    let by = Some(by.clone());
                    let happening = Box::new(Happening::Credited { purpose, amount, by });
                    Event::RoomHappened { at, area: area.clone(), room: room.clone(), happening }
                })
            }
            AccountName::Purse(_)
            | AccountName::Subsidy(..)
            | AccountName::Merchant(_)
            | AccountName::Income(_)
            | AccountName::Clearing(_)
            | AccountName::CashDesk(_)
            | AccountName::Suspense => None,
        };
        let moved = Moved {
            at,
            day: day_of(at, self.zone),
            purpose,
            from,
            to,
            amount,
            caused_by: cause,
            by: Some(by),
            why: Some(why),
        };
        std::iter::once(Event::MoneyMoved(Box::new(moved))).chain(credited).collect()
    }
}

/// Opens the accounts that a campus has without anybody asking: its desks, banks and units, and its
/// rooms.
///
/// # Errors
/// When they cannot be written.
pub async fn open_accounts(ledger: &Ledger, campus: &Campus) -> Result<(), WriteFailure> {
    let Money { desks, banks, units, prepaid, .. } = &campus.money;
    let standing = std::iter::once(AccountName::Suspense)
        .chain(desks.iter().cloned().map(AccountName::CashDesk))
        .chain(banks.iter().cloned().map(AccountName::Clearing))
        .chain(units.iter().cloned().map(AccountName::Income));
    let rooms = campus.power.rooms.keys().cloned().map(AccountName::Room);
    let rooms = rooms.filter(|_| prepaid.is_some());
    let names: Vec<AccountName> = standing.chain(rooms).collect();
    // Some at a time, so that they are few commits and the queue never fills.
    for some in names.chunks(OPENED) {
        let mut receipts = Vec::with_capacity(some.len());
        for name in some {
            let (then, receipt) = OnDurable::<Answer>::receipt();
            ledger.open_account(name.clone(), Terms::default(), then)?;
            receipts.push(receipt);
        }
        for receipt in receipts {
            let opened: Result<Option<AccountNo>, WriteFailure> =
                receipt.await.unwrap_or(Err(WriteFailure::Closed)).map(|answer| match answer {
                    Ok(Done::Account(number)) => Some(number),
                    Ok(Done::Posted { .. } | Done::Closed(_) | Done::Kept) | Err(_) => None,
                });
            opened?;
        }
    }
    Ok(())
}
