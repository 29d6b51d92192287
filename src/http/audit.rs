//! What people did, searched; and whether the journal is whole.

use std::sync::Arc;

use actix_web::{get, web};
use onecard_rules::operator::Place;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Backend,
    asked::{moment, parameter},
    operator::Reader,
    problem::{Problem, Refusals},
    read::{Fact, limit, read},
};
use crate::store::{
    journal::{self, DeedsAsked},
    operator::hex,
};

/// Which deeds are wanted; the newest come first.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditAsked {
    /// An operator, or the begin of a name.
    who: Option<String>,
    /// A kind of fact, deed, act or order, such as `searched`, `ordered`, `lock_down` or `rules_loaded`.
    action: Option<String>,
    /// The gate, area, room, device, person or operator that it is about.
    place: Option<String>,
    /// RFC 3339.
    from: Option<String>,
    /// RFC 3339, not included.
    to: Option<String>,
    /// Only rows before this `seq`: the next page.
    #[param(value_type = Option<u64>)]
    before: Option<String>,
    /// 1 to 1,000; 100 if not given.
    #[param(value_type = Option<usize>)]
    limit: Option<String>,
}

/// What people did.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditFound {
    rows: Vec<Fact>,
    /// Where to go on with `before`; null: there is no more.
    next_before: Option<u64>,
}

/// What people did: signing in, orders, searches, changes of rules and operators.
#[utoipa::path(
    params(AuditAsked), responses((status = 200, body = AuditFound), Refusals),
    security(("token" = []))
)]
#[get("/api/audit")]
pub async fn get_audit(
    who: Reader,
    backend: web::Data<Backend>,
    asked: web::Query<AuditAsked>,
) -> Result<web::Json<AuditFound>, Problem> {
    who.must_be_known()?;
    who.must_see(&backend, Place::Site)?;
    let word = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    let wanted = DeedsAsked {
        who: word(&asked.who),
        action: word(&asked.action),
        place: word(&asked.place),
        from: moment("from", asked.from.as_deref())?,
        until: moment("to", asked.to.as_deref())?,
        before: parameter("before", asked.before.as_deref())?,
        limit: limit(asked.limit.as_deref())?,
    };
    let found = read(&backend, move |reader| reader.deeds(&wanted)).await?;
    let fact = |row: journal::Row| Fact::new(row.seq, row.boot, Arc::clone(&row.event));
    Ok(web::Json(AuditFound {
        rows: found.rows.into_iter().map(fact).collect(),
        next_before: found.next_before,
    }))
}

/// What walking the journal's chain of hashes came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct JournalProof {
    whole: bool,
    /// The first row that is not as it was written; null: all are.
    flaw: Option<String>,
    /// Rows that are as they were written.
    rows: u64,
    first: Option<u64>,
    last: u64,
    /// Of the last row, to be written down elsewhere.
    last_hash: String,
    /// Rows up to this one were deleted for their age; 0: none.
    pruned: u64,
}

/// Proves that the journal is whole, row by row, or names the first row that is not.
#[utoipa::path(
    responses((status = 200, body = JournalProof), Refusals), security(("token" = []))
)]
#[get("/api/journal/proof")]
pub async fn prove_journal(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<JournalProof>, Problem> {
    who.must_be_known()?;
    who.must_see(&backend, Place::Site)?;
    let path = backend.journal.path().to_owned();
    let found = web::block(move || journal::verify(&path, None)).await;
    let found = found.map_err(|_| Problem::no_answer())?.map_err(Problem::store)?;
    Ok(web::Json(JournalProof {
        whole: found.broken.is_none(),
        flaw: found.broken.map(|broken| broken.to_string()),
        rows: found.rows,
        first: found.first,
        last: found.last.seq,
        last_hash: hex(&found.last.hash),
        pruned: found.pruned,
    }))
}
