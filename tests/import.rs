//! Importing people and cards: all or nothing, every mistake told, twice is once.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, path::Path};

use onecard::{
    import::{ImportFailure, Mistake, Preview, Progress, Settings, What, import, preview},
    store::database::{DatabaseReader, Editor},
};
use onecard_rules::{
    Time,
    ids::AreaId,
    passback::PassbackMode,
    person::{Card, CardState, Person, PersonKind},
    site::{Area, Gate, GateKind, GateTimes, Limits, Site},
};
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

const NOW: i64 = 1_795_000_000;

struct Office {
    folder: TempDir,
    editor: Editor,
    site: Site,
    checks_names: bool,
}

impl Office {
    fn new() -> Self {
        let folder = tempdir().unwrap();
        let editor = Editor::open(&folder.path().join("onecard.db")).unwrap();
        Self { folder, editor, site: site(), checks_names: true }
    }

    fn settings(site: &Site, checks_names: bool) -> Settings<'_> {
        let now = Time::from_timestamp(NOW, 0).unwrap();
        let site_if = checks_names.then_some(site);
        Settings { zone: site.zone, site: site_if, now, differences: 5 }
    }

    fn preview(&mut self, what: What, file: &str) -> Result<Preview, ImportFailure> {
        let settings = Self::settings(&self.site, self.checks_names);
        preview(&mut self.editor, what, file.as_bytes(), settings)
    }

    fn import_bytes(&mut self, what: What, file: &[u8]) -> Result<Preview, ImportFailure> {
        let settings = Self::settings(&self.site, self.checks_names);
        import(&mut self.editor, what, file, settings, &mut |_| {})
    }

    fn import(&mut self, what: What, file: &str) -> Preview {
        self.import_bytes(what, file.as_bytes()).unwrap()
    }

    fn mistakes(&mut self, what: What, file: &str) -> Vec<String> {
        match self.import_bytes(what, file.as_bytes()).unwrap_err() {
            ImportFailure::Mistakes(mistakes) => mistakes.iter().map(Mistake::to_string).collect(),
            ImportFailure::Store(failure) => panic!("{failure}"),
        }
    }

    fn stored(&self) -> (Vec<Person>, Vec<Card>) {
        self.reader().people_and_cards().unwrap()
    }

    fn reader(&self) -> DatabaseReader {
        DatabaseReader::open(&self.folder.path().join("onecard.db") as &Path).unwrap()
    }
}

fn site() -> Site {
    let id = |area: &str| AreaId::new(area).unwrap();
    let area = |name: &str| {
        let (name, passback) = (name.to_owned(), PassbackMode::Off);
        (id(&name), Area { id: id(&name), name, parent: None, capacity: None, passback })
    };
    let gate = Gate {
        id: "lab-1".parse().unwrap(),
        name: "Lab".to_owned(),
        area: id("lab"),
        from: id("campus"),
        to: id("lab"),
        kind: GateKind::Door,
        times: GateTimes::default(),
        requires: vec!["laser-safety".parse().unwrap()],
        passage_sensor: true,
        escape_route: false,
        open_during: Vec::new(),
    };
    Site {
        id: "college".parse().unwrap(),
        name: "College".to_owned(),
        zone: chrono_tz::Asia::Shanghai,
        topic_root: "onecard".to_owned(),
        areas: ["campus", "library", "lab", "dorm-3"].into_iter().map(area).collect(),
        gates: BTreeMap::from([(gate.id.clone(), gate)]),
        readers: BTreeMap::new(),
        taps: [].into(),
        limits: Limits::default(),
    }
}

fn time(text: &str) -> Option<Time> {
    text.parse().ok()
}

const PEOPLE: &str = "\
person,name,kind,groups,grants,dormitory,trainings,quarantined,passback_exempt,valid_from,valid_until
20240311,张伟,student,cs-1; chess,library;lab,dorm-3,laser-safety@2027-06-30,no,,2026-09-01,2028-07-15
t-17,\"Li, Na\",teacher,,,,,,yes,,2027-01-01T12:00:00+08:00
";

