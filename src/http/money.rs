//! Accounts, statements, closed days: what money there is, and how it came to be.

use actix_web::{HttpResponse, get, web};
use chrono::{NaiveDate, TimeDelta};
use onecard_devices::gate::wire::local;
use onecard_rules::{
    credit::tenths_of_days_left,
    ids::{PersonId, RoomId},
    ledger::{Account, AccountKind, AccountName, Purpose, Refusal, State},
    money::Fen,
    operator::Place,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Backend,
    asked::parameter,
    desks::ask,
    operator::Reader,
    power::room_of,
    problem::{Code, OrderRefusals, Problem, Refusals},
    statement::{self, StatementAsked, StatementView},
};
use crate::{
    billing::{BilledView, GetBilled},
    money::{Adjustment, MoneyRefusal},
    store::ledger::LedgerReader,
};

/// Most accounts in one answer.
const ACCOUNTS_MAX: usize = 1_000;
/// Days that a forecast looks back, and lines at most.
const DAYS_BACK: i64 = 7;
const LINES_BACK: usize = 4_096;

impl From<MoneyRefusal> for Problem {
    fn from(refusal: MoneyRefusal) -> Self {
        let told = refusal.to_string();
        match refusal {
            MoneyRefusal::Ledger(refusal) => Self::new(code_of(&refusal), told),
            MoneyRefusal::Store(failure) => Self::store(failure),
            MoneyRefusal::NotRecorded(_) => Self::new(Code::NotRecorded, told),
            MoneyRefusal::NoPerson(_) => Self::new(Code::UnknownPerson, told),
            MoneyRefusal::NothingToConfirm(_) => Self::new(Code::NothingToConfirm, told),
            MoneyRefusal::SamePerson => Self::new(Code::SamePerson, told),
            MoneyRefusal::DayNotOver(_) => Self::new(Code::DayNotOver, told),
            MoneyRefusal::NoAnswer => Self::no_answer(),
        }
    }
}

/// The code of a rule of the ledger: its own name.
fn code_of(refusal: &Refusal) -> Code {
    match refusal {
        // Whoever asks again is answered with what came of it, before it comes here.
        Refusal::Exists { .. } | Refusal::ExistsWithDifferentOrder { .. } => {
            Code::ExistsWithDifferentOrder
        }
        Refusal::ExistsWithDifferentAmount { .. } => Code::ExistsWithDifferentAmount,
        Refusal::NotPositive { .. } => Code::NotPositive,
        Refusal::DayClosed => Code::DayClosed,
        Refusal::UnknownAccount { .. } => Code::UnknownAccount,
        Refusal::SameAccount => Code::SameAccount,
        Refusal::AccountClosed { .. } => Code::AccountClosed,
        Refusal::AccountFrozen { .. } => Code::AccountFrozen,
        Refusal::AccountNotEmpty { .. } => Code::AccountNotEmpty,
        Refusal::WrongAccounts { .. } => Code::WrongAccounts,
        Refusal::LimitExceeded { .. } => Code::LimitExceeded,
        Refusal::InsufficientFunds { .. } => Code::InsufficientFunds,
        Refusal::ReservationUnknown => Code::ReservationUnknown,
        Refusal::ReservationEnded { .. } => Code::ReservationEnded,
        Refusal::ExceedsReserved { .. } => Code::ExceedsReserved,
        Refusal::NotExpired => Code::NotExpired,
        Refusal::RowUnknown => Code::RowUnknown,
        Refusal::NothingToCorrect => Code::NothingToCorrect,
        Refusal::ExceedsRow { .. } => Code::ExceedsRow,
        Refusal::Overflow => Code::Overflow,
    }
}

/// An account.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountView {
    /// `kind:owner`, such as `purse:2024001`.
    account: String,
    kind: &'static str,
    /// `open`, `frozen` or `closed`.
    state: &'static str,
    balance_fen: i64,
    /// The balance without what reservations hold back.
    available_fen: i64,
    /// The last day on which a subsidy can be spent.
    last_day: Option<String>,
    single_limit_fen: Option<i64>,
    daily_limit_fen: Option<i64>,
    /// The last row that touched it.
    last_row: Option<u64>,
}

impl From<&Account> for AccountView {
    fn from(account: &Account) -> Self {
        let state = match account.terms.state {
            State::Open => "open",
            State::Frozen => "frozen",
            State::Closed => "closed",
        };
        Self {
            account: account.name.to_string(),
            kind: account.name.kind().as_str(),
            state,
            balance_fen: account.balance().get(),
            available_fen: account.available().get(),
            last_day: account.terms.last_day.map(|day| day.to_string()),
            single_limit_fen: account.terms.limits.single.map(Fen::get),
            daily_limit_fen: account.terms.limits.daily.map(Fen::get),
            last_row: account.last.map(|row| row.0),
        }
    }
}

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountsAsked {
    /// What their names begin with, such as `room:dorm-1` or `income:`.
    prefix: Option<String>,
}

