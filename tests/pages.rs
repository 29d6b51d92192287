//! Making the pages: what the build script does with a folder of sources, with npm and without. The
//! npm here is a script that writes down what it was asked.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tempfile::TempDir;

#[path = "../build/pages.rs"]
mod pages;

/// A folder `web` with sources, and an npm beside it that runs `script` in it.
struct Fixture {
    folder: TempDir,
}

impl Fixture {
    fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let web = folder.path().join("web");
        fs::create_dir_all(web.join("src/deep")).unwrap();
        for (file, text) in [
            ("package.json", "{}"),
            ("index.html", "<p>"),
            ("src/main.ts", "let a"),
            ("src/deep/view.vue", "<template/>"),
        ] {
            fs::write(web.join(file), text).unwrap();
        }
        let npm = folder.path().join("npm");
        let said = "echo \"$@\" >> ../asked\n";
        fs::write(&npm, format!("#!/bin/sh\n[ \"$1\" = --version ] && exit 0\n{said}{script}"))
            .unwrap();
        fs::set_permissions(&npm, fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn web(&self) -> PathBuf {
        self.folder.path().join("web")
    }

    fn make(&self) -> Result<PathBuf, String> {
        pages::make(&self.web(), &self.folder.path().join("npm"))
    }

    /// What npm was asked since the last time.
    fn asked(&self) -> Vec<String> {
        let file = self.folder.path().join("asked");
        let text = fs::read_to_string(&file).unwrap_or_default();
        let _ = fs::remove_file(file);
        text.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
    }
}

const GOOD: &str = r#"
case "$1" in
ci) mkdir -p node_modules/vue ;;
run) mkdir -p dist/assets; echo page > dist/index.html; echo "let a = 1;" > dist/assets/app-1.js
     head -c 3000 /dev/zero > dist/big.txt; echo png > dist/a.png ;;
esac
"#;

fn older(path: &Path, seconds: u64) {
    let file = fs::File::options().write(true).open(path).unwrap();
    let now: SystemTime = fs::metadata(path).unwrap().modified().unwrap();
    file.set_modified(now - Duration::from_secs(seconds)).unwrap();
}

#[test]
fn npm_fetches_once_and_builds_when_a_source_is_newer() {
    let fixture = Fixture::new(GOOD);
    assert_eq!(fixture.make(), Ok(fixture.web().join("dist")));
    assert_eq!(fixture.asked(), ["ci --no-audit", "run build"]);
    assert!(fixture.make().is_ok());
    assert!(fixture.asked().is_empty(), "nothing has changed");
    older(&fixture.web().join("dist/index.html"), 60);
    assert!(fixture.make().is_ok());
    assert_eq!(fixture.asked(), ["run build"], "a source deep inside counts too");
    // What is made or fetched is no source: cargo would never come to rest.
    fs::create_dir_all(fixture.web().join("test-results")).unwrap();
    fs::write(fixture.web().join(".env"), "").unwrap();
    let names: Vec<_> = pages::sources(&fixture.web())
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, ["index.html", "package.json", "src"]);
}

#[test]
fn what_is_in_the_way_is_told_and_fails_no_build() {
    let no_network =
        "[ $1 = ci ] && mkdir node_modules && echo getaddrinfo ENOTFOUND >&2 && exit 1";
    let no_types = "[ $1 = run ] && echo error TS2322 && exit 2; mkdir -p node_modules";
    let nothing = "mkdir -p node_modules";
    for (script, words) in [
        (no_network, "npm ci): getaddrinfo ENOTFOUND"),
        (no_types, "npm run build): error TS2322"),
        (nothing, "has left no `web/dist/index.html`"),
    ] {
        let fixture = Fixture::new(script);
        let why = fixture.make().unwrap_err();
        assert!(why.contains(words), "{why}");
    }
    let fixture = Fixture::new(no_network);
    assert!(fixture.make().is_err());
    assert!(!fixture.web().join("node_modules").exists(), "half a folder does not stay");
    let why = pages::make(&fixture.web(), Path::new("/no/such/npm")).unwrap_err();
    assert!(why.contains("npm is not installed"), "{why}");
    let why = pages::make(Path::new("/no/such/web"), Path::new("npm")).unwrap_err();
    assert!(why.contains("is not there"), "{why}");
    let table = pages::table(&Err(why), fixture.folder.path()).unwrap();
    assert!(table.starts_with("Bundle { assets: &[], missing: Some(\"The folder"), "{table}");
}

#[test]
fn pages_made_elsewhere_need_no_npm() {
    let fixture = Fixture::new(GOOD);
    fixture.make().unwrap();
    assert!(pages::make(&fixture.web(), Path::new("/no/such/npm")).is_ok());
    fs::remove_file(fixture.web().join("package.json")).unwrap();
    assert!(pages::make(&fixture.web(), Path::new("/no/such/npm")).is_ok());
}

#[test]
fn the_table_has_every_file_in_order_and_packs_what_shrinks() {
    let fixture = Fixture::new(GOOD);
    let made = fixture.make();
    let table = pages::table(&made, fixture.folder.path()).unwrap();
    let paths: Vec<_> =
        table.split("path: \"").skip(1).map(|row| row.split('"').next().unwrap()).collect();
    assert_eq!(paths, ["/a.png", "/assets/app-1.js", "/big.txt", "/index.html"]);
    let big = table.lines().find(|row| row.contains("/big.txt")).unwrap();
    assert!(big.contains("gzip: Some"), "{big}");
    let png = table.lines().find(|row| row.contains("/a.png")).unwrap();
    assert!(png.contains("gzip: None"), "{png}");
    let packed = fs::read(fixture.folder.path().join("pages/2.gz")).unwrap();
    let mut plain = Vec::new();
    let mut unpacked = flate2::read::GzDecoder::new(packed.as_slice());
    std::io::Read::read_to_end(&mut unpacked, &mut plain).unwrap();
    assert_eq!(plain, vec![0; 3000]);
}
