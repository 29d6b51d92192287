//! The directory: every person and card, found by credential or by number.
//!
//! It holds what the store holds, in memory, and refuses cards that cannot be told apart. It does
//! not decide anything.

use std::{collections::HashMap, sync::Arc};

use crate::{
    Time,
    access::Presented,
    code::{Code, CodeFault, Phone},
    credential::Credential,
    ids::PersonId,
    normaliser::Normaliser,
    person::{Card, Person},
};

/// Why a card cannot enter the directory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryMistake {
    #[error(
        "card `{card}` belongs to `{person}`, who is not in the directory; import the person first"
    )]
    UnknownPerson { card: Credential, person: PersonId },
    #[error(
        "card `{card}` of `{second}` is already the card of `{first}`; two people cannot hold one credential"
    )]
    SameCredential { card: Credential, first: PersonId, second: PersonId },
}

/// Every person and card.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    people: HashMap<PersonId, Arc<Person>>,
    cards: HashMap<Credential, Arc<Card>>,
    /// What readers that cannot read a whole card see of it, and which card that is.
    seen_as: HashMap<Credential, Credential>,
    /// A person's phone stands for one of the person's cards.
    phones: HashMap<PersonId, Phone>,
}

/// What is known of what was presented at a reader.
#[derive(Debug)]
pub enum Found<'a> {
    /// Somebody's card, or the code that stands for it.
    Holder {
        card: &'a Arc<Card>,
        person: &'a Arc<Person>,
        code: Option<Code>,
    },
    UnknownCard,
    BadCode(CodeFault),
}

impl<'a> Found<'a> {
    /// The card and its holder, if there is one.
    #[must_use]
    pub fn holder(&self) -> Option<(&'a Card, &'a Person)> {
        match self {
            Self::Holder { card, person, .. } => Some((card, person)),
            Self::UnknownCard | Self::BadCode(_) => None,
        }
    }
}

impl Directory {
    /// Adds a person, in place of the one with the same number.
    pub fn put_person(&mut self, person: Person) {
        self.people.insert(person.id.clone(), Arc::new(person));
    }

    /// Adds a card, in place of the same person's record of it.
    ///
    /// # Errors
    /// When its person is not known, or another person holds the same credential.
    pub fn put_card(&mut self, card: Card) -> Result<(), DirectoryMistake> {
        if !self.people.contains_key(&card.person) {
            let (card, person) = (card.credential, card.person);
            return Err(DirectoryMistake::UnknownPerson { card, person });
        }
        if let Some(known) = self.cards.get(&card.credential)
            && known.person != card.person
        {
            let (first, second) = (known.person.clone(), card.person);
            return Err(DirectoryMistake::SameCredential { card: card.credential, first, second });
        }
        self.cards.insert(card.credential, Arc::new(card));
        Ok(())
    }

    /// Makes every card findable by what readers with these normalisers see of it. The caller has
    /// seen to it that no two cards look alike there.
    pub fn see_as(&mut self, normalisers: impl IntoIterator<Item = Normaliser>) {
        for normaliser in normalisers {
            let seen = self.cards.keys().filter_map(|card| {
                let seen = normaliser.as_seen_by(card)?;
                (seen != *card).then_some((seen, *card))
            });
            self.seen_as.extend(seen);
        }
    }

    /// The card with this credential, or that looks so to some reader, and its holder.
    #[must_use]
    pub fn find(&self, credential: &Credential) -> Option<(&Arc<Card>, &Arc<Person>)> {
        let whole = || self.cards.get(self.seen_as.get(credential)?);
        let card = self.cards.get(credential).or_else(whole)?;
        Some((card, self.people.get(&card.person)?))
    }

    /// Binds a phone to a card, in place of the phone that its person had before.
    pub fn put_phone(&mut self, phone: Phone) {
        self.phones.insert(phone.person.clone(), phone);
    }

    /// Who presents this, about `now`.
    #[must_use]
    pub fn present(&self, presented: &Presented, now: Time) -> Found<'_> {
        match presented {
            Presented::Card(credential) => match self.find(credential) {
                Some((card, person)) => Found::Holder { card, person, code: None },
                None => Found::UnknownCard,
            },
            Presented::Code(text) => self.by_code(text, now).unwrap_or_else(Found::BadCode),
        }
    }

    fn by_code(&self, text: &str, now: Time) -> Result<Found<'_>, CodeFault> {
        let code = Code::parse(text)?;
        let phone = self.phones.get(&code.person).ok_or(CodeFault::Unbound)?;
        code.check(&phone.key, now)?;
        let of_person = |card: &&Arc<Card>| card.person == phone.person;
        let card = self.cards.get(&phone.card).filter(of_person).ok_or(CodeFault::Unbound)?;
        let person = self.people.get(&card.person).ok_or(CodeFault::Unbound)?;
        Ok(Found::Holder { card, person, code: Some(code) })
    }

    #[must_use]
    pub fn person(&self, id: &PersonId) -> Option<&Arc<Person>> {
        self.people.get(id)
    }

    pub fn people(&self) -> impl Iterator<Item = &PersonId> {
        self.people.keys()
    }

    #[must_use]
    pub fn people_count(&self) -> usize {
        self.people.len()
    }

    #[must_use]
    pub fn card_count(&self) -> usize {
        self.cards.len()
    }

    pub fn cards(&self) -> impl Iterator<Item = &Arc<Card>> {
        self.cards.values()
    }
}