const CARDS: &str = "\
card,person,state,valid_from,valid_until
04A1B2C3D4E580,20240311,,,
7186a61e,t-17,lost,,2027-12-31
";

#[test]
fn people_and_cards_are_stored_as_the_file_says() {
    let mut office = Office::new();
    let people = office.import(What::People, PEOPLE);
    assert_eq!((people.added, people.changed, people.unchanged, people.removed), (2, 0, 0, 0));
    assert_eq!(office.import(What::Cards, CARDS).added, 2);
    let (people, cards) = office.stored();
    let [student, teacher] = people.as_slice() else { panic!("{people:?}") };
    assert_eq!((student.name.as_str(), student.kind), ("张伟", PersonKind::Student));
    assert_eq!((student.groups.len(), student.grants.len()), (2, 2));
    assert_eq!(student.dormitory, Some(AreaId::new("dorm-3").unwrap()));
    let training = student.trainings.first().unwrap();
    assert_eq!(training.until, time("2027-07-01T00:00:00+08:00"), "a day as an end is included");
    assert_eq!(student.valid_from, time("2026-09-01T00:00:00+08:00"));
    assert_eq!(student.valid_until, time("2028-07-16T00:00:00+08:00"));
    assert_eq!((teacher.name.as_str(), teacher.passback_exempt), ("Li, Na", true));
    assert_eq!(teacher.valid_until, time("2027-01-01T12:00:00+08:00"));
    let states: Vec<CardState> = cards.iter().map(|card| card.state).collect();
    assert_eq!(states, [CardState::Active, CardState::Lost]);
}

#[test]
fn importing_a_file_twice_changes_nothing_the_second_time() {
    let mut office = Office::new();
    for (what, file) in [(What::People, PEOPLE), (What::Cards, CARDS)] {
        office.import(what, file);
        let (stored, revisions) = (office.stored(), office.reader().revisions().unwrap());
        let again = office.import(what, file);
        assert_eq!((again.added, again.changed, again.unchanged), (0, 0, 2));
        assert_eq!(office.stored(), stored);
        assert_eq!(office.reader().revisions().unwrap(), revisions, "nothing to load again");
    }
}

#[test]
fn a_preview_tells_what_the_import_then_does_and_changes_nothing() {
    let mut office = Office::new();
    office.import(What::People, PEOPLE);
    let edited = PEOPLE.replace("dorm-3", "lab").replace("teacher", "visitor")
        + "n-1,新人,family\
        ,,,,,,,,\n";
    let before = office.stored();
    let told = office.preview(What::People, &edited).unwrap();
    assert_eq!(office.stored(), before);
    assert_eq!((told.added, told.changed, told.unchanged), (1, 2, 0));
    let lines: Vec<String> = told.differences.iter().map(ToString::to_string).collect();
    let expected =
        ["20240311: dormitory `dorm-3` becomes `lab`", "t-17: kind `teacher` becomes `visitor`"];
    assert_eq!(lines, expected);
    assert_eq!(office.import(What::People, &edited), told);
}

#[test]
fn a_missing_column_leaves_what_is_stored_and_an_empty_cell_clears_it() {
    let mut office = Office::new();
    office.import(What::People, PEOPLE);
    office.import(What::People, "person,name,kind,dormitory\n20240311,张伟,student,\n");
    let (people, _) = office.stored();
    assert_eq!(people.len(), 2, "nobody is deleted");
    assert_eq!((people[0].dormitory.clone(), people[0].grants.len()), (None, 2));
}

#[test]
fn a_card_keeps_its_state_without_a_column_and_knows_since_when_with_one() {
    let mut office = Office::new();
    office.import(What::People, PEOPLE);
    office.import(What::Cards, CARDS);
    office.import(What::Cards, "card,person\n7186A61E,t-17\n");
    assert_eq!(office.stored().1[1].state, CardState::Lost);
    office.import(What::Cards, "card,person,state\n04A1B2C3D4E580,20240311,frozen\n");
    let card = &office.stored().1[0];
    assert_eq!(card.state_since, Time::from_timestamp(NOW, 0));
}