/// The accounts whose names begin so, by name, at most a thousand.
#[utoipa::path(
    params(AccountsAsked),
    responses((status = 200, body = Vec<AccountView>), Refusals), security(("token" = []))
)]
#[get("/api/accounts")]
pub async fn get_accounts(
    who: Reader,
    backend: web::Data<Backend>,
    asked: web::Query<AccountsAsked>,
) -> Result<web::Json<Vec<AccountView>>, Problem> {
    who.must_see(&backend, Place::Site)?;
    let prefix = asked.into_inner().prefix.unwrap_or_default();
    let found = backend.cashier.read(move |reader| reader.accounts(&prefix)).await?;
    Ok(web::Json(found.iter().take(ACCOUNTS_MAX).map(AccountView::from).collect()))
}

/// The account of that name.
pub(super) fn account_name(field: &str, text: &str) -> Result<AccountName, Problem> {
    text.parse().map_err(|wrong| {
        Problem::new(Code::UnknownAccount, format!("`{field}` is `{text}`: {wrong}"))
    })
}

fn unknown(account: &AccountName) -> Problem {
    Problem::new(Code::UnknownAccount, format!("there is no account `{account}`"))
}

/// An account.
#[utoipa::path(
    params(("id" = String, Path)),
    responses((status = 200, body = AccountView), Refusals), security(("token" = []))
)]
#[get("/api/accounts/{id}")]
pub async fn get_account(
    who: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
) -> Result<web::Json<AccountView>, Problem> {
    who.must_see(&backend, Place::Site)?;
    let name = account_name("id", &id)?;
    let wanted = name.clone();
    let found = backend.cashier.read(move |reader| reader.account(&wanted)).await?;
    let (_, account) = found.ok_or_else(|| unknown(&name))?;
    Ok(web::Json(AccountView::from(&account)))
}

async fn statement_of(
    backend: &Backend,
    name: AccountName,
    asked: &StatementAsked,
) -> Result<HttpResponse, Problem> {
    let wanted = asked.read()?;
    let account = name.clone();
    let read = move |reader: &LedgerReader| {
        let known = reader.account(&account)?.is_some();
        Ok((known, reader.statement(&account, wanted.before, wanted.limit)?))
    };
    let (known, lines) = backend.cashier.read(read).await?;
    if !known {
        return Err(unknown(&name));
    }
    statement::answer(&name, &lines, wanted, backend.site.zone)
}

/// The lines of an account, the newest first, as JSON, CSV or XLSX.
#[utoipa::path(
    params(("id" = String, Path), StatementAsked),
    responses((status = 200, body = StatementView), Refusals), security(("token" = []))
)]
#[get("/api/accounts/{id}/statement")]
pub async fn get_statement(
    who: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    asked: web::Query<StatementAsked>,
) -> Result<HttpResponse, Problem> {
    who.must_see(&backend, Place::Site)?;
    statement_of(&backend, account_name("id", &id)?, &asked).await
}

/// A person's purse, then the subsidies that are spent with it; empty until something was paid in.
#[utoipa::path(
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<AccountView>), Refusals), security(("token" = []))
)]
#[get("/api/people/{id}/accounts")]
pub async fn get_accounts_of(
    who: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
) -> Result<web::Json<Vec<AccountView>>, Problem> {
    who.must_see(&backend, Place::Site)?;
    let no_person = || Problem::new(Code::UnknownPerson, format!("`{id}` is nobody registered"));
    let person = PersonId::new(&id).map_err(|_| no_person())?;
    let read = move |reader: &LedgerReader| {
        let mut found = Vec::new();
        found.extend(reader.account(&AccountName::Purse(person.clone()))?.map(|(_, a)| a));
        found.extend(reader.accounts(&format!("{}:{person}:", AccountKind::Subsidy.as_str()))?);
        Ok((reader.knows(&person)?, found))
    };
    let (known, found) = backend.cashier.read(read).await?;
    if !known && found.is_empty() {
        return Err(no_person());
    }
    Ok(web::Json(found.iter().map(AccountView::from).collect()))
}

/// A room's money.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomAccountView {
    #[serde(flatten)]
    billed: BilledView,
    /// Its own account, then the subsidies that are spent with it.
    accounts: Vec<AccountView>,
    /// For how many days the balance lasts at the pace of the last days that are over; null: nothing
    /// was spent, or nothing is known.
    days_left: Option<f64>,
}

/// A room's money: balance, level, tariff, what is billed, how long it lasts.
#[utoipa::path(
    params(("id" = String, Path)),
    responses((status = 200, body = RoomAccountView), OrderRefusals), security(("token" = []))
)]
#[get("/api/rooms/{id}/account")]
pub async fn get_room_account(
    who: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
) -> Result<web::Json<RoomAccountView>, Problem> {
    let (room, area) = room_of(&backend, &id)?;
    who.must_see(&backend, Place::Supply(area))?;
    let billed = ask(&backend.billing.billed, GetBilled(room.clone())).await??;
    let today = backend.cashier.day(backend.clock.now());
    let read = move |reader: &LedgerReader| money_of(reader, &room, today);
    let (accounts, spent) = backend.cashier.read(read).await?;
    let balance = Fen::new(billed.balance_fen.unwrap_or(0));
    let days_left = tenths_of_days_left(balance, &spent).map(tenths);
    let accounts = accounts.iter().map(AccountView::from).collect();
    Ok(web::Json(RoomAccountView { billed, accounts, days_left }))
}

