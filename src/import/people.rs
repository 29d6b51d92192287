//! One row of a file of people.

use std::collections::BTreeSet;

use onecard_rules::{
    ids::{AreaId, TrainingId},
    person::{Person, PersonKind, Training},
    site::Site,
};
use rusqlite::Transaction;

use super::{
    Notes, Put, Record, Settings, Wrong,
    cell::{Cells, End, moment, pieces},
    differences,
    mistake::nearest,
    shown,
    table::{Columns, Line},
};
use crate::store::database::{person_of, put_person};

pub(super) struct PersonRow(Person);

impl Record for PersonRow {
    const COLUMNS: &'static [&'static str] = &[
        "person",
        "name",
        "kind",
        "groups",
        "grants",
        "dormitory",
        "trainings",
        "quarantined",
        "passback_exempt",
        "valid_from",
        "valid_until",
    ];
    const NEEDED: usize = 3;

    fn read(line: &Line<'_>, settings: Settings<'_>, notes: &mut Notes) -> Option<Self> {
        let mut cells = Cells { line, notes };
        // Everything is read before anything is missed, so that all mistakes of a line are told.
        let id = cells.needed("person");
        let name = match cells.text("name") {
            "" => cells.check("name", Err(Wrong::Empty)),
            name => Some(name.to_owned()),
        };
        let kinds = PersonKind::ALL.map(PersonKind::as_str);
        let kind = cells.word("kind", None, PersonKind::parse, &kinds);
        let groups = cells.list("groups");
        let grants: Option<BTreeSet<AreaId>> = cells.list("grants");
        cells.areas("grants", settings.site, grants.iter().flatten());
        let dormitory = match cells.text("dormitory") {
            "" => Some(None),
            text => cells.check("dormitory", text.parse().map(Some).map_err(Wrong::from)),
        };
        cells.areas("dormitory", settings.site, dormitory.iter().flatten());
        let trainings = trainings(&mut cells, settings);
        let quarantined = cells.flag("quarantined");
        let passback_exempt = cells.flag("passback_exempt");
        let validity = cells.validity(settings.zone);
        let (valid_from, valid_until) = validity?;
        Some(Self(Person {
            id: id?,
            name: name?,
            kind: kind?,
            groups: groups?,
            grants: grants?,
            dormitory: dormitory?,
            trainings: trainings?,
            quarantined: quarantined?,
            passback_exempt: passback_exempt?,
            valid_from,
            valid_until,
        }))
    }

    fn key(&self) -> (&'static str, String) {
        ("person", self.0.id.to_string())
    }

    fn put(
        self,
        to: &Transaction<'_>,
        given: &Columns,
        _: Settings<'_>,
    ) -> rusqlite::Result<Result<Put, (&'static str, Wrong)>> {
        let Some(stored) = person_of(to, &self.0.id)? else {
            put_person(to, &self.0)?;
            return Ok(Ok(Put::Added));
        };
        let person = keep(self.0, &stored, given);
        if person == stored {
            return Ok(Ok(Put::Unchanged));
        }
        put_person(to, &person)?;
        let differences = differences(person.id.as_str(), fields(&stored), fields(&person));
        Ok(Ok(Put::Changed(differences)))
    }
}

fn trainings(cells: &mut Cells<'_, '_>, settings: Settings<'_>) -> Option<BTreeSet<Training>> {
    let read = |piece: &str| -> Result<Training, Wrong> {
        let (id, until) = match piece.split_once('@') {
            None => (piece, None),
            Some((id, until)) => (id, Some(moment(until.trim(), settings.zone, End::Until)?)),
        };
        Ok(Training { id: id.trim().parse()?, until })
    };
    let result = pieces(cells.text("trainings")).map(read).collect();
    let trainings: BTreeSet<Training> = cells.check("trainings", result)?;
    if let Some(site) = settings.site {
        let known = asked_for(site);
        for Training { id, .. } in trainings.iter().filter(|training| !known.contains(&training.id))
        {
            let nearest = nearest(id.as_str(), known.iter().map(|known| known.as_str()));
            let wrong = Wrong::Training { text: id.to_string(), nearest };
            cells.notes.remarks.push(cells.line.mistake("trainings", wrong));
        }
    }
    Some(trainings)
}

fn asked_for(site: &Site) -> BTreeSet<&TrainingId> {
    site.gates.values().flat_map(|gate| &gate.requires).collect()
}

/// Leaves what the file has no column for as it is stored.
fn keep(mut person: Person, stored: &Person, given: &Columns) -> Person {
    macro_rules! keep {
        ($($field:ident)*) => {
            $(if !given.contains_key(stringify!($field)) {
                person.$field = stored.$field.clone();
            })*
        };
    }
    keep!(groups grants dormitory trainings quarantined passback_exempt valid_from valid_until);
    person
}

fn fields(person: &Person) -> Vec<(&'static str, String)> {
    let list = |codes: Vec<String>| codes.join(";");
    let trainings = person.trainings.iter().map(|training| match training.until {
        Some(until) => format!("{}@{}", training.id, until.to_rfc3339()),
        None => training.id.to_string(),
    });
    vec![
        ("name", person.name.clone()),
        ("kind", person.kind.as_str().to_owned()),
        ("groups", list(person.groups.iter().map(ToString::to_string).collect())),
        ("grants", list(person.grants.iter().map(ToString::to_string).collect())),
        ("dormitory", person.dormitory.as_ref().map_or_else(String::new, ToString::to_string)),
        ("trainings", list(trainings.collect())),
        ("quarantined", yes_or_no(person.quarantined)),
        ("passback_exempt", yes_or_no(person.passback_exempt)),
        ("valid_from", shown(person.valid_from)),
        ("valid_until", shown(person.valid_until)),
    ]
}

fn yes_or_no(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}
