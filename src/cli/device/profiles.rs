//! `onecard device profiles` and `onecard device profile lint`.
//!
//! What a profile may say, and what is wrong with one, is told by the devices; here it becomes lines.

use std::{fs, io, path::PathBuf, process::ExitCode};

use clap::{Args, ValueEnum};
use onecard_devices::profile::{
    self, DeviceKind, Library, Meaning, Mistake, Point, Profile, Role, Sure, dimension_of,
    standard_unit,
};

use crate::cli::say;

/// List the profiles.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Only models of this kind.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
}

/// A kind of model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Kind {
    Meter,
    Relay,
    Breaker,
    WaterMeter,
    Valve,
}

impl Kind {
    fn of(kind: DeviceKind) -> Self {
        match kind {
            DeviceKind::Meter => Self::Meter,
            DeviceKind::Relay => Self::Relay,
            DeviceKind::Breaker => Self::Breaker,
            DeviceKind::WaterMeter => Self::WaterMeter,
            DeviceKind::Valve => Self::Valve,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Meter => "meter",
            Self::Relay => "relay",
            Self::Breaker => "breaker",
            Self::WaterMeter => "water_meter",
            Self::Valve => "valve",
        }
    }
}

/// Check profile files.
#[derive(Debug, Args)]
pub(super) struct Lint {
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn list(verb: &List) -> anyhow::Result<ExitCode> {
    let library = Library::of_shipped().map_err(|mistakes| {
        let told: Vec<String> = mistakes.iter().map(Mistake::to_string).collect();
        anyhow::anyhow!("a shipped profile has mistakes:\n{}", told.join("\n"))
    })?;
    let mut profiles: Vec<&Profile> = library.iter().collect();
    profiles
        .retain(|profile| verb.kind.is_none_or(|wanted| Kind::of(profile.identity.kind) == wanted));
    let order =
        |profile: &&Profile| (profile.identity.maker.clone(), profile.identity.model.clone());
    profiles.sort_by_key(order);
    let head =
        ["model", "maker", "kind", "measures", "billed by", "switches", "sure"].map(str::to_owned);
    let rows: Vec<[String; 7]> =
        std::iter::once(head).chain(profiles.iter().map(|profile| row(profile))).collect();
    for line in columns(&rows) {
        say(&line);
    }
    say("");
    say(
        "verified: a named source says so of all points and commands, and none says otherwise. What is",
    );
    say(
        "unverified is to be held against a device before it is relied on. A model that is not here is a",
    );
    say("file of its own: docs/profiles.md.");
    Ok(ExitCode::SUCCESS)
}

fn row(profile: &Profile) -> [String; 7] {
    let identity = &profile.identity;
    [
        identity.model.clone(),
        identity.maker.clone(),
        Kind::of(identity.kind).word().to_owned(),
        or_dash(&measures(profile)),
        profile.billing_point().map_or_else(|| "-".to_owned(), |point| point.name.clone()),
        or_dash(&switches(profile)),
        sureness(profile),
    ]
}

fn or_dash(words: &[String]) -> String {
    if words.is_empty() { "-".to_owned() } else { words.join(" ") }
}

/// The units of what it measures, each once, in one order for all models. Numbers without a unit are
/// a model's own, but for the power factor.
fn measures(profile: &Profile) -> Vec<String> {
    const ORDER: [&str; 13] =
        ["V", "A", "W", "var", "VA", "PF", "Hz", "Wh", "varh", "mL", "L/h", "m/s", "°C"];
    let readings = profile.points().filter(|point| point.role == Role::Reading);
    let units: Vec<&str> = readings.filter_map(unit_of).collect();
    let there = ORDER.iter().filter(|unit| units.contains(unit));
    there.map(|unit| (*unit).to_owned()).collect()
}

fn unit_of(point: &Point) -> Option<&'static str> {
    match point.meaning {
        Meaning::Measured { .. } if point.name.starts_with("power_factor") => Some("PF"),
        Meaning::Measured { .. } | Meaning::Counted { .. } => {
            Some(standard_unit(dimension_of(&point.name)))
        }
        Meaning::States(_) | Meaning::Flags(_) | Meaning::Text => None,
    }
}

fn switches(profile: &Profile) -> Vec<String> {
    let told = profile.commands().iter().map(|command| {
        if command.channels > 1 {
            format!("{}×{}", command.name, command.channels)
        } else {
            command.name.clone()
        }
    });
    told.collect()
}

fn sureness(profile: &Profile) -> String {
    let evidence = profile
        .points()
        .map(|point| &point.evidence)
        .chain(profile.commands().iter().map(|command| &command.evidence))
        .chain([&profile.serial.evidence])
        .chain(&profile.rating.evidence);
    let (mut all, mut unverified) = (0_usize, 0_usize);
    for evidence in evidence {
        all += 1;
        unverified += usize::from(evidence.sure == Sure::Unverified);
    }
    match unverified {
        0 => "verified".to_owned(),
        some if some == all => "unverified".to_owned(),
        some => format!("{some} of {all} unverified"),
    }
}

/// The rows with each column as wide as its widest cell.
fn columns<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let long = |text: &String| text.chars().count();
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = long(cell).max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

pub(super) fn lint(verb: &Lint) -> ExitCode {
    let mut refused = false;
    for file in &verb.files {
        let name = file.display().to_string();
        // A file that cannot be read is one mistake among the others, so that all are told at once.
        let found = match fs::read_to_string(file) {
            Ok(text) => profile::lint(&name, &text),
            Err(error) => Err(vec![unreadable(&name, &error)]),
        };
        match found {
            Ok((profile, advice)) => {
                let identity = &profile.identity;
                for advice in &advice {
                    say(&format!("{name}: advice: {}: {}", advice.key, advice.text));
                }
                say(&format!(
                    "{name}: {} {}: {} points, {} commands: no mistakes",
                    identity.maker,
                    identity.model,
                    profile.points().count(),
                    profile.commands().len(),
                ));
            }
            Err(mistakes) => {
                refused = true;
                for mistake in mistakes {
                    say(&mistake.to_string());
                }
            }
        }
    }
    if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn unreadable(name: &str, error: &io::Error) -> Mistake {
    Mistake {
        file: name.to_owned(),
        line: None,
        key: String::new(),
        message: format!("cannot be read: {error}"),
        mend: "see that it is there, readable, and text in UTF-8".to_owned(),
    }
}
