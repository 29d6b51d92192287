//! The HTTP interface: entries, gates, areas, alarms to read; orders to give by a named operator;
//! health and metrics; and the pages. `docs/http.md` is its guide, `/openapi.json` its contract.
//!
//! It runs on its own threads and asks the services; nothing of the real-time path waits for it.

use std::{
    collections::HashMap,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use actix::Recipient;
use actix_web::{
    App, HttpServer,
    body::MessageBody,
    dev::{ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::DefaultHeaders,
    web::{self, PayloadConfig, QueryConfig},
};
use onecard_devices::{clock::SharedClock, gate::actor::GetSnapshot};
use onecard_rules::{ids::GateId, site::Site};
use tracing::info;

use crate::{
    metrics::Metrics,
    money::Cashier,
    operators::Operators,
    store::{journal::Journal, ledger::Ledger},
};

mod act;
mod alarms;
mod asked;
mod audit;
mod backups;
mod campus;
mod desks;
mod devices;
mod flow;
mod handovers;
mod health;
mod message;
mod money;
mod openapi;
mod operator;
mod pages;
mod pay;
mod people;
mod photos;
mod places;
mod power;
mod preview;
mod problem;
mod proposals;
mod quarantine;
mod read;
mod rights;
mod rooms;
mod rules;
mod session;
mod staff;
mod statement;
mod taps;
#[cfg(test)]
mod tests;
mod websocket;

pub use backups::OneAtATime;
pub use campus::Supplies;
pub use desks::{
    AccessDesk, AlarmDesk, BillingDesk, Counts, HandoverDesk, LinkStatus, PowerDesk, WaterDesk,
};
pub use message::{Order, Verb};
pub(crate) use problem::Problem;
pub use proposals::Proposals;
pub use websocket::Websocket;

/// Longest body taken, in bytes; orders are short.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// How long requests under way may take when the controller stops, in seconds.
const STOP_S: u64 = 2;
/// Connections at a time; more wait to be accepted.
const CONNECTIONS_MAX: usize = 1024;
/// Questions to the disk at a time; more wait.
const BLOCKING_MAX: usize = 8;

/// What the handlers ask.
#[derive(Debug, Clone)]
pub struct Backend {
    pub site: Arc<Site>,
    pub access: AccessDesk,
    pub alarms: AlarmDesk,
    pub handovers: HandoverDesk,
    pub power: PowerDesk,
    pub water: WaterDesk,
    pub billing: BillingDesk,
    pub cashier: Arc<Cashier>,
    pub gates: Arc<HashMap<GateId, Recipient<GetSnapshot>>>,
    pub journal: Journal,
    pub ledger: Ledger,
    pub operators: Arc<Operators>,
    /// The file of the database, for questions that no service needs to be asked.
    pub database: PathBuf,
    /// The campus folder.
    pub folder: PathBuf,
    pub backups: OneAtATime,
    /// Orders that wait for a second operator.
    pub proposals: Arc<Proposals>,
    pub supplies: Arc<Supplies>,
    pub websocket: Websocket,
    pub metrics: Metrics,
    pub clock: SharedClock,
    pub link: Arc<dyn LinkStatus>,
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
    let parts = Parts::new(backend);
    let server = HttpServer::new(move || app(parts.clone()))
        .workers(1)
        .worker_max_blocking_threads(BLOCKING_MAX)
        .max_connections(CONNECTIONS_MAX)
        .keep_alive(Duration::from_secs(30))
        .client_request_timeout(Duration::from_secs(10))
        .shutdown_timeout(STOP_S)
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

/// What each worker is given.
#[derive(Debug, Clone)]
struct Parts {
    backend: web::Data<Backend>,
    turns: web::Data<session::Turns>,
    pages: web::Data<&'static pages::Bundle>,
    since: web::Data<health::Since>,
}

impl Parts {
    fn new(backend: Backend) -> Self {
        Self {
            turns: web::Data::new(session::Turns::default()),
            pages: web::Data::new(&pages::BUILT_IN),
            since: web::Data::new(health::Since(backend.clock.now())),
            backend: web::Data::new(backend),
        }
    }
}

fn app(
    parts: Parts,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(parts.backend)
        .app_data(parts.turns)
        .app_data(parts.pages)
        .app_data(parts.since)
        .app_data(PayloadConfig::new(BODY_BYTES_MAX))
        .app_data(QueryConfig::default().error_handler(|error, _| asked::bad_query(error).into()))
        .wrap(
            DefaultHeaders::new()
                .add(("x-content-type-options", "nosniff"))
                .add(("content-security-policy", "default-src 'none'; frame-ancestors 'none'"))
                .add(("referrer-policy", "no-referrer"))
                .add(("cache-control", "no-store")),
        )
        .configure(openapi::routes)
        .default_service(web::to(pages::serve))
}
