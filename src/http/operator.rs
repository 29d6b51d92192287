//! Who asks: the operator behind a bearer token, `Authorization: Bearer TOKEN`.
//!
//! A right token is always let in, however many wrong ones came from the same address: nobody may
//! keep a guard from ordering a lock-down by guessing. Wrong ones are counted by address; there is
//! nothing to guess in 32 random bytes, the count only tells a broken client to stop.

use std::{
    collections::{HashMap, VecDeque},
    future::Future,
    net::IpAddr,
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::AUTHORIZATION, web};
use onecard_rules::{Time, ids::OperatorId};

use super::{
    Backend,
    problem::{Code, Problem},
};
use crate::store::{
    StoreFailure,
    database::DatabaseReader,
    operator::{self, Operator as Known},
};

/// Wrong tokens that one address may send a minute.
const WRONG_A_MINUTE: usize = 10;
/// Addresses whose wrong tokens are counted; of more, the one that was wrong longest ago is forgotten.
const ADDRESSES_MAX: usize = 1024;

/// Somebody with a good token.
#[derive(Debug, Clone)]
pub struct Operator(pub OperatorId);

/// Somebody who may read: an operator, or anybody where the campus lets anybody read.
#[derive(Debug, Clone)]
pub struct Reader;

/// Tells good tokens from wrong ones.
#[derive(Debug)]
pub struct Doorkeeper {
    file: PathBuf,
    operators: Mutex<Option<Operators>>,
    wrong: Mutex<HashMap<IpAddr, VecDeque<Time>>>,
}

/// The operators as of a revision of their table.
#[derive(Debug)]
struct Operators {
    reader: DatabaseReader,
    revision: u64,
    known: HashMap<OperatorId, Known>,
}

impl Doorkeeper {
    /// `file` is the database's.
    pub fn new(file: PathBuf) -> Self {
        Self { file, operators: Mutex::default(), wrong: Mutex::default() }
    }

    /// The operator whose token this is. Blocks: it looks whether the table has changed.
    fn recognise(&self, token: &str, now: Time) -> Result<Option<OperatorId>, StoreFailure> {
        let Some(id) = operator::claimed(token) else { return Ok(None) };
        let mut operators = self.operators.lock().unwrap_or_else(PoisonError::into_inner);
        // What cannot be read is opened anew by the next who asks.
        let read = match operators.take() {
            Some(read) if read.reader.revisions()?.operators == read.revision => read,
            Some(read) => Operators::load(read.reader)?,
            None => Operators::load(DatabaseReader::open(&self.file)?)?,
        };
        let good = read.known.get(&id).is_some_and(|known| known.accepts(token, now));
        *operators = Some(read);
        Ok(good.then_some(id))
    }

    /// Counts a wrong token; returns whether there were too many.
    fn note_wrong(&self, from: IpAddr, now: Time) -> bool {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if !wrong.contains_key(&from) && wrong.len() >= ADDRESSES_MAX {
            let oldest = wrong.iter().min_by_key(|(_, times)| times.back().copied());
            if let Some(oldest) = oldest.map(|(address, _)| *address) {
                wrong.remove(&oldest);
            }
        }
        let times = wrong.entry(from).or_default();
        while times.front().is_some_and(|at| *at + chrono::TimeDelta::minutes(1) < now) {
            times.pop_front();
        }
        if times.len() >= WRONG_A_MINUTE {
            return true;
        }
        times.push_back(now);
        false
    }
}

impl Operators {
    fn load(reader: DatabaseReader) -> Result<Self, StoreFailure> {
        // The revision first: a change in between makes the next one look again.
        let revision = reader.revisions()?.operators;
        let operators = reader.operators()?.into_iter();
        let known = operators.map(|operator| (operator.id.clone(), operator)).collect();
        Ok(Self { reader, revision, known })
    }
}

async fn operator_of(request: HttpRequest) -> Result<Operator, Problem> {
    let backend = request.app_data::<web::Data<Backend>>();
    let doorkeeper = request.app_data::<web::Data<Doorkeeper>>();
    let (Some(backend), Some(doorkeeper)) = (backend, doorkeeper) else {
        return Err(Problem::no_answer());
    };
    let now = backend.clock.now();
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.split_once(' ')).and_then(|(scheme, token)| {
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    let Some(token) = token else {
        let detail = "send `Authorization: Bearer TOKEN`; `onecard operator add` makes one";
        return Err(Problem::new(Code::Unauthorized, detail));
    };
    let keeper = Arc::clone(doorkeeper);
    let known = web::block(move || keeper.recognise(&token, now)).await;
    let known = known.map_err(|_| Problem::no_answer())?;
    let known =
        known.map_err(|failure| Problem::new(Code::StoreUnreadable, failure.to_string()))?;
    if let Some(id) = known {
        return Ok(Operator(id));
    }
    backend.metrics.refuse("wrong_token");
    // Without an address, everybody counts as one.
    let from = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    if doorkeeper.note_wrong(from, now) {
        let detail = "too many wrong tokens from this address; wait a minute";
        return Err(Problem::new(Code::TooManyAttempts, detail));
    }
    let detail = "the token is not good; `onecard operator add` makes a new one";
    Err(Problem::new(Code::Unauthorized, detail))
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
        let nameless = !request.headers().contains_key(AUTHORIZATION);
        let request = request.clone();
        Box::pin(async move {
            if anybody && nameless { Ok(Self) } else { operator_of(request).await.map(|_| Self) }
        })
    }
}
