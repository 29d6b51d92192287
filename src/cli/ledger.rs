//! `onecard ledger`: what accounts hold, how it came to be, moving money by hand, and the proof.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use onecard_devices::clock::Now as _;
use onecard_rules::{
    ids::{OperatorId, RequestKey},
    ledger::{Account, AccountName, Ask, Cause, Order, Purpose, RowNo, Terms},
    money::Fen,
};

use super::{DataFolder, say};
use crate::{
    clock::SystemClock,
    store::{
        OnDurable, WriteFailure,
        database::FILE_NAME,
        ledger::{self, Answer, Done, LedgerReader, Line, Settings, With},
    },
};

/// Work with the ledger.
#[derive(Debug, Args)]
pub struct Ledger {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Recompute every balance, the chain and the totals of closed days; name the first flaw.
    #[command(after_help = "Example:\n  onecard ledger verify --data DIR")]
    Verify(DataFolder),
    /// Show accounts: one, or all whose names begin so.
    #[command(
        after_help = "Examples:\n  onecard ledger balance purse:2024001 --data DIR\n  onecard ledger balance income: --data DIR"
    )]
    Balance {
        /// `kind:owner`, or the beginning of it.
        account: String,
        #[command(flatten)]
        data: DataFolder,
    },
    /// Show the newest lines of an account as CSV, the newest first.
    #[command(after_help = "Example:\n  onecard ledger statement purse:2024001 --data DIR")]
    Statement {
        account: AccountName,
        /// At most so many lines.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Go on before this row.
        #[arg(long)]
        before: Option<u64>,
        #[command(flatten)]
        data: DataFolder,
    },
    /// Open an account.
    #[command(after_help = "Example:\n  onecard ledger open purse:2024001 --data DIR")]
    Open {
        account: AccountName,
        #[command(flatten)]
        data: DataFolder,
    },
    /// Move money by hand, in an operator's name.
    #[command(
        after_help = "Examples:\n  onecard ledger transfer top_up cash_desk:d1 purse:2024001 100 --by li.wei --key receipt-17 --day 2026-11-26 --data DIR\n  onecard ledger transfer room_top_up purse:2024001 room:dorm-3-412 50 --by li.wei --key receipt-18 --day 2026-11-26 --data DIR"
    )]
    Transfer {
        /// `top_up`, `room_top_up`, `fee`, `refund`, `grant`, `payout`, `adjustment` and others.
        purpose: String,
        from: AccountName,
        to: AccountName,
        /// In yuan.
        amount: Fen,
        #[command(flatten)]
        act: Act,
    },
    /// Move back what a row has moved, or part of it.
    #[command(
        after_help = "Example:\n  onecard ledger correct 1201 12.50 --by li.wei --key mend-3 --day 2026-11-26 --data DIR"
    )]
    Correct {
        row: u64,
        /// In yuan.
        amount: Fen,
        #[command(flatten)]
        act: Act,
    },
    /// Close a day of the books; nothing is added to it afterwards.
    #[command(
        after_help = "Example:\n  onecard ledger close-day 2026-11-25 --by li.wei --data DIR"
    )]
    CloseDay {
        day: NaiveDate,
        #[arg(long)]
        by: OperatorId,
        #[command(flatten)]
        data: DataFolder,
    },
}

/// In whose name, and for which day.
#[derive(Debug, Args)]
struct Act {
    /// The operator.
    #[arg(long)]
    by: OperatorId,
    /// A key of your choice: tried again with the same key, it is done once.
    #[arg(long)]
    key: RequestKey,
    /// The day of the books.
    #[arg(long)]
    day: NaiveDate,
    /// Why, for the record.
    #[arg(long)]
    why: Option<String>,
    #[command(flatten)]
    data: DataFolder,
}

