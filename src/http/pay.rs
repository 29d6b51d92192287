//! Orders that move money, each once for the reference that the client gives: a receipt, a bank's own
//! name for its transfer, or a key of the client's choice. Asked again, it is answered with what came
//! of it.

use actix_web::{delete, post, web};
use onecard_rules::{
    ids::{BankId, BankReference, DeskId, OperatorId, PersonId, RequestKey, RoomId},
    ledger::{AccountName, Cause, Purpose, RowNo},
    money::Fen,
    operator::Place,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Backend,
    act::WhyAsked,
    asked::{Body, Why},
    money::{account_name, day_of_path},
    operator::Operator,
    problem::{OrderRefusals, Problem},
};
use crate::money::{Adjusted, Paid, Payment, Source};

/// What came of an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaidView {
    /// `posted`; `exists`: it was carried out before, and not again; `waits` for a second person.
    outcome: &'static str,
    /// The first row of what came of it.
    entry: Option<u64>,
    /// The balance of who paid, and of who was paid, after it; null when it was not carried out now.
    from_balance_fen: Option<i64>,
    to_balance_fen: Option<i64>,
    /// What it is confirmed or taken back by, while it waits.
    adjustment: Option<String>,
}

impl From<Paid> for PaidView {
    fn from(paid: Paid) -> Self {
        Self {
            outcome: if paid.again { "exists" } else { "posted" },
            entry: Some(paid.entry.0),
            from_balance_fen: paid.balances.map(|(from, _)| from.get()),
            to_balance_fen: paid.balances.map(|(_, to)| to.get()),
            adjustment: None,
        }
    }
}

impl From<Adjusted> for PaidView {
    fn from(adjusted: Adjusted) -> Self {
        match adjusted {
            Adjusted::Done(paid) => paid.into(),
            Adjusted::Waits(name) => Self {
                outcome: "waits",
                entry: None,
                from_balance_fen: None,
                to_balance_fen: None,
                adjustment: Some(name),
            },
        }
    }
}

/// Money that comes in: from a cash desk with a receipt, or from a bank with its reference.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopUpAsked {
    /// Whom it is for: `purse:PERSON` or `room:ROOM`.
    to: String,
    amount_fen: i64,
    #[schema(value_type = Option<String>)]
    desk: Option<DeskId>,
    receipt: Option<u64>,
    #[schema(value_type = Option<String>)]
    bank: Option<BankId>,
    #[schema(value_type = Option<String>)]
    reference: Option<BankReference>,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

fn source(asked: &TopUpAsked) -> Result<Source, Problem> {
    let TopUpAsked { desk, receipt, bank, reference, .. } = asked;
    match (desk.clone(), *receipt, bank.clone(), reference.clone()) {
        (Some(desk), Some(receipt), None, None) => Ok(Source::Desk { desk, receipt }),
        (None, None, Some(bank), Some(reference)) => Ok(Source::Bank { bank, reference }),
        _ => {
            let detail = "say where it comes from: `desk` and `receipt`, or `bank` and `reference`";
            Err(Problem::bad_field("desk", detail))
        }
    }
}

async fn pay(
    backend: &Backend,
    by: &Operator,
    (target, why): (&str, &Why),
    payment: impl FnOnce(OperatorId, String) -> Payment,
) -> Result<web::Json<PaidView>, Problem> {
    let (by, audited) = by.order(backend, Place::Site, target, why)?;
    let paid = backend.cashier.pay(payment(by, why.0.clone())).await?;
    audited.await?;
    Ok(web::Json(paid.into()))
}

/// Money comes in at a cash desk or from a bank, once for each receipt or reference.
#[utoipa::path(
    request_body = TopUpAsked,
    responses((status = 200, body = PaidView), OrderRefusals), security(("token" = []))
)]
#[post("/api/money/top-up")]
pub async fn top_up(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<TopUpAsked>,
) -> Result<web::Json<PaidView>, Problem> {
    let to = account_name("to", &asked.to)?;
    let (from, cause) = source(&asked)?.account();
    let amount = Fen::new(asked.amount_fen);
    let purpose = Purpose::TopUp;
    let payment = |by, why| Payment { cause, purpose, from, to, amount, by, why };
    pay(&backend, &by, (&asked.to, &asked.why), payment).await
}

/// From a person's purse to a room's account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferAsked {
    #[schema(value_type = String)]
    person: PersonId,
    #[schema(value_type = String)]
    room: RoomId,
    amount_fen: i64,
    /// A key of the client's choice: with the same key it is done once.
    #[schema(value_type = String)]
    key: RequestKey,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

/// Moves money from a person's purse to a room's account.
#[utoipa::path(
    request_body = TransferAsked,
    responses((status = 200, body = PaidView), OrderRefusals), security(("token" = []))
)]
#[post("/api/money/transfer")]
pub async fn transfer_money(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<TransferAsked>,
) -> Result<web::Json<PaidView>, Problem> {
    let TransferAsked { person, room, amount_fen, key, why } = asked;
    let (from, to) = (AccountName::Purse(person), AccountName::Room(room));
    let target = to.to_string();
    let (purpose, amount) = (Purpose::RoomTopUp, Fen::new(amount_fen));
    let payment = |by: OperatorId, why| {
        let cause = Cause::Request { by: by.clone(), key };
        Payment { cause, purpose, from, to, amount, by, why }
    };
    pay(&backend, &by, (&target, &why), payment).await
}

