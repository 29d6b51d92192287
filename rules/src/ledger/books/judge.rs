//! What would come of an order: a ladder of rules, each of which may end the climb with its name.

use chrono::NaiveDate;

use super::{Archive, Books, Reservation};
use crate::{
    ledger::{
        account::{Account, AccountName, AccountNo, State},
        entry::{Earlier, Entry, Phase, Row, RowNo, total},
        order::{Ask, Order},
        purpose::Purpose,
        refusal::{Limit, Refusal},
    },
    money::Fen,
};

type Rows = Result<Vec<Row>, Refusal>;

impl Books {
    /// What comes of an order whose cause is new; see [`Self::compare`] for one that is not.
    ///
    /// # Errors
    /// When the archive cannot be asked.
    pub fn judge<A: Archive>(
        &self,
        order: &Order,
        archive: &A,
    ) -> Result<Result<Entry, Refusal>, A::Failure> {
        let rows = match &order.ask {
            _ if order.ask.amount().is_some_and(|amount| !amount.is_positive()) => {
                let amount = order.ask.amount().unwrap_or_default();
                Err(Refusal::NotPositive { amount })
            }
            _ if self.is_closed(order.day) => Err(Refusal::DayClosed),
            Ask::Transfer { purpose, from, to, amount } => {
                self.move_money(Phase::Transfer, *purpose, (from, to), *amount, order.day)
            }
            Ask::Reserve { purpose, from, to, amount, until: _ } => {
                self.move_money(Phase::Reserve, *purpose, (from, to), *amount, order.day)
            }
            Ask::Post { reservation, amount } => match self.reservations.get(reservation) {
                Some(held) => post(*reservation, held, *amount),
                None => Err(not_open(archive.earlier(*reservation)?.as_ref())),
            },
            Ask::Release { reservation } => match self.reservations.get(reservation) {
                Some(held) => Ok(let_go(*reservation, held, Phase::Release)),
                None => Err(not_open(archive.earlier(*reservation)?.as_ref())),
            },
            Ask::Expire { reservation } => match self.reservations.get(reservation) {
                Some(held) if held.until.is_some_and(|until| until <= order.at) => {
                    Ok(let_go(*reservation, held, Phase::Expire))
                }
                Some(_) => Err(Refusal::NotExpired),
                None => Err(not_open(archive.earlier(*reservation)?.as_ref())),
            },
            Ask::Correct { row, amount } => match archive.earlier(*row)? {
                Some(earlier) => self.correct(*row, &earlier, *amount),
                None => Err(Refusal::RowUnknown),
            },
        };
        let until = match order.ask {
            Ask::Reserve { until, .. } => until,
            Ask::Transfer { .. }
            | Ask::Post { .. }
            | Ask::Release { .. }
            | Ask::Expire { .. }
            | Ask::Correct { .. } => None,
        };
        Ok(rows.map(|rows| Entry {
            cause: order.cause.clone(),
            at: order.at,
            day: order.day,
            by: order.by.clone(),
            why: order.why.clone(),
            rows,
            until,
        }))
    }

    /// What to answer to an order whose cause was carried out before as the entry `rows`.
    #[must_use]
    pub fn compare(&self, order: &Order, entry: RowNo, rows: &[Row]) -> Refusal {
        let amount = total(rows);
        let named = |number: AccountNo| self.account(number).map(|account| &account.name);
        let is = |phases: &[Phase]| rows.iter().all(|row| phases.contains(&row.phase));
        let about = |row: RowNo| rows.first().is_some_and(|first| first.about == Some(row));
        let between = |purpose: Purpose, from: &AccountName, to: &AccountName| {
            rows.iter().all(|row| {
                row.purpose == purpose
                    && named(self.own_of(row.debit)) == Some(&from.own())
                    && named(row.credit) == Some(to)
            })
        };
        let is_same = match &order.ask {
            Ask::Transfer { purpose, from, to, .. } => {
                is(&[Phase::Transfer]) && between(*purpose, from, to)
            }
            Ask::Reserve { purpose, from, to, .. } => {
                is(&[Phase::Reserve]) && between(*purpose, from, to)
            }
            Ask::Post { reservation, .. } => {
                is(&[Phase::Post, Phase::Release]) && amount.is_positive() && about(*reservation)
            }
            Ask::Release { reservation } => is(&[Phase::Release]) && about(*reservation),
            Ask::Expire { reservation } => is(&[Phase::Expire]) && about(*reservation),
            Ask::Correct { row, .. } => is(&[Phase::Correct]) && about(*row),
        };
        if !is_same {
            Refusal::ExistsWithDifferentOrder { entry }
        } else if order.ask.amount().is_some_and(|asked| asked != amount) {
            Refusal::ExistsWithDifferentAmount { entry, amount }
        } else {
            Refusal::Exists { entry }
        }
    }

