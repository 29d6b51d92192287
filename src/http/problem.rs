//! What went wrong, as RFC 9457 has it: a stable code for programs; the field and the mend for
//! people.

use std::{collections::BTreeMap, fmt};

use actix_web::{
    HttpRequest, HttpResponse, Responder, ResponseError,
    body::BoxBody,
    http::{
        StatusCode,
        header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use onecard_rules::operator::Refusal;
use serde::Serialize;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

use crate::store::StoreFailure;

const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was refused. Codes are stable; none is ever renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No token or session, or one that is not good.
    Unauthorized,
    /// Name or password is wrong.
    WrongCredentials,
    /// Too many wrong passwords of that name.
    LockedOut,
    /// Too many wrong tokens or passwords from this address.
    TooManyAttempts,
    /// Nothing proves that a page of ours sends the request.
    Csrf,
    /// The role does not include it.
    Forbidden,
    /// The role includes it, but not at that place.
    OutOfScope,
    /// The campus has a broker of its own, which gives no tickets.
    OutsideBroker,
    /// The broker does not listen for pages.
    NoWebsocket,
    UnknownPath,
    MethodNotAllowed,
    UnknownGate,
    UnknownArea,
    UnknownRoom,
    UnknownTap,
    UnknownOperator,
    UnknownNote,
    UnknownDevice,
    UnknownToken,
    UnknownBackup,
    UnknownProposal,
    /// The area has no room whose power is watched.
    NoRooms,
    /// The body is not JSON.
    NotJson,
    BodyTooLong,
    /// A field or parameter is missing, unknown or wrong; `field` names it.
    BadField,
    NothingToEnd,
    NoOverride,
    NothingToForgive,
    AlarmNotStanding,
    /// Nobody has taken the tap out of use.
    TapNotShut,
    /// Too many notes stand.
    TooManyNotes,
    /// The campus wants two people for the order; it waits for the second.
    NeedsSecond,
    TooManyProposals,
    OperatorExists,
    /// An operator cannot do that to oneself.
    Yourself,
    /// A file is not as it was when it was taken to be edited.
    RulesChanged,
    BackupRunning,
    /// The meter has told no other number than the one on record.
    SameMeter,
    /// The cause was carried out before, with another amount.
    ExistsWithDifferentAmount,
    /// The cause was carried out before, for something else.
    ExistsWithDifferentOrder,
    /// The amount is not more than zero.
    NotPositive,
    /// Nothing is added to a day that is closed.
    DayClosed,
    /// A day is closed when it is over.
    DayNotOver,
    UnknownAccount,
    /// Nobody of that number is registered.
    UnknownPerson,
    /// There is no photo of the person, or none for whom has not seen the person at an own gate.
    UnknownPhoto,
    /// Payer and payee are the same.
    SameAccount,
    AccountClosed,
    AccountFrozen,
    /// An account with something in it is not closed.
    AccountNotEmpty,
    /// Money does not go between these for this purpose.
    WrongAccounts,
    /// A limit of the person's.
    LimitExceeded,
    InsufficientFunds,
    ReservationUnknown,
    ReservationEnded,
    ExceedsReserved,
    NotExpired,
    /// There is no such row of the ledger.
    RowUnknown,
    /// The row has moved no money.
    NothingToCorrect,
    /// More than is left of the row to be corrected.
    ExceedsRow,
    /// A sum would not fit.
    Overflow,
    /// No adjustment waits by that name.
    NothingToConfirm,
    /// A second person must confirm it.
    SamePerson,
    /// The room does not pay in advance.
    NotBilled,
    /// No register of the meter waits for a decision.
    NothingParked,
    /// What was used cannot be charged.
    Uncharged,
    /// The room is being billed at this moment.
    BillingBusy,
    /// The order is not on record; a gate may have been told already.
    NotRecorded,
    GateBusy,
    /// The controller did not answer in time or is stopping.
    NoAnswer,
    /// The controller's disk cannot be read.
    StoreUnreadable,
    /// A folder cannot be read or written.
    FolderUnusable,
}

impl Code {
    fn status(self) -> StatusCode {
        match self {
            Self::Unauthorized | Self::WrongCredentials => StatusCode::UNAUTHORIZED,
            Self::Csrf | Self::Forbidden | Self::OutOfScope => StatusCode::FORBIDDEN,
            Self::TooManyAttempts | Self::LockedOut => StatusCode::TOO_MANY_REQUESTS,
            Self::UnknownPath
            | Self::UnknownGate
            | Self::UnknownArea
            | Self::UnknownRoom
            | Self::UnknownTap
            | Self::UnknownOperator
            | Self::UnknownNote
            | Self::UnknownDevice
            | Self::UnknownToken
            | Self::UnknownBackup
            | Self::UnknownProposal
            | Self::NoRooms
            | Self::UnknownAccount
            | Self::UnknownPerson
            | Self::UnknownPhoto
            | Self::ReservationUnknown
            | Self::RowUnknown
            | Self::NothingToConfirm => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson => StatusCode::BAD_REQUEST,
            Self::BadField
            | Self::NotPositive
            | Self::SameAccount
            | Self::WrongAccounts
            | Self::Overflow => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NothingToEnd
            | Self::NoOverride
            | Self::NothingToForgive
            | Self::AlarmNotStanding
            | Self::TapNotShut
            | Self::TooManyNotes
            | Self::NeedsSecond
            | Self::TooManyProposals
            | Self::OperatorExists
            | Self::Yourself
            | Self::RulesChanged
            | Self::BackupRunning
            | Self::SameMeter
            | Self::ExistsWithDifferentAmount
            | Self::ExistsWithDifferentOrder
            | Self::DayClosed
            | Self::DayNotOver
            | Self::AccountClosed
            | Self::AccountFrozen
            | Self::AccountNotEmpty
            | Self::LimitExceeded
            | Self::InsufficientFunds
            | Self::ReservationEnded
            | Self::ExceedsReserved
            | Self::NotExpired
            | Self::NothingToCorrect
            | Self::ExceedsRow
            | Self::SamePerson
            | Self::NotBilled
            | Self::NothingParked
            | Self::Uncharged => StatusCode::CONFLICT,
            Self::NotRecorded
            | Self::GateBusy
            | Self::NoAnswer
            | Self::StoreUnreadable
            | Self::FolderUnusable
            | Self::OutsideBroker
            | Self::NoWebsocket
            | Self::BillingBusy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// A refusal.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The name of the HTTP status.
    title: &'static str,
    status: u16,
    code: Code,
    /// What is wrong and the mend.
    detail: String,
    /// The field, parameter or part of the path that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The methods that the path knows.
    #[serde(skip)]
    allowed: Option<Box<str>>,
    /// Seconds until it is worth asking again.
    #[serde(skip)]
    retry_after_s: Option<u32>,
}

impl Problem {
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let status = code.status();
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            field: None,
            allowed: None,
            retry_after_s: None,
        }
    }

    /// A field that is missing, unknown or makes no sense.
    pub fn bad_field(field: &str, detail: impl Into<String>) -> Self {
        Self::new(Code::BadField, detail).at(field)
    }

    /// A thing that is not there; `meant` is the nearest that is.
    pub fn unknown(code: Code, what: &str, id: &str, meant: Option<&str>) -> Self {
        let meant = meant.map(|word| format!("; did you mean `{word}`?")).unwrap_or_default();
        Self::new(code, format!("there is no {what} `{id}`{meant}")).at(what)
    }

    /// A method that the path does not know.
    pub fn method_not_allowed(method: &str, path: &str, allowed: String) -> Self {
        let detail = format!("`{path}` knows no {method}; use {allowed}");
        Self { allowed: Some(allowed.into()), ..Self::new(Code::MethodNotAllowed, detail) }
    }

    /// A service that does not answer.
    pub fn no_answer() -> Self {
        let detail = "the controller is busy or stopping; look whether an order was carried out \
                      before you repeat it";
        Self::new(Code::NoAnswer, detail)
    }

    /// A store that cannot be read or written.
    #[expect(clippy::needless_pass_by_value, reason = "handed to `map_err`")]
    pub fn store(failure: StoreFailure) -> Self {
        Self::new(Code::StoreUnreadable, failure.to_string())
    }

    /// The code as programs read it.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The field that is wrong, if one is.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// Worth asking again after so many seconds.
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    fn at(self, field: &str) -> Self {
        Self { field: Some(field.to_owned()), ..self }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::Role { .. } => Code::Forbidden,
            Refusal::Scope { .. } => Code::OutOfScope,
        };
        Self::new(code, format!("{refusal}; ask an administrator if it should"))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.content_type(MEDIA_TYPE);
        match self.code {
            Code::Unauthorized | Code::WrongCredentials => {
                response.insert_header((WWW_AUTHENTICATE, "Bearer"));
            }
            Code::TooManyAttempts | Code::LockedOut => {
                let seconds = self.retry_after_s.unwrap_or(60);
                response.insert_header((RETRY_AFTER, seconds.to_string()));
            }
            Code::NotRecorded
            | Code::GateBusy
            | Code::BillingBusy
            | Code::NoAnswer
            | Code::StoreUnreadable => {
                response.insert_header((RETRY_AFTER, "1"));
            }
            Code::UnknownPath
            | Code::Csrf
            | Code::Forbidden
            | Code::OutOfScope
            | Code::OutsideBroker
            | Code::NoWebsocket
            | Code::MethodNotAllowed
            | Code::UnknownGate
            | Code::UnknownArea
            | Code::UnknownRoom
            | Code::UnknownTap
            | Code::TapNotShut
            | Code::UnknownOperator
            | Code::UnknownNote
            | Code::UnknownDevice
            | Code::UnknownToken
            | Code::UnknownBackup
            | Code::UnknownProposal
            | Code::NoRooms
            | Code::NotJson
            | Code::BodyTooLong
            | Code::BadField
            | Code::NothingToEnd
            | Code::NoOverride
            | Code::NothingToForgive
            | Code::AlarmNotStanding
            | Code::TooManyNotes
            | Code::NeedsSecond
            | Code::TooManyProposals
            | Code::OperatorExists
            | Code::Yourself
            | Code::RulesChanged
            | Code::BackupRunning
            | Code::FolderUnusable
            | Code::SameMeter
            | Code::ExistsWithDifferentAmount
            | Code::ExistsWithDifferentOrder
            | Code::NotPositive
            | Code::DayClosed
            | Code::DayNotOver
            | Code::UnknownAccount
            | Code::UnknownPerson
            | Code::UnknownPhoto
            | Code::SameAccount
            | Code::AccountClosed
            | Code::AccountFrozen
            | Code::AccountNotEmpty
            | Code::WrongAccounts
            | Code::LimitExceeded
            | Code::InsufficientFunds
            | Code::ReservationUnknown
            | Code::ReservationEnded
            | Code::ExceedsReserved
            | Code::NotExpired
            | Code::RowUnknown
            | Code::NothingToCorrect
            | Code::ExceedsRow
            | Code::Overflow
            | Code::NothingToConfirm
            | Code::SamePerson
            | Code::NotBilled
            | Code::NothingParked
            | Code::Uncharged => {}
        }
        if let Some(allowed) = &self.allowed {
            response.insert_header((ALLOW, &**allowed));
        }
        response.json(self)
    }
}

