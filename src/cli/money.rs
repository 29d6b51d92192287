//! `onecard money`: money and bills, asked of a running controller in an operator's name. Without a
//! controller there is `onecard ledger`.

use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use onecard_rules::{
    ids::{BankId, BankReference, DeskId, PersonId, RequestKey, RoomId},
    money::Fen,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{ask::Controller, say};

/// Money and bills.
#[derive(Debug, Args)]
pub struct Money {
    #[command(subcommand)]
    verb: Verb,
}

/// In whose name: the token says; and why.
#[derive(Debug, Args)]
struct Order {
    /// Why; it goes on record with your name.
    #[arg(long)]
    why: String,
    #[command(flatten)]
    controller: Controller,
}

/// From an account to another.
#[derive(Debug, Args)]
struct Move {
    /// `kind:owner`, such as `income:electricity`.
    from: String,
    to: String,
    /// In yuan.
    #[arg(allow_hyphen_values = true)]
    amount: Fen,
    /// A key of your choice: tried again with the same key, it is done once.
    #[arg(long)]
    key: RequestKey,
    #[command(flatten)]
    order: Order,
}

/// What becomes of a register that is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Decision {
    /// The meter is right from here on.
    GoOn,
    /// What it showed was wrong and is right again.
    Discard,
}

/// What is read of an account.
#[derive(Debug, Deserialize)]
struct Account {
    balance_fen: Fen,
    available_fen: Fen,
}

#[derive(Debug, Deserialize)]
struct Statement {
    lines: Vec<Value>,
}

/// What came of an order.
#[derive(Debug, Deserialize)]
struct Paid {
    outcome: Outcome,
    entry: Option<u64>,
    from_balance_fen: Option<Fen>,
    to_balance_fen: Option<Fen>,
    adjustment: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Posted,
    Exists,
    Waits,
}

#[derive(Debug, Deserialize)]
struct Closed {
    rows: u64,
    moved_fen: Fen,
}

#[derive(Debug, Deserialize)]
struct Decided {
    quantity_wh: u64,
    amount_fen: Fen,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show an account.
    Account {
        /// `kind:owner`, such as `purse:2024001`, `room:dorm-3-412`.
        account: String,
        #[command(flatten)]
        controller: Controller,
    },
    /// Show the newest lines of an account as JSON, one a line, the newest first.
    Statement {
        account: String,
        #[arg(long, default_value_t = 50)]
        limit: usize,
        #[command(flatten)]
        controller: Controller,
    },
    /// Take money in: at a cash desk with a receipt, or from a bank with its reference.
    #[command(
        name = "top-up",
        after_help = "Example:\n  onecard money top-up room:dorm-3-412 50 --desk main --receipt 1841 --why cash"
    )]
    TopUp {
        /// `purse:PERSON` or `room:ROOM`.
        to: String,
        /// In yuan.
        #[arg(allow_hyphen_values = true)]
        amount: Fen,
        #[arg(long, requires = "receipt")]
        desk: Option<DeskId>,
        #[arg(long, requires = "desk")]
        receipt: Option<u64>,
        #[arg(long, requires = "reference", conflicts_with = "desk")]
        bank: Option<BankId>,
        #[arg(long, requires = "bank")]
        reference: Option<BankReference>,
        #[command(flatten)]
        order: Order,
    },
    /// Move money from a person's purse to a room.
    Transfer {
        person: PersonId,
        room: RoomId,
        /// In yuan.
        #[arg(allow_hyphen_values = true)]
        amount: Fen,
        /// A key of your choice: tried again with the same key, it is done once.
        #[arg(long)]
        key: RequestKey,
        #[command(flatten)]
        order: Order,
    },
    /// Give money back.
    Refund {
        #[command(flatten)]
        of: Move,
    },
    /// Move back what a row has moved, or a part of it.
    Correct {
        row: u64,
        /// In yuan.
        #[arg(allow_hyphen_values = true)]
        amount: Fen,
        #[arg(long)]
        key: RequestKey,
        #[command(flatten)]
        order: Order,
    },
    /// Set money right by hand; above the campus's limit it waits for a second person.
    Adjust {
        #[command(flatten)]
        of: Move,
    },
    /// List the adjustments that wait for a second person.
    Adjustments {
        #[command(flatten)]
        controller: Controller,
    },
    /// Agree to an adjustment that a colleague has asked for.
    Confirm {
        adjustment: String,
        #[command(flatten)]
        order: Order,
    },
    /// Close a day that is over, and all before it.
    CloseDay {
        day: NaiveDate,
        #[command(flatten)]
        order: Order,
    },
    /// List registers that are not believed, with the last one that was.
    Quarantine {
        #[command(flatten)]
        controller: Controller,
    },
    /// Say what such a register is worth.
    #[command(
        after_help = "Example:\n  onecard money decide dorm-3-412 go-on --quantity-wh 1200 --why \"new meter; by hand\""
    )]
    Decide {
        room: RoomId,
        decision: Decision,
        /// With `go-on`: what was used until then.
        #[arg(long)]
        quantity_wh: Option<u64>,
        #[command(flatten)]
        order: Order,
    },
}

