//! Accounts of devices, dashboards and systems on the embedded broker; passwords are shown once.

use std::path::Path;

use anyhow::bail;
use onecard_devices::clock::Now as _;
use onecard_rules::event::DeviceKind;

use super::Kind;
use crate::{
    accounts,
    broker::accounts::{Account, Rights},
    cli::{DataFolder, say, secrets::file_in},
    clock::SystemClock,
    store::database::{DatabaseReader, Editor},
};

/// The name of a device's account: its kind and code, for a gate and a reader may share a code.
fn username(kind: DeviceKind, device: &str) -> String {
    format!("{}-{device}", kind.as_str())
}

pub(super) fn add(
    data: &DataFolder,
    kind: Kind,
    name: &str,
    area: &[String],
) -> anyhow::Result<()> {
    let (username, rights) = rights(kind, name, area)?;
    let (secret, hash) = accounts::new_secret()?;
    let account = Account { rights, secret: hash };
    let row = accounts::row(&username, &account, SystemClock.now())?;
    Editor::open(&file_in(data)?)?.put_account(&row)?;
    say(&format!("username  {username}"));
    say(&format!("client id {username} (devices must use it)"));
    say(&format!("password  {}", secret.password()));
    say("the password is not stored and will not be shown again");
    Ok(())
}

pub(super) fn list(data: &DataFolder) -> anyhow::Result<()> {
    for account in DatabaseReader::open(&file_in(data)?)?.accounts()? {
        let state = if account.revoked.is_some() { " (removed)" } else { "" };
        say(&format!("{:<32} {}{state}", account.username, account.rights));
    }
    Ok(())
}

pub(super) fn remove(data: &DataFolder, username: &str) -> anyhow::Result<()> {
    let now = SystemClock.now();
    if !Editor::open(&file_in(data)?)?.revoke_account(username, now)? {
        bail!("there is no account `{username}`; `onecard device list` shows them");
    }
    say(&format!("removed {username}"));
    Ok(())
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
        Kind::Valve => device(DeviceKind::Valve),
        Kind::Dashboard => {
            let areas = (!area.is_empty()).then(|| area.to_vec());
            Ok((name.to_owned(), Rights::Dashboard { areas }))
        }
        Kind::System => Ok((name.to_owned(), Rights::System)),
    }
}

pub(super) fn add_all(folder: &Path, data: &DataFolder) -> anyhow::Result<()> {
    let campus = crate::campus::Campus::load(folder)?;
    let file = file_in(data)?;
    let gates = campus.site.gates.values();
    let gates = gates.map(|gate| (DeviceKind::Gate, gate.id.to_string(), gate.area.to_string()));
    let readers = campus.site.readers.values().filter_map(|reader| {
        let gate = campus.site.gates.get(&reader.gate)?;
        Some((DeviceKind::Reader, reader.id.to_string(), gate.area.to_string()))
    });
    let taps = campus.site.taps.values().flat_map(|tap| {
        let area = tap.area.to_string();
        let valve = (DeviceKind::Valve, tap.id.to_string(), area.clone());
        [valve, (DeviceKind::Reader, tap.reader.to_string(), area)]
    });
    let mut editor = Editor::open(&file)?;
    say("username,password,area");
    for (kind, device, area) in gates.chain(readers).chain(taps) {
        let (secret, hash) = accounts::new_secret()?;
        let username = username(kind, &device);
        say(&format!("{username},{},{area}", secret.password()));
        let rights = Rights::Device { area, kind, device };
        let account = Account { rights, secret: hash };
        editor.put_account(&accounts::row(&username, &account, SystemClock.now())?)?;
    }
    Ok(())
}
