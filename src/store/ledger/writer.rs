//! The ledger's one writer: takes all that waits, commits once, then answers.
//!
//! A failed commit is answered with failure as a whole and leaves nothing behind: the books are read
//! from the disk again.

use std::{
    fs::File,
    sync::{Arc, atomic::Ordering, mpsc::SyncSender},
    time::Duration,
};

use chrono::NaiveDate;
use onecard_rules::{
    ledger::{AccountNo, Books, Entry, Order, Phase, Refusal, RowNo},
    money::Fen,
};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{
    Answer, Balances, Command, Done, Keep, Shared, Task, With,
    causes::Causes,
    close,
    load::{self, OnRecord},
    row::{self, Columns},
};
use crate::store::{
    OnDurable, WriteFailure,
    checkpoint::Checkpoints,
    queue::{Inbox, Line, Pace},
    sqlite,
};

pub(super) struct Writer {
    own: Own,
    ledger: Pages,
    /// Set after a failed commit: the books must be read from the disk again.
    unsure: bool,
    shared: Arc<Shared>,
    balances: Balances,
}

/// What the writer holds alone.
pub(super) struct Own {
    pub connection: Connection,
    pub lock: File,
    pub checkpoints: Checkpoints,
    /// Wakes whoever brings facts to the journal.
    pub nudge: SyncSender<()>,
}

/// The books, and the chain that their rows hang on.
pub(super) struct Pages {
    pub books: Books,
    pub causes: Causes,
    pub head: [u8; 32],
    /// The newest day of any order.
    pub today: NaiveDate,
}

impl Writer {
    pub(super) fn new(own: Own, ledger: Pages, shared: Arc<Shared>, balances: Balances) -> Self {
        Self { own, ledger, unsure: false, shared, balances }
    }

    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self, inbox: &Inbox<Command>, most: usize) {
        let mut commands = Vec::with_capacity(most);
        // Who pays waits for the answer: a commit begins as soon as anything waits.
        let mut pace = Pace::new(Duration::ZERO, Duration::ZERO);
        loop {
            let line = inbox.take_in_turn(&mut commands, most, &mut pace);
            self.commit(&mut commands);
            if line == Line::Closed {
                break;
            }
        }
        let Own { connection, lock, checkpoints, nudge: _ } = self.own;
        drop((connection, checkpoints));
        // Closing the file is not enough while a child process is being started: it holds a copy
        // for a moment. If this fails, closing it is what is left.
        let _ = lock.unlock();
    }

    fn commit(&mut self, commands: &mut Vec<Command>) {
        if commands.is_empty() {
            return;
        }
        let before = self.ledger.books.last();
        let result = self.write(commands);
        let is_well = result.is_ok();
        self.shared.healthy.store(is_well, Ordering::Relaxed);
        match result {
            Ok((answers, touched)) => {
                self.balances.note(&self.ledger.books, &touched, self.ledger.today);
                let rows = self.ledger.books.last().0.saturating_sub(before.0);
                self.shared.rows.fetch_add(rows, Ordering::Relaxed);
                self.shared.commits.fetch_add(1, Ordering::Relaxed);
                if commands.iter().any(|command| !command.with.facts.is_empty()) {
                    // Full: a nudge waits already. Closed: nobody tells the journal.
                    let _ = self.own.nudge.try_send(());
                }
                for (command, answer) in commands.drain(..).zip(answers) {
                    command.then.answer(Ok(answer));
                }
                self.own.checkpoints.committed(&self.own.connection, rows);
            }
            Err(error) => {
                self.unsure = true;
                self.shared.failed_commits.fetch_add(1, Ordering::Relaxed);
                tracing::error!(%error, orders = commands.len(), "the ledger could not be written");
                let failure = WriteFailure::from(&error);
                for command in commands.drain(..) {
                    command.then.answer(Err(failure.clone()));
                }
            }
        }
    }

    /// What is answered, and the accounts that have changed.
    fn write(&mut self, commands: &[Command]) -> rusqlite::Result<(Vec<Answer>, Vec<AccountNo>)> {
        if self.unsure {
            let today = self.ledger.today;
            self.ledger = Pages { today, ..Pages::load(&mut self.own.connection)? };
            self.unsure = false;
        }
        let transaction =
            self.own.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut answers = Vec::with_capacity(commands.len());
        for Command { task, with, then: _ } in commands {
            let answer = self.ledger.handle(&transaction, task)?;
            if answer.is_ok() {
                put(&transaction, with)?;
            }
            answers.push(answer);
        }
        let touched = self.ledger.write_touched(&transaction)?;
        transaction.commit()?;
        Ok((answers, touched))
    }
}