/// From an account to another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveAsked {
    /// `kind:owner`, such as `income:electricity`.
    from: String,
    to: String,
    amount_fen: i64,
    /// A key of the client's choice: with the same key it is done once.
    #[schema(value_type = String)]
    key: RequestKey,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

/// Gives money back: from a merchant, a unit's income or a room to a purse or a room.
#[utoipa::path(
    request_body = MoveAsked,
    responses((status = 200, body = PaidView), OrderRefusals), security(("token" = []))
)]
#[post("/api/money/refund")]
pub async fn refund_money(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<MoveAsked>,
) -> Result<web::Json<PaidView>, Problem> {
    let (from, to) = (account_name("from", &asked.from)?, account_name("to", &asked.to)?);
    let (purpose, amount, key) = (Purpose::Refund, Fen::new(asked.amount_fen), asked.key);
    let payment = |by: OperatorId, why| {
        let cause = Cause::Request { by: by.clone(), key };
        Payment { cause, purpose, from, to, amount, by, why }
    };
    pay(&backend, &by, (&asked.to, &asked.why), payment).await
}

/// What a row has moved goes back, or a part of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectAsked {
    /// The row of the statement that was wrong.
    row: u64,
    amount_fen: i64,
    /// A key of the client's choice: with the same key it is done once.
    #[schema(value_type = String)]
    key: RequestKey,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

/// Moves back what a row has moved, by a row that names it.
#[utoipa::path(
    request_body = CorrectAsked,
    responses((status = 200, body = PaidView), OrderRefusals), security(("token" = []))
)]
#[post("/api/money/correct")]
pub async fn correct_row(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<CorrectAsked>,
) -> Result<web::Json<PaidView>, Problem> {
    let CorrectAsked { row, amount_fen, key, why } = asked;
    let (by, audited) = by.order(&backend, Place::Site, &format!("row {row}"), &why)?;
    let what = (RowNo(row), Fen::new(amount_fen));
    let paid = backend.cashier.correct(what, key, by, why.0).await?;
    audited.await?;
    Ok(web::Json(paid.into()))
}

/// Sets money right by hand; above the limit of the campus it waits for a second person.
#[utoipa::path(
    request_body = MoveAsked,
    responses((status = 200, body = PaidView), OrderRefusals), security(("token" = []))
)]
#[post("/api/money/adjust")]
pub async fn adjust_money(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<MoveAsked>,
) -> Result<web::Json<PaidView>, Problem> {
    let between = (account_name("from", &asked.from)?, account_name("to", &asked.to)?);
    let (by, audited) = by.order(&backend, Place::Site, &asked.to, &asked.why)?;
    let amount = Fen::new(asked.amount_fen);
    let adjusted = backend.cashier.adjust((asked.key, by), between, amount, asked.why.0).await?;
    audited.await?;
    Ok(web::Json(adjusted.into()))
}

/// Agrees to an adjustment that a colleague has asked for, and carries it out.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 200, body = PaidView), OrderRefusals), security(("token" = []))
)]
#[post("/api/money/adjustments/{id}/confirm")]
pub async fn confirm_adjustment(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<PaidView>, Problem> {
    let (by, audited) = by.order(&backend, Place::Site, &id, &asked.why)?;
    let paid = backend.cashier.confirm(&id, &by, &asked.why.0).await?;
    audited.await?;
    Ok(web::Json(paid.into()))
}

/// What was done with an adjustment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Withdrawn {
    adjustment: String,
}

/// Takes an adjustment back that waits.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 200, body = Withdrawn), OrderRefusals), security(("token" = []))
)]
#[delete("/api/money/adjustments/{id}")]
pub async fn withdraw_adjustment(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<Withdrawn>, Problem> {
    let (_, audited) = by.order(&backend, Place::Site, &id, &asked.why)?;
    backend.cashier.withdraw(&id).await?;
    audited.await?;
    Ok(web::Json(Withdrawn { adjustment: id.into_inner() }))
}

/// What a day came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClosedView {
    day: String,
    /// Rows that moved money.
    rows: u64,
    moved_fen: i64,
}

/// Closes a day that is over, and all before it: nothing is added to it afterwards.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 200, body = ClosedView), OrderRefusals), security(("token" = []))
)]
#[post("/api/money/days/{id}/close")]
pub async fn close_day(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<ClosedView>, Problem> {
    let day = day_of_path(&id)?;
    let (by, audited) = by.order(&backend, Place::Site, &id, &asked.why)?;
    let totals = backend.cashier.close(day, by).await?;
    audited.await?;
    let (rows, moved_fen) = (totals.rows, totals.moved.get());
    Ok(web::Json(ClosedView { day: day.to_string(), rows, moved_fen }))
}
