//! The books: all accounts and open reservations, and how they change.
//!
//! [`Books::judge`] says what would come of an order and changes nothing; [`Books::apply`] is the
//! only thing that moves money. Between the two a store writes the rows down.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::{
    account::{Account, AccountName, AccountNo, State, Terms},
    cause::Cause,
    entry::{Earlier, Entry, Phase, Row, RowNo, total},
    order::{Ask, Order},
    purpose::Purpose,
    refusal::Refusal,
};
use crate::{Time, money::Fen};

mod judge;

/// Where rows on record are looked up. Only ends of what is not open any more, and corrections, ask.
pub trait Archive {
    type Failure;

    /// A row, and what has become of it.
    ///
    /// # Errors
    /// When it cannot be looked up.
    fn earlier(&self, row: RowNo) -> Result<Option<Earlier>, Self::Failure>;
}

/// Money that is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Its rows, in the order in which they are spent.
    pub rows: Vec<Row>,
    pub day: NaiveDate,
    pub until: Option<Time>,
}

/// What books are taken up again from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restore {
    /// In the order of their numbers.
    pub accounts: Vec<Account>,
    pub reservations: Vec<(RowNo, Reservation)>,
    pub closed_through: Option<NaiveDate>,
    /// The last row on record.
    pub last: Option<RowNo>,
}

/// The books.
#[derive(Debug, Clone, Default)]
pub struct Books {
    accounts: Vec<Account>,
    numbers: HashMap<AccountName, AccountNo>,
    /// Of each account, the one that speaks for its owner.
    own: Vec<AccountNo>,
    /// The subsidies that are spent with an account, the first to be spent first.
    subsidies: HashMap<AccountNo, Vec<AccountNo>>,
    /// The subsidies whose rest goes back, by their last day.
    expiries: BTreeSet<(NaiveDate, AccountNo)>,
    reservations: BTreeMap<RowNo, Reservation>,
    deadlines: BTreeSet<(Time, RowNo)>,
    closed_through: Option<NaiveDate>,
    last: RowNo,
    /// Accounts changed since they were last taken; some of them more than once.
    touched: Vec<AccountNo>,
}

impl Books {
    #[must_use]
    pub fn restore(from: Restore) -> Self {
        let mut books = Self { last: from.last.unwrap_or_default(), ..Self::default() };
        books.closed_through = from.closed_through;
        books.accounts.reserve(from.accounts.len());
        books.numbers.reserve(from.accounts.len());
        for account in from.accounts {
            books.add(account);
        }
        books.touched.clear();
        for (row, reservation) in from.reservations {
            books.hold(row, reservation);
        }
        books
    }

    #[must_use]
    pub fn number(&self, name: &AccountName) -> Option<AccountNo> {
        self.numbers.get(name).copied()
    }

    #[must_use]
    pub fn account(&self, number: AccountNo) -> Option<&Account> {
        self.accounts.get(usize::try_from(number.0).ok()?)
    }

    #[must_use]
    pub fn named(&self, name: &AccountName) -> Option<&Account> {
        self.account(self.number(name)?)
    }

    pub fn accounts(&self) -> impl Iterator<Item = (AccountNo, &Account)> {
        (0..).map(AccountNo).zip(&self.accounts)
    }

    /// What the owner of an account can spend on `purpose`: its own money and the subsidies.
    #[must_use]
    pub fn spendable(&self, name: &AccountName, purpose: Purpose, day: NaiveDate) -> Option<Fen> {
        let number = self.number(name)?;
        let parts = self.purses(number, purpose, day);
        let amounts = parts.iter().filter_map(|part| Some(self.account(*part)?.available()));
        Some(amounts.fold(Fen::ZERO, |sum, part| sum.plus(part).unwrap_or(Fen::MAX)))
    }

    pub fn reservations(&self) -> impl Iterator<Item = (RowNo, &Reservation)> {
        self.reservations.iter().map(|(row, reservation)| (*row, reservation))
    }

    /// The last day that is closed; all before it are, too.
    #[must_use]
    pub fn closed_through(&self) -> Option<NaiveDate> {
        self.closed_through
    }

    /// The number of the last row.
    #[must_use]
    pub fn last(&self) -> RowNo {
        self.last
    }

    /// The accounts changed since the last call, each once.
    pub fn take_touched(&mut self) -> Vec<AccountNo> {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.dedup();
        touched
    }

    /// Opens an account; the number of the one of this name if there is one, unchanged.
    ///
    /// # Errors
    /// When it is a subsidy of somebody who has no account to spend it with.
    pub fn open(&mut self, name: &AccountName, terms: Terms) -> Result<AccountNo, Refusal> {
        if let Some(number) = self.number(name) {
            return Ok(number);
        }
        let own = name.own();
        if own != *name && self.number(&own).is_none() {
            return Err(Refusal::UnknownAccount { account: own });
        }
        Ok(self.add(Account::new(name.clone(), terms)))
    }

