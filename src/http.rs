//! The HTTP interface: entries, gates, areas, alarms to read; orders to give by a named operator;
//! health and metrics. `docs/http.md` is its guide, `/openapi.json` its contract.
//!
//! It runs on its own threads and asks the services; nothing of the real-time path waits for it.

use std::{
    collections::HashMap,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use actix::{Addr, Recipient};
use actix_web::{
    App, HttpServer,
    dev::ServerHandle,
    middleware::DefaultHeaders,
    web::{self, JsonConfig, PathConfig, QueryConfig},
};
use onecard_devices::{clock::SharedClock, gate::actor::GetSnapshot};
use onecard_rules::{ids::GateId, site::Site};
use tracing::info;

use crate::{
    access::Access, alarms::Alarms, link::LinkHandle, metrics::Metrics, store::journal::Journal,
};

mod act;
mod health;
mod openapi;
mod operator;
mod problem;
mod read;

use problem::Problem;

/// Longest body taken, in bytes; orders are short.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// How long requests under way may take when the controller stops.
const STOP_S: u64 = 2;

/// What the handlers ask.
#[derive(Debug, Clone)]
pub struct Backend {
    pub site: Arc<Site>,
    pub access: Addr<Access>,
    pub alarms: Addr<Alarms>,
    pub gates: Arc<HashMap<GateId, Recipient<GetSnapshot>>>,
    pub journal: Journal,
    /// The database's file.
    pub database: PathBuf,
    pub metrics: Metrics,
    pub clock: SharedClock,
    pub link: LinkHandle,
    pub anonymous_read: bool,
}

/// Why HTTP does not listen.
#[derive(Debug, thiserror::Error)]
pub enum HttpFailure {
    #[error("cannot listen for HTTP on `{address}`: {source}; is another program there?")]
    Bind { address: SocketAddr, source: std::io::Error },
}

/// The running interface.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers what is under way and stops.
    pub async fn stop(&self) {
        self.handle.stop(true).await;
    }
}

/// Starts listening.
///
/// # Errors
/// When the address cannot be had.
pub fn start(listen: SocketAddr, backend: Backend) -> Result<Server, HttpFailure> {
    let failed = |source| HttpFailure::Bind { address: listen, source };
    let listener = TcpListener::bind(listen).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let backend = web::Data::new(backend);
    let guard = web::Data::new(operator::Guard::default());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(backend.clone())
            .app_data(guard.clone())
            .app_data(JsonConfig::default().limit(BODY_BYTES_MAX).error_handler(|error, _| {
                Problem::unprocessable("body", &error.to_string()).into()
            }))
            .app_data(QueryConfig::default().error_handler(|error, _| {
                Problem::unprocessable("query", &error.to_string()).into()
            }))
            .app_data(PathConfig::default().error_handler(|error, _| {
                Problem::unprocessable("path", &error.to_string()).into()
            }))
            .wrap(
                DefaultHeaders::new()
                    .add(("x-content-type-options", "nosniff"))
                    .add(("content-security-policy", "default-src 'none'"))
                    .add(("cache-control", "no-store")),
            )
            .configure(routes)
            .default_service(web::to(|| async { Problem::not_found("path", "no such path", None) }))
    })
    .workers(1)
    .shutdown_timeout(STOP_S)
    .client_request_timeout(Duration::from_secs(10))
    .disable_signals()
    .listen(listener)
    .map_err(failed)?
    .run();
    let handle = server.handle();
    // It ends when it is stopped; what could fail, failed at binding.
    actix::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "the HTTP interface ended");
        }
    });
    info!(%address, "HTTP listens");
    Ok(Server { address, handle })
}

/// Every path; `openapi` must name the same.
fn routes(config: &mut web::ServiceConfig) {
    config
        .service(read::get_entries)
        .service(read::get_facts)
        .service(read::get_gates)
        .service(read::get_gate)
        .service(read::get_areas)
        .service(read::get_people_within)
        .service(read::get_alarms)
        .service(act::open_gate)
        .service(act::set_gate_mode)
        .service(act::clear_gate_mode)
        .service(act::begin_lockdown)
        .service(act::end_lockdown)
        .service(act::begin_emergency)
        .service(act::end_emergency)
        .service(act::forgive_passback)
        .service(act::acknowledge_alarm)
        .service(health::get_health)
        .service(health::get_metrics)
        .service(openapi::get_document);
}
