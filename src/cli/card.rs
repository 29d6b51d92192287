//! `onecard card`: what one read of a card can mean.

use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};
use onecard_rules::normaliser::interpretations;

use super::say;

/// Work with card numbers.
#[derive(Debug, Args)]
pub struct Card {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show every interpretation of one read, to choose a reader's format by.
    #[command(after_help = "Example:\n  onecard card explain 7186A61E")]
    Explain {
        /// The text as the reader sent it.
        text: String,
    },
}

pub fn run(verb: &Card) -> anyhow::Result<ExitCode> {
    let Verb::Explain { text } = &verb.verb;
    let found = interpretations(text);
    if found.is_empty() {
        bail!(
            "`{text}` is no card number: expected 4, 7 or 10 bytes in hexadecimal or decimal, or a Wiegand frame of 26, 34 or 37 bits"
        );
    }
    say(&format!("{:<24} interpretation", "credential"));
    for interpretation in found {
        let credential = interpretation.credential.to_string();
        say(&format!("{credential:<24} {}", interpretation.description));
    }
    Ok(ExitCode::SUCCESS)
}
