//! Signing in and out, and the ticket to the broker that a session is given.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration as CookieDuration},
    delete, get,
    http::header::CONTENT_TYPE,
    post, web,
};
use onecard_devices::gate::wire::local;
use onecard_rules::{
    Time,
    audit::{Audit, Deed, Means, Origin},
    event::Event,
    ids::OperatorId,
    operator::{Role, Scope},
};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::{
    Backend, Websocket,
    asked::Body,
    operator::{COOKIE, InSession, address_of, note, origin_of},
    problem::{Code, Problem, SessionRefusals},
};
use crate::operators::{Failure, SignInRefusal, Signed};

/// Passwords checked at a time: each takes a core for tens of milliseconds, and 19 MiB.
const CHECKS: usize = 2;
/// How long somebody waits for their turn.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
/// The longest name of an operator that is written down when it is wrong.
const CLAIMED_CHARS: usize = 64;

/// Who may have a password checked at the moment.
#[derive(Debug)]
pub struct Turns(Semaphore);

impl Default for Turns {
    fn default() -> Self {
        Self(Semaphore::new(CHECKS))
    }
}

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInAsked {
    operator: String,
    password: String,
}

/// Who has signed in, and what for.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// The name signed in with, as it stands in every record.
    operator: String,
    /// What screens call the operator.
    name: String,
    /// `guard`, `dormitory_manager`, `utilities`, `security`, `finance`, `auditor` or `administrator`.
    #[schema(value_type = String)]
    role: Role,
    /// The areas on duty for, with everything inside them; null: the whole site.
    areas: Option<Vec<String>>,
    /// The single gates on duty for; null: the whole site.
    gates: Option<Vec<String>>,
    /// To be sent as `X-CSRF-Token` with every request but GET.
    csrf: String,
    expires_at: String,
}

impl SessionView {
    fn of(signed: &Signed, backend: &Backend) -> Self {
        let (areas, gates) = match &signed.operator.rights.scope {
            Scope::Site => (None, None),
            Scope::Places { areas, gates } => (
                Some(areas.iter().map(ToString::to_string).collect()),
                Some(gates.iter().map(ToString::to_string).collect()),
            ),
        };
        Self {
            operator: signed.operator.id.to_string(),
            name: signed.operator.name.clone(),
            role: signed.operator.rights.role,
            areas,
            gates,
            csrf: signed.csrf.clone(),
            expires_at: local(signed.expires, backend.site.zone),
        }
    }
}

fn audit(at: Time, by: Option<OperatorId>, role: Option<Role>, from: Origin, did: Deed) -> Event {
    Event::Audited(Box::new(Audit { at, by, role, from, did }))
}

/// The cookie, for as long as the session lasts; of no secret, to take it back.
fn cookie(request: &HttpRequest, secret: &str, seconds: i64) -> Cookie<'static> {
    // A proxy with TLS says so; then the cookie never goes without.
    let secure = request.connection_info().scheme() == "https";
    Cookie::build(COOKIE, secret.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(secure)
        .max_age(CookieDuration::seconds(seconds))
        .finish()
}

/// Signs in: sets the session's cookie.
#[utoipa::path(
    request_body = SignInAsked, responses((status = 200, body = SessionView), SessionRefusals)
)]
#[post("/api/session")]
pub async fn sign_in(
    request: HttpRequest,
    backend: web::Data<Backend>,
    turns: web::Data<Turns>,
    Body(asked): Body<SignInAsked>,
) -> Result<HttpResponse, Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json")) {
        // No form of another site can send that.
        let detail = "send `Content-Type: application/json`";
        return Err(Problem::new(Code::Csrf, detail));
    }
    let (address, now) = (address_of(&request), backend.clock.now());
    if backend.operators.is_busy(address, now) {
        let detail = "too much was wrong from this address; wait a minute";
        return Err(Problem::new(Code::TooManyAttempts, detail));
    }
    let SignInAsked { operator, password } = asked;
    let turn = tokio::time::timeout(PATIENCE, turns.0.acquire()).await;
    let Ok(Ok(turn)) = turn else { return Err(Problem::no_answer()) };
    let (operators, claimed) = (Arc::clone(&backend.operators), operator.clone());
    let checked =
        web::block(move || operators.sign_in(&claimed, &password, &address.to_string(), now));
    let checked = checked.await.map_err(|_| Problem::no_answer())?;
    drop(turn);
    let from = origin_of(&request, Means::Password);
    let checked = checked.map_err(|failure| match failure {
        Failure::Store(failure) => Problem::store(failure),
        Failure::Random(failure) => Problem::new(Code::StoreUnreadable, failure.to_string()),
    })?;
    let (secret, signed) = match checked {
        Ok(begun) => begun,
        Err(refusal) => {
            backend.metrics.refuse("wrong_credentials");
            backend.operators.wrong_from(address, now);
            let claimed = operator.chars().take(CLAIMED_CHARS).collect();
            let locked = matches!(refusal, SignInRefusal::Locked { .. });
            note(&backend, audit(now, None, None, from, Deed::SignInRefused { claimed, locked }));
            return Err(refused(refusal, now));
        }
    };
    let (by, role) = (signed.operator.id.clone(), signed.operator.rights.role);
    note(&backend, audit(now, Some(by), Some(role), from, Deed::SignedIn));
    let seconds = (signed.expires - now).num_seconds();
    let cookie = cookie(&request, &secret, seconds);
    Ok(HttpResponse::Ok().cookie(cookie).json(SessionView::of(&signed, &backend)))
}