#[test]
fn every_bad_row_is_told_with_line_column_and_mend_and_nothing_is_imported() {
    let head = "person,name,kind,grants,dormitory,trainings,quarantined,valid_from,valid_until\n";
    let table: &[(&str, &str)] = &[
        (",张伟,student,,,,,,", "line 2, column `person`: must not be empty"),
        ("a b,x,student,,,,,,", "line 2, column `person`: `a b` contains ` `; use letters"),
        ("p1,,student,,,,,,", "line 2, column `name`: must not be empty"),
        ("p1,x,,,,,,,", "line 2, column `kind`: must not be empty"),
        (
            "p1,x,studnet,,,,,,",
            "line 2, column `kind`: `studnet` is not one of `teacher`, `student`",
        ),
        ("p1,x,studnet,,,,,,", "did you mean `student`?"),
        (
            "p1,x,student,libary,,,,,",
            "column `grants`: the site has no area `libary`; did you mean `library`?",
        ),
        (
            "p1,x,student,,dorm-9,,,,",
            "column `dormitory`: the site has no area `dorm-9`; did you mean `dorm-3`?",
        ),
        ("p1,x,student,,,laser safety,,,", "column `trainings`: `laser safety` contains ` `"),
        (
            "p1,x,student,,,a@soon,,,",
            "column `trainings`: `soon` is not a time; write a day such as",
        ),
        ("p1,x,student,,,,maybe,,", "column `quarantined`: `maybe` is neither yes nor no"),
        ("p1,x,student,,,,,2026-02-30,", "column `valid_from`: `2026-02-30` is not a time"),
        ("p1,x,student,,,,,,15/7/2027", "column `valid_until`: `15/7/2027` is not a time"),
        ("p1,x,student,,,,,2027-01-02,2027-01-01", "column `valid_until`: ends before it begins"),
        ("p1,x,student", "line 2: 3 cells where the heading has 9"),
        (
            "p1,x,student,,,,,,\np1,y,teacher,,,,,,",
            "line 3, column `person`: `p1` is in line 2 already",
        ),
    ];
    let mut office = Office::new();
    for (row, told) in table {
        let file = format!("{head}{row}\nok-1,Good,teacher,,,,,,\n");
        let mistakes = office.mistakes(What::People, &file);
        assert_eq!(mistakes.len(), 1, "{row}: {mistakes:?}");
        assert!(mistakes[0].contains(told), "{row}: {mistakes:?}");
        assert_eq!(office.stored().0, [], "{row}");
    }
    let all: Vec<&str> = table.iter().map(|(row, _)| *row).collect();
    let mistakes = office.mistakes(What::People, &format!("{head}{}\n", all.join("\n")));
    let lines: Vec<u64> = mistakes
        .iter()
        .map(|m| m["line ".len()..].split([',', ':']).next().unwrap().parse().unwrap())
        .collect();
    assert!(lines.is_sorted() && lines.len() >= table.len(), "{mistakes:#?}");
}

#[test]
fn every_bad_card_is_told_and_nothing_is_imported() {
    let table: &[(&str, &str)] = &[
        ("04A1,20240311,,,", "line 2, column `card`: `04A1` is not a credential"),
        (",20240311,,,", "line 2, column `card`: must not be empty"),
        ("04A1B2C3D4E581,,,,", "line 2, column `person`: must not be empty"),
        (
            "04A1B2C3D4E581,nobody,,,",
            "column `person`: nobody has number `nobody`; import the person first",
        ),
        ("04A1B2C3D4E580,t-17,,,", "column `card`: card `04A1B2C3D4E580` is held by `20240311`"),
        ("04A1B2C3D4E581,t-17,actve,,", "column `state`: `actve` is not one of `active`"),
        ("04A1B2C3D4E581,t-17,,x,", "column `valid_from`: `x` is not a time"),
        (
            "04A1B2C3D4E581,t-17,,,\n04a1b2c3d4e581,t-17,,,",
            "line 3, column `card`: `04A1B2C3D4E581` is in line 2 already",
        ),
    ];
    let mut office = Office::new();
    office.import(What::People, PEOPLE);
    office.import(What::Cards, CARDS);
    let before = office.stored();
    for (row, told) in table {
        let head = "card,person,state,valid_from,valid_until";
        let file = format!("{head}\n{row}\n04FFFFFFFFFFFF,t-17,,,\n");
        let mistakes = office.mistakes(What::Cards, &file);
        assert_eq!(mistakes.len(), 1, "{row}: {mistakes:?}");
        assert!(mistakes[0].contains(told), "{row}: {mistakes:?}");
        assert_eq!(office.stored(), before, "{row}");
    }
}

