//! `onecard operator`: people with a role, their passwords and tokens; secrets are shown once.

use std::{collections::BTreeSet, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, bail};
use chrono::TimeDelta;
use clap::{Args, Subcommand};
use onecard_devices::clock::Now as _;
use onecard_rules::{
    ids::{AreaId, GateId, OperatorId},
    operator::{Rights, Role, Scope},
};

use super::{DataFolder, say, secrets::file_in};
use crate::{
    campus::{Campus, meant},
    clock::SystemClock,
    operators::password,
    store::{
        database::{DatabaseReader, Editor},
        operator::{self, Operator as Known, Token},
    },
};

/// Operators: guards, dormitory managers, utilities, security, finance, auditors, administrators.
#[derive(Debug, Args)]
pub struct Operator {
    #[command(subcommand)]
    verb: OperatorVerb,
}

#[derive(Debug, Subcommand)]
enum OperatorVerb {
    /// Add an operator with a role, or give one a new token; the token is shown once.
    #[command(
        after_help = "Examples:\n  onecard operator add --data DIR li.wei --role administrator\n  onecard operator add --data DIR zhao --role guard --gate north-1 --gate north-2 --called 赵师傅\n  onecard operator add --data DIR sun --role dormitory_manager --area dorm-3 --campus examples/college"
    )]
    Add {
        #[command(flatten)]
        data: DataFolder,
        name: OperatorId,
        /// Needed for somebody new.
        #[arg(long)]
        role: Option<Role>,
        #[command(flatten)]
        places: Places,
        /// What screens call them.
        #[arg(long, value_name = "NAME")]
        called: Option<String>,
    },
    /// List the operators with their roles.
    List(DataFolder),
    /// Give an operator another role, or other places.
    #[command(
        after_help = "Example:\n  onecard operator role --data DIR zhao guard --area library"
    )]
    Role {
        #[command(flatten)]
        data: DataFolder,
        name: OperatorId,
        role: Role,
        #[command(flatten)]
        places: Places,
    },
    /// Give an operator a new password for the dashboards, shown once; their sessions end.
    #[command(after_help = "Example:\n  onecard operator password --data DIR zhao")]
    Password {
        #[command(flatten)]
        data: DataFolder,
        name: OperatorId,
        /// Take the password from the first line of standard input.
        #[arg(long)]
        stdin: bool,
    },
    /// Make a token for a program, narrower than its operator if need be; it is shown once.
    #[command(
        after_help = "Examples:\n  onecard operator token --data DIR li.wei --label wall --role auditor --days 90\n  onecard operator token --data DIR li.wei --label wall --revoke"
    )]
    Token {
        #[command(flatten)]
        data: DataFolder,
        name: OperatorId,
        /// What it is for; a new one takes the place of one with the same label.
        #[arg(long)]
        label: String,
        /// What it may at most; without it, whatever the operator may.
        #[arg(long)]
        role: Option<Role>,
        #[command(flatten)]
        places: Places,
        /// Days until it is worth nothing; without it, it stays good.
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=3650))]
        days: Option<u16>,
        /// Revoke the token of that label instead.
        #[arg(long)]
        revoke: bool,
    },
    /// Take everything from an operator; tokens and sessions are good no more.
    #[command(alias = "remove")]
    Revoke {
        #[command(flatten)]
        data: DataFolder,
        name: OperatorId,
    },
}

/// Where a role counts; the whole site if nothing is named.
#[derive(Debug, Args)]
struct Places {
    /// An area with everything inside it.
    #[arg(long)]
    area: Vec<AreaId>,
    /// A single gate, for guards.
    #[arg(long)]
    gate: Vec<GateId>,
    /// The campus folder, to check that areas and gates are there.
    #[arg(long, value_name = "FOLDER")]
    campus: Option<PathBuf>,
}

impl Places {
    fn rights(&self, role: Role) -> anyhow::Result<Rights> {
        if let Some(folder) = &self.campus {
            let site = Campus::load(folder)?.site;
            let areas: Vec<&str> = site.areas.keys().map(AreaId::as_str).collect();
            let gates: Vec<&str> = site.gates.keys().map(GateId::as_str).collect();
            self.area.iter().try_for_each(|id| there("area", id.as_str(), &areas))?;
            self.gate.iter().try_for_each(|id| there("gate", id.as_str(), &gates))?;
        }
        let areas: BTreeSet<AreaId> = self.area.iter().cloned().collect();
        let gates: BTreeSet<GateId> = self.gate.iter().cloned().collect();
        let scope = if areas.is_empty() && gates.is_empty() {
            Scope::Site
        } else {
            Scope::Places { areas, gates }
        };
        role.check(&scope)?;
        Ok(Rights { role, scope })
    }
}

fn there(what: &str, id: &str, known: &[&str]) -> anyhow::Result<()> {
    if known.contains(&id) {
        return Ok(());
    }
    match meant(id, known.iter().copied()) {
        Some(word) => bail!("the campus has no {what} `{id}`; did you mean `{word}`?"),
        None => bail!("the campus has no {what} `{id}`"),
    }
}

