//! `onecard.db`: what is put is there after a start, and what others change is noticed.

use onecard::store::{
    Anchor, AppendRefusal, OnDurable,
    database::{Account, Change, Database, DatabaseReader, Editor},
    operator::new_token,
};
use onecard_rules::{
    alarm::Standing,
    credential::Credential,
    event::{Alarm, DeviceKind, Subject},
    ids::{AreaId, GateId, OperatorId, PersonId},
    mode::{Measure, MeasureKind, Mode, Override},
    operator::{Rights, Role, Scope},
    passback::Whereabouts,
    person::{Card, CardState, Person, PersonKind, Training},
    reason::Reason,
};
use tempfile::tempdir;

use crate::support::{answer, at};

fn area(id: &str) -> AreaId {
    AreaId::new(id).unwrap()
}

fn person_id(number: u32) -> PersonId {
    PersonId::new(&format!("2024{number:05}")).unwrap()
}

fn person(number: u32) -> Person {
    Person {
        id: person_id(number),
        name: "张伟".to_owned(),
        kind: PersonKind::Student,
        groups: ["cs-1", "chess"].map(|group| group.parse().unwrap()).into(),
        grants: [area("library")].into(),
        dormitory: Some(area("dorm-3")),
        trainings: [
            Training { id: "laser".parse().unwrap(), until: Some(at(9)) },
            Training { id: "fire".parse().unwrap(), until: None },
        ]
        .into(),
        quarantined: false,
        passback_exempt: true,
        valid_from: Some(at(0)),
        valid_until: None,
    }
}

fn card(number: u32) -> Card {
    let [a, b, c, d] = number.to_be_bytes();
    Card {
        credential: Credential::uid(&[4, 0xA1, 0xB2, a, b, c, d]).unwrap(),
        person: person_id(number),
        state: CardState::Lost,
        state_since: Some(at(3)),
        valid_from: None,
        valid_until: Some(at(100)),
    }
}

fn put(database: &Database, changes: Vec<Change>, as_of: u64) {
    let (then, receipt) = OnDurable::receipt();
    database.put(changes, Some(as_of), then).unwrap();
    answer(receipt).unwrap();
}

#[test]
fn twenty_thousand_people_and_cards_come_back_as_they_were() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("onecard.db");
    let people: Vec<Person> = (0..20_000).map(person).collect();
    let cards: Vec<Card> = (0..20_000).map(card).collect();
    Editor::open(&path).unwrap().put_people_and_cards(&people, &cards).unwrap();
    let loaded = Database::open(&path).unwrap().load().unwrap();
    assert_eq!(loaded.people, people);
    assert_eq!(loaded.cards, cards);
}

#[test]
fn what_the_controller_knew_is_there_after_a_start() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("onecard.db");
    let database = Database::open(&path).unwrap();
    let by = OperatorId::new("wang").unwrap();
    let inside = |place: &str, timed: bool| Whereabouts {
        area: area(place),
        since: at(5),
        timed_entry: timed.then(|| (area("canteen"), at(4))),
    };
    let measure = |place: &str| Measure {
        kind: MeasureKind::Lockdown,
        area: area(place),
        by: by.clone(),
        why: "演习".to_owned(),
        since: at(1),
        until: None,
    };
    let order = Override {
        mode: Mode::Blocked,
        by: by.clone(),
        why: "repair".to_owned(),
        since: at(2),
        until: Some(at(50)),
    };
    let gate = |id: &str| GateId::new(id).unwrap();
    let subject = |device: &str| Subject {
        area: "campus".to_owned(),
        kind: DeviceKind::Gate,
        device: device.to_owned(),
    };
    let alarm = |device: &str| Alarm {
        subject: subject(device),
        reason: Reason::Held,
        since: at(3),
        detail: "open for 40 s".to_owned(),
    };
    let noted = Some((by.clone(), at(4)));
    let standing =
        |device: &str, acknowledged| Standing { acknowledged, ..Standing::new(alarm(device)) };
    put(
        &database,
        vec![
            Change::Presence(person_id(1), inside("library", true)),
            Change::Presence(person_id(2), inside("dorm-3", false)),
            Change::MeasureBegun(measure("campus")),
            Change::MeasureBegun(measure("library")),
            Change::Override(gate("main-1"), order.clone()),
            Change::Override(gate("main-2"), order.clone()),
            Change::AlarmStands(standing("main-1", None)),
            Change::AlarmStands(standing("main-2", None)),
        ],
        7,
    );
    let anchor = Anchor { seq: 9, hash: [5; 32] };
    put(
        &database,
        vec![
            Change::PresenceForgotten(person_id(2)),
            Change::MeasureEnded(MeasureKind::Lockdown, area("library")),
            Change::OverrideCleared(gate("main-2")),
            Change::AlarmCleared(subject("main-2"), Reason::Held),
            Change::AlarmStands(standing("main-1", noted.clone())),
            Change::Anchor(anchor),
        ],
        9,
    );
    put(&database, vec![Change::Anchor(Anchor { seq: 4, hash: [4; 32] })], 8);
    drop(database);
    let loaded = Database::open(&path).unwrap().load().unwrap();
    assert_eq!(loaded.presence, [(person_id(1), inside("library", true))]);
    assert_eq!(loaded.measures, [measure("campus")]);
    assert_eq!(loaded.overrides, [(gate("main-1"), order)]);
    assert_eq!(loaded.alarms, [standing("main-1", noted)]);
    assert_eq!(loaded.as_of, 9, "an older row does not turn it back");
    assert_eq!(loaded.anchor, Some(anchor), "an earlier row does not take its place");
}

