//! The `OpenAPI` document, made from the handlers and types themselves.

use actix_web::{HttpResponse, get};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};

use super::{act, health, read};

/// The document.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "OneCard",
        description = "Entries, gates, areas and alarms to read, and orders to give by a named operator. Errors are `application/problem+json`."
    ),
    paths(
        read::get_entries,
        read::get_facts,
        read::get_gates,
        read::get_gate,
        read::get_areas,
        read::get_people_within,
        read::get_alarms,
        act::open_gate,
        act::set_gate_mode,
        act::clear_gate_mode,
        act::begin_lockdown,
        act::end_lockdown,
        act::begin_emergency,
        act::end_emergency,
        act::forgive_passback,
        act::acknowledge_alarm,
        health::get_health,
        health::get_metrics,
        get_document,
    ),
    modifiers(&Token)
)]
pub struct Document;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}

/// This document.
#[utoipa::path(responses((status = 200, body = Object)))]
#[get("/openapi.json")]
pub async fn get_document() -> HttpResponse {
    HttpResponse::Ok().json(Document::openapi())
}