#[test]
fn a_wrong_heading_is_told_and_nothing_else() {
    let table: &[(&str, &[&str])] = &[
        ("", &["line 1: the file has no heading; its first line must name the columns: person,"]),
        ("person,name\n", &["line 1, column `kind`: the file has no such column"]),
        (
            "person,name,kind,dormitry\n",
            &[
                "line 1, column `dormitry`: there is no column of this name; did you mean `dormitory`?",
            ],
        ),
        ("person,name,kind,name\n", &["line 1, column `name`: the column is there twice"]),
    ];
    let mut office = Office::new();
    for (file, told) in table {
        let mistakes = office.mistakes(What::People, file);
        assert_eq!(mistakes.len(), told.len(), "{file}: {mistakes:?}");
        for (mistake, told) in mistakes.iter().zip(*told) {
            assert!(mistake.contains(told), "{file}: {mistake}");
        }
    }
}

#[test]
fn a_file_without_rows_deletes_nobody() {
    let mut office = Office::new();
    office.import(What::People, PEOPLE);
    let before = office.stored();
    assert_eq!(office.import(What::People, "person,name,kind\n,,\n\n"), Preview::default());
    assert_eq!(office.stored(), before);
}

#[test]
fn a_byte_order_mark_is_passed_over_and_another_encoding_is_told() {
    let mut office = Office::new();
    let marked = [b"\xEF\xBB\xBF", PEOPLE.as_bytes()].concat();
    assert_eq!(office.import_bytes(What::People, &marked).unwrap().added, 2);
    let gbk = b"person,name,kind\np1,\xD5\xC5\xCE\xB0,student\n";
    let told = office.import_bytes(What::People, gbk).unwrap_err().to_string();
    assert!(told.contains("line 2: not UTF-8; save the file as CSV UTF-8"), "{told}");
}

#[test]
fn a_training_that_no_gate_asks_for_is_remarked_upon_only() {
    let mut office = Office::new();
    let file = "person,name,kind,trainings\np1,x,student,laser-saftey\n";
    let preview = office.import(What::People, file);
    let remarks: Vec<String> = preview.remarks.iter().map(ToString::to_string).collect();
    let expected = "line 2, column `trainings`: no gate asks for training `laser-saftey`; \
                    did you mean `laser-safety`?";
    assert_eq!(remarks, [expected]);
}

#[test]
fn without_a_site_names_are_not_checked() {
    let mut office = Office::new();
    office.checks_names = false;
    let file = "person,name,kind,grants\np1,x,student,elsewhere\n";
    assert_eq!(office.import(What::People, file).added, 1);
}

#[test]
fn progress_goes_from_nothing_to_all() {
    let mut office = Office::new();
    let rows: String = (0..2500).fold(String::new(), |rows, n| rows + &format!("p{n},x,student\n"));
    let file = format!("person,name,kind\n{rows}");
    let mut told = Vec::new();
    let settings = Office::settings(&office.site, true);
    import(&mut office.editor, What::People, file.as_bytes(), settings, &mut |progress| {
        told.push(progress);
    })
    .unwrap();
    let expected = [0, 1000, 2000, 2500].map(|done| Progress { done, rows: 2500 });
    assert_eq!(told, expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_file_stops_the_import(file in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut office = Office::new();
        let file = [b"person,name,kind\n".as_slice(), &file].concat();
        let _ = office.import_bytes(What::People, &file);
    }
}
