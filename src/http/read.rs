//! What is on record: entries and facts.

use std::sync::Arc;

use actix_web::{get, web};
use onecard_devices::gate::wire::{EntryRow, entry_row};
use onecard_rules::{event::Event, operator::Place, reason::Reason, site::Gate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Backend,
    asked::{moment, parameter},
    operator::Reader,
    places::known_gate,
    problem::{Code, Problem, Refusals},
};
use crate::{
    campus::meant,
    store::{
        StoreFailure,
        journal::{Facts, Found, JournalReader, Order, Query, Row},
    },
};

/// Most rows in one answer.
const ROWS_MAX: usize = 1000;
/// Rows in one answer, unless asked otherwise.
const ROWS: usize = 100;

/// Which entries are wanted. Without `after` the newest come first.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntriesAsked {
    /// A person's number. Such a search is recorded, with its `why`.
    person: Option<String>,
    /// Why a person is searched, in 1 to 500 characters.
    why: Option<String>,
    gate: Option<String>,
    /// The area that the gate stands under.
    area: Option<String>,
    /// RFC 3339.
    from: Option<String>,
    /// RFC 3339, not included.
    to: Option<String>,
    /// Only rows after this `seq`, the oldest first: what a subscriber missed.
    #[param(value_type = Option<u64>)]
    after: Option<String>,
    /// Only rows before this `seq`: the next page of the newest.
    #[param(value_type = Option<u64>)]
    before: Option<String>,
    #[param(value_type = Option<bool>)]
    granted: Option<String>,
    /// A reason code, such as `deny_lost`.
    reason: Option<String>,
    /// 1 to 1,000; 100 if not given.
    #[param(value_type = Option<usize>)]
    limit: Option<String>,
}

/// Rows of the entry log.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entries {
    /// As over MQTT (`entry` in `docs/asyncapi.yaml`), without `prev_seq`.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<EntryRow>,
    /// Where to go on with `after`; null unless `after` was given. Up to here nothing is missing.
    next_after: Option<u64>,
    /// Where to go on with `before`; null at the end, and when `after` was given.
    next_before: Option<u64>,
    /// The last row of the journal.
    last_seq: u64,
}

impl EntriesAsked {
    fn query(&self) -> Result<Query, Problem> {
        let after: Option<u64> = parameter("after", self.after.as_deref())?;
        let (from, until) =
            (moment("from", self.from.as_deref())?, moment("to", self.to.as_deref())?);
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            return Err(Problem::bad_field("to", "`to` must be later than `from`"));
        }
        Ok(Query {
            facts: Facts::Entries,
            person: parameter("person", self.person.as_deref())?,
            gate: parameter("gate", self.gate.as_deref())?,
            gates: None,
            area: parameter("area", self.area.as_deref())?,
            granted: parameter("granted", self.granted.as_deref())?,
            reason: self.reason.as_deref().map(reason_of).transpose()?,
            from,
            until,
            after,
            before: parameter("before", self.before.as_deref())?,
            order: if after.is_some() { Order::OldestFirst } else { Order::NewestFirst },
            limit: limit(self.limit.as_deref())?,
        })
    }
}

fn reason_of(code: &str) -> Result<Reason, Problem> {
    Reason::parse(code).ok_or_else(|| {
        let meant = meant(code, Reason::ALL.iter().map(|reason| reason.code()));
        let mend = meant.map(|word| format!("; did you mean `{word}`?")).unwrap_or_default();
        Problem::bad_field("reason", format!("no `reason` is called `{code}`{mend}"))
    })
}

pub(super) fn limit(text: Option<&str>) -> Result<usize, Problem> {
    match parameter("limit", text)? {
        None => Ok(ROWS),
        Some(limit @ 1..=ROWS_MAX) => Ok(limit),
        Some(limit) => {
            let detail = format!("`limit` is {limit}; ask for 1 to {ROWS_MAX} rows");
            Err(Problem::bad_field("limit", detail))
        }
    }
}

/// Where to go on after `found`, which has all there is if it is not full and was not stopped.
fn next(found: &Found, limit: usize) -> Option<u64> {
    let last = found.rows.last().map(|row| row.seq);
    found.stopped_at.or(if found.rows.len() >= limit { last } else { None })
}

