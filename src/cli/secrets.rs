//! `onecard device`: accounts on the embedded broker; passwords are shown once.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use onecard_rules::event::DeviceKind;
use rand::TryRngCore as _;

use super::{DataFolder, say};
use crate::{
    accounts,
    broker::accounts::{Account, Rights, SECRET_BYTES, Secret, SecretHash},
    clock::SystemClock,
    store::database::{self, DatabaseReader, Editor},
};
use onecard_devices::clock::Now as _;

/// Accounts on the embedded broker.
#[derive(Debug, Args)]
pub struct Device {
    #[command(subcommand)]
    verb: DeviceVerb,
}

#[derive(Debug, Subcommand)]
enum DeviceVerb {
    /// Add an account, or give it a new password; the password is shown once.
    #[command(
        after_help = "Examples:\n  onecard device add --data DIR reader north-1-in --area campus\n  onecard device add --data DIR dashboard guard-room"
    )]
    Add {
        #[command(flatten)]
        data: DataFolder,
        kind: Kind,
        /// The device's code; for a dashboard or a system, the account's name.
        name: String,
        /// The area in the device's topics; for a dashboard, one it may see (all if none is named).
        #[arg(long)]
        area: Vec<String>,
    },
    /// Add accounts for every reader and gate of a campus; prints name and password of each as CSV.
    #[command(
        after_help = "Example:\n  onecard device add-all examples/college --data DIR > passwords.csv"
    )]
    AddAll {
        /// The folder with `campus.toml`.
        folder: std::path::PathBuf,
        #[command(flatten)]
        data: DataFolder,
    },
    /// List the accounts.
    List(DataFolder),
    /// Remove an account; its sessions end.
    Remove {
        #[command(flatten)]
        data: DataFolder,
        username: String,
    },
}

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Reader,
    Gate,
    Dashboard,
    System,
}

fn random() -> anyhow::Result<[u8; SECRET_BYTES]> {
    let mut bytes = [0; SECRET_BYTES];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).context("the system gives no random bytes")?;
    Ok(bytes)
}

fn new_secret() -> anyhow::Result<(Secret, SecretHash)> {
    let secret = Secret::generate(random()?);
    let hash = secret.hash(random()?);
    Ok((secret, hash))
}

/// The name of a device's account: its kind and code, for a gate and a reader may share a code.
pub fn username(kind: DeviceKind, device: &str) -> String {
    format!("{}-{device}", kind.as_str())
}

/// The database in a data folder, which is made if it is not there.
///
/// # Errors
/// When the folder cannot be made.
pub fn file_in(data: &DataFolder) -> anyhow::Result<std::path::PathBuf> {
    let folder = &data.data;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make `{}`", folder.display()))?;
    Ok(folder.join(database::FILE_NAME))
}

pub fn run(verb: &Device) -> anyhow::Result<ExitCode> {
    match &verb.verb {
        DeviceVerb::Add { data, kind, name, area } => {
            let (username, rights) = rights(*kind, name, area)?;
            let (secret, hash) = new_secret()?;
            let account = Account { rights, secret: hash };
            let row = accounts::row(&username, &account, SystemClock.now())?;
            Editor::open(&file_in(data)?)?.put_account(&row)?;
            say(&format!("username  {username}"));
            say(&format!("client id {username} (devices must use it)"));
            say(&format!("password  {}", secret.password()));
            say("the password is not stored and will not be shown again");
        }
        DeviceVerb::AddAll { folder, data } => add_all(folder, data)?,
        DeviceVerb::List(data) => {
            for account in DatabaseReader::open(&file_in(data)?)?.accounts()? {
                let state = if account.revoked.is_some() { " (removed)" } else { "" };
                say(&format!("{:<32} {}{state}", account.username, account.rights));
            }
        }
        DeviceVerb::Remove { data, username } => {
            let now = SystemClock.now();
            if !Editor::open(&file_in(data)?)?.revoke_account(username, now)? {
                bail!("there is no account `{username}`; `onecard device list` shows them");
            }
            say(&format!("removed {username}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn rights(kind: Kind, name: &str, area: &[String]) -> anyhow::Result<(String, Rights)> {
    let device = |kind: DeviceKind| {
        let [area] = area else {
            bail!("a device stands in one area; name it with `--area AREA`");
        };
        let (area, device) = (area.clone(), name.to_owned());
        Ok((username(kind, name), Rights::Device { area, kind, device }))
    };
    match kind {
        Kind::Reader => device(DeviceKind::Reader),
        Kind::Gate => device(DeviceKind::Gate),
        Kind::Dashboard => {
            let areas = (!area.is_empty()).then(|| area.to_vec());
            Ok((name.to_owned(), Rights::Dashboard { areas }))
        }
        Kind::System => Ok((name.to_owned(), Rights::System)),
    }
}

fn add_all(folder: &std::path::Path, data: &DataFolder) -> anyhow::Result<()> {
    let campus = crate::campus::Campus::load(folder)?;
    let file = file_in(data)?;
    let gates = campus.site.gates.values();
    let gates = gates.map(|gate| (DeviceKind::Gate, gate.id.to_string(), gate.area.to_string()));
    let readers = campus.site.readers.values().filter_map(|reader| {
        let gate = campus.site.gates.get(&reader.gate)?;
        Some((DeviceKind::Reader, reader.id.to_string(), gate.area.to_string()))
    });
    let mut editor = Editor::open(&file)?;
    say("username,password,area");
    for (kind, device, area) in gates.chain(readers) {
        let (secret, hash) = new_secret()?;
        let username = username(kind, &device);
        say(&format!("{username},{},{area}", secret.password()));
        let rights = Rights::Device { area, kind, device };
        let account = Account { rights, secret: hash };
        editor.put_account(&accounts::row(&username, &account, SystemClock.now())?)?;
    }
    Ok(())
}
