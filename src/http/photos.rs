//! Photos: a guard compares the face with the card.

use std::path::Path;

use actix_web::{HttpResponse, get, web};
use onecard_rules::{ids::PersonId, operator::Place};

use super::{
    Backend,
    operator::Reader,
    problem::{Code, Problem, Refusals},
    read::read,
};
use crate::{
    photos::{Format, Photos},
    store::journal::{Facts, Order, Query},
};

/// A person's photo: JPEG, PNG or WebP. Who is there for some gates gets it only of people who have been
/// at one of them.
#[utoipa::path(
    params(("id" = String, Path, description = "The person's number.")),
    responses(
        (status = 200, content(
            (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"),
        )),
        Refusals,
    ),
    security(("token" = []))
)]
#[get("/api/people/{id}/photo")]
pub async fn get_photo(
    who: Reader,
    backend: web::Data<Backend>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    // Not even where anybody may read.
    who.must_be_known()?;
    let none = || Problem::new(Code::UnknownPhoto, format!("there is no photo of `{id}`"));
    let person = PersonId::new(&id).map_err(|_| none())?;
    if who.is_limited() && !has_been_seen(&who, &backend, &person).await? {
        return Err(none());
    }
    let photos = Photos::in_data(backend.database.parent().unwrap_or_else(|| Path::new(".")));
    let found = web::block(move || photos.find(&person)).await;
    let found = found.map_err(|_| Problem::no_answer())?.map_err(|error| {
        Problem::new(Code::StoreUnreadable, format!("the photo cannot be read: {error}"))
    })?;
    let photo = found.ok_or_else(none)?;
    let format = Format::of(&photo).ok_or_else(none)?;
    Ok(HttpResponse::Ok().content_type(format.media_type()).body(photo))
}

/// Whether the person has been at a gate that the reader sees.
async fn has_been_seen(
    who: &Reader,
    backend: &Backend,
    person: &PersonId,
) -> Result<bool, Problem> {
    let own = backend.site.gates.values().filter(|gate| who.sees(backend, Place::Gate(gate)));
    let query = Query {
        facts: Facts::Entries,
        person: Some(person.clone()),
        gates: Some(own.map(|gate| gate.id.clone()).collect()),
        order: Order::NewestFirst,
        limit: 1,
        ..Query::default()
    };
    Ok(!read(backend, move |reader| reader.find(&query)).await?.rows.is_empty())
}