/// The entry log.
#[utoipa::path(
    params(EntriesAsked), responses((status = 200, body = Entries), Refusals),
    security(("token" = []))
)]
#[get("/api/entries")]
pub async fn get_entries(
    who: Reader,
    backend: web::Data<Backend>,
    asked: web::Query<EntriesAsked>,
) -> Result<web::Json<Entries>, Problem> {
    let mut query = asked.query()?;
    if who.is_limited() {
        let own = |gate: &&Gate| who.sees(&backend, Place::Gate(gate));
        if let Some(gate) = &query.gate {
            who.must_see(&backend, Place::Gate(known_gate(&backend, gate.as_str())?))?;
        } else {
            let own = backend.site.gates.values().filter(own);
            query.gates = Some(own.map(|gate| gate.id.clone()).collect());
        }
    }
    if let Some(person) = query.person.clone() {
        who.search(&backend, person, asked.why.as_deref()).await?;
    }
    let (limit, after) = (query.limit, query.after);
    // Asked first: what is recorded meanwhile comes with the next question.
    let last_seq = *backend.journal.committed().borrow();
    let found = read(&backend, move |reader| reader.find(&query)).await?;
    let next = next(&found, limit);
    let row = |row: &Row| {
        let Event::EntryDecided(entry) = &*row.event else { return None };
        Some(entry_row(entry, row.seq, row.boot, None, backend.site.zone))
    };
    Ok(web::Json(Entries {
        next_after: after.map(|after| next.unwrap_or_else(|| last_seq.max(after))),
        next_before: if after.is_none() { next } else { None },
        rows: found.rows.iter().filter_map(row).collect(),
        last_seq,
    }))
}

/// Where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FactsAsked {
    /// Only facts after this `seq`; 0 if not given.
    #[param(value_type = Option<u64>)]
    after: Option<String>,
    /// 1 to 1,000; 100 if not given.
    #[param(value_type = Option<usize>)]
    limit: Option<String>,
}

/// A fact of the journal.
#[derive(Debug, Serialize, ToSchema)]
pub struct Fact {
    seq: u64,
    boot: u64,
    #[schema(value_type = Object)]
    #[serde(flatten)]
    event: Arc<Event>,
}

impl Fact {
    pub(super) fn new(seq: u64, boot: u64, event: Arc<Event>) -> Self {
        Self { seq, boot, event }
    }
}

/// Facts of the journal.
#[derive(Debug, Serialize, ToSchema)]
pub struct FactsFound {
    rows: Vec<Fact>,
    /// Where to go on with `after`.
    next_after: u64,
    /// The last row of the journal.
    last_seq: u64,
}

/// Every fact of the journal, in order, without a hole: for archives and auditors.
#[utoipa::path(
    params(FactsAsked), responses((status = 200, body = FactsFound), Refusals),
    security(("token" = []))
)]
#[get("/api/facts")]
pub async fn get_facts(
    who: Reader,
    backend: web::Data<Backend>,
    asked: web::Query<FactsAsked>,
) -> Result<web::Json<FactsFound>, Problem> {
    who.must_see(&backend, Place::Site)?;
    let after = parameter("after", asked.after.as_deref())?.unwrap_or(0);
    let limit = limit(asked.limit.as_deref())?;
    let last_seq = *backend.journal.committed().borrow();
    let rows = match backend.journal.after(after, limit) {
        Some(rows) => rows,
        None => read(&backend, move |reader| reader.after(after, limit)).await?,
    };
    let next_after = rows.last().map_or(after, |row| row.seq);
    let fact = |row: Arc<Row>| Fact { seq: row.seq, boot: row.boot, event: Arc::clone(&row.event) };
    Ok(web::Json(FactsFound { rows: rows.into_iter().map(fact).collect(), next_after, last_seq }))
}

/// Asks the journal on a thread that may block.
pub(super) async fn read<T: Send + 'static>(
    backend: &Backend,
    question: impl FnOnce(&JournalReader) -> Result<T, StoreFailure> + Send + 'static,
) -> Result<T, Problem> {
    let file = backend.journal.path().to_owned();
    let found = web::block(move || question(&JournalReader::open(&file)?)).await;
    found
        .map_err(|_| Problem::no_answer())?
        .map_err(|failure| Problem::new(Code::StoreUnreadable, failure.to_string()))
}
