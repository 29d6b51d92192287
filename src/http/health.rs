//! Whether the controller is well, and what it has counted. No token: monitoring has none, and
//! nothing here is about a person.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::Backend;

/// How the controller is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, or what is wrong.
    status: String,
    version: &'static str,
    /// How often a controller has started on this data.
    boot: u64,
    /// The last row of the journal.
    last_seq: u64,
    /// Facts waiting for the disk.
    journal_queued: usize,
    journal_healthy: bool,
    /// Commits that the disk refused since the start.
    journal_failures: u64,
    link_up: bool,
}

/// Whether the controller is well: 200, or 503 and what is wrong.
#[utoipa::path(responses((status = 200, body = Health), (status = 503, body = Health)))]
#[get("/health")]
pub async fn get_health(backend: web::Data<Backend>) -> HttpResponse {
    let stats = backend.journal.health();
    let link_up = backend.link.is_up();
    let said = match (stats.healthy, link_up) {
        (true, true) => "ok",
        (false, _) => "the journal cannot be written: look at the disk",
        (true, false) => "the broker is away",
    };
    let health = Health {
        status: said.to_owned(),
        version: env!("CARGO_PKG_VERSION"),
        boot: backend.journal.boot(),
        last_seq: *backend.journal.committed().borrow(),
        journal_queued: stats.waiting,
        journal_healthy: stats.healthy,
        journal_failures: stats.failed_commits,
        link_up,
    };
    if stats.healthy && link_up {
        HttpResponse::Ok().json(health)
    } else {
        HttpResponse::ServiceUnavailable().json(health)
    }
}

/// Everything counted, in the Prometheus text format.
#[utoipa::path(responses((status = 200, body = String, content_type = "text/plain")))]
#[get("/metrics")]
pub async fn get_metrics(backend: web::Data<Backend>) -> HttpResponse {
    use std::fmt::Write as _;
    let mut text = backend.metrics.render();
    let end = text.rfind("# EOF").unwrap_or(text.len());
    text.truncate(end);
    let stats = backend.journal.health();
    let journal = [
        ("queued", stats.waiting as u64),
        ("commits_total", stats.commits),
        ("rows_total", stats.rows),
        ("failed_commits_total", stats.failed_commits),
        ("refused_total", stats.refused),
        ("last_seq", *backend.journal.committed().borrow()),
    ];
    let journal = journal.into_iter().map(|(name, value)| ("journal", name, value));
    let link = backend.link.counts().await.into_iter().map(|(name, value)| ("link", name, value));
    for (part, name, value) in journal.chain(link) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "onecard_{part}_{name} {value}");
    }
    text.push_str("# EOF\n");
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(text)
}
