//! The controller's own settings: where it listens, which broker it uses, how it runs.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use onecard_rules::operator::Action;

use super::{
    files::Named,
    mistake::{Mistake, mend_by},
    table::{Lined, Table},
};

/// The broker between devices and controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokerSettings {
    Embedded(Embedded),
    Outside(Outside),
}

/// The embedded broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    pub listen: SocketAddr,
    pub websocket: Option<SocketAddr>,
    /// Where pages find it when a proxy stands before it, such as `wss://card.college.cn/mqtt`.
    pub websocket_url: Option<String>,
    pub tls: Option<TlsFiles>,
    /// Lets clients in without a name; for demonstrations on loopback only.
    pub anonymous: bool,
}

/// TLS for the embedded broker; files below the campus folder or absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    pub listen: SocketAddr,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// A broker of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    pub host: String,
    pub port: u16,
    /// Whose certificates are trusted, as PEM; there is TLS only with it.
    pub ca_file: Option<PathBuf>,
    pub client_id: String,
    pub username: Option<String>,
    /// The password is its first line.
    pub password_file: Option<PathBuf>,
}

/// The HTTP interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpSettings {
    pub listen: SocketAddr,
    /// Lets anybody read without a token; for demonstrations on loopback only.
    pub anonymous_read: bool,
    /// What waits for a second operator before it is done.
    pub two_people: BTreeSet<Action>,
}

/// How the controller runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessSettings {
    /// From how many swipes a second on processors are kept awake; `None`: never.
    pub awake_from: Option<NonZeroU32>,
}

impl Default for ProcessSettings {
    fn default() -> Self {
        Self { awake_from: NonZeroU32::new(AWAKE_FROM) }
    }
}

/// A college of 17,600 has some 20 swipes a second in its busiest minutes.
const AWAKE_FROM: u32 = 50;

const ADDRESS: &str = "an address and port such as \"127.0.0.1:1883\"";

/// Keys that only the embedded broker has.
const EMBEDDED_ONLY: [&str; 7] =
    ["listen", "websocket", "websocket_url", "tls_listen", "certificate", "key", "anonymous"];

/// Keys that only a broker of one's own has.
const OUTSIDE_ONLY: [&str; 4] = ["username", "password_file", "client_id", "ca_file"];

/// Reads `[broker]`; the files that it names are looked at.
pub fn broker(
    root: &mut Table,
    folder: &Path,
    mistakes: &mut Vec<Mistake>,
) -> Option<BrokerSettings> {
    let Some(mut table) = root.table("broker", mistakes) else {
        let mend = "add `[broker]` with `listen = \"127.0.0.1:1883\"`".to_owned();
        mistakes.push(root.mistake(1, "broker", "is missing".to_owned(), mend));
        return None;
    };
    let settings = if let Some(address) = table.text("outside", mistakes) {
        for key in EMBEDDED_ONLY {
            if let Some(line) = table.drop_key(key) {
                let message = "stands beside `outside`".to_owned();
                let mend =
                    format!("keep `{key}` for the embedded broker or `outside` for your own");
                mistakes.push(table.mistake(line, key, message, mend));
            }
        }
        outside_of(&mut table, folder, &address, mistakes)
    } else {
        for key in OUTSIDE_ONLY {
            if let Some(line) = table.drop_key(key) {
                let message = "is for a broker of your own".to_owned();
                let mend = "add `outside = \"host:port\"` or remove it".to_owned();
                mistakes.push(table.mistake(line, key, message, mend));
            }
        }
        embedded_of(&mut table, folder, mistakes)
    };
    table.finish(mistakes);
    settings
}

fn outside_of(
    table: &mut Table,
    folder: &Path,
    Lined { value: address, line }: &Lined<String>,
    mistakes: &mut Vec<Mistake>,
) -> Option<BrokerSettings> {
    let username = table.text("username", mistakes).map(|text| text.value);
    let password_file = table.text("password_file", mistakes);
    let ca_file = table.text("ca_file", mistakes);
    let client_id = table.text("client_id", mistakes);
    let client_id = client_id.map_or_else(|| "onecard".to_owned(), |text| text.value);
    let split = address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
    let Some((host, Ok(port))) = split.map(|(host, port)| (host, port.parse::<u16>())) else {
        let message = format!("`{address}` is not good");
        let mend = "write host and port such as \"broker.college.cn:1883\"".to_owned();
        mistakes.push(table.mistake(*line, "outside", message, mend));
        return None;
    };
    if let Some(path) = &password_file {
        Named { table, key: "password_file", path, folder }.password(mistakes);
    }
    if let Some(path) = &ca_file {
        Named { table, key: "ca_file", path, folder }.authorities(host, mistakes);
    }
    let host = host.to_owned();
    let [password_file, ca_file] =
        [password_file, ca_file].map(|file| file.map(|text| PathBuf::from(text.value)));
    let outside = Outside { host, port, ca_file, client_id, username, password_file };
    Some(BrokerSettings::Outside(outside))
}

