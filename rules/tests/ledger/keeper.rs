//! Books with their rows kept in memory, as a store keeps them on disk.

use std::{collections::HashMap, convert::Infallible};

use onecard_rules::{
    ledger::{Archive, Books, Cause, Earlier, Order, Phase, Refusal, Row, RowNo},
    money::Fen,
};

#[derive(Debug, Default)]
pub struct Rows {
    all: Vec<Row>,
    /// First row and number of rows by cause.
    by_cause: HashMap<Vec<u8>, (usize, usize)>,
    ended: HashMap<RowNo, Phase>,
    corrected: HashMap<RowNo, Fen>,
}

impl Archive for Rows {
    type Failure = Infallible;

    fn earlier(&self, row: RowNo) -> Result<Option<Earlier>, Infallible> {
        let place = usize::try_from(row.0).unwrap().checked_sub(1);
        let found = place.and_then(|place| self.all.get(place));
        Ok(found.map(|found| Earlier {
            row: found.clone(),
            corrected: self.corrected.get(&row).copied().unwrap_or_default(),
            ended: self.ended.get(&row).copied(),
        }))
    }
}

#[derive(Debug, Default)]
pub struct Keeper {
    pub books: Books,
    pub rows: Rows,
}

impl Keeper {
    /// Carries an order out, once; the number of its first row.
    pub fn handle(&mut self, order: &Order) -> Result<RowNo, Refusal> {
        if let Some((first, count)) = self.rows.by_cause.get(&order.cause.bytes()) {
            let rows = &self.rows.all[*first..first + count];
            let entry = RowNo(u64::try_from(first + 1).unwrap());
            return Err(self.books.compare(order, entry, rows));
        }
        let entry = self.books.judge(order, &self.rows).unwrap()?;
        assert!(!entry.rows.is_empty());
        assert_eq!(Cause::read(&entry.cause.bytes()), Ok(entry.cause.clone()));
        let links = self.books.links(&entry);
        let first = self.books.apply(&entry);
        let place = self.rows.all.len();
        assert_eq!(first, RowNo(u64::try_from(place + 1).unwrap()));
        for (row, (debit, credit)) in entry.rows.iter().zip(links) {
            for (link, account) in [(debit, row.debit), (credit, row.credit)] {
                self.assert_link(link, account);
            }
            if let Some(about) = row.about {
                if row.phase == Phase::Correct {
                    let corrected = self.rows.corrected.entry(about).or_default();
                    *corrected = corrected.plus(row.amount).unwrap();
                } else {
                    self.rows.ended.insert(about, row.phase);
                }
            }
            self.rows.all.push(row.clone());
        }
        self.rows.by_cause.insert(entry.cause.bytes(), (place, entry.rows.len()));
        Ok(first)
    }

    /// The row named as the one before is the last that touched the account.
    fn assert_link(&self, link: Option<RowNo>, account: onecard_rules::ledger::AccountNo) {
        let touches = |row: &Row| row.debit == account || row.credit == account;
        // Looking at the last few is enough to find a wrong one.
        let recent = self.rows.all.iter().enumerate().rev().take(50);
        let found = recent.into_iter().find(|(_, row)| touches(row)).map(|(place, _)| place + 1);
        if let Some(found) = found {
            assert_eq!(link, Some(RowNo(u64::try_from(found).unwrap())));
        }
    }

    /// Nothing was made and nothing lost, and nobody guarded is below zero.
    pub fn assert_invariants(&self) {
        let mut sum = 0_i128;
        for (_, account) in self.books.accounts() {
            sum += i128::from(account.balance().get());
            if matches!(account.name.kind().as_str(), "purse" | "subsidy" | "room_subsidy") {
                assert!(!account.available().is_negative(), "{account:?}");
            }
            assert!(!account.debits_reserved.is_negative(), "{account:?}");
            assert!(!account.credits_reserved.is_negative(), "{account:?}");
        }
        assert_eq!(sum, 0, "the balances of all accounts add up to zero");
    }
}
