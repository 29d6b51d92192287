//! What an operator, or a reader, may do and see where; and that each of an operator's orders and
//! searches has its line in the audit trail. Who it is that asks, `asker` finds out.

use std::{future::Future, pin::Pin};

use actix_web::{HttpMessage as _, HttpRequest};
use onecard_rules::{
    audit::{Audit, Deed, Origin},
    event::Event,
    ids::OperatorId,
    operator::{Action, Authority, Place, Sort},
};

use super::{
    Backend,
    asked::{RawBody, Why},
    problem::{Code, Problem},
    proposals::{Ordered, Sent},
};
use crate::{operators::Signed, store::OnDurable};

mod asker;
pub use asker::{COOKIE, address_of, origin_of};

/// Somebody whose role does what the request asks for. Where, is yet to be asked.
#[derive(Debug, Clone)]
pub struct Operator {
    authority: Authority,
    action: Action,
    from: Origin,
    sent: AsSent,
}

/// An order as it was sent, for a second operator to send the same.
#[derive(Debug, Clone)]
enum AsSent {
    /// Its body is there once the handler has it.
    Request(HttpRequest),
    Message(Box<Sent>),
}

impl AsSent {
    fn whole(&self) -> Sent {
        match self {
            Self::Request(request) => {
                let body = request.extensions().get::<RawBody>().cloned();
                let body = body.map(|RawBody(body)| String::from_utf8_lossy(&body).into_owned());
                Sent {
                    method: request.method().to_string(),
                    path: request.uri().to_string(),
                    body: body.unwrap_or_default(),
                }
            }
            Self::Message(sent) => (**sent).clone(),
        }
    }
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
        let sent = self.sent.whole();
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