#[test]
fn changes_of_a_failed_commit_are_written_with_the_next() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("onecard.db");
    let database = Database::open(&path).unwrap();
    let broken = rusqlite::Connection::open(&path).unwrap();
    broken.execute_batch("ALTER TABLE presence RENAME TO elsewhere").unwrap();
    let inside =
        |second| Whereabouts { area: area("library"), since: at(second), timed_entry: None };
    let (then, receipt) = OnDurable::receipt();
    let changes = [1, 2].map(|number| Change::Presence(person_id(number), inside(1)));
    database.put(changes, Some(5), then).unwrap();
    assert!(answer(receipt).is_err());
    assert!(!database.is_healthy());
    assert_eq!((database.failed_commits(), database.waiting()), (1, 2));
    broken.execute_batch("ALTER TABLE elsewhere RENAME TO presence").unwrap();
    put(&database, vec![Change::Presence(person_id(2), inside(2))], 4);
    let loaded = database.load().unwrap();
    assert_eq!(loaded.presence, [(person_id(1), inside(1)), (person_id(2), inside(2))]);
    assert_eq!(loaded.as_of, 5);
    assert!(database.is_healthy());
}

#[test]
fn closing_writes_what_waits_and_refuses_what_comes_after() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("onecard.db");
    let database = Database::open(&path).unwrap();
    for row in 1..=50 {
        database.put([], Some(row), OnDurable::Nothing).unwrap();
    }
    database.close();
    assert_eq!(database.put([], Some(51), OnDurable::Nothing), Err(AppendRefusal::Closed));
    assert_eq!(database.load().unwrap().as_of, 50);
}

#[test]
fn a_running_controller_notices_what_another_process_changes() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("onecard.db");
    let database = Database::open(&path).unwrap();
    let mut reader = DatabaseReader::open(database.path()).unwrap();
    let before = reader.revisions().unwrap();
    let mut editor = Editor::open(&path).unwrap();

    let id = OperatorId::new("wang").unwrap();
    let (token, hash) = new_token(&id).unwrap();
    editor.put_operator(&id, &hash, at(1)).unwrap();
    assert!(reader.tokens().unwrap()[0].accepts(&token, at(2)));
    assert!(editor.revoke_operator(&id, at(3)).unwrap());
    assert!(!editor.revoke_operator(&id, at(4)).unwrap());
    assert!(!reader.operators().unwrap()[0].counts(at(3)));
    assert_eq!(reader.operators().unwrap()[0].rights.role, Role::Administrator);
    let rights = Rights {
        role: Role::Guard,
        scope: Scope::Places {
            areas: ["library".parse().unwrap()].into(),
            gates: ["g1".parse().unwrap(), "g2".parse().unwrap()].into(),
        },
    };
    editor.enrol(&id, "王", &rights, at(4)).unwrap();
    let operator = reader.operators().unwrap().remove(0);
    assert_eq!((&operator.rights, operator.name.as_str()), (&rights, "王"));
    assert!(operator.counts(at(5)) && operator.password.is_none());
    assert!(editor.set_password(&id, "$argon2id$…").unwrap());
    assert!(!editor.set_password(&OperatorId::new("li").unwrap(), "x").unwrap());
    editor.enrol(&id, "王", &rights, at(5)).unwrap();
    assert!(reader.operators().unwrap()[0].password.is_some(), "a new role keeps the password");
    let mut token = reader.tokens().unwrap().remove(0);
    (token.label, token.rights, token.expires) = ("wall".to_owned(), Some(rights), Some(at(9)));
    editor.put_token(&token).unwrap();
    assert_eq!(reader.tokens().unwrap()[1], token);
    assert!(editor.revoke_token(&id, "wall", at(6)).unwrap());
    assert!(!editor.revoke_token(&id, "wall", at(7)).unwrap());

    let account = Account {
        username: "reader-1".to_owned(),
        area: "campus".to_owned(),
        kind: "reader".to_owned(),
        device: "r1".to_owned(),
        rights: "{}".to_owned(),
        hash: "salt:hash".to_owned(),
        created: at(1),
        revoked: None,
    };
    editor.put_account(&account).unwrap();
    assert_eq!(reader.accounts().unwrap(), [account]);
    assert!(editor.revoke_account("reader-1", at(5)).unwrap());
    assert_eq!(reader.accounts().unwrap()[0].revoked, Some(at(5)));

    editor.put_people_and_cards([&person(1)], [&card(1)]).unwrap();
    let after = reader.revisions().unwrap();
    assert!(after.people > before.people);
    assert!(after.operators > before.operators);
    assert!(after.accounts > before.accounts);
    assert_eq!(reader.people_and_cards().unwrap(), (vec![person(1)], vec![card(1)]));
}

#[test]
fn a_card_of_nobody_is_refused_and_nothing_of_the_call_stays() {
    let folder = tempdir().unwrap();
    let mut editor = Editor::open(&folder.path().join("onecard.db")).unwrap();
    assert!(editor.put_people_and_cards([&person(1)], [&card(2)]).is_err());
    let database = Database::open(&folder.path().join("onecard.db")).unwrap();
    assert_eq!(database.load().unwrap().people, []);
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("onecard.db");
    drop(Database::open(&path).unwrap());
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let told = Database::open(&path).unwrap_err().to_string();
    assert!(told.contains("layout 99"), "{told}");
}
