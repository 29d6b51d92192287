//! People, gates and moments as Cedar sees them. Their shape is that of the schema, as a test proves.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    str::FromStr as _,
};

use cedar_policy::{
    AuthorizationError, Context, Entity, EntityId, EntityTypeName, EntityUid, Request,
    RestrictedExpression,
};

use super::scope::Mentioned;
use crate::{
    Time,
    calendar::Moment,
    ids::{AreaId, GroupId, PersonId, TrainingId},
    person::{Person, PersonKind},
    site::{Direction, Gate, Site},
};

/// All that policies can see of a person at a moment. People with equal rights get equal answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Rights {
    /// Only if a policy names this person.
    person: Option<PersonId>,
    kind: PersonKind,
    /// Only those that policies name.
    groups: Vec<GroupId>,
    grants: Vec<AreaId>,
    dormitory: Option<AreaId>,
    /// Only those that count now.
    trainings: Vec<TrainingId>,
    quarantined: bool,
}

impl Rights {
    pub fn of(person: &Person, mentioned: &Mentioned, now: Time) -> Self {
        let is_named = |group: &&GroupId| mentioned.groups.contains(group.as_str());
        let counting = |until: Option<Time>| until.is_none_or(|until| now < until);
        let trainings = person.trainings.iter().filter(|training| counting(training.until));
        Self {
            person: mentioned.people.contains(person.id.as_str()).then(|| person.id.clone()),
            kind: person.kind,
            groups: person.groups.iter().filter(is_named).cloned().collect(),
            grants: person.grants.iter().cloned().collect(),
            dormitory: person.dormitory.clone(),
            trainings: trainings.map(|training| training.id.clone()).collect(),
            quarantined: person.quarantined,
        }
    }
}

/// The types of the schema, ready for making entities.
#[derive(Debug)]
pub(super) struct Names {
    person: EntityTypeName,
    role: EntityTypeName,
    group: EntityTypeName,
    gate: EntityTypeName,
    gate_kind: EntityTypeName,
    area: EntityTypeName,
    training: EntityTypeName,
    window: EntityTypeName,
    weekday: EntityTypeName,
    enter: EntityUid,
    leave: EntityUid,
}

impl Names {
    /// # Errors
    /// Never, as a test proves; the message would be Cedar's.
    pub fn new() -> Result<Self, String> {
        let name = |text: &str| EntityTypeName::from_str(text).map_err(|error| error.to_string());
        let action = name("Action")?;
        Ok(Self {
            person: name("Person")?,
            role: name("Role")?,
            group: name("Group")?,
            gate: name("Gate")?,
            gate_kind: name("GateKind")?,
            area: name("Area")?,
            training: name("Training")?,
            window: name("Window")?,
            weekday: name("Weekday")?,
            enter: uid(&action, "enter"),
            leave: uid(&action, "leave"),
        })
    }

    /// The bearer of these rights.
    pub fn person(&self, rights: &Rights) -> Result<Entity, String> {
        // The empty name is no code, so no policy can mean by it anybody whom it does not name.
        let id = rights.person.as_ref().map_or("", PersonId::as_str);
        let role = uid(&self.role, rights.kind.as_str());
        let mut attributes = HashMap::from([
            ("role".to_owned(), RestrictedExpression::new_entity_uid(role.clone())),
            ("grants".to_owned(), set(&self.area, rights.grants.iter().map(AreaId::as_str))),
            (
                "trainings".to_owned(),
                set(&self.training, rights.trainings.iter().map(TrainingId::as_str)),
            ),
            ("quarantined".to_owned(), RestrictedExpression::new_bool(rights.quarantined)),
        ]);
        if let Some(dormitory) = &rights.dormitory {
            let dormitory = uid(&self.area, dormitory.as_str());
            attributes
                .insert("dormitory".to_owned(), RestrictedExpression::new_entity_uid(dormitory));
        }
        let groups = rights.groups.iter().map(|group| uid(&self.group, group.as_str()));
        let parents: HashSet<EntityUid> = groups.chain([role]).collect();
        Entity::new(uid(&self.person, id), attributes, parents).map_err(|error| error.to_string())
    }

    /// A gate, and the names of every area that it leads into.
    pub fn gate(&self, site: &Site, gate: &Gate) -> Result<(Entity, BTreeSet<String>), String> {
        let areas: BTreeSet<String> =
            site.around(&gate.to).map(|area| area.id.as_str().to_owned()).collect();
        let area = uid(&self.area, gate.to.as_str());
        let kind = uid(&self.gate_kind, gate.kind.as_str());
        let attributes = HashMap::from([
            ("area".to_owned(), RestrictedExpression::new_entity_uid(area)),
            ("areas".to_owned(), set(&self.area, areas.iter().map(String::as_str))),
            ("kind".to_owned(), RestrictedExpression::new_entity_uid(kind)),
            (
                "requires".to_owned(),
                set(&self.training, gate.requires.iter().map(TrainingId::as_str)),
            ),
        ]);
        let parents = areas.iter().map(|area| uid(&self.area, area)).collect();
        let entity = Entity::new(uid(&self.gate, gate.id.as_str()), attributes, parents)
            .map_err(|error| error.to_string())?;
        Ok((entity, areas))
    }