    fn move_money(
        &self,
        phase: Phase,
        purpose: Purpose,
        (from, to): (&AccountName, &AccountName),
        amount: Fen,
        day: NaiveDate,
    ) -> Rows {
        let (debit, payer) = self.find(from)?;
        let (credit, recipient) = self.find(to)?;
        if debit == credit {
            return Err(Refusal::SameAccount);
        }
        for account in [payer, recipient] {
            if account.terms.state == State::Closed {
                return Err(Refusal::AccountClosed { account: account.name.clone() });
            }
        }
        // What has been used is owed, whatever has become of the account since.
        if payer.terms.state == State::Frozen && purpose != Purpose::Usage {
            return Err(Refusal::AccountFrozen { account: from.clone() });
        }
        if !purpose.permits(from.kind(), to.kind()) {
            return Err(Refusal::WrongAccounts { purpose });
        }
        if purpose.is_spending() {
            within_limits(payer, amount, day)?;
        }
        let rows = self.split(phase, purpose, (debit, credit), amount, day)?;
        self.fits(&rows)?;
        Ok(rows)
    }

    /// Whose money it is, the first to be spent first.
    pub(super) fn purses(
        &self,
        payer: AccountNo,
        purpose: Purpose,
        day: NaiveDate,
    ) -> Vec<AccountNo> {
        let mut purses = vec![payer];
        if purpose.takes_subsidies()
            && let Some(subsidies) = self.subsidies.get(&payer)
        {
            let spendable = |number: &&AccountNo| {
                self.account(**number).is_some_and(|account| account.is_spendable(day))
            };
            purses.extend(subsidies.iter().filter(spendable));
            purses.sort_by_key(|number| self.account(*number).map(Account::spending_order));
        }
        purses
    }

    /// Takes an amount from the purses of the payer.
    fn split(
        &self,
        phase: Phase,
        purpose: Purpose,
        (payer, credit): (AccountNo, AccountNo),
        amount: Fen,
        day: NaiveDate,
    ) -> Rows {
        let row = |debit, amount| Row { phase, purpose, debit, credit, amount, about: None };
        let mut rest = amount;
        let mut rows = Vec::with_capacity(1);
        for purse in self.purses(payer, purpose, day) {
            let available = self.account(purse).map_or(Fen::ZERO, Account::available);
            let part = available.min(rest);
            if part.is_positive() {
                rows.push(row(purse, part));
                rest = rest.minus(part).unwrap_or_default();
            }
        }
        if rest == Fen::ZERO {
            return Ok(rows);
        }
        let kind = self.account(payer).map(|account| account.name.kind());
        if !kind.is_some_and(|kind| purpose.may_overdraw(kind)) {
            let available = amount.minus(rest).unwrap_or_default();
            return Err(Refusal::InsufficientFunds { available });
        }
        match rows.iter_mut().find(|row| row.debit == payer) {
            Some(own) => own.amount = own.amount.plus(rest).ok_or(Refusal::Overflow)?,
            None => rows.push(row(payer, rest)),
        }
        Ok(rows)
    }

