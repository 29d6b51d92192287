//! A believable population of a college, from a seed: who they are, where they live, what cards
//! they carry and what is wrong with a few of those.
//!
//! Plain data for an import or a test; what people do all day is `habits`.

use std::collections::{BTreeSet, HashSet};

use chrono::TimeDelta;
use onecard_rules::{
    Time,
    credential::Credential,
    ids::{AreaId, GroupId, PersonId, TrainingId},
    person::{Card, CardState, Person, PersonKind, Training},
    site::Site,
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom, seq::SliceRandom};

use crate::map::{Map, Purpose};

mod names;

/// Students of the college that this project is for.
pub const PEOPLE: usize = 17_600;

/// The size of a class (班).
const CLASS: usize = 40;

/// People and their cards. A person's last card is the one in their pocket.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    pub people: Vec<Person>,
    pub cards: Vec<Card>,
}

/// What of the site a population depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    pub dormitories: Vec<AreaId>,
    pub canteens: Vec<AreaId>,
    pub laboratories: Vec<AreaId>,
    pub trainings: Vec<TrainingId>,
}

impl Places {
    /// The places of a site, told by the codes of its areas; trainings are those its gates demand.
    #[must_use]
    pub fn of(site: &Site) -> Self {
        let map = Map::of(site);
        let areas = |purpose| {
            let areas = map.for_purpose(purpose).into_iter();
            areas.filter_map(|at| map.areas.get(at).cloned()).collect()
        };
        let trainings: BTreeSet<_> =
            site.gates.values().flat_map(|gate| gate.requires.iter().cloned()).collect();
        Self {
            dormitories: areas(Purpose::Dormitory),
            canteens: areas(Purpose::Canteen),
            laboratories: areas(Purpose::Laboratory),
            trainings: trainings.into_iter().collect(),
        }
    }
}

/// Generates `count` people and their cards; the same arguments give the same people. `today` is
/// what validity is reckoned from.
#[must_use]
pub fn generate(places: &Places, count: usize, seed: u64, today: Time) -> Population {
    let mut maker = Maker { places, rng: StdRng::seed_from_u64(seed), today, uids: HashSet::new() };
    let people: Vec<_> = (0..count).map(|index| maker.person(index, count)).collect();
    let cards = maker.cards(&people);
    Population { people, cards }
}

/// What `index` of `count` people is: mostly students, and at least one of each kind from 50 on.
fn kind_of(index: usize, count: usize) -> PersonKind {
    match index * 1_000 / count.max(1) {
        0..860 => PersonKind::Student,
        860..940 => PersonKind::Teacher,
        940..960 => PersonKind::Merchant,
        960..980 => PersonKind::Family,
        980..990 => PersonKind::Temporary,
        _ => PersonKind::Visitor,
    }
}

struct Maker<'a> {
    places: &'a Places,
    rng: StdRng,
    today: Time,
    uids: HashSet<[u8; 7]>,
}

