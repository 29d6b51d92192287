//! Makes the pages of `web/` with npm and turns them into a table for the program to embed. Nothing
//! here fails a build: what is in the way becomes the text of the page that is served instead.
//!
//! npm runs only when something in `web/` is newer than what was made last, and fetches packages only
//! when none are there. A `web/dist` that is as new as its sources needs no npm at all.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, SystemTime},
};

/// What is made or fetched, not written by somebody.
const NOT_SOURCES: [&str; 6] =
    ["node_modules", "dist", "coverage", "test-results", "playwright-report", "screenshots"];
/// How often it is looked whether npm is done, and how often at most.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS_MAX: u32 = 6000;
/// What shrinks by compressing.
const TEXTS: [&str; 8] = ["html", "js", "mjs", "css", "svg", "json", "webmanifest", "txt"];
/// Last characters of npm's complaint that are shown.
const TOLD: usize = 600;

/// The pages, made; or why there are none.
pub fn make(web: &Path, npm: &Path) -> Result<PathBuf, String> {
    let dist = web.join("dist");
    let index = dist.join("index.html");
    if !web.join("package.json").is_file() {
        return if index.is_file() {
            Ok(dist)
        } else {
            Err("The folder `web`, with the sources of the pages, is not there.".to_owned())
        };
    }
    let made = fs::metadata(&index).and_then(|about| about.modified()).ok();
    if made.is_some() && made >= newest(&sources(web)) {
        return Ok(dist);
    }
    if !is_there(npm) {
        return Err("npm is not installed: it comes with Node.js, https://nodejs.org.".to_owned());
    }
    if !web.join("node_modules").is_dir() {
        let arguments = [
            "ci",
            "--no-audit",
            "--no-fund",
            "--prefer-offline",
            "--fetch-retries=1",
            "--fetch-timeout=20000",
            "--loglevel=error",
        ];
        if let Err(told) = run(web, npm, &arguments) {
            // Half a folder would pass for a whole one next time.
            let _ = fs::remove_dir_all(web.join("node_modules"));
            return Err(format!("The packages of the pages could not be fetched (npm ci): {told}"));
        }
    }
    run(web, npm, &["run", "build"])
        .map_err(|told| format!("The pages could not be made (npm run build): {told}"))?;
    if index.is_file() {
        Ok(dist)
    } else {
        Err("`npm run build` has left no `web/dist/index.html`.".to_owned())
    }
}

fn is_there(npm: &Path) -> bool {
    let mut asked = Command::new(npm);
    asked.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    asked.status().is_ok_and(|status| status.success())
}

/// Runs npm; the end of what it said, when it fails or does not end.
fn run(web: &Path, npm: &Path, arguments: &[&str]) -> Result<(), String> {
    let said = web.join("node_modules").with_extension("log");
    let failed = |error: io::Error| error.to_string();
    let log = fs::File::create(&said).map_err(failed)?;
    let mut command = Command::new(npm);
    command.args(arguments).current_dir(web).stdin(Stdio::null());
    command.stdout(log.try_clone().map_err(failed)?).stderr(log);
    // Cargo's own variables mean something else to some packages.
    command.env_remove("CARGO_TARGET_DIR").env("CI", "true");
    let mut running = command.spawn().map_err(failed)?;
    let mut ended = None;
    for _ in 0..LOOKS_MAX {
        ended = running.try_wait().map_err(failed)?;
        if ended.is_some() {
            break;
        }
        thread::sleep(LOOK);
    }
    if ended.is_none() {
        let _ = running.kill();
        let _ = running.wait();
    }
    let text = fs::read(&said).unwrap_or_default();
    let _ = fs::remove_file(&said);
    match ended {
        Some(status) if status.success() => Ok(()),
        Some(_) => {
            let text = String::from_utf8_lossy(&text);
            let skipped = text.chars().count().saturating_sub(TOLD);
            Err(text.chars().skip(skipped).collect::<String>().trim().to_owned())
        }
        None => Err("it did not end within ten minutes".to_owned()),
    }
}

/// Everything in `web/` that the pages are made from: files and folders of its first level. Cargo
/// looks into folders itself.
pub fn sources(web: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(web).into_iter().flatten().flatten();
    let written = entries.filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let made = [".log", ".tsbuildinfo"].iter().any(|end| name.ends_with(end));
        !made && !name.starts_with('.') && !NOT_SOURCES.contains(&&*name)
    });
    let mut paths: Vec<_> = written.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn newest(paths: &[PathBuf]) -> Option<SystemTime> {
    let of = |path: &PathBuf| {
        let own = fs::metadata(path).and_then(|about| about.modified()).ok();
        if !path.is_dir() {
            return own;
        }
        let inside: Vec<_> =
            fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        own.max(newest(&inside))
    };
    paths.iter().filter_map(of).max()
}

/// Copies the pages below `out`, compressed where that helps, and writes the table of them: the text
/// of a Rust expression, to be included.
pub fn table(pages: &Result<PathBuf, String>, out: &Path) -> io::Result<String> {
    let copies = out.join("pages");
    let _ = fs::remove_dir_all(&copies);
    fs::create_dir_all(&copies)?;
    let (mut rows, missing) = (String::new(), pages.as_ref().err());
    if let Ok(dist) = pages {
        let mut files = Vec::new();
        walk(dist, &mut files)?;
        let named = files.into_iter().map(|file| (name_of(dist, &file), file));
        // As they are looked for.
        let mut named: Vec<_> = named.collect();
        named.sort();
        for (number, (name, file)) in named.iter().enumerate() {
            let (bytes, copy) = (fs::read(file)?, copies.join(number.to_string()));
            fs::write(&copy, &bytes)?;
            let text = file.extension().is_some_and(|end| TEXTS.iter().any(|known| end == *known));
            let packed = if text { Some(packed(&bytes)?) } else { None };
            let packed = packed.filter(|packed| packed.len() < bytes.len());
            let gzip = match packed {
                Some(packed) => {
                    let copy = copies.join(format!("{number}.gz"));
                    fs::write(&copy, packed)?;
                    format!("Some(include_bytes!({copy:?}))")
                }
                None => "None".to_owned(),
            };
            rows.push_str(&format!(
                "Asset {{ path: {name:?}, plain: include_bytes!({copy:?}), gzip: {gzip} }},\n",
            ));
        }
    }
    Ok(format!("Bundle {{ assets: &[{rows}], missing: {missing:?} }}"))
}

/// The path of a file as a browser asks for it.
fn name_of(dist: &Path, file: &Path) -> String {
    let path = file.strip_prefix(dist).unwrap_or(file);
    path.components().map(|part| format!("/{}", part.as_os_str().to_string_lossy())).collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

fn packed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes)?;
    packer.finish()
}
