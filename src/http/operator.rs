//! Who asks: the operator behind a bearer token, `Authorization: Bearer TOKEN`, or behind the cookie of
//! a session; and that each of their orders has its line in the audit trail.
//!
//! A right token is always let in, however many wrong ones came from the same address: nobody may
//! keep a guard from ordering a lock-down by guessing. Wrong ones are counted by address; there is
//! nothing to guess in 32 random bytes, the count only tells a broken client to stop.

use std::{future::Future, net::IpAddr, pin::Pin, sync::Arc};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    http::{Method, header::AUTHORIZATION},
    web,
};
use onecard_rules::{
    audit::{Audit, Deed, Means, Origin},
    event::Event,
    ids::OperatorId,
    operator::{Action, Authority, Place, Sort},
};

use super::{
    Backend,
    asked::{RawBody, Why},
    problem::{Code, Problem},
    proposals::{Ordered, Sent},
    rights,
};
use crate::{operators::Signed, store::OnDurable};

/// The cookie that holds a session's secret.
pub const COOKIE: &str = "onecard_session";
/// The header that proves that a page of ours sends the request.
pub const CSRF: &str = "x-csrf-token";

/// Somebody whose role does what the request asks for. Where, is yet to be asked.
#[derive(Debug, Clone)]
pub struct Operator {
    authority: Authority,
    action: Action,
    from: Origin,
    request: HttpRequest,
}

/// Somebody who may read: an operator, or anybody where the campus lets anybody read.
#[derive(Debug, Clone)]
pub enum Reader {
    Anybody { from: Origin },
    Known(Operator),
}

/// Somebody with a session, whatever the role.
#[derive(Debug, Clone)]
pub struct InSession {
    pub signed: Signed,
    pub from: Origin,
}

/// Resolves when the line of the audit trail is on disk.
pub type Audited = Pin<Box<dyn Future<Output = Result<(), Problem>>>>;

impl Operator {
    /// Says that the order may be given there, and in whose name; notes it in the audit trail. The
    /// answer to the order must await what is returned.
    ///
    /// # Errors
    /// When the place is not within the operator's scope.
    pub fn order(
        &self,
        backend: &Backend,
        place: Place<'_>,
        target: &str,
        why: &Why,
    ) -> Result<(OperatorId, Audited), Problem> {
        self.order_at(backend, &[place], target, why)
    }

