//! Every kind of mistake in every file of the starter campus, one at a time.

use std::fs;

use onecard::campus;

use super::{CALENDAR, CAMPUS, POLICIES, load, tells};

mod places;
mod rules;
mod settings;

/// File, text in it, what it is changed to, and what must stand in one line of what is told, parts
/// apart by `*`.
type Row = (&'static str, &'static str, &'static str, &'static str);

#[test]
fn every_typo_is_told_with_file_line_and_mend() {
    let typos = [settings::ROWS, places::ROWS, rules::ROWS].concat();
    let mut wrong = Vec::new();
    for (file, text, typo, expected) in &typos {
        let folder = tempfile::tempdir().expect("a folder");
        campus::init(folder.path(), "campus-site").expect("a starter");
        let path = folder.path().join(file);
        let good = fs::read_to_string(&path).expect("a starter file");
        assert!(good.contains(text), "{file} has no `{text}`");
        fs::write(&path, good.replacen(text, typo, 1)).expect("written");
        match load(folder.path()) {
            Ok(_) => wrong.push(format!("{file}: `{typo}` was not noticed")),
            Err(mistakes) => {
                let told = mistakes.to_string();
                if !tells(&told, expected) {
                    wrong.push(format!("{file}: `{typo}`\n  expected: {expected}\n  told: {told}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), typos.len(), wrong.join("\n"));
}
