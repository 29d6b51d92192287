//! The scope of a policy: to whom, where and which way it can apply at all. Slices are cut by it.
//!
//! Rule of safety: a scope that is not understood can match everything, so that no forbid is left out.

use std::collections::BTreeSet;

use cedar_policy::{ActionConstraint, EntityUid, Policy, PrincipalConstraint, ResourceConstraint};

use crate::{
    ids::GateId,
    person::{Person, PersonKind},
    site::Direction,
};

/// To whom a policy applies.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Who {
    Anybody,
    Role(String),
    Group(String),
    Person(String),
}

/// Where a policy applies.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Where {
    Anywhere,
    Area(String),
    Gate(String),
}

/// The scope of one policy.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    who: Who,
    place: Where,
    enter: bool,
    leave: bool,
}

/// Whom policies name one by one; only those must be told apart by more than their attributes.
#[derive(Debug, Default)]
pub(super) struct Mentioned {
    pub people: BTreeSet<String>,
    pub groups: BTreeSet<String>,
}

impl Mentioned {
    /// Takes in every person and group that `policy` names, in its scope or its conditions.
    pub fn add(&mut self, policy: &Policy) {
        for entity in policy.entity_literals() {
            let name = entity.id().unescaped().to_owned();
            match entity.type_name().basename() {
                "Person" => self.people.insert(name),
                "Group" => self.groups.insert(name),
                _ => false,
            };
        }
    }
}

impl Scope {
    pub fn of(policy: &Policy) -> Self {
        let who = match policy.principal_constraint() {
            PrincipalConstraint::Any | PrincipalConstraint::Is(_) => Who::Anybody,
            PrincipalConstraint::In(uid)
            | PrincipalConstraint::Eq(uid)
            | PrincipalConstraint::IsIn(_, uid) => who(&uid),
        };
        let place = match policy.resource_constraint() {
            ResourceConstraint::Any | ResourceConstraint::Is(_) => Where::Anywhere,
            ResourceConstraint::In(uid)
            | ResourceConstraint::Eq(uid)
            | ResourceConstraint::IsIn(_, uid) => place(&uid),
        };
        let names = |name: &str, uid: &EntityUid| uid.id().unescaped() == name;
        let (enter, leave) = match policy.action_constraint() {
            ActionConstraint::Any => (true, true),
            ActionConstraint::Eq(uid) => (names("enter", &uid), names("leave", &uid)),
            ActionConstraint::In(uids) => (
                uids.iter().any(|uid| names("enter", uid)),
                uids.iter().any(|uid| names("leave", uid)),
            ),
        };
        Self { who, place, enter, leave }
    }

    /// Whether the policy can apply to people of this kind at this gate. `areas` are those that the
    /// gate leads into.
    pub fn can_match(
        &self,
        kind: PersonKind,
        gate: &GateId,
        areas: &BTreeSet<String>,
        direction: Direction,
    ) -> bool {
        let way = match direction {
            Direction::In => self.enter,
            Direction::Out => self.leave,
        };
        let who = match &self.who {
            Who::Role(role) => role == kind.as_str(),
            Who::Anybody | Who::Group(_) | Who::Person(_) => true,
        };
        let place = match &self.place {
            Where::Anywhere => true,
            Where::Area(area) => areas.contains(area),
            Where::Gate(name) => name == gate.as_str(),
        };
        way && who && place
    }

    /// Whether the policy's scope takes in this very person.
    pub fn is_for(&self, person: &Person) -> bool {
        match &self.who {
            Who::Anybody => true,
            Who::Role(role) => role == person.kind.as_str(),
            Who::Group(group) => person.groups.contains(group.as_str()),
            Who::Person(id) => person.id.as_str() == id,
        }
    }

    /// How much the scope takes in; a rule for one place is nearer than one for everywhere.
    pub fn breadth(&self) -> (u8, u8) {
        let place = match self.place {
            Where::Gate(_) => 0,
            Where::Area(_) => 1,
            Where::Anywhere => 2,
        };
        let who = match self.who {
            Who::Person(_) => 0,
            Who::Group(_) => 1,
            Who::Role(_) => 2,
            Who::Anybody => 3,
        };
        (place, who)
    }
}

fn who(uid: &EntityUid) -> Who {
    let name = uid.id().unescaped().to_owned();
    match uid.type_name().basename() {
        "Role" => Who::Role(name),
        "Group" => Who::Group(name),
        "Person" => Who::Person(name),
        _ => Who::Anybody,
    }
}

fn place(uid: &EntityUid) -> Where {
    let name = uid.id().unescaped().to_owned();
    match uid.type_name().basename() {
        "Area" => Where::Area(name),
        "Gate" => Where::Gate(name),
        _ => Where::Anywhere,
    }
}