impl Responder for Problem {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.error_response()
    }
}

/// How reading can be refused.
pub struct Refusals;

/// How an order can be refused.
pub struct OrderRefusals;

/// How a session can be refused.
pub struct SessionRefusals;

impl IntoResponses for SessionRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals(&[
            (400, "The body is not JSON"),
            (401, "Name or password is wrong, or there is no session"),
            (403, "Nothing proves that a page of ours sends it"),
            (413, "The body is too long"),
            (422, "A field is missing, unknown or wrong; `field` names it"),
            (429, "The name is locked, or the address must wait"),
            (503, "No answer in time, or the broker takes no pages"),
        ])
    }
}

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals(&[
            (401, "No token or session, or one that is not good"),
            (403, "The role does not include it, or not there"),
            (404, "No such gate, area, room, account or row"),
            (422, "A parameter is wrong; `field` names it"),
            (429, "Too many wrong tokens"),
            (503, "No answer in time, or the disk cannot be read"),
        ])
    }
}

impl IntoResponses for OrderRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut all = Refusals::responses();
        all.extend(refusals(&[
            (400, "The body is not JSON"),
            (409, "It contradicts how things are: nothing to end, to take back, to pay with"),
            (413, "The body is too long"),
            (422, "A field is missing, unknown or wrong; `field` names it"),
            (503, "It is not on record; a gate may have been told already"),
        ]));
        all
    }
}

fn refusals(rows: &[(u16, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let response = |&(status, description): &(u16, &str)| {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new().description(description).content(MEDIA_TYPE, content);
        (status.to_string(), RefOr::T(response.build()))
    };
    rows.iter().map(response).collect()
}
