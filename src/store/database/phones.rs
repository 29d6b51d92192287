//! Phones that are bound to cards, as rows: the public half of each phone's key.

use onecard_rules::{code::Phone, credential::Credential, ids::PersonId};
use rusqlite::{OptionalExtension as _, Row, params};

use super::{Editor, bump_people};
use crate::store::{
    StoreFailure,
    sqlite::{Stamp, damaged, parsed, time},
};

pub(super) const PHONE: &str = "SELECT person, card, key, since_ms FROM phones";

/// Why a phone was not bound.
#[derive(Debug, thiserror::Error)]
pub enum BindRefusal {
    #[error(
        "card `{card}` is not one of `{person}`'s; `onecard phone bind --card` names one that is"
    )]
    NotTheirs { card: Credential, person: PersonId },
    #[error("`{person}` has {count} active cards; name one with `--card`")]
    WhichCard { person: PersonId, count: usize },
    #[error(transparent)]
    Store(#[from] StoreFailure),
}

impl From<rusqlite::Error> for BindRefusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Editor {
    /// The only active card of a person: the one that a phone is bound to when none is named.
    ///
    /// # Errors
    /// When there is none, or more than one, or the file cannot be read.
    pub fn only_card(&mut self, person: &PersonId) -> Result<Credential, BindRefusal> {
        let transaction = self.begin()?;
        let sql = "SELECT credential FROM cards WHERE person = ?1 AND state = 'active'";
        let mut cards = transaction
            .prepare(sql)?
            .query_map([person.as_str()], |row| parsed(row, 0))?
            .collect::<rusqlite::Result<Vec<Credential>>>()?;
        match (cards.pop(), cards.len()) {
            (Some(card), 0) => Ok(card),
            (last, more) => {
                let count = more + usize::from(last.is_some());
                Err(BindRefusal::WhichCard { person: person.clone(), count })
            }
        }
    }

    /// Binds a phone to a card, in place of the phone that its person had before.
    ///
    /// # Errors
    /// When the card is not that person's, or the file cannot be written.
    pub fn put_phone(&mut self, phone: &Phone) -> Result<(), BindRefusal> {
        let Phone { person, card, key, since } = phone;
        let transaction = self.begin()?;
        let holder: Option<String> = transaction
            .query_row(
                "SELECT person FROM cards WHERE credential = ?1",
                [card.to_string()],
                |row| row.get(0),
            )
            .optional()?;
        if holder.as_deref() != Some(person.as_str()) {
            return Err(BindRefusal::NotTheirs { card: *card, person: person.clone() });
        }
        transaction.execute(
            "INSERT OR REPLACE INTO phones VALUES (?1, ?2, ?3, ?4)",
            params![person.as_str(), card.to_string(), key.to_string(), Stamp(*since)],
        )?;
        bump_people(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// Makes the codes of a person's phone worthless; false when none was bound.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn release_phone(&mut self, person: &PersonId) -> Result<bool, StoreFailure> {
        let transaction = self.begin()?;
        let sql = "DELETE FROM phones WHERE person = ?1";
        let released = transaction.execute(sql, [person.as_str()])? > 0;
        bump_people(&transaction)?;
        transaction.commit()?;
        Ok(released)
    }
}

pub(super) fn read_phone(row: &Row<'_>) -> rusqlite::Result<Phone> {
    Ok(Phone {
        person: parsed(row, 0)?,
        card: parsed(row, 1)?,
        key: parsed(row, 2)?,
        since: time(row, 3)?.ok_or_else(|| damaged(3, "no time"))?,
    })
}
