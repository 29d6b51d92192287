//! People and cards as rows.

use std::str::FromStr;

use onecard_rules::{
    credential::Credential,
    ids::PersonId,
    person::{Card, CardState, Person, PersonKind, Training},
};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use crate::store::sqlite::{damaged, parsed, parsed_if, stamp, time};

pub(super) const PERSON: &str = "SELECT id, name, kind, groups, grants, dormitory, trainings,
    quarantined, passback_exempt, valid_from_ms, valid_until_ms FROM people";

pub(super) const CARD: &str =
    "SELECT credential, person, state, state_since_ms, valid_from_ms, valid_until_ms FROM cards";

/// Adds a person or takes the place of the one with the same number.
pub(crate) fn put_person(to: &Transaction<'_>, person: &Person) -> rusqlite::Result<()> {
    let trainings = joined(person.trainings.iter().map(|training| match training.until {
        Some(until) => format!("{}@{}", training.id, until.timestamp_millis()),
        None => training.id.to_string(),
    }));
    // Not `OR REPLACE`: that would delete first, and cards refer to people.
    let sql = "INSERT INTO people VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT (id) DO UPDATE SET name = ?2, kind = ?3, groups = ?4, grants = ?5,
            dormitory = ?6, trainings = ?7, quarantined = ?8, passback_exempt = ?9,
            valid_from_ms = ?10, valid_until_ms = ?11";
    to.prepare_cached(sql)?.execute(params![
        person.id.as_str(),
        person.name,
        person.kind.as_str(),
        joined(person.groups.iter()),
        joined(person.grants.iter()),
        person.dormitory.as_ref().map(onecard_rules::ids::AreaId::as_str),
        trainings,
        person.quarantined,
        person.passback_exempt,
        stamp(person.valid_from),
        stamp(person.valid_until),
    ])?;
    Ok(())
}

/// Adds a card or takes the place of the one with the same credential.
pub(crate) fn put_card(to: &Transaction<'_>, card: &Card) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO cards VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    to.prepare_cached(sql)?.execute(params![
        card.credential.to_string(),
        card.person.as_str(),
        card.state.as_str(),
        stamp(card.state_since),
        stamp(card.valid_from),
        stamp(card.valid_until),
    ])?;
    Ok(())
}

pub(crate) fn person_of(from: &Connection, id: &PersonId) -> rusqlite::Result<Option<Person>> {
    from.prepare_cached(&format!("{PERSON} WHERE id = ?1"))?
        .query_row([id.as_str()], read_person)
        .optional()
}

pub(crate) fn card_of(from: &Connection, card: &Credential) -> rusqlite::Result<Option<Card>> {
    from.prepare_cached(&format!("{CARD} WHERE credential = ?1"))?
        .query_row([card.to_string()], read_card)
        .optional()
}

pub(super) fn read_person(row: &Row<'_>) -> rusqlite::Result<Person> {
    let kind = row.get_ref(2)?.as_str()?;
    Ok(Person {
        id: parsed(row, 0)?,
        name: row.get(1)?,
        kind: PersonKind::parse(kind)
            .ok_or_else(|| damaged(2, format!("`{kind}` is not a kind of person")))?,
        groups: split(row, 3)?,
        grants: split(row, 4)?,
        dormitory: parsed_if(row, 5)?,
        trainings: row
            .get_ref(6)?
            .as_str()?
            .split_terminator(';')
            .map(read_training)
            .collect::<rusqlite::Result<_>>()?,
        quarantined: row.get(7)?,
        passback_exempt: row.get(8)?,
        valid_from: time(row, 9)?,
        valid_until: time(row, 10)?,
    })
}

pub(super) fn read_card(row: &Row<'_>) -> rusqlite::Result<Card> {
    let state = row.get_ref(2)?.as_str()?;
    Ok(Card {
        credential: parsed(row, 0)?,
        person: parsed(row, 1)?,
        state: CardState::parse(state)
            .ok_or_else(|| damaged(2, format!("`{state}` is not a state of a card")))?,
        state_since: time(row, 3)?,
        valid_from: time(row, 4)?,
        valid_until: time(row, 5)?,
    })
}

fn read_training(text: &str) -> rusqlite::Result<Training> {
    let wrong = || damaged(6, format!("`{text}` is not a training"));
    let (id, until) = match text.split_once('@') {
        None => (text, None),
        Some((id, until)) => {
            let millis = until.parse().map_err(|_| wrong())?;
            let until = onecard_rules::Time::from_timestamp_millis(millis).ok_or_else(wrong)?;
            (id, Some(until))
        }
    };
    Ok(Training { id: id.parse().map_err(|_| wrong())?, until })
}

fn joined(codes: impl Iterator<Item = impl ToString>) -> String {
    codes.map(|code| code.to_string()).collect::<Vec<_>>().join(";")
}

fn split<T, C>(row: &Row<'_>, column: usize) -> rusqlite::Result<C>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
    C: FromIterator<T>,
{
    row.get_ref(column)?
        .as_str()?
        .split_terminator(';')
        .map(|code| code.parse().map_err(|error| damaged(column, Box::new(error))))
        .collect()
}