impl Pages {
    /// The ledger as it is on disk.
    pub(super) fn load(connection: &mut Connection) -> rusqlite::Result<Self> {
        let (books, head) = load::books(connection)?;
        let causes = Causes::take_up(connection, books.last())?;
        Ok(Self { books, causes, head, today: NaiveDate::MIN })
    }

    fn handle(&mut self, to: &Transaction<'_>, task: &Task) -> rusqlite::Result<Answer> {
        Ok(match task {
            Task::Order(order) => self.carry_out(to, order)?,
            Task::Open(name, terms) => {
                let opened = self.books.open(name, terms.clone());
                self.agreed(to, opened)?
            }
            Task::Agree(name, terms) => {
                let agreed = self.books.agree(name, terms.clone());
                self.agreed(to, agreed)?
            }
            Task::Close { day, at, by } => match self.books.close(*day) {
                Ok(()) => {
                    let last = (self.books.last(), self.head);
                    Ok(Done::Closed(close::close(to, *day, *at, by.as_ref(), last)?))
                }
                Err(refusal) => Err(refusal),
            },
            Task::Keep => Ok(Done::Kept),
            Task::Due { now, day } => {
                self.today = self.today.max(*day);
                for order in self.books.due(*now, *day) {
                    // What cannot be carried out now comes again.
                    if let Err(refusal) = self.carry_out(to, &order)? {
                        tracing::warn!(cause = %order.cause, %refusal, "what was due was refused");
                    }
                }
                Ok(Done::Kept)
            }
            Task::Told { through } => {
                let sql = "DELETE FROM ledger_outbox WHERE id <= ?1";
                to.prepare_cached(sql)?.execute([sqlite::number(*through)])?;
                Ok(Done::Kept)
            }
        })
    }

    fn carry_out(&mut self, to: &Transaction<'_>, order: &Order) -> rusqlite::Result<Answer> {
        self.today = self.today.max(order.day);
        let cause = order.cause.bytes();
        match self.books.judge(order, &OnRecord(to))? {
            Ok(entry) => {
                if let Some(first) = self.write_rows(to, &entry, &cause)? {
                    let ends = entry.rows.first().map(|row| (row.debit, row.credit));
                    let balance = |number: Option<AccountNo>| {
                        let account = number.and_then(|number| self.books.account(number));
                        account.map_or(Fen::ZERO, onecard_rules::ledger::Account::balance)
                    };
                    let (from, to) = (ends.map(|ends| ends.0), ends.map(|ends| ends.1));
                    let (from, to) = (balance(from), balance(to));
                    return Ok(Ok(Done::Posted { entry: first, from, to }));
                }
                Ok(Err(self.known(to, order, &cause)?.unwrap_or(Refusal::Overflow)))
            }
            // What was carried out before is answered as such, even if it could not be done again.
            Err(refusal) => Ok(Err(self.known(to, order, &cause)?.unwrap_or(refusal))),
        }
    }

    /// What to answer when the cause is on record.
    fn known(
        &self,
        from: &Connection,
        order: &Order,
        cause: &[u8],
    ) -> rusqlite::Result<Option<Refusal>> {
        let Some(entry) = self.causes.find(from, cause)? else { return Ok(None) };
        let rows = load::rows_of(from, entry)?;
        Ok(Some(self.books.compare(order, entry, &rows)))
    }

