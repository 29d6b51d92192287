//! Finding people by name; each search is recorded. And operators by their code.

use actix_web::{get, web};
use onecard_rules::{ids::OperatorId, operator::Place, person::Person};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Backend,
    asked::Why,
    operator::Reader,
    problem::{Code, Problem, Refusals},
};
use crate::{campus::meant, store::database::DatabaseReader, store::operator::Operator as Known};

/// Most people in one answer.
const PEOPLE_MAX: usize = 50;
/// Fewest and most characters of a name to search by.
const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=60;

/// Who is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleAsked {
    /// A part of the name, or the begin of the number.
    name: String,
    /// Why, in 1 to 500 characters; the search is recorded with it.
    #[param(value_type = String)]
    why: Why,
}

/// Somebody.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonFound {
    person: String,
    name: String,
    /// `teacher`, `student`, `merchant`, `family`, `temporary` or `visitor`.
    kind: &'static str,
    /// The building that the person lives in.
    dormitory: Option<String>,
}

/// The people of that name, fifty at most. Who is there for some areas finds those who live there.
#[utoipa::path(
    params(PeopleAsked), responses((status = 200, body = [PersonFound]), Refusals),
    security(("token" = []))
)]
#[get("/api/people")]
pub async fn find_people(
    who: Reader,
    backend: web::Data<Backend>,
    asked: web::Query<PeopleAsked>,
) -> Result<web::Json<Vec<PersonFound>>, Problem> {
    let PeopleAsked { name, why } = asked.into_inner();
    let name = name.trim().to_owned();
    if !NAME_CHARS.contains(&name.chars().count()) {
        let (least, most) = (NAME_CHARS.start(), NAME_CHARS.end());
        let detail = format!("`name` has {least} to {most} characters");
        return Err(Problem::bad_field("name", detail));
    }
    who.search_name(&backend, name.clone(), why).await?;
    let file = backend.database.clone();
    let limit = if who.is_limited() { usize::MAX } else { PEOPLE_MAX };
    let found = web::block(move || DatabaseReader::open(&file)?.people_called(&name, limit)).await;
    let mut found: Vec<Person> =
        found.map_err(|_| Problem::no_answer())?.map_err(Problem::store)?;
    if who.is_limited() {
        found.retain(|person| {
            person.dormitory.as_ref().is_some_and(|area| who.sees(&backend, Place::Area(area)))
        });
    }
    found.truncate(PEOPLE_MAX);
    let view = |person: Person| PersonFound {
        person: person.id.to_string(),
        name: person.name,
        kind: person.kind.as_str(),
        dormitory: person.dormitory.map(|area| area.to_string()),
    };
    Ok(web::Json(found.into_iter().map(view).collect()))
}

/// The operators who count now.
pub async fn operators(backend: &Backend) -> Result<Vec<Known>, Problem> {
    let (file, now) = (backend.database.clone(), backend.clock.now());
    let found = web::block(move || DatabaseReader::open(&file)?.operators()).await;
    let mut found = found.map_err(|_| Problem::no_answer())?.map_err(Problem::store)?;
    found.retain(|operator| operator.counts(now));
    Ok(found)
}

/// The operator of that name, or a refusal that says who was meant.
pub async fn known_operator(backend: &Backend, id: &OperatorId) -> Result<Known, Problem> {
    let mut known = operators(backend).await?;
    if let Some(at) = known.iter().position(|operator| operator.id == *id) {
        return Ok(known.swap_remove(at));
    }
    let meant = meant(id.as_str(), known.iter().map(|operator| operator.id.as_str()));
    Err(Problem::unknown(Code::UnknownOperator, "operator", id.as_str(), meant))
}