pub fn run(verb: &Ledger) -> anyhow::Result<ExitCode> {
    match &verb.verb {
        Verb::Verify(data) => verify(data),
        Verb::Balance { account, data } => {
            let accounts = reader(data)?.accounts(account)?;
            for account in &accounts {
                say(&balance(account));
            }
            if accounts.is_empty() {
                bail!("there is no account `{account}`");
            }
            Ok(ExitCode::SUCCESS)
        }
        Verb::Statement { account, limit, before, data } => {
            say("row,at,day,phase,purpose,account,in,out,cause,by,why");
            for line in reader(data)?.statement(account, before.map(RowNo), *limit)? {
                say(&csv(&line)?);
            }
            Ok(ExitCode::SUCCESS)
        }
        Verb::Open { account, data } => {
            let name = account.clone();
            answered(data, |ledger, then| ledger.open_account(name, Terms::default(), then))
        }
        Verb::Transfer { purpose, from, to, amount, act } => {
            let known = || Purpose::ALL.map(Purpose::as_str).join(", ");
            let purpose = Purpose::parse(purpose)
                .with_context(|| format!("`{purpose}` is no purpose; there are {}", known()))?;
            let (from, to, amount) = (from.clone(), to.clone(), *amount);
            order(act, Ask::Transfer { purpose, from, to, amount })
        }
        Verb::Correct { row, amount, act } => {
            order(act, Ask::Correct { row: RowNo(*row), amount: *amount })
        }
        Verb::CloseDay { day, by, data } => {
            let by = Some(by.clone());
            answered(data, |ledger, then| ledger.close_day(*day, SystemClock.now(), by, then))
        }
    }
}

fn reader(data: &DataFolder) -> anyhow::Result<LedgerReader> {
    Ok(LedgerReader::open(&data.data.join(FILE_NAME))?)
}

fn verify(data: &DataFolder) -> anyhow::Result<ExitCode> {
    let file = data.data.join(FILE_NAME);
    let proof = ledger::verify(&file)?;
    let shown = file.display();
    match proof.flaw {
        None => {
            let head = crate::store::operator::hex(&proof.head);
            say(&format!(
                "{shown}: {} rows, {} accounts, {} open reservations, {} closed days: every balance \
                 and the chain hold; the last hash is {head}",
                proof.rows, proof.accounts, proof.reservations, proof.days
            ));
            Ok(ExitCode::SUCCESS)
        }
        Some(flaw) => {
            say(&format!("{shown}: {flaw}"));
            Ok(ExitCode::FAILURE)
        }
    }
}

fn balance(account: &Account) -> String {
    let (balance, available) = (account.balance().to_string(), account.available().to_string());
    format!("{:<40} {balance:>14}  available {available:>14}", account.name.to_string())
}

fn csv(line: &Line) -> anyhow::Result<String> {
    let amount = line.what.amount.to_string();
    let (coming, going) =
        if line.incoming { (amount, String::new()) } else { (String::new(), amount) };
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record([
        line.row.to_string(),
        line.at.to_rfc3339(),
        line.day.to_string(),
        line.what.phase.as_str().to_owned(),
        line.what.purpose.as_str().to_owned(),
        line.other.to_string(),
        coming,
        going,
        line.cause.as_ref().map(ToString::to_string).unwrap_or_default(),
        line.operator.clone().unwrap_or_default(),
        line.why.clone().unwrap_or_default(),
    ])?;
    let bytes = writer.into_inner().context("a line of CSV")?;
    Ok(String::from_utf8(bytes)?.trim_end().to_owned())
}

fn order(act: &Act, ask: Ask) -> anyhow::Result<ExitCode> {
    let order = Order {
        cause: Cause::Request { by: act.by.clone(), key: act.key.clone() },
        at: SystemClock.now(),
        day: act.day,
        by: Some(act.by.clone()),
        why: act.why.clone(),
        ask,
    };
    answered(&act.data, |ledger, then| ledger.order(order, With::default(), then))
}

/// Asks the ledger and tells what came of it. No controller may run on the same folder.
fn answered(
    data: &DataFolder,
    ask: impl FnOnce(&ledger::Ledger, OnDurable<Answer>) -> Result<(), crate::store::AppendRefusal>,
) -> anyhow::Result<ExitCode> {
    std::fs::create_dir_all(&data.data)?;
    let (ledger, opened) = ledger::Ledger::open(&data.data.join(FILE_NAME), Settings::default())?;
    if let Some(flaw) = opened.damage {
        bail!("{flaw}; run `onecard ledger verify`");
    }
    let (then, receipt) = OnDurable::receipt();
    ask(&ledger, then)?;
    let answer = receipt.blocking_recv().unwrap_or(Err(WriteFailure::Closed))?;
    match answer {
        Ok(Done::Posted { entry, from, to }) => {
            say(&format!("entry {entry}: {from} with who paid, {to} with who was paid"));
        }
        Ok(Done::Account(number)) => say(&format!("account number {}", number.0)),
        Ok(Done::Closed(totals)) => {
            let ledger::DayTotals { day, rows, moved, .. } = totals;
            say(&format!("{day} is closed: {rows} rows moved {moved} yuan"));
        }
        Ok(Done::Kept) => {}
        Err(refusal) => {
            say(&refusal.to_string());
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}