impl Maker<'_> {
    fn person(&mut self, index: usize, count: usize) -> Person {
        let kind = kind_of(index, count);
        let mut person = Person {
            id: code(&person_number(kind, index, count), PersonId::new),
            name: names::draw(&mut self.rng),
            kind,
            groups: BTreeSet::new(),
            grants: BTreeSet::new(),
            dormitory: None,
            trainings: BTreeSet::new(),
            quarantined: false,
            passback_exempt: false,
            valid_from: None,
            valid_until: None,
        };
        match kind {
            PersonKind::Student => self.student(&mut person, index, count),
            PersonKind::Teacher => {
                person.grants.extend(self.some(&self.places.laboratories.clone(), 0.5));
                self.train(&mut person, 0.5);
                person.passback_exempt = self.rng.random_bool(0.02);
            }
            PersonKind::Merchant => {
                person.grants.extend(self.places.canteens.choose(&mut self.rng).cloned());
            }
            PersonKind::Family => {}
            PersonKind::Temporary => person.valid_until = Some(self.today + TimeDelta::days(30)),
            PersonKind::Visitor => {
                person.valid_from = Some(self.today - TimeDelta::hours(12));
                person.valid_until = Some(self.today + TimeDelta::hours(36));
            }
        }
        person
    }

    fn student(&mut self, person: &mut Person, index: usize, count: usize) {
        const MAJORS: &[&str] = &["cs", "ee", "me", "civil", "chem", "bio", "econ", "law", "arts"];
        let students = (count * 860).div_ceil(1_000).max(1);
        let class = index / CLASS;
        let major = MAJORS.get(class % MAJORS.len()).copied().unwrap_or("cs");
        let year = year_of(index, count);
        person.groups.insert(code(&format!("{major}-{year}-{}", class + 1), GroupId::new));
        if self.rng.random_bool(0.05) {
            person.groups.insert(code("sports-team", GroupId::new));
        }
        // Classes live together; one student in fifty lives in town.
        let dormitories = &self.places.dormitories;
        if !self.rng.random_bool(0.02) {
            person.dormitory = dormitories.get(index * dormitories.len() / students).cloned();
        }
        if self.rng.random_bool(0.08) {
            person.grants.extend(self.places.laboratories.choose(&mut self.rng).cloned());
        }
        self.train(person, 0.1);
        person.quarantined = self.rng.random_bool(0.001);
    }

    /// Gives each training with this probability; one in ten has lapsed.
    fn train(&mut self, person: &mut Person, probability: f64) {
        for id in self.some(&self.places.trainings.clone(), probability) {
            let lapsed = self.rng.random_bool(0.1);
            let days = if lapsed { -7 } else { 200 };
            person
                .trainings
                .insert(Training { id, until: Some(self.today + TimeDelta::days(days)) });
        }
    }

    fn some<T: Clone>(&mut self, of: &[T], probability: f64) -> Vec<T> {
        of.iter().filter(|_| self.rng.random_bool(probability)).cloned().collect()
    }

    /// A card for everybody, and bad ones for a few chosen by lot.
    fn cards(&mut self, people: &[Person]) -> Vec<Card> {
        let mut order: Vec<usize> = (0..people.len()).collect();
        order.shuffle(&mut self.rng);
        let mut lots = order.into_iter();
        let mut draw = |per_thousand: usize| -> HashSet<usize> {
            lots.by_ref().take((people.len() * per_thousand).div_ceil(1_000)).collect()
        };
        let lost = draw(4);
        let frozen = draw(3);
        let blacklisted = draw(1);
        let expired = draw(3);
        let replaced = draw(6);
        let mut cards = Vec::with_capacity(people.len() + replaced.len());
        for (index, person) in people.iter().enumerate() {
            if replaced.contains(&index) {
                let old = self.card(person, CardState::Cancelled);
                cards.push(old);
            }
            let state = if lost.contains(&index) {
                CardState::Lost
            } else if frozen.contains(&index) {
                CardState::Frozen
            } else if blacklisted.contains(&index) {
                CardState::Blacklisted
            } else {
                CardState::Active
            };
            let mut card = self.card(person, state);
            if expired.contains(&index) {
                card.valid_until = Some(self.today - TimeDelta::days(3));
            }
            cards.push(card);
        }
        cards
    }

    fn card(&mut self, person: &Person, state: CardState) -> Card {
        let hours = self.rng.random_range(1..200);
        let bad = state != CardState::Active;
        Card {
            credential: self.uid(),
            person: person.id.clone(),
            state,
            state_since: bad.then(|| self.today - TimeDelta::hours(hours)),
            valid_from: None,
            valid_until: None,
        }
    }

    /// A UID of 7 bytes as NXP gives them, unlike any before.
    fn uid(&mut self) -> Credential {
        loop {
            let mut bytes: [u8; 7] = self.rng.random();
            bytes[0] = 0x04;
            let uid = Credential::uid(&bytes).filter(|_| self.uids.insert(bytes));
            if let Some(uid) = uid {
                return uid;
            }
        }
    }
}

/// The year of entry, four of them.
fn year_of(index: usize, count: usize) -> usize {
    let students = (count * 860).div_ceil(1_000).max(1);
    2026 - (index * 4 / students).min(3)
}

/// A number as the registry gives them, unique by `index`.
fn person_number(kind: PersonKind, index: usize, count: usize) -> String {
    match kind {
        PersonKind::Student => format!("{}{:05}", year_of(index, count), index + 1),
        PersonKind::Teacher => format!("T{index:05}"),
        PersonKind::Merchant => format!("M{index:05}"),
        PersonKind::Family => format!("F{index:05}"),
        PersonKind::Temporary => format!("L{index:05}"),
        PersonKind::Visitor => format!("V{index:05}"),
    }
}

fn code<T, E: std::fmt::Debug>(text: &str, new: impl Fn(&str) -> Result<T, E>) -> T {
    #[expect(clippy::expect_used, reason = "the codes made here are short letters and digits")]
    new(text).expect("a generated code is a code")
}

#[cfg(test)]
mod tests;
