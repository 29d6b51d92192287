//! People and cards in the database, for imports: all of one import, or nothing.

use std::path::Path;

use onecard_rules::person::{Card, Person};

use super::{Loaded, schema};
use crate::store::{StoreFailure, thread::open_writer};

/// Adds people and cards, in place of those with the same number or credential, in one transaction.
///
/// # Errors
/// When the file cannot be written; nothing is changed then.
pub fn put(file: &Path, people: &[Person], cards: &[Card]) -> Result<(), StoreFailure> {
    let mut connection = open_writer(file, schema::VERSION, schema::SCHEMA)?;
    let mut write = || -> rusqlite::Result<()> {
        let transaction = connection.transaction()?;
        for person in people {
            let sql = "INSERT OR REPLACE INTO people (id, body) VALUES (?1, ?2)";
            transaction.prepare_cached(sql)?.execute((person.id.as_str(), json(person)?))?;
        }
        for card in cards {
            let sql = "INSERT OR REPLACE INTO cards (credential, person, body) VALUES (?1, ?2, ?3)";
            let values = (card.credential.to_string(), card.person.as_str(), json(card)?);
            transaction.prepare_cached(sql)?.execute(values)?;
        }
        schema::next_revision(&transaction)?;
        transaction.commit()
    };
    write().map_err(|source| StoreFailure::Sqlite { file: file.to_owned(), source })
}

/// Everything in the file, which is made if need be.
///
/// # Errors
/// When the file, or a row of it, cannot be read.
pub fn load(file: &Path) -> Result<Loaded, StoreFailure> {
    schema::load(&open_writer(file, schema::VERSION, schema::SCHEMA)?, file)
}

fn json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}
