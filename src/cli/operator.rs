//! `onecard operator`: operators of the HTTP interface and their tokens, shown once.

use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};
use onecard_devices::clock::Now as _;
use onecard_rules::ids::OperatorId;

use super::{DataFolder, say, secrets::file_in};
use crate::{
    clock::SystemClock,
    store::{
        database::{DatabaseReader, Editor},
        operator,
    },
};

/// Operators of the HTTP interface.
#[derive(Debug, Args)]
pub struct Operator {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Add an operator, or give them a new token; it is shown once.
    #[command(after_help = "Example:\n  onecard operator add --data DIR li.wei")]
    Add {
        #[command(flatten)]
        data: DataFolder,
        name: OperatorId,
    },
    /// List the operators.
    List(DataFolder),
    /// Remove an operator; the token is good no more.
    Remove {
        #[command(flatten)]
        data: DataFolder,
        name: OperatorId,
    },
}

pub fn run(verb: &Operator) -> anyhow::Result<ExitCode> {
    match &verb.verb {
        Verb::Add { data, name } => {
            let token = add_operator(&file_in(data)?, name)?;
            say(&format!("token {token}"));
            say("the token is not stored and will not be shown again");
        }
        Verb::List(data) => {
            for operator in DatabaseReader::open(&file_in(data)?)?.operators()? {
                let state = if operator.revoked.is_some() { " (removed)" } else { "" };
                say(&format!("{:<32} since {}{state}", operator.id, operator.created));
            }
        }
        Verb::Remove { data, name } => {
            let now = SystemClock.now();
            if !Editor::open(&file_in(data)?)?.revoke_operator(name, now)? {
                bail!("there is no operator `{name}`; `onecard operator list` shows them");
            }
            say(&format!("removed {name}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Adds an operator; returns the token.
///
/// # Errors
/// When the database cannot be written.
pub fn add_operator(file: &std::path::Path, name: &OperatorId) -> anyhow::Result<String> {
    let (token, hash) = operator::new_token(name)?;
    Editor::open(file)?.put_operator(name, &hash, SystemClock.now())?;
    Ok(token)
}
