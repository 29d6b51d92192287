//! `onecard tap`: taps and showers, asked of a running controller.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use onecard_rules::{
    ids::{AreaId, TapId},
    money::Fen,
};
use serde_json::json;

use super::{ask::Controller, say};
use crate::water::TapView;

/// Taps and showers.
#[derive(Debug, Args)]
pub struct Tap {
    #[command(subcommand)]
    verb: TapVerb,
}

#[derive(Debug, Subcommand)]
enum TapVerb {
    /// List taps, one a line: code, valve, register, who uses it.
    List {
        /// Only taps whose topics stand under this area.
        #[arg(long)]
        area: Option<AreaId>,
        /// Only taps that somebody uses.
        #[arg(long)]
        open: bool,
        #[command(flatten)]
        controller: Controller,
    },
    /// Stop the water at a tap and take it out of use.
    Shut {
        tap: TapId,
        /// Why; it goes on record with your name.
        #[arg(long)]
        why: String,
        #[command(flatten)]
        controller: Controller,
    },
    /// Give a tap back to use.
    Free {
        tap: TapId,
        /// Why; it goes on record with your name.
        #[arg(long)]
        why: String,
        #[command(flatten)]
        controller: Controller,
    },
}

pub fn run(verb: &Tap) -> anyhow::Result<ExitCode> {
    match &verb.verb {
        TapVerb::List { area, open, controller } => {
            let taps: Vec<TapView> = controller.get("/api/taps")?;
            let within =
                |tap: &&TapView| area.as_ref().is_none_or(|area| tap.area == area.as_str());
            for tap in taps.iter().filter(within).filter(|tap| !open || tap.session.is_some()) {
                say(&in_short(tap));
            }
        }
        TapVerb::Shut { tap, why, controller } => {
            let path = format!("/api/taps/{tap}/shut");
            say(&in_short(&controller.post(&path, &json!({"why": why}))?));
        }
        TapVerb::Free { tap, why, controller } => {
            say(&in_short(&controller.delete(&format!("/api/taps/{tap}/shut"), why)?));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn in_short(tap: &TapView) -> String {
    let valve = match (tap.valve.as_deref(), tap.availability.as_deref()) {
        (_, Some("offline")) => "offline",
        (Some(valve), _) => valve,
        (None, _) => "?",
    };
    let register = tap.register_ml.map_or_else(|| "?".to_owned(), |ml| format!("{ml} ml"));
    let session = tap.session.as_ref().map(|session| {
        let ran = session.ml.map(|ml| format!(", {ml} ml so far")).unwrap_or_default();
        let reserved = Fen::new(session.reserved_fen);
        format!(
            "  {} {} ({}: {reserved} yuan reserved{ran})",
            session.person, session.name, tap.state
        )
    });
    let shut = tap.shut.as_ref().map(|shut| format!("  out of use by {}: {}", shut.by, shut.why));
    format!(
        "{:<24} {valve:<8} {register:>16}{}{}",
        tap.tap,
        session.unwrap_or_default(),
        shut.unwrap_or_default()
    )
}
