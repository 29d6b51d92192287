//! One row of a file of cards.

use onecard_rules::person::{Card, CardState};
use rusqlite::Transaction;

use super::{
    Notes, Put, Record, Settings, Wrong,
    cell::Cells,
    differences, shown,
    table::{Columns, Line},
};
use crate::store::database::{card_of, person_of, put_card};

pub(super) struct CardRow(Card);

impl Record for CardRow {
    const COLUMNS: &'static [&'static str] =
        &["card", "person", "state", "valid_from", "valid_until"];
    const NEEDED: usize = 2;

    fn read(line: &Line<'_>, settings: Settings<'_>, notes: &mut Notes) -> Option<Self> {
        let mut cells = Cells { line, notes };
        let credential = cells.needed("card");
        let person = cells.needed("person");
        let states = CardState::ALL.map(CardState::as_str);
        let state = cells.word("state", Some(CardState::Active), CardState::parse, &states);
        let (valid_from, valid_until) = cells.validity(settings.zone)?;
        Some(Self(Card {
            credential: credential?,
            person: person?,
            state: state?,
            state_since: None,
            valid_from,
            valid_until,
        }))
    }

    fn key(&self) -> (&'static str, String) {
        ("card", self.0.credential.to_string())
    }

    fn put(
        self,
        to: &Transaction<'_>,
        given: &Columns,
        settings: Settings<'_>,
    ) -> rusqlite::Result<Result<Put, (&'static str, Wrong)>> {
        let mut card = self.0;
        if person_of(to, &card.person)?.is_none() {
            return Ok(Err(("person", Wrong::UnknownPerson(card.person.to_string()))));
        }
        let Some(stored) = card_of(to, &card.credential)? else {
            put_card(to, &card)?;
            return Ok(Ok(Put::Added));
        };
        if stored.person != card.person {
            let (card, holder) = (card.credential.to_string(), stored.person.to_string());
            return Ok(Err(("card", Wrong::HeldByAnother { card, holder })));
        }
        keep(&mut card, &stored, given);
        let changes_state = card.state != stored.state;
        card.state_since = if changes_state { Some(settings.now) } else { stored.state_since };
        if card == stored {
            return Ok(Ok(Put::Unchanged));
        }
        put_card(to, &card)?;
        let key = card.credential.to_string();
        Ok(Ok(Put::Changed(differences(&key, fields(&stored), fields(&card)))))
    }
}

/// Leaves what the file has no column for as it is stored.
fn keep(card: &mut Card, stored: &Card, given: &Columns) {
    if !given.contains_key("state") {
        card.state = stored.state;
    }
    if !given.contains_key("valid_from") {
        card.valid_from = stored.valid_from;
    }
    if !given.contains_key("valid_until") {
        card.valid_until = stored.valid_until;
    }
}

fn fields(card: &Card) -> Vec<(&'static str, String)> {
    vec![
        ("state", card.state.as_str().to_owned()),
        ("valid_from", shown(card.valid_from)),
        ("valid_until", shown(card.valid_until)),
    ]
}