    /// Writes an entry down and carries it out; `None` when its cause is on record already.
    fn write_rows(
        &mut self,
        to: &Transaction<'_>,
        entry: &Entry,
        cause: &[u8],
    ) -> rusqlite::Result<Option<RowNo>> {
        if self.causes.is_known(to, cause)? {
            return Ok(None);
        }
        let first = self.books.last().later(1);
        let links = self.books.links(entry);
        let mut head = self.head;
        for (place, (row, (debit_before, credit_before))) in
            entry.rows.iter().zip(links).enumerate()
        {
            let columns = Columns {
                number: first.later(place),
                entry: first,
                at_ms: entry.at.timestamp_millis(),
                day: load::day_number(entry.day),
                phase: row.phase.as_str(),
                purpose: row.purpose.as_str(),
                debit: row.debit,
                credit: row.credit,
                amount: row.amount.get(),
                about: row.about.map(row::number),
                debit_before: debit_before.map(row::number),
                credit_before: credit_before.map(row::number),
                until_ms: entry.until.map(|until| until.timestamp_millis()),
                cause: (place == 0).then_some(cause),
                operator: entry.by.as_ref().map(onecard_rules::ids::OperatorId::as_str),
                why: entry.why.as_deref(),
            };
            head = columns.hash(&head);
            if !columns.insert(to, &head)? {
                return Ok(None);
            }
        }
        self.causes.add(to, first, cause)?;
        self.head = head;
        self.books.apply(entry);
        note_reservation(to, entry, first)?;
        Ok(Some(first))
    }

    /// Writes an account whose terms are new.
    fn agreed(
        &mut self,
        to: &Transaction<'_>,
        agreed: Result<AccountNo, Refusal>,
    ) -> rusqlite::Result<Answer> {
        let number = match agreed {
            Ok(number) => number,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(account) = self.books.account(number) {
            let terms = serde_json::to_string(&account.terms)
                .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
            let sql = "INSERT INTO ledger_accounts VALUES (?1, ?2, ?3)
                       ON CONFLICT (number) DO UPDATE SET terms = excluded.terms";
            let values = params![number.0, account.name.to_string(), terms];
            to.prepare_cached(sql)?.execute(values)?;
            let sql = "INSERT INTO ledger_balances VALUES (?1, 0, 0, 0, 0, ?2, 0, NULL)
                       ON CONFLICT (number) DO NOTHING";
            let spent_on = load::day_number(account.spent_on);
            to.prepare_cached(sql)?.execute(params![number.0, spent_on])?;
        }
        Ok(Ok(Done::Account(number)))
    }

    /// Writes each account that the batch has touched, once; returns them.
    fn write_touched(&mut self, to: &Transaction<'_>) -> rusqlite::Result<Vec<AccountNo>> {
        let sql = "UPDATE ledger_balances SET debits = ?2, credits = ?3, debits_reserved = ?4,
                       credits_reserved = ?5, spent_on = ?6, spent = ?7, last_row = ?8
                   WHERE number = ?1";
        let mut statement = to.prepare_cached(sql)?;
        let touched = self.books.take_touched();
        for number in &touched {
            let Some(account) = self.books.account(*number) else { continue };
            statement.execute(params![
                number.0,
                account.debits.get(),
                account.credits.get(),
                account.debits_reserved.get(),
                account.credits_reserved.get(),
                load::day_number(account.spent_on),
                account.spent.get(),
                account.last.map(row::number),
            ])?;
        }
        Ok(touched)
    }
}

/// Keeps the list of open reservations.
fn note_reservation(to: &Transaction<'_>, entry: &Entry, first: RowNo) -> rusqlite::Result<()> {
    let Some(row) = entry.rows.first() else { return Ok(()) };
    let (sql, of) = match row.phase {
        Phase::Transfer | Phase::Correct => return Ok(()),
        Phase::Reserve => ("INSERT INTO ledger_reservations VALUES (?1)", Some(first)),
        Phase::Post | Phase::Release | Phase::Expire => {
            ("DELETE FROM ledger_reservations WHERE entry = ?1", row.about)
        }
    };
    to.prepare_cached(sql)?.execute([of.map(row::number)])?;
    Ok(())
}

/// Writes what goes along with an order.
fn put(to: &Transaction<'_>, with: &With) -> rusqlite::Result<()> {
    for Keep { kind, key, body } in &with.keep {
        if let Some(body) = body {
            let sql = "INSERT OR REPLACE INTO ledger_states VALUES (?1, ?2, ?3)";
            to.prepare_cached(sql)?.execute(params![kind, key, body])?;
        } else {
            let sql = "DELETE FROM ledger_states WHERE kind = ?1 AND key = ?2";
            to.prepare_cached(sql)?.execute(params![kind, key])?;
        }
    }
    for fact in &with.facts {
        let body = serde_json::to_string(fact)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        to.prepare_cached("INSERT INTO ledger_outbox (body) VALUES (?1)")?.execute([body])?;
    }
    Ok(())
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let then: &OnDurable<Answer> = &self.then;
        f.debug_struct("Command").field("then", then).finish_non_exhaustive()
    }
}
