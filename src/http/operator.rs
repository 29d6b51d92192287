//! Who asks: the operator behind a bearer token, `Authorization: Bearer name.secret`.
//!
//! Tokens are machine-made, 128 random bits; only their salted hash is stored.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{Mutex, PoisonError},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::AUTHORIZATION, web};
use onecard_rules::{Time, ids::OperatorId};

use super::{Backend, problem::Problem};
use crate::store::{database::DatabaseReader, operator};

/// Wrong tokens allowed a minute, from everybody together.
const WRONG_A_MINUTE: usize = 30;

/// Somebody with a good token.
#[derive(Debug, Clone)]
pub struct Operator(pub OperatorId);

/// Somebody who may read: an operator, or anybody where the campus lets anybody read.
#[derive(Debug, Clone)]
pub struct Reader;

/// Counts wrong tokens.
#[derive(Debug, Default)]
pub struct Guard(Mutex<VecDeque<Time>>);

impl Guard {
    fn is_shut(&self, now: Time) -> bool {
        let mut wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while wrong.front().is_some_and(|at| *at + chrono::TimeDelta::minutes(1) < now) {
            wrong.pop_front();
        }
        wrong.len() >= WRONG_A_MINUTE
    }

    fn note_wrong(&self, now: Time) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(now);
    }
}

async fn operator_of(request: HttpRequest) -> Result<Operator, Problem> {
    let parts = (request.app_data::<web::Data<Backend>>(), request.app_data::<web::Data<Guard>>());
    let (Some(backend), Some(guard)) = parts else {
        return Err(Problem::unavailable("the interface is not ready".to_owned()));
    };
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(token) = header.and_then(|value| value.strip_prefix("Bearer ")) else {
        let detail = "send `Authorization: Bearer TOKEN`; `onecard operator add` makes one";
        return Err(Problem::unauthorized(detail));
    };
    let now = backend.clock.now();
    if guard.is_shut(now) {
        return Err(Problem::too_many());
    }
    let wrong = || {
        guard.note_wrong(now);
        Problem::unauthorized("the token is not good; `onecard operator add` makes a new one")
    };
    let name = operator::claimed(token).ok_or_else(wrong)?;
    let file = backend.database.clone();
    let operators =
        web::block(move || DatabaseReader::open(&file).and_then(|reader| reader.operators())).await;
    let operators = operators
        .map_err(|error| Problem::unavailable(error.to_string()))?
        .map_err(|failure| Problem::unavailable(failure.to_string()))?;
    let known = operators.iter().find(|operator| operator.id == name);
    if known.is_some_and(|operator| operator.accepts(token, now)) {
        Ok(Operator(name))
    } else {
        Err(wrong())
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
        let request = request.clone();
        Box::pin(async move {
            if anybody { Ok(Self) } else { operator_of(request).await.map(|_| Self) }
        })
    }
}
