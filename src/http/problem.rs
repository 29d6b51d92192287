//! What went wrong, as RFC 9457 has it: a stable code, the field, the mend.

use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

/// A refusal.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Stable, for programs.
    pub code: &'static str,
    /// For people: what is wrong and the mend.
    pub detail: String,
    /// The field or thing that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, field: Option<&str>, detail: String) -> Self {
        Self { status: status.as_u16(), code, detail, field: field.map(ToOwned::to_owned) }
    }

    /// No or a wrong token.
    pub fn unauthorized(detail: &str) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            Some("authorization"),
            detail.to_owned(),
        )
    }

    /// Too many wrong tokens.
    pub fn too_many() -> Self {
        let detail = "too many wrong tokens; wait a minute".to_owned();
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", None, detail)
    }

    /// A thing that is not there.
    pub fn not_found(field: &str, detail: &str, meant: Option<&str>) -> Self {
        let meant = meant.map(|word| format!("; did you mean `{word}`?")).unwrap_or_default();
        Self::new(StatusCode::NOT_FOUND, "not_found", Some(field), format!("{detail}{meant}"))
    }

    /// Something that contradicts how things are.
    pub fn conflict(detail: String) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", None, detail)
    }

    /// A field that makes no sense.
    pub fn unprocessable(field: &str, detail: &str) -> Self {
        let (status, detail) = (StatusCode::UNPROCESSABLE_ENTITY, detail.to_owned());
        Self::new(status, "unprocessable", Some(field), detail)
    }

    /// It could not be done at the moment.
    pub fn unavailable(detail: String) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", None, detail)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).content_type("application/problem+json").json(self)
    }
}

impl actix_web::Responder for Problem {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &actix_web::HttpRequest) -> HttpResponse {
        self.error_response()
    }
}