    /// The like of [`Operator::order`] for an order about several places at once.
    ///
    /// # Errors
    /// When one of them is not within the operator's scope.
    pub fn order_at(
        &self,
        backend: &Backend,
        places: &[Place<'_>],
        target: &str,
        why: &Why,
    ) -> Result<(OperatorId, Audited), Problem> {
        let decide = |place| self.authority.decide(self.action, place, &backend.site);
        let decided = places.iter().copied().try_for_each(decide);
        let deed = |proposed_by, refused| {
            let (action, target, why) = (self.action, target.to_owned(), why.0.clone());
            Deed::Ordered { action, target, why, proposed_by, refused }
        };
        if let Err(refusal) = decided {
            note(backend, self.audit(backend, deed(None, Some(refusal.to_string()))));
            return Err(refusal.into());
        }
        let first = self.first(backend, places, target, why)?;
        let recorded = backend.journal.append_and_wait(self.audit(backend, deed(first, None)));
        let audited = async move {
            let missing = "the order is not in the audit trail; it may have been carried out";
            recorded.await.map(drop).map_err(|_| Problem::new(Code::NotRecorded, missing))
        };
        Ok((self.authority.operator.clone(), Box::pin(audited)))
    }

    /// Who gave the order first, where the campus wants two people for it.
    fn first(
        &self,
        backend: &Backend,
        places: &[Place<'_>],
        target: &str,
        Why(why): &Why,
    ) -> Result<Option<OperatorId>, Problem> {
        if !backend.proposals.wants(self.action) {
            return Ok(None);
        }
        let body = self.request.extensions().get::<RawBody>().cloned();
        let body = body.map(|RawBody(body)| String::from_utf8_lossy(&body).into_owned());
        let sent = Sent {
            method: self.request.method().to_string(),
            path: self.request.uri().to_string(),
            body: body.unwrap_or_default(),
        };
        let ordered = Ordered { action: self.action, places, target, why };
        let now = backend.clock.now();
        let first = backend.proposals.second(&self.authority.operator, &sent, ordered, now)?;
        if first.is_some() {
            return Ok(first);
        }
        let (action, target, why) = (self.action, target.to_owned(), why.clone());
        note(backend, self.audit(backend, Deed::Proposed { action, target, why }));
        let detail = "the campus wants two people for it: it waits for a second operator, who has \
                      fifteen minutes to give the same order";
        Err(Problem::new(Code::NeedsSecond, detail))
    }

    /// Who it is.
    pub fn name(&self) -> &OperatorId {
        &self.authority.operator
    }

    /// Whether they might give such an order there.
    pub fn would(&self, backend: &Backend, action: Action, place: Place<'_>) -> bool {
        self.authority.allows(action, place, &backend.site)
    }

    /// Notes that an order of another, or of one's own, that waited for a second is not to be given.
    ///
    /// # Errors
    /// When it cannot be recorded.
    pub async fn declined(
        &self,
        backend: &Backend,
        action: Action,
        target: &str,
        first: OperatorId,
        Why(why): &Why,
    ) -> Result<(), Problem> {
        let did = Deed::Ordered {
            action,
            target: target.to_owned(),
            why: why.clone(),
            proposed_by: Some(first),
            refused: Some("declined".to_owned()),
        };
        let recorded = backend.journal.append_and_wait(self.audit(backend, did)).await;
        recorded.map(drop).map_err(|_| Problem::new(Code::NotRecorded, "it is not on record"))
    }

    /// Whether the order may be given there; nothing is noted of it.
    pub fn may(&self, backend: &Backend, place: Place<'_>) -> bool {
        self.authority.allows(self.action, place, &backend.site)
    }

    fn audit(&self, backend: &Backend, did: Deed) -> Event {
        Event::Audited(Box::new(Audit {
            at: backend.clock.now(),
            by: Some(self.authority.operator.clone()),
            role: Some(self.authority.role()),
            from: self.from.clone(),
            did,
        }))
    }
}

impl Reader {
    /// Whether the reader may see what is asked for at that place.
    pub fn sees(&self, backend: &Backend, place: Place<'_>) -> bool {
        match self {
            Self::Anybody { .. } => true,
            Self::Known(operator) => {
                operator.authority.allows(operator.action, place, &backend.site)
            }
        }
    }

    /// Whether the reader is on duty for the place at all, whatever is asked for.
    pub fn is_concerned(&self, backend: &Backend, place: Place<'_>) -> bool {
        let action = match place.sort() {
            Sort::Site => Action::SeeCampus,
            Sort::Area => Action::SeeAreas,
            Sort::Gate => Action::SeeGates,
            Sort::Supply => Action::SeeSupplies,
        };
        match self {
            Self::Anybody { .. } => true,
            Self::Known(operator) => operator.authority.allows(action, place, &backend.site),
        }
    }

    /// Whether the reader sees only a part of the site.
    pub fn is_limited(&self) -> bool {
        match self {
            Self::Anybody { .. } => false,
            Self::Known(operator) => !operator.authority.is_site_wide(),
        }
    }

    /// # Errors
    /// When it is anybody: some things are not shown without a name, wherever else anybody may read.
    pub fn must_be_known(&self) -> Result<(), Problem> {
        match self {
            Self::Anybody { .. } => {
                Err(Problem::new(Code::Unauthorized, "sign in, or send a token, to see this"))
            }
            Self::Known(_) => Ok(()),
        }
    }

    /// # Errors
    /// When the place is not within the reader's scope.
    pub fn must_see(&self, backend: &Backend, place: Place<'_>) -> Result<(), Problem> {
        match self {
            Self::Anybody { .. } => Ok(()),
            Self::Known(operator) => {
                Ok(operator.authority.decide(operator.action, place, &backend.site)?)
            }
        }
    }

    /// Notes that the reader looks where one person has been; resolves when that is on disk.
    ///
    /// # Errors
    /// When the role may not, or nothing says why.
    pub async fn search(
        &self,
        backend: &Backend,
        person: onecard_rules::ids::PersonId,
        why: Option<&str>,
    ) -> Result<(), Problem> {
        let why = why.map(|why| Why::try_from(why.to_owned())).transpose();
        let why = why.map_err(|wrong| Problem::bad_field("why", wrong))?;
        let event = match (self, why) {
            (Self::Known(operator), Some(Why(why))) => {
                operator.authority.decide_somewhere(Action::SearchPerson)?;
                operator.audit(backend, Deed::Searched { person, why })
            }
            (Self::Known(operator), None) => {
                operator.authority.decide_somewhere(Action::SearchPerson)?;
                let detail = "`why` is missing: a search of a person is recorded with its reason";
                return Err(Problem::bad_field("why", detail));
            }
            (Self::Anybody { from }, why) => Event::Audited(Box::new(Audit {
                at: backend.clock.now(),
                by: None,
                role: None,
                from: from.clone(),
                did: Deed::Searched { person, why: why.map(|Why(why)| why).unwrap_or_default() },
            })),
        };
        Self::recorded(backend, event).await
    }

    /// Notes that the reader looks for people of a name; resolves when that is on disk.
    ///
    /// # Errors
    /// When the role may not, or it cannot be recorded.
    pub async fn search_name(
        &self,
        backend: &Backend,
        name: String,
        Why(why): Why,
    ) -> Result<(), Problem> {
        let did = Deed::SearchedName { name, why };
        let event = match self {
            Self::Known(operator) => operator.audit(backend, did),
            Self::Anybody { from } => {
                let (at, from) = (backend.clock.now(), from.clone());
                Event::Audited(Box::new(Audit { at, by: None, role: None, from, did }))
            }
        };
        Self::recorded(backend, event).await
    }

    async fn recorded(backend: &Backend, event: Event) -> Result<(), Problem> {
        let recorded = backend.journal.append_and_wait(event).await;
        recorded.map(drop).map_err(|_| {
            let detail = "the search could not be recorded, so it is not answered; try again";
            Problem::new(Code::NotRecorded, detail)
        })
    }
}

/// Notes something in the audit trail that nobody waits for.
pub fn note(backend: &Backend, event: Event) {
    if let Err(refusal) = backend.journal.append(event, OnDurable::Nothing) {
        backend.metrics.refuse("audit_not_recorded");
        tracing::error!(%refusal, "a line of the audit trail is lost");
    }
}

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
    let now = backend.clock.now();
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
    let operators = Arc::clone(&backend.operators);
    let known = web::block(move || operators.by_token(&token, now)).await;
    let known = known.map_err(|_| Problem::no_answer())?.map_err(Problem::store)?;
    if let Some((authority, label)) = known {
        return Ok((authority, origin_of(request, Means::Token(label))));
    }
    backend.metrics.refuse("wrong_token");
    if backend.operators.wrong_from(address_of(request), now) {
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
    let operator = Operator { authority, action, from, request: request.clone() };
    if let Err(refusal) = operator.authority.decide_somewhere(action) {
        backend.metrics.refuse("forbidden");
        if request.method() != Method::GET {
            let (target, why) = (request.path().chars().take(200).collect(), String::new());
            let refused = Some(refusal.to_string());
            let deed = Deed::Ordered { action, target, why, proposed_by: None, refused };
            note(backend, operator.audit(backend, deed));
        }
        return Err(refusal.into());
    }
    Ok(operator)
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
