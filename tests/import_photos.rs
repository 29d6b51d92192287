//! Importing a folder of photos: all or nothing, told file by file, and twice is once.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{collections::BTreeSet, fs, path::Path};

use onecard::{
    import::{PhotoFailure, PhotoPreview, import_photos},
    photos::{LONGEST, Photos},
};
use onecard_rules::ids::PersonId;

const JPEG: &[u8] = b"\xff\xd8\xff\xe0 a face";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n another";

fn people() -> BTreeSet<PersonId> {
    ["20240311", "20240312", "t.7"].map(|id| id.parse().expect("a code")).into()
}

fn import(from: &Path, to: &Photos, apply: bool) -> Result<PhotoPreview, PhotoFailure> {
    import_photos(from, to, &people(), apply, &mut |_| {})
}

fn mistakes(outcome: Result<PhotoPreview, PhotoFailure>) -> Vec<String> {
    match outcome {
        Err(PhotoFailure::Mistakes(mistakes)) => mistakes.iter().map(ToString::to_string).collect(),
        other => panic!("mistakes were expected, not {other:?}"),
    }
}

fn kept(photos: &Photos, person: &str) -> Option<Vec<u8>> {
    photos.find(&person.parse().expect("a code")).expect("readable")
}

#[test]
fn a_preview_tells_what_the_import_then_does_and_a_second_time_does_nothing() {
    let (from, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("one"));
    let photos = Photos::in_data(data.path());
    let write = |name: &str, bytes: &[u8]| fs::write(from.path().join(name), bytes).expect("kept");
    write("20240311.jpg", JPEG);
    write("t.7.PNG", PNG);
    write("Thumbs.db", b"whatever");
    fs::create_dir(from.path().join("20240312.jpg")).expect("a folder is no photo");
    let expected = |added, changed, unchanged| PhotoPreview {
        added,
        changed,
        unchanged,
        left_out: vec!["Thumbs.db".to_owned()],
    };
    assert_eq!(import(from.path(), &photos, false).expect("good"), expected(2, 0, 0));
    assert_eq!(kept(&photos, "20240311"), None, "a preview keeps nothing");
    assert_eq!(import(from.path(), &photos, true).expect("good"), expected(2, 0, 0));
    assert_eq!(kept(&photos, "20240311").as_deref(), Some(JPEG));
    assert_eq!(kept(&photos, "t.7").as_deref(), Some(PNG));
    assert_eq!(import(from.path(), &photos, true).expect("good"), expected(0, 0, 2));
    write("20240311.jpg", PNG);
    assert_eq!(import(from.path(), &photos, true).expect("good"), expected(0, 1, 1));
    assert_eq!(kept(&photos, "20240311").as_deref(), Some(PNG));
}

#[test]
fn every_bad_file_is_told_with_its_mend_and_nothing_is_imported() {
    let (from, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("one"));
    let photos = Photos::in_data(data.path());
    let write = |name: &str, bytes: &[u8]| fs::write(from.path().join(name), bytes).expect("kept");
    let mut long = JPEG.to_vec();
    long.resize(LONGEST + 1, 0);
    write("20240311.jpg", JPEG);
    write("20240311.png", PNG);
    write("20240312.jpg", b"GIF89a");
    write("20249999.jpg", JPEG);
    write("..jpg", JPEG);
    write("t.7.jpeg", &long);
    let told = mistakes(import(from.path(), &photos, true));
    let expected = [
        "..jpg: nobody of that number is registered; import the person first",
        "20240311.png: `20240311.jpg` is of the same person; keep one of them",
        "20240312.jpg: is no JPEG, PNG or WebP, whatever it is called; save it",
        "20249999.jpg: nobody of that number is registered",
        "t.7.jpeg: has 524289 bytes, more than 524288; make it smaller",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}\n  expected: {expected}");
    }
    assert_eq!(kept(&photos, "20240311"), None);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let data = tempfile::tempdir().expect("a folder");
    let gone = data.path().join("gone");
    let failure = import(&gone, &Photos::in_data(data.path()), true).expect_err("no folder");
    assert!(failure.to_string().contains("gone"), "{failure}");
}
