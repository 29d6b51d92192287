//! Why an order is not carried out: one name for each rule.

use std::fmt;

use super::{
    account::AccountName,
    entry::{Phase, RowNo},
    purpose::Purpose,
};
use crate::{money::Fen, reason::Language};

/// Which limit of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    Single,
    Daily,
}

/// Why an order is not carried out. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The cause was carried out before, as this entry; no refusal to whoever asks again.
    Exists {
        entry: RowNo,
    },
    /// The cause was carried out before, with another amount.
    ExistsWithDifferentAmount {
        entry: RowNo,
        amount: Fen,
    },
    /// The cause was carried out before, for something else.
    ExistsWithDifferentOrder {
        entry: RowNo,
    },
    NotPositive {
        amount: Fen,
    },
    DayClosed,
    UnknownAccount {
        account: AccountName,
    },
    SameAccount,
    AccountClosed {
        account: AccountName,
    },
    AccountFrozen {
        account: AccountName,
    },
    /// It cannot be closed while anything is in it.
    AccountNotEmpty {
        account: AccountName,
    },
    /// Money does not go between these for this purpose.
    WrongAccounts {
        purpose: Purpose,
    },
    LimitExceeded {
        limit: Limit,
        at_most: Fen,
    },
    InsufficientFunds {
        available: Fen,
    },
    ReservationUnknown,
    /// The reservation has ended before.
    ReservationEnded {
        how: Phase,
    },
    ExceedsReserved {
        reserved: Fen,
    },
    /// Its time is not up.
    NotExpired,
    RowUnknown,
    /// Only what has moved money can be corrected.
    NothingToCorrect,
    ExceedsRow {
        left: Fen,
    },
    /// A sum would not fit.
    Overflow,
}

impl Refusal {
    /// The name of the rule.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Exists { .. } => "exists",
            Self::ExistsWithDifferentAmount { .. } => "exists_with_different_amount",
            Self::ExistsWithDifferentOrder { .. } => "exists_with_different_order",
            Self::NotPositive { .. } => "not_positive",
            Self::DayClosed => "day_closed",
            Self::UnknownAccount { .. } => "unknown_account",
            Self::SameAccount => "same_account",
            Self::AccountClosed { .. } => "account_closed",
            Self::AccountFrozen { .. } => "account_frozen",
            Self::AccountNotEmpty { .. } => "account_not_empty",
            Self::WrongAccounts { .. } => "wrong_accounts",
            Self::LimitExceeded { .. } => "limit_exceeded",
            Self::InsufficientFunds { .. } => "insufficient_funds",
            Self::ReservationUnknown => "reservation_unknown",
            Self::ReservationEnded { .. } => "reservation_ended",
            Self::ExceedsReserved { .. } => "exceeds_reserved",
            Self::NotExpired => "not_expired",
            Self::RowUnknown => "row_unknown",
            Self::NothingToCorrect => "nothing_to_correct",
            Self::ExceedsRow { .. } => "exceeds_row",
            Self::Overflow => "overflow",
        }
    }

    /// A sentence for the person who pays.
    #[must_use]
    pub fn for_person(&self, language: Language) -> String {
        let (chinese, english): (String, String) = match self {
            Self::Exists { .. } => ("已处理，请勿重复".into(), "Already done".into()),
            Self::ExistsWithDifferentAmount { .. } | Self::ExistsWithDifferentOrder { .. } => {
                ("此交易已处理，内容不一致".into(), "Already done, with other particulars".into())
            }
            Self::NotPositive { .. } => {
                ("金额必须大于零".into(), "The amount must be more than zero".into())
            }
            Self::DayClosed => ("该日已结账".into(), "That day is closed".into()),
            Self::UnknownAccount { .. } => ("账户不存在".into(), "No such account".into()),
            Self::SameAccount => {
                ("付款与收款账户相同".into(), "Payer and payee are the same".into())
            }
            Self::AccountClosed { .. } => ("账户已注销".into(), "The account is closed".into()),
            Self::AccountFrozen { .. } => (
                "账户已冻结，请联系财务处".into(),
                "The account is frozen; please ask the finance office".into(),
            ),
            Self::AccountNotEmpty { .. } => {
                ("账户尚有余额".into(), "There is still something in the account".into())
            }
            Self::WrongAccounts { .. } => {
                ("此类交易不允许".into(), "Not permitted between these accounts".into())
            }
            Self::LimitExceeded { limit: Limit::Single, at_most } => {
                (format!("超过单笔限额 {at_most} 元"), format!("More than {at_most} yuan at once"))
            }
            Self::LimitExceeded { limit: Limit::Daily, at_most } => {
                (format!("超过每日限额 {at_most} 元"), format!("More than {at_most} yuan today"))
            }
            Self::InsufficientFunds { available } => {
                (format!("余额不足：{available} 元"), format!("Not enough: {available} yuan left"))
            }
            Self::ReservationUnknown | Self::ReservationEnded { .. } | Self::NotExpired => {
                ("预扣不存在或已结束".into(), "The reservation is not open".into())
            }
            Self::ExceedsReserved { .. } => {
                ("超过预扣金额".into(), "More than was reserved".into())
            }
            Self::RowUnknown | Self::NothingToCorrect => {
                ("原交易不存在或不可更正".into(), "There is nothing to correct".into())
            }
            Self::ExceedsRow { left } => {
                (format!("最多可更正 {left} 元"), format!("At most {left} yuan can be corrected"))
            }
            Self::Overflow => ("金额过大".into(), "The amount is too large".into()),
        };
        match language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }
}

impl std::error::Error for Refusal {}

/// For the log: the name of the rule and its particulars.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())?;
        match self {
            Self::Exists { entry } | Self::ExistsWithDifferentOrder { entry } => {
                write!(f, " (entry {entry})")
            }
            Self::ExistsWithDifferentAmount { entry, amount } => {
                write!(f, " (entry {entry}: {amount})")
            }
            Self::UnknownAccount { account }
            | Self::AccountClosed { account }
            | Self::AccountNotEmpty { account }
            | Self::AccountFrozen { account } => write!(f, " ({account})"),
            Self::WrongAccounts { purpose } => write!(f, " ({})", purpose.as_str()),
            Self::LimitExceeded { at_most, .. } => write!(f, " (at most {at_most})"),
            Self::InsufficientFunds { available } => write!(f, " ({available})"),
            Self::ReservationEnded { how } => write!(f, " ({})", how.as_str()),
            Self::ExceedsReserved { reserved } => write!(f, " ({reserved})"),
            Self::ExceedsRow { left } => write!(f, " ({left})"),
            Self::NotPositive { amount } => write!(f, " ({amount})"),
            Self::DayClosed
            | Self::SameAccount
            | Self::ReservationUnknown
            | Self::NotExpired
            | Self::RowUnknown
            | Self::NothingToCorrect
            | Self::Overflow => Ok(()),
        }
    }
}