    /// What policies see of the moment.
    pub fn context(&self, moment: &Moment) -> Result<Context, String> {
        let weekday = uid(&self.weekday, moment.weekday.as_str());
        let windows = moment.windows.iter().map(crate::ids::WindowId::as_str);
        Context::from_pairs([
            ("minute".to_owned(), RestrictedExpression::new_long(moment.minute.into())),
            ("weekday".to_owned(), RestrictedExpression::new_entity_uid(weekday)),
            ("windows".to_owned(), set(&self.window, windows)),
            ("holiday".to_owned(), RestrictedExpression::new_bool(moment.holiday)),
            ("exam".to_owned(), RestrictedExpression::new_bool(moment.exam)),
            ("in_term".to_owned(), RestrictedExpression::new_bool(moment.term.is_some())),
        ])
        .map_err(|error| error.to_string())
    }

    pub fn request(
        &self,
        person: EntityUid,
        direction: Direction,
        gate: EntityUid,
        context: Context,
    ) -> Result<Request, String> {
        let action = match direction {
            Direction::In => self.enter.clone(),
            Direction::Out => self.leave.clone(),
        };
        Request::new(person, action, gate, context, None).map_err(|error| error.to_string())
    }
}

/// The policy that could not be evaluated.
pub(super) fn policy_of(error: &AuthorizationError) -> &cedar_policy::PolicyId {
    let AuthorizationError::PolicyEvaluationError(error) = error;
    error.policy_id()
}

/// Why it could not.
pub(super) fn failure_of(error: &AuthorizationError) -> String {
    let AuthorizationError::PolicyEvaluationError(error) = error;
    error.inner().to_string()
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

fn set<'a>(kind: &EntityTypeName, ids: impl Iterator<Item = &'a str>) -> RestrictedExpression {
    let members = ids.map(|id| RestrictedExpression::new_entity_uid(uid(kind, id)));
    RestrictedExpression::new_set(members)
}

#[cfg(test)]
mod tests {
    use cedar_policy::{Entities, Schema};

    use super::*;
    use crate::{
        calendar::Calendar,
        ids::{GateId, SiteId},
        passback::PassbackMode,
        policy::SCHEMA,
        site::{Area, GateKind, GateTimes, Limits},
    };

    fn site() -> Site {
        let area = |id: &str, parent: Option<&str>| Area {
            id: AreaId::new(id).unwrap(),
            name: id.to_owned(),
            parent: parent.map(|parent| AreaId::new(parent).unwrap()),
            capacity: None,
            passback: PassbackMode::Off,
        };
        let areas = [area("campus", None), area("lab", Some("campus"))];
        let gate = Gate {
            id: GateId::new("door").unwrap(),
            name: "door".to_owned(),
            area: AreaId::new("lab").unwrap(),
            from: AreaId::new("campus").unwrap(),
            to: AreaId::new("lab").unwrap(),
            kind: GateKind::Turnstile,
            times: GateTimes::default(),
            requires: vec![TrainingId::new("laser").unwrap()],
            passage_sensor: false,
            escape_route: false,
            open_during: vec![],
        };
        Site {
            id: SiteId::new("s").unwrap(),
            name: "s".to_owned(),
            zone: chrono_tz::Asia::Shanghai,
            topic_root: "onecard".to_owned(),
            areas: areas.map(|area| (area.id.clone(), area)).into(),
            gates: [(gate.id.clone(), gate)].into(),
            readers: std::collections::BTreeMap::new(),
            taps: [].into(),
            limits: Limits::default(),
        }
    }

    #[test]
    fn people_gates_and_moments_have_the_shape_of_the_schema() {
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).unwrap();
        let (names, site) = (Names::new().unwrap(), site());
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let moment = Calendar::default().moment(now, site.zone);
        let (gate, areas) = names.gate(&site, site.gates.values().next().unwrap()).unwrap();
        assert_eq!(areas, BTreeSet::from(["campus".to_owned(), "lab".to_owned()]));
        for kind in PersonKind::ALL {
            for dormitory in [None, Some(AreaId::new("campus").unwrap())] {
                let rights = Rights {
                    person: Some(PersonId::new("p").unwrap()),
                    kind,
                    groups: vec![GroupId::new("choir").unwrap()],
                    grants: vec![AreaId::new("lab").unwrap()],
                    dormitory,
                    trainings: vec![TrainingId::new("laser").unwrap()],
                    quarantined: true,
                };
                let person = names.person(&rights).unwrap();
                for action in [&names.enter, &names.leave] {
                    let context = names.context(&moment).unwrap();
                    let (person, gate) = (person.uid(), gate.uid());
                    Request::new(person, action.clone(), gate, context, Some(&schema)).unwrap();
                }
                Entities::from_entities([person, gate.clone()], Some(&schema)).unwrap();
            }
        }
    }
}