pub fn run(verb: &Money) -> anyhow::Result<ExitCode> {
    match &verb.verb {
        Verb::Account { account, controller } => {
            let found: Account = controller.get(&format!("/api/accounts/{account}"))?;
            let (balance, available) =
                (found.balance_fen.to_string(), found.available_fen.to_string());
            say(&format!("{account:<40} {balance:>14}  available {available:>14}"));
        }
        Verb::Statement { account, limit, controller } => {
            let path = format!("/api/accounts/{account}/statement?limit={limit}");
            lines(&controller.get::<Statement>(&path)?.lines);
        }
        Verb::TopUp { to, amount, desk, receipt, bank, reference, order } => {
            let mut body = body(order, *amount);
            body.insert("to".to_owned(), json!(to));
            let source = [
                ("desk", json!(desk)),
                ("receipt", json!(receipt)),
                ("bank", json!(bank)),
                ("reference", json!(reference)),
            ];
            let given = source.into_iter().filter(|(_, value)| !value.is_null());
            body.extend(given.map(|(key, value)| (key.to_owned(), value)));
            paid(order, "/api/money/top-up", body)?;
        }
        Verb::Transfer { person, room, amount, key, order } => {
            let mut body = body(order, *amount);
            body.insert("person".to_owned(), json!(person));
            body.insert("room".to_owned(), json!(room));
            body.insert("key".to_owned(), json!(key));
            paid(order, "/api/money/transfer", body)?;
        }
        Verb::Refund { of } => moved(of, "/api/money/refund")?,
        Verb::Adjust { of } => moved(of, "/api/money/adjust")?,
        Verb::Correct { row, amount, key, order } => {
            let mut body = body(order, *amount);
            body.insert("row".to_owned(), json!(row));
            body.insert("key".to_owned(), json!(key));
            paid(order, "/api/money/correct", body)?;
        }
        Verb::Adjustments { controller } => {
            lines(&controller.get::<Vec<Value>>("/api/money/adjustments")?);
        }
        Verb::Confirm { adjustment, order } => {
            let path = format!("/api/money/adjustments/{adjustment}/confirm");
            paid(order, &path, why(order))?;
        }
        Verb::CloseDay { day, order } => {
            let path = format!("/api/money/days/{day}/close");
            let Closed { rows, moved_fen } =
                order.controller.post(&path, &Value::Object(why(order)))?;
            say(&format!("{day} is closed: {rows} rows moved {moved_fen} yuan"));
        }
        Verb::Quarantine { controller } => lines(&controller.get::<Vec<Value>>("/api/quarantine")?),
        Verb::Decide { room, decision, quantity_wh, order } => {
            let mut body = why(order);
            let word = match decision {
                Decision::GoOn => "go_on",
                Decision::Discard => "discard",
            };
            body.insert("decision".to_owned(), json!(word));
            body.extend(quantity_wh.map(|wh| ("quantity_wh".to_owned(), json!(wh))));
            let path = format!("/api/rooms/{room}/reading");
            let Decided { quantity_wh, amount_fen } =
                order.controller.post(&path, &Value::Object(body))?;
            say(&format!("{room}: {quantity_wh} Wh billed, {amount_fen} yuan"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn why(order: &Order) -> Map<String, Value> {
    Map::from_iter([("why".to_owned(), json!(order.why))])
}

fn body(order: &Order, amount: Fen) -> Map<String, Value> {
    let mut body = why(order);
    body.insert("amount_fen".to_owned(), json!(amount));
    body
}

fn moved(of: &Move, path: &str) -> anyhow::Result<()> {
    let mut body = body(&of.order, of.amount);
    body.insert("from".to_owned(), json!(of.from));
    body.insert("to".to_owned(), json!(of.to));
    body.insert("key".to_owned(), json!(of.key));
    paid(&of.order, path, body)
}

/// Gives the order and tells what came of it.
fn paid(order: &Order, path: &str, body: Map<String, Value>) -> anyhow::Result<()> {
    let paid: Paid = order.controller.post(path, &Value::Object(body))?;
    let entry = paid.entry.unwrap_or_default();
    match (paid.outcome, paid.from_balance_fen.zip(paid.to_balance_fen)) {
        (Outcome::Posted, Some((from, to))) => {
            say(&format!("entry {entry}: {from} with who paid, {to} with who was paid"));
        }
        (Outcome::Posted, None) => say(&format!("entry {entry}")),
        (Outcome::Exists, _) => say(&format!("exists: done before, as entry {entry}")),
        (Outcome::Waits, _) => {
            let name = paid.adjustment.unwrap_or_default();
            say(&format!("waits for a second person: onecard money confirm {name}"));
        }
    }
    Ok(())
}

/// Each thing of a list on a line of its own.
fn lines(list: &[Value]) {
    for line in list {
        say(&line.to_string());
    }
}