    fn correct(&self, about: RowNo, earlier: &Earlier, amount: Fen) -> Rows {
        let Row { phase, purpose, debit, credit, amount: moved, .. } = earlier.row;
        if !matches!(phase, Phase::Transfer | Phase::Post) {
            return Err(Refusal::NothingToCorrect);
        }
        let left = moved.minus(earlier.corrected).unwrap_or_default();
        if amount > left {
            return Err(Refusal::ExceedsRow { left });
        }
        for number in [debit, credit] {
            if let Some(account) = self.account(number)
                && account.terms.state == State::Closed
            {
                return Err(Refusal::AccountClosed { account: account.name.clone() });
            }
        }
        // Whoever was paid by mistake gives back; a person only what is there.
        if let Some(payee) = self.account(credit) {
            let is_guarded = !Purpose::Adjustment.may_overdraw(payee.name.kind());
            if is_guarded && payee.available() < amount {
                return Err(Refusal::InsufficientFunds { available: payee.available() });
            }
        }
        let row = Row {
            phase: Phase::Correct,
            purpose,
            debit: credit,
            credit: debit,
            amount,
            about: Some(about),
        };
        self.fits(std::slice::from_ref(&row))?;
        Ok(vec![row])
    }

    fn find(&self, name: &AccountName) -> Result<(AccountNo, &Account), Refusal> {
        let unknown = || Refusal::UnknownAccount { account: name.clone() };
        let number = self.number(name).ok_or_else(unknown)?;
        Ok((number, self.account(number).ok_or_else(unknown)?))
    }

    /// Whether all sums still fit, with all that is reserved posted one day. Rows of one entry share
    /// the account on one side at most.
    fn fits(&self, rows: &[Row]) -> Result<(), Refusal> {
        let amounts = || rows.iter().map(|row| row.amount);
        let all = amounts().try_fold(Fen::ZERO, Fen::plus).ok_or(Refusal::Overflow)?;
        let sum_fits = |sums: [Fen; 2]| sums.into_iter().try_fold(all, Fen::plus).is_some();
        for row in rows {
            let debit = self.account(row.debit).ok_or(Refusal::Overflow)?;
            let credit = self.account(row.credit).ok_or(Refusal::Overflow)?;
            if !sum_fits([debit.debits, debit.debits_reserved])
                || !sum_fits([credit.credits, credit.credits_reserved])
            {
                return Err(Refusal::Overflow);
            }
        }
        Ok(())
    }
}

fn within_limits(payer: &Account, amount: Fen, day: NaiveDate) -> Result<(), Refusal> {
    let limits = payer.terms.limits;
    if let Some(at_most) = limits.single.filter(|at_most| amount > *at_most) {
        return Err(Refusal::LimitExceeded { limit: Limit::Single, at_most });
    }
    let today = payer.spent_on(day).plus(amount).ok_or(Refusal::Overflow)?;
    if let Some(at_most) = limits.daily.filter(|at_most| today > *at_most) {
        return Err(Refusal::LimitExceeded { limit: Limit::Daily, at_most });
    }
    Ok(())
}

fn not_open(earlier: Option<&Earlier>) -> Refusal {
    match earlier.and_then(|earlier| earlier.ended) {
        Some(how) => Refusal::ReservationEnded { how },
        None => Refusal::ReservationUnknown,
    }
}

/// Moves so much of what is held back; rows of which nothing is moved are let go.
fn post(first: RowNo, held: &Reservation, amount: Fen) -> Rows {
    let reserved = total(&held.rows);
    if amount > reserved {
        return Err(Refusal::ExceedsReserved { reserved });
    }
    let mut rest = amount;
    let rows = held.rows.iter().enumerate().map(|(place, row)| {
        let amount = row.amount.min(rest);
        rest = rest.minus(amount).unwrap_or_default();
        let phase = if amount.is_positive() { Phase::Post } else { Phase::Release };
        Row { phase, amount, about: Some(first.later(place)), ..row.clone() }
    });
    Ok(rows.collect())
}

fn let_go(first: RowNo, held: &Reservation, phase: Phase) -> Vec<Row> {
    let rows = held.rows.iter().enumerate();
    rows.map(|(place, row)| {
        let about = Some(first.later(place));
        Row { phase, amount: Fen::ZERO, about, ..row.clone() }
    })
    .collect()
}
