//! Setting money right by hand: above a limit it takes two persons, one who asks and another who
//! confirms. What waits is kept beside the money, so that no restart forgets it.

use onecard_rules::{
    Time,
    ids::{OperatorId, RequestKey},
    ledger::{AccountName, Cause, Purpose, Refusal},
    money::Fen,
};
use serde::{Deserialize, Serialize};

use super::{Cashier, MoneyRefusal, Paid, Payment};
use crate::store::{
    OnDurable, WriteFailure,
    ledger::{Keep, With},
};

/// What waiting adjustments are kept as.
const ADJUSTMENT: &str = "adjustment";

/// An adjustment that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    pub key: RequestKey,
    pub by: OperatorId,
    pub at: Time,
    pub from: AccountName,
    pub to: AccountName,
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
    pub why: String,
}

/// What came of asking for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adjusted {
    Done(Paid),
    /// A second person must confirm it, by this name.
    Waits(String),
}

impl Adjustment {
    /// What it is called while it waits: who asked, and the key of the request.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}.{}", self.by, self.key)
    }

    fn cause(&self) -> Cause {
        Cause::Request { by: self.by.clone(), key: self.key.clone() }
    }

    fn payment(self, why: String) -> Payment {
        let cause = self.cause();
        let Self { by, from, to, amount, .. } = self;
        Payment { cause, purpose: Purpose::Adjustment, from, to, amount, by, why }
    }

    /// Whether it asks for the same, whenever it was asked for.
    fn is_like(&self, other: &Self) -> bool {
        (&self.from, &self.to, self.amount) == (&other.from, &other.to, other.amount)
    }
}

impl Cashier {
    /// Sets money right, or lets it wait for a second person.
    ///
    /// # Errors
    /// When the ledger refuses, or another adjustment waits under this name.
    pub async fn adjust(
        &self,
        (key, by): (RequestKey, OperatorId),
        (from, to): (AccountName, AccountName),
        amount: Fen,
        why: String,
    ) -> Result<Adjusted, MoneyRefusal> {
        let at = self.clock.now();
        let asked = Adjustment { key, by, at, from, to, amount, why };
        if amount <= self.two_persons_above {
            let why = asked.why.clone();
            return self.pay(asked.payment(why)).await.map(Adjusted::Done);
        }
        let cause = asked.cause().bytes();
        let (name, accounts) = (asked.name(), [asked.from.clone(), asked.to.clone()]);
        let waiting = name.clone();
        let found = self.read(move |reader| {
            let mut unknown = None;
            for account in accounts {
                if reader.account(&account)?.is_none() {
                    unknown = Some(account);
                    break;
                }
            }
            Ok((reader.entry(&cause)?, reader.state(ADJUSTMENT, &waiting)?, unknown))
        });
        let (carried_out, waits, unknown) = found.await?;
        if let Some((entry, before)) = carried_out {
            return if before == amount {
                Ok(Adjusted::Done(Paid { entry, again: true, balances: None }))
            } else {
                Err(Refusal::ExistsWithDifferentAmount { entry, amount: before }.into())
            };
        }
        if let Some(account) = unknown {
            return Err(Refusal::UnknownAccount { account }.into());
        }
        if asked.from == asked.to {
            return Err(Refusal::SameAccount.into());
        }
        if let Some(waits) = waits.and_then(|body| serde_json::from_str::<Adjustment>(&body).ok()) {
            if waits.is_like(&asked) {
                return Ok(Adjusted::Waits(name));
            }
            let (entry, amount) = (onecard_rules::ledger::RowNo(0), waits.amount);
            return Err(Refusal::ExistsWithDifferentAmount { entry, amount }.into());
        }
        let body = serde_json::to_string(&asked).map_err(|wrong| {
            MoneyRefusal::NotRecorded(WriteFailure::Unwritable(wrong.to_string().into()))
        })?;
        self.keep(Keep { kind: ADJUSTMENT, key: name.clone(), body: Some(body) }).await?;
        Ok(Adjusted::Waits(name))
    }

    /// The adjustments that wait for a second person.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn adjustments(&self) -> Result<Vec<Adjustment>, MoneyRefusal> {
        let states = self.read(|reader| reader.states(ADJUSTMENT)).await?;
        let read = |(_, body): (String, String)| serde_json::from_str(&body).ok();
        Ok(states.into_iter().filter_map(read).collect())
    }

    /// Carries an adjustment out that another has asked for.
    ///
    /// # Errors
    /// When none waits by that name, the same person asks, or the ledger refuses.
    pub async fn confirm(
        &self,
        name: &str,
        by: &OperatorId,
        why: &str,
    ) -> Result<Paid, MoneyRefusal> {
        let asked = self.waiting(name).await?;
        if asked.by == *by {
            return Err(MoneyRefusal::SamePerson);
        }
        let why = format!("{}; confirmed by {by}: {why}", asked.why);
        let over = Keep { kind: ADJUSTMENT, key: name.to_owned(), body: None };
        self.pay_with(asked.payment(why), vec![over]).await
    }

    /// Takes an adjustment back that waits.
    ///
    /// # Errors
    /// When none waits by that name.
    pub async fn withdraw(&self, name: &str) -> Result<(), MoneyRefusal> {
        self.waiting(name).await?;
        self.keep(Keep { kind: ADJUSTMENT, key: name.to_owned(), body: None }).await
    }

    async fn waiting(&self, name: &str) -> Result<Adjustment, MoneyRefusal> {
        let wanted = name.to_owned();
        let found = self.read(move |reader| reader.state(ADJUSTMENT, &wanted)).await?;
        let read = found.and_then(|body| serde_json::from_str(&body).ok());
        read.ok_or_else(|| MoneyRefusal::NothingToConfirm(name.to_owned()))
    }

    async fn keep(&self, keep: Keep) -> Result<(), MoneyRefusal> {
        let (then, receipt) = OnDurable::receipt();
        let with = With { keep: vec![keep], facts: Vec::new() };
        self.ledger.keep(with, then).map_err(WriteFailure::from)?;
        receipt.await.map_err(|_| MoneyRefusal::NoAnswer)??.map(drop).map_err(Into::into)
    }
}
