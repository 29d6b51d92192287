//! Makes the pages of `web/` and hands them over to be embedded.
//!
//! `ONECARD_PAGES=none` leaves them out, for a build that shall not run npm.

use std::{env, fs, path::PathBuf};

#[path = "build/pages.rs"]
mod pages;

fn main() -> std::io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let web = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("web");
    println!("cargo::rerun-if-env-changed=ONECARD_PAGES");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    let sources = pages::sources(&web);
    if sources.is_empty() {
        // A path that is not there would have every build run this again; whoever adds `web` touches
        // one of these.
        println!("cargo::rerun-if-changed=README.md");
    }
    for source in sources {
        println!("cargo::rerun-if-changed={}", source.display());
    }
    let made = if env::var_os("ONECARD_PAGES").is_some_and(|wanted| wanted == "none") {
        Err("They were left out of this build (ONECARD_PAGES=none).".to_owned())
    } else {
        pages::make(&web, &PathBuf::from(if cfg!(windows) { "npm.cmd" } else { "npm" }))
    };
    if let Err(why) = &made {
        for line in why.lines() {
            println!("cargo::warning=no dashboards: {line}");
        }
    }
    fs::write(out.join("pages.rs"), pages::table(&made, &out)?)
}
