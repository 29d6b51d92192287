//! One account a role for the demonstration, with passwords that everybody who sees the terminal
//! knows: on loopback only.

use std::path::Path;

use onecard_devices::clock::Now as _;
use onecard_rules::{
    ids::{AreaId, GateId, OperatorId},
    operator::{Rights, Role, Scope},
    site::Site,
};

use crate::{cli::say, clock::SystemClock, operators::password, store::database::Editor};

/// An account of the demonstration.
#[derive(Debug)]
pub struct Account {
    name: &'static str,
    called: &'static str,
    password: String,
    rights: Rights,
}

/// Puts an account of each role into the database. A guard is given the gates whose codes begin with
/// the first gate's word, a dormitory manager the first building with rooms or, failing that, the
/// first that is called a dormitory.
///
/// # Errors
/// When the database cannot be written.
pub fn add(file: &Path, site: &Site, rooms: Option<&AreaId>) -> anyhow::Result<Vec<Account>> {
    let mut accounts = Vec::new();
    for (role, name, called) in [
        (Role::Guard, "guard", "北门门卫"),
        (Role::DormitoryManager, "dormitory", "宿舍管理员"),
        (Role::Utilities, "utilities", "水电管理员"),
        (Role::Security, "security", "保卫处"),
        (Role::Finance, "finance", "财务处"),
        (Role::Auditor, "auditor", "审计"),
        (Role::Administrator, "admin", "系统管理员"),
    ] {
        let scope = match role {
            Role::Guard => {
                let gates = site.gates.keys().filter(|gate| gate.as_str().starts_with("north"));
                Scope::Places { areas: [].into(), gates: gates.cloned().collect() }
            }
            Role::DormitoryManager => {
                let named = site.areas.keys().find(|area| area.as_str().starts_with("dorm"));
                let area = rooms.or(named).cloned();
                Scope::Places { areas: area.into_iter().collect(), gates: [].into() }
            }
            Role::Utilities
            | Role::Security
            | Role::Finance
            | Role::Auditor
            | Role::Administrator => Scope::Site,
        };
        let rights = Rights { role, scope };
        // Easy to type, and another one each time.
        let secret = crate::store::operator::new_secret()?;
        let password = format!("{name}-{}", secret.get(..6).unwrap_or(&secret));
        accounts.push(Account { name, called, password, rights });
    }
    let mut editor = Editor::open(file)?;
    for account in &accounts {
        let id = OperatorId::new(account.name)?;
        editor.enrol(&id, account.called, &account.rights, SystemClock.now())?;
        editor.set_password(&id, &password::hash(&account.password)?)?;
    }
    Ok(accounts)
}

/// Shows where the dashboards are, and who signs in there.
pub fn show(accounts: &[Account], http: std::net::SocketAddr) {
    say(&format!("open  http://{http}/  and sign in (for this demonstration only, on loopback):"));
    for Account { name, called, password, rights } in accounts {
        let places = match &rights.scope {
            Scope::Site => String::new(),
            Scope::Places { areas, gates } => {
                let areas = areas.iter().map(AreaId::as_str);
                let places: Vec<_> = areas.chain(gates.iter().map(GateId::as_str)).collect();
                match places.as_slice() {
                    [first, .., last] => format!("{first} … {last}"),
                    [only] => (*only).to_owned(),
                    [] => String::new(),
                }
            }
        };
        say(&format!("      {name:<10} {password:<18} {:<18} {called} {places}", rights.role));
    }
}