fn refused(refusal: SignInRefusal, now: Time) -> Problem {
    match refusal {
        SignInRefusal::Wrong => Problem::new(Code::WrongCredentials, "name or password is wrong"),
        SignInRefusal::Locked { until } => {
            let seconds = (until - now).num_seconds().max(1).unsigned_abs();
            let detail = format!(
                "too many wrong passwords; wait {seconds} s, or have an administrator set a new one"
            );
            Problem::new(Code::LockedOut, detail).retry_after(seconds)
        }
    }
}

/// The session of this browser.
#[utoipa::path(
    responses((status = 200, body = SessionView), SessionRefusals), security(("session" = []))
)]
#[get("/api/session")]
pub async fn get_session(who: InSession, backend: web::Data<Backend>) -> web::Json<SessionView> {
    web::Json(SessionView::of(&who.signed, &backend))
}

/// Signs out: the session and its MQTT tickets are worth nothing any more.
#[utoipa::path(responses((status = 204), SessionRefusals), security(("session" = [])))]
#[delete("/api/session")]
pub async fn sign_out(
    request: HttpRequest,
    who: InSession,
    backend: web::Data<Backend>,
) -> Result<HttpResponse, Problem> {
    let (operators, now) = (Arc::clone(&backend.operators), backend.clock.now());
    let InSession { signed, from } = who;
    let session = signed.session;
    let gone = web::block(move || operators.sign_out(&session, now)).await;
    let gone = gone.map_err(|_| Problem::no_answer())?.map_err(Problem::store)?;
    for name in gone {
        backend.link.disconnect(&name).await;
    }
    let (by, role) = (signed.operator.id, signed.operator.rights.role);
    note(&backend, audit(now, Some(by), Some(role), from, Deed::SignedOut));
    Ok(HttpResponse::NoContent().cookie(cookie(&request, "", 0)).finish())
}

/// Which ticket is to be renewed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketAsked {
    /// A client id that this session was given before: its connection stays, for longer. A new one
    /// is made when it is absent, or over.
    client_id: Option<String>,
}

/// What the page connects to the broker with.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketView {
    /// Where the broker listens for WebSocket.
    url: String,
    /// The only client id that the broker takes with this name.
    client_id: String,
    username: String,
    password: String,
    /// Then the broker closes the connection, unless the ticket is renewed before.
    expires_at: String,
    /// The second segment of every topic.
    site: String,
    /// Everything that may be subscribed to: these filters, or narrower ones.
    subscribe: Vec<String>,
}

/// Gives the page a ticket to the broker: it may hear what its operator may see, for ten minutes, and
/// publish nothing.
#[utoipa::path(
    request_body(content = Option<TicketAsked>),
    responses((status = 200, body = TicketView), SessionRefusals), security(("session" = []))
)]
#[post("/api/session/mqtt")]
pub async fn get_ticket(
    request: HttpRequest,
    who: InSession,
    backend: web::Data<Backend>,
    body: web::Bytes,
) -> Result<web::Json<TicketView>, Problem> {
    let asked: TicketAsked =
        if body.is_empty() { TicketAsked::default() } else { super::asked::read_json(&body)? };
    let url = match &backend.websocket {
        Websocket::Outside => {
            let detail = "the campus has a broker of its own; an account there is what pages need: \
                          see `docs/http.md`";
            return Err(Problem::new(Code::OutsideBroker, detail));
        }
        Websocket::Closed => {
            let detail = "the broker does not listen for pages; set `websocket` under `[broker]`";
            return Err(Problem::new(Code::NoWebsocket, detail));
        }
        Websocket::Open(_) | Websocket::Behind(_) => backend.websocket.url(&request),
    };
    let now = backend.clock.now();
    let ticket = backend.operators.admit(&who.signed, asked.client_id.as_deref(), now);
    let ticket =
        ticket.map_err(|failure| Problem::new(Code::StoreUnreadable, failure.to_string()))?;
    for name in &ticket.displaced {
        backend.link.disconnect(name).await;
    }
    Ok(web::Json(TicketView {
        url: url.unwrap_or_default(),
        client_id: ticket.name.clone(),
        username: ticket.name,
        password: ticket.password,
        expires_at: local(ticket.until, backend.site.zone),
        site: backend.site.id.to_string(),
        subscribe: ticket.filters.to_vec(),
    }))
}
