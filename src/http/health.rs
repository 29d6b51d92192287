//! Whether the controller is well, and what it has counted. No token: monitoring has none, and
//! nothing here is about a person.

use std::fmt::Write as _;

use actix_web::{HttpResponse, get, web};
use onecard_rules::Time;
use serde::Serialize;
use utoipa::ToSchema;

use super::Backend;

/// When the interface began to listen.
#[derive(Debug, Clone, Copy)]
pub struct Since(pub Time);

/// How the controller is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, or what is wrong.
    status: &'static str,
    version: &'static str,
    /// How often a controller has started on this data.
    boot: u64,
    /// The last row of the journal.
    last_seq: u64,
    /// Age of that row; null: none was written since the start.
    last_recorded_ms: Option<i64>,
    uptime_ms: i64,
    journal_healthy: bool,
    /// Facts that wait for the disk, and how many may.
    journal_waiting: usize,
    journal_capacity: usize,
    /// Commits that the disk refused since the start.
    journal_failed_commits: u64,
    ledger_healthy: bool,
    /// Payments that wait for the disk, and how many may.
    ledger_waiting: usize,
    ledger_capacity: usize,
    ledger_failed_commits: u64,
    /// Whether messages of devices can come and go.
    link_up: bool,
}

/// Whether the controller is well: 200, or 503 and what is wrong.
#[utoipa::path(responses((status = 200, body = Health), (status = 503, body = Health)))]
#[get("/health")]
pub async fn get_health(backend: web::Data<Backend>, since: web::Data<Since>) -> HttpResponse {
    let (journal, now) = (backend.journal.health(), backend.clock.now());
    let link_up = backend.link.is_up();
    let ledger = backend.ledger.health();
    let status = match (journal.healthy, ledger.healthy, link_up) {
        (true, true, true) => "ok",
        (false, _, _) => "the journal cannot be written: look at the disk",
        (true, false, _) => "the ledger cannot be written: look at the disk",
        (true, true, false) => "the broker is away: look at it and at the network",
    };
    let last_seq = *backend.journal.committed().borrow();
    let last = backend.journal.after(last_seq.saturating_sub(1), 1).unwrap_or_default();
    let health = Health {
        status,
        version: env!("CARGO_PKG_VERSION"),
        boot: backend.journal.boot(),
        last_seq,
        last_recorded_ms: last.first().map(|row| (now - row.at).num_milliseconds()),
        uptime_ms: (now - since.0).num_milliseconds(),
        journal_healthy: journal.healthy,
        journal_waiting: journal.waiting,
        journal_capacity: journal.capacity,
        journal_failed_commits: journal.failed_commits,
        ledger_healthy: ledger.healthy,
        ledger_waiting: ledger.waiting,
        ledger_capacity: ledger.capacity,
        ledger_failed_commits: ledger.failed_commits,
        link_up,
    };
    if journal.healthy && ledger.healthy && link_up {
        HttpResponse::Ok().json(health)
    } else {
        HttpResponse::ServiceUnavailable().json(health)
    }
}

/// What runs here.
#[derive(Debug, Serialize, ToSchema)]
pub struct Running {
    version: &'static str,
    site: String,
    name: String,
    /// How often a controller has started on this data.
    boot: u64,
}

/// What runs here, and for which site.
#[utoipa::path(responses((status = 200, body = Running)))]
#[get("/api/version")]
pub async fn get_version(backend: web::Data<Backend>) -> web::Json<Running> {
    web::Json(Running {
        version: env!("CARGO_PKG_VERSION"),
        site: backend.site.id.to_string(),
        name: backend.site.name.clone(),
        boot: backend.journal.boot(),
    })
}

/// Everything counted, in the Prometheus text format.
#[utoipa::path(responses((status = 200, body = String, content_type = "text/plain")))]
#[get("/metrics")]
pub async fn get_metrics(backend: web::Data<Backend>) -> HttpResponse {
    let mut text = backend.metrics.render();
    let end = text.rfind("# EOF").unwrap_or(text.len());
    text.truncate(end);
    let journal = backend.journal.health();
    let size = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let rows = [
        ("waiting", size(journal.waiting)),
        ("capacity", size(journal.capacity)),
        ("rows", journal.rows),
        ("commits", journal.commits),
        ("failed_commits", journal.failed_commits),
        ("refused", journal.refused),
        ("last_seq", *backend.journal.committed().borrow()),
        ("healthy", u64::from(journal.healthy)),
    ];
    for (name, value) in rows {
        gauge(&mut text, "journal", name, value);
    }
    let ledger = backend.ledger.health();
    let rows = [
        ("waiting", size(ledger.waiting)),
        ("capacity", size(ledger.capacity)),
        ("rows", ledger.rows),
        ("commits", ledger.commits),
        ("failed_commits", ledger.failed_commits),
        ("healthy", u64::from(ledger.healthy)),
    ];
    for (name, value) in rows {
        gauge(&mut text, "ledger", name, value);
    }
    gauge(&mut text, "link", "up", u64::from(backend.link.is_up()));
    for (name, value) in backend.link.counts().await {
        gauge(&mut text, "link", name, value);
    }
    text.push_str("# EOF\n");
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    HttpResponse::Ok().content_type(media_type).body(text)
}

fn gauge(text: &mut String, part: &str, name: &str, value: u64) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "# TYPE onecard_{part}_{name} gauge\nonecard_{part}_{name} {value}");
}