fn tenths(tenths: u64) -> f64 {
    f64::from(u32::try_from(tenths).unwrap_or(u32::MAX)) / 10.0
}

/// The accounts of a room, and what was used up on each of the last days that are over.
fn money_of(
    reader: &LedgerReader,
    room: &RoomId,
    today: NaiveDate,
) -> Result<(Vec<Account>, Vec<Option<Fen>>), crate::store::StoreFailure> {
    let name = AccountName::Room(room.clone());
    let mut accounts: Vec<Account> = reader.account(&name)?.map(|(_, a)| a).into_iter().collect();
    accounts.extend(reader.accounts(&format!("{}:{room}:", AccountKind::RoomSubsidy.as_str()))?);
    let lines = reader.statement(&name, None, LINES_BACK)?;
    let days = (1..=DAYS_BACK).filter_map(|back| today.checked_sub_signed(TimeDelta::days(back)));
    let first = lines.last().map(|line| line.day);
    let spent = days.map(|day| {
        // The first day of the account may be a part of a day only.
        first.filter(|first| *first < day)?;
        let used = lines.iter().filter(|line| line.day == day && !line.incoming);
        let used = used.filter(|line| line.what.purpose == Purpose::Usage);
        used.map(|line| line.what.amount).try_fold(Fen::ZERO, Fen::plus)
    });
    Ok((accounts, spent.collect()))
}

/// The lines of a room's account, the newest first, as JSON, CSV or XLSX.
#[utoipa::path(
    params(("id" = String, Path), StatementAsked),
    responses((status = 200, body = StatementView), OrderRefusals), security(("token" = []))
)]
#[get("/api/rooms/{id}/statement")]
pub async fn get_room_statement(
    who: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    asked: web::Query<StatementAsked>,
) -> Result<HttpResponse, Problem> {
    let (room, area) = room_of(&backend, &id)?;
    who.must_see(&backend, Place::Supply(area))?;
    statement_of(&backend, AccountName::Room(room), &asked).await
}

/// What an account and purpose came to on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct TotalView {
    account: String,
    purpose: String,
    out_fen: i64,
    in_fen: i64,
}

/// A day of the books.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayView {
    day: String,
    closed: bool,
    closed_by: Option<String>,
    /// Empty while it is open.
    totals: Vec<TotalView>,
}

pub(super) fn day_of_path(text: &str) -> Result<NaiveDate, Problem> {
    let day = parameter::<NaiveDate>("id", Some(text))?;
    day.ok_or_else(|| Problem::bad_field("id", "write a day such as `2026-11-25`"))
}

/// A day of the books, with what each account and purpose came to if it is closed.
#[utoipa::path(
    params(("id" = String, Path)),
    responses((status = 200, body = DayView), Refusals), security(("token" = []))
)]
#[get("/api/money/days/{id}")]
pub async fn get_day(
    who: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
) -> Result<web::Json<DayView>, Problem> {
    who.must_see(&backend, Place::Site)?;
    let day = day_of_path(&id)?;
    let read = move |reader: &LedgerReader| {
        let through = reader.closed_through()?;
        Ok((through, reader.closed_by(day)?, reader.totals(day)?))
    };
    let (through, closed_by, totals) = backend.cashier.read(read).await?;
    let totals = totals.into_iter().map(|(account, purpose, going, coming)| TotalView {
        account: account.to_string(),
        purpose,
        out_fen: going.get(),
        in_fen: coming.get(),
    });
    let closed = through.is_some_and(|through| day <= through);
    Ok(web::Json(DayView { day: day.to_string(), closed, closed_by, totals: totals.collect() }))
}

/// An adjustment that waits for a second person.
#[derive(Debug, Serialize, ToSchema)]
pub struct AdjustmentView {
    /// What it is confirmed or taken back by.
    adjustment: String,
    by: String,
    at: String,
    from: String,
    to: String,
    amount_fen: i64,
    why: String,
}

/// The adjustments that wait for a second person.
#[utoipa::path(
    responses((status = 200, body = Vec<AdjustmentView>), Refusals), security(("token" = []))
)]
#[get("/api/money/adjustments")]
pub async fn get_adjustments(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<AdjustmentView>>, Problem> {
    who.must_see(&backend, Place::Site)?;
    let zone = backend.site.zone;
    let view = |waits: Adjustment| AdjustmentView {
        adjustment: waits.name(),
        by: waits.by.to_string(),
        at: local(waits.at, zone),
        from: waits.from.to_string(),
        to: waits.to.to_string(),
        amount_fen: waits.amount.get(),
        why: waits.why,
    };
    let waiting = backend.cashier.adjustments().await?;
    Ok(web::Json(waiting.into_iter().map(view).collect()))
}
