//! People and cards, found again, and cards that cannot be told apart refused.

use onecard_rules::{
    credential::Credential,
    directory::{Directory, DirectoryMistake},
    person::{Card, CardState, PersonKind},
};

use crate::college::{boarder, card, person, person_id};

const CARD: &str = "04A1B2C3D4E580";

fn credential(text: &str) -> Credential {
    text.parse().unwrap()
}

fn two_people() -> Directory {
    let mut directory = Directory::default();
    directory.put_person(boarder("S1"));
    directory.put_person(boarder("S2"));
    directory
}

#[test]
fn a_card_leads_to_its_holder() {
    let mut directory = two_people();
    directory.put_card(card(CARD, "S1")).unwrap();
    directory.put_card(card("7186A61E", "S1")).unwrap();
    for text in [CARD, "7186A61E"] {
        let (found, holder) = directory.find(&credential(text)).unwrap();
        assert_eq!((found.credential, &holder.id), (credential(text), &person_id("S1")));
    }
    assert!(directory.find(&credential("1EA68671")).is_none());
    assert!(directory.find(&credential("w34:7186A61E")).is_none(), "another format, another card");
    assert_eq!((directory.people_count(), directory.card_count()), (2, 2));
    assert_eq!(directory.cards().count(), 2);
}

#[test]
fn a_card_of_nobody_is_refused() {
    let mistake = Directory::default().put_card(card(CARD, "S9")).unwrap_err();
    let person = person_id("S9");
    assert_eq!(mistake, DirectoryMistake::UnknownPerson { card: credential(CARD), person });
}

#[test]
fn two_people_cannot_hold_one_credential() {
    let mut directory = two_people();
    directory.put_card(card(CARD, "S1")).unwrap();
    let mistake = directory.put_card(card(CARD, "S2")).unwrap_err();
    let (first, second) = (person_id("S1"), person_id("S2"));
    assert_eq!(mistake, DirectoryMistake::SameCredential { card: credential(CARD), first, second });
    let (_, holder) = directory.find(&credential(CARD)).unwrap();
    assert_eq!(holder.id, person_id("S1"), "the first keeps it");
}

#[test]
fn a_new_record_takes_the_place_of_the_old() {
    let mut directory = two_people();
    directory.put_card(card(CARD, "S1")).unwrap();
    directory.put_card(Card { state: CardState::Lost, ..card(CARD, "S1") }).unwrap();
    directory.put_person(person("S1", PersonKind::Teacher));
    let (found, holder) = directory.find(&credential(CARD)).unwrap();
    assert_eq!((found.state, holder.kind), (CardState::Lost, PersonKind::Teacher));
    assert_eq!((directory.people_count(), directory.card_count()), (2, 1));
    assert_eq!(directory.person(&person_id("S1")).unwrap().kind, PersonKind::Teacher);
}
