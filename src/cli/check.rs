//! `onecard check`: every mistake of a campus folder at once.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::say;
use crate::campus::{Campus, power::LineLoad};

/// Validate a campus folder.
#[derive(Debug, Args)]
pub struct Check {
    /// The folder with `campus.toml`.
    folder: PathBuf,
}

pub fn run(verb: &Check) -> ExitCode {
    match Campus::load(&verb.folder) {
        Ok(campus) => {
            for warning in &campus.warnings {
                say(&format!("warning: {warning}"));
            }
            for load in campus.power.loads() {
                say(&line_in_words(&load));
            }
            let site = &campus.site;
            let power = match campus.power.rooms.len() {
                0 => String::new(),
                rooms => format!(" {rooms} rooms on {} lines,", campus.power.lines.len()),
            };
            let taps = match campus.taps.len() {
                0 => String::new(),
                taps => format!(" {taps} taps,"),
            };
            say(&format!(
                "{}: {} areas, {} gates, {} readers,{power}{taps} {} policies: no mistakes",
                site.name,
                site.areas.len(),
                site.gates.len(),
                site.readers.len(),
                campus.policy_count(),
            ));
            ExitCode::SUCCESS
        }
        Err(mistakes) => {
            say(&mistakes.to_string());
            ExitCode::FAILURE
        }
    }
}

/// What a line has to carry, and what follows. Power is read without a pause, so that the whole line
/// is busy: what is worth telling is how long a round takes, and what of it counters cost.
fn line_in_words(load: &LineLoad<'_>) -> String {
    let LineLoad { line, rooms, confirmation, bound } = load;
    format!(
        "line {}: {rooms} rooms at {} baud: a round takes {:.2} s, counters {:.1} % of it; overload to \
         relay off in {:.2} s at worst ({confirmation} samples; {:.2} s if suspects had to wait)",
        line.id,
        line.serial.baud,
        bound.cycle.as_secs_f64(),
        f64::from(bound.energy_permille) / 10.0,
        bound.trip.as_secs_f64(),
        bound.trip_round_robin.as_secs_f64(),
    )
}
