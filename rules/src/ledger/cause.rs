//! What caused an order. The same cause is the same order, however often it arrives.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::entry::RowNo;
use crate::ids::{
    BankId, BankReference, DeskId, FundId, MeterId, OperatorId, PersonId, RequestKey, TapId,
    TerminalId,
};

/// A cause. Its bytes ([`Cause::bytes`]) are the key by which a store finds what came of it; those
/// of one terminal, meter or tap stand next to each other there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// A card at a terminal: the terminal's count of its starts, and of cards since then.
    Terminal { terminal: TerminalId, boot: u64, seq: u64 },
    /// What a meter has counted up to this register; one line of the charge.
    Reading { meter: MeterId, epoch: u64, register: u64, line: u64 },
    /// A transfer of a bank.
    Bank { bank: BankId, reference: BankReference },
    /// A receipt of a cash desk.
    Desk { desk: DeskId, receipt: u64 },
    /// An operator's request, by the key that the caller chose for it.
    Request { by: OperatorId, key: RequestKey },
    /// A session at a tap.
    Tap { tap: TapId, session: u64 },
    /// The end of a reservation.
    End { reservation: RowNo },
    /// A payment of a fund to a person: which one counts the fund.
    Grant { fund: FundId, person: PersonId, round: u64 },
    /// The end of a subsidy.
    Expiry { fund: FundId, owner: PersonId, last_day: i64 },
}

/// Why bytes are not a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not those of a cause")]
pub struct CauseMistake;

/// The first byte of a card at a terminal.
const TERMINAL: u8 = 1;

/// Writes the bytes of a cause.
struct Bytes(Vec<u8>);

impl Bytes {
    fn new(tag: u8) -> Self {
        let mut bytes = Vec::with_capacity(48);
        bytes.push(tag);
        Self(bytes)
    }

    /// A code has at most 64 characters, all of them ASCII.
    fn text(mut self, text: &str) -> Self {
        self.0.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    fn number(mut self, number: u64) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }
}

/// Reads the bytes of a cause.
struct Read<'a>(&'a [u8]);

impl<'a> Read<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], CauseMistake> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(CauseMistake)?;
        self.0 = rest;
        Ok(taken)
    }

    fn code<T: std::str::FromStr>(&mut self) -> Result<T, CauseMistake> {
        let length = self.take(1)?.first().copied().ok_or(CauseMistake)?;
        let text = std::str::from_utf8(self.take(usize::from(length))?);
        text.ok().and_then(|text| text.parse().ok()).ok_or(CauseMistake)
    }

    fn number(&mut self) -> Result<u64, CauseMistake> {
        self.take(8)?.try_into().map(u64::from_be_bytes).map_err(|_| CauseMistake)
    }
}

impl Cause {
    /// The cause as bytes: a tag, codes with their length, numbers with the most significant byte
    /// first. Different causes have different bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let bytes = match self {
            Self::Terminal { terminal, boot, seq } => {
                Bytes::new(TERMINAL).text(terminal.as_str()).number(*boot).number(*seq)
            }
            Self::Reading { meter, epoch, register, line } => {
                Bytes::new(2).text(meter.as_str()).number(*epoch).number(*register).number(*line)
            }
            Self::Bank { bank, reference } => {
                Bytes::new(3).text(bank.as_str()).text(reference.as_str())
            }
            Self::Desk { desk, receipt } => Bytes::new(4).text(desk.as_str()).number(*receipt),
            Self::Request { by, key } => Bytes::new(5).text(by.as_str()).text(key.as_str()),
            Self::Tap { tap, session } => Bytes::new(6).text(tap.as_str()).number(*session),
            Self::End { reservation } => Bytes::new(7).number(reservation.0),
            Self::Grant { fund, person, round } => {
                Bytes::new(8).text(fund.as_str()).number(*round).text(person.as_str())
            }
            Self::Expiry { fund, owner, last_day } => Bytes::new(9)
                .text(fund.as_str())
                .number(last_day.cast_unsigned())
                .text(owner.as_str()),
        };
        bytes.0
    }

    /// Of the bytes of a card at a terminal: those of the terminal's start, and the count since then,
    /// which rises. `None` for other causes.
    #[must_use]
    pub fn of_terminal(bytes: &[u8]) -> Option<(&[u8], u64)> {
        let (start, count) = bytes.split_last_chunk::<8>()?;
        (start.first() == Some(&TERMINAL)).then(|| (start, u64::from_be_bytes(*count)))
    }

    /// The cause with these bytes.
    ///
    /// # Errors
    /// When they are not what [`Self::bytes`] writes.
    pub fn read(bytes: &[u8]) -> Result<Self, CauseMistake> {
        let (tag, rest) = bytes.split_first().ok_or(CauseMistake)?;
        let mut read = Read(rest);
        let cause = match *tag {
            TERMINAL => {
                let terminal = read.code()?;
                Self::Terminal { terminal, boot: read.number()?, seq: read.number()? }
            }
            2 => Self::Reading {
                meter: read.code()?,
                epoch: read.number()?,
                register: read.number()?,
                line: read.number()?,
            },
            3 => Self::Bank { bank: read.code()?, reference: read.code()? },
            4 => Self::Desk { desk: read.code()?, receipt: read.number()? },
            5 => Self::Request { by: read.code()?, key: read.code()? },
            6 => Self::Tap { tap: read.code()?, session: read.number()? },
            7 => Self::End { reservation: RowNo(read.number()?) },
            8 => {
                let (fund, round) = (read.code()?, read.number()?);
                Self::Grant { fund, person: read.code()?, round }
            }
            9 => {
                let (fund, last_day) = (read.code()?, read.number()?.cast_signed());
                Self::Expiry { fund, owner: read.code()?, last_day }
            }
            _ => return Err(CauseMistake),
        };
        if read.0.is_empty() { Ok(cause) } else { Err(CauseMistake) }
    }
}

/// For statements and logs.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Terminal { terminal, boot, seq } => write!(f, "terminal {terminal} {boot}/{seq}"),
            Self::Reading { meter, epoch, register, line } => {
                write!(f, "meter {meter} epoch {epoch} at {register}, line {line}")
            }
            Self::Bank { bank, reference } => write!(f, "bank {bank} {reference}"),
            Self::Desk { desk, receipt } => write!(f, "cash desk {desk} receipt {receipt}"),
            Self::Request { by, key } => write!(f, "request {key} of {by}"),
            Self::Tap { tap, session } => write!(f, "tap {tap} session {session}"),
            Self::End { reservation } => write!(f, "end of reservation {reservation}"),
            Self::Grant { fund, person, round } => write!(f, "grant {round} of {fund} to {person}"),
            Self::Expiry { fund, owner, .. } => write!(f, "expiry of {fund} of {owner}"),
        }
    }
}
