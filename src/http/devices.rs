//! What devices sign in to the broker with. Passwords are answered once.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, delete, get, post, web};
use onecard_devices::gate::wire::local;
use onecard_rules::{event::DeviceKind, operator::Place};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Backend, Websocket,
    act::WhyAsked,
    asked::Body,
    operator::{Operator, Reader},
    problem::{Code, OrderRefusals, Problem, Refusals},
};
use crate::{
    accounts,
    broker::accounts::{Account, Rights},
    campus::meant,
    store::{
        StoreFailure,
        database::{Account as Stored, DatabaseReader, Editor},
    },
};

/// A device of the campus, or a client of the broker that has an account.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeviceView {
    /// The name to sign in with, and the client id.
    username: String,
    /// `gate`, `reader`, `dashboard` or `system`.
    kind: String,
    device: String,
    area: String,
    /// Whether the campus folder has it.
    is_of_campus: bool,
    /// When its password was made; null: it has none.
    created_at: Option<String>,
    /// From then on it cannot sign in.
    revoked_at: Option<String>,
}

/// Devices of the campus by the names that they sign in with.
fn of_campus(backend: &Backend) -> BTreeMap<String, DeviceView> {
    let site = &backend.site;
    let gates = site.gates.values().map(|gate| (DeviceKind::Gate, gate.id.as_str(), &gate.area));
    let readers = site.readers.values().filter_map(|reader| {
        let gate = site.gates.get(&reader.gate)?;
        Some((DeviceKind::Reader, reader.id.as_str(), &gate.area))
    });
    let view = |(kind, device, area): (DeviceKind, &str, &onecard_rules::ids::AreaId)| {
        let username = format!("{}-{device}", kind.as_str());
        let view = DeviceView {
            username: username.clone(),
            kind: kind.as_str().to_owned(),
            device: device.to_owned(),
            area: area.to_string(),
            is_of_campus: true,
            created_at: None,
            revoked_at: None,
        };
        (username, view)
    };
    gates.chain(readers).map(view).collect()
}

async fn stored(backend: &Backend) -> Result<Vec<Stored>, Problem> {
    let file = backend.database.clone();
    let found = web::block(move || DatabaseReader::open(&file)?.accounts()).await;
    found.map_err(|_| Problem::no_answer())?.map_err(Problem::store)
}

/// Every device of the campus and every account of the broker.
#[utoipa::path(
    responses((status = 200, body = [DeviceView]), Refusals), security(("token" = []))
)]
#[get("/api/devices")]
pub async fn get_devices(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<DeviceView>>, Problem> {
    who.must_be_known()?;
    who.must_see(&backend, Place::Site)?;
    let mut devices = of_campus(&backend);
    for account in stored(&backend).await? {
        let known = devices.entry(account.username.clone()).or_insert_with(|| DeviceView {
            username: account.username.clone(),
            kind: account.kind.clone(),
            device: account.device.clone(),
            area: account.area.clone(),
            is_of_campus: false,
            created_at: None,
            revoked_at: None,
        });
        known.created_at = Some(local(account.created, backend.site.zone));
        known.revoked_at = account.revoked.map(|at| local(at, backend.site.zone));
    }
    Ok(web::Json(devices.into_values().collect()))
}

/// A password, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct CredentialMade {
    username: String,
    /// Devices must use it.
    client_id: String,
    password: String,
}

/// What an account of that name may do.
async fn rights_of(backend: &Backend, username: &str) -> Result<Rights, Problem> {
    let devices = of_campus(backend);
    if let Some(device) = devices.get(username) {
        let kind = if device.kind == DeviceKind::Gate.as_str() {
            DeviceKind::Gate
        } else {
            DeviceKind::Reader
        };
        let (area, device) = (device.area.clone(), device.device.clone());
        return Ok(Rights::Device { area, kind, device });
    }
    let known = stored(backend).await?;
    let rights = known.iter().find(|account| account.username == username).map(accounts::rights);
    match rights {
        Some(Ok(rights)) => Ok(rights),
        Some(Err(mistake)) => Err(Problem::new(Code::StoreUnreadable, mistake.to_string())),
        None => {
            let meant = meant(username, devices.keys().map(String::as_str));
            Err(Problem::unknown(Code::UnknownDevice, "device", username, meant))
        }
    }
}

fn embedded(backend: &Backend) -> Result<(), Problem> {
    if backend.websocket != Websocket::Outside {
        return Ok(());
    }
    let detail = "the campus has a broker of its own, which keeps the accounts of devices";
    Err(Problem::new(Code::OutsideBroker, detail))
}

async fn edit<T: Send + 'static>(
    backend: &Backend,
    change: impl FnOnce(&mut Editor) -> Result<T, StoreFailure> + Send + 'static,
) -> Result<T, Problem> {
    let file = backend.database.clone();
    let done = web::block(move || change(&mut Editor::open(&file)?)).await;
    done.map_err(|_| Problem::no_answer())?.map_err(Problem::store)
}

/// Gives a device a new password, in place of the one it had.
#[utoipa::path(
    params(("username" = String, Path)), request_body = WhyAsked,
    responses((status = 200, body = CredentialMade), OrderRefusals), security(("token" = []))
)]
#[post("/api/devices/{username}/credential")]
pub async fn make_credential(
    by: Operator,
    backend: web::Data<Backend>,
    username: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<CredentialMade>, Problem> {
    embedded(&backend)?;
    let rights = rights_of(&backend, &username).await?;
    let target = format!("{username}/credential");
    let (_, audited) = by.order(&backend, Place::Site, &target, &asked.why)?;
    let (secret, hash) = accounts::new_secret().map_err(|_| Problem::no_answer())?;
    let account = Account { rights, secret: hash };
    let row = accounts::row(&username, &account, backend.clock.now());
    let row = row.map_err(|mistake| Problem::new(Code::StoreUnreadable, mistake.to_string()))?;
    edit(&backend, move |editor| editor.put_account(&row)).await?;
    // Whoever is connected with the password of before is to sign in anew.
    backend.link.disconnect(&username).await;
    audited.await?;
    Ok(web::Json(CredentialMade {
        username: username.to_string(),
        client_id: username.to_string(),
        password: secret.password(),
    }))
}

/// Keeps a device from signing in. `why` may be in the query instead of a body.
#[utoipa::path(
    params(("username" = String, Path)), request_body = WhyAsked,
    responses((status = 204), OrderRefusals), security(("token" = []))
)]
#[delete("/api/devices/{username}")]
pub async fn revoke_device(
    by: Operator,
    backend: web::Data<Backend>,
    username: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<HttpResponse, Problem> {
    embedded(&backend)?;
    let target = format!("{username}/revoke");
    let (_, audited) = by.order(&backend, Place::Site, &target, &asked.why)?;
    let (name, now) = (username.to_string(), backend.clock.now());
    if !edit(&backend, move |editor| editor.revoke_account(&name, now)).await? {
        let detail = format!("there is no account `{username}`, or it was revoked before");
        return Err(Problem::new(Code::UnknownDevice, detail));
    }
    audited.await?;
    Ok(HttpResponse::NoContent().finish())
}
