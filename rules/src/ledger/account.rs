//! An account: whose, for what, under which terms, and its four sums.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::entry::RowNo;
use crate::{
    ids::{BankId, CodeMistake, DeskId, FundId, MerchantId, PersonId, RoomId, UnitId},
    money::Fen,
};

/// The place of an account in the books; given once, never again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountNo(pub u32);

/// What an account is called, which says whose it is. As text `kind:owner`, such as
/// `purse:2024001`, `subsidy:2024001:meals-2026`, `income:electricity`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AccountName {
    /// A person's own money.
    Purse(PersonId),
    /// Money given to a person by a fund, which may expire.
    Subsidy(PersonId, FundId),
    /// What a room has paid in advance.
    Room(RoomId),
    /// Money given to a room by a fund.
    RoomSubsidy(RoomId, FundId),
    Merchant(MerchantId),
    /// Income of a unit of the college.
    Income(UnitId),
    /// What is under way between the college and a bank.
    Clearing(BankId),
    CashDesk(DeskId),
    /// What nobody has explained yet.
    Suspense,
}

/// What kind an account is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    Purse,
    Subsidy,
    Room,
    RoomSubsidy,
    Merchant,
    Income,
    Clearing,
    CashDesk,
    Suspense,
}

/// Why a text is not the name of an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameMistake {
    #[error("`{0}` is not an account; write `kind:owner`, such as `purse:2024001`")]
    Form(String),
    #[error("`{kind}` is not a kind of account; the kinds are {}", AccountKind::words())]
    Kind { kind: String },
    #[error(transparent)]
    Code(#[from] CodeMistake),
}

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    #[default]
    Open,
    /// Nothing goes out of it; what comes in is kept safe.
    Frozen,
    /// Nothing goes in or out any more.
    Closed,
}

/// How much a person may spend.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// At most so much at once; `None`: any amount.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub single: Option<Fen>,
    /// At most so much a day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub daily: Option<Fen>,
}

/// The rank of a purse or a room's own money among what its owner spends.
pub(super) const OWN: u8 = 128;

/// What is agreed about an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub state: State,
    pub limits: Limits,
    /// The last day on which a subsidy can be spent; `None`: for good.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_day: Option<NaiveDate>,
    /// Among the accounts of one owner, the lower is spent first; one's own money has 128.
    pub rank: u8,
    /// Whose income the rest of an expired subsidy becomes; `None`: it stays where it is, unspendable.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub back_to: Option<UnitId>,
}

/// An account. Its sums only ever grow, apart from what is reserved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub name: AccountName,
    pub terms: Terms,
    pub debits: Fen,
    pub credits: Fen,
    /// Held back by reservations: what may still go out, and come in.
    pub debits_reserved: Fen,
    pub credits_reserved: Fen,
    /// The newest day on which its owner has spent, and how much.
    pub spent_on: NaiveDate,
    pub spent: Fen,
    /// The last row that touched it; each row names the one before it.
    pub last: Option<RowNo>,
}

impl AccountKind {
    pub const ALL: [Self; 9] = [
        Self::Purse,
        Self::Subsidy,
        Self::Room,
        Self::RoomSubsidy,
        Self::Merchant,
        Self::Income,
        Self::Clearing,
        Self::CashDesk,
        Self::Suspense,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Purse => "purse",
            Self::Subsidy => "subsidy",
            Self::Room => "room",
            Self::RoomSubsidy => "room_subsidy",
            Self::Merchant => "merchant",
            Self::Income => "income",
            Self::Clearing => "clearing",
            Self::CashDesk => "cash_desk",
            Self::Suspense => "suspense",
        }
    }

    fn words() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }

    /// Whether such an account is spent along with its owner's own money.
    #[must_use]
    pub fn is_subsidy(self) -> bool {
        matches!(self, Self::Subsidy | Self::RoomSubsidy)
    }
}

impl AccountName {
    #[must_use]
    pub fn kind(&self) -> AccountKind {
        match self {
            Self::Purse(_) => AccountKind::Purse,
            Self::Subsidy(..) => AccountKind::Subsidy,
            Self::Room(_) => AccountKind::Room,
            Self::RoomSubsidy(..) => AccountKind::RoomSubsidy,
            Self::Merchant(_) => AccountKind::Merchant,
            Self::Income(_) => AccountKind::Income,
            Self::Clearing(_) => AccountKind::Clearing,
            Self::CashDesk(_) => AccountKind::CashDesk,
            Self::Suspense => AccountKind::Suspense,
        }
    }