pub fn run(verb: &Operator) -> anyhow::Result<ExitCode> {
    let now = SystemClock.now();
    match &verb.verb {
        OperatorVerb::Add { data, name, role, places, called } => {
            let file = file_in(data)?;
            let mut editor = Editor::open(&file)?;
            let known = find(&file, name)?;
            match (role, &known) {
                (Some(role), _) => {
                    let before = known.map_or_else(|| name.to_string(), |known| known.name);
                    let called = called.as_deref().unwrap_or(&before);
                    editor.enrol(name, called, &places.rights(*role)?, now)?;
                }
                (None, Some(_)) => {}
                (None, None) => bail!(
                    "`{name}` is new: name the role with `--role`, one of {}",
                    Role::ALL.map(Role::as_str).join(", ")
                ),
            }
            let (token, hash) = operator::new_token(name)?;
            editor.put_operator(name, &hash, now)?;
            say(&format!("token {token}"));
            say("the token is not stored and will not be shown again");
            say("`onecard operator password` gives a password for the dashboards");
        }
        OperatorVerb::List(data) => list(data)?,
        OperatorVerb::Role { data, name, role, places } => {
            let file = file_in(data)?;
            let known = find(&file, name)?.with_context(|| unknown(name))?;
            Editor::open(&file)?.enrol(name, &known.name, &places.rights(*role)?, now)?;
            say(&format!("{name} is {role}; open pages take it over within a second"));
        }
        OperatorVerb::Password { data, name, stdin } => set_password(data, name, *stdin)?,
        OperatorVerb::Token { data, name, label, revoke: true, .. } => {
            if !Editor::open(&file_in(data)?)?.revoke_token(name, label, now)? {
                bail!("`{name}` has no token `{label}`; `onecard operator list` shows them");
            }
            say(&format!("revoked {name}'s token {label}"));
        }
        OperatorVerb::Token { data, name, label, role, places, days, revoke: false } => {
            let file = file_in(data)?;
            find(&file, name)?.with_context(|| unknown(name))?;
            let rights = role.map(|role| places.rights(role)).transpose()?;
            if rights.is_none() && !(places.area.is_empty() && places.gate.is_empty()) {
                bail!("a token with places needs a role: add `--role`");
            }
            let (text, hash) = operator::new_token(name)?;
            let expires = days.map(|days| now + TimeDelta::days(i64::from(days)));
            let (operator, label) = (name.clone(), label.clone());
            let token =
                Token { operator, label, hash, rights, created: now, expires, revoked: None };
            Editor::open(&file)?.put_token(&token)?;
            say(&format!("token {text}"));
            say("the token is not stored and will not be shown again");
        }
        OperatorVerb::Revoke { data, name } => {
            if !Editor::open(&file_in(data)?)?.revoke_operator(name, now)? {
                bail!("{}", unknown(name));
            }
            say(&format!("revoked {name}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn unknown(name: &OperatorId) -> String {
    format!("there is no operator `{name}`; `onecard operator list` shows them")
}

/// The operator of that name, unless revoked.
fn find(file: &std::path::Path, name: &OperatorId) -> anyhow::Result<Option<Known>> {
    if !file.exists() {
        return Ok(None);
    }
    // A file of an earlier version is brought up to date first.
    drop(Editor::open(file)?);
    let operators = DatabaseReader::open(file)?.operators()?.into_iter();
    let mut good = operators.filter(|known| known.counts(SystemClock.now()));
    Ok(good.find(|known| known.id == *name))
}

fn list(data: &DataFolder) -> anyhow::Result<()> {
    let file = file_in(data)?;
    drop(Editor::open(&file)?);
    let reader = DatabaseReader::open(&file)?;
    let (tokens, now) = (reader.tokens()?, SystemClock.now());
    for operator in reader.operators()? {
        let state = if operator.counts(now) { "" } else { " (revoked)" };
        let password = if operator.password.is_some() { ", password" } else { "" };
        let of_operator = tokens.iter().filter(|token| token.operator == operator.id);
        let labels: Vec<&str> = of_operator
            .filter(|token| token.revoked.is_none() && token.expires.is_none_or(|at| now < at))
            .map(|token| token.label.as_str())
            .collect();
        say(&format!(
            "{:<24} {:<18} {:<32} tokens: {}{password}{state}",
            operator.id,
            operator.rights.role,
            words(&operator.rights.scope),
            labels.join(" "),
        ));
    }
    Ok(())
}

fn words(scope: &Scope) -> String {
    match scope {
        Scope::Site => "whole site".to_owned(),
        Scope::Places { areas, gates } => {
            let areas = areas.iter().map(AreaId::as_str);
            areas.chain(gates.iter().map(GateId::as_str)).collect::<Vec<_>>().join(" ")
        }
    }
}

fn set_password(data: &DataFolder, name: &OperatorId, stdin: bool) -> anyhow::Result<()> {
    let chosen = if stdin {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).context("no password on standard input")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    } else {
        password::random()?
    };
    let hash = password::hash(&chosen)?;
    if !Editor::open(&file_in(data)?)?.set_password(name, &hash)? {
        bail!("{}", unknown(name));
    }
    if stdin {
        say(&format!("{name} has the new password"));
    } else {
        say(&format!("password {chosen}"));
        say("the password is not stored and will not be shown again");
    }
    Ok(())
}

/// Adds an administrator; returns the token.
///
/// # Errors
/// When the database cannot be written.
pub fn add_administrator(file: &std::path::Path, name: &OperatorId) -> anyhow::Result<String> {
    let (token, hash) = operator::new_token(name)?;
    Editor::open(file)?.put_operator(name, &hash, SystemClock.now())?;
    Ok(token)
}
