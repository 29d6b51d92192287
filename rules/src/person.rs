//! People and their cards: who holds a card, what state it is in, what is granted to whom.
//!
//! A person is not a card: a person has many cards over the years, and every right, grant and
//! presence belongs to the person. Nothing here decides; `access` does.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    credential::Credential,
    ids::{AreaId, GroupId, PersonId, TrainingId},
};

/// What a person is to the college (card kinds, 卡类).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    Teacher,
    Student,
    Merchant,
    Family,
    Temporary,
    Visitor,
}

impl PersonKind {
    pub const ALL: [Self; 6] = [
        Self::Teacher,
        Self::Student,
        Self::Merchant,
        Self::Family,
        Self::Temporary,
        Self::Visitor,
    ];

    /// The word used in policies, files and topics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::Student => "student",
            Self::Merchant => "merchant",
            Self::Family => "family",
            Self::Temporary => "temporary",
            Self::Visitor => "visitor",
        }
    }

    /// The kind that `word` names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A training that a person has, and until when it counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Training {
    pub id: TrainingId,
    /// Not valid from this moment on; `None`: for good.
    pub until: Option<Time>,
}

/// A person, as far as gates must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub kind: PersonKind,
    /// Groups beside the kind, such as a class or a club.
    pub groups: BTreeSet<GroupId>,
    /// Areas granted to this person by name, with everything inside them.
    pub grants: BTreeSet<AreaId>,
    /// The building a boarder lives in.
    pub dormitory: Option<AreaId>,
    pub trainings: BTreeSet<Training>,
    /// Told to stay in the dormitory and the clinic.
    pub quarantined: bool,
    /// Never refused by anti-passback (medics, guards, fire brigade).
    pub passback_exempt: bool,
    /// Rights begin at this moment; `None`: have begun.
    pub valid_from: Option<Time>,
    /// Rights end at this moment; `None`: open-ended.
    pub valid_until: Option<Time>,
}

/// What became of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardState {
    Active,
    /// Reported lost (挂失); may be undone with the card in hand.
    Lost,
    /// Frozen by the finance office (冻结).
    Frozen,
    /// On the blacklist (黑名单).
    Blacklisted,
    /// Cancelled or replaced (销户, 补卡): dead for ever.
    Cancelled,
}

impl CardState {
    pub const ALL: [Self; 5] =
        [Self::Active, Self::Lost, Self::Frozen, Self::Blacklisted, Self::Cancelled];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Lost => "lost",
            Self::Frozen => "frozen",
            Self::Blacklisted => "blacklisted",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state that `word` names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A card of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub credential: Credential,
    pub person: PersonId,
    pub state: CardState,
    /// When the card came into this state, where known: guards are told "lost since 14:02".
    pub state_since: Option<Time>,
    /// Good from this moment on; `None`: from issue.
    pub valid_from: Option<Time>,
    /// Not good from this moment on; `None`: open-ended.
    pub valid_until: Option<Time>,
}