    /// Changes what is agreed about an account.
    ///
    /// # Errors
    /// When there is none, or it is to be closed with something in it.
    pub fn agree(&mut self, name: &AccountName, terms: Terms) -> Result<AccountNo, Refusal> {
        let unknown = || Refusal::UnknownAccount { account: name.clone() };
        let number = self.number(name).ok_or_else(unknown)?;
        let account = self.account_mut(number).ok_or_else(unknown)?;
        let empty = account.balance() == Fen::ZERO
            && account.debits_reserved == Fen::ZERO
            && account.credits_reserved == Fen::ZERO;
        if terms.state == State::Closed && !empty {
            return Err(Refusal::AccountNotEmpty { account: name.clone() });
        }
        account.terms = terms;
        self.touched.push(number);
        self.index(number);
        Ok(number)
    }

    /// Closes a day and all before it.
    ///
    /// # Errors
    /// When it is closed already.
    pub fn close(&mut self, day: NaiveDate) -> Result<(), Refusal> {
        if self.is_closed(day) {
            return Err(Refusal::DayClosed);
        }
        self.closed_through = Some(day);
        Ok(())
    }

    #[must_use]
    pub fn is_closed(&self, day: NaiveDate) -> bool {
        self.closed_through.is_some_and(|closed| day <= closed)
    }