fn embedded_of(
    table: &mut Table,
    folder: &Path,
    mistakes: &mut Vec<Mistake>,
) -> Option<BrokerSettings> {
    let listen = table.required::<SocketAddr>("listen", ADDRESS, mistakes);
    let websocket = table.parsed::<SocketAddr>("websocket", ADDRESS, mistakes);
    let websocket_url = websocket_url(table, websocket.is_some(), mistakes);
    let tls_listen = table.parsed::<SocketAddr>("tls_listen", ADDRESS, mistakes);
    let certificate = table.text("certificate", mistakes);
    let key = table.text("key", mistakes);
    if let Some(path) = &certificate {
        Named { table, key: "certificate", path, folder }.pem("CERTIFICATE", mistakes);
    }
    if let Some(path) = &key {
        Named { table, key: "key", path, folder }.pem("PRIVATE KEY", mistakes);
    }
    let anonymous_line = table.line_of("anonymous");
    let anonymous = table.flag("anonymous", mistakes).unwrap_or(false);
    let tls = match (tls_listen, certificate, key) {
        (Some(listen), Some(certificate), Some(key)) => Some(TlsFiles {
            listen: listen.value,
            certificate: certificate.value.into(),
            key: key.value.into(),
        }),
        (None, None, None) => None,
        _ => {
            let message = "needs all of `tls_listen`, `certificate` and `key`".to_owned();
            let mend = "add what is missing, or remove the others".to_owned();
            mistakes.push(table.mistake(table.line(), "tls_listen", message, mend));
            None
        }
    };
    let websocket = websocket.map(|address| address.value);
    let listen = listen?;
    let all = [Some(listen.value), websocket, tls.as_ref().map(|tls| tls.listen)];
    if anonymous && all.into_iter().flatten().any(|address| !address.ip().is_loopback()) {
        let message = "lets everybody in from other machines".to_owned();
        let mend = "listen on 127.0.0.1 only, or set `anonymous = false`".to_owned();
        mistakes.push(table.mistake(anonymous_line, "anonymous", message, mend));
    }
    let listen = listen.value;
    Some(BrokerSettings::Embedded(Embedded { listen, websocket, websocket_url, tls, anonymous }))
}

/// The URL of a proxy before the listener for WebSocket. It goes into a header of every page, so it
/// holds nothing but a URL.
fn websocket_url(table: &mut Table, listens: bool, mistakes: &mut Vec<Mistake>) -> Option<String> {
    let url = table.text("websocket_url", mistakes)?;
    let rest = url.value.strip_prefix("wss://").or_else(|| url.value.strip_prefix("ws://"));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/[]".contains(c);
    if !rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(plain)) {
        let message = format!("`{}` is not good", url.value);
        let mend = "write it as \"wss://card.college.cn/mqtt\"".to_owned();
        mistakes.push(table.mistake(url.line, "websocket_url", message, mend));
    } else if !listens {
        let message = "leads nowhere".to_owned();
        let mend = "add `websocket`, the address that the proxy leads to".to_owned();
        mistakes.push(table.mistake(url.line, "websocket_url", message, mend));
    }
    Some(url.value)
}

/// Reads `[http]`.
pub fn http(root: &mut Table, mistakes: &mut Vec<Mistake>) -> Option<HttpSettings> {
    let Some(mut table) = root.table("http", mistakes) else {
        let mend = "add `[http]` with `listen = \"127.0.0.1:8080\"`".to_owned();
        mistakes.push(root.mistake(1, "http", "is missing".to_owned(), mend));
        return None;
    };
    let listen = table.required::<SocketAddr>("listen", ADDRESS, mistakes);
    let anonymous_line = table.line_of("anonymous_read");
    let anonymous_read = table.flag("anonymous_read", mistakes).unwrap_or(false);
    let listen = listen.map(|listen| listen.value);
    if anonymous_read && listen.is_some_and(|listen| !listen.ip().is_loopback()) {
        let message = "shows people's movements to other machines without a token".to_owned();
        let mend = "listen on 127.0.0.1 only, or set `anonymous_read = false`".to_owned();
        mistakes.push(table.mistake(anonymous_line, "anonymous_read", message, mend));
    }
    let two_people = two_people(&mut table, mistakes);
    table.finish(mistakes);
    Some(HttpSettings { listen: listen?, anonymous_read, two_people })
}

/// Reads `[process]`.
pub fn process(root: &mut Table, mistakes: &mut Vec<Mistake>) -> ProcessSettings {
    let mut settings = ProcessSettings::default();
    let Some(mut table) = root.table("process", mistakes) else { return settings };
    if let Some(from) = table.integer("awake_from", &(0..100_001), mistakes) {
        settings.awake_from = u32::try_from(from.value).ok().and_then(NonZeroU32::new);
    }
    table.finish(mistakes);
    settings
}

/// The orders that wait for a second operator.
fn two_people(table: &mut Table, mistakes: &mut Vec<Mistake>) -> BTreeSet<Action> {
    let orders = || Action::ALL.into_iter().filter(|action| action.is_order());
    let mut found = BTreeSet::new();
    for text in table.texts("two_people", mistakes) {
        if let Some(action) = orders().find(|action| action.as_str() == text.value) {
            found.insert(action);
        } else {
            let message = format!("`{}` is no order", text.value);
            let mend = mend_by(&text.value, orders().map(Action::as_str));
            mistakes.push(table.mistake(text.line, "two_people", message, mend));
        }
    }
    found
}