    /// The account of the same owner that speaks for all of them: of a subsidy the purse or room
    /// that it is spent with, of any other the account itself.
    #[must_use]
    pub fn own(&self) -> Self {
        match self {
            Self::Subsidy(person, _) => Self::Purse(person.clone()),
            Self::RoomSubsidy(room, _) => Self::Room(room.clone()),
            Self::Purse(_)
            | Self::Room(_)
            | Self::Merchant(_)
            | Self::Income(_)
            | Self::Clearing(_)
            | Self::CashDesk(_)
            | Self::Suspense => self.clone(),
        }
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind().as_str();
        match self {
            Self::Purse(person) => write!(f, "{kind}:{person}"),
            Self::Subsidy(person, fund) => write!(f, "{kind}:{person}:{fund}"),
            Self::Room(room) => write!(f, "{kind}:{room}"),
            Self::RoomSubsidy(room, fund) => write!(f, "{kind}:{room}:{fund}"),
            Self::Merchant(merchant) => write!(f, "{kind}:{merchant}"),
            Self::Income(unit) => write!(f, "{kind}:{unit}"),
            Self::Clearing(bank) => write!(f, "{kind}:{bank}"),
            Self::CashDesk(desk) => write!(f, "{kind}:{desk}"),
            Self::Suspense => f.write_str(kind),
        }
    }
}

impl FromStr for AccountName {
    type Err = NameMistake;

    fn from_str(text: &str) -> Result<Self, NameMistake> {
        let (word, owner) = text.split_once(':').unwrap_or((text, ""));
        let kind = AccountKind::ALL.into_iter().find(|kind| kind.as_str() == word);
        let kind = kind.ok_or_else(|| NameMistake::Kind { kind: word.to_owned() })?;
        let two = || owner.split_once(':').ok_or_else(|| NameMistake::Form(text.to_owned()));
        Ok(match kind {
            AccountKind::Purse => Self::Purse(owner.parse()?),
            AccountKind::Subsidy => {
                let (person, fund) = two()?;
                Self::Subsidy(person.parse()?, fund.parse()?)
            }
            AccountKind::Room => Self::Room(owner.parse()?),
            AccountKind::RoomSubsidy => {
                let (room, fund) = two()?;
                Self::RoomSubsidy(room.parse()?, fund.parse()?)
            }
            AccountKind::Merchant => Self::Merchant(owner.parse()?),
            AccountKind::Income => Self::Income(owner.parse()?),
            AccountKind::Clearing => Self::Clearing(owner.parse()?),
            AccountKind::CashDesk => Self::CashDesk(owner.parse()?),
            AccountKind::Suspense if text == word => Self::Suspense,
            AccountKind::Suspense => return Err(NameMistake::Form(text.to_owned())),
        })
    }
}

impl TryFrom<String> for AccountName {
    type Error = NameMistake;

    fn try_from(text: String) -> Result<Self, NameMistake> {
        text.parse()
    }
}

impl From<AccountName> for String {
    fn from(name: AccountName) -> Self {
        name.to_string()
    }
}

impl Account {
    #[must_use]
    pub fn new(name: AccountName, terms: Terms) -> Self {
        Self {
            name,
            terms,
            debits: Fen::ZERO,
            credits: Fen::ZERO,
            debits_reserved: Fen::ZERO,
            credits_reserved: Fen::ZERO,
            spent_on: NaiveDate::MIN,
            spent: Fen::ZERO,
            last: None,
        }
    }

    /// What is in it. The sums are never negative, so that their difference always fits.
    #[must_use]
    pub fn balance(&self) -> Fen {
        Fen::new(self.credits.get().saturating_sub(self.debits.get()))
    }

    /// What of it may go out: the balance without what reservations hold back.
    #[must_use]
    pub fn available(&self) -> Fen {
        Fen::new(self.balance().get().saturating_sub(self.debits_reserved.get()))
    }

    /// What its owner has spent on `day`, as far as it is the newest such day.
    pub(super) fn spent_on(&self, day: NaiveDate) -> Fen {
        if self.spent_on == day { self.spent } else { Fen::ZERO }
    }

    /// Its place in the order of spending.
    pub(super) fn spending_order(&self) -> (u8, NaiveDate) {
        let rank = if self.name.kind().is_subsidy() { self.terms.rank } else { OWN };
        (rank, self.terms.last_day.unwrap_or(NaiveDate::MAX))
    }

    /// Whether it can be spent on `day`.
    pub(super) fn is_spendable(&self, day: NaiveDate) -> bool {
        self.terms.state == State::Open && self.terms.last_day.is_none_or(|last| day <= last)
    }
}