    /// When the next reservation ends by itself.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        self.deadlines.first().map(|(until, _)| *until)
    }

    /// The orders that are due by themselves at `now` on `day`: ends of reservations, and the return
    /// of what is left of subsidies. They come again until they are carried out.
    #[must_use]
    pub fn due(&self, now: Time, day: NaiveDate) -> Vec<Order> {
        let order = |cause, ask| Order { cause, at: now, day, by: None, why: None, ask };
        let ended = self.deadlines.iter().take_while(|(until, _)| *until <= now);
        let ends = ended.map(|(_, reservation)| {
            let reservation = *reservation;
            order(Cause::End { reservation }, Ask::Expire { reservation })
        });
        let over = self.expiries.iter().take_while(|(last_day, _)| *last_day < day);
        let returns = over.filter_map(|(last_day, number)| {
            let account = self.account(*number)?;
            let AccountName::Subsidy(owner, fund) = &account.name else { return None };
            let amount = account.available();
            let back_to = account.terms.back_to.clone()?;
            let last_day = i64::from(last_day.to_epoch_days());
            let cause = Cause::Expiry { fund: fund.clone(), owner: owner.clone(), last_day };
            let ask = Ask::Transfer {
                purpose: Purpose::SubsidyExpired,
                from: account.name.clone(),
                to: AccountName::Income(back_to),
                amount,
            };
            amount.is_positive().then(|| order(cause, ask))
        });
        ends.chain(returns).collect()
    }

    /// For each row of an entry, the row before it on the account debited and on the one credited.
    #[must_use]
    pub fn links(&self, entry: &Entry) -> Vec<(Option<RowNo>, Option<RowNo>)> {
        let first = self.last.later(1);
        let before = |place: usize, account: AccountNo| {
            let same = |row: &Row| row.debit == account || row.credit == account;
            let within = entry.rows.iter().take(place).rposition(same);
            within
                .map(|earlier| first.later(earlier))
                .or_else(|| self.account(account).and_then(|account| account.last))
        };
        let rows = entry.rows.iter().enumerate();
        rows.map(|(place, row)| (before(place, row.debit), before(place, row.credit))).collect()
    }

    /// Carries out what was judged just before; returns the number of its first row.
    pub fn apply(&mut self, entry: &Entry) -> RowNo {
        let first = self.last.later(1);
        let mut freed = Fen::ZERO;
        for (place, row) in entry.rows.iter().enumerate() {
            let number = first.later(place);
            let held = row.about.and_then(|about| self.end(about, row));
            for (account, is_debit) in [(row.debit, true), (row.credit, false)] {
                if let Some(account) = self.account_mut(account) {
                    account.count(row, held, is_debit);
                    account.last = Some(number);
                }
                self.touched.push(account);
            }
            if let Some(held) = held {
                freed = freed.plus(held).and_then(|sum| sum.minus(row.amount)).unwrap_or(freed);
            }
            self.last = number;
        }
        if let Some(row) = entry.rows.first() {
            self.spend(entry, row, freed);
            if row.phase == Phase::Reserve {
                let (rows, day, until) = (entry.rows.clone(), entry.day, entry.until);
                self.hold(first, Reservation { rows, day, until });
            }
            if let Some(about) = row.about {
                self.let_go(about, row.phase);
            }
        }
        first
    }

    /// What the row `about` holds back, when `row` ends it.
    fn end(&self, about: RowNo, row: &Row) -> Option<Fen> {
        match row.phase {
            Phase::Post | Phase::Release | Phase::Expire => {
                let (first, reservation) = self.reservations.range(..=about).next_back()?;
                let place = usize::try_from(about.0.checked_sub(first.0)?).ok()?;
                reservation.rows.get(place).map(|row| row.amount)
            }
            Phase::Transfer | Phase::Reserve | Phase::Correct => None,
        }
    }

    /// Counts what the owner has spent.
    fn spend(&mut self, entry: &Entry, row: &Row, freed: Fen) {
        if !row.purpose.is_spending() {
            return;
        }
        let (more, less, day) = match row.phase {
            Phase::Transfer | Phase::Reserve => (total(&entry.rows), Fen::ZERO, entry.day),
            Phase::Post | Phase::Release | Phase::Expire => {
                let reservation = row.about.and_then(|about| self.reservations.get(&about));
                (Fen::ZERO, freed, reservation.map_or(entry.day, |held| held.day))
            }
            Phase::Correct => return,
        };
        let own = self.own_of(row.debit);
        let Some(account) = self.account_mut(own) else { return };
        if day > account.spent_on && more.is_positive() {
            (account.spent_on, account.spent) = (day, Fen::ZERO);
        }
        if day == account.spent_on {
            let spent = account.spent.plus(more).and_then(|spent| spent.minus(less));
            account.spent = spent.unwrap_or(Fen::MAX).max(Fen::ZERO);
            self.touched.push(own);
        }
    }

    fn hold(&mut self, row: RowNo, reservation: Reservation) {
        if let Some(until) = reservation.until {
            self.deadlines.insert((until, row));
        }
        self.reservations.insert(row, reservation);
    }

    fn let_go(&mut self, reservation: RowNo, by: Phase) {
        match by {
            Phase::Post | Phase::Release | Phase::Expire => {
                let over = self.reservations.remove(&reservation);
                if let Some(until) = over.and_then(|over| over.until) {
                    self.deadlines.remove(&(until, reservation));
                }
            }
            Phase::Transfer | Phase::Reserve | Phase::Correct => {}
        }
    }

    fn add(&mut self, account: Account) -> AccountNo {
        let number = AccountNo(u32::try_from(self.accounts.len()).unwrap_or(u32::MAX));
        let own = self.number(&account.name.own()).unwrap_or(number);
        self.numbers.insert(account.name.clone(), number);
        self.accounts.push(account);
        self.own.push(own);
        self.touched.push(number);
        if own != number {
            self.subsidies.entry(own).or_default().push(number);
        }
        self.index(number);
        number
    }

    /// Puts a subsidy where its terms say that it belongs.
    fn index(&mut self, number: AccountNo) {
        let own = self.own_of(number);
        if own == number {
            return;
        }
        let order = |number: &AccountNo| {
            let place = self.account(*number).map(Account::spending_order);
            (place, *number)
        };
        let mut sorted = self.subsidies.get(&own).cloned().unwrap_or_default();
        sorted.sort_by_key(order);
        self.subsidies.insert(own, sorted);
        self.expiries.retain(|(_, other)| *other != number);
        let terms = self.account(number).map(|account| account.terms.clone());
        if let Some(Terms { last_day: Some(day), back_to: Some(_), .. }) = terms {
            self.expiries.insert((day, number));
        }
    }

    fn own_of(&self, number: AccountNo) -> AccountNo {
        let own = usize::try_from(number.0).ok().and_then(|place| self.own.get(place));
        own.copied().unwrap_or(number)
    }

    fn account_mut(&mut self, number: AccountNo) -> Option<&mut Account> {
        self.accounts.get_mut(usize::try_from(number.0).ok()?)
    }
}

impl Account {
    /// Counts one side of a row; `held` is what the reservation held back that it ends. Sums that
    /// would not fit were refused before.
    fn count(&mut self, row: &Row, held: Option<Fen>, is_debit: bool) {
        let (moved, reserved) = if is_debit {
            (&mut self.debits, &mut self.debits_reserved)
        } else {
            (&mut self.credits, &mut self.credits_reserved)
        };
        if row.phase.moves() {
            *moved = moved.plus(row.amount).unwrap_or(Fen::MAX);
        }
        if row.phase == Phase::Reserve {
            *reserved = reserved.plus(row.amount).unwrap_or(Fen::MAX);
        }
        if let Some(held) = held {
            *reserved = reserved.minus(held).unwrap_or(Fen::ZERO);
        }
    }
}
