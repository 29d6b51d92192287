//! Who asks: the operator behind a bearer token, `Authorization: Bearer TOKEN`, behind the cookie of a
//! session, or behind the token in a message.
//!
//! A right token is always let in, however many wrong ones came from the same address: nobody may
//! keep a guard from ordering a lock-down by guessing. Wrong ones are counted by address; there is
//! nothing to guess in 32 random bytes, the count only tells a broken client to stop.

use std::{future::Future, net::IpAddr, pin::Pin, sync::Arc};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{Method, header::AUTHORIZATION},
    web,
};
use onecard_rules::{
    audit::{Deed, Means, Origin},
    operator::{Action, Authority},
};

use super::{AsSent, InSession, Operator, Reader, note};
use crate::{
    http::{
        Backend,
        problem::{Code, Problem},
        proposals::Sent,
        rights,
    },
    operators::Signed,
};

/// The cookie that holds a session's secret.
pub const COOKIE: &str = "onecard_session";
/// The header that proves that a page of ours sends the request.
pub const CSRF: &str = "x-csrf-token";
/// A message does not say what machine it comes from; all of them count as one address.
const NO_ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

/// The network address of who asks. A proxy on this machine says for whom it asks; of what it says,
/// only the last address is its own word.
pub fn address_of(request: &HttpRequest) -> IpAddr {
    // Without an address, everybody counts as one.
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    let header = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let behind = header.and_then(|list| list.rsplit(',').next()?.trim().parse().ok());
    if peer.is_loopback() { behind.unwrap_or(peer) } else { peer }
}

/// Where somebody sits, and how they proved their name.
pub fn origin_of(request: &HttpRequest, means: Means) -> Origin {
    Origin { address: address_of(request).to_string(), means }
}

fn backend_of(request: &HttpRequest) -> Result<&web::Data<Backend>, Problem> {
    request.app_data::<web::Data<Backend>>().ok_or_else(Problem::no_answer)
}

/// The session behind the cookie, if there is one; a request that changes something must prove that a
/// page of ours sends it.
async fn session_of(request: &HttpRequest) -> Result<Option<Signed>, Problem> {
    let backend = backend_of(request)?;
    let Some(cookie) = request.cookie(COOKIE) else { return Ok(None) };
    let (operators, now) = (Arc::clone(&backend.operators), backend.clock.now());
    let secret = cookie.value().to_owned();
    let found = web::block(move || operators.by_session(&secret, now)).await;
    let found = found.map_err(|_| Problem::no_answer())?.map_err(Problem::store)?;
    let Some(signed) = found else {
        let detail = "the session has ended; sign in again";
        return Err(Problem::new(Code::Unauthorized, detail));
    };
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let sent = request.headers().get(CSRF).map(|value| value.as_bytes().to_vec());
    let proved = sent.is_some_and(|sent| {
        let unlike = sent.iter().zip(signed.csrf.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
        sent.len() == signed.csrf.len() && std::hint::black_box(unlike) == 0
    });
    if reads || proved {
        return Ok(Some(signed));
    }
    backend.metrics.refuse("csrf");
    let detail = "send the `csrf` of `/api/session` as `X-CSRF-Token`";
    Err(Problem::new(Code::Csrf, detail))
}

async fn authority_of(request: &HttpRequest) -> Result<(Authority, Origin), Problem> {
    let backend = backend_of(request)?;
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.split_once(' ')).and_then(|(scheme, token)| {
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    let Some(token) = token else {
        if header.is_none()
            && let Some(signed) = session_of(request).await?
        {
            return Ok((signed.operator.authority(None), origin_of(request, Means::Session)));
        }
        let detail = "send `Authorization: Bearer TOKEN`, which `onecard operator token` makes, or \
                      sign in at `/api/session`";
        return Err(Problem::new(Code::Unauthorized, detail));
    };
    let (authority, label) = authority_behind(backend, token, address_of(request)).await?;
    Ok((authority, origin_of(request, Means::Token(label))))
}

/// What the holder of a token may, and the token's label.
async fn authority_behind(
    backend: &Backend,
    token: String,
    address: IpAddr,
) -> Result<(Authority, String), Problem> {
    let now = backend.clock.now();
    let operators = Arc::clone(&backend.operators);
    let known = web::block(move || operators.by_token(&token, now)).await;
    let known = known.map_err(|_| Problem::no_answer())?.map_err(Problem::store)?;
    if let Some(known) = known {
        return Ok(known);
    }
    backend.metrics.refuse("wrong_token");
    if backend.operators.wrong_from(address, now) {
        let detail = "too many wrong tokens from this address; wait a minute";
        return Err(Problem::new(Code::TooManyAttempts, detail));
    }
    let detail = "the token is not good; `onecard operator token` makes a new one";
    Err(Problem::new(Code::Unauthorized, detail))
}

async fn operator_of(request: HttpRequest) -> Result<Operator, Problem> {
    let (authority, from) = authority_of(&request).await?;
    let backend = backend_of(&request)?;
    let pattern = request.match_pattern().unwrap_or_default();
    let Some(action) = rights::action_of(request.method(), &pattern) else {
        return Err(Problem::new(Code::Forbidden, format!("no role may use `{pattern}`")));
    };
    let target: String = request.path().chars().take(200).collect();
    let is_order = request.method() != Method::GET;
    let sent = AsSent::Request(request.clone());
    let operator = Operator { authority, action, from, sent };
    operator.admitted(backend, is_order.then_some(target))
}

impl Operator {
    /// The operator behind the token of an order that came as a message.
    ///
    /// # Errors
    /// When the token is not good, or the role does not include such orders.
    pub async fn behind(
        backend: &Backend,
        token: String,
        action: Action,
        sent: Sent,
    ) -> Result<Self, Problem> {
        let (authority, label) = authority_behind(backend, token, NO_ADDRESS).await?;
        let from = Origin { address: "MQTT".to_owned(), means: Means::Token(label) };
        let target = sent.path.chars().take(200).collect();
        let operator = Self { authority, action, from, sent: AsSent::Message(Box::new(sent)) };
        operator.admitted(backend, Some(target))
    }

    /// Whether the role does such things at all; that an order was refused is noted.
    fn admitted(self, backend: &Backend, ordered: Option<String>) -> Result<Self, Problem> {
        let Err(refusal) = self.authority.decide_somewhere(self.action) else { return Ok(self) };
        backend.metrics.refuse("forbidden");
        if let Some(target) = ordered {
            let (action, why) = (self.action, String::new());
            let refused = Some(refusal.to_string());
            let deed = Deed::Ordered { action, target, why, proposed_by: None, refused };
            note(backend, self.audit(backend, deed));
        }
        Err(refusal.into())
    }
}

impl FromRequest for Operator {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(operator_of(request.clone()))
    }
}

impl FromRequest for Reader {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let anybody =
            request.app_data::<web::Data<Backend>>().is_some_and(|backend| backend.anonymous_read);
        let nameless =
            !request.headers().contains_key(AUTHORIZATION) && request.cookie(COOKIE).is_none();
        let request = request.clone();
        Box::pin(async move {
            if anybody && nameless {
                return Ok(Self::Anybody { from: origin_of(&request, Means::Nothing) });
            }
            operator_of(request).await.map(Self::Known)
        })
    }
}

impl FromRequest for InSession {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let from = origin_of(&request, Means::Session);
            match session_of(&request).await? {
                Some(signed) => Ok(Self { signed, from }),
                None => Err(Problem::new(Code::Unauthorized, "sign in at `/api/session`")),
            }
        })
    }
}
